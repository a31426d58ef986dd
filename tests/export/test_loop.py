"""Loops: whole bars, exact lengths and tempi, and a seam that cannot be heard a hundred times over."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.loop import Loop, cut_loop, export_loop
from musicgen_studio.files.sound import SoundFormat, read
from tests.export.songs import A_MINOR, NASTY_TITLES, clip, files, music

REPETITIONS = 100


def click(loop: Audio, repetitions: int = REPETITIONS) -> float:
    """Return how sharp the sound bends at its seams, against the sharpest bend anywhere else: above 1 is a click."""
    whole = np.tile(loop.samples, (repetitions, 1))
    bend = np.abs(np.diff(whole, 2, axis=0)).max(axis=1)
    near = round(loop.sample_rate / 1000)
    inside = bend[near : loop.frames - near].max()
    seams = [bend[at - near : at + near].max() for at in range(loop.frames, len(whole) - near, loop.frames)]
    assert len(seams) == repetitions - 1
    return float(max(seams) / inside)


def _song(audio: Audio, tempo: TempoMap | None, title: str = "Night Drive") -> Song:
    made = clip(audio.frames, audio.sample_rate, audio.channels, title)
    return Song(made, lambda: audio, tempo=tempo, key=A_MINOR)


@pytest.mark.parametrize("bpm", [97.3, 125.0])
@pytest.mark.parametrize(("downbeat_s", "duration_s"), [(0.3, 12.0), (0.0, 12.0), (0.0, 0.0)], ids=["", "0", "exact"])
def test_a_hundred_repetitions_have_no_click(bpm: float, downbeat_s: float, duration_s: float) -> None:
    tempo = TempoMap.constant(bpm, 30, downbeat_s=downbeat_s)
    audio = music(tempo, duration_s or 16 * 60 / bpm, 32_000)
    loop = cut_loop(audio, tempo, 4, start_bar=0)
    assert click(loop.audio) <= 1.0


def test_the_measure_hears_a_plain_cut() -> None:
    tempo = TempoMap.constant(97.3, 30, downbeat_s=0.3)
    audio = music(tempo, 12.0, 32_000)
    start, frames = round(0.3 * 32_000), round(16 * 60 / 97.3 * 32_000)
    assert click(Audio(audio.samples[start : start + frames], 32_000)) > 3


@settings(max_examples=30)
@given(st.floats(55, 190), st.floats(0, 2), st.integers(1, 8), st.sampled_from([32_000, 44_100, 48_000]))
def test_length_and_tempo_are_exact(bpm: float, downbeat_s: float, bars: int, rate: int) -> None:
    tempo = TempoMap.constant(bpm, 40, downbeat_s=downbeat_s)
    audio = Audio(np.zeros((40 * rate, 1), np.float32), rate)
    loop = cut_loop(audio, tempo, bars)
    nominal = bars * 4 * 60 / bpm * rate
    assert abs(loop.audio.frames - nominal) <= 0.5 + 1e-6
    assert loop.beats == bars * 4
    # 1000 repetitions at the loop's own tempo: the same whole frame, not one more or less.
    assert round(1000 * loop.beats * 60 / loop.tempo.bpm * rate) == 1000 * loop.audio.frames


def test_edges_are_on_downbeats() -> None:
    tempo = TempoMap.constant(120, 30, downbeat_s=0.25)
    hits = np.zeros((30 * 32_000, 1), np.float32)
    for downbeat_s in tempo.downbeats_s[:-1]:
        hits[round(downbeat_s * 32_000)] = 1.0
    loop = cut_loop(Audio(hits, 32_000), tempo, 2)
    np.testing.assert_array_equal(np.flatnonzero(loop.audio.samples[:, 0]), [0, 64_000])


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000, 96_000, 192_000])
def test_bars_that_a_clip_was_cut_to_are_whole_at_any_rate(rate: int) -> None:
    tempo = TempoMap.constant(97.3, 30, downbeat_s=0.3)
    for first, last in ((0, 3), (1, 4), (4, 8)):
        begin, end = (round(tempo.bar_s(bar) * 32_000) for bar in (first, last))
        part = resample(Audio(np.zeros((end - begin, 1), np.float32), 32_000), rate)
        loop = cut_loop(part, tempo.since(begin / 32_000), last - first)
        nominal = (last - first) * 4 * 60 / 97.3 * rate
        assert abs(loop.audio.frames - nominal) <= rate / 32_000 + 1
        assert loop.start_bar == 0


def test_what_comes_before_leads_into_the_beginning() -> None:
    tempo = TempoMap.constant(120, 10, downbeat_s=1.0)
    ramp = np.linspace(0, 1, 10_000, dtype=np.float32)[:, np.newaxis]
    loop = cut_loop(Audio(ramp, 1000), tempo, 1, start_bar=0)
    assert loop.audio.samples[-1, 0] == pytest.approx(ramp[999, 0], abs=0.01)
    np.testing.assert_array_equal(loop.audio.samples[: 2000 - 30], ramp[1000 : 3000 - 30])


def test_music_that_drifts_keeps_its_bars() -> None:
    beats_s = np.cumsum(np.linspace(0.5, 0.52, 41))
    tempo = TempoMap(tuple(beats_s - beats_s[0] + 0.1))
    loop = cut_loop(music(tempo, 22, 32_000), tempo, 4, start_bar=2)
    length_s = tempo.bar_s(6) - tempo.bar_s(2)
    assert loop.audio.frames == round(length_s * 32_000)
    assert loop.tempo.bpm == pytest.approx(16 * 60 / length_s, rel=1e-5)


@pytest.mark.parametrize(("downbeat_s", "bars", "expected_s"), [(0.0, 4, 2.0), (0.5, 4, 0.5), (0.0, 5, 0.0)])
def test_it_begins_where_there_is_something_before_it(downbeat_s: float, bars: int, expected_s: float) -> None:
    tempo = TempoMap.constant(120, 10, downbeat_s=downbeat_s)  # bars of 2 s
    loop = cut_loop(music(tempo, 10.5, 8000), tempo, bars)
    assert tempo.bar_s(loop.start_bar) == expected_s


@pytest.mark.parametrize(("bars", "start_bar"), [(6, None), (4, 2), (1, 5), (1, -2)])
def test_too_few_bars(bars: int, start_bar: int | None) -> None:
    tempo = TempoMap.constant(120, 10)
    with pytest.raises(UserProblem, match="whole bars"):
        cut_loop(music(tempo, 10, 8000), tempo, bars, start_bar)


@pytest.mark.parametrize(("bars", "start_bar", "earlier"), [(6, None, False), (5, 0, False), (4, 2, True)])
def test_only_what_can_begin_earlier_is_told_to(bars: int, start_bar: int | None, earlier: bool) -> None:
    tempo = TempoMap.constant(120, 10, downbeat_s=1.5)
    with pytest.raises(UserProblem) as problem:
        cut_loop(music(tempo, 10, 8000), tempo, bars, start_bar)
    assert ("begin earlier" in str(problem.value)) is earlier
    assert "where its bars begin" in str(problem.value)


def test_silence_stays_silent() -> None:
    tempo = TempoMap.constant(120, 10, downbeat_s=0.5)
    loop = cut_loop(Audio(np.zeros((10 * 8000, 2), np.float32), 8000), tempo, 2)
    assert not loop.audio.samples.any()


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_file_says_what_it_is(tmp_path: Path, rate: int, channels: int) -> None:
    tempo = TempoMap.constant(125, 12, downbeat_s=0.3)
    audio = music(tempo, 12, 32_000, channels)
    file = export_loop(_song(audio, tempo), tmp_path / "new", 4, sample_rate=rate)
    assert file.name == "Night Drive_125bpm_Am_4bars.wav"
    with sf.SoundFile(file) as sound:
        assert (sound.samplerate, sound.channels, sound.subtype) == (rate, channels, "PCM_24")
        assert sound.frames == round(16 * 60 / 125 * rate)
        said = " ".join(sound.extra_info.split())
        assert sound.copyright == "CC0-1.0"
    for fact in ("Tempo : 125", "Meter : 4/4", "Beats : 16", "Root note : 0x39", "Midi Note : 57"):
        assert fact in said
    assert click(read(file)) <= 1.0


def test_a_sound_beyond_full_scale_is_turned_down_not_clipped(tmp_path: Path) -> None:
    tempo = TempoMap.constant(125, 12, downbeat_s=0.3)
    loud = music(tempo, 12, 32_000)
    loud = Audio(loud.samples * np.float32(4), 32_000)
    wanted: Loop = cut_loop(loud, tempo, 2)
    peak = np.abs(wanted.audio.samples).max()
    written = read(export_loop(_song(loud, tempo), tmp_path, 2))
    np.testing.assert_allclose(written.samples, wanted.audio.samples / peak, atol=1e-6)


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_keeps_its_tempo_in_the_name_and_nothing_is_overwritten(tmp_path: Path, title: str) -> None:
    tempo = TempoMap.constant(125, 12, downbeat_s=0.3)
    song = _song(music(tempo, 6, 8000), tempo, title or ".")
    made = [export_loop(song, tmp_path, 1, sound_format=form) for form in (SoundFormat.WAV24, SoundFormat.WAV24)]
    assert made[0].stem.endswith("_125bpm_Am_1bar")
    assert made[1].stem.endswith("_125bpm_Am_1bar 2")
    assert files(tmp_path) == sorted(path.name for path in made)


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    tempo = TempoMap.constant(125, 12, downbeat_s=0.3)

    def stop(share: float) -> None:
        if share > 0.6:
            raise StoppedError

    with pytest.raises(StoppedError):
        export_loop(_song(music(tempo, 12, 32_000), tempo), tmp_path, 4, on_share=stop)
    assert files(tmp_path) == []


def test_what_cannot_be_a_loop(tmp_path: Path) -> None:
    tempo = TempoMap.constant(125, 12)
    audio = music(tempo, 6, 8000)
    with pytest.raises(UserProblem, match="tempo"):
        export_loop(_song(audio, None), tmp_path, 1)
    with pytest.raises(ValueError, match="sound_format"):
        export_loop(_song(audio, tempo), tmp_path, 1, sound_format=SoundFormat.MP3)
    with pytest.raises(ValueError, match="bars"):
        cut_loop(audio, tempo, 0)
