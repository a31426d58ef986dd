"""What is shown and heard in the middle: read beside the window, however long it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import read
from musicgen_studio.studio.arranging.markers import record_in
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.takes_strip import TakeTile
from tests.ui.panels.finding import said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file, type_and_generate
from tests.ui.window.watching import Watch, dragged, watch

__all__ = ["dragged", "loader", "program", "settings_file", "watch"]

pytestmark = pytest.mark.usefixtures("qapp")

MINUTE = Audio(np.tile(np.linspace(-0.5, 0.5, 44_100, dtype=np.float32)[:, None], (60, 2)), 44_100)


def imported(program: Program, audio: Audio = MINUTE, clip_id: str = "a" * 32) -> Clip:
    """Put a sound into the library."""
    clip = Clip(clip_id, "Long", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", audio.frames, 44_100, audio.channels)
    return program.services.library.add(clip, audio)


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


def test_a_clip_whose_file_was_moved_is_looked_for_behind_the_window(qtbot: QtBot, program: Program) -> None:
    first, moved = imported(program), imported(program, clip_id="b" * 32)
    window, library = program.window, program.services.library
    file = library.sound_file(moved.id)
    (file.parent / "elsewhere").mkdir()
    file.rename(file.parent / "elsewhere" / file.name)
    window.showing.show_clip(first)
    with library._changing:  # as while somebody writes: who looks has to wait, the window has not
        window.showing.play_clip(moved)
        assert window.listening.current is not None
        assert window.listening.current.clip == first
    qtbot.waitUntil(
        lambda: window.listening.current is not None and window.listening.current.clip.id == moved.id, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: window.listening.playhead() > 0, timeout=WAIT_MS)
    assert library.sound_file(moved.id).parent.name == "elsewhere"


def test_an_original_whose_file_was_moved_is_looked_for_behind_the_window(qtbot: QtBot, program: Program) -> None:
    original, window, library = imported(program), program.window, program.services.library
    made = library.add(replace(original, id="b" * 32, parent=original.id), MINUTE)
    file = library.sound_file(original.id)
    file.rename(file.with_name("elsewhere.wav"))
    window.showing.show_clip(made)
    qtbot.waitUntil(lambda: window.listening.current.sound.is_ended, timeout=WAIT_MS)  # type: ignore[union-attr]
    window.listening.seek_by(5.0)
    qtbot.waitUntil(lambda: window.listening.playhead() > 0, timeout=WAIT_MS)
    place = window.listening.playhead()
    with library._changing:  # as while somebody writes
        window.sections.hear_original()
        assert window.listening.current is not None
        assert window.listening.current.clip == made
    qtbot.waitUntil(lambda: window.listening.current.clip.id == original.id, timeout=WAIT_MS)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: window.listening.playhead() == place, timeout=WAIT_MS)
    assert library.sound_file(original.id).name == "elsewhere.wav"


def test_a_clip_chosen_while_another_is_looked_for_stays(qtbot: QtBot, program: Program) -> None:
    first, moved = imported(program), imported(program, clip_id="b" * 32)
    window, library = program.window, program.services.library
    file = library.sound_file(moved.id)
    file.rename(file.with_name("elsewhere.wav"))
    with library._changing:
        window.showing.show_clip(moved)
        window.showing.show_clip(first)
    later: list[None] = []
    program.services.background.run("after it", lambda: None, later.append)
    qtbot.waitUntil(lambda: bool(later), timeout=WAIT_MS)
    assert library.sound_file(moved.id).name == "elsewhere.wav", "it was found"
    assert window.listening.current is not None
    assert window.listening.current.clip == first


@pytest.mark.parametrize("is_held", [True, False])
def test_a_selection_is_written_beside_the_window_and_dragged_if_the_button_is_still_down(
    qtbot: QtBot, program: Program, watch: Watch, dragged: list[Path], monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    held = [Qt.MouseButton.LeftButton if is_held else Qt.MouseButton.NoButton]
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: held[0])
    window, told = program.window, program.window.status.notices.texts
    window.listening.show_clip(imported(program))
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)
    window.waveform.set_selection((1000, 45_100))
    watch.is_on = True
    window.waveform.drag_requested.emit()
    if not is_held:
        qtbot.waitUntil(lambda: any("drag it once more" in text for text in told()), timeout=WAIT_MS)
        assert dragged == []
        held[0] = Qt.MouseButton.LeftButton
        window.waveform.drag_requested.emit()
    qtbot.waitUntil(lambda: bool(dragged), timeout=WAIT_MS)
    watch.is_on = False
    (file,) = dragged
    assert read(file).frames == 44_100
    assert watch.opened == []


def test_a_selection_that_cannot_be_written_says_so_and_can_be_tried_again(
    qtbot: QtBot, program: Program, dragged: list[Path]
) -> None:
    window, clip = program.window, imported(program)
    window.listening.show_clip(clip)
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)
    window.waveform.set_selection((1000, 45_100))
    program.services.library.sound_file(clip.id).unlink()
    for _ in range(2):
        with qtbot.waitSignal(window.selection_drags.problem_found, timeout=WAIT_MS) as told:
            window.waveform.drag_requested.emit()
        assert isinstance(told.args[0], UserProblem)
    assert dragged == []


def test_a_row_whose_file_is_not_there_yet_is_written_beside_the_window(
    qtbot: QtBot, program: Program, watch: Watch
) -> None:
    window, clip = program.window, imported(program)
    assert window.minis.drag_file(clip) is not None  # ready since it was imported
    renamed = program.services.library.edit(clip.id, title="Another name")
    watch.is_on = True
    assert window.minis.drag_file(renamed) is None
    assert "being written" in window.status.notices.texts()[0]
    qtbot.waitUntil(lambda: window.minis.drag_file(renamed) is not None, timeout=WAIT_MS)
    watch.is_on = False
    file = window.minis.drag_file(renamed)
    assert file is not None
    assert file.name == "Another name.wav"
    assert watch.opened == []


def tiles(program: Program) -> list[int]:
    """The takes in the strip, by their numbers as they are seen."""
    return [tile.number + 1 for tile in program.window.takes.findChildren(TakeTile) if tile.isVisible()]


def shown(program: Program) -> str:
    """The title in the middle."""
    current = program.window.listening.current
    return "" if current is None else current.clip.title


def test_takes_keep_their_numbers_when_one_of_them_goes(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm", clips=4, takes=4)
    window, library = program.window, program.services.library
    clips = sorted(library.clips(), key=lambda clip: clip.title)
    library.trash([clips[2].id])
    window.showing.show_clip(library.get(clips[0].id))
    assert tiles(program) == [1, 2, 4]
    QTest.keyClick(window.waveform, Qt.Key.Key_3)
    assert shown(program) == "Calm · take 1"
    QTest.keyClick(window.waveform, Qt.Key.Key_4)
    assert shown(program) == "Calm · take 4"
    assert "Take 4 is shown and heard" in said(window.takes)


def test_a_take_that_is_deleted_for_good_leaves_the_strip(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm", clips=4, takes=4)
    window, library, listening = program.window, program.services.library, program.window.listening
    clips = sorted(library.clips(), key=lambda clip: clip.title)
    window.showing.show_clip(library.get(clips[3].id))
    assert tiles(program) == [1, 2, 3, 4]
    for gone, left, current in ((1, [1, 3, 4], 4), (0, [3, 4], 4), (2, [], 4)):
        library.trash([clips[gone].id])
        with qtbot.waitSignal(window.collection.deleted, timeout=WAIT_MS):
            window.collection._empty_trash([clips[gone].id])
        assert tiles(program) == left
        assert shown(program) == f"Calm · take {current}"
        QTest.keyClick(window.waveform, getattr(Qt.Key, f"Key_{gone + 1}"))
        assert shown(program) == f"Calm · take {current}"
        assert not set(listening.other_takes()) & {clips[gone].id}
    QTest.keyClick(window.waveform, Qt.Key.Key_Space)
    assert listening.current is not None
    assert not window.takes.isVisible()


def test_a_take_that_the_strip_has_no_place_for_is_shown_itself(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "calm")
    library, showing = program.services.library, program.window.showing
    (clip,) = library.clips()
    record, sound = record_in(clip), library.read(clip.id)
    assert record is not None
    takes = []
    for number in range(10):  # as a table of orders may ask for
        recipe = replace(record, order=replace(record.order, takes=10), take=number).to_json()
        take = replace(clip, id=f"{number:032x}", title=f"Calm · take {number + 1}", recipe=recipe)
        takes.append(library.add(take, sound))
    showing.show_clip(takes[9])
    assert shown(program) == "Calm · take 10"
    assert tiles(program) == []
    showing.show_clip(takes[7])
    assert shown(program) == "Calm · take 8"
    assert tiles(program) == list(range(1, 9))


def test_what_is_found_out_late_takes_back_no_title_that_was_given_meanwhile(qtbot: QtBot, program: Program) -> None:
    window, library = program.window, program.services.library
    clip = imported(program)
    window.showing.show_clip(clip)
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)
    found = replace(library.get(clip.id), key="C minor")  # as it was when somebody listened to it
    window.collection.rename(clip.id, "Night drive")
    window.tempo.clips_heard.emit([found])
    assert window.listening.current is not None
    assert window.listening.current.clip.title == "Night drive"
