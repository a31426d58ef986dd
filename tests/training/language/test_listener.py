"""What is true of a stretch of music, and telling it."""

import numpy as np
import pytest
import torch

from musicgen_studio.training.language.listener import QUESTIONS, UNKNOWN, Listener, answers, no_answers
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.score import Role
from musicgen_studio.training.music.styles import STYLES


@pytest.mark.parametrize("style", ["rock", "waltz"])
def test_the_answers_are_those_of_the_score(style: str) -> None:
    score = compose(3, 20.0, Wish(style=style, kind="band", drums=False))
    k, steps = score.facts.frames_per_sixteenth, STYLES[style].steps
    true = dict(zip(QUESTIONS, answers(score.facts, 0, 900), strict=True))
    assert set(true["tempo"]) == {k - 5}
    assert set(true["drums"]) == {0}
    assert set(true["style"]) == {list(STYLES).index(style)}
    assert set(true["key"]) == {2 * score.facts.key.tonic + score.facts.key.is_major}
    bass = next(part for part in score.parts if part.role is Role.BASS)
    starts = [note.start_ms // 20 for note in bass.notes if note.start_ms < 18_000]
    assert starts
    assert all(true["sixteenth of the bar"][start] == start // k % steps for start in starts)
    assert np.mean([true["frame of the sixteenth"][start] == 0 for start in starts]) > 0.8  # swing and feel move some


def test_a_stretch_has_the_answers_of_its_place() -> None:
    facts = compose(3, 20.0, Wish(style="rock")).facts
    assert np.array_equal(answers(facts, 37, 100), answers(facts, 0, 137)[:, 37:])


def test_it_learns_to_tell_and_unknown_music_asks_nothing() -> None:
    facts = compose(3, 20.0, Wish(style="rock")).facts
    true = torch.from_numpy(np.stack([answers(facts, 0, 60), no_answers(60)]))
    hidden = torch.randn(2, 60, 96, generator=torch.Generator().manual_seed(0))
    weights, listener = torch.ones(2, 60), Listener(96, 0)
    before = listener(hidden, true, weights)
    optimizer = torch.optim.Adam(listener.parameters(), 0.02)
    for _ in range(150):
        optimizer.zero_grad()
        listener(hidden, true, weights).losses.sum().backward()
        optimizer.step()
    after = listener(hidden, true, weights)
    assert (after.losses < before.losses).all()
    assert after.right.min() > 0.95
    nothing = listener(hidden, torch.full_like(true, UNKNOWN), weights)
    assert nothing.losses.sum() == 0
