"""A piece of several passages as a text that a person writes: when, how the music goes over, what it is.

    # A line a passage. What is in the middle, if anything, is how the music goes over into it.
    tempo | 120 bpm
    all   | warm, on tape
    0:00  | happy rock with organ
    bar 9 | sad jazz
    bar 17 | morph 2 bars | calm piano
    0:48  | cut | energetic EDM | theme.mid
    end   | bar 33

A time is `12.5`, `12.5 s`, `1:02.5`, `bar 9` or `bar 9 beat 3`; a morph is so many bars, beats or seconds long; `cut`
is at once. The first passage begins at 0. What stands in a fourth place is the melody that the passage follows. `tempo`
says how long a bar is (`120 bpm, 3/4`), unless a prompt names one tempo; `all` stands before each prompt; `end` says
how long the piece is. Not for how music goes over (`engine.conditions`), nor for editing passages by hand.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage, check_passages
from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.text import read_lines
from musicgen_studio.studio.arranging.analysing import asked_bpm
from musicgen_studio.studio.making.order import LaterPassage, Order
from musicgen_studio.studio.making.source import MelodySource, open_melody

LAST_S = 8.0
"""How long the last passage is where nobody says it."""

BEATS_PER_BAR = 4

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SECONDS = re.compile(rf"{_NUMBER}\s*s?", re.IGNORECASE)
_CLOCK = re.compile(rf"(\d+):{_NUMBER}")
_BAR = re.compile(rf"bar\s+(\d+)(?:\s+beat\s+{_NUMBER})?", re.IGNORECASE)
_MORPH = re.compile(rf"morph\s+{_NUMBER}\s*(bars?|beats?|s)", re.IGNORECASE)
_TEMPO = re.compile(rf"{_NUMBER}\s*(?:bpm)?(?:\s*,\s*(\d+)/(?:\d+))?", re.IGNORECASE)


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
class Piece:
    """What is to be made, passage after passage.

    Args:
        prompt: Of the first passage, the words for all before it.
        later: What follows it; their prompts, too, begin with the words for all.
        shared: The words for all.
        end_s: Where the piece ends, or None if the text does not say.
        melody: What the first passage follows, and all that have no melody of their own.
        melodies: Of each later passage, its own melody.
    """

    prompt: str
    later: tuple[LaterPassage, ...] = ()
    shared: str = ""
    end_s: float | None = None
    melody: MelodySource | None = None
    melodies: tuple[Audio | Melody | None, ...] = ()

    @property
    def duration_s(self) -> float:
        """How long the piece is."""
        return self.end_s or (self.later[-1].start_s if self.later else 0.0) + LAST_S


def with_shared(shared: str, prompt: str) -> str:
    """Return a prompt with the words that stand before all."""
    return ", ".join(part for part in (shared.strip().rstrip(","), prompt.strip()) if part)


def without_shared(shared: str, prompt: str) -> str:
    """Return a prompt without the words that stand before all. Inverse of `with_shared`."""
    words = with_shared(shared, "")
    return prompt.removeprefix(words).removeprefix(", ") if words and prompt.startswith(words) else prompt


def text_of(order: Order, prompt: str) -> str:
    """Return an order's passages as text, in seconds: what `piece_of` reads.

    Args:
        order: How a clip was made.
        prompt: Of its first passage.
    """
    rows = [("0:00", "", without_shared(order.shared, prompt), order.melody)]
    rows += [
        (f"{later.start_s:g} s", _morph(later), without_shared(order.shared, later.prompt), later.melody)
        for later in order.passages
    ]
    lines = [f"all | {order.shared}"] if order.shared else []
    for when, morph, words, melody in rows:
        parts = [when, *([morph or "cut"] if morph or melody else []), words, *([melody.file] if melody else [])]
        lines.append(" | ".join(parts))
    return "\n".join([*lines, f"end | {order.duration_s:g} s"]) + "\n"


def _morph(later: LaterPassage) -> str:
    return f"morph {later.morph_s:g} s" if later.morph_s else ""


def read_piece(path: Path) -> Piece:
    """Read a file of passages, and the melodies that it names, which lie beside it.

    Raises:
        UserProblem: If it cannot be read, or says what cannot be; naming the line.
    """
    return piece_of("\n".join(read_lines(path)), path.parent)


def piece_of(text: str, folder: Path) -> Piece:
    """Return what a text of passages says.

    Args:
        text: As the module describes it.
        folder: Where the melodies are that it names.

    Raises:
        UserProblem: If it says what cannot be, naming the line; or a melody cannot be read.
    """
    written = _Written()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            written.take(number, [part.strip() for part in line.split("|")])
    return written.piece(folder)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is a passage.

    Args:
        number: Of the line, from 1.
        when: The time, as it is written.
        morph: How the music goes over, as it is written; empty is a cut.
        prompt: The words.
        melody: A file, or empty.
    """

    number: int
    when: str
    morph: str
    prompt: str
    melody: str


