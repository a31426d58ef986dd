"""When the beats and bars of a sound are: a tempo map as a value, for music that drifts as well as for a metronome's.

Beats are counted from 0, the first of `beats_s`; bars from 0, the first downbeat, so what stands before it is bar -1.
Both counts go on at both ends at the tempo that the music has there. The metre does not change within a map. Not for
finding beats in sound (`analysis`) or for files (`files.midi`, `export`).
"""

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from math import ceil, floor, isfinite
from statistics import median

MIN_BPM, MAX_BPM = 1.0, 1000.0
"""What any beat of a map may have, in beats per minute."""

ROUNDED_S = 1e-4
"""So far from a beat lies, at most, a cut that was made at it: half a frame of any rate, and more."""

BEAT_UNITS = (1, 2, 4, 8, 16, 32)

_SLACK_BEATS = 1e-6  # what is this near to a beat is meant to be on it
_SLACK_BARS = 0.1  # what a hand has put this near to a bar's line is meant to be on it
_HEARD_AT_ONCE_S = 0.01  # a beat so little before a sound is the sound's beginning


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Beats in time.

    Args:
        beats_s: When each beat is, in seconds from the beginning of the sound; two or more, each later than the one
            before by the time of a beat between `MIN_BPM` and `MAX_BPM`. They may lie outside the sound.
        first_downbeat: Which beat begins a bar, 0 up to, not with, `beats_per_bar`; every `beats_per_bar` beats comes
            the next.
        beats_per_bar: 1 to 32: the upper number of the time signature.
        beat_unit: The note that lasts a beat, one of `BEAT_UNITS`: the lower number of the time signature.
        confidence: How sure the analysis is of it, 0 to 1; 1 for what somebody typed.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    beats_s: tuple[float, ...]
    first_downbeat: int = 0
    beats_per_bar: int = 4
    beat_unit: int = 4
    confidence: float = 1.0

    def __post_init__(self) -> None:
        _check("beats_s", len(self.beats_s), len(self.beats_s) >= 2, "two times or more")
        if not all(map(isfinite, self.beats_s)):
            raise ValueError("beats_s must be finite numbers, got NaN or infinity")
        for before_s, after_s in pairwise(self.beats_s):
            # A little more than the bounds: times far from 0 have no more digits than that.
            holds = 60 / MAX_BPM - 1e-6 <= after_s - before_s <= 60 / MIN_BPM + 1e-6
            _check("beats_s", after_s - before_s, holds, f"{60 / MAX_BPM:g} to {60 / MIN_BPM:g} seconds apart")
        _check("beats_per_bar", self.beats_per_bar, 1 <= self.beats_per_bar <= 32, "1 to 32")
        in_bar = 0 <= self.first_downbeat < self.beats_per_bar
        _check("first_downbeat", self.first_downbeat, in_bar, f"0 to {self.beats_per_bar - 1}")
        _check("beat_unit", self.beat_unit, self.beat_unit in BEAT_UNITS, ", ".join(map(str, BEAT_UNITS)))
        _check("confidence", self.confidence, 0 <= self.confidence <= 1, "0 to 1")

    @classmethod
    def constant(
        cls,
        bpm: float,
        duration_s: float,
        *,
        downbeat_s: float = 0.0,
        beats_per_bar: int = 4,
        beat_unit: int = 4,
        confidence: float = 1.0,
    ) -> "TempoMap":
        """Return the map of music that keeps its tempo.

        Args:
            bpm: Beats per minute, `MIN_BPM` to `MAX_BPM`.
            duration_s: How long the music is, 0 or more. The map has its beats, and the first after its end.
            downbeat_s: When any bar begins.
            beats_per_bar: As for a map.
            beat_unit: As for a map.
            confidence: As for a map.

        Raises:
            ValueError: If a value is out of range.
        """
        _check("bpm", bpm, MIN_BPM <= bpm <= MAX_BPM, f"{MIN_BPM:g} to {MAX_BPM:g}")
        _check("duration_s", duration_s, duration_s >= 0, "0 or more")
        _check("downbeat_s", downbeat_s, True, "a time")
        beat_s = 60 / bpm
        first = ceil(-downbeat_s / beat_s - _SLACK_BEATS)  # counted from the downbeat
        last = max(floor((duration_s - downbeat_s) / beat_s + _SLACK_BEATS), first) + 1
        beats_s = tuple(downbeat_s + beat * beat_s for beat in range(first, last + 1))
        return cls(beats_s, -first % beats_per_bar, beats_per_bar, beat_unit, confidence)

    @property
    def bpm(self) -> float:
        """The tempo of most beats: the median, in beats per minute."""
        return 60 / median(after_s - before_s for before_s, after_s in pairwise(self.beats_s))

    @property
    def beat_bpms(self) -> tuple[float, ...]:
        """The tempo from each beat to the next, in beats per minute; the last has that of the one before it."""
        between = [60 / (after_s - before_s) for before_s, after_s in pairwise(self.beats_s)]
        return (*between, between[-1])

    @property
    def quarter_bpm(self) -> float:
        """The median tempo in quarter notes per minute, as most programs count it whatever the beat is."""
        return self.bpm * self.quarters_per_beat

    @property
    def quarters_per_beat(self) -> float:
        """How many quarter notes a beat lasts."""
        return 4 / self.beat_unit

    @property
    def downbeats_s(self) -> tuple[float, ...]:
        """When the bars begin, of those beats that are in the map."""
        return self.beats_s[self.first_downbeat :: self.beats_per_bar]

    @property
    def drift(self) -> float:
        """How far the tempo leaves its median, as the largest share over one bar: 0 for a metronome.

        Over a bar, because a single beat of a swinging or uncertain map says little about the tempo.
        """
        span = min(self.beats_per_bar, len(self.beats_s) - 1)
        usual_s = 60 / self.bpm * span
        return max(
            abs(after_s - before_s - usual_s) / usual_s
            for before_s, after_s in zip(self.beats_s, self.beats_s[span:], strict=False)
        )

    def beat_at(self, time_s: float) -> float:
        """Return which beat a time is on, with the fraction on the way to the next. Inverse of `beat_s`."""
        if time_s < self.beats_s[0]:
            return (time_s - self.beats_s[0]) / self._first_beat_s
        if time_s >= self.beats_s[-1]:
            return len(self.beats_s) - 1 + (time_s - self.beats_s[-1]) / self._last_beat_s
        at = bisect_right(self.beats_s, time_s) - 1
        return at + (time_s - self.beats_s[at]) / (self.beats_s[at + 1] - self.beats_s[at])

    def beat_s(self, beat: float) -> float:
        """Return when a beat is, in seconds. Inverse of `beat_at`."""
        last = len(self.beats_s) - 1
        if beat < 0:
            return self.beats_s[0] + beat * self._first_beat_s
        if beat >= last:
            return self.beats_s[-1] + (beat - last) * self._last_beat_s
        at = floor(beat)
        return self.beats_s[at] + (beat - at) * (self.beats_s[at + 1] - self.beats_s[at])

    def bar_at(self, time_s: float) -> float:
        """Return which bar a time is in, with the fraction of the bar that is over. Inverse of `bar_s`."""
        return (self.beat_at(time_s) - self.first_downbeat) / self.beats_per_bar

    def bar_s(self, bar: float) -> float:
        """Return when a bar begins, in seconds. Inverse of `bar_at`."""
        return self.beat_s(bar * self.beats_per_bar + self.first_downbeat)

    def nearest_beat_s(self, time_s: float) -> float:
        """Return the time of the beat nearest to a time, counted in beats."""
        return self.beat_s(floor(self.beat_at(time_s) + 0.5))

    def nearest_bar_s(self, time_s: float) -> float:
        """Return the beginning of the bar nearest to a time, counted in bars."""
        return self.bar_s(floor(self.bar_at(time_s) + 0.5))

    def whole_bars(self, start_s: float, end_s: float) -> tuple[int, int] | None:
        """Return which bar a part begins with, from 0, and how many whole bars it has; None if it has other edges.

        Args:
            start_s: Where it begins; a tenth of a bar beside the bar's line is meant to be on it.
            end_s: Where it ends, likewise.
        """
        first, last = (floor(self.bar_at(at_s) + 0.5) for at_s in (start_s, end_s))
        off = max(abs(self.bar_at(start_s) - first), abs(self.bar_at(end_s) - last))
        return (first, last - first) if off <= _SLACK_BARS and last > first else None

    def since(self, time_s: float) -> "TempoMap":
        """Return the map of the same music begun at a time: for a part that was cut out.

        Args:
            time_s: What is to be 0 s. The beats before it are left out, but for one from which only rounding to a frame
                parts it: the part begins with that.
        """
        first = ceil(self.beat_at(time_s) - _SLACK_BEATS)
        late_s, next_s = time_s - self.beat_s(first - 1), self.beat_s(first) - time_s
        is_at_beat = late_s <= ROUNDED_S and next_s >= 60 / MAX_BPM
        if is_at_beat:
            first -= 1
        beats_s = [self.beat_s(beat) - time_s for beat in range(first, max(first + 2, len(self.beats_s)))]
        if is_at_beat:
            beats_s[0] = 0.0
        downbeat = (self.first_downbeat - first) % self.beats_per_bar
        return replace(self, beats_s=tuple(beats_s), first_downbeat=downbeat)

    def until(self, time_s: float) -> "TempoMap":
        """Return the map of the same music that ends at a time: for a part that was cut out.

        Args:
            time_s: Where it ends. The beats behind the first one after it are left out: their tempo is not the part's.
        """
        last = max(ceil(self.beat_at(time_s) - _SLACK_BEATS), 1)
        return replace(self, beats_s=self.beats_s[: last + 1])

    def covering(self, duration_s: float) -> "TempoMap":
        """Return the map with all beats of a sound, and none before it: bar 0 is then the first one in the sound.

        Beats that were not heard, in a quiet beginning or end, go on at the tempo that the music has there. Where the
        first beat falls a moment before the sound, the sound begins with it.

        Args:
            duration_s: Length of the sound, above 0.
        """
        beat_s = self._first_beat_s
        early_s = max(min(_HEARD_AT_ONCE_S, beat_s - 60 / MAX_BPM), 0.0)
        first = ceil(self.beat_at(0.0) - max(early_s / beat_s, _SLACK_BEATS))
        last = max(floor(self.beat_at(duration_s) + _SLACK_BEATS), first + 1)
        beats_s = [self.beat_s(beat) for beat in range(first, last + 1)]
        beats_s[0] = max(beats_s[0], 0.0)
        downbeat = (self.first_downbeat - first) % self.beats_per_bar
        return replace(self, beats_s=tuple(beats_s), first_downbeat=downbeat)

    def with_downbeat(self, time_s: float) -> "TempoMap":
        """Return the map with its bars moved so that one begins at the beat nearest to a time."""
        beat = floor(self.beat_at(time_s) + 0.5)
        return replace(self, first_downbeat=beat % self.beats_per_bar)

    def with_bar_at(self, time_s: float) -> "TempoMap":
        """Return the map moved so that a bar begins at a time: the nearest beat goes there, all others with it."""
        by_s = time_s - self.nearest_beat_s(time_s)
        return replace(self, beats_s=tuple(beat_s + by_s for beat_s in self.beats_s)).with_downbeat(time_s)

    def doubled(self) -> "TempoMap":
        """Return the map at twice the tempo: a beat more between any two. A bar has as many beats as before.

        Raises:
            ValueError: If that is faster than `MAX_BPM`.
        """
        halves = range(2 * len(self.beats_s) - 1)
        beats_s = tuple(self.beat_s(half / 2) for half in halves)
        return replace(self, beats_s=beats_s, first_downbeat=2 * self.first_downbeat % self.beats_per_bar)

    def halved(self) -> "TempoMap":
        """Return the map at half the tempo: every other beat, the first downbeat among those that stay.

        Raises:
            ValueError: If that is slower than `MIN_BPM`.
        """
        first = self.first_downbeat % 2
        count = max(len(range(first, len(self.beats_s), 2)), 2)
        beats_s = tuple(self.beat_s(first + 2 * beat) for beat in range(count))
        return replace(self, beats_s=beats_s, first_downbeat=self.first_downbeat // 2 % self.beats_per_bar)

    def to_json(self) -> str:
        """Return it as a JSON object. Inverse of `from_json`, to the last digit."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "TempoMap":
        """Read what `to_json` wrote.

        Raises:
            ValueError: If it is not that.
        """
        told = json.loads(text)
        if not isinstance(told, dict) or set(told) != {field.name for field in fields(cls)}:
            raise ValueError(f"a tempo map must be an object with its fields, got {text[:60]}")
        whole = (told["first_downbeat"], told["beats_per_bar"], told["beat_unit"])
        if not isinstance(told["beats_s"], list) or not all(type(value) is int for value in whole):
            raise ValueError(f"a tempo map must have a list of beats and whole numbers, got {text[:60]}")
        if not all(type(value) in (int, float) for value in (*told["beats_s"], told["confidence"])):
            raise ValueError(f"a tempo map's times and confidence must be numbers, got {text[:60]}")
        return cls(**told | {"beats_s": tuple(map(float, told["beats_s"]))})

    @property
    def _first_beat_s(self) -> float:
        """How long a beat is before the first: as over the first bar or, if there is no whole one, over all beats."""
        span = min(self.beats_per_bar, len(self.beats_s) - 1)
        return (self.beats_s[span] - self.beats_s[0]) / span

    @property
    def _last_beat_s(self) -> float:
        span = min(self.beats_per_bar, len(self.beats_s) - 1)
        return (self.beats_s[-1] - self.beats_s[-1 - span]) / span


def _check(name: str, value: float, holds: bool, allowed: str) -> None:
    if not holds or not isfinite(value):
        raise ValueError(f"{name} must be {allowed}, got {value}")
