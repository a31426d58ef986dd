"""Checkpoints in AudioCraft's own layout: state_dict.bin and compression_state_dict.bin.

Each is a mapping written by `torch.save`, with tensors under `best_state` and the training's settings as YAML under
`xp.cfg`. The second may instead name a codec by its Hugging Face id. The T5 text encoder is in neither; it is looked
for beside the files. `checkpoint.th` is what the trainer itself writes, `lm_final.pt` the language model alone. The
network is never used. Not for transformers' layout: that is `huggingface.py`.
Source: audiocraft `utils/export.py`, `models/loaders.py`, `models/builders.py`, `models/lm.py`, `modules/seanet.py`,
`modules/conditioners.py`, `modules/chroma.py` and the settings under `config/`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor

from musicgen_studio.engine.checkpoint.companions import find_companion
from musicgen_studio.engine.checkpoint.inert import load_trained, plain
from musicgen_studio.engine.checkpoint.stored import StoredCheckpoint
from musicgen_studio.engine.checkpoint.submodels import (
    CHOOSE_ANOTHER,
    StoredCodec,
    StoredTextEncoder,
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
from musicgen_studio.engine.checkpoint.weights import (
    PickleFile,
    Shape,
    StoredWeights,
    load_pickle,
    open_weights,
    read_json,
    unreadable,
)
from musicgen_studio.errors import UserProblem

STATE_FILE = "state_dict.bin"
CODEC_FILE = "compression_state_dict.bin"
TRAINED_FILE = "checkpoint.th"
FINE_TUNED_FILE = "lm_final.pt"
_TOP = ("emb.", "transformer.", "out_norm.", "linears.", "condition_provider.")

_CONDITIONERS = "condition_provider.conditioners."
# The window function and filters of the chroma analysis, which are computed.
_HARMLESS = r"conditioners\.self_wav\.chroma\.(spec\.window|fbanks)$"
# What the rest of a T5 consists of; only its encoder is used.
_T5_DECODER = ("decoder.", "lm_head.")
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")

# What the engine implements. None stands for settings that are off, or that older versions did not have.
_LM_SETTINGS: dict[str, tuple[Any, ...]] = {
    "lm_model": ("transformer_lm",),
    "transformer_lm.activation": ("gelu",),
    "transformer_lm.norm_first": (True,),
    "transformer_lm.norm": ("layer_norm", None),
    "transformer_lm.positional_embedding": ("sin", None),
    "transformer_lm.positional_scale": (1, None),
    "transformer_lm.max_period": (10000, None),
    "transformer_lm.causal": (True, None),
    "transformer_lm.bias_ff": (False,),
    "transformer_lm.bias_attn": (False,),
    "transformer_lm.bias_proj": (False,),
    "transformer_lm.layer_scale": (None,),
    "transformer_lm.past_context": (None,),
    "transformer_lm.qk_layer_norm": (False, None),
    "transformer_lm.qk_layer_norm_cross": (False, None),
    "transformer_lm.kv_repeat": (1, None),
    "fuser.cross_attention_pos_emb": (False, None),
    "fuser.sum": ([], None),
    "fuser.input_interpolate": ([], None),
    "codebooks_pattern.delay.flatten_first": (0, None),
    "codebooks_pattern.delay.empty_initial": (0, None),
    "interleave_stereo_codebooks.per_timestep": (False, None),
    "conditioners.description.model": ("t5",),
    "conditioners.description.t5.finetune": (False, None),
    "conditioners.description.t5.normalize_text": (False, None),
}
_CHROMA_SETTINGS: dict[str, tuple[Any, ...]] = {
    "conditioners.self_wav.model": ("chroma_stem",),
    "conditioners.self_wav.chroma_stem.argmax": (True,),
    "conditioners.self_wav.chroma_stem.n_chroma": (12,),
    "conditioners.self_wav.chroma_stem.nfft": (None,),
    "conditioners.self_wav.chroma_stem.winlen": (None,),
}
_CODEC_SETTINGS: dict[str, tuple[Any, ...]] = {
    "compression_model": ("encodec",),
    "encodec.autoencoder": ("seanet",),
    "encodec.quantizer": ("rvq",),
    "seanet.activation": ("ELU",),
    "seanet.activation_params.alpha": (1, None),
    "seanet.disable_norm_outer_blocks": (0, None),
    "seanet.encoder": ({}, None),
    "seanet.decoder.final_activation": (None,),
}


class AudioCraftWeights(StoredCheckpoint):
    """A language model whose tensors have AudioCraft's names, whatever its configuration comes from.

    Args:
        config: The checkpoint's configuration.
        codec: Its codec.
        text_encoder: Its text encoder.
        weights: Its tensors.

    Raises:
        UserProblem: If tensors are missing, too many or misshapen.
    """

    def __init__(
        self, config: CheckpointConfig, codec: StoredCodec, text_encoder: StoredTextEncoder, weights: StoredWeights
    ) -> None:
        super().__init__(config, codec, text_encoder, weights.unwrapped(_TOP))
        self._weights.require(_shapes(config), _HARMLESS)

    def layer(self, index: int) -> LayerWeights:
        """Read one layer. The result owns its memory; the file is not kept mapped."""
        read = self._weights.under(f"transformer.layers.{index}.").read(_layer_shapes(self.config.decoder))
        cross = None
        if self.config.decoder.cross_attention:
            q, k, v = (part.clone() for part in read.pop("cross_attention.in_proj_weight").chunk(3))
            cross = CrossAttentionWeights(
                Affine.named(read, "norm_cross"), q, k, v, read["cross_attention.out_proj.weight"]
            )
        return LayerWeights(
            attention_norm=Affine.named(read, "norm1"),
            qkv=read["self_attn.in_proj_weight"],
            attention_out=read["self_attn.out_proj.weight"],
            cross=cross,
            feed_forward_norm=Affine.named(read, "norm2"),
            up=read["linear1.weight"],
            down=read["linear2.weight"],
        )

    def outer(self) -> OuterWeights:
        """Read what surrounds the layers."""
        read = self._weights.read(_outer_shapes(self.config))
        books = range(self.config.decoder.codebooks)
        has_chroma = self.config.chroma is not None
        return OuterWeights(
            embeddings=torch.stack([read.pop(f"emb.{k}.weight") for k in books]),
            out_norm=Affine.named(read, "out_norm"),
            heads=torch.cat([read.pop(f"linears.{k}.weight") for k in books]),
            text_projection=Affine.named(read, f"{_CONDITIONERS}description.output_proj"),
            chroma_projection=Affine.named(read, f"{_CONDITIONERS}self_wav.output_proj") if has_chroma else None,
        )


class AudioCraftCheckpoint(AudioCraftWeights):
    """An opened folder in AudioCraft's layout.

    Args:
        folder: The folder. Settings, names and shapes are read here; numbers are not.

    Raises:
        UserProblem: If it is not a MusicGen checkpoint, incomplete, damaged, or of an unsupported kind; or if its
            text encoder or codec is to be put beside it first.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / STATE_FILE
        settings = XpSettings.of(path, load_pickle(path))
        codec, text_encoder = _open_codec(folder), _open_text_encoder(folder, settings)
        config = _checkpoint_config(settings, codec.config, text_encoder.width)
        super().__init__(config, codec, text_encoder, StoredWeights.of([PickleFile(path, "best_state")], path))


