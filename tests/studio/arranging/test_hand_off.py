"""Every target of a clip and of a part of it, as a background errand: made, told, stopped."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from time import monotonic

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.core.song import Marker, Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.drum_hits import KICK
from musicgen_studio.errors import StoppedError
from musicgen_studio.export.projects.api import Timeline
from musicgen_studio.export.targets import Target
from musicgen_studio.export.tracks import TrackSettings
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.hand_off import (
    HandOff,
    hand_off,
    make_target,
    notes_of,
    part_of,
    song_in_library,
    song_of,
)
from musicgen_studio.studio.making.order import SourceFile
from musicgen_studio.studio.making.record import Record
from musicgen_studio.studio.program.background import Background, Errand, ErrandDone
from tests.dsp.test_drum_hits import _played
from tests.export.songs import files, song
from tests.studio.making.test_record import NOTES, ORDER, RECORD

MADE = {
    Target.SOUND: "Night Drive_125bpm_Am.wav",
    Target.LOOP: "Night Drive_125bpm_Am_1bar.wav",
    Target.STEMS: "Night Drive_125bpm_Am_stems",
    Target.DAWPROJECT: "Night Drive_125bpm_Am.dawproject",
    Target.REAPER: "Night Drive_125bpm_Am/Night Drive_125bpm_Am.rpp",
    Target.MIDI: "Night Drive_125bpm_Am.mid",
}


@pytest.mark.parametrize("target", Target)
def test_each_target_is_made_in_the_background(tmp_path: Path, target: Target) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    wish = HandOff(target, tmp_path / "new", TrackSettings(sample_rate=48_000), bars=1)
    background.start("Export", lambda errand: hand_off(song(4.0), wish, errand))
    end = done.get(timeout=60)
    background.close()
    assert (end.problem, end.bug, end.is_stopped) == (None, None, False)
    assert end.result == tmp_path / "new" / MADE[target]
    assert end.result.exists()
    for file in (tmp_path / "new").rglob("*.wav"):
        assert sf.info(file).samplerate == 48_000


class _Watched(Errand):
    """Is stopped at a share of the work."""

    def __init__(self, stop_at: float) -> None:
        super().__init__(1, "Export", Event(), monotonic)
        self._stop_at = stop_at

    def tell(self, fraction: float | None, number: int = 1, of: int = 1) -> None:
        super().tell(fraction, number, of)
        if fraction is not None and fraction >= self._stop_at:
            self.stop.set()


@pytest.mark.parametrize("stop_at", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("target", Target)
def test_a_stop_leaves_nothing(tmp_path: Path, target: Target, stop_at: float) -> None:
    wish = HandOff(target, tmp_path, bars=1)
    with pytest.raises(StoppedError):
        hand_off(song(4.0), wish, _Watched(stop_at))
    assert files(tmp_path) == []


@pytest.mark.parametrize("target", [Target.SOUND, Target.STEMS, Target.DAWPROJECT, Target.REAPER])
def test_a_part_is_as_long_as_wished(tmp_path: Path, target: Target) -> None:
    made = make_target(song(4.0), HandOff(target, tmp_path, part_s=(1.0, 2.5)))
    assert made.exists()
    for file in tmp_path.rglob("*.wav"):
        assert sf.info(file).frames == round(1.5 * 44_100)


def test_a_part_keeps_its_beats_markers_and_notes() -> None:
    whole = song(4.0)
    part = part_of(whole, 0.75, 1.25)
    np.testing.assert_array_equal(part.mix().samples, whole.mix().samples[33_075:55_125])
    assert part.tempo is not None
    assert whole.tempo is not None
    assert part.tempo.nearest_bar_s(0.0) + 0.75 == pytest.approx(whole.tempo.nearest_bar_s(0.75))
    assert [(marker.name, marker.start_s, marker.end_s) for marker in part.markers] == [
        ('take "1" `x` <&>', 0.0, 0.5),
        ("drop ☾", 0.25, None),
    ]
    assert part.melody is not None
    (note,) = part.melody.notes
    assert (note.onset_s, note.duration_s) == (0.25, 0.25)
    assert part_of(whole, 2.0, 4.0).melody is None


@pytest.mark.parametrize("at_s", [1.00001, 0.99999])
def test_what_lies_where_a_part_was_cut_is_in_it_whichever_frame_is_nearest(at_s: float) -> None:
    markers = (Marker("a", 0.0, at_s), Marker("b", at_s, 2 + at_s), Marker("c", 2 + at_s, 4.0), Marker("d", at_s))
    notes = tuple(Note(onset_s, 0.5, 60.0) for onset_s in (0.5, at_s, 2 + at_s))
    part = part_of(replace(song(4.0, 32_000), markers=markers, melody=Melody(notes, 4.0)), at_s, 2 + at_s)
    assert part.clip.frames == 64_000
    assert [marker.name for marker in part.markers] == ["b", "d"]
    assert part.melody is not None
    assert [note.onset_s for note in part.melody.notes] == pytest.approx([0.0], abs=1e-4)
    assert part.melody.notes[0].duration_s == pytest.approx(0.5, abs=1e-4)


def test_a_part_that_ends_within_a_note_ends_with_it() -> None:
    """Onset and length, each of them rounded, may add up to a hair more than the part is long."""
    whole = replace(song(12.0, 32_000, 1), melody=Melody((Note(9.0, 3.0, 60.0),), 12.0))
    for begin in range(32_001, 32_401):
        part = part_of(whole, begin / 32_000, 9.3)
        assert part.melody is not None
        assert part.melody.notes[0].end_s == pytest.approx(part.clip.duration_s)


def test_a_part_cut_at_a_bar_begins_its_project() -> None:
    """And not a bar of silence before it, where the nearest frame lies a little before the bar."""
    tempo = TempoMap.constant(97.3, 20.0, downbeat_s=0.3)
    whole = replace(song(20.0, 32_000, 1), tempo=tempo)
    for bar in range(7):
        timeline = Timeline.of(part_of(whole, tempo.bar_s(bar), tempo.bar_s(bar) + 4.0))
        assert timeline.lead_in_beats == 0
        assert timeline.is_steady
        assert timeline.quarter_at(1.0) == pytest.approx(97.3 / 60, rel=1e-9), "it would be stretched"


@pytest.mark.parametrize(("start_s", "end_s"), [(4.0, 5.0), (1.0, 1.0), (-1.0, 1.0)])
def test_no_part_beyond_the_clip(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="a part must lie"):
        part_of(song(4.0), start_s, end_s)


@pytest.mark.parametrize("wrong", [{"part_s": (1.0, 1.0)}, {"part_s": (-1.0, 1.0)}, {"bars": 0}])
def test_what_cannot_be_wished(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HandOff(Target.SOUND, tmp_path, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="part_s"):
        HandOff(Target.LOOP, tmp_path, part_s=(0.0, 1.0))


def test_only_what_is_sure_goes_along() -> None:
    audio = Audio(np.zeros((8000, 1), np.float32), 8000)
    tempo = TempoMap.constant(120, 1.0)
    sure = song_of("a", audio, Analysis(tempo, key=Key(0, is_minor=False)))
    assert (sure.tempo, sure.key) == (tempo, Key(0, is_minor=False))
    vague = Analysis(TempoMap.constant(120, 1.0, confidence=0.3), key=Key(0, is_minor=False, strength=0.3))
    assert (song_of("", audio, vague).tempo, song_of("", audio, vague).key) == (None, None)
    with pytest.raises(ValueError, match="stem drums"):
        song_of("a", audio, Analysis(), {"drums": Audio(np.zeros((10, 1), np.float32), 8000)})


def _kept(library: Library, recipe: Record, known: Analysis) -> Clip:
    whole = song(4.0)
    made = replace(whole.clip, id="a" * 32, recipe=recipe.to_json(), analysis=known.to_json())
    clip = library.add(made, whole.mix())
    for number, (name, load) in enumerate(whole.stems.items()):
        stem = replace(made, id=f"{number}" * 32, origin=Origin.STEM, parent=clip.id, stem=name, recipe="", analysis="")
        library.add(stem, load())
    return clip


def test_a_clip_of_the_library_takes_along_all_that_is_known(tmp_path: Path) -> None:
    known = Analysis(TempoMap.constant(125, 4.0), key=Key(9, is_minor=True))
    continued = replace(
        RECORD,
        order=replace(ORDER, melody_notes=NOTES, continuation=SourceFile("a.wav", "ef"), duration_s=3.2),
    )
    with Library(tmp_path / "library") as library:
        whole = song_in_library(library, _kept(library, continued, known))
        assert (whole.tempo, whole.key) == (known.tempo_map, known.key)
        assert [(marker.name, round(marker.start_s, 6), marker.end_s) for marker in whole.markers] == [
            (f"take 2 · {RECORD.prompt}", 0.8, 4.0),
        ]
        assert whole.melody is not None
        assert [note.onset_s for note in whole.melody.notes] == pytest.approx([0.9, 1.3])
        folder = make_target(whole, HandOff(Target.STEMS, tmp_path))
        total = np.sum([sf.read(file, always_2d=True)[0] for file in folder.glob("*.wav")], axis=0)
        np.testing.assert_array_equal(total, whole.mix().samples)


def test_the_hum_of_a_section_ends_with_it(tmp_path: Path) -> None:
    before, after = SourceFile("a.wav", "ef", 35_280), SourceFile("a.wav", "ef")
    order = replace(ORDER, melody_notes=NOTES, duration_s=0.3, continuation=before, after=after)
    with Library(tmp_path / "library") as library:
        melody = song_in_library(library, _kept(library, replace(RECORD, order=order), Analysis())).melody
    assert melody is not None
    (note,) = melody.notes
    assert (note.onset_s, note.end_s, melody.duration_s) == pytest.approx((0.9, 1.1, 1.1))


def test_a_clip_that_nobody_knows_anything_of(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        clip = library.add(replace(song(1.0).clip, recipe="{of another version}"), song(1.0).mix())
        whole = song_in_library(library, clip)
        assert (whole.tempo, whole.key, whole.melody, whole.markers, dict(whole.stems)) == (None, None, None, (), {})


def _same(audio: Audio) -> Audio:
    return audio


def test_the_notes_of_stems_are_drums_and_pitches() -> None:
    time_s = np.arange(2 * 22_050) / 22_050
    tone = (np.sin(2 * np.pi * 440 * time_s) * (time_s < 1.0) * 0.5).astype(np.float32)[:, np.newaxis]
    stems = {"drums": _played([(0.5, KICK)], 2.0), "lead": Audio(tone, 22_050)}
    plain = song(1.0, 8000, 1)
    found = notes_of(Song(plain.clip, plain.mix, {name: partial(_same, sound) for name, sound in stems.items()}))
    assert [note.pitch for note in found["drums"]] == [KICK]
    assert 69 in {note.semitone for note in found["lead"]}
