"""Checkpoints that are downloaded beside the music: several in a queue, paused, resumed, given up, and taken up again.

    window's thread: add, pause, resume, cancel ─► the queue ─► a thread that downloads one after the other
                     views ─► how each stands                   └─► on_event(DownloadEnded)

The queue is kept in a file, so that the next start of the program goes on with it: what was paused stays so. Not for
how a download goes (`checkpoints.hub`), or for asking whether a licence is agreed to.
"""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from traceback import format_exception

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.progress import DownloadProgress, OnProgress, Stop
from musicgen_studio.checkpoints.hub.published import discard_published, download_published, published
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.whole import ensure_folder, write_text

_LEAVE_S = 2.0
"""How long the end waits: a server that does not answer cannot be left at once, and nothing of it is lost."""

Bring = Callable[[str, Path, Stop, OnProgress], Path]
"""Brings what has this name into this cache, and returns where it lies."""


class DownloadState(StrEnum):
    """How one stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DownloadView:
    """A download as it stands.

    Args:
        id: What is downloaded: a name on the Hub, or one of Demucs' models.
        state: How it stands.
        progress: How far it was when that was told last; None before it has begun since the start of the program.
        problem: Why it failed, if it did.
    """

    id: str
    state: DownloadState
    progress: DownloadProgress | None = None
    problem: UserProblem | None = None


@dataclass(frozen=True, slots=True)
class DownloadEnded:
    """A download has come to its end: it is there, it failed and waits for a person, or it was given up.

    Args:
        id: What was downloaded.
        folder: Where it lies; None if it is not there.
        problem: Why it failed, if a person can mend it.
        bug: The traceback, if not.
        is_given_up: Whether what had come of it is deleted, as was wished.
    """

    id: str
    folder: Path | None = None
    problem: UserProblem | None = None
    bug: str | None = None
    is_given_up: bool = False


@dataclass(slots=True)
class _Item:
    view: DownloadView
    cache: Path
    stop: threading.Event
    is_given_up: bool = False


def bring(name: str, cache: Path, stop: Stop, on_progress: OnProgress) -> Path:
    """Download a checkpoint or one of Demucs' models, over the network."""
    from musicgen_studio.checkpoints.hub.download import download

    model = published(name)
    if model is not None:
        return download_published(model, cache, stop, on_progress)
    return download(name, cache, stop, on_progress)


