"""What an Ogg file holds: one sound, several one behind the other ("links"), or sound beside pictures.

libsndfile and FFmpeg read the first link only, so each is shown by itself. Not for what is in the packets.
Source: RFC 3533; RFC 7845 (Opus); "Vorbis I specification", section 4.2.2.
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.files.decoding.view import FilePart, FileViews
from musicgen_studio.files.ogg import PAGE_MARK

_HEAD = struct.Struct("<4sBBqIIIB")
_FIRST, _LAST = 2, 4
_OPUS_RATE_HZ = 48_000


@dataclass(slots=True)
class _Link:
    first: int
    opening: bytes
    streams: int = 1
    last: int = 0
    position: int = 0
    has_end: bool = False
    has_sound: bool = False

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rate in Hz and channels; None of what libsndfile does not read."""
        if self.streams == 1 and self.opening.startswith(b"\x01vorbis") and len(self.opening) >= 16:
            return struct.unpack_from("<L", self.opening, 12)[0], self.opening[11]
        if self.streams == 1 and self.opening.startswith(b"OpusHead") and len(self.opening) >= 10:
            return _OPUS_RATE_HZ, self.opening[9]
        return None

    @property
    def duration_s(self) -> float:
        """How long it is, as far as that can be told without decoding it."""
        return self.position / self.shape[0] if self.shape and self.shape[0] else 0.0


def views(path: Path) -> FileViews:
    """Show each link, as far as they fit each other."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        links, length = _links(content), len(content)
    links = [link for link in links if link.has_sound]
    if not links:
        return FileViews(is_exact=False)
    lacking = "" if links[-1].has_end else "has no end, as if it were cut off"
    fitting = [link for link in links if link.shape == links[0].shape]
    if links[0].shape is None:
        fitting = links[:1]
    if left := [link for link in links if link not in fitting]:
        lasting = sum(link.duration_s for link in left)
        lacking = f"is {len(links)} sounds one behind the other, and {len(left)} of another kind"
        lacking += f" ({lasting:.1f} s) were left out" if lasting else " were left out"
    if links[0].shape is None:
        return FileViews(lacking=lacking, is_exact=False)
    is_all = len(links) == 1 and links[0].first == 0 and links[0].last == length
    parts = (None,) if is_all else tuple(FilePart(link.first, link.last) for link in fitting)
    return FileViews(parts, lacking)


def _links(content: mmap.mmap) -> list[_Link]:
    links = list[_Link]()
    at = 0
    while (at := content.find(PAGE_MARK, at)) >= 0:
        if at + _HEAD.size > len(content):
            break
        _, version, flags, position, _, _, _, segments = _HEAD.unpack_from(content, at)
        begin = at + _HEAD.size + segments
        end = begin + sum(content[at + _HEAD.size : begin])
        if version or end > len(content):
            at += 1
            continue
        if flags & _FIRST:
            if links and not links[-1].has_sound:
                links[-1].streams += 1
            else:
                links.append(_Link(at, content[begin : min(end, begin + 64)]))
        if links:
            link = links[-1]
            link.last = end
            link.has_sound = link.has_sound or not flags & _FIRST
            link.position = max(link.position, position)
            link.has_end = link.has_end or bool(flags & _LAST)
        at = end
    return links
