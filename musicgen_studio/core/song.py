"""What a clip takes along into another program: its sound, its stems, and all that is known of its music.

Sounds are functions, so that minutes of five stems are not in memory together. Not for how they are written (`export`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Key, Melody
from musicgen_studio.core.tempo_map import TempoMap

Load = Callable[[], Audio]
"""Returns a sound; called when its turn comes, maybe more than once, and gives the same each time."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A place or a stretch of a song that has a name, such as a passage.

    Args:
        name: As it is shown; may be empty.
        start_s: Where it begins, 0 or more.
        end_s: Where it ends, later; None for a place.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    name: str
    start_s: float
    end_s: float | None = None

    def __post_init__(self) -> None:
        if not self.start_s >= 0 or not isfinite(self.start_s):
            raise ValueError(f"start_s must be 0 or more, got {self.start_s}")
        if self.end_s is not None and (not self.end_s > self.start_s or not isfinite(self.end_s)):
            raise ValueError(f"end_s must be above {self.start_s} or None, got {self.end_s}")


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A clip with what belongs to it.

    Args:
        clip: What it is called and where it comes from; its length, rate and channels are those of all sounds here.
        mix: Its sound.
        stems: Its parts by name, in order, which add up to it; empty if it was not taken apart.
        tempo: Its beats and bars, None if they are not known.
        key: Its key, None if it is not known.
        markers: In any order.
        melody: The hum it was made from, None without one. It begins where the clip begins.
    """

    clip: Clip
    mix: Load
    stems: Mapping[str, Load] = field(default_factory=dict)
    tempo: TempoMap | None = None
    key: Key | None = None
    markers: tuple[Marker, ...] = ()
    melody: Melody | None = None

    @property
    def tempo_bpm(self) -> float | None:
        """Quarter notes per minute, as other programs count the tempo: of its beats, or what the clip says."""
        return self.clip.tempo_bpm if self.tempo is None else self.tempo.quarter_bpm

    @property
    def parts(self) -> Mapping[str, Load]:
        """What its tracks are: its stems, or the whole under an empty name where there are none."""
        return self.stems or {"": self.mix}
