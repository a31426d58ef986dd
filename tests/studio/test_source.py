"""Sound files that go in: found again by content, not by name."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.audiofile import SoundFormat, write
from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.source import open_source, reopen_source


def _hum(path: Path, level: float = 0.1) -> Path:
    path.parent.mkdir(exist_ok=True)
    write(path, Audio(np.full((3200, 1), level, np.float32), 32000), SoundFormat.WAV16)
    return path


def test_a_source_knows_its_file(tmp_path: Path) -> None:
    source = open_source(_hum(tmp_path / "hum.wav"))
    assert source.audio.frames == 3200
    assert source.record.file.endswith("hum.wav")
    assert len(source.record.sha256) == 64


def test_it_is_found_where_it_was(tmp_path: Path) -> None:
    record = open_source(_hum(tmp_path / "hum.wav")).record
    again = reopen_source(record, tmp_path / "elsewhere" / "clip.json", None, "--melody")
    assert again.record == record


def test_it_is_found_beside_the_record(tmp_path: Path) -> None:
    record = open_source(_hum(tmp_path / "hum.wav")).record
    (tmp_path / "clips").mkdir()
    (tmp_path / "hum.wav").rename(tmp_path / "clips" / "hum.wav")
    assert reopen_source(record, tmp_path / "clips" / "clip.json", None, "--melody").record.sha256 == record.sha256


def test_it_is_found_where_the_person_says(tmp_path: Path) -> None:
    record = open_source(_hum(tmp_path / "hum.wav")).record
    moved = (tmp_path / "hum.wav").rename(tmp_path / "other.wav")
    assert reopen_source(record, tmp_path / "clip.json", moved, "--melody").record.sha256 == record.sha256


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    record = open_source(_hum(tmp_path / "hum.wav")).record
    (tmp_path / "hum.wav").unlink()
    with pytest.raises(UserProblem, match=r"hum\.wav") as caught:
        reopen_source(record, tmp_path / "clip.json", None, "--melody")
    assert "--melody FILE" in caught.value.what_to_do


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    record = open_source(_hum(tmp_path / "hum.wav")).record
    _hum(tmp_path / "hum.wav", level=0.2)
    with pytest.raises(UserProblem, match="has changed"):
        reopen_source(record, tmp_path / "clip.json", None, "--continue")
