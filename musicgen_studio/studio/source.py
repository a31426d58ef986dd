"""Sound files that go into a clip: a melody to follow, a sound to continue. Not for writing clips (`generate`)."""

from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.audiofile import read
from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.recipe import SourceFile, portable_path


@dataclass(frozen=True, slots=True)
class Source:
    """A sound file that was read.

    Args:
        audio: The sound.
        record: What a clip's record says of it.
    """

    audio: Audio
    record: SourceFile


def open_source(path: Path, frames: int | None = None) -> Source:
    """Read a sound file, or its first frames, and note which one it was.

    Args:
        path: The file.
        frames: How much to take of it, in its own frames, 1 or more; None is all.

    Raises:
        UserProblem: If it cannot be read.
    """
    audio = read(path)
    if frames is not None:
        audio = Audio(audio.samples[:frames], audio.sample_rate)
    return Source(audio, SourceFile(portable_path(path), file_sha256(path), frames))


def reopen_source(record: SourceFile, recipe_file: Path, given: Path | None, option: str) -> Source:
    """Read the very file a record names: where it was, or beside the record.

    Args:
        record: What the record says.
        recipe_file: The record, for the folder it lies in.
        given: Where the person says the file is now, or None.
        option: How they can say so, such as `--melody`.

    Raises:
        UserProblem: If it is gone, unreadable, or no longer the same.
    """
    known = Path(record.file).expanduser()
    places = [given] if given is not None else [known, recipe_file.parent / known.name]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise UserProblem(
            "A sound file that went into the clip was not found.",
            f"It was {record.file}.",
            f"Say where it is now with {option} FILE.",
        )
    source = open_source(found, record.frames)
    if source.record.sha256 != record.sha256:
        raise UserProblem(
            "A sound file that went into the clip has changed.",
            f"{found} has the sha256 {source.record.sha256[:12]}…, the record says {record.sha256[:12]}….",
            f"Say where the unchanged file is with {option} FILE.",
        )
    return source
