"""How well sections that were made anew fit: the seams of fills beside a plain continuation and music that was left.

A clip is made; four of its seconds are made anew several times; where the right side begins, the change of spectrum is
compared with that at other places of the clip (`dsp.breaks`): near 1 is a break, 0.5 is like anywhere. Beside it stand
the same place of the clip as it was, and the place where the same fills leave the left side, which is what a plain
continuation does. What a rule of choosing is worth is told by something else, too: how often it takes what was really
there for the best, among the fills. `musicgen-studio bench --sections` prints it. Not for choosing among fills
(`studio.making.fill`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.breaks import break_at
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.engine.api import AudioBlock, Engine, whole_clips
from musicgen_studio.engine.musicgen import load_engine

PROMPTS = ("happy rock", "sad jazz", "energetic EDM", "calm piano", "funk with bass and drums", "acoustic folk guitar")
CLIP_S, START_S, END_S = 12.0, 4.0, 8.0

Report = Callable[[str], None]


class Joined(Protocol):
    """How fills are joined to what is around them: `studio.making.join.joined`, which stands above this room."""

    def __call__(self, engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Make and join."""
        ...


class Fits(Protocol):
    """How fills are ranked: `studio.making.fill.fits_of`."""

    def __call__(
        self, engine: Engine, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag
    ) -> list[float]:
        """Return a number for each, the higher the better."""
        ...


@dataclass(frozen=True, slots=True)
class Seams:
    """Break shares, each a mean over clips.

    Args:
        clips: How many clips.
        chosen: At the right seam of the fill that was ranked first.
        average: At the right seam of all fills.
        best: At the right seam of the fill that was best there, whichever it was.
        continued: At the left seam of all fills: a plain continuation.
        untouched: At the same place of the clips as they were.
        recognised: In how many of the clips, 0 to 1, what was really there is ranked before every fill.
    """

    clips: int
    chosen: float
    average: float
    best: float
    continued: float
    untouched: float
    recognised: float


def run_sections_bench(
    folder: Path, joined: Joined, fits: Fits, report: Report, clips: int = 24, takes: int = 4
) -> dict[str, object]:
    """Make clips, make a section of each anew, and measure the seams.

    Args:
        folder: The checkpoint.
        joined: See `Joined`.
        fits: See `Fits`.
        report: Told line by line.
        clips: How many.
        takes: How many fills of each.
    """
    engine = load_engine(folder)
    rows = list[list[float]]()
    for number in range(clips):
        prompt = PROMPTS[number % len(PROMPTS)]
        (clip,) = whole_clips(engine, GenerationRequest((prompt,), CLIP_S, seed=1000 + number))
        rows.append(_measured(engine, joined, fits, clip, prompt, number, takes))
        report(f"{prompt}: chosen {rows[-1][0]:.2f}, average {rows[-1][1]:.2f}, untouched {rows[-1][4]:.2f}")
    seams = Seams(len(rows), *(round(float(value), 3) for value in np.mean(rows, axis=0)))
    report(
        f"right seam: chosen {seams.chosen:.2f}, average {seams.average:.2f}, best {seams.best:.2f}; "
        f"continued {seams.continued:.2f}, untouched {seams.untouched:.2f}; the original comes first in "
        f"{seams.recognised:.0%} (by chance {1 / (takes + 1):.0%}; {seams.clips} clips)"
    )
    return {"sections": asdict(seams)}


def _measured(
    engine: Engine, joined: Joined, fits: Fits, clip: Audio, prompt: str, number: int, takes: int
) -> list[float]:
    rate = clip.sample_rate
    start, end = round(START_S * rate), round(END_S * rate)
    request = GenerationRequest(
        (prompt,),
        END_S - START_S,
        continuation=Audio(clip.samples[:start], rate),
        after=Audio(clip.samples[end:], rate),
        aligned=True,
        seed=number,
        takes=takes,
    )
    fills = dict[int, list[AudioBlock]]()  # in the order in which they come: best first
    for block in joined(engine, request, Event()):
        fills.setdefault(block.take, []).append(block)
    wholes = [Audio(np.concatenate([block.audio.samples for block in blocks]), rate) for blocks in fills.values()]
    made = [_share(whole) for whole in wholes]
    ranks = fits(engine, request, [Audio(whole.samples[start:end], rate) for whole in [clip, *wholes]], Event())
    right = [shares[1] for shares in made]
    return [
        right[0],
        float(np.mean(right)),
        min(right),
        float(np.mean([shares[0] for shares in made])),
        _share(clip)[1],
        float(ranks[0] > max(ranks[1:])),
    ]


def _share(clip: Audio) -> tuple[float, float]:
    """Return the break shares at both seams."""
    mono = mono_at(clip, RATE_HZ)
    return break_at(mono, START_S)[1], break_at(mono, END_S)[1]
