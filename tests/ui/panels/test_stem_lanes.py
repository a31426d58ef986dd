"""Tests of the stems' lanes."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.sound.mixing import LaneLevel
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.panels.stem_lanes import LANE_HEIGHT, LOWEST_DB, StemLanes, StemView
from musicgen_studio.ui.widgets.timeline import Viewport
from musicgen_studio.ui.widgets.waveform import WaveformView
from tests.ui.panels.finding import control, said

NAMES = ("drums", "bass", "lead", "other")
FRAMES = 32_000


def stem(name: str, is_late: bool = False) -> StemView:
    samples = np.zeros((FRAMES, 1), np.float32)
    samples[FRAMES // 2 if is_late else 0 :: 100] = 0.8
    peaks = PeakPyramid(1)
    peaks.append(samples)
    return StemView(f"id-{name}", name, peaks)


@pytest.fixture
def lanes(qtbot: QtBot) -> StemLanes:
    made = StemLanes()
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.set_stems([stem(name, is_late=name == "bass") for name in NAMES], "Our own separator")
    made.show()
    return made


def click(lanes: StemLanes, name: str) -> None:
    QTest.mouseClick(control(lanes, QToolButton, name), Qt.MouseButton.LeftButton)


def strip(lanes: StemLanes, name: str) -> QWidget:
    return next(each for each in lanes.findChildren(QWidget) if each.accessibleName() == f"Waveform of {name}")


def test_all_lanes_are_heard_as_they_are_at_first(lanes: StemLanes) -> None:
    assert lanes.levels() == [LaneLevel()] * 4
    assert "Our own separator" in said(lanes)


def test_long_words_about_the_separator_need_no_room(lanes: StemLanes) -> None:
    before = lanes.minimumSizeHint().width()
    lanes.set_stems([stem(name) for name in NAMES], "they add up to the clip; trained on " + "music " * 40)
    assert lanes.minimumSizeHint().width() <= before


def test_mute_solo_and_level_are_told(lanes: StemLanes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lanes.levels_changed) as told:
        click(lanes, "Solo Drums")
    assert told.args == [[LaneLevel(is_solo=True), LaneLevel(), LaneLevel(), LaneLevel()]]
    click(lanes, "Mute Bass")
    control(lanes, QSlider, "Level of Lead").setValue(-6)
    control(lanes, QSlider, "Level of Other").setValue(LOWEST_DB)
    assert lanes.levels() == [
        LaneLevel(is_solo=True),
        LaneLevel(is_muted=True),
        LaneLevel(level_db=-6),
        LaneLevel(level_db=LOWEST_DB, is_muted=True),
    ]


def test_a_lane_that_is_not_heard_is_grey(lanes: StemLanes) -> None:
    colours = theme.current()

    def inks() -> list[bool]:
        """Tell which lanes have the colour of music."""
        shown = list[bool]()
        for name in NAMES:
            lane = strip(lanes, name.capitalize())
            picture = lane.grab().toImage()
            x = picture.width() * 3 // 4
            column = {picture.pixelColor(x, y).name() for y in range(picture.height())}
            assert column & {colours.waveform, colours.muted}
            shown.append(colours.waveform in column)
        return shown

    assert inks() == [True, True, True, True]
    click(lanes, "Solo Bass")
    assert inks() == [False, True, False, False]
    click(lanes, "Solo Bass")
    click(lanes, "Mute Lead")
    assert inks() == [True, True, False, True]


def test_other_stems_begin_anew(lanes: StemLanes) -> None:
    click(lanes, "Mute Drums")
    lanes.set_stems([stem("drums"), stem("vocals")])
    assert lanes.levels() == [LaneLevel(), LaneLevel()]
    lanes.set_stems([])
    assert not lanes.isVisible()


def test_one_or_all_are_dragged_out(lanes: StemLanes, qtbot: QtBot) -> None:
    bass = strip(lanes, "Bass")
    QTest.mousePress(bass, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    with qtbot.waitSignal(lanes.drag_requested) as dragged:
        QTest.mouseMove(bass, QPoint(60, 10))
    assert dragged.args == [["id-bass"]]
    with qtbot.waitSignal(lanes.drag_requested) as dragged:
        QTest.mousePress(control(lanes, QToolButton, "Drag all stems"), Qt.MouseButton.LeftButton)
    assert dragged.args == [[f"id-{name}" for name in NAMES]]


def inked(widget: QWidget) -> list[bool]:
    """Tell for each pixel of the width whether the waveform is more there than a line."""
    picture = widget.grab().toImage()
    ink = theme.current().waveform
    y = picture.height() // 4
    return [picture.pixelColor(x, y).name() == ink for x in range(picture.width())]


def test_a_strip_shows_the_part_that_the_large_waveform_shows(lanes: StemLanes) -> None:
    width = strip(lanes, "Bass").width()
    seen = inked(strip(lanes, "Bass"))
    assert not any(seen[: width // 2 - 4])
    assert any(seen[width // 2 + 4 :])
    lanes.set_view(Viewport(FRAMES, 100, 1.0, FRAMES / 2 / 100, 100))
    assert any(inked(strip(lanes, "Bass"))[: width // 4])


def test_the_lanes_can_be_hidden(lanes: StemLanes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lanes.closed):
        click(lanes, "Hide stems")


def test_many_lanes_scroll_where_there_is_no_room_and_all_stand_where_there_is(qtbot: QtBot) -> None:
    lanes, waveform, column = StemLanes(), WaveformView(), QWidget()
    rows = QVBoxLayout(column)
    rows.addWidget(waveform, 1)
    rows.addWidget(lanes)
    qtbot.addWidget(column)
    lanes.set_stems([stem(name) for name in (*NAMES, "piano", "guitar")])
    column.resize(400, 320)
    column.show()
    qtbot.waitExposed(column)
    last = control(lanes, QToolButton, "Mute Guitar")
    assert column.height() == 320
    assert last.visibleRegion().isEmpty()
    last.setFocus(Qt.FocusReason.TabFocusReason)  # as Tab does
    control(lanes, QSlider, "Level of Piano").setFocus()
    QTest.keyClick(control(lanes, QSlider, "Level of Piano"), Qt.Key.Key_Tab)
    assert last.visibleRegion().boundingRect().height() == last.height()
    column.resize(400, 600)
    qtbot.waitUntil(lambda: lanes.height() > 6 * LANE_HEIGHT)
    assert control(lanes, QToolButton, "Mute Drums").visibleRegion().boundingRect().height() == last.height()
    assert last.visibleRegion().boundingRect().height() == last.height()
    assert waveform.height() > 200
