"""A folder of stems: aligned, adding up, well named, at any rate, and there whole or not at all."""

import errno
import os
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.song import Song
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.stems import export_stems
from musicgen_studio.export.tracks import TRACK_FORMATS, TrackSettings
from musicgen_studio.files.sound import SoundFormat
from tests.export.songs import NASTY_TITLES, STEMS, files, rounded, song


def _steps(path: Path) -> np.ndarray:
    """Read a file's samples as whole numbers, as they stand in it: 24 bits in the upper part of 32."""
    samples, _ = sf.read(path, dtype="int32", always_2d=True)
    assert not (samples & 0xFF).any()
    return np.asarray(samples >> 8, np.int64)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_files_add_up_to_the_clip_exactly(tmp_path: Path, rate: int, channels: int) -> None:
    whole = song(2.0, rate, channels)
    folder = export_stems(whole, tmp_path / "new")
    assert folder.name == "Night Drive_125bpm_Am_stems"
    names = [f"Night Drive_125bpm_Am_{stem}.wav" for stem in STEMS]
    assert files(folder) == sorted([*names, "README.txt"])
    total = np.sum([_steps(folder / name) for name in names], axis=0)
    np.testing.assert_array_equal(total, np.rint(whole.mix().samples * 2.0**23).astype(np.int64))
    for name in names:
        with sf.SoundFile(folder / name) as sound:
            assert (sound.samplerate, sound.channels, sound.frames) == (rate, channels, 2 * rate)
            said = " ".join(sound.extra_info.split())
        assert "Tempo : 125" in said
        assert "Flags : 0x0003" in said  # one-shot, with a root note: not to be stretched
        assert "Count : 3" in said
    assert "sample by sample" in (folder / "README.txt").read_text("utf-8")


@pytest.mark.parametrize("sound_format", list(TRACK_FORMATS))
@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000])
def test_at_another_rate_they_still_add_up(tmp_path: Path, rate: int, sound_format: SoundFormat) -> None:
    whole = song(2.0, 32_000 if rate != 32_000 else 44_100)
    folder = export_stems(whole, tmp_path, TrackSettings(rate, sound_format))
    stems = [sf.read(path, always_2d=True)[0] for path in folder.glob(f"*{sound_format.extension}")]
    assert [len(stem) for stem in stems] == [2 * rate] * 4
    full_scale = 2.0 ** (15 if sound_format is SoundFormat.WAV16 else 23)
    mix = np.rint(resample(whole.mix(), rate).samples * full_scale)
    np.testing.assert_array_equal(np.sum(stems, axis=0) * full_scale, mix)
    other = resample(whole.stems["other"](), rate).samples
    (last,) = (sf.read(path)[0] for path in folder.glob(f"*_other{sound_format.extension}"))
    assert np.abs(last - other).max() < 5 / full_scale + 1e-6


def test_what_goes_beyond_full_scale_is_turned_down_together(tmp_path: Path) -> None:
    loud = {"drums": rounded(np.full((100, 1), 1.5)), "bass": rounded(np.full((100, 1), 0.5))}
    plain = song(1.0, 8000, 1)
    clip = replace(plain.clip, frames=100)
    parts = {name: (lambda samples=samples: Audio(samples, 8000)) for name, samples in loud.items()}
    whole = Song(clip, lambda: Audio(rounded(np.full((100, 1), 2.0)), 8000), parts, plain.tempo)
    folder = export_stems(whole, tmp_path)
    found = {path.stem.rpartition("_")[2]: sf.read(path)[0][0] for path in folder.glob("*.wav")}
    assert found == pytest.approx({"drums": 0.75, "bass": 0.25}, abs=1e-3)
    assert found["drums"] + found["bass"] == round(2 * (1 - 2**-12) / 2 * 2**23) / 2**23
    assert "turned down by 6.02 dB" in (folder / "README.txt").read_text("utf-8")


@pytest.mark.parametrize(("sound_format", "steps"), [(SoundFormat.WAV16, 2**15), (SoundFormat.WAV24, 2**23)])
def test_a_stem_at_full_scale_loses_no_step_of_the_sum(tmp_path: Path, sound_format: SoundFormat, steps: int) -> None:
    plain = song(1.0, 8000, 1)
    sounds = {name: Audio(np.full((100, 1), level, np.float32), 8000) for name, level in (("drums", 1), ("bass", -0.5))}
    parts = {name: (lambda sound=sound: sound) for name, sound in sounds.items()}
    mix = Audio(np.full((100, 1), 0.5, np.float32), 8000)
    whole = Song(replace(plain.clip, frames=100), lambda: mix, parts)
    folder = export_stems(whole, tmp_path, TrackSettings(sound_format=sound_format))
    total = sum(sf.read(path)[0][0] for path in folder.glob("*.wav"))
    assert total * steps == round(0.5 * (1 - 2**-12) * steps)
    assert "turned down" in (folder / "README.txt").read_text("utf-8")


