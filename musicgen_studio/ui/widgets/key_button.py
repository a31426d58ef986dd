"""A push button that also says the key that presses it, where there is room for both."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

_GAP = "   "
_BESIDE_ICON = 4  # pixels, as Qt leaves them


class KeyButton(QPushButton):
    """`Generate   Ctrl+Enter`, or in a narrow place `Generate` alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = self._with_key = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # may be narrower than its hint

    def say(self, words: str, key: str) -> None:
        """Say something else.

        Args:
            words: What it does; its accessible name, too.
            key: As the system writes it; empty if there is none.
        """
        self._words, self._with_key = words, _GAP.join(part for part in (words, key) if part)
        self.setAccessibleName(words)
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the room that words and key need."""
        return self._room_for(self._with_key)

    def minimumSizeHint(self) -> QSize:
        """Return the room that the words need."""
        return self._room_for(self._words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self._with_key if self.sizeHint().width() <= self.width() else self._words)

    def _room_for(self, text: str) -> QSize:
        """Return the room that a text needs, whichever is shown; as `QPushButton.sizeHint` does for the shown one."""
        self.ensurePolished()
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = text
        contents = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text)
        if not self.icon().isNull():
            icon = self.iconSize()
            contents = QSize(icon.width() + _BESIDE_ICON + contents.width(), max(icon.height(), contents.height()))
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, contents, self)
