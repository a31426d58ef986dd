"""The step for GPUs against `engine.decoder` and transformers on the CPU, unrecorded; and on a GPU against itself."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.compute.precision import Precision
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest, Sampling
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.engine.model.cuda.buffers import KEPT_CHOICES, STEPS_AT_ONCE
from musicgen_studio.engine.model.cuda.decoder import GraphedDecoder
from musicgen_studio.engine.model.cuda.graphs import GraphRecorder
from musicgen_studio.engine.model.load import load_language_model
from musicgen_studio.engine.model.plain import Decoder
from musicgen_studio.engine.model.protocol import LanguageModel, StepMaker
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.engine.patterns import UNKNOWN
from musicgen_studio.engine.sampling import Noise
from musicgen_studio.engine.tokens import context_frames
from musicgen_studio.errors import UserProblem
from tests.engine.reference import frames_of_one_prompt, generated_codes, melody_features, tokenized
from tests.gpu import CUDA, needs_gpu

CPU = torch.device("cpu")
SPAN_MULTIPLE = 16
"""Small, so that a window of 100 frames has many spans."""

PROMPT = "calm piano with strings"
KINDS = ["text", "melody", "stereo_text", "stereo_melody"]


@pytest.fixture(params=KINDS)
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    """A checkpoint of each kind."""
    return open_checkpoint(request.getfixturevalue(f"{request.param}_checkpoint"))


@pytest.fixture
def text(text_checkpoint: Path) -> Checkpoint:
    return open_checkpoint(text_checkpoint)


def graphed(checkpoint: Checkpoint, device: torch.device = CPU, span_multiple: int = SPAN_MULTIPLE) -> GraphedDecoder:
    config = checkpoint.config.decoder
    layers = (checkpoint.layer(index) for index in range(config.layers))
    return GraphedDecoder(config, checkpoint.outer(), layers, device, Precision.FLOAT32, span_multiple)


def plain(checkpoint: Checkpoint, device: torch.device = CPU) -> Decoder:
    config = checkpoint.config.decoder
    layers = (checkpoint.layer(index) for index in range(config.layers))
    return Decoder(config, checkpoint.outer(), layers, device, Precision.FLOAT32)


def logits(model: LanguageModel, rows: int, pieces: tuple[int, ...], tokens: int = 5) -> Tensor:
    """Feed random codes in pieces; return the logits after each, `[pieces, rows, codebooks, card]`."""
    config, random = model.config, torch.Generator().manual_seed(1)
    texts = [torch.randn(tokens, config.width, generator=random)] if config.cross_attention else []
    codes = torch.randint(0, config.card, (rows, config.codebooks, sum(pieces)), generator=random)
    cache = model.new_cache(rows, sum(pieces), texts, text_rows=max(rows // 2, 1))
    split = torch.split(codes.to(model.device), list(pieces), dim=-1)
    made = [model.forward(model.embed(some), cache).cpu() for some in split]
    assert cache.length == sum(pieces)
    return torch.stack(made)


def assert_near(ours: Tensor, expected: Tensor) -> None:
    assert ((ours - expected).abs().max() / expected.abs().max()).item() <= 1e-5


@pytest.mark.parametrize("rows", [1, 2, 6])
@pytest.mark.parametrize(
    "pieces", [(1,) * 40, (20, *(1,) * 20), (3, 1, 14, 1, 1, 30, 1)], ids=["steps", "context", "mixed"]
)
def test_every_step_s_logits(checkpoint: Checkpoint, rows: int, pieces: tuple[int, ...]) -> None:
    """Over several spans, with one row and with guided takes."""
    assert_near(logits(graphed(checkpoint), rows, pieces), logits(plain(checkpoint), rows, pieces))


@pytest.mark.parametrize("tokens", [1, 63, 64, 65, 130])
def test_texts_of_any_length(text: Checkpoint, tokens: int) -> None:
    pieces = (4, 1, 1)
    assert_near(logits(graphed(text), 4, pieces, tokens), logits(plain(text), 4, pieces, tokens))


@pytest.mark.parametrize("pieces", [(20, 1, 1, 30, 1), (12, *(1,) * 30)], ids=["pieces", "steps"])
def test_rows_that_begin_later_and_have_other_texts(checkpoint: Checkpoint, pieces: tuple[int, ...]) -> None:
    """As alone: the plain decoder gets each pair of rows by itself, without what stands before their beginning."""
    config, random, begins = checkpoint.config.decoder, torch.Generator().manual_seed(1), (0, 0, 9, 9)
    lengths_of_texts = (5, 70) if config.cross_attention else ()
    texts = [torch.randn(count, config.width, generator=random) for count in lengths_of_texts]
    codes = torch.randint(0, config.card, (4, config.codebooks, sum(pieces)), generator=random)
    for model in (graphed(checkpoint, span_multiple=16), plain(checkpoint)):
        cache = model.new_cache(4, sum(pieces), texts, text_rows=4, begins=begins)
        split = torch.split(codes, list(pieces), dim=-1)
        together = torch.stack([model.forward(model.embed(some), cache) for some in split])
        for place, begin in enumerate((0, 9)):
            rows = slice(2 * place, 2 * place + 2)
            own = plain(checkpoint)
            cache_alone = own.new_cache(2, sum(pieces), texts[place : place + 1], text_rows=2)
            lengths = [pieces[0] - begin, *pieces[1:]]
            split_alone = torch.split(codes[rows, :, begin:], lengths, dim=-1)
            alone = torch.stack([own.forward(own.embed(some), cache_alone) for some in split_alone])
            assert_near(together[:, rows], alone)


def test_the_real_shape() -> None:
    small = SHAPES["small"]
    checkpoint = RandomCheckpoint(replace(small, decoder=replace(small.decoder, layers=2)))
    pieces = (254, 1, 1, 1)  # over the first span of 256
    expected = logits(plain(checkpoint), 2, pieces)
    assert_near(logits(graphed(RandomCheckpoint(checkpoint.config), span_multiple=256), 2, pieces), expected)


@pytest.mark.parametrize("precision", [Precision.BFLOAT16, Precision.FLOAT16, Precision.INT8])
def test_fewer_bits_stay_near_float32(text: Checkpoint, precision: Precision) -> None:
    config = text.config.decoder
    layers = (text.layer(index) for index in range(config.layers))
    short = GraphedDecoder(config, text.outer(), layers, CPU, precision, SPAN_MULTIPLE)
    ours, expected = logits(short, 2, (5, 1, 1)), logits(plain(text), 2, (5, 1, 1))
    assert ours.dtype == torch.float32
    assert 0 < ((ours - expected).abs().max() / expected.abs().max()).item() <= 0.05


def conditions_of(checkpoint: Checkpoint) -> Conditions:
    config, random = checkpoint.config, torch.Generator().manual_seed(2)
    if config.decoder.cross_attention:
        return Conditions(text=torch.randn(6, config.decoder.width, generator=random))
    prefix, null = torch.randn(2, 19, config.decoder.width, generator=random)
    return Conditions(prefix=prefix, null_prefix=null)


def codes(
    model: LanguageModel,
    checkpoint: Checkpoint,
    frames: int,
    sampling: Sampling,
    *,
    takes: int = 1,
    opening: int = 0,
    conditions: Conditions | None = None,
) -> Tensor:
    """Make frames over windows of 100, `[takes, codebooks, frames]`."""
    config = checkpoint.config.decoder
    random = torch.Generator().manual_seed(3)
    known = torch.randint(0, config.card, (1, config.codebooks, opening), generator=random).expand(takes, -1, -1)
    told = conditions or conditions_of(checkpoint)
    noise = Noise(7, takes, config.codebooks, config.card)
    made = list(frames_of_one_prompt(model, [told], 100, known, frames, sampling, noise, Event()))
    return torch.stack(made, dim=-1)


SAMPLINGS = {
    "top_k": Sampling(top_k=20),
    "greedy": Sampling(temperature=0.0),
    "unguided": Sampling(guidance_scale=1.0, temperature=1.3, top_k=0),
    "top_p": Sampling(top_p=0.8),
}


@pytest.mark.parametrize("sampling", SAMPLINGS.values(), ids=SAMPLINGS)
@pytest.mark.parametrize("takes", [1, 3])
def test_the_same_tokens_for_the_same_seed(checkpoint: Checkpoint, sampling: Sampling, takes: int) -> None:
    ours = codes(graphed(checkpoint), checkpoint, 37, sampling, takes=takes)
    assert torch.equal(ours, codes(plain(checkpoint), checkpoint, 37, sampling, takes=takes))


@pytest.mark.parametrize("opening", [1, 17, context_frames(100)])
def test_the_same_continuation(checkpoint: Checkpoint, opening: int) -> None:
    ours = codes(graphed(checkpoint), checkpoint, 30, Sampling(top_k=20), opening=opening)
    assert torch.equal(ours, codes(plain(checkpoint), checkpoint, 30, Sampling(top_k=20), opening=opening))


@pytest.mark.parametrize("frames", [99, 100, 101, 250])
def test_the_same_tokens_over_several_windows(checkpoint: Checkpoint, frames: int) -> None:
    ours = codes(graphed(checkpoint), checkpoint, frames, Sampling(top_k=20), takes=2)
    assert ours.shape[-1] == frames
    assert torch.equal(ours, codes(plain(checkpoint), checkpoint, frames, Sampling(top_k=20), takes=2))


def test_an_empty_prompt_runs_on_one_row(text: Checkpoint) -> None:
    nothing = Conditions(is_null=True)
    ours = codes(graphed(text), text, 20, Sampling(top_k=20), conditions=nothing)
    assert torch.equal(ours, codes(plain(text), text, 20, Sampling(top_k=20), conditions=nothing))


def test_a_take_is_the_same_whatever_is_made_beside_it(text: Checkpoint) -> None:
    model = graphed(text)
    beside = codes(model, text, 25, Sampling(top_k=20), takes=4)
    assert torch.equal(beside[:1], codes(model, text, 25, Sampling(top_k=20)))


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_tokens_are_those_of_transformers(request: pytest.FixtureRequest, kind: str) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_checkpoint")
    engine = engine_on(folder)
    order = GenerationRequest((PROMPT,), 1.2, temperature=0.0)
    inputs = tokenized(folder, PROMPT)
    if "melody" in kind:
        melody = Audio(np.sin(np.arange(64000) / 15, dtype=np.float64).astype(np.float32)[:, None] * 0.5, 32000)
        order = replace(order, melody=melody)
        inputs |= melody_features(folder, melody)
    run = engine._prepared(order)
    ours = torch.stack(list(engine._token_frames(run, [PROMPT], Event())), dim=-1)
    expected = generated_codes(reference_model(folder), inputs, 60, do_sample=False, guidance_scale=3.0)
    assert torch.equal(ours[0], expected)


def test_the_engine_makes_the_same_sound(text_checkpoint: Path) -> None:
    order = GenerationRequest((PROMPT, "driving rock", ""), 1.0, takes=2)
    ours, expected = (sounds(engine, order) for engine in (engine_on(text_checkpoint), plain_engine(text_checkpoint)))
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(one, other)


class Stopping(Noise):
    """Random numbers that set a flag at a draw, and count the draws."""

    def __init__(self, stop: Event, at: int, codebooks: int, card: int) -> None:
        super().__init__(0, 1, codebooks, card)
        self.draws, self._stop, self._at = 0, stop, at

    def draw(self) -> Tensor:
        """Count a draw."""
        self.draws += 1
        if self.draws == self._at:
            self._stop.set()
        return super().draw()


@pytest.mark.parametrize("at", [1, 5, 6, 33])
def test_a_stop_is_seen_within_ten_steps(text: Checkpoint, at: int) -> None:
    config, stop = text.config.decoder, Event()
    noise = Stopping(stop, at, config.codebooks, config.card)
    opening = torch.zeros(1, config.codebooks, 0, dtype=torch.int64)
    told = [conditions_of(text)]
    made = list(frames_of_one_prompt(graphed(text), told, 100, opening, 90, Sampling(), noise, stop))
    assert noise.draws - at < 2 * STEPS_AT_ONCE
    assert len(made) == max(noise.draws - max(config.delays), 0)  # what was complete is handed over


def test_a_stop_beforehand_draws_nothing(text: Checkpoint) -> None:
    config, stop = text.config.decoder, Event()
    stop.set()
    noise = Stopping(stop, 0, config.codebooks, config.card)
    model = graphed(text)
    cache = model.new_cache(1, 30)
    first = model.forward(model.embed(torch.zeros(1, config.codebooks, 1, dtype=torch.int64)), cache)
    steps = torch.full((1, config.codebooks, 20), UNKNOWN)
    assert list(model.make_steps(cache, first, steps, Sampling(), noise, stop)) == []
    assert noise.draws == 0


def test_known_tokens_are_kept(text: Checkpoint) -> None:
    config, model = text.config.decoder, graphed(text)
    cache = model.new_cache(1, 30)
    first = model.forward(model.embed(torch.zeros(1, config.codebooks, 1, dtype=torch.int64)), cache)
    steps = torch.full((1, config.codebooks, 12), UNKNOWN)
    steps[0, 1, ::2] = 9
    given = steps.clone()
    noise = Noise(0, 1, config.codebooks, config.card)
    made = torch.cat(list(model.make_steps(cache, first, steps, Sampling(), noise, Event())), dim=-1)
    assert torch.equal(steps, given)
    assert (made >= 0).all()
    assert (made[0, 1, ::2] == 9).all()
    assert cache.length == 1 + 11  # after the last step nothing is chosen, so it is not read


def test_a_room_is_used_again_and_remembers_nothing(text: Checkpoint) -> None:
    model, config = graphed(text), text.config.decoder
    first = model.new_cache(2, 50, [torch.ones(70, config.width)], text_rows=1)
    buffers = first.buffers
    with torch.inference_mode():
        buffers.kv.fill_(float("nan"))
    del first
    again = logits(model, 2, (3, 1, 1))
    cache = model.new_cache(2, 40, [torch.ones(3, config.width)], text_rows=1)
    assert cache.buffers is buffers
    assert_near(again, logits(plain(text), 2, (3, 1, 1)))


def test_two_caches_at_a_time_have_buffers_each(text: Checkpoint) -> None:
    model = graphed(text)
    one, other = model.new_cache(2, 50), model.new_cache(2, 50)
    assert one.buffers is not other.buffers


def test_buffers_that_do_not_fit_are_given_back(text: Checkpoint) -> None:
    model = graphed(text)
    for _ in range(2):
        cache = model.new_cache(2, 50)
        del cache
    assert len(model._vacant) == 1
    larger = model.new_cache(2, 100)
    assert model._vacant == []
    del larger
    model.release()
    assert model._vacant == []


def test_a_step_reads_its_attention_span(text: Checkpoint) -> None:
    config, model = text.config.decoder, graphed(text)
    assert model.cache_bytes(2, 0) == model.cache_bytes(2, SPAN_MULTIPLE)
    assert model.cache_bytes(2, SPAN_MULTIPLE + 1) == 2 * config.layers * 2 * 2 * SPAN_MULTIPLE * config.width * 4


def test_the_cpu_keeps_its_own_steps(text: Checkpoint) -> None:
    config = text.config.decoder
    layers = (text.layer(index) for index in range(config.layers))
    model = load_language_model(config, text.outer(), layers, CPU, Precision.FLOAT32)
    assert not isinstance(model, StepMaker)
    assert isinstance(graphed(text), StepMaker)


@needs_gpu
def test_a_gpu_is_given_this_model(text: Checkpoint) -> None:
    config = text.config.decoder
    layers = (text.layer(index) for index in range(config.layers))
    assert isinstance(load_language_model(config, text.outer(), layers, CUDA, Precision.FLOAT16), GraphedDecoder)


@needs_gpu
def test_recorded_steps_are_the_unrecorded_ones(checkpoint: Checkpoint) -> None:
    pieces = (5, *(1,) * 40)
    assert_near(logits(graphed(checkpoint, CUDA), 4, pieces), logits(plain(checkpoint, CUDA), 4, pieces))


@needs_gpu
@pytest.mark.parametrize("sampling", SAMPLINGS.values(), ids=SAMPLINGS)
def test_a_gpu_chooses_the_tokens_that_its_logits_say(checkpoint: Checkpoint, sampling: Sampling) -> None:
    """Recorded and one by one on the same GPU; where two candidates are as good as equal, they may part."""
    ours = codes(graphed(checkpoint, CUDA), checkpoint, 130, sampling, takes=2)
    expected = codes(plain(checkpoint, CUDA), checkpoint, 130, sampling, takes=2)
    assert (ours == expected).float().mean() > 0.95


@needs_gpu
def test_a_gpu_plays_a_request_the_same_way_twice(text_checkpoint: Path) -> None:
    engine = load_engine(text_checkpoint, "cuda")
    order = GenerationRequest((PROMPT,), 5.0, takes=2)
    for one, other in zip(sounds(engine, order), sounds(engine, order), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("device", [CPU, pytest.param(CUDA, marks=needs_gpu)], ids=str)
def test_an_abandoned_run_does_not_disturb_the_next(text: Checkpoint, device: torch.device) -> None:
    model = graphed(text, device)
    expected = codes(model, text, 30, Sampling(top_k=20))
    opening = torch.zeros(1, model.config.codebooks, 0, dtype=torch.int64)
    noise = Noise(1, 1, model.config.codebooks, model.config.card)
    told = conditions_of(text)
    for _ in range(5):
        run = frames_of_one_prompt(model, [told], 100, opening, 90, Sampling(top_k=20), noise, Event())
        next(run)
        del run
        assert torch.equal(codes(model, text, 30, Sampling(top_k=20)), expected)


@pytest.mark.parametrize("device", [CPU, pytest.param(CUDA, marks=needs_gpu)], ids=str)
def test_other_settings_after_a_run_that_ended_on_a_full_chunk(text: Checkpoint, device: torch.device) -> None:
    """What chooses tokens is recorded anew then, and runs for that: from the chunk's beginning, not after its end."""
    frames = 8 * STEPS_AT_ONCE - max(text.config.decoder.delays)
    model = graphed(text, device)
    codes(model, text, frames, Sampling(top_k=20))
    for sampling in SAMPLINGS.values():
        expected = codes(graphed(text, device), text, frames, sampling)
        assert torch.equal(codes(model, text, frames, sampling), expected)


