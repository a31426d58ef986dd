"""A sound file of any origin, read by the readers of the table in turn until one finds all of it.

Runs in the decoding process. Memory does not grow with the sound; its length and size are bounded while it is decoded,
whatever the file says of itself. Not for the program's own files: `files.sound`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.decoding.attempt import DamagedError, NotMineError, Sink
from musicgen_studio.files.decoding.exact import read_exact
from musicgen_studio.files.decoding.ffmpeg import read_by_ffmpeg
from musicgen_studio.files.decoding.table import SoundKind, row_of, unreadable
from musicgen_studio.files.decoding.view import FileViews

MAX_DECODED_BYTES = 2 * 1024**3
"""As floats: about 90 minutes of stereo at 48 kHz."""

Reader = Callable[[Path, SoundKind, FileViews, Sink], None]
READERS: tuple[Reader, ...] = (read_exact, read_by_ffmpeg)
"""In the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of a file.

    Args:
        file: Its samples, raw float32, channel after channel of each frame.
        frames: How many.
        sample_rate: In Hz.
        channels: Of each frame.
        remark: What is missing, as a sentence; empty if nothing is known to be.
    """

    file: Path
    frames: int
    sample_rate: int
    channels: int
    remark: str


def read_any(path: Path, folder: Path, max_duration_s: float) -> Found:
    """Read a sound file.

    Args:
        path: The file.
        folder: Where the samples are written.
        max_duration_s: The longest sound taken, in seconds.

    Raises:
        UserProblem: If nothing can be read of it, or it is longer than may be.
        OSError: If the samples cannot be written.
    """
    row, views = _measured(path)
    if views.hopeless:
        if "channels" in views.hopeless:
            raise unreadable(path, views.hopeless)
        raise unreadable(path, views.hopeless, "Copy or record it once more.")
    best: Found | None = None
    said = ""
    for number, reader in enumerate(READERS):
        try:
            found, is_whole = _attempt(reader, path, row, views, folder / f"{number}.f32", max_duration_s)
        except NotMineError as error:
            said = str(error) or said
            continue
        if best is None or found.frames > best.frames:
            best = found
        if is_whole:
            break
    if best is None:
        raise _nothing(path, row, said)
    return best


def _measured(path: Path) -> tuple[SoundKind, FileViews]:
    check_there(path)
    try:
        row = row_of(path)
        return row, row.views(path)
    except OSError as error:
        raise unreadable(path, f"The system says: {error.strerror}.", "Check that you may read the file.") from error


def check_there(path: Path) -> None:
    """Make sure that there is a file with something in it.

    Raises:
        UserProblem: If there is none.
    """
    try:
        if not path.exists():
            raise unreadable(path, f"There is no such file in {path.parent}.", "Check the name and where the file is.")
        if not path.is_file():
            raise unreadable(path, "It is a folder or a device, not a file.", "Choose a sound file.")
        if path.stat().st_size == 0:
            raise unreadable(path, "The file is empty.", "Download or copy it once more.")
    except OSError as error:
        raise unreadable(path, f"The system says: {error.strerror}.", "Check that you may read the file.") from error


def _attempt(
    reader: Reader, path: Path, row: SoundKind, views: FileViews, target: Path, max_duration_s: float
) -> tuple[Found, bool]:
    """Let one reader read. Returns what it found, and whether that is all there is."""
    is_whole, lacking = True, views.lacking
    with target.open("wb") as file:
        keeping = _Keeping(path, file, max_duration_s)
        try:
            reader(path, row, views, keeping.take)
        except DamagedError as damage:
            is_whole, found_s = False, keeping.frames / max(keeping.sample_rate, 1)
            lacking = views.lacking or f"is damaged, and only what could be read of it was taken: {found_s:.1f} s"
            if damage.promised_s is not None and not views.lacking:
                lacking = f"is cut off or damaged: of {damage.promised_s:.1f} s, {found_s:.1f} s could be read"
    if not keeping.frames:
        raise NotMineError("It holds no sound.")
    remark = f"“{path.name}” {lacking}." if lacking else ""
    return Found(target, keeping.frames, keeping.sample_rate, keeping.channels, remark), is_whole


class _Keeping:
    """Keeps what a reader gives, as long as it is within bounds.

    Args:
        path: The sound file, for messages.
        file: Where the samples go.
        max_duration_s: The longest sound taken.
    """

    def __init__(self, path: Path, file: BinaryIO, max_duration_s: float) -> None:
        self.frames = 0
        self.sample_rate = 0
        self.channels = 0
        self._path, self._file, self._max_duration_s = path, file, max_duration_s

    def take(self, samples: Samples, sample_rate: int) -> None:
        """Keep a block; see `attempt.Sink`."""
        self.sample_rate, self.channels = sample_rate, samples.shape[1]
        self.frames += len(samples)
        if not np.isfinite(samples).all():
            raise unreadable(self._path, "It holds samples that are not numbers (NaN or infinity).")
        if self.frames > self._max_duration_s * sample_rate:
            why = f"It lasts longer than {self._max_duration_s:.0f} seconds, which is the most that can be used."
            raise unreadable(self._path, why, "Cut out the part you need and choose that.")
        if self.frames * self.channels * 4 > MAX_DECODED_BYTES:
            why = f"Decoded it takes more than {MAX_DECODED_BYTES // 1024**2} MB."
            raise unreadable(self._path, why, "Cut out the part you need and choose that.")
        self._file.write(np.ascontiguousarray(samples).data)


def _nothing(path: Path, row: SoundKind, said: str) -> UserProblem:
    if "audio stream" in said:  # FFmpeg's word
        return unreadable(path, "There is no sound in it.", "Choose another file.")
    if said.endswith("."):
        return unreadable(path, said)
    return unreadable(path, f"It begins like {row.name}, but no sound could be read from it.")
