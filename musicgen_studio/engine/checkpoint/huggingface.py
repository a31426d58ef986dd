"""Checkpoints in transformers' layout: a folder with config.json and model.safetensors or pytorch_model.bin.

Read are folders written by `MusicgenForConditionalGeneration` and `MusicgenMelodyForConditionalGeneration`, also by
older versions of transformers. Not for AudioCraft's own files: that is `audiocraft.py`.
Source: transformers `models/musicgen`, `models/musicgen_melody` (modeling, configuration, feature extraction).
"""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from musicgen_studio.core.request import GenerationRequest, Sampling
from musicgen_studio.engine.checkpoint.adapter import Adapter
from musicgen_studio.engine.checkpoint.stored import StoredCheckpoint
from musicgen_studio.engine.checkpoint.submodels import (
    CHOOSE_ANOTHER,
    StoredCodec,
    StoredTextEncoder,
    has_tokenizer,
    odd_value,
    parse_config,
    require_fit,
)
from musicgen_studio.engine.checkpoint.values import (
    Affine,
    CheckpointConfig,
    ChromaConfig,
    CrossAttentionWeights,
    DecoderConfig,
    LayerWeights,
    OuterWeights,
)
from musicgen_studio.engine.checkpoint.weights import DOWNLOAD_AGAIN, Shape, open_weights, read_json
from musicgen_studio.errors import UserProblem

_ARCHITECTURES = ("musicgen", "musicgen_melody")
_LAYERS = "decoder.model.decoder.layers."
# Positions are computed; older files carry the table.
_TOP = ("text_encoder.", "audio_encoder.", "decoder.", "enc_to_dec_proj.", "audio_enc_to_dec_proj.")
_USUAL_MAX_LENGTH = 1500
_HARMLESS = r"embed_positions\.weights$"


class HuggingFaceCheckpoint(StoredCheckpoint):
    """An opened folder in transformers' layout.

    Args:
        folder: The folder. Configurations and headers are read here; numbers are not.
        adapter: What is merged into its weights, or None.

    Raises:
        UserProblem: If it is not a MusicGen checkpoint, incomplete, damaged, or of an unsupported kind.
    """

    def __init__(self, folder: Path, adapter: Adapter | None = None) -> None:
        path = folder / "config.json"
        raw = read_json(path)
        _require_musicgen(raw, path)
        parsed = parse_config(raw, path)
        weights = open_weights(folder).unwrapped(_TOP)
        if adapter is not None:
            weights = adapter.merged(weights)
        codec = StoredCodec(parsed.audio_encoder, weights.under("audio_encoder."), path)
        text_encoder = StoredTextEncoder(parsed.text_encoder, weights.under("text_encoder."), path, _beside(folder))
        config = _checkpoint_config(parsed, folder, text_encoder.width)
        super().__init__(config, codec, text_encoder, weights.without("audio_encoder.", "text_encoder."))
        self._weights.require(_shapes(config), _HARMLESS)

    def layer(self, index: int) -> LayerWeights:
        """Read one layer. The result owns its memory; the file is not kept mapped."""
        read = self._weights.under(f"{_LAYERS}{index}.").read(_layer_shapes(self.config.decoder))
        cross = None
        if self.config.decoder.cross_attention:
            cross = CrossAttentionWeights(
                norm=Affine.named(read, "encoder_attn_layer_norm"),
                q=read["encoder_attn.q_proj.weight"],
                k=read["encoder_attn.k_proj.weight"],
                v=read["encoder_attn.v_proj.weight"],
                out=read["encoder_attn.out_proj.weight"],
            )
        return LayerWeights(
            attention_norm=Affine.named(read, "self_attn_layer_norm"),
            qkv=torch.cat([read.pop(f"self_attn.{part}_proj.weight") for part in "qkv"]),
            attention_out=read["self_attn.out_proj.weight"],
            cross=cross,
            feed_forward_norm=Affine.named(read, "final_layer_norm"),
            up=read["fc1.weight"],
            down=read["fc2.weight"],
        )

    def outer(self) -> OuterWeights:
        """Read what surrounds the layers."""
        shapes = _outer_shapes(self.config)
        read = self._weights.read(shapes)
        books = range(self.config.decoder.codebooks)
        return OuterWeights(
            embeddings=torch.stack([read.pop(f"decoder.model.decoder.embed_tokens.{k}.weight") for k in books]),
            out_norm=Affine.named(read, "decoder.model.decoder.layer_norm"),
            heads=torch.cat([read.pop(f"decoder.lm_heads.{k}.weight") for k in books]),
            text_projection=Affine.named(read, "enc_to_dec_proj") if "enc_to_dec_proj.weight" in shapes else None,
            chroma_projection=Affine.named(read, "audio_enc_to_dec_proj") if self.config.chroma else None,
        )


