"""`musicgen-studio analyse`, and the same from Python."""

import json
from pathlib import Path

import pytest

import musicgen_studio
from musicgen_studio.cli.main import main
from tests.analysis.sounds import IN_C, band


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / "a song.wav"
    musicgen_studio.write(path, band(120.0, 12.0, IN_C), loudness_lufs=None)
    return path


def test_it_prints_what_it_found(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(song)]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert "120" in told["tempo"]
    assert told["key"].startswith("C major")
    assert told["loudness"].endswith(" LUFS")
    assert set(told) == {"tempo", "metre", "bars", "drift", "key", "loudness"}


def test_it_prints_json(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(song), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["analysis"]
    assert told["bpm"] == pytest.approx(120, rel=0.01)
    assert told["key_name"].startswith("C major")
    assert len(told["tempo_map"]["beats_s"]) > 16


def test_a_file_that_is_none_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(tmp_path / "nothing.wav")]) == 1
    assert "nothing.wav" in capsys.readouterr().err


def test_python_has_it_too(song: Path) -> None:
    found = musicgen_studio.analyse(musicgen_studio.read(song))
    assert isinstance(found, musicgen_studio.Analysis)
    assert found.key is not None
    assert found.key.tonic == 0
