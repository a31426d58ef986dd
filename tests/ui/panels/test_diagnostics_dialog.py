"""The diagnostics: live, and copied as they are shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.diagnostics_dialog import DiagnosticsDialog, FactGroup
from tests.ui.panels.finding import said


@pytest.fixture
def facts() -> list[FactGroup]:
    return [
        FactGroup("Sound", [("Device", "USB <b>"), ("Rate", "44100 Hz")]),
        FactGroup("Engine", [("Checkpoint", "none")]),
    ]


@pytest.fixture
def dialog(qtbot: QtBot, facts: list[FactGroup]) -> DiagnosticsDialog:
    dialog = DiagnosticsDialog(lambda: facts)
    qtbot.addWidget(dialog)
    return dialog


def test_all_facts_are_shown_as_they_are(dialog: DiagnosticsDialog) -> None:
    for text in ("SOUND", "Device", "USB <b>", "44100 Hz", "ENGINE", "none"):
        assert text in said(dialog).split("\n")


def test_they_follow_what_changes(dialog: DiagnosticsDialog, facts: list[FactGroup], qtbot: QtBot) -> None:
    facts[0] = FactGroup("Sound", [("Device", "none"), ("Rate", "–")])
    qtbot.waitUntil(lambda: "–" in said(dialog).split("\n"))
    facts[1] = FactGroup("Engine", [("Checkpoint", "starter"), ("Speed", "2.1×")])
    dialog.refresh()
    assert "2.1×" in said(dialog).split("\n")


def test_copying_gives_what_is_seen(dialog: DiagnosticsDialog) -> None:
    button = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Copy")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (
        "Sound\n  Device: USB <b>\n  Rate: 44100 Hz\nEngine\n  Checkpoint: none"
    )
