"""Sections made anew between two sounds: what is around them stays, and the best take comes first."""

from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.arranging.replacing import replacement
from musicgen_studio.studio.making.fill import fits_of
from musicgen_studio.studio.making.join import joined
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.sinks.memory import InMemory
from musicgen_studio.studio.making.source import MelodySource
from tests.dsp.music import beat
from tests.fake_engine import FakeEngine


@pytest.fixture(scope="module")
def engine(text_checkpoint: Path) -> MusicGen:
    return load_engine(text_checkpoint, "cpu", "float32")


def clip_of(folder: Path, seconds: float, rate: int = 32_000, channels: int = 1) -> tuple[Path, Audio]:
    samples = np.random.default_rng(0).normal(0, 0.2, (round(seconds * rate), channels)).astype(np.float32)
    write(folder / "clip.wav", Audio(samples, rate), SoundFormat.WAV32F)
    return folder / "clip.wav", Audio(samples, rate)


@pytest.mark.parametrize(
    ("seconds", "section_s", "rate", "channels"),
    [
        (3.0, (1.0, 2.0), 32_000, 1),
        (5.0, (3.21, 4.13), 32_000, 1),  # beyond the window of two seconds
        (3.0, (0.0, 1.0), 32_000, 1),
        (3.0, (0.77, 1.94), 44_100, 2),
    ],
)
def test_outside_the_section_each_sample_stays(
    engine: MusicGen, tmp_path: Path, seconds: float, section_s: tuple[float, float], rate: int, channels: int
) -> None:
    file, original = clip_of(tmp_path, seconds, rate, channels)
    section = replacement(file, Order(("rock",), takes=2), section_s)
    memory = InMemory()
    make(engine, section.request, Event(), [memory])
    first, last = (round(time_s * rate) for time_s in section_s)
    clips = memory.clips()
    assert len(clips) == 2
    for clip in clips:
        assert clip.samples.shape == original.samples.shape
        np.testing.assert_array_equal(clip.samples[:first], original.samples[:first])
        np.testing.assert_array_equal(clip.samples[last:], original.samples[last:])
        inside = (clip.samples[first:last] != original.samples[first:last]).any(axis=1)
        assert inside.mean() > 0.9
    assert not np.array_equal(clips[0].samples, clips[1].samples)


def test_at_the_end_the_clip_keeps_its_beginning_and_its_length(engine: MusicGen, tmp_path: Path) -> None:
    file, original = clip_of(tmp_path, 3.0)
    memory = InMemory()
    make(engine, replacement(file, Order(("rock",)), (1.5, 3.0)).request, Event(), [memory])
    (clip,) = memory.clips()
    assert abs(clip.frames - original.frames) <= 320
    np.testing.assert_array_equal(clip.samples[: round(1.5 * 32_000)], original.samples[: round(1.5 * 32_000)])


@pytest.mark.parametrize(
    ("seconds", "section_s"),
    [
        (3.0, (0.0, 1.0)),  # the very start
        (3.0, (1.5, 3.0)),  # the very end
        (5.0, (2.4, 4.0)),  # beyond the window of two seconds
    ],
)
def test_a_section_follows_a_melody_of_its_own_wherever_it_lies(
    melody_checkpoint: Path, tmp_path: Path, seconds: float, section_s: tuple[float, float]
) -> None:
    """What it follows makes another section; what is around it stays, and the record says which notes they were."""
    engine = load_engine(melody_checkpoint, "cpu", "float32")
    file, original = clip_of(tmp_path, seconds)
    tunes = [MelodySource(Melody((Note(0.0, 1.0, pitch),), 1.0), None) for pitch in (57.0, 64.0)]
    made = list[Audio]()
    for tune in (tunes[0], tunes[1], None):
        section = replacement(file, Order(("rock",), seed=4), section_s, tune)
        assert section.order.melody_notes == (None if tune is None else tune.melody)
        memory = InMemory()
        make(engine, section.request, Event(), [memory])
        made += memory.clips()
    first, last = (round(time_s * 32_000) for time_s in section_s)
    for clip in made:
        assert abs(clip.frames - original.frames) <= 320
        np.testing.assert_array_equal(clip.samples[:first], original.samples[:first])
        np.testing.assert_array_equal(clip.samples[last:], original.samples[last : clip.frames])
    for one, other in pairwise(made):
        assert not np.array_equal(one.samples, other.samples)


