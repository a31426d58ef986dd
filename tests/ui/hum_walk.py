"""`python -m tests.ui.hum_walk`: README's "Hum it" by real keys, sung into a real input of a sound server.

The whole program as it is started, from an empty home, with the starter's checkpoint: R three times, the level, the
notes, their page, music that follows them, and the notes as a MIDI file. A process of its own, as its home and its
sound server are one for a whole process. Says each step, and ends with 0 if all went as it should.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from musicgen_studio import paths
from musicgen_studio.app import Program
from musicgen_studio.core.clip import Origin
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.dsp.tones import tones
from musicgen_studio.studio.humming.recording_state import Phase
from tests.sound.conftest import RATE, PulseServer
from tests.ui.first_minute import CTRL, WORDS, Musician, home_with_server, until
from tests.ui.panels.finding import said

TUNE = (60, 64, 67, 72, 67, 64, 62, 65, 69, 65, 62, 60)
MISSED = 2
"""So many of its notes may be missed: the input of a busy computer has gaps."""
FOLLOWED = 0.3
"""Music that follows no melody agrees with it by 0.1, the starter's by 0.55 (`bench --melody`)."""

Sing = Callable[[], "subprocess.Popen[bytes]"]
"""Begins to sing, and returns at once."""


@contextmanager
def microphone(server: PulseServer) -> Iterator[Sing]:
    """An input that is sung into. To be there before the server is listened to: another default moves who listens."""
    server.control("load-module", "module-null-sink", "sink_name=mic", f"rate={RATE}", "channels=1")
    server.control("set-default-sink", "test")
    server.control("set-default-source", "mic.monitor")
    voice = tones(Melody.of([Note(0.5 * number, 0.45, float(pitch)) for number, pitch in enumerate(TUNE)]), RATE)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "voice.raw"
        file.write_bytes(voice.samples[:, 0].tobytes())
        options = ["--device=mic", "--format=float32le", f"--rate={RATE}", "--channels=1"]
        yield lambda: subprocess.Popen(["pacat", "--playback", *options, str(file)], env=server.environment)


def record(me: Musician, sing: Sing) -> None:
    """R: the level is seen; R again: it counts in and records; R once more: the notes are there."""
    window, recorder = me.window, me.window.prompt.melody.recorder
    until("the window has the keys", window.isActiveWindow)
    me.type(WORDS)
    me.press(Qt.Key.Key_Escape)
    me.press(Qt.Key.Key_R)
    until("it listens", lambda: window.recording.phase is Phase.ARMED)
    with sing() as singer:
        until("the level shows", lambda: "The level is good" in said(recorder))
        until("it was sung", lambda: singer.poll() is not None)
    assert not me.clips(), "it only listened"
    me.press(Qt.Key.Key_R)
    until("it counts in", lambda: "Counting in" in said(recorder))
    until("it records", lambda: window.recording.phase is Phase.RECORDING)
    with sing() as singer:
        until("it was sung into the take", lambda: singer.poll() is not None)
    me.press(Qt.Key.Key_R)
    until("the notes are there", lambda: window.melodies.sketch is not None)
    assert [clip.origin for clip in me.clips()] == [Origin.RECORDED]
    found = notes(me)
    alike = SequenceMatcher(None, TUNE, found, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in alike) >= len(TUNE) - MISSED, found


def notes(me: Musician) -> list[int]:
    """The notes that are followed."""
    sketch = me.window.melodies.sketch
    return [] if sketch is None else [round(note.pitch) for note in sketch.notes.notes]


def look_and_follow(me: Musician, folder: Path) -> None:
    """N shows the notes; Ctrl+Enter makes music that follows them and says how far; they go out as MIDI."""
    window, file = me.window, folder / "hum.mid"
    me.press(Qt.Key.Key_N)
    until("the notes are shown", lambda: window.showing.is_editing)
    me.press(Qt.Key.Key_Escape)
    until("the music is shown", lambda: not window.showing.is_editing)
    window.melodies.export(file)
    until("they are a MIDI file", file.is_file)
    assert [each.note for each in mido.MidiFile(file) if each.type == "note_on" and each.velocity] == notes(me)
    me.press(Qt.Key.Key_Return, CTRL)
    until("the music begins", me.hears)
    until("it is made", lambda: len(me.clips()) == 2 and me.is_idle())
    until("it is known how far it follows", lambda: me.clips()[0].melody_similarity is not None)
    similarity = me.clips()[0].melody_similarity
    assert similarity is not None
    assert similarity > FOLLOWED
    until("the header says so", lambda: f"follows the melody {similarity:.2f}" in said(window.clip_header))
    me.be_quiet()


def main() -> int:
    """Walk."""
    with (
        home_with_server() as server,
        microphone(server) as sing,
        server.listening() as recording,
        TemporaryDirectory() as folder,
    ):
        _app = QApplication(sys.argv[:1])
        with Program(paths.settings_file(), watches_devices=True) as program:
            program.window.show()
            me = Musician(program, recording)
            record(me, sing)
            look_and_follow(me, Path(folder))
            print("walked", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
