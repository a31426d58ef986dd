"""What is wished: the music, and what becomes of its sound. Serialisable, so that it can wait on disk or go elsewhere.

It names files by where they are and what is in them; `source` opens them. It holds no other path of this computer: the
checkpoint and the folder for the clips are chosen where it is made. Not for what came of it (`record`).
"""

from dataclasses import dataclass, field
from pathlib import Path

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry
from musicgen_studio.checkpoints.fingerprint import fingerprint
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.plan import Grid
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files import midi
from musicgen_studio.files.sound import SoundFormat


def portable_path(path: Path) -> str:
    """Write a path so that it does not say who the user is, and is right in each of their homes: `~/songs/a.wav`."""
    path = path.resolve()
    home = Path.home().resolve()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else path.as_posix()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A sound or MIDI file that went in.

    Args:
        file: Where it was, `~` for the home folder.
        sha256: Of the whole file.
        frames: How many of its frames went in, from `first` on; None is all.
        track: Of a MIDI file, which track, from 1; None is all.
        channel: Of a MIDI file, which channel, 1 to 16; None is all.
        separator: Of a mix, which separator's lead and other went in without the rest (`mix.lead_and_other`); None is
            all of the sound.
        first: The first of its frames that went in.
    """

    file: str
    sha256: str
    frames: int | None = None
    track: int | None = None
    channel: int | None = None
    separator: str | None = None
    first: int = 0

    @property
    def is_all_of_a_sound(self) -> bool:
        """Whether it is a sound that went in with everything that sounds, were it a mix or not."""
        return self.separator is None and not midi.is_midi(Path(self.file))


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """The checkpoint that was used.

    Args:
        id: Its name, see `checkpoints.catalogue`.
        sha256: Its fingerprint, see `checkpoints.fingerprint`.
        licence: Of its weights.
        folder: `starter`, or where it was, `~` for the home folder.
    """

    id: str
    sha256: str
    licence: str
    folder: str

    @classmethod
    def of(cls, entry: CheckpointEntry) -> "CheckpointRecord":
        """Record a checkpoint. The first time its files are hashed, which takes seconds for a large one.

        Raises:
            UserProblem: If the folder holds no checkpoint, or a file cannot be read.
        """
        folder = STARTER if entry.is_shipped else portable_path(entry.folder)
        return cls(entry.id, fingerprint(entry.folder), entry.licence, folder)


@dataclass(frozen=True, slots=True)
class LaterPassage:
    """What follows the prompt from a time on; see `core.passages.Passage`.

    Args:
        start_s: When it begins, in seconds of new music.
        prompt: What it is.
        morph_s: Seconds in which the music goes over into it.
        melody: The file of its own melody, or None.
        melody_notes: Its own melody where that came from no file.
    """

    start_s: float
    prompt: str
    morph_s: float = 0.0
    melody: SourceFile | None = None
    melody_notes: Melody | None = None


@dataclass(frozen=True, slots=True)
class Sounds:
    """What is in the files that an order names.

    Args:
        melody: Of `Order.melody`.
        continuation: Of `Order.continuation`.
        after: Of `Order.after`.
        passages: Of each passage's melody, in order; None where it has no file.
    """

    melody: Audio | Melody | None = None
    continuation: Audio | None = None
    after: Audio | None = None
    passages: tuple[Audio | Melody | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What to make, and what to make of it.

    The musical values are those of `GenerationRequest`, which has their ranges.

    Args:
        prompts: One or many.
        duration_s: Seconds of new music for each prompt.
        takes: How many versions of each.
        seed: Start of the random numbers.
        together: How many prompts are made at a time.
        guidance_scale: None here, as in the three that follow, is what the checkpoint says of itself.
        temperature: How adventurous.
        top_k: Among how many sounds.
        top_p: Among the likeliest.
        melody: The file of the melody to follow, or None.
        melody_notes: The melody itself where it came from no file: drawn, played, or found in a hum and changed.
        melody_repeats: Whether a melody shorter than the music begins again.
        continuation: The sound to go on from, or None.
        after: The sound that the new music is to lead into, or None.
        aligned: As in `GenerationRequest`, like `ends` and `endings`.
        passages: What follows the prompt later on.
        shared: The words that all prompts here begin with, where they were written once before all; for showing.
        grid: The stated tempo by whose bars the passages were placed, or None; for showing.
        ends: Whether the music comes to an end.
        endings: Among how many versions of its last bars one is looked for that ends by itself; 0 is a fade.
        finish: What becomes of the sound on its way into a file.
    """

    prompts: tuple[str, ...]
    duration_s: float = 8.0
    takes: int = 1
    seed: int = 0
    together: int = 1
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    melody: SourceFile | None = None
    melody_notes: Melody | None = None
    melody_repeats: bool = True
    continuation: SourceFile | None = None
    after: SourceFile | None = None
    aligned: bool = False
    passages: tuple[LaterPassage, ...] = ()
    shared: str = ""
    grid: Grid | None = None
    ends: bool = False
    endings: int = 0
    finish: FinishSettings = field(default_factory=lambda: FinishSettings(SoundFormat.WAV32F))

    def request(self, sounds: Sounds) -> GenerationRequest:
        """Return what an engine takes.

        Args:
            sounds: What is in the files that are named here.

        Raises:
            ValueError: If a value is out of range.
        """
        own = sounds.passages or (None,) * len(self.passages)
        return GenerationRequest(
            prompts=self.prompts,
            duration_s=self.duration_s,
            melody=self.melody_notes or sounds.melody,
            melody_repeats=self.melody_repeats,
            continuation=sounds.continuation,
            after=sounds.after,
            aligned=self.aligned,
            ends=self.ends,
            endings=self.endings,
            passages=tuple(
                Passage(later.start_s, later.prompt, later.melody_notes if sound is None else sound, later.morph_s)
                for later, sound in zip(self.passages, own, strict=True)
            ),
            guidance_scale=self.guidance_scale,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            seed=self.seed,
            takes=self.takes,
            together=self.together,
        )
