"""What controls of live music do: measured on sounds that are known, and played by a real checkpoint."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.live import Steering
from musicgen_studio.evaluation import live_controls
from musicgen_studio.evaluation.live_controls import CONTROLS, Control, measured, run_live_controls, turned_by
from tests.studio.arranging.test_live import clicks

RATE = 32000


def test_more_strokes_are_more_onsets_and_higher_tones_are_brighter() -> None:
    slow, fast = (measured(Audio(clicks(bpm, 8.0), RATE))[0] for bpm in (60.0, 120.0))
    assert slow == pytest.approx(1.0, abs=0.15)
    assert fast > 1.4 * slow
    time_s = np.arange(4 * RATE) / RATE
    low, high = (
        measured(Audio(np.sin(2 * np.pi * hz * time_s)[:, None].astype(np.float32), RATE))[1] for hz in (500, 2000)
    )
    assert high - low == pytest.approx(2.0, abs=0.15)
    assert 2**low == pytest.approx(500, rel=0.1)


def test_the_interval_holds_the_mean_of_pairs() -> None:
    change = np.random.default_rng(0).normal((1.0, 0.0), (0.5, 0.5), (12, 2))
    turned = turned_by("more", change)
    assert turned.clips == 12
    assert turned.onsets - turned.onsets_95 > 0
    assert abs(turned.octaves) < turned.octaves_95
    assert turned.onsets_95 == pytest.approx(2.201 * change[:, 0].std(ddof=1) / 12**0.5, abs=1e-3)


def test_a_control_is_something_else_asked_for() -> None:
    usual = Steering(("rock",), guidance_scale=3.0)
    assert Control("more", words="busy").of(usual) == Steering(("rock", "busy"), (1.0, 1.0))
    assert Control("less", temperature=0.7).of(usual) == replace(usual, temperature=0.7)
    assert len({control.name for control in CONTROLS}) == len(CONTROLS)


def test_they_are_played_and_compared(text_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_controls, "CONTROLS", (Control("same"), Control("temperature 2", temperature=2.0)))
    said = list[str]()
    with one_thread():
        found = run_live_controls(text_checkpoint, said.append, 1, ("rock", "jazz"))
    assert list(found) == ["same", "temperature 2"]
    same, hot = found.values()
    assert isinstance(same, dict)
    assert isinstance(hot, dict)
    assert (same["onsets"], same["octaves"]) == (0.0, 0.0)
    assert (hot["onsets"], hot["octaves"]) != (0.0, 0.0)
    assert len(said) == 3
