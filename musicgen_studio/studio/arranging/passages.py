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
is at once. The first passage begins at 0. What stands in a fourth place is the melody that the passage follows; of a
mix lead and chords, unless `all of it` stands in a fifth. `tempo` says how long a bar is (`120 bpm, 3/4`), unless a
prompt names one tempo; `all` stands before each prompt; `end` says how long the piece is. Text and plan (`core.plan`)
say the same; a piece is a plan whose melodies have been read. Not for how music goes over (`engine.conditions`), nor
for editing passages by hand (`core.plan`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage, check_passages
from musicgen_studio.core.plan import BEATS_PER_BAR, LAST_S, Grid, Plan, PlannedPassage
from musicgen_studio.core.request import MAX_DURATION_S
from musicgen_studio.core.tempo_map import MAX_BPM, MIN_BPM
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.text import read_lines
from musicgen_studio.studio.arranging.analysing import asked_bpm
from musicgen_studio.studio.making.order import LaterPassage, Order
from musicgen_studio.studio.making.source import MelodySource, open_melody

ALL_OF_IT = "all of it"
"""Behind a melody that is a mix: drums and bass are followed, too."""

_DIGITS = 6  # of seconds, as in a plan
_WHOLE = r"(\d{1,9})"  # what has more digits is no time, and Python reads no more than some thousand of them
_NUMBER = r"(\d{1,9}(?:[.,]\d{1,9})?)"
_SECONDS = re.compile(rf"{_NUMBER}\s*s?", re.IGNORECASE)
_CLOCK = re.compile(rf"{_WHOLE}:{_NUMBER}")
_BAR = re.compile(rf"bar\s+{_WHOLE}(?:\s+beat\s+{_NUMBER})?", re.IGNORECASE)
_MORPH = re.compile(rf"morph\s+{_NUMBER}\s*(bars?|beats?|s)", re.IGNORECASE)
_TEMPO = re.compile(rf"{_NUMBER}\s*(?:bpm)?(?:\s*,\s*{_WHOLE}/(?:\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlannedPiece:
    """What is to be made, passage after passage.

    Args:
        prompt: Of the first passage, the words for all before it.
        later: What follows it; their prompts, too, begin with the words for all.
        shared: The words for all.
        end_s: Where the piece ends, or None if the text does not say.
        melody: What the first passage follows, and all that have no melody of their own.
        melodies: Of each later passage, its own melody.
        grid: The stated tempo, if any.
    """

    prompt: str
    later: tuple[LaterPassage, ...] = ()
    shared: str = ""
    end_s: float | None = None
    melody: MelodySource | None = None
    melodies: tuple[Audio | Melody | None, ...] = ()
    grid: Grid | None = None

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


def plan_of_order(order: Order, prompt: str) -> Plan:
    """Return the plan that an order was made from.

    Args:
        order: How a clip was made.
        prompt: Of its first passage.
    """
    parts = (
        PlannedPassage(
            start_s,
            without_shared(order.shared, words),
            morph_s,
            "" if melody is None else melody.file,
            follows_all=melody is not None and melody.is_all_of_a_sound,
        )
        for start_s, words, morph_s, melody in (
            (0.0, prompt, 0.0, order.melody),
            *((each.start_s, each.prompt, each.morph_s, each.melody) for each in order.passages),
        )
    )
    grid = order.grid or asked_grid([*order.prompts, *(each.prompt for each in order.passages)])
    return Plan(tuple(parts), order.duration_s, order.shared, grid)


def text_of(plan: Plan) -> str:
    """Return a plan as text: what `plan_of` reads. Places are bars and beats where they lie on them."""
    grid = plan.grid
    lines = [] if grid is None else [f"tempo | {grid.bpm:.6g} bpm, {grid.beats_per_bar}/4"]
    lines += [f"all | {plan.shared.replace('|', '/')}"] if plan.shared else []
    for part in plan.parts:
        how = f"morph {_length_text(part.morph_s, grid)}" if part.morph_s else ""
        middle = [how or "cut"] if how or part.melody else []
        when = _time_text(part.start_s, grid) if part.start_s else "0:00"
        words = part.prompt.replace("|", "/")  # the one sign that no words can hold here
        followed = [part.melody, *([ALL_OF_IT] if part.follows_all else [])] if part.melody else []
        lines.append(" | ".join([when, *middle, words, *followed]))
    return "\n".join([*lines, f"end | {_time_text(plan.end_s, grid)}"]) + "\n"


def _time_text(time_s: float, grid: Grid | None) -> str:
    beats = None if grid is None else _whole(time_s / grid.beat_s)
    if grid is None or beats is None:
        return f"{_seconds_text(time_s)} s"
    bar, beat = divmod(beats, grid.beats_per_bar)
    return f"bar {bar + 1} beat {beat + 1}" if beat else f"bar {bar + 1}"


def _length_text(length_s: float, grid: Grid | None) -> str:
    beats = None if grid is None else _whole(length_s / grid.beat_s)
    if grid is None or not beats:
        return f"{_seconds_text(length_s)} s"
    bars, rest = divmod(beats, grid.beats_per_bar)
    number, unit = (beats, "beat") if rest else (bars, "bar")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _whole(number: float) -> int | None:
    return round(number) if abs(number - round(number)) < 1e-4 else None


def _seconds_text(time_s: float) -> str:
    return f"{time_s:.6f}".rstrip("0").rstrip(".")


def read_piece(path: Path) -> PlannedPiece:
    """Read a file of passages, and the melodies that it names, which lie beside it.

    Raises:
        UserProblem: If it cannot be read, or says what cannot be; naming the line.
    """
    return piece_of("\n".join(read_lines(path)), path.parent)


def piece_of(text: str, folder: Path) -> PlannedPiece:
    """Return what a text of passages says.

    Args:
        text: As the module describes it.
        folder: Where the melodies are that it names.

    Raises:
        UserProblem: If it says what cannot be, naming the line; or a melody cannot be read.
    """
    return opened(plan_of(text), folder)


def opened(plan: Plan, folder: Path) -> PlannedPiece:
    """Return a plan with its melodies read.

    Args:
        plan: Any.
        folder: Where the melodies are that it names.

    Raises:
        UserProblem: If a melody cannot be read.
    """
    tunes = [
        open_melody(folder / Path(part.melody).expanduser(), of_mix=False if part.follows_all else None)
        if part.melody
        else None
        for part in plan.parts
    ]
    return PlannedPiece(
        with_shared(plan.shared, plan.parts[0].prompt),
        tuple(
            LaterPassage(
                part.start_s,
                with_shared(plan.shared, part.prompt),
                part.morph_s,
                None if tune is None else tune.record,
            )
            for part, tune in zip(plan.parts[1:], tunes[1:], strict=True)
        ),
        plan.shared,
        plan.end_s,
        tunes[0],
        tuple(None if tune is None else tune.melody for tune in tunes[1:]),
        plan.grid,
    )


def plan_of(text: str) -> Plan:
    """Return what a text of passages says, without looking at the melodies that it names.

    Raises:
        UserProblem: If it says what cannot be, naming the line.
    """
    written = _Written()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            written.take(number, [part.strip() for part in line.split("|")])
    return written.plan()


def asked_grid(prompts: Sequence[str]) -> Grid | None:
    """Return the tempo that words name, if they name one and no other."""
    asked = {asked_bpm(words) for words in prompts} - {None}
    bpm = asked.pop() if len(asked) == 1 else None
    return None if bpm is None or not MIN_BPM <= bpm <= MAX_BPM else Grid(bpm)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is a passage.

    Args:
        number: Of the line, from 1.
        when: The time, as it is written.
        morph: How the music goes over, as it is written; empty is a cut.
        prompt: The words.
        melody: A file, or empty.
        follows_all: Whether of a mix all is followed.
    """

    number: int
    when: str
    morph: str
    prompt: str
    melody: str
    follows_all: bool


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
        if not 2 <= len(parts) <= 5:
            raise _wrong(number, "it must have two to five parts with | between them")
        (when, *how, words), (melody, *of_it) = parts[:3], parts[3:] or [""]
        if of_it and of_it[0].lower() not in ("", ALL_OF_IT):
            raise _wrong(number, f"after a melody stands nothing, or `{ALL_OF_IT}`")
        self.lines.append(_Line(number, when, "".join(how), words, melody, bool(melody and any(of_it))))

    def plan(self) -> Plan:
        """Return what they say all together."""
        if not self.lines:
            raise UserProblem("There is nothing to make.", "The text names no passage.", "Write `0:00 | happy rock`.")
        grid = self._grid()
        first, *rest = self.lines
        if _time_s(first.number, first.when, grid) != 0:
            raise _wrong(first.number, "the first passage begins at 0:00 or bar 1")
        parts = [PlannedPassage(0.0, first.prompt, 0.0, first.melody, first.follows_all)]
        parts += (
            PlannedPassage(
                _time_s(line.number, line.when, grid),
                line.prompt,
                _morph_s(line.number, line.morph, grid),
                line.melody,
                line.follows_all,
            )
            for line in rest
        )
        end_s = parts[-1].start_s + LAST_S if self.end is None else _time_s(*self.end, grid)
        self._check(parts, end_s)
        return Plan(tuple(parts), end_s, self.shared, grid)

    def _grid(self) -> Grid | None:
        if self.tempo is None:
            return asked_grid([self.shared, *(line.prompt for line in self.lines)])
        number, text = self.tempo
        said = _TEMPO.fullmatch(text)
        if said is None:
            raise _wrong(number, "a tempo is written like `120 bpm` or `90 bpm, 3/4`")
        try:
            return Grid(_number(said[1]), int(said[2] or BEATS_PER_BAR))
        except ValueError as error:
            raise _wrong(number, str(error)) from error

    def _check(self, parts: list[PlannedPassage], end_s: float) -> None:
        for number in range(1, len(parts)):
            try:
                some = [Passage(each.start_s, each.prompt, None, each.morph_s) for each in parts[1 : number + 1]]
                check_passages(some, float("inf"))
            except ValueError as error:
                raise _wrong(self.lines[number].number, str(error).partition(" must ")[2] or str(error)) from error
        if self.end is not None and end_s <= parts[-1].start_s:
            raise _wrong(self.end[0], "the piece must end after its last passage has begun")
        if end_s > MAX_DURATION_S:
            last = self.lines[-1].number if self.end is None else self.end[0]
            raise _wrong(last, f"a piece lasts {MAX_DURATION_S:g} s at most")


def _time_s(number: int, text: str, grid: Grid | None) -> float:
    if found := _SECONDS.fullmatch(text):
        return round(_number(found[1]), _DIGITS)
    if found := _CLOCK.fullmatch(text):
        return round(60 * int(found[1]) + _number(found[2]), _DIGITS)
    if found := _BAR.fullmatch(text):
        bar, beat = int(found[1]), _number(found[2] or "1")
        if bar < 1 or beat < 1:
            raise _wrong(number, "bars and beats count from 1")
        grid = _needed(number, grid)
        return round((bar - 1) * grid.bar_s + (beat - 1) * grid.beat_s, _DIGITS)
    raise _wrong(number, f"{text!r:.40} is no time; write `12.5 s`, `1:02` or `bar 9`")


def _morph_s(number: int, text: str, grid: Grid | None) -> float:
    if text.lower() in ("", "cut"):
        return 0.0
    found = _MORPH.fullmatch(text)
    if found is None:
        raise _wrong(number, f"{text!r:.40} is no way to go over; write `cut`, `morph 2 bars` or `morph 3 s`")
    length, unit = _number(found[1]), found[2].lower()
    if unit == "s":
        return round(length, _DIGITS)
    grid = _needed(number, grid)
    return round(length * (grid.bar_s if unit.startswith("bar") else grid.beat_s), _DIGITS)


def morph_s(text: str, grid: Grid | None) -> float:
    """Return how long a morph is that is written as `2 bars`, `3 beats` or `1.5 s`, in seconds.

    Raises:
        ValueError: If it is none, or nobody says how long a bar is.
    """
    try:
        return _morph_s(0, f"morph {text}", grid)
    except UserProblem as problem:
        raise ValueError(problem.why.partition(": ")[2].rstrip(".")) from problem


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
