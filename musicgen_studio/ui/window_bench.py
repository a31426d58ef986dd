"""How the window feels on this machine: start, lag of the event loop while music is made, and scrolling.

`musicgen-studio bench --window` prints it. Measured offscreen, with the starter checkpoint and a library of its own.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer

from musicgen_studio.ui.main_window import MainWindow
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.widgets.waveform_bench import measure_paint

TICK_MS = 5
MUSIC_S = 20.0
REPAINTS = 120


class LagMeter(QObject):
    """A timer that notes how late it comes: what every click would have to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.lags_ms: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)

    def start(self) -> None:
        """Begin to note."""
        self._clock.start()
        self._timer.start()

    def _note(self) -> None:
        self.lags_ms.append(max(self._clock.nsecsElapsed() / 1e6 - TICK_MS, 0.0))
        self._clock.start()


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
    report(f"window visible after     {visible_s:7.2f} s")
    _wait_for(window.generation.engine_ready)
    lag = LagMeter()
    lag.start()
    window.generation.generate(PromptValues(prompt="happy rock", duration_s=MUSIC_S, seed=1))
    _wait_for(window.generation.ended)
    p50, p99, worst = (float(value) for value in np.percentile(lag.lags_ms, (50, 99, 100)))
    report(
        f"event loop, making       {p99:7.1f} ms late at most in 99 of 100 ticks (half: {p50:.1f}, worst: {worst:.1f})"
    )
    underruns = window.listening.underruns
    report(f"under-runs               {underruns:7d}")
    paint_s = measure_paint(REPAINTS)
    report(f"scroll and zoom          {1 / paint_s:7.0f} frames/s, ten minutes of stereo")
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
