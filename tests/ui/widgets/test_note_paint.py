"""Drawing notes: how sure an analysis is, where a curve breaks off, and cells of a chroma grid."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from musicgen_studio.core.melody import Note
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.note_paint import paint_chroma, paint_curve, paint_notes
from tests.ui.widgets.notes import C4, MELODY, curve
from tests.ui.widgets.test_note_scene import scene

pytestmark = pytest.mark.usefixtures("dark")


def drawn(width: int, height: int, draw: Callable[[QPainter], object]) -> QImage:
    """Return what is drawn on black."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    return image


def lit(image: QImage) -> set[tuple[int, int]]:
    return {
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).lightness() > 40
    }


def test_a_cell_stands_in_its_row_and_column() -> None:
    chroma = np.zeros((4, 12), np.float32)
    chroma[2, 11] = 1.0
    cells = lit(
        drawn(40, 120, lambda painter: paint_chroma(painter, QRectF(0, 0, 40, 120), chroma, (0, 10), "#ffffff"))
    )
    assert {x for x, _ in cells} <= set(range(20, 30))
    assert {y for _, y in cells} <= set(range(10))
    assert cells


def test_cells_beside_the_grid_are_left_out() -> None:
    chroma = np.ones((100, 12), np.float32)
    area = QRectF(10, 10, 20, 24)
    cells = lit(drawn(60, 60, lambda painter: paint_chroma(painter, area, chroma, (-50.0, 5.0), "#ffffff")))
    assert all(10 <= x <= 30 and 10 <= y <= 34 for x, y in cells)


def test_the_curve_breaks_off_where_there_is_no_pitch() -> None:
    sung = curve()
    quiet = sung.f0_hz.copy()
    quiet[40:60] = 0.0
    line = drawn(
        100, 100, lambda painter: paint_curve(painter, replace(sung, f0_hz=quiet), lambda s: s * 50, _y, "#ffffff")
    )
    columns = {x for x, _ in lit(line)}
    assert 20 in columns
    assert not columns & set(range(44, 56))
    assert 80 in columns


def _y(pitch: float) -> float:
    return 150 - pitch * 1.6


def test_a_note_that_is_not_sure_is_fainter() -> None:
    def shade(note: Note) -> int:
        place = replace(scene(), melody=replace(MELODY, notes=(note,)))
        image = drawn(place.width, place.height, lambda painter: paint_notes(painter, place, None))
        block = place.block(note)
        return image.pixelColor(round(block.right()) - 6, round(block.center().y())).lightness()

    assert shade(replace(C4, confidence=0.1)) < shade(replace(C4, confidence=0.6)) < shade(C4)


def test_what_lies_behind_the_end_is_veiled() -> None:
    place = replace(scene(), chroma=np.ones((40, 12), np.float32))
    image = drawn(place.width, place.height, lambda painter: paint_notes(painter, place, None))
    y = round(place.grid.center().y())
    before, behind = (
        max(image.pixelColor(round(place.x(time_s)) + by, y + row).lightness() for by in range(8) for row in range(6))
        for time_s in (1.0, 3.0)
    )
    assert behind < before


def test_the_sound_lies_behind_the_notes() -> None:
    place = scene()
    high = np.full((place.view.columns, 1), 0.5, np.float32)
    with_sound = drawn(place.width, place.height, lambda painter: paint_notes(painter, place, (-high, high)))
    without = drawn(place.width, place.height, lambda painter: paint_notes(painter, place, None))
    assert with_sound != without
    block = place.block(C4)
    spot = round(block.right()) - 6, round(block.center().y())
    assert with_sound.pixelColor(*spot) == QColor(theme.current().accent) == without.pixelColor(*spot)
