"""How well tempo, bars and key are heard: on pieces nobody has learned from, and on what the starter makes.

The same music is heard as the program hears it, by librosa's beat tracker, and by a net that has just been trained, if
there is one: it has to be better to take their place. Held-out pieces are in keys that their styles are never trained
in, and begin anywhere in a bar.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis import pulse
from musicgen_studio.analysis.analyse import analyse
from musicgen_studio.analysis.bars import find_bars
from musicgen_studio.analysis.counting import load_counting
from musicgen_studio.analysis.frames import frames_of
from musicgen_studio.analysis.key import find_key
from musicgen_studio.analysis.network import hear, load_net
from musicgen_studio.core.analysis import STEADY, Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import PITCH_CLASSES
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.training.beats.agreement import DOWNBEAT_S, TEMPO_SHARE, times_agree
from musicgen_studio.training.beats.music import Timing, draw_timing, play
from musicgen_studio.training.beats.train import COUNTING
from musicgen_studio.training.music.orchestras import COMPOSERS, STRANGE, Orchestra
from musicgen_studio.training.music.score import Role, ScoreKey
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import FRAMES_PER_SIXTEENTH

KINDS = ("straight", "drift", "swing", "six tempi", "instruments never heard")
STARTER = "starter's clips"
BEAT_S = 0.07
ABOUT_SHARE = 0.02

_SEED = 4242
_PIECE_S = 16.0
_LATEST_START_S = 2.5
_LOOKS_PAST = 50  # of a kind, at most, for one piece that is of it
_CLIP_S = 8.0
_CLIP_STYLES = ("rock", "EDM", "house", "pop", "funk", "hip hop", "jazz", "reggae")
_Times = npt.NDArray[np.float64]
Hear = Callable[[Audio], Analysis]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Music, and what is true of it.

    Args:
        sound: It.
        bpm: Its tempo: the median of the beats that are in it.
        beats_s: Its beats; empty if they are not known.
        downbeats_s: Its downbeats.
        key: Its key; None if it has none, or it is not known.
    """

    sound: Audio
    bpm: float
    beats_s: _Times
    downbeats_s: _Times
    key: ScoreKey | None


@dataclass(frozen=True, slots=True)
class BeatScores:
    """How well a kind of music is heard; every figure is a share of the pieces, None where it does not apply.

    Args:
        kind: Of music.
        by: Who hears.
        pieces: How many.
        tempo: The tempo is right to 1 %.
        tempo_or_octave: It is right, or half or twice as much.
        beats: Nine of ten beats are right to 70 ms, and nine of ten that are heard.
        downbeats: The same of downbeats, to 30 ms.
        key: The key is right.
        key_or_related: It is right, or the relative, the parallel, or a fifth away.
        sure: It says that the tempo is sure.
        sure_and_right: Of those, the tempo is right as it is shown: to 1 %, or to 2 % where it says `≈` for its drift.
    """

    kind: str
    by: str
    pieces: int
    tempo: float
    tempo_or_octave: float
    beats: float | None
    downbeats: float | None
    key: float | None
    key_or_related: float | None
    sure: float
    sure_and_right: float | None


def questions(kind: str, count: int, synthesizer: Synthesizer) -> Iterator[Question]:
    """Give held-out pieces of a kind, the same ones every time.

    Args:
        kind: One of `KINDS`: steady at any tempo, drifting by up to 3 %, swinging, at one of the corpus' tempi, or as
            the first by instruments that no net has heard.
        count: How many.
        synthesizer: What plays them.
    """
    swings = {index for index, style in enumerate(STYLES.values()) if style.swing}
    fitting = (index for index in range(count * _LOOKS_PAST) if (index % len(STYLES) in swings) is (kind == "swing"))
    for number, index in zip(range(count), fitting, strict=False):
        rng = np.random.default_rng([_SEED, KINDS.index(kind), number])
        timing = replace(draw_timing(rng, drifts=False), jitter_ms=float(rng.choice([0.0, 4.0])))
        if kind == "drift":
            timing = replace(timing, drift=0.03)
        if kind == "six tempi":
            timing = Timing(750 / int(rng.choice(FRAMES_PER_SIXTEENTH)))
        orchestra = STRANGE if kind == "instruments never heard" else COMPOSERS
        yield _question(index, timing, float(rng.uniform(0, _LATEST_START_S)), synthesizer, orchestra)


