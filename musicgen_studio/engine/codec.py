"""EnCodec: sound to codes, and codes to sound while they come, exactly as if all had been decoded at once.

The network is transformers' `EncodecModel`. Its convolutions look ahead, so the last samples of what is known so far
are not final; its LSTM only looks back. A chunk is decoded in three stages, each over what is final in the one before:

1. the first convolution, over the new latents and the few before them;
2. the LSTM, from the state it was left in;
3. the upsampling layers, over the new LSTM outputs and the few before them; samples too close to an edge that is not
   the true beginning or end of the sound are dropped, and made again with the next chunk.

For Meta's 32 kHz EnCodec the last 2402 samples (75 ms) are held back this way. Not for choosing codes: `tokens.py`.

On a GPU it works beside the language model, in a stream of its own: a chunk waits for what it is made of and not for
the steps that were started since. Products are whole float32 there, not TF32, because chunks are to equal the whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.model.cpu.half import with_half_weights

if TYPE_CHECKING:
    from transformers import EncodecModel


_SMALL_WEIGHTS, _SHORT_FRAMES = 10_000_000, 50
"""Up to so many weights and frames one thread decodes a chunk. Two are no faster for one row (29 and 33 times real time
with the starter's codec, the second figure is one thread's) nor, all in all, for four takes; and where another program
has one of the cores, they wait for each other: the latest of a hundred live chunks comes after 126 ms instead of 64."""


@dataclass(frozen=True, slots=True)
class DecodeState:
    """Where the decoding of one piece of sound stands.

    Args:
        latents: The last latents, `[rows, dimension, n]`: what the first convolution still looks back at.
        known: Frames whose codes have been given.
        convolved: Frames that have gone through the first convolution and the LSTM.
        lstm: Hidden and cell state of the LSTM, None before the first frame.
        hidden: The last LSTM outputs, `[rows, width, n]`: what the upsampling still looks back at.
        emitted: Samples handed out.
    """

    latents: Tensor | None = None
    known: int = 0
    convolved: int = 0
    lstm: tuple[Tensor, Tensor] | None = None
    hidden: Tensor | None = None
    emitted: int = 0


class Codec:
    """A codec for mono or stereo sound; stereo is two mono codecs with interleaved codebooks (AudioCraft `encodec.py`).

    Args:
        model: transformers' EnCodec, mono, not causal, weight norm folded.
        channels: 1 or 2.
        device: Where decoding runs; encoding too.
        half_weights: Whether the heaviest layers of the decoder keep 16-bit weights; only on the CPU, see `cpu.half`.
    """

    def __init__(
        self, model: "EncodecModel", channels: int, device: torch.device, *, half_weights: bool = False
    ) -> None:
        self.sample_rate = int(model.config.sampling_rate)
        self.hop_frames = int(model.config.hop_length)
        self.channels = channels
        self._model = model.to(device)
        self.device = device
        self._stream = _own_stream(device)
        self._is_small = device.type == "cpu" and sum(each.numel() for each in model.parameters()) <= _SMALL_WEIGHTS
        layers = list(model.decoder.layers)
        self._first, self._lstm, self._upsampling = layers[0], layers[1].lstm, layers[2:]
        self._behind, self._ahead = _reach(self._first)
        self._unsure_left, self._unsure_right = edge_margins(self._upsampling)
        if half_weights and device.type == "cpu":
            self._lstm = layers[1].lstm = with_half_weights(self._lstm)
            for layer in self._upsampling:
                if hasattr(layer, "conv"):
                    layer.conv = with_half_weights(layer.conv)

    @torch.inference_mode()
    def encode(self, audio: Audio) -> Tensor:
        """Turn sound into codes.

        Args:
            audio: In the codec's sample rate and channels.

        Returns:
            int64 `[codebooks, frames]`; the last frame is padded if the sound does not fill it.
        """
        with _beside(self._stream):
            samples = torch.from_numpy(audio.samples.T[:, None].copy()).to(self.device)  # [channels, 1, samples]
            codes = self._model.encode(samples).audio_codes[0]  # [channels, codebooks of one channel, frames]
            return _on_the_cpu(codes.transpose(0, 1).flatten(0, 1))

    @torch.inference_mode()
    def decode(self, state: DecodeState, codes: Tensor, is_last: bool) -> tuple[DecodeState, Tensor]:
        """Decode the next codes.

        Args:
            state: `DecodeState()` at the beginning, then what the call before returned.
            codes: `[rows, codebooks, n]`, n >= 1.
            is_last: Whether the sound ends here; only then are its last samples final.

        Returns:
            The new state, and the samples that have become final, float32 `[rows, channels, samples]`, on the CPU;
            there may be none yet.
        """
        rows, codebooks, new = codes.shape
        mono = codes.view(rows, codebooks // self.channels, self.channels, new).transpose(1, 2).flatten(0, 1)
        is_short = self._is_small and new <= _SHORT_FRAMES
        with _beside(self._stream), one_thread() if is_short else nullcontext():
            latents = self._model.quantizer.decode(mono.transpose(0, 1).to(self.device))
            if state.latents is not None:
                latents = torch.cat([state.latents, latents], dim=-1)
            state = replace(state, latents=latents, known=state.known + new)
            state = self._convolve(state, is_last)
            state, samples = self._upsample(state, is_last)
            return state, _on_the_cpu(samples.view(rows, self.channels, -1))

    def _convolve(self, state: DecodeState, is_last: bool) -> DecodeState:
        """Take all frames that can be final through the first convolution and the LSTM."""
        final = state.known - (0 if is_last else self._ahead)
        is_start = state.convolved == 0
        # The reflection at the true beginning mirrors as many frames as the convolution looks behind.
        if final <= state.convolved or (is_start and not is_last and state.known <= self._behind):
            return state
        assert state.latents is not None
        latents = self._padded(state.latents, self._behind if is_start else 0, self._ahead if is_last else 0)
        hidden = functional.conv1d(latents, self._first.conv.weight, self._first.conv.bias)
        hidden = hidden.permute(2, 0, 1)  # [frames, rows, width]
        recurrent, lstm = self._lstm(hidden, state.lstm)
        hidden = (recurrent + hidden).permute(1, 2, 0)
        if state.hidden is not None:
            hidden = torch.cat([state.hidden, hidden], dim=-1)
        still_needed = latents[..., -(self._behind + self._ahead) :]
        return replace(state, latents=still_needed, convolved=final, lstm=lstm, hidden=hidden)

    def _padded(self, latents: Tensor, left: int, right: int) -> Tensor:
        """Extend the true edges as the model does."""
        return self._first._pad1d(latents, (left, right), mode=self._first.pad_mode)  # type: ignore[no-any-return]  # noqa: SLF001

    def _upsample(self, state: DecodeState, is_last: bool) -> tuple[DecodeState, Tensor]:
        """Turn LSTM outputs into the samples that are final now."""
        end = state.convolved * self.hop_frames - (0 if is_last else self._unsure_right)
        if state.hidden is None or end <= state.emitted:
            rows = 0 if state.latents is None else state.latents.shape[0]
            return state, torch.empty(rows, 1, 0)
        x = state.hidden
        for layer in self._upsampling:
            x = layer(x)
        first = (state.convolved - state.hidden.shape[-1]) * self.hop_frames
        samples = x[..., state.emitted - first : end - first]
        needed = max((end - self._unsure_left) // self.hop_frames, 0)
        kept = state.hidden[..., max(needed - (state.convolved - state.hidden.shape[-1]), 0) :]
        return replace(state, hidden=kept, emitted=end), samples


def _own_stream(device: torch.device) -> "torch.cuda.Stream | None":
    """Return a stream of a GPU for the codec, which begins after all that was started there; elsewhere None."""
    if device.type != "cuda":
        return None
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream(device))
    return stream


@contextmanager
def _beside(stream: "torch.cuda.Stream | None") -> Iterator[None]:
    """Work in a stream of a GPU, in float32 throughout; torch would round what convolutions multiply to 11 bits."""
    if stream is None:
        yield
        return
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        with torch.cuda.stream(stream):
            yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def _on_the_cpu(tensor: Tensor) -> Tensor:
    """Copy from the current stream of a GPU, and wait for that stream alone; leaves the core to others meanwhile."""
    if not tensor.is_cuda:
        return tensor
    arrived = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
    copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    copy.copy_(tensor, non_blocking=True)
    arrived.record()
    arrived.synchronize()
    return copy.clone()  # what the GPU can write to is the whole computer's, and this may be kept


def edge_margins(layers: list[Any]) -> tuple[int, int]:
    """Return how many samples at the left and right edge depend on what lies beyond it, after these layers."""
    left = right = 0
    for layer in layers:
        for convolution in _convolutions(layer):
            conv = convolution.conv
            if conv.transposed:
                # Output o reads inputs ceil((o + trim - kernel + 1) / stride) to floor((o + trim) / stride).
                stride, kernel = conv.stride[0], conv.kernel_size[0]
                trim = kernel - stride - (kernel - stride) // 2
                left = (left - 1) * stride + kernel - trim
                right = right * stride + trim
            else:
                behind, ahead = _reach(convolution)
                left, right = left + behind, right + ahead
    return left, right


def _convolutions(layer: Any) -> list[Any]:
    """Return the convolutions on the longest path through a layer, in order."""
    if hasattr(layer, "conv"):
        return [layer]
    return [part for part in getattr(layer, "block", []) if hasattr(part, "conv")]


def _reach(convolution: Any) -> tuple[int, int]:
    """Return how far a stride-1 convolution looks behind and ahead, in its own frames."""
    conv = convolution.conv
    total = (conv.kernel_size[0] - 1) * conv.dilation[0]
    return total - total // 2, total // 2
