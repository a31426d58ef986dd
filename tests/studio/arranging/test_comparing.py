"""Two clips made ready to be heard one or the other, equally loud."""

from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.errors import StoppedError
from musicgen_studio.library.changing import known_edit
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.comparing import Comparison, compare, matching_gains_db
from tests.library.samples import RATE, new_clip, noise


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with Library(tmp_path / "library") as library:
        yield library


def add(library: Library, gain: float, **values: Any) -> Clip:
    clip = new_clip(**({"frames": 2 * RATE} | values))
    return library.add(clip, Audio(noise(clip.frames, clip.channels, seed=3) * np.float32(gain), clip.sample_rate))


def _lufs(library: Library, clip: Clip) -> float | None:
    return integrated_lufs(library.read(clip.id))


def _heard_lufs(pair: Comparison) -> list[float | None]:
    heard = []
    for number in (0, 1):
        pair.sound.choose(number)
        pair.sound.read(0, 1_000)
        heard.append(integrated_lufs(Audio(pair.sound.read(0, 2 * RATE), RATE)))
    return heard


def test_both_are_equally_loud_and_neither_is_turned_up(library: Library) -> None:
    loud, soft = add(library, 0.9), add(library, 0.3)
    pair = compare(library, loud, soft, Event())
    assert pair.is_matched
    assert max(pair.gains_db) == 0.0
    assert pair.gains_db[0] == pytest.approx(20 * np.log10(0.3 / 0.9), abs=0.01)
    first_lufs, second_lufs = _heard_lufs(pair)
    assert first_lufs == pytest.approx(second_lufs, abs=0.05)


@pytest.mark.parametrize("channels", [(1, 2), (2, 1)])
def test_mono_and_stereo_are_equally_loud(library: Library, channels: tuple[int, int]) -> None:
    clips = [add(library, 0.5, channels=each) for each in channels]
    clips = [library.edit(clip.id, **known_edit(Analysis(lufs=_lufs(library, clip)))) for clip in clips]
    pair = compare(library, clips[0], clips[1], Event())
    first_lufs, second_lufs = _heard_lufs(pair)
    assert first_lufs == pytest.approx(second_lufs, abs=0.05)


def test_the_second_becomes_as_the_first_is(library: Library) -> None:
    first, second = add(library, 0.5, channels=2), add(library, 0.5, sample_rate=16_000, frames=16_000)
    pair = compare(library, first, second, Event())
    assert (pair.sound.sample_rate, pair.sound.channels, pair.sound.expected_frames) == (RATE, 2, 2 * RATE)
    assert compare(library, second, first, Event()).sound.expected_frames == 32_000


def test_what_is_known_of_loudness_is_not_measured_again(library: Library) -> None:
    first, second = add(library, 0.5), add(library, 0.5)
    first = library.edit(first.id, **known_edit(Analysis(lufs=-10.0)))
    second = library.edit(second.id, **known_edit(Analysis(lufs=-14.5)))
    assert compare(library, first, second, Event()).gains_db == (-4.5, 0.0)


def test_silence_has_no_level_to_match(library: Library) -> None:
    pair = compare(library, add(library, 0.5), add(library, 0.0), Event())
    assert (pair.gains_db, pair.is_matched) == ((0.0, 0.0), False)
    assert matching_gains_db(None, -14.0) == (0.0, 0.0)


def test_it_can_be_stopped(library: Library) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        compare(library, add(library, 0.5), add(library, 0.5), stop)
