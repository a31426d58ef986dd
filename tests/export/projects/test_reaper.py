"""REAPER projects, read back by a parser of others: words, paths, times and bars."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rpp
import soundfile as sf

from musicgen_studio.core.song import Marker, Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.projects.reaper import ReaperProject
from musicgen_studio.export.tracks import TrackSettings
from tests.export.projects.cases import CASES, drifting, full_at
from tests.export.songs import NASTY_TITLES, STEMS, files, song


def _write(song: Song, folder: Path, settings: TrackSettings = TrackSettings()) -> Path:  # noqa: B008 - a frozen value
    return ReaperProject().write(song, folder, settings, lambda _share: None)


def _opened(file: Path) -> Any:
    return rpp.loads(file.read_text("utf-8"))


def _word(element: Any, name: str) -> list[str]:
    """Return the rest of an element's one line of that name."""
    (line,) = (line for line in element if isinstance(line, list) and line[0] == name)
    return [str(word) for word in line[1:]]


def _lines(element: Any, name: str) -> list[list[str]]:
    return [line for line in element if isinstance(line, list) and line[0] == name]


def _sources(file: Path) -> list[Path]:
    return [
        file.parent / _word(source, "FILE")[0]
        for source in _opened(file).findall(".//SOURCE")
        if source.attrib[0] != "MIDI"
    ]


@pytest.mark.parametrize("case", CASES)
def test_it_is_read_and_its_sounds_are_where_it_says(tmp_path: Path, case: str) -> None:
    whole = CASES[case]()
    file = _write(whole, tmp_path)
    sources = _sources(file)
    assert len(sources) == max(len(whole.stems), 1)
    for source in sources:
        assert not Path(source.relative_to(file.parent)).is_absolute()
        assert sf.info(source).frames == whole.clip.frames
    moved = file.parent.rename(tmp_path / "moved away")
    assert all(source.exists() for source in _sources(moved / file.name))


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_stems_are_there(tmp_path: Path, rate: int, channels: int) -> None:
    whole = song(2.0, rate, channels)
    file = _write(whole, tmp_path / "new")
    name = "Night Drive_125bpm_Am"
    audio = [f"audio/{name}_{stem}.wav" for stem in STEMS]
    assert files(file.parent) == sorted([f"{name}.rpp", "audio", *audio])
    project = _opened(file)
    tracks = project.findall("TRACK")
    assert [_word(track, "NAME") for track in tracks] == [[stem] for stem in (*STEMS, "Hum")]
    assert len({_word(track, "PEAKCOL")[0] for track in tracks}) == 5
    assert _word(project, "SAMPLERATE")[0] == str(rate)
    assert _word(project, "TEMPO") == ["125", "4", "4"]
    total = np.sum([sf.read(source, always_2d=True)[0] for source in _sources(file)], axis=0)
    np.testing.assert_array_equal(total, whole.mix().samples)
    for item in project.findall("TRACK/ITEM"):
        assert float(_word(item, "LENGTH")[0]) == pytest.approx(2.0)


def _quarters_at(project: Any, time_s: float) -> float:
    """Play the project's tempo up to a moment, as its reader would, and return how many quarter notes went by."""
    envelope = project.find("TEMPOENVEX")
    changes = [(0.0, float(_word(project, "TEMPO")[0]))]
    if envelope is not None:
        changes = [(float(point[1]), float(point[2])) for point in _lines(envelope, "PT")]
        assert all(point[3] == "1" for point in _lines(envelope, "PT"))
        assert changes[0][0] == 0
    ends = [*(begin for begin, _ in changes[1:]), max(time_s, changes[-1][0])]
    return sum(max(min(end, time_s) - begin, 0.0) * bpm / 60 for (begin, bpm), end in zip(changes, ends, strict=True))


@pytest.mark.parametrize("tempo", ["steady", "pickup", "drifting", "eighths"])
def test_bars_are_where_the_music_has_them(tmp_path: Path, tempo: str) -> None:
    whole = drifting(tempo)
    assert whole.tempo is not None
    project = _opened(_write(whole, tmp_path))
    assert _word(project, "TEMPO")[1:] == [str(whole.tempo.beats_per_bar), str(whole.tempo.beat_unit)]
    bar = whole.tempo.beats_per_bar * 4 / whole.tempo.beat_unit
    begins_s = {float(_word(item, "POSITION")[0]) for item in project.findall("TRACK/ITEM")}
    (begin_s,) = begins_s
    for downbeat_s in whole.tempo.downbeats_s:
        if 0 <= downbeat_s <= whole.clip.duration_s:
            bars = _quarters_at(project, begin_s + downbeat_s) / bar
            assert bars == pytest.approx(round(bars), abs=1e-5)


