"""What is at a path, as far as one may look. Not for reading it.

`Path.exists`, `is_file` and `is_dir` raise where a folder may not be looked into, a name is too long, or a network is
lost (Python 3.11, `pathlib._ignore_error`). For whoever only asks what can be used, there is nothing then.
"""

import os
import stat
from pathlib import Path


def status_of(path: Path) -> os.stat_result | None:
    """Return what the system says of what is at a path; None if nothing is, or nobody may know."""
    try:
        return path.stat()
    except (OSError, ValueError):  # the second for a name that no system could have
        return None


def is_file_there(path: Path) -> bool:
    """Return whether there is a file."""
    status = status_of(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def is_folder_there(path: Path) -> bool:
    """Return whether there is a folder."""
    status = status_of(path)
    return status is not None and stat.S_ISDIR(status.st_mode)
