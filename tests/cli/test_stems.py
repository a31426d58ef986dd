"""`musicgen-studio stems`, and the same from Python: files that add up, and what is told about the separator."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile as sf

import musicgen_studio
from musicgen_studio.cli import stems as command
from musicgen_studio.cli.main import main
from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.separation.network import save_network
from tests.separation.test_demucs import write_model
from tests.separation.tiny_separators import random_network

STEMS = ["drums", "bass", "lead", "other"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("separator") / "tiny.safetensors"
    save_network(random_network(), path, {"name": "tiny", "trained_on": "noise", "licence": "MIT"})
    return path


def _song(folder: Path, level: float = 0.1) -> Path:
    rng = np.random.default_rng(5)
    path = folder / "a song.wav"
    write(path, Audio((rng.standard_normal((44_100, 2)) * level).astype(np.float32), 44_100), SoundFormat.WAV24)
    return path


def _steps(path: Path) -> np.ndarray:
    assert sf.info(path).subtype == "PCM_24"
    steps: np.ndarray = sf.read(path, dtype="int32", always_2d=True)[0].astype(np.int64) >> 8
    return steps


def test_files_add_up_to_the_file(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song, out = _song(tmp_path), tmp_path / "out"
    assert main(["stems", str(song), "--out", str(out), "--separator", str(weights)]) == 0
    said = capsys.readouterr()
    files = [Path(line) for line in said.out.splitlines()]
    assert [file.name for file in files] == [f"a song_{stem}.wav" for stem in STEMS]
    np.testing.assert_array_equal(sum(_steps(file) for file in files), _steps(song))
    assert "tiny: MIT, 0.0 MB, trained on noise" in said.err
    # A second run takes no file's place.
    assert main(["stems", str(song), "--out", str(out), "--separator", str(weights), "--mix"]) == 0
    assert sorted(file.name for file in out.iterdir()) == sorted(
        [f"a song_{stem}{number}.wav" for stem in STEMS for number in ("", " 2")] + ["a song_mix.wav"]
    )
    np.testing.assert_array_equal(_steps(out / "a song_mix.wav"), _steps(song))


def test_one_gain_for_all_is_told(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "loud.wav"
    rng = np.random.default_rng(5)
    write(song, Audio(rng.standard_normal((32_000, 1)).astype(np.float32), 32_000), SoundFormat.WAV32F)
    argv = ["stems", str(song), "--out", str(tmp_path), "--separator", str(weights), "--mix", "--json"]
    assert main(argv) == 0
    told = json.loads(capsys.readouterr().out)["stems"]
    assert told["gain_db"] < -3
    *stems, mix = (_steps(Path(file)) for file in told["files"])
    np.testing.assert_array_equal(sum(stems), mix)
    assert np.abs(mix).max() <= 2**23


def test_demucs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_model(tmp_path, "htdemucs_6s")
    song = _song(tmp_path)
    argv = ["stems", str(song), "--out", str(tmp_path / "out"), "--demucs", str(tmp_path), "--model", "htdemucs_6s"]
    assert main(argv) == 0
    said = capsys.readouterr()
    files = [Path(line) for line in said.out.splitlines()]
    assert len(files) == 6
    np.testing.assert_array_equal(sum(_steps(file) for file in files), _steps(song))
    assert said.err.startswith("htdemucs_6s: MIT (Meta Platforms, demucs)")


def test_what_stands_in_the_way_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = _song(tmp_path)
    assert main(["stems", str(song), "--out", str(tmp_path), "--separator", str(tmp_path / "none")]) == 1
    assert "separator cannot be used" in capsys.readouterr().err
    assert main(["stems", str(song), "--out", str(tmp_path), "--demucs", str(tmp_path)]) == 1
    assert "holds no file 955717e8" in capsys.readouterr().err


def test_python_has_it_too(weights: Path, tmp_path: Path) -> None:
    audio = musicgen_studio.read(_song(tmp_path))
    stems = musicgen_studio.stems(audio, weights)
    assert list(stems) == STEMS
    np.testing.assert_allclose(sum(stem.samples for stem in stems.values()), audio.samples, atol=1e-6)


def test_a_folder_that_cannot_be_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def separate(*_: object) -> None:
        raise AssertionError("it was begun")

    info = SimpleNamespace(name="slow", licence="MIT", size_bytes=0, trained_on="noise", stems=STEMS)
    monkeypatch.setattr(command, "_separator", lambda _args: SimpleNamespace(info=info, separate=separate))
    song = _song(tmp_path)
    assert main(["stems", str(song), "--out", str(song)]) == 1
    assert f'The folder "{song}" cannot be used.' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["stems", "a.wav", "--out", "x", "--model", "htdemucs_6s"], "--model needs --demucs DIR"),
        (["export", "a.wav", "--project", "reaper", "--separator", "s"], "--separator needs --stems"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err
