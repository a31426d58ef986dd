"""How loudness was set before there was a limiter. Only for making clips again from records of formats 1 to 3.

The samples must come out as they did then, so nothing here is ever improved. What is made today goes through `limiter`.
The rules are AudioCraft's (`data/audio_utils.py`, `normalize_loudness`), except that AudioCraft then clips what is too
loud and this turns it down: a clip with strong attacks stays far below the target.
"""

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.pieces import OnPiece, nothing
from musicgen_studio.dsp.loudness import integrated_lufs, is_near_silence
from musicgen_studio.dsp.resample import StreamResampler

_PIECE_FRAMES = 1 << 19
_OVERSAMPLING = 4


def normalise(
    audio: Audio,
    target_lufs: float,
    compressor: bool = False,
    ceiling_db: float = -1.0,
    on_piece: OnPiece = nothing,
) -> Audio:
    """Bring a sound to a loudness, as far as its peaks allow.

    Args:
        audio: Up to 8 channels. One with an RMS below 0.002, or that the loudness gate takes for silence, comes back
            as it is.
        target_lufs: Wanted loudness in LUFS.
        compressor: Round off peaks by the hyperbolic tangent after the gain, for a louder and denser sound.
        ceiling_db: Highest true peak in dBTP. Where the gain would go beyond it, the whole sound is turned down to it
            and stays below the target.
        on_piece: As in `loudness`.

    Returns:
        The sound with its rate, channels and length.

    Raises:
        ValueError: If there are more than 8 channels.
    """
    if not audio.frames or is_near_silence(audio):
        return audio
    lufs = integrated_lufs(audio, lambda share: on_piece(0.6 * share))
    if lufs is None:
        return audio
    samples = audio.samples * np.float32(10 ** ((target_lufs - lufs) / 20))
    if compressor:
        samples = np.tanh(samples)
    too_much = _true_peak(samples, lambda share: on_piece(0.6 + 0.4 * share)) / 10 ** (ceiling_db / 20)
    samples /= np.float32(max(1.0, too_much))
    return Audio(samples, audio.sample_rate)


def _true_peak(samples: Samples, on_piece: OnPiece) -> float:
    # Four times the rate, whatever the rate is: only the ratio counts.
    stream = StreamResampler(1, _OVERSAMPLING, samples.shape[1])
    peak = 0.0
    for start in range(0, len(samples), _PIECE_FRAMES):
        piece = samples[start : start + _PIECE_FRAMES]
        peak = max(peak, _highest(piece), _highest(stream.push(piece)))
        on_piece(min(1.0, (start + _PIECE_FRAMES) / len(samples)))
    return max(peak, _highest(stream.flush()))


def _highest(samples: Samples) -> float:
    return float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
