"""A melody as a MIDI file that stays: for dragging into other programs, whose projects may point at it from then on."""

from hashlib import sha256
from pathlib import Path

from musicgen_studio.core.melody import Key, Melody
from musicgen_studio.core.names import clean_name
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.library.library import Library

FOLDER = "melodies"


def lasting_midi(library: Library, melody: Melody, title: str, key: Key | None = None) -> Path:
    """Write a melody into the library's folder, under its title and a mark of what it holds. Nothing there is changed.

    Args:
        library: Whose folder.
        melody: The notes.
        title: What the file is called.
        key: For the key signature, or None.

    Raises:
        UserProblem: If it cannot be written.
    """
    folder = library.folder / FOLDER
    ensure_folder(folder)
    mark = sha256(repr((melody, key)).encode()).hexdigest()[:6]
    path = folder / f"{clean_name(title)} {mark}.mid"
    if not path.exists():
        write_midi(path, melody, key)
    return path
