"""Which sound files are mixes, found out behind the window. Not for what is followed of one (`studio.making.mix`)."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicgen_studio.studio.making.source import holds_mix
from musicgen_studio.studio.program.background import Background, Lane


class Mixes(QObject):
    """Finds out and remembers. Main thread.

    Args:
        background: Where files are listened to.
        parent: Qt's owner.
    """

    found = Signal()
    """More is known than before."""

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._known = dict[Path, bool]()

    def is_mix(self, path: Path) -> bool:
        """Tell whether a file is known to be a mix; what nobody knows yet is found out, once."""
        if path not in self._known:
            self._known[path] = False
            words = self.tr("Find the melody of {0}").format(path.name)
            self._background.run(words, partial(holds_mix, path), partial(self._take, path), lane=Lane.HEARING)
        return self._known[path]

    def _take(self, path: Path, is_mix: bool) -> None:
        self._known[path] = is_mix
        if is_mix:
            self.found.emit()
