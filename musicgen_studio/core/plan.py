"""A piece of passages as it is written by hand: which follow each other, and what each edit makes of them.

A plan is a value; an edit returns another one that can be made: passages keep their order, a morph ends before the next
begins, the first begins at 0. Places are seconds; with a stated tempo they also are bars. Not for writing a plan as
text (`studio.arranging.passages`), nor for drawing it (`ui.widgets.passage_lane`).
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM

LEAST_S = 0.5
"""No edit makes a passage shorter."""

MOST_S = 600.0
"""No edit makes a piece longer."""

LAST_S = 8.0
"""How long the last passage is where nobody says it."""

BEATS_PER_BAR = 4
FREE_STEP_S = 0.1
"""What places fall on where nobody says how long a bar is."""

_DIGITS = 6  # of seconds: sums of bars are not to end in …0001


@dataclass(frozen=True, slots=True)
class Grid:
    """How long beats and bars are that nobody has played yet.

    Args:
        bpm: Beats per minute, `core.tempo_map.MIN_BPM` to `MAX_BPM`.
        beats_per_bar: 1 to 32.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    bpm: float
    beats_per_bar: int = BEATS_PER_BAR

    def __post_init__(self) -> None:
        if not MIN_BPM <= self.bpm <= MAX_BPM:
            raise ValueError(f"bpm must be {MIN_BPM:g} to {MAX_BPM:g}, got {self.bpm:g}")
        if not 1 <= self.beats_per_bar <= 32:
            raise ValueError(f"beats_per_bar must be 1 to 32, got {self.beats_per_bar}")

    @property
    def beat_s(self) -> float:
        """How long a beat is, in seconds."""
        return 60 / self.bpm

    @property
    def bar_s(self) -> float:
        """How long a bar is, in seconds."""
        return self.beat_s * self.beats_per_bar


