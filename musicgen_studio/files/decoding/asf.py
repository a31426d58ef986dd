"""The end of a WMA file, which FFmpeg's decoder keeps to itself unless more comes: the file with a little more to it.

Source: Advanced Systems Format (ASF) Specification, revision 01.20.03, sections 2.1, 3.2 and 5.1. Not for decoding.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

_OPENING = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_PROPERTIES_BYTES, _DATA_HEAD_BYTES = 104, 50
_MOST_HEAD_BYTES = 1 << 20
_MOST_BYTES = 1 << 26  # of a file that is held in memory for this
_REPEATS = 2


@dataclass(frozen=True, slots=True)
class Lengthened:
    """A file whose last packet comes again, so that a decoder gives away what it still holds of it.

    Args:
        content: The file.
        duration_s: How long the sound is; what comes behind it is of the repeats.
    """

    content: bytes
    duration_s: float


def lengthened(path: Path) -> Lengthened | None:
    """Return a file with its last packet repeated; None if it is no ASF, is damaged, or is too large for this."""
    if path.stat().st_size > _MOST_BYTES:
        return None
    with path.open("rb") as file:
        if file.read(len(_OPENING)) != _OPENING:
            return None
        file.seek(0)
        content = bytearray(file.read())
    return _with_repeats(content)


def _with_repeats(content: bytearray) -> Lengthened | None:
    properties, data = content.find(_PROPERTIES, 0, _MOST_HEAD_BYTES), content.find(_DATA, 0, _MOST_HEAD_BYTES)
    if properties < 0 or data < 0 or min(len(content) - properties, len(content) - data) < _PROPERTIES_BYTES:
        return None
    play, _send, preroll_ms = struct.unpack_from("<QQQ", content, properties + 64)  # play in units of 100 ns
    (packet_bytes,) = struct.unpack_from("<I", content, properties + 92)
    (data_bytes,) = struct.unpack_from("<Q", content, data + 16)
    (packets,) = struct.unpack_from("<Q", content, data + 40)
    end = data + _DATA_HEAD_BYTES + packets * packet_bytes
    duration_s = play / 1e7 - preroll_ms / 1e3
    if not packets or not packet_bytes or end > len(content) or duration_s <= 0:
        return None
    struct.pack_into("<Q", content, data + 16, data_bytes + _REPEATS * packet_bytes)
    struct.pack_into("<Q", content, data + 40, packets + _REPEATS)
    content[end:end] = content[end - packet_bytes : end] * _REPEATS
    return Lengthened(bytes(content), duration_s)
