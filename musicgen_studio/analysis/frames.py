"""What the analysis looks at: a clip as 50 frames a second of mel bands and semitones, whatever its level.

The net for beats learns from these very frames (`training.beats`), and the key is read from the semitones. Not for
sound that a model is given (`dsp.chroma`).
"""

from dataclasses import dataclass

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.pieces import OnPiece, for_part, nothing
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.dsp.spectra import SEMITONES, Floats, banded, mel_filters, semitone_filters

RATE_HZ = 22_050
HOP = 441
FRAMES_PER_S = 50
MELS = 80
BANDS = MELS + SEMITONES

_MEL_WINDOW = 1024  # 46 ms: tells when something is struck
_SEMITONE_WINDOW = 4096  # 186 ms: tells which note it is
_FLOOR = 1e-4  # 40 dB below the average of all that sounds
_SILENCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """A clip, 50 times a second.

    Args:
        semitones: Power, float32 `[frames, 72]` from E1 on.
        bands: Log10 of power against its average, mel bands then semitones: float32 `[frames, 152]`, -4 to about 2.
        is_silent: Whether there is nothing in it.
    """

    semitones: Floats
    bands: Floats
    is_silent: bool


def frames_of(audio: Audio, on_piece: OnPiece = nothing) -> Frames:
    """Return a clip's frames; frame i lies at `i / FRAMES_PER_S` seconds.

    Args:
        audio: Any sound; channels are averaged.
        on_piece: See `core.pieces`.
    """
    mono = mono_at(audio, RATE_HZ, for_part(on_piece, 0, 3))
    mels = banded(mono, mel_filters(RATE_HZ, _MEL_WINDOW, MELS), HOP, for_part(on_piece, 1, 3))
    semitones = banded(mono, semitone_filters(RATE_HZ, _SEMITONE_WINDOW), HOP, for_part(on_piece, 2, 3))
    bands = np.concatenate([_relative(mels), _relative(semitones)], axis=1)
    return Frames(semitones, bands, is_silent=bool(np.square(mono).mean() < _SILENCE))


def _relative(power: Floats) -> Floats:
    logarithms: Floats = np.log10(power / max(float(power.mean()), _SILENCE) + _FLOOR).astype(np.float32)
    return logarithms
