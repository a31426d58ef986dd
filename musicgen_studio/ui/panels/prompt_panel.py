"""The left column: what to make. It builds one value, `PromptValues`, and asks for music with it.

The words are English, as the checkpoints know them. Its `melody` is a panel of its own. Not for making (`studio`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Self

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.request import Sampling
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making import prompting
from musicgen_studio.studio.making.ending import ENDINGS
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.prompting import Caution, cautions, has_word, with_word, without_word
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.panels.melody_panel import MelodyPanel, has_melody
from musicgen_studio.ui.panels.prompt_history import Find, PromptHistory
from musicgen_studio.ui.panels.sampling_fold import SamplingFold
from musicgen_studio.ui.qt.drops import FileDrops
from musicgen_studio.ui.widgets.chip_row import ChipRow
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.key_button import KeyButton
from musicgen_studio.ui.widgets.picture_button import picture_button
from musicgen_studio.ui.widgets.problem_note import ProblemNote
from musicgen_studio.ui.widgets.tall_area import Page, TallArea
from musicgen_studio.ui.widgets.value_slider import ValueSlider
from musicgen_studio.ui.widgets.wheel import WheelGuard
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

MIN_S, MAX_S, DEFAULT_S = 1.0, 600.0, 8.0
TAKES = (1, 2, 4, 8)
MOST_CHIPS = 12  # of a kind: more would push everything else out of sight
EXAMPLES = ("happy rock", "sad jazz", "energetic EDM")


@dataclass(frozen=True, slots=True)
class PromptValues:
    """What the column says. Ranges are those of `core.request.GenerationRequest`.

    Args:
        prompt: The words.
        duration_s: How much new music, in seconds.
        takes: How many versions: 1, 2, 4 or 8.
        guidance_scale: How strictly the words are followed. None here, as in the three that follow, is what is usual
            for the checkpoint.
        temperature: How adventurous it is.
        top_k: Among how many sounds it chooses at each step.
        top_p: Instead, among the likeliest with this probability together; 0 is off.
        seed: Where the random numbers start.
        seed_locked: Whether the seed stays; else each order gets a new one.
        ends: Whether the music comes to an end.
        shows_best: Whether several takes are ranked when they are made, and the best is shown.
    """

    prompt: str = ""
    duration_s: float = DEFAULT_S
    takes: int = 1
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    seed_locked: bool = False
    ends: bool = False
    shows_best: bool = False

    def order(self) -> Order:
        """Return what is wished, without the melody, which is a panel of its own."""
        return Order(
            prompts=(self.prompt,),
            duration_s=self.duration_s,
            takes=self.takes,
            seed=self.seed,
            guidance_scale=self.guidance_scale,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            ends=self.ends,
            endings=ENDINGS if self.ends else 0,
        )

    @classmethod
    def of(cls, order: Order, prompt: str) -> Self:
        """Return the values with which an order's clip of this prompt was made; the seed stays."""
        return cls(
            prompt=prompt,
            duration_s=order.duration_s,
            takes=order.takes,
            guidance_scale=order.guidance_scale,
            temperature=order.temperature,
            top_k=order.top_k,
            top_p=order.top_p,
            seed=order.seed,
            seed_locked=True,
            ends=order.ends,
        )


