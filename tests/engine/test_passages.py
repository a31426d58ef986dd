"""Prompts that change along the way: cuts, morphs, windows, melodies; and that one prompt is what it always was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import GenerationRequest, Sampling
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.engine.conditions.over_time import Stretch, stretches
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.engine.model.cpu.decoder import CpuDecoder
from musicgen_studio.engine.model.cuda.decoder import GraphedDecoder
from musicgen_studio.engine.model.protocol import KVCache
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.engine.patterns import UNKNOWN, delayed
from musicgen_studio.engine.sampling import Noise, blended, sample_codes
from musicgen_studio.engine.tokens import spans, token_frames
from musicgen_studio.errors import UserProblem
from tests import tiny_checkpoints as tiny
from tests.engine.recorded.orders import ORDERS, RecordedOrder, as_noted, heard_codes
from tests.engine.undelayed import undelayed

CALM, ROCK = "calm piano with strings", "driving rock"
NOTED = np.load(Path(__file__).parent / "recorded" / "one_passage.npz")


def blocks_of(engine: MusicGen, request: GenerationRequest) -> dict[tuple[int, int], list[AudioBlock]]:
    clips: dict[tuple[int, int], list[AudioBlock]] = {}
    for block in engine.stream(request, Event()):
        clips.setdefault((block.prompt, block.take), []).append(block)
    return clips


def codes_of(engine: MusicGen, request: GenerationRequest) -> Tensor:
    """Return the codes `[clips, codebooks, frames]` of all clips of a request."""
    with heard_codes(engine) as heard:
        blocks_of(engine, request)
    return torch.cat(heard)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_one_prompt_is_what_it_was_before_there_were_passages(
    request: pytest.FixtureRequest, order: RecordedOrder
) -> None:
    engine = load_engine(request.getfixturevalue(order.checkpoint), "cpu", order.precision)
    assert np.array_equal(as_noted([codes_of(engine, order.request)]), NOTED[order.name])


@dataclass(frozen=True, slots=True)
class Fixed(Stretch):
    """A morph that stands still.

    Args:
        held: Its weights.
    """

    held: tuple[float, ...] = (0.5, 0.5)

    def weights(self, frame: int) -> tuple[float, ...]:  # noqa: ARG002
        """Return the same weights for all frames."""
        return self.held


def held_codes(engine: MusicGen, prompts: Sequence[str], held: tuple[float, ...], scale: float = 3.0) -> Tensor:
    """Return the codes `[clips, codebooks, frames]` of two takes over windows, prompts blended by the same weights."""
    config, frames = engine.decoder.config, 150
    conditions = engine._prepared(GenerationRequest((CALM,), frames / 50)).conditions
    stretch = Fixed(0, frames, tuple(range(len(prompts))), frames, held)
    made = token_frames(
        engine.decoder,
        lambda voice, start: [conditions.at(prompts[voice], 0, start)],
        spans([stretch], 0, tiny.WINDOW_FRAMES),
        torch.empty(2, config.codebooks, 0, dtype=torch.int64),
        Sampling(guidance_scale=scale, top_k=20),
        Noise(3, 2, config.codebooks, config.card),
        Event(),
    )
    return torch.stack(list(made), dim=-1)


@pytest.mark.parametrize("scale", [3.0, 1.0])
@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("kind", ["text", "melody", "stereo_text", "stereo_melody"])
@pytest.mark.parametrize("other", [ROCK, ""])
def test_weights_0_and_1_are_the_single_prompts_token_for_token(
    request: pytest.FixtureRequest, kind: str, precision: str, scale: float, other: str
) -> None:
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", precision)
    assert isinstance(engine.decoder, CpuDecoder) == (precision == "int8")
    both = (CALM, other)
    for number, prompt in enumerate(both):
        single = held_codes(engine, [prompt], (1.0,), scale)
        held = tuple(float(number == place) for place in range(2))
        assert torch.equal(held_codes(engine, both, held, scale), single)
    middle = held_codes(engine, both, (0.5, 0.5), scale)
    assert not torch.equal(middle, single)


@pytest.mark.parametrize("kind", ["text", "melody"])
def test_a_model_that_makes_its_own_steps_blends_too(request: pytest.FixtureRequest, kind: str) -> None:
    """As on a GPU, with its arrangement on the CPU."""
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    order = GenerationRequest((CALM, ""), 4.0, passages=PASSAGES, takes=2, together=2, top_k=20)
    expected = codes_of(engine, order)
    engine.decoder = graphed(request.getfixturevalue(f"{kind}_checkpoint"))
    assert torch.equal(codes_of(engine, order), expected)


def graphed(folder: Path) -> GraphedDecoder:
    from musicgen_studio.compute.precision import Precision
    from musicgen_studio.engine.checkpoint.open import open_checkpoint

    checkpoint = open_checkpoint(folder)
    layers = (checkpoint.layer(index) for index in range(checkpoint.config.decoder.layers))
    device = torch.device("cpu")
    return GraphedDecoder(checkpoint.config.decoder, checkpoint.outer(), layers, device, Precision.FLOAT32)


PASSAGES = (
    Passage(0.6, ROCK),
    Passage(1.2, "sad jazz waltz with a violin and no drums at all", morph_s=0.5),
    Passage(2.6, ""),
    Passage(2.9, CALM, morph_s=0.3),
)
"""Frames 30, 60 to 85, 130, 145 to 160, in windows of 100 with a context of 40."""

WINDOWS = (  # first new frame, end, context, what sounds
    (0, 30, 0, (0,)),
    (30, 60, 30, (1,)),
    (60, 85, 40, (1, 2)),
    (85, 130, 40, (2,)),
    (130, 145, 40, (3,)),
    (145, 160, 40, (3, 4)),
    (160, 220, 40, (4,)),
    (220, 250, 40, (4,)),
)


def test_windows_end_where_other_prompts_begin_to_sound() -> None:
    plan = spans(stretches(PASSAGES, 250, 50), 0, tiny.WINDOW_FRAMES)
    assert tuple((span.first, span.end, span.context, span.stretch.voices) for span in plan) == WINDOWS
    assert [span.context for span in spans(stretches(PASSAGES, 250, 50), 25, 100)][:3] == [25, 40, 40]


def test_a_morph_moves_evenly_from_the_one_to_the_other() -> None:
    (_, morph, _) = stretches((Passage(1.0, "a", morph_s=2.0),), 400, 50)
    assert (morph.first, morph.end) == (50, 150)
    comes = [morph.weights(frame)[1] for frame in range(50, 150)]
    np.testing.assert_allclose(comes, (np.arange(100) + 0.5) / 100)
    assert all(sum(morph.weights(frame)) == 1.0 for frame in range(50, 153))
    (_, cut_short) = stretches((Passage(1.0, "a", morph_s=2.0),), 100, 50)
    assert [cut_short.weights(frame) for frame in range(50, 100)] == [morph.weights(frame) for frame in range(50, 100)]


def test_passages_that_fall_into_one_frame_leave_no_gap() -> None:
    found = stretches((Passage(0.004, "a"), Passage(1.0, "b"), Passage(1.005, "c"), Passage(1.02, "d")), 100, 50)
    assert [(each.first, each.end, each.voices) for each in found] == [(0, 50, (1,)), (50, 51, (3,)), (51, 100, (4,))]


@pytest.mark.parametrize("kind", ["text", "melody", "stereo_melody"])
def test_passages_equal_a_loop_that_reads_every_window_from_its_beginning(
    request: pytest.FixtureRequest, kind: str
) -> None:
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", "float32")
    melody = None if kind == "text" else Melody.of([Note(0.0, 1.0, 62), Note(1.0, 1.0, 67)])
    order = GenerationRequest((CALM,), 5.0, passages=PASSAGES, seed=6, melody=melody)
    made = codes_of(engine, order)
    with torch.inference_mode():
        expected = _looped(engine, order)
    assert torch.equal(made, expected)


def _looped(engine: MusicGen, order: GenerationRequest) -> Tensor:
    """Make every window's tokens with a whole forward pass for each row of each step: `[1, codebooks, frames]`."""
    config, conditions = engine.decoder.config, engine._prepared(order).conditions
    noise = Noise(order.seed, 1, config.codebooks, config.card)
    codes = torch.full((1, config.codebooks, 250), UNKNOWN)
    for first, end, context, voices in WINDOWS:
        told = [conditions.at(CALM, voice, first - context) for voice in voices]
        window = codes[..., first - context : end].clone()
        steps = delayed(window, config.card, config.delays)
        for step in range(context + 1, steps.shape[-1]):
            frame = min(first + step - 1 - context, end - 1)
            come = (frame + 0.5 - first) / (end - first)
            weights = (1.0,) if len(voices) == 1 else (1 - come, come)
            rows = [
                row for each in told for row in (_logits(engine, each, steps[..., :step], k) for k in (True, False))
            ]
            pairs = [(2 * place, 2 * place + 1) for place in range(len(voices))]
            chosen = sample_codes(blended(torch.stack(rows), pairs, 3.0, weights), Sampling(), noise.draw())
            steps[..., step] = torch.where(steps[..., step] == UNKNOWN, chosen, steps[..., step])
        codes[..., first:end] = undelayed(steps, config.delays)[..., context:]
    return codes


