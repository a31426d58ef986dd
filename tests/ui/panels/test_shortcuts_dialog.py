"""The sheet of keys, and changing them on it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTreeWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.shortcuts_dialog import ShortcutsDialog
from musicgen_studio.ui.window.action_table import TABLE
from musicgen_studio.ui.window.shortcuts import KeyMap


@pytest.fixture
def dialog(qtbot: QtBot) -> ShortcutsDialog:
    dialog = ShortcutsDialog(KeyMap())
    qtbot.addWidget(dialog)
    return dialog


def lines(dialog: ShortcutsDialog) -> dict[str, str]:
    tree = dialog.findChildren(QTreeWidget)[0]
    found = {}
    for line in TABLE:
        for item in tree.findItems(line.title, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive):
            if not item.isHidden():
                found[line.id] = item.text(1)
    return found


def press(dialog: ShortcutsDialog, text: str) -> None:
    found = next(button for button in dialog.findChildren(QPushButton) if button.text() == text)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def type_key(dialog: ShortcutsDialog, shortcut_id: str, key: Qt.Key) -> None:
    dialog.choose(shortcut_id)
    field = dialog.findChildren(QKeySequenceEdit)[0]
    QTest.keyPress(field, key)
    QTest.keyRelease(field, key)


def test_every_key_that_does_something_is_on_the_sheet(dialog: ShortcutsDialog) -> None:
    assert set(lines(dialog)) == {line.id for line in TABLE if line.is_ready}
    assert lines(dialog)["redo"] == "Ctrl+Shift+Z or Ctrl+Y"


def test_a_typed_key_takes_the_place_of_the_first(dialog: ShortcutsDialog, qtbot: QtBot) -> None:
    type_key(dialog, "redo", Qt.Key.Key_F8)
    assert lines(dialog)["redo"] == "F8 or Ctrl+Y"
    with qtbot.waitSignal(dialog.keys_accepted) as saved:
        press(dialog, "Save")
    assert saved.args == [KeyMap({"redo": "F8; Ctrl+Y"})]


def test_a_key_used_twice_is_named_and_cannot_be_saved(dialog: ShortcutsDialog, qtbot: QtBot) -> None:
    type_key(dialog, "loop", Qt.Key.Key_Space)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Space is used twice: “Play or pause” and “Loop on or off”" in said
    with qtbot.assertNotEmitted(dialog.keys_accepted):
        press(dialog, "Save")
    press(dialog, "Default")
    with qtbot.waitSignal(dialog.keys_accepted):
        press(dialog, "Save")


def test_keys_can_be_taken_away_and_all_be_given_back(dialog: ShortcutsDialog) -> None:
    dialog.choose("play")
    press(dialog, "No key")
    assert lines(dialog)["play"] == "none"
    press(dialog, "All as delivered")
    assert dialog.values() == KeyMap()
    assert lines(dialog)["play"] == "Space"


def test_the_sheet_is_searched_by_key_and_by_words(dialog: ShortcutsDialog) -> None:
    search = dialog.findChildren(QLineEdit)[0]
    QTest.keyClicks(search, "ctrl+k")
    assert set(lines(dialog)) == {"search"}
    search.clear()
    QTest.keyClicks(search, "zoom")
    assert set(lines(dialog)) == {"zoom-in", "zoom-out", "zoom-selection"}
