"""Opening a checkpoint folder, in whichever of the layouts it is."""

from pathlib import Path

from musicgen_studio.engine.checkpoint.adapter import is_adapter, open_adapter
from musicgen_studio.engine.checkpoint.audiocraft import (
    FINE_TUNED_FILE,
    STATE_FILE,
    TRAINED_FILE,
    AudioCraftCheckpoint,
    TrainedCheckpoint,
    open_fine_tuned,
)
from musicgen_studio.engine.checkpoint.huggingface import HuggingFaceCheckpoint
from musicgen_studio.engine.checkpoint.stored import StoredCheckpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.checkpoint.weights import weights_file
from musicgen_studio.errors import UserProblem


def open_checkpoint(folder: Path) -> Checkpoint:
    """Open a checkpoint in any layout. Configurations and headers are read, numbers are not.

    Args:
        folder: With config.json and model.safetensors or pytorch_model.bin, whole or in shards (transformers); with
            state_dict.bin and compression_state_dict.bin (AudioCraft); with checkpoint.th (AudioCraft's trainer); with
            lm_final.pt beside one of the first two, its base; or with adapter_config.json (PEFT), whose base is found.
            What was trained counts before what it was trained from; of the first two, the first.

    Returns:
        The checkpoint, checked for completeness and shapes.

    Raises:
        UserProblem: If it is not a MusicGen checkpoint, incomplete, damaged, or of an unsupported kind.
    """
    if is_adapter(folder):
        adapter = open_adapter(folder)
        return HuggingFaceCheckpoint(adapter.base, adapter)
    if (folder / FINE_TUNED_FILE).is_file():
        return open_fine_tuned(folder, _base_of(folder))
    plain = _open_plain(folder)
    if plain is not None:
        return plain
    if (folder / TRAINED_FILE).is_file():
        return TrainedCheckpoint(folder)
    raise UserProblem(
        "There is no checkpoint here.",
        f"{folder} has neither a config.json nor a {STATE_FILE}, a {TRAINED_FILE} or an adapter."
        if folder.is_dir()
        else f"{folder} is not a folder.",
        "Choose the folder that holds a MusicGen checkpoint's files.",
    )


def _open_plain(folder: Path) -> HuggingFaceCheckpoint | AudioCraftCheckpoint | None:
    """Open a folder in transformers' or AudioCraft's layout; None if it is in neither."""
    has_config, has_state = (folder / "config.json").is_file(), (folder / STATE_FILE).is_file()
    # Meta publishes both layouts in one folder; a person may have only one layout's large files.
    if has_config and (weights_file(folder) or not has_state):
        return HuggingFaceCheckpoint(folder)
    return AudioCraftCheckpoint(folder) if has_state else None


def _base_of(folder: Path) -> StoredCheckpoint:
    """Open what a fine-tuned language model was made from: in its folder, in `base`, or in the folder around it."""
    for place in (folder, folder / "base", folder.parent, folder.parent / "base"):
        base = _open_plain(place)
        if base is not None:
            return base
    raise UserProblem(
        "The checkpoint that was fine-tuned is missing.",
        f"{folder / FINE_TUNED_FILE} holds its language model alone, without codec and text encoder.",
        f"Put the files of the checkpoint it was made from into {folder / 'base'}.",
    )