class TrainedCheckpoint(AudioCraftWeights):
    """A folder of AudioCraft's trainer, with dora's `checkpoint.th`: the best state it reached.

    Args:
        folder: As for `AudioCraftCheckpoint`; codec and text encoder lie beside it, or in the Hub's cache.

    Raises:
        UserProblem: As for `AudioCraftCheckpoint`.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / TRAINED_FILE
        found = load_trained(path)
        tree = plain(found.get("xp.cfg"))
        settings = XpSettings(tree, path) if isinstance(tree, dict) else XpSettings.of(path, found)
        text_encoder = _open_text_encoder(folder, settings)
        if (folder / CODEC_FILE).is_file():
            codec = _open_codec(folder)
        else:
            named = str(settings.get("compression_model_checkpoint") or "").removeprefix("//pretrained/")
            codec = _open_pretrained_codec(folder, named or "facebook/encodec_32khz")
        config = _checkpoint_config(settings, codec.config, text_encoder.width)
        super().__init__(
            config, codec, text_encoder, StoredWeights.of([_TrainedFile(path, _best_state(path, found))], path)
        )


def _best_state(path: Path, found: dict[Any, Any]) -> dict[str, Tensor]:
    """Return the tensors of the best state, or of the last one; names as AudioCraft exports them."""
    for name in ("fsdp_best_state", "best_state", "model"):
        state = found.get(name)
        state = state.get("model", state) if isinstance(state, dict) else None
        tensors = {key: value for key, value in (state or {}).items() if isinstance(value, Tensor)}
        if tensors:
            return tensors
    raise UserProblem("The checkpoint is not complete.", f"{path} holds no state of a model.", CHOOSE_ANOTHER)


class _TrainedFile:
    """The tensors of a trainer's checkpoint. They are mapped for as long as it is open.

    Args:
        path: The file.
        tensors: What is in it.
    """

    def __init__(self, path: Path, tensors: dict[str, Tensor]) -> None:
        self.path = path
        self._tensors = tensors
        self.shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}

    def copies(self, names: Sequence[str]) -> Iterator[tuple[str, Tensor]]:
        """Yield tensors which own their memory."""
        for name in names:
            yield name, self._tensors[name].detach().clone(memory_format=torch.contiguous_format)


def open_fine_tuned(folder: Path, base: StoredCheckpoint) -> AudioCraftWeights:
    """Open `lm_final.pt`: the tensors of a fine-tuned language model alone, with all else from its base.

    Args:
        folder: Where it lies.
        base: What it was made from, in either layout.

    Raises:
        UserProblem: If it does not fit the base, or is damaged.
    """
    path = folder / FINE_TUNED_FILE
    weights = StoredWeights.of([PickleFile(path)], path)
    return AudioCraftWeights(base.config, base.stored_codec, base.stored_text_encoder, weights)


class XpSettings:
    """The settings a model was trained with, `xp.cfg`: nested mappings in which `${a.b}` refers to another value.

    Args:
        tree: The parsed YAML.
        path: The file it is from, for messages.
    """

    def __init__(self, tree: dict[str, Any], path: Path) -> None:
        self._tree = tree
        self.path = path

    @classmethod
    def of(cls, path: Path, contents: dict[Any, Any]) -> "XpSettings":
        """Take the settings from a file's contents.

        Args:
            path: The file.
            contents: Its outermost mapping.

        Returns:
            The settings.

        Raises:
            UserProblem: If there are none, or they are no YAML mapping.
        """
        text = contents.get("xp.cfg")
        try:
            tree = yaml.safe_load(text) if isinstance(text, str) else None
        except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date
            raise unreadable(path, error) from error
        if not isinstance(tree, dict):
            raise UserProblem(
                "This is not an AudioCraft checkpoint.",
                f"{path} has no settings under “xp.cfg”; it holds {sorted(map(str, contents))[:8]}.",
                CHOOSE_ANOTHER,
            )
        return cls(tree, path)

    def get(self, name: str) -> Any:
        """Return a value by its dotted name, None if it is not there."""
        return self._resolved(name, depth=0)

    def _resolved(self, name: str, depth: int) -> Any:
        value: Any = self._tree
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        reference = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        # Settings refer to settings three deep at most; the limit ends a circle.
        return self._resolved(reference[1], depth + 1) if reference and depth < 8 else value

    def number(self, name: str) -> int:
        """Return a whole number above 0.

        Raises:
            UserProblem: If it is not there or not such a number.
        """
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise odd_value(self.path, name, value, "a positive whole number")
        return value

    def require(self, allowed: dict[str, tuple[Any, ...]]) -> None:
        """Check values against those that are supported.

        Raises:
            UserProblem: Naming the first value that is not.
        """
        for name, values in allowed.items():
            if self.get(name) not in values:
                raise odd_value(self.path, name, self.get(name), str(values[0]))


def _open_codec(folder: Path) -> StoredCodec:
    """Open the codec: in the file itself, or where the file's pointer leads."""
    path = folder / CODEC_FILE
    contents = load_pickle(path)
    if "pretrained" in contents:
        return _open_pretrained_codec(folder, str(contents["pretrained"]))
    settings = XpSettings.of(path, contents)
    config = parse_config(_encodec_settings(settings), path)
    weights = StoredWeights.of([PickleFile(path, "best_state")], path)
    return StoredCodec(config, weights.renamed(_transformers_codec_name), path)


