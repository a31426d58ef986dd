"""A push button that also says the key that presses it, where there is room for both."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

_GAP = "   "


class KeyButton(QPushButton):
    """`Generate   Ctrl+Enter`, or in a narrow place `Generate` alone.

    Args:
        words: What it does.
        parent: As for any widget.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._words, self._with_key = words, words
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # may be narrower than its hint

    def set_key(self, key: str) -> None:
        """Say another key.

        Args:
            key: As the system writes it; empty if there is none.
        """
        self._with_key = _GAP.join(part for part in (self._words, key) if part)
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
        letters = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text)
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, letters, self)
