"""How much each thing counts that speaks for a way to count music, learned from the pieces that the net learned from.

Of all ways that fit what the trained net hears in a part of a piece, the likeliest is to be the right one: a choice by
weighted figures (`analysis.counting`), fitted by maximum likelihood with a price on large weights (D. McFadden,
"Conditional logit analysis of qualitative choice behavior", 1974).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicgen_studio.analysis.bars import found_beats
from musicgen_studio.analysis.counting import Counting, evidence, ways_to_count
from musicgen_studio.analysis.frames import FRAMES_PER_S
from musicgen_studio.analysis.network import BeatNet, hear
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.spectra import Floats
from musicgen_studio.training.beats.agreement import DOWNBEAT_S, TEMPO_SHARE, times_agree
from musicgen_studio.training.beats.dataset import Example
from musicgen_studio.training.settings import BeatSettings

_PARTS = 2  # of each piece
_PRICE = 0.01  # of a weight's square, beside a figure's spread
_ROUNDS = 300
_MIN_BEATS = 6
_Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Ways to count a part of a piece.

    Args:
        figures: What speaks for each, `[ways, figures]`.
        is_right: Which are right, `[ways]`; one at least.
    """

    figures: Floats
    is_right: npt.NDArray[np.bool_]


def choices(learned: Sequence[Example], net: BeatNet, settings: BeatSettings, stop: StopFlag) -> Iterator[Choice]:
    """Give the choices in parts of pieces; none where no way is right, and none after a stop.

    Args:
        learned: The pieces.
        net: Trained on them.
        settings: It was trained with.
        stop: Ends it.
    """
    for index, piece in enumerate(learned):
        rng = np.random.default_rng([settings.seed, index])
        for _ in range(_PARTS):
            if stop.is_set():
                return
            frames = min(round(FRAMES_PER_S * rng.uniform(settings.shortest_s, settings.longest_s)), len(piece.bands))
            begin = int(rng.integers(len(piece.bands) - frames + 1))
            found = _choice(piece, begin, frames, net)
            if found is not None:
                yield found


def _choice(piece: Example, begin: int, frames: int, net: BeatNet) -> Choice | None:
    duration_s = frames / FRAMES_PER_S
    beats_s = piece.beats_s - begin / FRAMES_PER_S
    downbeats_s = beats_s[:: piece.beats_per_bar]
    heard_s = beats_s[(beats_s >= 0) & (beats_s < duration_s)]
    downbeats_s = downbeats_s[(downbeats_s >= 0) & (downbeats_s < duration_s)]
    bands = np.ascontiguousarray(piece.bands[begin : begin + frames], np.float32)
    heard = hear(bands, net)
    found = found_beats(heard) if frames >= FRAMES_PER_S and len(heard_s) >= _MIN_BEATS else None
    if found is None:
        return None
    ways = ways_to_count(found, duration_s)
    bpm = 60 / float(np.median(np.diff(heard_s)))
    is_right = np.array([_is_right(way, bpm, downbeats_s) for way in ways])
    return Choice(evidence(ways, heard, bands), is_right) if is_right.any() else None


def _is_right(way: Counting, bpm: float, downbeats_s: _Times) -> bool:
    return abs(way.bpm / bpm - 1) <= TEMPO_SHARE and times_agree(downbeats_s, way.downbeats_s, DOWNBEAT_S)


def fitted(made: Sequence[Choice]) -> Floats:
    """Return how much each figure counts, float32 `[figures]`, so that what is right is as likely as can be.

    Args:
        made: One or more.
    """
    from scipy.optimize import minimize  # late: it takes a moment

    figures = np.concatenate([each.figures for each in made]).astype(np.float64)
    spread = figures.std(axis=0) + 1e-6
    figures = (figures - figures.mean(axis=0)) / spread
    is_right = np.concatenate([each.is_right for each in made])
    counts = np.array([len(each.is_right) for each in made])
    starts, of = np.cumsum(counts) - counts, np.repeat(np.arange(len(made)), counts)

    def loss(weights: _Times) -> tuple[float, _Times]:
        votes = figures @ weights
        shares = np.exp(votes - np.maximum.reduceat(votes, starts)[of])
        shares /= np.add.reduceat(shares, starts)[of]
        right = np.maximum(np.add.reduceat(shares * is_right, starts), 1e-12)
        slope = figures.T @ (shares - shares * is_right / right[of]) / len(made)
        return float(-np.log(right).mean() + _PRICE * weights @ weights), slope + 2 * _PRICE * weights

    start = np.zeros(figures.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    weights: Floats = (found.x / spread).astype(np.float32)
    return weights