def _open_pretrained_codec(folder: Path, pretrained: str) -> StoredCodec:
    codec_folder = find_companion(folder, pretrained, "codec")
    path = codec_folder / "config.json"
    return StoredCodec(parse_config(read_json(path), path), open_weights(codec_folder), path)


def _open_text_encoder(folder: Path, settings: XpSettings) -> StoredTextEncoder:
    name = settings.get("conditioners.description.t5.name")
    if not isinstance(name, str):
        raise odd_value(settings.path, "conditioners.description.t5.name", name, "the name of a T5 model")
    t5_folder = find_companion(folder, name, "text encoder")
    path = t5_folder / "config.json"
    weights = open_weights(t5_folder).without(*_T5_DECODER)
    return StoredTextEncoder(parse_config(read_json(path), path), weights, path, t5_folder)


def _checkpoint_config(settings: XpSettings, codec: Any, text_width: int) -> CheckpointConfig:
    settings.require(_LM_SETTINGS)
    melody = _is_melody(settings)
    config = CheckpointConfig(
        architecture="musicgen_melody" if melody else "musicgen",
        decoder=_decoder_config(settings, cross_attention=not melody),
        chroma=_chroma_config(settings) if melody else None,
        text_width=text_width,
        channels=2 if settings.get("interleave_stereo_codebooks.use") else 1,
        sample_rate=codec.sampling_rate,
        hop_frames=codec.hop_length,
        window_frames=int(_window_s(settings) * codec.sampling_rate / codec.hop_length),
    )
    require_fit(config, codec, settings.path)
    return config


