"""Sound files that go in: found again by content, not by name."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.melody import Melody
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.making import source
from musicgen_studio.studio.making.order import SourceFile
from musicgen_studio.studio.making.source import open_melody, open_source, reopen_melody, reopen_source
from tests.dsp.melodies import written
from tests.files.decoding.written import sample, tone, wav


def _hum(path: Path, level: float = 0.1) -> Path:
    path.parent.mkdir(exist_ok=True)
    tone = level * np.sin(np.arange(3200) / 8)
    write(path, Audio(tone[:, None].astype(np.float32), 32000), SoundFormat.WAV16)
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


def test_what_is_missing_of_a_sound_goes_with_it(tmp_path: Path) -> None:
    whole = wav()
    (tmp_path / "hum.wav").write_bytes(whole[: len(whole) // 2])
    assert "cut off" in open_source(tmp_path / "hum.wav").remark
    assert "cut off" in open_melody(tmp_path / "hum.wav").remark


def test_a_phone_s_memo_is_a_melody_and_can_be_continued(tmp_path: Path) -> None:
    (tmp_path / "memo.m4a").write_bytes(sample("aac.m4a"))
    melody = open_melody(tmp_path / "memo.m4a", of_mix=False).melody
    assert isinstance(melody, Audio)
    np.testing.assert_array_equal(melody.samples, open_source(tmp_path / "memo.m4a").audio.samples)


def test_a_midi_file_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    write_midi(tmp_path / "line.mid", written("A4 C5", 0.5))
    (tmp_path / "line.mid").rename(tmp_path / "line.mp3")
    assert isinstance(open_melody(tmp_path / "line.mp3").melody, Melody)


@pytest.mark.parametrize("samples", [tone() * 0, tone() * 0 + 0.5, np.concatenate([tone(), -tone()], axis=1)])
def test_a_melody_that_carries_nothing_is_refused_but_made_again_if_it_was(tmp_path: Path, samples: Samples) -> None:
    path = tmp_path / "hum.wav"
    path.write_bytes(wav(samples))
    with pytest.raises(UserProblem, match=r"nothing to follow.*hum\.wav"):
        open_melody(path)
    record = open_source(path).record
    assert isinstance(record, SourceFile)
    assert reopen_melody(record, path, None, "--melody").record == record


def test_what_is_opened_again_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "riff.wav"
    write(path, Audio(np.sin(np.arange(32_000, dtype=np.float32))[:, None], 32_000), SoundFormat.WAV32F)
    record = open_source(path).record
    hashed: list[Path] = []

    def noted(each: Path) -> str:
        hashed.append(each)
        return file_sha256(each)

    monkeypatch.setattr(source, "file_sha256", noted)
    assert reopen_source(record, tmp_path / "clip.json", None, "--continue").record == record
    assert reopen_melody(record, tmp_path / "clip.json", None, "--melody").record == record
    assert hashed == [path, path]
