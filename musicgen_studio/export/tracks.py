"""The tracks of a song as sound files: at one rate, as long as each other, under one gain, none processed.

Stems add up to the song sample by sample at every rate: the last one is written as what the others leave of it.

One after the other, so that minutes of five stems are not in memory together. Not for where they go: a folder
(`stems`) or a project (`projects`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.names import clean_name, folded, numbered
from musicgen_studio.core.song import Song
from musicgen_studio.dsp.resample import resample
from musicgen_studio.export.names import suggested_name
from musicgen_studio.files.marks import texts, whole_chunks
from musicgen_studio.files.sound import SoundFormat, encoded

TRACK_FORMATS = (SoundFormat.WAV24, SoundFormat.WAV16, SoundFormat.WAV32F, SoundFormat.FLAC)
"""What keeps the length of a sound to the frame."""

OnShare = Callable[[float], None]

_LEVEL_SHARE = 0.3
_BELOW_FULL_SCALE = 1 - 2**-12  # where all are turned down: room for the steps by which the last stem differs


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """How the tracks of a song are written.

    Args:
        sample_rate: In Hz, or None for the song's own.
        sound_format: One of `TRACK_FORMATS`.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    sample_rate: int | None = None
    sound_format: SoundFormat = SoundFormat.WAV24

    def __post_init__(self) -> None:
        if self.sample_rate is not None and not 8000 <= self.sample_rate <= 192_000:
            raise ValueError(f"sample_rate must be 8000 to 192000 or None, got {self.sample_rate}")
        if self.sound_format not in TRACK_FORMATS:
            allowed = ", ".join(TRACK_FORMATS)
            raise ValueError(f"sound_format must be {allowed}, as others change the length, got {self.sound_format}")


@dataclass(frozen=True, slots=True)
class Levels:
    """What all tracks have in common.

    Args:
        sample_rate: At which they are written, in Hz.
        gain: For each of them: 1, or less where any of them, or the whole, goes beyond full scale.
    """

    sample_rate: int
    gain: float


@dataclass(frozen=True, slots=True)
class Track:
    """One track, ready to be put in place.

    Args:
        name: Which part of the song, empty for all of it.
        file: What its file is called, ending included.
        content: The file.
        frames: How many frames it has.
        sample_rate: In Hz.
        channels: 1 or 2.
    """

    name: str
    file: str
    content: bytes | bytearray
    frames: int
    sample_rate: int
    channels: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate


def measure(song: Song, settings: TrackSettings, on_share: OnShare = lambda _share: None) -> Levels:
    """Listen to all tracks once, to know what they have to have in common.

    Args:
        song: Whose.
        settings: As they will be written.
        on_share: Told how much is done, 0 to 1; what it raises ends the work.
    """
    rate = settings.sample_rate or song.clip.sample_rate
    others = list(song.stems.values())[:-1]
    mix = resample(song.mix(), rate)
    rest = _Rest(mix, settings) if song.stems else None
    peak = float(np.abs(mix.samples).max(initial=0.0))
    highest = 0.0  # of the stems
    for number, load in enumerate(others, start=1):
        on_share(number / (len(others) + 1))
        stem = resample(load(), rate)
        peak, highest = _louder(peak, highest, stem)
        if rest is not None:
            rest.take(stem)
    if rest is not None:
        peak, highest = _louder(peak, highest, rest.audio())
    on_share(1.0)
    # A stem that rounds to full scale would lose the step that whole numbers lack there, and the sum with it.
    is_too_high = peak > 1 or highest >= 1 - 0.5 / _full_scale(settings)
    is_clipped = is_too_high and settings.sound_format is not SoundFormat.WAV32F
    return Levels(rate, _BELOW_FULL_SCALE / peak if is_clipped else 1.0)


def _louder(peak: float, highest: float, audio: Audio) -> tuple[float, float]:
    """Return the loudest and the highest sample so far, with those of another sound."""
    samples = audio.samples
    return max(peak, float(np.abs(samples).max(initial=0.0))), max(highest, float(samples.max(initial=0.0)))


def _full_scale(settings: TrackSettings) -> int:
    """Return how many steps a sample has from 0 to full scale; of floats, those that the last stem is made in."""
    return 1 << 15 if settings.sound_format is SoundFormat.WAV16 else 1 << 23