def _is_melody(settings: XpSettings) -> bool:
    """Tell a melody model, whose conditions stand before the music, from a text model with cross-attention."""
    found = settings.get("conditioners")
    conditioners = set(found) - {"args"} if isinstance(found, dict) else set()
    cross, prepend = settings.get("fuser.cross") or [], settings.get("fuser.prepend") or []
    if conditioners == {"description"} and (cross, prepend) == (["description"], []):
        return False
    if conditioners == {"description", "self_wav"} and (cross, sorted(prepend)) == ([], ["description", "self_wav"]):
        return True
    used = f"{sorted(conditioners)} (cross {cross}, prepend {prepend})"
    raise odd_value(settings.path, "conditioners", used, "a text, or a text and a melody,")


def _decoder_config(settings: XpSettings, *, cross_attention: bool) -> DecoderConfig:
    codebooks, width = settings.number("transformer_lm.n_q"), settings.number("transformer_lm.dim")
    # The very first release named the pattern elsewhere, and then delays are 0, 1, 2, 3.
    pattern = settings.get("codebooks_pattern.modeling") or settings.get("transformer_lm.q_modeling")
    if pattern != "delay":
        raise odd_value(settings.path, "codebooks_pattern.modeling", pattern, "delay")
    delays = settings.get("codebooks_pattern.delay.delays") or list(range(codebooks))
    if not isinstance(delays, list) or len(delays) != codebooks or not all(_is_delay(delay) for delay in delays):
        raise odd_value(settings.path, "codebooks_pattern.delay.delays", delays, f"a list of {codebooks} whole numbers")
    return DecoderConfig(
        width=width,
        layers=settings.number("transformer_lm.num_layers"),
        heads=settings.number("transformer_lm.num_heads"),
        feed_forward=settings.number("transformer_lm.hidden_scale") * width,
        card=settings.number("transformer_lm.card"),
        delays=tuple(delays),
        cross_attention=cross_attention,
    )


def _is_delay(value: object) -> bool:
    return isinstance(value, int) and value >= 0


def _window_s(settings: XpSettings) -> float:
    seconds = settings.get("dataset.segment_duration")
    if not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise odd_value(settings.path, "dataset.segment_duration", seconds, "a number of seconds above 0")
    return float(seconds)


