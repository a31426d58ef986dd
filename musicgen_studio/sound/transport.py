"""Play, pause, stop, seek, loop: what the buttons of the window do, for a finished sound and for one being made.

    window's thread: play(), seek(), … ─┐                        ┌─ the sound system: open, refresh, close
                     poll() ◄── state ──┴─ lock ─ feeder thread ─┴─ feed.top_up() ─► ring ─► output's thread

Not for rendering (`feed`), not for the devices themselves (`output`), and without callbacks: the window asks.

The feeder alone opens, watches and closes outputs, without the lock, so that the window never waits for a driver. Where
nothing can be opened, a silent clock is played on: without a sound device everything works, only unheard.

Music made at `speed` × real time can be played through from the moment when what is still missing arrives in time.
"""

import logging
import threading
from collections.abc import Callable
from math import ceil, inf
from time import monotonic

from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName, SoundDevice
from musicgen_studio.sound.feed import SHORTEST_LOOP_S, Feed, Handover
from musicgen_studio.sound.losses import Losses
from musicgen_studio.sound.meter import FULL_SCALE
from musicgen_studio.sound.output import PortAudioSystem, SilentOutput, SoundOutput, SoundSystem
from musicgen_studio.sound.playable import PlayableSound
from musicgen_studio.sound.transport_state import RESERVE_S, OutputFacts, TransportState, time_to_start_s

_LOG = logging.getLogger(__name__)
_TICK_S = 0.02
_IDLE_TICK_S = 0.2
_KEPT_OPEN_S = 3.0  # pausing and going on is quicker with the device still open
_RETRY_S = 1.0
_FORGIVEN_AFTER_S = 5.0  # a device that was lost is tried again by a later `play`
_SILENT_RATE = 48000


