"""A number that may be typed freely: what is too much or too little is brought into its range with a word.

Qt's own box refuses the digit that would leave the range, so that of 300 typed where 120 is the most, 30 remains.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from musicgen_studio.ui.look.theme import GRID


def inset(box: QAbstractSpinBox) -> None:
    """Let the text of a number box stand as far from its frame as that of every other field.

    A style sheet's padding does not reach it.
    """
    box.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)


class NumberBox(QDoubleSpinBox):
    """A box for one number.

    Args:
        parent: As for any widget.
    """

    clamped = Signal(str)
    """What was typed lies outside the range; with a sentence that says what counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)  # half a number is no value

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Let every number be typed."""
        state, fixed, place = super().validate(text, pos)
        if state is QValidator.State.Invalid and self._number(text) is not None:
            return QValidator.State.Intermediate, text, pos
        return state, fixed, place

    def fixup(self, text: str) -> str:
        """Bring what was typed into the range, and say so."""
        number = self._number(text)
        if number is None:
            return super().fixup(text)
        kept = min(max(number, self.minimum()), self.maximum())
        if kept != number:
            words = self.tr("{0} is the most") if number > kept else self.tr("{0} is the least")
            self.clamped.emit(words.format(self.textFromValue(kept) + self.suffix()))
        return self.prefix() + self.textFromValue(kept) + self.suffix()

    def _number(self, text: str) -> float | None:
        bare = text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()
        number, is_number = self.locale().toDouble(bare)
        return number if is_number else None
