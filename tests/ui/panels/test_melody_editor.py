"""The page of notes: tools, keyboard, what the model hears, and the way back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Key, Melody, Note
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.ui.panels.melody_editor import EditorView, MelodyEditor
from musicgen_studio.ui.widgets.piano_keys import PianoKeys
from tests.ui.panels.finding import control, nameless, said
from tests.ui.widgets.notes import C4, MELODY, RATE, curve, peaks

VIEW = EditorView(
    title="Hum 3",
    melody=MELODY,
    clean_up=CleanUp(),
    key=Key(9, is_minor=True),
    chroma=MELODY.chroma(40, CHROMA_RATE_HZ),
    tempo_bpm=120.0,
    as_sung=False,
    has_sound=True,
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def editor(qtbot: QtBot) -> MelodyEditor:
    editor = MelodyEditor()
    qtbot.addWidget(editor)
    editor.resize(640, 600)
    editor.set_sound(curve(), peaks(), RATE)
    editor.show_melody(VIEW)
    with qtbot.waitExposed(editor):
        editor.show()
    editor.activateWindow()
    editor.focus_notes()
    return editor


def test_it_says_what_it_shows(editor: MelodyEditor) -> None:
    words = said(editor)
    assert "Hum 3" in words
    assert "3 notes · 0:02.0 · A minor" in words
    assert "The model hears it" in words


def test_edits_of_the_notes_are_told_with_words(editor: MelodyEditor, qtbot: QtBot) -> None:
    editor.notes.select(frozenset((C4,)))
    with qtbot.waitSignal(editor.edited) as edited:
        control(editor, QToolButton, "Delete").click()
    assert edited.args is not None
    assert C4 not in edited.args[0].notes
    assert edited.args[1] == "Delete a note"


def test_esc_and_done_close_it_and_esc_first_takes_a_gesture_back(editor: MelodyEditor, qtbot: QtBot) -> None:
    at = editor.notes._scene().block(C4).center().toPoint()
    QTest.mousePress(editor.notes, LEFT, pos=at)
    with qtbot.assertNotEmitted(editor.closed):
        QTest.keyClick(editor.notes, Qt.Key.Key_Escape)
    QTest.mouseRelease(editor.notes, LEFT, pos=at)
    with qtbot.waitSignal(editor.closed):
        QTest.keyClick(editor.notes, Qt.Key.Key_Escape)
    with qtbot.waitSignal(editor.closed):
        QTest.mouseClick(control(editor, QPushButton, "Done"), LEFT)


def test_the_keyboard_writes_a_note_at_the_playhead_and_goes_on(editor: MelodyEditor, qtbot: QtBot) -> None:
    editor.notes.set_playhead(2.0)
    keys = editor.findChildren(PianoKeys)[0]
    keys.setFocus()
    with qtbot.waitSignals([editor.edited, editor.sound_requested]):
        QTest.keyClick(keys, Qt.Key.Key_D)
    assert editor.notes.melody().notes[-1] == Note(2.0, 0.5, 64.0)  # a beat at 120
    assert editor.notes.playhead() == 2.5
    control(editor, QToolButton, "Rest").click()
    assert editor.notes.playhead() == 3.0


def test_on_a_grid_the_keyboard_writes_a_step(editor: MelodyEditor) -> None:
    editor.show_melody(replace(VIEW, clean_up=CleanUp(quantise_to_s=0.25)))
    editor.notes.set_playhead(2.0)
    editor.findChildren(PianoKeys)[0].pressed.emit(62)
    assert editor.notes.melody().notes[-1].duration_s == 0.25


def test_cleaning_up_and_what_the_model_hears_are_chosen(editor: MelodyEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.clean_up_changed) as changed:
        control(editor, QCheckBox, "Fold octaves").click()
    assert changed.args == [CleanUp(fold_octaves=True)]
    with qtbot.waitSignal(editor.as_sung_chosen) as chosen:
        control(editor, QToolButton, "as sung").click()
    assert chosen.args == [True]


@pytest.mark.parametrize(("height", "is_open"), [(560, False), (760, True)])
def test_where_there_is_little_room_the_notes_have_it(qtbot: QtBot, height: int, is_open: bool) -> None:
    page = MelodyEditor()
    qtbot.addWidget(page)
    page.resize(412, height)
    page.show()
    assert control(page, QCheckBox, "Fold octaves").isVisible() is is_open
    assert page.notes.height() >= 200
    page.resize(412, 1320 - height)
    assert control(page, QCheckBox, "Fold octaves").isVisible() is not is_open
    control(page, QToolButton, "CLEAN UP").click()
    page.resize(412, height)
    assert control(page, QCheckBox, "Fold octaves").isVisible() is is_open  # as somebody left it


def test_without_a_sound_there_is_nothing_to_choose(editor: MelodyEditor) -> None:
    editor.show_melody(replace(VIEW, has_sound=False))
    assert not control(editor, QToolButton, "as sung").isVisible()


def test_space_and_the_button_play_from_the_playhead(editor: MelodyEditor, qtbot: QtBot) -> None:
    editor.notes.set_playhead(1.5)
    with qtbot.waitSignal(editor.play_requested) as asked:
        QTest.keyClick(editor.notes, Qt.Key.Key_Space)
    assert asked.args == [1.5]
    editor.set_playing(1.7)
    assert editor.notes.playhead() == 1.7
    with qtbot.waitSignal(editor.play_requested):
        control(editor, QToolButton, "Stop").click()
    editor.set_playing(None)
    assert control(editor, QToolButton, "Play what the model hears").isEnabled()


def test_midi_goes_out_by_a_drag_and_by_a_click(editor: MelodyEditor, qtbot: QtBot) -> None:
    button = control(editor, QToolButton, "Drag the notes out as MIDI")
    QTest.mousePress(button, LEFT)
    to = QPointF(button.rect().center()) + QPointF(60, 0)
    move = QMouseEvent(QEvent.Type.MouseMove, to, button.mapToGlobal(to), LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(editor.drag_requested):
        QApplication.sendEvent(button, move)
    QTest.mouseRelease(button, LEFT)
    with qtbot.waitSignal(editor.export_requested):
        QTest.mouseClick(button, LEFT)


def test_with_no_notes_there_is_nothing_to_take_away(editor: MelodyEditor) -> None:
    editor.show_melody(replace(VIEW, melody=Melody((), 0.0)))
    for name in ("Play what the model hears", "Export MIDI…", "Drag the notes out as MIDI"):
        assert not control(editor, QToolButton, name).isEnabled()


def test_the_pencil_draws(editor: MelodyEditor) -> None:
    control(editor, QToolButton, "Draw").click()
    assert editor.notes._draws


def test_every_control_has_a_name_and_a_tooltip(editor: MelodyEditor) -> None:
    assert nameless(editor) == []
