"""Playing live in the window: from the page to the engine's thread and back. Not for the page itself (`panels`)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from random import randrange

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.live import Mailbox, Steering
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.sound.devices import DeviceName, chosen_output
from musicgen_studio.studio.arranging.live_kept import is_live, remembered
from musicgen_studio.studio.arranging.live_output import open_output
from musicgen_studio.studio.arranging.live_play import HeardOutput, LiveAgain, LivePlay
from musicgen_studio.studio.arranging.live_schedule import Schedule, schedule_of, words_of
from musicgen_studio.studio.humming.sketch import Sketch
from musicgen_studio.ui.panels.live_page import LivePage
from musicgen_studio.ui.panels.live_panel import LivePanel
from musicgen_studio.ui.panels.schedule_dialog import ScheduleDialog
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings

POLL_MS = 33
SEEDS = 2**31
LEAVE_S = 0.3
"""How fast live music fades out where a clip is played instead."""

KEPT = "live"
"""How the library remembers the page."""


class Live(QObject):
    """Plays live. Main thread.

    Args:
        services: The library and the engine's thread.
        listening: Is silent while live music plays.
        melodies: The melody on the left.
        pages: The middle of the window, where the page stands beside the clip's.
        parent: The window.
    """

    kept = Signal(object)
    """A Clip that has come into the library."""

    said = Signal(str)
    problem_found = Signal(object)

    def __init__(
        self, services: Services, listening: Listening, melodies: Melodies, pages: QStackedWidget, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._melodies, self._pages = services, listening, melodies, pages
        self.panel = LivePanel()
        pages.addWidget(self.panel)
        self.open_output: Callable[[], AbstractContextManager[HeardOutput]] = self._device
        """Where it is heard; another one in tests."""
        self.playing: LivePlay | None = None
        self._again: LiveAgain | None = None
        self._schedule: Schedule | None = None
        self.schedule_dialog = ScheduleDialog(lambda text: words_of(schedule_of(text)), parent)
        self.schedule_dialog.used.connect(self._use_schedule)
        self.schedule_dialog.dropped.connect(self._drop_schedule)
        self._kept_page = ""
        self._is_ending = False
        self._is_leaving = False
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._look)
        panel = self.panel
        panel.play_requested.connect(self.play)
        panel.stop_requested.connect(self.stop)
        panel.end_requested.connect(self.end_with_the_phrase)
        panel.keep_requested.connect(self.keep)
        panel.close_requested.connect(self.close)
        panel.schedule_requested.connect(self.write_schedule)
        panel.changed.connect(self._ask)
        panel.melody.toggled.connect(self._tell_melody)
        melodies.changed.connect(self._tell_melody)
        panel.keep_all.toggled.connect(self._set_keep_all)
        panel.on_the_bar.toggled.connect(self._set_on_the_bar)
        self._recall()

    def bind(self, bindings: Bindings, prompt: Callable[[], str], chosen: Callable[[], list[Clip]]) -> None:
        """Bind its keys and menu entries.

        Args:
            bindings: The window's.
            prompt: Returns the words to begin with.
            chosen: Returns the clips that are meant.
        """

        def turn() -> None:
            if self.is_open():
                self.close()
            else:
                self.open(prompt())

        def again() -> None:
            for clip in chosen()[:1]:
                self.make_again(clip)

        bindings.add("live", turn, is_on=self.is_open)
        bindings.add("live-keep", self.keep, lambda: self.playing is not None)
        bindings.add("live-again", again, lambda: self.can_make_again(chosen()))

    @property
    def is_making_again(self) -> bool:
        """Whether a kept clip is being made once more."""
        return self._again is not None

    def is_open(self) -> bool:
        """Whether the page is seen."""
        return self._pages.currentWidget() is self.panel

    def open(self, prompt: str = "") -> None:
        """Show the page; its first prompt is this where there is none yet."""
        if prompt and not self.panel.prompts[0].text():
            self.panel.prompts[0].setText(prompt)
            self.panel.prompts[0].editingFinished.emit()
        self._pages.setCurrentWidget(self.panel)
        self.panel.plane.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def close(self) -> None:
        """Stop, and show the clip again."""
        self.stop()
        self.keep_page()
        self._pages.setCurrentIndex(0)

    @Slot()
    def play(self) -> None:
        """Begin to play."""
        if self.playing is not None:
            return
        self._services.transport.stop()
        self._listening.poll()  # which knows then that it is silent
        self.panel.take_prompts()
        mailbox = Mailbox(self._steering())
        seed = randrange(SEEDS)  # noqa: S311 - not for secrets
        services = self._services
        self.playing = LivePlay(
            services.library,
            services.choice,
            mailbox,
            self.open_output,
            seed,
            self._schedule,
            self.panel.fade_in.value(),
        )
        self.playing.keeps_all = self.panel.keep_all.isChecked()
        self.playing.turn_on_the_bar(is_on=self.panel.on_the_bar.isChecked())
        self._is_ending = False
        self._is_leaving = False
        self.panel.set_playing(True)
        self.keep_page()
        services.loop.play(self.playing)
        self._poll.start()

    @Slot()
    def stop(self) -> None:
        """Let it fade out."""
        if self.playing is not None:
            self.playing.stop(self.panel.fade_out.value())

    @Slot()
    def end_with_the_phrase(self) -> None:
        """Let it end where four bars end, and say so until then."""
        if self.playing is not None and self.playing.facts is not None:
            self.playing.end_with_the_phrase()
            self._is_ending = True
            self.panel.set_ending()

    @Slot()
    def write_schedule(self) -> None:
        """Let the prompts by the minute be written."""
        if not self.schedule_dialog.text().strip():
            first, *others = (line.text().strip() for line in self.panel.prompts)
            second = next((each for each in others if each), self.tr("slow ambient synth"))
            first = first or self.tr("calm piano with strings")
            self.schedule_dialog.set_text(f"0 | {first}\n10 | morph 20 s | {second}\n")
        self.schedule_dialog.open()

    def keep_page(self) -> None:
        """Write down how the page is set, for the next start, if it is set otherwise than then."""
        page = self.panel.page(self.schedule_dialog.text()).to_json()
        if page != self._kept_page:
            self._kept_page = page
            self._services.remember(KEPT, page)

    def _recall(self) -> None:
        page = LivePage.from_json(self._services.library.recall(KEPT))
        if page is not None:
            self.panel.set_page(page)
            self.schedule_dialog.set_text(page.schedule)
            if page.is_by_the_minute and self.schedule_dialog.use.isEnabled():
                self._play_by(page.schedule)
        self._kept_page = self.panel.page(self.schedule_dialog.text()).to_json()

    @Slot(str)
    def _use_schedule(self, text: str) -> None:
        self._play_by(text)
        self.keep_page()

    def _play_by(self, text: str) -> None:
        self._schedule = schedule_of(text)
        self.panel.set_schedule(words_of(self._schedule))

    @Slot()
    def _drop_schedule(self) -> None:
        self._schedule = None
        self.panel.set_schedule(None)
        self.keep_page()

    @Slot()
    def keep(self) -> None:
        """Put the last half minute into the library."""
        playing = self.playing
        if playing is not None:
            self._services.background.run("keep live music", playing.keep_last, self._tell_kept)

    def can_make_again(self, clips: list[Clip]) -> bool:
        """Tell whether the first of some clips was kept of live music."""
        return any(is_live(self._services.library, clip) for clip in clips[:1])

    def make_again(self, clip: Clip) -> None:
        """Make a kept clip once more from its record."""
        if self._again is not None:
            self.said.emit(self.tr("One at a time: another clip is still being made again"))
            return
        record = remembered(self._services.library, clip)
        if record is not None:
            self._again = LiveAgain(self._services.library, clip, record, self._services.choice)
            self._services.loop.play(self._again)
            self.said.emit(self.tr("“{0}” is being made again").format(clip.title))
            self._poll.start()

    def _device(self) -> AbstractContextManager[HeardOutput]:
        """Open the device that the window plays on; the loudness is the window's, too. The engine's thread."""
        device = chosen_output(DeviceName.parse(self._services.settings.output_device))
        return open_output(device, lambda: self._services.transport.volume)

    def _steering(self) -> Steering:
        asked = replace(self.panel.steering(), melody=self._melody() if self.panel.melody.isChecked() else None)
        if self._schedule is None:
            return asked
        return replace(asked, prompts=(self._schedule.entries[0].prompt,), weights=(1.0,))

    def _melody(self) -> Melody | None:
        sketch: Sketch | None = self._melodies.sketch
        return None if sketch is None or not sketch.notes.notes else sketch.notes

    @Slot()
    def _tell_melody(self) -> None:
        """Say where what is followed is not what stands on the left: live music follows notes."""
        sketch, told = self._melodies.sketch, ""
        if sketch is None:
            told = self.tr("There is no melody on the left yet")
        elif not sketch.notes.notes:
            told = self.tr("No notes were found in the melody on the left, so live music follows none")
        elif sketch.as_sung:
            told = self.tr("Live music follows notes; of a mix those of the strongest pitch, not its lead and chords")
        self.panel.say_of_melody(told if self.panel.melody.isChecked() else "")

    @Slot()
    def _ask(self) -> None:
        if self.playing is not None:
            self.playing.ask(self._steering())

    @Slot(bool)
    def _set_keep_all(self, is_kept: bool) -> None:
        if self.playing is not None:
            self.playing.keeps_all = is_kept

    @Slot(bool)
    def _set_on_the_bar(self, is_on: bool) -> None:
        if self.playing is not None:
            self.playing.turn_on_the_bar(is_on=is_on)

    def _tell_kept(self, clip: Clip | None) -> None:
        if clip is not None:
            self.kept.emit(clip)
            self.said.emit(self.tr("“{0}” is in the library").format(clip.title))

    @Slot()
    def _look(self) -> None:
        """Show how it goes, and see to what has ended."""
        playing, again = self.playing, self._again
        if again is not None and again.is_over:
            self._again = None
            self._end(again)
        if playing is not None:
            is_over = playing.is_over
            self._ask()  # the melody on the left may be another one
            self._give_way(playing)
            self.panel.say(self._words(playing, is_over=is_over))
            if is_over:
                self.playing = None
                self.panel.set_playing(False)
                self._end(playing)
        if self.playing is None and self._again is None:
            self._poll.stop()

    def _give_way(self, playing: LivePlay) -> None:
        """Let it end where a clip is played beside it, as the page of the clip was gone back to: one is heard."""
        if self._listening.is_playing and not (self.is_open() or self._is_leaving):
            self._is_leaving = True
            playing.stop(LEAVE_S)

    def _end(self, ended: LivePlay | LiveAgain) -> None:
        if ended.problem is not None:
            self.problem_found.emit(ended.problem)
        self._tell_kept(ended.kept)

    def _words(self, playing: LivePlay, *, is_over: bool) -> str:
        facts = playing.facts
        if facts is None:
            return "" if is_over else self.tr("Getting ready…")
        told = self.tr("{0:.0f} s were played") if is_over else self.tr("{0:.0f} s")
        words = [told.format(facts.heard_s), self.tr("made at {0} × real time").format(speed_in_words(facts.speed))]
        heard_s = playing.knob_to_ear_s
        if heard_s is not None:
            told = self.tr("from a control to its sound {0:.2f} s, and {1:.2f} s in the device")
            words.append(told.format(heard_s, playing.latency_s))
        if self._is_ending and not is_over:
            words.append(self.tr("it ends with the phrase"))
        if facts.waits_s is not None and not is_over:
            words.append(self.tr("the change comes with the bar"))
        if facts.breaks:
            words.append(self.tr("the sound broke off {0} times").format(facts.breaks))
        if facts.breaks and facts.speed < 1 and not is_over:
            told = self.tr("slower than it plays here: {0:.1f} s are gathered before it goes on")
            words.append(told.format(facts.lead_s))
        if facts.problem is not None:
            words.append(facts.problem.what)
        return " · ".join(words)
