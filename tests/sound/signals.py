"""Sounds that can be found again in a recording."""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples


def music(duration_s: float, channels: int = 2, rate: int = 32000) -> Audio:
    """Noise below 2 kHz: never like itself a little later, and alike when resampled to between its samples."""
    frames = int(duration_s * rate)
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal((frames, channels)), axis=0)
    spectrum[np.fft.rfftfreq(frames, 1 / rate) > 2000] = 0
    return Audio(np.fft.irfft(spectrum, frames, axis=0).astype(np.float32) * np.float32(0.3), rate)


def count_up(frames: int, channels: int = 1) -> Samples:
    """Frames that say which they are, from 1 on, so that silence cannot be taken for one of them."""
    return np.arange(1, frames + 1, dtype=np.float32)[:, np.newaxis].repeat(channels, axis=1)


def place_of(part: Samples, whole: Samples) -> int:
    """Return where one channel of a sound lies in a longer one, in frames: where it fits best."""
    frames = len(whole) + len(part)
    spectra = np.fft.rfft(whole, frames) * np.fft.rfft(part, frames).conj()
    return int(np.argmax(np.fft.irfft(spectra, frames)[: len(whole) - len(part) + 1]))


def similarity(recorded: Samples, original: Samples) -> float:
    """Return the correlation of one channel with the original, at the moment where it fits best."""
    start = place_of(original, recorded)
    return float(np.corrcoef(recorded[start : start + len(original)], original)[0, 1])
