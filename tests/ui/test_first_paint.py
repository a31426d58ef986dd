"""What waits for the window's first picture: called once, and never for a window that was closed before."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.qt.first_paint import FirstPaint


def _painted(qtbot: QtBot, window: QWidget) -> None:
    qtbot.addWidget(window)
    window.show()
    window.repaint()


def test_it_is_called_once_after_the_first_picture(qtbot: QtBot) -> None:
    window, calls = QWidget(), list[str]()
    FirstPaint(window, lambda: calls.append("seen"))
    _painted(qtbot, window)
    assert calls == []
    qtbot.waitUntil(lambda: calls == ["seen"])
    window.repaint()
    QCoreApplication.processEvents()
    assert calls == ["seen"]


def test_who_closes_at_once_hears_nothing_of_it(qtbot: QtBot) -> None:
    window, calls = QWidget(), list[str]()
    waiting = FirstPaint(window, lambda: calls.append("seen"))
    _painted(qtbot, window)
    waiting.forget()
    QCoreApplication.processEvents()
    window.repaint()
    QCoreApplication.processEvents()
    assert calls == []
