"""Every layout of the same model gives the same weights, in little memory; what is no checkpoint is refused."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from musicgen_studio.engine.checkpoint.audiocraft import AudioCraftCheckpoint
from musicgen_studio.engine.checkpoint.huggingface import HuggingFaceCheckpoint
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.errors import UserProblem
from musicgen_studio.paths import resources_dir
from tests import tiny_checkpoints as tiny

# Prints the weights' size and the growth of resident memory while all of them are loaded and kept, in bytes.
# The first argument is a tiny checkpoint, so that what the libraries themselves take is not counted.
_MEASURE = """
import sys
from pathlib import Path
from musicgen_studio.engine.checkpoint.open import open_checkpoint

def load(folder):
    checkpoint = open_checkpoint(Path(folder))
    layers = [checkpoint.layer(i) for i in range(checkpoint.config.decoder.layers)]
    return layers, checkpoint.outer(), checkpoint.codec(), checkpoint.text_encoder()

def resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

load(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")
before = resident("VmRSS")
kept = load(sys.argv[2])
print(resident("VmHWM") - before)
"""


def _tensors(value: object, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Yield every tensor in nested dataclasses."""
    if isinstance(value, Tensor):
        yield name, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _tensors(getattr(value, field.name), f"{name}.{field.name}")


def _decoder_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    layers = range(checkpoint.config.decoder.layers)
    found = {f"{i}{name}": tensor for i in layers for name, tensor in _tensors(checkpoint.layer(i))}
    return found | dict(_tensors(checkpoint.outer()))


def _submodel_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    encoder, _ = checkpoint.text_encoder()
    codec = {f"codec.{name}": tensor for name, tensor in checkpoint.codec().state_dict().items()}
    # Not used, and only some layouts have them.
    codec = {name: tensor for name, tensor in codec.items() if not name.endswith(("cluster_size", "embed_avg"))}
    return codec | {f"text.{name}": tensor for name, tensor in encoder.state_dict().items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("text_checkpoint", "sharded_checkpoint"),
        ("text_checkpoint", "pickled_checkpoint"),
        ("text_checkpoint", "audiocraft_text_checkpoint"),
        ("melody_checkpoint", "audiocraft_melody_checkpoint"),
        ("stereo_text_checkpoint", "audiocraft_stereo_text_checkpoint"),
    ],
)
def test_layouts_agree(one: str, other: str, request: pytest.FixtureRequest) -> None:
    first, second = (open_checkpoint(request.getfixturevalue(name)) for name in (one, other))
    assert first.config == second.config
    for weights in (_decoder_weights, _submodel_weights):
        expected, found = weights(first), weights(second)
        assert expected.keys() == found.keys()
        assert [name for name in expected if not torch.equal(expected[name], found[name])] == []


def test_the_shipped_checkpoint_opens() -> None:
    checkpoint = open_checkpoint(resources_dir() / "starter")
    config = checkpoint.config
    assert (config.architecture, config.channels, config.window_frames) == ("musicgen_melody", 1, 600)
    weights = _decoder_weights(checkpoint)
    assert len(weights) == config.decoder.layers * 8 + 8
    encoder, tokenizer = checkpoint.text_encoder()
    states = encoder(**tokenizer("driving rock", return_tensors="pt")).last_hidden_state
    assert states.shape[-1] == config.text_width
    assert checkpoint.codec().config.num_quantizers == config.decoder.codebooks


@pytest.mark.parametrize("name", ["text_checkpoint", "audiocraft_text_checkpoint"])
def test_weights_are_contiguous_and_own_their_memory(name: str, request: pytest.FixtureRequest) -> None:
    for tensor in _decoder_weights(open_checkpoint(request.getfixturevalue(name))).values():
        assert tensor.is_contiguous()
        assert tensor.untyped_storage().nbytes() == tensor.nbytes


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="is not a folder"):
        open_checkpoint(tmp_path / "gone")


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"")
    with pytest.raises(UserProblem, match="is not a folder"):
        open_checkpoint(path)


def test_a_folder_with_something_else(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"RIFF")
    with pytest.raises(UserProblem, match=r"neither a config\.json nor a state_dict\.bin"):
        open_checkpoint(tmp_path)


def test_both_layouts_in_one_folder(text_checkpoint: Path, audiocraft_text_checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(text_checkpoint, tmp_path / "both"))
    shutil.copytree(audiocraft_text_checkpoint, folder, dirs_exist_ok=True)
    assert isinstance(open_checkpoint(folder), HuggingFaceCheckpoint)
    (folder / "model.safetensors").unlink()
    assert isinstance(open_checkpoint(folder), AudioCraftCheckpoint)


@pytest.fixture(scope="module")
def large_checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """About 170 MB in each layout."""
    folder = tmp_path_factory.mktemp("large")
    model = tiny.build_text_model(size=tiny.Size(width=512, layers=10, heads=8, feed_forward=2048))
    return {
        "safetensors": tiny.write_huggingface(folder / "safetensors", model),
        "pickled": tiny.write_huggingface(folder / "pickled", model, pickled=True),
        "audiocraft": tiny.write_audiocraft(folder / "audiocraft", model),
    }


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("layout", ["safetensors", "pickled", "audiocraft"])
def test_loading_takes_little_more_than_the_weights(
    layout: str, large_checkpoints: dict[str, Path], text_checkpoint: Path
) -> None:
    folder = large_checkpoints[layout]
    weights = sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in {".safetensors", ".bin"})
    assert weights > 150e6
    command = [sys.executable, "-W", "error", "-c", _MEASURE, str(text_checkpoint), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert int(done.stdout) <= 1.3 * weights
