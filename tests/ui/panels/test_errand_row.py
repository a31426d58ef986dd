"""The row of long work: what it says, when it is there, and stopping it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.program.background import ErrandView
from musicgen_studio.ui.panels.errand_row import ErrandRow
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip
from tests.ui.panels.finding import nameless, said

EXPORT = ErrandView(7, "Exporting 5 clips", True, 0.43, 2, 5, 9.0, False, 11.9)
WAITING = ErrandView(8, "Importing a.wav", False, None, 1, 1, 0.0, False)


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[ErrandRow]:
    window = QWidget()
    qtbot.addWidget(window)
    row = ErrandRow(window)
    row.resize(800, 30)
    with qtbot.waitExposed(window):
        window.show()
    yield row
    window.close()


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (EXPORT, "Exporting 5 clips · 2 of 5 · 43 % · 12 s left"),
        (replace(EXPORT, fraction=0.01, left_s=None), "Exporting 5 clips · 2 of 5 · 1 %"),
        (replace(EXPORT, number=1, of=1, fraction=0.1, left_s=250.0), "Exporting 5 clips · 10 % · about 4 min left"),
        (replace(EXPORT, is_stopping=True), "Exporting 5 clips · 2 of 5 · stopping"),
        (replace(WAITING, is_running=True, elapsed_s=1.0), "Importing a.wav"),
    ],
)
def test_it_says_how_far_it_is(row: ErrandRow, view: ErrandView, words: str) -> None:
    row.set_errands([view])
    assert said(row) == words
    assert row.findChildren(ProgressStrip)[0].share() == view.fraction


def test_those_that_wait_are_counted(row: ErrandRow) -> None:
    row.set_errands([EXPORT, WAITING, WAITING])
    assert said(row).endswith("12 s left · 2 more waiting")


def test_it_is_there_only_while_there_is_something_that_takes_long(row: ErrandRow) -> None:
    row.set_errands([replace(EXPORT, elapsed_s=0.1)])
    assert not row.isVisible()
    row.set_errands([EXPORT])
    assert row.isVisible()
    row.set_errands([])
    assert not row.isVisible()


def test_cancelling_names_the_errand(row: ErrandRow, qtbot: QtBot) -> None:
    row.set_errands([EXPORT])
    (button,) = row.findChildren(QPushButton)
    assert button.accessibleName() == "Stop: Exporting 5 clips"
    with qtbot.waitSignal(row.cancel_requested) as asked:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [7]
    row.set_errands([replace(EXPORT, is_stopping=True)])
    assert not button.isEnabled()


def test_every_control_has_a_name_and_a_tooltip(row: ErrandRow) -> None:
    row.set_errands([EXPORT])
    assert nameless(row) == []
