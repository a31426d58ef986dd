"""The engine against transformers, on the same weights in float32: conditions, logits, tokens, sound.

transformers plays the reference through its public `generate`; the tokens it makes are read where it hands them to
its codec. For music longer than a window, which transformers does not make, the reference is a plain loop over its
forward pass.
"""

from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest, Sampling
from musicgen_studio.engine import tokens
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.conditions.prompt import TextConditioner
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.engine.patterns import UNKNOWN, delayed
from musicgen_studio.engine.sampling import Noise, guided, probabilities, sample_codes
from musicgen_studio.engine.tokens import context_frames
from musicgen_studio.paths import resources_dir
from tests import tiny_checkpoints as tiny
from tests.engine.reference import frames_of_one_prompt, generated_codes, melody_features, tokenized
from tests.engine.undelayed import undelayed

PROMPT = "calm piano with strings and bass"
FRAMES = 60
CASES = ["text", "melody", "stereo_text", "stereo_melody"]


@pytest.fixture(params=CASES)
def pair(request: pytest.FixtureRequest) -> tuple[MusicGen, Any]:
    """The engine and transformers' model of each kind, from one folder."""
    folder: Path = request.getfixturevalue(f"{request.param}_checkpoint")
    return load_engine(folder, "cpu", "float32"), reference_model(folder)


def reference_model(folder: Path) -> Any:
    make_torchaudio_importable()
    from transformers import MusicgenForConditionalGeneration, MusicgenMelodyForConditionalGeneration

    is_melody = "musicgen_melody" in (folder / "config.json").read_text()
    kind = MusicgenMelodyForConditionalGeneration if is_melody else MusicgenForConditionalGeneration
    return kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def engine_codes(engine: MusicGen, request: GenerationRequest) -> Tensor:
    """Return the codes `[takes, codebooks, frames]` the engine makes for the first prompt."""
    run = engine._prepared(request)
    made = list(engine._token_frames(run, request.prompts[:1], Event()))
    return torch.stack(made[engine._warm_up_frames(run) :], dim=-1)


def humming(pitch_hz: float, duration_s: float = 2.0) -> Audio:
    t = np.arange(round(duration_s * 32000)) / 32000
    return Audio(np.sin(2 * np.pi * pitch_hz * t, dtype=np.float64).astype(np.float32)[:, None] * 0.5, 32000)


@pytest.mark.parametrize("prompt", [PROMPT, "x", "happy"])
def test_text_states(text_checkpoint: Path, prompt: str) -> None:
    model = reference_model(text_checkpoint)
    checkpoint = open_checkpoint(text_checkpoint)
    states = TextConditioner(checkpoint, checkpoint.outer().text_projection).states(prompt)
    inputs = tokenized(text_checkpoint, prompt)
    expected = model.enc_to_dec_proj(model.text_encoder(**inputs).last_hidden_state)[0]
    torch.testing.assert_close(states, expected, atol=1e-5, rtol=0.0)


def test_text_states_of_another_kind_of_encoder() -> None:
    """The starter's is BERT, not T5."""
    folder = resources_dir() / "starter"
    model, checkpoint = reference_model(folder), open_checkpoint(folder)
    states = TextConditioner(checkpoint, checkpoint.outer().text_projection).states(PROMPT)
    expected = model.enc_to_dec_proj(model.text_encoder(**tokenized(folder, PROMPT)).last_hidden_state)[0]
    torch.testing.assert_close(states, expected, atol=1e-5, rtol=1e-6)  # some are above 20


def test_transformers_plays_the_starter_the_same_way() -> None:
    folder = resources_dir() / "starter"
    engine, model = load_engine(folder, "cpu", "float32"), reference_model(folder)
    ours = engine_codes(engine, GenerationRequest(("happy rock",), 1.0, temperature=0.0))
    inputs = tokenized(folder, "happy rock")
    expected = generated_codes(model, inputs, 50, do_sample=False, guidance_scale=3.0)
    assert torch.equal(ours[0], expected)


def test_greedy_tokens(pair: tuple[MusicGen, Any], request: pytest.FixtureRequest) -> None:
    engine, model = pair
    ours = engine_codes(engine, GenerationRequest((PROMPT,), FRAMES / 50, temperature=0.0))
    expected = generated_codes(model, _inputs(request), FRAMES, do_sample=False, guidance_scale=3.0)
    assert torch.equal(ours[0], expected)


