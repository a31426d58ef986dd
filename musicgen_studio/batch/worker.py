"""A process that makes groups until none is left: `python -m musicgen_studio.batch.worker`, which `local` starts.

    stdin   a `Post`, pickled; then nothing, and its end means: stop, also when whoever started this was killed
    stdout  what happens, a JSON object a line (`Told`)

It is a process of its own and no fork of the driver's, so that a fault in it, or a kill, costs the group that it was
making and nothing else. Not for more than one group at a time.
"""

import json
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from musicgen_studio.batch.claims import Claim
from musicgen_studio.batch.folder import LOOK_AGAIN_S, BatchFolder, Failure
from musicgen_studio.batch.plan import BatchPlan, Group
from musicgen_studio.batch.work import LoadEngine, make_group
from musicgen_studio.engine.api import Engine
from musicgen_studio.errors import UserProblem


@dataclass(frozen=True, slots=True)
class Post:
    """What a worker is told when it begins.

    Args:
        plan: Of the batch.
        folder: Of the batch.
        lease_s: See `claims`.
        checkpoint: Folder of the checkpoint.
        device: As in `load_engine`, like the two that follow.
        precision: See there.
        threads: See there.
        load: Loads the engine.
    """

    plan: BatchPlan
    folder: Path
    lease_s: float
    checkpoint: Path
    device: str
    precision: str
    threads: int
    load: LoadEngine


class _Worker:
    """Makes groups and tells.

    Args:
        post: What it is told.
        out: Where it tells.
        stop: Set when it is to stop.
    """

    def __init__(self, post: Post, out: BinaryIO, stop: threading.Event) -> None:
        self._post, self._out, self._stop = post, out, stop
        self._folder = BatchFolder(post.folder, post.plan, post.lease_s)

    def run(self) -> None:
        """Make what is there to be made.

        Raises:
            UserProblem: If no engine can be loaded, or the folder cannot be written to.
        """
        engine = self._post.load(
            self._post.checkpoint, self._post.device, self._post.precision, threads=self._post.threads
        )
        info = engine.info
        self._tell(say="ready", device=info.device, precision=info.precision)
        open_groups = list(self._post.plan.groups)
        while not self._stop.is_set():
            for group in open_groups:
                claim = None if self._stop.is_set() else self._folder.claim(group)
                if claim is not None:
                    self._work(engine, group, claim)
            open_groups = list(self._folder.open_groups(open_groups))
            if not open_groups:
                return
            self._stop.wait(LOOK_AGAIN_S)  # others are making them; should they die, it is our turn

    def _work(self, engine: Engine, group: Group, claim: Claim) -> None:
        self._tell(say="began", group=group.number)
        try:
            self._make(engine, group, claim)
        except Exception as error:  # noqa: BLE001 - one group's fault is not the others'; it is noted and told
            if claim.is_held():
                failure = _failure(error)
                self._folder.fail(group, failure)
                self._tell(say="failed", group=group.number)
        finally:
            self._folder.release(claim)

    def _make(self, engine: Engine, group: Group, claim: Claim) -> None:
        folder = self._folder.work_folder(claim)

        def on_made_s(seconds: float) -> None:
            self._tell(say="made", group=group.number, seconds=seconds)

        if make_group(engine, self._post.plan.checkpoint, group, folder, self._stop, on_made_s):
            is_ours = self._folder.publish(group, claim)
            self._tell(say="done" if is_ours else "lost", group=group.number)

    def _tell(self, **told: object) -> None:
        try:
            _write(self._out, told)
        except OSError:  # nobody listens any more
            self._stop.set()


def _write(out: BinaryIO, told: Mapping[str, object]) -> None:
    out.write(f"{json.dumps(told)}\n".encode())
    out.flush()


def _failure(error: Exception) -> Failure:
    if isinstance(error, UserProblem):
        return Failure.of(error)
    return Failure(f"A fault in the program: {error!r}.", "", "".join(traceback.format_exception(error)))


def _await_end(source: BinaryIO, stop: threading.Event) -> None:
    with suppress(OSError, ValueError):
        source.read()
    stop.set()


def main() -> int:
    """Work as a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a terminal's; the driver says when to stop
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed here is not for the driver
    post: Post = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    stop = threading.Event()
    threading.Thread(target=_await_end, args=(sys.stdin.buffer, stop), daemon=True).start()
    try:
        _Worker(post, out, stop).run()
    except UserProblem as problem:  # of what all share, the checkpoint or the folder: another would do no better
        with suppress(OSError):
            said = {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}
            _write(out, {"say": "problem", **said})
    out.flush()
    # The thread that waits for the end of stdin would keep the interpreter from ending in order.
    os._exit(0)


if __name__ == "__main__":
    main()
