"""Where a frame of sound lies on the screen, where a ruler has its ticks, and what snapping does. Plain arithmetic.

A column is one pixel of the device. The view always begins at a whole column, so that a picture drawn once can be
shifted without blur. Not for painting.
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

from musicgen_studio.core.tempo_map import TempoMap

MIN_FRAMES_PER_COLUMN = 0.05  # twenty pixels for a sample
_TICK_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
_SLACK = 1e-6  # of a pixel
_SLACK_BARS = 1e-6  # what begins this little before the sound begins with it
_TICK_STEPS_BARS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Viewport:
    """The part of a sound that is shown.

    Args:
        total_frames: Length of what there is to show, with what is still to come.
        columns: Width of the view in device pixels.
        ratio: Device pixels for one of Qt's.
        frames_per_column: The zoom.
        first_column: Column, counted from frame 0, at the left edge.
    """

    total_frames: int = 0
    columns: int = 1
    ratio: float = 1.0
    frames_per_column: float = 1.0
    first_column: int = 0

    @property
    def fit_frames_per_column(self) -> float:
        """The zoom at which everything is seen."""
        return max(self.total_frames / max(self.columns, 1), MIN_FRAMES_PER_COLUMN)

    @property
    def is_fit(self) -> bool:
        """True if everything is seen."""
        return self.frames_per_column >= self.fit_frames_per_column

    @property
    def start_frame(self) -> float:
        """What lies at the left edge."""
        return self.first_column * self.frames_per_column

    @property
    def end_frame(self) -> float:
        """What lies at the right edge; may be behind the end."""
        return (self.first_column + self.columns) * self.frames_per_column

    def x(self, frame: float) -> float:
        """Return where a frame lies, in Qt's pixels from the left edge."""
        return (frame / self.frames_per_column - self.first_column) / self.ratio

    def is_seen(self, start: float, end: float) -> bool:
        """Tell whether anything from a frame to another lies in the view; what ends or begins at its edge does.

        The zoom is rounded: where all is seen, the last frame may come out a trace right of the edge.
        """
        return self.x(end) >= -_SLACK and self.x(start) <= self.columns / self.ratio + _SLACK

    def frame(self, x: float) -> int:
        """Return which frame lies at `x`, within the sound."""
        at = (x * self.ratio + self.first_column) * self.frames_per_column
        return round(min(max(at, 0.0), float(self.total_frames)))

    def fit(self) -> "Viewport":
        """Show everything."""
        return replace(self, frames_per_column=self.fit_frames_per_column, first_column=0)

    def zoomed(self, factor: float, x: float) -> "Viewport":
        """Show `1 / factor` as much; what lies at `x` stays there."""
        at = (x * self.ratio + self.first_column) * self.frames_per_column
        zoom = min(max(self.frames_per_column / factor, MIN_FRAMES_PER_COLUMN), self.fit_frames_per_column)
        return _inside(replace(self, frames_per_column=zoom, first_column=round(at / zoom - x * self.ratio)))

    def panned(self, pixels: float) -> "Viewport":
        """Show what lies `pixels` of Qt's further right."""
        return _inside(replace(self, first_column=self.first_column + round(pixels * self.ratio)))

    def showing(self, start: float, end: float) -> "Viewport":
        """Show the frames from `start` to `end` with a little room around them."""
        width = max(end - start, 1.0) * 1.08
        zoom = min(max(width / max(self.columns, 1), MIN_FRAMES_PER_COLUMN), self.fit_frames_per_column)
        first = round((start + end) / 2 / zoom - self.columns / 2)
        return _inside(replace(self, frames_per_column=zoom, first_column=first))

    def resized(self, total_frames: int, columns: int, ratio: float) -> "Viewport":
        """Keep the zoom while the sound, the window or the screen changes; what was seen whole stays so."""
        was_fit = self.is_fit
        scale = ratio / self.ratio  # the same frames per Qt pixel on a finer screen
        changed = replace(
            self,
            total_frames=total_frames,
            columns=max(columns, 1),
            ratio=ratio,
            frames_per_column=self.frames_per_column / scale,
            first_column=round(self.first_column * scale),
        )
        return changed.fit() if was_fit else _inside(changed)


