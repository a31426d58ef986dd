"""The queue's rows: what they say, and how waiting jobs are dragged."""

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.making.queue import JobState, JobView
from musicgen_studio.ui.models.queue_model import QueueModel

pytestmark = pytest.mark.usefixtures("qapp")


def job(number: int, **changes: Any) -> JobView:
    values: dict[str, Any] = {
        "id": number,
        "title": f"Job {number}",
        "state": JobState.QUEUED,
        "made_s": 0.0,
        "wanted_s": 8.0,
        "speed": 0.0,
        "left_s": None,
        "takes": 1,
        "problem": None,
    }
    return JobView(**(values | changes))


@pytest.fixture
def model() -> QueueModel:
    model = QueueModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_jobs([job(1, state=JobState.MAKING, made_s=4.8), job(2), job(3), job(4)])
    return model


def drop(model: QueueModel, source: int, before: int) -> bool:
    mime = model.mimeData([model.index(source)])
    return model.dropMimeData(mime, Qt.DropAction.MoveAction, before, 0, QModelIndex())


@pytest.mark.parametrize(
    ("source", "before", "asked"), [(1, 3, [2, 1]), (3, 1, [4, 0]), (3, 0, [4, 0]), (1, 4, [2, 2]), (1, -1, [2, 2])]
)
def test_a_waiting_job_is_dropped_at_a_place_among_the_waiting(
    model: QueueModel, qtbot: QtBot, source: int, before: int, asked: list[int]
) -> None:
    with qtbot.waitSignal(model.move_requested) as moved:
        assert not drop(model, source, before)
    assert moved.args == asked


@pytest.mark.parametrize(("source", "before"), [(1, 1), (1, 2), (0, 3)])
def test_a_drop_at_its_own_place_or_of_a_running_job_asks_nothing(
    model: QueueModel, qtbot: QtBot, source: int, before: int
) -> None:
    with qtbot.assertNotEmitted(model.move_requested):
        drop(model, source, before)


def test_only_waiting_jobs_can_be_dragged(model: QueueModel) -> None:
    can = [bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsDragEnabled) for row in range(4)]
    assert can == [False, True, True, True]
    assert [model.place(model.index(row)) for row in range(4)] == [None, 0, 1, 2]


def test_progress_draws_one_row_again_and_another_list_replaces_all(model: QueueModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.set_jobs([job(1, state=JobState.MAKING, made_s=5.0), job(2), job(3), job(4)])
    assert changed.args is not None
    assert changed.args[0].row() == changed.args[1].row() == 0
    with qtbot.waitSignal(model.modelReset):
        model.set_jobs([job(2, state=JobState.LOADING), job(4), job(3)])
    assert model.index_of(4).row() == 1


def test_a_row_says_in_words_how_far_it_is(model: QueueModel) -> None:
    words = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1)]
    assert words == ["Job 1, making 4.8 of 8.0 s", "Job 2, waiting, 8.0 s"]
    assert model.in_words(job(5, state=JobState.STOPPED, made_s=2.5, takes=4)) == "stopped at 2.5 s, kept · 4 takes"
    assert {model.in_words(job(5, state=state)) for state in JobState}
