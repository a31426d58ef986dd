"""Letting music come to an end: a fade over its last bar or two, on the bar, instead of a stop in the middle.

A model that learned from excerpts does not know that the end is near, so its music stops in the middle of the sound
when its time is over (`analysis.faults` says so of nearly every clip). A fade that begins where a bar begins is an end
that nobody stumbles over; with no beat to be heard it takes the last seconds. Not for loops, which have no end, nor for
`dsp.fades`.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.engine.api import AudioBlock

HELD_S = 8.0
"""The last so many seconds wait until it is known that they are the last."""

LEAST_S, WITHOUT_BEATS_S = 1.0, 2.0


def ended(blocks: Iterator[AudioBlock]) -> Iterator[AudioBlock]:
    """Let each take of a stream come to an end.

    Args:
        blocks: Of whole clips; the last seconds of each are held back until its end.

    Yields:
        The same, a take's last block faded. A take that a stop cuts short is handed over as far as it is not held.
    """
    takes = dict[tuple[int, int], _Held]()
    for block in blocks:
        held = takes.setdefault((block.prompt, block.take), _Held())
        ready = held.push(block)
        if ready is not None:
            yield ready


class _Held:
    """A take whose last seconds wait."""

    def __init__(self) -> None:
        self._samples: Samples | None = None
        self._heard: list[Samples] = []

    def push(self, block: AudioBlock) -> AudioBlock | None:
        """Take the next block; return what is ready, if anything."""
        rate, new = block.audio.sample_rate, block.audio.samples
        waiting = new if self._samples is None else np.concatenate([self._samples, new])
        start = block.start_frame + len(new) - len(waiting)
        self._heard.append(new)
        if block.is_last:
            whole = Audio(np.concatenate(self._heard), rate)
            return replace(block, start_frame=start, audio=Audio(faded(whole).samples[-len(waiting) :], rate))
        out = max(len(waiting) - round(HELD_S * rate), 0)
        self._samples = waiting[out:]
        return replace(block, start_frame=start, audio=Audio(waiting[:out], rate)) if out else None


def faded(clip: Audio) -> Audio:
    """Return a clip that fades out from where its last bar begins, or the one before if that is too short.

    Args:
        clip: The whole of it.
    """
    first = clip.frames - min(round(_fade_s(clip) * clip.sample_rate), clip.frames)
    angle = np.linspace(0, np.pi / 2, clip.frames - first, dtype=np.float32)
    samples = clip.samples.copy()
    samples[first:] *= (np.cos(angle) ** 2)[:, np.newaxis]  # [frames, 1]
    return Audio(samples, clip.sample_rate)


def _fade_s(clip: Audio) -> float:
    from musicgen_studio.analysis.beats import find_beats  # late: it loads torch

    bars = find_beats(clip)
    if bars is None:
        return WITHOUT_BEATS_S
    end_s, grid = clip.duration_s, bars.tempo_map
    bar = int(grid.bar_at(end_s - LEAST_S))
    return min(end_s - grid.bar_s(bar), HELD_S)