def test_greedy_tokens_unguided(pair: tuple[MusicGen, Any], request: pytest.FixtureRequest) -> None:
    engine, model = pair
    ours = engine_codes(engine, GenerationRequest((PROMPT,), FRAMES / 50, temperature=0.0, guidance_scale=1.0))
    expected = generated_codes(model, _inputs(request), FRAMES, do_sample=False, guidance_scale=1.0)
    assert torch.equal(ours[0], expected)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_sampled_tokens_for_the_same_random_numbers(
    pair: tuple[MusicGen, Any], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    engine, model = pair
    leads: list[float] = []

    def choose_and_note_the_lead(logits: Tensor, sampling: Sampling, noise: Tensor) -> Tensor:
        first, second = (probabilities(logits, sampling) / noise).topk(2, dim=-1).values.unbind(dim=-1)
        kth, next_one = logits.topk(sampling.top_k + 1, dim=-1).values[..., -2:].unbind(dim=-1)
        leads.append(min((first / second - 1).min().item(), (kth - next_one).min().item()))
        return sample_codes(logits, sampling, noise)

    monkeypatch.setattr(tokens, "sample_codes", choose_and_note_the_lead)
    order = GenerationRequest((PROMPT,), FRAMES / 50, seed=seed, temperature=1.2, top_k=20)
    ours = engine_codes(engine, order)[0]
    torch.manual_seed(seed)
    settings = {"do_sample": True, "guidance_scale": 3.0, "temperature": 1.2, "top_k": 20}
    expected = generated_codes(model, _inputs(request), FRAMES, **settings)
    differing = (ours != expected).any(dim=0).nonzero()
    # Two float32 paths round differently: they may part where two candidates are as good as equal, and only there.
    assert len(differing) == 0 or min(leads[: int(differing[0]) + 4]) < 1e-4


def test_full_window(text_checkpoint: Path) -> None:
    engine, model = load_engine(text_checkpoint, "cpu", "float32"), reference_model(text_checkpoint)
    ours = engine_codes(engine, GenerationRequest((PROMPT,), tiny.WINDOW_S, temperature=0.0))
    inputs = tokenized(text_checkpoint, PROMPT)
    expected = generated_codes(model, inputs, tiny.WINDOW_FRAMES, do_sample=False, guidance_scale=3.0)
    assert ours.shape[-1] == tiny.WINDOW_FRAMES
    assert torch.equal(ours[0], expected)


@pytest.mark.parametrize("kind", ["melody", "stereo_melody"])
@pytest.mark.parametrize("duration_s", [0.3, 1.0, 2.0, 3.0])
def test_melody(request: pytest.FixtureRequest, kind: str, duration_s: float) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_checkpoint")
    engine, model = load_engine(folder, "cpu", "float32"), reference_model(folder)
    melody = humming(330.0, duration_s)
    ours = engine_codes(engine, GenerationRequest((PROMPT,), FRAMES / 50, temperature=0.0, melody=melody))
    inputs = tokenized(folder, PROMPT) | melody_features(folder, melody)
    expected = generated_codes(model, inputs, FRAMES, do_sample=False, guidance_scale=3.0)
    assert torch.equal(ours[0], expected)


def test_two_melodies_give_different_tokens(melody_checkpoint: Path) -> None:
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    low, high, none = (
        engine_codes(engine, GenerationRequest((PROMPT,), 1.0, temperature=0.0, melody=melody))
        for melody in (humming(294.0), humming(392.0), None)  # D, G; C would be the null melody
    )
    assert not torch.equal(low, high)
    assert not torch.equal(low, none)


@pytest.mark.parametrize("kind", ["text", "stereo_text"])
def test_continuation(request: pytest.FixtureRequest, kind: str) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_checkpoint")
    engine, model = load_engine(folder, "cpu", "float32"), reference_model(folder)
    known = 30
    rng = np.random.default_rng(0)
    sound = Audio(rng.normal(0, 0.3, (known * 640, engine.info.channels)).astype(np.float32), 32000)
    ours = engine_codes(engine, GenerationRequest((PROMPT,), 1.0, temperature=0.0, continuation=sound))
    inputs = tokenized(folder, PROMPT) | {"input_values": torch.from_numpy(sound.samples.T.copy())[None]}
    expected = generated_codes(model, inputs, known + 50, do_sample=False, guidance_scale=3.0)
    assert ours.shape[-1] == 50
    assert torch.equal(ours[0], expected[:, known:])
    assert torch.equal(engine.codec.encode(sound), expected[:, :known])


@pytest.mark.parametrize("is_guided", [True, False])
@pytest.mark.parametrize("known", [0, 20])
def test_logits_of_every_step(pair: tuple[MusicGen, Any], is_guided: bool, known: int) -> None:
    engine, model = pair
    decoder = engine.decoder
    codes = torch.randint(0, tiny.CARD, (2, decoder.config.codebooks, 40), generator=torch.manual_seed(0))
    steps = delayed(codes, tiny.CARD, decoder.config.delays)
    conditions = engine._prepared(GenerationRequest((PROMPT,))).conditions.at(PROMPT, 0, 0)
    text, prefix = conditions.text, conditions.prefix
    memory_rows = 2 if is_guided else 1  # one conditional row, and one null row if guided
    rows = steps[:memory_rows]
    cache = decoder.new_cache(memory_rows, 400, [] if text is None else [text], text_rows=1)
    x = decoder.embed(rows[..., : known + 1])
    if prefix is not None:
        both = [prefix, conditions.null_prefix][:memory_rows]
        x = torch.cat([torch.stack([p for p in both if p is not None]), x], dim=1)
    ours = [decoder.forward(x, cache)]
    ours += [decoder.forward(decoder.embed(rows[..., s : s + 1]), cache) for s in range(known + 1, steps.shape[-1])]
    expected = _reference_logits(model, rows, conditions)[:, :, known:]
    difference = (torch.stack(ours, dim=2) - expected).abs().max() / expected.abs().max()
    assert difference <= 1e-5


@pytest.mark.parametrize("kind", ["text", "melody"])
def test_beyond_the_window(request: pytest.FixtureRequest, kind: str) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_checkpoint")
    engine, model = load_engine(folder, "cpu", "float32"), reference_model(folder)
    order = GenerationRequest((PROMPT,), 5.0, seed=3)
    ours = engine_codes(engine, order)
    conditions = engine._prepared(order).conditions.at(PROMPT, 0, 0)
    with torch.inference_mode():
        expected = _reference_windows(model, conditions, 250, Noise(3, 1, engine.decoder.config.codebooks, tiny.CARD))
    assert ours.shape[-1] == 250
    assert torch.equal(ours[0], expected)


def test_a_long_melody_slides_with_the_window(melody_checkpoint: Path) -> None:
    """Each window hears the melody from where it begins, repeated as often as needed (AudioCraft `musicgen.py`)."""
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    melody = Audio(np.concatenate([humming(262.0, 1.5).samples, humming(392.0, 1.7).samples]), 32000)
    run = engine._prepared(GenerationRequest((PROMPT,), 5.0, melody=melody))
    for start in (0, 60, 120):
        expected = np.tile(melody.samples[:, 0], 4)[start * 640 : (start + 100) * 640]
        assert np.array_equal(run.conditions._sound_in_window(melody.samples[:, 0], 0, start), expected)


def _inputs(request: pytest.FixtureRequest) -> dict[str, Tensor]:
    case = request.node.callspec.params["pair"]
    return tokenized(request.getfixturevalue(f"{case}_checkpoint"), PROMPT)


def _reference_logits(model: Any, steps: Tensor, conditions: Conditions) -> Tensor:
    """Run the whole sequence through transformers' decoder: `[rows, codebooks, steps, card]`."""
    rows, codebooks, count = steps.shape
    kwargs: dict[str, Tensor] = {}
    if conditions.prefix is not None and conditions.null_prefix is not None:
        kwargs["encoder_hidden_states"] = torch.stack([conditions.prefix, conditions.null_prefix])[:rows]
    elif conditions.text is not None:
        states = torch.stack([conditions.text, torch.zeros_like(conditions.text)])[:rows]
        mask = torch.ones(rows, len(conditions.text))
        kwargs |= {"encoder_hidden_states": states, "encoder_attention_mask": mask}
    with torch.inference_mode():
        logits: Tensor = model.decoder(input_ids=steps.reshape(rows * codebooks, count), **kwargs).logits
    return logits.view(rows, codebooks, -1, tiny.CARD)[:, :, -count:]


def _reference_windows(model: Any, conditions: Conditions, frames: int, noise: Noise) -> Tensor:
    """AudioCraft's sliding window with transformers' whole-sequence forward at every step: `[codebooks, frames]`."""
    delays = (0, 1, 2, 3)
    made = torch.empty(1, 4, 0, dtype=torch.int64)
    while made.shape[-1] < frames:
        context = made[..., -context_frames(tiny.WINDOW_FRAMES) :]
        length = min(tiny.WINDOW_FRAMES, context.shape[-1] + frames - made.shape[-1])
        codes = torch.full((1, 4, length), UNKNOWN)
        codes[..., : context.shape[-1]] = context
        steps = delayed(codes, tiny.CARD, delays)
        for step in range(context.shape[-1] + 1, steps.shape[-1]):
            logits = _reference_logits(model, steps[..., :step].expand(2, -1, -1), conditions)[..., -1, :]
            token = sample_codes(guided(logits[:1], logits[1:], 3.0), Sampling(), noise.draw())
            steps[..., step] = torch.where(steps[..., step] == UNKNOWN, token, steps[..., step])
        made = torch.cat([made, undelayed(steps, delays)[..., context.shape[-1] :]], dim=-1)
    return made[0]


def test_sliding_yields_nothing_once_stopped(text_checkpoint: Path) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    stop = Event()
    frames = frames_of_one_prompt(
        engine.decoder,
        [Conditions(is_null=True)],
        tiny.WINDOW_FRAMES,
        torch.empty(1, 4, 0, dtype=torch.int64),
        200,
        Sampling(),
        Noise(0, 1, 4, tiny.CARD),
        stop,
    )
    made = []
    for frame in frames:
        made.append(frame)
        if len(made) == 7:
            stop.set()
    assert len(made) == 7
