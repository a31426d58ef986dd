"""`python -m tests.ui.compose_walk`: a piece is composed over time by real keys and a real mouse, and heard.

The whole program as it is started, from an empty home, with the starter's checkpoint and a sound server: three passages
are written and heard in one go, bars 5 to 8 are replaced, the piece is let end, and then live music is played and kept.
A process of its own, as its home and its sound server are one for a whole process. Says each step, and ends with 0 if
all went as it should. `--live-minutes` says how long live music plays.
"""

import argparse
import sys
from functools import partial
from math import ceil
from time import monotonic

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from musicgen_studio import paths
from musicgen_studio.app import Program
from musicgen_studio.core.clip import Clip
from tests.ui.first_minute import CTRL, SHIFT, Musician, home, until
from tests.ui.live_walk import keep_and_make_again, play_and_steer
from tests.ui.panels.finding import control

BAR_S = 2.0  # at 120 bpm, as in the passages that are there to begin with


def write_three_passages(me: Musician) -> Clip:
    """Open the lane, write words of one's own into the third of its three passages, make them, hear them."""
    panel = me.window.passages.panel
    until("the window has the keys", me.window.isActiveWindow)
    me.window.waveform.setFocus()
    me.press(Qt.Key.Key_P, CTRL)
    until("the lane is open", panel.is_open)
    plan = panel.lane.plan()
    assert plan is not None
    assert len(plan.parts) == 3
    me.press(Qt.Key.Key_Right)  # from the first to the second
    me.press(Qt.Key.Key_Right)
    me.press(Qt.Key.Key_Return)
    until("words are asked for", lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    me.press(Qt.Key.Key_A, CTRL)
    me.type("slow blues with a double bass")
    me.press(Qt.Key.Key_Return)
    QTest.mouseClick(control(panel, QPushButton, "Generate the passages"), Qt.MouseButton.LeftButton)
    until("the first passage is heard", me.hears)
    until("all of it is made", lambda: len(me.clips()) == 1 and me.is_idle())
    (clip,) = me.clips()
    assert clip.duration_s == 12 * BAR_S
    me.be_quiet()
    return clip


def replace_bars_5_to_8(me: Musician, clip: Clip) -> Clip:
    """Drag over them, Ctrl+R, words, Enter; outside of them nothing has changed."""
    window, library = me.window, me.program.services.library
    rate, (first_s, end_s) = clip.sample_rate, (4 * BAR_S, 8 * BAR_S)
    view = window.waveform.viewport()
    me.drag(view.x(first_s * rate), view.x(end_s * rate))
    section = window.listening.looping.selection(clip.id)
    assert section is not None
    assert abs(section[0] / rate - first_s) < 0.3
    assert abs(section[1] / rate - end_s) < 0.3
    me.press(Qt.Key.Key_R, CTRL)
    until("new words are asked for", lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    me.press(Qt.Key.Key_A, CTRL)
    me.type("driving techno")
    me.press(Qt.Key.Key_Return)
    until("takes of the section are made", lambda: len(me.clips()) > 1 and me.is_idle())
    takes = [each for each in me.clips() if each.parent == clip.id]
    before = library.read(clip.id).samples
    for take in takes:
        after = library.read(take.id).samples
        assert np.array_equal(after[: section[0]], before[: section[0]])
        assert np.array_equal(after[section[1] :], before[section[1] :])
        assert not np.array_equal(after, before)
    until("the best of them is shown", lambda: _shown_id(me) in {take.id for take in takes})
    me.be_quiet()
    return library.get(_shown_id(me))


def let_it_end(me: Musician, clip: Clip) -> None:
    """Ctrl+Shift+D: the last bars are made anew, and it is quiet at its end."""
    known = {each.id for each in me.clips()}
    me.window.waveform.setFocus()
    me.press(Qt.Key.Key_D, CTRL | SHIFT)
    until("endings are made", lambda: len(me.clips()) > len(known) and me.is_idle())
    for ending in [each for each in me.clips() if each.id not in known]:
        sound = me.program.services.library.read(ending.id)
        assert ending.parent == clip.id
        assert np.abs(sound.samples[-sound.sample_rate // 50 :]).max() < 0.02
    me.be_quiet()


def _shown_id(me: Musician) -> str:
    current = me.window.listening.current
    return "" if current is None else current.clip.id


def _is_later(moment_s: float) -> bool:
    return monotonic() > moment_s


def play_live(me: Musician, minutes: float) -> None:
    """Play live so long, keep it, and make it again."""
    me.window.passages.close()
    begun_s, clips = monotonic(), len(me.clips())
    dragged_s = play_and_steer(me)
    for share in np.linspace(0, minutes, ceil(minutes) + 1)[1:]:
        until(f"{share:g} minutes were played", partial(_is_later, begun_s + 60 * float(share)))
    playing = me.window.live.playing
    assert playing is not None
    print(playing.facts, f"knob to ear {playing.knob_to_ear_s} s", flush=True)  # noqa: T201
    keep_and_make_again(me, dragged_s, clips)


def main() -> int:
    """Walk."""
    parser = argparse.ArgumentParser(description="Compose a piece over time, and play live.")
    parser.add_argument("--live-minutes", type=float, default=0.3, help="how long live music plays (default 0.3)")
    minutes = parser.parse_args().live_minutes
    with home() as (_server, recording):
        _app = QApplication(sys.argv[:1])
        with Program(paths.settings_file(), watches_devices=True) as program:
            program.window.show()
            me = Musician(program, recording)
            clip = write_three_passages(me)
            let_it_end(me, replace_bars_5_to_8(me, clip))
            play_live(me, minutes)
            print("walked", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
