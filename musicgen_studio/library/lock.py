"""One program at a time: a lock on a file, which the system lets go of when the program ends, however it ends.

Not for threads: `Library` has its own lock for those.
"""

import errno
import sys
from pathlib import Path
from typing import BinaryIO

from musicgen_studio.errors import UserProblem
from musicgen_studio.library.files import writing

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Holds a folder from construction to `close`.

    Args:
        path: The file to lock. It stays when the lock is gone: removing it could take it from under another program.

    Raises:
        UserProblem: If another running program holds it, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        what = "The library cannot be opened."
        with writing(what, path.parent):
            self._file = path.open("ab")
            try:
                _take(self._file)
            except OSError as error:
                self._file.close()
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise
                why = f"Another running MusicGen Studio has {path.parent} open."
                raise UserProblem(what, why, "Use that window, or close it and try again.") from error

    def close(self) -> None:
        """Let go."""
        self._file.close()