def _question(index: int, timing: Timing, start_s: float, synthesizer: Synthesizer, orchestra: Orchestra) -> Question:
    played = play(index, _SEED, _PIECE_S, synthesizer, held_out=True, timing=timing, orchestra=orchestra)
    start = round(start_s * SAMPLE_RATE)
    beats_s = played.beats_s - start / SAMPLE_RATE
    last_s = len(played.sound) / SAMPLE_RATE - start_s
    heard_s = beats_s[(beats_s >= 0) & (beats_s < last_s)]  # what was before, or comes after, cannot be heard
    has_key = any(part.role is not Role.DRUMS for part in played.score.parts)
    downbeats_s = beats_s[:: played.beats_per_bar]
    return Question(
        Audio(np.ascontiguousarray(played.sound[start:, None]), SAMPLE_RATE),
        60 / float(np.median(np.diff(heard_s))),
        heard_s,
        downbeats_s[(downbeats_s >= 0) & (downbeats_s < last_s)],
        played.score.facts.key if has_key else None,
    )


def starter_questions(folder: Path, rounds: int) -> Iterator[Question]:
    """Give clips of 8 s that a checkpoint makes; true is the tempo that was asked for.

    Args:
        folder: The checkpoint.
        rounds: Clips of each tempo of the corpus.
    """
    from musicgen_studio.engine.musicgen import load_engine

    engine = load_engine(folder, "auto", "auto")
    for number in range(rounds):
        for k in FRAMES_PER_SIXTEENTH:
            style = _CLIP_STYLES[(number * len(FRAMES_PER_SIXTEENTH) + k) % len(_CLIP_STYLES)]
            prompt = f"{style} with drums, {round(750 / k)} bpm"
            request = GenerationRequest((prompt,), duration_s=_CLIP_S, seed=1000 * number + k)
            blocks = [block.audio.samples for block in engine.stream(request, threading.Event())]
            none = np.empty(0)
            yield Question(Audio(np.concatenate(blocks), engine.info.sample_rate), 750 / k, none, none, None)


def by_net(path: Path) -> Hear:
    """Return what hears by a net that was trained, and how to count it, if that lies beside it; see `load_net`."""
    net, beside = load_net(path), path.with_name(COUNTING)
    counting = load_counting(beside) if beside.is_file() else None

    def by(audio: Audio) -> Analysis:
        frames = frames_of(audio)
        bars, key = find_bars(hear(frames.bands, net), frames.bands, counting), find_key(frames.semitones)
        return Analysis(bars.tempo_map, bars.confidence, bars.other_bpms, key) if bars else Analysis(key=key)

    return by


def by_librosa(audio: Audio) -> Analysis:
    """Hear a clip without a net."""
    bars = pulse.find_bars(audio)
    return Analysis(bars.tempo_map, bars.confidence, bars.other_bpms) if bars else Analysis()


def examine(
    synthesizer: Synthesizer, checkpoint: Path, net: Path | None, extent: tuple[int, int, int], report: Report
) -> list[BeatScores]:
    """Hear all kinds of music as the program does, by librosa, and by a net if there is one to compare.

    Args:
        synthesizer: What plays the pieces.
        checkpoint: What makes the clips.
        net: The file of a net that was trained; None compares nothing.
        extent: How many straight pieces, pieces of every other kind, and clips of each tempo.
        report: Takes lines for the person.
    """
    pieces, others, rounds = extent
    hearers: list[tuple[str, Hear]] = [("program", analyse), ("librosa", by_librosa)]
    if net is not None:
        hearers.append(("net", by_net(net)))
    scores = list[BeatScores]()
    for kind in (*KINDS, STARTER):
        report(f"beats: {kind}")
        count = pieces if kind == "straight" else others
        asked = questions(kind, count, synthesizer) if kind in KINDS else starter_questions(checkpoint, rounds)
        found = _listened(kind, asked, hearers)
        report(table(found))  # an hour's work is not lost with what comes after it
        scores += found
    return scores


