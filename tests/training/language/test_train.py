"""The language model: it learns, goes on as if it had not been stopped, and is what transformers and the engine run."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.core.request import GenerationRequest, Sampling
from musicgen_studio.engine.api import whole_clips
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.codec.codebooks import fit_codebooks
from musicgen_studio.training.codec.network import build_codec, codec_config
from musicgen_studio.training.language.dataset import Item, draw_batch
from musicgen_studio.training.language.listener import Listener
from musicgen_studio.training.language.network import (
    MelodyLanguageModel,
    Sizes,
    TextEncoder,
    delayed_codes,
    load_for_training,
)
from musicgen_studio.training.language.train import LanguageTraining, language_settings_for
from musicgen_studio.training.publish import OWN_SHARD, TEXT_SHARD, Trained, publish
from musicgen_studio.training.settings import TrainingSettings
from tests.training.conftest import CPU, keep_quiet, unlimited

SAMPLING = Sampling(guidance_scale=2.5, temperature=0.8, top_k=20)


@pytest.fixture
def text(melody_checkpoint: Path) -> TextEncoder:
    """A tiny text encoder."""
    return TextEncoder(melody_checkpoint, CPU)


def _sizes(tiny: TrainingSettings, text: TextEncoder) -> Sizes:
    return Sizes.of(replace(tiny.language, width=48, heads=2), codec_config(tiny.codec), text.width)


def _items(count: int = 6) -> list[Item]:
    """Return pieces that repeat themselves after ten frames: easy to learn."""
    items = []
    for number in range(count):
        pattern = np.random.default_rng(number % 2).integers(0, 32, (4, 10)).astype(np.uint16)
        chroma = np.full(100, number % 12, np.uint8)
        items.append(Item(np.tile(pattern, 20), chroma, lambda _rng: "happy rock", 20, held_out=number == 0))
    return items


def _training(folder: Path, settings: TrainingSettings, text: TextEncoder, tiny: TrainingSettings) -> LanguageTraining:
    model = MelodyLanguageModel(_sizes(tiny, text), settings.language.seed)
    return LanguageTraining(folder, settings, model, text, _items(), CPU, unlimited(), keep_quiet)


def _steps(tiny: TrainingSettings, steps: int) -> TrainingSettings:
    return replace(tiny, language=replace(tiny.language, steps=steps, warm_down=0.0, warm_up=0.0))


def test_it_learns_and_says_so(tmp_path: Path, tiny: TrainingSettings, text: TextEncoder) -> None:
    training = _training(tmp_path, _steps(tiny, 40), text, tiny)
    before, _ = training.validation_losses()
    assert training.run()
    after, _ = training.validation_losses()
    assert np.mean(after) < 0.5 * np.mean(before)
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert [point["step"] for point in figures["curve"]] == [6, 12, 18, 24, 30, 36, 40]
    assert figures["curve"][-1]["validation"] == pytest.approx(after, rel=1e-3)
    assert all(0 < floor < np.log(32) + 0.5 for floor in figures["unigram"])


def test_a_run_that_goes_on_is_the_run_that_was_not_stopped(
    tmp_path: Path, tiny: TrainingSettings, text: TextEncoder
) -> None:
    whole = _training(tmp_path / "whole", _steps(tiny, 8), text, tiny)
    assert whole.run()
    assert _training(tmp_path / "parts", _steps(tiny, 3), text, tiny).run()
    resumed = _training(tmp_path / "parts", _steps(tiny, 8), text, tiny)
    held = {name for name, value in vars(resumed).items() if isinstance(value, dict)}
    assert not held  # no state: it would be a second copy of all weights
    assert resumed.run()
    for name, tensor in whole.model.state_dict().items():
        torch.testing.assert_close(resumed.model.state_dict()[name], tensor, rtol=1e-2, atol=1e-3)


def test_what_is_heard_displaced_does_not_count_but_is_heard(tiny: TrainingSettings, text: TextEncoder) -> None:
    model = MelodyLanguageModel(_sizes(tiny, text), 0)
    listener = Listener(model.sizes.width, 0)
    settings = replace(tiny.language, window_s=3, displaced_share=1.0)
    batch = draw_batch(_items(), settings, 2, np.random.default_rng(0))
    displaced = batch.heard != batch.codes
    other_codes = torch.where(displaced, (batch.codes + 7) % 32, batch.codes)
    other_codes = torch.where(other_codes == batch.heard, batch.codes, other_codes)
    assert not torch.equal(other_codes, batch.codes)
    with torch.no_grad():
        losses, _ = model.losses(batch, text, listener)
        asked, _ = model.losses(replace(batch, codes=other_codes), text, listener)
        undisturbed, _ = model.losses(replace(batch, heard=batch.codes), text, listener)
    torch.testing.assert_close(asked, losses)
    assert bool((undisturbed != losses).all())


def test_each_codebooks_loss_is_the_cross_entropy_of_its_logits(tiny: TrainingSettings, text: TextEncoder) -> None:
    model, listener = MelodyLanguageModel(_sizes(tiny, text), 0), Listener(48, 0)
    batch = draw_batch(
        _items(), replace(tiny.language, text_dropout=0.0, displaced_share=0.0), 3, np.random.default_rng(0)
    )
    steps = delayed_codes(batch.codes, model.sizes)
    with torch.no_grad():
        losses, _ = model.losses(batch, text, listener)
        logits = model(steps[..., :-1], batch.chroma, *text.states(batch.captions))
    for book, loss in enumerate(losses):
        is_music = steps[:, book, 1:] != model.sizes.card
        expected = torch.nn.functional.cross_entropy(logits[:, book][is_music], steps[:, book, 1:][is_music])
        torch.testing.assert_close(loss, expected)


def test_a_state_of_another_size_is_told(tmp_path: Path, tiny: TrainingSettings, text: TextEncoder) -> None:
    assert _training(tmp_path, _steps(tiny, 1), text, tiny).run()
    sizes = replace(_sizes(tiny, text), layers=3)
    with pytest.raises(UserProblem, match="another size, codec or version"):
        LanguageTraining(
            tmp_path, tiny, MelodyLanguageModel(sizes, 0), text, _items(), CPU, unlimited(), keep_quiet
        )  # fmt: skip


def test_nothing_to_be_judged_by_is_told(tmp_path: Path, tiny: TrainingSettings, text: TextEncoder) -> None:
    model = MelodyLanguageModel(_sizes(tiny, text), 0)
    with pytest.raises(UserProblem, match="0 to be judged by"):
        LanguageTraining(tmp_path, tiny, model, text, _items()[1:], CPU, unlimited(), keep_quiet)


def test_the_text_encoders_width_is_refused(tiny: TrainingSettings, text: TextEncoder) -> None:
    with pytest.raises(ValueError, match="must differ"):
        replace(_sizes(tiny, text), width=text.width)


def test_words_left_out_are_zero_vectors(text: TextEncoder) -> None:
    states, said = text.states(("happy rock", ""))
    assert states.shape[0] == 2
    assert said[0].sum() > 0
    assert said[1].sum() == 0


@pytest.fixture
def published(
    tmp_path: Path, tiny: TrainingSettings, text: TextEncoder, melody_checkpoint: Path
) -> tuple[Trained, Path]:
    """A published checkpoint with random weights, and what it was made of."""
    codec = build_codec(codec_config(tiny.codec), 2).eval()
    fit_codebooks(codec, np.random.default_rng(0).standard_normal((300, 16)).astype(np.float32), tiny.codec, keep_quiet)
    trained = Trained(codec, MelodyLanguageModel(_sizes(tiny, text), 7).eval(), melody_checkpoint, SAMPLING)
    publish(trained, tmp_path / "published", "---\nlicense: cc0-1.0\n---\nA card.\n")
    return trained, tmp_path / "published"


def test_plain_transformers_loads_and_plays_it(published: tuple[Trained, Path], text: TextEncoder) -> None:
    make_torchaudio_importable()
    from transformers import MusicgenMelodyForConditionalGeneration

    trained, folder = published
    model, told = MusicgenMelodyForConditionalGeneration.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    assert not told["missing_keys"]
    assert not told["unexpected_keys"]
    assert not told["mismatched_keys"]
    codes = torch.randint(0, 32, (1, 4, 20), generator=torch.Generator().manual_seed(0))
    chroma = torch.randint(0, 12, (1, 16), generator=torch.Generator().manual_seed(1))
    steps = delayed_codes(codes, trained.language.sizes)[..., :-1]
    tokens = text._tokenizer(["happy rock"], return_tensors="pt")
    with torch.no_grad():
        mine = trained.language(steps, chroma, *text.states(("happy rock",)))
        theirs = model(
            input_ids=tokens["input_ids"],
            attention_mask=tokens["attention_mask"],
            input_features=torch.nn.functional.one_hot(chroma, 12).float(),
            decoder_input_ids=steps[0],
        ).logits
    torch.testing.assert_close(theirs[:, -steps.shape[-1] :], mine[0], rtol=2e-2, atol=5e-3)  # stored in 16 bits
    own = model.generation_config
    assert (own.guidance_scale, own.temperature, own.top_k, own.top_p) == (2.5, 0.8, 20, 1.0)
    sound = model.generate(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"], max_new_tokens=23)
    assert sound.shape == (1, 1, 20 * 640)


def test_the_engine_plays_it(published: tuple[Trained, Path]) -> None:
    engine = load_engine(published[1], "cpu")
    assert engine.info.follows_melody
    assert engine.info.window_s == 2.0
    assert engine.info.sampling == SAMPLING
    (audio,) = whole_clips(engine, GenerationRequest(("happy rock",), duration_s=1.0))
    assert audio.duration_s == 1.0


def test_the_text_encoder_keeps_its_shard(published: tuple[Trained, Path], tmp_path: Path) -> None:
    trained, folder = published
    publish(Trained(trained.codec, trained.language, folder, SAMPLING), tmp_path / "again", "card")
    assert (tmp_path / "again" / TEXT_SHARD).read_bytes() == (folder / TEXT_SHARD).read_bytes()
    publish(Trained(trained.codec, trained.language, folder, SAMPLING), folder, "card")  # onto itself
    assert (folder / OWN_SHARD).read_bytes() == (tmp_path / "again" / OWN_SHARD).read_bytes()


def test_it_can_be_gone_on_from(published: tuple[Trained, Path]) -> None:
    trained, folder = published
    model = load_for_training(folder)
    assert model.sizes == trained.language.sizes
    assert language_settings_for(model)["window_s"] == 2
    for name, tensor in trained.language.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], tensor.half().float())


def test_a_text_checkpoint_cannot_be_gone_on_from(text_checkpoint: Path) -> None:
    with pytest.raises(UserProblem, match="mono melody checkpoint"):
        load_for_training(text_checkpoint)


def test_no_text_encoder_is_told(published: tuple[Trained, Path], tmp_path: Path) -> None:
    trained = published[0]
    with pytest.raises(UserProblem, match="no safetensors file with a text encoder"):
        publish(Trained(trained.codec, trained.language, tmp_path, SAMPLING), tmp_path / "out", "card")