def counted_recordings(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Let recordings be made as they are, and return the list of what was recorded from now on."""
    recorded: list[Callable[[], None]] = []
    repeatable = GraphRecorder.repeatable

    def counting(self: GraphRecorder, work: Callable[[], None], counters: Sequence[Tensor]) -> Callable[[], None]:
        recorded.append(work)
        return repeatable(self, work, counters)

    monkeypatch.setattr(GraphRecorder, "repeatable", counting)
    return recorded


@pytest.mark.parametrize("device", [CPU, pytest.param(CUDA, marks=needs_gpu)], ids=str)
def test_what_was_prepared_is_not_recorded_again(
    checkpoint: Checkpoint, device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, sampling = graphed(checkpoint, device), Sampling(top_k=20)
    expected = codes(graphed(checkpoint, device), checkpoint, 100, sampling)
    model.prepare(100 + 19 + max(checkpoint.config.decoder.delays) + 1, sampling)
    recorded = counted_recordings(monkeypatch)
    assert torch.equal(codes(model, checkpoint, 100, sampling), expected)
    assert recorded == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_engine_records_the_usual_steps_while_it_is_loaded(
    request: pytest.FixtureRequest, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(config: Any, outer: Any, layers: Any, *_: object) -> GraphedDecoder:
        return GraphedDecoder(config, outer, layers, CPU, Precision.FLOAT32)

    monkeypatch.setattr("musicgen_studio.engine.musicgen.load_language_model", load)
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    recorded = counted_recordings(monkeypatch)
    assert list(sounds(engine, GenerationRequest((PROMPT,), 0.5)))
    assert recorded == []
    assert list(sounds(engine, GenerationRequest((PROMPT,), 0.5, temperature=0.5)))
    assert len(recorded) == 1


def test_going_back_and_forth_between_settings_records_each_once(
    text: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = graphed(text)
    settings = [Sampling(top_k=20), Sampling(temperature=0.5)]
    expected = [codes(graphed(text), text, 20, sampling) for sampling in settings]
    for sampling in settings:
        codes(model, text, 20, sampling)
    recorded = counted_recordings(monkeypatch)
    for number in (0, 1, 0, 0, 1):
        assert torch.equal(codes(model, text, 20, settings[number]), expected[number])
    assert recorded == []


def test_other_settings_without_end_keep_few_recordings(text: Checkpoint) -> None:
    model = graphed(text)
    for number in range(KEPT_CHOICES + 3):
        codes(model, text, 2, Sampling(top_k=20, temperature=1 + number / 10))
    assert [len(chunk.choices) for buffers in model._vacant for chunk in buffers.chunks.values()] == [KEPT_CHOICES]


class Spoiling(Noise):
    """Random numbers that put what is no number among the model's keys at a draw, as a step that overflows does."""

    def __init__(self, model: GraphedDecoder, at: int) -> None:
        super().__init__(0, 1, model.config.codebooks, model.config.card)
        self.buffers: Any = None
        self._draws, self._at = 0, at

    def draw(self) -> Tensor:
        """Count a draw."""
        self._draws += 1
        if self._draws == self._at:
            self.buffers.kv[:, :, :, :, 0] = torch.inf
        return super().draw()


@pytest.mark.parametrize("device", [CPU, pytest.param(CUDA, marks=needs_gpu)], ids=str)
@pytest.mark.parametrize("at", [1, 6, 33])
def test_numbers_that_are_none_end_the_run_within_a_chunk(text: Checkpoint, at: int, device: torch.device) -> None:
    model = graphed(text, device)
    cache, noise = model.new_cache(1, 60), Spoiling(model, at)
    noise.buffers = cache.buffers
    first = model.forward(model.embed(torch.zeros(1, model.config.codebooks, 1, dtype=torch.int64)), cache)
    made: list[Tensor] = []
    with pytest.raises(UserProblem, match="not sound"):
        made += model.make_steps(
            cache, first, torch.full((1, model.config.codebooks, 50), UNKNOWN), Sampling(), noise, Event()
        )
    assert sum(some.shape[-1] for some in made) <= at // STEPS_AT_ONCE * STEPS_AT_ONCE
    with torch.inference_mode():
        assert (
            model.forward(model.embed(torch.zeros(1, 4, 1, dtype=torch.int64)), model.new_cache(1, 60)).isfinite().all()
        )


def test_a_prefill_of_no_numbers_makes_nothing(text: Checkpoint) -> None:
    """In float16, with states too large for it."""
    config = text.config.decoder
    layers = (text.layer(index) for index in range(config.layers))
    model = GraphedDecoder(config, text.outer(), layers, CPU, Precision.FLOAT16, SPAN_MULTIPLE)
    told = replace(conditions_of(text), text=torch.full((3, config.width), 6e4))
    with pytest.raises(UserProblem) as raised:
        codes(model, text, 10, Sampling(), conditions=told)
    assert "float16" in raised.value.why
    assert "bfloat16 or float32" in raised.value.what_to_do


@needs_gpu
def test_memory_comes_back(text: Checkpoint) -> None:
    model = graphed(text, CUDA)
    gc.collect()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    for _ in range(3):
        codes(model, text, 130, Sampling(), takes=2)
    model.release()
    gc.collect()
    assert torch.cuda.memory_allocated() - before < 1 << 20


def engine_on(folder: Path) -> MusicGen:
    """An engine with the step for GPUs, on the CPU."""
    engine = plain_engine(folder)
    engine.decoder = graphed(open_checkpoint(folder))
    return engine


def plain_engine(folder: Path) -> MusicGen:
    return load_engine(folder, "cpu", "float32")


def sounds(engine: MusicGen, order: GenerationRequest) -> Iterator[Any]:
    for block in engine.stream(order, Event()):
        yield block.audio.samples


def reference_model(folder: Path) -> Any:
    from transformers import MusicgenForConditionalGeneration, MusicgenMelodyForConditionalGeneration

    is_melody = "musicgen_melody" in (folder / "config.json").read_text()
    kind = MusicgenMelodyForConditionalGeneration if is_melody else MusicgenForConditionalGeneration
    return kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