class PromptPanel(QWidget):
    """Prompt, melody, length, takes, advanced values, and the button that starts it. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
        find_past: Where the prompts come from that were written before.
        dice: For surprises.
    """

    generate_requested = Signal(object)  # PromptValues
    text_changed = Signal(str)  # the prompt, for keeping
    values_changed = Signal()  # anything at all, for keeping
    _seen_wanted = Signal(object)  # QWidget that is to be scrolled into view

    def __init__(
        self,
        keys: KeyMap,
        parent: QWidget | None = None,
        find_past: Find = lambda _typed, _only_starred: (),
        dice: Random | None = None,
    ) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._dice = dice or Random()  # noqa: S311 - not for secrets
        self.setAccessibleName(self.tr("Prompt"))
        self._build_prompt()
        self._build_help(find_past)
        self._build_chips()
        self.melody = MelodyPanel(keys)
        self._build_amount()
        self._sampling = SamplingFold()
        self._sampling.changed.connect(self.values_changed)
        self._build_generate(keys)
        self._lay_out()

    def values(self) -> PromptValues:
        """Return what the column says."""
        sampling = self._sampling
        top_k = sampling.top_k.chosen()
        return PromptValues(
            prompt=self._prompt.toPlainText().strip(),
            duration_s=self._length.value(),
            takes=self._takes.checkedId(),
            guidance_scale=sampling.guidance.chosen(),
            temperature=sampling.temperature.chosen(),
            top_k=None if top_k is None else round(top_k),
            top_p=sampling.top_p.chosen(),
            seed=sampling.seed.value(),
            seed_locked=sampling.seed.is_locked(),
            ends=self._ends.isChecked(),
            shows_best=self._best.isChecked(),
        )

    def set_values(self, values: PromptValues) -> None:
        """Show these values."""
        if values.prompt != self.values().prompt:  # else cursor and undo are kept
            self._prompt.setPlainText(values.prompt)
        self._length.set_value(values.duration_s)
        nearest = min(TAKES, key=lambda takes: abs(takes - values.takes))
        self._takes.button(nearest).setChecked(True)
        self._ends.setChecked(values.ends)
        self._best.setChecked(values.shows_best)
        self._sampling.guidance.choose(values.guidance_scale)
        self._sampling.temperature.choose(values.temperature)
        self._sampling.top_k.choose(values.top_k)
        self._sampling.top_p.choose(values.top_p)
        self._sampling.seed.set_value(values.seed)
        self._sampling.seed.set_locked(values.seed_locked)

    def set_usual_sampling(self, sampling: Sampling) -> None:
        """Show what is usual for the checkpoint now in use; what the musician has chosen stays."""
        self._sampling.set_usual(sampling)

    def set_problem(self, problem: UserProblem | None) -> None:
        """Say under the field why the order cannot be made; None takes it away."""
        self._problem.set_problem(problem)
        if problem is not None:
            self._seen_wanted.emit(self._problem)

    def show_examples(self, is_shown: bool) -> None:
        """Show or hide the three example prompts, which teach as long as nothing was made."""
        self._examples.setVisible(is_shown)

    def set_folds(self, melody: bool, advanced: bool) -> None:
        """Open or close the folds, as they were left."""
        self.melody.set_open(melody)
        self._sampling.fold.set_open(advanced)

    def folds(self) -> tuple[bool, bool]:
        """Return whether the folds for the melody and the advanced values are open."""
        return self.melody.is_open(), self._sampling.fold.is_open()

    def focus_prompt(self) -> None:
        """Put the cursor into the prompt."""
        self._prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)
        self.melody.set_keys(keys)
        self._generate.say(self.tr("Generate"), keys.label("generate"))

    def _build_prompt(self) -> None:
        self._prompt = QPlainTextEdit()
        self._prompt.setPlaceholderText(self.tr("Describe the music: style, mood, instruments, tempo"))
        self._prompt.setAccessibleName(self.tr("Prompt"))
        self._prompt.setTabChangesFocus(True)
        self._prompt.setFixedHeight(88)
        self._bindings.tip(self._prompt, "generate", self.tr("What the music is to be like, in English; then generate"))
        self._prompt.textChanged.connect(self._follow_text)
        FileDrops(self._prompt.viewport(), has_melody, self._take_melody)
        self._problem = ProblemNote()
        self._problem.set_problem(None)
        self._examples = QWidget()
        column = QVBoxLayout(self._examples)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(plain_label(self.tr("New here? Click one and listen:"), Look.MUTED, wraps=True))
        column.addWidget(_flow(self._example(example) for example in EXAMPLES))

    def _build_help(self, find_past: Find) -> None:
        self.history = PromptHistory(find_past, self)
        self.history.chosen.connect(self._use_prompt)
        self._surprise = picture_button("dice", self.tr("Surprise me"))
        self._surprise.clicked.connect(self._make_surprise)
        self._past = picture_button("queue", self.tr("Prompts written before"))
        self._past.clicked.connect(self._open_history)
        self._bindings.add("surprise", self._make_surprise)
        self._bindings.tip(self._surprise, "surprise", self.tr("Surprise me: a prompt that makes sense"))
        self._bindings.add("prompt-history", self._open_history)
        self._bindings.tip(self._past, "prompt-history", self.tr("Prompts written before, and what worked"))
        self._cautions = plain_label(look=Look.MUTED, wraps=True)
        self._cautions.setAccessibleName(self.tr("A word on the prompt"))
        self._cautions.hide()

    def _example(self, prompt: str) -> QPushButton:
        button = QPushButton(icon("play", "accent"), prompt)
        button.setAccessibleName(self.tr("Make “{0}”").format(prompt))
        button.setToolTip(self.tr("Fill this in and generate"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._make_example(prompt))
        return button

    def _build_chips(self) -> None:
        self._chips: list[ChipRow] = []
        self._chip_pages = QStackedWidget()
        self._chip_kinds = QButtonGroup(self)
        kinds = (
            (self.tr("Genre"), prompting.GENRE),
            (self.tr("Mood"), prompting.MOOD),
            (self.tr("Instrument"), prompting.INSTRUMENT),
            (self.tr("Tempo"), prompting.TEMPO),
            (self.tr("Era"), prompting.ERA),
            (self.tr("Sound"), prompting.PRODUCTION),
        )
        for number, (name, kind) in enumerate(kinds):
            chips = ChipRow(kind.words[:MOST_CHIPS])
            chips.setAccessibleName(name)
            chips.setToolTip(self.tr("A click puts the word into the prompt, or takes it out"))
            chips.toggled.connect(self._toggle_word)
            self._chips.append(chips)
            self._chip_pages.addWidget(chips)
            button = _segment(name, self.tr("Words to click into the prompt: {0}").format(name))
            self._chip_kinds.addButton(button, number)
        self._chip_kinds.button(0).setChecked(True)
        self._chip_kinds.idClicked.connect(self._chip_pages.setCurrentIndex)

    def _build_amount(self) -> None:
        self._length = ValueSlider(
            self.tr("Length"), minimum=MIN_S, maximum=MAX_S, default=DEFAULT_S, decimals=1, unit=self.tr("s")
        )
        self._length.setToolTip(self.tr("How much new music is made"))
        self._length.value_changed.connect(self.values_changed)
        self._takes = QButtonGroup(self)
        self._takes_row = QHBoxLayout()
        self._takes_row.setSpacing(GRID)
        self._takes_row.addWidget(plain_label(self.tr("Takes")), 1)
        for takes in TAKES:
            text = self.tr("1 take") if takes == 1 else self.tr("{0} takes").format(takes)
            button = _segment(str(takes), self.tr("How many versions are made together: {0}").format(text))
            button.setAccessibleName(text)
            self._takes.addButton(button, takes)
            self._takes_row.addWidget(button)
        self._takes.button(1).setChecked(True)
        self._takes.idToggled.connect(self.values_changed)
        self._takes.idToggled.connect(self._allow_best)
        self._best = self._check(
            self.tr("Show the best"),
            self.tr("Measure the takes when they are made: tags, melody, beat, faults; the best comes first"),
        )
        self._ends = self._check(
            self.tr("Let it end"),
            self.tr("Its last bars are made until they rest by themselves, else they fade; not for loops"),
        )
        self._allow_best()

    def _check(self, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setAccessibleName(text)
        box.setToolTip(tip)
        box.toggled.connect(self.values_changed)
        return box

    @Slot()
    def _allow_best(self) -> None:
        """One take has no others beside it."""
        self._best.setVisible(self._takes.checkedId() > 1)

    def _build_generate(self, keys: KeyMap) -> None:
        self._generate = KeyButton()
        self._generate.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._generate.setMinimumHeight(40)
        set_look(self._generate, Look.PRIMARY)
        self._generate.clicked.connect(self._ask)
        self._bindings.button(
            self._generate, "generate", self.tr("Make the music; while some is made, it waits its turn")
        )
        self._generate.say(self.tr("Generate"), keys.label("generate"))

    def _lay_out(self) -> None:
        self._page = Page()
        inner = QVBoxLayout(self._page)
        inner.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        inner.setSpacing(2 * GRID)
        head = _row(plain_label(self.tr("PROMPT"), Look.SECTION), self._surprise, self._past)
        head.insertStretch(1)
        inner.addLayout(head)
        inner.addWidget(self._prompt)
        inner.addWidget(self._problem)
        inner.addWidget(self._cautions)
        inner.addWidget(self._examples)
        inner.addWidget(_flow(self._chip_kinds.buttons()))
        inner.addWidget(self._chip_pages)
        inner.addWidget(self.melody)
        inner.addWidget(self._length)
        inner.addLayout(self._takes_row)
        inner.addWidget(_flow((self._ends, self._best)))
        inner.addWidget(self._sampling)
        inner.addStretch(1)
        self._area = TallArea(self._page, bar_in_margin=True)
        WheelGuard(self._page)
        # Later, as what is to be seen is often laid out only now.
        for wanted in (self.melody.seen_wanted, self._seen_wanted):
            wanted.connect(self._show_part, Qt.ConnectionType.QueuedConnection)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._area, 1)
        bottom = _row(self._generate)
        bottom.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        column.addLayout(bottom)

    @Slot(object)
    def _show_part(self, part: QWidget) -> None:
        self._area.ensureWidgetVisible(part, 0, 4 * GRID)

    def _take_melody(self, files: Sequence[Path]) -> None:
        self.melody.set_open(True)
        self.melody.choose_file(files[0])

    @Slot()
    def _ask(self) -> None:
        if not self._sampling.seed.is_locked():
            self._sampling.seed.roll()  # before, so that the seed shown is the one that is heard
        self.generate_requested.emit(self.values())

    def _make_example(self, prompt: str) -> None:
        self._prompt.setPlainText(prompt)
        self._generate.click()

    @Slot()
    def _follow_text(self) -> None:
        text = self._prompt.toPlainText()
        for chips in self._chips:
            chips.set_checked([word for word in chips.words() if has_word(text, word)])
        self._show_cautions(cautions(text))
        self.text_changed.emit(text)
        self.values_changed.emit()

    def _show_cautions(self, found: Sequence[Caution]) -> None:
        words = {
            Caution.VOCALS: self.tr(
                "Voices come out wordless and blurred: MusicGen plays instruments, it cannot sing."
            ),
            Caution.LANGUAGE: self.tr("MusicGen was taught in English: other languages are only guessed at."),
            Caution.TEMPOS: self.tr("There is more than one tempo in it: MusicGen keeps to one."),
        }
        self._cautions.setText("\n".join(words[each] for each in found))
        self._cautions.setVisible(bool(found))

    @Slot()
    def _make_surprise(self) -> None:
        self._use_prompt(prompting.surprise(self._dice))

    @Slot()
    def _open_history(self) -> None:
        self.history.open_under(self._prompt)

    @Slot(str)
    def _use_prompt(self, text: str) -> None:
        cursor = self._prompt.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)  # in place of setPlainText, so that undo works

    @Slot(str, bool)
    def _toggle_word(self, word: str, is_on: bool) -> None:
        change = with_word if is_on else without_word
        self._use_prompt(change(self._prompt.toPlainText(), word))


def _segment(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setIconSize(QSize(16, 16))
    set_look(button, Look.QUIET)
    return button


def _flow(widgets: Iterable[QWidget]) -> QWidget:
    place = QWidget()
    flow = FlowLayout(place, GRID)
    for widget in widgets:
        flow.addWidget(widget)
    return place


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return row
