"""How surely faults in a clip are noticed: planted ones in music of corpus and checkpoint, and false alarms in both.

`musicgen-studio evaluate --faults` prints it. A third each are music that stops suddenly, music that fades to nothing,
and glitches: a click, a gap, a codec frame that is held, a burst. Music is cut out of pieces that know rests,
breakdowns and quiet intros; that it ends in the middle where it was cut out counts neither way. Not for finding faults
(`analysis.faults`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.analysis.faults import RATE_HZ, Fault, FaultKind, find_faults
from musicgen_studio.core.audio import Audio, Samples, mono_mix
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.training.music.corpus import make_piece
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.settings import CorpusSettings

PLANTED = 100
_FIRST_PIECE = 900_000
_CLIP_S = 12.0
_NEAR_S = 0.3
_PROMPTS = ("happy rock", "sad jazz", "energetic EDM", "calm piano", "ambient pads, slow", "funk with bass and drums")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault that was put into music.

    Args:
        kind: What was planted, such as `stops` or `click`.
        sound: float32 `[samples]`.
        at_s: Where it begins.
    """

    kind: str
    sound: Samples
    at_s: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """What came of it.

    Args:
        planted: By kind, how many were planted.
        found: By kind, how many of them were noticed.
        clips: How many clips without a planted fault were listened to.
        false_alarms: In how many of those a fault was noticed.
    """

    planted: dict[str, int]
    found: dict[str, int]
    clips: int
    false_alarms: int

    @property
    def share_found(self) -> float:
        """The share of planted faults that were noticed."""
        return sum(self.found.values()) / sum(self.planted.values())

    @property
    def share_false(self) -> float:
        """The share of clips in which there was a false alarm."""
        return self.false_alarms / self.clips


def examine(synthesizer: Synthesizer, checkpoint: Path, pieces: int, report: Report) -> Noticed:
    """Plant faults, listen for them, and listen to the same music as it was.

    Args:
        synthesizer: What plays the corpus's music.
        checkpoint: Whose music is listened to, too.
        pieces: How many pieces of the corpus.
        report: Told how far it is.
    """
    settings = CorpusSettings()
    music = [_excerpt(make_piece(_FIRST_PIECE + number, settings, synthesizer)[1].mix) for number in range(pieces)]
    report(f"{pieces} pieces of the corpus")
    engine = load_engine(checkpoint)
    for number, prompt in enumerate(_PROMPTS[: max(pieces // 8, 1)]):
        made = whole_clips(engine, GenerationRequest((prompt,), _CLIP_S, seed=number, takes=4))
        music += [mono_mix(clip.samples) for clip in made]
        report(f"{len(made)} clips of {prompt}")
    return faults_noticed(music, PLANTED)


def faults_noticed(music: Sequence[Samples], count: int) -> Noticed:
    """Plant faults in music, a kind after the other, and count what is noticed; and what is in the music as it is."""
    rng = np.random.default_rng(0)
    kinds, found = Counter[str](), Counter[str]()
    for number in range(count):
        planted = plant(rng, music[number % len(music)], number)
        kinds[planted.kind] += 1
        found[planted.kind] += any(
            abs(fault.start_s - planted.at_s) < _near_s(planted) for fault in _inside(planted.sound)
        )
    alarms = sum(bool(_inside(sound)) for sound in music)
    return Noticed(dict(kinds), dict(found), len(music), alarms)


def plant(rng: np.random.Generator, sound: Samples, number: int) -> Planted:
    """Put a fault into music, where it sounds.

    Args:
        rng: Decides where and how.
        sound: Mono, 32 kHz, several seconds.
        number: Decides which kind.
    """
    sound = sound.astype(np.float32).copy()
    at = _sounding(rng, sound)
    kind = ("stops", "fades", _GLITCHES[number // 3 % len(_GLITCHES)])[number % 3]
    if kind in ("stops", "fades"):
        goes_on = bool(rng.integers(2))
        length = round(rng.uniform(1.6, 3.0) * RATE_HZ)
        end = at + length if goes_on and at + length < len(sound) - RATE_HZ else len(sound)
        if kind == "fades":
            fade = round(rng.uniform(0.4, 1.5) * RATE_HZ)
            first = max(at - fade, 0)
            sound[first:at] *= np.linspace(1, 0, at - first, dtype=np.float32) ** 2
        sound[at:end] = rng.normal(0, 1e-5, end - at)  # what codecs make of silence is seldom quite silent
        return Planted(kind, sound, at / RATE_HZ)
    _GLITCH_MAKERS[kind](rng, sound, at)
    return Planted(kind, sound, at / RATE_HZ)


def _click(rng: np.random.Generator, sound: Samples, at: int) -> None:
    sound[at] += rng.choice([-1, 1]) * max(0.5, float(np.abs(sound).max()) * 0.8)


def _gap(rng: np.random.Generator, sound: Samples, at: int) -> None:
    sound[at : at + 640 * int(rng.integers(1, 6))] = 0.0


def _held(rng: np.random.Generator, sound: Samples, at: int) -> None:
    frames = int(rng.integers(15, 50))
    sound[at : at + 640 * frames] = np.tile(sound[at : at + 640], frames)[: max(len(sound) - at, 0)]


def _burst(rng: np.random.Generator, sound: Samples, at: int) -> None:
    length = 640 * int(rng.integers(1, 6))
    sound[at : at + length] = np.clip(rng.normal(0, 1.0, length), -1, 1)


_GLITCH_MAKERS: dict[str, Callable[[np.random.Generator, Samples, int], None]] = {
    "click": _click,
    "gap": _gap,
    "held": _held,
    "burst": _burst,
}
_GLITCHES = tuple(_GLITCH_MAKERS)


def _sounding(rng: np.random.Generator, sound: Samples) -> int:
    """Return a place in the middle of the music where it is about as loud as mostly."""
    window = RATE_HZ // 50
    levels = np.sqrt(np.mean(np.square(sound[: len(sound) // window * window].reshape(-1, window)), axis=1))
    places = np.arange(len(levels))
    middle = (places > 2 * 50) & (places < len(levels) - 3 * 50)
    loud = np.flatnonzero(middle & (levels > np.median(levels)))
    return int(rng.choice(loud)) * window + window // 2


def _near_s(planted: Planted) -> float:
    return 1.6 if planted.kind == "fades" else _NEAR_S


def _inside(sound: Samples) -> list[Fault]:
    found = find_faults(Audio(np.ascontiguousarray(sound[:, None], np.float32), RATE_HZ))
    return [fault for fault in found if fault.kind is not FaultKind.ENDS]


def _excerpt(mix: Samples) -> Samples:
    return mix[: round(_CLIP_S * RATE_HZ)]


def table(result: Noticed) -> str:
    """Return what came of it, a line a kind."""
    lines = [f"{kind:<8} noticed {result.found[kind]:3d} of {count:3d}" for kind, count in result.planted.items()]
    lines.append(f"all      noticed {result.share_found:.2f}")
    lines.append(f"false alarms in {result.false_alarms} of {result.clips} clips: {result.share_false:.3f}")
    return "\n".join(lines)
