"""Passages in the real window: written, checked while they are written, made in one go, shown and opened again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.studio.arranging.composing import passages_of, record_of_clip
from musicgen_studio.studio.making.order import LaterPassage
from musicgen_studio.ui.panels.passages_dialog import EXAMPLE, PassagesDialog
from tests.ui.panels.finding import control, nameless, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

LONG_MS = 4 * WAIT_MS


def _opened(program: Program) -> PassagesDialog:
    window = program.window
    window.waveform.setFocus()
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = window.passages.dialog
    assert dialog is not None
    return dialog


def test_three_passages_are_made_in_one_go_and_shown_again(qtbot: QtBot, program: Program) -> None:
    dialog = _opened(program)
    dialog.set_text("all | warm\n0:00 | rock at 120 bpm\nbar 2 | jazz\nbar 3 | morph 1 bar | piano\nend | 8 s")
    assert "3 passages, 0:08.0" in said(dialog)
    with qtbot.waitSignal(program.window.inbox.job_ended, timeout=LONG_MS):
        QTest.mouseClick(control(dialog, QPushButton, "Generate the passages"), Qt.MouseButton.LeftButton)
    (clip,) = program.services.library.clips()
    order = record_of_clip(clip).order
    assert (order.prompts, order.duration_s, order.shared) == (("warm, rock at 120 bpm",), 8.0, "warm")
    assert order.passages == (LaterPassage(2.0, "warm, jazz"), LaterPassage(4.0, "warm, piano", 2.0))
    window = program.window
    qtbot.waitUntil(lambda: window.waveform._markers == (64000, 128000), timeout=LONG_MS)
    dialog.close()
    window.passages.open()
    assert dialog.isVisible()
    assert dialog.text() == passages_of(clip)
    assert "morph 2 s | piano" in dialog.text()


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_made(program: Program) -> None:
    dialog = _opened(program)
    button = control(dialog, QPushButton, "Generate the passages")
    assert dialog.text() == EXAMPLE
    assert button.isEnabled()
    dialog.set_text("0 | rock\nsoon | jazz")
    assert "Line 2: 'soon' is no time" in said(dialog)
    assert not button.isEnabled()
    control(dialog, QPlainTextEdit, "Passages, a line each").undo()
    assert dialog.text() == EXAMPLE
    assert button.isEnabled()


def test_its_controls_have_names(program: Program) -> None:
    assert nameless(_opened(program)) == []
