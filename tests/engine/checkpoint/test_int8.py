"""Tests of checkpoints that are kept as int8 only: the same music, less than half the bytes, whole or not at all."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.engine.checkpoint.int8 import WEIGHT_MAX, write_int8
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.model.cpu.kept import _arrays
from musicgen_studio.engine.model.cpu.packing import pack_model
from musicgen_studio.errors import StoppedError, UserProblem
from tests import tiny_checkpoints as tiny


def packed(folder: Path) -> dict[str, np.ndarray]:
    checkpoint = open_checkpoint(folder)
    layers = (checkpoint.layer(index) for index in range(checkpoint.config.decoder.layers))
    return dict(_arrays(pack_model(checkpoint.config.decoder, checkpoint.outer(), layers)))


@pytest.mark.parametrize("kind", ["text", "melody", "stereo_text", "sharded", "pickled"])
def test_the_processors_model_is_the_same_bit_by_bit(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder: Path = request.getfixturevalue(f"{kind}_checkpoint")
    told = list[float]()
    write_int8(folder, tmp_path / "light", threading.Event().is_set, told.append)
    before, after = packed(folder), packed(tmp_path / "light")
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)
    assert told == sorted(told)
    assert not list((tmp_path / "light").glob("*.bin*"))


def test_everything_else_is_as_it_was(text_checkpoint: Path, tmp_path: Path) -> None:
    write_int8(text_checkpoint, tmp_path / "light", threading.Event().is_set, lambda _: None)
    before, after = open_checkpoint(text_checkpoint), open_checkpoint(tmp_path / "light")
    assert torch.equal(before.outer().embeddings, after.outer().embeddings)
    for one, other in zip(before.codec().parameters(), after.codec().parameters(), strict=True):
        assert torch.equal(one, other)
    assert before.config == after.config


def test_it_is_much_smaller_where_the_model_is_large(tmp_path: Path) -> None:
    model = tiny.build_text_model(size=tiny.Size(width=128, layers=4, heads=4, feed_forward=512))
    folder = tiny.write_huggingface(tmp_path / "before", model)
    write_int8(folder, tmp_path / "light", threading.Event().is_set, lambda _: None)
    sizes = [(each / "model.safetensors").stat().st_size for each in (folder, tmp_path / "light")]
    matrices = 4 * (8 * 128**2 + 2 * 128 * 512)
    assert sizes[0] - sizes[1] > 2.9 * matrices


def test_stopped_there_is_nothing(text_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        write_int8(text_checkpoint, tmp_path / "light", lambda: True, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_audiocrafts_layout_is_refused(audiocraft_text_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="AudioCraft's layout"):
        write_int8(audiocraft_text_checkpoint, tmp_path / "light", threading.Event().is_set, lambda _: None)


def test_a_scale_comes_back_from_the_largest_number() -> None:
    scales = torch.rand(1_000_000, generator=torch.Generator().manual_seed(3)) / WEIGHT_MAX
    assert torch.equal(scales * WEIGHT_MAX / WEIGHT_MAX, scales)


def test_a_checkpoint_is_opened_while_another_one_is_loaded(text_checkpoint: Path) -> None:
    """In a process of its own: only the first imports can get into each other's way."""
    program = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from musicgen_studio.engine.checkpoint.open import open_checkpoint\n"
        "opened = []\n"
        "def load(): opened.append(open_checkpoint(Path(sys.argv[1])))\n"
        "threads = [threading.Thread(target=load) for _ in range(4)]\n"
        "for each in threads: each.start()\n"
        "for each in threads: each.join()\n"
        "print(len(opened))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(text_checkpoint)], capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "4", run.stderr
