"""The metronome: when beats are, what they sound like, and a count-in whose end is known to the moment.

Not for devices (`output`) nor for recording (`recorder`). The two sounds lie in `resources/metronome/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.files.sound import read
from musicgen_studio.paths import resources_dir

MIN_TEMPO_BPM = 20.0
MAX_TEMPO_BPM = 400.0
MAX_BEATS_PER_BAR = 16
MAX_COUNT_IN_BARS = 8

_LEAD_S = 0.25  # before the first beat: until then the output has told how late it is heard
_REPORTS_KEPT = 64
_TRUE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Metronome:
    """When beats are.

    Args:
        tempo_bpm: Beats per minute, 20 to 400.
        beats_per_bar: 1 to 16; the first of each bar is accented.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    tempo_bpm: float = 120.0
    beats_per_bar: int = 4

    def __post_init__(self) -> None:
        if not MIN_TEMPO_BPM <= self.tempo_bpm <= MAX_TEMPO_BPM:
            raise ValueError(f"tempo_bpm must be {MIN_TEMPO_BPM:g} to {MAX_TEMPO_BPM:g}, got {self.tempo_bpm}")
        if not 1 <= self.beats_per_bar <= MAX_BEATS_PER_BAR:
            raise ValueError(f"beats_per_bar must be 1 to {MAX_BEATS_PER_BAR}, got {self.beats_per_bar}")

    @property
    def beat_s(self) -> float:
        """How long a beat lasts, in seconds."""
        return 60 / self.tempo_bpm


def click_file(is_accent: bool) -> Path:
    """Return the sound file of the first beat of a bar or of another one."""
    return resources_dir() / "metronome" / ("accent.wav" if is_accent else "click.wav")


class ClickSounds:
    """The metronome's two sounds at one rate.

    Args:
        sample_rate: In Hz, above 0.

    Raises:
        UserProblem: If the program's own sound files are damaged.
    """

    def __init__(self, sample_rate: int) -> None:
        click, accent = (
            resample(read(click_file(is_accent)), sample_rate).samples[:, :1] for is_accent in (False, True)
        )
        self._click, self._accent = click, accent

    @property
    def longest_frames(self) -> int:
        """How long the longer one is."""
        return max(len(self._click), len(self._accent))

    def add_to(self, out: Samples, start_frame: int, frame: int, is_accent: bool) -> None:
        """Add one of them to a stretch of time, as far as it sounds there.

        Args:
            out: float32 [frames, channels], changed.
            start_frame: Which frame its first one is.
            frame: Where the sound begins.
            is_accent: Whether it is that of the first beat of a bar.
        """
        sound = self._accent if is_accent else self._click
        begin, end = max(frame, start_frame), min(frame + len(sound), start_frame + len(out))
        if begin < end:
            out[begin - start_frame : end - start_frame] += sound[begin - frame : end - frame]


class Clicks:
    """The metronome's clicks at one rate, and where in time they go. Nothing in it changes.

    Args:
        metronome: When beats are.
        sample_rate: In Hz, above 0.
        beat_0_frame: At which frame beat 0 is.

    Raises:
        UserProblem: If the program's own sound files are damaged.
    """

    def __init__(self, metronome: Metronome, sample_rate: int, beat_0_frame: int = 0) -> None:
        self._beats_per_bar = metronome.beats_per_bar
        self._beat_frames = metronome.beat_s * sample_rate
        self._beat_0_frame = beat_0_frame
        self._sounds = ClickSounds(sample_rate)

    def add_to(self, out: Samples, start_frame: int, first_beat: float = -np.inf, end_beat: float = np.inf) -> None:
        """Add the clicks that sound in a stretch of time.

        Args:
            out: float32 [frames, channels], changed.
            start_frame: Which frame its first one is.
            first_beat: The first beat that is to be heard, from this one on.
            end_beat: The first one behind it that is not.
        """
        for beat, frame in self._beats(start_frame, start_frame + len(out)):
            if first_beat <= beat < end_beat:
                self._sounds.add_to(out, start_frame, frame, beat % self._beats_per_bar == 0)

    def _beats(self, start_frame: int, end_frame: int) -> Iterator[tuple[int, int]]:
        """Yield the beats, with their frames, that may be heard in a stretch."""
        beat = floor((start_frame - self._sounds.longest_frames - self._beat_0_frame) / self._beat_frames)
        while (frame := self._beat_0_frame + round(beat * self._beat_frames)) < end_frame:
            yield beat, frame
            beat += 1


