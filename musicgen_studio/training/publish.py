"""From a trained codec and language model to a checkpoint in transformers' layout, with its model card.

The text encoder's shard is copied byte for byte, so that version control need not store it again. All other weights are
one shard of 16-bit floats.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from musicgen_studio.core.request import Sampling
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder, write_text
from musicgen_studio.training.codec.network import stored_tensors
from musicgen_studio.training.language.dataset import chroma_length
from musicgen_studio.training.language.network import MelodyLanguageModel, Sizes, decoder_config
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import FRAME_RATE_HZ
from musicgen_studio.training.workspace import write_json, written_whole

if TYPE_CHECKING:
    from transformers import EncodecModel

TEXT_SHARD = "model-00001-of-00002.safetensors"
OWN_SHARD = "model-00002-of-00002.safetensors"
_TEXT_PREFIX = "text_encoder."
_NO_PART_OF_A_CHECKPOINT = {
    "transformers_version", "dtype", "architectures", "_name_or_path", "chunk_size_feed_forward", "id2label",
    "label2id", "is_encoder_decoder", "output_attentions", "output_hidden_states", "problem_type", "return_dict",
}  # fmt: skip
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model", "vocab.txt")


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a checkpoint is made of.

    Args:
        codec: Folded.
        language: The language model.
        text_from: A checkpoint in transformers' layout whose text encoder is used.
        sampling: How it is best sampled.
    """

    codec: "EncodecModel"
    language: MelodyLanguageModel
    text_from: Path
    sampling: Sampling


def publish(trained: Trained, folder: Path, card: str) -> None:
    """Write a checkpoint.

    Args:
        trained: What it is made of.
        folder: Where to; made if missing. Files of the same names are replaced.
        card: The text of its README.md.

    Raises:
        UserProblem: If the text encoder cannot be found, or the disk is full.
    """
    ensure_folder(folder)
    weight_map = _write_text_shard(trained.text_from, folder)
    own = {f"audio_encoder.{name}": tensor for name, tensor in stored_tensors(trained.codec).items()}
    own |= {name: tensor.detach().cpu() for name, tensor in trained.language.state_dict().items()}
    own = {name: tensor for name, tensor in own.items() if not name.endswith("embed_positions.weights")}
    _write_tensors(folder / OWN_SHARD, own)
    weight_map |= dict.fromkeys(own, OWN_SHARD)
    total = sum((folder / name).stat().st_size for name in set(weight_map.values()))
    write_json(
        folder / "model.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))},
    )
    for name, value in _configs(trained).items():
        write_json(folder / name, value)
    _copy_tokenizer(trained.text_from, folder)
    write_text(folder / "README.md", card)


def _write_text_shard(source: Path, folder: Path) -> dict[str, str]:
    """Copy the shard that holds the text encoder alone, or write one; return which tensor is where."""
    from safetensors import safe_open

    for path in sorted(source.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(_TEXT_PREFIX)]  # noqa: SIM118 - not a dict
            if not names:
                continue
            if len(names) == len(list(file.keys())):
                _copy(path, folder / TEXT_SHARD)
            else:
                _write_tensors(folder / TEXT_SHARD, {name: file.get_tensor(name) for name in names})
            return dict.fromkeys(names, TEXT_SHARD)
    raise UserProblem(
        "The checkpoint cannot be written.",
        f"{source} has no safetensors file with a text encoder.",
        "Name a checkpoint in transformers' layout with --text-from.",
    )


def _copy_tokenizer(source: Path, folder: Path) -> None:
    for name in _TOKENIZER_FILES:
        if (source / name).is_file():
            _copy(source / name, folder / name)
    path = folder / "tokenizer_config.json"
    if path.is_file():
        # BERT's tokenizer also gives token types, at which transformers' MusicGen stumbles.
        settings = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, settings | {"model_input_names": ["input_ids", "attention_mask"]})


def _copy(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve():
        return
    with source.open("rb") as original, written_whole(target) as copy:
        shutil.copyfileobj(original, copy)


def _write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    from safetensors.torch import save

    halved = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous() for name, tensor in tensors.items()
    }
    broken = [
        name for name, tensor in halved.items() if tensor.is_floating_point() and not torch.isfinite(tensor).all()
    ]
    if broken:
        raise ValueError(f"weights must fit into 16 bits, got an infinity or NaN in {broken[0]}")
    with written_whole(path) as file:
        file.write(save(halved, metadata={"format": "pt"}))


def _configs(trained: Trained) -> dict[str, dict[str, Any]]:
    sizes = trained.language.sizes
    window_frames = sizes.window_s * FRAME_RATE_HZ
    return {
        "config.json": _model_config(trained, chroma_length(window_frames)),
        "generation_config.json": {
            "bos_token_id": sizes.card,
            "decoder_start_token_id": sizes.card,
            "pad_token_id": sizes.card,
            "do_sample": True,
            "guidance_scale": trained.sampling.guidance_scale,
            "temperature": trained.sampling.temperature,
            "top_k": trained.sampling.top_k,
            "top_p": trained.sampling.top_p or 1.0,  # in transformers 1 is off
            "max_length": window_frames + sizes.codebooks,
        },
        "preprocessor_config.json": {
            "feature_extractor_type": "MusicgenMelodyFeatureExtractor",
            "feature_size": 12,
            "n_fft": 16384,
            "hop_length": 4096,
            "sampling_rate": SAMPLE_RATE,
            "chunk_length": sizes.window_s,
            "n_samples": sizes.window_s * SAMPLE_RATE,
            "padding_side": "right",
            "padding_value": 0.0,
            "return_attention_mask": False,
            "stem_indices": [3, 2],
        },
    }


def _model_config(trained: Trained, chroma_frames: int) -> dict[str, Any]:
    sizes: Sizes = trained.language.sizes
    source = json.loads((trained.text_from / "config.json").read_text(encoding="utf-8"))
    return {
        "architectures": ["MusicgenMelodyForConditionalGeneration"],
        "model_type": "musicgen_melody",
        "is_encoder_decoder": True,
        "dtype": "float16",
        "initializer_factor": 0.02,
        "num_chroma": 12,
        "chroma_length": chroma_frames,
        "pad_token_id": sizes.card,
        "text_encoder": source["text_encoder"],
        "audio_encoder": _plain(trained.codec.config),
        "decoder": _plain(decoder_config(sizes)),
    }


def _plain(config: Any) -> dict[str, Any]:
    """Return a transformers configuration as JSON values, without what does not belong into a checkpoint."""
    values: dict[str, Any] = json.loads(config.to_json_string(use_diff=False))
    return {name: value for name, value in values.items() if name not in _NO_PART_OF_A_CHECKPOINT}
