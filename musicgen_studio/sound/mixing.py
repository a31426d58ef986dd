"""Sounds that are made from others at the moment they are played: stems with levels, clicks over a clip, A or B.

What is changed is heard as soon as what was read ahead is over; nothing is computed twice and nothing is stored. Not
for files: these mixes are only heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.sound.metronome import Clicks, ClickSounds
from musicgen_studio.sound.playable import PlayableSound

RAMP_S = 0.01
"""A changed level is reached after so long, so that it does not click."""


@dataclass(frozen=True, slots=True)
class LaneLevel:
    """How one of several sounds is heard.

    Args:
        level_db: -60 to 12 dB.
        is_muted: Whether it is silent.
        is_solo: Whether only it, and others that are solo, are heard.

    Raises:
        ValueError: If the level is out of range.
    """

    level_db: float = 0.0
    is_muted: bool = False
    is_solo: bool = False

    def __post_init__(self) -> None:
        if not -60 <= self.level_db <= 12:
            raise ValueError(f"level_db must be -60 to 12, got {self.level_db}")


def gains(levels: Sequence[LaneLevel]) -> list[float]:
    """Return the factor for each lane: solo silences those that are not, mute silences in any case."""
    has_solo = any(level.is_solo for level in levels)
    return [
        0.0 if level.is_muted or (has_solo and not level.is_solo) else 10 ** (level.level_db / 20) for level in levels
    ]


class StemMix:
    """Several sounds of one rate and one form as one. `set_levels` belongs to any thread, `read` to one.

    Args:
        lanes: The sounds, at least one, of one rate and number of channels.

    Raises:
        ValueError: If they differ in rate or channels, or there is none.
    """

    def __init__(self, lanes: Sequence[PlayableSound]) -> None:
        if not lanes or len({(lane.sample_rate, lane.channels) for lane in lanes}) > 1:
            raise ValueError("lanes must be one or more sounds of one rate and number of channels")
        self._lanes = tuple(lanes)
        self._wanted = np.ones(len(lanes), np.float32)
        self._reached = self._wanted  # as they were at the end of what was read last

    def set_levels(self, levels: Sequence[LaneLevel]) -> None:
        """Let each lane be heard otherwise from now on."""
        self._wanted = np.asarray(gains(levels), np.float32)

    @property
    def sample_rate(self) -> int:
        """That of all lanes."""
        return self._lanes[0].sample_rate

    @property
    def channels(self) -> int:
        """Those of all lanes."""
        return self._lanes[0].channels

    @property
    def frames(self) -> int:
        """As far as all lanes are there."""
        return min(lane.frames for lane in self._lanes)

    @property
    def expected_frames(self) -> int:
        """As far as the longest will be."""
        return max(lane.expected_frames for lane in self._lanes)

    @property
    def largest_block_frames(self) -> int:
        """As of the lane whose are largest."""
        return max(lane.largest_block_frames for lane in self._lanes)

    @property
    def is_ended(self) -> bool:
        """Whether all have ended."""
        return all(lane.is_ended for lane in self._lanes)

    def read(self, start: int, count: int) -> Samples:
        """Return the lanes' sum, as `GrowingSound.read` does; a changed level is approached over `RAMP_S`."""
        wanted, reached = self._wanted, self._reached
        parts = [lane.read(start, min(count, max(self.frames - start, 0))) for lane in self._lanes]
        frames = min(map(len, parts))
        out = np.zeros((frames, self.channels), np.float32)
        ramp = min(round(RAMP_S * self.sample_rate), frames)
        for part, gain, before in zip(parts, wanted, reached, strict=True):
            if gain == before:
                out += part[:frames] * gain if gain != 1 else part[:frames]
            else:
                shape = np.full((frames, 1), gain, np.float32)
                shape[:ramp, 0] = np.linspace(before, gain, ramp, dtype=np.float32)
                out += part[:frames] * shape
        if frames:
            self._reached = wanted
        return out


