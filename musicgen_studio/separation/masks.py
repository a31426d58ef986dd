"""The separator that comes with the program: soft-max masks over a spectrogram, drums, bass, lead and other.

    sound → spectrogram of all channels → magnitudes, piece by piece → network → masks → each channel masked → sound

Any rate: the window lasts as long as that of the training, so the network sees the same bins and frames at 44.1 or
96 kHz; what lies above its 16 kHz goes with the highest band. Any channels: the masks come from the power of all of
them and are applied to each. Any length: pieces overlap by what the network can see, so they give what the whole would
give, and memory beyond the sound and its stems does not grow. The last stem is the sound minus the others.

Not for the network (`network`) nor for learning (`training.separator`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import StoppedError
from musicgen_studio.separation.api import OnProgress, SeparatorInfo, with_rest
from musicgen_studio.separation.models import default_weights
from musicgen_studio.separation.network import (
    BINS,
    FFT_SAMPLES,
    FRAMES_MULTIPLE,
    HOP_DIVISOR,
    REACH_FRAMES,
    SAMPLE_RATE,
    MaskNetwork,
    load_network,
)

PIECE_FRAMES = 384
"""Frames made at a time, 12 s: with 3.6 s of surroundings, what costs a third more than the whole at once."""

_BLOCK_FRAMES = 1 << 18
_QUIETEST_RMS = 1e-6
_OVERLAP_GAIN = 1.5  # the sum of squared periodic Hann windows, a quarter of their length apart


class MaskSeparator:
    """Takes sound apart with a network's masks.

    Args:
        network: In evaluation mode.
        info: What there is to say about it.
        piece_frames: Frames of the spectrogram made at a time, a multiple of `FRAMES_MULTIPLE`.
    """

    def __init__(self, network: MaskNetwork, info: SeparatorInfo, piece_frames: int = PIECE_FRAMES) -> None:
        if piece_frames < 1 or piece_frames % FRAMES_MULTIPLE:
            raise ValueError(f"piece_frames must be a multiple of {FRAMES_MULTIPLE} above 0, got {piece_frames}")
        self.info = info
        self._network = network
        self._piece_frames = piece_frames

    @torch.inference_mode()
    def separate(self, audio: Audio, stop: StopFlag, on_progress: OnProgress) -> tuple[Audio, ...]:
        """Take sound apart; see `Separator`."""
        grid = _Grid.of(audio)
        rms = _rms(audio.samples)
        scale = 1.0 / (max(rms, _QUIETEST_RMS) * grid.window_samples / FFT_SAMPLES)
        stems = [np.zeros_like(audio.samples) for _ in self.info.stems[1:]]
        for first, last in _pieces(grid.frames, self._piece_frames):
            if stop.is_set():
                raise StoppedError
            spectra = grid.spectra(audio.samples, first - REACH_FRAMES, last + REACH_FRAMES)
            masks = self._masks(spectra, scale)[:, :, REACH_FRAMES:-REACH_FRAMES]
            kept = spectra[:, :, REACH_FRAMES:-REACH_FRAMES]
            for stem, mask in zip(stems, masks, strict=False):
                grid.add(stem, kept * mask, first)
            on_progress(min(last / grid.frames, 1.0))
        return with_rest(audio, stems)

    def _masks(self, spectra: Tensor, scale: float) -> Tensor:
        """Return masks `[stems, bins, frames]` of spectra `[channels, bins, frames]`."""
        magnitudes = spectra.abs().square().mean(0).sqrt() * scale
        bins = len(magnitudes)
        known = magnitudes[:BINS] if bins >= BINS else functional.pad(magnitudes, (0, 0, 0, BINS - bins))
        masks = self._network(known[None])[0]
        if bins <= BINS:
            return masks[:, :bins]  # type: ignore[no-any-return]
        return torch.cat([masks, masks[:, -1:].expand(-1, bins - BINS, -1)], 1)


def open_separator(path: Path | None = None) -> MaskSeparator:
    """Return a separator by its file.

    Args:
        path: A file of `network.save_network`; None takes the one that comes with the program.

    Raises:
        UserProblem: If it cannot be used.
    """
    path = path or default_weights()
    network, about = load_network(path)
    info = SeparatorInfo(
        name=about.get("name", path.stem),
        stems=network.sizes.stems,
        trained_on=about.get("trained_on", "unknown"),
        licence=about.get("licence", "unknown"),
        size_bytes=path.stat().st_size,
    )
    return MaskSeparator(network, info)


def _rms(samples: Samples) -> float:
    power = 0.0
    for start in range(0, len(samples), _BLOCK_FRAMES):
        power += float(np.sum(np.square(samples[start : start + _BLOCK_FRAMES], dtype=np.float64)))
    return float(np.sqrt(power / max(samples.size, 1)))


def _pieces(frames: int, piece_frames: int) -> Iterator[tuple[int, int]]:
    """Yield the first frame of each piece and the one after its last, on the grid of `FRAMES_MULTIPLE`."""
    for first in range(0, frames, piece_frames):
        yield first, first + min(piece_frames, frames - first + -(frames - first) % FRAMES_MULTIPLE)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the frames of a sound lie: frame 0 ends a hop after its beginning, so four frames cover every sample.

    Args:
        window_samples: Length of the window.
        samples: Length of the sound.
        frames: How many frames cover it.
    """

    window_samples: int
    samples: int
    frames: int

    @classmethod
    def of(cls, audio: Audio) -> "_Grid":
        window = max(round(FFT_SAMPLES * audio.sample_rate / SAMPLE_RATE / HOP_DIVISOR), 2) * HOP_DIVISOR
        hop = window // HOP_DIVISOR
        return cls(window, audio.frames, -(-audio.frames // hop) + HOP_DIVISOR - 1)

    @property
    def hop(self) -> int:
        return self.window_samples // HOP_DIVISOR

    def spectra(self, samples: Samples, first: int, last: int) -> Tensor:
        """Return the spectra `[channels, bins, frames]` of a stretch of frames; beyond the sound there is silence."""
        begin = (first - HOP_DIVISOR + 1) * self.hop
        end = begin + (last - first - 1) * self.hop + self.window_samples
        heard = samples[max(begin, 0) : max(end, 0)].T
        left, right = max(-begin, 0), max(end - max(self.samples, begin), 0)
        padded = functional.pad(torch.from_numpy(np.ascontiguousarray(heard)), (min(left, end - begin), right))
        frames = padded[:, : end - begin].unfold(1, self.window_samples, self.hop)
        spectra: Tensor = torch.fft.rfft(frames * self._window(), dim=-1)
        return spectra.transpose(1, 2)

    def add(self, stem: Samples, spectra: Tensor, first: int) -> None:
        """Add the sound of spectra `[channels, bins, frames]` to a stem `[samples, channels]`, from a frame on."""
        frames = torch.fft.irfft(spectra.transpose(1, 2), n=self.window_samples, dim=-1) * self._window()
        count = frames.shape[1]
        length = (count - 1) * self.hop + self.window_samples
        sound = functional.fold(frames.transpose(1, 2), (1, length), (1, self.window_samples), stride=(1, self.hop))[
            :, 0, 0
        ]  # [channels, samples]
        begin = (first - HOP_DIVISOR + 1) * self.hop
        lower, upper = max(begin, 0), min(begin + length, self.samples)
        if lower < upper:
            stem[lower:upper] += (sound[:, lower - begin : upper - begin].T / _OVERLAP_GAIN).numpy()

    def _window(self) -> Tensor:
        return torch.hann_window(self.window_samples)
