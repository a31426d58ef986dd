"""Ways to look at the clip in the middle: taller, as a spectrogram, with marks, and the whole above what is zoomed."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.marks import Mark
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.window.main_window import MainWindow
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
QUIET = Audio(np.sin(np.arange(4 * RATE, dtype=np.float32) / 5)[:, None] * np.float32(0.05), RATE)
CTRL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier(0)


@pytest.fixture
def window(qtbot: QtBot, program: Program) -> MainWindow:
    """The window with a quiet clip in the middle."""
    window = program.window
    window.show()
    qtbot.waitExposed(window)
    for name in "ba":
        clip = Clip(name * 32, f"Beep {name}", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", QUIET.frames, RATE, 1,
                    analysis="{}")  # fmt: skip
        made = program.services.library.add(clip, QUIET)
        window.collection.refresh()
        window.collection.clip_chosen.emit(made)
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)
    window.waveform.setFocus()
    return window


def drawn_rows(window: MainWindow) -> int:
    """Count in how many rows of the middle column the waveform is drawn."""
    image = window.waveform.grab().toImage()
    ink, x = QColor(theme.current().waveform), image.width() // 3
    return sum(QColor(image.pixel(x, y)) == ink for y in range(image.height()))


def test_a_quiet_waveform_is_drawn_taller(window: MainWindow) -> None:
    before = drawn_rows(window)
    for _ in range(3):
        QTest.keyClick(window.waveform, Qt.Key.Key_Up, CTRL | SHIFT)
    assert window.waveform.tallness() == 8
    assert drawn_rows(window) > 5 * before
    for _ in range(5):
        QTest.keyClick(window.waveform, Qt.Key.Key_Down, CTRL | SHIFT)
    assert window.waveform.tallness() == 1
    assert drawn_rows(window) == before


def test_the_whole_is_shown_above_what_is_zoomed_and_moves_the_view(qtbot: QtBot, window: MainWindow) -> None:
    overview, waveform = window.overview, window.waveform
    assert not overview.isVisible()
    for _ in range(2):
        QTest.keyClick(waveform, Qt.Key.Key_Equal, CTRL)
    assert overview.isVisible()
    qtbot.waitUntil(lambda: overview.width() > 100)
    assert overview.frame().width() == pytest.approx(overview.width() / 4, abs=3)
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=QPoint(overview.width() * 3 // 4, 10))
    view = waveform.viewport()
    middle = (view.start_frame + view.end_frame) / 2
    assert middle == pytest.approx(3 * RATE, abs=RATE * 0.1)
    QTest.mouseMove(overview, QPoint(overview.width() // 2, 10))
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=QPoint(overview.width() // 2, 10))
    QTest.keyClick(waveform, Qt.Key.Key_F, CTRL)
    assert not overview.isVisible()


def test_the_spectrogram_is_a_picture_of_what_is_in_view(qtbot: QtBot, window: MainWindow) -> None:
    waveform = window.waveform
    QTest.keyClick(waveform, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: waveform._spectrum is not None, timeout=WAIT_MS)
    assert waveform._spectrum is not None
    assert waveform._spectrum.span == (0, QUIET.frames)
    image = waveform.grab().toImage()
    body = waveform._scene().body
    tone_hz = RATE / 5 / (2 * np.pi)
    y = round(body.bottom() - waveform._spectrum.height_of(tone_hz) * body.height())
    column = [QColor(image.pixel(image.width() // 2, row)).lightness() for row in range(image.height())]
    field = QColor(theme.current().field).lightness()
    assert max(abs(column[row] - field) for row in range(y - 4, y + 5)) > 60
    assert abs(column[round(body.top() + 30)] - field) < 25
    QTest.keyClick(waveform, Qt.Key.Key_Equal, CTRL)
    qtbot.waitUntil(
        lambda: waveform._spectrum is not None and waveform._spectrum.span[1] < QUIET.frames, timeout=WAIT_MS
    )
    QTest.keyClick(waveform, Qt.Key.Key_W)
    assert waveform._spectrum is None


def test_the_spectrogram_stays_when_its_clip_is_chosen_once_more(
    qtbot: QtBot, window: MainWindow, program: Program
) -> None:
    waveform = window.waveform
    QTest.keyClick(waveform, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: waveform._spectrum is not None, timeout=WAIT_MS)
    window.collection.clip_chosen.emit(program.services.library.get("a" * 32))
    assert waveform._spectrum is None
    qtbot.waitUntil(
        lambda: waveform._spectrum is not None and waveform._spectrum.span == (0, QUIET.frames), timeout=WAIT_MS
    )


def test_the_spectrogram_has_the_colours_of_the_theme_that_is_chosen_later(
    qtbot: QtBot, window: MainWindow, program: Program
) -> None:
    waveform, settings = window.waveform, program.services.settings

    def lightness_of_silence() -> int:
        spectrum = waveform._spectrum
        return -1 if spectrum is None else QColor(spectrum.image.pixel(spectrum.image.width() // 2, 0)).lightness()

    QTest.keyClick(waveform, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: 0 <= lightness_of_silence() < 128, timeout=WAIT_MS)
    window.settings_wished.emit(replace(settings, theme="light"))
    qtbot.waitUntil(lambda: lightness_of_silence() > 128, timeout=WAIT_MS)
    window.settings_wished.emit(settings)
    qtbot.waitUntil(lambda: lightness_of_silence() < 128, timeout=WAIT_MS)


def test_marks_are_set_found_again_and_kept_with_the_clip(qtbot: QtBot, window: MainWindow, program: Program) -> None:
    marks, listening = window.marks, window.listening
    for frame in (3 * RATE, RATE):
        window.waveform.seek_requested.emit(frame)
        qtbot.waitUntil(lambda frame=frame: listening.playhead() == frame, timeout=WAIT_MS)  # type: ignore[misc]
        QTest.keyClick(window.waveform, Qt.Key.Key_M)
    assert marks.marks() == (Mark(RATE), Mark(3 * RATE))
    QTest.keyClick(window.waveform, Qt.Key.Key_Right, CTRL)
    qtbot.waitUntil(lambda: listening.playhead() == 3 * RATE, timeout=WAIT_MS)
    QTest.keyClick(window.waveform, Qt.Key.Key_M)
    assert marks.marks() == (Mark(RATE),)
    library = program.services.library
    shown = listening.current
    assert shown is not None
    window.collection.clip_chosen.emit(library.get("b" * 32))
    assert marks.marks() == ()
    window.collection.clip_chosen.emit(library.get(shown.clip.id))
    assert marks.marks() == (Mark(RATE),)


@pytest.mark.parametrize("text", ["", "{", "[1, true, -4, 10000000, 2.5, 1]", '"x"', "[" * 100_000])
def test_marks_that_nobody_can_read_are_none(window: MainWindow, program: Program, text: str) -> None:
    library = program.services.library
    library.remember(f"marks.{'b' * 32}", text)
    window.collection.clip_chosen.emit(library.get("b" * 32))
    assert window.marks.marks() == ((Mark(1),) if "true" in text else ())


def test_a_mark_has_a_name_and_every_change_can_be_taken_back(window: MainWindow, program: Program) -> None:
    marks, undo = window.marks, program.services.undo
    marks.toggle()
    marks.name(Mark(0), "  verse ")
    assert marks.marks() == (Mark(0, "verse"),)
    QTest.keyClick(window.waveform, Qt.Key.Key_M)  # the playhead is there still
    assert marks.marks() == ()
    for expected in ((Mark(0, "verse"),), (Mark(0),), ()):
        undo.undo()
        assert marks.marks() == expected
    undo.redo()
    undo.redo()
    assert marks.marks() == (Mark(0, "verse"),)
    QTest.keyClick(window.waveform, Qt.Key.Key_M, SHIFT)
    dialog = window.waveform.findChild(QInputDialog)
    assert dialog is not None
    assert dialog.textValue() == "verse"
    dialog.setTextValue("chorus")
    dialog.accept()
    assert marks.marks() == (Mark(0, "chorus"),)
