"""Other programs that want the processor."""

import time

import psutil

from musicgen_studio.compute.busy import busy


def test_they_work_until_they_are_no_longer_wanted() -> None:
    before = psutil.Process().children()
    with busy(2):
        others = [child for child in psutil.Process().children() if child not in before]
        assert len(others) == 2
        begun_s = time.monotonic()
        while sum(sum(each.cpu_times()[:2]) for each in others) < 0.3:
            assert time.monotonic() - begun_s < 60
            time.sleep(0.05)
    assert not any(each.is_running() for each in others)
