"""The engine as its users see it: blocks, takes, stopping, going on from a sound."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock, Engine
from musicgen_studio.engine.model.plain import PlainKVCache
from musicgen_studio.engine.musicgen import CROSSFADE_S, MusicGen, load_engine
from musicgen_studio.engine.tokens import CHECKED_EVERY
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir
from musicgen_studio.studio.making.join import joined

PROMPT = "calm piano with strings"


@pytest.fixture(scope="module")
def engine(text_checkpoint: Path) -> MusicGen:
    return load_engine(text_checkpoint, "cpu", "float32")


@pytest.fixture(scope="module")
def starter() -> MusicGen:
    return load_engine(resources_dir() / "starter", "cpu")


def collected(engine: Engine, request: GenerationRequest) -> dict[tuple[int, int], list[AudioBlock]]:
    """Return the blocks of each (prompt, take)."""
    results: dict[tuple[int, int], list[AudioBlock]] = {}
    for block in joined(engine, request, Event()):
        results.setdefault((block.prompt, block.take), []).append(block)
    return results


def sound(blocks: list[AudioBlock]) -> Samples:
    return np.concatenate([block.audio.samples for block in blocks])


@pytest.mark.parametrize("kind", ["text", "stereo_text", "melody", "stereo_melody"])
@pytest.mark.parametrize("takes", [1, 2])
def test_prompts_made_together_are_those_made_alone(request: pytest.FixtureRequest, kind: str, takes: int) -> None:
    """Whatever their lengths: windows, an empty one among them, and the last ones fewer than the others."""
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    prompts = (PROMPT, "rock", "", "a slow and sad waltz with a violin and no drums at all", "techno")
    order = GenerationRequest(prompts, 5.0, seed=4, takes=takes)
    alone, together = collected(engine, order), collected(engine, replace(order, together=3))
    assert set(together) == set(alone)
    for clip, blocks in alone.items():
        assert together[clip][-1].is_last
        np.testing.assert_allclose(sound(together[clip]), sound(blocks), atol=1e-4)


def test_prompts_made_together_go_on_from_a_sound(starter: MusicGen) -> None:
    """With the starter in 8 bits the tokens are the same to the last one; only the codec rounds otherwise."""
    opening = Audio((0.3 * np.sin(np.arange(48000) / 20)[:, None]).astype(np.float32), 32000)
    order = GenerationRequest(("happy rock", "sad jazz, solo piano"), 2.0, seed=1, continuation=opening)
    alone, together = collected(starter, order), collected(starter, replace(order, together=2))
    for clip, blocks in alone.items():
        np.testing.assert_allclose(sound(together[clip]), sound(blocks), atol=1e-4)
    assert np.abs(sound(together[0, 0])[-16000:] - sound(together[1, 0])[-16000:]).max() > 0.01


def test_what_is_continued_is_heard_before_anything_is_made(starter: MusicGen) -> None:
    opening = Audio((0.3 * np.sin(np.arange(48000) / 20)[:, None]).astype(np.float32), 32000)
    stop = StopAfter(1)
    order = GenerationRequest(("happy rock", "sad jazz"), 2.0, continuation=opening, takes=2, together=2)
    blocks = list(joined(starter, order, stop))
    assert [(block.prompt, block.take) for block in blocks] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert all(1.0 < block.audio.duration_s < 1.5 for block in blocks)


def test_more_than_the_memory_holds_is_refused_before_it_is_made(
    engine: MusicGen, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = engine.decoder.cache_bytes(16, 100)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": need}))
    assert collected(engine, GenerationRequest((PROMPT,) * 2, 2.0, takes=4, together=2))
    with pytest.raises(UserProblem, match="so much at a time"):
        next(engine.stream(GenerationRequest((PROMPT,) * 3, 2.0, takes=4, together=3), Event()))


class StopAfter:
    """A stop flag that is set once it has been looked at a number of times."""

    def __init__(self, looks: int) -> None:
        self.looks_left = looks

    def is_set(self) -> bool:
        """Count a look."""
        self.looks_left -= 1
        return self.looks_left < 0


@pytest.mark.parametrize(
    "kind", ["text", "melody", "stereo_text", "stereo_melody", "audiocraft_text", "audiocraft_melody"]
)
def test_every_layout_makes_sound(request: pytest.FixtureRequest, kind: str) -> None:
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    blocks = collected(engine, GenerationRequest((PROMPT,), 1.0))[0, 0]
    assert engine.info.channels == (2 if "stereo" in kind else 1)
    assert engine.info.follows_melody == ("melody" in kind)
    assert sound(blocks).shape == (32000, engine.info.channels)
    assert sound(blocks).std() > 0


@pytest.mark.parametrize("duration_s", [0.001, 0.02, 0.1, 0.5, 1.99, 2.0, 2.01, 4.7])
def test_blocks_follow_each_other_without_gap(engine: MusicGen, duration_s: float) -> None:
    blocks = collected(engine, GenerationRequest((PROMPT,), duration_s))[0, 0]
    assert blocks[0].start_frame == 0
    for block, following in pairwise(blocks):
        assert following.start_frame == block.start_frame + block.audio.frames
    assert [block.is_last for block in blocks] == [False] * (len(blocks) - 1) + [True]
    assert len(sound(blocks)) == max(round(duration_s * 50), 1) * 640


def test_prompts_and_takes(engine: MusicGen) -> None:
    results = collected(engine, GenerationRequest(("calm piano", "driving rock", ""), 0.5, takes=2))
    assert sorted(results) == [(prompt, take) for prompt in range(3) for take in range(2)]
    sounds = [sound(blocks).tobytes() for blocks in results.values()]
    assert len(set(sounds)) == 6


def test_the_same_request_gives_the_same_samples(engine: MusicGen) -> None:
    order = GenerationRequest((PROMPT,), 1.0, seed=5, takes=2)
    once, again = collected(engine, order), collected(engine, order)
    assert all(np.array_equal(sound(once[key]), sound(again[key])) for key in once)


def test_another_seed_gives_other_samples(engine: MusicGen) -> None:
    one, other = (sound(collected(engine, GenerationRequest((PROMPT,), 1.0, seed=seed))[0, 0]) for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_a_prompt_sounds_the_same_alone_and_among_others(engine: MusicGen) -> None:
    alone = sound(collected(engine, GenerationRequest((PROMPT,), 0.5))[0, 0])
    among = sound(collected(engine, GenerationRequest(("rock", PROMPT), 0.5))[1, 0])
    assert np.array_equal(alone, among)


def test_an_empty_prompt_runs_on_one_row(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    new_cache = engine.decoder.new_cache

    def counting(count: int, *args: object, **kwargs: object) -> object:
        rows.append(count)
        return new_cache(count, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.decoder, "new_cache", counting)
    guided_off = sound(collected(engine, GenerationRequest(("",), 0.3, guidance_scale=3.0))[0, 0])
    same = sound(collected(engine, GenerationRequest(("",), 0.3, guidance_scale=7.0))[0, 0])
    collected(engine, GenerationRequest((PROMPT,), 0.3))
    assert rows == [1, 1, 2]
    assert np.array_equal(guided_off, same)


def test_a_stop_is_seen_within_one_step(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, steps = Event(), 0
    forward = engine.decoder.forward

    def forward_that_stops_at_the_40th(x: Tensor, cache: PlainKVCache) -> Tensor:
        nonlocal steps
        steps += 1
        if steps == 40:
            stop.set()
        return forward(x, cache)

    monkeypatch.setattr(engine.decoder, "forward", forward_that_stops_at_the_40th)
    blocks = list(engine.stream(GenerationRequest((PROMPT,), 2.0), stop))
    assert steps == 40
    assert blocks
    assert not any(block.is_last for block in blocks)


@pytest.mark.parametrize("looks", [0, 1, 2, 9, 30, 77])
def test_a_stopped_run_has_delivered_what_was_complete(engine: MusicGen, looks: int) -> None:
    order = GenerationRequest((PROMPT,), 2.0, seed=8)
    stopped = list(engine.stream(order, StopAfter(looks)))
    whole = sound(collected(engine, order)[0, 0])
    made = sound(stopped) if stopped else np.empty((0, 1), np.float32)
    frames = max(looks - 1 - 3, 0)  # one look comes before the first step; a frame is complete three steps on
    assert len(made) == max(frames * 640 - 2402, 0)
    np.testing.assert_allclose(made, whole[: len(made)], atol=1e-5 * np.abs(whole).max())


def test_a_text_checkpoint_refuses_a_melody(engine: MusicGen) -> None:
    melody = Audio(np.zeros((32000, 1), np.float32), 32000)
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        next(iter(engine.stream(GenerationRequest((PROMPT,), melody=melody), Event())))


def test_numbers_that_are_not_sound_are_a_problem(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = engine.codec.decode

    def overflowing_decode(*args: Any, **kwargs: Any) -> Any:
        state, samples = decode(*args, **kwargs)
        return state, samples * float("inf")

    monkeypatch.setattr(engine.codec, "decode", overflowing_decode)
    with pytest.raises(UserProblem, match="not finite"):
        list(engine.stream(GenerationRequest((PROMPT,), 0.5), Event()))


def _noise(frames: int, channels: int = 1, rate: int = 32000) -> Audio:
    return Audio(np.random.default_rng(0).normal(0, 0.2, (frames, channels)).astype(np.float32), rate)


@pytest.mark.parametrize("frames", [640, 700, 6400, 32000, 100_000])
def test_a_continuation_keeps_the_original(engine: MusicGen, frames: int) -> None:
    original = _noise(frames)
    blocks = collected(engine, GenerationRequest((PROMPT,), 0.5, continuation=original))[0, 0]
    result, splice = sound(blocks), frames // 640 * 640
    kept = splice - min(round(CROSSFADE_S * 32000), splice)
    assert len(result) == splice + 25 * 640
    assert np.array_equal(result[:kept], original.samples[:kept])
    assert blocks[0].start_frame == 0
    assert blocks[-1].is_last


def test_a_continuation_sounds_as_if_it_had_been_made_in_one(starter: MusicGen) -> None:
    """Going on from a clip of its own, the engine joins without a jump louder than the music's own."""
    clip = sound(collected(starter, GenerationRequest(("happy rock",), 4.0, seed=2))[0, 0])
    order = GenerationRequest(("happy rock",), 2.0, seed=3, continuation=Audio(clip, 32000))
    result = sound(collected(starter, order)[0, 0])
    jumps = np.abs(np.diff(result[:, 0]))
    splice = len(clip)
    assert jumps[splice - 2000 : splice + 2000].max() <= jumps[: splice - 2000].max() * 1.5


