"""The meter: how its bars grow, what it says, and how seldom it is drawn."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QFontMetricsF, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.widgets.level_bar import FLOOR_DB
from musicgen_studio.ui.widgets.level_meter import LevelMeter

pytestmark = pytest.mark.usefixtures("dark")
QUIET = (FLOOR_DB, FLOOR_DB, False)


class CountingMeter(LevelMeter):
    """Counts how often it is drawn."""

    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's signature
        """Count."""
        self.paints += 1
        super().paintEvent(event)


@pytest.fixture
def meter(qtbot: QtBot) -> CountingMeter:
    meter = CountingMeter()
    qtbot.addWidget(meter)
    meter.resize(600, meter.sizeHint().height())
    with qtbot.waitExposed(meter):
        meter.show()
    meter.activateWindow()
    return meter


def _count(meter: LevelMeter, *inks: str) -> list[int]:
    """Return how many pixels each ink has."""
    picture = meter.grab().toImage()
    pixels = [picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())]
    return [pixels.count(ink) for ink in inks]


def test_a_bar_is_as_long_as_it_is_loud(meter: CountingMeter) -> None:
    lengths = []
    for level_db in (FLOOR_DB, -45.0, -30.0, -15.0):
        meter.set_levels([(level_db, FLOOR_DB, False), QUIET])
        lengths += _count(meter, theme.DARK.meter_low)
    assert lengths[0] == 0
    steps = [after - before for before, after in pairwise(lengths)]
    assert steps == pytest.approx([steps[0]] * 3, rel=0.05)


def test_loud_has_a_colour_of_its_own(meter: CountingMeter) -> None:
    inks = (theme.DARK.meter_low, theme.DARK.meter_mid, theme.DARK.meter_high)
    for level_db, seen in ((-20.0, 1), (-6.0, 2), (0.0, 3)):
        meter.set_levels([(level_db, FLOOR_DB, False), QUIET])
        assert [count > 0 for count in _count(meter, *inks)] == [True] * seen + [False] * (3 - seen)


@pytest.mark.parametrize("chosen", [Theme.DARK, Theme.LIGHT])
def test_clipping_puts_a_light_on(meter: CountingMeter, qapp: QApplication, chosen: Theme) -> None:
    apply_theme(qapp, chosen)
    danger = theme.current().danger
    before = _count(meter, danger)
    meter.set_levels([(-30.0, -30.0, True), QUIET])
    assert meter.is_clipped()
    assert _count(meter, danger)[0] > before[0] + 100


def test_it_is_drawn_only_when_something_changed(meter: CountingMeter, qtbot: QtBot) -> None:
    meter.set_levels([(-30.0, -20.0, False)] * 2)
    QApplication.processEvents()
    before = meter.paints
    assert before > 0
    for _ in range(50):
        meter.set_levels([(-30.0, -20.0, False)] * 2)
        QApplication.processEvents()
    assert meter.paints == before
    meter.set_levels([(-29.0, -20.0, False)] * 2)
    qtbot.waitUntil(lambda: meter.paints == before + 1)


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_click_and_a_key_ask_to_put_the_light_out(meter: CountingMeter, qtbot: QtBot, key: Qt.Key) -> None:
    with qtbot.waitSignal(meter.reset_requested):
        QTest.mouseClick(meter, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(meter.reset_requested):
        QTest.keyClick(meter, key)


def test_a_key_of_the_window_does_not_take_its_key(meter: CountingMeter, qtbot: QtBot) -> None:
    played = list[bool]()
    play = QAction(meter)
    play.setShortcut(Qt.Key.Key_Space)
    play.triggered.connect(played.append)
    meter.addAction(play)
    qtbot.waitUntil(meter.isActiveWindow)
    meter.setFocus()
    with qtbot.waitSignal(meter.reset_requested):
        QTest.keyClick(meter, Qt.Key.Key_Space)
    assert played == []
    QTest.keyClick(meter, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert played == []


def test_a_screen_reader_hears_it(meter: CountingMeter) -> None:
    interface = QAccessible.queryAccessibleInterface(meter)
    assert interface.text(QAccessible.Text.Value) == "silent"
    meter.set_levels([(-9.0, -7.0, False), (-40.0, -30.0, True)])
    assert interface.text(QAccessible.Text.Name) == "Level"
    assert interface.text(QAccessible.Text.Value) == "-9 decibels, clipped"


def test_the_numbers_of_the_scale_never_touch_and_are_as_many_as_fit(meter: CountingMeter) -> None:
    metrics = QFontMetricsF(theme.number_font())
    counts = []
    for width in range(130, 700, 3):
        meter.resize(width, meter.height())
        ticks = meter.ticks_db()
        counts.append(len(ticks))
        per_db = meter._bar_area(0).width() / -FLOOR_DB
        for right, left in pairwise(ticks):
            half_widths = sum(metrics.horizontalAdvance(str(tick).replace("-", "−")) for tick in (right, left)) / 2
            assert (right - left) * per_db > half_widths + 4
        assert ticks[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == 6


def test_in_a_narrow_place_the_bars_keep_half_of_it(meter: CountingMeter) -> None:
    meter.resize(64, meter.height())
    assert meter._bar_area(0).width() >= 28
    before = _count(meter, theme.DARK.danger)[0]
    meter.set_levels([(-30.0, -30.0, True), QUIET])
    assert _count(meter, theme.DARK.danger)[0] > before + 100


@pytest.mark.parametrize("width", [1, 44, 80, 200])
def test_it_can_be_drawn_at_any_width_and_with_any_channels(meter: CountingMeter, width: int) -> None:
    meter.resize(width, meter.height())
    for levels in ([], [QUIET], [(6.0, 6.0, True)] * 2, [(-200.0, float("-inf"), False)] * 2):
        meter.set_levels(levels)
        assert not meter.grab().isNull()
