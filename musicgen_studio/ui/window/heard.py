"""One clip that is shown, with its sound as far as it is made or read. Not for playing it (`listening`)."""

from dataclasses import dataclass

from musicgen_studio.core.clip import Clip
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.evaluation.ranking import Ranked
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.playable import PlayableSound
from musicgen_studio.studio.arranging.opening import Opening
from musicgen_studio.ui.panels.takes_strip import TakeView

TAKE_COLUMNS = 96


@dataclass(slots=True)
class Heard:
    """One clip with its sound, as far as it is made or read.

    Args:
        clip: What is known of it.
        sound: Its sound, growing.
        peaks: Its peaks, which follow the sound.
        opening: What reads it from the library; None for one that is being made.
        shown_frames: How much of the peaks is on the screen.
        is_catching_up: Whether its peaks are being taken in the background.
        ranked: What speaks for it among its takes, where that was measured.
        number: Its own among the takes of its order, from 0; it keeps it when others are gone.
    """

    clip: Clip
    sound: GrowingSound
    peaks: PeakPyramid
    opening: Opening | None = None
    shown_frames: int = 0
    is_catching_up: bool = False
    ranked: Ranked | None = None
    number: int = 0

    @property
    def is_making(self) -> bool:
        """Whether it is still being made."""
        return self.opening is None and not self.sound.is_ended

    @property
    def audible(self) -> PlayableSound:
        """What is played of it: a take that was sung to the metronome with its clicks, where that is wanted."""
        return self.sound if self.opening is None else self.opening.audible

    @property
    def behind_frames(self) -> int:
        """How much of its sound is still to be taken into the peaks, and not by whoever reads it."""
        return 0 if self.opening is not None else self.sound.frames - self.peaks.frames

    def catch_up(self) -> None:
        """Take new sound into the peaks."""
        if self.behind_frames:
            self.peaks.append(self.sound.read(self.peaks.frames, self.behind_frames))

    def has_grown(self) -> bool:
        """Tell whether there is more to be seen than was asked about before."""
        before, self.shown_frames = self.shown_frames, self.peaks.frames
        return self.shown_frames != before


def take_view(heard: Heard) -> TakeView:
    """Return what the strip of takes shows of it."""
    peaks = None
    if heard.peaks.frames:
        mins, maxs = heard.peaks.query(0, heard.sound.expected_frames, TAKE_COLUMNS)
        peaks = (mins.min(axis=1), maxs.max(axis=1))
    made = heard.sound.frames / max(heard.sound.expected_frames, 1)
    return TakeView(peaks, made, heard.clip.melody_similarity, heard.ranked)
