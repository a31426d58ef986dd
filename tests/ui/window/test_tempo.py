"""Tempo, bars and key of the clip that is shown, in the real window: heard, corrected, taken back, clicked along."""

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.library.changing import known_edit
from musicgen_studio.sound.mixing import ClickedSound
from tests.ui.panels.finding import control, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
HEARD = Analysis(TempoMap.constant(125, 8.0, confidence=0.9), 0.8, key=Key(9, is_minor=True, strength=0.8), lufs=-14.0)


def beats(bpm: float, seconds: float) -> Audio:
    """Return clicks of noise on every beat, the first of four louder."""
    samples = np.zeros((round(seconds * RATE), 1), np.float32)
    burst = np.random.default_rng(0).uniform(-1, 1, (1600, 1)).astype(np.float32)
    burst *= np.linspace(1, 0, 1600, dtype=np.float32)[:, None]
    for beat in range(int(seconds * bpm / 60)):
        begin = round(beat * 60 / bpm * RATE)
        part = samples[begin : begin + 1600]
        part += burst[: len(part)] * np.float32(0.8 if beat % 4 == 0 else 0.4)
    return Audio(samples, RATE)


def shown(program: Program, audio: Audio, known: Analysis | None) -> Clip:
    """Put a sound into the library, with what is known of it, and show it."""
    library, window = program.services.library, program.window
    clip = Clip("d" * 32, "Beats", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", audio.frames, RATE, 1)
    clip = library.add(clip, audio)
    if known is not None:
        clip = library.edit(clip.id, **known_edit(known))
    window.collection.refresh()
    window.collection.clip_chosen.emit(clip)
    return clip


def chip(program: Program) -> str:
    return program.window.clip_header.tempo_chip.text()


def test_what_is_known_stands_on_the_clip_and_the_ruler(program: Program) -> None:
    shown(program, beats(125, 8.0), HEARD)
    assert chip(program) == "125 bpm · A minor"
    grid = program.window.waveform.beats()
    assert grid is not None
    assert grid.tempo_map == HEARD.tempo_map


def test_a_clip_that_nobody_has_heard_is_listened_to(qtbot: QtBot, program: Program) -> None:
    with qtbot.waitSignal(program.window.tempo.clips_heard, timeout=4 * WAIT_MS):
        clip = shown(program, beats(120, 10.0), None)
        assert chip(program) == "listening…"
    known = program.services.library.get(clip.id).known
    assert known is not None
    assert known.bpm == pytest.approx(120, rel=0.02)
    assert chip(program).startswith(known.tempo_text)


def test_a_correction_is_kept_and_can_be_taken_back(program: Program) -> None:
    clip = shown(program, beats(125, 8.0), HEARD)
    library, card = program.services.library, program.window.tempo.card
    control(card, QDoubleSpinBox, "Tempo").setValue(100)
    assert library.get(clip.id).tempo_bpm == pytest.approx(100)
    assert chip(program) == "100 bpm · A minor"
    program.services.undo.undo()
    assert library.get(clip.id).tempo_bpm == pytest.approx(125)
    assert chip(program) == "125 bpm · A minor"
    assert control(card, QDoubleSpinBox, "Tempo").value() == pytest.approx(125)


def test_a_dragged_bar_is_kept_and_can_be_taken_back(program: Program) -> None:
    clip = shown(program, beats(125, 8.0), HEARD)
    library = program.services.library
    program.window.waveform.downbeat_dragged.emit(0.2)
    known = library.get(clip.id).known
    assert known is not None
    assert known.tempo_map is not None
    assert known.tempo_map.bar_s(0) == pytest.approx(0.2)
    assert known.bpm == pytest.approx(125)
    assert known.is_locked
    grid = program.window.waveform.beats()
    assert grid is not None
    assert grid.tempo_map == known.tempo_map
    program.services.undo.undo()
    assert library.get(clip.id).known == HEARD


def test_the_metronome_is_heard_over_the_clip_and_gone_with_it(program: Program) -> None:
    shown(program, beats(125, 8.0), HEARD)
    window = program.window
    box = control(window.tempo.card, QCheckBox, "Metronome over the clip")
    box.setChecked(True)
    current = window.listening.current
    assert current is not None
    assert isinstance(window.listening._audible(current), ClickedSound)
    window.collection.clip_chosen.emit(program.services.library.get("d" * 32))
    library = program.services.library
    other = Clip("e" * 32, "Other", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", RATE, RATE, 1, analysis="{}")
    window.collection.clip_chosen.emit(library.add(other, beats(100, 1.0)))
    current = window.listening.current
    assert current is not None
    assert not isinstance(window.listening._audible(current), ClickedSound)
    assert not box.isChecked()


def test_snap_is_chosen_in_the_card_and_kept(program: Program) -> None:
    shown(program, beats(125, 8.0), HEARD)
    program.window.tempo.card.snap_chosen.emit("bar")
    assert program.services.settings.snap == "bar"


def test_a_selection_and_a_loop_say_how_long_they_are(program: Program) -> None:
    shown(program, beats(125, 8.0), HEARD)
    window = program.window
    four_bars = (0, round(7.68 * RATE))
    window.waveform.set_selection(four_bars)
    window.listening.poll()
    assert "selected: 4 bars · 7.68 s" in said(window.bar)
    window.listening.looping.loop_selection()
    window.waveform.set_selection(None)
    window.listening.poll()
    assert "loop: 4 bars · 7.68 s" in said(window.bar)
    window.listening.looping.set_loop(False)
    window.listening.poll()
    assert "bars" not in said(window.bar)
