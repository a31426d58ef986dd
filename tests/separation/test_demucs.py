"""Demucs on random weights in the layout of Meta's files: adds up, takes any sound, and executes nothing it reads."""

import hashlib
import pickle
import sys
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from demucs_infer.htdemucs import HTDemucs

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.adding_up import adding_up
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.separation import demucs
from musicgen_studio.separation.demucs import DemucsSeparator, open_demucs
from musicgen_studio.separation.models import DEMUCS_LICENCE, MODELS, found_models

SOURCES = {
    "htdemucs": ["drums", "bass", "other", "vocals"],
    "htdemucs_6s": ["drums", "bass", "other", "vocals", "guitar", "piano"],
}


class _NamedAsMetaDoes:
    """Pickles the class under the name it has in Meta's own package."""

    def __enter__(self) -> None:
        self._module = HTDemucs.__module__
        HTDemucs.__module__ = "demucs.htdemucs"
        sys.modules["demucs"] = sys.modules["demucs_infer"]
        sys.modules["demucs.htdemucs"] = sys.modules["demucs_infer.htdemucs"]

    def __exit__(self, *_: object) -> None:
        HTDemucs.__module__ = self._module
        del sys.modules["demucs"], sys.modules["demucs.htdemucs"]


def write_model(folder: Path, name: str, **changes: Any) -> Path:
    """Write a small random model as a published file."""
    torch.manual_seed(1)
    kwargs = {
        "sources": SOURCES[name],
        "channels": 8,
        "bottom_channels": 16,
        "t_layers": 1,
        "t_heads": 2,
        "nfft": 1024,
        "segment": Fraction(39, 50),
        "samplerate": 44_100,
    }
    network = HTDemucs(**kwargs)
    state = {key: tensor.half() for key, tensor in network.state_dict().items()}
    package = {"klass": HTDemucs, "args": (), "kwargs": kwargs, "state": state, "training_args": {"seed": 42}} | changes
    path = folder / "model.th"
    with _NamedAsMetaDoes():
        torch.save(package, path)
    return _named(path, MODELS[name].signature)


def _named(path: Path, signature: str) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return path.rename(path.with_name(f"{signature}-{digest}.th"))


def _noise(frames: int, channels: int, rate: int = 44_100) -> Audio:
    rng = np.random.default_rng(frames)
    return Audio((rng.standard_normal((frames, channels)) * 0.1).astype(np.float32), rate)


def _separate(separator: DemucsSeparator, audio: Audio) -> tuple[Audio, ...]:
    return separator.separate(audio, threading.Event(), lambda _share: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demucs")
    for name in MODELS:
        write_model(folder, name)
    return folder


def test_licence_and_size_are_told_before_anything_is_opened(folder: Path, tmp_path: Path) -> None:
    assert found_models(tmp_path) == {}
    (tmp_path / "955717e8-00000000.th").write_bytes(b"not looked into")
    found = found_models(tmp_path)
    assert list(found) == ["htdemucs"]
    assert (found["htdemucs"].licence, found["htdemucs"].size_bytes) == (DEMUCS_LICENCE, 15)
    assert "MUSDB18" in found["htdemucs"].trained_on
    assert list(found_models(folder)) == ["htdemucs", "htdemucs_6s"]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("frames", "channels", "rate"), [(60_000, 2, 44_100), (30_001, 1, 32_000), (700, 3, 48_000)])
def test_stems_add_up(folder: Path, name: str, frames: int, channels: int, rate: int) -> None:
    separator = open_demucs(folder, name)
    audio = _noise(frames, channels, rate)
    stems = _separate(separator, audio)
    assert separator.info.stems[-1] == "other"
    assert [stem.samples.shape for stem in stems] == [audio.samples.shape] * len(MODELS[name].stems)
    np.testing.assert_allclose(np.sum([stem.samples for stem in stems], axis=0), audio.samples, atol=1e-6)
    done = adding_up(audio, stems)
    np.testing.assert_array_equal(np.sum([stem.samples for stem in done.stems], axis=0), done.clip.samples)
    assert stems[0].samples.any()


def test_pieces_give_what_demucs_itself_gives(folder: Path) -> None:
    from demucs_infer.apply import apply_model

    separator = open_demucs(folder, "htdemucs")
    audio = _noise(100_000, 2)
    mix = torch.from_numpy(audio.samples.T.copy())
    centre, spread = mix.mean(), mix.std(correction=0)
    with torch.inference_mode():
        theirs = apply_model(separator._network, ((mix - centre) / spread)[None], shifts=0, overlap=0.25)[0] * spread
    ours = _separate(separator, audio)
    for stem, name in zip(ours[:-1], separator.info.stems, strict=False):
        expected = theirs[SOURCES["htdemucs"].index(name)].T.numpy()
        level = float(np.abs(expected).max())
        inner = slice(30_000, 70_000)  # they pad the last segment on both sides, we behind it
        assert np.abs(stem.samples[inner] - expected[inner]).max() < 0.25 * level


def test_silence_stays_silence(folder: Path) -> None:
    stems = _separate(open_demucs(folder, "htdemucs"), Audio(np.zeros((40_000, 2), np.float32), 44_100))
    assert all(not stem.samples.any() for stem in stems)


def test_progress_and_stop(folder: Path) -> None:
    separator = open_demucs(folder, "htdemucs")
    told = list[float]()
    stop = threading.Event()
    separator.separate(_noise(100_000, 3), stop, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 4
    with pytest.raises(StoppedError):
        separator.separate(_noise(100_000, 2), stop, lambda _share: stop.set())


class _Bomb:
    """What a hostile pickle does when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self._path,))


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    trace = tmp_path / "executed"
    write_model(tmp_path, "htdemucs", training_args=_Bomb(trace))
    with pytest.raises(UserProblem, match="not a demucs"):
        open_demucs(tmp_path, "htdemucs")
    assert not trace.exists()
    # The test can fail: a reader that trusts files executes it.
    pickle.loads(pickle.dumps(_Bomb(trace)))  # noqa: S301 - our own, harmless
    assert trace.exists()


def test_what_is_no_model_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserProblem, match=r"holds no file 955717e8-"):
        open_demucs(tmp_path, "htdemucs")
    with pytest.raises(ValueError, match="name must be one of"):
        open_demucs(folder, "mdx")
    (tmp_path / "955717e8-00000000.th").write_bytes(b"damaged")
    with pytest.raises(UserProblem, match="checksum"):
        open_demucs(tmp_path, "htdemucs")
    (tmp_path / "955717e8-00000000.th").unlink()
    other = write_model(tmp_path, "htdemucs_6s")
    other.rename(other.with_name(other.name.replace("5c90dfd2", "955717e8")))
    with pytest.raises(UserProblem, match="guitar"):
        open_demucs(tmp_path, "htdemucs")
    monkeypatch.setattr(demucs, "demucs_is_installed", lambda: False)
    with pytest.raises(UserProblem, match=r"pip install musicgen-studio\[demucs\]"):
        open_demucs(folder, "htdemucs")
