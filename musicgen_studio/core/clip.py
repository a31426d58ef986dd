"""A clip as the library knows it: what it is called, what made it, and where it stands among others.

Its sound is a file that never changes; everything here but the sound can be edited. Not for reading or writing files.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from musicgen_studio.core.analysis import Analysis, bpm_text

STEMS_IN_ORDER = ("drums", "bass", "lead", "vocals", "guitar", "piano", "other")
"""In which order stems are listed, whatever order they came in."""

_READ_AT_ONCE = 16_384  # analyses kept as they were read: a library is sorted by them


class Origin(StrEnum):
    """How a clip came to be."""

    GENERATED = "generated"
    IMPORTED = "imported"
    RECORDED = "recorded"
    RECOVERED = "recovered"
    STEM = "stem"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of the library.

    Args:
        id: 32 hex digits, never used twice.
        title: What the musician calls it; not empty.
        origin: How it came to be.
        created: When, in UTC, ISO 8601 with seconds, such as `2026-01-31T12:00:00+00:00`.
        frames: Length in audio frames.
        sample_rate: In Hz.
        channels: 1 or 2, as many as the sound has.
        prompt: The words it was made from; empty for sound that was not generated.
        seed: Of its take, None where it was not generated.
        checkpoint: Id of the checkpoint that made it, or empty.
        licence: Under which terms it may be used, or empty where that is the musician's own matter.
        recipe: The JSON text that makes it again (`studio.recipe`), or empty.
        parent: Id of the clip it was made from, or None.
        is_complete: False if its run was stopped or cut off.
        is_starred: Marked by the musician.
        tags: Lower-case words in order, none twice.
        tempo_bpm: In beats per minute, if known.
        is_missing: Its sound file was not there at the last look.
        trashed: When it was moved to the trash, like `created`; None if it was not.
        melody_similarity: How far it follows the melody it was made from, 0 to 1 (`dsp.chroma.similarity`); None
            without one.
        stem: Which part of its parent it is, such as `drums`; empty unless its origin is a stem.
        key: Its key by name, such as `A minor`, if it is sure; else empty.
        analysis: What is known of its tempo, bars and key, and how surely, as `core.analysis.Analysis.to_json` writes
            it; empty if nobody has listened yet. See `known`.
    """

    id: str
    title: str
    origin: Origin
    created: str
    frames: int
    sample_rate: int
    channels: int
    prompt: str = ""
    seed: int | None = None
    checkpoint: str = ""
    licence: str = ""
    recipe: str = ""
    parent: str | None = None
    is_complete: bool = True
    is_starred: bool = False
    tags: tuple[str, ...] = ()
    tempo_bpm: float | None = None
    is_missing: bool = False
    trashed: str | None = None
    melody_similarity: float | None = None
    stem: str = ""
    key: str = ""
    analysis: str = ""

    def __post_init__(self) -> None:
        if (self.origin is Origin.STEM) is not bool(self.stem):
            raise ValueError(f"stem must be named for a stem and for nothing else, got {self.origin!s}, {self.stem!r}")
        if not self.title.strip():
            raise ValueError("title must not be empty")
        for name in ("frames", "sample_rate", "channels"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)}")

    @property
    def known(self) -> Analysis | None:
        """What is known of its tempo, bars and key; None if nobody has listened yet, or nobody can read it any more."""
        return _read(self.analysis) if self.analysis else None

    @property
    def bpm(self) -> float | None:
        """Its tempo, sure or only guessed (`Analysis.tempo_text` says which); None if there is none."""
        if self.tempo_bpm is not None or self.known is None:
            return self.tempo_bpm
        return self.known.bpm

    @property
    def key_name(self) -> str:
        """Its key by name, sure or only guessed (`Analysis.key_text` says which); empty if there is none."""
        if self.key or self.known is None or self.known.key is None:
            return self.key
        return self.known.key.name

    @property
    def music_text(self) -> str:
        """Its tempo and key in a few words, such as `125 bpm? · A minor`, guesses with a mark; empty without any."""
        if self.known is None:
            return "" if self.tempo_bpm is None else f"{bpm_text(self.tempo_bpm)} bpm"
        return " · ".join(text for text in (self.known.tempo_text, self.known.key_text) if text)

    @property
    def stem_place(self) -> int:
        """Where it stands among the stems of its clip; what has no place of its own comes last."""
        known = self.stem.lower() in STEMS_IN_ORDER
        return STEMS_IN_ORDER.index(self.stem.lower()) if known else len(STEMS_IN_ORDER)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    @property
    def sound_bytes(self) -> int:
        """How much room its sound takes on the disk: 32 bits a sample, as masters have."""
        return self.frames * self.channels * 4


@lru_cache(_READ_AT_ONCE)
def _read(analysis: str) -> Analysis | None:
    try:
        return Analysis.from_json(analysis)
    except ValueError:
        return None
