"""Two clips side by side: made alike in form and equally loud, so that nothing but the music tells them apart.

Not for playing them (`sound.mixing.ComparedSound`).
"""

from dataclasses import dataclass
from threading import Event

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import StoppedError
from musicgen_studio.library.library import Library
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.mixing import ComparedSound


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two clips to be heard one or the other.

    Args:
        clips: Both.
        sound: What is played.
        gains_db: What each is turned up by, 0 or less: the louder one is turned down to the softer.
        is_matched: Whether their loudness is known; silence has none.
        second: The second, as it is made like the first and not turned down.
        peaks: Of it.
    """

    clips: tuple[Clip, Clip]
    sound: ComparedSound
    gains_db: tuple[float, float]
    is_matched: bool
    second: GrowingSound
    peaks: PeakPyramid


def compare(library: Library, first: Clip, second: Clip, stop: Event) -> Comparison:
    """Read both, measure how loud they are, and make the second as the first is in rate and channels. Takes a while.

    Args:
        library: Which has them.
        first: What is shown: its rate and channels, and its place, count.
        second: What it is compared with.
        stop: Set from any thread, it ends the work.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If a sound cannot be read.
    """
    clips = (first, second)
    audios = [_read(library, clip, stop) for clip in clips]
    alike = [_like(audio, audios[0], stop) for audio in audios]
    loudness = [_lufs(clip, audio, stop) for clip, audio in zip(clips, alike, strict=True)]
    gains_db = matching_gains_db(*loudness)
    first_sound, second_sound = map(GrowingSound.of, alike)
    sound = ComparedSound(first_sound, second_sound, gains_db)
    peaks = PeakPyramid(alike[1].channels)
    peaks.append(alike[1].samples)
    return Comparison(clips, sound, gains_db, None not in loudness, second_sound, peaks)


def matching_gains_db(first_lufs: float | None, second_lufs: float | None) -> tuple[float, float]:
    """Return what two sounds are turned up by to be equally loud: the louder one goes down, so that nothing clips."""
    if first_lufs is None or second_lufs is None:
        return 0.0, 0.0
    softer = min(first_lufs, second_lufs)
    return softer - first_lufs, softer - second_lufs


def _read(library: Library, clip: Clip, stop: Event) -> Audio:
    pieces = []
    for piece in library.blocks(clip.id):
        _check(stop)
        pieces.append(piece.samples)
    return Audio(np.concatenate(pieces), clip.sample_rate)


def _lufs(clip: Clip, audio: Audio, stop: Event) -> float | None:
    """Return how loud a clip is as it is compared: on both sides a mono sound is 3 LU louder than by itself."""
    known = clip.known
    if known is not None and known.lufs is not None and audio.channels == clip.channels:
        return known.lufs
    return integrated_lufs(audio, lambda _share: _check(stop))


def _like(audio: Audio, wanted: Audio, stop: Event) -> Audio:
    if audio.sample_rate != wanted.sample_rate:
        audio = resample(audio, wanted.sample_rate, lambda _share: _check(stop))
    return Audio(with_channels(audio.samples, wanted.channels), audio.sample_rate)


def _check(stop: Event) -> None:
    if stop.is_set():
        raise StoppedError
