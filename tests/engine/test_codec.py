"""Decoding in chunks against decoding at once, and encoding against transformers."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.codec import Codec, DecodeState, edge_margins
from musicgen_studio.paths import resources_dir
from tests import tiny_checkpoints as tiny
from tests.gpu import CUDA, needs_gpu

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def tiny_model(text_checkpoint: Path) -> Any:
    return open_checkpoint(text_checkpoint).codec()


@pytest.fixture(scope="module")
def starter_model() -> Any:
    return open_checkpoint(resources_dir() / "starter").codec()


def whole(model: Any, codes: Tensor, channels: int) -> Tensor:
    """Decode at once with transformers: `[rows, channels, samples]`."""
    with torch.inference_mode():
        parts = [model.decode(codes[None, :, c::channels], [None]).audio_values[:, 0] for c in range(channels)]
    return torch.stack(parts, dim=1)


def streamed(codec: Codec, codes: Tensor, chunk: int) -> Tensor:
    state, pieces = DecodeState(), []
    for start in range(0, codes.shape[-1], chunk):
        is_last = start + chunk >= codes.shape[-1]
        state, samples = codec.decode(state, codes[..., start : start + chunk], is_last)
        pieces.append(samples)
    return torch.cat(pieces, dim=-1)


def random_codes(rows: int, codebooks: int, frames: int, card: int = tiny.CARD) -> Tensor:
    return torch.randint(0, card, (rows, codebooks, frames), generator=torch.manual_seed(frames))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 6, 7, 8, 9, 30, 61])
@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5, 7, 10, 50])
def test_chunks_equal_the_whole(tiny_model: Any, channels: int, frames: int, chunk: int) -> None:
    codes = random_codes(2, 4 * channels, frames)
    samples = streamed(Codec(tiny_model, channels, CPU), codes, chunk)
    expected = whole(tiny_model, codes, channels)
    assert samples.shape == (2, channels, frames * 640)
    assert (samples - expected).abs().max() <= 1e-5 * max(1.0, expected.abs().max().item())


@pytest.mark.parametrize("chunk", [1, 5, 10, 25])
def test_chunks_equal_the_whole_with_the_starter(starter_model: Any, chunk: int) -> None:
    codes = random_codes(1, 4, 120, card=1024)
    samples = streamed(Codec(starter_model, 1, CPU), codes, chunk)
    assert (samples - whole(starter_model, codes, 1)).abs().max() <= 1e-5


def test_chunks_equal_the_whole_in_the_real_size() -> None:
    model = RandomCheckpoint(SHAPES["small"]).codec()
    for layer in model.quantizer.layers:
        layer.codebook.embed.normal_(generator=torch.manual_seed(0))
    codes = random_codes(1, 4, 40, card=2048)
    samples = streamed(Codec(model, 1, CPU), codes, 7)
    assert (samples - whole(model, codes, 1)).abs().max() <= 1e-5


def test_chunks_of_changing_sizes(tiny_model: Any) -> None:
    codec, codes = Codec(tiny_model, 1, CPU), random_codes(1, 4, 64)
    state, pieces, start = DecodeState(), [], 0
    for size in (1, 9, 2, 30, 3, 19):
        state, samples = codec.decode(state, codes[..., start : start + size], is_last=start + size == 64)
        pieces.append(samples)
        start += size
    expected = whole(tiny_model, codes, 1)
    assert (torch.cat(pieces, dim=-1) - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_a_state_can_be_gone_on_from_twice(tiny_model: Any) -> None:
    codec, codes = Codec(tiny_model, 1, CPU), random_codes(1, 4, 40)
    state, _ = codec.decode(DecodeState(), codes[..., :20], is_last=False)
    _, once = codec.decode(state, codes[..., 20:], is_last=True)
    _, again = codec.decode(state, codes[..., 20:], is_last=True)
    assert torch.equal(once, again)


def test_meta_s_codec_holds_back_75_ms() -> None:
    """Four frames less 158 samples, 2402: derived in the module's docstring."""
    codec = Codec(RandomCheckpoint(SHAPES["small"]).codec(), 1, CPU)
    _, samples = codec.decode(DecodeState(), random_codes(1, 4, 20, card=2048), is_last=False)
    assert samples.shape[-1] == 20 * 640 - 2402


def test_the_first_samples_come_as_early_as_they_can_be_final(tiny_model: Any) -> None:
    codec, codes = Codec(tiny_model, 1, CPU), random_codes(1, 4, 4)
    state, nothing = codec.decode(DecodeState(), codes[..., :3], is_last=False)
    _, first = codec.decode(state, codes[..., 3:], is_last=False)
    assert nothing.shape[-1] == 0
    assert first.shape[-1] == 158


