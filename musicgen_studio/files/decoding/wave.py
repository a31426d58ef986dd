"""How long a WAV file really is: by its bytes, with its sizes as a hint.

A recorder that died leaves sizes of 0, a pipe FFFFFFFF or 7FFFF000, a copy that was cut off more than there is.
Not for what its samples are.
Source: "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), EBU Tech 3306 (RF64).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from musicgen_studio.files.decoding.attempt import MAX_CHANNELS, too_many
from musicgen_studio.files.decoding.view import FilePart, FileViews

_HEAD_BYTES = 12
_LEAST_UNKNOWN = 0x7FFFF000  # what programs write that do not know the size yet, and all above
_MOST = 0xFFFFFF00
_CHUNK_NAME = re.compile(rb"[A-Za-z0-9_ ]{4}|TAG.|ID3.|\0{4}")


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Where the samples are.

    Args:
        order: `<` or `>`, as struct says it.
        data: Where they begin.
        claimed: How many bytes, by the file's word.
        bytes_per_s: Of sound.
        channels: By the file's word.
    """

    order: str
    data: int
    claimed: int
    bytes_per_s: int
    channels: int


def views(path: Path) -> FileViews:
    """Show a file under sizes that are true."""
    length = path.stat().st_size
    with path.open("rb") as file:
        sizes = _sizes(file, length)
        if sizes is None:
            return FileViews()
        if sizes.channels > MAX_CHANNELS:  # more than FFmpeg is safe with
            return FileViews(hopeless=too_many(sizes.channels))
        there = length - sizes.data
        if sizes.claimed == 0 and _only_chunks(file, sizes, length):
            return FileViews(hopeless="It holds no sound.")
        is_unknown = sizes.claimed == 0 or sizes.claimed >= _LEAST_UNKNOWN
        is_stale = sizes.claimed < there and not _goes_on_with_chunk(file, sizes, length)
    if sizes.claimed <= there and not is_unknown and not is_stale:
        return FileViews()
    lacking = "" if is_unknown or is_stale else _cut_off(sizes, there)
    patches = {
        0: b"RIFF" if sizes.order == "<" else b"RIFX",
        4: struct.pack(f"{sizes.order}L", min(length - 8, _MOST)),
        sizes.data - 4: struct.pack(f"{sizes.order}L", min(there, _MOST)),
    }
    return FileViews((FilePart(0, length, patches),), lacking)


def _cut_off(sizes: _Sizes, there: int) -> str:
    if not sizes.bytes_per_s:
        return "is cut off"
    return f"is cut off: of {sizes.claimed / sizes.bytes_per_s:.1f} s, {there / sizes.bytes_per_s:.1f} s are there"


def _sizes(file: BinaryIO, length: int) -> _Sizes | None:
    kind = file.read(_HEAD_BYTES)[:4]
    order, large, bytes_per_s = ">" if kind == b"RIFX" else "<", None, 0
    channels = 0
    for name, size, at in _chunks(file, _HEAD_BYTES, length, order):
        if name == b"ds64" and kind == b"RF64":
            large = struct.unpack("<Q", file.read(16).ljust(16, b"\0")[8:])[0]
        elif name == b"fmt ":
            channels, bytes_per_s = struct.unpack(f"{order}2xH4xL", file.read(12).ljust(12, b"\0"))
        elif name == b"data":
            return _Sizes(order, at, size if large is None or size < _LEAST_UNKNOWN else large, bytes_per_s, channels)
    return None


def _chunks(file: BinaryIO, at: int, length: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, size and place of each chunk's content; the file stands there."""
    while at + 8 <= length:
        file.seek(at)
        name, size = struct.unpack(f"{order}4sL", file.read(8))
        yield name, size, at + 8
        at += 8 + size + size % 2


def _only_chunks(file: BinaryIO, sizes: _Sizes, length: int) -> bool:
    """Tell whether nothing but other chunks follow where the samples should be, so that there are none."""
    end = sizes.data
    for name, size, at in _chunks(file, sizes.data, length, sizes.order):
        if not _CHUNK_NAME.fullmatch(name) or at + size > length:
            return False
        end = at + size
    return length - end <= 1


def _goes_on_with_chunk(file: BinaryIO, sizes: _Sizes, length: int) -> bool:
    """Tell whether what follows the samples is no sound: a chunk, a tag, a second's worth of bytes at most."""
    end = sizes.data + sizes.claimed
    if length - end <= max(sizes.bytes_per_s, 1):
        return True
    file.seek(end)
    following = file.read(9)
    return bool(_CHUNK_NAME.match(following) or _CHUNK_NAME.match(following[1:]))
