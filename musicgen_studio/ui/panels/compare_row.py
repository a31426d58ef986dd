"""Two clips side by side under the waveform: which is heard now, and what was done so that they are equally loud."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.widgets.picture_button import CLOSE_PX, picture_button

_LETTERS = ("A", "B")


class CompareRow(QFrame):
    """Hidden while nothing is compared. Main thread.

    Args:
        parent: Qt's owner.
    """

    chosen = Signal(int)  # 0 or 1: which is to be heard
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, Look.CARD)
        self.setAccessibleName(self.tr("Compare"))
        self._titles = ("", "")
        self._buttons = QButtonGroup(self)
        self._words = ElidedLabel(left_out=Qt.TextElideMode.ElideMiddle)
        self._words.setMinimumWidth(24 * GRID)
        self._matched = ElidedLabel(Look.MUTED)
        self._matched.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(plain_label(self.tr("COMPARE"), Look.SECTION))
        row.addSpacing(GRID)
        for number, letter in enumerate(_LETTERS):
            button = QToolButton()
            button.setText(letter)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            set_look(button, Look.CHIP)
            self._buttons.addButton(button, number)
            row.addWidget(button)
        self._buttons.idClicked.connect(self.chosen)
        row.addSpacing(GRID)
        row.addWidget(self._words, 1)
        row.addWidget(self._matched)
        row.addWidget(self._close_button())
        self.hide()

    def show_clips(self, titles: tuple[str, str], matched: str) -> None:
        """Show two clips by their titles, and a word on how their levels were matched."""
        self._titles = titles
        self._matched.setText(matched)
        self._matched.setToolTip(matched)
        for number, letter in enumerate(_LETTERS):
            words = self.tr("Hear {0}: {1}").format(letter, titles[number])
            self._buttons.button(number).setToolTip(words)
            self._buttons.button(number).setAccessibleName(words)
        self.set_chosen(0)
        self.show()

    def set_chosen(self, number: int) -> None:
        """Mark which is heard."""
        self._buttons.button(number).setChecked(True)
        self._words.setText(self._titles[number])
        self._words.setToolTip(f"<qt>{escape(self._titles[number])}</qt>")

    def _close_button(self) -> QToolButton:
        close = picture_button("close", self.tr("End the comparison"), CLOSE_PX)
        close.clicked.connect(self.closed)
        return close
