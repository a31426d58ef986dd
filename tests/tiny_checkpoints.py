"""Tiny random checkpoints in every layout the program reads, for tests.

They have the structure of Meta's models (delay pattern, hop of 640 frames at 32 kHz, four codebooks a channel, text
wider or narrower than the model) at a few hundred kilobytes and a window of two seconds. What they play is noise.

transformers' layout is written by transformers itself. AudioCraft's is made of the same tensors under AudioCraft's
names, so that both can be compared. Source of the names: audiocraft `models/lm.py`, `models/encodec.py`,
`utils/export.py`; transformers `models/musicgen/convert_musicgen_transformers.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable

CARD = 64
CODEBOOKS = 4
SAMPLE_RATE = 32000
WINDOW_S = 2
WINDOW_FRAMES = 100
TEXT_WIDTH = 16
CHROMA_BINS = 12
CHROMA_LENGTH = 16

_WORDS = "calm driving happy sad slow fast piano guitar drums bass synth strings rock jazz ambient techno waltz and"
_SPECIAL = ("<pad>", "</s>", "<unk>")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the language model is.

    Args:
        width: Model dimension.
        layers: Transformer layers.
        heads: Attention heads.
        feed_forward: Inner dimension of the feed-forward part.
    """

    width: int = 32
    layers: int = 2
    heads: int = 4
    feed_forward: int = 64


TINY = Size()


def build_text_model(*, channels: int = 1, seed: int = 0, size: Size = TINY) -> Any:
    """Build a random `MusicgenForConditionalGeneration`, in evaluation mode, float32.

    Args:
        channels: 1 mono, 2 stereo.
        seed: Of the weights; the same seed gives the same weights.
        size: Of the language model.
    """
    make_torchaudio_importable()
    from transformers import MusicgenConfig, MusicgenDecoderConfig, MusicgenForConditionalGeneration

    config = MusicgenConfig(
        text_encoder=_t5_config(),
        audio_encoder=_encodec_config(),
        decoder=MusicgenDecoderConfig(**_decoder_settings(channels, size)),
        pad_token_id=CARD,
    )
    return _finished(MusicgenForConditionalGeneration(config), seed)


def build_melody_model(*, channels: int = 1, seed: int = 0, size: Size = TINY) -> Any:
    """Build a random `MusicgenMelodyForConditionalGeneration`, in evaluation mode, float32.

    Args:
        channels: 1 mono, 2 stereo.
        seed: Of the weights; the same seed gives the same weights.
        size: Of the language model.
    """
    make_torchaudio_importable()
    from transformers import MusicgenMelodyConfig, MusicgenMelodyDecoderConfig, MusicgenMelodyForConditionalGeneration

    config = MusicgenMelodyConfig(
        text_encoder=_t5_config(),
        audio_encoder=_encodec_config(),
        decoder=MusicgenMelodyDecoderConfig(**_decoder_settings(channels, size)),
        pad_token_id=CARD,
        num_chroma=CHROMA_BINS,
        chroma_length=CHROMA_LENGTH,
    )
    return _finished(MusicgenMelodyForConditionalGeneration(config), seed)


def build_tokenizer() -> Any:
    """Build a small tokenizer which, as T5's, ends every text with `</s>`."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = [*_SPECIAL, *_WORDS.split()]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    pad, end, unknown = _SPECIAL
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=pad, eos_token=end, unk_token=unknown)


def write_huggingface(
    folder: Path, model: Any, *, shard_size: str = "5GB", pickled: bool = False, dtype: torch.dtype = torch.float32
) -> Path:
    """Write a model in transformers' layout, with tokenizer, generation and feature extractor settings.

    Args:
        folder: Where to; made if missing.
        model: From `build_text_model` or `build_melody_model`. It is left in `dtype`.
        shard_size: Largest size of a file, such as `60KB`.
        pickled: Write pytorch_model.bin as transformers 4 did, with weight norm under its old names and tied tensors
            written twice, instead of model.safetensors.
        dtype: Of the weights.

    Returns:
        The folder.
    """
    model.to(dtype).save_pretrained(folder, max_shard_size=shard_size)
    build_tokenizer().save_pretrained(folder)
    _feature_extractor(model).save_pretrained(folder)
    if pickled:
        for path in folder.glob("*.safetensors*"):
            path.unlink()
        state = {_old_weight_norm_name(name): tensor for name, tensor in model.state_dict().items()}
        torch.save(state, folder / "pytorch_model.bin")
    return folder


def write_audiocraft(folder: Path, model: Any, *, codec_pointer: bool = False, t5_folder: Path | None = None) -> Path:
    """Write a model in AudioCraft's layout, its T5 beside it.

    Args:
        folder: Where to; made if missing.
        model: From `build_text_model` or `build_melody_model`.
        codec_pointer: Write the codec as the pointer `facebook/encodec_32khz`, and the codec itself in a folder
            `encodec_32khz` in transformers' layout.
        t5_folder: Where to write the T5, by default `t5-base` in the folder.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exported = {"version": "1.4.0a1", "exported": True}
    lm = {"best_state": audiocraft_lm_state(model), "xp.cfg": yaml.safe_dump(audiocraft_lm_config(model))}
    torch.save(lm | exported, folder / "state_dict.bin")
    codec: dict[str, Any] = {"pretrained": "facebook/encodec_32khz"}
    if codec_pointer:
        model.audio_encoder.save_pretrained(folder / "encodec_32khz")
    else:
        settings = yaml.safe_dump(audiocraft_codec_config(model.audio_encoder.config))
        codec = {"best_state": audiocraft_codec_state(model.audio_encoder), "xp.cfg": settings}
    torch.save(codec | exported, folder / "compression_state_dict.bin")
    t5 = t5_folder or folder / "t5-base"
    model.text_encoder.save_pretrained(t5)
    build_tokenizer().save_pretrained(t5)
    return folder


