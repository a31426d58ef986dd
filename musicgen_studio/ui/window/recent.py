"""The files that were opened last, offered again in the menu. A sound that is in the library already is only shown.

The library remembers the list. Not for opening files: that is the window's affair.
"""

import json
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from musicgen_studio.core.clip import Clip
from musicgen_studio.files.there import status_of
from musicgen_studio.ui.window.services import Services

KEY = "recent files"
MAX_FILES = 10


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A file that was opened.

    Args:
        path: Where it lay.
        clip: Id of the clip it became; empty for MIDI.
        modified_ns: When it was last changed then, to tell whether it is still the same.
    """

    path: str
    clip: str = ""
    modified_ns: int = 0


class RecentFiles(QObject):
    """Keeps and offers the list. Main thread.

    Args:
        services: The program behind the window: its library knows the list, and which clips are still there.
        menu: The submenu to fill when it opens.
        open_file: Opens a file.
        show_clip: Shows a clip.
    """

    def __init__(
        self, services: Services, menu: QMenu, open_file: Callable[[Path], object], show_clip: Callable[[Clip], object]
    ) -> None:
        super().__init__(menu)
        self._services, self._library, self._menu = services, services.library, menu
        self._open_file, self._show_clip = open_file, show_clip
        menu.aboutToShow.connect(self._fill)
        self._fill()

    def files(self) -> list[RecentFile]:
        """Return the list, the last one first; what cannot be read counts as nothing."""
        try:
            return [RecentFile(**each) for each in json.loads(self._library.recall(KEY) or "[]")]
        except (ValueError, TypeError):
            return []

    @Slot(object, object)
    def add(self, path: Path, clip: Clip | None = None) -> None:
        """Put a file that was opened at the head of the list.

        Args:
            path: The file.
            clip: What it became; None for MIDI.
        """
        whole = path.absolute()
        modified_ns = _modified_ns(whole) or 0
        new = RecentFile(str(whole), "" if clip is None else clip.id, modified_ns)
        others = [file for file in self.files() if file.path != new.path]
        self._services.remember(KEY, json.dumps([asdict(file) for file in [new, *others][:MAX_FILES]]))
        self._fill()

    @Slot()
    def clear(self) -> None:
        """Forget the list."""
        self._services.remember(KEY, "[]")
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        for file in self.files():
            path = Path(file.path)
            action = self._menu.addAction(path.name.replace("&", "&&"), partial(self._choose, file))
            action.setToolTip(file.path)
            action.setStatusTip(file.path)
            action.setEnabled(_modified_ns(path) is not None or self._known(file) is not None)
        self._menu.setToolTipsVisible(True)
        self._menu.setEnabled(bool(self._menu.actions()))
        if self._menu.actions():
            self._menu.addSeparator()
            self._menu.addAction(self.tr("Clear the list"), self.clear)

    def _choose(self, file: RecentFile) -> None:
        clip = self._known(file)
        if clip is None:
            self._open_file(Path(file.path))
        else:
            self._show_clip(clip)

    def _known(self, file: RecentFile) -> Clip | None:
        """Return the clip that a file became, if it is still there and the file has not changed since."""
        modified_ns = _modified_ns(Path(file.path))
        if modified_ns is not None and modified_ns != file.modified_ns:
            return None
        try:
            clip = self._library.get(file.clip)
        except KeyError:
            return None
        return None if clip.trashed is not None or clip.is_missing else clip


def _modified_ns(path: Path) -> int | None:
    """Return when a file was last changed; None if it is not there or cannot be looked at, as on a lost network."""
    status = status_of(path)
    return status.st_mtime_ns if status is not None and stat.S_ISREG(status.st_mode) else None
