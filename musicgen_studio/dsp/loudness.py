"""How loud a sound is to the ear, how high it really peaks, and bringing it to a wanted loudness.

Loudness is ITU-R BS.1770-4 by pyloudnorm, true peak BS.1770-4 annex 2. The rules of `normalise` are AudioCraft's
(`data/audio_utils.py`, `normalize_loudness`), except that AudioCraft then clips what is too loud and this turns it
down.
"""

from math import inf, isfinite, log10

import numpy as np
import pyloudnorm
import soxr

from musicgen_studio.core.audio import Audio, Samples

_BLOCK_S = 0.400  # the gating block of BS.1770
_OVERSAMPLING = 4
_SILENT_RMS = 2e-3  # AudioCraft's energy floor: amplifying less than this would only bring up noise


def integrated_lufs(audio: Audio) -> float | None:
    """Measure the loudness of a whole sound.

    Sound shorter than the standard's block of 400 ms is measured as if it were looped, as a musician would hear it.

    Args:
        audio: Up to 5 channels, in the order left, right, centre, left surround, right surround.

    Returns:
        Loudness in LUFS, or None if the sound is empty or quieter than the standard's gate of -70 LUFS throughout.

    Raises:
        ValueError: If there are more than 5 channels.
    """
    if not audio.frames:
        return None
    block_frames = int(np.ceil(_BLOCK_S * audio.sample_rate))
    loops = -(-block_frames // audio.frames)
    samples = np.tile(audio.samples, (loops, 1)).astype(np.float64)
    lufs = float(pyloudnorm.Meter(audio.sample_rate, block_size=_BLOCK_S).integrated_loudness(samples))
    return lufs if isfinite(lufs) else None


def true_peak_db(audio: Audio) -> float:
    """Measure the highest point of the sound between as well as on its samples.

    Args:
        audio: Any sound.

    Returns:
        The peak in dBTP (0 is full scale), minus infinity for silence.
    """
    peak = _true_peak(audio.samples)
    return 20 * log10(peak) if peak > 0 else -inf


def _true_peak(samples: Samples) -> float:
    # Four times the rate, whatever the rate is: only the ratio counts.
    between = soxr.resample(samples, 1, _OVERSAMPLING, quality="HQ")
    return max(float(np.abs(part).max(initial=0.0)) for part in (samples, between))


def normalise(audio: Audio, target_lufs: float = -14.0, compressor: bool = False, ceiling_db: float = -1.0) -> Audio:
    """Bring a sound to a loudness, as far as its peaks allow.

    Args:
        audio: Up to 5 channels. One with an RMS below 0.002, or that the loudness gate takes for silence, comes back
            as it is.
        target_lufs: Wanted loudness in LUFS.
        compressor: Round off peaks by the hyperbolic tangent after the gain, for a louder and denser sound.
        ceiling_db: Highest true peak in dBTP. Where the gain would go beyond it, the whole sound is turned down to it
            and stays below the target.

    Returns:
        The sound with its rate, channels and length.

    Raises:
        ValueError: If there are more than 5 channels.
    """
    if not audio.frames or np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64))) < _SILENT_RMS:
        return audio
    lufs = integrated_lufs(audio)
    if lufs is None:
        return audio
    samples = audio.samples * np.float32(10 ** ((target_lufs - lufs) / 20))
    if compressor:
        samples = np.tanh(samples)
    too_much = _true_peak(samples) / 10 ** (ceiling_db / 20)
    return Audio(samples / np.float32(max(1.0, too_much)), audio.sample_rate)