def _beside(folder: Path) -> Path:
    """Return where the tokenizer is: a trainer puts it beside its steps, not into each."""
    return next((place for place in (folder, folder.parent) if has_tokenizer(place)), folder)


def _require_musicgen(raw: dict[str, Any], path: Path) -> None:
    if raw.get("model_type") not in _ARCHITECTURES:
        raise UserProblem(
            "This is not a MusicGen checkpoint.",
            f"{path}: model type is “{raw.get('model_type')}”, {' or '.join(_ARCHITECTURES)} was expected.",
            CHOOSE_ANOTHER,
        )
    for section in ("text_encoder", "audio_encoder", "decoder"):
        if not isinstance(raw.get(section), dict):
            raise UserProblem("The checkpoint is not complete.", f"{path} has no “{section}” section.", DOWNLOAD_AGAIN)


def _checkpoint_config(parsed: Any, folder: Path, text_width: int) -> CheckpointConfig:
    codec, melody = parsed.audio_encoder, parsed.model_type == "musicgen_melody"
    chroma = _chroma_config(parsed, folder) if melody else None
    frame_rate = codec.sampling_rate / codec.hop_length
    config = CheckpointConfig(
        architecture=parsed.model_type,
        decoder=_decoder_config(parsed, folder / "config.json"),
        chroma=chroma,
        text_width=text_width,
        channels=parsed.decoder.audio_channels,
        sample_rate=codec.sampling_rate,
        hop_frames=codec.hop_length,
        window_frames=_melody_window(chroma, folder, frame_rate) if chroma else _text_window(folder, frame_rate),
        sampling=_sampling(folder),
    )
    require_fit(config, codec, folder / "config.json")
    return config