def _listened(kind: str, asked: Iterator[Question], hearers: Sequence[tuple[str, Hear]]) -> list[BeatScores]:
    """Hear one piece after the other by everyone. No sound is kept: two hundred of them are half a gigabyte."""
    answered, heard = list[Question](), list[list[Analysis]]()
    for each in asked:
        heard.append([listen(each.sound) for _, listen in hearers])
        answered.append(replace(each, sound=Audio(each.sound.samples[:1].copy(), each.sound.sample_rate)))
    return [scored(kind, by, answered, [by_all[at] for by_all in heard]) for at, (by, _) in enumerate(hearers)]


def scored(kind: str, by: str, asked: Sequence[Question], heard: Sequence[Analysis]) -> BeatScores:
    """Return how much of what was heard is right."""
    pairs = list(zip(asked, heard, strict=True))
    knows_beats = bool(len(asked[0].beats_s))
    keys = [(each.key, found) for each, found in pairs if each.key is not None and found.key is not None]
    sure = [pair for pair in pairs if pair[1].has_sure_tempo]
    return BeatScores(
        kind,
        by,
        len(asked),
        _mean([_has_tempo(each, found, (1.0,)) for each, found in pairs]) or 0.0,
        _mean([_has_tempo(each, found, (0.5, 1.0, 2.0)) for each, found in pairs]) or 0.0,
        _mean([times_agree(each.beats_s, _beats(found), BEAT_S) for each, found in pairs]) if knows_beats else None,
        _mean([times_agree(each.downbeats_s, _downbeats(found), DOWNBEAT_S) for each, found in pairs])
        if knows_beats
        else None,
        _mean([_related(key, found, only_same=True) for key, found in keys]),
        _mean([_related(key, found, only_same=False) for key, found in keys]),
        len(sure) / len(pairs),
        _mean([_is_as_shown(each, found) for each, found in sure]),
    )


def _mean(right: list[bool]) -> float | None:
    return round(float(np.mean(right)), 3) if right else None


def _has_tempo(asked: Question, found: Analysis, factors: tuple[float, ...], share: float = TEMPO_SHARE) -> bool:
    return found.bpm is not None and any(abs(found.bpm * factor / asked.bpm - 1) <= share for factor in factors)


def _is_as_shown(asked: Question, found: Analysis) -> bool:
    drifts = found.tempo_map is not None and found.tempo_map.drift > STEADY
    return _has_tempo(asked, found, (1.0,), ABOUT_SHARE if drifts else TEMPO_SHARE)


def _beats(found: Analysis) -> _Times:
    return np.array(found.tempo_map.beats_s if found.tempo_map else ())


def _downbeats(found: Analysis) -> _Times:
    return np.array(found.tempo_map.downbeats_s if found.tempo_map else ())


def _related(key: ScoreKey, found: Analysis, *, only_same: bool) -> bool:
    assert found.key is not None
    away, is_minor = (found.key.tonic - key.tonic) % PITCH_CLASSES, not key.is_major
    if found.key.is_minor is is_minor:
        return away == 0 or (not only_same and away in (5, 7))
    return not only_same and away in (0, 3 if is_minor else 9)


def table(scores: Sequence[BeatScores]) -> str:
    """Return the scores as a Markdown table."""
    names = (
        "tempo", "or octave", "beats", "downbeats", "key", "or related", "sure", "sure and right",
    )  # fmt: skip
    rows = [f"| music | heard by | pieces | {' | '.join(names)} |", "|" + "---|" * (3 + len(names))]
    for each in scores:
        figures = (
            each.tempo, each.tempo_or_octave, each.beats, each.downbeats, each.key, each.key_or_related, each.sure,
            each.sure_and_right,
        )  # fmt: skip
        told = " | ".join("" if figure is None else f"{figure:.2f}" for figure in figures)
        rows.append(f"| {each.kind} | {each.by} | {each.pieces} | {told} |")
    return "\n".join(rows)
