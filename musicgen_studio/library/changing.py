"""Changing clips: their titles, stars and tags, what is known of them, and whether they are in the trash.

Each in two ways: written when the call returns, or seen at once and written later, for who must not wait for the disk
(`seen`). Not for the sound of clips or the names of their files (`library`), nor for deleting for good.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypedDict, Unpack

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.at_hand import ClipsAtHand
from musicgen_studio.library.rows import tidy
from musicgen_studio.library.seen import Edits, SeenEdits


class ClipEdit(TypedDict, total=False):
    """What `Library.edit` can change."""

    title: str
    is_starred: bool
    tags: tuple[str, ...]
    tempo_bpm: float | None
    key: str
    analysis: str


def known_edit(known: Analysis) -> ClipEdit:
    """Return the edit that keeps what is known of a clip; tempo and key get places of their own if they are sure."""
    key = known.key.name if known.key is not None and known.has_sure_key else ""
    bpm = None if known.bpm is None or not known.has_sure_tempo else round(known.bpm, 2)
    return ClipEdit(tempo_bpm=bpm, key=key, analysis=known.to_json())


class ChangingClips(ClipsAtHand):
    """Changing the clips that are at hand (`ClipsAtHand.__init__` comes first). Any thread may.

    Args:
        save: Writes clips, all or none, and has them at hand as they are then (`SeenEdits.have_written`).
        rename: Calls a clip's file as the clip is called now.
        now: The time in UTC.
    """

    def __init__(
        self, save: Callable[[Iterable[Clip]], None], rename: Callable[[Clip], None], now: Callable[[], datetime]
    ) -> None:
        self._seen = SeenEdits(self._clips)
        self._write = save
        self._rename_file = rename
        self._now = now

    def edit(self, clip_id: str, *, soon: bool = False, **changes: Unpack[ClipEdit]) -> Clip:
        """Change a clip's title, star, tags, or what is known of it (`known_edit`).

        To undo it, edit with the old clip's values.

        Args:
            clip_id: The clip.
            soon: Do not wait for the disk, which `write_due` gives it to: `get` and `clips` know it at once.
            changes: The new values.

        Returns:
            The clip as it is now: titles are trimmed, tags in lower case and alphabetical order.

        Raises:
            UserProblem: If a value is none that can be, or the disk does not take it; then nothing is changed.
            KeyError: If there is no such clip.
            TypeError: If something else is to be changed.
        """
        if unknown := set(changes) - set(ClipEdit.__annotations__):
            raise TypeError(f"{', '.join(ClipEdit.__annotations__)} can be edited, not {sorted(unknown)}")
        return self._change(lambda: {clip_id: changes}, soon)[0]

    def trash(self, ids: Iterable[str], *, soon: bool = False) -> list[Clip]:
        """Move clips to the trash, with their stems, all or none. Their files stay.

        Args:
            ids: The clips.
            soon: As in `edit`.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip.
        """
        wanted = list(dict.fromkeys(ids))

        def trashed() -> Edits:
            now = self._now().isoformat(timespec="seconds")
            stems = [stem.id for clip_id in wanted for stem in self.stems(clip_id)]
            return {clip_id: {"trashed": now} for clip_id in (*wanted, *stems)}

        return self._change(trashed, soon)

    def restore(self, ids: Iterable[str], *, soon: bool = False) -> list[Clip]:
        """Take clips out of the trash, with the stems that went there when they did, all or none.

        Args:
            ids: The clips.
            soon: As in `edit`.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip.
        """
        wanted = list(dict.fromkeys(ids))

        def restored() -> Edits:
            gone = {clip_id: self._clips[clip_id].trashed for clip_id in wanted}
            stems = [
                clip.id
                for clip in self._held()
                if clip.origin is Origin.STEM and clip.parent in gone and clip.trashed == gone[clip.parent]
            ]
            return {clip_id: {"trashed": None} for clip_id in (*gone, *stems)}

        return self._change(restored, soon)

    def exchange(self, coming: Iterable[str], going: Iterable[str]) -> list[Clip]:
        """Take clips out of the trash and move others there in their place, all or none, without any stems of theirs.

        Returns:
            Those that came out, as they are now.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip.
        """
        wanted, now = list(coming), self._now().isoformat(timespec="seconds")
        edits: dict[str, dict[str, str | None]] = {clip_id: {"trashed": None} for clip_id in wanted}
        edits.update((clip_id, {"trashed": now}) for clip_id in going)
        return self._change(lambda: edits, soon=False)[: len(wanted)]

    def _change(self, edits_now: Callable[[], Edits], soon: bool) -> list[Clip]:
        """Make edits, all or none: those for later now, the others once nobody else changes clips."""
        if soon:
            return self._seen.edit(edits_now())
        with self._changing:
            self._write_seen()
            edits = edits_now()
            before = [self._clips[clip_id] for clip_id in edits]
            clips = [tidy(replace(clip, **edits[clip.id])) for clip in before]
            self._write(clips)
            for clip, former in zip(clips, before, strict=True):
                if clip.title != former.title:
                    self._rename_file(clip)
            return clips

    def _write_seen(self) -> None:
        """Write the clips that were edited without waiting for it, all or none."""
        due = self._seen.due()
        ids = dict.fromkeys(clip_id for clip_id, _ in due)
        clips = [self._clips[clip_id] for clip_id in ids if clip_id in self._clips]
        self._write(clips)
        self._seen.note_written(due)
        for clip in clips:
            if (clip.id, "title") in due:
                self._rename_file(clip)

    def keep_found(self, clip_id: str, found: Analysis) -> Clip:
        """Keep what was found out about a clip, unless a hand has set it meanwhile. Any thread.

        Returns:
            The clip as it is now.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip, or no longer.
        """

        def unless_set_by_hand() -> Edits:  # looked at once what was edited before is written: a hand waits for nobody
            known = self._clips[clip_id].known
            return {} if known is not None and known.is_locked else {clip_id: known_edit(found)}

        with self._changing:
            changed = self._change(unless_set_by_hand, soon=False)
            return changed[0] if changed else self._clips[clip_id]
