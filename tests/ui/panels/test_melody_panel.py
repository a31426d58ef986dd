"""The melody's fold: four sources, one melody, kept takes, tracks, and what a text-only checkpoint means."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.clip import Origin
from musicgen_studio.core.melody import CHROMA_RATE_HZ
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import midi, sound
from musicgen_studio.files.midi import MidiTrack
from musicgen_studio.studio.humming.recording_state import Phase, RecordingState
from musicgen_studio.studio.humming.sketch import Kind
from musicgen_studio.studio.humming.take import TakeEdit
from musicgen_studio.ui.panels.melody_panel import MelodyPanel, MelodyView
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.fake_inputs import microphone
from tests.ui.clips import make_clip
from tests.ui.panels.finding import control, nameless, said
from tests.ui.widgets.notes import MELODY

VIEW = MelodyView("Hum 3", "3 notes · 0:02.0", MELODY, None, MELODY.chroma(17, CHROMA_RATE_HZ), repeats=True)
TAKES = [make_clip(number, title=f"Hum {number}", origin=Origin.RECORDED) for number in (2, 1)]


@pytest.fixture
def panel(qtbot: QtBot) -> MelodyPanel:
    panel = MelodyPanel(KeyMap())
    qtbot.addWidget(panel)
    panel.resize(264, 900)
    panel.set_open(True)
    mic = microphone(is_default=True)
    panel.recorder.set_inputs((mic,), "", 1)
    panel.recorder.set_state(RecordingState(inputs=(mic,)), [])
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    return panel


def shown(panel: MelodyPanel, name: str, kind: type[QWidget] = QPushButton) -> bool:
    return control(panel, kind, name).isVisible()


def test_the_microphone_is_at_hand_while_the_fold_is_closed(panel: MelodyPanel, qtbot: QtBot) -> None:
    assert not shown(panel, "Hum a melody", QToolButton)
    panel.set_open(False)
    assert shown(panel, "Hum a melody", QToolButton)
    with qtbot.waitSignal(panel.recorder.arm_requested):
        QTest.mouseClick(control(panel, QToolButton, "Hum a melody"), Qt.MouseButton.LeftButton)
    assert panel.is_open()
    assert shown(panel, "Get ready")


@pytest.mark.parametrize(
    ("source", "name"),
    [("File", "Choose a sound file…"), ("MIDI", "Choose a MIDI file…"), ("Notes", "Write notes…")],
)
def test_each_source_has_its_page(panel: MelodyPanel, qtbot: QtBot, source: str, name: str) -> None:
    assert shown(panel, "Get ready")
    with qtbot.waitSignal(panel.source_chosen):
        control(panel, QToolButton, source).click()
    assert shown(panel, name)
    assert not shown(panel, "Get ready")


@pytest.mark.parametrize(
    ("source", "name", "endings"),
    [("File", "Choose a sound file…", sound.EXTENSIONS), ("MIDI", "Choose a MIDI file…", midi.EXTENSIONS)],
)
def test_whatever_can_be_followed_can_be_chosen(
    panel: MelodyPanel, source: str, name: str, endings: tuple[str, ...]
) -> None:
    control(panel, QToolButton, source).click()
    control(panel, QPushButton, name).click()
    (dialog,) = panel.findChildren(QFileDialog)
    (offered,) = dialog.nameFilters()
    assert set(offered[offered.index("(") + 1 : -1].split()) == {f"*{ending}" for ending in endings}
    dialog.reject()


def test_r_opens_the_recorder_and_does_what_its_button_says(panel: MelodyPanel, qtbot: QtBot) -> None:
    panel.set_open(False)
    panel.set_source(Kind.FILE)
    with qtbot.waitSignals([panel.recorder.arm_requested, panel.source_chosen]):
        QTest.keyClick(panel, Qt.Key.Key_R)
    assert panel.is_open()
    assert panel.source() == Kind.HUM
    mic = microphone()
    panel.recorder.set_state(RecordingState(Phase.ARMED, (mic,), mic), [])
    with qtbot.waitSignal(panel.recorder.record_requested):
        QTest.keyClick(panel, Qt.Key.Key_R)


def test_a_melody_is_shown_and_everything_can_be_done_with_it(panel: MelodyPanel, qtbot: QtBot) -> None:
    assert "No melody is followed yet." in said(panel)
    panel.set_melody(VIEW)
    words = said(panel)
    assert "Hum 3" in words
    assert "3 notes · 0:02.0" in words
    for name, signal in (
        ("Edit notes…", panel.edit_requested),
        ("Play what the model hears", panel.play_requested),
        ("No melody", panel.clear_requested),
        ("Melody", panel.edit_requested),
    ):
        button = next(each for each in panel.findChildren(QWidget) if each.accessibleName() == name)
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.repeats_chosen) as chosen:
        control(panel, QCheckBox, "Repeat to the end").click()
    assert chosen.args == [False]


def test_playing_turns_the_button_into_stop(panel: MelodyPanel) -> None:
    panel.set_melody(VIEW)
    panel.set_playing(0.5)
    assert shown(panel, "Stop", QToolButton)
    panel.set_playing(None)
    assert shown(panel, "Play what the model hears", QToolButton)


def test_the_kept_takes_can_be_chosen(panel: MelodyPanel, qtbot: QtBot) -> None:
    choice = control(panel, QComboBox, "Kept recordings")
    assert not choice.isVisible()
    panel.set_takes(TAKES, "", TakeEdit())
    assert choice.isVisible()
    assert choice.currentText() == "Choose a recording"
    with qtbot.waitSignal(panel.take_chosen) as chosen:
        choice.setCurrentIndex(choice.findText("Hum 1 · 0:08.0"))
    assert chosen.args == [TAKES[1].id]


def test_a_take_is_trimmed_beside_its_sound(panel: MelodyPanel, qtbot: QtBot) -> None:
    panel.set_takes(TAKES, TAKES[0].id, TakeEdit(1.0, 5.0))
    start, end = control(panel, QDoubleSpinBox, "Recording: Use from"), control(panel, QDoubleSpinBox, "Recording: to")
    assert (start.value(), end.value()) == (1.0, 5.0)
    with qtbot.waitSignal(panel.take_edited) as edited:
        start.setValue(2.5)
    assert edited.args == [TakeEdit(2.5, 5.0)]
    with qtbot.waitSignal(panel.take_edited) as edited:
        end.setValue(8.0)
    assert edited.args == [TakeEdit(2.5, None)]
    with qtbot.waitSignal(panel.take_edited) as edited:
        control(panel, QCheckBox, "Bring to full level").click()
    assert edited.args == [TakeEdit(2.5, None, True)]


def test_the_tracks_and_channels_of_a_midi_file_can_be_chosen(panel: MelodyPanel, qtbot: QtBot) -> None:
    panel.set_source(Kind.MIDI)
    panel.set_tracks([MidiTrack(1, "Lead", (1,), 12), MidiTrack(3, "", (2, 4), 80)], 3, 4)
    choice = control(panel, QComboBox, "Track")
    assert choice.currentText() == "Track 3, channel 4"
    with qtbot.waitSignal(panel.track_chosen) as chosen:
        choice.setCurrentIndex(choice.findText("Lead · 12 notes"))
    assert chosen.args == [1, None]
    with qtbot.waitSignal(panel.track_chosen) as chosen:
        choice.setCurrentIndex(0)
    assert chosen.args == [None, None]


@pytest.mark.parametrize(("name", "source"), [("hum.wav", Kind.FILE), ("line.MID", Kind.MIDI)])
def test_a_dropped_file_is_a_melody(panel: MelodyPanel, qtbot: QtBot, tmp_path: Path, name: str, source: Kind) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    drop = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(panel, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(panel.file_chosen) as chosen:
        QApplication.sendEvent(panel, drop)
    assert chosen.args == [tmp_path / name]
    assert panel.source() == source


def test_notes_can_be_written(panel: MelodyPanel, qtbot: QtBot) -> None:
    panel.set_source(Kind.NOTES)
    with qtbot.waitSignal(panel.write_requested):
        control(panel, QPushButton, "Write notes…").click()


def test_the_examples_are_there(panel: MelodyPanel, qtbot: QtBot) -> None:
    for source, name in ((Kind.FILE, "Try the example hum"), (Kind.MIDI, "Try the example line")):
        panel.set_source(source)
        with qtbot.waitSignal(panel.file_chosen) as chosen:
            control(panel, QPushButton, name).click()
        assert chosen.args is not None
        assert chosen.args[0].is_file()


def test_a_text_only_checkpoint_says_so_and_offers_to_switch(panel: MelodyPanel, qtbot: QtBot) -> None:
    panel.set_checkpoint("Small", follows=False, switch_to="Starter")
    assert "Small follows words only" in said(panel)
    with qtbot.waitSignal(panel.switch_requested):
        control(panel, QPushButton, "Use Starter").click()
    panel.set_checkpoint("Starter", follows=True, switch_to="Starter")
    assert not shown(panel, "Use Starter")


def test_a_problem_is_said_and_the_melody_stays(panel: MelodyPanel) -> None:
    panel.set_melody(VIEW, UserProblem("It is no sound.", "It is a picture.", "Choose another file."))
    assert "It is no sound." in said(panel)
    assert shown(panel, "Edit notes…")


def test_what_is_done_in_the_background_is_said(panel: MelodyPanel) -> None:
    panel.set_busy("Finding the notes …")
    assert "Finding the notes …" in said(panel)
    panel.set_busy("")
    assert "Finding" not in said(panel)


def test_every_control_has_a_name_and_a_tooltip(panel: MelodyPanel) -> None:
    panel.set_takes(TAKES, TAKES[0].id, TakeEdit())
    panel.set_melody(VIEW)
    panel.set_checkpoint("Small", follows=False, switch_to="Starter")
    for source in Kind:
        panel.set_source(source)
        assert nameless(panel) == []
