"""Standard MIDI files taken apart: notes and tempo changes, whatever else is wrong with the file.

A file that plays elsewhere should play here: unknown chunks, junk between them, wrong lengths and counts, a RIFF
wrapper (RMID), events that cannot be are stepped over, and what was left out is told in words. Nothing is guessed: what
cannot be a note makes none. Not for what the notes mean in seconds (`midi`), nor for writing.
Source: MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0"; "RMID", MIDI Manufacturers Association RP-029.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

OPENING = b"MThd"
_TRACK = b"MTrk"
_HEAD = struct.Struct(">LHHh")  # length, type, tracks, division
_CHUNK = struct.Struct(">4sL")
_TICKS_PER_BEAT_IF_NONE = 480
_MAX_VARIABLE_BYTES = 4
_META, _END_OF_TRACK, _TEMPO, _TRACK_NAME = 0xFF, 0x2F, 0x51, 0x03
_NOTE_OFF, _NOTE_ON = 0x80, 0x90
# Bytes that follow a status; what is not here ends a track, or has a length of its own.
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
_FIXED = {
    _TEMPO: (3, "tempo change"),
    0x54: (5, "start time"),
    0x58: (4, "time signature"),
    0x59: (2, "key signature"),
}
"""Lengths that the standard fixes, and what such an event is called; the rest harms nobody."""
_BETWEEN = "something between its tracks"
_CUT_OFF = "the rest of a track that is cut off"


@dataclass(frozen=True, slots=True)
class Strike:
    """A key that goes down or up.

    Args:
        tick: When.
        channel: 1 to 16.
        pitch: 0 to 127.
        velocity: 1 to 127; 0 lets the key go.
    """

    tick: int
    channel: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class SmfTrack:
    """A track.

    Args:
        name: As the file says, or empty.
        strikes: In order.
        tempos: Ticks at which the tempo changes, in order, and the microseconds per beat from there.
        end_tick: Where it ends.
    """

    name: str
    strikes: tuple[Strike, ...]
    tempos: tuple[tuple[int, int], ...]
    end_tick: int


@dataclass(frozen=True, slots=True)
class SmfFile:
    """A file.

    Args:
        kind: 0, 1 or 2: one track, several side by side, several pieces.
        division: Ticks per beat, or SMPTE: minus the frames per second in the upper byte, ticks per frame in the lower.
        tracks: In order.
        skipped: What was left out, in words, such as `a key signature that cannot be one`.
    """

    kind: int
    division: int
    tracks: tuple[SmfTrack, ...]
    skipped: tuple[str, ...]


def parse(content: bytes) -> SmfFile:
    """Take a file apart.

    Args:
        content: All of it, also with a wrapper around it.

    Raises:
        ValueError: If there is no MIDI in it, or no track; the text goes on from the file's name.
    """
    begin = content.find(OPENING)
    if begin < 0:
        raise ValueError("is something else than MIDI")
    if len(content) - begin < len(OPENING) + _HEAD.size:
        raise ValueError("ends within its first bytes")
    length, kind, promised, division = _HEAD.unpack_from(content, begin + len(OPENING))
    skipped = Counter[str]()
    at = begin + len(OPENING) + 4 + length
    if not _is_chunk(content, at):
        at = begin + len(OPENING) + _HEAD.size
    tracks = [_track(content, place, skipped) for place in _places(content, at, skipped)]
    if not tracks:
        raise ValueError("has no track")
    if len(tracks) < promised:
        skipped[f"a wrong number of tracks ({promised}; there are {len(tracks)})"] = 1
    if division == 0:
        division = _TICKS_PER_BEAT_IF_NONE
        skipped[f"ticks without a length ({division} to a beat were taken)"] = 1
    if kind not in (0, 1, 2):
        skipped[f"an unknown type ({kind})"] = 1
    kind = kind if kind in (1, 2) or len(tracks) == 1 else 1
    return SmfFile(kind, division, tuple(tracks), tuple(_said(what, count) for what, count in skipped.items()))


def _said(what: str, count: int) -> str:
    return what if count == 1 else f"{what} ({count} times)"


def _is_chunk(content: bytes, at: int) -> bool:
    """Tell whether a chunk, or the end, is at a place."""
    if at == len(content):
        return True
    if at + _CHUNK.size > len(content):
        return False
    name, length = _CHUNK.unpack_from(content, at)
    is_there: bool = at + _CHUNK.size + length <= len(content)
    return name == _TRACK or (is_there and name.isalnum() and name.isascii())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the content of a track is.

    Args:
        first: Where it begins.
        last: Where it ends at the latest.
        is_beyond: Whether it would go beyond the file by its own word.
    """

    first: int
    last: int
    is_beyond: bool


