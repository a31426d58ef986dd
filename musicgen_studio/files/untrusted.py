"""Sound files that strangers made, decoded in a process of its own with bounds on memory, time and disk.

Decoders are where a file can do harm: one that is damaged or made for the purpose can crash them, keep them busy for
ever or have them fill the memory. Here that ends a child process and becomes a `UserProblem`. It is a fence against
accidents, not a sandbox: the child has the rights of the program.

Starting a child takes the better part of a second, so one serves file after file; it is replaced after a crash, and
ended when nothing was asked of it for a while. A file that brings down a child which has served others is tried once
more by a new one, so that no file answers for another. Windows has no such limits; there the time-out and the cap on
the decoded size remain.

Not for the program's own files: `files.sound.read` is faster. What the child does: `files.decoding`.
"""

import atexit
import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic
from typing import Any

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import StoppedError, UserProblem

MAX_DURATION_S = 3600.0
_MAX_ANSWER_BYTES = 100_000
_ERRORS_FILE = "errors.txt"
_LOOK_S = 0.05  # how often it is seen whether decoding is to be stopped
_IDLE_S = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A sound file that was read.

    Args:
        audio: The sound, in the file's own rate and channels.
        remark: What is missing of it, as a sentence for a person; empty if nothing is known to be.
    """

    audio: Audio
    remark: str = ""


def read_untrusted(
    path: Path, max_duration_s: float = MAX_DURATION_S, timeout_s: float = 120, stop: Event | None = None
) -> Audio:
    """Read a sound file of unknown origin, also where something is missing of it; see `decode`."""
    return decode(path, max_duration_s, timeout_s, stop).audio


def decode(
    path: Path, max_duration_s: float = MAX_DURATION_S, timeout_s: float = 120, stop: Event | None = None
) -> Decoded:
    """Read a sound file of unknown origin. Blocks; any thread.

    Args:
        path: A sound or video file of any kind in `files.decoding.table`.
        max_duration_s: Longest sound taken, in seconds.
        timeout_s: How long decoding may take, in seconds.
        stop: Set from any thread, it ends the decoding at once.

    Returns:
        The sound, and what is missing of it.

    Raises:
        UserProblem: If it is missing, of no known kind, holds no sound, is too long, has more than 8 channels or a
            sample that is no finite number, or decoding it crashed, took too long or too much memory.
        RuntimeError: If the child failed by a fault of this program.
        StoppedError: If it was stopped; nothing is left of it.
    """
    request = {"path": str(path.absolute()), "max_duration_s": float(max_duration_s), "timeout_s": float(timeout_s)}
    child = _taken()
    try:
        try:
            return child.decode(path, request, timeout_s, stop or Event())
        except _BrokenError as broken:
            if child.has_served == 0:
                raise broken.problem from broken
        child.end()
        child = _Child()
        try:
            return child.decode(path, request, timeout_s, stop or Event())
        except _BrokenError as broken:
            raise broken.problem from broken
    finally:
        _give_back(child)


class _BrokenError(Exception):
    """A child broke down, perhaps by what an earlier file did to it.

    Args:
        problem: What to say if it was this file.
    """

    def __init__(self, problem: UserProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Child:
    """A decoding process and the folder it writes into. One thread at a time."""

    def __init__(self) -> None:
        self.has_served = 0
        self.is_usable = True
        self._folder = TemporaryDirectory(prefix="musicgen-studio-")
        # A linear algebra library reserves memory for each thread it might start; here it is to start none.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "QT_MEDIA_BACKEND": "ffmpeg"}
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - the program is Python itself
                _child_command(),
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._answers = SimpleQueue[bytes]()
        self._listener = threading.Thread(target=self._listen, name="decoding", daemon=True)
        self._listener.start()

    def decode(self, path: Path, request: Mapping[str, object], timeout_s: float, stop: Event) -> Decoded:
        """Have a file decoded.

        Raises:
            _BrokenError: If the process broke down, or its memory was full.
        """
        self.is_usable = False  # until it has answered
        line = json.dumps({**request, "folder": self._folder.name}).encode() + b"\n"
        with contextlib.suppress(OSError):  # one that has ended is noticed below
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()
        answer = self._answer(path, timeout_s, stop)
        try:
            decoded = self._decoded(path, answer)
        finally:
            for file in Path(self._folder.name).glob("*.f32"):
                file.unlink()
        self.has_served += 1
        self.is_usable = True
        return decoded

    def _answer(self, path: Path, timeout_s: float, stop: Event) -> bytes:
        given_up_s = monotonic() + timeout_s
        while monotonic() < given_up_s:
            if stop.is_set():
                raise StoppedError
            with contextlib.suppress(Empty):
                if answer := self._answers.get(timeout=_LOOK_S):
                    return answer
                code = self._process.wait()
                _log.info("decoding %s ended the process with %d: %s", path, code, self._complaints())
                why = "Decoding it broke down: it is damaged, or made to do harm."
                raise _BrokenError(_harmful(path, why))
        raise _harmful(path, f"Decoding it was given up after {timeout_s:g} seconds.")

    def _decoded(self, path: Path, line: bytes) -> Decoded:
        """Read what the child left. Nothing it says is taken on trust."""
        try:
            answer: Any = json.loads(line)
            problem = "what" in answer and UserProblem(
                str(answer["what"]), str(answer["why"]), str(answer["what_to_do"])
            )
            if not problem and "bug" not in answer:
                file = Path(self._folder.name) / Path(str(answer["file"])).name
                sample_rate, channels = int(answer["sample_rate"]), int(answer["channels"])
                samples = np.fromfile(file, np.float32).reshape(-1, channels)  # [frames, channels]
                if not len(samples):
                    raise ValueError("no frames")  # noqa: TRY301 - like all else that cannot be
                return Decoded(Audio(samples, sample_rate), str(answer["remark"]))
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
            raise _harmful(path, f"What came out of decoding it makes no sense ({error}).") from error
        if not problem:
            raise RuntimeError(f"the decoding process failed:\n{answer['bug']}")
        if answer.get("is_full"):
            raise _BrokenError(problem)
        self.is_usable = True
        raise problem

    def _complaints(self, max_bytes: int = 2000) -> str:
        with self._errors.open("rb") as opened:  # a decoder may have written without end
            opened.seek(max(0, self._errors.stat().st_size - max_bytes))
            return opened.read(max_bytes).decode("utf-8", "replace")

    @property
    def _errors(self) -> Path:
        return Path(self._folder.name) / _ERRORS_FILE

    def _listen(self) -> None:
        """Pass on the answers, and an empty one when there will be no more."""
        assert self._process.stdout is not None
        line = b"."
        while line:
            line = self._process.stdout.readline(_MAX_ANSWER_BYTES)
            self._answers.put(line)

    def end(self) -> None:
        """End the process, whatever it does, and remove its folder."""
        self.is_usable = False
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._folder.cleanup()


def _child_command() -> list[str]:
    # -P: no module is taken from the folder the program happens to be started in.
    return [sys.executable, "-P", "-m", "musicgen_studio.files.decoding.child"]


def _harmful(path: Path, why: str) -> UserProblem:
    return UserProblem(
        f'The sound file "{path.name}" could not be read.', why, "Open it in an audio editor and save it as WAV."
    )


class _Waiting:
    """The child that has nothing to do, if there is one: which process decodes is nobody's business."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._timer: threading.Timer | None = None

    def swapped(self, child: _Child | None) -> _Child | None:
        """Let one wait, or none, and return the one that waited."""
        with self._lock:
            before, self._child = self._child, child
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if child is not None:
                self._timer = threading.Timer(_IDLE_S, self.end)
                self._timer.daemon = True
                self._timer.start()
            return before

    def end(self) -> None:
        """End the one that waits."""
        if child := self.swapped(None):
            child.end()


_waiting = _Waiting()
atexit.register(_waiting.end)


def _taken() -> _Child:
    return _waiting.swapped(None) or _Child()


def _give_back(child: _Child) -> None:
    if not child.is_usable:
        child.end()
    elif before := _waiting.swapped(child):
        before.end()


def end_idle() -> None:
    """End the process that waits for the next file, if there is one."""
    _waiting.end()
