"""Listening to the library's clips in the background, with the real analysis."""

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import StoppedError
from musicgen_studio.library.changing import known_edit
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.analysing import (
    analyse_clip,
    analyse_clips,
    asked_bpm,
    not_heard,
    with_known_tempo,
)
from musicgen_studio.studio.program.background import Errand
from tests.analysis.sounds import IN_C, band


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


def add(library: Library, audio: Audio, tempo_bpm: float | None = None) -> Clip:
    clip = Clip(
        new_id(), "song", Origin.IMPORTED, "2026-01-31T12:00:00+00:00", audio.frames, audio.sample_rate,
        audio.channels, tempo_bpm=tempo_bpm,
    )  # fmt: skip
    return library.add(clip, audio)


def errand() -> Errand:
    return Errand(1, "listen", threading.Event(), monotonic)


def test_a_clip_is_listened_to_once(library: Library) -> None:
    clip = add(library, band(120.0, 10.0, IN_C))
    assert not_heard(library) == [clip.id]
    heard = analyse_clips(library, [clip.id], errand())
    assert [each.key for each in heard] == ["C major"]
    assert heard[0].known is not None
    assert heard[0].known.bpm == pytest.approx(120, rel=0.01)
    assert not_heard(library) == []


def test_what_is_locked_or_gone_is_left_alone(library: Library) -> None:
    locked = add(library, band(120.0, 4.0, IN_C))
    library.edit(locked.id, **known_edit(Analysis().with_bpm(90.0, 4.0)))
    gone = add(library, band(120.0, 4.0, IN_C))
    library.trash([gone.id])
    library.purge_trash()
    assert analyse_clip(library, locked.id) is None
    assert analyse_clip(library, gone.id) is None
    assert library.get(locked.id).tempo_bpm == 90


def test_a_stop_leaves_the_rest_for_later(library: Library) -> None:
    clip = add(library, band(120.0, 4.0, IN_C))
    stopped = errand()
    stopped.stop.set()
    with pytest.raises(StoppedError):
        analyse_clips(library, [clip.id], stopped)
    assert not_heard(library) == [clip.id]


@pytest.mark.parametrize(("known_bpm", "found_bpm"), [(120.5, 120.0), (240.0, 120.0), (60.0, 120.0), (90.0, 120.0)])
def test_a_take_keeps_the_tempo_of_its_metronome(library: Library, known_bpm: float, found_bpm: float) -> None:
    clip = add(library, band(120.0, 4.0, IN_C), tempo_bpm=known_bpm)
    found = Analysis(TempoMap.constant(found_bpm, 4.0, confidence=0.3), 0.2)
    kept = with_known_tempo(found, clip)
    assert kept.bpm == pytest.approx(known_bpm, rel=0.01)
    assert kept.has_sure_tempo  # else the library would forget it
    assert not kept.is_locked
    assert not kept.has_sure_bars


@pytest.mark.parametrize(
    ("prompt", "bpm"),
    [
        ("happy rock at 125 bpm", 125.0),
        ("92.5BPM", 92.5),
        ("rock", None),
        ("60 bpm, then 120 bpm", None),
        ("at 7 bpm", None),
    ],
)
def test_a_prompt_asks_for_one_tempo_or_none(prompt: str, bpm: float | None) -> None:
    assert asked_bpm(prompt) == bpm


@pytest.mark.parametrize(
    ("found_bpm", "kept_bpm", "is_sure"), [(124.6, 124.6, True), (62.5, 125.0, True), (110.0, 110.0, False)]
)
def test_a_tempo_that_was_asked_for_and_found_is_sure(found_bpm: float, kept_bpm: float, is_sure: bool) -> None:
    clip = Clip(
        new_id(), "Rock", Origin.GENERATED, "2026-01-31T12:00:00+00:00", 32_000, 32_000, 1, prompt="rock at 125 bpm"
    )
    kept = with_known_tempo(Analysis(TempoMap.constant(found_bpm, 8.0, confidence=0.3), 0.2), clip)
    assert kept.bpm == pytest.approx(kept_bpm)
    assert kept.has_sure_tempo is is_sure
    assert not kept.has_sure_bars
