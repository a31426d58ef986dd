"""The codec that a training begins with instead of from nothing: read, checked, and what of the settings it decides.

Not for how it then learns (`train`).
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicgen_studio.errors import UserProblem
from musicgen_studio.training.codec.network import load_codec
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import HOP_SAMPLES, CodecSettings

if TYPE_CHECKING:
    from transformers import EncodecModel

_FILE = "codec.safetensors"

_KIND = {
    "model_type": "encodec", "sampling_rate": SAMPLE_RATE, "hop_length": HOP_SAMPLES, "audio_channels": 1,
    "normalize": False, "chunk_length_s": None, "norm_type": "weight_norm", "use_causal_conv": False,
}  # fmt: skip
"""What the training's codecs and MusicGen's have in common, by transformers' names."""

_LATENTS_PER_CODE = 4
"""The fewest that codebooks are fitted on: with one for each code, k-means copies them."""

_CHOOSE = "Choose a MusicGen checkpoint, such as “starter”, or a folder that `train codec` wrote."


def is_codec_folder(folder: Path) -> bool:
    """Tell whether a folder holds a codec alone, as `train codec` writes it."""
    return (folder / _FILE).is_file()


def codec_to_begin_with(folder: Path) -> "EncodecModel":
    """Read a codec to train further.

    Args:
        folder: A checkpoint in any layout, or a codec alone.

    Returns:
        The codec on the processor, in evaluation mode, weight norm folded.

    Raises:
        UserProblem: If there is none, it is damaged, or it is not an EnCodec of MusicGen's kind.
    """
    if is_codec_folder(folder):
        codec = _read(folder)
    else:
        from musicgen_studio.engine.checkpoint.open import open_checkpoint

        codec = open_checkpoint(folder).codec()
    for name, wanted in _KIND.items():
        found = getattr(codec.config, name, None)
        if found != wanted:
            raise UserProblem(
                "This codec cannot be trained further.",
                f"{folder}: its {name} is {found}; only {wanted} can be trained.",
                _CHOOSE,
            )
    return codec


def _read(folder: Path) -> "EncodecModel":
    try:
        return load_codec(folder)
    except Exception as error:  # a damaged file, one of another kind: safetensors, json and transformers raise anything
        said = (str(error).splitlines() or [""])[0][:300]
        raise UserProblem("This codec cannot be read.", f"{folder}: {said}", _CHOOSE) from error


def settings_for(codec: "EncodecModel", settings: CodecSettings, named: frozenset[str]) -> CodecSettings:
    """Return settings with the sizes of a codec, and latents enough for its codebooks.

    Args:
        codec: The codec that a training begins with.
        settings: Of the training.
        named: What the person gave in a settings file: a size that is not the codec's is refused, not replaced.

    Raises:
        UserProblem: If the settings file says otherwise, or the codec is of a size that cannot be trained.
    """
    sizes = _sizes(codec)
    for name, size in sizes.items():
        wished = getattr(settings, name)
        if name in named and wished != size:
            raise UserProblem(
                "The settings are of another codec.",
                f"They say {name} = {wished}; the codec to begin with has {size}.",
                f"Leave {name} out of the settings file, or begin without this codec.",
            )
    fewest = _LATENTS_PER_CODE * sizes["codebook_size"]
    try:
        return replace(settings, **sizes, latents=max(settings.latents, fewest))
    except ValueError as error:
        raise UserProblem("This codec cannot be trained further.", f"{error}.", _CHOOSE) from error


def _sizes(codec: "EncodecModel") -> dict[str, Any]:
    config = codec.config
    return {
        "filters": config.num_filters,
        "hidden": config.hidden_size,
        "lstm_layers": config.num_lstm_layers,
        "codebook_size": config.codebook_size,
        "codebooks": config.num_quantizers,
    }