def audiocraft_lm_state(model: Any) -> dict[str, Tensor]:
    """Return the language model's tensors under AudioCraft's names, query, key and value in one matrix."""
    decoder, state = model.decoder.model.decoder, dict[str, Tensor]()
    for k, (embedding, head) in enumerate(zip(decoder.embed_tokens, model.decoder.lm_heads, strict=True)):
        state[f"emb.{k}.weight"] = embedding.weight
        state[f"linears.{k}.weight"] = head.weight
    for i, layer in enumerate(decoder.layers):
        _add_audiocraft_layer(state, f"transformer.layers.{i}", layer)
    _add(state, "out_norm", decoder.layer_norm)
    conditioners = "condition_provider.conditioners"
    _add(state, f"{conditioners}.description.output_proj", model.enc_to_dec_proj)
    if hasattr(model, "audio_enc_to_dec_proj"):
        _add(state, f"{conditioners}.self_wav.output_proj", model.audio_enc_to_dec_proj)
        state[f"{conditioners}.self_wav.chroma.spec.window"] = torch.hann_window(16384)
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def audiocraft_lm_config(model: Any) -> dict[str, Any]:
    """Return the language model's settings as AudioCraft's `xp.cfg` has them, references unresolved."""
    config, melody = model.config.decoder, hasattr(model, "audio_enc_to_dec_proj")
    stereo = config.audio_channels == 2
    t5 = {"name": "t5-base", "finetune": False, "word_dropout": 0.3, "normalize_text": False}
    conditioners: dict[str, Any] = {"description": {"model": "t5", "t5": t5}, "args": {"drop_desc_p": 0.5}}
    if melody:
        chroma = {"sample_rate": "${sample_rate}", "n_chroma": CHROMA_BINS, "radix2_exp": 14, "argmax": True}
        conditioners["self_wav"] = {"model": "chroma_stem", "chroma_stem": chroma | {"cache_path": None}}
    return {
        "lm_model": "transformer_lm",
        "compression_model_checkpoint": "//pretrained/facebook/encodec_32khz",
        "sample_rate": SAMPLE_RATE,
        "channels": config.audio_channels,
        "interleave_stereo_codebooks": {"use": stereo, "per_timestep": False},
        "dataset": {"segment_duration": WINDOW_S},
        "codebooks_pattern": {
            "modeling": "delay",
            "delay": {
                "delays": [k // config.audio_channels for k in range(config.num_codebooks)],
                "flatten_first": 0,
                "empty_initial": 0,
            },
        },
        "transformer_lm": {
            "dim": config.hidden_size,
            "num_heads": config.num_attention_heads,
            "num_layers": config.num_hidden_layers,
            "hidden_scale": config.ffn_dim // config.hidden_size,
            "n_q": config.num_codebooks,
            "card": config.vocab_size,
            "activation": "gelu",
            "norm_first": True,
            "bias_ff": False,
            "bias_attn": False,
            "bias_proj": False,
            "causal": True,
            "layer_scale": None,
            "positional_embedding": "sin",
            "norm": "layer_norm",
            "qk_layer_norm": False,
        },
        "fuser": {
            "cross_attention_pos_emb": False,
            "sum": [],
            "prepend": ["self_wav", "description"] if melody else [],
            "cross": [] if melody else ["description"],
            "input_interpolate": [],
        },
        "conditioners": conditioners,
    }


def audiocraft_codec_state(codec: Any) -> dict[str, Tensor]:
    """Return the codec's tensors under AudioCraft's names."""
    state = {}
    for name, tensor in codec.state_dict().items():
        module = codec.get_submodule(name.partition(".conv.")[0]) if ".conv." in name else None
        state[_audiocraft_codec_name(name, module)] = tensor.detach().clone()
    return state


def audiocraft_codec_config(config: Any) -> dict[str, Any]:
    """Return the codec's settings as AudioCraft's `xp.cfg` has them, references unresolved."""
    return {
        "compression_model": "encodec",
        "sample_rate": config.sampling_rate,
        "channels": config.audio_channels,
        "encodec": {
            "autoencoder": "seanet",
            "quantizer": "rvq",
            "sample_rate": "${sample_rate}",
            "channels": "${channels}",
            "causal": config.use_causal_conv,
            "renormalize": config.normalize,
        },
        "seanet": {
            "dimension": config.hidden_size,
            "channels": "${channels}",
            "causal": "${encodec.causal}",
            "n_filters": config.num_filters,
            "n_residual_layers": config.num_residual_layers,
            "ratios": list(config.upsampling_ratios),
            "activation": "ELU",
            "activation_params": {"alpha": 1.0},
            "norm": "weight_norm",
            "norm_params": {},
            "kernel_size": config.kernel_size,
            "residual_kernel_size": config.residual_kernel_size,
            "last_kernel_size": config.last_kernel_size,
            "dilation_base": config.dilation_growth_rate,
            "pad_mode": config.pad_mode,
            "true_skip": not config.use_conv_shortcut,
            "compress": config.compress,
            "lstm": config.num_lstm_layers,
            "disable_norm_outer_blocks": 0,
            "decoder": {"trim_right_ratio": 1.0, "final_activation": None, "final_activation_params": None},
            "encoder": {},
        },
        "rvq": {"n_q": config.num_quantizers, "bins": config.codebook_size, "q_dropout": False, "decay": 0.99},
    }


def _t5_config() -> Any:
    from transformers import T5Config

    words = len(_SPECIAL) + len(_WORDS.split())
    return T5Config(
        vocab_size=words, d_model=TEXT_WIDTH, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0, eos_token_id=1
    )


def _encodec_config() -> Any:
    from transformers import EncodecConfig

    return EncodecConfig(
        sampling_rate=SAMPLE_RATE,
        hidden_size=16,
        num_filters=4,
        upsampling_ratios=[8, 5, 4, 4],
        codebook_size=CARD,
        target_bandwidths=[1.2],
        use_causal_conv=False,
        use_conv_shortcut=False,
    )


def _decoder_settings(channels: int, size: Size) -> dict[str, Any]:
    return {
        "vocab_size": CARD,
        "hidden_size": size.width,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "ffn_dim": size.feed_forward,
        "num_codebooks": CODEBOOKS * channels,
        "audio_channels": channels,
        "pad_token_id": CARD,
        "bos_token_id": CARD,
        "dropout": 0.0,
    }


def _finished(model: Any, seed: int) -> Any:
    """Fill a model with random numbers large enough that two paths through it differ, and set how it generates."""
    random = torch.Generator().manual_seed(seed)
    for name, tensor in sorted([*model.named_parameters(), *model.named_buffers()]):
        if tensor.is_floating_point() and "embed_positions" not in name and not name.endswith("inited"):
            _randomize(name, tensor, random)
    settings = model.generation_config
    settings.decoder_start_token_id = settings.pad_token_id = settings.bos_token_id = CARD
    settings.max_length = WINDOW_FRAMES + CODEBOOKS
    settings.do_sample, settings.guidance_scale = True, 3.0
    return model.eval()


@torch.no_grad()
def _randomize(name: str, tensor: Tensor, random: torch.Generator) -> None:
    spread = 0.3 * torch.randn(tensor.shape, generator=random)
    is_scale = "norm" in name and name.endswith("weight")
    # Weight norm's lengths about 1 keep the codec's output in the range of sound.
    tensor.copy_(1 + spread if is_scale or name.endswith("original0") else spread)


def _feature_extractor(model: Any) -> Any:
    from transformers import EncodecFeatureExtractor, MusicgenMelodyFeatureExtractor

    if model.config.model_type == "musicgen_melody":
        return MusicgenMelodyFeatureExtractor(chunk_length=WINDOW_S)
    return EncodecFeatureExtractor(feature_size=1, sampling_rate=SAMPLE_RATE, padding_side="left")


def _old_weight_norm_name(name: str) -> str:
    for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
        name = name.replace(f"parametrizations.weight.{new}", old)
    return name


def _add(state: dict[str, Tensor], name: str, module: Any) -> None:
    state[f"{name}.weight"], state[f"{name}.bias"] = module.weight, module.bias


def _add_audiocraft_layer(state: dict[str, Tensor], name: str, layer: Any) -> None:
    attentions = {"self_attn": layer.self_attn}
    _add(state, f"{name}.norm1", layer.self_attn_layer_norm)
    _add(state, f"{name}.norm2", layer.final_layer_norm)
    if hasattr(layer, "encoder_attn"):
        attentions["cross_attention"] = layer.encoder_attn
        _add(state, f"{name}.norm_cross", layer.encoder_attn_layer_norm)
    for part, attention in attentions.items():
        matrices = [attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]
        state[f"{name}.{part}.in_proj_weight"] = torch.cat(matrices)
        state[f"{name}.{part}.out_proj.weight"] = attention.out_proj.weight
    state[f"{name}.linear1.weight"], state[f"{name}.linear2.weight"] = layer.fc1.weight, layer.fc2.weight


def _audiocraft_codec_name(name: str, conv: Any) -> str:
    name = _old_weight_norm_name(name).replace("coder.layers.", "coder.model.")
    name = name.replace("quantizer.layers.", "quantizer.vq.layers.").replace(".codebook.", "._codebook.")
    if conv is None:
        return name
    inner = "convtr" if isinstance(conv.conv, nn.ConvTranspose1d) else "conv"
    return name.replace(".conv.", f".{inner}.{inner}.")
