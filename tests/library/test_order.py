"""Lists sorted by a value, either way: what has no value is last, equals stay newest first, thousands stay quick."""

import time

import pytest

from musicgen_studio.core.clip import Clip
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.search import Sorting, in_order
from tests.ui.clips import make_clip

CLIPS = [
    make_clip(3, title="b", tempo_bpm=120.0, frames=32_000, sample_rate=32_000),
    make_clip(2, title="C", frames=96_000, sample_rate=32_000),
    make_clip(1, title="a", tempo_bpm=90.0, key="A minor", frames=64_000, sample_rate=32_000, is_starred=True),
]
VERDICTS = {CLIPS[0].id: Verdict(2, 2, 1), CLIPS[1].id: Verdict(1, 2, 0)}


def seeds(order: Sorting, is_reversed: bool = False) -> list[int | None]:
    found = in_order(CLIPS, order, is_reversed, lambda clip_id: VERDICTS.get(clip_id, UNKNOWN))
    return [clip.seed for clip in found]


@pytest.mark.parametrize(
    ("order", "first", "turned"),
    [
        (Sorting.NEWEST, [3, 2, 1], [1, 2, 3]),
        (Sorting.TITLE, [1, 3, 2], [2, 3, 1]),
        (Sorting.LONGEST, [2, 1, 3], [3, 1, 2]),
        (Sorting.LARGEST, [2, 1, 3], [3, 1, 2]),
        (Sorting.STARS, [1, 3, 2], [3, 2, 1]),
        (Sorting.TEMPO, [1, 3, 2], [3, 1, 2]),
        (Sorting.KEY, [1, 3, 2], [1, 3, 2]),
        (Sorting.BEST, [2, 3, 1], [3, 2, 1]),
        (Sorting.FAULTS, [2, 3, 1], [3, 2, 1]),
    ],
)
def test_each_order_both_ways(order: Sorting, first: list[int], turned: list[int]) -> None:
    assert seeds(order) == first
    assert seeds(order, is_reversed=True) == turned


def test_ten_thousand_are_sorted_by_what_was_measured_within_a_moment() -> None:
    many: list[Clip] = [make_clip(number) for number in range(10_000)]
    verdicts = {clip.id: Verdict(1 + number % 4, 4, number % 3) for number, clip in enumerate(many)}
    began = time.process_time()
    found = in_order(many, Sorting.BEST, False, lambda clip_id: verdicts[clip_id])
    assert time.process_time() - began < 0.2
    assert [verdicts[clip.id].place for clip in found[::2500]] == [1, 2, 3, 4]


@pytest.mark.parametrize(("place", "takes", "faults"), [(1, None, None), (3, 2, None), (None, None, -1)])
def test_a_verdict_is_checked(place: int | None, takes: int | None, faults: int | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        Verdict(place, takes, faults)
