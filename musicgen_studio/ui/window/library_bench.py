"""How a large library feels: until it is seen, scrolling, searching, sorting. For `musicgen-studio bench --window`.

The window is the real one, with as many rows in its SQLite file as `library.many` wrote. Not for filling a library.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QListView

from musicgen_studio.library.search import Sorting
from musicgen_studio.ui.models.library_model import LibraryModel
from musicgen_studio.ui.window.main_window import MainWindow

CLIPS = 10_000
PAGES = 200
WORDS = "happy rock with organ"


def show(window: MainWindow, started_s: float) -> float:
    """Show a window that has just been made; return when its first picture was there, in s from a start."""
    window.show()
    window.grab()
    return time.perf_counter() - started_s


def measure_library(window: MainWindow, report: Callable[[str], None]) -> dict[str, object]:
    """Scroll, search and sort the library of a window that is shown.

    Args:
        window: With a library of some clips.
        report: Takes one line at a time.

    Returns:
        Median, 99 of 100 and worst of each, in ms, by name, ready for JSON.
    """
    figures: dict[str, object] = {}
    for name, words, steps in (
        ("scroll", "a place scrolled to", _scrolls(window)),
        ("search", "a letter of a search", _letters(window)),
        ("sort", "another order", _orders(window)),
    ):
        p50, p99, worst = (float(value) for value in np.percentile([_ms(step) for step in steps], (50, 99, 100)))
        report(f"  {words:<24} {p99:7.1f} ms  at most, 99 times of 100 (median {p50:.1f}, worst {worst:.1f})")
        figures |= {f"library_{name}_p50_ms": p50, f"library_{name}_p99_ms": p99, f"library_{name}_worst_ms": worst}
    return figures


def _ms(step: Callable[[], None]) -> float:
    """Return how long a step takes until it is drawn and all it has set off on the main thread is done."""
    start = time.perf_counter()
    step()
    QCoreApplication.processEvents()
    return (time.perf_counter() - start) * 1000


def _rows(window: MainWindow) -> QListView:
    return next(each for each in window.library.findChildren(QListView) if isinstance(each.model(), LibraryModel))


def _scrolls(window: MainWindow) -> Iterator[Callable[[], None]]:
    """Scroll from the first clip to the last."""
    rows = _rows(window)
    bar = rows.verticalScrollBar()

    def scroll(page: int) -> None:
        bar.setValue(bar.maximum() * page // PAGES)
        rows.viewport().repaint()

    return (partial(scroll, page) for page in range(PAGES + 1))


def _letters(window: MainWindow) -> Iterator[Callable[[], None]]:
    """Type words letter by letter, and take them back."""
    field, rows = window.library.findChildren(QLineEdit)[0], _rows(window)

    def write(count: int) -> None:
        field.setText(WORDS[:count])
        rows.viewport().repaint()

    return (partial(write, count) for count in (*range(1, len(WORDS) + 1), *reversed(range(len(WORDS)))))


def _orders(window: MainWindow) -> Iterator[Callable[[], None]]:
    """Sort by everything there is a column for, both ways, and at last as at first."""
    header, rows = window.library.header, _rows(window)

    def choose(order: Sorting) -> None:
        header.choose(order)
        rows.viewport().repaint()

    others = [each for each in Sorting if each is not Sorting.NEWEST]
    return (partial(choose, order) for order in (*(each for each in others for _ in range(2)), Sorting.NEWEST))
