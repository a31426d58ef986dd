"""The codec's network: transformers' EnCodec, built, taken apart for training and put together for a checkpoint.

While training, weight norm is folded into plain weights (Muon needs matrices); in a checkpoint it is there again, as
transformers stores it: `original1` is the weight, `original0` its norm over all but the first dimension.
"""

import hashlib
import json
from math import ceil, log2
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.checkpoint.encodec import folded
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import CODEC_RATIOS, FRAME_RATE_HZ, CodecSettings
from musicgen_studio.training.workspace import written_whole

if TYPE_CHECKING:
    from transformers import EncodecModel

_WEIGHT = ".conv.weight"
_STORED = ".conv.parametrizations.weight.original"


def codec_config(settings: CodecSettings) -> Any:
    """Return transformers' configuration for a codec: 32 kHz, 50 frames a second, not causal."""
    make_torchaudio_importable()
    from transformers import EncodecConfig

    kilobits = settings.codebooks * ceil(log2(settings.codebook_size)) * FRAME_RATE_HZ / 1000
    return EncodecConfig(
        sampling_rate=SAMPLE_RATE,
        audio_channels=1,
        normalize=False,
        num_filters=settings.filters,
        upsampling_ratios=list(CODEC_RATIOS),
        codebook_size=settings.codebook_size,
        codebook_dim=settings.hidden,
        hidden_size=settings.hidden,
        num_lstm_layers=settings.lstm_layers,
        target_bandwidths=[kilobits],
        use_causal_conv=False,
        use_conv_shortcut=True,
        norm_type="weight_norm",
        pad_mode="reflect",
    )


def build_codec(config: Any, seed: int) -> "EncodecModel":
    """Build a codec with random weights, weight norm folded.

    Args:
        config: transformers' configuration.
        seed: Of the weights.
    """
    make_torchaudio_importable()
    from transformers import EncodecModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        codec = EncodecModel(config)
    return folded(codec)


def save_codec(codec: "EncodecModel", folder: Path) -> None:
    """Write a codec: `codec.safetensors`, weight norm folded, and `config.json`."""
    from safetensors.torch import save

    with written_whole(folder / "config.json") as file:
        file.write(codec.config.to_json_string(use_diff=False).encode())
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in codec.state_dict().items()}
    with written_whole(folder / "codec.safetensors") as file:
        file.write(save(tensors))


def config_values(codec: "EncodecModel") -> dict[str, Any]:
    """Return a codec's configuration as plain values, for `config_from`."""
    values: dict[str, Any] = json.loads(codec.config.to_json_string(use_diff=False))
    return values


def config_from(values: dict[str, Any]) -> Any:
    """Return transformers' configuration of plain values."""
    make_torchaudio_importable()
    from transformers import EncodecConfig

    return EncodecConfig.from_dict(values)


def load_codec(folder: Path) -> "EncodecModel":
    """Read what `save_codec` wrote, in evaluation mode, without gradients."""
    make_torchaudio_importable()
    from safetensors.torch import load_file
    from transformers import EncodecConfig

    codec = build_codec(EncodecConfig.from_json_file(folder / "config.json"), seed=0)
    codec.load_state_dict(load_file(folder / "codec.safetensors"))
    return codec.eval().requires_grad_(False)


def stored_tensors(codec: "EncodecModel") -> dict[str, Tensor]:
    """Return a folded codec's tensors as a checkpoint has them, with weight norm."""
    tensors = dict[str, Tensor]()
    for name, tensor in codec.state_dict().items():
        if name.endswith(_WEIGHT):
            stem = name.removesuffix(_WEIGHT) + _STORED
            tensors[f"{stem}0"] = tensor.flatten(1).norm(dim=1).view(-1, *[1] * (tensor.dim() - 1))
            tensors[f"{stem}1"] = tensor
        else:
            tensors[name] = tensor
    return {name: tensor.detach().cpu() for name, tensor in tensors.items()}


def fingerprint(codec: "EncodecModel", *, with_decoder: bool = False) -> str:
    """Return a short name for what decides the tokens: encoder and codebooks. A better decoder keeps it, unless asked.

    Of the encoder only how large each tensor is, to three digits: weight norm is folded while loading, and the last
    bits of that differ from processor to processor. A work folder that moves to another keeps its tokens.
    """
    digest, parts = hashlib.sha256(), ("encoder.", "decoder.") if with_decoder else ("encoder.",)
    for name, tensor in sorted(codec.state_dict().items()):
        values = tensor.detach().cpu()
        if name.endswith("codebook.embed"):
            digest.update(name.encode() + values.float().numpy().tobytes())
        elif name.startswith(parts):
            digest.update(f"{name} {float(values.double().abs().mean()):.2e}".encode())
    return digest.hexdigest()[:12]


def latents_of(codec: "EncodecModel", sound: Tensor) -> Tensor:
    """Return latents `[rows, dimension, frames]` of sound `[rows, samples]`."""
    latents: Tensor = codec.encoder(sound[:, None])
    return latents


def quantised(codec: "EncodecModel", latents: Tensor) -> Tensor:
    """Return latents as the codebooks say them, same shape."""
    codes = codec.quantizer.encode(latents)
    return codec.quantizer.decode(codes)  # type: ignore[no-any-return]


def sound_of(codec: "EncodecModel", latents: Tensor, samples: int) -> Tensor:
    """Return sound `[rows, samples]` of latents."""
    sound: Tensor = codec.decoder(latents)[:, 0, :samples]
    return sound
