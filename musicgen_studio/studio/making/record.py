"""The JSON beside a clip: everything that made it, and enough to make the same samples again.

The takes of a prompt are made in one batch, with those of other prompts if that was asked for, and a batch of another
size adds its floating-point numbers in another order: one take made alone differs from the same take made among four.
So a clip is made again by making the whole batch (prompts, seed, takes) and keeping the one clip. What was made before
and after that batch does not matter.

Reading is strict: a file with a key too many, one too few or a value of the wrong type was not written by this program,
and guessing would give other samples. Not for making clips (`make`).
"""

import json
import sys
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry
from musicgen_studio.checkpoints.fingerprint import fingerprint
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat

FORMAT = 3
"""2 had no prompts made together. 1 had no notes, no MIDI files, no melody that ends, and did not say how far a melody
was followed."""

MAX_BYTES = 4_000_000  # ours have two thousand, and 150 for each drawn note; a file this large is something else


def program_version() -> str:
    """Return the program's version, such as `0.1.0`."""
    return version("musicgen-studio")


def portable_path(path: Path) -> str:
    """Write a path so that it does not say who the user is, and is right in each of their homes: `~/songs/a.wav`."""
    path = path.resolve()
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else path.as_posix()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A sound or MIDI file that went in.

    Args:
        file: Where it was, `~` for the home folder.
        sha256: Of the whole file.
        frames: How many of its frames went in, from the first; None is all.
        track: Of a MIDI file, which track, from 1; None is all.
        channel: Of a MIDI file, which channel, 1 to 16; None is all.
    """

    file: str
    sha256: str
    frames: int | None = None
    track: int | None = None
    channel: int | None = None


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
class Recipe:
    """How one clip was made. The musical values are those of `GenerationRequest`, which has their ranges.

    Args:
        format: Version of this format, 3.
        prompt: The text.
        take: Which of the takes this clip is, from 0.
        takes: How many were made together.
        together: All prompts of the batch.
        place: Which of them is this clip's, from 0.
        seed: Of the request; take n used seed + n.
        duration_s: Seconds of new music asked for.
        guidance_scale: As asked for.
        temperature: As asked for.
        top_k: As asked for.
        top_p: As asked for.
        melody: The file of the melody that was followed, or None.
        melody_notes: The melody itself where it came from no file: drawn, played, or found in a hum and changed.
        melody_repeats: As asked for.
        melody_similarity: How far the clip follows the melody, 0 to 1 (`dsp.chroma.similarity`); None without one.
        continuation: The sound that was extended, or None.
        checkpoint: What made it.
        device: `cpu`, `cuda` or `mps`. Another device rounds differently.
        precision: `float32`, `bfloat16`, `float16` or `int8`. Another precision gives other samples.
        sound_format: Of the sound file.
        sample_rate: Of the sound file, in Hz.
        loudness_lufs: The loudness it was brought to, or None if it was left as it came.
        compressor: Whether peaks were rounded off.
        program_version: Of MusicGen Studio.
        created: When, in UTC, such as `2026-01-31T12:00:00+00:00`.
        frames: Length of the sound file.
        complete: False if the run was stopped before the end of the clip.
        licence: Under which terms the clip may be used: those of its checkpoint.
    """

    format: int
    prompt: str
    take: int
    takes: int
    together: tuple[str, ...]
    place: int
    seed: int
    duration_s: float
    guidance_scale: float
    temperature: float
    top_k: int
    top_p: float
    melody: SourceFile | None
    melody_notes: Melody | None
    melody_repeats: bool
    melody_similarity: float | None
    continuation: SourceFile | None
    checkpoint: CheckpointRecord
    device: str
    precision: str
    sound_format: SoundFormat
    sample_rate: int
    loudness_lufs: float | None
    compressor: bool
    program_version: str
    created: str
    frames: int
    complete: bool
    licence: str

    def request(self, melody: Audio | Melody | None, continuation: Audio | None) -> GenerationRequest:
        """Return the request that makes the clip again, as take `take` of prompt `place`.

        Args:
            melody: What is in the file `self.melody`, None if there was none.
            continuation: The sound of `self.continuation`, None if there was none.

        Raises:
            ValueError: If a value is out of range.
        """
        return GenerationRequest(
            prompts=self.together,
            duration_s=self.duration_s,
            melody=self.melody_notes or melody,
            melody_repeats=self.melody_repeats,
            continuation=continuation,
            guidance_scale=self.guidance_scale,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            seed=self.seed,
            takes=self.takes,
            together=len(self.together),
        )

    def to_json(self) -> str:
        """Return the text of the file, ending in a line break."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Read the text of a file.

        Raises:
            UserProblem: If it is no JSON, has unknown or missing keys, or a value of the wrong type.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _unusable(f"It is not JSON ({error}).") from error
        value = _upgraded(value)
        if isinstance(value, dict) and value.get("format", FORMAT) != FORMAT:
            raise _unusable(f"Its format is {value['format']!r:.40}; this program knows 1 to {FORMAT}.")
        recipe: Recipe = _convert("the record", cls, value)
        if not 0 <= recipe.take < recipe.takes:
            raise _unusable(f"take must be 0 to {recipe.takes - 1}, got {recipe.take}.")
        if recipe.prompt not in recipe.together[recipe.place : recipe.place + 1] or recipe.place < 0:
            raise _unusable(f"together must hold the prompt at place {recipe.place}.")
        return recipe

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a file.

        Raises:
            UserProblem: If it cannot be read, or is not as `from_json` wants it.
        """
        try:
            with path.open("rb") as file:
                text = file.read(MAX_BYTES).decode("utf-8-sig")
        except OSError as error:
            raise _unusable(f"{path}: {error.strerror}.", "Check the name and where the file is.") from error
        except UnicodeDecodeError as error:
            raise _unusable(f"{path} is not a text file.") from error
        try:
            return cls.from_json(text)
        except UserProblem as problem:
            raise _unusable(f"{path}: {problem.why}") from problem


def _unusable(why: str, what_to_do: str = "Choose the .json file that was written beside a clip.") -> UserProblem:
    return UserProblem("The record of the clip cannot be used.", why, what_to_do)


def _upgraded(value: object) -> object:
    """Bring a record of format 1 or 2 to format 3; anything else passes as it is."""
    if not isinstance(value, dict) or value.get("format") not in (1, 2):
        return value
    later: dict[str, object] = {"together": [value.get("prompt")], "place": 0}
    files: dict[str, object] = {}
    if value["format"] == 1:
        later |= {"melody_notes": None, "melody_repeats": True, "melody_similarity": None}
        files = {
            name: {"track": None, "channel": None} | file
            for name in ("melody", "continuation")
            if isinstance(file := value.get(name), dict)
        }
    return later | value | files | {"format": FORMAT}


def _convert(where: str, wanted: Any, value: object) -> Any:
    """Turn a JSON value into a field's type, or say what is wrong with it."""
    if isinstance(wanted, UnionType):
        inner = next(kind for kind in get_args(wanted) if kind is not type(None))
        return None if value is None else _convert(where, inner, value)
    if hasattr(wanted, "__dataclass_fields__"):
        return _convert_object(where, wanted, value)
    if get_origin(wanted) is tuple:
        return _convert_list(where, get_args(wanted)[0], value)
    if wanted is SoundFormat and isinstance(value, str) and value in list(SoundFormat):
        return SoundFormat(value)
    if wanted is float and type(value) is int and abs(value) < sys.float_info.max:
        return float(value)
    if type(value) is wanted and (type(value) is not float or isfinite(value)):  # a bool is no int here
        return value
    raise _unusable(f"{where} must be {_in_words(wanted)}, got {value!r:.40}.")


def _convert_object(where: str, wanted: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise _unusable(f"{where} must be an object, got {value!r:.40}.")
    names = [field.name for field in fields(wanted)]
    if unknown := sorted(set(value) - set(names)):
        raise _unusable(f"{where} has the unknown key {unknown[0]!r:.40}.")
    if missing := [name for name in names if name not in value]:
        raise _unusable(f"{where} lacks the key {missing[0]!r}.")
    kinds = get_type_hints(wanted)
    values = {name: _convert(name, kinds[name], value[name]) for name in names}
    try:
        return wanted(**values)
    except ValueError as error:
        raise _unusable(f"{where} holds a value that cannot be: {error}.") from error


def _convert_list(where: str, kind: Any, value: object) -> Any:
    if not isinstance(value, list):
        raise _unusable(f"{where} must be a list, got {value!r:.40}.")
    return tuple(_convert(f"{where} {number}", kind, each) for number, each in enumerate(value, start=1))


def _in_words(wanted: type) -> str:
    if wanted is SoundFormat:
        return "one of " + ", ".join(SoundFormat)
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[wanted]
