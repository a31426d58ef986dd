"""Clips to files: the right sound, the promised peak, the texts, and nothing overwritten."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.dsp.true_peak import true_peak_db
from musicgen_studio.errors import UserProblem
from musicgen_studio.export import clips as module
from musicgen_studio.export.clips import (
    SAMPLE_RATES_HZ,
    Exported,
    ExportJob,
    ExportProgress,
    export_clips,
)
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files import sound as audiofile
from musicgen_studio.files.sound import SoundFormat, read
from tests.export.one import export_one
from tests.no_room import no_file_beyond

_CLIP = Clip(
    id="0" * 32,
    title="Träume ☾",
    origin=Origin.GENERATED,
    created="2026-01-31T12:00:00+00:00",
    frames=64000,
    sample_rate=32000,
    channels=2,
    prompt="happy rock",
    seed=41,
    checkpoint="facebook/musicgen-small",
    licence="cc-by-nc-4.0",
)


def _music(level: float = 0.3, channels: int = 2, duration_s: float = 2.0, rate: int = 32000) -> Audio:
    """Drums over a chord: sharp peaks, as they are what encoders and resamplers overshoot at."""
    time_s = np.arange(round(duration_s * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110, 220, 331, 442)) / 4
    drums = np.random.default_rng(0).standard_normal(len(time_s)) * np.exp(-(time_s * 4 % 1) * 20)
    sound = np.clip(level * (chord + drums), -1, 1)
    return Audio(np.stack([sound, np.roll(sound, 40)][:channels], axis=1).astype(np.float32), rate)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- the sound ---


def test_as_it_is_the_samples_are_untouched(tmp_path: Path) -> None:
    file = export_one(_CLIP, _music(), tmp_path, FinishSettings(SoundFormat.WAV32F))
    np.testing.assert_array_equal(read(file).samples, _music().samples)


@pytest.mark.parametrize("rate", [None, *SAMPLE_RATES_HZ])
@pytest.mark.parametrize("sound_format", SoundFormat)
def test_every_format_and_rate(tmp_path: Path, sound_format: SoundFormat, rate: int | None) -> None:
    only_rate_hz = sound_format.only_rate_hz
    if only_rate_hz is not None and rate is not None:
        rate = only_rate_hz
    file = export_one(_CLIP, _music(), tmp_path, FinishSettings(sound_format, rate))
    assert file.name == f"Träume ☾{sound_format.extension}"
    audio = read(file)
    assert audio.sample_rate == (only_rate_hz or rate or 32000)
    assert audio.duration_s == pytest.approx(2.0, abs=0.001)


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_the_loudness_is_the_one_asked_for(tmp_path: Path, sound_format: SoundFormat) -> None:
    tone = (np.sin(np.arange(96000) / 10) / 20).astype(np.float32)[:, None]
    file = export_one(_CLIP, Audio(tone, 32000), tmp_path, FinishSettings(sound_format, loudness_lufs=-14.0))
    assert integrated_lufs(read(file)) == pytest.approx(-14.0, abs=0.15)


def test_a_click_in_silence_keeps_below_the_ceiling_too(tmp_path: Path) -> None:
    samples = np.zeros((320_000, 1), np.float32)
    samples[1000] = 1.0
    file = export_one(_CLIP, Audio(samples, 32000), tmp_path, FinishSettings(loudness_lufs=-14.0))
    assert true_peak_db(read(file)) == pytest.approx(-1.0, abs=1e-3)


def test_it_says_how_much_was_limited(tmp_path: Path) -> None:
    samples = np.tile((np.sin(np.arange(96000) / 10) / 30).astype(np.float32)[:, None], (1, 2))
    samples[40000:41000] *= 25
    clip = replace(_CLIP, frames=len(samples))
    job = ExportJob(clip, lambda: Audio(samples, 32000), tmp_path, FinishSettings(loudness_lufs=-14.0))
    (done,) = export_clips([job], Event(), lambda _: None)
    assert done.limited_db > 8


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV16, SoundFormat.FLAC])
def test_what_is_too_loud_for_the_format_is_turned_down_and_not_clipped(
    tmp_path: Path, sound_format: SoundFormat
) -> None:
    loud = Audio(_music(0.3).samples * np.float32(10), 32000)
    audio = read(export_one(_CLIP, loud, tmp_path, FinishSettings(sound_format)))
    np.testing.assert_allclose(audio.samples, loud.samples / np.abs(loud.samples).max(), atol=1e-4)


def test_silence_can_be_exported(tmp_path: Path) -> None:
    silence = Audio(np.zeros((32000, 2), np.float32), 32000)
    file = export_one(_CLIP, silence, tmp_path, FinishSettings(SoundFormat.MP3, 48000, -14.0))
    assert np.abs(read(file).samples).max() < 1e-4


# --- the texts ---


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_the_file_says_what_made_it_and_under_which_licence(tmp_path: Path, sound_format: SoundFormat) -> None:
    file = export_one(_CLIP, _music(), tmp_path, FinishSettings(sound_format))
    with sf.SoundFile(file) as sound:
        texts = sound.copy_metadata()
    assert texts["title"] == "Träume ☾"
    assert texts["date"] == "2026-01-31"
    assert texts["software"].startswith("MusicGen Studio ")
    assert texts["copyright"].endswith("cc-by-nc-4.0")
    assert texts["comment"] == (
        "Prompt: happy rock\nSeed: 41\nCheckpoint: facebook/musicgen-small\nLicence: cc-by-nc-4.0"
    )


def test_a_recording_has_no_recipe_to_tell(tmp_path: Path) -> None:
    hum = replace(_CLIP, origin=Origin.RECORDED, prompt="", seed=None, checkpoint="", licence="")
    with sf.SoundFile(export_one(hum, _music(), tmp_path, FinishSettings(SoundFormat.FLAC))) as sound:
        assert set(sound.copy_metadata()) == {"title", "date", "software"}


def test_a_wav_file_says_tempo_and_key_in_chunks_and_the_others_in_comments(tmp_path: Path) -> None:
    known = Analysis(TempoMap.constant(125, 3.0), key=Key(9, is_minor=True))
    clip = replace(_CLIP, analysis=known.to_json())
    with sf.SoundFile(export_one(clip, _music(), tmp_path, FinishSettings(SoundFormat.WAV24))) as sound:
        said = " ".join(sound.extra_info.split())
    for fact in ("Tempo : 125", "Meter : 4/4", "Root note : 0x39", "bext : 602"):
        assert fact in said
    for sound_format, field in (
        (SoundFormat.FLAC, b"BPM=125"),
        (SoundFormat.MP3, b"TBPM"),
        (SoundFormat.OPUS, b"BPM=125"),
    ):
        content = export_one(clip, _music(), tmp_path, FinishSettings(sound_format)).read_bytes()
        assert field in content
        assert b"INITIALKEY=Am" in content or b"TKEY" in content
    unsure = replace(_CLIP, analysis=Analysis(TempoMap.constant(125, 3.0, confidence=0.2)).to_json(), tempo_bpm=None)
    assert b"acid" not in export_one(unsure, _music(), tmp_path, FinishSettings(SoundFormat.WAV24)).read_bytes()


# --- the file ---


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "träume ☾.WAV").write_text("precious")
    names = [export_one(_CLIP, _music(), tmp_path, FinishSettings()).name for _ in range(2)]
    assert names == ["Träume ☾ 2.wav", "Träume ☾ 3.wav"]
    assert (tmp_path / "träume ☾.WAV").read_text() == "precious"


def test_a_file_made_in_the_meantime_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken_a_moment_later(folder: Path) -> frozenset[str]:
        (folder / "Song.wav").write_text("precious")
        return frozenset()

    monkeypatch.setattr(module, "taken_names", taken_a_moment_later)
    assert export_one(_CLIP, _music(), tmp_path, FinishSettings(), "Song").name == "Song 2.wav"
    assert (tmp_path / "Song.wav").read_text() == "precious"


def test_a_given_name_is_made_clean_and_stays_in_the_folder(tmp_path: Path) -> None:
    file = export_one(_CLIP, _music(), tmp_path / "new", FinishSettings(), "../../CON")
    assert file == tmp_path / "new" / "CON.wav" or file == tmp_path / "new" / "_CON.wav"
    assert _files(tmp_path) == ["new"]


def test_the_tempo_is_in_the_name(tmp_path: Path) -> None:
    file = export_one(replace(_CLIP, tempo_bpm=120.0), _music(), tmp_path, FinishSettings())
    assert file.name == "Träume ☾_120bpm.wav"


def test_a_rate_the_format_cannot_hold_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="cannot hold"):
        export_one(_CLIP, _music(rate=96000), tmp_path, FinishSettings(SoundFormat.MP3))
    assert _files(tmp_path) == []


# --- several ---


def _jobs(folder: Path, count: int, load: Callable[[], Audio] = _music, **values: object) -> list[ExportJob]:
    settings = FinishSettings(**values)  # type: ignore[arg-type]
    return [ExportJob(replace(_CLIP, title=f"Clip {number}"), load, folder, settings) for number in range(count)]


def test_each_clip_becomes_a_file_and_progress_only_grows(tmp_path: Path) -> None:
    told: list[ExportProgress] = []
    jobs = _jobs(tmp_path, 3, lambda: _music(duration_s=5.0), sound_format=SoundFormat.OGG, loudness_lufs=-14.0)
    done = export_clips(jobs, Event(), told.append)
    assert [one.file for one in done] == [tmp_path / f"Clip {number}.ogg" for number in range(3)]
    assert all(one.problem is None for one in done)
    fractions = [one.fraction for one in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert {(one.clip.title, one.number, one.clips) for one in told} == {(f"Clip {n}", n, 3) for n in range(3)}
    assert any(0 < fraction * 3 % 1 < 1 for fraction in fractions)


def test_one_with_a_problem_does_not_keep_the_others_back(tmp_path: Path) -> None:
    def gone() -> Audio:
        raise UserProblem("The clip is gone.", "Its file is missing.", "Look in the trash.")

    jobs = _jobs(tmp_path, 3)
    jobs[1] = replace(jobs[1], load=gone)
    done = export_clips(jobs, Event(), lambda _: None)
    assert [one.file is not None for one in done] == [True, False, True]
    assert done[1].problem is not None
    assert done[1].problem.what == "The clip is gone."


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (done,) = export_clips(_jobs(tmp_path, 1), Event(), lambda _: None)
    assert done.problem is not None
    assert "full" in done.problem.why
    assert _files(tmp_path) == []


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98])
@pytest.mark.parametrize("sound_format", SoundFormat)
def test_where_the_system_takes_no_more_the_old_file_stays_and_nothing_else(
    tmp_path: Path, sound_format: SoundFormat, share: float
) -> None:
    """Refused in the middle of the encoder's own writing, at its header and at its last bytes."""
    settings = FinishSettings(sound_format)
    old = export_one(_CLIP, _music(), tmp_path, settings)
    before = old.read_bytes()
    with no_file_beyond(int(share * len(before))), pytest.raises(UserProblem):
        export_one(_CLIP, _music(), tmp_path, settings)
    assert _files(tmp_path) == [old.name]
    assert old.read_bytes() == before


