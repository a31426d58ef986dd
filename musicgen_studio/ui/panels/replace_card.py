"""Asks how a section of a clip is to be made anew: other words, and how many versions. Not for making it (`studio`)."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QVBoxLayout

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.asking_card import AskingCard
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.number_box import inset

TAKES, MOST_TAKES = 4, 8


@dataclass(frozen=True, slots=True)
class ReplaceValues:
    """How a section is to be made anew.

    Args:
        prompt: Other words for it; empty keeps the clip's own.
        takes: How many versions.
        follows_melody: Whether the section follows the melody on the left.
    """

    prompt: str
    takes: int = TAKES
    follows_melody: bool = False


class ReplaceCard(AskingCard):
    """A line of words, a number and a button, below what says which section it is. Main thread."""

    replace_requested = Signal(object)  # ReplaceValues

    def __init__(self) -> None:
        super().__init__()
        self._section = plain_label("", Look.MUTED)
        self._prompt = QLineEdit(placeholderText=self.tr("New words for it (optional)"), clearButtonEnabled=True)
        self._prompt.setAccessibleName(self.tr("New words for the section"))
        self._prompt.setToolTip(self.tr("Left empty, it is made from the words the clip was made from"))
        self._prompt.returnPressed.connect(self._go)
        self._takes = QSpinBox(minimum=1, maximum=MOST_TAKES, value=TAKES)
        inset(self._takes)
        self._takes.setPrefix(self.tr("takes: "))
        self._takes.setAccessibleName(self.tr("Takes of the section"))
        self._takes.setToolTip(self.tr("How many versions; the one that leads best into what follows is shown first"))
        self._button = QPushButton(icon("replace", "on_accent"), self.tr("Replace"))
        self._button.setAccessibleName(self.tr("Replace now"))
        self._button.setToolTip(self.tr("Make the section anew; the rest stays as it is"))
        self._button.clicked.connect(self._go)
        set_look(self._button, Look.PRIMARY)
        self._follow = QCheckBox(self.tr("Follow the melody"))
        self._follow.setAccessibleName(self.tr("Follow the melody in the section"))
        self._follow.setToolTip(self.tr("The section follows the melody on the left, from its beginning"))
        self.set_melody(False)
        what = QHBoxLayout()
        what.setSpacing(2 * GRID)
        what.addWidget(self._prompt, 1)
        what.addWidget(self._takes)
        what.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._section)
        column.addWidget(self._follow)
        column.addLayout(what)
        self.set_section(None)

    def set_section(self, section_s: tuple[float, float] | None) -> None:
        """Say which section is meant, from and to in seconds; None for none."""
        if section_s is None:
            words = self.tr("Drag over the waveform to select what is to be made anew")
        else:
            words = self.tr("From {0} to {1}; the rest stays as it is").format(*map(clock, section_s))
        if words != self._section.text():
            self._section.setText(words)
        self._button.setEnabled(section_s is not None)

    def set_melody(self, is_there: bool) -> None:
        """Offer to follow the melody, if there is one."""
        self._follow.setEnabled(is_there)
        self._follow.setVisible(is_there)

    def focus(self) -> None:
        """Put the cursor into its words."""
        self._prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _go(self) -> None:
        if self._button.isEnabled():
            follows = self._follow.isEnabled() and self._follow.isChecked()
            self.replace_requested.emit(ReplaceValues(self._prompt.text().strip(), self._takes.value(), follows))