class _Rest:
    """What the other stems leave of a song: its last stem, which makes the files add up step by step.

    Resampling and rounding stem by stem would leave the sum off by a step or two.

    Args:
        mix: The song as it is written.
        settings: How it is written.
    """

    def __init__(self, mix: Audio, settings: TrackSettings) -> None:
        self._full_scale = np.float32(_full_scale(settings))  # in steps
        self._sample_rate = mix.sample_rate
        self._steps = self._as_steps(mix)

    def take(self, stem: Audio) -> Audio:
        """Take another stem out, and return it as it is to be written."""
        steps = self._as_steps(stem)
        self._steps -= steps
        return Audio(steps.astype(np.float32) / self._full_scale, self._sample_rate)

    def audio(self) -> Audio:
        """Return what is left."""
        return Audio(self._steps.astype(np.float32) / self._full_scale, self._sample_rate)

    def _as_steps(self, audio: Audio) -> npt.NDArray[np.int32]:
        steps: npt.NDArray[np.int32] = np.rint(np.clip(audio.samples, -16, 16) * self._full_scale).astype(np.int32)
        return steps


def file_names(song: Song, settings: TrackSettings, title_units: int) -> list[str]:
    """Return what the files of a song's tracks are called, in their order: none like another.

    Args:
        song: Whose.
        settings: For the ending.
        title_units: As for `suggested_name`.
    """
    seen: set[str] = set()
    found = []
    for part in song.parts:
        name = suggested_name(song.clip.title, song.tempo_bpm, song.key, part, title_units=title_units)
        free = next(one for one in numbered(clean_name(name), " ") if folded(one) not in seen)
        seen.add(folded(free))
        found.append(f"{free}{settings.sound_format.extension}")
    return found


def longest_rest(song: Song, settings: TrackSettings) -> str:
    """Return the longest of what comes behind the title in the names of a song's tracks, ending included."""
    title = "x" * 60
    names = (suggested_name(title, song.tempo_bpm, song.key, part) for part in song.parts)
    return max((name.removeprefix(title) for name in names), key=len) + settings.sound_format.extension


def tracks(
    song: Song,
    names: Sequence[str],
    settings: TrackSettings,
    levels: Levels,
    on_share: OnShare = lambda _share: None,
) -> Iterator[Track]:
    """Yield the tracks of a song, encoded: its stems, or the whole where it has none.

    Args:
        song: Whose.
        names: Of their files, from `file_names`.
        settings: How they are written.
        levels: From `measure`.
        on_share: Told how much is done, 0 to 1; what it raises ends the work.

    Raises:
        UserProblem: If the format cannot hold the sound.
    """
    rest = _Rest(_leveled(song.mix(), levels), settings) if song.stems else None
    for number, (name, load) in enumerate(song.parts.items()):

        def tell(share: float, number: int = number) -> None:
            on_share((number + share) / len(song.parts))

        tell(0.0)
        if rest is not None and number == len(song.parts) - 1:
            audio = rest.audio()
        else:
            audio = _leveled(load(), levels, lambda share, tell=tell: tell(0.4 * share))  # type: ignore[misc]
            audio = audio if rest is None else rest.take(audio)
        content = encoded(
            names[number],
            audio,
            settings.sound_format,
            texts(song.clip, song.tempo_bpm, song.key),
            wave_chunks=whole_chunks(song.clip, audio, song.tempo, song.key, song.markers),
            on_block=lambda frames, all_frames=audio.frames, tell=tell: tell(0.4 + 0.5 * frames / all_frames),  # type: ignore[misc]
        )
        yield Track(name, names[number], content, audio.frames, audio.sample_rate, audio.channels)
        tell(1.0)


def _leveled(audio: Audio, levels: Levels, on_share: OnShare = lambda _share: None) -> Audio:
    audio = resample(audio, levels.sample_rate, on_share)
    return audio if levels.gain == 1 else Audio(audio.samples * np.float32(levels.gain), audio.sample_rate)


def shares(on_share: OnShare) -> tuple[OnShare, OnShare]:
    """Return whom `measure` and `tracks` tell how far they are, so that together they go from 0 to 1."""
    return (
        lambda share: on_share(_LEVEL_SHARE * share),
        lambda share: on_share(_LEVEL_SHARE + (1 - _LEVEL_SHARE) * share),
    )
