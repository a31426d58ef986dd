"""Where notes lie on the screen, and what is under the pointer there."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Melody, Note
from musicgen_studio.ui.widgets.note_scene import GUTTER, PER_S, RULER, Grip, NoteScene, pitch_range
from musicgen_studio.ui.widgets.timeline import Viewport
from tests.ui.widgets.notes import A3, C4, E4, MELODY, curve


def scene(height: int = 400) -> NoteScene:
    width = 440
    view = Viewport().resized(4 * PER_S, width - GUTTER, 1.0).fit()
    low, high = pitch_range(MELODY, None)
    chroma = MELODY.chroma(30, CHROMA_RATE_HZ)
    return NoteScene(width, height, view, MELODY, None, chroma, CHROMA_RATE_HZ, low, high, 0.0, frozenset(), None, None)


def test_time_and_pitch_come_back_from_the_screen() -> None:
    place = scene()
    assert place.time_s(place.x(1.25)) == pytest.approx(1.25, abs=0.01)
    assert place.pitch(place.y(60.3)) == pytest.approx(60.3)
    assert place.x(4.0) == place.width


def test_the_range_has_room_for_all_notes_and_for_an_octave_and_a_half() -> None:
    low, high = pitch_range(MELODY, None)
    assert low < 57
    assert high > 64
    assert high - low == 18
    far = replace(MELODY, notes=(Note(0.0, 0.5, 20.0), Note(0.5, 0.5, 100.0)))
    assert pitch_range(far, None) == (18, 102)
    assert pitch_range(Melody((), 0.0), None) == (51, 69)


def test_strays_of_the_analysis_do_not_widen_the_range() -> None:
    sung = curve()
    strays = sung.f0_hz.copy()
    strays[3] = 2000.0
    assert pitch_range(MELODY, replace(sung, f0_hz=strays)) == pitch_range(MELODY, sung)
    assert pitch_range(Melody((), 0.0), sung)[0] <= 57


@pytest.mark.parametrize("height", [200, 400])
def test_rows_and_grid_share_the_height(height: int) -> None:
    place = scene(height)
    assert place.roll.bottom() < place.grid.top()
    assert place.grid.bottom() <= height
    assert place.row > 0
    assert place.grid.height() == 12 * place.chroma_row


def test_what_is_under_the_pointer() -> None:
    place = scene()
    block = place.block(C4)
    assert place.grip_at(block.center()) is Grip.NOTE
    assert place.grip_at(QPointF(block.left() + 1, block.center().y())) is Grip.NOTE_START
    assert place.grip_at(QPointF(block.right() - 1, block.center().y())) is Grip.NOTE_END
    assert place.note_at(block.center()) == C4
    assert place.grip_at(QPointF(200, 5)) is Grip.RULER
    assert place.grip_at(QPointF(10, 200)) is Grip.NAMES
    assert place.grip_at(QPointF(place.x(2.0), RULER + 4)) is Grip.END
    assert place.grip_at(QPointF(200, place.grid.center().y())) is Grip.CHROMA
    assert place.grip_at(QPointF(place.x(3.0), place.roll.center().y())) is Grip.EMPTY


def test_an_area_chooses_the_notes_it_touches() -> None:
    place = scene()
    assert place.notes_in(place.block(A3).united(place.block(C4))) == {A3, C4}
    assert place.notes_in(QRectF(place.x(3.0), 0, 10, 400)) == frozenset()
    assert E4 in place.notes_in(QRectF(GUTTER, 0, 400, 400))


def test_a_short_note_can_be_taken_as_a_whole() -> None:
    short = Note(1.0, 0.02, 60.0)
    place = replace(scene(), melody=Melody((short,), 2.0), chroma=np.zeros((0, 12), np.float32))
    assert place.grip_at(place.block(short).center()) is Grip.NOTE
