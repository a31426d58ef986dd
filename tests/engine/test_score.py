"""How well what stands after follows: the likelihood of its codes."""

from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.engine.patterns import delayed
from musicgen_studio.engine.tokens import likelihood
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir
from tests import tiny_checkpoints as tiny
from tests.engine.recorded.orders import heard_codes

PROMPTS = ("happy rock", "sad jazz", "energetic EDM", "calm piano")


@pytest.fixture(scope="module")
def starter() -> MusicGen:
    return load_engine(resources_dir() / "starter", "cpu", "int8")


@pytest.fixture(scope="module")
def made(starter: MusicGen) -> tuple[list[Audio], Tensor]:
    """Clips of five seconds, and their codes."""
    with heard_codes(starter) as heard:
        clips = whole_clips(starter, GenerationRequest(PROMPTS, 5.0, seed=11, together=len(PROMPTS)))
    return clips, heard[0]


def part(clip: Audio, begin_s: float, end_s: float) -> Audio:
    return Audio(clip.samples[round(begin_s * 32000) : round(end_s * 32000)], 32000)


def test_the_true_continuation_of_a_clip_is_likelier_than_another_s(
    starter: MusicGen, made: tuple[list[Audio], Tensor]
) -> None:
    """By its codes: what comes after four seconds, given two seconds that are right and two of each of the clips."""
    _, codes = made
    for number, prompt in enumerate(PROMPTS):
        told = starter._prepared(GenerationRequest((prompt,))).conditions.at(prompt, 0, 0)
        before, after = (codes[number : number + 1, :, piece] for piece in (slice(0, 100), slice(200, 250)))
        candidates = torch.cat([before.expand(4, -1, -1), codes[..., 100:200], after.expand(4, -1, -1)], dim=-1)
        scores = likelihood(starter.decoder, told, candidates, 200)
        others = torch.cat([scores[:number], scores[number + 1 :]])
        assert scores[number] > others.max() + 0.1, (number, scores)


def test_sound_is_scored_too(starter: MusicGen, made: tuple[list[Audio], Tensor]) -> None:
    """Sound has to be made into codes again, and is no longer quite the same: the truth is above the average."""
    clips, _ = made
    for number, clip in enumerate(clips):
        request = GenerationRequest((PROMPTS[number],), continuation=part(clip, 0, 2), after=part(clip, 4, 5))
        fills = [part(other, 2, 4) for other in clips]
        scores = starter.score(request, fills, Event())
        assert scores[number] > np.mean(scores), (number, scores)
        alone = [starter.score(request, [fill], Event())[0] for fill in fills[:2]]
        np.testing.assert_allclose(scores[:2], alone, atol=1e-4)


@pytest.mark.parametrize("kind", ["text", "melody", "stereo_text", "stereo_melody"])
def test_it_is_the_sum_over_a_whole_pass(request: pytest.FixtureRequest, kind: str) -> None:
    """Against logits of every step, each from a pass over all that comes before it."""
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    decoder, config = engine.decoder, engine.decoder.config
    codes = torch.randint(0, tiny.CARD, (2, config.codebooks, 30), generator=torch.manual_seed(1))
    told = engine._prepared(GenerationRequest(("calm piano",))).conditions.at("calm piano", 0, 0)
    steps, expected = delayed(codes, tiny.CARD, config.delays), torch.zeros(2)
    texts, prefix = ([] if told.text is None else [told.text]), told.prefix
    for step in range(21, steps.shape[-1]):
        x = decoder.embed(steps[..., :step])
        if prefix is not None:
            x = torch.cat([prefix.expand(2, -1, -1), x], dim=1)
        logits: Tensor = decoder.forward(x, decoder.new_cache(2, x.shape[1], texts, text_rows=2)).log_softmax(-1)
        for codebook, delay in enumerate(config.delays):
            time = step - 1 - delay
            if 20 <= time < 30:
                expected += logits[torch.arange(2), codebook, codes[:, codebook, time]]
    found = likelihood(decoder, told, codes, 20)
    torch.testing.assert_close(found, expected / (10 * config.codebooks), atol=1e-4, rtol=0)


def test_fills_of_any_length_at_the_beginning_and_beyond_the_window(melody_checkpoint: Path) -> None:
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    noise = np.random.default_rng(0).normal(0, 0.2, (32000 * 6, 1)).astype(np.float32)
    fills = [Audio(noise[: round(seconds * 32000)], 32000) for seconds in (0.5, 3.0, 0.0, 0.5)]
    for before in (None, Audio(noise[::-1].copy(), 32000)):
        request = GenerationRequest(("rock",), continuation=before, after=Audio(noise[:20_000], 32000))
        scores = engine.score(request, fills, Event())
        assert len(scores) == 4
        assert scores[0] == pytest.approx(scores[3], abs=1e-5)
        assert all(abs(one - other) > 1e-5 for one, other in pairwise(scores))


def test_what_cannot_be_scored(melody_checkpoint: Path) -> None:
    engine, noise = load_engine(melody_checkpoint, "cpu", "float32"), Audio(np.zeros((6400, 1), np.float32), 32000)
    with pytest.raises(ValueError, match="after must be"):
        engine.score(GenerationRequest(("x",)), [noise], Event())
    with pytest.raises(UserProblem, match="to lead into is too short"):
        engine.score(GenerationRequest(("x",), after=Audio(noise.samples[:600], 32000)), [noise], Event())
    stop = Event()
    stop.set()
    assert engine.score(GenerationRequest(("x",), after=noise), [noise], stop) == []


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_numbers_that_are_none_are_no_score(text_checkpoint: Path, precision: str) -> None:
    """Else all fills would be equally good, in silence."""
    engine: Any = load_engine(text_checkpoint, "cpu", precision)
    engine.decoder.new_cache(2, 400)
    engine.decoder._positions[40] = np.inf
    sounds = [Audio(np.full((32000, 1), level, np.float32), 32000) for level in (0.1, 0.2, 0.3)]
    request = GenerationRequest(("calm piano",), 1.0, continuation=sounds[0], after=sounds[1])
    with pytest.raises(UserProblem, match="not sound"):
        engine.score(request, sounds[2:], Event())
