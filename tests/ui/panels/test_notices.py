"""Notices: the last one is seen, and none is lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.notices import KEPT, Brief, Notices
from tests.ui.panels.finding import control, said


@pytest.fixture
def notices(qtbot: QtBot) -> Notices:
    notices = Notices()
    qtbot.addWidget(notices)
    notices.resize(400, 30)
    with qtbot.waitExposed(notices):
        notices.show()
    return notices


def _open(notices: Notices, qtbot: QtBot) -> QListWidget:
    QTest.mouseClick(control(notices, QToolButton, "All messages"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    return popup.findChildren(QListWidget)[0]


def test_without_a_notice_there_is_nothing_to_open(notices: Notices) -> None:
    assert not control(notices, QToolButton, "All messages").isVisible()
    notices.show_all()
    assert QApplication.activePopupWidget() is None


def test_several_at_once_are_counted_and_all_in_the_list(notices: Notices, qtbot: QtBot) -> None:
    for text in ("first <b>", "second", "third"):
        notices.add(text)
    assert said(notices) == "third"
    button = control(notices, QToolButton, "All messages")
    assert button.text() == "+2"
    shown = _open(notices, qtbot)
    texts = [shown.item(row).text().split("  ", 1)[1] for row in range(shown.count())]
    assert texts == ["third", "second", "first <b>"]
    assert button.text() == ""
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    notices.add("fourth")
    assert button.text() == "+1"


def test_a_title_that_stands_above_is_not_said_again(notices: Notices) -> None:
    notices.set_shown("calm")
    notices.add("“Calm” is finished", brief=Brief("Finished", ("calm",)))
    assert said(notices) == "Finished"
    assert notices.texts()[0].endswith("“Calm” is finished"), "the list tells all of it"
    notices.set_shown("loud")
    assert said(notices) == "“Calm” is finished"
    notices.take_back("“Calm” is finished")
    assert said(notices) == ""


def test_a_click_on_the_line_opens_the_list_too(notices: Notices, qtbot: QtBot) -> None:
    notices.add("first")
    QTest.mouseClick(notices._line, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_emptying_the_line_keeps_the_list(notices: Notices) -> None:
    notices.add("first")
    notices.add("")
    assert said(notices) == ""
    assert len(notices.texts()) == 1
    notices.add("second")
    assert control(notices, QToolButton, "All messages").text() == ""


def test_a_notice_may_offer_something(notices: Notices) -> None:
    used: list[str] = []
    notices.add("A device came.", "Use it", lambda: used.append("it"))
    button = control(notices, QToolButton, "Use it")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert used == ["it"]
    assert not button.isVisible()
    notices.add("A device came.", "Use it")
    notices.add("Something else.")
    assert not button.isVisible()


def test_the_list_does_not_grow_for_ever(notices: Notices) -> None:
    for number in range(KEPT + 10):
        notices.add(str(number))
    assert len(notices.texts()) == KEPT
