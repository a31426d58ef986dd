"""What is shown and heard in the middle of the window: one clip, or the takes of one run, growing or finished.

It stands between the transport, the waveform and the bars around it, and polls what changes fast. Not for making clips
(`generation`) or for keeping them (`collection`).
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.meter import PeakMeter
from musicgen_studio.sound.metronome import Metronome
from musicgen_studio.sound.mixing import ClickedSound, ClicksOnBeats
from musicgen_studio.sound.playable import PlayableSound
from musicgen_studio.sound.transport_state import TransportState
from musicgen_studio.studio.arranging.choosing import rank_of
from musicgen_studio.studio.arranging.composing import passage_frames, splice_frame
from musicgen_studio.studio.arranging.markers import record_in
from musicgen_studio.studio.arranging.opening import Opening
from musicgen_studio.studio.arranging.takes import takes_of
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.clip_words import length
from musicgen_studio.ui.panels.takes_strip import MAX_TAKES, TakesStrip
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.heard import Heard, take_view
from musicgen_studio.ui.window.looping import Looping
from musicgen_studio.ui.window.services import Services

POLL_MS = 33
SEEK_S = 1.0
LEAD_S = 2.0  # of what was there before, played ahead of what is new
_AT_ONCE_FRAMES = 1 << 17  # taken into the peaks in some milliseconds


class Listening(QObject):
    """Shows and plays. Main thread.

    Args:
        services: The program behind the window.
        waveform: The large view.
        bar: Its transport.
        header: What the clip is.
        takes: The takes beside it.
        parent: Qt's owner.
    """

    problem_changed = Signal(object)  # UserProblem that stopped it, or None
    said = Signal(str)  # what does not stop it
    new_device_found = Signal()  # while it plays on another
    preview_moved = Signal(object)  # where a preview is, in seconds; None when it has ended
    shown = Signal(object)  # Clip that is in the middle now
    cleared = Signal()  # nothing is any more
    drawn_changed = Signal()  # whether the clip's own sound is seen
    instead_changed = Signal()  # something else is heard in place of the clip's own sound, or nothing is any more

    def __init__(
        self,
        services: Services,
        waveform: WaveformView,
        bar: TransportBar,
        header: ClipHeader,
        takes: TakesStrip,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._transport = services.transport
        self._waveform, self._bar, self._header, self._takes = waveform, bar, header, takes
        self._meter = PeakMeter()
        self._state = TransportState()
        self._heard: list[Heard] = []
        self._number = 0
        self._going_on: tuple[str, float, bool] | None = None  # a clip, where in it, and whether it is to play
        self._problem: object = None
        self._notice: UserProblem | None = None
        self._has_offered = False
        self._preview: GrowingSound | None = None
        self._instead: PlayableSound | None = None
        self._drawn: GrowingSound | None = None
        self._clicks: TempoMap | None = None
        self._is_told = False  # whether it is told where the preview is
        self._came_from = 0  # where the clip stood when the preview began
        self.looping = Looping(self._transport, waveform, bar, lambda: self.current, self)
        self._connect()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._timer.start()

    @property
    def current(self) -> Heard | None:
        """What is shown, or None."""
        return self._heard[self._number] if self._heard else None

    @property
    def is_playing(self) -> bool:
        """Whether it plays or is about to."""
        return self._state.is_playing

    def other_takes(self) -> list[str]:
        """Return the ids of the takes beside the one that is shown, the next one first."""
        return [heard.clip.id for heard in self._heard[self._number + 1 :] + self._heard[: self._number]]

    @property
    def take(self) -> tuple[int, int]:
        """The place among the takes of the one that is shown, from 0, and how many there are; (0, 0) for none."""
        return self._number, len(self._heard)

    @property
    def is_waiting(self) -> bool:
        """Whether it would play, but waits until the sound will not run dry."""
        return self._state.is_playing and self._state.is_buffering

    @property
    def is_drawing(self) -> bool:
        """Whether there is sound that the waveform does not show yet, or a file that is being read."""
        reads = any(heard.opening is not None and not heard.sound.is_ended for heard in self._heard)
        return reads or any(heard.peaks.frames < heard.sound.frames for heard in self._heard)

    @property
    def underruns(self) -> int:
        """How often the sound broke off since it was loaded."""
        return self._state.underruns

    def show_clip(self, clip: Clip, place_s: float | None = None) -> None:
        """Show a clip of the library, with the takes beside it, while its file is read; nothing plays until asked.

        Args:
            clip: Which.
            place_s: Where to go, and to play on if it plays, once it is read; None stays at its beginning.

        Raises:
            UserProblem: If its file is gone.
        """
        self._services.library.check_sound(clip.id)
        takes = [take for take in takes_of(self._services.library, clip) if not take.is_missing or take == clip]
        if clip not in takes[:MAX_TAKES]:  # an order of a table may have more of them: it is heard alone
            takes = [clip]
        heard = [self._opened(take) for take in takes[:MAX_TAKES]]
        place = takes.index(clip)
        going_on = None if place_s is None else (clip.id, place_s, self.is_playing)
        self._show(heard, place)
        self._going_on = going_on
        for each in (heard[place], *heard[:place], *heard[place + 1 :]):  # what is looked at comes first
            self._read(each)

    def clear(self) -> None:
        """Show nothing: what was shown is gone."""
        self._stop_reading()
        self.end_preview()
        self._transport.stop()
        self._heard, self._number = [], 0
        self._instead = self._drawn = self._clicks = None
        self._waveform.set_sound(None, 1, 0)
        self.looping.forget()
        self._header.set_clip(None)
        self._takes.set_takes({})
        self._bar.set_time(0.0, 0.0)
        self._bar.set_playing(False)
        self._bar.set_available(False)
        self.cleared.emit()

    def _opened(self, clip: Clip) -> Heard:
        settings = self._services.settings
        has_clicks = clip.origin is Origin.RECORDED and settings.clicks_playing and clip.tempo_bpm
        metronome = Metronome(clip.tempo_bpm, settings.beats_per_bar) if has_clicks and clip.tempo_bpm else None
        opening = Opening(self._services.library, clip, metronome)
        record = record_in(clip)
        ranked = rank_of(self._services.library, clip)
        return Heard(
            clip, opening.sound, opening.peaks, opening, ranked=ranked, number=0 if record is None else record.take
        )

    def _read(self, heard: Heard) -> None:
        if heard.opening is not None:
            words = self.tr("Open “{0}”").format(heard.clip.title)
            work = partial(heard.opening.read, self._services.background.stop)
            self._services.background.run(words, work, self._settle_read, lane=Lane.SOUND)

    def show_growing(
        self, clips: Sequence[Clip], sounds: Sequence[GrowingSound], given_frames: int = 0, plays: bool = True
    ) -> None:
        """Show the takes of a run that has begun, and play the first as soon as it will not run dry.

        Args:
            clips: The takes.
            sounds: Their sound.
            given_frames: How much of it was there before and goes on: a little of that is played, at once.
            plays: Whether it is to be heard.
        """
        self._show(
            [
                Heard(clip, sound, PeakPyramid(sound.channels), number=number)
                for number, (clip, sound) in enumerate(zip(clips, sounds, strict=True))
            ]
        )
        if given_frames:
            self._waveform.set_markers([given_frames])
        if plays:
            lead = max(given_frames - round(LEAD_S * sounds[0].sample_rate), 0)
            self._transport.play(lead, at_once=given_frames > 0)

    def update_clip(self, clip: Clip) -> None:
        """Show what has changed about a clip, if it is here: another title, or that it is finished.

        What was found out behind the window may come when a hand has changed something else meanwhile: the library
        has both.
        """
        if self._services.library.has(clip.id):
            clip = self._services.library.get(clip.id)
        for heard in self._heard:
            if heard.clip.id == clip.id:
                heard.clip = clip
        self._tell_clip()
        self._show_takes()
        self._settle()

    def _settle(self) -> None:
        """A run that was stopped is as long as it got."""
        heard = self.current
        if heard is not None and heard.sound.is_ended and heard.sound.frames:
            self._catch_up(heard)
            self._waveform.sound_grew()
            self._waveform.set_expected(heard.sound.frames)

    def _settle_read(self, _read: None) -> None:
        self._settle()
        heard = self.current
        if self._going_on is None or heard is None or heard.is_making or not heard.sound.is_ended:
            return
        (clip_id, place_s, plays), self._going_on = self._going_on, None
        if heard.clip.id == clip_id:
            frame = min(round(place_s * heard.sound.sample_rate), heard.sound.frames)
            (self._transport.play if plays else self._transport.seek)(frame)

    def _catch_up(self, heard: Heard) -> None:
        """Take new sound into the peaks: here if it is little, in the background if it is minutes."""
        if heard.is_catching_up or not heard.behind_frames:
            return
        if heard.behind_frames <= _AT_ONCE_FRAMES:
            heard.catch_up()
            return

        def over(_result: object) -> None:
            heard.is_catching_up = False
            self._settle()

        heard.is_catching_up = True
        self._services.background.run(self.tr("Draw the waveform"), heard.catch_up, over, over, Lane.SOUND)

    def playhead(self) -> int:
        """Return where the playhead stands, in frames."""
        return round(self._state.position_frame) if self._preview is None else self._came_from

    def preview(self, sound: GrowingSound, from_frame: int = 0, is_told: bool = True) -> None:
        """Play something else once, such as a melody's notes; the clip is there again afterwards, where it was.

        Args:
            sound: What to play.
            from_frame: Where to begin.
            is_told: Whether `preview_moved` tells where it is.
        """
        self._came_from = self.playhead()
        self._preview, self._is_told = sound, is_told
        self._transport.load(sound)
        self._transport.play(from_frame)

    @Slot()
    def end_preview(self) -> None:
        """Bring the clip back, if something else is being played."""
        if self._preview is None:
            return
        self._preview = None
        self._transport.stop()
        heard = self.current
        if heard is not None:
            self._transport.load(self._audible(heard), self._speed(heard))
            self._transport.set_loop(self._waveform.loop())
            self._transport.seek(self._came_from)
        self._state = self._transport.poll()  # the preview's is no longer true
        if self._is_told:
            self.preview_moved.emit(None)

    def hear(self, sound: PlayableSound | None) -> None:
        """Play something in place of the clip's own sound, such as its stems, from where the playhead is.

        Args:
            sound: As long as the clip and of its rate; None is the clip itself again.
        """
        if sound is not self._instead:
            self._instead = sound
            self._reload()
            self.instead_changed.emit()

    @property
    def instead(self) -> PlayableSound | None:
        """What is played in place of the clip's own sound; None for that itself."""
        return self._instead

    def draw(self, other: tuple[GrowingSound, PeakPyramid] | None) -> None:
        """Show another sound than the clip's, such as what it is compared with; None is its own."""
        self._drawn = None if other is None else other[0]
        self._waveform.show_instead(None if other is None else other[1])
        self.drawn_changed.emit()

    @property
    def drawn(self) -> GrowingSound | None:
        """The sound that is seen: the clip's, unless another one is drawn in its place."""
        own = None if self.current is None else self.current.sound
        return own if self._drawn is None else self._drawn

    def set_clicks(self, tempo_map: TempoMap | None) -> None:
        """Let the metronome be heard over the clip, on these beats; None is without."""
        if tempo_map != self._clicks:
            self._clicks = tempo_map
            self._reload()

    def _audible(self, heard: Heard) -> PlayableSound:
        sound: PlayableSound = self._instead or heard.audible
        if self._clicks is None:
            return sound
        return ClickedSound(sound, ClicksOnBeats(self._clicks, sound.sample_rate))

    def _reload(self) -> None:
        """Go on where it is with what is to be heard now."""
        heard = self.current
        if heard is None or self._preview is not None:  # after a preview it is loaded in any case
            return
        place, was_playing = self.playhead(), self._state.is_playing
        self._transport.load(self._audible(heard), self._speed(heard))
        self._transport.set_loop(self._waveform.loop())
        if was_playing:
            self._transport.play(place)
        else:
            self._transport.seek(place)
        self._state = self._transport.poll()

    def close(self) -> None:
        """Stop polling, and reading."""
        self._timer.stop()
        self._stop_reading()

    def _connect(self) -> None:
        bar, waveform = self._bar, self._waveform
        bar.to_start_requested.connect(lambda: self._transport.seek(0))
        bar.to_end_requested.connect(self._to_end)
        bar.volume_changed.connect(self._transport.set_volume)
        bar.meter.reset_requested.connect(self._reset_clip)
        self._takes.take_chosen.connect(self.choose_take)
        waveform.seek_requested.connect(self._seek)
        waveform.scrub_requested.connect(self._seek)

    @Slot()
    def toggle_play(self) -> None:
        """Pause if it plays, else play: the selection if there is one, else from the playhead."""
        if self._preview is not None:
            self.end_preview()
            return
        if self._state.is_playing:
            self._transport.pause()
            return
        if self.current is None:
            return
        selection = self._waveform.selection()
        self._transport.play(selection[0] if selection else None)

    @Slot()
    def play_now(self) -> None:
        """Play what there is of a sound that is being made, though it may run dry."""
        heard = self.current
        if heard is not None and self._preview is None:
            at_end = self.playhead() >= heard.sound.frames
            self._transport.play(0 if at_end else self.playhead(), at_once=True)

    @Slot(int)
    def play_from(self, frame: int) -> None:
        """Play from a frame on."""
        self.end_preview()
        self._transport.play(frame)

    @Slot(int)
    def choose_take(self, number: int) -> None:
        """Show and play another take by its own number, from where the playhead is."""
        numbers = [heard.number for heard in self._heard]
        if number in numbers:
            self._choose(numbers.index(number))

    def choose_clip(self, clip_id: str) -> None:
        """Show another of the takes, by its clip's id."""
        ids = [heard.clip.id for heard in self._heard]
        if clip_id in ids:
            self._choose(ids.index(clip_id))

    def step_take(self, steps: int) -> None:
        """Show the take so many places further on, or back if negative; at either end the one that is shown stays."""
        place = self._number + steps
        if 0 <= place < len(self._heard):
            self._choose(place)

    def _choose(self, place: int) -> None:
        if place != self._number:
            frame, loop, was_playing = self.playhead(), self._waveform.loop(), self._state.is_playing
            self._load(place)
            self.looping.repeat(loop)
            (self._transport.play if was_playing else self._transport.seek)(min(frame, self._heard[place].sound.frames))
            self.poll()

    def forget(self, gone: Collection[str]) -> None:
        """Let go of takes beside the one that is shown, by their clips' ids: they were deleted for good."""
        current = self.current
        for heard in self._heard:
            if heard.clip.id in gone and heard.opening is not None and heard is not current:
                heard.opening.stop()
        self._heard = [heard for heard in self._heard if heard is current or heard.clip.id not in gone]
        if current is not None:
            self._number = self._heard.index(current)
        self._show_takes()

    def take_reasons(self) -> None:
        """Show what has been found out about the takes."""
        for heard in self._heard:
            heard.ranked = rank_of(self._services.library, heard.clip)
        self._show_takes()

    @Slot(int)
    def _seek(self, frame: int) -> None:
        self.end_preview()
        self._transport.seek(frame)

    def seek_by(self, seconds: float) -> None:
        """Move the playhead."""
        if self.current is not None:
            self._transport.seek(max(self.playhead() + round(seconds * self.current.sound.sample_rate), 0))

    @Slot()
    def poll(self) -> None:
        """Bring the screen up to what is heard and made."""
        state = self._state = self._transport.poll()
        if self._preview is not None:
            self._follow_preview(self._preview, state)
        heard = self.current
        if heard is None:
            return
        for each in self._heard:
            self._catch_up(each)
        if sum(each.has_grown() for each in self._heard):  # each is asked
            self._waveform.sound_grew()
            self._show_takes()
        if self._preview is None and state is self._state:
            self._show_state(state, heard)

    def _follow_preview(self, sound: GrowingSound, state: TransportState) -> None:
        if not state.is_playing:
            self.end_preview()
        elif self._is_told:
            self.preview_moved.emit(state.position_frame / sound.sample_rate)

    def _show(self, heard: list[Heard], number: int = 0) -> None:
        self._stop_reading()
        self._heard = heard
        for each in heard:
            self._catch_up(each)
        self._load(number)
        self._show_takes()

    def _stop_reading(self) -> None:
        for each in self._heard:
            if each.opening is not None:
                each.opening.stop()

    def _speed(self, heard: Heard) -> Callable[[], float | None]:
        return self._services.loop.speed if heard.opening is None else heard.opening.speed

    def _load(self, number: int) -> None:
        self._number = number
        self._instead = self._drawn = self._clicks = None
        heard = self._heard[number]
        if self._preview is not None:  # what is shown now is what is to be heard
            self._preview = None
            self.preview_moved.emit(None)
        self._waveform.set_sound(heard.peaks, heard.sound.sample_rate, heard.sound.expected_frames)
        self._transport.load(self._audible(heard), self._speed(heard))
        self._state = self._transport.poll()  # where it was, and whether it played, is no longer true
        self.looping.forget()
        self._takes.set_current(heard.number if len(self._heard) > 1 else None)
        self._tell_clip()
        self.shown.emit(heard.clip)
        self.poll()

    def _tell_clip(self) -> None:
        heard = self.current
        if heard is None:
            return
        self._header.set_clip(heard.clip, is_making=heard.is_making)
        splice = None if heard.is_making else splice_frame(heard.clip)
        begun = [] if heard.is_making else passage_frames(heard.clip)
        self._waveform.set_markers(sorted({*begun, *(() if splice is None else (splice,))}))
        self._bar.set_available(True)

    def _show_takes(self) -> None:
        if len(self._heard) < 2:
            self._takes.set_takes({})
            return
        self._takes.set_takes({heard.number: take_view(heard) for heard in self._heard})
        self._takes.set_current(self._heard[self._number].number)

    def _show_state(self, state: TransportState, heard: Heard) -> None:
        rate = heard.sound.sample_rate
        self._waveform.set_playhead(round(state.position_frame))
        self._header.set_playhead(state.position_frame / rate)
        self._bar.set_playing(state.is_playing)
        self._bar.set_time(state.position_frame / rate, heard.sound.expected_frames / rate)
        self._bar.set_buffering((state.starts_in_s or 0.0) if state.is_buffering else None)
        self._bar.set_underruns(state.underruns)
        self._tell_length(rate)
        levels = self._meter.feed(state.peaks, monotonic())
        self._bar.meter.set_levels([(level.level_db, level.held_db, level.is_clipped) for level in levels])
        self._tell_of_device(state)

    def _tell_length(self, rate: int) -> None:
        """Say how long the selection is, or the loop where nothing is selected, in bars and seconds."""
        selection, loop, beats = self._waveform.selection(), self._waveform.loop(), self._waveform.beats()
        span = selection or loop
        if span is None:
            self._bar.set_length("")
            return
        words = length(span[0] / rate, span[1] / rate, None if beats is None else beats.tempo_map)
        self._bar.set_length((self.tr("selected: {0}") if selection else self.tr("loop: {0}")).format(words))

    def _tell_of_device(self, state: TransportState) -> None:
        if state.problem is not self._problem:
            self._problem = state.problem
            self.problem_changed.emit(state.problem)
        if state.notice is not self._notice:
            self._show_notice(state.notice, state.device)
        if state.has_new_devices and not self._has_offered:
            self.new_device_found.emit()
        self._has_offered = state.has_new_devices

    def _show_notice(self, notice: UserProblem | None, device: str) -> None:
        before, self._notice = self._notice, notice
        if notice is None:
            self._bar.set_notice("")
            return
        what = self.tr("on {0}").format(device) if device else self.tr("nothing is heard")
        self._bar.set_notice(what, str(notice), is_unheard=not device)
        if str(notice) != str(before):  # the same again at every opening is no news
            self.said.emit(notice.what)

    @Slot()
    def _reset_clip(self) -> None:
        self._meter.reset_clip()
        self._transport.reset_clip()

    @Slot()
    def _to_end(self) -> None:
        heard = self.current
        if heard is not None:
            self._transport.seek(heard.sound.frames if heard.is_making else heard.sound.expected_frames)
