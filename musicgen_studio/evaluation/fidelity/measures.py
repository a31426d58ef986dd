"""What can be measured of a single clip, by name: loudness, silence, noise, what is broken, and words it agrees with.

`clip_figures` is what a batch's manifest and a ranking take; whole sets of clips are judged in `judging`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.analysis.faults import BROKEN, find_faults
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.dsp.chroma import chroma, follows
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.evaluation.fidelity.api import Embedded, Embedder, Floats
from musicgen_studio.files.untrusted import read_untrusted

Figures = dict[str, float | None]

_RATE_HZ = 32_000
_FRAME = 1600  # 50 ms
_SILENT_DB = -60.0
_BINS = slice(4, 640)  # of an FFT of 1600: 80 Hz to 12.8 kHz, which every codec keeps


@dataclass(frozen=True, slots=True, eq=False)
class JudgedClip:
    """A clip to be measured.

    Args:
        name: What it is called in tables; the same names in two sets belong together.
        sound: It, or the file it is in, which is read each time it is needed.
        prompt: The words it was made from; empty if there are none.
        melody: What it was to follow, or None.
    """

    name: str
    sound: Audio | Path
    prompt: str = ""
    melody: Audio | Melody | None = None

    def audio(self) -> Audio:
        """Return its sound.

        Raises:
            UserProblem: If its file cannot be read.
        """
        return read_untrusted(self.sound) if isinstance(self.sound, Path) else self.sound


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredClip:
    """A clip and what was found.

    Args:
        clip: The clip.
        heard: What a network says of it.
        chroma: Its strongest pitch classes over time, see `dsp.chroma`.
        figures: By name; None where a measure can say nothing.
    """

    clip: JudgedClip
    heard: Embedded
    chroma: Floats
    figures: Figures


def measured(clip: JudgedClip, embedder: Embedder) -> MeasuredClip:
    """Measure a clip.

    Args:
        clip: The clip.
        embedder: What listens to it; what it finds is named by it.
    """
    audio, by = clip.audio(), embedder.info.id
    heard, figures = embedder.hear(audio), sound_figures(audio)
    figures["melody"] = None if clip.melody is None else follows(clip.melody, audio)
    figures[f"{by}.agreement"] = embedder.agreement(heard, clip.prompt) if clip.prompt else None
    return MeasuredClip(clip, heard, chroma(audio), figures)


def sound_figures(audio: Audio) -> Figures:
    """Return what needs no network.

    Args:
        audio: Any sound.

    Returns:
        `seconds`; `lufs`, None for silence; `silence`, the share of 50 ms that are silent, 0 to 1; `noise`, how flat
        the spectrum is, near 0.6 in white noise and 0 in music; `faults`, how many stops, fades to silence and
        glitches.
    """
    broken = sum(fault.kind in BROKEN for fault in find_faults(audio))
    level = level_figures(audio)
    return {"seconds": audio.duration_s, "lufs": integrated_lufs(audio), **level, "faults": float(broken)}


def level_figures(audio: Audio) -> Figures:
    """Return `silence` and `noise`, see `sound_figures`."""
    mono = mono_at(audio, _RATE_HZ)
    frames = mono[: len(mono) // _FRAME * _FRAME].reshape(-1, _FRAME)
    levels_db = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    is_silent = levels_db < _SILENT_DB
    return {"silence": float(is_silent.mean()) if len(frames) else None, "noise": _flatness(frames[~is_silent])}


def _flatness(frames: np.ndarray) -> float | None:
    """Return the median flatness of spectra, geometric over arithmetic mean of power; None if all is silent."""
    if not len(frames):
        return None
    spectra = np.fft.rfft(frames * np.hanning(_FRAME), axis=1)[:, _BINS]
    power = np.square(np.abs(spectra)) + 1e-12
    return float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))


def clip_figures(
    clips: Iterable[Audio | Path | JudgedClip], prompts: Iterable[str] | None, embedder: Embedder
) -> Iterator[Figures]:
    """Yield what is measured of each clip, as soon as it is known.

    Args:
        clips: Sounds, or files of sounds.
        prompts: The words of each; None if there are none.
        embedder: What listens, such as `embedders.choose.open_embedder("musicnn")`.

    Yields:
        Figures by name, the same names for every clip: see `sound_figures`; with the embedder's name before it
        `agreement`, how far sound and prompt agree, None where it can say nothing of the words; `melody`, how far it
        follows one, None without one.

    Raises:
        UserProblem: If a file cannot be read.
    """
    words = None if prompts is None else iter(prompts)
    for clip in clips:
        yield measured(_as_clip(clip, next(words, "") if words is not None else ""), embedder).figures


def _as_clip(clip: Audio | Path | JudgedClip, prompt: str) -> JudgedClip:
    if isinstance(clip, JudgedClip):
        return clip
    if isinstance(clip, Path):
        return JudgedClip(clip.stem, clip, prompt)
    return JudgedClip("", clip, prompt)
