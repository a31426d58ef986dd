"""The lane of passages: what a hand drags, carries and writes, what keys do, and what a screen reader hears."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from musicgen_studio.core.plan import Grid, Plan, PlannedPassage
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.ui.look.theme import DARK, LIGHT, Theme, apply_theme
from musicgen_studio.ui.widgets.passage_lane import PassageLane
from musicgen_studio.ui.widgets.timeline import Viewport

pytestmark = pytest.mark.usefixtures("dark")

PLAN = Plan(
    (PlannedPassage(0.0, "rock"), PlannedPassage(8.0, "jazz"), PlannedPassage(16.0, "piano", 4.0)), 24.0, grid=Grid(120)
)
WIDTH = 960  # 40 pixels for a second
Y = 14
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def lane(qtbot: QtBot) -> PassageLane:
    lane = PassageLane()
    qtbot.addWidget(lane)
    lane.resize(WIDTH, 28)
    lane.follow(Viewport().resized(24_000, WIDTH, 1.0).fit(), 1000)
    lane.set_plan(PLAN)
    lane.show()
    return lane


def _x(time_s: float) -> int:
    return round(time_s * WIDTH / 24)


def _drag(lane: PassageLane, from_x: int, to_x: int, keys: Qt.KeyboardModifier = NONE, *, lets_go: bool = True) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(lane, left, keys, QPoint(from_x, Y))
    for x in (from_x + (20 if to_x > from_x else -20), to_x):
        at = QPointF(x, Y)
        move = QMouseEvent(QEvent.Type.MouseMove, at, lane.mapToGlobal(at), left, left, keys)
        QApplication.sendEvent(lane, move)
    if lets_go:
        QTest.mouseRelease(lane, left, keys, QPoint(to_x, Y))


def test_edges_fall_on_bars_and_with_alt_anywhere(qtbot: QtBot, lane: PassageLane) -> None:
    with qtbot.waitSignal(lane.plan_changed) as told:
        _drag(lane, _x(8), _x(11.3))
    assert told.args == [PLAN.with_edge(1, 12.0)] == [lane.plan()]
    _drag(lane, _x(12), _x(9.1), ALT)
    plan = lane.plan()
    assert plan is not None
    assert plan.parts[1].start_s == pytest.approx(9.1, abs=0.03)


def test_the_end_is_dragged_and_so_is_the_end_of_a_morph(lane: PassageLane) -> None:
    _drag(lane, _x(24) - 1, _x(22))
    assert lane.plan() == PLAN.with_edge(3, 22.0)
    _drag(lane, _x(20), _x(18))
    plan = lane.plan()
    assert plan is not None
    assert plan.parts[2].morph_s == 2.0


def test_over_a_sound_whose_beats_are_known_places_fall_on_them(lane: PassageLane) -> None:
    beats = TempoMap.constant(90.0, 30.0, downbeat_s=0.25)
    lane.beats = lambda: beats
    _drag(lane, _x(8), _x(10))
    plan = lane.plan()
    assert plan is not None
    assert plan.parts[1].start_s == pytest.approx(beats.nearest_beat_s(10.0), abs=0.01)
    _drag(lane, _x(20), _x(18))
    plan = lane.plan()
    assert plan is not None
    assert 16 + plan.parts[2].morph_s == pytest.approx(beats.nearest_beat_s(18.0), abs=0.01)
    lane.set_plan(PLAN)
    lane.follow(None)  # it lies over no sound now
    assert lane._snapped_s(PLAN, 10.2) == PLAN.snapped_s(10.2) != beats.nearest_beat_s(10.2)


def test_a_block_is_carried_to_where_it_is_let_go(qtbot: QtBot, lane: PassageLane) -> None:
    with qtbot.waitSignal(lane.plan_changed):
        _drag(lane, _x(2), _x(14))
    plan = lane.plan()
    assert plan is not None
    assert [part.prompt for part in plan.parts] == ["jazz", "rock", "piano"]
    assert lane.chosen() == 1


def test_escape_takes_a_drag_back(qtbot: QtBot, lane: PassageLane) -> None:
    with qtbot.assertNotEmitted(lane.plan_changed):
        _drag(lane, _x(2), _x(20), lets_go=False)
        QTest.keyClick(lane, Qt.Key.Key_Escape)
        QTest.mouseRelease(lane, Qt.MouseButton.LeftButton, NONE, QPoint(_x(20), Y))
    assert lane.plan() == PLAN


def test_a_click_alone_changes_nothing_and_chooses(qtbot: QtBot, lane: PassageLane) -> None:
    with qtbot.assertNotEmitted(lane.plan_changed), qtbot.waitSignal(lane.chosen_changed) as told:
        QTest.mouseClick(lane, Qt.MouseButton.LeftButton, NONE, QPoint(_x(10), Y))
    assert told.args == [1]


def test_words_are_written_in_the_block(qtbot: QtBot, lane: PassageLane) -> None:
    QTest.mouseClick(lane, Qt.MouseButton.LeftButton, NONE, QPoint(_x(10), Y))
    QTest.mouseDClick(lane, Qt.MouseButton.LeftButton, NONE, QPoint(_x(10), Y))
    field = lane.findChild(QLineEdit)
    assert field is not None
    assert field.text() == "jazz"
    assert (field.selectedText(), field.cursorPosition()) == ("jazz", 0), "the beginning of long words is seen"
    QTest.keyClicks(field, "  slow   blues ")
    with qtbot.waitSignal(lane.plan_changed):
        QTest.keyClick(field, Qt.Key.Key_Return)
    plan = lane.plan()
    assert plan is not None
    assert plan.parts[1].prompt == "slow blues"
    QTest.keyClick(lane, Qt.Key.Key_Return)
    QTest.keyClicks(field, "never mind")
    with qtbot.assertNotEmitted(lane.plan_changed):
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.isHidden()


def test_keys_choose_and_move_edges(lane: PassageLane) -> None:
    lane.choose(0)
    QTest.keyClick(lane, Qt.Key.Key_Right)
    assert lane.chosen() == 1
    QTest.keyClick(lane, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert lane.plan() == PLAN.with_edge(1, 6.0)
    assert lane.spoken_value().text == "passage 2 of 3, jazz, from 6.0 s"
    lane.set_spoken_value(9)
    assert lane.chosen() == 2


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_the_chosen_one_and_a_morph_are_seen(lane: PassageLane, theme: Theme) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, theme)
    colours = DARK if theme is Theme.DARK else LIGHT
    lane.choose(2)
    lane.clearFocus()
    picture = lane.grab().toImage()
    assert picture.pixelColor(_x(23), 6).name() == colours.accent_soft
    assert picture.pixelColor(_x(4), 6).name() == colours.control
    assert picture.pixelColor(_x(16) + 6, 22).name() == colours.field  # under the line of the morph
    apply_theme(app, Theme.DARK)


def test_without_a_view_to_follow_all_of_it_is_seen_with_a_ruler(lane: PassageLane) -> None:
    lane.follow(None)
    assert lane.height() == 48
    lane.set_plan(PLAN.with_edge(3, 400.0))
    scene = lane._scene(PLAN.with_edge(3, 400.0))
    assert scene.x(400.0) < lane.width()
    assert scene.has_ruler
