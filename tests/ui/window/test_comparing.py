"""A and B with one key, in the real window."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.studio.arranging.noticing import KEPT
from tests.ui.panels.finding import control
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
TONE = np.sin(np.arange(2 * RATE, dtype=np.float32) / 20)[:, None]


def clips(qtbot: QtBot, program: Program, pitch: float = 1.0) -> list[Clip]:
    """Two clips of one sound, the second 6 dB softer and, where asked for, higher.

    The second is shown, the first was before.
    """
    window = program.window
    window.show()
    qtbot.waitExposed(window)
    made = []
    for number, gain in enumerate((0.8, 0.4)):
        clip = Clip(f"{number}" * 32, f"Beep {number}", Origin.IMPORTED, f"2026-01-01T12:00:0{number}+00:00", 2 * RATE,
                    RATE, 1, analysis="{}")  # fmt: skip
        tone = TONE if number == 0 else np.sin(pitch * np.arange(2 * RATE, dtype=np.float32) / 20)[:, None]
        made.append(program.services.library.add(clip, Audio(tone * np.float32(gain), RATE)))
        window.collection.refresh()
        window.collection.clip_chosen.emit(made[-1])
    window.waveform.setFocus()
    return made


def test_one_key_hears_the_other_clip_as_loud_as_this_one(qtbot: QtBot, program: Program) -> None:
    first, second = clips(qtbot, program)
    window = program.window
    assert not window.compare_row.isVisible()
    QTest.keyClick(window.waveform, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=WAIT_MS)
    comparison = window.comparing.comparison
    assert comparison is not None
    assert loudest(program) == pytest.approx(0.8, abs=0.01)  # what is heard is seen, as it is
    assert [clip.id for clip in comparison.clips] == [second.id, first.id]
    assert window.compare_row.isVisible()
    assert comparison.sound.chosen == 1
    assert list(comparison.gains_db) == pytest.approx([0.0, -6.02], abs=0.02)
    assert np.allclose(comparison.sound.read(0, RATE)[1_000:], TONE[1_000:RATE] * 0.4, atol=1e-3)
    QTest.keyClick(window.waveform, Qt.Key.Key_B)
    assert comparison.sound.chosen == 0
    assert loudest(program) == pytest.approx(0.4, abs=0.01)
    QTest.mouseClick(control(window.compare_row, QToolButton, "Hear B: Beep 0"), Qt.MouseButton.LeftButton)
    assert comparison.sound.chosen == 1
    QTest.keyClick(window.waveform, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert window.comparing.comparison is None
    assert not window.compare_row.isVisible()
    assert loudest(program) == pytest.approx(0.4, abs=0.01)


def loudest(program: Program) -> float:
    """The highest peak that the waveform draws."""
    peaks = program.window.waveform.peaks()
    assert peaks is not None
    return float(peaks.query(0, 2 * RATE, 64)[1].max())


def test_the_other_waveform_leaves_place_and_selection(qtbot: QtBot, program: Program) -> None:
    clips(qtbot, program)
    window = program.window
    window.waveform.set_selection((RATE // 2, RATE))
    window.waveform.zoom_in()
    window.comparing.switch()
    qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=WAIT_MS)
    assert window.waveform.selection() == (RATE // 2, RATE)
    assert not window.waveform.viewport().is_fit


def test_the_spectrogram_is_of_what_is_heard(qtbot: QtBot, program: Program) -> None:
    first, second = clips(qtbot, program, pitch=4.0)
    window = program.window

    def picture() -> QImage | None:
        spectrum = window.waveform._spectrum
        return None if spectrum is None else spectrum.image

    window.views.turn_spectrogram()
    qtbot.waitUntil(lambda: picture() is not None, timeout=WAIT_MS)
    high = picture()
    window.comparing.switch()
    qtbot.waitUntil(lambda: picture() not in (None, high), timeout=4 * WAIT_MS)  # what measures loudness is loaded
    low = picture()
    window.comparing.switch()
    qtbot.waitUntil(lambda: picture() == high, timeout=WAIT_MS)
    window.comparing.switch()
    qtbot.waitUntil(lambda: picture() == low, timeout=WAIT_MS)
    window.collection.clip_chosen.emit(first)
    qtbot.waitUntil(lambda: picture() == low, timeout=WAIT_MS)  # what was the other one is the clip itself now
    window.collection.clip_chosen.emit(second)
    qtbot.waitUntil(lambda: picture() == high, timeout=WAIT_MS)


def test_what_is_broken_in_one_is_not_shown_on_the_other(qtbot: QtBot, program: Program) -> None:
    _first, second = clips(qtbot, program)
    window = program.window
    program.services.library.remember(f"{KEPT}{second.id}", json.dumps([["stops", 0.5, 1.0]]))
    window.collection.clip_chosen.emit(second)
    assert [span for span, _ in window.waveform.faults()] == [(RATE // 2, RATE)]
    window.comparing.switch()
    qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=4 * WAIT_MS)
    assert window.waveform.faults() == []
    window.comparing.switch()
    assert len(window.waveform.faults()) == 1


def test_another_clip_in_the_middle_ends_it(qtbot: QtBot, program: Program) -> None:
    first, _ = clips(qtbot, program)
    window = program.window
    window.comparing.switch()
    qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=WAIT_MS)
    window.collection.clip_chosen.emit(first)
    assert window.comparing.comparison is None
    assert not window.compare_row.isVisible()


def test_the_same_clip_chosen_once_more_ends_it_and_so_does_an_empty_window(qtbot: QtBot, program: Program) -> None:
    """The row went on saying that B is heard, and its buttons changed nothing any more."""
    _, second = clips(qtbot, program)
    window = program.window
    leaves: list[Callable[[], object]] = [lambda: window.collection.clip_chosen.emit(second), window.listening.clear]
    for leave in leaves:
        window.comparing.switch()
        qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=4 * WAIT_MS)
        leave()
        assert window.comparing.comparison is None
        assert not window.compare_row.isVisible()
        assert window.listening.instead is None


def test_with_nothing_to_compare_the_key_does_nothing(program: Program) -> None:
    program.window.comparing.switch()
    assert program.services.background.views() == []
    assert program.window.comparing.comparison is None
