"""DAWproject files: valid against the schemas, read back by lxml, with sounds and bars where the music has them."""

import os
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from lxml import etree

from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.projects.dawproject import DawProject
from musicgen_studio.export.tracks import TrackSettings
from tests.export.projects.cases import CASES, drifting, full_at
from tests.export.songs import NASTY_TITLES, STEMS, files, song

_ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = Path(os.environ.get("DAWPROJECT_SCHEMAS", _ROOT.parent / "shared" / "schemas" / "dawproject"))


def _write(song: Song, folder: Path, settings: TrackSettings = TrackSettings()) -> Path:  # noqa: B008 - a frozen value
    return DawProject().write(song, folder, settings, lambda _share: None)


def _opened(file: Path) -> tuple[zipfile.ZipFile, Any]:
    archive = zipfile.ZipFile(file)
    assert archive.testzip() is None
    return archive, etree.fromstring(archive.read("project.xml"))


def _check_against_schemas(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        for name, schema in (("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")):
            etree.XMLSchema(etree.parse(SCHEMAS / schema)).assertValid(etree.fromstring(archive.read(name)))


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas do not lie beside this checkout")
@pytest.mark.parametrize("case", CASES)
def test_it_is_valid(tmp_path: Path, case: str) -> None:
    _check_against_schemas(_write(CASES[case](), tmp_path))


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas do not lie beside this checkout")
def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    with zipfile.ZipFile(_write(song(0.1, 8000, 1), tmp_path)) as good, zipfile.ZipFile(broken, "w") as bad:
        bad.writestr("project.xml", good.read("project.xml").replace(b'timeUnit="beats"', b'timeUnit="minutes"'))
        bad.writestr("metadata.xml", good.read("metadata.xml"))
    with pytest.raises(etree.DocumentInvalid):
        _check_against_schemas(broken)


@pytest.mark.parametrize("case", CASES)
def test_what_is_referred_to_is_there(tmp_path: Path, case: str) -> None:
    archive, project = _opened(_write(CASES[case](), tmp_path))
    ids = [element.get("id") for element in project.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    for name in ("track", "destination", "parameter"):
        assert {element.get(name) for element in project.iter() if element.get(name)} <= set(ids)
    assert {f"audio/{Path(file.get('path')).name}" for file in project.iter("File")} == set(archive.namelist()[:-2])


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_stems_are_inside(tmp_path: Path, rate: int, channels: int) -> None:
    whole = song(2.0, rate, channels)
    file = _write(whole, tmp_path / "new")
    assert file.name == "Night Drive_125bpm_Am.dawproject"
    archive, project = _opened(file)
    assert archive.namelist()[-2:] == ["project.xml", "metadata.xml"]
    tracks = project.findall("Structure/Track")
    assert [track.get("name") for track in tracks] == [*STEMS, "Hum", "Master"]
    assert len({track.get("color") for track in tracks[:-1]}) == 5
    total = np.zeros((2 * rate, channels))
    for track in tracks[:4]:
        (lane,) = project.findall(f"Arrangement/Lanes/Lanes[@track='{track.get('id')}']")
        (audio,) = lane.iter("Audio")
        samples, found_rate = sf.read(BytesIO(archive.read(audio.find("File").get("path"))), always_2d=True)
        told = (int(audio.get("sampleRate")), int(audio.get("channels")), float(audio.get("duration")))
        assert told == (rate, channels, 2.0) == (found_rate, samples.shape[1], len(samples) / rate)
        total += samples
    np.testing.assert_array_equal(total, whole.mix().samples)


def _seconds_at(project: Any, quarter: float) -> float:
    """Play the project's tempo up to a quarter note, as its reader would."""
    bpm = float(project.find("Transport/Tempo").get("value"))
    points = project.findall("Arrangement/TempoAutomation/RealPoint")
    changes = [(float(point.get("time")), float(point.get("value"))) for point in points] or [(0.0, bpm)]
    assert changes[0][0] == 0
    assert all(point.get("interpolation") == "hold" for point in points)
    ends = [*(begin for begin, _ in changes[1:]), max(quarter, changes[-1][0])]
    return sum(max(min(end, quarter) - begin, 0.0) * 60 / bpm for (begin, bpm), end in zip(changes, ends, strict=True))


@pytest.mark.parametrize("tempo", ["steady", "pickup", "drifting", "eighths"])
def test_sound_is_never_stretched_and_bars_are_where_the_music_has_them(tmp_path: Path, tempo: str) -> None:
    whole = drifting(tempo)
    assert whole.tempo is not None
    _, project = _opened(_write(whole, tmp_path))
    metre = project.find("Transport/TimeSignature")
    assert (int(metre.get("numerator")), int(metre.get("denominator"))) == (
        whole.tempo.beats_per_bar,
        whole.tempo.beat_unit,
    )
    bar = whole.tempo.beats_per_bar * 4 / whole.tempo.beat_unit
    clip = next(clip for clip in project.iter("Clip") if clip.find("Warps") is not None)
    begin = float(clip.get("time"))
    assert 0 <= begin < bar
    warps = [(float(warp.get("time")), float(warp.get("contentTime"))) for warp in clip.iter("Warp")]
    assert warps[0] == (0, 0)
    assert warps[-1][1] == pytest.approx(whole.clip.duration_s)
    assert float(clip.get("duration")) == pytest.approx(warps[-1][0], abs=1e-8)
    begin_s = _seconds_at(project, begin)
    for quarter, moment_s in warps:
        assert _seconds_at(project, begin + quarter) - begin_s == pytest.approx(moment_s, abs=1e-5)
    quarters, moments_s = zip(*warps, strict=True)
    for downbeat_s in whole.tempo.downbeats_s:
        if 0 <= downbeat_s <= whole.clip.duration_s:
            bars = (begin + np.interp(downbeat_s, moments_s, quarters)) / bar
            assert bars == pytest.approx(round(bars), abs=1e-5)


def test_the_hum_is_a_track_of_notes(tmp_path: Path) -> None:
    whole = song(4.0)
    _, project = _opened(_write(whole, tmp_path))
    notes = list(project.iter("Note"))
    assert [int(note.get("key")) for note in notes] == [69, 71]
    begin = float(next(clip for clip in project.iter("Clip") if clip.find("Notes") is not None).get("time"))
    begin_s = _seconds_at(project, begin)
    onsets_s = [_seconds_at(project, begin + float(note.get("time"))) - begin_s for note in notes]
    assert onsets_s == pytest.approx([0.5, 1.0])
    assert not list(_opened(_write(song(4.0, with_melody=False), tmp_path))[1].iter("Note"))


def test_markers_and_facts(tmp_path: Path) -> None:
    archive, project = _opened(_write(song(4.0), tmp_path))
    markers = project.findall("Arrangement/Markers/Marker")
    assert [marker.get("name") for marker in markers] == ['take "1" `x` <&>', "drop ☾", ""]
    about = etree.fromstring(archive.read("metadata.xml"))
    assert about.findtext("Title") == "Night Drive"
    assert about.findtext("Copyright") == "CC0-1.0"
    assert 'Prompt: sad jazz, "slow" & <blue>' in about.findtext("Comment")


def test_without_stems_the_clip_is_the_track(tmp_path: Path) -> None:
    whole = song(1.0, with_stems=False, with_melody=False)
    archive, project = _opened(_write(whole, tmp_path))
    assert [track.get("name") for track in project.findall("Structure/Track")] == ["Night Drive", "Master"]
    samples, _ = sf.read(BytesIO(archive.read("audio/Night Drive_125bpm_Am.wav")), always_2d=True)
    np.testing.assert_array_equal(samples, whole.mix().samples)


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_and_nothing_is_overwritten(tmp_path: Path, title: str) -> None:
    made = [_write(song(0.1, 8000, 1, title=title), tmp_path) for _ in range(2)]
    assert files(tmp_path) == sorted(file.name for file in made)
    for file in made:
        archive, project = _opened(file)
        for audio in project.iter("File"):
            assert sf.info(BytesIO(archive.read(audio.get("path")))).frames == 800


@pytest.mark.parametrize("moment", range(1, 3))
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path, moment: int) -> None:
    before = _write(song(0.1, 8000, 1), tmp_path)
    content = before.read_bytes()
    with full_at(moment), pytest.raises(UserProblem, match="full"):
        _write(song(0.1, 8000, 1), tmp_path)
    assert before.read_bytes() == content
    for file in tmp_path.iterdir():
        _opened(file)


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    told: list[float] = []
    DawProject().write(song(), tmp_path / "whole", TrackSettings(), told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        if share > 0.6:
            raise StoppedError

    with pytest.raises(StoppedError):
        DawProject().write(song(), tmp_path / "stopped", TrackSettings(), stop)
    assert files(tmp_path / "stopped") == []


def test_ten_minutes_that_drift(tmp_path: Path) -> None:
    whole = replace(song(600.0, 44_100, 1), stems={}, melody=None)
    tempo = TempoMap(tuple(np.cumsum(0.48 + 0.01 * np.sin(np.arange(1300) / 50))))
    file = _write(replace(whole, tempo=tempo), tmp_path, TrackSettings(sample_rate=48_000))
    archive, project = _opened(file)
    (audio,) = project.iter("Audio")
    assert sf.info(BytesIO(archive.read(audio.find("File").get("path")))).frames == 600 * 48_000
    assert len(list(project.iter("Warp"))) > 1000
    if SCHEMAS.is_dir():
        _check_against_schemas(file)
