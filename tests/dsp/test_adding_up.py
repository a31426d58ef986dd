"""Stems that add up: the 24-bit files sum to the 24-bit clip, whatever went in."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.adding_up import adding_up
from musicgen_studio.files.sound import SoundFormat, write


def _sound(frames: int, channels: int, level: float, seed: int) -> Audio:
    rng = np.random.default_rng(seed)
    return Audio((rng.standard_normal((frames, channels)) * level).astype(np.float32), 32_000)


def _steps_of_files(folder: Path, sounds: list[Audio]) -> list[npt.NDArray[np.int64]]:
    steps = list[npt.NDArray[np.int64]]()
    for number, sound in enumerate(sounds):
        path = folder / f"{number}.wav"
        write(path, sound, SoundFormat.WAV24)
        assert sf.info(path).subtype == "PCM_24"
        steps.append(sf.read(path, dtype="int32", always_2d=True)[0].astype(np.int64) >> 8)
    return steps


@settings(deadline=None, max_examples=40)
@given(
    frames=st.integers(1, 700),
    channels=st.sampled_from([1, 2]),
    count=st.integers(2, 6),
    level=st.sampled_from([0.0, 1e-7, 0.01, 0.3, 3.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_files_of_stems_sum_to_the_file_of_the_clip(
    tmp_path_factory: pytest.TempPathFactory, frames: int, channels: int, count: int, level: float, seed: int
) -> None:
    clip = _sound(frames, channels, level, seed)
    stems = [_sound(frames, channels, level, seed + 1 + number) for number in range(count)]
    done = adding_up(clip, stems)
    whole, *parts = _steps_of_files(tmp_path_factory.mktemp("files"), [done.clip, *done.stems])
    np.testing.assert_array_equal(sum(parts), whole)
    for made, steps in zip([done.clip, *done.stems], [whole, *parts], strict=True):
        np.testing.assert_array_equal(made.samples * 2**23, steps)  # nothing was cut on the way into the file


def test_what_fits_is_not_turned_down_and_only_rounded() -> None:
    clip = _sound(5000, 2, 0.1, 1)
    half = Audio(clip.samples * np.float32(0.5), clip.sample_rate)
    done = adding_up(clip, [half, half])
    assert done.gain == 1.0
    assert np.abs(done.clip.samples - clip.samples).max() <= 0.5 / 2**23
    assert np.abs(done.stems[1].samples - half.samples).max() <= 1.5 / 2**23


def test_full_scale_of_an_integer_file_is_not_turned_down() -> None:
    samples = np.array([[-1.0], [(2**23 - 1) / 2**23], [0.25]], np.float32)
    silence = np.zeros_like(samples)
    done = adding_up(Audio(samples, 8000), [Audio(samples, 8000), Audio(silence, 8000)])
    assert done.gain == 1.0
    np.testing.assert_array_equal(done.clip.samples, samples)


def test_one_common_gain_for_a_stem_beyond_full_scale() -> None:
    clip = np.full((10, 1), 0.5, np.float32)
    loud = np.full((10, 1), 1.5, np.float32)
    done = adding_up(Audio(clip, 8000), [Audio(loud, 8000), Audio(clip - loud, 8000)])
    assert done.gain == pytest.approx(1 / 1.5, rel=1e-6)
    np.testing.assert_allclose(done.clip.samples, clip / 1.5, rtol=1e-5)
    assert np.abs(done.stems[0].samples).max() < 1.0


def test_what_does_not_belong_together_is_refused() -> None:
    clip = _sound(10, 1, 0.1, 1)
    with pytest.raises(ValueError, match="each like the clip"):
        adding_up(clip, [clip, _sound(11, 1, 0.1, 1)])
    with pytest.raises(ValueError, match="two or more"):
        adding_up(clip, [clip])
