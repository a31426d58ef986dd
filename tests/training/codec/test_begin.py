"""A codec that is trained further: it begins as it was, goes on after a stop, and what does not fit is told."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.codec.begin import codec_to_begin_with, is_codec_folder, settings_for
from musicgen_studio.training.codec.codebooks import fit_codebooks
from musicgen_studio.training.codec.figures import reconstruct
from musicgen_studio.training.codec.network import build_codec, codec_config, load_codec, save_codec
from musicgen_studio.training.codec.train import CodecTraining, _rates
from musicgen_studio.training.pace import Limits
from musicgen_studio.training.run import ready_codec_folder, train_codec
from musicgen_studio.training.settings import PRESETS, TrainingSettings, named_in, read_settings
from musicgen_studio.training.workspace import Workspace
from tests.training.conftest import CPU, TINY, keep_quiet, tone, unlimited

_WIDER = replace(TINY.codec, filters=6, codebook_size=64)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a codec that is wider than the settings say, and whose running averages are empty."""
    folder = tmp_path_factory.mktemp("source")
    codec = build_codec(codec_config(_WIDER), 8)
    fit_codebooks(codec, np.random.default_rng(1).standard_normal((300, 16)).astype(np.float32), _WIDER, keep_quiet)
    for layer in codec.quantizer.layers:
        layer.codebook.cluster_size.zero_()
        layer.codebook.embed_avg.zero_()
    save_codec(codec, folder)
    return folder


def _sound() -> torch.Tensor:
    return torch.from_numpy(tone(1.0, 3))[None]


def _stopped() -> Limits:
    """Limits that end a run after its first step."""
    stop = threading.Event()
    stop.set()
    return Limits(stop)


@pytest.mark.parametrize("kind", ["alone", "checkpoint"])
def test_it_begins_as_the_codec_was(
    kind: str, source: Path, melody_checkpoint: Path, workspace: Workspace, tiny: TrainingSettings
) -> None:
    folder = source if kind == "alone" else melody_checkpoint
    codec = codec_to_begin_with(folder)
    settings = replace(tiny, codec=settings_for(codec, tiny.codec, frozenset()))
    training = CodecTraining(workspace, settings, CPU, unlimited(), keep_quiet, begin_with=codec)
    origin = load_codec(source) if kind == "alone" else open_checkpoint(melody_checkpoint).codec()
    assert torch.equal(reconstruct(training.codec, _sound()), reconstruct(origin, _sound()))
    assert training._saved["stage"] == "codebooks"


def test_all_its_stages_leave_a_codec_of_its_sizes_with_what_it_was_before(
    source: Path, workspace: Workspace, tiny: TrainingSettings
) -> None:
    said = list[str]()
    assert train_codec(workspace, tiny, CPU, unlimited(), said.append, begin_with=source)
    made, before = load_codec(workspace.codec), load_codec(source)
    assert made.config.num_filters == 6
    assert not torch.equal(reconstruct(made, _sound()), reconstruct(before, _sound()))
    for layer in made.quantizer.layers:
        assert float(layer.codebook.cluster_size.sum()) == pytest.approx(1, abs=1e-3)
    first, last = (json.loads((workspace.codec / f"{name}.json").read_text()) for name in ("figures-before", "figures"))
    assert first.keys() == last.keys()
    assert first != last
    assert not any("autoencoder" in line for line in said)
    assert [line for line in said if line.startswith("codec, as it begins: log_mel_distance ")]
    written = workspace.settings(None)
    assert (written.codec.filters, written.codec.codebook_size) == (6, 64)
    assert train_codec(workspace, written, CPU, unlimited(), keep_quiet)  # there is nothing left to do


def test_a_run_that_goes_on_is_the_run_that_was_not_stopped(
    source: Path, workspace: Workspace, tmp_path: Path, tiny: TrainingSettings
) -> None:
    tiny = replace(tiny, codec=replace(tiny.codec, adversarial_on_cpu=False))
    again = Workspace(tmp_path / "again")
    shutil.copytree(workspace.corpus, again.corpus)
    assert not train_codec(workspace, tiny, CPU, unlimited(), keep_quiet, begin_with=source)
    assert not train_codec(again, tiny, CPU, _stopped(), keep_quiet, begin_with=source)
    assert not is_codec_folder(again.codec)
    said = list[str]()
    assert not train_codec(again, tiny, CPU, _stopped(), said.append, begin_with=source)  # the same command
    assert not any("as it begins" in line for line in said)  # its codebooks are not fitted a second time
    assert not train_codec(again, again.settings(None), CPU, unlimited(), keep_quiet)  # or without naming it
    expected, found = load_codec(workspace.codec).state_dict(), load_codec(again.codec).state_dict()
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-3, atol=1e-4)


