"""Edits of clips that are seen at once and written to the disk later.

The window waits for no disk, and nobody is to see a clip as it was before an edit. So an edit changes the clip at hand
now, and is noted until it is written. Who writes a clip for another reason meanwhile may have read it before the edit:
what is due is put on top of what was written. Not for the writing (`library`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.due import Due, DueValue
from musicgen_studio.library.rows import tidy

Edits = Mapping[str, Mapping[str, Any]]
"""By a clip's id, the new values by name."""

DueEdits = Mapping[tuple[str, str], DueValue[Any]]
"""By a clip's id and a value's name, the new value."""


class SeenEdits:
    """What was edited and is not written yet. Any thread; nobody waits for the disk.

    Args:
        clips: Those at hand, by id; changed.
    """

    def __init__(self, clips: dict[str, Clip]) -> None:
        self._clips = clips
        self._due = Due[tuple[str, str], Any]()  # by a clip's id and a value's name
        self._moment = Lock()  # held for a moment, so that a clip at hand and what is due of it fit

    def edit(self, edits: Edits) -> list[Clip]:
        """Change clips, all or none, and note that they are to be written.

        Returns:
            The clips as they are now.

        Raises:
            UserProblem: If a value is none that can be.
            KeyError: If there is no such clip.
        """
        with self._moment:
            clips = [tidy(replace(self._clips[clip_id], **changes)) for clip_id, changes in edits.items()]
            self._clips.update((clip.id, clip) for clip in clips)
            due = {(clip_id, name): value for clip_id, changes in edits.items() for name, value in changes.items()}
            self._due.put(due)
        return clips

    def have_written(self, clips: Iterable[Clip]) -> None:
        """Have clips at hand as they were written, but for what is still due."""
        with self._moment:
            due = _by_clip(self._due.all())
            for clip in clips:
                changes = due.get(clip.id)
                self._clips[clip.id] = tidy(replace(clip, **changes)) if changes else clip

    def due(self) -> DueEdits:
        """Return what is to be written now, by a clip's id and a value's name: `note_written` once it is."""
        return self._due.all()

    def note_written(self, edits: DueEdits) -> None:
        """Note what is on the disk now."""
        self._due.note_written(edits.items())

    def unwritten(self, names: Collection[str]) -> list[Clip]:
        """Return the clips of which one of these values is not on the disk yet as it is here."""
        with self._moment:
            ids = {clip_id for clip_id, name in self._due.all() if name in names}
            return [self._clips[clip_id] for clip_id in ids if clip_id in self._clips]


def _by_clip(due: DueEdits) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for (clip_id, name), value in due.items():
        found.setdefault(clip_id, {})[name] = value.value
    return found