def _logits(engine: MusicGen, told: Conditions, steps: Tensor, is_told: bool) -> Tensor:
    decoder = engine.decoder
    prefix = told.prefix if is_told else told.null_prefix
    texts = [told.text] if is_told and told.text is not None else []
    x = decoder.embed(steps)
    if prefix is not None:
        x = torch.cat([prefix[None], x], dim=1)
    return decoder.forward(x, decoder.new_cache(1, x.shape[1], texts, text_rows=1))


def test_what_is_before_a_passage_is_as_without_it(text_checkpoint: Path, melody_checkpoint: Path) -> None:
    for folder in (text_checkpoint, melody_checkpoint):
        engine = load_engine(folder, "cpu", "float32")
        plain = codes_of(engine, GenerationRequest((CALM, ROCK), 3.0, takes=2, together=2))
        for morph_s in (0.0, 0.5):
            passages = (Passage(1.6, "techno", morph_s=morph_s),)
            changed = codes_of(engine, GenerationRequest((CALM, ROCK), 3.0, takes=2, together=2, passages=passages))
            # The last three frames before it know their end: their fine codebooks are made beside nothing.
            assert torch.equal(plain[:, 0, :80], changed[:, 0, :80])
            assert not torch.equal(plain[..., 80:], changed[..., 80:])


