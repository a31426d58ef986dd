"""What screen readers are given, and that it goes with the widget it speaks for."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible

from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.level_meter import LevelMeter

pytestmark = pytest.mark.usefixtures("qapp")


def _spoken(meter: LevelMeter) -> str:
    return QAccessible.queryAccessibleInterface(meter).text(QAccessible.Text.Value)


def test_nothing_is_kept_of_widgets_that_are_gone_and_those_that_stay_go_on_speaking() -> None:
    staying = LevelMeter()
    assert _spoken(staying) == "silent"
    kept = len(accessible._interfaces)
    for _ in range(20):  # a dialog that is opened again and again
        gone = LevelMeter()
        assert _spoken(gone) == "silent"
        gone.deleteLater()
        del gone
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(accessible._interfaces) <= kept + 1
    assert _spoken(staying) == "silent"
    staying.deleteLater()
