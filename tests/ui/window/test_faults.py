"""What is broken in what was made: seen, told quietly, mended by a click; music that ends; the best of several."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.analysis.faults import FaultKind
from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.ending import Ending
from musicgen_studio.studio.arranging.choosing import rank_of
from musicgen_studio.studio.arranging.composing import record_of_clip
from musicgen_studio.studio.arranging.noticing import noticed
from musicgen_studio.studio.making.ending import ENDINGS
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.clip_words import how_it_ends
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from tests.dsp.music import beat, notes
from tests.ui.panels.finding import control, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
LONG_MS = 4 * WAIT_MS


def _broken(origin: Origin = Origin.GENERATED) -> tuple[Clip, Audio]:
    """Return a clip that stops for two seconds in its middle, and ends in the middle of its sound."""
    sound = (beat(24, 8.0) + 0.05 * notes([57, 60, 64], 8.0)).astype(np.float32)
    sound[3 * RATE : 5 * RATE] = 0
    date = "2026-01-01T12:00:00+00:00"
    return Clip("c" * 32, "Broken", origin, date, len(sound), RATE, 1, "rock", analysis="{}"), Audio(
        sound[:, None], RATE
    )


def _show(qtbot: QtBot, program: Program, clip: Clip, sound: Audio) -> None:
    window = program.window
    program.services.library.add(clip, sound)
    window.collection.refresh()
    window.collection.clip_chosen.emit(program.services.library.get(clip.id))
    qtbot.waitUntil(lambda: not window.listening.is_drawing, timeout=WAIT_MS)


def _hover(widget: QWidget, at: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, move)


def test_faults_are_seen_where_they_are_and_mended_by_a_click(qtbot: QtBot, program: Program) -> None:
    clip, sound = _broken()
    window, library = program.window, program.services.library
    _show(qtbot, program, clip, sound)
    qtbot.waitUntil(lambda: len(window.waveform.faults()) == 2, timeout=LONG_MS)
    (stops, ends) = window.waveform.faults()
    assert stops[0][0] == pytest.approx(3 * RATE, abs=0.02 * RATE)
    assert stops[0][1] == pytest.approx(5 * RATE, abs=0.02 * RATE)
    assert (stops[1], ends[1]) == ("stops suddenly · Mend", "ends abruptly · Let it end")
    assert "stops suddenly at 0:0" in window.waveform.accessibleDescription()
    assert "Arrow keys" in window.waveform.accessibleDescription()
    loud, quiet = (window.waveform._scene().fault_flag(number) for number in (0, 1))
    assert loud.width() > 80
    assert quiet.width() < 24  # nearly every clip ends so: the words come under the pointer
    _hover(window.waveform, quiet.center())
    assert window.waveform.toolTip() == "ends abruptly · Let it end"
    _hover(window.waveform, QPointF(20, 120))
    assert window.waveform.toolTip() == ""
    flag = loud.center().toPoint()
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        QTest.mouseClick(window.waveform, Qt.MouseButton.LeftButton, pos=flag)
    takes = [each for each in library.clips() if each.parent == clip.id]
    assert len(takes) == 4
    mended = library.read(takes[0].id).samples
    assert np.abs(mended[round(3.2 * RATE) : round(4.8 * RATE)]).max() > 0.01
    np.testing.assert_array_equal(mended[: round(2.6 * RATE)], sound.samples[: round(2.6 * RATE)])


def test_what_loops_has_no_end_to_miss(qtbot: QtBot, program: Program) -> None:
    clip, sound = _broken()
    window = program.window
    _show(qtbot, program, clip, sound)
    qtbot.waitUntil(lambda: len(window.waveform.faults()) == 2, timeout=LONG_MS)
    window.listening.looping.set_loop(True)
    assert [text for _, text in window.waveform.faults()] == ["stops suddenly · Mend"]
    window.listening.looping.set_loop(False)
    assert len(window.waveform.faults()) == 2


def test_of_what_somebody_brought_along_nothing_is_said(qtbot: QtBot, program: Program) -> None:
    clip, sound = _broken(Origin.IMPORTED)
    _show(qtbot, program, clip, sound)
    assert noticed(program.services.library, clip) is None
    assert program.window.waveform.faults() == []


def test_after_a_clip_is_made_it_is_said_quietly_what_is_broken(qtbot: QtBot, program: Program) -> None:
    window = program.window
    clip, sound = _broken()
    program.services.library.add(clip, sound)
    with qtbot.waitSignal(window.faults.found, timeout=LONG_MS):
        window.faults._find(clip, is_new=True)
    assert "“Broken”: stops suddenly at 0:0" in said(window.status)
    window.listening.show_clip(program.services.library.get(clip.id))
    qtbot.waitUntil(lambda: "“Broken”" not in said(window.status))  # its title stands in the header
    assert "stops suddenly at 0:0" in said(window.status)
    mend = control(window.status, QToolButton, "Mend")
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        mend.click()
    found = noticed(program.services.library, clip)
    assert found is not None
    assert [fault.kind for fault in found] == [FaultKind.STOPS, FaultKind.ENDS]


def test_music_can_be_asked_to_end(qtbot: QtBot, program: Program) -> None:
    window, library = program.window, program.services.library
    control(window.prompt, QCheckBox, "Let it end").click()
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.generation.generate(replace(window.prompt.values(), prompt="rock", duration_s=4.0))
    (clip,) = library.clips()
    record = record_of_clip(clip)
    assert (record.order.ends, record.order.endings) == (True, ENDINGS)
    assert record.ending is not None
    assert record.ending.tried == 1  # too short to go on from its middle
    assert how_it_ends(record.ending) in said(window)
    assert np.abs(library.read(clip.id).samples[-20:]).max() < 1e-3
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.generation.extend(clip, ExtendValues(False, 2.0, "calm"), 0)
    longer = next(each for each in library.clips() if each.parent == clip.id)
    assert not record_of_clip(longer).order.ends  # its own card says whether it does
    window.generation.use_settings(clip)
    assert window.prompt.values().ends


def test_a_clip_is_let_end_and_it_can_be_taken_back(qtbot: QtBot, program: Program) -> None:
    window, library = program.window, program.services.library
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.generation.generate(PromptValues(prompt="rock", duration_s=6.0))
    (clip,) = library.clips()
    before = library.read(clip.id).samples
    with qtbot.waitSignal(window.inbox.job_ended, timeout=LONG_MS):
        window.menus.actions["let-end"].trigger()
    takes = [each for each in library.clips() if each.parent == clip.id]
    assert len(takes) == 4
    for take in takes:
        after = library.read(take.id).samples
        np.testing.assert_array_equal(after[: 2 * RATE], before[: 2 * RATE])
        assert np.abs(after[-20:]).max() < 1e-3
        assert record_of_clip(take).ending == Ending(1)
    program.services.undo.undo()
    assert [each.id for each in library.clips()] == [clip.id]


def test_of_several_the_best_is_shown_with_the_reason_beside_each(qtbot: QtBot, program: Program) -> None:
    window, library = program.window, program.services.library
    values = PromptValues(prompt="rock with drums", duration_s=4.0, takes=4, shows_best=True)
    with qtbot.waitSignal(window.best.said, timeout=2 * LONG_MS) as told:
        window.generation.generate(values)
    takes = sorted(library.clips(), key=lambda clip: clip.title)
    reasons = [rank_of(library, take) for take in takes]
    assert all(each is not None and "drums" in dict(each.tags) for each in reasons)
    scores = [each.score for each in reasons if each is not None]
    best = scores.index(max(scores))
    assert window.listening.take == (best, 4)
    assert told.args == [f"Take {best + 1} measures best: {window.takes._in_words(best)}"]
    assert "drums 0." in window.takes._tiles[3].toolTip()
    window.takes._ranks.setChecked(True)
    assert window.takes._row.indexOf(window.takes._tiles[best]) == 0
    window.collection.clip_chosen.emit(takes[0])  # and the reasons are there again
    qtbot.waitUntil(lambda: "drums 0." in window.takes._in_words(3), timeout=WAIT_MS)


def test_one_take_has_nothing_to_be_best_of(program: Program) -> None:
    box = control(program.window.prompt, QCheckBox, "Show the best")
    assert box.isHidden()
    program.window.prompt.set_values(PromptValues(takes=8, shows_best=True))
    assert not box.isHidden()
    assert box.isChecked()


def test_a_flag_at_the_very_end_lies_inside_the_view(qtbot: QtBot, program: Program) -> None:
    clip, sound = _broken()
    window = program.window
    _show(qtbot, program, clip, sound)
    window.waveform.set_faults([((8 * RATE, 8 * RATE), "ends abruptly · Let it end")], quiet=[0])
    flag = window.waveform._scene().fault_flag(0)
    assert flag.right() <= window.waveform.width()
    assert window.waveform._scene().fault_at(flag.center()) == 0
    window.waveform.setCursor(Qt.CursorShape.ArrowCursor)
    QTest.mouseMove(window.waveform, QPoint(flag.center().toPoint()))