def test_a_continuation_of_another_form_keeps_it(engine: MusicGen) -> None:
    """The model hears it in its own form; what is handed over is new and in the engine's."""
    original = _noise(44100, channels=2, rate=44100)
    order = GenerationRequest((PROMPT,), 0.2, continuation=original)
    result = sound(collected(engine, order)[0, 0])
    assert result.shape == (44100 + 8820, 2)
    assert np.array_equal(result[: 44100 - 1764], original.samples[: 44100 - 1764])
    lead, *new = engine.stream(order, Event())
    assert (lead.start_frame, lead.audio.frames, lead.is_new) == (-1280, 1280, False)
    assert new[0].start_frame == 0
    assert sound(new).shape == (6400, 1)
    assert all(block.is_new and block.audio.sample_rate == 32000 for block in new)


def test_takes_of_a_continuation_differ_after_the_splice(engine: MusicGen) -> None:
    results = collected(engine, GenerationRequest((PROMPT,), 0.5, continuation=_noise(6400), takes=2))
    one, other = sound(results[0, 0]), sound(results[0, 1])
    assert np.array_equal(one[:5000], other[:5000])
    assert not np.array_equal(one[6400:], other[6400:])


def test_too_short_a_continuation_is_refused(engine: MusicGen) -> None:
    with pytest.raises(UserProblem, match="too short"):
        next(iter(engine.stream(GenerationRequest((PROMPT,), continuation=_noise(300)), Event())))


