"""The instructions against plain arithmetic: sums of integers are exact, or they are wrong."""

import threading

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from musicgen_studio.engine.model.cpu import step, vector
from musicgen_studio.engine.model.cpu.vector import GROUP_SIZES, MAX_INPUTS, TILE, VECTOR_MAX, WEIGHT_MAX

Numbers = npt.NDArray[np.signedinteger]

pytestmark = pytest.mark.skipif(not vector.IS_AVAILABLE, reason="this processor has no AVX2")
_PRODUCTS = {size: vector.tile_product(size) for size in GROUP_SIZES}


@pytest.mark.parametrize("vectors", GROUP_SIZES)
@pytest.mark.parametrize("inputs", [2, 64, 1000])
def test_a_tile_times_vectors_is_exact(vectors: int, inputs: int) -> None:
    numbers = np.random.default_rng(inputs)
    weights = numbers.integers(-WEIGHT_MAX, WEIGHT_MAX + 1, (TILE, inputs), dtype=np.int8)
    x = numbers.integers(-VECTOR_MAX, VECTOR_MAX + 1, (vectors, inputs), dtype=np.int16)
    assert np.array_equal(_product(weights, x), x.astype(np.int64) @ weights.T.astype(np.int64))


def test_the_greatest_numbers_do_not_overflow() -> None:
    inputs = MAX_INPUTS // 2 * 2
    weights = np.full((TILE, inputs), -WEIGHT_MAX, np.int8)
    x = np.full((1, inputs), VECTOR_MAX, np.int16)
    assert (_product(weights, x) == -inputs * WEIGHT_MAX * VECTOR_MAX).all()


def test_a_counter_misses_nothing_between_threads() -> None:
    @njit(nogil=True)  # type: ignore[untyped-decorator]
    def count(counters: Numbers, times: int) -> None:
        for _ in range(times):
            vector.count_up(counters, 1, 1)

    counters = np.zeros(3, np.int64)
    threads = [threading.Thread(target=count, args=(counters, 100_000)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.tolist() == [0, 400_000, 0]


def test_what_is_exchanged_is_handed_on_once() -> None:
    """Each thread puts in its own numbers and takes out somebody's: none is lost, none is met twice."""

    @njit(nogil=True)  # type: ignore[untyped-decorator]
    def swap(counters: Numbers, first: int, taken: Numbers) -> None:
        for index in range(len(taken)):
            taken[index] = vector.exchange(counters, 1, first + index)

    counters, taken = np.zeros(3, np.int64), np.zeros((4, 100_000), np.int64)
    places = range(4)
    threads = [threading.Thread(target=swap, args=(counters, 1 + place * 100_000, taken[place])) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(np.sort([*taken.flatten(), counters[1]]), np.arange(400_001))


def test_a_step_is_closed_in_one_act() -> None:
    """Before the look at who is inside. A plain store may be seen after it, on x86 too."""
    counters = np.zeros(step.FIRST_PART, np.int64)
    counters[step.OPEN] = 5
    end_step = njit(nogil=True)(step.end_step.py_func)  # compiled anew: numba cannot look into what it has kept
    end_step(counters)
    assert counters[step.OPEN] == 0
    (code,) = end_step.inspect_asm().values()
    assert "xchg" in code


@given(st.floats(width=32, allow_nan=False))
def test_a_float_and_its_bits(number: float) -> None:
    bits, back = _there_and_back(np.float32(number))
    assert back == np.float32(number)
    assert np.int32(bits) == np.float32(number).view(np.int32)


@njit
def _there_and_back(x):  # type: ignore[no-untyped-def]
    return vector.bits_of_float(x), vector.float_of_bits(vector.bits_of_float(x))


def _product(weights: Numbers, x: Numbers) -> Numbers:
    vectors, inputs = x.shape
    product = _PRODUCTS[vectors]

    @njit  # type: ignore[untyped-decorator]
    def run(tile: Numbers, x: Numbers, sums: Numbers, inputs: int) -> None:
        product(tile, 0, x, 0, inputs, inputs // 2, sums, 0)

    tile = weights.reshape(TILE, inputs // 2, 2).transpose(1, 0, 2).reshape(-1)
    sums = np.zeros(vectors * TILE, np.int32)
    run(tile, x.reshape(-1), sums, inputs)
    return sums.reshape(vectors, TILE)