def test_what_is_held_back_could_still_change(tiny_model: Any) -> None:
    """The margin is no larger than needed: the first sample held back differs with what follows."""
    codes = random_codes(1, 4, 40).repeat(2, 1, 1)
    codes[1, :, 20:] = (codes[1, :, 20:] + 7) % tiny.CARD
    one, other = whole(tiny_model, codes, 1)[:, 0]
    differs = (one != other).nonzero()[0].item()
    assert differs == pytest.approx(20 * 640 - 2402, abs=1)


def test_margins_of_the_layers(starter_model: Any) -> None:
    left, right = edge_margins(list(starter_model.decoder.layers)[2:])
    assert right == 4 * 640 - 158 - 3 * 640
    assert left <= 640


@pytest.mark.parametrize("samples", [1, 5, 639, 640, 641, 6400, 6401, 20000, 32123])
def test_a_codec_whose_sizes_are_plain_numbers_is_the_same_to_the_last_bit(starter_model: Any, samples: int) -> None:
    """Against transformers' own modules with the same folded weights."""
    from transformers import EncodecModel

    theirs = EncodecModel(starter_model.config).eval()
    remove = torch.nn.utils.parametrize.remove_parametrizations
    for module in list(theirs.modules()):
        if torch.nn.utils.parametrize.is_parametrized(module, "weight"):
            remove(module, "weight")
    theirs.load_state_dict(starter_model.state_dict())
    assert isinstance(theirs.encoder.layers[0].stride, Tensor)
    assert isinstance(starter_model.encoder.layers[0].stride, int)
    sound = torch.randn(1, 1, samples, generator=torch.manual_seed(samples)) * 0.3
    codes = random_codes(1, 4, -(-samples // 640), card=1024)
    with torch.inference_mode():
        assert torch.equal(starter_model.encoder(sound), theirs.encoder(sound))
        assert torch.equal(starter_model.encode(sound).audio_codes, theirs.encode(sound).audio_codes)
        ours, expected = (model.decode(codes[None], [None]).audio_values for model in (starter_model, theirs))
        assert torch.equal(ours, expected)


@needs_gpu
@pytest.mark.parametrize("chunk", [5, 25])
def test_chunks_equal_the_whole_on_a_gpu_and_the_cpu(starter_model: Any, chunk: int) -> None:
    """In float32 throughout: TF32 would be off by a thousandth."""
    codes = random_codes(1, 4, 120, card=1024)
    expected = whole(starter_model, codes, 1)
    model = deepcopy(starter_model)
    assert (streamed(Codec(model, 1, CUDA), codes, chunk) - expected).abs().max() <= 1e-4
    assert torch.backends.cudnn.allow_tf32


@needs_gpu
def test_a_chunk_does_not_wait_for_what_else_was_started(starter_model: Any) -> None:
    codec, codes = Codec(deepcopy(starter_model), 1, CUDA), random_codes(1, 4, 30, card=1024)
    _, expected = codec.decode(DecodeState(), codes, is_last=True)
    numbers, ended = torch.ones(1 << 26, device=CUDA), torch.cuda.Event()  # type: ignore[no-untyped-call]
    for _ in range(1000):
        numbers.mul_(1.0)
    ended.record()
    _, samples = codec.decode(DecodeState(), codes, is_last=True)
    assert not ended.query()  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()
    assert torch.equal(samples, expected)


@needs_gpu
def test_no_convolution_asks_the_gpu_for_a_number(starter_model: Any) -> None:
    model, x = deepcopy(starter_model).to(CUDA), torch.zeros(1, 1, 6401, device=CUDA)
    with torch.inference_mode():
        for layer in [*model.encoder.layers, *model.decoder.layers]:
            torch.cuda.set_sync_debug_mode("default" if hasattr(layer, "lstm") else "error")
            try:
                x = layer(x)
            finally:
                torch.cuda.set_sync_debug_mode("default")
    assert x.shape[-1] == 11 * 640


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("samples", [640, 6400, 6401, 20000])
def test_encoding_is_transformers(tiny_model: Any, channels: int, samples: int) -> None:
    rng = np.random.default_rng(samples)
    sound = rng.normal(0, 0.3, (samples, channels)).astype(np.float32)
    codes = Codec(tiny_model, channels, CPU).encode(Audio(sound, 32000))
    for channel in range(channels):
        with torch.inference_mode():
            expected = tiny_model.encode(torch.from_numpy(sound[:, channel].copy())[None, None]).audio_codes[0, 0]
        assert torch.equal(codes[channel::channels], expected)
