"""The page for playing live: prompts, the plane between them, what else can be turned, and keeping. Not for playing."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.live import MAX_VOICES, Steering
from musicgen_studio.core.request import USUAL_SAMPLING
from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, HEAD_PX, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.panels.live_page import LivePage
from musicgen_studio.ui.widgets.flow_layout import FlowLayout
from musicgen_studio.ui.widgets.prompt_plane import PromptPlane
from musicgen_studio.ui.widgets.tall_area import Page, TallArea
from musicgen_studio.ui.widgets.value_slider import ValueSlider

MAX_GUIDANCE, MAX_TEMPERATURE = 10.0, 2.0
MAX_FADE_S, STOP_FADE_S = 30.0, 1.0

_BETWEEN_PX = 6 * GRID  # two columns: a number belongs to what is left of it


class LivePanel(QWidget):
    """The page. Main thread."""

    play_requested = Signal()
    stop_requested = Signal()
    end_requested = Signal()
    keep_requested = Signal()
    close_requested = Signal()
    schedule_requested = Signal()
    """The prompts by the minute are to be written."""
    changed = Signal()
    """Something else is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._is_playing, self._is_by_the_minute = False, False
        self._columns = 0  # of what is turned; none is laid out yet
        self.plane = PromptPlane()
        self.prompts = [QLineEdit(clearButtonEnabled=True, maxLength=400) for _ in range(MAX_VOICES)]
        self._taken: tuple[str, ...] = ("",) * MAX_VOICES  # of each line what was taken over; more may be typed there
        self._levels = [plain_label("", Look.MUTED) for _ in range(MAX_VOICES)]
        usual = USUAL_SAMPLING
        self.guidance = ValueSlider(
            self.tr("Guidance"), minimum=0.0, maximum=MAX_GUIDANCE, default=usual.guidance_scale, decimals=1
        )
        self.temperature = ValueSlider(
            self.tr("Temperature"), minimum=0.0, maximum=MAX_TEMPERATURE, default=usual.temperature, decimals=2
        )
        self.sparser = ValueSlider(self.tr("Sparser"), minimum=0.0, maximum=1.0, default=0.0, decimals=2)
        self.sparser.setToolTip(self.tr("Fewer notes and strokes; heard about three seconds later at first"))
        self.guidance.setToolTip(self.tr("Higher keeps closer to your words; lower drifts more freely"))
        self.temperature.setToolTip(self.tr("Higher surprises more, up to noise; lower repeats itself"))
        self.fade_in = ValueSlider(
            self.tr("Fade in"), minimum=0.0, maximum=MAX_FADE_S, default=0.0, decimals=1, unit="s"
        )
        self.fade_in.setToolTip(self.tr("How long it takes to its full loudness when you press Play live"))
        self.fade_out = ValueSlider(
            self.tr("Fade out"), minimum=0.0, maximum=MAX_FADE_S, default=STOP_FADE_S, decimals=1, unit="s"
        )
        self.fade_out.setToolTip(self.tr("How long it takes to silence when you press Stop"))
        self.melody = QCheckBox(self.tr("Follow the melody on the left"))
        self.melody.setAccessibleName(self.tr("Follow the melody on the left, live"))
        self.melody.setToolTip(self.tr("A hum, a MIDI file or drawn notes; heard about three seconds later"))
        self._followed = plain_label("", Look.MUTED, wraps=True)
        self._followed.hide()
        self.on_the_bar = QCheckBox(self.tr("Change on the bar"))
        self.on_the_bar.setAccessibleName(self.tr("Live changes wait for the next bar"))
        self.on_the_bar.setToolTip(self.tr("Prompts and their weights change where the next bar begins"))
        self.keep_all = QCheckBox(self.tr("Keep all of it"))
        self.keep_all.setAccessibleName(self.tr("Keep all of the live music when it ends"))
        self.keep_all.setToolTip(self.tr("When it ends, everything that was heard becomes a clip"))
        self._play = self._button("play", self.tr("Play live"), self.tr("Begin to play"))
        set_look(self._play, Look.PRIMARY)
        self._end = self._button("to-end", self.tr("End with the phrase"), self.tr("Stop where four bars end"))
        self._keep = self._button("record", self.tr("Keep the last 30 s"), self.tr("Put it into the library (K)"))
        self._close = self._button("close", self.tr("Close"), self.tr("Back to the clip; live music stops"))
        self._schedule = self._button("queue", self.tr("By the minute…"), self.tr("Prompts that follow each other"))
        self._schedule.setAccessibleName(self.tr("Write prompts by the minute"))
        self._scheduled = plain_label("", Look.MUTED, wraps=True)
        self._scheduled.hide()
        self._said = plain_label("", Look.MUTED, wraps=True)
        self._said.hide()
        self._join()
        self._lay_out()
        self._name_prompts()
        self.set_playing(False)
        self.take_prompts()

    def steering(self, weights: tuple[float, ...] | None = None) -> Steering:
        """Return what is asked for, but for the melody."""
        shares = self.plane.weights() if weights is None else weights
        asked = Steering(self._written(), shares, self.guidance.value(), self.temperature.value())
        return asked.sparser(round(self.sparser.value(), 2))

    def set_playing(self, is_playing: bool) -> None:
        """Show whether it plays."""
        self._is_playing = is_playing
        self._play.setText(self.tr("Stop") if is_playing else self.tr("Play live"))
        self._play.setIcon(icon("stop" if is_playing else "play", "on_accent"))
        self._play.setAccessibleName(self.tr("Stop the live music") if is_playing else self.tr("Play live"))
        for button in (self._end, self._keep):
            button.setEnabled(is_playing)
        for widget in (self._schedule, self.fade_in):  # hold from the beginning on
            widget.setEnabled(not is_playing)

    def set_ending(self) -> None:
        """Show that it ends with the phrase."""
        self._end.setEnabled(False)

    def set_schedule(self, words: str | None) -> None:
        """Show what is played by the minute, or let the prompts of the page be played.

        Args:
            words: When which prompt begins; None is no schedule.
        """
        self._is_by_the_minute = words is not None
        self._scheduled.setText("" if words is None else self.tr("By the minute: {0}").format(words))
        self._scheduled.setVisible(words is not None)
        for widget in (*self.prompts, *self._levels, self.plane):
            widget.setVisible(words is None)
        self.take_prompts()

    def page(self, schedule: str) -> LivePage:
        """Return how it is set.

        Args:
            schedule: The prompts by the minute as they are written.
        """
        return LivePage(
            prompts=tuple(line.text() for line in self.prompts),
            puck=self.plane.puck(),
            guidance=self.guidance.value(),
            temperature=self.temperature.value(),
            sparser=self.sparser.value(),
            fade_in_s=self.fade_in.value(),
            fade_out_s=self.fade_out.value(),
            on_the_bar=self.on_the_bar.isChecked(),
            keeps_all=self.keep_all.isChecked(),
            schedule=schedule,
            is_by_the_minute=self._is_by_the_minute,
        )

    def set_page(self, page: LivePage) -> None:
        """Set it as it was; the prompts by the minute are its owner's matter."""
        for line, prompt in zip(self.prompts, page.prompts, strict=True):
            line.setText(prompt)
        self.take_prompts()
        self.plane.move_puck(*page.puck)
        for slider, value in (
            (self.guidance, page.guidance),
            (self.temperature, page.temperature),
            (self.sparser, page.sparser),
            (self.fade_in, page.fade_in_s),
            (self.fade_out, page.fade_out_s),
        ):
            slider.set_value(value)
        self.on_the_bar.setChecked(page.on_the_bar)
        self.keep_all.setChecked(page.keeps_all)

    def say(self, text: str) -> None:
        """Say how it goes."""
        if text != self._said.text():
            self._said.setText(text)
            self._said.setVisible(bool(text))

    def say_of_melody(self, text: str) -> None:
        """Say what is to be known of the melody that is followed; empty for nothing."""
        self._followed.setText(text)
        self._followed.setVisible(bool(text))

    def said(self) -> str:
        """Return what it says of how it goes."""
        return self._said.text()

    def _written(self) -> tuple[str, ...]:
        return tuple(text for text in self._taken if text) or ("",)

    def _button(self, name: str, words: str, tip: str) -> QPushButton:
        button = QPushButton(icon(name), words)
        button.setAccessibleName(words)
        button.setToolTip(tip)
        return button

    def _name_prompts(self) -> None:
        for number, line in enumerate(self.prompts, start=1):
            line.setAccessibleName(self.tr("Live prompt {0}").format(number))
            line.setToolTip(self.tr("Enter takes it over; it is heard about three seconds later"))
            line.setPlaceholderText(self.tr("Prompt {0}").format(number))

    def _join(self) -> None:
        for line in self.prompts:
            line.editingFinished.connect(self.take_prompts)
        self.plane.weights_changed.connect(self._show_levels)
        for slider in (self.guidance, self.temperature, self.sparser):
            slider.value_changed.connect(self.changed)
        self.melody.toggled.connect(self.changed)
        self._play.clicked.connect(self._turn)
        self._end.clicked.connect(self.end_requested)
        self._keep.clicked.connect(self.keep_requested)
        self._close.clicked.connect(self.close_requested)
        self._schedule.clicked.connect(self.schedule_requested)

    def _lay_out(self) -> None:
        lines = QGridLayout()
        lines.setSpacing(2 * GRID)
        for row, (line, level) in enumerate(zip(self.prompts, self._levels, strict=True)):
            level.setMinimumWidth(56)
            lines.addWidget(line, row, 0)
            lines.addWidget(level, row, 1)
        self._turned = QGridLayout()
        self._turned.setHorizontalSpacing(_BETWEEN_PX)
        self._turned.setVerticalSpacing(2 * GRID)
        self._in_columns(2)
        page = Page()
        body = QVBoxLayout(page)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(3 * GRID)
        body.addLayout(lines)
        body.addWidget(self._scheduled)
        body.addWidget(self.plane, 1)
        body.addLayout(self._turned)
        body.addWidget(_row(self._schedule, self.melody, self.keep_all))
        body.addWidget(self._followed)
        body.addStretch()  # takes the plane's place where that is not seen
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * GRID)
        title = plain_label(self.tr("Live"), Look.TITLE)
        title.setFixedHeight(HEAD_PX)
        column.addWidget(title)
        self._area = TallArea(page)
        column.addWidget(self._area, 1)
        column.addWidget(_row(self._play, self._end, self._keep, self._close))
        column.addWidget(self._said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put what is turned below each other where two would not stand side by side."""
        super().resizeEvent(event)
        widest = [max(widget.minimumSizeHint().width() for widget in side) for side in zip(*self._pairs(), strict=True)]
        bar_px = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self._in_columns(2 if self.width() >= sum(widest) + _BETWEEN_PX + bar_px else 1)

    def _pairs(self) -> tuple[tuple[QWidget, QWidget], ...]:
        return (self.guidance, self.temperature), (self.fade_in, self.fade_out), (self.sparser, self.on_the_bar)

    def _in_columns(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, widget in enumerate(widget for pair in self._pairs() for widget in pair):
            self._turned.addWidget(widget, number // columns, number % columns)
        self._turned.setColumnStretch(0, 1)
        self._turned.setColumnStretch(1, columns - 1)

    @Slot()
    def _turn(self) -> None:
        (self.stop_requested if self._is_playing else self.play_requested).emit()

    @Slot()
    def take_prompts(self) -> None:
        """Take over what is written in the lines; until then what is typed there is nobody's wish."""
        self._taken = tuple(line.text().strip() for line in self.prompts)
        written = self._written()
        self.plane.set_prompts(written)
        self.sparser.setEnabled(len(written) < MAX_VOICES and not self._is_by_the_minute)  # it is a prompt, too

    @Slot()
    def _show_levels(self) -> None:
        levels = iter(self.plane.weights())
        for prompt, level in zip(self._taken, self._levels, strict=True):
            level.setText(f"{round(100 * next(levels, 0.0))} %" if prompt else "")
        self.changed.emit()


def _row(*widgets: QWidget) -> QWidget:
    """Return buttons beside each other, in as many lines as they need."""
    place = QWidget()
    place.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    flow = FlowLayout(place, 2 * GRID)
    for widget in widgets:
        flow.addWidget(widget)
    return place
