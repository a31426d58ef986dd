"""The melody of a mix: heard better without drums and bass, not taken from hums, the same again in a remake."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.chroma import HOP, mono_chroma
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.separation.models import former_weights
from musicgen_studio.studio.making.mix import is_mix, lead_and_other
from musicgen_studio.studio.making.source import open_melody, reopen_melody
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer, find_synthesizer

STYLES = ("rock", "EDM", "jazz", "pop", "blues", "funk")


@pytest.fixture(scope="module")
def synthesizer() -> Synthesizer:
    try:
        return find_synthesizer()
    except UserProblem as problem:
        pytest.skip(str(problem))


def _hum(seconds: float = 3.0) -> Audio:
    """Return a gliding tone with overtones."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(220 * 2 ** (np.sin(2 * np.pi * 0.3 * times) / 6)) / SAMPLE_RATE
    tone = np.sum([np.sin(n * phase) / n**2 for n in range(1, 6)], axis=0)
    return Audio((0.2 * tone).astype(np.float32)[:, None], SAMPLE_RATE)


def _band(synthesizer: Synthesizer, style: str, number: int) -> Samples:
    """Return the stems of ten seconds of a band, float32 `[4, frames]`."""
    stems = synthesizer.stems(compose(7_000_000 + number, 12, Wish(style=style, kind="band", drums=True)), number)
    return stems[:, SAMPLE_RATE : 11 * SAMPLE_RATE]


def _mixed(stems: Samples) -> Audio:
    return Audio(np.ascontiguousarray(stems.sum(0))[:, None], SAMPLE_RATE)


def _pitch_classes(samples: Samples) -> np.ndarray:
    classes: np.ndarray = mono_chroma(np.ascontiguousarray(samples)).argmax(1)
    return classes


def test_the_lead_is_heard_better_without_drums_and_bass(synthesizer: Synthesizer) -> None:
    whole, taken_out = list[float](), list[float]()
    for number, style in enumerate(STYLES):
        stems = _band(synthesizer, style, number)
        lead = _pitch_classes(stems[2])
        levels = [np.abs(stems[2][at * HOP : (at + 1) * HOP]).max(initial=0.0) for at in range(len(lead))]
        sounds = np.array(levels) > 0.1 * max(levels)
        mix = _mixed(stems)
        followed, _ = lead_and_other(mix)
        whole.append(float((_pitch_classes(mix.samples[:, 0]) == lead)[sounds].mean()))
        taken_out.append(float((_pitch_classes(followed.samples[:, 0]) == lead)[sounds].mean()))
    print(f"lead heard in the mix {np.mean(whole):.3f}, in lead and other {np.mean(taken_out):.3f}")  # noqa: T201
    assert np.mean(taken_out) > np.mean(whole) + 0.01


def test_a_mix_is_told_from_a_hum(synthesizer: Synthesizer) -> None:
    assert not is_mix(_hum())
    assert not is_mix(Audio(np.zeros((32_000, 1), np.float32), SAMPLE_RATE))
    assert all(is_mix(_mixed(_band(synthesizer, style, 1))) for style in STYLES[:3])


def test_a_melody_is_taken_out_of_a_mix_and_the_same_again(synthesizer: Synthesizer, tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    write(song, _mixed(_band(synthesizer, "rock", 0)), SoundFormat.WAV24)
    source = open_melody(song)
    assert isinstance(source.melody, Audio)
    assert source.record is not None
    assert source.record.separator is not None
    all_of_it = open_melody(song, of_mix=False)
    assert isinstance(all_of_it.melody, Audio)
    assert all_of_it.record == replace(source.record, separator=None)
    assert np.abs(source.melody.samples - all_of_it.melody.samples).max() > 0.05
    for made in (source, all_of_it):
        assert made.record is not None
        again = reopen_melody(made.record, tmp_path / "clip.json", None, "--melody")
        assert again.record == made.record
        assert isinstance(made.melody, Audio)
        assert isinstance(again.melody, Audio)
        np.testing.assert_array_equal(again.melody.samples, made.melody.samples)
    with pytest.raises(UserProblem, match="separator then was 0123"):
        reopen_melody(replace(source.record, separator="0123456789ab"), tmp_path / "clip.json", None, "--melody")


def test_what_a_former_separator_took_out_is_had_again(
    synthesizer: Synthesizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = tmp_path / "song.wav"
    write(song, _mixed(_band(synthesizer, "rock", 0)), SoundFormat.WAV24)
    (former,) = former_weights()
    with monkeypatch.context() as then:
        then.setattr("musicgen_studio.separation.models.default_weights", lambda: former)
        made = open_melody(song)
    assert made.record is not None
    again, today = reopen_melody(made.record, tmp_path / "clip.json", None, "--melody"), open_melody(song)
    assert again.record == made.record != today.record
    assert isinstance(made.melody, Audio)
    assert isinstance(again.melody, Audio)
    np.testing.assert_array_equal(again.melody.samples, made.melody.samples)


def test_a_hum_is_followed_as_it_sounds(tmp_path: Path) -> None:
    write(tmp_path / "hum.wav", _hum(), SoundFormat.WAV32F)
    source = open_melody(tmp_path / "hum.wav")
    assert source.record is not None
    assert source.record.separator is None
    assert isinstance(source.melody, Audio)
    np.testing.assert_array_equal(source.melody.samples, _hum().samples)
