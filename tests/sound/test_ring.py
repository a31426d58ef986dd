"""The ring: first in, first out, whatever the sizes, also with two threads at once."""

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Samples
from musicgen_studio.sound.ring import Ring


def _count_up(first: int, frames: int, channels: int = 2) -> Samples:
    """Frames that say which they are, from 1 on, so that silence cannot be taken for one of them."""
    numbers = np.arange(first + 1, first + frames + 1, dtype=np.float32)
    return np.stack([numbers * (channel + 1) for channel in range(channels)], axis=1)


@given(
    capacity=st.integers(1, 50),
    channels=st.integers(1, 3),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 70)), max_size=60),
)
def test_it_is_a_queue_of_limited_length(capacity: int, channels: int, steps: list[tuple[bool, int]]) -> None:
    ring = Ring(capacity, channels)
    written = read = underruns = 0
    for is_write, frames in steps:
        if is_write:
            taken = ring.write(_count_up(written, frames, channels))
            assert taken == min(frames, capacity - (written - read))
            written += taken
        else:
            out = np.full((frames, channels), np.nan, np.float32)
            got = ring.read_into(out)
            assert got == min(frames, written - read)
            np.testing.assert_array_equal(out[:got], _count_up(read, got, channels))
            np.testing.assert_array_equal(out[got:], 0)
            read += got
            underruns += got < frames
        assert (ring.available, ring.frames_read, ring.underruns) == (written - read, read, underruns)


def test_two_threads_at_once() -> None:
    total, ring = 100_000, Ring(1000, 2)
    progress = threading.Barrier(2)

    def produce() -> None:
        random, written = np.random.default_rng(0), 0
        progress.wait()
        while written < total:
            written += ring.write(_count_up(written, min(int(random.integers(1, 900)), total - written)))
        ring.close()

    producer = threading.Thread(target=produce)
    producer.start()
    random, read, out = np.random.default_rng(1), 0, np.empty((700, 2), np.float32)
    progress.wait()
    while not ring.drained:
        part = out[: random.integers(1, 700)]
        got = ring.read_into(part)
        np.testing.assert_array_equal(part[:got], _count_up(read, got))
        read += got
    producer.join()
    assert read == total


def test_the_end_is_no_underrun() -> None:
    ring = Ring(10, 1)
    ring.write(_count_up(0, 3, 1))
    ring.close()
    out = np.empty((5, 1), np.float32)
    assert not ring.drained
    assert ring.read_into(out) == 3
    assert ring.drained
    assert ring.read_into(out) == 0
    assert ring.underruns == 0


def test_nothing_is_written_after_the_end() -> None:
    ring = Ring(10, 1)
    ring.close()
    with pytest.raises(ValueError, match="closed"):
        ring.write(_count_up(0, 1, 1))


def test_reading_copies_in_place() -> None:
    ring, out = Ring(48000, 2), np.empty((20_000, 2), np.float32)
    ring.write(_count_up(0, 30_000))
    tracemalloc.start()
    try:
        ring.read_into(out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2000  # bytes: views of arrays, but no sound


@pytest.mark.parametrize(("capacity", "channels"), [(0, 1), (1, 0), (-1, 1)])
def test_it_needs_room(capacity: int, channels: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Ring(capacity, channels)