@dataclass(frozen=True, slots=True)
class PlannedPassage:
    """One passage of a plan.

    Args:
        start_s: When it begins, 0 for the first.
        prompt: Its own words, without those for all.
        morph_s: Seconds from its start on in which the music goes over into it; 0 is a cut.
        melody: The file of its own melody, as it is written; empty for none.
        follows_all: Whether drums and bass are followed, too, where that file is a mix; else lead and chords.
    """

    start_s: float
    prompt: str
    morph_s: float = 0.0
    melody: str = ""
    follows_all: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Passages that follow each other.

    Args:
        parts: At least one, in the order of time.
        end_s: Where the piece ends.
        shared: The words that stand before each prompt.
        grid: The stated tempo, or None: then places are seconds.

    Raises:
        ValueError: If there is no passage, the first does not begin at 0, or one begins before the last or after the
            end.
    """

    parts: tuple[PlannedPassage, ...]
    end_s: float
    shared: str = ""
    grid: Grid | None = None

    def __post_init__(self) -> None:
        if not self.parts or self.parts[0].start_s != 0:
            raise ValueError("parts must begin with one at 0 s")
        for before, after in pairwise([*(part.start_s for part in self.parts), self.end_s]):
            if after <= before:
                raise ValueError(f"parts must follow each other, got {after:g} s after {before:g} s")

    @property
    def step_s(self) -> float:
        """What a place that is chosen by hand falls on: bars of the stated tempo, or tenths of a second."""
        return FREE_STEP_S if self.grid is None else self.grid.bar_s

    def edge_s(self, number: int) -> float:
        """Return where a passage begins; the number after the last is the end."""
        return self.end_s if number == len(self.parts) else self.parts[number].start_s

    def length_s(self, number: int) -> float:
        """Return how long a passage is."""
        return self.edge_s(number + 1) - self.edge_s(number)

    def part_at(self, time_s: float) -> int:
        """Return which passage a moment lies in; those after the end lie in the last."""
        return max(sum(part.start_s <= time_s for part in self.parts) - 1, 0)

    def snapped_s(self, time_s: float) -> float:
        """Return the place nearest to a moment that a hand can choose."""
        return _round(round(time_s / self.step_s) * self.step_s)

    # Edits.

    def with_edge(self, number: int, time_s: float) -> "Plan":
        """Move where a passage begins, or the end, between its neighbours: all others stay where they are.

        What is shorter than `LEAST_S` already (a text may say so, or another tempo make it so) becomes no shorter.
        """
        if not 1 <= number <= len(self.parts):
            return self
        now_s = self.edge_s(number)
        least_s = min(self.edge_s(number - 1) + LEAST_S, now_s)
        most_s = max(MOST_S if number == len(self.parts) else self.edge_s(number + 1) - LEAST_S, now_s)
        time_s = _round(min(max(time_s, least_s), most_s))
        if number == len(self.parts):
            return self._fitted(self.parts, time_s)
        return self._fitted(self._with(number, replace(self.parts[number], start_s=time_s)), self.end_s)

    def with_length(self, number: int, length_s: float) -> "Plan":
        """Make a passage longer or shorter; what follows moves along."""
        lengths = self._lengths()
        room_s = MOST_S - (sum(lengths) - lengths[number])
        lengths[number] = min(max(length_s, LEAST_S), max(room_s, lengths[number]))
        return self._laid_out(list(self.parts), lengths)

    def with_morph(self, number: int, morph_s: float) -> "Plan":
        """Let the music go over into a passage in so many seconds; 0 is a cut. The first has nothing to come from."""
        return self._fitted(
            self._with(number, replace(self.parts[number], morph_s=_round(max(morph_s, 0.0)))), self.end_s
        )

    def with_prompt(self, number: int, prompt: str) -> "Plan":
        """Give a passage other words."""
        return replace(self, parts=self._with(number, replace(self.parts[number], prompt=prompt)))

    def with_shared(self, shared: str) -> "Plan":
        """Put other words before all."""
        return replace(self, shared=shared)

    def with_melody(self, number: int, melody: str, *, follows_all: bool = False) -> "Plan":
        """Let a passage follow another melody, a file; empty is none of its own."""
        part = replace(self.parts[number], melody=melody, follows_all=follows_all)
        return replace(self, parts=self._with(number, part))

    def with_grid(self, grid: Grid | None) -> "Plan":
        """State another tempo: what lay on a bar lies on that bar. Without one before, nothing moves."""
        if grid is None or self.grid is None:
            return replace(self, grid=grid)
        scale = min(grid.bar_s / self.grid.bar_s, max(MOST_S / self.end_s, 1.0))  # a text may say more than MOST_S
        parts = tuple(
            replace(part, start_s=_round(part.start_s * scale), morph_s=_round(part.morph_s * scale))
            for part in self.parts
        )
        return replace(self._fitted(parts, _round(self.end_s * scale)), grid=grid)

    def split(self, at_s: float) -> "Plan":
        """Part a passage in two of the same words; where either would be too short nothing happens."""
        number, at_s = self.part_at(at_s), _round(at_s)
        if not self.edge_s(number) + LEAST_S <= at_s <= self.edge_s(number + 1) - LEAST_S:
            return self
        second = replace(self.parts[number], start_s=at_s, morph_s=0.0)
        return self._fitted((*self.parts[: number + 1], second, *self.parts[number + 1 :]), self.end_s)

    def duplicated(self, number: int) -> "Plan":
        """Put a passage in once more behind itself; what follows moves on. Where the piece is full nothing happens."""
        lengths = self._lengths()
        if sum(lengths) + lengths[number] > MOST_S:
            return self
        parts = list(self.parts)
        parts.insert(number + 1, replace(parts[number], morph_s=0.0))
        lengths.insert(number + 1, lengths[number])
        return self._laid_out(parts, lengths)

    def removed(self, number: int) -> "Plan":
        """Take a passage out; what follows moves up. The last one that is left stays."""
        if len(self.parts) == 1:
            return self
        parts, lengths = list(self.parts), self._lengths()
        del parts[number], lengths[number]
        return self._laid_out(parts, lengths)

    def moved(self, number: int, to: int) -> "Plan":
        """Put a passage to another place among the others, with its length and how the music goes over into it."""
        to = min(max(to, 0), len(self.parts) - 1)
        parts, lengths = list(self.parts), self._lengths()
        parts.insert(to, parts.pop(number))
        lengths.insert(to, lengths.pop(number))
        return self._laid_out(parts, lengths)

    def _lengths(self) -> list[float]:
        return [self.length_s(number) for number in range(len(self.parts))]

    def _with(self, number: int, part: PlannedPassage) -> tuple[PlannedPassage, ...]:
        return (*self.parts[:number], part, *self.parts[number + 1 :])

    def _laid_out(self, parts: list[PlannedPassage], lengths: list[float]) -> "Plan":
        """Return passages one after the other."""
        at_s, placed = 0.0, list[PlannedPassage]()
        for part, length_s in zip(parts, lengths, strict=True):
            placed.append(replace(part, start_s=at_s))
            at_s = _round(at_s + length_s)
        return self._fitted(tuple(placed), at_s)

    def _fitted(self, parts: tuple[PlannedPassage, ...], end_s: float) -> "Plan":
        """Let morphs end before the next passage begins; into the first none leads."""
        edges = [*(part.start_s for part in parts), end_s]
        fitted = tuple(
            replace(part, morph_s=min(part.morph_s, _round(after - part.start_s)) if part.start_s else 0.0)
            for part, after in zip(parts, edges[1:], strict=True)
        )
        return replace(self, parts=fitted, end_s=end_s)


def _round(time_s: float) -> float:
    return round(time_s, _DIGITS)
