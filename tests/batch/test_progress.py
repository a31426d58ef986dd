"""What is said of how long it will take."""

import pytest

from musicgen_studio.batch.progress import BatchPace
from tests.batch.conftest import MakePlan


def test_rate_and_time_left_are_of_what_is_kept(make_plan: MakePlan) -> None:
    now_s = [100.0]
    groups = make_plan("prompt", "a", "b", "c", "d", duration_s=10.0, together=1).groups
    pace = BatchPace(groups, groups[:1], lambda: now_s[0])
    assert pace.now().left_s is None
    now_s[0] += 5  # two engines load; that is no making
    pace.began(2)
    pace.began(3)
    now_s[0] += 10
    pace.made(2, 5.0)
    pace.made(3, 5.0)
    there = pace.now()
    assert (there.clips, there.clips_wanted, there.workers) == (1, 4, 2)
    assert there.speed == pytest.approx(1.0)
    assert there.left_s == pytest.approx(20.0)  # 5 + 5 + 10 seconds of music
    pace.lost(3)
    assert pace.now().speed == pytest.approx(0.5)
    now_s[0] += 10
    pace.done(2)
    assert pace.now().clips == 2


def test_the_last_long_group_is_not_made_by_all_together(make_plan: MakePlan) -> None:
    now_s = [0.0]
    groups = make_plan("prompt,seconds", "a,2", "b,2", "c,100").groups
    pace = BatchPace(groups, [], lambda: now_s[0])
    for group in groups:
        pace.began(group.number)
    now_s[0] += 10
    pace.done(1)
    pace.made(2, 4.0)
    left_s = pace.now().left_s
    assert left_s is not None
    assert left_s > 200  # 96 s of music at the speed of one of two workers


def test_when_all_is_made_or_failed_nothing_is_left(make_plan: MakePlan) -> None:
    groups = make_plan("prompt", "a", "b", together=1).groups
    pace = BatchPace(groups, [], lambda: 0.0)
    pace.began(1)
    pace.done(1)
    pace.failed(2)
    assert (pace.now().left_s, pace.now().failed) == (0.0, 1)
