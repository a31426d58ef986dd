"""Tests of when the state of the window is kept for the next start."""

import pytest
from PySide6.QtCore import QTimer

from musicgen_studio.app import Program
from musicgen_studio.ui.window.state import KEEP_AFTER_MS, StateKeeper
from tests.ui.test_window import loader, program, settings_file

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