def _chroma_config(settings: XpSettings) -> ChromaConfig:
    """Translate the melody conditioner's settings; frames are centred, so there is one more than whole hops."""
    settings.require(_CHROMA_SETTINGS)
    stem = "conditioners.self_wav.chroma_stem."
    rate, n_fft = settings.number(f"{stem}sample_rate"), 2 ** settings.number(f"{stem}radix2_exp")
    hop = n_fft // 4 if settings.get(f"{stem}winhop") is None else settings.number(f"{stem}winhop")
    analysed = max(n_fft, int(_window_s(settings) * rate))
    return ChromaConfig(bins=12, length=1 + analysed // hop, n_fft=n_fft, hop_frames=hop, sample_rate=rate)


def _encodec_settings(settings: XpSettings) -> dict[str, Any]:
    """Translate the codec's settings to those of transformers' `EncodecConfig`."""
    settings.require(_CODEC_SETTINGS)
    names = {
        "dimension": "hidden_size",
        "n_filters": "num_filters",
        "n_residual_layers": "num_residual_layers",
        "kernel_size": "kernel_size",
        "residual_kernel_size": "residual_kernel_size",
        "last_kernel_size": "last_kernel_size",
        "dilation_base": "dilation_growth_rate",
        "compress": "compress",
        "lstm": "num_lstm_layers",
        "channels": "audio_channels",
    }
    translated: dict[str, Any] = {new: settings.number(f"seanet.{old}") for old, new in names.items()}
    rate, ratios = settings.number("encodec.sample_rate"), settings.get("seanet.ratios")
    codebooks, card = settings.number("rvq.n_q"), settings.number("rvq.bins")
    translated |= {
        "model_type": "encodec",
        "sampling_rate": rate,
        "upsampling_ratios": ratios,
        "codebook_size": card,
        "norm_type": settings.get("seanet.norm"),
        "pad_mode": settings.get("seanet.pad_mode"),
        "use_causal_conv": settings.get("seanet.causal"),
        "use_conv_shortcut": not settings.get("seanet.true_skip"),
        "normalize": settings.get("encodec.renormalize") or False,
    }
    # transformers derives the number of codebooks from the bandwidth in kbit/s.
    plain = parse_config(translated, settings.path)
    return translated | {"target_bandwidths": [codebooks * plain.frame_rate * plain.codebook_nbits / 1000]}


def _transformers_codec_name(name: str) -> str:
    name = re.sub(r"^(encoder|decoder)\.model\.", r"\1.layers.", name)
    name = re.sub(r"\.(conv|convtr)\.\1\.", ".conv.", name)
    return name.replace("quantizer.vq.layers.", "quantizer.layers.").replace("._codebook.", ".codebook.")


def _shapes(config: CheckpointConfig) -> dict[str, Shape]:
    layer = _layer_shapes(config.decoder)
    layers = range(config.decoder.layers)
    return {f"transformer.layers.{i}.{name}": layer[name] for i in layers for name in layer} | _outer_shapes(config)


def _layer_shapes(decoder: DecoderConfig) -> dict[str, Shape]:
    width = decoder.width
    shapes: dict[str, Shape] = {}
    for attention in ("self_attn", "cross_attention") if decoder.cross_attention else ("self_attn",):
        shapes |= {f"{attention}.in_proj_weight": (3 * width, width), f"{attention}.out_proj.weight": (width, width)}
    for norm in ("norm1", "norm2", "norm_cross") if decoder.cross_attention else ("norm1", "norm2"):
        shapes |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
    return shapes | {"linear1.weight": (decoder.feed_forward, width), "linear2.weight": (width, decoder.feed_forward)}


def _outer_shapes(config: CheckpointConfig) -> dict[str, Shape]:
    decoder, width = config.decoder, config.decoder.width
    shapes: dict[str, Shape] = {"out_norm.weight": (width,), "out_norm.bias": (width,)}
    for k in range(decoder.codebooks):
        shapes |= {f"emb.{k}.weight": (decoder.card + 1, width), f"linears.{k}.weight": (decoder.card, width)}
    inputs = {"description": config.text_width}
    if config.chroma:
        inputs["self_wav"] = config.chroma.bins
    for conditioner, size in inputs.items():
        name = f"{_CONDITIONERS}{conditioner}.output_proj"
        shapes |= {f"{name}.weight": (width, size), f"{name}.bias": (width,)}
    return shapes
