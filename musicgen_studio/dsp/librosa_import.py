"""librosa, imported by one process at a time: `python -m musicgen_studio.dsp.librosa_import` compiles it for all.

While it is imported, numba compiles its vectorised functions, which takes ten seconds the first time, and keeps them on
disk: each in two files, of which one calls into the other by a name that the compiling process made up. Where two
processes do so at once, their files get mixed, and from then on every process dies that calls such a function.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from zlib import crc32


def lock_file() -> Path:
    """Return the file that whoever imports librosa from this installation holds meanwhile."""
    return Path(tempfile.gettempdir()) / f"musicgen-studio-{crc32(sys.prefix.encode()):08x}.lock"


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Let nobody else import librosa from this installation. Where no lock can be had, it is done without."""
    from filelock import FileLock  # late: the first picture needs none of it

    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(FileLock(lock_file()))
        yield


def main() -> int:
    """Import all that is used of it."""
    with compiling_alone():
        for name in ("beat", "onset", "core.pitch"):
            import_module(f"librosa.{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
