"""The music's notes as MIDI, played by mido: every note at its moment, whatever the tempo does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from musicgen_studio.core.melody import Note
from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.export.midi import DRUMS, export_midi
from musicgen_studio.files.midi import midi_tracks
from tests.export.projects.cases import drifting, full_at
from tests.export.songs import NASTY_TITLES, files, song

NOTES = {
    DRUMS: (Note(0.24, 0.1, 36.0, 1.0), Note(0.72, 0.1, 38.0, 0.5)),
    "bass": (Note(0.24, 1.0, 33.0), Note(3.0, 1.0, 40.0)),
    "悲": (Note(0.0, 0.5, 60.4), Note(0.0, 0.5, 64.0)),
}


def _played(file: Path) -> tuple[list[tuple[float, int, int]], Any]:
    """Return when which note begins on which channel, from 1, in seconds as mido plays it."""
    midi, now_s, found = mido.MidiFile(file), 0.0, []
    for message in midi:
        now_s += message.time
        if message.type == "note_on" and message.velocity:
            found.append((now_s, message.note, message.channel + 1))
    return found, midi


@pytest.mark.parametrize("tempo", ["steady", "pickup", "drifting", "eighths"])
def test_every_note_is_at_its_moment(tmp_path: Path, tempo: str) -> None:
    found, midi = _played(export_midi(drifting(tempo), NOTES, tmp_path))
    expected = sorted((note.onset_s, round(note.pitch)) for notes in NOTES.values() for note in notes)
    assert [(pitch) for _, pitch, _ in sorted(found)] == [pitch for _, pitch in expected]
    assert [at_s for at_s, _, _ in found] == pytest.approx([at_s for at_s, _ in expected], abs=0.002)
    assert midi.length == pytest.approx(4.0, abs=0.002)


def test_tracks_channels_metre_and_key(tmp_path: Path) -> None:
    file = export_midi(song(4.0), NOTES, tmp_path)
    assert file.name == "Night Drive_125bpm_Am.mid"
    assert [(track.name, track.channels) for track in midi_tracks(file)] == [
        ("drums", (10,)),
        ("bass", (2,)),
        ("?", (3,)),
    ]
    head = {message.type: message for message in mido.MidiFile(file).tracks[0]}
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (4, 4)
    assert head["key_signature"].key == "Am"
    assert head["set_tempo"].tempo == 480_000


def test_the_tempo_map_is_in_the_file(tmp_path: Path) -> None:
    whole = drifting("drifting")
    assert whole.tempo is not None
    changes = [m for m in mido.MidiFile(export_midi(whole, NOTES, tmp_path)).tracks[0] if m.type == "set_tempo"]
    inside = [bpm for beat_s, bpm in zip(whole.tempo.beats_s, whole.tempo.beat_bpms, strict=True) if 0 <= beat_s < 4.0]
    assert [mido.tempo2bpm(change.tempo) for change in changes][1 : len(inside)] == pytest.approx(inside[:-1], rel=0.01)


def test_ten_minutes_of_drift_stay_within_a_tick(tmp_path: Path) -> None:
    tempo = TempoMap(tuple(np.cumsum(0.48 + 0.01 * np.sin(np.arange(1300) / 50))))
    onsets_s = [beat_s for beat_s in tempo.beats_s if beat_s < 599]
    long = song(4.0, 8000, 1)
    whole = Song(replace(long.clip, frames=600 * 8000), long.mix, {}, tempo)
    found, _ = _played(export_midi(whole, {"": [Note(at_s, 0.1, 60.0) for at_s in onsets_s]}, tmp_path))
    assert np.abs(np.array([at_s for at_s, _, _ in found]) - onsets_s).max() < 0.0015


def test_a_sound_that_begins_a_hair_before_its_first_beat_has_the_tempo_of_that_beat(tmp_path: Path) -> None:
    beats_s = np.cumsum(np.linspace(0.45, 0.55, 9))
    whole = replace(song(4.0), tempo=TempoMap(tuple(beats_s - beats_s[0] + 1e-5)))
    found, midi = _played(export_midi(whole, NOTES, tmp_path))
    changes = [(m.time, mido.tempo2bpm(m.tempo)) for m in midi.tracks[0] if m.type == "set_tempo"]
    assert [time for time, _ in changes].count(0) == 1
    assert all(100 < bpm < 140 for _, bpm in changes)
    assert [at_s for at_s, _, _ in found] == pytest.approx([0.0, 0.0, 0.24, 0.24, 0.72, 3.0], abs=0.002)


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_and_nothing_is_overwritten(tmp_path: Path, title: str) -> None:
    made = [export_midi(song(0.1, 8000, 1, title=title), {title: NOTES["bass"]}, tmp_path) for _ in range(2)]
    assert files(tmp_path) == sorted(file.name for file in made)
    assert all(len(_played(file)[0]) == 2 for file in made)


def test_more_stems_than_channels_and_no_tempo(tmp_path: Path) -> None:
    whole = replace(song(4.0), tempo=None, key=None)
    found, _ = _played(export_midi(whole, {str(n): NOTES["bass"] for n in range(20)}, tmp_path))
    assert len(found) == 40
    assert 10 not in {channel for _, _, channel in found}


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with full_at(1), pytest.raises(Exception, match="full"):
        export_midi(song(4.0), NOTES, tmp_path)
    assert files(tmp_path) == []
