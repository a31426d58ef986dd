"""Mixes to learn from: stems at other levels, left out, of other pieces, with another colour, through a codec.

What a model makes has been through a codec, which keeps no waveform: the coded mix against the clean one has 1.6 dB
SDR. So for those the stems say only which share of each cell is whose (`train`). Coded mixes take long and are made
once; the rest is made anew for each step.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.pace import Report
from musicgen_studio.training.separator.pieces import SCALE
from musicgen_studio.training.workspace import write_json, written_whole

Pieces = Sequence[npt.NDArray[np.int16]]
Coding = Callable[[Samples], Samples]
"""Takes mono sound at 32 kHz through a codec."""

STEMS = 4
CODED_S = 12
"""Seconds of a coded mix."""

_PER_FILE = 10
_LEVEL_DB = 6.0
_LEFT_OUT, _FROM_ELSEWHERE, _COLOURED = 0.08, 0.2, 0.6
_SOUNDS_RMS = 3e-3
_CODED_RMS = 0.12
_HIGHEST_PEAK = 0.95


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A stem of a mix.

    Args:
        piece: Which piece it is of.
        at: Where in it the mix begins, in samples.
        gain: What it is multiplied with; 0 leaves it out.
    """

    piece: int
    at: int
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Something to learn from.

    Args:
        stems: float32 `[4, samples]`.
        mix: float32 `[samples]`: their sum, or that through a codec.
        is_coded: Which of both.
    """

    stems: Samples
    mix: Samples
    is_coded: bool


def recipe(rng: np.random.Generator, pieces: Pieces, samples: int) -> tuple[Ingredient, ...]:
    """Choose the stems of a mix."""
    base = int(rng.integers(len(pieces)))
    at = int(rng.integers(max(pieces[base].shape[1] - samples, 0) + 1))
    chosen = []
    for _ in range(STEMS):
        of, start = base, at
        if rng.random() < _FROM_ELSEWHERE:
            of = int(rng.integers(len(pieces)))
            start = int(rng.integers(max(pieces[of].shape[1] - samples, 0) + 1))
        gain = 10 ** (rng.uniform(-_LEVEL_DB, _LEVEL_DB) / 20) * (rng.random() > _LEFT_OUT)
        chosen.append(Ingredient(of, start, float(gain)))
    return tuple(chosen)


def stems_of(ingredients: Sequence[Ingredient], pieces: Pieces, samples: int, later: int = 0) -> Samples:
    """Return the stems of a mix, float32 `[4, samples]`, silence where a piece has ended.

    Args:
        ingredients: What it is made of.
        pieces: Where that comes from.
        samples: How long.
        later: Where to begin in the mix, in samples.
    """
    stems = np.zeros((STEMS, samples), np.float32)
    for row, each in enumerate(ingredients):
        sound = pieces[each.piece][row, each.at + later : each.at + later + samples]
        stems[row, : len(sound)] = sound.astype(np.float32) * np.float32(each.gain / SCALE)
    return stems


def colours(rng: np.random.Generator, bins: int, bin_hz: float) -> Samples:
    """Return a gain for each stem and bin, `[4, bins]`: of some stems a tilt and a bell, up to about 4 dB each."""
    octaves = np.log2(np.maximum(np.arange(bins) * bin_hz, 40) / 1000)[None]
    tilt = rng.uniform(-0.7, 0.7, (STEMS, 1)) * octaves
    centre, width, height = (
        rng.uniform(-4, 4, (STEMS, 1)),
        rng.uniform(0.5, 2, (STEMS, 1)),
        rng.uniform(-4, 4, (STEMS, 1)),
    )
    gains_db = (tilt + height * np.exp(-(((octaves - centre) / width) ** 2))) * (rng.random((STEMS, 1)) < _COLOURED)
    gains: Samples = (10 ** (gains_db / 20)).astype(np.float32)
    return gains


class Mixer:
    """Makes examples, each of an RMS of 1.

    Args:
        pieces: Stems, int16 `[4, frames]` each.
        coded: Folder of `make_coded`.
        coded_share: Share of examples that have been through a codec, if there are any.
        samples: Length of an example.
    """

    def __init__(self, pieces: Pieces, coded: Path, coded_share: float, samples: int) -> None:
        self._pieces, self._samples = pieces, samples
        self._coded = _read_coded(coded) if coded_share > 0 else []
        self._coded_share = coded_share if self._coded else 0.0

    def example(self, rng: np.random.Generator) -> Example:
        """Return the next example; it is not silent."""
        while True:
            is_coded = rng.random() < self._coded_share
            stems, mix = self._from_codec(rng) if is_coded else self._fresh(rng)
            rms = float(np.sqrt(np.mean(np.square(mix))))
            if rms > _SOUNDS_RMS:
                return Example(stems / np.float32(rms), mix / np.float32(rms), is_coded)

    def _fresh(self, rng: np.random.Generator) -> tuple[Samples, Samples]:
        stems = stems_of(recipe(rng, self._pieces, self._samples), self._pieces, self._samples)
        return stems, stems.sum(0)

    def _from_codec(self, rng: np.random.Generator) -> tuple[Samples, Samples]:
        ingredients, steps = self._coded[int(rng.integers(len(self._coded)))]
        at = int(rng.integers(len(steps) - self._samples + 1))
        mix = steps[at : at + self._samples].astype(np.float32) / np.float32(SCALE)
        return stems_of(ingredients, self._pieces, self._samples, at), mix


def make_coded(
    folder: Path, pieces: Pieces, minutes: float, seed: int, through: Coding, stop: StopFlag, report: Report
) -> None:
    """Make the coded mixes that are not there yet, in files of two minutes.

    Args:
        folder: Where they go.
        pieces: What they are made of.
        minutes: How much.
        seed: Decides what they are.
        through: The codec.
        stop: Ends it after the file that is being made.
        report: Takes a line for the person.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mixes = max(round(minutes * 60 / CODED_S), 1) if minutes > 0 else 0
    files = -(-mixes // _PER_FILE)
    for number in range(files):
        path = folder / f"{number:04d}.json"
        if stop.is_set():
            return
        if path.exists():
            continue
        rng = np.random.default_rng([seed, number])
        count = min(_PER_FILE, mixes - number * _PER_FILE)
        made = [_coded_mix(rng, pieces, through) for _ in range(count)]
        with written_whole(path.with_suffix(".npy")) as file:
            np.save(file, np.stack([steps for _, steps in made]))
        write_json(path, [[[each.piece, each.at, each.gain] for each in chosen] for chosen, _ in made])
        report(f"mixes through the codec: {number + 1} of {files} files")


def _coded_mix(
    rng: np.random.Generator, pieces: Pieces, through: Coding
) -> tuple[tuple[Ingredient, ...], npt.NDArray[np.int16]]:
    samples = CODED_S * SAMPLE_RATE
    while True:
        chosen = recipe(rng, pieces, samples)
        mix = stems_of(chosen, pieces, samples).sum(0)
        rms = float(np.sqrt(np.mean(np.square(mix))))
        if rms > _SOUNDS_RMS:
            break
    level = min(_CODED_RMS / rms * 10 ** (rng.uniform(-4, 3) / 20), _HIGHEST_PEAK / float(np.abs(mix).max()))
    steps = np.clip(np.rint(through(mix * np.float32(level)) * SCALE), -32_768, 32_767).astype(np.int16)
    return tuple(Ingredient(each.piece, each.at, each.gain * level) for each in chosen), steps


def _read_coded(folder: Path) -> list[tuple[tuple[Ingredient, ...], npt.NDArray[np.int16]]]:
    mixes = []
    for path in sorted(folder.glob("????.json")):
        sounds = np.load(path.with_suffix(".npy"), mmap_mode="r")
        recipes = json.loads(path.read_text(encoding="utf-8"))
        mixes += [(tuple(Ingredient(*each) for each in chosen), sounds[row]) for row, chosen in enumerate(recipes)]
    return mixes
