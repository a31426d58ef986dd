"""`python -m tests.ui.first_minute [--load 4]`: the README's first minute by real keys, from an empty home.

The whole program as it is started, with the starter's checkpoint, on a sound server of its own, while other programs
keep the processor busy, one if not said otherwise. What the README promises is checked by what is heard, shown and
kept. A process of its own, as its home and its sound server are one for a whole process. Says each step, and ends with
0 if all went as it should. With QT_QPA_PLATFORM=xcb its window is on a display, as those of the other walks.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from musicgen_studio import paths
from musicgen_studio.app import Program
from musicgen_studio.compute.busy import busy
from musicgen_studio.core.clip import Clip
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.shortcuts_dialog import ShortcutsDialog
from tests.sound.conftest import PulseServer, Recording

WITHIN_MS = 240_000
WORDS = "happy rock with organ and drums"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_HEARD = 0.003  # linear; what nothing plays is 0


class Musician:
    """Two hands, two ears and two eyes."""

    def __init__(self, program: Program, recording: Recording) -> None:
        self.program, self.window, self._recording = program, program.window, recording

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        QTest.keyClicks(QApplication.focusWidget() or self.window, text)

    def hears(self) -> bool:
        """Tell whether the last fifth of a second of the sound card is loud."""
        last = self._recording.last(0.2)
        return bool(len(last)) and float(np.abs(last).max()) > _HEARD

    def drag(self, start_x: float, end_x: float) -> None:
        """Drag over the waveform."""
        view, left = self.window.waveform, Qt.MouseButton.LeftButton
        start, end = QPoint(round(start_x), 150), QPoint(round(end_x), 150)
        QTest.mousePress(view, left, pos=start)
        for share in (0.25, 0.5, 0.75, 1.0):
            QTest.mouseMove(view, start + (end - start) * share)
        QTest.mouseRelease(view, left, pos=end)

    def zoom(self) -> None:
        """Turn the wheel with Ctrl over the middle of the waveform."""
        view = self.window.waveform
        middle = QPointF(view.width() / 2, 150)
        none, no_phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        turn = QWheelEvent(middle, view.mapToGlobal(middle), QPoint(), QPoint(0, 240), none, CTRL, no_phase, False)
        QApplication.sendEvent(view, turn)

    def clips(self) -> list[Clip]:
        """What is in the library, newest first."""
        return self.program.services.library.clips()

    def shown(self) -> str:
        """The title of the clip in the middle."""
        current = self.window.listening.current
        return "" if current is None else current.clip.title

    def is_idle(self) -> bool:
        """Whether nothing is being made."""
        return not self.program.services.loop.views()

    def be_quiet(self) -> None:
        """Pause if it plays."""
        if self.window.listening.is_playing:
            self.press(Qt.Key.Key_Space)
        until("quiet", lambda: not self.hears())


def until(what: str, holds: Callable[[], bool], longer_s: float = 0.0) -> None:
    """Let the program run until something is so, and say it; how much longer than usual it may take."""
    deadline = QDeadlineTimer(WITHIN_MS + round(1000 * longer_s))
    while not holds():
        assert not deadline.hasExpired(), f"did not come: {what}"
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()
    print(what, flush=True)  # noqa: T201


def make_and_stop(me: Musician) -> None:
    """1 to 3: type, Ctrl+Enter, hear, Esc, Space."""
    window = me.window
    until("the window has the keys", window.isActiveWindow)
    me.type(WORDS)
    assert window.prompt.values().prompt == WORDS
    me.press(Qt.Key.Key_Return, CTRL)
    until("the keys go to the music", window.waveform.hasFocus)
    until("it grows", lambda: bool((now := window.listening.current) and now.peaks.frames > 32_000))
    me.press(Qt.Key.Key_Escape)
    until("what was made is kept", lambda: len(me.clips()) == 1 and me.is_idle())
    assert not me.clips()[0].is_complete
    assert window.prompt.values().prompt == WORDS
    me.be_quiet()
    me.press(Qt.Key.Key_Home)
    me.press(Qt.Key.Key_Space)
    until("Space plays", me.hears)
    me.press(Qt.Key.Key_Space)
    until("Space pauses", lambda: not me.hears())


def make_and_loop(me: Musician) -> None:
    """2 and 3 again, all of it: the sound starts by itself; select, repeat, move an edge while it plays, zoom."""
    window, view = me.window, me.window.waveform
    me.press(Qt.Key.Key_P)
    until("P goes to the prompt", lambda: window.prompt.isAncestorOf(QApplication.focusWidget() or window))
    me.press(Qt.Key.Key_Return, CTRL)
    until("the sound starts by itself", me.hears)
    until("it is made", lambda: len(me.clips()) == 2 and me.is_idle())
    until("it is known to be made", lambda: window.library.selected_ids() == [me.clips()[0].id])
    me.be_quiet()
    me.drag(view.width() * 0.3, view.width() * 0.6)
    selection = view.selection()
    assert selection is not None
    me.press(Qt.Key.Key_L)
    assert view.loop() == selection
    me.press(Qt.Key.Key_Space)
    until("the selection is heard", me.hears)
    me.drag(view.viewport().x(selection[1]), view.width() * 0.8)
    moved = view.selection()
    assert moved is not None
    assert moved[1] > selection[1]
    assert view.loop() == moved
    part = view.viewport()
    me.zoom()
    assert view.viewport() != part
    me.be_quiet()
    me.press(Qt.Key.Key_L)


def go_on_and_vary(me: Musician) -> None:
    """4: extend from the end, and another seed."""
    window, before = me.window, me.clips()[0]
    me.press(Qt.Key.Key_E)
    until("Extend asks", lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    me.press(Qt.Key.Key_Return)
    until("the extension is shown", lambda: me.shown().endswith("extended"))
    until("the extension is made", lambda: len(me.clips()) == 3 and me.is_idle())
    library = me.program.services.library
    longer = next(clip for clip in me.clips() if clip.title.endswith("extended"))
    old, new = library.read(before.id).samples, library.read(longer.id).samples
    assert np.array_equal(new[: len(old) // 2], old[: len(old) // 2])
    me.be_quiet()
    window.waveform.setFocus()
    until("it can be varied", lambda: bool(me.window.clip_actions.chosen()))
    me.press(Qt.Key.Key_V)
    until("the variation is made", lambda: len(me.clips()) == 4 and me.is_idle())
    me.be_quiet()


def keep_and_export(me: Musician) -> None:
    """5 and 6: rename, star, take back, find, export, and all keys."""
    window, none = me.window, Qt.KeyboardModifier.NoModifier
    until("the variation is known", lambda: bool(window.clip_actions.chosen()))
    me.press(Qt.Key.Key_F2)
    until("F2 renames", lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    me.type("Night drive")
    me.press(Qt.Key.Key_Return)
    until("it is renamed", lambda: me.shown() == "Night drive")
    for key, modifiers, is_starred in (
        (Qt.Key.Key_S, none, True),
        (Qt.Key.Key_Z, CTRL, False),
    ):
        me.press(key, modifiers)
        stars = [clip.is_starred for clip in me.clips() if clip.title == "Night drive"]
        assert stars == [is_starred]
    me.press(Qt.Key.Key_K, CTRL)
    me.type("night")
    until("it is found", lambda: window._model.rowCount() == 1)
    me.press(Qt.Key.Key_Escape)
    for key, modifiers, kind in ((Qt.Key.Key_E, CTRL | SHIFT, ExportDialog), (Qt.Key.Key_F1, none, ShortcutsDialog)):
        me.press(key, modifiers)
        dialog = window.findChildren(kind)[-1]
        until(f"{kind.__name__} opens", dialog.isVisible)
        dialog.reject()


@contextmanager
def home() -> Iterator[tuple[PulseServer, Recording]]:
    """An empty home, and a sound server in it that is listened to."""
    with home_with_server() as server, server.listening() as recording:
        yield server, recording


@contextmanager
def home_with_server() -> Iterator[PulseServer]:
    """An empty home, and a sound server in it."""
    with tempfile.TemporaryDirectory(prefix="pulse-") as name:
        server = PulseServer(Path(name))
        for variable in [each for each in os.environ if each.startswith("XDG_")]:
            del os.environ[variable]
        os.environ |= {"HOME": name, "PULSE_SERVER": server.address}
        try:
            yield server
        finally:
            server.control("exit")


def main() -> int:
    """Walk."""
    parser = argparse.ArgumentParser(description="Walk through the README's first minute.")
    parser.add_argument("--load", type=int, default=1, help="other programs that want the processor (default 1)")
    load = parser.parse_args().load
    with home() as (_server, recording), busy(load):
        _app = QApplication(sys.argv[:1])
        with Program(paths.settings_file(), watches_devices=True) as program:
            program.window.show()
            me = Musician(program, recording)
            for step in (make_and_stop, make_and_loop, go_on_and_vary, keep_and_export):
                step(me)
            print("walked", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