def _decoder_config(parsed: Any, path: Path) -> DecoderConfig:
    """Translate the decoder section; in stereo, left and right of a codebook share a delay."""
    raw = parsed.decoder
    if raw.activation_function != "gelu":
        raise odd_value(path, "decoder.activation_function", raw.activation_function, "gelu")
    if getattr(raw, "cross_attention_hidden_size", None) not in (None, raw.hidden_size):
        raise odd_value(path, "decoder.cross_attention_hidden_size", raw.cross_attention_hidden_size, "null")
    if raw.pad_token_id not in (None, raw.vocab_size):
        raise odd_value(path, "decoder.pad_token_id", raw.pad_token_id, f"{raw.vocab_size}, as the vocab_size,")
    return DecoderConfig(
        width=raw.hidden_size,
        layers=raw.num_hidden_layers,
        heads=raw.num_attention_heads,
        feed_forward=raw.ffn_dim,
        card=raw.vocab_size,
        delays=tuple(k // raw.audio_channels for k in range(raw.num_codebooks)),
        cross_attention=parsed.model_type == "musicgen",
        embedding_scale=math.sqrt(raw.hidden_size) if raw.scale_embedding else 1.0,
    )


def _chroma_config(parsed: Any, folder: Path) -> ChromaConfig:
    """Combine config.json with the feature extractor's settings; its defaults are those of transformers' class."""
    extractor, path = _extractor_settings(folder)
    config = ChromaConfig(
        bins=parsed.num_chroma,
        length=parsed.chroma_length,
        n_fft=_positive(extractor, "n_fft", 16384, path),
        hop_frames=_positive(extractor, "hop_length", 4096, path),
        sample_rate=_positive(extractor, "sampling_rate", 32000, path),
    )
    if config.bins != 12 or _positive(extractor, "feature_size", 12, path) != config.bins:
        raise odd_value(path, "number of pitch classes (num_chroma, feature_size)", config.bins, "12 in both")
    if config.length < 1:
        raise odd_value(folder / "config.json", "chroma_length", config.length, "a positive number")
    return config


def _extractor_settings(folder: Path) -> tuple[dict[str, Any], Path]:
    """Read the chroma extractor's settings: a file of their own, or since transformers 5 a part of the processor's."""
    path = folder / "preprocessor_config.json"
    if path.is_file():
        return read_json(path), path
    path = folder / "processor_config.json"
    section = read_json(path).get("feature_extractor") if path.is_file() else {}
    return section if isinstance(section, dict) else {}, path


def _positive(settings: dict[str, Any], name: str, default: int, path: Path) -> int:
    value = settings.get(name, default)
    if not isinstance(value, int) or value < 1:
        raise odd_value(path, name, value, "a positive whole number")
    return value


def _melody_window(chroma: ChromaConfig, folder: Path, frame_rate: float) -> int:
    """Return the window of a melody model in codec frames: the length its melodies are cut to."""
    extractor, path = _extractor_settings(folder)
    whole_seconds = chroma.length * chroma.hop_frames // chroma.sample_rate
    samples = _positive(extractor, "n_samples", max(1, whole_seconds) * chroma.sample_rate, path)
    return int(samples * frame_rate / chroma.sample_rate)


def _text_window(folder: Path, frame_rate: float) -> int:
    """Return the window of a text model in codec frames: the whole seconds of the length it generates by default."""
    path = folder / "generation_config.json"
    # A trainer's step may leave it out; then it is that of Meta's, which it began with.
    max_length = _positive(read_json(path) if path.is_file() else {}, "max_length", _USUAL_MAX_LENGTH, path)
    whole_seconds = int(max_length / frame_rate)
    # Less than a second is a model made for tests; then every frame the delay pattern leaves.
    return int(whole_seconds * frame_rate) if whole_seconds else max_length - 4


def _sampling(folder: Path) -> Sampling:
    """Return how the checkpoint says it is best sampled.

    What it leaves open is AudioCraft's, not transformers' (whose top-k is 50 then): so Meta's were meant. In
    transformers a top-p of 1 is off.
    """
    path = folder / "generation_config.json"
    raw = read_json(path) if path.is_file() else {}
    said = {field.name: raw[field.name] for field in fields(Sampling) if raw.get(field.name) is not None}
    for name, value in said.items():
        if type(value) is not int and (type(value) is not float or name == "top_k"):
            raise odd_value(path, name, value, "a whole number" if name == "top_k" else "a number")
    if said.get("top_p") == 1:
        del said["top_p"]
    try:
        return GenerationRequest(("",), **said).sampling()
    except ValueError as error:
        raise UserProblem("The checkpoint cannot be used.", f"{path}: {error}.", CHOOSE_ANOTHER) from error


def _shapes(config: CheckpointConfig) -> dict[str, Shape]:
    layer = _layer_shapes(config.decoder)
    shapes = {f"{_LAYERS}{i}.{name}": shape for i in range(config.decoder.layers) for name, shape in layer.items()}
    return shapes | _outer_shapes(config)


def _layer_shapes(decoder: DecoderConfig) -> dict[str, Shape]:
    width = decoder.width
    attentions = ["self_attn", "encoder_attn"] if decoder.cross_attention else ["self_attn"]
    shapes: dict[str, Shape] = {}
    for attention in attentions:
        shapes |= {f"{attention}.{part}_proj.weight": (width, width) for part in ("q", "k", "v", "out")}
    for norm in [*(f"{attention}_layer_norm" for attention in attentions), "final_layer_norm"]:
        shapes |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
    return shapes | {"fc1.weight": (decoder.feed_forward, width), "fc2.weight": (width, decoder.feed_forward)}


def _outer_shapes(config: CheckpointConfig) -> dict[str, Shape]:
    decoder = config.decoder
    width = decoder.width
    shapes: dict[str, Shape] = {}
    for k in range(decoder.codebooks):
        shapes[f"decoder.model.decoder.embed_tokens.{k}.weight"] = (decoder.card + 1, width)
        shapes[f"decoder.lm_heads.{k}.weight"] = (decoder.card, width)
    shapes |= {f"decoder.model.decoder.layer_norm.{part}": (width,) for part in ("weight", "bias")}
    # transformers makes this projection only where the widths differ.
    if config.text_width != width:
        shapes |= {"enc_to_dec_proj.weight": (width, config.text_width), "enc_to_dec_proj.bias": (width,)}
    if config.chroma:
        shapes |= {"audio_enc_to_dec_proj.weight": (width, config.chroma.bins), "audio_enc_to_dec_proj.bias": (width,)}
    return shapes
