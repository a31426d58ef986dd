"""Reading by libsndfile: bit for bit what the file holds, for the kinds it is right about."""

from collections.abc import Iterator
from pathlib import Path

import soundfile as sf

from musicgen_studio.core.audio import Samples
from musicgen_studio.files.decoding.attempt import (
    BLOCK_FRAMES,
    MAX_CHANNELS,
    MAX_SAMPLE_RATE,
    DamagedError,
    NotMineError,
    Sink,
    too_many,
)
from musicgen_studio.files.decoding.table import SoundKind, unreadable
from musicgen_studio.files.decoding.view import FilePart, FileViews, PartFile
from musicgen_studio.files.sound import ReadOnce, name_for_libsndfile

_MOST_FRAMES = 1 << 40  # libsndfile's word for a length it does not know is beyond


def read_exact(path: Path, row: SoundKind, views: FileViews, sink: Sink) -> None:
    """Read a file.

    Args:
        path: The file.
        row: Its kind.
        views: What is to be read of it.
        sink: Takes the sound, block by block.

    Raises:
        NotMineError: If libsndfile is not right for it; nothing was read then.
        DamagedError: If less was found than is promised.
        UserProblem: If it can be used by no reader.
    """
    if not row.exact or not views.is_exact:
        raise NotMineError
    frames, rate_hz = 0, 1
    for part in views.parts:
        found, rate_hz = _read_part(path, row, part, sink)
        frames += found
    if views.least_frames is not None and frames < views.least_frames:
        raise DamagedError(views.least_frames / rate_hz)


def _read_part(path: Path, row: SoundKind, part: FilePart | None, sink: Sink) -> tuple[int, int]:
    """Read a part. Returns its frames and their rate."""
    frames, promised_s = 0, None
    try:
        with ReadOnce(name_for_libsndfile(path) if part is None else PartFile(path, part)) as sound:
            _check(path, row, sound)
            promised = 0 if sound.format == "MP3" else sound.frames  # an MP3's is an estimate
            promised_s = promised / sound.samplerate if promised else None
            for samples in _blocks(sound):
                frames += len(samples)
                sink(samples, int(sound.samplerate))
    except (sf.LibsndfileError, TypeError) as error:  # TypeError: soundfile wants a description of any "*.raw"
        if frames:
            raise DamagedError(promised_s) from error
        raise NotMineError(str(error)) from error
    if frames < promised:
        raise DamagedError(promised / sound.samplerate)
    return frames, int(sound.samplerate)


def _check(path: Path, row: SoundKind, sound: sf.SoundFile) -> None:
    if sound.subtype not in dict(row.exact).get(sound.format, frozenset()):
        raise NotMineError(f"{sound.format} {sound.subtype}")
    if not 0 < sound.frames < _MOST_FRAMES:
        raise NotMineError("its length is not known")
    if sound.channels > MAX_CHANNELS:
        raise unreadable(path, too_many(sound.channels))
    if not 1 <= sound.samplerate <= MAX_SAMPLE_RATE:
        raise unreadable(path, f"Its sample rate is {sound.samplerate} Hz; at most {MAX_SAMPLE_RATE} Hz can be used.")


def _blocks(sound: sf.SoundFile) -> Iterator[Samples]:
    left = sound.frames
    while len(block := sound.read(min(left, BLOCK_FRAMES), dtype="float32", always_2d=True)):
        left -= len(block)
        yield block
