"""Files of a clip that are dragged into other programs, made before the drag begins: its stems, its notes as MIDI.

They stay where they are for good, as other programs point at them. Not for the drag itself (`ui.window.stem_drags`).
"""

import hashlib
from pathlib import Path

from musicgen_studio.export.targets import Target
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.hand_off import HandOff, hand_off, song_in_library
from musicgen_studio.studio.program.background import Errand


def stem_files(library: Library, clip_id: str) -> dict[str, Path]:
    """Write the stems of a clip as aligned 24-bit files that add up to it, unless they are there. Any thread.

    Returns:
        The file of each stem, by the stem's id, in their order.

    Raises:
        UserProblem: If it has no stems, a sound is missing, or a file cannot be written.
        KeyError: If there is no such clip.
    """
    stems = library.stems(clip_id)
    files = library.stem_files(clip_id)[1:]  # the first is the clip's own
    return {stem.id: file for stem, file in zip(stems, files, strict=True)}


def notes_file(library: Library, clip_id: str) -> Path | None:
    """Return the MIDI file of a clip's notes, None if it was not made for the clip as it is now. Any thread.

    Raises:
        KeyError: If there is no such clip.
    """
    return next(_notes_folder(library, clip_id).glob("*.mid"), None)


def make_notes(library: Library, clip_id: str, errand: Errand) -> Path:
    """Listen for the notes of each stem and write them as one MIDI file, unless it is there; in the errand's thread.

    Raises:
        StoppedError: If it was stopped; nothing is left.
        UserProblem: If a sound is missing, or the file cannot be written.
        KeyError: If there is no such clip.
    """
    there = notes_file(library, clip_id)
    if there is not None:
        return there
    song = song_in_library(library, library.get(clip_id))
    return hand_off(song, HandOff(Target.MIDI, _notes_folder(library, clip_id)), errand)


def _notes_folder(library: Library, clip_id: str) -> Path:
    """Return where the notes of a clip are: another place for other stems, another tempo or another title."""
    clip = library.get(clip_id)
    made_of = [clip.title, clip.analysis, *(stem.id for stem in library.stems(clip_id))]
    return library.drag_folder(clip_id) / f"notes-{hashlib.sha256(' '.join(made_of).encode()).hexdigest()[:8]}"
