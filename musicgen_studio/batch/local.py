"""Many workers on this computer: processes that share a folder, and one that watches them.

    run_local ─► worker, worker, …   each claims, makes and publishes groups (`worker`)
        ◄─ what they tell: began, made so much, done, failed
        a worker that dies is replaced; its group is made by whoever comes first

Not for what a worker does. Threads and graphics cards are divided among the workers.
"""

import json
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from musicgen_studio.batch.folder import BatchFolder, Failure
from musicgen_studio.batch.progress import BatchPace, BatchProgress
from musicgen_studio.batch.worker import Post
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import UserProblem

MAX_DEATHS = 5
"""So many workers may die with the same group, or before they are ready, until it is given up."""

_LOOK_S = 0.2
_OTHERS_S = 10.0
_STDERR_BYTES = 4000


class _Process:
    """A worker's process.

    Args:
        post: What it is told.
        environment: What is set for it beside what is set here.
        events: Where its messages go, each with the process; None when it has ended.
    """

    def __init__(self, post: bytes, environment: dict[str, str], events: "queue.SimpleQueue[_Event]") -> None:
        self.group: int | None = None
        self.is_ready = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "musicgen_studio.batch.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=os.environ | environment,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # it may be dead already, which its end tells
            self._process.stdin.write(post)
            self._process.stdin.flush()
        threading.Thread(target=self._listen, args=(self._process.stdout, events), daemon=True).start()

    def stop(self) -> None:
        """Ask it to stop."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        self.stop()
        return self._process.wait()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self.end()
        self.close()

    def close(self) -> None:
        """Let go of what it said to nobody."""
        self._errors.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def last_words(self) -> str:
        """Return the end of what it said to nobody."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _STDERR_BYTES))
        return self._errors.read().decode("utf-8", "replace")

    def _listen(self, source: IO[bytes], events: "queue.SimpleQueue[_Event]") -> None:
        for line in source:
            with suppress(ValueError):  # a kill may cut a line
                events.put((self, json.loads(line)))
        source.close()
        events.put((self, None))


_Event = tuple[_Process, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Crew:
    """How many workers there are, and what each has.

    Args:
        workers: 1 or more.
        threads: Of each.
        graphics_cards: How many there are; each worker sees one of them. 0 if there is none.
    """

    workers: int
    threads: int
    graphics_cards: int = 0

    @classmethod
    def of_this_computer(cls, workers: int | None = None, graphics_cards: int = 0) -> "Crew":
        """Divide this computer.

        Args:
            workers: How many; None is one for each graphics card, or one.
            graphics_cards: How many there are to be used.
        """
        count = workers or max(graphics_cards, 1)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(count, max(cores // count, 1), graphics_cards)

    def environment(self, number: int) -> dict[str, str]:
        """Return what is set for a worker, by its number from 0."""
        return {"CUDA_VISIBLE_DEVICES": str(number % self.graphics_cards)} if self.graphics_cards > 1 else {}


class _Watch:
    """Starts the workers, hears them, and replaces those that die."""

    def __init__(self, post: Post, folder: BatchFolder, crew: Crew, pace: BatchPace) -> None:
        self._post, self._folder, self._crew, self._pace = post, folder, crew, pace
        self._pickled = pickle.dumps(post)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._processes = dict[_Process, int]()
        self._deaths = Counter[int | None]()
        self._problem: UserProblem | None = None
        self._look_again_s = time.monotonic() + _OTHERS_S

    def run(self, stop: StopFlag, on_progress: Callable[[BatchProgress], None]) -> None:
        """Return when all workers have ended."""
        open_groups = list(self._folder.open_groups(self._post.plan.groups))
        try:
            for number in range(min(self._crew.workers, len(open_groups))):
                self._start(number)
            while self._processes:
                is_stopped = stop.is_set() or self._problem is not None
                if is_stopped:
                    for process in self._processes:
                        process.stop()
                with suppress(queue.Empty):
                    self._hear(*self._events.get(timeout=_LOOK_S), is_stopped=is_stopped)
                self._look_at_others()
                on_progress(self._pace.now())
        finally:
            for process in self._processes:
                process.kill()
        if self._problem is not None:
            raise self._problem

    def _look_at_others(self) -> None:
        """Count what other batches have made in the same folder."""
        if time.monotonic() < self._look_again_s:
            return
        self._look_again_s = time.monotonic() + _OTHERS_S
        ours = {process.group for process in self._processes}
        for group in self._post.plan.groups:
            if group.number not in ours and self._folder.is_made(group):
                self._pace.done(group.number)

    def _start(self, number: int) -> None:
        process = _Process(self._pickled, self._crew.environment(number), self._events)
        self._processes[process] = number

    def _hear(self, process: _Process, told: dict[str, Any] | None, *, is_stopped: bool) -> None:
        if told is None:
            self._ended(process, is_stopped=is_stopped)
            return
        match told["say"]:
            case "ready":
                process.is_ready = True
                self._deaths[None] = 0
            case "problem":
                self._problem = UserProblem(told["what"], told["why"], told["what_to_do"])
            case "began":
                process.group = told["group"]
                self._pace.began(told["group"])
            case "made":
                self._pace.made(told["group"], told["seconds"])
            case "done":
                process.group = None
                self._deaths[None] = 0
                self._pace.done(told["group"])
            case "failed":
                process.group = None
                self._pace.failed(told["group"])
            case "lost":
                process.group = None
                self._pace.lost(told["group"])

    def _ended(self, process: _Process, *, is_stopped: bool) -> None:
        number = self._processes.pop(process)
        code = process.end()
        if process.group is not None:
            self._pace.lost(process.group)
        words = process.last_words()
        process.close()
        if code == 0 or is_stopped:
            return
        if process.group is not None or not process.is_ready:
            self._deaths[process.group] += 1
            if self._deaths[process.group] >= MAX_DEATHS:
                self._give_up(process.group, code, words)
        if next(self._folder.open_groups(self._post.plan.groups), None) is not None:
            self._start(number)

    def _give_up(self, number: int | None, code: int, words: str) -> None:
        why = f"{MAX_DEATHS} workers died of it one after the other (the last with code {code})."
        if number is None:
            raise RuntimeError(f"{why} None of them was ready.\n{words}")
        group = self._post.plan.groups[number - 1]
        self._folder.fail(group, Failure(why, "Look whether the memory does, or use fewer workers.", words))
        self._pace.failed(number)


def run_local(
    post: Post,
    folder: BatchFolder,
    crew: Crew,
    stop: StopFlag,
    on_progress: Callable[[BatchProgress], None] = lambda _progress: None,
) -> None:
    """Make a batch with processes of this computer. Returns when nothing is left to be made, or it was stopped.

    Args:
        post: What each worker is told.
        folder: The same folder that the post names.
        crew: How many workers.
        stop: Ends it early; what is whole by then stays.
        on_progress: Told several times a second.

    Raises:
        UserProblem: If no engine can be loaded, or the folder cannot be written to.
        RuntimeError: If workers die before they are ready, again and again.
    """
    groups = post.plan.groups
    pace = BatchPace(groups, [group for group in groups if folder.is_made(group)])
    _Watch(post, folder, crew, pace).run(stop, on_progress)
