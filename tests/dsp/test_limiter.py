"""The limiter by meters that are not its own: pyloudnorm for loudness, eightfold oversampling for the true peak."""

from functools import cache

import numpy as np
import pyloudnorm
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.limiter import Leveler, limiting_db
from musicgen_studio.dsp.loudness import integrated_lufs

_RATES = (8000, 11025, 22050, 32000, 44100, 48000, 96000, 192000)


def _lufs(audio: Audio) -> float:
    """Measure with pyloudnorm; a sound shorter than the standard's block as a musician hears it, as a loop."""
    loops = -(-round(0.4 * audio.sample_rate) // audio.frames)
    sound = np.tile(audio.samples, (loops, 1)).astype(np.float64)
    return float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(sound))


def _peak_db(audio: Audio) -> float:
    between = soxr.resample(np.pad(audio.samples, ((500, 500), (0, 0))), 1, 8, quality="VHQ")
    return float(20 * np.log10(max(np.abs(audio.samples).max(), np.abs(between).max())))


def _drums(rate: int, duration_s: float) -> Samples:
    """Four strong attacks a second over a soft chord, left and right not the same."""
    time_s = np.arange(round(duration_s * rate)) / rate
    chord = np.mean([np.sin(2 * np.pi * hz * time_s) for hz in (110, 220, 331, 442)], axis=0)
    hits = np.random.default_rng(0).standard_normal((len(time_s), 2)) * np.exp(-(time_s * 4 % 1) * 25)[:, None]
    samples: Samples = (0.05 * chord[:, None] + 0.2 * hits).astype(np.float32)
    return samples


def _tone(rate: int, duration_s: float, hz: float = 440.0) -> Samples:
    time_s = np.arange(round(duration_s * rate)) / rate
    return (0.1 * np.sin(2 * np.pi * hz * time_s))[:, None].astype(np.float32)


def _one_side(rate: int, duration_s: float) -> Samples:
    return _drums(rate, duration_s) * np.array([1.0, 0.01], np.float32)