class Downloads:
    """The queue and the thread that works through it. All methods may be called from any thread and return at once.

    Args:
        store: The file in which the queue is kept.
        on_event: Told of `DownloadEnded`, in the queue's thread.
        fetch: Brings one.
    """

    def __init__(self, store: Path, on_event: Callable[[object], None], fetch: Bring = bring) -> None:
        self._store, self._on_event, self._fetch = store, on_event, fetch
        self._changed = threading.Condition()
        self._items = dict[str, _Item]()
        self._is_closing = False
        self._writer = ThreadPoolExecutor(1, "downloads-queue")
        self._thread = threading.Thread(target=self._run, name="downloads", daemon=True)

    def start(self) -> None:
        """Go on with what the last start of the program left, and begin to work."""
        self._writer.submit(self._take_up)
        self._thread.start()

    def add(self, name: str, cache: Path) -> None:
        """Download something, after what waits already. One that is in the queue goes on.

        Args:
            name: What.
            cache: The folder it goes to.
        """
        with self._changed:
            if name not in self._items or self._items[name].is_given_up:
                self._items[name] = _Item(DownloadView(name, DownloadState.WAITING), cache, threading.Event())
        self.resume(name)

    def pause(self, name: str) -> None:
        """Let it rest; what has come is kept. Unknown names pass."""
        with self._changed:
            item = self._items.get(name)
            if item is not None and item.view.state in (DownloadState.WAITING, DownloadState.RUNNING):
                item.stop.set()
                item.view = replace(item.view, state=DownloadState.PAUSED)
            self._tell()

    def resume(self, name: str) -> None:
        """Let it go on, or try again if it failed. Unknown names pass."""
        with self._changed:
            item = self._items.get(name)
            if item is not None and item.view.state in (DownloadState.PAUSED, DownloadState.FAILED):
                # another flag: the one before ends the run before, which may not have noticed yet
                view = replace(item.view, state=DownloadState.WAITING, problem=None)
                self._items[name] = _Item(view, item.cache, threading.Event())
            self._tell()

    def cancel(self, name: str) -> None:
        """Give it up; what has come of it is deleted. Unknown names pass."""
        with self._changed:
            item = self._items.get(name)
            if item is not None:
                item.is_given_up = True
                item.stop.set()
            self._tell()

    def views(self) -> list[DownloadView]:
        """Return how each stands, in order."""
        with self._changed:
            return [item.view for item in self._items.values() if not item.is_given_up]

    def close(self) -> None:
        """End; what is not done goes on at the next start."""
        with self._changed:
            self._is_closing = True
            for item in self._items.values():
                item.stop.set()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_S)
        self._writer.shutdown(wait=True)

    def _tell(self) -> None:
        """Let the thread look, and the queue be kept. With the lock held."""
        kept = [
            {"id": name, "cache": str(item.cache), "waits": item.view.state is not DownloadState.PAUSED}
            for name, item in self._items.items()
            if not item.is_given_up
        ]
        if not self._is_closing:
            self._writer.submit(self._keep, json.dumps({"downloads": kept}, indent=1) + "\n")
        self._changed.notify_all()

    def _keep(self, text: str) -> None:
        with suppress(UserProblem):  # then the next start does not go on by itself; nothing of a download is lost
            ensure_folder(self._store.parent)
            write_text(self._store, text)

    def _take_up(self) -> None:
        """Put what was kept before what has been added since."""
        try:
            told = json.loads(self._store.read_text(encoding="utf-8"))["downloads"]
            items = {str(each["id"]): (Path(each["cache"]), bool(each["waits"])) for each in told}
        except (OSError, ValueError, KeyError, TypeError):
            return
        with self._changed:
            kept = {
                name: _Item(
                    DownloadView(name, DownloadState.WAITING if waits else DownloadState.PAUSED),
                    cache,
                    threading.Event(),
                )
                for name, (cache, waits) in items.items()
            }
            self._items = {**kept, **self._items}
            self._tell()

    # The queue's thread.

    def _run(self) -> None:
        while True:
            with self._changed:
                while (item := self._next()) is None and not self._is_closing:
                    self._changed.wait()
                if item is None or self._is_closing:
                    return
                if not item.is_given_up:
                    item.view = replace(item.view, state=DownloadState.RUNNING)
            self._do(item)

    def _next(self) -> _Item | None:
        """Return what is to be cleared away or downloaded next, or None."""
        given_up = next((item for item in self._items.values() if item.is_given_up), None)
        waiting = (item for item in self._items.values() if item.view.state is DownloadState.WAITING)
        return given_up or next(waiting, None)

    def _do(self, item: _Item) -> None:
        """Bring one, or clear away what one has left."""
        ended: DownloadEnded | None = None
        name = item.view.id
        try:
            if not item.is_given_up:
                folder = self._fetch(name, item.cache, item.stop, lambda progress: self._show(item, progress))
                ended = DownloadEnded(name, folder)
        except StoppedError:
            pass
        except UserProblem as problem:
            ended = DownloadEnded(name, problem=problem)
        except Exception as error:  # noqa: BLE001 - this download failed, not the queue: the window shows the report
            ended = DownloadEnded(name, bug="".join(format_exception(error)))
        self._end(item, ended)

    def _end(self, item: _Item, ended: DownloadEnded | None) -> None:
        name = item.view.id
        if item.is_given_up and (ended is None or ended.folder is None):
            _discard(name, item.cache)
            ended = DownloadEnded(name, is_given_up=True)
        with self._changed:
            if self._items.get(name) is item:
                if item.is_given_up or (ended is not None and ended.folder is not None):
                    del self._items[name]
                elif ended is not None:
                    item.view = replace(item.view, state=DownloadState.FAILED, problem=ended.problem)
            self._tell()
        if ended is not None:
            self._on_event(ended)

    def _show(self, item: _Item, progress: DownloadProgress) -> None:
        with self._changed:
            item.view = replace(item.view, progress=progress)


def _discard(name: str, cache: Path) -> None:
    """Delete what a download that was given up has left; what cannot be deleted stays."""
    with suppress(OSError):
        model = published(name)
        if model is not None:
            discard_published(model, cache)
        else:
            CachedRepository(cache, name).discard()
