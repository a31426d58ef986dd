"""Which clips are to be judged: the sound files of a folder with the records beside them, or clips of the library.

Not for judging (`evaluation.fidelity`).
"""

from collections.abc import Iterator
from pathlib import Path

from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.files.sound import EXTENSIONS
from musicgen_studio.library.library import Library
from musicgen_studio.studio.making.record import Record


def clips_in(folder: Path) -> list[JudgedClip]:
    """Return the sound files of a folder, in the order of their names; the prompt is that of the record beside it.

    Args:
        folder: It; what lies in folders within does not count.

    Raises:
        UserProblem: If there is no such folder, or no sound in it.
    """
    if not folder.is_dir():
        why = f"{folder} is {'a file' if folder.exists() else 'not there'}."
        raise UserProblem("There are no clips to judge.", why, "Name a folder with sound files.")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in EXTENSIONS and path.is_file())
    if not files:
        raise UserProblem("There are no clips to judge.", f"{folder} holds no sound file.", "Name another folder.")
    return [JudgedClip(path.stem, path, _prompt(path.with_suffix(".json"))) for path in files]


def _prompt(record: Path) -> str:
    """Return the prompt of a record; nothing of a file that is none, which others may keep beside their sounds."""
    try:
        return Record.read(record).prompt if record.is_file() else ""
    except UserProblem:
        return ""


def clips_of(library: Library, words: str) -> Iterator[JudgedClip]:
    """Yield the clips of the library that are found by words, as its search field finds them.

    Args:
        library: It; open as long as clips are read.
        words: What was typed; all clips if nothing.

    Raises:
        UserProblem: If none is found, or the sound of one is gone.
    """
    found = library.clips(words, missing=False)
    if not found:
        raise UserProblem(
            "There are no clips to judge.", f"The library has none for “{words}”.", "Search for something else."
        )
    for clip in found:
        library.check_sound(clip.id)  # follows a file that somebody has moved
        yield JudgedClip(clip.title, library.sound_file(clip.id), clip.prompt)
