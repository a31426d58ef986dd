"""What is shown and heard in the middle: read beside the window, however long it is."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.panels.clip_header import ExtendValues
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

MINUTE = Audio(np.tile(np.linspace(-0.5, 0.5, 44_100, dtype=np.float32)[:, None], (60, 2)), 44_100)


def imported(program: Program, audio: Audio = MINUTE, clip_id: str = "a" * 32) -> Clip:
    """Put a sound into the library."""
    clip = Clip(clip_id, "Long", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", audio.frames, 44_100, audio.channels)
    return program.services.library.add(clip, audio)


class Watch:
    """Notes which sound files are opened, and which long sounds are looked through, in the window's thread."""

    def __init__(self) -> None:
        self.is_on = False
        self.opened: list[str] = []
        self.peaked: list[int] = []
        sys.addaudithook(self._hear)  # it cannot be taken away again, only be told to sleep

    def _hear(self, event: str, values: tuple[object, ...]) -> None:
        in_window = threading.current_thread() is threading.main_thread()
        if self.is_on and in_window and event == "open" and str(values[0]).endswith(".wav") and "r" in str(values[1]):
            self.opened.append(str(values[0]))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch = Watch()
    append = PeakPyramid.append

    def noted(self: PeakPyramid, samples: Samples) -> None:
        if threading.current_thread() is threading.main_thread():
            watch.peaked.append(len(samples))
        append(self, samples)

    monkeypatch.setattr(PeakPyramid, "append", noted)
    yield watch
    watch.is_on = False


def test_opening_extending_and_remaking_read_no_file_in_the_windows_thread(
    qtbot: QtBot, program: Program, watch: Watch
) -> None:
    window, listening = program.window, program.window.listening
    clip = imported(program)
    watch.is_on = True
    window.collection.clip_chosen.emit(clip)
    assert listening.current is not None
    assert listening.current.clip == clip
    qtbot.waitUntil(lambda: not listening.is_drawing and listening.current.sound.is_ended, timeout=WAIT_MS)  # type: ignore[union-attr]
    assert listening.current.peaks.frames == clip.frames
    with qtbot.waitSignal(window.inbox.job_ended, timeout=WAIT_MS) as ended:
        window.generation.extend(clip, ExtendValues(from_playhead=False, duration_s=1.0, prompt="calm"), 0)
    (extended,) = ended.args[0].clips
    with qtbot.waitSignal(window.inbox.job_ended, timeout=WAIT_MS) as ended:
        window.generation.again(extended)
    assert ended.args[0].job.problem is None
    qtbot.waitUntil(lambda: not listening.is_drawing, timeout=WAIT_MS)
    assert watch.opened == []
    assert max(watch.peaked, default=0) <= 1 << 17


def test_a_clip_plays_while_it_is_read_and_its_end_is_known_from_the_start(qtbot: QtBot, program: Program) -> None:
    listening = program.window.listening
    listening.show_clip(imported(program))
    assert listening.current is not None
    assert listening.current.sound.expected_frames == MINUTE.frames
    assert not listening.current.is_making
    listening.toggle_play()
    qtbot.waitUntil(lambda: listening.playhead() > 0, timeout=WAIT_MS)


def test_choosing_another_clip_ends_the_reading_of_the_first(qtbot: QtBot, program: Program) -> None:
    first, second = imported(program), imported(program, clip_id="b" * 32)
    listening = program.window.listening
    listening.show_clip(first)
    before = listening.current
    assert before is not None
    listening.show_clip(second)
    qtbot.waitUntil(lambda: before.sound.is_ended, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not listening.is_drawing, timeout=WAIT_MS)  # the peaks come after the sound
    assert listening.current is not None
    assert listening.current.peaks.frames == second.frames


def test_a_clip_whose_file_is_gone_says_so_and_the_one_before_stays(program: Program) -> None:
    first, second = imported(program), imported(program, clip_id="b" * 32)
    program.services.library.sound_file(second.id).unlink()
    listening = program.window.listening
    listening.show_clip(first)
    with pytest.raises(UserProblem, match="is missing"):
        listening.show_clip(second)
    assert listening.current is not None
    assert listening.current.clip == first