def test_takes_come_best_first_and_whole(engine: MusicGen, tmp_path: Path) -> None:
    file, _ = clip_of(tmp_path, 3.0)
    request = replacement(file, Order(("rock",), takes=4, seed=3), (1.0, 2.0)).request
    blocks = list(joined(engine, request, Event()))
    fits = [block.fit for block in blocks if block.is_last]
    assert len(fits) == 4
    assert all(one is not None and other is not None and one >= other for one, other in pairwise(fits))
    takes = [block.take for block in blocks]
    assert [take for number, take in enumerate(takes) if take not in takes[:number]] == [
        block.take for block in blocks if block.is_last
    ]
    for one, other in pairwise(blocks):
        assert other.start_frame == (0 if one.is_last else one.start_frame + one.audio.frames)


def test_a_fill_is_moved_onto_the_beats_of_the_right_side(tmp_path: Path) -> None:
    """The engine plays the very music that was there, but 60 ms late: it is found where it belongs."""
    music = beat(24, 10.0)
    write(tmp_path / "clip.wav", Audio(music[:, None], RATE_HZ), SoundFormat.WAV32F)
    section = replacement(tmp_path / "clip.wav", Order(("rock",)), (3.0, 7.0))
    late = np.concatenate([np.zeros(round(0.06 * RATE_HZ), np.float32), music])

    class Late(FakeEngine):
        def _clip(self, request, prompt, take, together):  # type: ignore[no-untyped-def]  # noqa: ARG002
            begin = round(3.04 * RATE_HZ)
            return late[begin : begin + round(request.duration_s * RATE_HZ)][:, None]

    blocks = list(joined(Late(), section.request, Event()))
    made = np.concatenate([block.audio.samples for block in blocks])[:, 0]
    last = slice(round(6.5 * RATE_HZ), round(6.9 * RATE_HZ))
    np.testing.assert_allclose(made[last], music[last], atol=1e-6)


@pytest.mark.parametrize("fill_s", [2.0, 0.6])
def test_of_equally_likely_fills_the_one_that_changes_least_fits_best(fill_s: float) -> None:
    """One is what was really there, the others are noise, and the same without its low notes."""

    class Undecided(FakeEngine):
        def score(self, request, fills, stop):  # type: ignore[no-untyped-def]  # noqa: ARG002
            return [-3.0] * len(fills)

    music, dice = beat(24, 10.0), np.random.default_rng(1)
    start, end = round(4 * RATE_HZ), round((4 + fill_s) * RATE_HZ)
    noise = dice.normal(0, 0.2, end - start).astype(np.float32)
    thin = np.diff(music[start : end + 1]).astype(np.float32)
    request = GenerationRequest(
        ("rock",),
        fill_s,
        continuation=Audio(music[:start, None], RATE_HZ),
        after=Audio(music[end:, None], RATE_HZ),
        aligned=True,
    )
    found = fits_of(
        Undecided(), request, [Audio(x[:, None], RATE_HZ) for x in (noise, music[start:end], thin)], Event()
    )
    assert int(np.argmax(found)) == 1
    assert np.mean(found) == pytest.approx(0.0, abs=1e-6)
    (alone,) = fits_of(Undecided(), request, [Audio(noise[:, None], RATE_HZ)], Event())
    assert alone == 0.0


def test_of_a_stopped_fill_nothing_is_kept(tmp_path: Path) -> None:
    file, _ = clip_of(tmp_path, 4.0)
    stop = Event()
    engine = FakeEngine(before_block=lambda made: stop.set() if made == 2 else None)
    request = replacement(file, Order(("rock",), takes=2), (1.0, 3.0)).request
    assert list[AudioBlock](joined(engine, request, stop)) == []
