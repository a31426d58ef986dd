"""The note view: notes moved, drawn, sized and deleted with mouse and keys, and what it tells of that."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Melody, Note
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.note_scene import RULER
from musicgen_studio.ui.widgets.note_view import NEW_NOTE_S, NoteView
from tests.ui.widgets.notes import A3, C4, E4, MELODY, RATE, curve, peaks

pytestmark = pytest.mark.usefixtures("dark")
LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


class Shown:
    """A view in a window, and what it told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.view = NoteView()
        self.window = QMainWindow()
        self.window.setCentralWidget(self.view)
        self.window.resize(640, 420)
        qtbot.addWidget(self.window)
        self.view.set_melody(MELODY)
        self.view.set_sound(curve(), peaks(), RATE)
        self.view.set_chroma(MELODY.chroma(40, CHROMA_RATE_HZ))
        self.edits: list[tuple[Melody, str]] = []
        self.drafts: list[Melody] = []
        self.touched: list[float] = []
        self.view.edited.connect(lambda melody, words: self.edits.append((melody, words)))
        self.view.drafted.connect(self.drafts.append)
        self.view.note_touched.connect(self.touched.append)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.view.setFocus()

    def at(self, time_s: float, pitch: float) -> QPoint:
        """Where a time and a pitch are."""
        scene = self.view._scene()
        return QPointF(scene.x(time_s), scene.y(pitch)).toPoint()

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press, move in steps, let go."""
        QTest.mousePress(self.view, LEFT, keys, start)
        for step in (0.4, 0.7, 1.0):
            move(self.view, start + (end - start) * step, keys)
        QTest.mouseRelease(self.view, LEFT, keys, end)

    @property
    def notes(self) -> tuple[Note, ...]:
        """After the last edit."""
        return self.edits[-1][0].notes


def move(view: NoteView, to: QPoint, keys: Qt.KeyboardModifier) -> None:
    """Move the mouse with the left button held, as Qt would tell it."""
    place = QPointF(to)
    event = QMouseEvent(QEvent.Type.MouseMove, place, view.mapToGlobal(place), LEFT, LEFT, keys)
    QApplication.sendEvent(view, event)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_the_playhead_covers_no_figure_of_the_ruler(shown: Shown) -> None:
    pictures = []
    for time_s in (0.0, 1.0):
        shown.view.set_playhead(time_s)
        pictures.append(shown.view.grab(QRect(1, 1, shown.view.width() - 2, RULER - 1)).toImage())
    assert pictures[0] == pictures[1]


def test_dragging_moves_a_note_in_time_and_pitch_and_tells_it_once(shown: Shown) -> None:
    shown.drag(shown.at(0.75, 60), shown.at(1.25, 62))
    assert len(shown.edits) == 1
    assert len(shown.drafts) >= 2
    moved = next(note for note in shown.notes if note.pitch == 62)
    assert moved.onset_s == pytest.approx(1.0, abs=0.02)
    assert moved.duration_s == 0.5
    assert shown.edits[0][1] == "Move a note"
    assert {A3, E4} < set(shown.notes)


def test_on_a_grid_notes_fall_on_it_and_alt_leaves_it_aside(shown: Shown) -> None:
    shown.view.set_grid(0.25)
    shown.drag(shown.at(0.75, 60), shown.at(1.08, 60))
    assert shown.notes[1].onset_s == pytest.approx(0.75)
    shown.view.set_melody(MELODY)
    shown.drag(shown.at(0.75, 60), shown.at(0.95, 60), ALT)
    assert shown.notes[1].onset_s == pytest.approx(0.7, abs=0.03)


def test_dragging_an_end_changes_the_length(shown: Shown) -> None:
    block = shown.view._scene().block(E4)
    edge = QPointF(block.right() - 1, block.center().y()).toPoint()
    shown.drag(edge, shown.at(1.5, 64))
    assert shown.notes[2].onset_s == 1.0
    assert shown.notes[2].end_s == pytest.approx(1.5, abs=0.03)
    assert shown.edits[0][1] == "Change a note's length"


def test_a_double_click_on_an_empty_place_draws_a_note(shown: Shown) -> None:
    QTest.mouseDClick(shown.view, LEFT, NONE, shown.at(2.5, 60))
    new = shown.notes[-1]
    assert (new.pitch, new.duration_s) == (60.0, NEW_NOTE_S)
    assert new.onset_s == pytest.approx(2.5, abs=0.02)
    assert shown.view.selected() == {new}
    assert shown.touched == [60.0]


def test_the_pencil_draws_a_note_of_any_length(shown: Shown) -> None:
    shown.view.set_pencil(True)
    shown.drag(shown.at(2.1, 58), shown.at(2.9, 58))
    new = shown.notes[-1]
    assert new.duration_s == pytest.approx(0.8, abs=0.04)
    assert new.pitch == 58
    assert shown.edits[0][1] == "Draw a note"


def test_a_drag_over_an_empty_place_chooses_notes_and_edits_nothing(shown: Shown) -> None:
    scene = shown.view._scene()
    shown.drag(QPointF(scene.x(2.5), scene.roll.top() + 4).toPoint(), shown.at(0.6, 59))
    assert shown.view.selected() == {C4, E4}
    assert shown.edits == []


def test_delete_deletes_all_that_are_chosen(shown: Shown) -> None:
    QTest.mouseClick(shown.view, LEFT, NONE, shown.at(0.25, 57))
    QTest.mouseClick(shown.view, LEFT, CTRL, shown.at(1.5, 64))
    QTest.keyClick(shown.view, Qt.Key.Key_Delete)
    assert shown.notes == (C4,)
    assert shown.edits[0][1] == "Delete 2 notes"
    QTest.keyClick(shown.view, Qt.Key.Key_Delete)
    assert len(shown.edits) == 1


def test_the_end_of_the_melody_can_be_dragged(shown: Shown) -> None:
    scene = shown.view._scene()
    shown.drag(QPointF(scene.x(2.0), 26).toPoint(), QPointF(scene.x(2.6), 26).toPoint())
    assert shown.edits[0][0].duration_s == pytest.approx(2.6, abs=0.03)


def test_keys_choose_move_stretch_and_add_notes(shown: Shown) -> None:
    for key, keys in (
        (Qt.Key.Key_Right, NONE),  # the first
        (Qt.Key.Key_Right, NONE),  # the second
        (Qt.Key.Key_Up, NONE),
        (Qt.Key.Key_Down, SHIFT),
        (Qt.Key.Key_Right, CTRL),
        (Qt.Key.Key_Right, SHIFT),
    ):
        QTest.keyClick(shown.view, key, keys)
    note = next(iter(shown.view.selected()))
    assert note.pitch == 60 + 1 - 12
    assert note.onset_s == pytest.approx(0.55)
    assert note.duration_s == pytest.approx(0.55)
    shown.view.set_playhead(3.0)
    QTest.keyClick(shown.view, Qt.Key.Key_Insert)
    assert shown.notes[-1].onset_s == pytest.approx(3.0)


def test_esc_takes_a_gesture_back(shown: Shown) -> None:
    QTest.mousePress(shown.view, LEFT, NONE, shown.at(0.75, 60))
    move(shown.view, shown.at(2.0, 66), NONE)
    assert shown.view.melody() != MELODY
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    assert shown.view.melody() == MELODY
    QTest.mouseRelease(shown.view, LEFT, NONE, shown.at(2.0, 66))
    assert shown.edits == []


def test_its_keys_are_not_the_windows_while_it_has_the_focus(shown: Shown, qtbot: QtBot) -> None:
    heard = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_Home):
        QShortcut(key, shown.window, lambda key=key: heard.append(key))
    with qtbot.waitSignal(shown.view.play_requested):
        QTest.keyClick(shown.view, Qt.Key.Key_Space)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Delete, Qt.Key.Key_Home):
        QTest.keyClick(shown.view, key)
    assert heard == []


def test_a_click_on_the_ruler_places_the_playhead(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.view.seek_requested) as placed:
        QTest.mouseClick(shown.view, LEFT, NONE, QPoint(round(shown.view._scene().x(1.0)), 8))
    assert placed.args is not None
    assert placed.args[0] == pytest.approx(1.0, abs=0.02)


def test_what_is_chosen_stays_so_after_snapping(shown: Shown) -> None:
    shown.view.select(frozenset((C4,)))
    snapped = replace(MELODY, notes=(A3, replace(C4, pitch=61.0), E4))
    shown.view.set_melody(snapped)
    assert shown.view.selected() == {snapped.notes[1]}


def test_a_screen_reader_hears_the_notes_as_a_slider(shown: Shown) -> None:
    interface = QAccessible.queryAccessibleInterface(shown.view)
    assert interface is not None
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Value) == "3 notes"
    interface.valueInterface().setCurrentValue(2)
    assert interface.text(QAccessible.Text.Value) == "note 2 of 3: C4, from 0.50 to 1.00 seconds"
    assert interface.valueInterface().maximumValue() == 3
    shown.view.set_melody(Melody((), 0.0))
    assert interface.text(QAccessible.Text.Value) == "no notes"


def test_it_shows_notes_curve_and_what_the_model_sees(shown: Shown) -> None:
    colours = theme.current()
    image: QImage = shown.view.grab().toImage()
    scene = shown.view._scene()
    row = scene.chroma_row
    lit = QPointF(scene.x(0.25), scene.grid.bottom() - (9 + 0.5) * row)  # A, where the first note is
    dark = QPointF(scene.x(0.25), scene.grid.bottom() - (5 + 0.5) * row)  # F, where there is none
    assert image.pixelColor(lit.toPoint()) == QColor(colours.accent)
    assert image.pixelColor(dark.toPoint()) != QColor(colours.accent)
    line = {image.pixelColor(round(scene.x(0.25)), round(scene.y(57)) + by).name() for by in range(-2, 3)}
    assert colours.warning in line


def test_the_grid_shows_silence_as_it_is_given(shown: Shown) -> None:
    shown.view.set_chroma(np.zeros((40, 12), np.float32))
    image = shown.view.grab().toImage()
    scene = shown.view._scene()
    grid = scene.grid.toRect()
    accent = QColor(theme.current().accent)
    assert not any(
        image.pixelColor(x, y) == accent
        for x in range(grid.left(), grid.right(), 3)
        for y in range(grid.top(), grid.bottom(), 3)
    )


def test_zoom_keeps_all_reachable(shown: Shown) -> None:
    shown.view.zoom_in()
    scene = shown.view._scene()
    assert not scene.view.is_fit
    shown.view.fit()
    assert shown.view._scene().view.is_fit
