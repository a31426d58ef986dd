"""The one finish: what a reader of the file hears is as loud as wished and peaks below the ceiling, in every format."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soxr

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.first_normalise import normalise
from musicgen_studio.export.course import Course
from musicgen_studio.export.finish import FinishSettings, cost, finish, said_of_limiting
from musicgen_studio.files.marks import tags
from musicgen_studio.files.sound import SoundFormat, read, write


def _music(level: float = 0.3, channels: int = 2, duration_s: float = 4.0, rate: int = 32000) -> Audio:
    """Drums over a soft chord: strong attacks, which a gain alone cannot bring to -14 LUFS."""
    time_s = np.arange(round(duration_s * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110, 220, 331, 442)) / 4
    drums = np.random.default_rng(0).standard_normal(len(time_s)) * np.exp(-(time_s * 4 % 1) * 30)
    sound = level * (0.4 * chord + drums)
    return Audio(np.stack([sound, np.roll(sound, 40)][:channels], axis=1).astype(np.float32), rate)


def _lufs(audio: Audio) -> float:
    return float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples.astype(np.float64)))


def _peak_db(audio: Audio) -> float:
    between = soxr.resample(np.pad(audio.samples, ((500, 500), (0, 0))), 1, 8, quality="VHQ")
    return float(20 * np.log10(max(np.abs(audio.samples).max(), np.abs(between).max())))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [None, 44100])
@pytest.mark.parametrize("sound_format", SoundFormat)
def test_the_file_is_as_loud_as_wished_and_keeps_below_the_ceiling(
    tmp_path: Path, sound_format: SoundFormat, rate: int | None, channels: int
) -> None:
    settings = FinishSettings(sound_format, None if sound_format.only_rate_hz else rate, loudness_lufs=-14.0)
    finished = finish(_music(channels=channels), settings)
    write(tmp_path / "clip", finished.audio, sound_format)
    heard = read(tmp_path / "clip")
    assert heard.sample_rate == (sound_format.only_rate_hz or rate or 32000)
    assert _lufs(heard) == pytest.approx(-14.0, abs=0.5)
    assert _peak_db(heard) <= -1.0 + (0.05 if sound_format.is_lossy else 0.0)
    assert finished.limited_db > 3


def test_without_a_loudness_it_is_left_as_it_is() -> None:
    audio = _music()
    finished = finish(audio, FinishSettings(SoundFormat.WAV24))
    assert finished.audio is audio
    assert (finished.gain_db, finished.limited_db) == (0.0, 0.0)


def test_what_the_format_would_clip_is_turned_down() -> None:
    loud = _music(10.0)
    finished = finish(loud, FinishSettings(SoundFormat.FLAC))
    np.testing.assert_allclose(finished.audio.samples, loud.samples * 10 ** (finished.gain_db / 20), rtol=1e-5)
    assert np.abs(finished.audio.samples).max() == pytest.approx(1.0)
    assert finish(loud, FinishSettings(SoundFormat.WAV32F)).audio is loud


def test_the_compressor_makes_it_denser_at_the_same_loudness() -> None:
    plain, dense = (
        finish(_music(), FinishSettings(loudness_lufs=-14.0, compressor=compressor)) for compressor in (False, True)
    )
    assert _lufs(dense.audio) == pytest.approx(_lufs(plain.audio), abs=0.2)
    assert dense.limited_db < plain.limited_db
    assert _peak_db(dense.audio) <= -1.0


def test_near_silence_is_not_made_loud_by_the_compressor() -> None:
    audio = _music(1e-4)
    assert finish(audio, FinishSettings(loudness_lufs=-14.0, compressor=True)).audio is audio


@pytest.mark.parametrize("compressor", [False, True])
@pytest.mark.parametrize("sound_format", [SoundFormat.WAV24, SoundFormat.MP3])
def test_the_first_rules_make_what_they_made(sound_format: SoundFormat, compressor: bool) -> None:
    settings = FinishSettings(sound_format, loudness_lufs=-14.0, compressor=compressor, first_rules=True)
    then = normalise(_music(), -14.0, compressor)
    np.testing.assert_array_equal(finish(_music(), settings).audio.samples, then.samples)
    loud = _music(10.0)
    assert finish(loud, FinishSettings(sound_format, first_rules=True)).audio is loud


@pytest.mark.parametrize("loudness_lufs", [None, -14.0])
@pytest.mark.parametrize("sound_format", [SoundFormat.WAV16, SoundFormat.OGG])
def test_the_course_only_goes_forward_and_about_as_planned(
    sound_format: SoundFormat, loudness_lufs: float | None
) -> None:
    settings = FinishSettings(sound_format, 48000, loudness_lufs)
    shares: list[float] = []
    finish(_music(duration_s=40.0), settings, Course(cost(settings, 32000), shares.append))
    assert all(before <= after for before, after in pairwise(shares))
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sample_rate": 0}, "sample_rate must be 1 to 384000 or None, got 0"),
        ({"sound_format": SoundFormat.OPUS, "sample_rate": 44100}, "sample_rate must be 48000 or None for opus"),
        ({"loudness_lufs": 1.0}, "loudness_lufs must be -70 to 0 or None, got 1.0"),
        ({"loudness_lufs": float("nan")}, "loudness_lufs must be"),
        ({"ceiling_db": 1.0}, "ceiling_db must be -20 to 0, got 1.0"),
    ],
)
def test_settings_are_checked(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FinishSettings(**values)  # type: ignore[arg-type]


def test_much_limiting_is_said_and_little_is_not() -> None:
    assert said_of_limiting(8.0) is None
    assert "up to 12 dB" in (said_of_limiting(12.3) or "")


def test_tags_leave_out_what_is_not_known() -> None:
    texts = tags("A title", "2026-01-31T12:00:00+00:00", {"Seed": "5", "Prompt": ""}, "MIT", "1.0")
    assert texts == {
        "title": "A title",
        "date": "2026-01-31",
        "software": "MusicGen Studio 1.0",
        "comment": "Seed: 5",
        "copyright": "MIT",
    }
