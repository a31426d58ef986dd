"""The log file, what a crash leaves behind, and how the next start learns of it. Not for what the user is told.

While the program runs a file `running` lies in the log folder; one that lies there at the start tells of a run that
did not end properly. Python's faulthandler writes crashes of native code to `crash.log`.
"""

import faulthandler
import logging
import os
import platform
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

LOG_BYTES = 1_000_000
LOG_FILES = 3


@dataclass(frozen=True, slots=True)
class Logs:
    """An open log.

    Args:
        folder: Where the files are.
        ended_badly: Whether the run before this one did not end properly.
        crash_report: What native code left behind then, or empty.
    """

    folder: Path
    ended_badly: bool
    crash_report: str
    _handler: logging.Handler
    _crash_file: IO[str]

    def close(self) -> None:
        """End properly."""
        faulthandler.disable()
        self._crash_file.close()
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        (self.folder / "running").unlink(missing_ok=True)


def start(folder: Path, version: str) -> Logs:
    """Begin to log into a folder, which is made if need be.

    Args:
        folder: Where to.
        version: Of the program, for the log.

    Raises:
        OSError: If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    running, crash = folder / "running", folder / "crash.log"
    ended_badly = running.exists()
    crash_report = crash.read_text(encoding="utf-8", errors="replace") if crash.exists() else ""
    running.write_text(str(os.getpid()), encoding="utf-8")
    crash_file = crash.open("w", encoding="utf-8")
    faulthandler.enable(crash_file)
    handler = RotatingFileHandler(folder / "studio.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger(__name__).info("MusicGen Studio %s on %s", version, platform.platform())
    return Logs(folder, ended_badly, crash_report if ended_badly else "", handler, crash_file)
