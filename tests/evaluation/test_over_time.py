"""What becomes of music over time: the measures tell what moves from what does not, and what decays from what lasts."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.passages import Passage
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.evaluation import over_time
from musicgen_studio.evaluation.over_time import PAIRS, compared, summed_up, towards
from tests.dsp.music import beat, notes
from tests.fake_engine import FakeEngine


def test_a_curve_that_turns_back_is_told_from_one_that_moves() -> None:
    up, back = np.linspace(-0.3, 0.3, 7), np.array([-0.3, -0.3, 0.2, -0.1, 0.0, 0.1, 0.1])
    moves = summed_up(np.stack([up, up + 0.1]))
    assert (moves.clips, moves.largest_step_back, moves.moved, moves.rank_correlation) == (2, 0.0, 2, 1.0)
    turns = summed_up(np.stack([back, back]))
    assert turns.largest_step_back == pytest.approx(0.3)
    assert turns.rank_correlation < 0.9
    still = summed_up(np.stack([-up, -up]))
    assert (still.moved, still.rank_correlation) == (0, -1.0)


def test_music_that_goes_over_is_heard_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drums and noise that become a soft chord: away from techno and fast, towards slow and soft."""
    seconds = 21
    drums = np.resize(beat(24, 8.0), seconds * RATE_HZ)
    chord = 0.2 * notes([57, 60, 64], float(seconds))
    come = np.clip((np.arange(seconds * RATE_HZ) / RATE_HZ - 6) / 9, 0, 1).astype(np.float32)
    sound = ((1 - come) * drums + come * chord).astype(np.float32)

    class Plays(FakeEngine):
        def _clip(self, request, prompt, take, together):  # type: ignore[no-untyped-def]  # noqa: ARG002
            assert request.duration_s == seconds
            assert request.passages[0] == Passage(6.0, request.passages[0].prompt, None, 9.0)
            return sound[:, None]

    monkeypatch.setattr(over_time, "load_engine", lambda _folder: Plays())
    lines = list[str]()
    told = over_time.run_morphs(Path(), lines.append, clips=2)["morphs"]
    assert isinstance(told, dict)
    assert told["clips"] == 2
    assert len(lines) == 3
    curve = towards(Audio(sound[:, None], RATE_HZ), PAIRS[0])
    assert len(curve) == 7
    assert curve[-1] > curve[0] + 0.05
    assert towards(Audio(sound[::-1].copy()[:, None], RATE_HZ), PAIRS[0])[0] > curve[0] + 0.05


def _piece(ending: Samples) -> Audio:
    music = np.resize(beat(24, 8.0) + 0.1 * notes([57, 60, 64], 8.0), 60 * RATE_HZ).astype(np.float32)
    music[-len(ending) :] *= ending
    return Audio(music[:, None], RATE_HZ)


def test_a_piece_that_decays_is_told_from_one_that_lasts() -> None:
    span = 13 * RATE_HZ
    lasts = compared(_piece(np.ones(span, np.float32)), 1.0)
    assert lasts.holds
    assert lasts.seconds == 60.0
    quiet = compared(_piece(np.full(span, 0.5, np.float32)), 1.0)
    assert quiet.level_db == pytest.approx(-6.0, abs=0.5)
    assert not quiet.holds
    cut = np.ones(span, np.float32)
    cut[2 * RATE_HZ : 6 * RATE_HZ] = 0
    stops = compared(_piece(cut), 1.0)
    assert stops.silent == 1
    assert not stops.holds


def test_noise_in_place_of_music_does_not_hold() -> None:
    piece = _piece(np.ones(1, np.float32)).samples.copy()
    noise = np.random.default_rng(0).normal(0, 0.2, 13 * RATE_HZ).astype(np.float32)
    piece[-len(noise) :, 0] = noise * np.sqrt(np.mean(piece[: len(noise)] ** 2)) / 0.2
    decayed = compared(Audio(piece, RATE_HZ), 1.0)
    assert abs(decayed.level_db) < 1
    assert not decayed.holds


def test_a_long_piece_is_made_and_timed(text_checkpoint: Path) -> None:
    """Of random weights: what it comes to is not a test's business."""
    lines = list[str]()
    told = over_time.run_long(text_checkpoint, lines.append, 25.0)["long"]
    assert isinstance(told, dict)
    assert told["seconds"] == 25.0
    assert told["time_of_last"] > 0
    assert len(lines) == 1
