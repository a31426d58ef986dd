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
from musicgen_studio.library.rows import tidy

Edits = Mapping[str, Mapping[str, Any]]
"""By a clip's id, the new values by name."""


class SeenEdits:
    """What was edited and is not written yet. Any thread; nobody waits for the disk.

    Args:
        clips: Those at hand, by id; changed.
    """

    def __init__(self, clips: dict[str, Clip]) -> None:
        self._clips = clips
        self._due: dict[str, dict[str, Any]] = {}
        self._in_writing: Edits = {}
        self._moment = Lock()  # held for a moment, never while the disk is waited for

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
            for clip, changes in zip(clips, edits.values(), strict=True):
                self._due[clip.id] = {**self._due.get(clip.id, {}), **changes}
                self._clips[clip.id] = clip
        return clips

    def note_written(self, clips: Iterable[Clip]) -> None:
        """Have clips at hand as they were written, but for what was edited meanwhile."""
        with self._moment:
            for clip in clips:
                due = self._due.get(clip.id)
                self._clips[clip.id] = tidy(replace(clip, **due)) if due else clip

    def take(self) -> Edits:
        """Return what is due, to be written now: `put_down` once it is, `put_back` if it cannot be."""
        with self._moment:
            self._in_writing, self._due = self._due, {}
        return self._in_writing

    def put_down(self) -> None:
        """Note that what was taken is written."""
        with self._moment:
            self._in_writing = {}

    def unwritten(self, names: Collection[str]) -> list[Clip]:
        """Return the clips of which one of these values is not on the disk yet as it is here."""
        with self._moment:
            edited = (*self._due.items(), *self._in_writing.items())
            ids = {clip_id for clip_id, changes in edited if not changes.keys().isdisjoint(names)}
            return [self._clips[clip_id] for clip_id in ids if clip_id in self._clips]

    def put_back(self, edits: Edits) -> None:
        """Note what could not be written; what was edited meanwhile is newer."""
        with self._moment:
            self._in_writing = {}
            self._due = {
                **self._due,
                **{clip_id: {**edits[clip_id], **self._due.get(clip_id, {})} for clip_id in edits},
            }