def test_the_hum_is_a_track_of_notes(tmp_path: Path) -> None:
    project = _opened(_write(song(4.0), tmp_path))
    (source,) = (source for source in project.findall(".//SOURCE") if source.attrib[0] == "MIDI")
    per_quarter = float(_word(source, "HASDATA")[1])
    tick, found = 0, []
    for event in _lines(source, "E"):
        tick += int(event[1])
        found.append((tick / per_quarter * 60 / 125, *event[2:]))
    times_s, *_ = zip(*found, strict=True)
    assert times_s == pytest.approx((0.5, 0.75, 1.0, 1.5, 4.0), abs=1e-3)
    assert [event[1:3] for event in found] == [("90", "45"), ("80", "45"), ("90", "47"), ("80", "47"), ("b0", "7b")]


def test_places_are_markers_and_stretches_are_regions(tmp_path: Path) -> None:
    whole = replace(drifting("pickup"), markers=(Marker("b", 1.0), Marker("a ☾", 0.5, 2.0)))
    project = _opened(_write(whole, tmp_path))
    (begin_s,) = {float(_word(item, "POSITION")[0]) for item in project.findall("TRACK/ITEM")}
    found = [(line[1], float(line[2]) - begin_s, line[3], line[4]) for line in _lines(project, "MARKER")]
    assert [(number, name, kind) for number, _, name, kind in found] == [
        ("1", "a ☾", "1"),
        ("1", "", "1"),
        ("2", "b", "0"),
    ]
    assert [time_s for _, time_s, _, _ in found] == pytest.approx([0.5, 2.0, 1.0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "plain"),
        ("two words", "two words"),
        ('a "b"', 'a "b"'),
        ("it's", "it's"),
        ('"it\'s"', '"it\'s"'),
        ("all \"of' them`", "all \"of' them'"),
        ("line\nbreak\ttab", "line break tab"),
        ("> <TRACK", "> <TRACK"),
        ("nul\0esc\x1b", "nulesc"),
        ("☾ 悲しい", "☾ 悲しい"),
    ],
)
def test_any_name_is_one_word(tmp_path: Path, name: str, expected: str) -> None:
    whole = song(0.1, 8000, 1)
    named = replace(whole, stems={name: whole.mix}, markers=(Marker(name, 0.05),), melody=None)
    project = _opened(_write(named, tmp_path))
    (track,) = project.findall("TRACK")
    assert _word(track, "NAME") == [expected]
    assert _lines(project, "MARKER")[0][3] == expected


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_and_nothing_is_overwritten(tmp_path: Path, title: str) -> None:
    made = [_write(song(0.1, 8000, 1, title=title), tmp_path) for _ in range(2)]
    assert len({file.parent for file in made}) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.parent.name for file in made)
    assert all(len(_sources(file)) == 4 for file in made)


@pytest.mark.parametrize("moment", range(1, 13))
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, moment: int) -> None:
    before = _write(song(0.1, 8000, 1), tmp_path)
    content = {path: path.read_bytes() for path in before.parent.rglob("*.*")}
    with full_at(moment), pytest.raises(UserProblem, match="full"):
        _write(song(0.1, 8000, 1), tmp_path)
    assert {path: path.read_bytes() for path in before.parent.rglob("*.*")} == content
    for folder in tmp_path.iterdir():
        (project,) = folder.glob("*.rpp")
        assert all(source.exists() for source in _sources(project))


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    told: list[float] = []
    ReaperProject().write(song(), tmp_path / "whole", TrackSettings(), told.append)
    assert told == sorted(told)

    def stop(share: float) -> None:
        if share > 0.6:
            raise StoppedError

    with pytest.raises(StoppedError):
        ReaperProject().write(song(), tmp_path / "stopped", TrackSettings(), stop)
    assert files(tmp_path / "stopped") == []


def test_ten_minutes_that_drift(tmp_path: Path) -> None:
    whole = replace(song(600.0, 44_100, 1), stems={}, melody=None)
    tempo = TempoMap(tuple(np.cumsum(0.48 + 0.01 * np.sin(np.arange(1300) / 50))))
    file = _write(replace(whole, tempo=tempo), tmp_path, TrackSettings(sample_rate=48_000))
    assert [sf.info(source).frames for source in _sources(file)] == [600 * 48_000]
    project = _opened(file)
    (begin_s,) = {float(_word(item, "POSITION")[0]) for item in project.findall("TRACK/ITEM")}
    for downbeat_s in tempo.downbeats_s[:300]:
        bars = _quarters_at(project, begin_s + downbeat_s) / 4
        assert bars == pytest.approx(round(bars), abs=1e-5)
