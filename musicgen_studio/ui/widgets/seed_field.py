"""The seed: shown, typed, thrown anew with the dice, and kept by the lock."""

import secrets
from collections.abc import Callable

from PySide6.QtCore import QRegularExpression, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from musicgen_studio.core.request import MAX_SEED
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.widgets.picture_button import picture_button

_NEW_SEEDS = 1_000_000  # as many as can be read out and typed without pain


def _throw() -> int:
    return secrets.randbelow(_NEW_SEEDS)


class SeedField(QWidget):
    """A whole number from 0 to `core.request.MAX_SEED`, with dice and lock.

    Args:
        throw: Makes a new seed.
        parent: As for any widget.
    """

    changed = Signal()
    """Seed or lock changed, by whomever."""

    def __init__(self, throw: Callable[[], int] = _throw, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._throw = throw
        self._seed = 0
        self._field = QLineEdit("0")
        self._field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,19}"), self))
        self._field.setAccessibleName(self.tr("Seed"))
        self._field.setToolTip(self.tr("The same seed and settings make the same music again"))
        self._field.textEdited.connect(self._take_text)
        self._field.editingFinished.connect(self._show_seed)
        self._dice = picture_button("dice", self.tr("New seed"), 18)
        self._dice.clicked.connect(self.roll)
        self._lock = picture_button("unlock", self.tr("Keep the seed"), 18)
        self._lock.setCheckable(True)
        self._lock.toggled.connect(self._turn_lock)
        name = QLabel(self.tr("Seed"))
        name.setBuddy(self._field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget, stretch in ((name, 0), (self._field, 1), (self._dice, 0), (self._lock, 0)):
            row.addWidget(widget, stretch)
        self._turn_lock(False)

    def value(self) -> int:
        """Return the seed."""
        return self._seed

    def set_value(self, seed: int) -> None:
        """Show a seed.

        Args:
            seed: 0 to `core.request.MAX_SEED`; kept within.
        """
        seed = min(max(seed, 0), MAX_SEED)
        has_changed, self._seed = seed != self._seed, seed
        self._show_seed()
        if has_changed:
            self.changed.emit()

    def is_locked(self) -> bool:
        """Return whether the seed is to stay as it is."""
        return self._lock.isChecked()

    def set_locked(self, is_locked: bool) -> None:
        """Lock or unlock the seed."""
        self._lock.setChecked(is_locked)

    @Slot()
    def roll(self) -> None:
        """Throw the dice."""
        self.set_value(self._throw())

    @Slot(str)
    def _take_text(self, text: str) -> None:
        if not text:
            return  # the seed stays until another one is typed
        self.set_locked(True)  # who types a seed wants this one
        seed = min(int(text), MAX_SEED)
        if seed != self._seed:
            self._seed = seed
            self.changed.emit()

    @Slot()
    def _show_seed(self) -> None:
        if self._field.text() != str(self._seed):
            self._field.setText(str(self._seed))

    @Slot(bool)
    def _turn_lock(self, is_locked: bool) -> None:
        self._lock.setIcon(icon("lock" if is_locked else "unlock"))
        self._lock.setAccessibleDescription(self.tr("on") if is_locked else self.tr("off"))
        self.changed.emit()
