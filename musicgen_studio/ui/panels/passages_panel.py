"""The passages of a piece above the waveform: the lane, and around it what is needed while they are written.

While they are only looked at, the lane stands alone. What is changed comes out as another plan. Not for what a plan may
be (`core.plan`), nor for making it.
"""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.plan import BEATS_PER_BAR, LEAST_S, MOST_S, Grid, Plan
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.panels.passage_melody import PassageMelody
from musicgen_studio.ui.widgets.number_box import NumberBox
from musicgen_studio.ui.widgets.passage_lane import PassageLane
from musicgen_studio.ui.widgets.picture_button import picture_button
from musicgen_studio.ui.widgets.wheel import WheelGuard
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

NO_TEMPO, MAX_BPM = 19.0, 300.0
_USUAL_MORPH_S = 2.0
_FIELD_PX, _BEATS_PX = 70, 48
_LEAST_WORDS_PX = 72  # of the chosen passage's words, in less of which nobody can write


class PassagesPanel(QWidget):
    """The lane with its controls. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    plan_changed = Signal(object, str, bool)
    """(the plan that a hand has made, what was done as the menu of undo tells it, whether that was a step of more)."""
    opened = Signal()
    """A passage was taken hold of while the lane stood alone."""
    generate_requested = Signal()
    text_requested = Signal()
    closed = Signal()

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._is_low = False
        self.melody = PassageMelody(self)
        """Of the chosen passage."""
        self.melody.file_chosen.connect(self.follow_file)
        self.melody.follows_all_chosen.connect(self._follow_all)
        self.lane = PassageLane()
        self.lane.plan_changed.connect(lambda plan: self.plan_changed.emit(plan, self.tr("Change the passages"), False))
        self.lane.chosen_changed.connect(self._show_chosen)
        self.lane.chosen_changed.connect(self.opened)
        self._head = self._build_head()
        self._words = self._build_words()
        self._rest = self._build_rest()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for part in (self._head, self.lane, self._words, self._rest, self.melody.line):
            column.addWidget(part)
        WheelGuard(self)
        self.set_open(False)
        self.hide()

    def show_plan(self, plan: Plan | None) -> None:
        """Show a plan; None hides all of it. Emits nothing."""
        self.lane.set_plan(plan)
        self.setVisible(plan is not None)
        self._show_chosen()

    def set_open(self, is_open: bool) -> None:
        """Show what is needed for writing, or the lane alone."""
        for part in (self._head, self._words):
            part.setVisible(is_open)
        self._rest.setVisible(is_open and not self._is_low)
        if is_open and self.lane.chosen() is None and self.lane.plan() is not None:
            self.lane.choose(0)
        if not is_open:
            self.lane.choose(None)
        self._show_chosen()

    def set_low(self, is_low: bool) -> None:
        """Leave out what the menu and the text have, too, where there is little room."""
        self._is_low = is_low
        self._rest.setVisible(self.is_open() and not is_low)

    def is_open(self) -> bool:
        """Return whether it is open for writing."""
        return not self._head.isHidden()

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    # What can be done with the chosen passage.

    @Slot()
    def split(self) -> None:
        """Part the chosen passage in two: where it was pointed at last, if that lies in it, else in its middle."""
        plan, number = self._chosen()
        if plan is None:
            return
        at_s, first_s, end_s = self.lane.pointed_s, plan.edge_s(number), plan.edge_s(number + 1)
        if not first_s + LEAST_S <= plan.snapped_s(at_s) <= end_s - LEAST_S:
            at_s = (first_s + end_s) / 2
        snapped = plan.split(plan.snapped_s(at_s))
        self._give(snapped if snapped != plan else plan.split(at_s), self.tr("Split the passage"))

    @Slot()
    def duplicate(self) -> None:
        """Put the chosen passage in once more behind itself."""
        plan, number = self._chosen()
        if plan is not None:
            self._give(plan.duplicated(number), self.tr("Duplicate the passage"))

    def carry(self, by: int) -> None:
        """Move the chosen passage among the others."""
        plan, number = self._chosen()
        if plan is not None and 0 <= number + by < len(plan.parts):
            self._give(plan.moved(number, number + by), self.tr("Move the passage"))
            self.lane.choose(number + by)
            self._show_chosen()

    @Slot()
    def remove(self) -> None:
        """Take the chosen passage out."""
        plan, number = self._chosen()
        if plan is not None:
            self._give(plan.removed(number), self.tr("Remove the passage"))

    @Slot()
    def write(self) -> None:
        """Write the words of the chosen passage."""
        if self._chosen()[0] is not None:
            self.lane.write()

    def has_chosen(self) -> bool:
        """Return whether a passage is chosen."""
        return self._chosen()[0] is not None

    def _chosen(self) -> tuple[Plan | None, int]:
        plan, number = self.lane.plan(), self.lane.chosen()
        return (None, 0) if plan is None or number is None else (plan, number)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit into another width."""
        super().resizeEvent(event)
        self._leave_out()

    def _leave_out(self) -> None:
        """Leave to the menu and the lane, which have them, too, what would press the others of its row together."""
        for row, widget, least in (
            (self._head, self._text, self._text.minimumSizeHint().width()),
            (self._words, self._prompt, _LEAST_WORDS_PX),
        ):
            layout = row.layout()
            assert layout is not None
            items = [item for place in range(layout.count()) if (item := layout.itemAt(place)) is not None]
            others = [item for item in items if not item.isEmpty() and item.widget() is not widget]
            needed = sum(item.minimumSize().width() + layout.spacing() for item in others)
            widget.setVisible(needed + least <= self.width())

    # Building.

    def _build_head(self) -> QWidget:
        self._said = ElidedLabel(Look.MUTED)
        self._said.setMinimumWidth(GRID)  # where there is no room, the buttons need it more
        self._text = text = QPushButton(self.tr("As text…"))
        text.setAccessibleName(self.tr("Write the passages as text"))
        text.setToolTip(self.tr("The same passages, a line each"))
        text.clicked.connect(self.text_requested)
        text.setMinimumWidth(1)  # it is left out where there is no room
        set_look(text, Look.QUIET)
        self._generate = QPushButton(icon("play", "on_accent"), self.tr("Generate"))
        self._generate.setAccessibleName(self.tr("Generate the passages"))
        self._generate.setToolTip(self.tr("Make the piece in one go, with the takes and the seed on the left"))
        self._generate.clicked.connect(self.generate_requested)
        set_look(self._generate, Look.PRIMARY)
        close = picture_button("close", self.tr("Close the passages"))
        close.setToolTip(self.tr("They are kept"))
        close.clicked.connect(self.closed)
        return _row(plain_label(self.tr("PASSAGES"), Look.SECTION), (self._said, 1), text, self._generate, close)

    def _build_words(self) -> QWidget:
        self._prompt = QLineEdit(placeholderText=self.tr("What it is"), clearButtonEnabled=True)
        self._prompt.setAccessibleName(self.tr("Words of the chosen passage"))
        self._prompt.setToolTip(self.tr("What the chosen passage is; also a double click on it"))
        self._prompt.editingFinished.connect(self._take_prompt)
        self._prompt.setMinimumWidth(1)  # as for the button above: it is left out where there is no room
        self._how = QComboBox()
        self._how.addItems([self.tr("Cut"), self.tr("Morph")])
        self._how.setAccessibleName(self.tr("How the music goes over into it"))
        self._how.setToolTip(self.tr("At once, or slowly: then both sound, the one less and less, the other more"))
        self._how.activated.connect(self._take_how)
        self._morph = self._box(self.tr("Length of the morph"), self.tr("How long the music takes to go over"))
        self._morph.valueChanged.connect(self._take_morph)
        self._length = self._box(self.tr("Length of the passage"), self.tr("How long it is; what follows moves along"))
        self._length.valueChanged.connect(self._take_length)
        return _row((self._prompt, 1), self._how, self._morph, self._length)

    def _build_rest(self) -> QWidget:
        self._shared = QLineEdit(placeholderText=self.tr("Words before all (optional)"), clearButtonEnabled=True)
        self._shared.setAccessibleName(self.tr("Words before all passages"))
        self._shared.setToolTip(self.tr("They stand before the words of each passage"))
        self._shared.editingFinished.connect(self._take_shared)
        self._tempo = NumberBox()
        self._tempo.setRange(NO_TEMPO, MAX_BPM)
        self._tempo.setDecimals(0)
        self._tempo.setSuffix(f" {self.tr('bpm')}")
        self._tempo.setSpecialValueText(self.tr("no tempo"))
        self._tempo.setAccessibleName(self.tr("Tempo of the passages"))
        self._tempo.setToolTip(
            self.tr("With a tempo passages begin on bars, without one in seconds; say it in the words, too")
        )
        _dress(self._tempo)
        self._tempo.valueChanged.connect(self._take_grid)
        self._beats = QSpinBox(minimum=1, maximum=16, value=BEATS_PER_BAR, suffix="/4")
        self._beats.setKeyboardTracking(False)
        _dress(self._beats)
        self._beats.setMinimumWidth(_BEATS_PX)
        self._beats.setAccessibleName(self.tr("Beats per bar of the passages"))
        self._beats.setToolTip(self.tr("How many beats a bar has"))
        self._beats.valueChanged.connect(self._take_grid)
        return _row((self._shared, 1), self._tempo, self._beats, *self._build_tools())

    def _build_tools(self) -> list[QToolButton]:
        made = [self.melody.button]
        for name, shortcut_id, words, slot in (
            ("split", "passage-split", self.tr("Split the passage"), self.split),
            ("duplicate", "passage-duplicate", self.tr("Duplicate the passage"), self.duplicate),
            ("chevron-left", "passage-earlier", self.tr("Move the passage to the left"), lambda: self.carry(-1)),
            ("chevron-right", "passage-later", self.tr("Move the passage to the right"), lambda: self.carry(1)),
            ("trash", "passage-remove", self.tr("Remove the passage"), self.remove),
        ):
            button = picture_button(name, words)
            button.clicked.connect(slot)
            self._bindings.tip(button, shortcut_id, words)
            self._bindings.add(shortcut_id, slot, self.has_chosen)
            made.append(button)
        self._bindings.add("passage-words", self.write, self.has_chosen)
        return made

    def _box(self, name: str, tip: str) -> NumberBox:
        box = NumberBox()
        box.setAccessibleName(name)
        box.setToolTip(tip)
        _dress(box)
        return box

    # Showing.

    @Slot()
    def _show_chosen(self) -> None:
        plan, number = self._chosen()
        whole = self.lane.plan()
        if whole is not None:
            self._show_whole(whole)
        for widget in (self._words, self.melody.button):
            widget.setEnabled(plan is not None)
        if plan is None:
            self.melody.show_of(0, "")
            return
        part, unit_s = plan.parts[number], 1.0 if plan.grid is None else plan.grid.bar_s
        with QSignalBlocker(self._morph), QSignalBlocker(self._length):
            for box, least_s, value_s in (
                (self._morph, min(unit_s, plan.length_s(number)), part.morph_s),
                (self._length, LEAST_S, plan.length_s(number)),
            ):
                self._show_number(box, plan, least_s / unit_s, value_s / unit_s, MOST_S / unit_s)
            self._morph.setMaximum(plan.length_s(number) / unit_s)
        if not self._prompt.hasFocus():
            self._prompt.setText(part.prompt)
            self._prompt.setCursorPosition(0)  # its first words are seen
        self._how.setEnabled(number > 0)
        self._how.setCurrentIndex(1 if part.morph_s else 0)
        self._morph.setVisible(part.morph_s > 0)
        self._leave_out()
        self.melody.show_of(number, part.melody, follows_all=part.follows_all)

    def _show_whole(self, plan: Plan) -> None:
        count = len(plan.parts)
        words = self.tr("1 passage, {1}") if count == 1 else self.tr("{0} passages, {1}")
        self._said.setText(words.format(count, clock(plan.end_s)))
        if not self._shared.hasFocus():
            self._shared.setText(plan.shared)
        with QSignalBlocker(self._tempo), QSignalBlocker(self._beats):
            self._tempo.setValue(NO_TEMPO if plan.grid is None else plan.grid.bpm)
            self._beats.setValue(BEATS_PER_BAR if plan.grid is None else plan.grid.beats_per_bar)
        self._beats.setVisible(plan.grid is not None)

    def _show_number(self, box: NumberBox, plan: Plan, least: float, value: float, most: float) -> None:
        is_whole = plan.grid is not None and abs(value - round(value)) < 1e-3
        box.setDecimals(0 if is_whole else 2 if plan.grid is not None else 1)
        one, many = (self.tr("bar"), self.tr("bars")) if plan.grid is not None else (self.tr("s"),) * 2
        box.setSuffix(f" {one if value == 1 else many}")
        box.setRange(least, most)
        box.setValue(value)

    # Taking.

    def _give(self, plan: Plan, what: str, *, is_step: bool = False) -> None:
        if plan != self.lane.plan():
            self.plan_changed.emit(plan, what, is_step)

    @Slot()
    def _take_prompt(self) -> None:
        plan, number = self._chosen()
        if plan is not None:
            words = " ".join(self._prompt.text().split())
            self._give(plan.with_prompt(number, words), self.tr("Other words for the passage"))

    @Slot()
    def _take_shared(self) -> None:
        plan = self.lane.plan()
        if plan is not None:
            words = " ".join(self._shared.text().split())
            self._give(plan.with_shared(words), self.tr("Other words before all passages"))

    @Slot(int)
    def _take_how(self, index: int) -> None:
        plan, number = self._chosen()
        if plan is None:
            return
        usual_s = _USUAL_MORPH_S if plan.grid is None else plan.grid.bar_s
        morph_s = (plan.parts[number].morph_s or usual_s) if index else 0.0
        self._give(plan.with_morph(number, morph_s), self.tr("Go over into the passage otherwise"))

    @Slot(float)
    def _take_morph(self, value: float) -> None:
        plan, number = self._chosen()
        if plan is not None:
            unit_s = 1.0 if plan.grid is None else plan.grid.bar_s
            changed = plan.with_morph(number, value * unit_s)
            self._give(changed, self.tr("Go over into the passage otherwise"), is_step=True)

    @Slot(float)
    def _take_length(self, value: float) -> None:
        plan, number = self._chosen()
        if plan is not None:
            unit_s = 1.0 if plan.grid is None else plan.grid.bar_s
            changed = plan.with_length(number, value * unit_s)
            self._give(changed, self.tr("Another length of the passage"), is_step=True)

    @Slot()
    def _take_grid(self) -> None:
        plan = self.lane.plan()
        if plan is not None:
            bpm = self._tempo.value()
            grid = None if bpm <= NO_TEMPO else Grid(bpm, self._beats.value())
            self._give(plan.with_grid(grid), self.tr("Another tempo of the passages"), is_step=True)

    @Slot(int, str)
    def follow_file(self, passage: int, file: str, *, follows_all: bool = False) -> None:
        """Let a passage, counted from 0, follow the melody of a file, or none; unless it is gone by now.

        Args:
            passage: Which.
            file: A sound or MIDI file; empty for no melody.
            follows_all: Whether, if it is a mix, drums and bass are followed, too.
        """
        plan = self.lane.plan()
        if plan is not None and passage < len(plan.parts):
            what = self.tr("Follow a melody in the passage") if file else self.tr("Follow no melody in the passage")
            self._give(plan.with_melody(passage, file, follows_all=follows_all), what)

    @Slot(int, bool)
    def _follow_all(self, passage: int, follows_all: bool) -> None:
        plan = self.lane.plan()
        if plan is not None and passage < len(plan.parts):
            what = self.tr("Follow other parts of a mix in the passage")
            self._give(plan.with_melody(passage, plan.parts[passage].melody, follows_all=follows_all), what)


def _dress(box: QAbstractSpinBox) -> None:
    """Let a box of numbers look like those on the left."""
    set_look(box, Look.NUMBER)
    box.lineEdit().setTextMargins(GRID, 0, GRID, 0)  # a style sheet's padding does not reach it
    box.setMinimumWidth(_FIELD_PX)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)


def _row(*parts: QWidget | tuple[QWidget, int]) -> QWidget:
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for part in parts:
        widget, stretch = part if isinstance(part, tuple) else (part, 0)
        row.addWidget(widget, stretch)
    return place