def test_rows_are_blended_only_while_a_morph_is_on(
    text_checkpoint: Path, melody_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, of_a_blend in ((text_checkpoint, 3), (melody_checkpoint, 4)):
        engine = load_engine(folder, "cpu", "float32")
        rows = list[int]()
        with monkeypatch.context() as patch:
            forward = engine.decoder.forward

            def noting(x: Tensor, cache: KVCache, forward: Any = forward, rows: list[int] = rows) -> Tensor:
                rows.append(x.shape[0])
                return forward(x, cache)  # type: ignore[no-any-return]

            patch.setattr(engine.decoder, "forward", noting)
            codes_of(engine, GenerationRequest((CALM,), 2.0, passages=(Passage(0.8, ROCK, morph_s=0.4),)))
        assert set(rows) == {2, of_a_blend}
        # 20 frames of it, three more steps to complete the last of them, and what is read before.
        assert rows.count(of_a_blend) <= 20 + 3 + 5


@pytest.mark.parametrize("morph_s", [0.0, 0.4])
def test_music_never_waits_for_a_passage(
    melody_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, morph_s: float
) -> None:
    """Conditions and context are read a little at a time, not in one go when the passage begins."""
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    positions = list[int]()
    forward = engine.decoder.forward

    def noting(x: Tensor, cache: KVCache) -> Tensor:
        positions.append(x.shape[1])
        return forward(x, cache)

    monkeypatch.setattr(engine.decoder, "forward", noting)
    codes_of(engine, GenerationRequest((CALM,), 3.0, passages=(Passage(1.0, ROCK, morph_s=morph_s),)))
    beginning, *later = positions
    assert beginning > 16
    assert 1 < max(later) <= 32


def test_all_takes_of_all_prompts_go_through_the_same_passages(melody_checkpoint: Path) -> None:
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    order = GenerationRequest((CALM, ROCK, ""), 4.0, passages=PASSAGES, takes=2)
    alone, together = blocks_of(engine, order), blocks_of(engine, replace(order, together=3))
    assert set(alone) == {(prompt, take) for prompt in range(3) for take in range(2)}
    for clip, blocks in alone.items():
        assert blocks[-1].is_last
        assert together[clip][-1].is_last
        one, other = (np.concatenate([block.audio.samples for block in each]) for each in (blocks, together[clip]))
        assert len(one) == 200 * 640
        np.testing.assert_allclose(one, other, atol=1e-4)


def chroma_rows(engine: MusicGen, order: GenerationRequest, voice: int, start: int) -> list[int]:
    """Return the pitch classes a window is told, 16 of them in two seconds; no melody is 0."""
    assert engine._melody is not None
    chroma = engine._prepared(order).conditions._chroma(engine._melody, voice, start)
    assert chroma.sum(dim=1).eq(1).all()
    return [int(row) for row in chroma.argmax(dim=1)]


def test_a_window_is_told_each_moment_s_melody(melody_checkpoint: Path) -> None:
    """The melody of the piece is D, that of the first passage, from 1 s on, G; the second goes on with the piece's."""
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    d, g = Melody.of([Note(0.0, 9.0, 62)]), Melody.of([Note(0.0, 9.0, 67)])
    passages = (Passage(1.0, ROCK, g), Passage(2.0, CALM), Passage(3.0, CALM, Melody((), 1.0)))
    order = GenerationRequest((CALM,), 5.0, melody=d, passages=passages)
    assert chroma_rows(engine, order, 0, 0) == [2] * 16
    assert chroma_rows(engine, order, 1, 10) == [2] * 7 + [7] * 9  # from frame 10 it is 40 frames to the passage
    assert chroma_rows(engine, order, 2, 60) == [7] * 7 + [2] * 9
    assert chroma_rows(engine, order, 3, 110) == [2] * 7 + [0] * 9
    assert set(chroma_rows(engine, order, 3, 160)) == {0}


def test_a_hummed_passage_begins_with_the_passage(melody_checkpoint: Path) -> None:
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    time_s = np.arange(48000) / 32000
    pitch_hz = np.where(time_s < 0.75, 440.0, 392.0)  # A, then G
    hum = Audio(np.sin(2 * np.pi * np.cumsum(pitch_hz) / 32000).astype(np.float32)[:, None], 32000)
    opening = Audio(np.sin(2 * np.pi * 330 * time_s).astype(np.float32)[:, None], 32000)  # E
    order = GenerationRequest((CALM,), 4.0, continuation=opening, passages=(Passage(0.5, ROCK, hum),))
    told = chroma_rows(engine, order, 1, 40)  # the opening's 40 codes are over, the passage is 25 frames away
    assert told[:3] == [0] * 3
    assert told[5:9] == [9] * 4
    assert told[12:15] == [7] * 3
    with_melody = GenerationRequest((CALM,), 4.0, continuation=opening, melody=hum, passages=(Passage(0.5, ROCK, hum),))
    assert chroma_rows(engine, with_melody, 1, 0)[:5] == [4] * 5


def test_a_passage_with_a_melody_needs_a_melody_checkpoint(text_checkpoint: Path) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    passages = (Passage(1.0, ROCK, Melody.of([Note(0.0, 1.0, 60)])),)
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        next(engine.stream(GenerationRequest((CALM,), 2.0, passages=passages), Event()))
