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


# --- changing one's mind ---


def _take(ring: Ring, frames: int) -> list[int]:
    out = np.empty((frames, 1), np.float32)
    return [int(value) for value in out[: ring.read_into(out), 0]]


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 40)),
            st.tuples(st.just("read"), st.integers(0, 60)),
            st.tuples(st.just("splice"), st.integers(0, 40)),
        ),
        max_size=60,
    ),
    margin=st.integers(0, 30),
)
def test_what_is_spliced_in_is_read_instead(steps: list[tuple[str, int]], margin: int) -> None:
    ring, number = Ring(200, 1), 0
    expected: list[int] = []
    for what, wanted in steps:
        frames = min(wanted, ring.room)
        new = list(range(number + 1, number + frames + 1))
        if what == "read":
            got = _take(ring, frames)
            assert got == expected[: len(got)]
            assert len(got) == min(frames, len(expected))
            del expected[: len(got)]
        elif what == "write":
            ring.write(_count_up(number, frames, 1))
            expected += new
            number += frames
        else:
            pending = ring.pending_jump
            at = min(ring.frames_read + margin, ring.frames_written) if pending is None else pending[0]
            kept = at - ring.frames_read
            ring.splice(at, _count_up(number, frames, 1))
            expected = expected[:kept] + new
            number += frames
        assert ring.available == len(expected)


def test_jumps_leave_no_gap_in_what_was_read() -> None:
    ring = Ring(1000, 1)
    places: list[int] = []  # which index each frame that was read had
    ring.write(_count_up(0, 100, 1))
    for _ in range(5):
        read = ring.frames_read
        ring.splice(read + 7, _count_up(ring.frames_written, 60, 1))
        places += [value - 1 for value in _take(ring, 30)]
    index = ring.frames_read
    for ago in range(1, len(places) + 1):
        assert ring.index_before(index, ago) == places[-ago]


def test_a_reader_that_is_past_the_place_jumps_at_once() -> None:
    ring = Ring(100, 1)
    ring.write(_count_up(0, 20, 1))
    _take(ring, 10)
    ring.splice(5, _count_up(50, 10, 1))
    assert _take(ring, 10) == list(range(51, 61))


def test_a_closed_ring_is_opened_by_a_splice() -> None:
    ring = Ring(100, 1)
    ring.close()
    ring.splice(0, _count_up(0, 10, 1))
    assert not ring.closed
    assert ring.write(_count_up(10, 5, 1)) == 5
    assert _take(ring, 15) == list(range(1, 16))


@pytest.mark.parametrize(("at", "frames"), [(0, 91), (11, 1)])
def test_a_splice_that_cannot_be_is_a_bug(at: int, frames: int) -> None:
    ring = Ring(100, 1)
    ring.write(_count_up(0, 10, 1))
    with pytest.raises(ValueError, match="splice"):
        ring.splice(at, _count_up(0, frames, 1))


def test_peeking_leaves_everything_as_it_is() -> None:
    ring = Ring(10, 1)
    ring.write(_count_up(0, 8, 1))
    _take(ring, 8)
    ring.write(_count_up(8, 6, 1))
    np.testing.assert_array_equal(ring.peek(9, 100), _count_up(9, 5, 1))
    assert ring.available == 6


def test_splicing_while_another_thread_reads_leaves_nothing_out() -> None:
    """The producer renders the future anew, again and again. At worst, a frame is heard twice."""
    total, ring = 20_000, Ring(4000, 1)
    ring.write(_count_up(0, 500, 1))
    progress = threading.Barrier(2)
    heard: list[Samples] = []

    def consume() -> None:
        random, last = np.random.default_rng(1), 0.0
        progress.wait()
        while last < total:
            out = np.empty((int(random.integers(1, 60)), 1), np.float32)
            got = ring.read_into(out)
            heard.append(out[:got])
            last = out[got - 1, 0] if got else last

    consumer = threading.Thread(target=consume)
    consumer.start()
    number_at = {0: 0}  # of the frame at an index; between, they count up
    progress.wait()
    while consumer.is_alive():
        pending = ring.pending_jump
        at, there = (min(ring.frames_read + 64, ring.frames_written),) * 2 if pending is None else pending
        start = max(index for index in number_at if index <= there)
        number = number_at[start] + there - start
        if ring.room >= 300:
            to = ring.frames_written
            ring.splice(at, _count_up(number, 300, 1))
            number_at = {index: each for index, each in number_at.items() if index < at and index > to - 4000}
            number_at[to] = number
            number_at.setdefault(start, number - (there - start))
    consumer.join()
    numbers = np.concatenate(heard)[:, 0]
    steps = np.diff(numbers)
    assert len(ring._jumps) > 10
    assert numbers[0] == 1
    assert steps.max() == 1
