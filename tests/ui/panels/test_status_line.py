"""The status line: what it says of a job, and stopping it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.making.queue import JobState
from musicgen_studio.ui.panels.status_line import StatusLine
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.models.test_queue_model import job
from tests.ui.panels.finding import control, nameless, said

MAKING = job(1, state=JobState.MAKING, made_s=4.8, speed=2.1, left_s=1.5)


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    line = StatusLine(KeyMap())
    qtbot.addWidget(line)
    with qtbot.waitExposed(line):
        line.show()
    line.activateWindow()
    return line


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (MAKING, "making 4.8 of 8.0 s · 2.1× · 1.5 s left"),
        (job(1, state=JobState.MAKING, made_s=0.2, speed=0.042), "making 0.2 of 8.0 s · 0.042×"),
        (job(1, state=JobState.MAKING), "making 0.0 of 8.0 s"),
        (job(1, state=JobState.LOADING), "loading the checkpoint"),
        (job(1, state=JobState.LOADING, is_stopping=True), "stopping"),
        (job(1, state=JobState.SAVING, made_s=8.0), "saving"),
        (job(1, state=JobState.DONE), "● Ready"),
        (None, "● Ready"),
    ],
)
def test_it_says_what_is_going_on(line: StatusLine, shown: None, words: str) -> None:
    line.set_job(shown)
    assert words in said(line).split("\n")


@pytest.mark.parametrize(("made_s", "share"), [(0.0, None), (4.8, 0.6)])
def test_the_strip_moves_as_long_as_nothing_is_made_yet(line: StatusLine, made_s: float, share: float | None) -> None:
    """Four versions of a section come whole, after a minute of an empty strip."""
    line.set_job(job(1, state=JobState.MAKING, made_s=made_s))
    (strip,) = (each for each in line.findChildren(ProgressStrip) if each.isVisible())
    assert strip.share() == share


def test_cancelling_by_button_and_by_key(line: StatusLine, qtbot: QtBot) -> None:
    line.set_job(MAKING)
    with qtbot.waitSignal(line.cancel_requested):
        QTest.mouseClick(control(line, QPushButton, "Cancel"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(line.cancel_requested):
        QTest.keyClick(line, Qt.Key.Key_Escape)
    assert control(line, QPushButton, "Cancel").toolTip().endswith("(Esc)")


def test_with_nothing_at_work_there_is_nothing_to_cancel(line: StatusLine, qtbot: QtBot) -> None:
    assert not control(line, QPushButton, "Cancel").isVisible()
    with qtbot.assertNotEmitted(line.cancel_requested):
        QTest.keyClick(line, Qt.Key.Key_Escape)


def test_a_notice_comes_and_goes(line: StatusLine) -> None:
    line.announce("Generation finished <b>")
    assert "Generation finished <b>" in said(line)
    line.announce("")
    assert "Generation" not in said(line)


def test_every_control_has_a_name_and_a_tooltip(line: StatusLine) -> None:
    line.set_job(MAKING)
    assert nameless(line) == []
