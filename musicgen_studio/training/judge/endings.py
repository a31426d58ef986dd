"""How surely an end is told from a stop, and how often a checkpoint ends by itself where nobody asks it to.

`musicgen-studio evaluate --endings` prints it. Pieces of the corpus are listened to at their ends; then the same
pieces where they are cut off somewhere in their middle, and where such a cut dies away: that is silence, too, but
neither on the bar nor in the key but by chance. Last, clips of the checkpoint are gone on with, as
`studio.making.ending` does to find an end. Not for measuring one end (`analysis.endings`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.analysis.endings import Rest, rest_of
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import Engine, whole_clips
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.training.music.corpus import make_piece
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.settings import CorpusSettings

_FIRST_PIECE = 900_000
_HEARD_S, _DIES_S, _SILENCE_S = 14.0, 0.5, 1.0
_DECAY = 18.0  # nepers a second: 78 dB in half a second
_CLIP_S, _GONE_ON_S, _CONTINUATIONS = 10.0, 5.0, 8
_PROMPTS = ("happy rock", "calm solo piano", "80s synth pop with drums", "sad jazz ballad", "techno", "folk guitar")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ends:
    """What was heard of some music.

    Args:
        heard: How many were listened to.
        rested: How many come to rest.
        good: How many of those on the bar and in the key.
    """

    heard: int
    rested: int
    good: int


def examine(synthesizer: Synthesizer, checkpoint: Path, pieces: int, report: Report) -> dict[str, Ends]:
    """Listen to ends, to cuts and to a checkpoint.

    Args:
        synthesizer: What plays the corpus's music.
        checkpoint: Whose music is gone on with.
        pieces: How many pieces of the corpus, and six times eight continuations for every twenty.
        report: Told how far it is.
    """
    settings = CorpusSettings()
    music = [make_piece(_FIRST_PIECE + number, settings, synthesizer)[1].mix for number in range(pieces)]
    report(f"{pieces} pieces of the corpus")
    found = ends_of(music)
    prompts = _PROMPTS[: max(pieces * len(_PROMPTS) // 20, 1)]
    return found | {"the checkpoint going on": endings_counted(_gone_on(load_engine(checkpoint), prompts, report))}


def ends_of(music: Sequence[Samples]) -> dict[str, Ends]:
    """Listen to pieces at their ends, and where they are cut off.

    Args:
        music: Whole pieces, longer than `2 * 14` seconds: float32 `[samples]`, 32 kHz.
    """
    rng = np.random.default_rng(0)
    heard = round(_HEARD_S * SAMPLE_RATE)
    places = [int(rng.integers(heard, len(piece) - heard)) for piece in music]
    return {
        "ends": endings_counted(_rest(piece[-heard:]) for piece in music),
        "cuts": endings_counted(_rest(piece[at - heard : at]) for piece, at in zip(music, places, strict=True)),
        "cuts that die away": endings_counted(
            _rest(_dying(piece[at - heard : at])) for piece, at in zip(music, places, strict=True)
        ),
    }


def endings_counted(rests: Iterator[Rest | None]) -> Ends:
    """Count what comes to rest, and what does so well."""
    found = list(rests)
    rested = [rest for rest in found if rest is not None]
    return Ends(len(found), len(rested), sum(rest.is_good for rest in rested))


def _rest(sound: Samples) -> Rest | None:
    return rest_of(Audio(np.ascontiguousarray(sound[:, None], np.float32), SAMPLE_RATE), 1.0)


def _dying(sound: Samples) -> Samples:
    """Return music whose last half second dies away to silence."""
    frames = round(_DIES_S * SAMPLE_RATE)
    dying = sound.copy()
    dying[-frames:] *= np.exp(-_DECAY * np.arange(frames) / SAMPLE_RATE)
    return np.pad(dying, (0, round(_SILENCE_S * SAMPLE_RATE)))


def _gone_on(engine: Engine, prompts: Sequence[str], report: Report) -> Iterator[Rest | None]:
    for number, prompt in enumerate(prompts):
        (clip,) = whole_clips(engine, GenerationRequest((prompt,), _CLIP_S, seed=number))
        again = GenerationRequest((prompt,), _GONE_ON_S, continuation=clip, seed=1000 + number, takes=_CONTINUATIONS)
        for made in whole_clips(engine, again):
            whole = Audio(np.concatenate([clip.samples, made.samples]), clip.sample_rate)
            yield rest_of(whole, clip.duration_s + 1.0)
        report(f"{_CONTINUATIONS} continuations of {prompt}")


def table(found: dict[str, Ends]) -> str:
    """Return what came of it, a line a kind."""
    return "\n".join(
        f"{kind:<23} {each.rested:3d} of {each.heard:3d} come to rest, {each.good:3d} on the bar and in the key"
        for kind, each in found.items()
    )
