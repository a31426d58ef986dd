"""The melody's states as pictures, for `tests.screenshots`: the bundled hum is sung into a made-up microphone.

The recorder, the analysis and the notes are the real ones.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.paths import resources_dir
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.recorder import Input
from musicgen_studio.studio.humming.recording_state import Phase
from musicgen_studio.studio.humming.sketch import Kind
from tests.fake_inputs import FakeInput, FakeInputs
from tests.sound.test_stems_heard import band

MICROPHONE = SoundDevice("Scarlett 2i2 USB", "ALSA", 2, 0, 44100, is_default_input=True, is_default_output=False)
SUNG_S = 4.6  # until the picture is taken


class SingingInput(FakeInput):
    """An input that sings in real time, from its opening on; its second channel hears it faintly."""

    def __init__(self, song: Audio) -> None:
        super().__init__(2, monotonic())
        self.rate = song.sample_rate
        mono = song.samples[:, 0]
        self._song = np.stack([mono, mono * 0.05], axis=1)
        self._read_frames = 0

    def sing(self) -> None:
        """Begin the song anew."""
        self._start_s, self._read_frames = monotonic(), 0

    def read(self) -> Samples:
        """Return what is due."""
        start, self._read_frames = self._read_frames, self.frame_at(monotonic())
        piece: Samples = self._song[start : self._read_frames]
        missing = self._read_frames - start - len(piece)
        return np.concatenate([piece, np.zeros((missing, 2), np.float32)])


class Singers(FakeInputs):
    """One microphone, and somebody in front of it."""

    def __init__(self) -> None:
        super().__init__([MICROPHONE], monotonic)

    def open(self, device: SoundDevice, channels: int) -> Input:  # noqa: ARG002 - it has two
        """Let somebody sing into it."""
        self.opened.append(SingingInput(read(resources_dir() / "melodies" / "example-hum.wav")))
        return self.opened[-1]


def _follow_a_mix(program: Program, settle: Callable[[], None], until: Callable[[Callable[[], bool]], None]) -> None:
    """Have all of a song followed; the song stays only as long as that takes."""
    melodies, panel = program.window.melodies, program.window.prompt.melody
    before = melodies.sketch
    with TemporaryDirectory() as folder:
        song = Path(folder) / "Night Drive.wav"
        write(song, band(8.0), SoundFormat.WAV16)
        panel.choose_file(song)
        until(lambda: melodies.sketch is not before)
    panel.follows_all_chosen.emit(True)
    panel.show_melody()
    settle()


def render(
    app: QApplication,
    program: Program,
    save: Callable[[str, QWidget], object],
    settle: Callable[[QApplication, int], None],
    until: Callable[[QApplication, Callable[[], bool]], None],
) -> None:
    """Render the states one after the other.

    Args:
        app: The application.
        program: An open one on `Singers`, without a melody.
        save: Keeps a picture under a name.
        settle: Lets so many milliseconds pass.
        until: Waits for something.
    """
    window, panel, recording = program.window, program.window.prompt.melody, program.window.recording
    until(app, lambda: program.services.loop.facts is not None)  # its end would interrupt the pictures
    program.services.settings = replace(program.services.settings, count_in_bars=0)
    panel.set_open(True)
    until(app, lambda: recording._state.inputs is not None)
    save("melody-empty", window)
    panel.record()
    until(app, lambda: recording.phase is Phase.ARMED and recording._make_stream is not None)
    settle(app, 1500)
    save("melody-armed", window)
    panel.record()
    until(app, lambda: recording._state.recorded_s > SUNG_S)
    save("melody-recording", window)
    panel.record()
    until(app, lambda: window.melodies.sketch is not None)
    program.services.recording.disarm()
    settle(app, 800)
    save("melody-taken", window)
    window.showing.open_editor(True)
    window.editor.notes.select(frozenset(window.editor.notes.melody().notes[2:4]))
    settle(app, 300)
    save("notes", window)
    window.resize(1024, 680)
    settle(app, 300)
    save("notes-small", window)
    window.showing.open_editor(False)
    panel.show_melody()
    settle(app, 300)
    save("melody-small", window)
    window.resize(1280, 800)
    for kind in (Kind.FILE, Kind.MIDI, Kind.NOTES):
        panel.set_source(kind)
        settle(app, 300)
        save(f"melody-{kind}", window)
    _follow_a_mix(program, lambda: settle(app, 300), lambda holds: until(app, holds))
    save("melody-mix", window)
    panel.set_checkpoint("Facebook/musicgen-small", follows=False, switch_to="Starter")
    settle(app, 300)
    save("melody-text-only", window)
    panel.set_source(Kind.HUM)
    recording.close()  # what follows is shown, not recorded
    panel.recorder.set_state(replace(recording._state, inputs=(), phase=Phase.OFF), [])
    settle(app, 300)
    save("melody-no-input", window)
