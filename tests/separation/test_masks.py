"""The separator by masks: adds up, chunks exactly, takes any sound, keeps its memory, stops."""

import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.adding_up import adding_up
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.separation.masks import MaskSeparator, open_separator
from musicgen_studio.separation.network import (
    BINS,
    REACH_FRAMES,
    MaskNetwork,
    NetworkSizes,
    load_network,
    save_network,
    to_bands,
    to_bins,
)
from tests.separation.tiny_separators import INFO, SIZES, random_network, tiny_separator


def _noise(frames: int, channels: int = 1, rate: int = 32_000, seed: int = 1) -> Audio:
    rng = np.random.default_rng(seed)
    loudness = np.linspace(0.02, 0.3, frames)[:, None]
    return Audio((rng.standard_normal((frames, channels)) * loudness).astype(np.float32), rate)


def _separate(separator: MaskSeparator, audio: Audio) -> tuple[Audio, ...]:
    return separator.separate(audio, threading.Event(), lambda _share: None)


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize(
    ("frames", "rate"),
    [(1, 32_000), (640, 32_000), (40_001, 32_000), (50_000, 44_100), (70_000, 96_000), (9000, 8000), (50, 20)],
)
def test_stems_add_up_whatever_the_sound(frames: int, rate: int, channels: int) -> None:
    audio = _noise(frames, channels, rate)
    stems = _separate(tiny_separator(), audio)
    assert [(stem.samples.shape, stem.sample_rate) for stem in stems] == [(audio.samples.shape, rate)] * 4
    np.testing.assert_allclose(np.sum([stem.samples for stem in stems], axis=0), audio.samples, atol=2e-7)
    done = adding_up(audio, stems)
    np.testing.assert_array_equal(np.sum([stem.samples for stem in done.stems], axis=0), done.clip.samples)


def test_each_stem_is_what_its_mask_leaves() -> None:
    audio = _noise(48_000)
    stems = _separate(tiny_separator(), audio)
    levels = [float(np.abs(stem.samples).mean()) for stem in stems]
    assert min(levels) > 0.01 * max(levels)  # none is empty, so that the tests above mean something
    # The last is the clip minus the others: it has to be what the last mask says, too.
    flipped = random_network()
    order = [3, 1, 2, 0]
    head, patch = flipped.head, SIZES.patch
    head.weight.data = head.weight.data.view(4, patch, *head.weight.shape[1:])[order].flatten(0, 1)
    turned = _separate(MaskSeparator(flipped, INFO, 32), audio)
    np.testing.assert_allclose(turned[0].samples, stems[3].samples, atol=1e-5)
    np.testing.assert_allclose(turned[3].samples, stems[0].samples, atol=1e-5)


@pytest.mark.parametrize("piece_frames", [2, 14, 64])
def test_pieces_give_what_the_whole_gives(piece_frames: int) -> None:
    audio = _noise(5 * 32_000 + 123, 2)
    whole = _separate(tiny_separator(piece_frames=100_000), audio)
    pieces = _separate(tiny_separator(piece_frames), audio)
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_allclose(one.samples, other.samples, atol=1e-5)


def test_the_network_sees_no_further_than_it_says() -> None:
    network = MaskNetwork(NetworkSizes(widths=(4, 4, 4, 4), bottom=8)).eval()
    torch.nn.init.normal_(network.head.weight, std=1.0)
    frames = 4 * REACH_FRAMES
    magnitudes = torch.rand(1, BINS, frames, generator=torch.Generator().manual_seed(1)) * 40
    changed = magnitudes.clone()
    at = 2 * REACH_FRAMES
    changed[..., at] = 90.0
    with torch.inference_mode():
        difference = (network(magnitudes) - network(changed)).abs().amax((0, 1, 2))
    touched = torch.nonzero(difference > 0).flatten()
    assert at in touched
    assert at - REACH_FRAMES <= int(touched.min())
    assert int(touched.max()) <= at + REACH_FRAMES
    assert int(touched.max()) - at > 20  # the dilated convolutions are at work


