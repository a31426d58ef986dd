"""Recording in the window: the real session on inputs that the test feeds, from R to a take in the library."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.humming.recording_state import Phase
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.program import settings
from musicgen_studio.ui.widgets.pitch_trace import PitchTrace
from tests.dsp.melodies import Voice, sung, written
from tests.fake_engine import FakeEngine
from tests.fake_inputs import RATE, FakeInputs, microphone
from tests.ui.panels.finding import control, said
from tests.ui.test_window import RECORD, WAIT_MS

pytestmark = pytest.mark.usefixtures("qapp")
LINE = written("A3 C4 E4 C4", 0.5, gap_s=0.08)
HUM = sung(LINE, Voice(), rate=RATE)


class Studio:
    """The window with two microphones."""

    def __init__(self, program: Program, inputs: FakeInputs, file: Path) -> None:
        self.program, self.inputs, self.file = program, inputs, file
        self.window = program.window
        self.panel = program.window.prompt.melody

    def press_r(self) -> None:
        """Press R anywhere but in a text field."""
        self.window.waveform.setFocus()
        QTest.keyClick(self.window, Qt.Key.Key_R)

    def phase(self) -> Phase:
        """What the recorder is doing."""
        return self.window.recording.phase

    def sing(self, samples: Samples) -> None:
        """Let sound come into the open microphone, on its first channel."""
        source = self.inputs.opened[-1]
        silence = np.zeros((len(samples), source.channels - 1), np.float32)
        source.come(np.concatenate([samples, silence], axis=1))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"library_folder": str(tmp_path / "library"), "count_in_bars": 0}), encoding="utf-8")
    inputs = FakeInputs([microphone("Scarlett", 2, is_default=True), microphone("Webcam", 1)], monotonic)

    def load(choice: EngineChoice) -> LoadedEngine:
        del choice
        return LoadedEngine(FakeEngine(), RECORD)

    with Program(file, load, inputs=inputs) as program:
        program.window.show()
        yield Studio(program, inputs, file)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_r_three_times_makes_a_take_with_its_notes(studio: Studio, qtbot: QtBot) -> None:
    window = studio.window
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.recording._make_stream is not None, timeout=WAIT_MS)
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.RECORDING, timeout=WAIT_MS)
    studio.sing(np.concatenate([np.zeros((RATE, 1), np.float32), HUM.samples]))  # what came before the key is left out
    trace = studio.panel.findChildren(PitchTrace)[0]
    qtbot.waitUntil(lambda: trace.pitch() is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.recording._state.recorded_s >= 1.9, timeout=WAIT_MS)
    studio.press_r()
    qtbot.waitUntil(lambda: window.melodies.sketch is not None, timeout=WAIT_MS)
    sketch = window.melodies.sketch
    assert sketch is not None
    assert [note.semitone for note in sketch.notes.notes] == [57, 60, 64, 60]
    (clip,) = studio.program.services.library.clips()
    assert (clip.origin, clip.title, clip.id) == (Origin.RECORDED, "Hum 1", sketch.place)
    assert "Hum 1" in said(studio.panel)


def test_the_level_is_seen_before_anything_is_recorded(studio: Studio, qtbot: QtBot) -> None:
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    studio.sing(np.full((800, 1), 0.3, np.float32))
    qtbot.waitUntil(lambda: "The level is good" in said(studio.panel), timeout=WAIT_MS)
    studio.sing(np.full((800, 1), 1.0, np.float32))
    qtbot.waitUntil(lambda: "too loud" in said(studio.panel), timeout=WAIT_MS)
    assert studio.program.services.library.clips() == []


def test_another_input_is_opened_and_remembered(studio: Studio, qtbot: QtBot) -> None:
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    choice = control(studio.panel, QComboBox, "Input")
    choice.setCurrentIndex(choice.findData("Webcam|test"))
    qtbot.waitUntil(lambda: len(studio.inputs.opened) == 2 and studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    assert studio.inputs.opened[0].is_closed
    qtbot.waitUntil(lambda: settings.load(studio.file).input_device == "Webcam|test", timeout=WAIT_MS)


def test_the_metronome_is_remembered(studio: Studio, qtbot: QtBot) -> None:
    control(studio.panel, QDoubleSpinBox, "Tempo").setValue(96)
    qtbot.waitUntil(lambda: settings.load(studio.file).metronome_bpm == 96, timeout=WAIT_MS)


def test_a_lost_microphone_keeps_the_take_and_says_so(studio: Studio, qtbot: QtBot) -> None:
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.RECORDING, timeout=WAIT_MS)
    studio.sing(HUM.samples)
    qtbot.waitUntil(lambda: studio.window.recording._state.recorded_s > 1.5, timeout=WAIT_MS)
    studio.inputs.opened[-1].problem = UserProblem("The microphone is gone.", "It was unplugged.", "Plug it in.")
    qtbot.waitUntil(lambda: "The microphone is gone." in said(studio.panel), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: studio.window.melodies.sketch is not None, timeout=WAIT_MS)
    (clip,) = studio.program.services.library.clips()
    assert clip.duration_s > 1.5


def test_leaving_the_recorder_lets_the_microphone_go(studio: Studio, qtbot: QtBot) -> None:
    studio.press_r()
    qtbot.waitUntil(lambda: studio.phase() is Phase.ARMED, timeout=WAIT_MS)
    studio.panel.set_open(False)
    qtbot.waitUntil(lambda: studio.phase() is Phase.OFF, timeout=WAIT_MS)
    assert studio.inputs.opened[-1].is_closed


def test_without_an_input_the_panel_says_so_and_notices_one_that_comes(studio: Studio, qtbot: QtBot) -> None:
    studio.inputs.present, studio.inputs.listed = [], []
    studio.panel.set_open(True)
    qtbot.waitUntil(lambda: "No microphone or other input was found." in said(studio.panel), timeout=WAIT_MS)
    studio.inputs.present = [microphone("Scarlett", is_default=True)]
    studio.program.services.recording.devices_changed()
    qtbot.waitUntil(control(studio.panel, QPushButton, "Get ready").isVisible, timeout=WAIT_MS)


def test_r_types_an_r_in_the_prompt(studio: Studio) -> None:
    studio.window.prompt.focus_prompt()
    QTest.keyClick(studio.window.focusWidget(), Qt.Key.Key_R)
    assert studio.window.prompt.values().prompt == "r"
    assert studio.phase() is Phase.OFF
