"""Prompts by the minute, for music that goes on for hours: a text, and the steering that comes of it.

    # minutes, how it comes, what it is
    0    | calm piano with strings
    10   | morph 20 s | slow ambient synth
    25:30 | sad jazz
    1:00:00 | morph 1 min | happy rock

A time is minutes, minutes:seconds or hours:minutes:seconds from the beginning. Not for pieces of a known length, whose
passages may stand in bars and have melodies (`passages`).
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen_studio.core.live import CHUNK_FRAMES, Steering, SteeringSource
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.text import read_lines

AHEAD_CHUNKS = 55
"""So many chunks before it is heard a prompt is asked for: a window that is told something else reads for 25 of them,
and where one that only slides on has begun to read, it first waits for that one's turn, as long at most."""

AHEAD_S = 5.5
"""The same in chunks of 0.1 s."""

_NUMBER = r"\d{1,6}(?:[.,]\d{1,6})?"  # a week in minutes has five digits; what is endless cannot be shown
_MORPH = re.compile(rf"morph\s+({_NUMBER})\s*(s|min)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """From a time on, a prompt.

    Args:
        start_s: When it begins, 0 for the first.
        prompt: What it is.
        morph_s: How long the music goes over into it; 0 is a cut.
    """

    start_s: float
    prompt: str
    morph_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is heard when; the last entry goes on for good.

    Args:
        entries: The first begins at 0; each begins when the one before has come wholly, or later.

    Raises:
        ValueError: If they do not.
    """

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not self.entries or self.entries[0].start_s != 0:
            raise ValueError("the first prompt must begin at 0")
        for before, after in zip(self.entries, self.entries[1:], strict=False):
            if after.start_s <= before.start_s or after.start_s < before.start_s + before.morph_s:
                raise ValueError(f"{after.prompt!r:.40} must begin once {before.prompt!r:.40} has wholly come")

    def at(self, time_s: float, ahead_s: float = AHEAD_S) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return which prompts are to sound at a time, and what each counts; also those that will soon be needed.

        Args:
            time_s: In the music.
            ahead_s: How soon.
        """
        place = bisect_right([entry.start_s for entry in self.entries], time_s) - 1
        now = self.entries[max(place, 0)]
        if place > 0 and time_s < now.start_s + now.morph_s:
            come = (time_s - now.start_s) / now.morph_s
            return (self.entries[place - 1].prompt, now.prompt), (1.0 - come, come)
        if place + 1 < len(self.entries) and time_s >= self.entries[place + 1].start_s - ahead_s:
            return (now.prompt, self.entries[place + 1].prompt), (1.0, 0.0)
        return (now.prompt,), (1.0,)


def words_of(schedule: Schedule) -> str:
    """Return when which prompt begins, in one line."""
    return " · ".join(f"{_clock(entry.start_s)} {entry.prompt}" for entry in schedule.entries)


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(round(time_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


class Scheduled:
    """A schedule, and all but prompts and weights as somebody asks for; implements `SteeringSource`.

    Args:
        schedule: The prompts.
        rest: Asked for guidance, temperature and melody.
        frame_rate_hz: Codec frames per second.
        chunk_frames: How many are made at a time.
    """

    def __init__(
        self, schedule: Schedule, rest: SteeringSource, frame_rate_hz: float, chunk_frames: int = CHUNK_FRAMES
    ) -> None:
        self._schedule, self._rest, self._frame_rate_hz = schedule, rest, frame_rate_hz
        self._ahead_s = AHEAD_CHUNKS * chunk_frames / frame_rate_hz

    def read(self, frame: int) -> Steering:
        """Return what is asked for."""
        prompts, weights = self._schedule.at(frame / self._frame_rate_hz, self._ahead_s)
        return replace(self._rest.read(frame), prompts=prompts, weights=tuple(round(each, 4) for each in weights))


def read_schedule(path: Path) -> Schedule:
    """Read a file.

    Raises:
        UserProblem: If it cannot be read, or says what cannot be; naming the line.
    """
    return schedule_of("\n".join(read_lines(path)))


def schedule_of(text: str) -> Schedule:
    """Return what a text says.

    Raises:
        UserProblem: If it says what cannot be, naming the line.
    """
    entries = list[Entry]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            entries.append(_entry(number, [part.strip() for part in line.split("|")]))
    try:
        return Schedule(tuple(entries))
    except ValueError as error:
        raise _wrong(f"{error}.") from error


def _entry(number: int, parts: list[str]) -> Entry:
    if len(parts) not in (2, 3):
        raise _wrong(f"Line {number} must be TIME | PROMPT or TIME | morph 20 s | PROMPT.")
    morph_s = 0.0
    if len(parts) == 3 and parts[1].lower() != "cut":
        found = _MORPH.fullmatch(parts[1])
        if found is None:
            raise _wrong(f"Line {number}: {parts[1]!r:.40} must be cut, or such as morph 20 s or morph 1 min.")
        morph_s = _number(found[1]) * (60 if found[2].lower() == "min" else 1)
    return Entry(_time_s(number, parts[0]), parts[-1], morph_s)


def _time_s(number: int, text: str) -> float:
    pieces = text.split(":")
    if not 1 <= len(pieces) <= 3 or not all(re.fullmatch(_NUMBER, piece) for piece in pieces):
        raise _wrong(f"Line {number}: {text!r:.40} must be minutes, minutes:seconds or hours:minutes:seconds.")
    values = [_number(piece) for piece in pieces]
    if len(values) == 1:
        return values[0] * 60
    time_s = 0.0
    for value in values:
        time_s = time_s * 60 + value
    return time_s


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _wrong(why: str) -> UserProblem:
    return UserProblem("The schedule cannot be used.", why, "Write a line for each prompt, such as 10 | sad jazz.")
