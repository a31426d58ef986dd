"""Where live music can stop so that nobody stumbles: at the end of a phrase, faded over its last bar.

A phrase is four bars, counted from the beginning of the music. The bars are those heard in the last seconds, carried on
at their tempo both ways: after minutes, or another tempo, four bars are still four bars, but which of them is the first
is a guess. Not for clips (`studio.making.ending`).
"""

from collections.abc import Callable
from math import ceil

from musicgen_studio.core.audio import Audio, Samples

HEARD_S = 16.0
"""How much is listened to."""

LEAST_S = 2.0
"""The end is at least so far away: finding it takes a while, and the fade some."""

WITHOUT_BEATS_S = 4.0

PHRASE_BARS = 4


def phrase_end(
    first: int, samples: Samples, sample_rate: int, made: Callable[[], int] | None = None
) -> tuple[int, float]:
    """Find where the phrase ends that is a few seconds away.

    Args:
        first: The first of the samples, in audio frames from the beginning of the music.
        samples: What was made last, `[frames, channels]`.
        sample_rate: In Hz.
        made: Asked once it was listened: how much there is by then, in audio frames from the beginning of the music;
            None where no more came meanwhile.

    Returns:
        At which audio frame it is to be silent, and how long it fades out before, in seconds: the last bar, or without
        beats some seconds.
    """
    from musicgen_studio.analysis.beats import find_beats  # late: it loads the beat net

    bars = find_beats(Audio(samples, sample_rate)) if len(samples) > 4 * sample_rate else None
    end = first + len(samples) if made is None else made()
    if bars is None:
        return end + round((LEAST_S + WITHOUT_BEATS_S) * sample_rate), WITHOUT_BEATS_S
    grid = bars.tempo_map
    wanted_s = (end - first) / sample_rate + LEAST_S
    begin = round(grid.bar_at(-first / sample_rate))  # of the music
    bar = ceil(grid.bar_at(wanted_s) - 1e-6) + 1
    bar += (begin - bar) % PHRASE_BARS
    begins_s, ends_s = grid.bar_s(bar - 1), grid.bar_s(bar)
    return first + round(ends_s * sample_rate), ends_s - begins_s
