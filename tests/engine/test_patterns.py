"""The delay pattern against its definition and against transformers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.engine.patterns import delayed, sequence_steps
from tests.engine.undelayed import undelayed

MONO = (0, 1, 2, 3)
STEREO = (0, 0, 1, 1, 2, 2, 3, 3)


def test_each_codebook_lags_by_its_delay() -> None:
    codes = torch.tensor([[[1, 2], [3, 4], [5, 6], [7, 8]]])
    x = 99
    assert delayed(codes, x, MONO).tolist() == [
        [[x, 1, 2, x, x, x], [x, x, 3, 4, x, x], [x, x, x, 5, 6, x], [x, x, x, x, 7, 8]]
    ]


@given(
    frames=st.integers(0, 40),
    rows=st.integers(1, 3),
    delays=st.sampled_from([MONO, STEREO, (0,), (0, 0), (0, 2, 1)]),
    seed=st.integers(0, 2**31),
)
def test_undelayed_undoes_delayed(frames: int, rows: int, delays: tuple[int, ...], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randint(0, 64, (rows, len(delays), frames), generator=generator)
    steps = delayed(codes, 64, delays)
    assert steps.shape == (rows, len(delays), sequence_steps(frames, delays))
    assert (steps == 64).sum() == rows * len(delays) * (sequence_steps(frames, delays) - frames)
    assert torch.equal(undelayed(steps, delays), codes)


@pytest.mark.parametrize("frames", [8, 13, 40])
@pytest.mark.parametrize("is_stereo", [False, True])
def test_special_tokens_are_where_transformers_has_them(frames: int, is_stereo: bool) -> None:
    make_torchaudio_importable()
    from transformers import MusicgenDecoderConfig, MusicgenForCausalLM

    delays = STEREO if is_stereo else MONO
    config = MusicgenDecoderConfig(
        vocab_size=64,
        hidden_size=8,
        num_hidden_layers=1,
        ffn_dim=8,
        num_attention_heads=1,
        num_codebooks=len(delays),
        audio_channels=2 if is_stereo else 1,
        pad_token_id=64,
        bos_token_id=64,
    )
    model = MusicgenForCausalLM(config)
    start = torch.full((len(delays), 1), 64)
    _, pattern = model.build_delay_pattern_mask(start, 64, max_length=sequence_steps(frames, delays))
    ours = delayed(torch.full((1, len(delays), frames), -1), 64, delays)[0]
    assert torch.equal(pattern, ours)