class ClicksOnBeats:
    """The metronome's clicks on the beats of a tempo map, which may drift: what `metronome.Clicks` is for a steady one.

    Args:
        tempo_map: When the beats are.
        sample_rate: In Hz, above 0.

    Raises:
        UserProblem: If the program's own sound files are damaged.
    """

    def __init__(self, tempo_map: TempoMap, sample_rate: int) -> None:
        self._map, self._rate, self._sounds = tempo_map, sample_rate, ClickSounds(sample_rate)

    def add_to(self, out: Samples, start_frame: int) -> None:
        """Add the clicks that sound in a stretch of time, as `metronome.Clicks.add_to` does.

        Before the map's first beat and behind its last they go on at the tempo there, as the ruler does.
        """
        begin_s = (start_frame - self._sounds.longest_frames) / self._rate
        end_s = (start_frame + len(out)) / self._rate
        for beat in range(floor(self._map.beat_at(begin_s)), ceil(self._map.beat_at(end_s)) + 1):
            is_accent = (beat - self._map.first_downbeat) % self._map.beats_per_bar == 0
            self._sounds.add_to(out, start_frame, round(self._map.beat_s(beat) * self._rate), is_accent)


class ClickedSound:
    """A sound with the metronome's clicks over it.

    Args:
        sound: Any.
        clicks: At the sound's rate.
    """

    def __init__(self, sound: PlayableSound, clicks: Clicks | ClicksOnBeats) -> None:
        self._sound, self._clicks = sound, clicks

    @property
    def sample_rate(self) -> int:
        """The sound's."""
        return self._sound.sample_rate

    @property
    def channels(self) -> int:
        """The sound's."""
        return self._sound.channels

    @property
    def frames(self) -> int:
        """The sound's."""
        return self._sound.frames

    @property
    def expected_frames(self) -> int:
        """The sound's."""
        return self._sound.expected_frames

    @property
    def largest_block_frames(self) -> int:
        """The sound's."""
        return self._sound.largest_block_frames

    @property
    def is_ended(self) -> bool:
        """The sound's."""
        return self._sound.is_ended

    def read(self, start: int, count: int) -> Samples:
        """Return the sound with the clicks, as `GrowingSound.read` does."""
        out = self._sound.read(start, count).copy()
        self._clicks.add_to(out, start)
        return out


class ComparedSound:
    """Two sounds of which one is heard, both at the same place: switching goes over in `RAMP_S`.

    `choose` belongs to any thread, `read` to one.

    Args:
        first: One.
        second: Another, of the same rate and number of channels.
        gains_db: What each is turned up by, so that they are equally loud.

    Raises:
        ValueError: If they differ in rate or channels.
    """

    def __init__(self, first: PlayableSound, second: PlayableSound, gains_db: tuple[float, float] = (0.0, 0.0)) -> None:
        if (first.sample_rate, first.channels) != (second.sample_rate, second.channels):
            raise ValueError("first and second must have one rate and number of channels")
        self._sounds = (first, second)
        self._gains = tuple(np.float32(10 ** (gain_db / 20)) for gain_db in gains_db)
        self._wanted = self._reached = 0

    @property
    def chosen(self) -> int:
        """Which is heard, 0 or 1."""
        return self._wanted

    def choose(self, number: int) -> None:
        """Let the first (0) or the second (1) be heard from now on."""
        self._wanted = number

    @property
    def sample_rate(self) -> int:
        """That of both."""
        return self._sounds[0].sample_rate

    @property
    def channels(self) -> int:
        """Those of both."""
        return self._sounds[0].channels

    @property
    def frames(self) -> int:
        """As far as both are there; behind its end a sound is silent."""
        there = [sound.frames for sound in self._sounds if not sound.is_ended]
        return min(there) if there else max(sound.frames for sound in self._sounds)

    @property
    def expected_frames(self) -> int:
        """As far as the longer will be."""
        return max(sound.expected_frames for sound in self._sounds)

    @property
    def largest_block_frames(self) -> int:
        """As of the sound whose are larger."""
        return max(sound.largest_block_frames for sound in self._sounds)

    @property
    def is_ended(self) -> bool:
        """Whether both have ended."""
        return all(sound.is_ended for sound in self._sounds)

    def read(self, start: int, count: int) -> Samples:
        """Return what is heard, as `GrowingSound.read` does."""
        frames = min(count, max(self.frames - start, 0))
        wanted, before = self._wanted, self._reached
        out = self._part(wanted, start, frames)
        ramp = min(round(RAMP_S * self.sample_rate), frames)
        if wanted != before and ramp:
            share = ((np.arange(ramp, dtype=np.float32) + 0.5) / ramp)[:, np.newaxis]
            out[:ramp] = out[:ramp] * share + self._part(before, start, ramp) * (1 - share)
        if frames:
            self._reached = wanted
        return out

    def _part(self, number: int, start: int, frames: int) -> Samples:
        out = np.zeros((frames, self.channels), np.float32)
        part = self._sounds[number].read(start, frames) * self._gains[number]
        out[: len(part)] = part
        return out