def with_clicks(audio: Audio, metronome: Metronome) -> Audio:
    """Return a sound with the metronome's clicks over it, beat 0 at its beginning.

    Args:
        audio: Any sound, such as a recorded take; not changed.
        metronome: When beats are.

    Raises:
        UserProblem: If the program's own sound files are damaged.
    """
    samples = audio.samples.copy()
    Clicks(metronome, audio.sample_rate).add_to(samples, 0)
    return Audio(samples, audio.sample_rate)


class ClickTrack:
    """What the metronome plays before and during a recording, for one output. Beat 0 is the end of the count-in.

    `fill` belongs to the output's thread, the rest to any.

    Args:
        metronome: When beats are.
        count_in_bars: Bars before beat 0, from 0.
        is_heard_before: Whether the count-in clicks.
        is_heard_after: Whether it clicks from beat 0 on.
        rate: The output's, in Hz.

    Raises:
        UserProblem: If the program's own sound files are damaged.
    """

    def __init__(
        self, metronome: Metronome, count_in_bars: int, is_heard_before: bool, is_heard_after: bool, rate: int
    ) -> None:
        self._beat_s = metronome.beat_s
        self._rate = rate
        self._audible = (-np.inf if is_heard_before else 0.0, np.inf if is_heard_after else 0.0)
        self._first_beat = -count_in_bars * metronome.beats_per_bar
        count_in_s = -self._first_beat * metronome.beat_s
        lead_s = _LEAD_S if count_in_bars or is_heard_after else 0.0
        self._beat_0_frame = round((lead_s + count_in_s) * rate)
        self._clicks = Clicks(metronome, rate, self._beat_0_frame)
        self._frame = 0
        self._reports_s = np.empty(_REPORTS_KEPT)  # when frame 0 was heard, as each call has it
        self._calls = 0
        self._beat = -np.inf  # the last one that was told

    def fill(self, out: Samples, delay_s: float, now_s: float) -> None:
        """Fill `out`, float32 [frames, channels], whose first frame is heard `delay_s` after `now_s`."""
        out.fill(0)
        self._clicks.add_to(out, self._frame, *self._audible)
        self._report(now_s + delay_s - self._frame / self._rate)
        self._frame += len(out)

    def begin_unheard(self, now_s: float) -> None:
        """Let the beats run from now on, where there is no output to ask. Instead of `fill`."""
        self._report(now_s)

    def _report(self, start_s: float) -> None:
        self._reports_s[self._calls % _REPORTS_KEPT] = start_s
        self._calls += 1  # last: who asks goes by it

    @property
    def beat_0_s(self) -> float | None:
        """When beat 0 is heard, in seconds of the output's clock; None until the output has asked."""
        reports_s = self._reports_s[: min(self._calls, _REPORTS_KEPT)]
        if not len(reports_s):
            return None
        # Calls come late, when the computer has much to do, but hardly early: the early ones are the true ones.
        return float(np.quantile(reports_s, _TRUE_SHARE)) + self._beat_0_frame / self._rate

    def beat(self, now_s: float) -> float | None:
        """Return which beat is heard now, with its fraction, below 0 in the count-in; None before the first."""
        beat_0_s = self.beat_0_s
        if beat_0_s is None:
            return None
        self._beat = max(self._beat, (now_s - beat_0_s) / self._beat_s)  # nobody counts backwards
        return self._beat if self._beat >= self._first_beat else None
