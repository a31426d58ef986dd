"""The codec's training: all stages, a resumed run that is the uninterrupted one, and what a checkpoint stores."""

import threading
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.codec.codebooks import fit_codebooks, follow, refit_codebooks
from musicgen_studio.training.codec.figures import reconstruct
from musicgen_studio.training.codec.network import (
    build_codec,
    codec_config,
    fingerprint,
    load_codec,
    save_codec,
    stored_tensors,
)
from musicgen_studio.training.codec.train import CodecTraining, _Learning
from musicgen_studio.training.pace import Limits
from musicgen_studio.training.settings import CodecSettings, TrainingSettings
from musicgen_studio.training.workspace import Workspace
from tests.training.conftest import CPU, TINY, keep_quiet, tone, unlimited, write_shard


class _AfterSteps:
    """A stop flag that is set after it was looked at a number of times."""

    def __init__(self, steps: int) -> None:
        self._left = count(steps, -1)

    def is_set(self) -> bool:
        return next(self._left) <= 1


def _training(workspace: Workspace, settings: TrainingSettings, limits: Limits) -> CodecTraining:
    return CodecTraining(workspace, settings, CPU, limits, keep_quiet)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A training that nothing stopped, on the corpus that `workspace` has."""
    torch.set_num_threads(1)
    made = Workspace(tmp_path_factory.mktemp("whole"))
    write_shard(made.corpus)
    assert _training(made, TINY, unlimited()).run()
    return made


def test_all_stages_leave_a_codec_with_figures_and_examples(whole: Workspace) -> None:
    names = {path.name for path in whole.codec.iterdir()}
    assert names == {"state.pt", "codec.safetensors", "config.json", "figures.json", "examples"}
    assert {path.name for path in (whole.codec / "examples").iterdir()} == {
        "0-original.wav", "0-reconstruction.wav", "0.png"
    }  # fmt: skip
    codec = load_codec(whole.codec)
    assert float(codec.quantizer.layers[0].codebook.embed.std()) > 0
    assert _training(whole, TINY, unlimited()).run()  # there is nothing left to do


@pytest.mark.parametrize("looks", [3, 8, 11, 16])
def test_a_run_that_goes_on_is_the_run_that_was_not_stopped(
    whole: Workspace, workspace: Workspace, tiny: TrainingSettings, looks: int
) -> None:
    assert not _training(workspace, tiny, Limits(_AfterSteps(looks))).run()
    resumed = _training(workspace, tiny, unlimited())
    assert "codec" not in resumed._saved  # it would be a second copy of all weights
    assert resumed.run()
    expected, found = load_codec(whole.codec).state_dict(), load_codec(workspace.codec).state_dict()
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-3, atol=1e-4)


def test_without_cuda_the_last_stage_waits_and_the_codec_is_usable(
    workspace: Workspace, tiny: TrainingSettings
) -> None:
    settings = replace(tiny, codec=replace(tiny.codec, adversarial_on_cpu=False))
    assert not _training(workspace, settings, unlimited()).run()
    load_codec(workspace.codec)


def test_other_sizes_are_refused(workspace: Workspace, tiny: TrainingSettings) -> None:
    stop = threading.Event()
    stop.set()
    assert not _training(workspace, tiny, Limits(stop)).run()
    with pytest.raises(UserProblem, match="other sizes"):
        _training(workspace, replace(tiny, codec=replace(tiny.codec, filters=8)), unlimited())


def test_no_music_is_told(tmp_path: Path, tiny: TrainingSettings) -> None:
    with pytest.raises(UserProblem, match="There is no music"):
        _training(Workspace(tmp_path / "empty"), tiny, unlimited())


def test_codebooks_explain_more_and_more(tiny: TrainingSettings) -> None:
    latents = np.random.default_rng(0).standard_normal((600, 16)).astype(np.float32) * 3 + 1
    codec, lines = build_codec(codec_config(tiny.codec), 0), list[str]()
    fit_codebooks(codec, latents, tiny.codec, lines.append)
    explained = [float(line.split(": ")[1].split(" ")[0]) for line in lines]
    assert len(explained) == 4
    assert explained == sorted(explained)
    assert explained[-1] > explained[0] > 0


def test_codes_follow_the_latents_they_stand_for(tiny: TrainingSettings) -> None:
    codec = build_codec(codec_config(tiny.codec), 0)
    rng = np.random.default_rng(0)
    fit_codebooks(codec, rng.standard_normal((600, 16)).astype(np.float32), tiny.codec, keep_quiet)
    moved = torch.from_numpy(rng.standard_normal((2, 16, 300)).astype(np.float32)) + 0.5

    def error() -> float:
        codes = codec.quantizer.encode(moved)
        return float((moved - codec.quantizer.decode(codes)).square().mean())

    before = error()
    for _ in range(200):
        follow(codec, moved, codec.quantizer.encode(moved))
    assert error() < 0.8 * before
    for layer in codec.quantizer.layers:
        assert float(layer.codebook.cluster_size.sum()) == pytest.approx(1, abs=1e-3)


def test_codes_that_nothing_needs_are_moved_to_where_the_error_is(tiny: TrainingSettings) -> None:
    codec = build_codec(codec_config(tiny.codec), 0)
    latents = np.random.default_rng(0).standard_normal((2000, 16)).astype(np.float32)
    fit_codebooks(codec, latents, tiny.codec, keep_quiet)
    first = codec.quantizer.layers[0].codebook.embed
    first[8:] = 1000 + torch.arange(len(first) - 8)[:, None]  # nothing is near these
    refit_codebooks(codec, latents, seed=1)
    used = codec.quantizer.encode(torch.from_numpy(latents.T.copy())[None])[0].unique()
    assert len(used) == tiny.codec.codebook_size


def test_codebooks_that_leave_next_to_nothing_over_are_fitted_again(tiny: TrainingSettings) -> None:
    """As where there are hardly more latents than codes: numpy refused to draw by what was left."""
    codec = build_codec(codec_config(tiny.codec), 0)
    latents = np.random.default_rng(0).standard_normal((40, 16)).astype(np.float32) * 1e-20
    refit_codebooks(codec, latents, seed=1)
    for layer in codec.quantizer.layers:
        assert bool(layer.codebook.embed.isfinite().all())


def test_one_latent_far_out_does_not_spoil_the_codebooks(workspace: Workspace, tiny: TrainingSettings) -> None:
    training = _training(workspace, tiny, unlimited())
    last = training.codec.encoder.layers[-1].conv
    with torch.no_grad():
        last.bias[0] = 1e30
        last.bias[1] = torch.nan
    assert np.abs(training._latents("joint")).max() <= 30


def test_a_step_whose_gradient_is_no_number_changes_nothing(tiny: TrainingSettings) -> None:
    codec = build_codec(codec_config(tiny.codec), 5)
    learning = _Learning(codec, "autoencoder", tiny.codec, CPU, keep_quiet)
    before = {name: tensor.clone() for name, tensor in codec.state_dict().items()}
    sound = torch.from_numpy(tone(0.4, 3))[None].repeat(2, 1)
    learning.step(sound * torch.nan, 0.5)
    assert "left out" in learning.words()
    assert all(torch.equal(before[name], tensor) for name, tensor in codec.state_dict().items())
    learning.step(sound, 0.5)
    assert "left out" not in learning.words()
    assert any(not torch.equal(before[name], tensor) for name, tensor in codec.state_dict().items())


def test_a_checkpoint_stores_what_sounds_the_same(tiny: TrainingSettings) -> None:
    make_torchaudio_importable()
    from transformers import EncodecModel

    codec = build_codec(codec_config(tiny.codec), 5)
    fit_codebooks(codec, np.random.default_rng(1).standard_normal((300, 16)).astype(np.float32), tiny.codec, keep_quiet)
    whole = EncodecModel(codec.config)
    whole.load_state_dict(stored_tensors(codec))
    sound = torch.from_numpy(tone(0.4, 3))[None]
    with torch.no_grad():
        expected = whole.decode(whole.encode(sound[:, None]).audio_codes, [None]).audio_values[:, 0]
    torch.testing.assert_close(reconstruct(codec, sound), expected, rtol=1e-4, atol=1e-5)


def test_the_fingerprint_is_of_what_decides_tokens(tiny: TrainingSettings, tmp_path: Path) -> None:
    codec = build_codec(codec_config(tiny.codec), 5)
    name = fingerprint(codec)
    with torch.no_grad():
        codec.decoder.layers[0].conv.bias += 1
    assert fingerprint(codec) == name
    save_codec(codec, tmp_path)
    assert fingerprint(load_codec(tmp_path)) == name
    with torch.no_grad():
        for weight in codec.encoder.parameters():  # as another processor may fold it
            weight.mul_(1 + 1e-7)
    assert fingerprint(codec) == name
    with torch.no_grad():
        codec.encoder.layers[0].conv.bias += 1
    assert fingerprint(codec) != name


@pytest.mark.parametrize(("codebooks", "size"), [(4, 1024), (4, 32), (2, 64)])
def test_transformers_counts_the_codebooks_as_we_do(codebooks: int, size: int) -> None:
    config = codec_config(CodecSettings(codebooks=codebooks, codebook_size=size))
    assert config.num_quantizers == codebooks
    assert config.hop_length == 640