def test_a_stop_between_clips_keeps_what_is_done(tmp_path: Path) -> None:
    stop = Event()

    def stop_at_the_second(progress: ExportProgress) -> None:
        if progress.number == 1:
            stop.set()

    done = export_clips(_jobs(tmp_path, 3), stop, stop_at_the_second)
    assert done == [Exported(_jobs(tmp_path, 3)[0].clip, tmp_path / "Clip 0.wav", None)]
    assert _files(tmp_path) == ["Clip 0.wav"]


def test_a_stop_within_a_clip_leaves_no_file(tmp_path: Path) -> None:
    stop = Event()
    jobs = _jobs(tmp_path, 1, lambda: _music(duration_s=10.0))
    assert export_clips(jobs, stop, lambda progress: stop.set() if progress.fraction > 0.2 else None) == []
    assert _files(tmp_path) == []


def test_a_stop_before_the_start_loads_nothing(tmp_path: Path) -> None:
    stop = Event()
    stop.set()

    def unwanted() -> Audio:
        raise AssertionError("it was loaded")

    assert export_clips(_jobs(tmp_path, 1, unwanted), stop, lambda _: None) == []


def test_a_lossless_format_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[SoundFormat] = []
    encode = audiofile._encode

    def count(name: str, audio: Audio, sound_format: SoundFormat, *rest: Any, **named: Any) -> object:
        encoded.append(sound_format)
        return encode(name, audio, sound_format, *rest, **named)

    monkeypatch.setattr(audiofile, "_encode", count)
    export_one(_CLIP, _music(), tmp_path, FinishSettings(SoundFormat.FLAC, loudness_lufs=-14.0))
    assert encoded == [SoundFormat.FLAC]
