"""What is shown in the middle: its name, what is to be known of it, and what can be made of it.

Extending is asked for in a small card that folds out below the buttons. Not for making anything (`studio`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from html import escape

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.clip import Clip
from musicgen_studio.studio.arranging.markers import ending_in
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, HEAD_PX, Look, set_look
from musicgen_studio.ui.panels.asking_card import AskingCard
from musicgen_studio.ui.panels.clip_words import clock, how_it_ends, similarity_in_words
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.panels.replace_card import ReplaceCard, ReplaceValues
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.value_slider import ValueSlider
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

EXTEND_MIN_S, EXTEND_MAX_S, EXTEND_S = 1.0, 600.0, 8.0
MORPH_BARS, MORPHS_S = (1, 2, 4), (1, 2, 4, 8)


_AROUND_PX = 18
"""Around picture and words of a button: its border, its padding, and what parts the two."""


@dataclass(frozen=True, slots=True)
class ExtendValues:
    """How a clip is to go on.

    Args:
        from_playhead: From where the playhead stands; else from the end.
        duration_s: How much is to be added, in seconds.
        prompt: Words of a new passage; empty goes on with the one that ends there.
        follows_melody: Whether the new part follows the melody on the left.
        morph_s: Seconds in which the music goes over into a new passage; 0 is a cut.
        ends: Whether the music comes to an end.
    """

    from_playhead: bool
    duration_s: float
    prompt: str
    follows_melody: bool = False
    morph_s: float = 0.0
    ends: bool = False


class ClipHeader(QWidget):
    """Title, facts and actions of a clip. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    extend_requested = Signal(object)  # ExtendValues
    replace_requested = Signal(object)  # ReplaceValues
    variations_requested = Signal()  # again, with other seeds
    again_requested = Signal()  # again, with the same seed
    use_settings_requested = Signal()
    export_requested = Signal()
    tempo_requested = Signal()  # tempo and key are to be seen or corrected
    stems_requested = Signal()  # the stems are to be shown, made first if need be
    separator_chosen = Signal(str)  # stems are to be made by the separator of this name

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._title = ElidedLabel(Look.TITLE, Qt.TextElideMode.ElideMiddle)
        self._title.setFixedHeight(HEAD_PX)
        self._facts = ElidedLabel(Look.MUTED)
        self.tempo_chip = QToolButton()
        set_look(self.tempo_chip, Look.CHIP)
        self.tempo_chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tempo_chip.clicked.connect(self.tempo_requested)
        self.set_tempo("")
        self._build_actions()
        self._card = ExtendCard()
        self._card.extend_requested.connect(self._extend_now)
        self._card.hide()
        self._extend.toggled.connect(self._card.setVisible)
        self._replace_card = ReplaceCard()
        self._replace_card.replace_requested.connect(self._replace_now)
        self._replace_card.hide()
        self._replace.toggled.connect(self._replace_card.setVisible)
        for card, one, other in (
            (self._card, self._extend, self._replace),
            (self._replace_card, self._replace, self._extend),
        ):
            one.toggled.connect(partial(_close_if, other))
            card.left.connect(partial(one.setChecked, False))
        self._lay_out()
        self.set_clip(None)

    def set_clip(self, clip: Clip | None, is_making: bool = False) -> None:
        """Show a clip.

        Args:
            clip: Which, None for none.
            is_making: Whether it still grows; nothing can be made of it then.
        """
        self._title.setText(self.tr("No clip yet") if clip is None else clip.title)
        self._facts.setText(self.tr("Describe some music on the left") if clip is None else self._say(clip, is_making))
        for label in (self._title, self._facts):  # either may be too long for its line
            label.setToolTip(f"<qt>{escape(label.text())}</qt>")
        needs_sound, needs_recipe = self._reasons(clip, is_making)
        for button, reason in (
            (self._extend, needs_sound),
            (self._replace, needs_sound),
            (self._export, needs_sound),
            (self._stems, needs_sound),
            (self._variations, needs_recipe),
            (self._again, needs_recipe),
            (self._use, needs_recipe),
        ):
            self._allow(button, reason)
        self._choose_separator.setEnabled(not needs_sound)

    def set_tempo(self, text: str) -> None:
        """Say what is known of tempo and key, such as `125 bpm · A minor`; an empty text says nothing."""
        self.tempo_chip.setText(text)
        self.tempo_chip.setAccessibleName(self.tr("Tempo and key: {0}").format(text))
        self._bindings.tip(self.tempo_chip, "tempo", self.tr("Tempo, bars and key; click to correct them"))
        self.tempo_chip.setVisible(bool(text))

    def set_separators(self, separators: Mapping[str, tuple[str, str]], chosen: str) -> None:
        """Say what could take the clip apart.

        Args:
            separators: What is said of each, in a line and at more length, by name. With a single one there is nothing
                to choose.
            chosen: The name of the one that does.
        """
        self._separators.clear()
        for name, (line, more) in separators.items():
            action = self._separators.addAction(line.replace("&", "&&"))
            action.setToolTip(f"<qt>{escape(more)}</qt>")
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(partial(self.separator_chosen.emit, name))
        self._choose_separator.setVisible(len(separators) > 1)
        self._fit_words()

    def set_playhead(self, seconds: float) -> None:
        """Say where the playhead stands, for going on from there."""
        self._card.set_playhead(seconds)

    def set_melody(self, is_there: bool) -> None:
        """Say whether there is a melody that going on, or a section, could follow."""
        self._card.set_melody(is_there)
        self._replace_card.set_melody(is_there)

    def set_bar(self, bar_s: float | None) -> None:
        """Say how long a bar of the clip is, None if nobody knows."""
        self._card.set_bar(bar_s)

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    def set_low(self, is_low: bool) -> None:
        """Leave the buttons to the menus where there is little room."""
        self._actions.setVisible(not is_low)

    def ask_to_extend(self) -> None:
        """Fold out what asks how the clip is to go on, and put the cursor into it."""
        if self._extend.isEnabled():
            self._extend.setChecked(True)
            self._card.focus()

    def set_section(self, section_s: tuple[float, float] | None) -> None:
        """Say what is selected, from and to in seconds, for replacing it."""
        self._replace_card.set_section(section_s)

    def ask_to_replace(self) -> None:
        """Fold out what asks how the selection is to be made anew, and put the cursor into it."""
        if self._replace.isEnabled():
            self._replace.setChecked(True)
            self._replace_card.focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words out where the buttons would not stand in one row: each says in its tip what it does."""
        super().resizeEvent(event)
        self._fit_words()

    def _fit_words(self) -> None:
        needed = sum(button.width_with_words() + GRID for button in self._ids) - GRID
        if not self._choose_separator.isHidden():
            needed += self._choose_separator.sizeHint().width() + GRID
        style = Qt.ToolButtonStyle
        wanted = style.ToolButtonTextBesideIcon if needed <= self.width() else style.ToolButtonIconOnly
        for button in self._ids:
            button.setToolButtonStyle(wanted)

    def _build_actions(self) -> None:
        self._tips: dict[_ActionButton, str] = {}
        self._extend = self._button("extend", self.tr("Extend"), self.tr("Go on from the end or the playhead"))
        self._extend.setCheckable(True)
        self._replace = self._button("replace", self.tr("Replace"), self.tr("Make the selection anew"))
        self._replace.setCheckable(True)
        self._variations = self._button(
            "variations", self.tr("Variations"), self.tr("The same settings with other seeds")
        )
        self._variations.clicked.connect(self.variations_requested)
        self._again = self._button("redo", self.tr("Again"), self.tr("The same settings and the same seed"))
        self._again.clicked.connect(self.again_requested)
        self._use = self._button("settings", self.tr("Use settings"), self.tr("Put its settings back on the left"))
        self._use.clicked.connect(self.use_settings_requested)
        self._stems = self._button("stems", self.tr("Stems"), self.tr("Take it apart: drums, bass, lead and the rest"))
        self._stems.clicked.connect(self.stems_requested)
        self._choose_separator = self._button("chevron-down", self.tr("Separator"), "")
        self._choose_separator.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._choose_separator.setToolTip(self.tr("Choose what takes the clip apart"))
        self._choose_separator.clicked.connect(self._ask_separator)
        self._choose_separator.hide()
        self._separators = QMenu(self)
        self._separators.setToolTipsVisible(True)
        self._export = self._button("export", self.tr("Export"), self.tr("Write it as a file for other programs"))
        self._export.clicked.connect(self.export_requested)
        self._ids = {
            self._extend: "extend",
            self._replace: "replace",
            self._variations: "variations",
            self._again: "again",
            self._use: "use-settings",
            self._stems: "stems",
            self._export: "export",
        }

    def _button(self, name: str, text: str, tip: str) -> "_ActionButton":
        button = _ActionButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(16, 16))
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tips[button] = tip
        return button

    def _lay_out(self) -> None:
        self._actions = QWidget()
        flow = _OneRow(self._actions, GRID)
        for button in self._ids:
            flow.addWidget(button)
            if button is self._stems:
                flow.addWidget(self._choose_separator)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)  # a card that folds in leaves its room for a moment
        name = QHBoxLayout()
        name.setSpacing(2 * GRID)
        name.addWidget(self._title, 1)
        name.addWidget(self.tempo_chip)
        column.addLayout(name)
        column.addWidget(self._facts)
        column.addSpacing(GRID)
        column.addWidget(self._actions)
        column.addWidget(self._card)
        column.addWidget(self._replace_card)

    def _say(self, clip: Clip, is_making: bool) -> str:
        facts = [clock(clip.duration_s)]
        facts += [self.tr("seed {0}").format(clip.seed)] if clip.seed is not None else []
        facts += [" ".join(f"#{tag}" for tag in clip.tags), clip.checkpoint, clip.licence]
        if clip.melody_similarity is not None:
            facts.insert(1, self.tr("follows the melody {0}").format(similarity_in_words(clip.melody_similarity)))
        ending = None if is_making else ending_in(clip)
        facts += [how_it_ends(ending)] if ending is not None else []
        facts += [self.tr("in the trash")] if clip.trashed is not None else []
        facts += [self.tr("file missing")] if clip.is_missing else []
        facts += [self.tr("still being made")] if is_making else []
        facts += [self.tr("incomplete")] if not (clip.is_complete or is_making) else []
        return " · ".join(fact for fact in facts if fact)

    def _reasons(self, clip: Clip | None, is_making: bool) -> tuple[str, str]:
        """Say why nothing can be done with the sound, and why not with the settings; empty where it can."""
        if clip is None:
            return (self.tr("There is no clip yet"),) * 2
        if is_making:
            return (self.tr("It is still being made"),) * 2
        no_file = self.tr("Its sound file is missing") if clip.is_missing else ""
        return no_file, "" if clip.recipe else self.tr("It was not made here, so it has no settings")

    def _allow(self, button: "_ActionButton", reason: str) -> None:
        button.setEnabled(not reason)
        tip = f"{self._tips[button]}\n{reason}" if reason else self._tips[button]
        button.setAccessibleDescription(tip)
        self._bindings.tip(button, self._ids[button], tip)
        if reason and button in (self._extend, self._replace):
            button.setChecked(False)

    @Slot()
    def _ask_separator(self) -> None:
        button = self._choose_separator
        self._separators.popup(button.mapToGlobal(QPoint(0, button.height())))

    @Slot(object)
    def _extend_now(self, values: ExtendValues) -> None:
        self._extend.setChecked(False)
        self.extend_requested.emit(values)

    @Slot(object)
    def _replace_now(self, values: ReplaceValues) -> None:
        self._replace.setChecked(False)
        self.replace_requested.emit(values)


class _OneRow(FlowLayout):
    """Buttons that leave their words out before they would break into two rows: no height is asked for these."""

    def heightForWidth(self, width: int) -> int:
        """Return the height of one row wherever the pictures alone fit into it. Without words a button is square."""
        sides = [item.sizeHint().height() for item in self.items() if not item.isEmpty()]
        if sum(side + GRID for side in sides) - GRID <= width:
            return max(sides, default=0)
        return super().heightForWidth(width)


class _ActionButton(QToolButton):
    """A button with picture and words, or the picture alone, without the room that Qt leaves for an arrow."""

    def width_with_words(self) -> int:
        """Return how wide it is with its words."""
        return self.iconSize().width() + self.fontMetrics().horizontalAdvance(self.text()) + _AROUND_PX

    def sizeHint(self) -> QSize:
        """Return the size of what is seen."""
        hint = super().sizeHint()
        if self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon:
            hint.setWidth(min(hint.width(), self.width_with_words()))
        return hint


def _close_if(button: QToolButton, is_other_open: bool) -> None:
    if is_other_open:
        button.setChecked(False)


class ExtendCard(AskingCard):
    """Asks how a clip is to go on."""

    extend_requested = Signal(object)  # ExtendValues

    def __init__(self) -> None:
        super().__init__()
        self._end = QRadioButton(self.tr("From the end"))
        self._playhead = QRadioButton()
        self._end.setChecked(True)
        self._end.setAccessibleName(self._end.text())
        self._group = QButtonGroup(self)
        for button in (self._end, self._playhead):
            self._group.addButton(button)
        self._end.setToolTip(self.tr("The clip stays as it is, and goes on"))
        self._playhead.setToolTip(self.tr("The clip stays as it is up to the playhead, and goes on otherwise"))
        self._seconds = ValueSlider(
            self.tr("Add"), minimum=EXTEND_MIN_S, maximum=EXTEND_MAX_S, default=EXTEND_S, decimals=1, unit=self.tr("s")
        )
        self._seconds.setToolTip(self.tr("How much is added"))
        self._prompt = QLineEdit(placeholderText=self.tr("Words of a new passage (optional)"), clearButtonEnabled=True)
        self._prompt.setAccessibleName(self.tr("New words for the added part"))
        self._prompt.setToolTip(self.tr("A new passage begins with them; left empty, the last one goes on"))
        self._prompt.returnPressed.connect(self._go)
        self._ends = QCheckBox(self.tr("Let it end"))
        self._ends.setAccessibleName(self.tr("Let the new part end"))
        self._ends.setToolTip(self.tr("The new part ends: by itself where one of some tries does, else it fades"))
        self._how = QComboBox()
        self._how.setAccessibleName(self.tr("How the music goes over into the new passage"))
        self._how.setToolTip(self.tr("At once, or slowly: then both sound, the one less and less, the other more"))
        self._prompt.textChanged.connect(self._allow_morph)
        self._bar_s: float | None = None
        self.set_bar(None)
        self._follow = QCheckBox(self.tr("Follow the melody"))
        self._follow.setAccessibleName(self._follow.text())
        self._follow.setToolTip(self.tr("The new part follows the melody on the left, from its beginning"))
        self._button = QPushButton(icon("extend", "on_accent"), self.tr("Extend"))
        self._button.setToolTip(self.tr("Make the new part"))
        self._button.setAccessibleName(self.tr("Extend now"))
        self._button.clicked.connect(self._go)
        set_look(self._button, Look.PRIMARY)
        self.set_playhead(0.0)
        self.set_melody(False)
        self._lay_out()

    def focus(self) -> None:
        """Put the cursor into its words."""
        self._prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def values(self) -> ExtendValues:
        """Return what is chosen."""
        follows = self._follow.isEnabled() and self._follow.isChecked()
        words = self._prompt.text().strip()
        morph_s = float(self._how.currentData()) * (self._bar_s or 1.0) if words else 0.0
        return ExtendValues(
            self._playhead.isChecked(), self._seconds.value(), words, follows, morph_s, self._ends.isChecked()
        )

    def set_bar(self, bar_s: float | None) -> None:
        """Say how long a bar of the clip is: morphs then last bars, else seconds."""
        if self._how.count() and bar_s == self._bar_s:
            return
        chosen = max(self._how.currentIndex(), 0)
        self._bar_s = bar_s
        self._how.clear()
        self._how.addItem(self.tr("at once"), 0)
        for number in MORPH_BARS if bar_s else MORPHS_S:
            bars = self.tr("over 1 bar") if number == 1 else self.tr("over {0} bars").format(number)
            self._how.addItem(bars if bar_s else self.tr("over {0} s").format(number), number)
        self._how.setCurrentIndex(chosen)
        self._allow_morph()

    def set_melody(self, is_there: bool) -> None:
        """Offer to follow the melody, if there is one."""
        self._follow.setEnabled(is_there)
        self._follow.setVisible(is_there)

    def set_playhead(self, seconds: float) -> None:
        """Say where the playhead stands."""
        text = self.tr("From the playhead, {0}").format(clock(seconds))
        if text != self._playhead.text():
            self._playhead.setText(text)
            self._playhead.setAccessibleName(text)

    def _lay_out(self) -> None:
        what = QHBoxLayout()
        what.setSpacing(2 * GRID)
        what.addWidget(self._prompt, 1)
        what.addWidget(self._how)
        what.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._end)
        column.addWidget(self._playhead)
        column.addWidget(self._seconds)
        marks = QHBoxLayout()
        marks.setSpacing(4 * GRID)
        marks.addWidget(self._ends)
        marks.addWidget(self._follow)
        marks.addStretch(1)
        column.addLayout(marks)
        column.addLayout(what)

    @Slot()
    def _allow_morph(self) -> None:
        """Only a new passage has something to go over into."""
        self._how.setEnabled(bool(self._prompt.text().strip()))

    @Slot()
    def _go(self) -> None:
        self.extend_requested.emit(self.values())
