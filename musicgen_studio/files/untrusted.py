"""Sound files that strangers made, decoded in a process of their own with bounds on memory, time and disk.

Decoders are where a file can do harm: one that is damaged or made for the purpose can crash them, keep them busy for
ever or have them fill the memory. Here that ends a child process and becomes a `UserProblem`. It is a fence against
accidents, not a sandbox: the child has the rights of the program.

The child is this module run as a program. It decodes block by block into a file of raw floats, so its memory does not
grow with the sound. Windows has no such limits; there the time-out and the cap on the decoded size remain.

Not for the program's own files: `files.sound.read` is faster.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files import sound as audiofile

if sys.platform != "win32":
    import resource

MAX_DECODED_BYTES = 2 * 1024**3
"""As floats: about 90 minutes of stereo at 48 kHz."""
MAX_CHILD_MEMORY_BYTES = 1024**3
"""Addresses, not only what is used; Python, numpy and libsndfile take a quarter of it."""

_SOUND_FILE = "sound.f32"
_REPORT_FILE = "report.json"
_ERRORS_FILE = "errors.txt"
_MAX_REPORT_BYTES = 100_000
_SLACK_BYTES = 1024**2
_LOOK_S = 0.05  # how often it is seen whether the child is done, or to be stopped
_EXIT_BUG = 1  # how Python ends on an exception; crashes and limits end a process otherwise

_log = logging.getLogger(__name__)


def read_untrusted(
    path: Path, max_duration_s: float = 3600, timeout_s: float = 120, stop: Event | None = None
) -> Audio:
    """Read a sound file of unknown origin. Blocks; any thread.

    Args:
        path: As for `files.sound.read`.
        max_duration_s: Longest sound taken, in seconds.
        timeout_s: How long decoding may take, in seconds.
        stop: Set from any thread, it ends the decoding at once.

    Returns:
        The sound in the file's own rate and channels.

    Raises:
        UserProblem: If `files.sound.read` would not take it, or decoding it crashed, took too long or too much memory.
        RuntimeError: If the child failed by a fault of this program.
        StoppedError: If it was stopped; nothing is left of it.
    """
    with TemporaryDirectory(prefix="musicgen-studio-") as folder:
        _run_child(path, Path(folder), max_duration_s, timeout_s, stop or Event())
        return _collect(path, Path(folder))


def _run_child(path: Path, folder: Path, max_duration_s: float, timeout_s: float, stop: Event) -> None:
    arguments = [str(path.absolute()), str(folder), repr(float(max_duration_s)), repr(float(timeout_s))]
    # A linear algebra library reserves memory for each thread it might start; here it is to start none.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with (
        (folder / _ERRORS_FILE).open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - the program is Python itself
            [*_child_command(), *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as child,
    ):
        try:
            code = _end_of_child(child, timeout_s, stop)
        finally:
            child.kill()  # no harm where it has ended
    if code is None:
        raise _harmful(path, f"Decoding it was given up after {timeout_s:g} seconds.")
    if code:
        said = _end_of(folder / _ERRORS_FILE)
        if code == _EXIT_BUG:
            raise RuntimeError(f"the decoding process failed:\n{said}")
        _log.info("decoding %s ended the process with %d: %s", path, code, said)
        raise _harmful(path, f"Decoding it broke down (code {code}); it is damaged or made to do harm.")


def _end_of_child(child: "subprocess.Popen[bytes]", timeout_s: float, stop: Event) -> int | None:
    """Wait for the child and return its exit code, None if it takes too long."""
    given_up_s = monotonic() + timeout_s
    while monotonic() < given_up_s:
        if stop.is_set():
            raise StoppedError
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(_LOOK_S)
    return None


def _end_of(file: Path, max_bytes: int = 2000) -> str:
    with file.open("rb") as opened:  # a decoder may have written complaints without end
        opened.seek(max(0, file.stat().st_size - max_bytes))
        return opened.read(max_bytes).decode("utf-8", "replace")


def _child_command() -> list[str]:
    # -P: no module is taken from the folder the program happens to be started in.
    return [sys.executable, "-P", "-m", "musicgen_studio.files.untrusted"]


def _collect(path: Path, folder: Path) -> Audio:
    """Read what the child left. Nothing it says is taken on trust."""
    try:
        with (folder / _REPORT_FILE).open("rb") as file:
            report = json.loads(file.read(_MAX_REPORT_BYTES))
        if "what" in report:
            raise UserProblem(str(report["what"]), str(report["why"]), str(report["what_to_do"]))
        sample_rate, channels = int(report["sample_rate"]), int(report["channels"])
        samples = np.fromfile(folder / _SOUND_FILE, np.float32).reshape(-1, channels)  # [frames, channels]
        return Audio(samples, sample_rate)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise _harmful(path, f"What came out of decoding it makes no sense ({error}).") from error


def _harmful(path: Path, why: str) -> UserProblem:
    return UserProblem(
        f'The sound file "{path.name}" could not be read.', why, "Open it in an audio editor and save it as WAV."
    )


def main(argv: list[str]) -> int:
    """Be the child: decode a file and report.

    Args:
        argv: Path of the sound file, folder for the result, longest duration in seconds, time-out in seconds.

    Returns:
        0, also for a file that was refused: the report says why.
    """
    path, folder = Path(argv[0]), Path(argv[1])
    _set_limits(float(argv[3]))
    report: Mapping[str, object]
    try:
        report = _decode(path, folder / _SOUND_FILE, float(argv[2]))
    except UserProblem as problem:
        report = {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}
    except MemoryError:
        report = _as_report(path, "Decoding it takes more memory than any sound should.")
    except OSError as error:
        report = _as_report(path, f"The decoded sound could not be stored ({error.strerror}).")
    (folder / _REPORT_FILE).write_text(json.dumps(report), encoding="utf-8")
    return 0


def _decode(path: Path, target: Path, max_duration_s: float) -> dict[str, object]:
    decoded_bytes = 0
    with target.open("wb") as file:
        for block in audiofile.blocks(path, max_duration_s):
            decoded_bytes += block.samples.nbytes
            if decoded_bytes > MAX_DECODED_BYTES:
                raise UserProblem(
                    f'The sound file "{path.name}" could not be read.',
                    f"Decoded it takes more than {MAX_DECODED_BYTES // 1024**2} MB.",
                    "Cut out the part you need and choose that.",
                )
            file.write(np.ascontiguousarray(block.samples).data)
    return {"sample_rate": block.sample_rate, "channels": block.channels}


def _as_report(path: Path, why: str) -> dict[str, object]:
    problem = _harmful(path, why)
    return {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}


def _set_limits(timeout_s: float) -> None:
    """Bound this process, now that all of the program is loaded."""
    if sys.platform == "win32":
        return
    limits = [
        (resource.RLIMIT_AS, MAX_CHILD_MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(timeout_s) + 1),
        (resource.RLIMIT_FSIZE, MAX_DECODED_BYTES + _SLACK_BYTES),
        (resource.RLIMIT_CORE, 0),
    ]
    for kind, wanted in limits:
        # A lower one may be set already; macOS knows some and refuses them.
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (wanted, hard) if hard == resource.RLIM_INFINITY else (min(wanted, hard), hard))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
