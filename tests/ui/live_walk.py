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
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.evaluation.over_time import PAIRS, towards
from tests.ui.first_minute import CTRL, SHIFT, Musician, home, until
from tests.ui.panels.finding import control

SLOWEST = 6
"""Music is made again in this many times its length at most, on a computer that is busy with other things, too."""

PAIR = PAIRS[0]
"""The two prompts, and what is heard of each."""

UNSTEERED_S, LEAD_S = 7.0, 4.0
"""So much is heard before the puck is dragged, and so much of what is heard then was perhaps made before."""


def drag_puck(me: Musician) -> None:
    """Drag the puck over to the second prompt."""
    plane, left = me.window.live.panel.plane, Qt.MouseButton.LeftButton
    start, end = QPoint(plane.width() // 5, plane.height() // 2), QPoint(plane.width() * 9 // 10, plane.height() // 2)
    QTest.mousePress(plane, left, pos=start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(plane, start + (end - start) * share)
    QTest.mouseRelease(plane, left, pos=end)


def play_and_steer(me: Musician) -> float:
    """Open, write two prompts, play, drag, and hear what the volume says; return how much was heard before the drag."""
    live, panel = me.window.live, me.window.live.panel
    until("the window has the keys", me.window.isActiveWindow)
    me.press(Qt.Key.Key_L, CTRL | SHIFT)
    until("the page opens", live.is_open)
    for prompt, words in zip(panel.prompts, (PAIR.one, PAIR.other), strict=False):
        prompt.setFocus()
        me.type(words)
        me.press(Qt.Key.Key_Return)
    panel.keep_all.setChecked(True)
    panel.plane.setFocus()
    for _ in range(10):
        me.press(Qt.Key.Key_Left)
    assert panel.plane.weights() == (1.0, 0.0)
    QTest.mouseClick(control(panel, QPushButton, "Play live"), Qt.MouseButton.LeftButton)
    until("it is heard", me.hears)
    playing = live.playing
    assert playing is not None
    until("there is something to compare with", lambda: heard_s(me) > UNSTEERED_S)
    before, dragged_s = playing.mailbox.steering.weights, heard_s(me)
    drag_puck(me)
    after = playing.mailbox.steering.weights
    assert after[1] > before[1]
    until("the puck is heard", lambda: playing.knob_to_ear_s is not None)
    volume = control(me.window.bar, QSlider, "Volume")
    volume.setValue(0)
    until("the volume counts", lambda: not me.hears())
    volume.setValue(volume.maximum())
    until("it is heard again", me.hears)
    return dragged_s


def heard_s(me: Musician) -> float:
    """Return how much live music was heard."""
    facts = me.window.live.playing and me.window.live.playing.facts
    return facts.heard_s if facts else 0.0


def hear_the_change(me: Musician, whole: Clip, dragged_s: float) -> None:
    """Compare what was heard before the drag with what was heard after it, by tags of either prompt."""
    sound = me.program.services.library.read(whole.id)
    frames = [round(time_s * sound.sample_rate) for time_s in (1.0, dragged_s, dragged_s + LEAD_S)]
    before, after = (
        towards(Audio(sound.samples[first:end], sound.sample_rate), PAIR).mean()
        for first, end in ((frames[0], frames[1]), (frames[2], sound.frames))
    )
    print(f"nearer to the second prompt by {after - before:.2f}", flush=True)  # noqa: T201
    assert after > before


def keep_and_make_again(me: Musician, dragged_s: float, clips: int = 0) -> None:
    """Keep a part and all of it, hear the change in it, and make both once more; so many clips are there before."""
    until("enough is heard", lambda: heard_s(me) > dragged_s + LEAD_S + UNSTEERED_S)
    live, library = me.window.live, me.program.services.library
    before = {clip.id for clip in me.clips()}
    live.panel.plane.setFocus()
    me.press(Qt.Key.Key_K)
    until("K keeps", lambda: len(me.clips()) == clips + 1)
    live.stop()
    until("all of it is kept", lambda: len(me.clips()) == clips + 2 and live.playing is None)
    until("quiet", lambda: not me.hears())
    kept = [each for each in me.clips() if each.id not in before]
    hear_the_change(me, max(kept, key=lambda each: each.frames), dragged_s)
    for clip in kept:
        known = {each.id for each in me.clips()}
        live.make_again(clip)
        until("it is made again", lambda: not live.is_making_again, SLOWEST * clip.duration_s)
        (again,) = [each for each in me.clips() if each.id not in known]
        assert np.array_equal(library.read(again.id).samples, library.read(clip.id).samples)


def main() -> int:
    """Walk."""
    with home() as (_server, recording):
        _app = QApplication(sys.argv[:1])
        with Program(paths.settings_file(), watches_devices=True) as program:
            program.window.show()
            me = Musician(program, recording)
            keep_and_make_again(me, play_and_steer(me))
            print("walked", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
