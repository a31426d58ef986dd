"""The musician's marks of clips, as the library keeps them: read, kept, and taken along into edited versions."""

from collections.abc import Callable

from musicgen_studio.core import marks
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.marks import Marks
from musicgen_studio.library.library import Library


def marks_of(library: Library, clip: Clip) -> Marks:
    """Return a clip's marks, in order."""
    return marks.from_json(library.recall(_key(clip)), clip.frames)


def keep_marks(remember: Callable[[str, str], object], clip: Clip, kept: Marks) -> None:
    """Keep a clip's marks.

    Args:
        remember: Keeps a text of the library under a key, now or soon.
        clip: Whose they are.
        kept: The marks from now on.
    """
    remember(_key(clip), marks.to_json(kept) if kept else "")


def _key(clip: Clip) -> str:
    return f"marks.{clip.id}"
