"""Making a clip again from its record: the same checkpoint, the same sound files, the same batch, the same samples.

Not for the record itself (`record`) or for making clips (`make`).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from musicgen_studio.checkpoints.catalogue import CheckpointEntry, find
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.record import CheckpointRecord, Recipe, SourceFile, program_version
from musicgen_studio.studio.making.source import MelodySource, Source, reopen_melody, reopen_source

_Kind = TypeVar("_Kind", Source, MelodySource)


def remake_order(
    recipe_file: Path,
    folder: Path,
    checkpoint: str | None = None,
    melody: Path | None = None,
    continuation: Path | None = None,
) -> tuple[Recipe, Order, CheckpointEntry]:
    """Read a clip's record and turn it back into an order, once everything it names is found unchanged.

    Args:
        recipe_file: The JSON beside the clip.
        folder: Where the new clip goes; it exists.
        checkpoint: Where the checkpoint is now, None for where it was.
        melody: Where the melody is now, None for where it was or beside the record.
        continuation: Where the continued sound is now, None for where it was or beside the record.

    Returns:
        The record, the order, and the checkpoint to load.

    Raises:
        UserProblem: If the record cannot be used, or what it names is gone or has changed.
    """
    recipe = Recipe.read(recipe_file)
    entry = find(checkpoint or recipe.checkpoint.folder)
    tune = _reopened(reopen_melody, recipe.melody, recipe_file, melody, "--melody")
    opening = _reopened(reopen_source, recipe.continuation, recipe_file, continuation, "--continue")
    try:
        request = recipe.request(tune.melody if tune else None, opening.audio if opening else None)
    except ValueError as error:
        raise UserProblem(
            "The record of the clip cannot be used.", f"{recipe_file}: {error}.", "Choose a record that was not edited."
        ) from error
    record = CheckpointRecord.of(entry)
    _check_same(recipe.checkpoint, record, entry)
    order = Order(
        request=request,
        checkpoint=record,
        folder=folder,
        sound_format=recipe.sound_format,
        sample_rate=recipe.sample_rate,
        loudness_lufs=recipe.loudness_lufs,
        compressor=recipe.compressor,
        melody=tune.record if tune else None,
        continuation=opening.record if opening else None,
        only=(recipe.place, recipe.take),
    )
    return recipe, order, entry


def differences(recipe: Recipe, info: EngineInfo) -> list[str]:
    """Say, one sentence each, why a clip made now may differ from the one in the record; empty if nothing is known."""
    found = []
    if (recipe.device, recipe.precision) != (info.device, info.precision):
        found.append(
            f"The samples will differ slightly: made on {recipe.device} as {recipe.precision}, "
            f"now on {info.device} as {info.precision}."
        )
    if recipe.program_version != program_version():
        found.append(f"The samples may differ: made by version {recipe.program_version}, this is {program_version()}.")
    if not recipe.complete:
        found.append("The clip was stopped before its end; now it is made whole.")
    return found


def _reopened(
    reopen: Callable[[SourceFile, Path, Path | None, str], _Kind],
    record: SourceFile | None,
    recipe_file: Path,
    given: Path | None,
    option: str,
) -> _Kind | None:
    if record is not None:
        return reopen(record, recipe_file, given, option)
    if given is not None:
        raise UserProblem(
            f"{option} does not fit the record.", f"The clip of {recipe_file} was made without it.", "Leave it out."
        )
    return None


def _check_same(recorded: CheckpointRecord, record: CheckpointRecord, entry: CheckpointEntry) -> None:
    if record.sha256 != recorded.sha256:
        raise UserProblem(
            "The checkpoint is not the one that made the clip.",
            f"{entry.folder} has the sha256 {record.sha256[:12]}…, the record says {recorded.sha256[:12]}… "
            f"({recorded.id}).",
            "Say where the unchanged checkpoint is with --checkpoint DIR.",
        )
