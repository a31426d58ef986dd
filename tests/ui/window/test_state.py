"""Tests of when the state of the window is kept for the next start."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.search import Sorting
from musicgen_studio.ui.window.state import KEEP_AFTER_MS, StateKeeper
from tests.ui.test_window import Loader, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")


def test_a_dragged_column_is_kept_as_late_as_any_other_change(program: Program) -> None:
    keeper = program.window.findChild(StateKeeper)
    assert keeper is not None
    timer = keeper.findChild(QTimer)
    assert timer is not None
    program.window._columns.splitterMoved.emit(3, 1)
    assert timer.isActive()
    assert timer.interval() == KEEP_AFTER_MS


def test_the_library_is_sorted_as_at_the_last_start(settings_file: Path, loader: Loader) -> None:
    def titles(program: Program) -> list[str]:
        model = program.window._model
        return [str(model.index(row).data()) for row in range(model.rowCount())]

    with Program(settings_file, loader) as program:
        for number, title in enumerate("bca"):
            clip = Clip(f"{number}" * 32, title, Origin.IMPORTED, f"2026-01-01T12:00:0{number}+00:00", 800, 8000, 1,
                        analysis="{}")  # fmt: skip
            program.services.library.add(clip, Audio(np.zeros((800, 1), np.float32), 8000))
        program.window.collection.refresh()
        assert titles(program) == ["a", "c", "b"]  # the newest first
        program.window.library.header.choose(Sorting.TITLE)
        program.window.library.header.choose(Sorting.TITLE)
        assert titles(program) == ["c", "b", "a"]
    with Program(settings_file, loader) as program:
        assert titles(program) == ["c", "b", "a"]
        program.services.remember("order of the clips", '["by colour", 1]')  # of another version
    with Program(settings_file, loader) as program:
        assert titles(program) == ["a", "c", "b"]
