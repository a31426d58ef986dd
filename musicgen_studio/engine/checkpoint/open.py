"""Opening a checkpoint folder, in whichever of the two layouts it is."""

from pathlib import Path

from musicgen_studio.engine.checkpoint.audiocraft import STATE_FILE, AudioCraftCheckpoint
from musicgen_studio.engine.checkpoint.huggingface import HuggingFaceCheckpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.checkpoint.weights import weights_file
from musicgen_studio.errors import UserProblem


def open_checkpoint(folder: Path) -> Checkpoint:
    """Open a checkpoint in transformers' or AudioCraft's layout. Configurations and headers are read, numbers are not.

    Args:
        folder: With config.json and model.safetensors or pytorch_model.bin, whole or in shards (transformers), or
            with state_dict.bin and compression_state_dict.bin (AudioCraft). Where both are complete, the first counts.

    Returns:
        The checkpoint, checked for completeness and shapes.

    Raises:
        UserProblem: If it is not a MusicGen checkpoint, incomplete, damaged, or of an unsupported kind.
    """
    has_config, has_state = (folder / "config.json").is_file(), (folder / STATE_FILE).is_file()
    # Meta publishes both layouts in one folder; a person may have only one layout's large files.
    if has_config and (weights_file(folder) or not has_state):
        return HuggingFaceCheckpoint(folder)
    if has_state:
        return AudioCraftCheckpoint(folder)
    raise UserProblem(
        "There is no checkpoint here.",
        f"{folder} has neither a config.json nor a {STATE_FILE}." if folder.is_dir() else f"{folder} is not a folder.",
        "Choose the folder that holds a MusicGen checkpoint's files.",
    )