class Snap(StrEnum):
    """What falls into place when the musician puts it somewhere."""

    OFF = "off"
    BEAT = "beat"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Beats:
    """The beats and bars of a sound, as frames.

    Args:
        tempo_map: When they are; they may drift.
        sample_rate: In Hz.
    """

    tempo_map: TempoMap
    sample_rate: int
    frames_per_beat: float = field(init=False)
    """Length of most beats; worked out once, as every picture asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames_per_beat", 60.0 / self.tempo_map.bpm * self.sample_rate)

    @classmethod
    def even(cls, bpm: float, beats_per_bar: int, sample_rate: int) -> "Beats":
        """Return an even grid from frame 0 on.

        Raises:
            ValueError: If the tempo or the metre is out of range.
        """
        return cls(TempoMap.constant(bpm, 0.0, beats_per_bar=beats_per_bar), sample_rate)

    @property
    def beats_per_bar(self) -> int:
        """How many beats a bar has."""
        return self.tempo_map.beats_per_bar

    @property
    def first_downbeat(self) -> int:
        """Where the first bar that begins in the sound does, as a frame."""
        bar = math.ceil(self.tempo_map.bar_at(0.0) - _SLACK_BARS)
        return round(self.tempo_map.bar_s(bar) * self.sample_rate)

    def frame(self, beat: float) -> float:
        """Return where a beat is; 0 is the first downbeat."""
        return self.tempo_map.beat_s(beat + self.tempo_map.first_downbeat) * self.sample_rate

    def beat_at(self, frame: float) -> float:
        """Return which beat a frame is on, counted from the first downbeat. Inverse of `frame`."""
        return self.tempo_map.beat_at(frame / self.sample_rate) - self.tempo_map.first_downbeat

    def nearest(self, frame: float, step: Snap = Snap.BEAT, by: int = 0) -> int:
        """Return the beat or the bar nearest to a frame, or one so many further, as a frame."""
        beats = self.beats_per_bar if step is Snap.BAR else 1
        return round(self.frame((round(self.beat_at(frame) / beats) + by) * beats))

    def bars_between(self, start: int, end: int) -> float:
        """Return how many bars a part lasts."""
        return (self.beat_at(end) - self.beat_at(start)) / self.beats_per_bar


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on a ruler: where, and what it says. Without words it is a small one."""

    frame: float
    label: str = ""


def second_ticks(view: Viewport, sample_rate: int, label_width: float) -> list[Tick]:
    """Return the ruler's marks in seconds that are in view.

    Args:
        view: What is shown.
        sample_rate: In Hz.
        label_width: Pixels that a label needs, with room around it.
    """
    pixels_per_s = sample_rate / view.frames_per_column / view.ratio
    step_s = next((step for step in _TICK_STEPS_S if step * pixels_per_s >= label_width), _TICK_STEPS_S[-1])
    parts = 5 if step_s * pixels_per_s / 5 >= 6 else 1
    small = step_s * sample_rate / parts
    numbers = range(math.floor(view.start_frame / small), math.ceil(min(view.end_frame, view.total_frames) / small) + 1)
    return [
        Tick(number * small, "" if number % parts else time_text(number // parts * step_s, _decimals(step_s)))
        for number in numbers
        if number * small <= view.total_frames
    ]


def beat_ticks(view: Viewport, beats: Beats, label_width: float) -> list[Tick]:
    """Return the ruler's marks in bars and beats that are in view: `3` for a bar, `3|2` for a beat.

    What stands before the first bar is an upbeat: its beats have marks, but belong to no bar that has a number.

    Args:
        view: What is shown.
        beats: The grid.
        label_width: Pixels that a label needs, with room around it.
    """
    pixels_per_beat = beats.frames_per_beat / view.frames_per_column / view.ratio
    bar_step = next(
        (step for step in _TICK_STEPS_BARS if step * beats.beats_per_bar * pixels_per_beat >= label_width),
        _TICK_STEPS_BARS[-1],
    )
    step = 1 if pixels_per_beat >= 6 else beats.beats_per_bar * bar_step  # in beats
    first = math.floor(beats.beat_at(max(view.start_frame, 0.0)) / step) * step
    last = math.ceil(beats.beat_at(min(view.end_frame, view.total_frames)))
    ticks = []
    for number in range(first, last + 1, step):
        bar, beat = divmod(number, beats.beats_per_bar)
        label = ""
        if bar >= 0 and beat == 0 and bar % bar_step == 0:
            label = str(bar + 1)
        elif bar >= 0 and pixels_per_beat >= label_width:
            label = f"{bar + 1}|{beat + 1}"
        ticks.append(Tick(beats.frame(number), label))
    return [tick for tick in ticks if -0.5 <= tick.frame <= view.total_frames]


def time_text(seconds: float, decimals: int = 1) -> str:
    """Return a time as `0:02.5`.

    Args:
        seconds: 0 or more.
        decimals: Digits behind the point, 0 for none.
    """
    in_units = round(seconds * 10**decimals)
    minutes, rest = divmod(in_units, 60 * 10**decimals)
    width = decimals + 3 if decimals else 2
    return f"{minutes}:{rest / 10**decimals:0{width}.{decimals}f}"


def _inside(view: Viewport) -> Viewport:
    last = max(0, math.ceil(view.total_frames / view.frames_per_column) - view.columns)
    return replace(view, first_column=min(max(view.first_column, 0), last))


def _decimals(step_s: float) -> int:
    return 0 if step_s >= 1 else math.ceil(-math.log10(step_s) - 1e-9)
