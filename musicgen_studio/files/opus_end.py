"""Making an Opus file end where its sound ends.

An Opus encoder is 312 samples late, so the packets must go on for that long after the sound. libsndfile 1.2.2 gets the
last one wrong where it holds little but that: the last 6.5 ms of the sound are then silent or garbled, always so for
whole seconds. So the sound is written with a little silence behind it, which fills the last packet better, and the
file is then told to end before that silence. Not for other formats.

Source: RFC 7845 section 4.5 (trimming the end by the last granule position).
"""

import struct

from musicgen_studio.files import ogg

PACKET_FRAMES = 960  # 20 ms, as libsndfile writes them
DELAY_FRAMES = 312

_POSITION = slice(6, 14)


def padding_frames(frames: int) -> int:
    """Return how many frames of silence are to follow a sound of so many frames at 48 kHz."""
    into_packet = frames % PACKET_FRAMES
    if DELAY_FRAMES <= into_packet <= PACKET_FRAMES - DELAY_FRAMES:
        return 0
    return (DELAY_FRAMES - into_packet) % PACKET_FRAMES


def cut_end(file: bytearray, frames: int) -> None:
    """Take frames off the end of an Ogg Opus file, in place.

    Args:
        file: The whole file.
        frames: How many, at 48 kHz; fewer than the last packet has.
    """
    page = file[(start := file.rindex(ogg.PAGE_MARK)) :]
    (position,) = struct.unpack("<q", page[_POSITION])
    page[_POSITION] = struct.pack("<q", position - frames)
    ogg.write_checksum(page)
    file[start:] = page
