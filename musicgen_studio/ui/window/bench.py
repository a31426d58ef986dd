"""How the window feels on this machine: start, lag of the event loop while music is made, and scrolling.

`musicgen-studio bench --window` prints it. Measured offscreen, with the starter checkpoint and a library of its own.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop

from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.qt.lag import LagMeter
from musicgen_studio.ui.widgets.waveform_bench import measure_paint
from musicgen_studio.ui.window.main_window import MainWindow

MUSIC_S = 20.0
REPAINTS = 120


def write_settings(folder: Path) -> Path:
    """Write settings for a library of its own, and return their file."""
    file = folder / "settings.json"
    file.write_text(json.dumps({"library_folder": str(folder / "library")}), encoding="utf-8")
    return file


def measure(window: MainWindow, started_s: float, report: Callable[[str], None]) -> dict[str, object]:
    """Measure a window that has just been made.

    Args:
        window: Not shown yet; its engine's thread runs.
        started_s: When the making began, by `time.perf_counter`.
        report: Takes one line at a time.

    Returns:
        All figures by name, ready for JSON.
    """
    window.show()
    window.grab()
    visible_s = time.perf_counter() - started_s
    report("The window, offscreen, with the starter checkpoint and an empty library")
    report(f"  seen after               {visible_s:7.2f} s   from the start of Python's imports to the first picture")
    _wait_for(window.generation.engine_ready)
    lag = LagMeter()
    lag.start()
    window.generation.generate(PromptValues(prompt="happy rock", duration_s=MUSIC_S, seed=1))
    _wait_for(window.generation.ended)
    p50, p99, worst = (float(value) for value in np.percentile(lag.lags_ms, (50, 99, 100)))
    report(f"While it makes {MUSIC_S:.0f} s of music and plays them")
    report(f"  a click waits            {p99:7.1f} ms  at most, 99 times of 100 (median {p50:.1f}, worst {worst:.1f})")
    underruns = window.listening.underruns
    report(f"  the sound broke off      {underruns:7d} times")
    paint_s = measure_paint(REPAINTS)
    report("The waveform of ten minutes in stereo")
    report(f"  scrolls and zooms at     {1 / paint_s:7.0f} pictures a second")
    return {
        "visible_s": visible_s,
        "lag_p50_ms": p50,
        "lag_p99_ms": p99,
        "lag_worst_ms": worst,
        "underruns": underruns,
        "frames_per_s": 1 / paint_s,
    }


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for settings and library that goes away."""
    return tempfile.TemporaryDirectory(prefix="musicgen-studio-")


def _wait_for(signal: object) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)  # type: ignore[attr-defined]
    loop.exec()
