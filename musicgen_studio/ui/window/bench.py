"""How the window feels on this machine: start, lag of the event loop while music is made, and scrolling.

`musicgen-studio bench --window` prints it. Measured offscreen, with the starter checkpoint and a library of its own.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.qt.lag import LagMeter
from musicgen_studio.ui.widgets.waveform_bench import measure_paint
from musicgen_studio.ui.window.main_window import MainWindow

MUSIC_S = 20.0
REPAINTS = 120
LOOK_MS = 20
LONG_S, LONG_RATE_HZ, ADDED_S = 600, 44_100, 2.0


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
    wait_for(window.inbox.engine_changed)
    lag = LagMeter()
    lag.start()
    window.generation.generate(PromptValues(prompt="happy rock", duration_s=MUSIC_S, seed=1))
    wait_for(window.inbox.job_ended)
    p50, p99, worst = _waits_ms(lag)
    report(f"While it makes {MUSIC_S:.0f} s of music and plays them")
    report(f"  a click waits            {p99:7.1f} ms  at most, 99 times of 100 (median {p50:.1f}, worst {worst:.1f})")
    underruns = window.listening.underruns
    report(f"  the sound broke off      {underruns:7d} times")
    long_p50, long_p99, long_worst = _handle_long_clip(window)
    report(f"While {LONG_S // 60} minutes of stereo are opened, extended and made again")
    report(
        f"  a click waits            {long_p99:7.1f} ms  at most, 99 times of 100 (median {long_p50:.1f}, "
        f"worst {long_worst:.1f})"
    )
    paint_s = measure_paint(REPAINTS)
    report("The waveform of ten minutes in stereo")
    report(f"  scrolls and zooms at     {1 / paint_s:7.0f} pictures a second")
    return {
        "visible_s": visible_s,
        "lag_p50_ms": p50,
        "lag_p99_ms": p99,
        "lag_worst_ms": worst,
        "underruns": underruns,
        "long_clip_lag_p50_ms": long_p50,
        "long_clip_lag_p99_ms": long_p99,
        "long_clip_lag_worst_ms": long_worst,
        "frames_per_s": 1 / paint_s,
    }


def _handle_long_clip(window: MainWindow) -> tuple[float, float, float]:
    """Open, extend and remake a long clip; return how late the event loop was: median, 99 of 100, worst, in ms."""
    with temporary_folder() as folder:
        path = Path(folder) / "long.wav"
        time_s = np.arange(LONG_S * LONG_RATE_HZ, dtype=np.float32) / LONG_RATE_HZ
        wave = 0.4 * np.sin(time_s * 900) * np.abs(np.sin(time_s * 3))
        write(path, Audio(np.stack([wave, wave[::-1]], axis=1), LONG_RATE_HZ), SoundFormat.WAV16)
        window.collection.import_files([path])
        clip = wait_for(window.collection.imported)
        lag = LagMeter()
        lag.start()
        window.collection.clip_chosen.emit(clip)
        _wait_until(
            lambda: window.listening.current is not None and window.listening.current.peaks.frames == clip.frames
        )
        window.generation.extend(clip, ExtendValues(from_playhead=False, duration_s=ADDED_S, prompt="happy rock"), 0)
        (extended,) = wait_for(window.inbox.job_ended).clips
        window.generation.again(extended)
        wait_for(window.inbox.job_ended)
        _wait_until(lambda: not window.listening.is_drawing)
    return _waits_ms(lag)


def _waits_ms(lag: LagMeter) -> tuple[float, float, float]:
    p50, p99, worst = (float(value) for value in np.percentile(lag.lags_ms, (50, 99, 100)))
    return p50, p99, worst


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for settings and library that goes away."""
    return tempfile.TemporaryDirectory(prefix="musicgen-studio-")


def wait_for(signal: Any) -> Any:
    """Wait for a signal and return the last thing it told."""
    loop, told = QEventLoop(), [None]

    def take(*values: Any) -> None:
        told.extend(values)
        loop.quit()

    signal.connect(take)
    loop.exec()
    signal.disconnect(take)
    return told[-1]


def _wait_until(holds: Callable[[], bool]) -> None:
    loop = QEventLoop()
    while not holds():
        QTimer.singleShot(LOOK_MS, loop.quit)
        loop.exec()
