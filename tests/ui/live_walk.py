"""`python -m tests.ui.live_walk`: live music by real keys and a real mouse, heard on a sound server.

The whole program as it is started, from an empty home, with the starter's checkpoint. What is played is heard, the
puck is dragged and its sound arrives, the window's volume counts, what is kept is made again to the same samples. A
process of its own, as its home and its sound server are one for a whole process. Says each step, and ends with 0 if all
went as it should.
"""

import sys

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QSlider

from musicgen_studio import paths
from musicgen_studio.app import Program
from tests.ui.first_minute import CTRL, SHIFT, Musician, home, until
from tests.ui.panels.finding import control


def drag_puck(me: Musician) -> None:
    """Drag the puck over to the second prompt."""
    plane, left = me.window.live.panel.plane, Qt.MouseButton.LeftButton
    start, end = QPoint(plane.width() // 5, plane.height() // 2), QPoint(plane.width() * 9 // 10, plane.height() // 2)
    QTest.mousePress(plane, left, pos=start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(plane, start + (end - start) * share)
    QTest.mouseRelease(plane, left, pos=end)


def play_and_steer(me: Musician) -> None:
    """Open, write two prompts, play, drag, and hear what the volume says."""
    live, panel = me.window.live, me.window.live.panel
    until("the window has the keys", me.window.isActiveWindow)
    me.press(Qt.Key.Key_L, CTRL | SHIFT)
    until("the page opens", live.is_open)
    for prompt, words in zip(panel.prompts, ("calm piano", "energetic techno"), strict=False):
        prompt.setFocus()
        me.type(words)
        me.press(Qt.Key.Key_Return)
    panel.keep_all.setChecked(True)
    QTest.mouseClick(control(panel, QPushButton, "Play live"), Qt.MouseButton.LeftButton)
    until("it is heard", me.hears)
    playing = live.playing
    assert playing is not None
    before = playing.mailbox.steering.weights
    drag_puck(me)
    after = playing.mailbox.steering.weights
    assert after[1] > before[1]
    until("the puck is heard", lambda: playing.knob_to_ear_s is not None)
    volume = control(me.window.bar, QSlider, "Volume")
    volume.setValue(0)
    until("the volume counts", lambda: not me.hears())
    volume.setValue(volume.maximum())
    until("it is heard again", me.hears)


def keep_and_make_again(me: Musician, clips: int = 0) -> None:
    """Keep a part and all of it, and make both once more; so many clips are there before."""
    live, library = me.window.live, me.program.services.library
    before = {clip.id for clip in me.clips()}
    live.panel.plane.setFocus()
    me.press(Qt.Key.Key_K)
    until("K keeps", lambda: len(me.clips()) == clips + 1)
    live.stop()
    until("all of it is kept", lambda: len(me.clips()) == clips + 2 and live.playing is None)
    until("quiet", lambda: not me.hears())
    for clip in [each for each in me.clips() if each.id not in before]:
        known = {each.id for each in me.clips()}
        live.make_again(clip)
        until("it is made again", lambda: not live.is_making_again)
        (again,) = [each for each in me.clips() if each.id not in known]
        assert np.array_equal(library.read(again.id).samples, library.read(clip.id).samples)


def main() -> int:
    """Walk."""
    with home() as (_server, recording):
        _app = QApplication(sys.argv[:1])
        with Program(paths.settings_file(), watches_devices=True) as program:
            program.window.show()
            me = Musician(program, recording)
            play_and_steer(me)
            keep_and_make_again(me)
            print("walked", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
