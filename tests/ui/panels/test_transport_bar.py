"""The transport: its buttons and keys ask, and what it is told it shows."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.panels.finding import control, nameless, said


@pytest.fixture
def bar(qtbot: QtBot) -> TransportBar:
    bar = TransportBar(KeyMap())
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    bar.activateWindow()
    return bar


@pytest.mark.parametrize(
    ("key", "button", "signal"),
    [
        (Qt.Key.Key_Space, "Play", lambda bar: bar.play_requested),
        (Qt.Key.Key_Home, "Go to the start", lambda bar: bar.to_start_requested),
        (Qt.Key.Key_L, "Loop off", lambda bar: bar.loop_toggled),
        (Qt.Key.Key_End, "", lambda bar: bar.to_end_requested),
        (None, "Stop", lambda bar: bar.stop_requested),
    ],
)
def test_keys_and_buttons_ask_the_same(
    bar: TransportBar, qtbot: QtBot, key: Qt.Key | None, button: str, signal: Callable[[TransportBar], object]
) -> None:
    if button:
        with qtbot.waitSignal(signal(bar)):
            QTest.mouseClick(control(bar, QToolButton, button), Qt.MouseButton.LeftButton)
    if key is not None:
        with qtbot.waitSignal(signal(bar)):
            QTest.keyClick(bar, key)


def test_with_nothing_to_play_the_keys_ask_nothing(bar: TransportBar, qtbot: QtBot) -> None:
    bar.set_available(False)
    with qtbot.assertNotEmitted(bar.play_requested), qtbot.assertNotEmitted(bar.to_end_requested):
        QTest.keyClick(bar, Qt.Key.Key_Space)
        QTest.keyClick(bar, Qt.Key.Key_End)


def test_a_length_is_said_above_a_notice_and_below_what_is_waited_for(bar: TransportBar) -> None:
    words = "selected: 4 bars · 7.68 s"
    bar.set_notice("on loudspeakers", "The headphones are gone.")
    bar.set_length(words)
    assert words in said(bar)
    bar.set_buffering(3.0)
    assert words not in said(bar)
    bar.set_buffering(None)
    bar.set_length("")
    assert "on loudspeakers" in said(bar)


def test_play_becomes_pause(bar: TransportBar) -> None:
    bar.set_playing(True)
    assert control(bar, QToolButton, "Pause").toolTip() == "Pause (Space)"


def test_what_it_is_told_emits_nothing(bar: TransportBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.loop_toggled), qtbot.assertNotEmitted(bar.volume_changed):
        bar.set_loop(True)
        bar.set_volume(0.25)
    assert control(bar, QToolButton, "Loop on").isChecked()
    assert control(bar, QSlider, "Volume").value() == 25


def test_the_volume_is_a_share(bar: TransportBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.volume_changed) as changed:
        QTest.keyClick(control(bar, QSlider, "Volume"), Qt.Key.Key_Down)
    assert changed.args == [0.99]


def test_the_clock_and_the_wait(bar: TransportBar) -> None:
    bar.set_time(3.25, 8.0)
    bar.set_buffering(5.6)
    assert "0:03.2 / 0:08.0" in said(bar)
    assert "starts in 6 s" in said(bar)
    bar.set_buffering(None)
    assert "starts" not in said(bar)


def test_underruns_are_told_by_the_clocks_tooltip(bar: TransportBar) -> None:
    bar.set_underruns(3)
    assert "broke off 3 times" in control(bar, QLabel, "Position and length").toolTip()


@pytest.mark.parametrize(
    ("seconds", "tenths", "text"),
    [
        (0, True, "0:00.0"),
        (59.99, True, "0:59.9"),
        (61.2, True, "1:01.2"),
        (3600, True, "60:00.0"),
        (72.9, False, "1:12"),
    ],
)
def test_times_are_written_short_and_never_rounded_up(seconds: float, tenths: bool, text: str) -> None:
    assert clock(seconds, tenths) == text


def test_every_control_has_a_name_and_a_tooltip(bar: TransportBar) -> None:
    assert nameless(bar) == []


def test_a_missing_device_is_said_quietly_and_the_wait_goes_before_it(bar: TransportBar) -> None:
    bar.set_notice("nothing is heard", "There is no <sound> device.", is_unheard=True)
    assert "nothing is heard" in said(bar)
    assert bar._words.toolTip() == "<qt>There is no &lt;sound&gt; device.</qt>"
    bar.set_buffering(4.0)
    assert "starts in 4 s" in said(bar)
    assert "nothing is heard" not in said(bar)
    bar.set_buffering(None)
    assert "nothing is heard" in said(bar)
    bar.set_notice("")
    assert "nothing is heard" not in said(bar)


def test_the_clock_stands_in_the_middle_until_there_are_words_below_it(bar: TransportBar, qtbot: QtBot) -> None:
    bar.resize(640, bar.sizeHint().height())
    clock_label = control(bar, QLabel, "Position and length")
    play = control(bar, QToolButton, "Play")
    qtbot.waitUntil(lambda: abs(clock_label.geometry().center().y() - play.geometry().center().y()) <= 1)
    height = bar.sizeHint().height()
    bar.set_length("selected: 4 bars · 7.68 s")
    qtbot.waitUntil(lambda: clock_label.geometry().center().y() < play.geometry().center().y() - 4)
    assert bar.sizeHint().height() == height  # nothing else moves


def test_a_clock_that_would_be_cut_leaves_the_length_out(bar: TransportBar, qtbot: QtBot) -> None:
    frame = QWidget()  # a window of its own would not become narrower than its layout wants
    qtbot.addWidget(frame)
    bar.setParent(frame)
    frame.resize(640, 100)
    with qtbot.waitExposed(frame):
        frame.show()
    bar.show()
    bar.set_time(59.9, 125.0)
    label = control(bar, QLabel, "Position and length")
    bar.resize(640, bar.height())
    qtbot.waitUntil(lambda: label.text() == "0:59.9 / 2:05.0")
    bar.resize(bar.minimumSizeHint().width(), bar.height())
    qtbot.waitUntil(lambda: label.text() == "0:59.9")
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    bar.resize(640, bar.height())
    qtbot.waitUntil(lambda: label.text() == "0:59.9 / 2:05.0")
    bar.setParent(None)
