"""The chroma a melody model sees of a sound: the one strongest pitch class per moment.

The same numbers as transformers' `MusicgenMelodyFeatureExtractor` and AudioCraft's `modules/chroma.py` give, as a
test says, but without torch, in constant memory, and at hand wherever a melody is shown. Also how far made music
follows a melody. Not for the chroma of notes, which needs no sound (`core.melody`).
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, mono_mix, sounding
from musicgen_studio.core.melody import CHROMA_RATE_HZ, PITCH_CLASSES, Floats, Melody
from musicgen_studio.dsp.resample import resample

RATE_HZ = 32000
N_FFT = 16384
HOP = 4096
_FRAMES_AT_ONCE = 64
_LOWEST_MAXIMUM = 1e-6
"""What is quieter is divided by this instead of by its maximum (torch's `normalize`): silence stays silence."""


def chroma(audio: Audio, rate_hz: int = RATE_HZ, n_fft: int = N_FFT, hop: int = HOP) -> Floats:
    """Return the chroma of a sound.

    Args:
        audio: Any sound; channels are averaged. Shorter than a window it is put into the middle of one.
        rate_hz: The rate to analyse it at.
        n_fft: Length of the window, in frames of that rate; even.
        hop: Frames from one window to the next.

    Returns:
        float32 `[1 + frames // hop, 12]`, a single 1 in each row. Row i lies at frame `i * hop`. Silence is pitch
        class 0, which is also what the model takes for "no melody".
    """
    return mono_chroma(mono_mix(resample(audio, rate_hz).samples), rate_hz, n_fft, hop)


def mono_chroma(mono: Floats, rate_hz: int = RATE_HZ, n_fft: int = N_FFT, hop: int = HOP) -> Floats:
    """Return the chroma of mono samples `[frames]` that have the rate already; see `chroma`."""
    missing = max(n_fft - len(mono), 0)
    mono = np.pad(mono, (missing // 2, missing - missing // 2))
    padded = np.pad(mono, n_fft // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]  # [rows, n_fft]
    strongest = [
        _strongest(windows[first : first + _FRAMES_AT_ONCE], rate_hz)
        for first in range(0, len(windows), _FRAMES_AT_ONCE)
    ]
    return np.eye(PITCH_CLASSES, dtype=np.float32)[np.concatenate(strongest)]


def _strongest(windows: npt.NDArray[np.floating], rate_hz: int) -> npt.NDArray[np.intp]:
    """Return the pitch class of each window `[rows, n_fft]`."""
    n_fft = windows.shape[1]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    power = np.abs(np.fft.rfft(windows * hann)) ** 2 / np.square(hann).sum()  # [rows, bins]
    raw = power @ _filters(rate_hz, n_fft).T  # [rows, 12]
    strongest: npt.NDArray[np.intp] = (raw / np.maximum(raw.max(axis=1, keepdims=True), _LOWEST_MAXIMUM)).argmax(axis=1)
    return strongest


@cache
def _filters(rate_hz: int, n_fft: int) -> Floats:
    """Return how much each bin of the spectrum counts for each pitch class: `[12, 1 + n_fft // 2]`.

    The same numbers as `librosa.filters.chroma(tuning=0)`, after D. Ellis's chroma (2007): a bell around each pitch
    class, as wide as the bin, and another over the octaves, around that from 440 Hz. Own code because loading librosa
    takes a second, and ten the first time.
    """
    octaves = np.log2(np.linspace(0, rate_hz, n_fft, endpoint=False)[1:] / (440 / 16))
    semitones = PITCH_CLASSES * np.concatenate([octaves[:1] - 1.5, octaves])  # 0 Hz is put beside the next bin
    widths = np.concatenate([np.maximum(np.diff(semitones), 1.0), [1.0]])
    away = np.subtract.outer(np.arange(PITCH_CLASSES), semitones)  # [12, n_fft], in semitones, from A on
    away = np.remainder(6 - away, PITCH_CLASSES) - 6
    bells = np.exp(-0.5 * (2 * away / widths) ** 2)
    bells /= np.sqrt(np.square(bells).sum(axis=0))
    bells *= np.exp(-0.5 * ((semitones / PITCH_CLASSES - 5) / 2) ** 2)
    filters: Floats = np.roll(bells, -3, axis=0)[:, : 1 + n_fft // 2].astype(np.float32)
    return filters


def similarity(wished: Floats, made: Floats) -> float:
    """Return how far one chroma follows another: the mean cosine over time, 0 to 1.

    It is the measure of the MusicGen paper (arXiv 2306.05284, section 3.2; AudioCraft `metrics/chroma_cosinesim.py`).
    Meta's melody checkpoint reaches 0.44 by its model card, chance is about a twelfth.

    Args:
        wished: `[frames, 12]`.
        made: `[frames, 12]`; of the longer one the rest does not count.

    Returns:
        The mean; 0 if there is nothing to compare.
    """
    frames = min(len(wished), len(made))
    if frames == 0:
        return 0.0
    wished, made = wished[:frames].astype(np.float64), made[:frames].astype(np.float64)
    lengths = np.linalg.norm(wished, axis=1) * np.linalg.norm(made, axis=1)
    return float(((wished * made).sum(axis=1) / np.maximum(lengths, 1e-12)).mean())


def wished_chroma(melody: Audio | Melody, duration_s: float, repeats: bool = True) -> Floats:
    """Return the chroma that music of some length should have to follow a melody.

    Args:
        melody: Sound or notes.
        duration_s: Length of the music.
        repeats: Whether the melody begins again each time it ends. If not, only its own length is returned.

    Returns:
        float32 `[frames, 12]`, 7.8125 frames per second.
    """
    if not repeats:
        duration_s = min(duration_s, melody.duration_s)
    if isinstance(melody, Melody):
        return melody.chroma(1 + int(duration_s * CHROMA_RATE_HZ), CHROMA_RATE_HZ, repeats=repeats)
    mono = mono_mix(resample(melody, RATE_HZ).samples)
    return mono_chroma(sounding(mono, 0, round(duration_s * RATE_HZ), repeats))


def follows(melody: Audio | Melody, made: Audio, repeats: bool = True) -> float:
    """Return how far made music follows a melody, 0 to 1; see `similarity`.

    Args:
        melody: What was to be followed, from the beginning of the music.
        made: The music, without what it was continued from.
        repeats: Whether the melody was to begin again each time it ended; else only its own length counts.
    """
    return similarity(wished_chroma(melody, made.duration_s, repeats), chroma(made))
