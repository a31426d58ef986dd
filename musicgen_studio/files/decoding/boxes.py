"""How much of a file that is made of chunks is there: AIFF, AU, CAF, Wave64, MP4. WAV has more to say: `wave`.

Such a file says of each part how long it is, so one that goes beyond the end was cut off.
Sources: "Audio Interchange File Format AIFF-C" (Apple, 1991), "Core Audio Format Specification" (Apple),
"Sony Pictures Digital Wave 64", ISO/IEC 14496-12, section 4.2.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from musicgen_studio.files.decoding.attempt import MAX_CHANNELS, too_many
from musicgen_studio.files.decoding.view import FileViews

_MOST_CHUNKS = 10_000
_CAF_UNKNOWN = -1
_W64_DATA = b"data\xf3\xac\xd3\x11"
_INDEX_LACKS = "It is cut off: what says where its sound is stands at its end, and is missing."


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A part of a file.

    Args:
        name: As stored.
        begin: Where it begins, its head included.
        end: Behind its end, by its own word.
    """

    name: bytes
    begin: int
    end: int


Step = Callable[[BinaryIO, int, int], _Chunk | None]
"""Returns the chunk at a place of a file of a length, or None where there is none."""


def _aiff(file: BinaryIO, at: int, _length: int) -> _Chunk | None:
    head = file.read(8)
    if len(head) < 8:
        return None
    name, size = struct.unpack(">4sL", head)
    return _Chunk(name, at, at + 8 + size + size % 2)


def _caf(file: BinaryIO, at: int, length: int) -> _Chunk | None:
    head = file.read(12)
    if len(head) < 12:
        return None
    name, size = struct.unpack(">4sq", head)
    return _Chunk(name, at, length if size == _CAF_UNKNOWN else at + 12 + max(size, 0))


def _w64(file: BinaryIO, at: int, _length: int) -> _Chunk | None:
    head = file.read(24)
    if len(head) < 24:
        return None
    name, size = struct.unpack("<16sq", head)
    return _Chunk(name[:8], at, at + max((size + 7) // 8 * 8, 24))


def _mp4(file: BinaryIO, at: int, length: int) -> _Chunk | None:
    head = file.read(16)
    if len(head) < 8:
        return None
    size, name = struct.unpack(">L4s", head[:8])
    if size == 1 and len(head) == 16:
        size = struct.unpack(">Q", head[8:])[0]
    return _Chunk(name, at, length if size == 0 else at + max(size, 8))


def _chunks(path: Path, begin: int, step: Step) -> Iterator[tuple[_Chunk, int]]:
    """Yield the chunks of a file, and the file's length."""
    length, at = path.stat().st_size, begin
    with path.open("rb") as file:
        for _ in range(_MOST_CHUNKS):
            if at >= length:  # perhaps by so much that no file could be there
                return
            file.seek(at)
            chunk = step(file, at, length)
            if chunk is None:
                return
            yield chunk, length
            at = chunk.end


def _cut_in(path: Path, begin: int, step: Step, name: bytes) -> FileViews:
    """Say how much of the samples is there; a length of 0, or of all ones, is of a program that never wrote it."""
    for chunk, length in _chunks(path, begin, step):
        if chunk.name == name and chunk.end > length + 1 and chunk.end - chunk.begin < 0x7FFFF000:
            share = (length - chunk.begin) / (chunk.end - chunk.begin)
            return FileViews(lacking=f"is cut off: about {share:.0%} of it is there")
    return FileViews()


def aiff_views(path: Path) -> FileViews:
    """Measure an AIFF file."""
    for chunk, _ in _chunks(path, 12, _aiff):
        if chunk.name == b"COMM":
            with path.open("rb") as file:
                file.seek(chunk.begin + 8)
                channels = int.from_bytes(file.read(2), "big")
            if channels > MAX_CHANNELS:  # more than FFmpeg is safe with
                return FileViews(hopeless=too_many(channels))
    return _cut_in(path, 12, _aiff, b"SSND")


def au_views(path: Path) -> FileViews:
    """Measure an AU file: a head of six numbers, the sixth of which is how many channels it has."""
    with path.open("rb") as file:
        head = file.read(24)
    channels = int.from_bytes(head[20:24], "big")
    return FileViews(hopeless=too_many(channels) if channels > MAX_CHANNELS else "")  # as above


def caf_views(path: Path) -> FileViews:
    """Measure a CAF file."""
    return _cut_in(path, 8, _caf, b"data")


def w64_views(path: Path) -> FileViews:
    """Measure a Wave64 file."""
    return _cut_in(path, 40, _w64, _W64_DATA)


def mp4_views(path: Path) -> FileViews:
    """Measure an MP4 file: without its index nothing of it can be read."""
    found = list(_chunks(path, 0, _mp4))
    names = {chunk.name for chunk, _ in found}
    is_cut = b"mdat" in names and not names & {b"moov", b"moof"} and found[-1][0].end > found[-1][1]
    return FileViews(hopeless=_INDEX_LACKS if is_cut else "")
