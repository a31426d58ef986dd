"""Edits of clips that can be taken back. Each knows the values before and after, and asks the library for either.

They are seen at once; the disk is written to in the background, and what it does not take is told from there.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtGui import QUndoCommand

from musicgen_studio.core.marks import Marks
from musicgen_studio.core.plan import Plan
from musicgen_studio.library.changing import ClipEdit
from musicgen_studio.ui.window.services import Services


class EditClip(QUndoCommand):
    """Another title, star or tags for a clip.

    Args:
        text: What was done, as the menu tells it.
        services: The library where the clip is, and what writes it.
        clip: Its id.
        before: The values it had, by name.
        after: The values it gets.
        changed: Called after each change.
    """

    def __init__(
        self,
        text: str,
        services: Services,
        clip: str,
        before: ClipEdit,
        after: ClipEdit,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(text)
        self._services = services
        self._clip = clip
        self._before = before
        self._after = after
        self._changed = changed

    def redo(self) -> None:
        """Make the edit."""
        self._have(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._have(self._before)

    def _have(self, values: ClipEdit) -> None:
        self._services.library.edit(self._clip, **values, soon=True)
        self._services.write_soon()
        self._changed()


class RenameClips(QUndoCommand):
    """Other titles for several clips: each is a file to be renamed, so it is done in the background.

    Args:
        text: What is done, as the menu tells it.
        titles: By the clip's id, the title before and after.
        rename: Gives clips these titles, by id.
    """

    def __init__(
        self, text: str, titles: Mapping[str, tuple[str, str]], rename: Callable[[Mapping[str, str]], object]
    ) -> None:
        super().__init__(text)
        self._titles = titles
        self._rename = rename

    def redo(self) -> None:
        """Give them the new ones."""
        self._rename({clip_id: after for clip_id, (_, after) in self._titles.items()})

    def undo(self) -> None:
        """Give them the old ones back."""
        self._rename({clip_id: before for clip_id, (before, _) in self._titles.items()})


class TrashClips(QUndoCommand):
    """Clips moved to the trash, or out of it.

    Args:
        text: What was done, as the menu tells it.
        services: The library where the clips are, and what writes it.
        clips: Their ids.
        is_restoring: True to take them out of the trash.
        changed: Called after each change.
    """

    def __init__(
        self, text: str, services: Services, clips: Sequence[str], is_restoring: bool, changed: Callable[[], None]
    ) -> None:
        super().__init__(text)
        self._services = services
        self._clips = tuple(clips)
        self._is_restoring = is_restoring
        self._changed = changed

    def redo(self) -> None:
        """Move them."""
        self._move(out=self._is_restoring)

    def undo(self) -> None:
        """Move them back."""
        self._move(out=not self._is_restoring)

    def _move(self, *, out: bool) -> None:
        library = self._services.library
        (library.restore if out else library.trash)(self._clips, soon=True)
        self._services.write_soon()
        self._changed()


class AddClips(QUndoCommand):
    """New clips, which are in the library when this is pushed.

    Args:
        text: What was done, as the menu tells it.
        services: The library where the clips are, and what writes it.
        clips: Their ids.
        changed: Told after each change whether they are there.
    """

    def __init__(self, text: str, services: Services, clips: Sequence[str], changed: Callable[[bool], None]) -> None:
        super().__init__(text)
        self._services = services
        self._clips = tuple(clips)
        self._changed = changed

    def redo(self) -> None:
        """Have them there; the first time, they are."""
        self._services.library.restore(self._clips, soon=True)
        self._services.write_soon()
        self._changed(True)

    def undo(self) -> None:
        """Move them to the trash."""
        self._services.library.trash(self._clips, soon=True)
        self._services.write_soon()
        self._changed(False)


class ChangeMarks(QUndoCommand):
    """Other marks for a clip.

    Args:
        text: What was done, as the menu tells it.
        before: The marks that were there.
        after: The marks that are there from now on.
        apply: Keeps and shows either.
    """

    def __init__(self, text: str, before: Marks, after: Marks, apply: Callable[[Marks], object]) -> None:
        super().__init__(text)
        self._before, self._after, self._apply = before, after, apply

    def redo(self) -> None:
        """Have the new ones."""
        self._apply(self._after)

    def undo(self) -> None:
        """Have the old ones."""
        self._apply(self._before)


class ChangePassages(QUndoCommand):
    """Another plan of passages. Steps of one and the same change, such as of a number, are taken back together.

    Args:
        text: What was done, as the menu tells it.
        before: The plan that was there.
        after: The plan that is there from now on.
        apply: Puts either in place.
        steps: What the change is called among steps that belong together; None stands alone.
    """

    ID = 17

    def __init__(
        self,
        text: str,
        before: Plan | None,
        after: Plan,
        apply: Callable[[Plan | None], None],
        steps: object = None,
    ) -> None:
        super().__init__(text)
        self.after, self.steps = after, steps
        self._before, self._apply = before, apply

    def id(self) -> int:
        """Tell Qt which commands may belong together."""
        return self.ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take the next step in, if it is one of the same change."""
        if not isinstance(other, ChangePassages) or self.steps is None or other.steps != self.steps:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        """Make the edit."""
        self._apply(self.after)

    def undo(self) -> None:
        """Take it back."""
        self._apply(self._before)


class ChangeMelody(QUndoCommand):
    """Another melody to follow, or the same one changed.

    Args:
        text: What was done, as the menu tells it.
        before: What was there, as the one who applies it knows it.
        after: What is there from now on.
        apply: Puts either in place.
    """

    def __init__(self, text: str, before: object, after: object, apply: Callable[[object], None]) -> None:
        super().__init__(text)
        self._before = before
        self._after = after
        self._apply = apply

    def redo(self) -> None:
        """Make the edit."""
        self._apply(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._apply(self._before)
