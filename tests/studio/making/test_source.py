"""Sound files that go in: found again by content, not by name."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.making.source import open_melody, open_source, reopen_melody, reopen_source
from tests.dsp.melodies import written


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


def test_a_midi_file_is_a_melody_with_track_and_channel(tmp_path: Path) -> None:
    write_midi(tmp_path / "line.mid", written("A4 C5", 0.5))
    source = open_melody(tmp_path / "line.mid", track=2, channel=1)
    assert source.record is not None
    assert (source.record.track, source.record.channel, source.record.frames) == (2, 1, None)
    again = reopen_melody(source.record, tmp_path / "clip.json", None, "--melody")
    assert again == source
    assert isinstance(again.melody, Melody)


def test_a_sound_file_is_a_melody_as_it_sounds(tmp_path: Path) -> None:
    source = open_melody(_hum(tmp_path / "hum.wav"), frames=100)
    assert isinstance(source.melody, Audio)
    assert source.melody.frames == 100
    with pytest.raises(UserProblem, match="no MIDI file"):
        open_melody(tmp_path / "hum.wav", channel=1)


@pytest.mark.parametrize("name", ["line.mid", "other.wav"])
def test_a_melody_that_has_changed_is_refused(tmp_path: Path, name: str) -> None:
    write_midi(tmp_path / "line.mid", written("A4", 0.5))
    record = open_melody(tmp_path / "line.mid").record
    assert record is not None
    write_midi(tmp_path / "line.mid", written("C4", 0.5))
    given = (tmp_path / "line.mid").rename(tmp_path / name)
    with pytest.raises(UserProblem, match="has changed"):
        reopen_melody(record, tmp_path / "clip.json", given, "--melody")


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
