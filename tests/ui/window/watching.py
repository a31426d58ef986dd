"""Watching what a window's thread does with files, and what is dragged out of it."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.peaks import PeakPyramid

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Watch:
    """Notes in the window's thread: sound files opened, files written, and long sounds looked through."""

    def __init__(self) -> None:
        self.is_on = False
        self.opened: list[str] = []
        self.written: list[str] = []
        self.peaked: list[int] = []
        sys.addaudithook(self._hear)  # it cannot be taken away again, only be told to sleep

    def _hear(self, event: str, values: tuple[object, ...]) -> None:
        if not self.is_on or event != "open" or threading.current_thread() is not threading.main_thread():
            return
        file, mode, flags = values
        if isinstance(flags, int) and flags & _WRITING:
            self.written.append(str(file))
        elif str(file).endswith(".wav") and "r" in str(mode):
            self.opened.append(str(file))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """A watch that sleeps."""
    watch = Watch()
    append = PeakPyramid.append

    def noted(self: PeakPyramid, samples: Samples) -> None:
        if threading.current_thread() is threading.main_thread():
            watch.peaked.append(len(samples))
        append(self, samples)

    monkeypatch.setattr(PeakPyramid, "append", noted)
    yield watch
    watch.is_on = False


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are dragged, where no other program is there to take them."""
    taken: list[Path] = []

    def take(drag: QDrag, _action: Qt.DropAction) -> Qt.DropAction:
        taken.extend(Path(url.toLocalFile()) for url in drag.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", take)
    return taken
