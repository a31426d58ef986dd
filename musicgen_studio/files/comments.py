"""Tempo and key in FLAC and Ogg files: Vorbis comments that libsndfile has no word for, added to a whole file.

Not for the texts it can write itself (`files.sound`), nor for reading.

Sources: "Ogg Vorbis I format specification: comment field and header specification" (Xiph.Org); RFC 9639 (FLAC, its
metadata blocks); RFC 7845 section 5.2 (Opus).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace

from musicgen_studio.files import ogg

_FLAC_MARK = b"fLaC"
_FLAC_COMMENT = 4
_FLAC_MAX_BLOCK_BYTES = 2**24 - 1
_HEADERS = {
    # How the first packet begins: how the one with the comments does, and how many there are before the sound.
    b"\x01vorbis": (b"\x03vorbis", 3),
    b"OpusHead": (b"OpusTags", 2),
}


def with_comments(file: bytes | bytearray, comments: Mapping[str, str]) -> bytes | bytearray:
    """Return a whole FLAC or Ogg file (Vorbis, Opus) with more comments.

    Args:
        file: As libsndfile writes it.
        comments: Texts by the name of their field, such as `BPM`. Nothing is taken away.

    Raises:
        ValueError: If it is no such file.
    """
    if not comments:
        return file
    added = [f"{name}={text}".encode("utf-8", "replace") for name, text in comments.items()]
    return _flac(bytes(file), added) if file[:4] == _FLAC_MARK else _ogg(bytes(file), added)


def _grown(block: bytes, added: list[bytes]) -> bytes:
    """Add entries to comments: vendor, number of entries, entries; what follows them stays."""
    (vendor_bytes,) = struct.unpack_from("<I", block)
    at = 4 + vendor_bytes
    (count,) = struct.unpack_from("<I", block, at)
    end = at + 4
    for _ in range(count):
        end += 4 + int(struct.unpack_from("<I", block, end)[0])
    entries = b"".join(struct.pack("<I", len(entry)) + entry for entry in added)
    return block[:at] + struct.pack("<I", count + len(added)) + block[at + 4 : end] + entries + block[end:]


def _flac(file: bytes, added: list[bytes]) -> bytes:
    at, is_last = len(_FLAC_MARK), False
    while not is_last:
        is_last, kind = bool(file[at] & 0x80), file[at] & 0x7F
        size = int.from_bytes(file[at + 1 : at + 4], "big")
        if kind == _FLAC_COMMENT:
            block = _grown(file[at + 4 : at + 4 + size], added)
            if len(block) > _FLAC_MAX_BLOCK_BYTES:
                raise ValueError(f"comments must have at most {_FLAC_MAX_BLOCK_BYTES} bytes, got {len(block)}")
            return file[: at + 1] + len(block).to_bytes(3, "big") + block + file[at + 4 + size :]
        at += 4 + size
    raise ValueError("the FLAC file must have a block for comments, got none")


def _ogg(file: bytes, added: list[bytes]) -> bytes:
    pages = ogg.pages(file)
    _, first = next(pages)
    start, count = next((what for mark, what in _HEADERS.items() if first.content.startswith(mark)), (b"", 0))
    if not count:
        raise ValueError(f"the file must be Ogg Vorbis or Ogg Opus, got {first.content[:8]!r}")
    lacing, content = b"", b""
    while sum(size < 255 for size in lacing) < count - 1:
        _, page = next(pages)
        lacing, content = lacing + page.lacing, content + page.content
    comments, *others = _packets(lacing, content)
    comments = start + _grown(comments[len(start) :], added)
    fresh = list(ogg.paged([comments, *others], first.serial, first.number + 1))
    head = first.encoded() + b"".join(page.encoded() for page in fresh)
    return head + _renumbered(file, pages, fresh[-1].number + 1)


def _packets(lacing: bytes, content: bytes) -> list[bytes]:
    packets, begin, end = [], 0, 0
    for size in lacing:
        end += size
        if size < 255:
            packets.append(content[begin:end])
            begin = end
    return packets


def _renumbered(file: bytes, pages: Iterator[tuple[int, ogg.OggPage]], number: int) -> bytes:
    """Return the pages with the sound, from a number on."""
    at, page = next(pages, (len(file), None))
    if page is None or page.number == number:  # mostly: the headers have room on their pages
        return file[at:]
    again = enumerate((page, *(later for _, later in pages)), start=number)
    return b"".join(replace(each, number=new_number).encoded() for new_number, each in again)
