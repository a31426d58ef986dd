"""Checkpoints of random numbers in the real sizes: for measuring speed, which does not depend on the numbers.

Not for tests of correctness in small (those write real files), and never for music.
Sizes: AudioCraft `config/model/lm/model_scale/*.yaml`, `config/conditioner/*.yaml`; T5-base; EnCodec 32 kHz.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.checkpoint.encodec import folded
from musicgen_studio.engine.checkpoint.on_demand import read_on_demand
from musicgen_studio.engine.checkpoint.values import (
    Affine,
    CheckpointConfig,
    ChromaConfig,
    CrossAttentionWeights,
    DecoderConfig,
    LayerWeights,
    OuterWeights,
)

if TYPE_CHECKING:
    from transformers import EncodecModel

_SMALL = CheckpointConfig(
    architecture="musicgen",
    decoder=DecoderConfig(
        width=1024, layers=24, heads=16, feed_forward=4096, card=2048, delays=(0, 1, 2, 3), cross_attention=True
    ),
    chroma=None,
    text_width=768,
    channels=1,
    sample_rate=32000,
    hop_frames=640,
    window_frames=1500,
)
_MEDIUM = replace(_SMALL, decoder=replace(_SMALL.decoder, width=1536, layers=48, heads=24, feed_forward=6144))
_LARGE = replace(_SMALL, decoder=replace(_SMALL.decoder, width=2048, layers=48, heads=32, feed_forward=8192))
_MELODY = replace(
    _MEDIUM,
    architecture="musicgen_melody",
    decoder=replace(_MEDIUM.decoder, cross_attention=False),
    chroma=ChromaConfig(bins=12, length=235, n_fft=16384, hop_frames=4096, sample_rate=32000),
)

SHAPES = {"small": _SMALL, "medium": _MEDIUM, "large": _LARGE, "melody": _MELODY}
"""Meta's mono checkpoints by name."""


class RandomCheckpoint:
    """A checkpoint of one of Meta's shapes, filled with random numbers; implements `checkpoint.Checkpoint`."""

    def __init__(self, config: CheckpointConfig, seed: int = 0) -> None:
        self.config = config
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def identity(self) -> None:
        """There are no files."""
        return None

    def layer(self, index: int) -> LayerWeights:  # noqa: ARG002 - all layers are alike
        """Make one layer."""
        width, inner = self.config.decoder.width, self.config.decoder.feed_forward
        cross = None
        if self.config.decoder.cross_attention:
            q, k, v, out = (self._matrix(width, width) for _ in range(4))
            cross = CrossAttentionWeights(self._norm(), q, k, v, out)
        return LayerWeights(
            attention_norm=self._norm(),
            qkv=self._matrix(3 * width, width),
            attention_out=self._matrix(width, width),
            cross=cross,
            feed_forward_norm=self._norm(),
            up=self._matrix(inner, width),
            down=self._matrix(width, inner),
        )

    def outer(self) -> OuterWeights:
        """Make what surrounds the layers."""
        config, decoder = self.config, self.config.decoder
        return OuterWeights(
            embeddings=self._matrix(decoder.codebooks, decoder.card + 1, decoder.width),
            out_norm=self._norm(),
            heads=self._matrix(decoder.codebooks * decoder.card, decoder.width),
            text_projection=self._affine(decoder.width, config.text_width),
            chroma_projection=self._affine(decoder.width, config.chroma.bins) if config.chroma else None,
        )

    def codec(self) -> "EncodecModel":
        """Make an EnCodec of the size of Meta's for 32 kHz."""
        make_torchaudio_importable()
        from transformers import EncodecModel

        return folded(EncodecModel(meta_codec_config())).eval().requires_grad_(False)

    def text_encoder(self, keep_bytes: int | None = None) -> tuple[Any, Any]:
        """Make a T5-base, of one number throughout, and a kind of tokenizer; see `Checkpoint.text_encoder`."""
        make_torchaudio_importable()
        from transformers import T5EncoderModel

        with torch.device("meta"):
            encoder = T5EncoderModel(text_config())
        sizes = {name: tensor.shape for name, tensor in encoder.state_dict().items()}
        if keep_bytes is not None and sum(parameter.nbytes for parameter in encoder.parameters()) > keep_bytes:
            return read_on_demand(
                encoder, lambda names: {name: torch.full(sizes[name], 0.02) for name in names}
            ), _random_tokens
        encoder = encoder.to_empty(device="cpu").eval().requires_grad_(False)
        for parameter in encoder.parameters():
            parameter.fill_(0.02)
        return encoder, _random_tokens

    def _matrix(self, *shape: int) -> Tensor:
        return torch.empty(shape).normal_(0.0, 0.02, generator=self._generator)

    def _affine(self, rows: int, columns: int) -> Affine:
        return Affine(self._matrix(rows, columns), torch.zeros(rows))

    def _norm(self) -> Affine:
        return Affine(torch.ones(self.config.decoder.width), torch.zeros(self.config.decoder.width))


def meta_codec_config() -> Any:
    """Return transformers' configuration of EnCodec 32 kHz (facebook/encodec_32khz)."""
    from transformers import EncodecConfig

    return EncodecConfig(
        sampling_rate=32000,
        audio_channels=1,
        normalize=False,
        num_filters=64,
        upsampling_ratios=[8, 5, 4, 4],
        codebook_size=2048,
        hidden_size=128,
        target_bandwidths=[2.2],
        use_causal_conv=False,
        use_conv_shortcut=False,
    )


def text_config() -> Any:
    """Return transformers' configuration of T5-base."""
    from transformers import T5Config

    return T5Config(vocab_size=32128, d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_heads=12)


def _random_tokens(prompt: str, **_options: object) -> dict[str, Tensor]:
    ids = torch.arange(2, len(prompt.split()) + 3)[None]
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
