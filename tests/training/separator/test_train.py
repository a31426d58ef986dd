"""The separator learns: its targets, its examples, a run that is stopped and goes on, and from nothing to a file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.cli.main import main
from musicgen_studio.core.audio import Samples
from musicgen_studio.separation.masks import open_separator
from musicgen_studio.separation.network import BINS, MaskNetwork, NetworkSizes, to_bands
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Limits
from musicgen_studio.training.separator.mixing import Mixer, colours, make_coded, recipe, stems_of
from musicgen_studio.training.separator.pieces import SCALE
from musicgen_studio.training.separator.train import (
    Batch,
    SeparatorTraining,
    distortion,
    example_samples,
    loss_of,
    targets,
)
from musicgen_studio.training.workspace import Workspace
from tests.training.conftest import TINY, keep_quiet, unlimited

SETTINGS = replace(TINY.separator, steps=40, batch=2, matrix_rate=0.02)


def _pieces(count: int = 3, seconds: float = 14.0) -> list[np.ndarray]:
    """Return pieces whose stems are easy to tell apart: clicks, low, high and middle tones."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    made = []
    for number in range(count):
        rng = np.random.default_rng(number)
        clicks = np.zeros_like(times)
        clicks[:: SAMPLE_RATE // 4] = 0.9
        clicks = np.convolve(clicks, rng.standard_normal(200) * 0.5, "same")
        tones = [0.3 * np.sin(2 * np.pi * hz * (1 + 0.05 * number) * times) for hz in (80, 2500, 500)]
        made.append(np.rint(np.stack([clicks, *tones]) * SCALE).clip(-32768, 32767).astype(np.int16))
    return made


def _batch(are_coded: list[bool], samples: int) -> Batch:
    mixer = Mixer(_pieces(), Path("/nowhere"), 0.0, samples)
    rng = np.random.default_rng(1)
    examples = [mixer.example(rng) for _ in are_coded]
    return Batch(
        torch.from_numpy(np.stack([each.stems for each in examples])),
        torch.from_numpy(np.stack([each.mix for each in examples])),
        torch.tensor(are_coded),
        torch.ones(len(are_coded), 4, BINS),
    )


def test_examples_have_the_length_that_the_network_wants() -> None:
    for crop_s in (0.5, 1.0, 4.0):
        samples = example_samples(crop_s)
        assert abs(samples / SAMPLE_RATE - crop_s) < 0.1
        assert (samples // 1024 + 1) % 2 == 0


def test_ideal_masks_are_shares_and_loud_cells_count_more() -> None:
    batch = _batch([False, True], example_samples(1.0))
    aim = targets(batch)
    magnitudes, ideal, weights = aim.magnitudes, aim.ideal, aim.weights
    torch.testing.assert_close(ideal.sum(1), torch.ones_like(magnitudes))
    assert ideal.min() >= 0
    rms = magnitudes.square().mean((1, 2)).sqrt() / np.sqrt(3 / 8 * 4096)
    torch.testing.assert_close(rms, torch.ones(2), atol=1e-3, rtol=0)
    loud, quiet = magnitudes.flatten().topk(100).indices, magnitudes.flatten().topk(100, largest=False).indices
    assert weights.flatten()[loud].min() > weights.flatten()[quiet].max()


def test_masks_as_they_should_be_have_the_least_loss() -> None:
    batch = _batch([False, False], example_samples(1.0))
    network = MaskNetwork(NetworkSizes(TINY.separator.widths, TINY.separator.bottom)).eval()
    ideal = targets(batch).ideal

    network.logits = lambda magnitudes: to_bands(ideal).clamp_min(1e-6).log()  # type: ignore[method-assign]  # noqa: ARG005
    best = float(loss_of(network, batch))
    network.logits = lambda magnitudes: to_bands(torch.ones_like(ideal))  # type: ignore[method-assign]  # noqa: ARG005
    assert best < 0.6 * float(loss_of(network, batch))
    assert float(loss_of(network, batch)) == pytest.approx(np.log(4), rel=1e-3)


def test_distortion_is_what_is_wrong_in_the_spectra_of_the_stems() -> None:
    """By hand, for a clean mix and a coded one: of that the stems are what the ideal masks leave."""
    batch = _batch([False, True], example_samples(1.0))
    aim = targets(batch)
    masks = torch.rand(aim.ideal.shape, generator=torch.Generator().manual_seed(1)).softmax(1)
    heard = torch.stft(
        batch.mixes, 4096, 1024, window=torch.hann_window(4096), return_complex=True, pad_mode="constant"
    )
    stems = torch.stft(
        batch.stems.flatten(0, 1), 4096, 1024, window=torch.hann_window(4096), return_complex=True, pad_mode="constant"
    ).view(2, 4, *heard.shape[1:])
    stems[1] = aim.ideal[1] * heard[1]
    wrong = (stems - masks * heard[:, None]).abs().square().sum((2, 3))
    least = 10**-2.4 * heard.abs().square().sum((1, 2))[:, None]
    expected = ((wrong + least) / (stems.abs().square().sum((2, 3)) + least)).log().mean()
    torch.testing.assert_close(distortion(masks, aim), expected, rtol=1e-3, atol=1e-3)
    assert distortion(aim.ideal, aim) < distortion(masks, aim)


def test_a_mix_takes_stems_from_pieces_at_levels() -> None:
    pieces = _pieces()
    rng = np.random.default_rng(3)
    chosen = [recipe(rng, pieces, 32_000) for _ in range(300)]
    gains = np.array([[each.gain for each in four] for four in chosen])
    assert 0.04 < (gains == 0).mean() < 0.13
    assert gains[gains > 0].min() > 0.49
    assert gains.max() < 2.0
    apart = np.mean([len({each.piece for each in four}) > 1 for four in chosen])
    assert 0.2 < apart < 0.7
    stems = stems_of(chosen[0], pieces, 32_000)
    for row, each in enumerate(chosen[0]):
        expected = pieces[each.piece][row, each.at : each.at + 32_000] * (each.gain / SCALE)
        np.testing.assert_allclose(stems[row], expected, atol=1e-6)


def test_colours_are_gentle_and_leave_some_stems_alone() -> None:
    rng = np.random.default_rng(1)
    curves = np.stack([colours(rng, BINS, 7.8125) for _ in range(100)])
    assert 0.3 < (curves == 1).all(-1).mean() < 0.5
    assert 20 * np.log10(curves.max()) < 9
    assert 20 * np.log10(curves.min()) > -9


def test_coded_mixes_are_what_the_codec_made_of_their_stems(tmp_path: Path) -> None:
    pieces = _pieces()
    said = list[str]()

    def halved(sound: Samples) -> Samples:
        return sound * np.float32(0.5)

    make_coded(tmp_path, pieces, 2.0, 1, halved, unlimited().stop, said.append)
    assert len(said) == 1
    make_coded(tmp_path, pieces, 2.0, 1, halved, unlimited().stop, said.append)
    assert len(said) == 1  # what is there is not made again
    mixer = Mixer(pieces, tmp_path, 1.0, 32_000)
    rng = np.random.default_rng(2)
    for _ in range(5):
        example = mixer.example(rng)
        assert example.is_coded
        assert float(np.sqrt(np.mean(np.square(example.mix)))) == pytest.approx(1.0, rel=1e-3)
        np.testing.assert_allclose(example.mix, example.stems.sum(0) * 0.5, atol=0.01)


def test_it_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    mixer = Mixer(_pieces(), tmp_path / "coded", 0.0, example_samples(1.0))
    batch = _batch([False] * 4, example_samples(1.0))

    def training(steps: int, limits: Limits) -> SeparatorTraining:
        return SeparatorTraining(workspace, replace(SETTINGS, steps=steps), mixer, limits, keep_quiet, 1e9)

    paused = training(40, Limits(unlimited().stop, stop_after_min=1e-9))
    assert not paused.run()
    first = training(20, unlimited())
    before = float(loss_of(first.network.train(), batch).detach())
    assert first.run()
    again = training(40, unlimited())
    for one, other in zip(first.network.parameters(), again.network.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    assert again.run()
    assert float(loss_of(again.network.train(), batch).detach()) < 0.95 * before
    assert json.loads((workspace.separator / "figures.json").read_text())["steps"] == 40


def test_a_fault_in_the_making_of_mixes_ends_the_run(tmp_path: Path) -> None:
    mixer = Mixer(_pieces(), tmp_path, 0.0, example_samples(1.0))
    mixer._pieces = []
    training = SeparatorTraining(Workspace(tmp_path), SETTINGS, mixer, unlimited(), keep_quiet, 1e9)
    with pytest.raises(ValueError, match="high <= 0"):
        training.run()


def test_from_nothing_to_a_separator(
    synthesizer: Synthesizer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthesizer.soundfont.is_file()
    argv = ["train", "separator", "--work", str(tmp_path), "--preset", "tiny", "--threads", "1", "--jobs", "1"]
    assert main(argv) == 0
    made = tmp_path / "separator" / "separator.safetensors"
    assert open_separator(made).info.stems == ("drums", "bass", "lead", "other")
    assert capsys.readouterr().out.endswith("complete\n")
    # Another training that goes on from it begins with its weights.
    other = ["train", "separator", "--work", str(tmp_path / "on"), "--preset", "tiny", "--threads", "1"]
    assert main([*other, "--jobs", "1", "--from", str(made), "--stop-after", "0.00001"]) == 0
    begun = open_separator(tmp_path / "on" / "separator" / "separator.safetensors")
    magnitudes = torch.rand(1, BINS, 8) * 30
    torch.testing.assert_close(begun._network(magnitudes), open_separator(made)._network(magnitudes))


def test_products_at_16_bit_change_the_loss_by_little() -> None:
    torch.manual_seed(3)
    network = MaskNetwork(NetworkSizes(TINY.separator.widths, TINY.separator.bottom)).eval()
    batch = _batch([False, True], example_samples(1.0))
    whole, half = (float(loss_of(network, batch, is_half=is_half).detach()) for is_half in (False, True))
    assert whole != half
    assert half == pytest.approx(whole, rel=2e-2)
