"""How far two sounds are apart: the losses the codec learns by, and the figures it is judged by.

The losses look at mel spectra in windows of 64 to 2048 samples. Magnitudes are divided by the window's sum, so that a
full-scale tone is about 0.5 in each, and have a floor near -70 dB; without both silence decides everything. Mel bands
are too wide to tell neighbouring notes apart: a codec that learned by them alone kept the pitch class of half of the
moments only. So the waveform and the spectra with their phases count as well, each relative to how loud they are.
Source of the idea: EnCodec (arXiv 2210.13438, section 3.4); the figures are described where they are computed.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from musicgen_studio.dsp.onsets import FLOOR
from musicgen_studio.dsp.spectra import mel_triangles

_WINDOWS = {64: 5, 128: 10, 256: 20, 512: 40, 1024: 80, 2048: 160}
_RATE_HZ = 32_000
_BANDS = 80
_PHASE_WINDOWS = (256, 1024, 4096)
_LOG_WEIGHT, _RELATIVE_WEIGHT, _WAVE_WEIGHT, _PHASE_WEIGHT = 10.0, 5.0, 5.0, 5.0

Floats = npt.NDArray[np.float64]


@cache
def _hann(window: int, device: torch.device) -> Tensor:
    return torch.hann_window(window, device=device)


@cache
def _tools(window: int, mels: int, device: torch.device) -> tuple[Tensor, Tensor]:
    return _hann(window, device), torch.from_numpy(mel_triangles(_RATE_HZ, window, mels)).to(device)


def mel_spectrum(sound: Tensor, window: int, mels: int) -> Tensor:
    """Return mel magnitudes.

    Args:
        sound: float32 `[rows, samples]`, 32 kHz.
        window: In samples.
        mels: Number of bands.

    Returns:
        `[rows, mels, frames]`, four frames to a window.
    """
    hann, filters = _tools(window, mels, sound.device)
    spectrum = torch.stft(sound, window, window // 4, window=hann, return_complex=True)
    magnitude = torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-12)
    return filters @ (magnitude / hann.sum())


def _log_mel(sound: Tensor, window: int, mels: int) -> Tensor:
    """Return the log10 of mel magnitudes, with a floor at -70 dB."""
    return _log(mel_spectrum(sound, window, mels))


def _log(magnitudes: Tensor) -> Tensor:
    return magnitudes.clamp(min=FLOOR).log10()


def reconstruction_loss(made: Tensor, wished: Tensor, mel_share: float = 1.0) -> Tensor:
    """Return how far one sound is from another: a scalar to be minimised.

    Args:
        made: float32 `[rows, samples]`, 32 kHz.
        wished: Likewise.
        mel_share: How much mel spectra count: less while pitch is learned, 1 for the colour of the sound.
    """
    return mel_share * _mel_loss(made, wished) + _phase_loss(made, wished)


def _phase_loss(made: Tensor, wished: Tensor) -> Tensor:
    """Return the distance of waveforms and of complex spectra."""
    total = _WAVE_WEIGHT * (made - wished).abs().mean() / wished.abs().mean().clamp(min=1e-6)
    for window in _PHASE_WINDOWS:
        hann = _hann(window, made.device)
        a, b = (torch.stft(sound, window, window // 4, window=hann, return_complex=True) for sound in (made, wished))
        parts = torch.view_as_real(b).abs().sum().clamp(min=1e-6)
        total = total + _PHASE_WEIGHT / len(_PHASE_WINDOWS) * torch.view_as_real(a - b).abs().sum() / parts
    return total


def _mel_loss(made: Tensor, wished: Tensor) -> Tensor:
    total = torch.zeros((), device=made.device)
    for window, mels in _WINDOWS.items():
        a, b = mel_spectrum(made, window, mels), mel_spectrum(wished, window, mels)
        logs = (_log(a) - _log(b)).abs().mean()
        relative = (a - b).abs().sum() / b.sum().clamp(min=1e-6)
        total = total + (_LOG_WEIGHT * logs + _RELATIVE_WEIGHT * relative) / len(_WINDOWS)
    return total


@torch.no_grad()
def log_mel_distance(made: Tensor, wished: Tensor) -> float:
    """Return the mean distance of log10-mel spectra (80 bands, window 1024, floor -70 dB) of `[rows, samples]`."""
    return float((_log_mel(made, 1024, _BANDS) - _log_mel(wished, 1024, _BANDS)).abs().mean())


@torch.no_grad()
def si_sdr_db(made: Tensor, wished: Tensor) -> float:
    """Return the scale-invariant signal-to-distortion ratio in dB, mean over rows (arXiv 1811.02508)."""
    a, b = made - made.mean(-1, keepdim=True), wished - wished.mean(-1, keepdim=True)
    scale = (a * b).sum(-1, keepdim=True) / b.square().sum(-1, keepdim=True).clamp(min=1e-9)
    target = scale * b
    ratio = target.square().sum(-1) / (a - target).square().sum(-1).clamp(min=1e-9)
    return float((10 * ratio.clamp(min=1e-9).log10()).mean())


@torch.no_grad()
def band_powers(sound: Tensor) -> Floats:
    """Return the mean power in 80 mel bands from 0 to 16 kHz of `[rows, samples]`, `[80]`."""
    powers: Floats = mel_spectrum(sound, 1024, _BANDS).square().mean(dim=(0, 2)).cpu().double().numpy()
    return powers


def bandwidth_khz(made: Floats, wished: Floats) -> float:
    """Return up to where a sound reaches: the middle of the highest band that is not over 6 dB too weak; 0 if all are.

    Args:
        made: What `band_powers` says of it.
        wished: What it says of the sound it should be like.
    """
    from librosa import mel_frequencies

    carried = np.flatnonzero(made >= wished * 10**-0.6)
    middles = mel_frequencies(n_mels=_BANDS + 2, fmin=0.0, fmax=_RATE_HZ / 2)[1:-1]
    return float(middles[carried[-1]]) / 1000 if len(carried) else 0.0


@torch.no_grad()
def embeddings(sound: Tensor) -> Floats:
    """Return a vector for each half second: mean and deviation of 32 log-mel bands, `[vectors, 64]`.

    What VGGish is to the Fréchet audio distance, in plain signal processing; so figures compare with each other only.
    """
    logs = _log_mel(sound, 1024, 32)  # [rows, 32, frames]
    span = 16_000 // 256
    usable = logs.shape[-1] // span * span
    parts = logs[..., :usable].view(*logs.shape[:2], -1, span)  # [rows, 32, halves, span]
    vectors = torch.cat([parts.mean(-1), parts.std(-1)], dim=1).transpose(1, 2).flatten(0, 1)
    found: Floats = vectors.cpu().double().numpy()
    return found


def frechet_distance(first: Floats, second: Floats) -> float:
    """Return the Fréchet distance of two clouds of vectors `[n, d]` as Gaussians (Heusel et al., arXiv 1706.08500)."""
    means = first.mean(axis=0) - second.mean(axis=0)
    a, b = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(a @ b).real, 0))
    return max(float(means @ means + np.trace(a) + np.trace(b) - 2 * roots.sum()), 0.0)
