"""The Qt binding: PySide6 6.12.0 on Python 3.11 gives away a reference to None with most calls, until it dies."""

import sys

from PySide6.QtCore import QObject


def test_calls_leave_none_alone() -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("thing")
    assert abs(sys.getrefcount(None) - before) < 100
