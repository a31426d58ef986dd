"""The dialogs that only tell: about the program, and about a fault in it."""

import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.making.record import program_version
from musicgen_studio.studio.program.licences import libraries
from musicgen_studio.ui.panels.about_dialog import AboutDialog
from musicgen_studio.ui.panels.bug_dialog import BugDialog


def texts(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def press(dialog: QDialog, text: str) -> None:
    found = next(button for button in dialog.findChildren(QPushButton) if button.text() == text)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


@pytest.fixture
def bug(qtbot: QtBot) -> BugDialog:
    dialog = BugDialog()
    qtbot.addWidget(dialog)
    return dialog


def test_about_tells_each_librarys_own_licence(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    for library in libraries():
        assert library.licence in texts(dialog)
        assert library.name in texts(dialog)


@pytest.mark.parametrize(
    "said", ["MIT", "CC-BY-NC 4.0: not for commercial use", "free to use for anything", "FluidR3 GM", "MiniLM", "LGPL"]
)
def test_about_tells_the_licences(qtbot: QtBot, said: str) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    assert said in texts(dialog)


def test_versions_can_be_copied(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    press(dialog, "Copy versions")
    copied = QGuiApplication.clipboard().text().split("\n")
    assert copied[0] == f"MusicGen Studio {program_version()}"
    assert copied[2] == f"Qt {qVersion()}"
    assert any(line.startswith("torch ") for line in copied)


def test_a_second_fault_is_counted_and_the_first_stays(bug: BugDialog) -> None:
    bug.show_report("first <b>fault</b>")
    bug.show_report("second")
    bug.show_report("third")
    assert bug.findChildren(QPlainTextEdit)[0].toPlainText() == "first <b>fault</b>"
    assert "Further faults since then: 2." in texts(bug)


def test_after_closing_the_next_fault_is_shown(bug: BugDialog) -> None:
    bug.show_report("first")
    bug.show_report("second")
    QTest.keyClick(bug, Qt.Key.Key_Escape)
    assert not bug.isVisible()
    bug.show_report("third")
    assert bug.findChildren(QPlainTextEdit)[0].toPlainText() == "third"
    assert "Further" not in texts(bug)


def test_the_report_can_be_copied(bug: BugDialog) -> None:
    bug.show_report("Traceback …")
    press(bug, "Copy report")
    assert QGuiApplication.clipboard().text() == "Traceback …"
