"""The log, and learning of a run that did not end properly."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from musicgen_studio import app, logs, paths


def test_what_is_logged_is_in_the_file(tmp_path: Path) -> None:
    opened = logs.start(tmp_path / "logs", "1.2.3")
    logging.getLogger("musicgen_studio.test").warning("odd weather")
    opened.close()
    text = (tmp_path / "logs" / "studio.log").read_text(encoding="utf-8")
    assert "1.2.3" in text
    assert "WARNING musicgen_studio.test odd weather" in text


def test_a_run_that_ended_well_leaves_nothing(tmp_path: Path) -> None:
    logs.start(tmp_path, "1").close()
    again = logs.start(tmp_path, "1")
    assert not again.ended_badly
    assert again.crash_report == ""
    again.close()


def test_a_crash_in_native_code_is_found_at_the_next_start(tmp_path: Path) -> None:
    crash = (
        f"import ctypes, pathlib; from musicgen_studio import logs; logs.start(pathlib.Path({str(tmp_path)!r}), '1')\n"
    )
    crash += "ctypes.string_at(0)"
    child = subprocess.run([sys.executable, "-c", crash], capture_output=True, check=False)
    assert child.returncode != 0
    opened = logs.start(tmp_path, "1")
    assert opened.ended_badly
    assert "string_at" in opened.crash_report
    opened.close()


def test_where_no_log_can_be_written_the_program_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(paths, "log_dir", lambda: tmp_path / "file" / "logs")
    assert app._begin_log() is None
    assert "no log of this run" in caplog.text
