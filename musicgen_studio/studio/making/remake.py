"""Making a clip again from its record: the same checkpoint, the same sound files, the same batch, the same samples.

Not for the record itself (`record`) or for making clips (`make`).
"""

from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.checkpoints.catalogue import CheckpointEntry, find
from musicgen_studio.checkpoints.fingerprint import fingerprint
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.record import Record, program_version
from musicgen_studio.studio.making.source import Moved, reopen


@dataclass(frozen=True, slots=True)
class Remake:
    """A clip that can be made again.

    Args:
        record: Of the clip.
        order: Its order, with the files where they are now.
        request: The whole batch that it was made in.
        entry: The checkpoint to load.
        checkpoint: The same, for the new record.
    """

    record: Record
    order: Order
    request: GenerationRequest
    entry: CheckpointEntry
    checkpoint: CheckpointRecord

    @property
    def only(self) -> tuple[int, int]:
        """Number of the prompt and of the take to keep."""
        return (self.record.place, self.record.take)


def remake(
    record_file: Path, checkpoint: str | None = None, melody: Path | None = None, continuation: Path | None = None
) -> Remake:
    """Read a clip's record, once everything it names is found unchanged.

    Args:
        record_file: The JSON beside the clip.
        checkpoint: Where the checkpoint is now, None for where it was.
        melody: Where the melody is now, None for where it was or beside the record.
        continuation: Where the continued sound is now, None for where it was or beside the record.

    Raises:
        UserProblem: If the record cannot be used, or what it names is gone or has changed.
    """
    record = Record.read(record_file)
    entry = find(checkpoint or record.checkpoint.folder)
    for option, given, named in (
        ("--melody", melody, record.order.melody),
        ("--continue", continuation, record.order.continuation),
    ):
        if given is not None and named is None:
            raise UserProblem(
                f"{option} does not fit the record.", f"The clip of {record_file} was made without it.", "Leave it out."
            )
    order, sounds = reopen(record.order, record_file, Moved(melody, continuation, "--melody", "--continue"))
    try:
        request = order.request(sounds)
    except ValueError as error:
        raise UserProblem(
            "The record of the clip cannot be used.", f"{record_file}: {error}.", "Choose a record that was not edited."
        ) from error
    now = CheckpointRecord.of(entry)
    _check_same(record.checkpoint, now, entry)
    return Remake(record, order, request, entry, now)


def made_otherwise(device: str, precision: str, version: str, info: EngineInfo) -> list[str]:
    """Say, one sentence each, why an engine may give other samples than a record's gave; empty if it is as then.

    Args:
        device: Where the record's music was made.
        precision: How it was computed.
        version: Of the program that made it.
        info: Of the engine that is there now.
    """
    found = []
    if (device, precision) != (info.device, info.precision):
        found.append(
            f"The samples will differ slightly: made on {device} as {precision}, "
            f"now on {info.device} as {info.precision}."
        )
    if version != program_version():
        found.append(f"The samples may differ: made by version {version}, this is {program_version()}.")
    return found


def differences(record: Record, info: EngineInfo) -> list[str]:
    """Say, one sentence each, why a clip made now may differ from the one in the record; empty if nothing is known."""
    found = made_otherwise(record.device, record.precision, record.program_version, info)
    if not record.complete:
        found.append("The clip was stopped before its end; now it is made whole.")
    return found


def _check_same(recorded: CheckpointRecord, now: CheckpointRecord, entry: CheckpointEntry) -> None:
    if recorded.sha256 not in (now.sha256, fingerprint(entry.folder, with_base=False)):
        raise UserProblem(
            "The checkpoint is not the one that made the clip.",
            f"{entry.folder} has the sha256 {now.sha256[:12]}…, the record says {recorded.sha256[:12]}… "
            f"({recorded.id}).",
            "Say where the unchanged checkpoint is with --checkpoint DIR.",
        )