def test_other_rates_are_separated_alike() -> None:
    seconds = np.arange(96_000) / 48_000
    tones = np.sum([np.sin(2 * np.pi * hz * seconds) for hz in (110, 440, 1760, 5000)], axis=0) * 0.1
    at_48 = Audio(tones.astype(np.float32)[:, None], 48_000)
    at_16 = Audio(at_48.samples[::3].copy(), 16_000)
    fast, slow = _separate(tiny_separator(), at_48), _separate(tiny_separator(), at_16)
    for one, other in zip(fast, slow, strict=True):
        thinned = one.samples[::3]
        middle = slice(4000, -4000)
        assert np.abs(thinned[middle] - other.samples[middle]).max() < 0.02 * np.abs(at_16.samples).max()


def test_channels_are_masked_alike_and_opposite_ones_do_not_vanish() -> None:
    left = _noise(32_000).samples
    opposite = Audio(np.concatenate([left, -left], axis=1), 32_000)
    mono = _separate(tiny_separator(), Audio(left, 32_000))
    for both, alone in zip(_separate(tiny_separator(), opposite), mono, strict=True):
        np.testing.assert_allclose(both.samples[:, :1], alone.samples, atol=1e-6)
        np.testing.assert_allclose(both.samples[:, 1:], -alone.samples, atol=1e-6)


def test_silence_stays_silence() -> None:
    stems = _separate(tiny_separator(), Audio(np.zeros((30_000, 2), np.float32), 32_000))
    assert all(not stem.samples.any() for stem in stems)


def test_progress_grows_to_one_and_a_stop_ends_it() -> None:
    told = list[float]()
    stop = threading.Event()
    audio = _noise(4 * 32_000)
    tiny_separator().separate(audio, stop, told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == 1.0

    def stop_at_once(_share: float) -> None:
        told.append(-1.0)
        stop.set()

    with pytest.raises(StoppedError):
        tiny_separator().separate(audio, stop, stop_at_once)
    assert told.count(-1.0) == 1


def test_memory_beyond_sound_and_stems_does_not_grow() -> None:
    def extra(seconds: int) -> int:
        audio = _noise(seconds * 48_000, 1, 48_000)
        tracemalloc.start()
        tiny_separator(64).separate(audio, threading.Event(), lambda _share: None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - 4 * audio.samples.nbytes  # the stems

    assert extra(60) <= extra(20) + 40 * 48_000 + (1 << 20)  # a byte a sample tells which are numbers


def test_bands_and_bins() -> None:
    bins = torch.arange(BINS, dtype=torch.float32)[:, None].repeat(1, 3)
    bands = to_bands(bins)
    assert bands.shape == (640, 3)
    assert bands[0, 0] == 1
    assert bands[-1, 0] == bins[-8:].mean()
    assert to_bins(bands).shape == bins.shape
    assert (to_bins(bands) - bins).abs().max() <= 3.5


def test_a_network_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "separator.safetensors"
    network = random_network()
    save_network(network, path, {"licence": "MIT", "trained_on": "noise"})
    again, about = load_network(path)
    assert about == {"licence": "MIT", "trained_on": "noise"}
    magnitudes = torch.rand(1, BINS, 16) * 30
    torch.testing.assert_close(again(magnitudes), network(magnitudes), atol=0.02, rtol=0)
    info = open_separator(path).info
    assert info.stems == ("drums", "bass", "lead", "other")
    assert (info.licence, info.trained_on, info.size_bytes) == ("MIT", "noise", path.stat().st_size)


@pytest.mark.parametrize("content", [None, b"", b"nothing", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_file_that_is_no_separator_is_a_user_problem(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "separator.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserProblem, match="separator cannot be used"):
        open_separator(path)


@pytest.mark.parametrize(
    ("field", "value"), [("widths", (4, 4)), ("patch", 7), ("bottom", 0), ("dilations", (16,)), ("stems", ("all",))]
)
def test_impossible_sizes_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        NetworkSizes(**{field: value})  # type: ignore[arg-type]
