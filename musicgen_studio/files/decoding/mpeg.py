"""How long an MP3 really is: its frames, counted.

Its own word for it (the Xing or Info frame) is missing, of the first of several files in one, or of a file before it
was cut; without it libsndfile guesses by the first frame, and stops where it guessed. Not for decoding.
Source: ISO/IEC 11172-3 and 13818-3, headers; the Xing and LAME tags as LAME writes them.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.files.decoding.view import FilePart, FileViews

_HEADER_BYTES = 4
_KBITS = {
    # by MPEG version 1 or later, and layer
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = (44100, 48000, 32000)
_RATE_SHARE = {3: 1, 2: 2, 0: 4}  # by the version's bits: MPEG 1, 2, 2.5
_CHAIN = 3  # so many frames in a row are no chance
_SEARCHED_BYTES = 1 << 20
_TAG_BYTES = 128
_LEFT_OUT_SAMPLES = 9_000
"""What readers leave out at the beginning and end, as encoders put it there: delay and padding, a few frames."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's header.

    Args:
        size: In bytes.
        samples: For each channel.
        rate_hz: Samples a second.
        kind: Version, layer and rate, which stay the same throughout a file.
    """

    size: int
    samples: int
    rate_hz: int
    kind: int


def frame_at(content: bytes | mmap.mmap, at: int) -> Frame | None:
    """Return the header of the frame at a place, or None if there is none."""
    header = content[at : at + _HEADER_BYTES]
    if len(header) < _HEADER_BYTES or header[0] != 0xFF or header[1] < 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bits, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or bits in (0, 15) or rate == 3:
        return None
    is_first_version = version == 3
    rate_hz = _RATES_HZ[rate] // _RATE_SHARE[version]
    kbits = _KBITS[is_first_version, layer][bits]
    samples = 384 if layer == 1 else 1152 if layer == 2 or is_first_version else 576
    slot_bytes = 4 if layer == 1 else 1
    size = (samples * 125 * kbits // rate_hz // slot_bytes + padding) * slot_bytes
    return Frame(size, samples, rate_hz, header[1] >> 1 << 2 | rate)


def first_frame(content: bytes | mmap.mmap, at: int = 0) -> int | None:
    """Return where frames begin from a place on, of which several follow each other; None if there are none."""
    last = at + _SEARCHED_BYTES
    while (at := content.find(b"\xff", at, last)) >= 0:
        if _is_chain(content, at):
            return at
        at += 1
    return None


def _is_chain(content: bytes | mmap.mmap, at: int) -> bool:
    kind = None
    for _ in range(_CHAIN):
        if kind is not None and at == len(content):
            return True
        frame = frame_at(content, at)
        if frame is None or kind not in (None, frame.kind):
            return False
        kind = frame.kind
        at += frame.size
    return True


@dataclass(slots=True)
class _Count:
    """What was counted."""

    frames: int = 0
    samples: int = 0
    promised: int | None = None  # frames by the file's own word
    first: int = 0
    rate_hz: int = 1
    is_plain: bool = True  # nothing but frames between the first and the last
    is_cut: bool = False


def views(path: Path) -> FileViews:
    """Count a file's frames, and show it to libsndfile if it finds all of them."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        count = _count(content)
        length = len(content)
    if not count.frames:
        return FileViews(is_exact=False)
    lacking = ""
    if count.promised is not None and count.is_plain and count.promised > count.frames:
        per_s = count.rate_hz * count.frames / count.samples
        lacking = f"is cut off: of {count.promised / per_s:.1f} s, {count.frames / per_s:.1f} s are there"
    elif count.is_cut:
        lacking = "ends in the middle of a frame, as if it were cut off"
    is_exact = count.is_plain and count.promised in (None, count.frames)
    parts: tuple[FilePart | None, ...] = (FilePart(count.first, length),) if count.first else (None,)
    return FileViews(parts, lacking, max(count.samples - _LEFT_OUT_SAMPLES, 1), is_exact)


def _count(content: mmap.mmap) -> _Count:
    count, at = _Count(), _behind_tags(content, 0)
    begin = first_frame(content, at)
    if begin is None:
        return count
    count.first = begin if begin > at else 0
    at, length, kind = begin, len(content), None
    while at < length:
        frame = frame_at(content, at)
        if frame is None or kind not in (None, frame.kind):
            at = _next_frames(content, at, count)
            kind = None
            continue
        kind = frame.kind
        if at + frame.size > length:
            count.is_cut = True
            break
        _add(content[at : at + min(frame.size, 64)], frame, count)
        at += frame.size
    return count


def _add(opening: bytes, frame: Frame, count: _Count) -> None:
    """Count a frame. One that only says how many there are is no sound."""
    mark = next((found for name in (b"Xing", b"Info") if (found := opening.find(name)) >= 0), -1)
    if mark < 0:
        count.frames += 1
        count.samples += frame.samples
        count.rate_hz = frame.rate_hz
    elif count.frames or count.promised is not None:
        count.is_plain = False  # the next of several files in one
    elif len(opening) >= mark + 12 and opening[mark + 7] & 1:
        count.promised = int.from_bytes(opening[mark + 8 : mark + 12], "big")


def _next_frames(content: mmap.mmap, at: int, count: _Count) -> int:
    """Return where frames go on behind something else, or the end."""
    behind = _behind_tags(content, at)
    found = first_frame(content, behind)
    if found is None:
        return len(content)
    count.is_plain = False
    return found


def _behind_tags(content: bytes | mmap.mmap, at: int) -> int:
    """Return the place behind an ID3 tag, or the same."""
    head = content[at : at + 10]
    if head[:3] == b"TAG":
        return at + _TAG_BYTES
    if head[:3] != b"ID3" or len(head) < 10:
        return at
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte & 0x7F
    return at + 10 + size
