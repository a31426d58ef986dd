"""The examination of a checkpoint: every figure of what generated music should do, from scratch, seeds fixed.

Clips are made by the program's own engine. Beside each figure stands the goal, and what corpus music itself reaches
after the checkpoint's codec: the measures are not perfect, and no model can be expected to do better than its teacher.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.breaks import break_at, level_db
from musicgen_studio.dsp.chroma import follows
from musicgen_studio.dsp.fades import equal_power_crossfade
from musicgen_studio.dsp.onsets import grid_share, strong_onsets_s
from musicgen_studio.dsp.scale import in_key_share
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.evaluation.copying import nearest_overlap
from musicgen_studio.training.judge.classifier import Classifier, Vectors, features
from musicgen_studio.training.judge.reference import ReferenceClip, hummed_melodies, reference_clips, through_codec
from musicgen_studio.training.judge.tempo import bpm, frames_per_sixteenth, sixteenth_s
from musicgen_studio.training.language.dataset import corpus_items
from musicgen_studio.training.music.captions import tempo_word
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.pace import Report
from musicgen_studio.training.settings import FRAMES_PER_SIXTEENTH
from musicgen_studio.training.workspace import Workspace

_SEED = 20_000
DISTINCT_STYLES = (
    "rock", "EDM", "jazz", "blues", "ballad", "hip hop", "reggae", "funk",
    "disco", "metal", "country", "bossa nova", "classical", "ambient", "cinematic", "chiptune",
)  # fmt: skip
"""Styles a listener tells apart without thinking; those asked for unless all are."""

_DRUM_STYLES = ("rock", "jazz", "ballad", "funk", "reggae", "country", "bossa nova", "cinematic")
_TEMPO_STYLES = ("rock", "funk", "country", "blues")
_MELODY_PROMPT = "folk with flute melody"
_CALM_LEVEL_DB, _BREAK_SHARE = 6.0, 0.95
_KNOWN_FRAMES = 400_000
_PARTS = 8
_CLIPS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class Extent:
    """How thorough an examination is.

    Args:
        clips: Clips for each prompt.
        seconds: Length of a clip.
        reference_pieces: Corpus pieces for each style.
        melodies: Melodies to follow.
        continued: Corpus clips to go on from.
        long_clips: Clips of `long_s`.
        long_s: Length of what shall not decay.
        styles: Names of the styles asked for, and told apart.
    """

    clips: int = 4
    seconds: float = 12.0
    reference_pieces: int = 36
    melodies: int = 12
    continued: int = 72
    long_clips: int = 4
    long_s: float = 60.0
    styles: tuple[str, ...] = DISTINCT_STYLES

    def __post_init__(self) -> None:
        if self.reference_pieces < 2 or min(self.clips, self.melodies, self.continued, self.long_clips) < 1:
            raise ValueError(f"there must be 2 reference pieces for each style and 1 of all else at least, got {self}")


@dataclass(frozen=True, slots=True)
class ExaminedFigure:
    """One line of the table.

    Args:
        name: What was measured.
        value: The result.
        goal: Such as `>= 0.90`; empty where there is none.
        reference: What corpus music reaches; None where it makes no sense.
        clips: How many clips it is the mean of.
    """

    name: str
    value: float
    goal: str
    reference: float | None
    clips: int


class Examination:
    """Examines one checkpoint.

    Args:
        engine: The loaded checkpoint.
        synthesizer: Plays the corpus music it is compared with.
        extent: How thorough it is.
        known: First codebook of music it has learned from, `[frames]`, or None to compare with corpus music made anew.
        report: Takes lines for the person.
    """

    def __init__(
        self,
        engine: MusicGen,
        synthesizer: Synthesizer,
        extent: Extent,
        known: npt.NDArray[np.uint16] | None,
        report: Report,
    ) -> None:
        self._engine, self._synthesizer, self._extent, self._report = engine, synthesizer, extent, report
        self._reference = reference_clips(
            engine.codec, synthesizer, extent.styles, extent.reference_pieces, min(extent.seconds, 8.0), report
        )
        self._vectors = np.stack([features(clip.sound) for clip in self._reference])
        half = extent.reference_pieces // 2
        # Where nothing is known of what it learned from, half the corpus pieces stand for it; the others are compared.
        self._others = [clip for clip in self._reference if clip.version >= half]
        made_anew = [clip.codes for clip in self._reference if clip.version < half]
        self._known = np.concatenate(made_anew) if known is None else known

    def run(self) -> list[ExaminedFigure]:
        """Measure everything."""
        figures = list[ExaminedFigure]()
        for part in (self._styles, self._drums, self._tempo, self._melody, self._continuation, self._long):
            found = part()
            figures.extend(found)
            for figure in found:
                self._report(f"{figure.name}: {figure.value:.3f}")
        return figures

    def _make(self, prompts: tuple[str, ...], seconds: float | None = None, **more: Any) -> list[Samples]:
        """Return mono clips, those of a prompt after each other."""
        takes = more.pop("takes", self._extent.clips)
        together = max(_CLIPS_AT_A_TIME // takes, 1)
        request = GenerationRequest(
            prompts, duration_s=seconds or self._extent.seconds, seed=_SEED, takes=takes, together=together, **more
        )
        self._report(f"making {len(prompts) * takes} clips of {request.duration_s:g} s")
        return [audio.samples[:, 0] for audio in whole_clips(self._engine, request)]

    def _styles(self) -> list[ExaminedFigure]:
        """Ask for each style; from the same clips: time, key, closeness to known music."""
        names = self._extent.styles
        clips = self._make(tuple(f"{STYLES[name].moods[0]} {name}" for name in names))
        asked = [name for name in names for _ in range(self._extent.clips)]
        words = [clip.facts.style for clip in self._reference]
        style, reference_style = self._classified(clips, asked, words)
        straight = [clip for clip, name in zip(clips, asked, strict=True) if not STYLES[name].swing]
        reference = [clip for clip in self._reference if not STYLES[clip.facts.style].swing]
        return [
            ExaminedFigure(f"style recognised, of {len(names)}", style, ">= 0.70", reference_style, len(clips)),
            _mean("strong onsets on the grid, straight styles", straight, reference, _on_grid, ">= 0.90"),
            _mean("chroma energy in the scale", clips, self._reference, in_key_share, ">= 0.85"),
            self._copies(clips),
        ]

    def _copies(self, clips: list[Samples]) -> ExaminedFigure:
        heard = [through_codec(self._engine.codec, _whole_frames(clip))[1] for clip in clips[:: self._extent.clips]]
        overlap = [nearest_overlap(codes, self._known) for codes in heard]
        others = [nearest_overlap(clip.codes, self._known) for clip in self._others]
        return ExaminedFigure(
            "codes found in the nearest known window", _average(overlap), "", _average(others), len(heard)
        )

    def _classified(self, clips: list[Samples], asked: list[str], words: list[str]) -> tuple[float, float]:
        """Return the share of clips that are what was asked for, and that of corpus clips new to the classifier."""
        vectors = np.stack([features(clip) for clip in clips])
        return Classifier(self._vectors, words).share_right(vectors, asked), self._cross_validated(words)

    def _cross_validated(self, words: list[str]) -> float:
        """Return the share right on pieces left out, some of them at a time."""
        from sklearn.model_selection import StratifiedGroupKFold

        parts = StratifiedGroupKFold(min(_PARTS, self._extent.reference_pieces), shuffle=True, random_state=0)
        shares = []
        for kept, left in parts.split(self._vectors, words, [clip.piece for clip in self._reference]):
            judge = Classifier(self._vectors[kept], [words[place] for place in kept])
            shares.append(judge.share_right(self._vectors[left], [words[place] for place in left]))
        return _average(shares)

    def _drums(self) -> list[ExaminedFigure]:
        prompts = tuple(f"{style}, {words}" for style in _DRUM_STYLES for words in ("with drums", "no drums"))
        asked = [words for _ in _DRUM_STYLES for words in ("yes", "no") for _ in range(self._extent.clips)]
        clips = self._make(prompts)
        words = ["yes" if clip.has_drums else "no" for clip in self._reference]
        share, reference = self._classified(clips, asked, words)
        return [ExaminedFigure("drums present or absent as asked", share, ">= 0.90", reference, len(clips))]

    def _tempo(self) -> list[ExaminedFigure]:
        numbers = [(style, k) for style in _TEMPO_STYLES for k in FRAMES_PER_SIXTEENTH if k in STYLES[style].tempi]
        words = [(style, word) for style in _TEMPO_STYLES for word in ("slow", "fast")]
        by_number = self._make(tuple(f"{style}, {round(750 / k)} bpm" for style, k in numbers))
        by_word = self._make(tuple(f"{word} {style}" for style, word in words))
        each = range(self._extent.clips)
        right = [frames_per_sixteenth(clip) == k for clip, k in _paired(by_number, numbers, each)]
        fits = [tempo_word(bpm(clip)) == word for clip, word in _paired(by_word, words, each)]
        drummed = [clip for clip in self._reference if clip.has_drums]
        ceiling = [frames_per_sixteenth(clip.sound) == clip.facts.frames_per_sixteenth for clip in drummed]
        return [
            ExaminedFigure("tempo as the number says", _average(right), ">= 0.80", _average(ceiling), len(right)),
            ExaminedFigure("tempo as the word says", _average(fits), ">= 0.80", None, len(fits)),
        ]

    def _melody(self) -> list[ExaminedFigure]:
        """Follow melodies, and make the same without them."""
        seconds = min(self._extent.seconds, self._engine.info.window_s)
        with_it, without = list[float](), list[float]()
        plain = self._made_audio(self._make((_MELODY_PROMPT,), seconds, takes=1)[0])
        for melody in hummed_melodies(self._synthesizer, self._extent.melodies, seconds):
            clip = self._make((_MELODY_PROMPT,), seconds, takes=1, melody=melody)[0]
            with_it.append(follows(melody, self._made_audio(clip)))
            without.append(follows(melody, plain))
        leads = [follows(self._made_audio(clip.lead), self._made_audio(clip.sound)) for clip in self._led()]
        gain = _average(with_it) - _average(without)
        return [
            ExaminedFigure(
                "chroma cosine with the melody", _average(with_it), ">= 0.60", _average(leads), len(with_it)
            ),
            ExaminedFigure("gain over the same without it", gain, ">= 0.20", None, len(with_it)),
        ]

    def _led(self) -> list[ReferenceClip]:
        return [clip for clip in self._reference if np.abs(clip.lead).max() > 0]

    def _made_audio(self, samples: Samples) -> Audio:
        return Audio(np.ascontiguousarray(samples)[:, None], self._engine.info.sample_rate)

    def _continuation(self) -> list[ExaminedFigure]:
        """Go on from corpus clips and look at the splice.

        Not from openings: after four seconds of a piece its intro often ends, and intact music breaks there, too.
        """
        breaks, changes, intact = list[bool](), list[float](), list[bool]()
        later = [clip for clip in self._reference if not clip.is_opening]
        count = min(self._extent.continued, len(later))
        for clip in later[:: len(later) // count][:count]:
            opening = self._made_audio(_whole_frames(clip.sound[: len(clip.sound) // 2]))
            made = self._continued(clip.facts.style, opening)
            change_db, share = break_at(made, opening.duration_s)
            breaks.append(_is_break(change_db, share))
            changes.append(abs(change_db))
            intact.append(_is_break(*break_at(clip.sound, opening.duration_s)))
        return [
            ExaminedFigure(
                "continued without a break", 1 - _average(breaks), ">= 0.90", 1 - _average(intact), len(breaks)
            ),
            ExaminedFigure("change of level at the splice, dB", _average(changes), "<= 6", None, len(changes)),
        ]

    def _continued(self, prompt: str, opening: Audio) -> Samples:
        """Return a mono clip that opens with a sound and is twice as long."""
        request = GenerationRequest((prompt,), opening.duration_s, seed=_SEED, continuation=opening)
        blocks = list(self._engine.stream(request, Event()))
        before, new = ([block.audio.samples for block in blocks if block.is_new == is_new] for is_new in (False, True))
        lead = np.concatenate(before)
        kept, fading = opening.samples[: -len(lead)], opening.samples[-len(lead) :]
        return np.concatenate([kept, equal_power_crossfade(fading, lead), *new])[:, 0]

    def _long(self) -> list[ExaminedFigure]:
        """Make long clips and compare their last seconds with their first."""
        clips = self._make(("energetic EDM",), self._extent.long_s, takes=self._extent.long_clips)
        span = round(min(12.0, self._extent.long_s / 3) * self._engine.info.sample_rate)
        fall = [level_db(clip[-span:]) - level_db(clip[:span]) for clip in clips]
        grid = [_on_grid(clip[-span:]) - _on_grid(clip[:span]) for clip in clips]
        grid = [-1.0 if np.isnan(change) else change for change in grid]  # EDM without onsets has decayed
        key = [in_key_share(clip[-span:]) - in_key_share(clip[:span]) for clip in clips]
        name = f"over {self._extent.long_s:g} s"
        return [
            ExaminedFigure(f"change of level {name}, dB", _average(fall), "-3 to 3", None, len(clips)),
            ExaminedFigure(f"change of onsets on the grid {name}", _average(grid), ">= -0.10", None, len(clips)),
            ExaminedFigure(f"change of energy in the scale {name}", _average(key), ">= -0.10", None, len(clips)),
        ]


def examine(
    checkpoint: Path,
    synthesizer: Synthesizer,
    extent: Extent,
    work: Path | None,
    device: str,
    precision: str,
    report: Report,
) -> list[ExaminedFigure]:
    """Examine a checkpoint; see `Examination`.

    Args:
        checkpoint: Its folder.
        synthesizer: Plays the corpus music it is compared with.
        extent: How thorough.
        work: Folder of the training it comes from, to look for copies in what it learned from.
        device: As in `load_engine`.
        precision: As in `load_engine`.
        report: Takes lines for the person.

    Raises:
        UserProblem: If the checkpoint cannot be loaded.
    """
    engine = load_engine(checkpoint, device, precision)
    return Examination(engine, synthesizer, extent, _known_codes(work), report).run()


def _known_codes(work: Path | None) -> npt.NDArray[np.uint16] | None:
    """Return the first codebook of what a training has learned from, up to two hours of it."""
    if work is None:
        return None
    workspace = Workspace(work)
    folders = sorted(workspace.tokens.glob("*"), key=lambda folder: folder.stat().st_mtime)
    items = [item for item in corpus_items(workspace, folders[-1]) if not item.held_out] if folders else []
    return np.concatenate([item.codes[0] for item in items])[:_KNOWN_FRAMES] if items else None


def table(figures: list[ExaminedFigure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| figure | value | goal | corpus music | clips |", "|---|---|---|---|---|"]
    for figure in figures:
        reference = "" if figure.reference is None else f"{figure.reference:.2f}"
        lines.append(f"| {figure.name} | {figure.value:.2f} | {figure.goal} | {reference} | {figure.clips} |")
    return "\n".join(lines)


def _is_break(change_db: float, share: float) -> bool:
    return abs(change_db) > _CALM_LEVEL_DB or share > _BREAK_SHARE


def _on_grid(clip: Samples) -> float:
    return grid_share(strong_onsets_s(clip), sixteenth_s(clip))


def _mean(name: str, clips: list[Samples], reference: list[ReferenceClip], measure: Any, goal: str) -> ExaminedFigure:
    """Average a measure over clips; those of which it can tell nothing do not count."""
    values = [value for value in map(measure, clips) if not np.isnan(value)]
    ceiling = [value for value in (measure(clip.sound) for clip in reference) if not np.isnan(value)]
    return ExaminedFigure(name, _average(values), goal, _average(ceiling), len(values))


def _paired(clips: list[Samples], asked: list[tuple[str, Any]], each: range) -> list[tuple[Samples, Any]]:
    """Return each clip with what was asked for."""
    return list(zip(clips, [wanted for _, wanted in asked for _ in each], strict=True))


def _average(values: "list[float] | list[bool] | list[int] | Vectors") -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _whole_frames(sound: Samples) -> Samples:
    return np.ascontiguousarray(sound[: len(sound) // 640 * 640])