def test_a_melody_and_a_continuation_together(melody_checkpoint: Path) -> None:
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    original, melody = _noise(32000), _noise(16000)
    order = GenerationRequest((PROMPT,), 3.0, continuation=original, melody=melody)
    conditions = engine._prepared(order).conditions
    heard = conditions._sound_in_window(melody.samples[:, 0], 0, -40)
    context = 40 * 640  # of the 50 frames of the original, the model reads what fits the window's context
    assert np.array_equal(heard[:context], original.samples[-context:, 0])
    assert np.array_equal(heard[context : context + 16000], melody.samples[:, 0])
    assert sound(collected(engine, order)[0, 0]).shape == (50 * 640 + 150 * 640, 1)


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_other_precisions_make_sound(text_checkpoint: Path, precision: str) -> None:
    engine = load_engine(text_checkpoint, "cpu", precision)
    assert engine.info.precision == precision
    assert sound(collected(engine, GenerationRequest((PROMPT,), 0.5, takes=2))[0, 1]).std() > 0


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_other_precisions_read_the_next_window_ahead(melody_checkpoint: Path, precision: str) -> None:
    engine = load_engine(melody_checkpoint, "cpu", precision)
    made = sound(collected(engine, GenerationRequest((PROMPT,), 3.0))[0, 0])  # the window has 2 s
    assert made.shape == (3 * 32000, 1)


def test_the_starter_makes_music_of_its_own_loudness(starter: MusicGen) -> None:
    made = sound(collected(starter, GenerationRequest(("happy rock",), 2.0))[0, 0])
    assert 0.01 < made.std() < 0.5
    assert starter.info.window_s == 12.0


def test_beyond_the_window_the_starter_does_not_stop_or_blow_up(starter: MusicGen) -> None:
    made = sound(collected(starter, GenerationRequest(("happy rock",), 20.0))[0, 0])[:, 0]
    loudness = [np.sqrt(np.mean(part**2)) for part in np.split(made, 20)]
    assert min(loudness[13:]) > 0.01
    assert max(loudness) < 0.5


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("at", [0, 8, 52])
def test_numbers_that_are_none_end_the_run_where_they_arise(text_checkpoint: Path, precision: str, at: int) -> None:
    engine: Any = load_engine(text_checkpoint, "cpu", precision)
    engine.decoder.new_cache(2, 400)
    engine.decoder._positions[at] = np.inf  # one step computes with it; the later ones remember what it made
    heard: list[AudioBlock] = []
    with pytest.raises(UserProblem, match="not sound") as raised:
        heard += engine.stream(GenerationRequest((PROMPT,), 1.0), Event())
    assert sum(block.audio.frames for block in heard) <= (at + CHECKED_EVERY) * 640
    assert engine.info.precision == precision
    assert ("bfloat16 or float32" if precision == "int8" else "download it again") in raised.value.what_to_do
