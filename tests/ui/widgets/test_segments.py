"""Choices side by side: one holds, a click tells, setting is silent."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.segments import Segments

CHOICES = (("a", "First", "The first one", "note"), ("b", "Second", "The second one", ""))


def test_a_click_chooses_and_tells(qtbot: QtBot) -> None:
    segments = Segments(CHOICES)
    qtbot.addWidget(segments)
    assert segments.value() == "a"
    with qtbot.waitSignal(segments.chosen) as chosen:
        QTest.mouseClick(segments.button("b"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["b"]
    assert segments.value() == "b"
    assert not segments.button("a").isChecked()


def test_setting_is_silent(qtbot: QtBot) -> None:
    segments = Segments(CHOICES)
    qtbot.addWidget(segments)
    with qtbot.assertNotEmitted(segments.chosen):
        segments.set_value("b")
    assert segments.value() == "b"