class Transport:
    """Plays one sound at a time. All methods belong to one thread, none of them waits for a device but `close`.

    Args:
        system: The sound devices.
        clock: Seconds that only grow.
    """

    def __init__(self, system: SoundSystem | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._system = PortAudioSystem() if system is None else system
        self._clock = clock
        self._changed = threading.Condition()  # its lock guards all of the following
        self._sound: PlayableSound | None = None
        self._speed: Callable[[], float | None] | None = None
        self._position = 0.0  # while it does not play
        self._origin = 0
        self._is_playing = False
        self._starts_in_s: float | None = None
        self._plays_at_once = False
        self._loop: tuple[int, int] | None = None
        self._volume = 1.0
        self._clipped = (False, False)
        self._underruns = 0
        self._problem: UserProblem | None = None
        self._notice: UserProblem | None = None
        self._feed: Feed | None = None
        self._leaving: Feed | None = None  # that of the sound before, until another one is heard
        # The sound system. Only the feeder changes the output.
        self._wanted: DeviceName | None = None
        self._failed: set[tuple[str, str]] = set()
        self._failed_s = clock()
        self._output: SoundOutput | None = None
        self._opened: SoundDevice | None = None
        self._seen_underflows = 0
        self._must_reopen = False
        self._must_refresh = False
        self._has_news = False  # somebody saw a device come or go; a lost one alone is no news
        self._must_take_new = False
        self._may_cut = False  # once for each wish: what keeps PortAudio from looking may do so for long
        self._refresh_after_s = clock()
        self._must_start = False  # the output's clock begins with the music
        self._again: tuple[SoundDevice, UserProblem] | None = None  # to be opened anew, and what it was lost by
        self._again_s = -inf
        self._losses = Losses()
        self._idle_since_s = clock()
        self._is_closing = False
        self._feeder = threading.Thread(target=self._run, name="transport", daemon=True)
        self._feeder.start()

    # --- the window's thread ---

    def load(self, sound: PlayableSound, speed: Callable[[], float | None] | None = None) -> None:
        """Stop, and take another sound, from its beginning and without a loop.

        Args:
            sound: Growing or finished.
            speed: Tells how many seconds of it are made per second, None as long as that is not known. Must not block;
                called on both threads while the sound grows. Without it, a growing sound is heard when it ends.
        """
        with self._changed:
            self._halt(0.0)
            self._sound, self._speed = sound, speed
            self._leaving = self._leaving if self._feed is None else self._feed
            self._origin, self._loop, self._feed = 0, None, None
            self._underruns, self._clipped = 0, (False, False)

    def play(self, from_frame: int | None = None, *, at_once: bool = False) -> None:
        """Play on, or from a frame. From the end it plays on from the beginning, from behind a loop from its start.

        Args:
            from_frame: Where to begin; None is where it stands.
            at_once: Whether what there is is heard now, though it may run dry; then it waits as usual.
        """
        with self._changed:
            if self._sound is None or (self._is_playing and from_frame is None):
                return
            frame = self._within(self._place_to_begin(self._sound) if from_frame is None else from_frame)
            self._origin, self._position, self._problem = frame, frame, None
            self._is_playing = self._must_start = True
            self._plays_at_once = at_once
            if self._failed and self._clock() - self._failed_s > _FORGIVEN_AFTER_S:
                self._failed.clear()
                self._must_reopen = True
            if self._feed is not None:
                self._go_to(frame)
            self._changed.notify()

    def pause(self) -> None:
        """Fade out and stay here."""
        with self._changed:
            self._halt(self._place())

    def stop(self) -> None:
        """Fade out and go back to where playing began."""
        with self._changed:
            self._halt(float(self._origin))

    def seek(self, frame: int) -> None:
        """Go to a frame, and play on from there if it plays. Beyond an end means the end."""
        with self._changed:
            frame = self._within(frame)
            self._position = frame
            if not self._is_playing:
                self._origin = frame
            if self._is_playing and self._feed is not None:
                self._go_to(frame)
                self._changed.notify()

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Repeat a part, also at once while it plays; from its start if it is past it.

        Args:
            loop: First frame and the one after the last; 0.01 s at least, or it is made so. None: play through.

        Raises:
            ValueError: If the first frame is below 0 or above the last.
        """
        if loop is not None and not 0 <= loop[0] <= loop[1]:
            raise ValueError(f"loop must be 0 to start to end, got {loop}")
        with self._changed:
            if loop is not None and self._sound is not None:
                loop = loop[0], max(loop[1], loop[0] + ceil(SHORTEST_LOOP_S * self._sound.sample_rate))
            self._loop = loop
            if self._feed is not None:
                self._feed.set_loop(loop)
                self._changed.notify()

    @property
    def volume(self) -> float:
        """How loud it is: 0 silent to 1 as it is, linear."""
        return self._volume

    def set_volume(self, volume: float) -> None:
        """Make it so loud, also at once while it plays: 0 silent to 1 as it is, linear.

        Raises:
            ValueError: If it is not 0 to 1.
        """
        if not 0 <= volume <= 1:
            raise ValueError(f"volume must be 0 to 1, got {volume}")
        with self._changed:
            self._volume = volume
            if self._feed is not None:
                self._feed.set_gain(volume)
                self._changed.notify()

    def choose_device(self, device: SoundDevice | DeviceName | None) -> None:
        """Play on this device from now on, also while it plays; None: on the one the system plays to.

        It need not be there: as long as it is not, the system's is played on.
        """
        wanted = device.key if isinstance(device, SoundDevice) else device
        with self._changed:
            if wanted == self._wanted and self._problem is None and not self._failed:
                return  # no reason to cut what plays
            self._wanted, self._must_reopen, self._problem = wanted, True, None
            self._again = None
            self._losses.forget()
            self._failed.clear()
            self._changed.notify()

    def devices_changed(self) -> None:
        """Say that a device came or went. PortAudio looks for it as soon as nothing plays on a device."""
        with self._changed:
            self._must_refresh = self._has_news = True
            self._failed.clear()
            self._changed.notify()

    def use_new_devices(self) -> None:
        """Look for devices now, though it plays: it breaks off for a moment and goes on, on one that is new.

        Where that cannot be, as while an input is open, it goes on where it was; the new one is taken after a pause.
        """
        with self._changed:
            if self._has_news:
                self._must_take_new = self._may_cut = True
                self._changed.notify()

    def facts(self) -> OutputFacts:
        """Return what is played on."""
        with self._changed:
            output, starts_in_s = self._output, self._starts_in_s if self._is_buffering else None
            if output is None:
                return OutputFacts(underruns=self._underruns, starts_in_s=starts_in_s)
            return OutputFacts(
                self._opened, output.rate, output.channels, output.latency_s, self._underruns, starts_in_s
            )

    def reset_clip(self) -> None:
        """Put the clip lights out."""
        with self._changed:
            self._clipped = (False, False)

    def poll(self) -> TransportState:
        """Return what to show now. Cheap: to be called at every frame of the screen."""
        with self._changed:
            peaks = (0.0, 0.0)
            if self._feed is not None:
                peaks = self._feed.take_peaks(self._clock())
            left, right = self._clipped
            self._clipped = left or peaks[0] >= FULL_SCALE, right or peaks[1] >= FULL_SCALE
            return TransportState(
                position_frame=self._place(),
                is_playing=self._is_playing,
                is_buffering=self._is_buffering,
                starts_in_s=self._starts_in_s if self._is_buffering else None,
                loop=self._loop,
                peaks=peaks,
                clipped=self._clipped,
                underruns=self._underruns,
                device="" if self._output is None else self._output.name,
                problem=self._problem,
                notice=self._notice,
                has_new_devices=self._has_news and self._is_playing and self._is_on_device,
            )

    def close(self) -> None:
        """Stop and close the device. Returns when the feeder has ended; nothing may be called after it."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._feeder.join()

    # --- under the lock ---

    @property
    def _is_buffering(self) -> bool:
        is_growing = self._sound is not None and not self._sound.is_ended
        return self._is_playing and is_growing and self._feed is not None and self._feed.is_held

    @property
    def _is_on_device(self) -> bool:
        return self._output is not None and bool(self._output.name)

    def _place(self) -> float:
        if self._is_playing and self._feed is not None:
            return self._feed.position(self._clock())
        return self._position

    def _place_to_begin(self, sound: PlayableSound) -> int:
        frame = int(self._position)
        if self._loop is not None and frame >= self._loop[1]:
            return self._loop[0]
        return 0 if sound.is_ended and frame >= sound.frames else frame

    def _within(self, frame: int) -> int:
        return 0 if self._sound is None else min(max(frame, 0), self._sound.expected_frames)

    def _go_to(self, frame: int) -> None:
        assert self._feed is not None
        self._feed.go_to(frame)
        if self._time_to_start_s() != 0:
            self._feed.hold()

    def _halt(self, position: float) -> None:
        if self._is_playing and self._feed is not None:
            self._feed.fade_out()
        self._is_playing, self._position = False, position
        self._idle_since_s = self._clock()
        self._changed.notify()

    def _time_to_start_s(self) -> float | None:
        sound, feed = self._sound, self._feed
        assert sound is not None
        assert feed is not None
        if sound.is_ended:
            return 0.0
        frame, end = feed.next_frame, sound.expected_frames
        if self._plays_at_once and sound.frames - frame >= RESERVE_S * sound.sample_rate:
            return 0.0
        if self._loop is not None and frame < self._loop[1]:
            end = min(end, self._loop[1])
        return time_to_start_s(
            ready_s=(sound.frames - frame) / sound.sample_rate,
            left_s=(end - frame) / sound.sample_rate,
            speed=None if self._speed is None else self._speed(),
            block_s=sound.largest_block_frames / sound.sample_rate,
        )

    # --- the feeder's thread ---

    def _run(self) -> None:
        while True:
            with self._changed:
                self._step()
                task = self._task()
                if task is None:
                    if self._is_closing:
                        return
                    self._changed.wait(self._patience_s())
            if task is not None:
                task()

    def _patience_s(self) -> float | None:
        if self._is_playing:
            return _TICK_S
        return None if self._output is None and not self._must_refresh else _IDLE_TICK_S

    def _task(self) -> Callable[[], None] | None:
        """Return what is to be done without the lock."""
        is_due = self._must_refresh and self._clock() >= self._refresh_after_s
        may_cut = self._may_cut or not (self._is_playing and self._is_on_device)
        refresh_now = is_due and may_cut
        is_idle = not self._is_playing and self._clock() - self._idle_since_s > _KEPT_OPEN_S
        if self._output is not None and (self._is_closing or self._must_reopen or refresh_now or is_idle):
            return self._close_output
        self._must_reopen = False
        if self._is_closing:
            return None
        if refresh_now:
            return self._refresh
        may_open = self._again is None or self._clock() >= self._again_s
        return self._open_output if self._is_playing and self._output is None and may_open else None

    def _step(self) -> None:
        """Keep the open output supplied."""
        if self._output is None:
            return
        fault = self._output.fault(self._losses.patience)
        if fault is not None:
            self._lose(fault, was_awake=self._output.is_awake)
        if self._sound is not None and self._is_playing:
            self._play_on(self._sound, self._output)
        else:
            while self._output.advance():  # what is left fades out
                pass

    def _play_on(self, sound: PlayableSound, output: SoundOutput) -> None:
        if self._feed is None:
            self._feed = Feed(sound, output.rate, output.channels)
            self._feed.set_loop(self._loop)
            self._feed.set_gain(self._volume)
            self._feed.go_to(self._within(int(self._position)))
            self._must_start = True
        if self._must_start:
            leaving, self._leaving = self._leaving, None
            output.play(self._feed.fill if leaving is None else Handover(leaving, self._feed).fill)
            self._must_start = False
        self._underruns += output.underflows - self._seen_underflows
        self._seen_underflows = output.underflows
        self._supply(sound, self._feed)
        while output.advance():
            self._supply(sound, self._feed)

    def _supply(self, sound: PlayableSound, feed: Feed) -> None:
        """Make ready what is heard next, or hold it back until there is enough."""
        if not feed.is_held and feed.has_run_dry:
            feed.hold()
            self._plays_at_once = False
            is_all_made = not sound.is_ended and sound.frames >= sound.expected_frames  # but not said so yet
            self._underruns += not is_all_made
        feed.top_up()
        if feed.is_held:
            self._starts_in_s = self._time_to_start_s()
            if self._starts_in_s == 0:
                feed.release()
        elif feed.is_over(self._clock()):
            self._halt(float(sound.frames))

    def _lose(self, fault: UserProblem, *, was_awake: bool) -> None:
        """Open the device anew and go on: perhaps only the computer stood still. If that is of no use, say so."""
        _LOG.warning("lost a device to play on: %s", fault)
        self._must_reopen = True
        self._must_refresh = True  # it may be gone from the list, and another be the default now
        if not self._is_playing or self._opened is None:
            return  # nothing is lost by that
        now_s = self._clock()
        wait_s = self._losses.note(now_s, was_awake=was_awake)
        if wait_s is None:
            self._give_up(fault)
        else:
            self._again, self._again_s = (self._opened, fault), now_s + wait_s

    def _give_up(self, fault: UserProblem) -> None:
        """Stop, say why, and leave the device alone for a while."""
        self._halt(self._place())
        self._problem = fault
        self._losses.forget()
        if self._opened is not None:
            self._failed.add((self._opened.name, self._opened.host_api))
            self._failed_s = self._clock()

    def _close_output(self) -> None:
        with self._changed:
            output, self._output, self._leaving = self._output, None, None
            if self._feed is not None:
                self._position, self._feed = self._place(), None
        assert output is not None
        output.play(None)
        output.close()

    def _refresh(self) -> None:
        new: list[DeviceName] = []
        try:
            before = {device.key for device in self._system.devices()}
            is_done = self._system.refresh()
            new = [found.key for found in self._system.devices() if found.outputs and found.key not in before]
        except UserProblem:  # no PortAudio, so nothing to look for: opening will say so
            is_done = True
        with self._changed:
            self._must_refresh, self._may_cut = not is_done, False
            self._has_news = self._has_news and not is_done
            self._refresh_after_s = self._clock() + _RETRY_S
            if is_done and self._must_take_new:
                self._must_take_new = False
                self._wanted = new[0] if new else self._wanted

    def _open_output(self) -> None:
        with self._changed:
            again, self._again = self._again, None
            wanted, failed = self._wanted, frozenset(self._failed)
            rate = _SILENT_RATE if self._sound is None else self._sound.sample_rate
        if again is not None:
            self._open_again(*again)
            return
        device, output, notice = self._open_first(wanted, failed)
        with self._changed:
            self._output = SilentOutput(rate, self._clock) if output is None else output
            self._opened, self._seen_underflows = device, 0
            self._notice = notice

    def _open_again(self, lost: SoundDevice, fault: UserProblem) -> None:
        """Open the very device that was lost, and none other: music must not jump from headphones to loudspeakers."""
        device, output = None, None
        try:
            device = next((found for found in self._system.devices() if found.key == lost.key), None)
            output = None if device is None else self._system.open(device)
            refusal = "it is not listed any more"
        except UserProblem as problem:
            refusal = str(problem)
        with self._changed:
            if output is None:
                _LOG.warning("it cannot be opened again: %s", refusal)
                self._lose(fault, was_awake=False)
                return
            _LOG.info("it was opened again, and the music goes on")
            self._output, self._opened, self._seen_underflows = output, device, 0

    def _open_first(
        self, wanted: DeviceName | None, failed: frozenset[tuple[str, str]]
    ) -> tuple[SoundDevice | None, SoundOutput | None, UserProblem | None]:
        """Open the wanted device, or else the default one, unless it failed; and say what kept from the first."""
        notice: UserProblem | None = None
        try:
            present = self._system.devices()
            chosen = next((found for found in present if found.key == wanted), None)
            default = next((found for found in present if found.is_default_output), None)
            if wanted is not None and chosen is None and default is not None:
                notice = _elsewhere(wanted, default)
            for device in (chosen, default):
                if device is None or not device.outputs or (device.name, device.host_api) in failed:
                    continue
                try:
                    return device, self._system.open(device), notice
                except UserProblem as refusal:
                    notice = refusal if notice is None else notice
        except UserProblem as no_list:
            notice = no_list
        return None, None, _unheard(bool(failed)) if notice is None else notice


def _elsewhere(wanted: DeviceName, default: SoundDevice) -> UserProblem:
    return UserProblem(
        f'The chosen sound device "{wanted.name}" is not there.',
        f'"{default.name}" is played on instead.',
        "It is taken again when it comes back; or choose another one in the settings.",
    )


def _unheard(has_failed: bool) -> UserProblem:
    return UserProblem(
        "There is no sound device: it plays, but nothing is heard.",
        "The one there was does not answer." if has_failed else "The system lists none that has an output.",
        "Plug one in, switch it on or choose another in the settings.",
    )
