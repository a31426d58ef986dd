"""Beats and bars of a clip: by the net that comes with the program, by librosa where the net has nothing to say.

Counted from the clip's beginning, so that bar 0 is the first one in it. Any thread. Not for the net (`network`), for
making bars of what it hears (`bars`) or for librosa's beat tracker (`pulse`).
"""

from dataclasses import replace

from musicgen_studio.analysis import bars, pulse
from musicgen_studio.analysis.bars import Bars
from musicgen_studio.analysis.counting import shipped_counting
from musicgen_studio.analysis.frames import Frames, frames_of
from musicgen_studio.analysis.network import BeatNet, hear, shipped_net
from musicgen_studio.core.audio import Audio


def find_beats(
    audio: Audio, frames: Frames | None = None, net: BeatNet | None = None, *, is_counted: bool = True
) -> Bars | None:
    """Return the beats and bars of a clip, or None if there are hardly any.

    Args:
        audio: Any sound.
        frames: Its frames, if they are known.
        net: What hears; None is the one that comes with the program.
        is_counted: Whether tempo, metre and first beat are chosen by the rhythm of a bar (`counting`). Clips with an
            end are made again by what is heard without, sample for sample, so that stays as it is.
    """
    net = net or shipped_net()
    heard = None
    if net is not None:
        bands = (frames or frames_of(audio)).bands
        heard = bars.find_bars(hear(bands, net), bands, shipped_counting() if is_counted else None)
    heard = heard or pulse.find_bars(audio)
    return heard and replace(heard, tempo_map=heard.tempo_map.covering(audio.duration_s))
