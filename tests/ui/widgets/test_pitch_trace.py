"""The live pitch: the newest note in words and as a line, whatever comes."""

import numpy as np
import pytest
from PySide6.QtGui import QAccessible, QColor, QImage
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import PitchCurve
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.pitch_trace import SEEN_S, PitchTrace

pytestmark = pytest.mark.usefixtures("dark")
HOP_S = 0.016


def sung(pitch: float, duration_s: float) -> PitchCurve:
    frames = round(duration_s / HOP_S)
    hz = 440 * 2 ** ((pitch - 69) / 12) if pitch else 0.0
    return PitchCurve(HOP_S, np.full(frames, hz, np.float32), np.full(frames, 0.9, np.float32))


@pytest.fixture
def trace(qtbot: QtBot) -> PitchTrace:
    trace = PitchTrace()
    qtbot.addWidget(trace)
    trace.resize(260, 116)
    with qtbot.waitExposed(trace):
        trace.show()
    return trace


def inked(trace: PitchTrace) -> set[tuple[int, int]]:
    image: QImage = trace.grab().toImage()
    ink = QColor(theme.current().warning)
    return {(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == ink}


def spoken(trace: PitchTrace) -> str:
    interface = QAccessible.queryAccessibleInterface(trace)
    assert interface is not None
    return str(interface.text(QAccessible.Text.Value))


def test_the_newest_note_is_told(trace: PitchTrace) -> None:
    assert trace.pitch() is None
    trace.append(sung(57.2, 0.5))
    assert trace.pitch() == pytest.approx(57.2, abs=0.01)
    assert spoken(trace) == "A3"
    trace.append(sung(0, 0.1))
    assert trace.pitch() is None
    assert spoken(trace) == "no pitch"


def test_higher_is_further_up_and_newer_further_right(trace: PitchTrace) -> None:
    trace.append(sung(57, 1.0))
    low = inked(trace)
    trace.append(sung(64, 1.0))
    both = inked(trace)
    assert min(y for _, y in both) < min(y for _, y in low)
    assert max(x for x, y in both if y > 80) < max(x for x, y in both if y < 80)


def test_only_the_last_seconds_are_kept(trace: PitchTrace) -> None:
    for _ in range(40):
        trace.append(sung(60, 1.0))
    assert len(trace._pitches) == round(SEEN_S / HOP_S)


def test_any_voice_comes_into_view(trace: PitchTrace) -> None:
    for pitch in (36, 84):
        trace.clear()
        trace.append(sung(pitch, 1.0))
        assert inked(trace), pitch


def test_clearing_begins_anew(trace: PitchTrace) -> None:
    trace.append(sung(60, 1.0))
    trace.clear("Counting in")
    assert inked(trace) == set()
    trace.append(sung(60, 0.0))
    assert trace.pitch() is None
