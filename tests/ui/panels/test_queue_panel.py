"""The queue's panel: moving and cancelling by hand, and a problem in its row."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.queue import JobState
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.models.test_queue_model import job
from tests.ui.panels.finding import control, nameless, said

ALT = Qt.KeyboardModifier.AltModifier
JOBS = [job(1, state=JobState.MAKING, made_s=2.0), job(2), job(3)]


@pytest.fixture
def panel(qtbot: QtBot) -> QueuePanel:
    panel = QueuePanel(KeyMap())
    panel.resize(300, 400)
    qtbot.addWidget(panel)
    panel.set_jobs(JOBS)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    return panel


def choose(panel: QueuePanel, row: int) -> QListView:
    view = control(panel, QListView, "Queue")
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(row, 0)).center()
    )
    return view


def can(panel: QueuePanel) -> list[bool]:
    names = ("Make this sooner", "Make this later", "Cancel this job")
    return [control(panel, QToolButton, name).isEnabled() for name in names]


def test_only_what_makes_sense_can_be_pressed(panel: QueuePanel) -> None:
    choose(panel, 0)
    assert can(panel) == [False, False, True]
    choose(panel, 1)
    assert can(panel) == [False, True, True]
    choose(panel, 2)
    assert can(panel) == [True, False, True]


def test_a_waiting_job_is_moved_by_button_and_by_key(panel: QueuePanel, qtbot: QtBot) -> None:
    view = choose(panel, 2)
    with qtbot.waitSignal(panel.move_requested) as moved:
        QTest.mouseClick(control(panel, QToolButton, "Make this sooner"), Qt.MouseButton.LeftButton)
    assert moved.args == [3, 0]
    choose(panel, 1)
    with qtbot.waitSignal(panel.move_requested) as moved:
        QTest.keyClick(view, Qt.Key.Key_Down, ALT)
    assert moved.args == [2, 1]


def test_the_chosen_job_stays_chosen_when_it_moves(panel: QueuePanel, qtbot: QtBot) -> None:
    choose(panel, 2)
    panel.set_jobs([JOBS[0], JOBS[2], JOBS[1]])
    assert can(panel) == [False, True, True]
    with qtbot.waitSignal(panel.cancel_requested) as cancelled:
        QTest.keyClick(control(panel, QListView, "Queue"), Qt.Key.Key_Delete)
    assert cancelled.args == [3]


def test_the_running_job_is_cancelled(panel: QueuePanel, qtbot: QtBot) -> None:
    choose(panel, 0)
    with qtbot.waitSignal(panel.cancel_requested) as cancelled:
        QTest.mouseClick(control(panel, QToolButton, "Cancel this job"), Qt.MouseButton.LeftButton)
    assert cancelled.args == [1]


def test_a_problem_is_said_in_its_row(panel: QueuePanel) -> None:
    problem = UserProblem("The disk is full.", "The library needs 2 MB more. " * 5, "Make room, then try again.")
    plain = control(panel, QListView, "Queue").visualRect(control(panel, QListView, "Queue").model().index(0, 0))
    panel.set_jobs([job(1, state=JobState.FAILED, problem=problem), *JOBS[1:]])
    view = control(panel, QListView, "Queue")
    view.doItemsLayout()
    assert view.visualRect(view.model().index(0, 0)).height() > plain.height() + 30
    spoken = view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "The disk is full." in spoken
    assert "Make room, then try again." in spoken
    assert not panel.grab().isNull()


def test_an_empty_queue_says_so(panel: QueuePanel) -> None:
    assert "2 waiting" in said(panel)
    panel.set_jobs([])
    assert "nothing waits" in said(panel)


def test_every_control_has_a_name_and_a_tooltip(panel: QueuePanel) -> None:
    assert nameless(panel) == []
