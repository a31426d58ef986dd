"""Where the window stands: at the next start where it stood, and always on the screen."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.window import placing

pytestmark = pytest.mark.usefixtures("qapp")


def test_a_window_does_not_wander_from_start_to_start(qtbot: QtBot) -> None:
    first = QMainWindow()
    qtbot.addWidget(first)
    first.setGeometry(0, 60, *placing.MIN_SIZE)
    with qtbot.waitExposed(first):
        first.show()
    place, kept = first.geometry(), first.saveGeometry()
    for _ in range(3):
        window = QMainWindow()
        qtbot.addWidget(window)
        window.restoreGeometry(kept)
        placing.stay_on_screen(window)
        with qtbot.waitExposed(window):
            window.show()
        assert window.geometry().top() == place.top()
        kept = window.saveGeometry()


def test_a_window_that_was_elsewhere_comes_back_onto_the_screen(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(-300, -200, 500, 400)
    placing.stay_on_screen(window)
    room = window.screen().availableGeometry()
    assert room.contains(QPoint(window.x(), window.y()))
