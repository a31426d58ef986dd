"""Bringing a checkpoint from the Hub to the disk, whatever happens on the way.

A file grows as `OID.part`, is hashed while it passes, and gets its name only when it is whole and right. What has come
is never asked for again: after a cut, a kill or a restart it is hashed from the disk, and the rest is asked for.
Nothing of a stopped download is lost, and nothing but `.part` files is left by one that is given up.

Why not `huggingface_hub`: since 1.18 it does not resume after its process ended, and checks the size of a file only.
"""

import os
import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import filelock
import httpx2

from musicgen_studio.checkpoints.hub.cache import (
    LOCK,
    CachedRepository,
    Content,
    Destination,
    content_of,
    has_size,
    lacking,
    missing_bytes,
    partial_of,
)
from musicgen_studio.checkpoints.hub.files import Listing, RemoteFile, connection, file_address, list_files, refuse
from musicgen_studio.checkpoints.hub.progress import DownloadProgress, OnProgress, Stop
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.whole import explain, sync_folder

SPARE_BYTES = 200_000_000
"""What is to stay free on the disk."""

MAX_TRIES = 8
"""Tries in a row that get no further before it is given up; one that gets further starts the count anew."""

_WHOLE_TRIES = 3
"""What lies there from before may be wrong, and what comes then once."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 60.0
_LOOK_EVERY_S = 0.2
_PACE_S = 5.0
"""Over so many seconds the speed is the mean."""

_PARTIAL, _OUT_OF_RANGE, _TOO_MANY, _SERVER = 206, 416, 429, 500

_Result = TypeVar("_Result")


def download(
    repository: str,
    cache: Path,
    stop: Stop,
    on_progress: OnProgress = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Path:
    """Bring a checkpoint to the disk, or the rest of it.

    Args:
        repository: Such as `facebook/musicgen-small`.
        cache: The cache's folder, see `cache.hub_cache`; it is made.
        stop: Ends it within a second or so; what has come is kept.
        on_progress: Told a few times a second, in this thread.
        clock: Seconds that only grow.

    Returns:
        The folder to load it from.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If it cannot be had, the disk is full, or the connection fails again and again.
    """
    kept = CachedRepository(cache, repository)
    with connection() as client:
        listing = bring(client, lambda: list_files(client, repository), kept, stop, on_progress, clock)
    with _disk(cache, repository):
        return kept.link(listing)


def bring(
    client: httpx2.Client,
    list_them: Callable[[], Listing],
    place: Destination,
    stop: Stop,
    on_progress: OnProgress = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Listing:
    """Bring the files of a listing to where they belong, or what is missing of them.

    Args:
        client: From `files.connection`.
        list_them: Asks which files there are; tried again where the connection fails.
        place: Where they go.
        stop: As for `download`.
        on_progress: As for `download`.
        clock: As for `download`.

    Returns:
        What was brought.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: As for `download`.
    """
    listing = _Tries(place.name, stop).until_done(list_them)
    _check_space(place.cache, missing_bytes(place, listing), place.name)
    meter = _Meter(listing, listing.bytes - missing_bytes(place, listing), on_progress, clock)
    for file in lacking(place, listing):
        _Fetch(client, listing, file, place.blob(file), stop, meter).run()
    with _disk(place.cache, place.name):
        _tidy([place.blob(file) for file in listing.files])
    return listing


def listing_of(kept: CachedRepository, stop: Stop) -> Listing:
    """Return what a download has to be: as the disk says it, or where that does not, as the Hub does.

    Args:
        kept: What was downloaded, or a part of it.
        stop: As for `download`.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If the Hub has to be asked and cannot be.
    """
    listing = kept.listing()
    if listing is not None:
        return listing
    current = kept.current()
    revision = "main" if current is None else current.name
    with connection() as client:
        return asked(kept.name, lambda: list_files(client, kept.name, revision), stop)


def asked(name: str, list_them: Callable[[], Listing], stop: Stop) -> Listing:
    """Ask what a download has to be, again where the connection fails.

    Args:
        name: Of what was downloaded.
        list_them: Asks.
        stop: As for `download`.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If nobody answers.
    """
    tries = _Tries(name, stop, what="could not be checked", then="Check the connection and try again.")
    return tries.until_done(list_them)


def verify(
    listing: Listing, place: Destination, stop: Stop, on_progress: OnProgress = lambda _: None
) -> list[RemoteFile]:
    """Read what was downloaded and compare it with a listing; what is wrong or missing is returned.

    Raises:
        StoppedError: If it was stopped.
    """
    wrong, done = list[RemoteFile](), 0
    for file in listing.files:
        tell = partial(_tell_read, on_progress, file, done, listing.bytes)
        tell(0)
        blob = place.blob(file)
        if not has_size(blob, file.size) or not content_of(blob, file, stop.is_set, tell).is_right():
            wrong.append(file)
        done += file.size
    return wrong


def _tell_read(on_progress: OnProgress, file: RemoteFile, done: int, wanted: int, read: int) -> None:
    on_progress(DownloadProgress(file.path, done + read, wanted, None))


class _Meter:
    """Counts what is there and how fast it comes."""

    def __init__(self, listing: Listing, done_bytes: int, on_progress: OnProgress, clock: Callable[[], float]) -> None:
        self._wanted, self._done = listing.bytes, done_bytes
        self._tell, self._clock = on_progress, clock
        self._past = [(clock(), 0)]  # times, and what had come by then in this run
        self._came = 0
        self._told_s = -1.0

    def add(self, file: str, count: int) -> None:
        self._done += count
        self._came += max(count, 0)
        now_s = self._clock()
        if now_s - self._told_s >= 0.2 or self._done == self._wanted:
            self._told_s = now_s
            self._tell(DownloadProgress(file, self._done, self._wanted, self._speed(now_s)))

    def wait(self, file: str, waits_s: float) -> None:
        self._tell(DownloadProgress(file, self._done, self._wanted, None, waits_s))

    def _speed(self, now_s: float) -> float | None:
        self._past.append((now_s, self._came))
        while len(self._past) > 2 and now_s - self._past[1][0] >= _PACE_S:
            del self._past[0]
        begin_s, before = self._past[0]
        return (self._came - before) / (now_s - begin_s) if now_s > begin_s else None


class _Tries:
    """Tries again what a connection broke, waiting longer each time; says at last what it was."""

    def __init__(
        self,
        repository: str,
        stop: Stop,
        on_wait: Callable[[float], None] = lambda _: None,
        what: str = "could not be downloaded",
        then: str = "What has come is kept. Check the connection and try again: it goes on where it stopped.",
    ) -> None:
        self._repository, self._stop, self._on_wait = repository, stop, on_wait
        self._what, self._then = what, then
        self._failed = 0

    def went_on(self) -> None:
        """It got further: the count starts anew."""
        self._failed = 0

    def until_done(self, attempt: Callable[[], _Result]) -> _Result:
        while True:
            if self._stop.is_set():
                raise StoppedError
            try:
                return attempt()
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                raise self._given_up(f"The address is none that can be asked ({error}).") from error
            except httpx2.TooManyRedirects as error:
                raise self._given_up("The address leads in a circle.") from error
            except httpx2.HTTPError as error:
                self._failed += 1
                if self._failed >= MAX_TRIES:
                    raise self._given_up(_in_words(error)) from error
                self._wait(error)

    def _wait(self, error: httpx2.HTTPError) -> None:
        longest_s = min(_FIRST_WAIT_S * 2 ** (self._failed - 1), _LONGEST_WAIT_S)
        wait_s = _asked_wait_s(error) or longest_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads the callers
        self._on_wait(wait_s)
        if self._stop.wait(wait_s):
            raise StoppedError

    def _given_up(self, why: str) -> UserProblem:
        return UserProblem(
            f"{self._repository} {self._what}.",
            f"{why} It was tried {self._failed} times." if self._failed else why,
            self._then,
        )


class _Fetch:
    """One file on its way."""

    def __init__(
        self, client: httpx2.Client, listing: Listing, file: RemoteFile, blob: Path, stop: Stop, meter: _Meter
    ) -> None:
        self._client, self._listing, self._file, self._blob = client, listing, file, blob
        self._stop, self._meter = stop, meter
        self._tries = _Tries(listing.repository, stop, lambda wait_s: meter.wait(file.path, wait_s))
        self._furthest = 0  # how much of the file there was at a time

    def run(self) -> None:
        """Bring the file; a wrong content is fetched anew, and refused if it comes again."""
        with _disk(self._blob.parent, self._listing.repository):
            self._blob.parent.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._blob.with_name(self._blob.name + LOCK), timeout=0)
            try:
                with lock:
                    self._bring()
            except filelock.Timeout as error:
                raise UserProblem(
                    f"{self._listing.repository} is being downloaded already.",
                    f"Another program brings {self._file.path} into {self._blob.parent}.",
                    "Wait until it is done.",
                ) from error
            Path(lock.lock_file).unlink(missing_ok=True)

    def _bring(self) -> None:
        if has_size(self._blob, self._file.size):
            return  # another program was faster
        for _ in range(_WHOLE_TRIES):
            if self._tries.until_done(self._attempt):
                self._put_in_place()
                return
        raise UserProblem(
            f"{self._listing.repository} could not be downloaded.",
            f"{self._file.path} came whole again and again, but its content is not what the Hub says it is.",
            "Try again later, or from another network: something on the way changes it.",
        )

    def _attempt(self) -> bool:
        """Bring what is missing. Returns whether the whole is right; if not, it is gone."""
        part = partial_of(self._blob)
        content = content_of(part, self._file, self._stop.is_set) if part.exists() else Content(self._file)
        have = part.stat().st_size if part.exists() else 0
        if have > self._file.size:
            self._drop(part, self._file.size)
            return self._attempt()
        if have < self._file.size or not part.exists():
            with part.open("ab") as stream:
                content = self._receive(stream, content, have)
        if content.is_right():
            return True
        self._drop(part, self._file.size)
        self._furthest = 0
        return False

    def _receive(self, stream: BinaryIO, content: Content, have: int) -> Content:
        """Append what is missing, and return the content as it then is."""
        headers = {"accept-encoding": "identity", **({"range": f"bytes={have}-"} if have else {})}
        with self._client.stream("GET", file_address(self._listing, self._file), headers=headers) as response:
            # Where a redirect leads, a refusal means that the address is too old.
            if not response.history and not self._file.address:
                refuse(response, self._listing.repository)
            if response.status_code == _OUT_OF_RANGE or (have and not _begins_at(response, have)):
                if response.is_error and response.status_code != _OUT_OF_RANGE:
                    response.raise_for_status()
                stream.truncate(0)  # the server begins anew, and so must we
                self._meter.add(self._file.path, -have)
                content, have = Content(self._file), 0
            if response.status_code == _OUT_OF_RANGE:
                raise httpx2.RemoteProtocolError("it has not the rest of the file that it had")
            response.raise_for_status()
            with _ended_by(self._stop, response):
                for piece in response.iter_raw():  # as it comes: what is gathered would be lost with a cut
                    self._take(stream, content, piece)
        if stream.tell() < self._file.size:
            raise httpx2.RemoteProtocolError("it ended before the end")
        return content

    def _take(self, stream: BinaryIO, content: Content, piece: bytes) -> None:
        stream.write(piece)
        stream.flush()  # a kill costs no more than the piece on its way
        content.add(piece)
        self._meter.add(self._file.path, len(piece))
        have = min(stream.tell(), self._file.size)
        if have > self._furthest:  # what comes again and again, and is cut or too long each time, brings nothing
            self._furthest = have
            self._tries.went_on()
        if self._stop.is_set():
            raise StoppedError
        if stream.tell() > self._file.size:
            raise httpx2.RemoteProtocolError("it sends more than the file has")

    def _drop(self, part: Path, counted: int) -> None:
        part.unlink()
        self._meter.add(self._file.path, -counted)

    def _put_in_place(self) -> None:
        part = partial_of(self._blob)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(self._blob)
        sync_folder(self._blob.parent)


def _tidy(blobs: Iterable[Path]) -> None:
    """Remove what a kill may have left beside files that are whole; what another program is at stays."""
    for blob in blobs:
        lock = blob.with_name(blob.name + LOCK)
        if lock.exists():
            with suppress(filelock.Timeout), filelock.FileLock(lock, timeout=0):
                lock.unlink(missing_ok=True)
        partial_of(blob).unlink(missing_ok=True)


@contextmanager
def _ended_by(stop: Stop, response: httpx2.Response) -> Iterator[None]:
    """Let a stop end a connection that waits for bytes."""
    done = threading.Event()
    network = response.extensions["network_stream"]

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            if stop.is_set():
                with suppress(OSError):
                    network.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
                return

    watcher = threading.Thread(target=watch, name="download-stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _begins_at(response: httpx2.Response, have: int) -> bool:
    """Tell whether an answer goes on where we stand, and does not begin anew."""
    return response.status_code == _PARTIAL and response.headers.get("content-range", "").startswith(f"bytes {have}-")


def _asked_wait_s(error: httpx2.HTTPError) -> float | None:
    """Return how long a busy server asks us to wait, up to a minute."""
    if not isinstance(error, httpx2.HTTPStatusError):
        return None
    asked = error.response.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_WAIT_S) if asked.isdecimal() else None


def _in_words(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.HTTPStatusError):
        code = error.response.status_code
        if code == _TOO_MANY:
            return "The server says that too many ask at the moment (429)."
        return f"The server fails ({code})." if code >= _SERVER else f"The server refuses ({code})."
    if isinstance(error, httpx2.TimeoutException):
        return "Nothing came any more."
    if isinstance(error, httpx2.ConnectError):
        return f"The server cannot be reached ({error})."
    return f"The connection was cut ({error})."


def _check_space(cache: Path, missing: int, repository: str) -> None:
    with _disk(cache, repository):
        cache.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(cache).free
    if missing and missing + SPARE_BYTES > free_bytes:
        raise UserProblem(
            f"{repository} does not fit on the disk.",
            f"{missing / 1e9:.1f} GB are still to come; on the disk that holds {cache} {free_bytes / 1e9:.1f} GB "
            "are free.",
            "Free some space, or choose a folder on another disk.",
        )


@contextmanager
def _disk(folder: Path, repository: str) -> Iterator[None]:
    """Say in words what the disk does not take."""
    try:
        yield
    except OSError as error:
        why, what_to_do = explain(error, folder)
        raise UserProblem(f"{repository} could not be downloaded.", why, what_to_do) from error
