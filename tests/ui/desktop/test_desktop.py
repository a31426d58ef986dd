"""Media keys, notifications and what the desktop is told, over a real bus, with the real window."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("needs Linux and dbus-daemon", allow_module_level=True)

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.ui.desktop.desktop import Desktop
from musicgen_studio.ui.desktop.player import PlayerState
from tests.ui.desktop.shell import PLAYER, ROOT, Shell, bus, shell
from tests.ui.test_first_minute import Hands
from tests.ui.test_window import WAIT_MS, Loader, loader, settings_file

__all__ = ["bus", "loader", "settings_file", "shell"]

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def program(settings_file: Path, loader: Loader, shell: Shell, qtbot: QtBot) -> Iterator[Program]:
    with Program(settings_file, loader, joins_desktop=True) as running:
        running.window.show()
        qtbot.waitUntil(shell.has_player, timeout=WAIT_MS)
        yield running
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def hands(program: Program, qtbot: QtBot) -> Hands:
    return Hands(program, qtbot)


def test_the_desktop_is_told_what_plays_and_what_changes(hands: Hands, shell: Shell) -> None:
    assert shell.get("PlaybackStatus") == "Stopped"
    assert shell.all(ROOT)["Identity"] == "MusicGen Studio"
    clip = hands.make("calm")
    hands.wait(lambda: shell.get("Metadata").get("xesam:title") == ("s", "Calm"))
    assert shell.get("Metadata")["mpris:length"] == ("x", round(clip.duration_s * 1e6))
    hands.wait(lambda: {"PlaybackStatus": "Playing"}.items() <= shell.all(PLAYER).items() or not hands.is_playing)
    if hands.is_playing:
        hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: shell.get("PlaybackStatus") == "Paused")
    hands.press(Qt.Key.Key_L)
    hands.wait(lambda: any(change.get("LoopStatus") == "Track" for change in shell.changes))
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_End)
    hands.wait(lambda: bool(shell.jumps))
    assert all("Position" not in change for change in shell.changes)


def test_media_keys_play_pause_and_stop(hands: Hands, shell: Shell) -> None:
    hands.make("calm")
    hands.window.listening.looping.set_loop(True)
    shell.call(PLAYER, "Pause")
    hands.wait(lambda: not hands.is_playing)
    for method, plays in (("PlayPause", True), ("PlayPause", False), ("Play", True), ("Play", True), ("Stop", False)):
        shell.call(PLAYER, method)
        hands.wait(lambda plays=plays: hands.is_playing is plays)  # type: ignore[misc]


def test_the_desktop_seeks_sets_volume_and_repeats(hands: Hands, shell: Shell) -> None:
    clip = hands.make("calm")
    hands.press(Qt.Key.Key_Space) if hands.is_playing else None
    hands.wait(lambda: shell.get("PlaybackStatus") == "Paused")
    track = shell.get("Metadata")["mpris:trackid"][1]
    shell.call(PLAYER, "SetPosition", "ox", track, 1_000_000)
    hands.wait(lambda: abs(hands.window.listening.playhead() - clip.sample_rate) < 10)
    hands.wait(lambda: shell.get("Position") == 1_000_000)
    shell.call(PLAYER, "SetPosition", "ox", "/another/clip", 3_000_000)
    shell.call(PLAYER, "Seek", "x", 500_000)
    hands.wait(lambda: abs(hands.window.listening.playhead() - 1.5 * clip.sample_rate) < 10)
    shell.set("Volume", "d", 0.25)
    hands.wait(lambda: hands.window.bar.volume() == 0.25)
    shell.set("LoopStatus", "s", "Track")
    hands.wait(lambda: hands.window.waveform.loop() is not None)


def test_two_wishes_in_a_row_add_up_and_the_place_is_that_of_this_moment(hands: Hands, shell: Shell) -> None:
    hands.make("calm")
    hands.press(Qt.Key.Key_Space) if hands.is_playing else None
    hands.wait(lambda: shell.get("PlaybackStatus") == "Paused")
    track = shell.get("Metadata")["mpris:trackid"][1]
    shell.call(PLAYER, "SetPosition", "ox", track, 500_000)
    shell.call(PLAYER, "Seek", "x", 250_000)  # before the window could say where it is
    assert shell.get("Position") == 750_000
    hands.wait(lambda: round(hands.window.listening.playhead() / 32_000, 2) == 0.75)


def test_next_and_previous_go_through_the_takes(hands: Hands, shell: Shell) -> None:
    hands.make("calm", takes=3)
    hands.wait(lambda: shell.get("CanGoNext") is True)
    assert shell.get("CanGoPrevious") is False
    shell.call(PLAYER, "Previous")
    shell.call(PLAYER, "Next")
    hands.wait(lambda: hands.shown().title == "Calm · take 2")
    shell.call(PLAYER, "Previous")
    hands.wait(lambda: hands.shown().title == "Calm · take 1")


@pytest.mark.parametrize(
    ("method", "error"),
    [("Explode", "UnknownMethod"), ("OpenUri", "UnknownMethod")],
)
def test_what_is_not_known_is_refused_and_the_next_call_is_answered(
    program: Program, shell: Shell, method: str, error: str
) -> None:
    assert program.desktop is not None
    answer = shell.call(PLAYER, method)
    assert answer.header.fields[4].endswith(error)
    assert shell.set("PlaybackStatus", "s", "Playing").header.fields[4].endswith("PropertyReadOnly")
    assert shell.get("CanControl") is True


def come_back(window: QWidget) -> None:
    """Come back to the window."""
    with pytest.warns(DeprecationWarning, match="setActiveWindow"):
        QApplication.setActiveWindow(window)


def go_elsewhere() -> None:
    """Go to another program: nothing of this one is active any more."""
    with pytest.warns(DeprecationWarning, match="setActiveWindow"):  # offscreen there is no other program to go to
        QApplication.setActiveWindow(None)  # type: ignore[arg-type]


def _leave(hands: Hands) -> None:
    hands.program.desktop._away_s = 0.0
    go_elsewhere()
    hands.wait(lambda: hands.program.desktop._left_s is not None)


def test_news_goes_to_the_desktop_only_while_the_window_is_left(hands: Hands, shell: Shell) -> None:
    hands.window.status.announce("seen here", is_done=True)
    _leave(hands)
    hands.window.status.announce("Volume is low")  # no news for who is elsewhere
    hands.window.status.announce("“Calm” is finished", is_done=True)
    hands.wait(lambda: hands.program.desktop._notifications._shown == 1)
    hands.window.status.announce("“Loud” is finished", is_done=True)
    hands.wait(lambda: len(shell.notes) == 2)
    assert [note[3] for note in shell.notes] == ["“Calm” is finished", "“Loud” is finished"]
    assert (shell.notes[0][1], shell.notes[1][1]) == (0, 1)  # the second takes the place of the first
    assert shell.notes[0][5] == ["default", "Show"]
    come_back(hands.window)
    hands.wait(hands.window.isActiveWindow)
    hands.window.status.announce("seen again", is_done=True)
    assert shell.get("CanControl") is True  # a round trip later nothing more has come
    assert len(shell.notes) == 2


def test_a_long_job_that_ends_in_the_background_is_told_and_a_click_comes_back(
    hands: Hands, shell: Shell, qtbot: QtBot
) -> None:
    hands.type("calm")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _leave(hands)
    hands.wait(lambda: len(shell.notes) == 1)
    assert shell.notes[0][3] == "“Calm” is finished"
    with qtbot.waitSignal(hands.program.desktop.raise_wished, timeout=WAIT_MS):
        shell.click(1)


def test_short_absences_get_no_notification(qtbot: QtBot, shell: Shell) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    desktop = Desktop(window, PlayerState, away_s=3600.0)
    with qtbot.waitSignal(desktop.joined, timeout=WAIT_MS):
        desktop.join()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    go_elsewhere()
    qtbot.waitUntil(lambda: desktop._left_s is not None, timeout=WAIT_MS)
    desktop.tell("“Calm” is finished")
    assert shell.get("CanControl") is True
    assert shell.notes == []
    desktop.close()


def press_media(hands: Hands, key: Qt.Key) -> None:
    """Press a key that QTest does not know."""
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(QApplication.focusWidget() or hands.window, QKeyEvent(QEvent.Type.KeyPress, key, none))


def test_without_a_bus_the_program_runs_and_media_keys_count_while_it_has_the_focus(
    settings_file: Path, loader: Loader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    with Program(settings_file, loader, joins_desktop=True) as program:
        program.window.show()
        hands = Hands(program, qtbot)
        hands.make("calm")
        program.window.listening.looping.set_loop(True)
        playing = hands.is_playing
        press_media(hands, Qt.Key.Key_MediaTogglePlayPause)
        hands.wait(lambda: hands.is_playing is not playing)
        press_media(hands, Qt.Key.Key_MediaStop)
        hands.wait(lambda: not hands.is_playing)


def test_a_session_that_ends_does_not_end_the_program(
    settings_file: Path, loader: Loader, qtbot: QtBot, shell: Shell
) -> None:
    with Program(settings_file, loader, joins_desktop=True) as program:
        program.window.show()
        qtbot.waitUntil(shell.has_player, timeout=WAIT_MS)
        bus = program.desktop._bus
        assert bus is not None
        bus._connection.sock.shutdown(2)
        hands = Hands(program, qtbot)
        assert hands.make("calm").title == "Calm"


def test_the_desktop_raises_and_closes_the_window(hands: Hands, shell: Shell) -> None:
    hands.window.showMinimized()
    shell.call(ROOT, "Raise")
    hands.wait(lambda: not hands.window.isMinimized())
    shell.call(ROOT, "Quit")
    hands.wait(lambda: not hands.window.isVisible())
