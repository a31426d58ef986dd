"""The net that hears beats: its music, its examples, its training in small, and how it is judged."""

import shutil
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.analysis.frames import BANDS, FRAMES_PER_S
from musicgen_studio.analysis.network import BeatNet, hear, load_net, save_net, shipped_net
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Key as FoundKey
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.beats import examination
from musicgen_studio.training.beats.agreement import times_agree
from musicgen_studio.training.beats.counting import Choice, choices, fitted
from musicgen_studio.training.beats.dataset import Example, examples, make_examples
from musicgen_studio.training.beats.examination import Question, questions, scored, table
from musicgen_studio.training.beats.music import Timing, draw_timing, play
from musicgen_studio.training.beats.train import BeatTraining, _course, _part
from musicgen_studio.training.music.score import Role, ScoreKey
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.pace import Limits
from tests.training.conftest import TINY, keep_quiet, unlimited

SETTINGS = replace(TINY.beats, pieces=4, pieces_per_shard=2, coded=0.5)


def same(sound: Samples) -> Samples:
    """A codec that loses nothing."""
    return sound


@pytest.fixture(scope="module")
def made(synthesizer: Synthesizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples of a tiny training."""
    folder = tmp_path_factory.mktemp("beats")
    make_examples(folder / "examples", SETTINGS, synthesizer, same, 1, threading.Event(), keep_quiet)
    return folder


@pytest.fixture
def begun(made: Path, tmp_path: Path) -> Path:
    """The folder of a training that has its examples and has learned nothing yet."""
    shutil.copytree(made, tmp_path / "beats")
    return tmp_path / "beats"


@pytest.mark.parametrize("timing", [Timing(63.7), Timing(171.3), Timing(120.0, drift=0.03)])
def test_a_piece_has_its_tempo_and_drift(synthesizer: Synthesizer, timing: Timing) -> None:
    played = play(3, 1, 8.0, synthesizer, held_out=True, timing=timing)
    lengths_s = np.diff(played.beats_s)
    assert 60 / np.median(lengths_s) == pytest.approx(timing.bpm, rel=0.03 if timing.drift else 1e-6)
    assert np.ptp(lengths_s) / lengths_s.mean() <= 2 * timing.drift + 0.005
    assert bool(np.ptp(lengths_s) > 1e-3) is (timing.drift > 0)
    assert len(played.sound) / 32_000 == pytest.approx(8.0, rel=0.6)


def test_the_drums_are_on_the_beats_they_are_said_to_be_on(synthesizer: Synthesizer) -> None:
    house = 14  # any style with drums, found by its number
    for index in range(house):
        played = play(index, 2, 8.0, synthesizer, held_out=True, timing=Timing(97.3))
        if Role.DRUMS in played.score.facts.instruments and not played.score.facts.swing:
            break
    power = np.square(played.sound[: len(played.sound) // 160 * 160].reshape(-1, 160)).mean(axis=1)  # 5 ms each
    rises = np.maximum(np.diff(np.log10(power + 1e-6)), 0)

    def near(times_s: np.ndarray) -> float:
        at = np.round(times_s * 200).astype(int)
        return float(np.mean([rises[max(each - 4, 0) : each + 6].max() for each in at if each + 6 < len(rises)]))

    beats_s = played.beats_s[:-4]
    assert near(beats_s) > 1.3 * near(beats_s + 0.37 * float(np.diff(beats_s)[0]))


def test_a_timing_is_anywhere_between_its_bounds() -> None:
    drawn = [draw_timing(np.random.default_rng(seed), drifts=seed % 2 == 0) for seed in range(300)]
    assert all(55 <= timing.bpm <= 190 for timing in drawn)
    assert len({round(timing.bpm) for timing in drawn}) > 90
    assert all((timing.drift > 0) is (seed % 2 == 0) for seed, timing in enumerate(drawn))


def test_examples_are_made_once_and_read_back(made: Path, synthesizer: Synthesizer) -> None:
    before = {path: path.stat().st_mtime_ns for path in (made / "examples").glob("*.npz")}
    assert make_examples(made / "examples", SETTINGS, synthesizer, same, 1, threading.Event(), keep_quiet) == 2
    assert {path: path.stat().st_mtime_ns for path in (made / "examples").glob("*.npz")} == before
    read = list(examples(made / "examples"))
    assert len(read) == 4
    for each in read:
        assert each.bands.shape[1] == BANDS
        assert 0 <= each.beats_s[0] <= each.beats_s[-1] < len(each.bands) / FRAMES_PER_S
        assert each.beats_per_bar in (3, 4)


def test_a_training_that_is_stopped_goes_on_and_ends_with_a_net(begun: Path) -> None:
    stopped = threading.Event()
    stopped.set()
    assert not BeatTraining(begun, SETTINGS, Limits(stopped), keep_quiet, 60).run()
    training = BeatTraining(begun, SETTINGS, unlimited(), keep_quiet, 60)
    assert training.run()
    assert training.held_back_loss() < 1
    net = load_net(begun / "beats.safetensors")
    heard = hear(np.zeros((100, BANDS), np.float32), net)
    assert heard.shape == (100, 2)
    assert np.isfinite(heard).all()


def test_what_speaks_for_the_right_way_to_count_is_learned() -> None:
    rng = np.random.default_rng(3)
    made = list[Choice]()
    for _ in range(200):
        figures = rng.normal(size=(6, 3)).astype(np.float32)
        is_right = np.arange(6) == (2 * figures[:, 0] - figures[:, 2] + rng.normal(0, 0.3, 6)).argmax()
        made.append(Choice(figures * np.array([1, 10, 100], np.float32) + 5, is_right))
    weights = fitted(made)
    assert weights[0] > 50 * abs(weights[1]) > 0
    assert weights[0] / weights[2] == pytest.approx(-200, rel=0.2)
    hits = [each.is_right[(each.figures @ weights).argmax()] for each in made]
    assert np.mean(hits) > 0.85


def test_choices_are_of_parts_of_pieces_whose_beats_are_known(made: Path) -> None:
    pieces, net = list(examples(made / "examples")), shipped_net()
    assert net is not None
    found = list(choices(pieces, net, SETTINGS, threading.Event()))
    assert found
    assert all(each.is_right.any() and not each.is_right.all() for each in found)
    assert all(each.figures.shape == (len(each.is_right), found[0].figures.shape[1]) for each in found)
    stopped = threading.Event()
    stopped.set()
    assert not list(choices(pieces, net, SETTINGS, stopped))


def test_a_net_learns_what_it_sees_again_and_again(begun: Path) -> None:
    long = replace(SETTINGS, steps=60, width=16, rate=5e-3)
    training = BeatTraining(begun, long, unlimited(), keep_quiet, 1e9)
    before = training.held_back_loss()
    training.run()
    assert training.held_back_loss() < 0.6 * before


def test_without_examples_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="nothing to learn"):
        BeatTraining(tmp_path, SETTINGS, unlimited(), keep_quiet, 60)


def test_a_net_comes_back_as_it_was(tmp_path: Path) -> None:
    net = BeatNet(8, 3).eval()
    save_net(net, tmp_path / "net.safetensors")
    bands = np.random.default_rng(0).normal(size=(50, BANDS)).astype(np.float32)
    assert hear(bands, load_net(tmp_path / "net.safetensors")) == pytest.approx(hear(bands, net), abs=0.02)


def test_held_out_pieces_are_the_same_every_time_and_of_their_kind(synthesizer: Synthesizer) -> None:
    first, again = (next(questions("six tempi", 1, synthesizer)) for _ in range(2))
    assert np.array_equal(first.sound.samples, again.sound.samples)
    assert round(750 / first.bpm, 3) in range(5, 11)
    assert set(np.round(first.downbeats_s, 6)) <= set(np.round(first.beats_s, 6))


def test_the_tempo_of_a_drifting_piece_is_that_of_the_beats_that_sound(synthesizer: Synthesizer) -> None:
    asked = next(questions("drift", 1, synthesizer))
    assert asked.bpm == pytest.approx(60 / np.median(np.diff(asked.beats_s)), rel=1e-9)


def test_what_is_known_is_told_before_the_next_kind_and_no_sound_is_kept(
    synthesizer: Synthesizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the last kind, the clips of a checkpoint, an examination may end: what was found before is not lost."""
    monkeypatch.setattr(examination, "KINDS", ("straight", "drift"))
    told, sounds = list[str](), list[weakref.ref[Samples]]()
    ask = examination.questions

    def watched(kind: str, count: int, player: Synthesizer) -> Iterator[Question]:
        for each in ask(kind, count, player):
            sounds.append(weakref.ref(each.sound.samples))
            yield each
        del each
        assert len([sound for sound in sounds if sound() is not None]) <= 1

    monkeypatch.setattr(examination, "questions", watched)
    with pytest.raises(UserProblem):
        examination.examine(synthesizer, tmp_path / "no checkpoint", None, (2, 1, 1), told.append)
    assert len(sounds) == 3
    assert [line.count("| straight |") for line in told].count(2) == 1
    assert any("| drift | program | 1 |" in line for line in told)


TRUE_S = np.arange(0.3, 14, 0.5)


@pytest.mark.parametrize(
    ("found_s", "right"),
    [
        (TRUE_S, True),
        (TRUE_S + 0.02, True),
        (TRUE_S + 0.05, False),
        (TRUE_S[::2], False),
        (np.arange(0.3, 14, 0.25), False),
        (np.concatenate([[-0.2], TRUE_S, [14.3, 14.8]]), True),
        (np.empty(0), False),
    ],
)
def test_times_agree_if_nearly_all_are_found_and_nearly_all_are_true(found_s: np.ndarray, right: bool) -> None:
    assert times_agree(TRUE_S, found_s, 0.03) is right


def test_a_score_counts_what_is_right() -> None:
    even = TempoMap.constant(120.0, 8.0, confidence=0.9)
    times = np.array(even.beats_s[:-1])
    silent = Audio(np.zeros((100, 1), np.float32), 100)
    asked = [Question(silent, 120.0, times, times[::4], ScoreKey(9, is_major=False))] * 2
    right = Analysis(even, 0.9, key=FoundKey(0, is_minor=False, strength=0.9))
    score = scored("any", "any", asked, [right, Analysis(even.doubled(), 0.9)])
    assert (score.tempo, score.tempo_or_octave, score.beats, score.downbeats) == (0.5, 1.0, 0.5, 0.5)
    assert (score.key, score.key_or_related, score.sure, score.sure_and_right) == (0.0, 1.0, 1.0, 0.5)
    assert "| any | any | 2 | 0.50 |" in table([score])


@pytest.mark.parametrize(("off", "right"), [(1.015, 1.0), (1.03, 0.0)])
def test_a_tempo_that_is_said_to_drift_is_about_right_to_two_percent(off: float, right: float) -> None:
    beats_s = np.cumsum(0.5 * (1 + 0.03 * np.sin(np.arange(24) / 4)))
    drifting = TempoMap(tuple(map(float, beats_s)), confidence=0.9)
    question = Question(Audio(np.zeros((100, 1), np.float32), 100), drifting.bpm * off, beats_s, beats_s[::4], None)
    score = scored("any", "any", [question], [Analysis(drifting, 0.9)])
    assert (score.tempo, score.sure, score.sure_and_right) == (0.0, 1.0, right)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_right_moves_with_the_sound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    beats_s = np.arange(0.5, 19, 0.5)
    bands = np.full((20 * FRAMES_PER_S, BANDS), -4, np.float16)
    for beat_s in beats_s:
        bands[round(beat_s * FRAMES_PER_S)] = 1
    heard = Example(bands, beats_s, 4)
    played, right = _part(heard, _course(heard, 300, rng), rng)
    assert played.shape == (BANDS, 300)
    struck = played[0] > -1.5  # at least half of a beat
    assert 6 <= struck.sum() <= 25
    assert right[0, struck].min() > 0.5
    assert right[1].max() > 0.5
    assert (right[1] <= right[0]).all()