def _places(content: bytes, at: int, skipped: Counter[str]) -> Iterator[_Place]:
    """Yield where the tracks are."""
    while (begin := content.find(_TRACK, at)) >= 0:
        if begin > at:
            known = at  # other chunks are stepped over whole: there may be anything in them
            while known < len(content) and _is_chunk(content, known) and not content.startswith(_TRACK, known):
                known += _CHUNK.size + _CHUNK.unpack_from(content, known)[1]
            skipped[_BETWEEN] = 1
            if known > begin:
                at = known
                continue
        first = begin + _CHUNK.size
        length = _CHUNK.unpack_from(content.ljust(first, b"\0"), begin)[1]
        at = first + length
        if not _is_chunk(content, at):  # a wrong length, or junk behind it: the next track says where this one ends
            at = content.find(_TRACK, first)
            at = len(content) if at < 0 else at
        yield _Place(first, at, first + length > len(content))


class _Damaged(Exception):  # noqa: N818 - never leaves this file
    """From here on a track makes no sense."""


class _Bytes:
    """A track's bytes, read from front to back."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.at = 0

    def __bool__(self) -> bool:
        return self.at < len(self._content)

    def byte(self) -> int:
        """Take one."""
        if not self:
            raise _Damaged
        self.at += 1
        return self._content[self.at - 1]

    def take(self, count: int) -> bytes:
        """Take several, all of which must be there."""
        if self.at + count > len(self._content):
            raise _Damaged
        self.at += count
        return self._content[self.at - count : self.at]

    def number(self) -> int:
        """Take a number of variable length, seven bits a byte."""
        value = 0
        for _ in range(_MAX_VARIABLE_BYTES):
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _Damaged


class _Reading:
    """What has been read of a track."""

    def __init__(self, skipped: Counter[str]) -> None:
        self.name = ""
        self.strikes: list[Strike] = []
        self.tempos: list[tuple[int, int]] = []
        self.tick = 0
        self._status = 0
        self._skipped = skipped

    def event(self, data: _Bytes) -> bool:
        """Read an event. False if it ends the track."""
        self.tick += data.number()
        status = data.byte()
        if status == _META:
            kind = data.byte()
            return self._meta(kind, data.take(data.number()))
        if status in (0xF0, 0xF7):
            data.take(data.number())
        elif status >= 0xF0:
            data.take(_SYSTEM_DATA_BYTES.get(status, 0))
        else:
            self._channel(status, data)
        return True

    def _channel(self, status: int, data: _Bytes) -> None:
        if status < 0x80:  # the same kind as before
            if not self._status:
                raise _Damaged
            first, status = bytes([status]), self._status
        else:
            first, self._status = b"", status
        said = first + data.take(_DATA_BYTES[status & 0xF0] - len(first))
        if max(said) > 0x7F:  # no number of a note: what stands here was another event, or is damaged
            self._skipped["an event that cannot be one"] += 1
        elif status & 0xF0 in (_NOTE_ON, _NOTE_OFF):
            velocity = said[1] if status & 0xF0 == _NOTE_ON else 0
            self.strikes.append(Strike(self.tick, (status & 0x0F) + 1, said[0], velocity))

    def _meta(self, kind: int, content: bytes) -> bool:
        length, called = _FIXED.get(kind, (len(content), ""))
        if len(content) != length or (kind == 0x59 and not _is_key(content)):
            self._skipped[f"a {called} that cannot be one"] += 1
        elif kind == _TEMPO and any(content):
            self.tempos.append((self.tick, int.from_bytes(content, "big")))
        elif kind == _TRACK_NAME and not self.name:
            self.name = _text(content).strip()
        return kind != _END_OF_TRACK


def _is_key(content: bytes) -> bool:
    """Tell whether there are at most seven flats or sharps, and major or minor."""
    return int.from_bytes(content[:1], "big", signed=True) in range(-7, 8) and content[1] in (0, 1)


def _track(content: bytes, place: _Place, skipped: Counter[str]) -> SmfTrack:
    data, reading, has_end, tick = _Bytes(content[place.first : place.last]), _Reading(skipped), False, 0
    try:
        while data and not has_end:
            tick = reading.tick
            has_end = not reading.event(data)
        if place.is_beyond:
            skipped["a track length that cannot be one" if has_end else _CUT_OFF] += 1
        elif data and place.last < len(content):
            skipped[_BETWEEN] = 1
    except _Damaged:
        skipped[_CUT_OFF if place.is_beyond else "an end of a track that makes no sense"] += 1
        reading.tick = reading.tick if place.is_beyond else tick
    return SmfTrack(reading.name, tuple(reading.strikes), tuple(reading.tempos), reading.tick)


def _text(content: bytes) -> str:
    content = content.replace(b"\0", b"")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")
