"""Words that can be switched on and off, such as genres and instruments. What they do is for the owner to say.

A word that is on has a check mark, so that its colour need not tell it alone.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.widgets.flow_layout import FlowLayout

_CHECK_PX = 9.0
_CHECK_LEFT_PX = 5.0


class _Chip(QToolButton):
    """A word. Its check mark stands in its left padding, so that nothing moves when it comes."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            square = QRectF(_CHECK_LEFT_PX, (self.height() - _CHECK_PX) / 2, _CHECK_PX, _CHECK_PX)
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                square.moveRight(self.width() - _CHECK_LEFT_PX)
            paint_icon(QPainter(self), square, "check", theme.current().text)


class ChipRow(QWidget):
    """A flow of small toggle buttons.

    Args:
        words: What they say, in order, none twice.
        parent: As for any widget.
    """

    toggled = Signal(str, bool)
    """The musician switched a word on or off."""

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips = {word: self._chip(word) for word in words}
        flow = FlowLayout(self, GRID)
        for chip in self._chips.values():
            flow.addWidget(chip)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def words(self) -> list[str]:
        """Return all words."""
        return list(self._chips)

    def checked(self) -> list[str]:
        """Return the words that are switched on."""
        return [word for word, chip in self._chips.items() if chip.isChecked()]

    def set_checked(self, words: Iterable[str]) -> None:
        """Switch these words on and all others off. Emits nothing.

        Args:
            words: Some of `words()`; others are passed over.
        """
        wanted = set(words)
        for word, chip in self._chips.items():
            chip.setChecked(word in wanted)

    def _chip(self, word: str) -> QToolButton:
        chip = _Chip()
        chip.setText(word)
        chip.setCheckable(True)
        chip.setAccessibleName(word)
        chip.setToolTip(self.tr("Put “{0}” into the prompt, or take it out").format(word))
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(chip, Look.CHIP)
        # Not the chip's own `toggled`, which also follows set_checked.
        chip.clicked.connect(lambda is_on: self.toggled.emit(word, is_on))
        return chip