def _click(rate: int, duration_s: float) -> Samples:
    """A soft sound with one full-scale click."""
    samples = 0.2 * _tone(rate, duration_s)
    samples[len(samples) // 2] = 1.0
    return samples


def _hot(rate: int, duration_s: float) -> Samples:
    """Noise far beyond full scale, as a float file may be."""
    noise = np.random.default_rng(2).standard_normal((round(rate * duration_s), 2))
    return (4 * noise).astype(np.float32)


_SOUNDS = {"drums": _drums, "tone": _tone, "one side": _one_side, "click": _click, "hot": _hot}


@pytest.mark.parametrize("duration_s", [0.05, 0.39, 2.0])
@pytest.mark.parametrize("rate", _RATES)
@pytest.mark.parametrize("kind", _SOUNDS)
def test_it_is_as_loud_as_wished_and_keeps_below_the_ceiling(kind: str, rate: int, duration_s: float) -> None:
    audio = Audio(_SOUNDS[kind](rate, duration_s), rate)
    made = Leveler(audio).to(-14.0).audio
    assert made.samples.shape == audio.samples.shape
    assert made.samples.dtype == np.float32
    assert _lufs(made) == pytest.approx(-14.0, abs=0.5)
    assert _peak_db(made) <= -1.0


@cache
def _leveler(kind: str) -> Leveler:
    return Leveler(Audio(_SOUNDS[kind](32000, 4.0), 32000))


@settings(deadline=None, max_examples=40)
@given(kind=st.sampled_from(sorted(_SOUNDS)), target_lufs=st.floats(-40, -12), ceiling_db=st.floats(-6, 0))
def test_every_target_and_ceiling_is_kept(kind: str, target_lufs: float, ceiling_db: float) -> None:
    made = _leveler(kind).to(target_lufs, ceiling_db)
    assert _lufs(made.audio) == pytest.approx(target_lufs, abs=0.5)
    assert _peak_db(made.audio) <= ceiling_db + 0.001
    assert made.limited_db >= 0


def test_what_cannot_be_reached_keeps_below_the_ceiling_all_the_same() -> None:
    made = _leveler("drums").to(0.0)
    assert _peak_db(made.audio) <= -1.0
    assert -12 < _lufs(made.audio) < 0


def test_where_no_peak_is_in_the_way_it_is_a_gain() -> None:
    audio = Audio(_tone(32000, 2.0), 32000)
    made = Leveler(audio).to(-20.0)
    assert made.limited_db == 0.0
    np.testing.assert_allclose(made.audio.samples, audio.samples * 10 ** (made.gain_db / 20), rtol=1e-5)


def test_it_says_what_it_did() -> None:
    """What is far from any attack was made louder by the gain alone; the attack has lost what the limiter took."""
    samples = _tone(48000, 3.0)
    samples[48000:48480] *= 8
    made = Leveler(Audio(samples, 48000)).to(-14.0)
    softly, loudly = slice(0, 24000), slice(48100, 48380)
    gain, least = (np.abs(made.audio.samples[part]).max() / np.abs(samples[part]).max() for part in (softly, loudly))
    assert made.gain_db == pytest.approx(20 * np.log10(gain), abs=0.01)
    assert made.limited_db == pytest.approx(20 * np.log10(gain / least), abs=0.1)
    assert made.limited_db > 8


def test_both_channels_are_turned_down_together() -> None:
    audio = Audio(_one_side(32000, 2.0), 32000)
    made = Leveler(audio).to(-14.0).audio
    gains = made.samples / audio.samples
    np.testing.assert_allclose(gains[:, 0], gains[:, 1], rtol=1e-4)


@pytest.mark.parametrize("hz", [25.0, 50.0, 440.0])
def test_a_steady_tone_stays_clean(hz: float) -> None:
    """The gain has to stand still while the tone swings: else it would grow overtones."""
    loud = Audio(np.repeat(_tone(48000, 4.0, hz), 2, axis=1), 48000)
    made = Leveler(loud).to(-2.0 if hz > 100 else -14.0)
    middle = made.audio.samples[48000:144000, 0] * np.hanning(96000)
    spectrum = np.abs(np.fft.rfft(middle))
    own = round(hz * 2)
    assert spectrum.argmax() == own
    overtones = np.concatenate([spectrum[own * times - 3 : own * times + 4] for times in range(2, 8)])
    assert 20 * np.log10(overtones.max() / spectrum.max()) < -60


@given(
    needed_db=arrays(np.float64, st.integers(1, 300), elements=st.one_of(st.just(0.0), st.floats(0, 40))),
    haste=st.sampled_from([1, 5, 25]),
)
def test_the_curve_turns_down_by_what_is_needed_and_never_jumps(
    needed_db: np.ndarray[tuple[int], np.dtype[np.float64]], haste: int
) -> None:
    curve = limiting_db(needed_db, haste)
    assert len(curve) == len(needed_db) + 1
    assert (np.minimum(curve[:-1], curve[1:]) >= needed_db - 1e-9).all()
    assert curve.max() <= needed_db.max() + 1e-9
    assert np.abs(np.diff(curve)).max() <= 0.3 * needed_db.max() + 1e-9


def test_it_looks_ahead_and_lets_go_slowly() -> None:
    needed = np.zeros(1000)
    needed[500] = 10.0
    curve = limiting_db(needed)
    assert (curve[:490] == 0).all()
    assert (curve[500:527] >= 9.9).all()
    falling = curve[540:]
    assert (np.diff(falling) < 0).all()
    assert falling[80] == pytest.approx(falling[0] / np.e, rel=0.01)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((32000, 1), np.float32),
        np.zeros((0, 1), np.float32),
        np.hanning(128_000).astype(np.float32)[:, np.newaxis] * np.float32(0.5),
        (1e-3 * np.random.default_rng(0).standard_normal((32000, 2))).astype(np.float32),
    ],
    ids=["silent", "empty", "one slow swing, which no ear hears", "below the floor"],
)
def test_what_is_near_silence_is_left_alone(samples: Samples) -> None:
    audio = Audio(samples, 32000)
    made = Leveler(audio).to(-14.0)
    assert made.audio is audio
    assert (made.gain_db, made.limited_db) == (0.0, 0.0)


def test_a_click_in_silence_is_turned_down_to_the_ceiling() -> None:
    samples = np.zeros((320_000, 1), np.float32)
    samples[1000] = 1.0
    made = Leveler(Audio(samples, 32000)).to(-14.0)
    assert _peak_db(made.audio) == pytest.approx(-1.0, abs=0.05)
    assert made.limited_db == 0.0


def test_an_imported_clip_may_have_eight_channels() -> None:
    made = Leveler(Audio(np.tile(_drums(32000, 2.0), (1, 4)), 32000)).to(-14.0)
    assert integrated_lufs(made.audio) == pytest.approx(-14.0, abs=0.1)
    assert _peak_db(made.audio) <= -1.0


class _EnoughError(Exception):
    pass


def test_it_tells_how_far_it_is_and_can_be_ended() -> None:
    audio = Audio(_drums(48000, 30.0), 48000)
    measuring: list[float] = []
    setting: list[float] = []
    Leveler(audio, measuring.append).to(-14.0, on_piece=setting.append)
    for shares in (measuring, setting):
        assert shares == sorted(shares)
        assert len(shares) > 3
        assert shares[-1] == 1.0

    def enough(_share: float) -> None:
        raise _EnoughError

    with pytest.raises(_EnoughError):
        Leveler(audio, enough)
    with pytest.raises(_EnoughError):
        Leveler(audio).to(-14.0, on_piece=enough)
