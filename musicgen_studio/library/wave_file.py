"""The library's masters: WAV files of 32-bit float, written piece by piece, with a header that can be repaired.

Behind the sound stands a tail: the texts that other programs show (`LIST INFO`), and the clip's id, by which the
library knows the file again wherever somebody moves it and whatever they call it. `files.sound` reads masters, and
writes every file that is there as a whole. Layout after "Multimedia Programming Interface and Data Specifications 1.0"
(RIFF) with the `fact` chunk that Microsoft's revision of 1994 wants for float.
"""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Samples

HEADER_BYTES = 58
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_SAMPLE_BYTES = 4
_LARGEST = 2**32 - 1  # bytes after the first eight
_ID_CHUNK = b"mgs "
_MOST_TAIL_BYTES = 2**16
_MOST_TEXT_BYTES = 4000  # of each; a prompt may be longer, and is in the record
_PROBE_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class WaveShape:
    """What a header says.

    Args:
        sample_rate: In Hz.
        channels: 1 or more.
        frames: How many there are.
    """

    sample_rate: int
    channels: int
    frames: int

    @property
    def max_frames(self) -> int:
        """How many frames a WAV file of this many channels can hold."""
        return (_LARGEST - HEADER_BYTES - _MOST_TAIL_BYTES) // (_SAMPLE_BYTES * self.channels)

    @property
    def sound_end(self) -> int:
        """Bytes up to the end of the sound, where the tail begins."""
        return HEADER_BYTES + self.frames * self.channels * _SAMPLE_BYTES

    def header(self, tail_bytes: int = 0) -> bytes:
        """Return the bytes before the first sample of a file with so many behind the last."""
        block = self.channels * _SAMPLE_BYTES
        sound_bytes = self.frames * block
        shape = (_FLOAT, self.channels, self.sample_rate, self.sample_rate * block, block, 8 * _SAMPLE_BYTES, 0)
        riff = (b"RIFF", HEADER_BYTES - 8 + sound_bytes + tail_bytes, b"WAVE")
        return _HEADER.pack(*riff, b"fmt ", 18, *shape, b"fact", 4, self.frames, b"data", sound_bytes)


def parse_header(header: bytes) -> WaveShape | None:
    """Read a header that `WaveShape.header` made; None if it is another's."""
    if len(header) < HEADER_BYTES:
        return None
    values = _HEADER.unpack(header[:HEADER_BYTES])
    shape = WaveShape(sample_rate=values[7], channels=values[6], frames=values[14])
    tail_bytes = values[1] + 8 - shape.sound_end
    if not 0 <= tail_bytes <= _MOST_TAIL_BYTES:
        return None
    try:
        is_ours = shape.sample_rate > 0 and shape.channels > 0 and shape.header(tail_bytes) == header[:HEADER_BYTES]
    except struct.error:  # its numbers do not fit together
        return None
    return shape if is_ours else None


def look(path: Path) -> WaveShape | None:
    """Return what a master holds: as many whole frames as its header promises and its length allows.

    Returns:
        None if the header is not one of ours.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        shape = parse_header(file.read(HEADER_BYTES))
    if shape is None:
        return None
    return WaveShape(shape.sample_rate, shape.channels, min(shape.frames, whole_frames(path, shape.channels)))


def whole_frames(path: Path, channels: int) -> int:
    """Return how many whole frames lie behind the header, whatever it says.

    Raises:
        OSError: If the file is not there.
    """
    return max(0, path.stat().st_size - HEADER_BYTES) // (_SAMPLE_BYTES * channels)


def create(path: Path, shape: WaveShape) -> None:
    """Make a file without sound yet, safe on the disk.

    Raises:
        OSError: If it cannot be written, or is there already.
    """
    with path.open("xb", buffering=0) as file:
        _write_all(file.fileno(), shape.header())
        os.fsync(file.fileno())


def put(path: Path, start_frame: int, samples: Samples) -> None:
    """Write samples `[frames, channels]` at a frame and hand them to the system, so that they survive the program.

    Raises:
        OSError: If it cannot be written. What stands before `start_frame` is untouched.
    """
    with path.open("r+b", buffering=0) as file:
        file.seek(HEADER_BYTES + start_frame * samples.shape[1] * _SAMPLE_BYTES)
        _write_all(file.fileno(), np.ascontiguousarray(samples, dtype="<f4").data.cast("B"))


def seal(path: Path, shape: WaveShape, tail: bytes = b"") -> None:
    """Make header and length say what there is, put the tail behind it, and flush it all to the disk.

    Raises:
        OSError: If it cannot be written.
    """
    with path.open("r+b", buffering=0) as file:
        file.truncate(shape.sound_end)
        _write_all(file.fileno(), shape.header(len(tail)))
        os.fsync(file.fileno())  # the length is on the disk before the tail is: nothing can take that for sound
        if tail:
            file.seek(shape.sound_end)
            _write_all(file.fileno(), tail)
            os.fsync(file.fileno())


def tail(clip_id: str, texts: Mapping[str, str]) -> bytes:
    """Return what stands behind the sound.

    Args:
        clip_id: 32 hex digits.
        texts: By the four letters that RIFF has for them: `ICMT` comment, `ICOP` licence, `ICRD` date, `ISFT` program.
    """
    known = [_chunk(name.encode(), _cut(text) + b"\0") for name, text in texts.items() if text]
    return _chunk(b"LIST", b"INFO" + b"".join(known)) + _chunk(_ID_CHUNK, clip_id.encode())


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _cut(text: str) -> bytes:
    return text.replace("\0", " ").encode("utf-8", "replace")[:_MOST_TEXT_BYTES].decode("utf-8", "ignore").encode()


def read_id(path: Path) -> str | None:
    """Return the id behind the sound of a master; None if there is none, or it is another program's file.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        shape = parse_header(file.read(HEADER_BYTES))
        if shape is None:
            return None
        file.seek(shape.sound_end)
        behind = file.read(_MOST_TAIL_BYTES)
    while len(behind) >= 8:
        name, size = behind[:4], int.from_bytes(behind[4:8], "little")
        if name == _ID_CHUNK:
            return behind[8 : 8 + size].decode("ascii", "replace")
        behind = behind[8 + size + size % 2 :]
    return None


def fingerprint(path: Path) -> str:
    """Return what tells a master without an id from others: of its length and of what stands in three places.

    Raises:
        OSError: If the file cannot be read.
    """
    size = path.stat().st_size
    mark = blake2b(size.to_bytes(8, "little"), digest_size=16)
    with path.open("rb") as file:
        for place in (0, max(size - _PROBE_BYTES, 0) // 2, max(size - _PROBE_BYTES, 0)):
            file.seek(place)
            mark.update(file.read(_PROBE_BYTES))
    return mark.hexdigest()


def _write_all(descriptor: int, content: bytes | memoryview) -> None:
    view = memoryview(content)  # never copied as bytes: of a long sound every other thread would have to wait for that
    while view:  # a disk that fills up takes a part first
        view = view[os.write(descriptor, view) :]
