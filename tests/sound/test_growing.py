"""The growing sound: whole blocks, never a wait, also where more comes than was expected."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.sound.growing import GrowingSound
from tests.sound.signals import count_up


@given(
    blocks=st.lists(st.integers(0, 50), max_size=12),
    expected=st.integers(0, 200),
    start=st.integers(0, 400),
    count=st.integers(0, 400),
)
def test_what_is_appended_can_be_read(blocks: list[int], expected: int, start: int, count: int) -> None:
    sound, whole = GrowingSound(100, 2, expected), count_up(sum(blocks), 2)
    written = 0
    for frames in blocks:
        sound.append(whole[written : written + frames])
        written += frames
        assert sound.frames == written
        assert sound.expected_frames == max(expected, written)
    np.testing.assert_array_equal(sound.read(start, count), whole[start : start + count])
    assert sound.largest_block_frames == max(blocks, default=0)
    sound.end()
    assert sound.is_ended
    assert sound.expected_frames == written


def test_readers_see_whole_blocks_and_are_not_disturbed() -> None:
    sound, block, blocks = GrowingSound(1000, 1, 1000), 70, 800
    done = threading.Event()

    def write() -> None:
        whole = count_up(block * blocks)
        for index in range(blocks):
            sound.append(whole[index * block : (index + 1) * block])
        sound.end()
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    first = sound.read(0, block)
    while not done.is_set():
        frames = sound.frames
        assert frames % block == 0
        tail = sound.read(max(frames - 100, 0), min(frames, 100))  # not what came since
        np.testing.assert_array_equal(tail[:, 0], np.arange(frames - len(tail), frames) + 1)
    writer.join()
    np.testing.assert_array_equal(first, count_up(len(first)))
    np.testing.assert_array_equal(sound.read(0, block * blocks), count_up(block * blocks))


def test_a_finished_sound_is_not_copied() -> None:
    audio = Audio(count_up(10, 2), 100)
    sound = GrowingSound.of(audio)
    assert (sound.frames, sound.expected_frames, sound.is_ended) == (10, 10, True)
    assert sound.sample_rate == 100
    assert np.shares_memory(sound.read(0, 10), audio.samples)
    assert audio.samples.flags.writeable


def test_readers_cannot_write() -> None:
    sound = GrowingSound.of(Audio(count_up(10), 100))
    with pytest.raises(ValueError, match="read-only"):
        sound.read(0, 5)[0] = 1


def test_nothing_comes_after_the_end() -> None:
    sound = GrowingSound(100, 1, 10)
    sound.end()
    with pytest.raises(ValueError, match="complete"):
        sound.append(count_up(1))


@pytest.mark.parametrize("samples", [np.zeros((3, 1), np.float32), np.zeros(3, np.float32), np.zeros((3, 2))])
def test_other_shapes_and_types_are_a_bug(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="float32"):
        GrowingSound(100, 2, 10).append(samples)


@pytest.mark.parametrize(("rate", "channels", "expected"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_it_says_what_it_cannot_be(rate: int, channels: int, expected: int) -> None:
    with pytest.raises(ValueError, match="expected_frames"):
        GrowingSound(rate, channels, expected)


def test_reading_before_the_beginning_is_a_bug() -> None:
    with pytest.raises(ValueError, match="start"):
        GrowingSound(100, 1, 1).read(-1, 1)
