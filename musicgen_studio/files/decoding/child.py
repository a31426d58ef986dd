"""The decoding process: reads requests from its input, a line each, and answers each with a line.

Bounds on memory, processor time and disk are set here, before a file is touched. Not for starting the process: that is
`files.untrusted`.
"""

import contextlib
import errno
import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.decoding.ffmpeg import is_worn
from musicgen_studio.files.decoding.reading import MAX_DECODED_BYTES, read_any
from musicgen_studio.files.decoding.table import unreadable

if sys.platform != "win32":
    import resource

MAX_MEMORY_BYTES = 1024**3
"""What may be written to in memory; Python, numpy, libsndfile and FFmpeg take a fifth of it."""
_MAX_ADDRESSES_BYTES = 4 * 1024**3  # threads reserve much that they never use
_SLACK_BYTES = 1024**2


def main() -> int:
    """Serve until the input ends."""
    # What a decoder prints must not be taken for an answer.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            answers.write(json.dumps(_answer(json.loads(line))) + "\n")
            answers.flush()
            if is_worn():
                os._exit(0)
    return 0


def _answer(request: Mapping[str, object]) -> Mapping[str, object]:
    path, folder = Path(str(request["path"])), Path(str(request["folder"]))
    _forget_complaints()
    _set_limits(float(str(request["timeout_s"])))
    try:
        found = read_any(path, folder, float(str(request["max_duration_s"])))
    except UserProblem as problem:
        return {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}
    except MemoryError:
        return _refused(path, "Decoding it takes more memory than any sound should.") | {"is_full": True}
    except OSError as error:
        why = f"The decoded sound could not be stored in {folder.parent} ({error.strerror})."
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return _refused(path, why, *(["Free some space on that disk, then try again."] if is_full else []))
    except Exception:  # noqa: BLE001 - the program hears of it
        return {"bug": traceback.format_exc()}
    return {
        "file": found.file.name,
        "sample_rate": found.sample_rate,
        "channels": found.channels,
        "remark": found.remark,
    }


def _refused(path: Path, why: str, *what_to_do: str) -> dict[str, object]:
    problem = unreadable(path, why, *what_to_do)
    return {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}


def _forget_complaints() -> None:
    """Empty what earlier files' decoders wrote to stderr, which is a file."""
    with contextlib.suppress(OSError):
        os.ftruncate(2, 0)


def _set_limits(timeout_s: float) -> None:
    """Bound this process for one more file."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limits = [
        (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),
        (resource.RLIMIT_AS, _MAX_ADDRESSES_BYTES),
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + timeout_s) + 1),
        (resource.RLIMIT_FSIZE, MAX_DECODED_BYTES + _SLACK_BYTES),
        (resource.RLIMIT_CORE, 0),
    ]
    for kind, wanted in limits:
        # A lower one may be set already; macOS knows some and refuses them.
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


if __name__ == "__main__":
    raise SystemExit(main())
