"""The pages of an Ogg file: taken apart, put together, their checksum. Not for what the packets in them say.

Source: RFC 3533.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAGE_MARK = b"OggS"

_HEAD = struct.Struct("<4sBBqIIIB")
_CHECKSUM = slice(22, 26)
_POLYNOMIAL = 0x04C11DB7
_CONTINUED = 1
_FULL_SEGMENT = 255
_MAX_SEGMENTS = 255
_NOTHING_ENDS = -1  # the position of a page on which no packet ends


@dataclass(frozen=True, slots=True)
class OggPage:
    """A page.

    Args:
        flags: Whether it begins with the rest of a packet (1), is the stream's first (2), its last (4).
        position: How far the sound has come where the last packet that ends here ends.
        serial: Of the stream.
        number: Counted from 0.
        lacing: The sizes of its segments, a byte each; a packet goes on where it is 255.
        content: Its segments.
    """

    flags: int
    position: int
    serial: int
    number: int
    lacing: bytes
    content: bytes

    def encoded(self) -> bytes:
        """Return it as it stands in a file."""
        fields = (PAGE_MARK, 0, self.flags, self.position, self.serial, self.number, 0, len(self.lacing))
        page = bytearray(_HEAD.pack(*fields) + self.lacing + self.content)
        write_checksum(page)
        return bytes(page)


def pages(file: bytes) -> Iterator[tuple[int, OggPage]]:
    """Yield where each page begins, and the page.

    Raises:
        ValueError: If something else stands where a page should.
    """
    at = 0
    while at < len(file):
        if len(file) - at < _HEAD.size or file[at : at + 4] != PAGE_MARK:
            raise ValueError(f"an Ogg page must begin at byte {at}, got {file[at : at + 4]!r}")
        _, _, flags, position, serial, number, _, segments = _HEAD.unpack_from(file, at)
        begin = at + _HEAD.size + segments
        lacing = file[at + _HEAD.size : begin]
        end = begin + sum(lacing)
        yield at, OggPage(flags, position, serial, number, lacing, file[begin:end])
        at = end


def paged(packets: Sequence[bytes], serial: int, first_number: int) -> Iterator[OggPage]:
    """Yield the pages that hold header packets, which come before any sound.

    Args:
        packets: One after the other; the last ends a page.
        serial: Of the stream.
        first_number: Of the first page.
    """
    lacing = bytearray()
    for packet in packets:
        whole, rest = divmod(len(packet), _FULL_SEGMENT)
        lacing += bytes([_FULL_SEGMENT]) * whole + bytes([rest])
    content, at, is_continued = b"".join(packets), 0, False
    for number, start in enumerate(range(0, len(lacing), _MAX_SEGMENTS), start=first_number):
        part = bytes(lacing[start : start + _MAX_SEGMENTS])
        end = at + sum(part)
        position = 0 if any(size < _FULL_SEGMENT for size in part) else _NOTHING_ENDS
        yield OggPage(_CONTINUED if is_continued else 0, position, serial, number, part, content[at:end])
        at, is_continued = end, part[-1] == _FULL_SEGMENT


def write_checksum(page: bytearray) -> None:
    """Let a page that was changed have its right checksum, in place."""
    page[_CHECKSUM] = bytes(4)  # counts as zero
    page[_CHECKSUM] = struct.pack("<I", _checksum(page))


def _checksum(page: bytes | bytearray) -> int:
    checksum = 0
    for byte in page:
        checksum = (checksum << 8 & 0xFFFFFFFF) ^ _TABLE[checksum >> 24 ^ byte]
    return checksum


def _table_entry(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1 ^ (_POLYNOMIAL if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


_TABLE = [_table_entry(byte) for byte in range(256)]