def test_it_learns_gently_unless_the_settings_say_otherwise(
    source: Path, workspace: Workspace, tiny: TrainingSettings
) -> None:
    codec = codec_to_begin_with(source)
    for rate in (0.001, 0.004):
        wished = replace(settings_for(codec, tiny.codec, frozenset()), further_matrix_rate=rate)
        training = CodecTraining(workspace, replace(tiny, codec=wished), CPU, _stopped(), keep_quiet, begin_with=codec)
        assert _rates("joint", training._codec_settings) == pytest.approx((rate, rate / 10))
    assert PRESETS["starter"].codec.further_matrix_rate == 0.001


def test_a_settings_file_of_another_codec_is_told(source: Path, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[codec]\nfilters = 16\nhours = 0.03\n")
    settings = read_settings(path)
    with pytest.raises(UserProblem, match="filters = 16; the codec to begin with has 6"):
        train_codec(workspace, settings, CPU, unlimited(), keep_quiet, begin_with=source, named=named_in(path, "codec"))
    path.write_text("[codec]\nfilters = 6\n")
    assert settings_for(codec_to_begin_with(source), read_settings(path).codec, named_in(path, "codec")).hidden == 16


def test_the_smallest_settings_have_latents_enough_for_a_large_codec(tiny: TrainingSettings) -> None:
    settings = settings_for(codec_to_begin_with(ready_codec_folder()), tiny.codec, frozenset())
    assert (settings.filters, settings.codebook_size, settings.codebooks, settings.latents) == (32, 1024, 4, 4096)


def test_a_folder_that_was_begun_otherwise_is_told(source: Path, workspace: Workspace, tiny: TrainingSettings) -> None:
    wider = replace(tiny, codec=replace(_WIDER, adversarial_on_cpu=False))
    assert not train_codec(workspace, wider, CPU, _stopped(), keep_quiet)
    with pytest.raises(UserProblem, match="begun with another codec, or from nothing"):
        train_codec(workspace, wider, CPU, _stopped(), keep_quiet, begin_with=source)
    shutil.rmtree(workspace.codec)
    assert not train_codec(workspace, wider, CPU, _stopped(), keep_quiet, begin_with=source)
    other = load_codec(source)
    with torch.no_grad():
        other.decoder.layers[0].conv.bias += 1
    with pytest.raises(UserProblem, match="begun with another codec, or from nothing"):
        CodecTraining(workspace, wider, CPU, _stopped(), keep_quiet, begin_with=other)
    with pytest.raises(UserProblem, match="begun with another codec, or from nothing"):  # sizes are not to blame
        train_codec(workspace, wider, CPU, _stopped(), keep_quiet, begin_with=ready_codec_folder())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sampling_rate": 24_000}, "its sampling_rate is 24000; only 32000"),
        ({"upsampling_ratios": [8, 5, 4, 2]}, "its hop_length is 320; only 640"),
        ({"use_causal_conv": True}, "its use_causal_conv is True; only False"),
    ],
)
def test_an_encodec_of_another_kind_is_told(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    from transformers import EncodecConfig

    config = EncodecConfig.from_dict(codec_config(TINY.codec).to_dict() | changes)
    save_codec(build_codec(config, 0), tmp_path)
    with pytest.raises(UserProblem, match=said):
        codec_to_begin_with(tmp_path)


def test_a_checkpoint_with_another_codec_is_told(melody_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(melody_checkpoint, tmp_path / "made")
    path = tmp_path / "made" / "config.json"
    config = json.loads(path.read_text())
    for name, value in (("model_type", "dac"), ("sampling_rate", 16_000)):
        other = config | {"audio_encoder": config["audio_encoder"] | {name: value}}
        path.write_text(json.dumps(other))
        with pytest.raises(UserProblem):
            codec_to_begin_with(tmp_path / "made")


def test_what_is_no_codec_or_damaged_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="There is no checkpoint here"):
        codec_to_begin_with(tmp_path)
    (tmp_path / "codec.safetensors").write_bytes(b"no tensors")
    with pytest.raises(UserProblem, match="cannot be read"):
        codec_to_begin_with(tmp_path)
    shutil.copyfile(source / "config.json", tmp_path / "config.json")
    with pytest.raises(UserProblem, match="cannot be read"):
        codec_to_begin_with(tmp_path)
