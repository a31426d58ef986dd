"""A MusicGen checkpoint as the engine sees it, whatever its layout on disk.

Values only: `open.py` picks the layout, `huggingface.py` and `audiocraft.py` read the two that exist. Weights are
handed over a layer at a time, so that a loader never holds more than its own copy and one layer of the file.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

from musicgen_studio.core.request import USUAL_SAMPLING, Sampling

if TYPE_CHECKING:
    from transformers import EncodecModel


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """Hyper-parameters of the language model.

    Args:
        width: Model dimension.
        layers: Number of transformer layers.
        heads: Attention heads; the head dimension is width / heads.
        feed_forward: Inner dimension of the feed-forward part.
        card: Tokens per codebook. The token id `card` is special: start, and "nothing here" in the delay pattern.
        delays: For each codebook, by how many steps it lags, for example (0, 1, 2, 3), or
            (0, 0, 1, 1, 2, 2, 3, 3) in stereo.
        cross_attention: True for text models. Melody models see their conditions as a prefix instead.
        embedding_scale: Factor on the summed token embeddings, 1 in all of Meta's checkpoints.
    """

    width: int
    layers: int
    heads: int
    feed_forward: int
    card: int
    delays: tuple[int, ...]
    cross_attention: bool
    embedding_scale: float = 1.0

    @property
    def codebooks(self) -> int:
        """Number of codebooks over all channels."""
        return len(self.delays)


@dataclass(frozen=True, slots=True)
class ChromaConfig:
    """How a melody checkpoint wants its melody.

    Args:
        bins: Pitch classes, 12.
        length: Chroma frames in the prefix, 235 for 30 s.
        n_fft: Window and transform length in samples, 16384.
        hop_frames: Audio frames from one chroma frame to the next, 4096.
        sample_rate: Of the analysed sound, in Hz.
    """

    bins: int
    length: int
    n_fft: int
    hop_frames: int
    sample_rate: int


@dataclass(frozen=True, slots=True)
class CheckpointConfig:
    """What is to know about a checkpoint before its weights are read.

    Args:
        architecture: `musicgen` or `musicgen_melody`.
        decoder: The language model.
        chroma: How a melody is analysed, None for text checkpoints.
        text_width: Width of the text encoder's states.
        channels: 1 mono or 2 stereo.
        sample_rate: Of the codec, in Hz.
        hop_frames: Audio frames per codec frame, 640 for Meta's.
        window_frames: Codec frames the model was trained on, 1500 (30 s) for Meta's.
        sampling: How it is best sampled, by what it says of itself.
    """

    architecture: str
    decoder: DecoderConfig
    chroma: ChromaConfig | None
    text_width: int
    channels: int
    sample_rate: int
    hop_frames: int
    window_frames: int
    sampling: Sampling = USUAL_SAMPLING

    @property
    def frame_rate(self) -> float:
        """Codec frames per second, 50 for Meta's."""
        return self.sample_rate / self.hop_frames


@dataclass(frozen=True, slots=True)
class Affine:
    """A matrix `[out, in]` and its bias `[out]`."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def named(cls, tensors: "dict[str, Tensor]", name: str) -> "Affine":
        """Take one from tensors, where it is a name's `weight` and `bias`."""
        return cls(tensors[f"{name}.weight"], tensors[f"{name}.bias"])


@dataclass(frozen=True, slots=True)
class CrossAttentionWeights:
    """Attention from the music to the text: `q`, `k`, `v`, `out` are `[width, width]`, without bias."""

    norm: Affine
    q: Tensor
    k: Tensor
    v: Tensor
    out: Tensor


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """One transformer layer, in the file's dtype.

    Args:
        attention_norm: Layer norm before self-attention, weight and bias `[width]`.
        qkv: `[3 * width, width]`: query, key and value rows in this order.
        attention_out: `[width, width]`.
        cross: Cross-attention, None in melody models.
        feed_forward_norm: Layer norm before the feed-forward part.
        up: `[feed_forward, width]`.
        down: `[width, feed_forward]`.
    """

    attention_norm: Affine
    qkv: Tensor
    attention_out: Tensor
    cross: CrossAttentionWeights | None
    feed_forward_norm: Affine
    up: Tensor
    down: Tensor


@dataclass(frozen=True, slots=True)
class OuterWeights:
    """What surrounds the layers, in the file's dtype.

    Args:
        embeddings: `[codebooks, card + 1, width]`.
        out_norm: Layer norm after the last layer.
        heads: `[codebooks * card, width]`: all heads on top of each other.
        text_projection: `[width, text_width]`, None where the text states are used as they are.
        chroma_projection: `[width, bins]`, None in text models.
    """

    embeddings: Tensor
    out_norm: Affine
    heads: Tensor
    text_projection: Affine | None
    chroma_projection: Affine | None


class Checkpoint(Protocol):
    """An opened checkpoint. Its files have been checked for completeness and shape; numbers are checked when read."""

    @property
    def config(self) -> CheckpointConfig:
        """Hyper-parameters."""
        ...

    @property
    def identity(self) -> str | None:
        """What stands for the files the language model's numbers come from, until they change; None for no files."""
        ...

    def layer(self, index: int) -> LayerWeights:
        """Read one layer. The result owns its memory; the file is not kept mapped."""
        ...

    def outer(self) -> OuterWeights:
        """Read what surrounds the layers."""
        ...

    def codec(self) -> "EncodecModel":
        """Build the codec in float32, in evaluation mode, weight norm folded into plain weights."""
        ...

    def text_encoder(self, keep_bytes: int | None = None) -> tuple[Any, Any]:
        """Build the text encoder in float32, in evaluation mode, and its tokenizer (both transformers' own).

        Args:
            keep_bytes: A larger encoder stays in its file, and is read from there part by part each time it is used.
                None: it is in memory, however large.
        """
        ...
