"""Editing the clip that is shown, by keys and menu, in the real window with a real library."""

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.studio.arranging.marking import marks_of
from musicgen_studio.ui.window.action_table import WAVEFORM_MENU
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
BEEP = Audio(np.sin(np.arange(4 * RATE, dtype=np.float32) / 20)[:, None] * np.float32(0.4), RATE)
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def clip(qtbot: QtBot, program: Program) -> Clip:
    """A clip of the library that is shown, in a window that has the keys."""
    window = program.window
    window.show()
    qtbot.waitExposed(window)
    made = Clip("b" * 32, "Beep", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", BEEP.frames, RATE, 1, analysis="{}")
    made = program.services.library.add(made, BEEP)
    window.collection.refresh()
    window.collection.clip_chosen.emit(made)
    window.waveform.setFocus()
    return made


def shown(program: Program) -> Clip:
    current = program.window.listening.current
    assert current is not None
    return current.clip


def press(qtbot: QtBot, program: Program, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press a key and wait until another clip is shown."""
    before = shown(program).id
    QTest.keyClick(program.window.waveform, key, modifiers)
    qtbot.waitUntil(lambda: shown(program).id != before, timeout=WAIT_MS)


def drag_over_second(program: Program) -> tuple[int, int]:
    """Select by the mouse about what lies between a quarter and a half of the clip, and return it."""
    waveform = program.window.waveform
    start, end = (QPoint(round(waveform.width() * share), waveform.height() // 2) for share in (0.25, 0.5))
    QTest.mousePress(waveform, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(waveform, end)
    QTest.mouseRelease(waveform, Qt.MouseButton.LeftButton, pos=end)
    selection = waveform.selection()
    assert selection is not None
    return selection


def test_trimming_makes_a_new_version_and_undo_brings_the_old_one_back(
    qtbot: QtBot, program: Program, clip: Clip
) -> None:
    library = program.services.library
    start, end = drag_over_second(program)
    press(qtbot, program, Qt.Key.Key_T, CTRL | SHIFT)
    trimmed = shown(program)
    assert (trimmed.title, trimmed.parent, trimmed.origin) == ("Beep · trimmed", clip.id, Origin.EDITED)
    assert np.array_equal(library.read(trimmed.id).samples, BEEP.samples[start:end])
    press(qtbot, program, Qt.Key.Key_Z, CTRL)
    assert shown(program).id == clip.id
    assert library.get(trimmed.id).trashed is not None
    press(qtbot, program, Qt.Key.Key_Z, CTRL | SHIFT)
    assert (shown(program).id, library.get(trimmed.id).trashed) == (trimmed.id, None)
    assert np.array_equal(library.read(clip.id).samples, BEEP.samples)


@pytest.mark.usefixtures("clip")
def test_without_a_selection_there_is_nothing_to_trim_but_much_to_change(qtbot: QtBot, program: Program) -> None:
    actions = program.window.menus.actions
    menu = program.window.menus.context_menu(WAVEFORM_MENU)
    menus = (menu, *menu.findChildren(QMenu))
    for each in menus:
        each.aboutToShow.emit()
    can = {
        name: actions[name].isEnabled() for name in ("trim", "cut", "silence", "fade-in", "reverse", "gain", "split")
    }
    for each in menus:
        each.aboutToHide.emit()
    assert can == {
        "trim": False, "cut": False, "silence": False, "fade-in": True, "reverse": True, "gain": True, "split": False,
    }  # fmt: skip
    QTest.keyClick(program.window.waveform, Qt.Key.Key_T, CTRL | SHIFT)
    assert program.services.background.views() == []
    press(qtbot, program, Qt.Key.Key_R, CTRL | SHIFT)
    assert np.array_equal(program.services.library.read(shown(program).id).samples, BEEP.samples[::-1])


def test_splitting_at_the_playhead_and_joining_what_is_chosen(qtbot: QtBot, program: Program, clip: Clip) -> None:
    window, library = program.window, program.services.library
    window.waveform.seek_requested.emit(RATE)
    qtbot.waitUntil(lambda: window.listening.playhead() == RATE, timeout=WAIT_MS)
    press(qtbot, program, Qt.Key.Key_I, CTRL)
    parts = sorted(library.children(clip.id), key=lambda part: part.title)
    assert [part.title for part in parts] == ["Beep · part 1", "Beep · part 2"]
    assert [part.frames for part in parts] == [RATE, 3 * RATE]
    rows = window.library.findChild(type(window.library._list))
    assert rows is not None
    rows.setFocus()
    for number, part in enumerate(reversed(parts)):
        place = rows.visualRect(window._model.index_of(part.id)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, CTRL if number else Qt.KeyboardModifier(0), place)
    before = shown(program).id
    QTest.keyClick(rows, Qt.Key.Key_J, CTRL)
    qtbot.waitUntil(lambda: shown(program).id != before, timeout=WAIT_MS)
    assert shown(program).title == "Beep · joined"
    assert np.array_equal(library.read(shown(program).id).samples, BEEP.samples)


@pytest.mark.usefixtures("clip")
def test_the_gain_is_asked_for(qtbot: QtBot, program: Program) -> None:
    QTest.keyClick(program.window.waveform, Qt.Key.Key_G, CTRL)
    dialog = program.window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setDoubleValue(-6.0)
    before = shown(program).id
    dialog.accept()
    qtbot.waitUntil(lambda: shown(program).id != before, timeout=WAIT_MS)
    assert shown(program).title == "Beep · level"
    half = program.services.library.read(shown(program).id).samples
    assert np.allclose(half, BEEP.samples * 10 ** (-6 / 20), rtol=1e-5)


@pytest.mark.usefixtures("clip")
def test_louder_by_nothing_makes_no_clip(program: Program) -> None:
    QTest.keyClick(program.window.waveform, Qt.Key.Key_G, CTRL)
    dialog = program.window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setDoubleValue(0.0)
    dialog.accept()
    assert program.services.background.views() == []


@pytest.mark.usefixtures("clip")
def test_what_was_asked_of_a_clip_is_done_to_it_though_another_is_shown_by_then(qtbot: QtBot, program: Program) -> None:
    """While a question is open, music that was ordered before begins and is shown: it got the level and the mark."""
    window, library = program.window, program.services.library
    asked = shown(program)
    other = Clip("c" * 32, "Other", Origin.IMPORTED, asked.created, BEEP.frames, RATE, 1, analysis="{}")
    library.add(other, BEEP)
    QTest.keyClick(window.waveform, Qt.Key.Key_M, SHIFT)
    named = window.findChildren(QInputDialog)[-1]
    window.collection.clip_chosen.emit(other)
    named.setTextValue("verse")
    named.accept()
    assert [mark.name for mark in marks_of(library, asked)] == ["verse"]
    assert marks_of(library, other) == window.marks.marks() == ()
    window.collection.clip_chosen.emit(asked)
    assert [mark.name for mark in window.marks.marks()] == ["verse"]
    window.editing._ask_gain()
    level = window.findChildren(QInputDialog)[-1]
    window.collection.clip_chosen.emit(other)
    level.setDoubleValue(-6.0)
    level.accept()
    qtbot.waitUntil(lambda: shown(program).title == "Beep · level", timeout=WAIT_MS)
    assert shown(program).parent == asked.id


@pytest.mark.usefixtures("clip")
def test_an_edit_waits_for_nothing_that_is_found_out_meanwhile(qtbot: QtBot, program: Program) -> None:
    hold = Event()
    program.services.background.start("listening", lambda _errand: hold.wait(60))
    press(qtbot, program, Qt.Key.Key_R, CTRL | SHIFT)
    still_there = [view.name for view in program.services.background.views()]
    hold.set()
    assert still_there[0] == "listening"