@dataclass(slots=True)
class _Written:
    """What the lines say, before bars have a length."""

    tempo: tuple[int, str] | None = None
    shared: str = ""
    end: tuple[int, str] | None = None
    lines: list[_Line] = field(default_factory=list)

    def take(self, number: int, parts: list[str]) -> None:
        """Take a line, in parts."""
        name = parts[0].lower()
        if name in ("tempo", "all", "end") and len(parts) == 2:
            if name == "all":
                self.shared = parts[1]
            elif name == "tempo":
                self.tempo = (number, parts[1])
            else:
                self.end = (number, parts[1])
            return
        if not 2 <= len(parts) <= 4:
            raise _wrong(number, "it must have two to four parts with | between them")
        when, *how, last = parts if len(parts) < 4 else parts[:3]
        self.lines.append(_Line(number, when, how[0] if how else "", last, parts[3] if len(parts) == 4 else ""))

    def piece(self, folder: Path) -> Piece:
        """Return what they say all together."""
        if not self.lines:
            raise UserProblem("There is nothing to make.", "The text names no passage.", "Write `0:00 | happy rock`.")
        grid = self._grid()
        first, *rest = self.lines
        if _time_s(first.number, first.when, grid) != 0:
            raise _wrong(first.number, "the first passage begins at 0:00 or bar 1")
        tunes = [open_melody(folder / Path(line.melody).expanduser()) if line.melody else None for line in self.lines]
        end_s = None if self.end is None else _time_s(*self.end, grid)
        piece = Piece(
            with_shared(self.shared, first.prompt),
            tuple(self._later(line, tune, grid) for line, tune in zip(rest, tunes[1:], strict=True)),
            self.shared,
            end_s,
            tunes[0],
            tuple(None if tune is None else tune.melody for tune in tunes[1:]),
        )
        self._check(piece)
        return piece

    def _later(self, line: _Line, tune: MelodySource | None, grid: Grid | None) -> LaterPassage:
        start_s = _time_s(line.number, line.when, grid)
        morph_s = _morph_s(line.number, line.morph, grid)
        return LaterPassage(
            start_s, with_shared(self.shared, line.prompt), morph_s, None if tune is None else tune.record
        )

    def _grid(self) -> Grid | None:
        if self.tempo is None:
            asked = {asked_bpm(words) for words in (self.shared, *(line.prompt for line in self.lines))} - {None}
            bpm = asked.pop() if len(asked) == 1 else None
            return None if bpm is None else Grid(bpm)
        number, text = self.tempo
        said = _TEMPO.fullmatch(text)
        if said is None:
            raise _wrong(number, "a tempo is written like `120 bpm` or `90 bpm, 3/4`")
        try:
            return Grid(_number(said[1]), int(said[2] or BEATS_PER_BAR))
        except ValueError as error:
            raise _wrong(number, str(error)) from error

    def _check(self, piece: Piece) -> None:
        for number in range(len(piece.later)):
            some = [Passage(each.start_s, each.prompt, None, each.morph_s) for each in piece.later[: number + 1]]
            try:
                check_passages(some, float("inf"))
            except ValueError as error:
                raise _wrong(self.lines[number + 1].number, str(error).partition(" must ")[2] or str(error)) from error
        if self.end is not None and piece.later and piece.duration_s <= piece.later[-1].start_s:
            raise _wrong(self.end[0], "the piece must end after its last passage has begun")


def _time_s(number: int, text: str, grid: Grid | None) -> float:
    if found := _SECONDS.fullmatch(text):
        return _number(found[1])
    if found := _CLOCK.fullmatch(text):
        return 60 * int(found[1]) + _number(found[2])
    if found := _BAR.fullmatch(text):
        bar, beat = int(found[1]), _number(found[2] or "1")
        if bar < 1 or beat < 1:
            raise _wrong(number, "bars and beats count from 1")
        grid = _needed(number, grid)
        return (bar - 1) * grid.bar_s + (beat - 1) * grid.beat_s
    raise _wrong(number, f"{text!r} is no time; write `12.5 s`, `1:02` or `bar 9`")


def _morph_s(number: int, text: str, grid: Grid | None) -> float:
    if text.lower() in ("", "cut"):
        return 0.0
    found = _MORPH.fullmatch(text)
    if found is None:
        raise _wrong(number, f"{text!r} is no way to go over; write `cut`, `morph 2 bars` or `morph 3 s`")
    length, unit = _number(found[1]), found[2].lower()
    if unit == "s":
        return length
    grid = _needed(number, grid)
    return length * (grid.bar_s if unit.startswith("bar") else grid.beat_s)


def _needed(number: int, grid: Grid | None) -> Grid:
    if grid is None:
        raise _wrong(number, "nobody says how long a bar is; add `tempo | 120 bpm`, or write seconds")
    return grid


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _wrong(number: int, why: str) -> UserProblem:
    return UserProblem(
        "The passages cannot be used as they are written.", f"Line {number}: {why}.", "Correct that line."
    )