def test_the_text_says_what_to_know(tmp_path: Path) -> None:
    text = (export_stems(song(), tmp_path) / "README.txt").read_text("utf-8")
    for fact in ("Night Drive", "125.00 bpm, 4/4, first downbeat at 0.240 s", "A minor", "CC0-1.0", "sad jazz"):
        assert fact in text
    assert "Auto-Warp Long Samples" in text
    assert "44100 Hz, stereo" in text
    unknown = replace(song(title="a\nb"), tempo=None, key=None)
    unknown = replace(unknown, clip=replace(unknown.clip, licence="CC-BY-NC 4.0"))
    text = (export_stems(unknown, tmp_path) / "README.txt").read_text("utf-8")
    for fact in ("Title:      a b\n", "Tempo:      not known", "Key:        not known", "no commercial use"):
        assert fact in text


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_and_any_stem_has_its_file(tmp_path: Path, title: str) -> None:
    parts = {name: song(0.1, 8000, 1).stems["drums"] for name in ("a/b", 'a"b', "A B", "", "..", "x" * 300, "悲 \x00")}
    whole = replace(song(0.1, 8000, 1, title=title), stems=parts)
    for number in (1, 2):
        folder = export_stems(whole, tmp_path)
        assert folder.parent == tmp_path
        found = files(folder)
        assert len([name for name in found if name.endswith(".wav")]) == len(parts)
        assert all("_125bpm_Am" in name for name in found if name != "README.txt")
        assert len(files(tmp_path)) == number * (len(parts) + 2)


def test_a_deep_folder_shortens_the_title_and_not_the_stem(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * (150 - len(str(tmp_path))))
    folder = export_stems(song(0.1, 8000, 1, title="long " * 30), deep)
    assert all(path.stem.endswith(f"_125bpm_Am_{path.stem.rpartition('_')[2]}") for path in folder.glob("*.wav"))
    assert max(len(str(path)) for path in folder.iterdir()) <= 245


@pytest.mark.parametrize("moment", range(1, 12))
def test_a_disk_that_fills_up_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    before = export_stems(song(0.1, 8000, 1), tmp_path)
    content = {path.name: path.read_bytes() for path in before.iterdir()}
    calls = count(1)

    def fsync(_descriptor: int) -> None:
        if next(calls) >= moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(UserProblem, match="full"):
            export_stems(song(0.1, 8000, 1), tmp_path)
    assert {path.name: path.read_bytes() for path in before.iterdir()} == content
    # The very last call comes when the folder has its name; then it is whole.
    assert [path.name for path in tmp_path.iterdir() if path != before] in ([], [f"{before.name} 2"])


def test_a_stop_leaves_nothing_and_progress_never_goes_back(tmp_path: Path) -> None:
    told: list[float] = []
    export_stems(song(), tmp_path / "whole", on_share=told.append)
    assert told == sorted(told)
    assert (told[0] < 0.1, told[-1]) == (True, 1.0)

    def stop(share: float) -> None:
        if share > 0.7:
            raise StoppedError

    with pytest.raises(StoppedError):
        export_stems(song(), tmp_path / "stopped", on_share=stop)
    assert files(tmp_path / "stopped") == []


def test_ten_minutes_at_another_rate(tmp_path: Path) -> None:
    ten_minutes = song(600.0, 32_000, 1)
    one = {name: ten_minutes.stems[name] for name in ("drums", "bass")}
    folder = export_stems(replace(ten_minutes, stems=one), tmp_path, TrackSettings(sample_rate=48_000))
    assert [sf.info(path).frames for path in folder.glob("*.wav")] == [600 * 48_000] * 2


def test_without_stems_there_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="taken apart"):
        export_stems(song(with_stems=False), tmp_path)
    assert files(tmp_path) == []


@pytest.mark.parametrize("wrong", [{"sample_rate": 7999}, {"sound_format": SoundFormat.MP3}])
def test_what_stems_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TrackSettings(**wrong)  # type: ignore[arg-type]
