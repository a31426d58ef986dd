"""Sections of the clip that is shown: replaced, taken back, compared with the original, mended; in the real window."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.files.midi import write_midi
from musicgen_studio.studio.arranging.composing import record_of_clip
from musicgen_studio.ui.panels.replace_card import ReplaceValues
from tests.dsp.music import beat, notes
from tests.ui.panels.finding import control, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file, type_and_generate

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
LONG_MS = 4 * WAIT_MS  # listening to clips may be loaded meanwhile


def _shown(program: Program) -> Clip:
    current = program.window.listening.current
    assert current is not None
    return current.clip


def _replaced(qtbot: QtBot, program: Program) -> Clip:
    """Make a clip, replace its middle in the window, and return the original."""
    type_and_generate(qtbot, program, "happy rock", duration_s=6.0)
    original = program.services.library.clips()[0]
    window = program.window
    qtbot.waitUntil(lambda: not window.listening.current.is_making, timeout=WAIT_MS)  # type: ignore[union-attr]
    window.waveform._select(2 * RATE, 4 * RATE)
    QTest.mouseClick(control(window.clip_header, QToolButton, "Replace"), Qt.MouseButton.LeftButton)
    field = control(window.clip_header, QLineEdit, "New words for the section")
    QTest.keyClicks(field, "calm")
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        QTest.keyClick(field, Qt.Key.Key_Return)
    return original


def test_the_selection_is_made_anew_and_the_best_take_is_shown(qtbot: QtBot, program: Program) -> None:
    original = _replaced(qtbot, program)
    library = program.services.library
    takes = [clip for clip in library.clips() if clip.parent == original.id]
    assert len(takes) == 4
    before = library.read(original.id).samples
    for take in takes:
        after = library.read(take.id).samples
        np.testing.assert_array_equal(after[: 2 * RATE], before[: 2 * RATE])
        np.testing.assert_array_equal(after[4 * RATE :], before[4 * RATE :])
        assert (after[2 * RATE : 4 * RATE] != before[2 * RATE : 4 * RATE]).any()
    assert {take.prompt for take in takes} == {"calm"}
    qtbot.waitUntil(lambda: _shown(program).id in {take.id for take in takes}, timeout=WAIT_MS)
    assert "leads best into what follows" in said(program.window.status)


def test_a_section_follows_the_melody_on_the_left(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    type_and_generate(qtbot, program, "happy rock", duration_s=4.0)
    window = program.window
    original = program.services.library.clips()[0]
    qtbot.waitUntil(lambda: not window.listening.current.is_making, timeout=WAIT_MS)  # type: ignore[union-attr]
    box = control(window.clip_header, QCheckBox, "Follow the melody in the section")
    assert box.isHidden()  # there is none
    write_midi(tmp_path / "line.mid", Melody((Note(0.0, 1.0, 60.0),), 1.0))
    window.prompt.melody.choose_file(tmp_path / "line.mid")
    qtbot.waitUntil(lambda: window.melodies.sketch is not None and not box.isHidden(), timeout=LONG_MS)
    box.setChecked(True)
    window.waveform._select(RATE, 3 * RATE)
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.clip_header._replace_card._go()
    take = next(clip for clip in program.services.library.clips() if clip.parent == original.id)
    order = record_of_clip(take).order
    assert (order.melody is None) != (order.melody_notes is None)


def test_it_can_be_taken_back_and_done_again(qtbot: QtBot, program: Program) -> None:
    original = _replaced(qtbot, program)
    library, undo = program.services.library, program.services.undo
    undo.undo()
    assert [clip.id for clip in library.clips()] == [original.id]
    assert _shown(program).id == original.id
    undo.redo()
    assert len(library.clips()) == 5


def test_zero_shows_the_original_and_the_take_again(qtbot: QtBot, program: Program) -> None:
    original = _replaced(qtbot, program)
    window = program.window
    take = _shown(program)
    window.listening._seek(3 * RATE)
    qtbot.waitUntil(lambda: window.listening.playhead() >= 3 * RATE, timeout=WAIT_MS)
    window.waveform.setFocus()
    QTest.keyClick(window.waveform, Qt.Key.Key_0)
    assert _shown(program).id == original.id
    qtbot.waitUntil(lambda: window.listening.playhead() >= 3 * RATE, timeout=WAIT_MS)
    QTest.keyClick(window.waveform, Qt.Key.Key_0)
    assert _shown(program).id == take.id


def test_takes_are_compared_where_the_playhead_and_the_loop_are(qtbot: QtBot, program: Program) -> None:
    """Also while nothing plays: the section is heard in each of them, not the beginning of the clip."""
    _replaced(qtbot, program)
    window = program.window
    if window.listening.is_playing:
        window.listening.toggle_play()
        qtbot.waitUntil(lambda: not window.listening.is_playing, timeout=WAIT_MS)
    window.listening._seek(3 * RATE)
    qtbot.waitUntil(lambda: window.listening.playhead() == 3 * RATE, timeout=WAIT_MS)
    window.waveform._select(2 * RATE, 4 * RATE)
    window.waveform.setFocus()
    QTest.keyClick(window.waveform, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2):
        QTest.keyClick(window.waveform, key)
        assert window.listening.playhead() == 3 * RATE
        assert window.waveform.loop() == (2 * RATE, 4 * RATE)
        assert program.services.transport._loop == (2 * RATE, 4 * RATE)
        assert not window.listening.is_playing


def test_without_a_selection_nothing_is_replaced(qtbot: QtBot, program: Program) -> None:
    type_and_generate(qtbot, program, "happy rock")
    program.window.clip_header.ask_to_replace()
    program.window.sections.replace(ReplaceValues("calm"))
    assert program.services.loop.views() == []
    assert len(program.services.library.clips()) == 1


def test_what_is_broken_is_mended(qtbot: QtBot, program: Program) -> None:
    sound = (beat(24, 8.0) + 0.05 * notes([57, 60, 64], 8.0)).astype(np.float32)
    sound[3 * RATE : 5 * RATE] = 0
    broken = Audio(sound[:, None], RATE)
    made = Clip(
        "c" * 32, "Broken", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", len(sound), RATE, 1, "rock", analysis="{}"
    )
    window, library = program.window, program.services.library
    library.add(made, broken)
    window.collection.refresh()
    window.collection.clip_chosen.emit(library.get(made.id))
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.sections.mend()
    takes = [clip for clip in library.clips() if clip.parent == made.id]
    assert len(takes) == 4
    for take in takes:
        mended = library.read(take.id).samples
        np.testing.assert_array_equal(mended[: round(2.6 * RATE)], broken.samples[: round(2.6 * RATE)])
        assert np.abs(mended[round(3.2 * RATE) : round(4.8 * RATE)]).max() > 0.01


def test_of_whole_music_it_says_so(qtbot: QtBot, program: Program) -> None:
    sound = beat(24, 8.0) * np.linspace(1, 0, 8 * RATE, dtype=np.float32)
    made = Clip("d" * 32, "Whole", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", len(sound), RATE, 1, analysis="{}")
    window = program.window
    program.services.library.add(made, Audio(sound[:, None].astype(np.float32), RATE))
    window.collection.refresh()
    window.collection.clip_chosen.emit(program.services.library.get(made.id))
    window.sections.mend()
    qtbot.waitUntil(lambda: "Nothing is broken in “Whole”" in said(window.status), timeout=WAIT_MS)
