"""Making a recording of live music again from its record: the same samples, without what came before it.

Not for the record itself (`live_record`), nor for playing live (`studio.arranging.live`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.checkpoints.catalogue import CheckpointEntry, find
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.live import Replayed
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import EngineInfo, LiveEngine
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.live_record import KeptStretch, LiveRecord, read_live, unusable
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.studio.making.remake import made_otherwise


@dataclass(frozen=True, slots=True)
class LiveRemake:
    """A recording that can be made again.

    Args:
        record: Of the recording.
        entry: The checkpoint to load.
    """

    record: LiveRecord
    entry: CheckpointEntry


def live_remake(record_file: Path, checkpoint: str | None = None) -> LiveRemake:
    """Read a recording's record, once its checkpoint is found unchanged.

    Args:
        record_file: The JSON beside the recording.
        checkpoint: Where the checkpoint is now, None for where it was.

    Raises:
        UserProblem: If the record cannot be used, or the checkpoint is gone or another.
    """
    record = read_live(record_file)
    entry = find(checkpoint or record.checkpoint.folder)
    now = CheckpointRecord.of(entry)
    if now.sha256 != record.checkpoint.sha256:
        raise UserProblem(
            "The checkpoint is not the one that made the music.",
            f"{entry.folder} has the sha256 {now.sha256[:12]}…, the record says {record.checkpoint.sha256[:12]}… "
            f"({record.checkpoint.id}).",
            "Say where the unchanged checkpoint is with --checkpoint DIR.",
        )
    return LiveRemake(record, entry)


def live_differences(record: LiveRecord, info: EngineInfo) -> list[str]:
    """Say, one sentence each, why the samples may differ now; empty if nothing is known."""
    return made_otherwise(record.device, record.precision, record.program_version, info)


def remade(engine: LiveEngine, record: LiveRecord, stop: StopFlag) -> Iterator[Audio]:
    """Make a recording again, piece by piece.

    Args:
        engine: With the record's checkpoint, on the record's device and in its precision.
        record: Of the recording.
        stop: Ends it within a chunk when set.

    Raises:
        UserProblem: If the record cannot be used.
    """
    stretch = record.stretch
    try:
        music = engine.live(record.request, Replayed(record.steered()), record.state())
    except ValueError as error:
        raise unusable(f"{error}.") from error
    end = stretch.first + stretch.frames
    at = record.begin.emitted
    while at < end and not stop.is_set():
        chunk = music.chunk()
        music.ahead()
        samples = faded(chunk.samples, chunk.start, stretch)
        at = chunk.start + len(samples)
        heard = samples[max(stretch.first - chunk.start, 0) : max(end - chunk.start, 0)]
        if len(heard):
            yield Audio(heard, record.sample_rate)


def faded(samples: Samples, start: int, stretch: KeptStretch) -> Samples:
    """Return samples as they are heard, faded in where the music begins and out where it ends.

    Args:
        samples: float32 `[frames, channels]`.
        start: Of the first, in audio frames from the beginning of the music.
        stretch: How it is faded.
    """
    end = start + len(samples)
    fades_in = start < stretch.fade_in
    fades_out = 0 <= stretch.fade_out < end
    if not (fades_in or fades_out):
        return samples
    at = np.arange(start, end, dtype=np.float64)
    level = np.ones(len(samples))
    if fades_in:
        level *= np.sin(np.clip(at / stretch.fade_in, 0, 1) * (np.pi / 2)) ** 2
    if fades_out:
        lasts = max(stretch.fade_end - stretch.fade_out, 1)
        level *= np.cos(np.clip((at - stretch.fade_out) / lasts, 0, 1) * (np.pi / 2)) ** 2
    made: Samples = samples * level.astype(np.float32)[:, np.newaxis]
    return made
