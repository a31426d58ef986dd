"""Hearing a melody from a take, a sound file and a MIDI file; with real files and the real analysis."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.dsp.chroma import chroma
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.hearing import hear_file, hear_midi, hear_take
from musicgen_studio.studio.humming.take import TakeEdit, keep_take_edit, new_take
from musicgen_studio.studio.making.source import open_melody
from tests.dsp.melodies import Voice, sung

LINE = Melody((Note(0.2, 0.5, 57.0), Note(0.8, 0.5, 60.0), Note(1.4, 0.5, 64.0)), 2.2)
HUM = sung(LINE, Voice())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        yield library


def take(library: Library, audio: Audio = HUM, tempo_bpm: float | None = None) -> Clip:
    clip = new_take(library, audio.sample_rate, tempo_bpm)
    return library.add(replace(clip, frames=audio.frames, channels=audio.channels), audio)


def semitones(melody: Melody) -> list[int]:
    return [note.semitone for note in melody.notes]


def test_a_take_is_heard_with_its_title_and_tempo(library: Library) -> None:
    clip = take(library, tempo_bpm=96.0)
    heard = hear_take(library, clip.id)
    assert semitones(heard.melody) == [57, 60, 64]
    assert (heard.title, heard.melody.tempo_bpm, heard.is_one_voice) == ("Hum 1", 96.0, True)
    assert heard.chroma is not None
    assert heard.peaks is not None
    assert heard.peaks.frames == HUM.frames
    assert heard.curve is not None
    assert heard.curve.duration_s == pytest.approx(2.2, abs=0.05)


def test_its_sound_is_a_file_that_a_record_can_name(library: Library) -> None:
    clip = take(library)
    source = hear_take(library, clip.id).source
    assert source is not None
    assert source.record is not None
    again = open_melody(Path(source.record.file).expanduser())
    assert again.record == source.record
    assert isinstance(source.melody, Audio)
    assert isinstance(again.melody, Audio)
    assert np.array_equal(source.melody.samples, again.melody.samples)


def test_a_trimmed_take_is_heard_and_named_as_it_is_used(library: Library) -> None:
    clip = take(library)
    keep_take_edit(library.remember, clip.id, TakeEdit(start_s=0.7, is_normalised=True))
    heard = hear_take(library, clip.id)
    assert semitones(heard.melody) == [60, 64]
    assert heard.source is not None
    assert heard.source.record is not None
    file = Path(heard.source.record.file).expanduser()
    assert file.is_relative_to(library.folder / "melodies")
    again = open_melody(file)
    assert isinstance(again.melody, Audio)
    assert np.abs(again.melody.samples).max() == pytest.approx(10 ** (-1 / 20), abs=1e-4)
    assert library.read(clip.id).frames == HUM.frames  # the take stays


def test_a_sound_file_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "hum.wav"
    write(path, HUM, SoundFormat.WAV16)
    heard = hear_file(path)
    assert semitones(heard.melody) == [57, 60, 64]
    assert heard.title == "hum.wav"


def test_a_band_is_not_taken_for_one_voice(tmp_path: Path) -> None:
    path = tmp_path / "band.wav"
    noise = np.random.default_rng(1).normal(0, 0.2, (32000, 1)).astype(np.float32)
    write(path, Audio(noise, 16000), SoundFormat.WAV16)
    assert not hear_file(path).is_one_voice


def test_of_a_mix_lead_and_chords_are_followed_and_of_a_hum_everything(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "band.wav"
    noise = np.random.default_rng(1).normal(0, 0.2, (32000, 1)).astype(np.float32)
    write(path, Audio(noise, 16000), SoundFormat.WAV16)
    mix = hear_file(path).source
    assert mix is not None
    assert mix.record is not None
    assert mix.record.separator is not None
    assert isinstance(mix.melody, Audio)
    assert np.abs(mix.melody.samples - read(path).samples).max() > 1e-3
    opened = open_melody(path)
    assert opened.record == mix.record  # a record of either makes the same clip again
    assert isinstance(opened.melody, Audio)
    np.testing.assert_array_equal(opened.melody.samples, mix.melody.samples)
    hum = hear_take(library, take(library).id).source
    assert not hear_take(library, take(library).id).is_mix
    assert hum is not None
    assert hum.record is not None
    assert hum.record.separator is None


def test_all_of_a_mix_can_be_followed_as_well(tmp_path: Path) -> None:
    path = tmp_path / "band.wav"
    write(path, Audio(np.random.default_rng(1).normal(0, 0.2, (32000, 1)).astype(np.float32), 16000), SoundFormat.WAV16)
    heard, opened = hear_file(path), open_melody(path, of_mix=False)
    assert heard.is_mix
    whole = heard.sound(follows_all=True)
    assert whole is not None
    assert whole.record == opened.record  # a record of either makes the same clip again
    assert isinstance(whole.melody, Audio)
    assert isinstance(opened.melody, Audio)
    np.testing.assert_array_equal(whole.melody.samples, opened.melody.samples)
    assert heard.sound(follows_all=False) is heard.source
    np.testing.assert_array_equal(heard.seen(follows_all=True), chroma(whole.melody))
    assert heard.seen(follows_all=False) is heard.chroma


def test_a_midi_file_is_heard_with_its_tracks(tmp_path: Path) -> None:
    path = tmp_path / "line.mid"
    write_midi(path, LINE)
    heard = hear_midi(path)
    assert semitones(heard.melody) == [57, 60, 64]
    assert [track.notes for track in heard.tracks] == [3]
    assert heard.source is None


def test_silence_and_what_is_no_sound_is_refused_in_words(library: Library, tmp_path: Path) -> None:
    clip = take(library, Audio(np.zeros((16000, 1), np.float32), 16000))
    with pytest.raises(UserProblem, match="nothing to follow"):
        hear_take(library, clip.id)
    fake = tmp_path / "fake.wav"
    fake.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(UserProblem):
        hear_file(fake)


def test_it_ends_when_it_is_stopped(library: Library) -> None:
    clip = take(library)
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        hear_take(library, clip.id, stop)
