"""The recorder: what its one button does in each state, channels with levels, and that every state is said in words."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QRadioButton, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import PitchCurve
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.meter import Level
from musicgen_studio.studio.humming.recording_state import Phase, RecordingState
from musicgen_studio.ui.panels.recorder_box import RecorderBox
from musicgen_studio.ui.widgets.input_level import InputLevel
from musicgen_studio.ui.widgets.pitch_trace import PitchTrace
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.fake_inputs import microphone
from tests.ui.panels.finding import control, nameless, said

MIC, LINE = microphone("Scarlett", 2, is_default=True), microphone("Webcam", 1)
GOOD, LOUD, QUIET = Level(-14, -10, False), Level(-1, 0, True), Level(-55, -50, False)


@pytest.fixture
def box(qtbot: QtBot) -> RecorderBox:
    box = RecorderBox(KeyMap())
    qtbot.addWidget(box)
    box.resize(264, 600)
    box.set_inputs((MIC, LINE), "", 1)
    box.set_state(RecordingState(inputs=(MIC, LINE)), [])
    with qtbot.waitExposed(box):
        box.show()
    return box


def test_hearing_oneself_is_off_and_asks_for_headphones(box: RecorderBox, qtbot: QtBot) -> None:
    switch = control(box, QCheckBox, "Hear yourself")
    assert not switch.isChecked()
    assert "headphones" not in said(box)
    with qtbot.waitSignal(box.monitoring_chosen) as told:
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert told.args == [True]
    box.set_monitoring(True)
    assert "headphones" in said(box)
    box.set_state(state(Phase.RECORDING), [GOOD, GOOD])
    assert not switch.isEnabled()


def state(phase: Phase, **changes: object) -> RecordingState:
    return replace(RecordingState(phase, (MIC, LINE), MIC), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phase", "text", "asks"),
    [
        (Phase.OFF, "Get ready", "arm_requested"),
        (Phase.ARMED, "Record", "record_requested"),
        (Phase.COUNT_IN, "Cancel", "discard_requested"),
        (Phase.RECORDING, "Stop", "stop_requested"),
        (Phase.SAVING, "Save again", "stop_requested"),
    ],
)
def test_one_button_leads_through_the_states(
    box: RecorderBox, qtbot: QtBot, phase: Phase, text: str, asks: str
) -> None:
    box.set_state(state(phase), [])
    button = control(box, QPushButton, text)
    assert button.text() == f"{text}   R"
    with qtbot.waitSignal(getattr(box, asks)):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_while_it_opens_nothing_can_be_asked(box: RecorderBox) -> None:
    box.set_state(state(Phase.OPENING), [])
    assert not control(box, QPushButton, "Opening …").isEnabled()


def test_the_level_is_judged_in_words(box: RecorderBox) -> None:
    for level, words in ((GOOD, "The level is good"), (QUIET, "still low"), (LOUD, "too loud")):
        box.set_state(state(Phase.ARMED), [level, GOOD])
        assert words in said(box)


def test_count_in_and_recording_are_said(box: RecorderBox) -> None:
    box.set_state(state(Phase.COUNT_IN, beat=-2.4), [])
    assert "Counting in: 3" in said(box)
    box.set_state(state(Phase.RECORDING, recorded_s=3.25), [])
    assert "Recording 0:03.2" in said(box)
    box.set_state(state(Phase.RECORDING, recorded_s=3.3, overruns=1), [])
    assert "a piece of the sound was lost" in said(box)


def test_the_pitch_is_seen_while_it_is_sung(box: RecorderBox) -> None:
    trace = box.findChildren(PitchTrace)[0]
    box.set_state(state(Phase.RECORDING), [])
    assert trace.isVisible()
    box.append_pitch(PitchCurve(0.016, np.full(10, 220, np.float32), np.ones(10, np.float32)))
    assert trace.pitch() == pytest.approx(57, abs=0.01)
    box.set_state(state(Phase.ARMED), [])
    assert not trace.isVisible()


def test_each_channel_has_its_level_and_can_be_chosen(box: RecorderBox, qtbot: QtBot) -> None:
    box.set_state(state(Phase.ARMED), [GOOD, LOUD])
    assert len([bar for bar in box.findChildren(InputLevel) if bar.isVisible()]) == 2
    with qtbot.waitSignal(box.channel_chosen) as chosen:
        control(box, QRadioButton, "Channel 2").click()
    assert chosen.args == [2]
    assert "too loud" not in said(box)
    box.set_state(state(Phase.ARMED), [GOOD, LOUD])
    assert "too loud" in said(box)
    with qtbot.waitSignal(box.channel_chosen) as chosen:
        control(box, QRadioButton, "All channels, mixed").click()
    assert chosen.args == [0]


def test_an_input_can_be_chosen_only_where_nothing_is_recorded(box: RecorderBox, qtbot: QtBot) -> None:
    choice = control(box, QComboBox, "Input")
    with qtbot.waitSignal(box.device_chosen) as chosen:
        choice.setCurrentIndex(choice.findData("Webcam|test"))
    assert chosen.args == ["Webcam|test"]
    box.set_state(state(Phase.RECORDING), [])
    assert not choice.isEnabled()


def test_an_input_that_is_not_there_now_is_called_so(box: RecorderBox) -> None:
    box.set_inputs((MIC,), "Gone|ALSA", 1)
    assert control(box, QComboBox, "Input").currentText() == "Gone (not there now)"


def test_without_an_input_it_says_so_and_offers_the_rest(box: RecorderBox) -> None:
    box.set_inputs((), "", 1)
    box.set_state(RecordingState(inputs=()), [])
    words = said(box)
    assert "No microphone or other input was found." in words
    assert "File, MIDI or Notes" in words
    assert not any(button.isVisible() for button in box.findChildren(QPushButton))


def test_problems_are_said_and_go(box: RecorderBox) -> None:
    gone = UserProblem("The microphone is gone.", "It was unplugged.", "Plug it in.")
    box.set_state(state(Phase.OFF, problem=gone), [])
    assert "The microphone is gone." in said(box)
    box.set_state(state(Phase.ARMED, heard_problem=UserProblem("No click.", "No output.", "Plug one in.")), [])
    assert "No click." in said(box)
    box.set_state(state(Phase.ARMED), [])
    assert "No click." not in [label for label in said(box).splitlines() if box._problem.isVisible()]


def test_a_take_can_be_thrown_away_and_the_microphone_switched_off(box: RecorderBox, qtbot: QtBot) -> None:
    box.set_state(state(Phase.RECORDING), [])
    with qtbot.waitSignal(box.discard_requested):
        control(box, QToolButton, "Throw this recording away and be ready again").click()
    box.set_state(state(Phase.ARMED), [GOOD, GOOD])
    with qtbot.waitSignal(box.disarm_requested):
        control(box, QToolButton, "Switch the microphone off").click()


def test_the_button_asks_to_be_seen_when_something_begins(box: RecorderBox, qtbot: QtBot) -> None:
    with qtbot.waitSignal(box.seen_wanted):
        box.set_state(state(Phase.ARMED), [GOOD, GOOD])
    with qtbot.assertNotEmitted(box.seen_wanted):
        box.set_state(state(Phase.ARMED), [GOOD, QUIET])


def test_a_wide_interface_does_not_fill_the_column(box: RecorderBox) -> None:
    box.set_inputs((microphone("Desk", 32, is_default=True),), "", 7)
    box.set_state(state(Phase.ARMED), [GOOD] * 32)
    assert box._channel_area.height() <= 100
    assert control(box, QRadioButton, "Channel 7").isChecked()


def test_every_control_has_a_name_and_a_tooltip(box: RecorderBox) -> None:
    for phase in Phase:
        box.set_state(state(phase), [GOOD, GOOD])
        assert nameless(box) == []
