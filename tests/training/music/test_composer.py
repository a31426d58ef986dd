"""The composer: the same every time, on the grid, in key, as wished; and the tables it works from."""

import numpy as np
import pytest

from musicgen_studio.training.music.composer import Wish, compose, is_held_out
from musicgen_studio.training.music.drums import PATTERNS, bar_hits, fill_hits, with_extras
from musicgen_studio.training.music.harmony import SCALES
from musicgen_studio.training.music.instruments import KITS, PROGRAMS
from musicgen_studio.training.music.moods import MOODS
from musicgen_studio.training.music.score import Role, Score
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.settings import FRAME_MS, FRAMES_PER_SIXTEENTH


def test_the_styles_that_must_be_there() -> None:
    assert len(STYLES) >= 24
    assert {"rock", "EDM", "jazz"} <= set(STYLES)
    assert {"happy", "energetic", "sad"} <= set(MOODS)


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_a_style_names_only_what_there_is(style: object) -> None:
    known = STYLES[style.name]  # type: ignore[attr-defined]
    assert all(len(figure) == known.steps for figure in (*known.bass, *known.chords))
    assert all(len(line) == known.steps for name in known.drums for line in PATTERNS[name].values())
    assert set(known.basses + known.comps + known.leads + known.pads) <= set(PROGRAMS)
    assert set(known.kits) <= set(KITS)
    assert set(known.moods) <= set(MOODS)
    assert set(known.scales) <= set(SCALES)
    assert all(k in range(5, 11) for k in known.tempi)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_composes_on_the_frame_grid(style: str) -> None:
    score = compose(3, 20, Wish(style=style, kind="band"))
    starts = {note.start_ms % FRAME_MS for part in score.parts for note in part.notes}
    assert starts == {0}
    assert 12_000 < score.duration_ms < 28_000


def test_the_same_seed_makes_the_same_score() -> None:
    assert compose(7, 30) == compose(7, 30)
    assert compose(7, 30) != compose(8, 30)


def _notes(score: Score, role: Role) -> list[int]:
    return [note.pitch for part in score.parts if part.role is role for note in part.notes]


@pytest.mark.parametrize("seed", range(6))
def test_melodies_stay_in_the_key(seed: int) -> None:
    score = compose(seed, 30, Wish(style="pop", kind="band", mood="happy"))
    key = score.facts.key
    assert key.is_major
    scale = {(key.tonic + step) % 12 for step in SCALES["major"]}
    pitches = _notes(score, Role.LEAD) + _notes(score, Role.CHORDS)
    assert np.mean([pitch % 12 in scale for pitch in pitches]) == 1.0


def test_moods_are_heard_in_mode_tempo_loudness_and_density() -> None:
    happy = [compose(seed, 20, Wish(style="rock", mood="happy", kind="band")) for seed in range(12)]
    sad = [compose(seed, 20, Wish(style="rock", mood="sad", kind="band")) for seed in range(12)]
    assert all(score.facts.key.is_major for score in happy)
    assert not any(score.facts.key.is_major for score in sad)
    assert np.mean([score.facts.bpm for score in happy]) > np.mean([score.facts.bpm for score in sad]) + 5
    assert _velocity(happy) > _velocity(sad) + 10
    assert sum(len(_notes(score, Role.LEAD)) for score in happy) > 1.5 * sum(
        len(_notes(score, Role.LEAD)) for score in sad
    )


def _velocity(scores: list[Score]) -> float:
    return float(np.mean([note.velocity for score in scores for part in score.parts for note in part.notes]))


def test_wishes_are_met() -> None:
    assert Role.DRUMS not in compose(1, 12, Wish(style="rock", drums=False)).facts.instruments
    assert Role.DRUMS in compose(1, 12, Wish(style="folk", drums=True)).facts.instruments
    assert list(compose(1, 12, Wish(style="rock", kind="drums alone")).facts.instruments) == [Role.DRUMS]
    assert compose(1, 12, Wish(tonic=4)).facts.key.tonic == 4
    solo = compose(1, 12, Wish(style="ballad", kind="solo")).facts.instruments
    assert len(set(solo.values())) == 1


def test_a_hum_glides_and_vibrates() -> None:
    score = compose(2, 12, Wish(style="folk", kind="lead alone", humming=True))
    bends = [bend.cents for bend in score.parts[0].bends]
    assert score.facts.is_humming
    assert max(bends) > 10
    assert min(bends) < -10


def test_swing_is_late_by_whole_frames() -> None:
    score = compose(4, 12, Wish(style="jazz", kind="band", drums=True))
    step_ms = score.facts.frames_per_sixteenth * FRAME_MS
    places = {note.start_ms % (4 * step_ms) for note in score.parts[0].notes}
    assert 2 * step_ms + score.facts.swing * FRAME_MS in places
    assert 2 * step_ms not in places


def test_one_key_of_each_style_is_held_out() -> None:
    for style in STYLES:
        assert sum(is_held_out(style, tonic) for tonic in range(12)) == 1


def test_extras_and_fills_stay_in_the_bar() -> None:
    rng = np.random.default_rng(0)
    varied = with_extras(PATTERNS["funk"], 4, rng)
    assert all(len(line) == 16 for line in varied.values())
    assert len(bar_hits(varied)) >= len(bar_hits(PATTERNS["funk"]))
    fill = fill_hits(16, rng)
    assert {hit.step for hit in fill} <= set(range(8, 16))
    assert bar_hits(PATTERNS["rock"], only="H") != bar_hits(PATTERNS["rock"])


@pytest.mark.parametrize("style", ["rock", "ambient"])
def test_every_tempo_occurs_in_every_style_its_own_most(style: str) -> None:
    found = [compose(seed, 4, Wish(style=style)).facts.frames_per_sixteenth for seed in range(150)]
    assert set(found) == set(FRAMES_PER_SIXTEENTH)
    assert np.mean([k in STYLES[style].tempi for k in found]) > 0.6


def test_bands_of_every_style_may_lack_drums() -> None:
    bands = [compose(seed, 4, Wish(style="metal", kind="band")).facts.instruments for seed in range(100)]
    assert 0.15 < np.mean([Role.DRUMS not in instruments for instruments in bands]) < 0.4
