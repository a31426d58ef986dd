"""The strip of takes: choosing one by click and by key, and which is shown."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.analysis.faults import FaultKind
from musicgen_studio.evaluation.ranking import Ranked
from musicgen_studio.ui.panels.takes_strip import TakesStrip, TakeTile, TakeView, reason
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.panels.finding import control, nameless, said

TAKE = TakeView((np.full(8, -0.5, np.float32), np.full(8, 0.5, np.float32)), 0.5)


@pytest.fixture
def strip(qtbot: QtBot) -> TakesStrip:
    strip = TakesStrip(KeyMap())
    qtbot.addWidget(strip)
    strip.set_takes(dict(enumerate([TAKE, TakeView(None, 0.0), TAKE, TAKE])))
    with qtbot.waitExposed(strip):
        strip.show()
    strip.activateWindow()
    return strip


def visible(strip: TakesStrip) -> list[TakeTile]:
    return [tile for tile in strip.findChildren(TakeTile) if tile.isVisible()]


def test_a_click_and_a_number_choose_a_take(strip: TakesStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.take_chosen) as chosen:
        QTest.mouseClick(visible(strip)[1], Qt.MouseButton.LeftButton)
    assert chosen.args == [1]
    with qtbot.waitSignal(strip.take_chosen) as chosen:
        QTest.keyClick(strip, Qt.Key.Key_4)
    assert chosen.args == [3]


def test_numbers_without_a_take_choose_nothing(strip: TakesStrip, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(strip.take_chosen):
        QTest.keyClick(strip, Qt.Key.Key_5)


def test_the_mark_is_set_from_outside_only_and_said_in_words(strip: TakesStrip) -> None:
    strip.set_current(2)
    QTest.mouseClick(visible(strip)[0], Qt.MouseButton.LeftButton)
    assert [tile.isChecked() for tile in visible(strip)] == [False, False, True, False]
    assert "Take 3 is shown and heard" in said(strip)
    assert [tile.accessibleName() for tile in visible(strip)][1:3] == ["Take 2, not shown", "Take 3, shown"]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 0), (2, 2), (8, 8), (9, 8)])
def test_it_shows_two_to_eight_takes(strip: TakesStrip, count: int, shown: int) -> None:
    strip.set_takes(dict.fromkeys(range(count), TAKE))
    assert len(visible(strip)) == shown
    assert strip.isVisible() == bool(shown)


def test_how_far_each_follows_its_melody_is_said(strip: TakesStrip) -> None:
    assert "follows" not in said(strip)
    strip.set_takes({take: replace(TAKE, similarity=share) for take, share in enumerate((0.3, 0.614, None))})
    strip.set_current(1)
    assert "Take 2 is shown and heard · follows the melody 0.61" in said(strip)
    names = [tile.accessibleName() for tile in visible(strip)]
    assert names == ["Take 1, not shown, follows the melody 0.30", "Take 2, shown, follows the melody 0.61",
                     "Take 3, not shown"]  # fmt: skip


def test_takes_can_be_put_in_the_order_in_which_they_follow(strip: TakesStrip, qtbot: QtBot) -> None:
    best_first = control(strip, QToolButton, "Best first")
    assert not best_first.isVisible()
    strip.set_takes({take: replace(TAKE, similarity=share) for take, share in enumerate((0.3, 0.61, 0.2, 0.5))})
    best_first.click()
    assert [tile.number for tile in by_place(strip)] == [1, 3, 0, 2]
    with qtbot.waitSignal(strip.take_chosen) as chosen:
        QTest.keyClick(strip, Qt.Key.Key_2)  # the keys go by number
    assert chosen.args == [1]
    best_first.click()
    assert [tile.number for tile in by_place(strip)] == [0, 1, 2, 3]


def by_place(strip: TakesStrip) -> list[TakeTile]:
    QApplication.sendPostedEvents()
    return sorted(visible(strip), key=strip._row.indexOf)


@pytest.mark.parametrize(
    ("bad", "said_of_it"),
    [({"is_noise": True}, "noise"), ({"is_silent": True}, "silence"), ({"faults": (FaultKind.STOPS,)}, "it stops")],
)
def test_what_speaks_against_a_take_is_said(bad: dict[str, Any], said_of_it: str) -> None:
    good = Ranked(0, 1.0, "", grid=0.9)
    assert reason(good) == "on the beat 0.90 · nothing broken"
    told = reason(replace(good, **bad))
    assert said_of_it in told
    assert "nothing broken" not in told


def test_every_control_has_a_name_and_a_tooltip(strip: TakesStrip) -> None:
    assert nameless(strip) == []
    assert visible(strip)[0].toolTip() == "Hear take 1 (1)"
