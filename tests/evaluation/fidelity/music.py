"""Music with a prompt: pieces of the composer, played. Not for training, which has fixtures of its own."""

from dataclasses import replace

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer

STYLES = ("rock", "EDM", "jazz", "classical", "metal", "ambient", "country", "hip hop")
SECONDS = 6.0
_SEED = 960_000_000


def pieces(
    synthesizer: Synthesizer, versions: int, styles: tuple[str, ...] = STYLES, first: int = 0
) -> list[JudgedClip]:
    """Return pieces of styles, each named by its style and number, from a number on."""
    return [_piece(synthesizer, style, version) for version in range(first, first + versions) for style in styles]


def _piece(synthesizer: Synthesizer, style: str, version: int) -> JudgedClip:
    seed = _SEED + 100 * STYLES.index(style) + version
    score = compose(seed, SECONDS + 2, Wish(style=style, kind="band", humming=False))
    sound = synthesizer.render(score, seed).mix[: round(SECONDS * SAMPLE_RATE)]
    return JudgedClip(f"{style}-{version}", as_audio(sound), f"{score.facts.mood} {style}")


def as_audio(sound: Samples) -> Audio:
    """Return mono samples at the synthesizer's rate as a sound."""
    return Audio(np.ascontiguousarray(sound, np.float32)[:, None], SAMPLE_RATE)


def changed(clip: JudgedClip, sound: Audio) -> JudgedClip:
    """Return a clip with another sound."""
    return replace(clip, sound=sound)
