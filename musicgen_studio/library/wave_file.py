"""The library's masters: WAV files of 32-bit float, written piece by piece, with a header that can be repaired.

`files.sound` reads them, and writes every file that is there as a whole. Layout after "Multimedia Programming Interface
and Data Specifications 1.0" (RIFF) with the `fact` chunk that Microsoft's revision of 1994 wants for float.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Samples

HEADER_BYTES = 58
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_SAMPLE_BYTES = 4
_LARGEST = 2**32 - 1  # bytes after the first eight


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
        return (_LARGEST - HEADER_BYTES) // (_SAMPLE_BYTES * self.channels)

    @property
    def file_bytes(self) -> int:
        """Size of the whole file."""
        return HEADER_BYTES + self.frames * self.channels * _SAMPLE_BYTES

    def header(self) -> bytes:
        """Return the bytes before the first sample."""
        block = self.channels * _SAMPLE_BYTES
        sound_bytes = self.frames * block
        shape = (_FLOAT, self.channels, self.sample_rate, self.sample_rate * block, block, 8 * _SAMPLE_BYTES, 0)
        riff = (b"RIFF", HEADER_BYTES - 8 + sound_bytes, b"WAVE")
        return _HEADER.pack(*riff, b"fmt ", 18, *shape, b"fact", 4, self.frames, b"data", sound_bytes)


def parse_header(header: bytes) -> WaveShape | None:
    """Read a header that `WaveShape.header` made; None if it is another's."""
    if len(header) < HEADER_BYTES:
        return None
    values = _HEADER.unpack(header[:HEADER_BYTES])
    shape = WaveShape(sample_rate=values[7], channels=values[6], frames=values[14])
    try:
        is_ours = shape.sample_rate > 0 and shape.channels > 0 and shape.header() == header[:HEADER_BYTES]
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


def seal(path: Path, shape: WaveShape) -> None:
    """Make header and length say what there is, and flush it all to the disk.

    Raises:
        OSError: If it cannot be written.
    """
    with path.open("r+b", buffering=0) as file:
        file.truncate(shape.file_bytes)
        _write_all(file.fileno(), shape.header())
        os.fsync(file.fileno())


def _write_all(descriptor: int, content: bytes | memoryview) -> None:
    view = memoryview(content)  # never copied as bytes: of a long sound every other thread would have to wait for that
    while view:  # a disk that fills up takes a part first
        view = view[os.write(descriptor, view) :]
