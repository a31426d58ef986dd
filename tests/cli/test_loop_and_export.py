"""`musicgen-studio loop` and `export`, and the same from Python."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

import musicgen_studio
from musicgen_studio.cli.main import main
from musicgen_studio.separation.network import save_network
from tests.analysis.sounds import IN_C, band
from tests.export.songs import files
from tests.separation.tiny_separators import random_network


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / "a song.wav"
    musicgen_studio.write(path, band(120.0, 12.0, IN_C), loudness_lufs=None)
    return path


def test_a_loop_has_the_bars_it_says(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["loop", str(sound), "--bars", "2", "--tempo", "120", "--rate", "44100", "--out", str(tmp_path), "--json"]
    assert main(argv) == 0
    file = Path(json.loads(capsys.readouterr().out)["loop"]["file"])
    assert file.parent == tmp_path
    assert file.name.startswith("a song_120bpm")
    assert file.name.endswith("_2bars.wav")
    with sf.SoundFile(file) as loop:
        assert (loop.samplerate, loop.frames) == (44_100, 4 * 44_100)
        assert "Beats : 8" in " ".join(loop.extra_info.split())


@pytest.mark.parametrize("kind", ["dawproject", "reaper"])
def test_a_project_is_made(sound: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["export", str(sound), "--project", kind, "--tempo", "120", "--out", str(tmp_path), "--title", "x/y"]
    assert main(argv) == 0
    file = Path(capsys.readouterr().out.strip())
    assert file.exists()
    assert file.name.startswith("x y_120bpm")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--tempo", "0"], "--tempo must be"),
        (["--tempo", "nan"], "--tempo must be"),
        (["--downbeat", "99"], "--downbeat must be"),
        (["--bars", "0"], "1 or more"),
        (["--tempo", "120", "--bars", "99"], "whole bars"),
        (["--tempo", "120", "--from-bar", "99"], "whole bars"),
    ],
)
def test_what_cannot_be_is_said(
    sound: Path, tmp_path: Path, more: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loop", str(sound), "--out", str(tmp_path), *more]) == 1
    assert why in capsys.readouterr().err
    assert files(tmp_path) == []


def test_a_tempo_that_is_not_sure_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).standard_normal((8 * 32_000, 1), dtype=np.float32) * np.float32(0.1)
    musicgen_studio.write(tmp_path / "noise.wav", musicgen_studio.Audio(noise, 32_000), loudness_lufs=None)
    assert main(["loop", str(tmp_path / "noise.wav"), "--out", str(tmp_path / "out")]) == 1
    assert "--tempo" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "noise.wav"), "--project", "reaper", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "noise" / "noise.rpp").exists()


def test_python_has_them_too(sound: Path, tmp_path: Path) -> None:
    audio = musicgen_studio.read(sound)
    loop = musicgen_studio.loop(audio, tmp_path, 2, title="groove", tempo_bpm=120)
    assert musicgen_studio.read(loop).duration_s == pytest.approx(4.0, abs=1e-4)
    half = musicgen_studio.Audio(audio.samples / np.float32(2), audio.sample_rate)
    folder = musicgen_studio.export_project(audio, tmp_path, "stems", title="t", stems={"a": half, "b": half})
    assert len(list(folder.glob("*.wav"))) == 2
    assert musicgen_studio.export_project(audio, tmp_path, title="t", tempo_bpm=120).suffix == ".dawproject"


def test_a_project_of_stems_adds_up_to_the_file(sound: Path, tmp_path: Path) -> None:
    weights = tmp_path / "tiny.safetensors"
    save_network(random_network(), weights, {"name": "tiny", "trained_on": "noise", "licence": "MIT"})
    argv = ["export", str(sound), "--project", "reaper", "--stems", "--separator", str(weights), "--tempo", "120"]
    assert main([*argv, "--out", str(tmp_path)]) == 0
    (audio,) = tmp_path.rglob("audio")
    total = np.sum([sf.read(file, always_2d=True)[0] for file in audio.glob("*.wav")], axis=0)
    assert len(list(audio.glob("*.wav"))) == 4
    np.testing.assert_array_equal(total, np.rint(musicgen_studio.read(sound).samples * 2.0**23) / 2**23)


def test_a_separator_that_is_none_is_said_first(sound: Path, tmp_path: Path) -> None:
    argv = ["export", str(sound), "--project", "reaper", "--stems", "--separator", str(tmp_path / "gone")]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 1
    assert files(tmp_path) == []
