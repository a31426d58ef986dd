"""Tests of the queue of downloads, over a real HTTP server: pause, resume, give up, several, and the next start."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from musicgen_studio.checkpoints.hub import download as hub_download
from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.studio.program.downloads import Downloads, DownloadState, DownloadView
from tests.checkpoints.hub.conftest import content
from tests.checkpoints.hub.server import COMMIT, FakeHub, Fault, serving

NAMES = ("me/first", "me/second")
SIZE = 400_000
WAIT_S = 30


class Heard(list[object]):
    """What was told, and a way to wait for more of it."""

    def __init__(self) -> None:
        super().__init__()
        self._came = threading.Condition()

    def take(self, event: object) -> None:
        """Keep it; from any thread."""
        with self._came:
            self.append(event)
            self._came.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so many are there."""
        with self._came:
            assert self._came.wait_for(lambda: len(self) >= count, WAIT_S), self


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A server with two checkpoints."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") or name.startswith("HF_"):
            monkeypatch.delenv(name)
    files = {name: {"config.json": b"{}", "model.safetensors": content(SIZE, seed)} for seed, name in enumerate(NAMES)}
    with serving(FakeHub(files)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setattr(hub_download, "_FIRST_WAIT_S", 0.001)
        yield served


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def begin(tmp_path: Path, heard: Heard) -> Iterator[Callable[[], Downloads]]:
    """Start the program's downloads, as often as wished; the one before has to be closed."""
    begun = list[Downloads]()

    def start() -> Downloads:
        downloads = Downloads(tmp_path / "config" / "downloads.json", heard.take)
        downloads.start()
        begun.append(downloads)
        return downloads

    yield start
    for each in begun:
        each.close()


def until(downloads: Downloads, holds: Callable[[list[DownloadView]], bool]) -> list[DownloadView]:
    """Look until it holds."""
    pause, end_s = threading.Event(), time.monotonic() + WAIT_S
    while not holds(views := downloads.views()):
        assert time.monotonic() < end_s, views
        pause.wait(0.005)
    return views


def has_come(views: list[DownloadView]) -> bool:
    return bool(views) and views[0].progress is not None and views[0].progress.done_bytes > SIZE // 10


def assert_whole(hub: FakeHub, cache: Path, name: str) -> None:
    folder = CachedRepository(cache, name).snapshot(COMMIT)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == hub.files[name]


def test_two_come_one_after_the_other(
    hub: FakeHub, heard: Heard, begin: Callable[[], Downloads], tmp_path: Path
) -> None:
    downloads = begin()
    for name in NAMES:
        downloads.add(name, tmp_path)
    heard.wait_for(2)
    assert [(event.id, event.folder is not None) for event in heard] == [(name, True) for name in NAMES]  # type: ignore[attr-defined]
    for name in NAMES:
        assert_whole(hub, tmp_path, name)
    assert downloads.views() == []


def test_paused_it_rests_and_goes_on_where_it_was(
    hub: FakeHub, heard: Heard, begin: Callable[[], Downloads], tmp_path: Path
) -> None:
    hub.bytes_per_s = 4e5
    downloads = begin()
    for name in NAMES:
        downloads.add(name, tmp_path)
    until(downloads, has_come)
    downloads.pause(NAMES[0])
    views = until(downloads, lambda views: views[1].state is DownloadState.RUNNING)  # the next one's turn
    assert views[0].state is DownloadState.PAUSED
    hub.bytes_per_s = None
    heard.wait_for(1)
    downloads.resume(NAMES[0])
    heard.wait_for(2)
    assert [event.id for event in heard] == [NAMES[1], NAMES[0]]  # type: ignore[attr-defined]
    assert_whole(hub, tmp_path, NAMES[0])
    assert hub.sent["model.safetensors"] < 2 * SIZE + 100_000  # of both; what was on its way at the pause


def test_given_up_nothing_of_it_is_left(hub: FakeHub, begin: Callable[[], Downloads], tmp_path: Path) -> None:
    hub.bytes_per_s = 4e5
    downloads = begin()
    downloads.add(NAMES[0], tmp_path / "cache")
    until(downloads, has_come)
    downloads.cancel(NAMES[0])
    assert downloads.views() == []
    folder = CachedRepository(tmp_path / "cache", NAMES[0]).folder
    until(downloads, lambda _: not folder.exists())
    downloads.add(NAMES[0], tmp_path / "cache")
    until(downloads, has_come)
    downloads.pause(NAMES[0])
    downloads.cancel(NAMES[0])
    until(downloads, lambda _: not folder.exists())


def test_the_next_start_goes_on_and_what_was_paused_stays_so(
    hub: FakeHub, heard: Heard, begin: Callable[[], Downloads], tmp_path: Path
) -> None:
    hub.bytes_per_s = 4e5
    downloads = begin()
    for name in NAMES:
        downloads.add(name, tmp_path)
    until(downloads, has_come)
    downloads.pause(NAMES[1])
    downloads.close()
    assert not heard
    hub.bytes_per_s = None
    downloads = begin()
    heard.wait_for(1)
    assert_whole(hub, tmp_path, NAMES[0])
    assert hub.sent["model.safetensors"] < SIZE + 100_000
    assert [(view.id, view.state) for view in downloads.views()] == [(NAMES[1], DownloadState.PAUSED)]
    downloads.resume(NAMES[1])
    heard.wait_for(2)
    assert_whole(hub, tmp_path, NAMES[1])


def test_one_that_fails_says_why_and_can_be_tried_again(
    hub: FakeHub, heard: Heard, begin: Callable[[], Downloads], tmp_path: Path
) -> None:
    kept = hub.files.pop(NAMES[0])
    downloads = begin()
    for name in NAMES:
        downloads.add(name, tmp_path)
    heard.wait_for(2)  # it did not hold up the other one
    view = downloads.views()[0]
    assert (view.id, view.state) == (NAMES[0], DownloadState.FAILED)
    assert view.problem is not None
    assert "There is no me/first" in view.problem.why
    hub.files[NAMES[0]] = kept
    hub.faults = [Fault("cut", 1000)]
    downloads.resume(NAMES[0])
    heard.wait_for(3)
    assert_whole(hub, tmp_path, NAMES[0])


def test_a_fault_of_the_program_ends_one_download_not_the_queue(heard: Heard, tmp_path: Path) -> None:
    def fetch(name: str, cache: Path, *_: object) -> Path:
        if name == NAMES[0]:
            raise RuntimeError("a bug")
        return cache

    downloads = Downloads(tmp_path / "downloads.json", heard.take, fetch)
    downloads.start()
    for name in NAMES:
        downloads.add(name, tmp_path)
    heard.wait_for(2)
    downloads.close()
    assert ["a bug" in (event.bug or "") for event in heard] == [True, False]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"downloads": [{"id": "x"}]}', '{"downloads": 3}'])
def test_a_broken_note_counts_as_none(begin: Callable[[], Downloads], tmp_path: Path, text: str) -> None:
    store = tmp_path / "config" / "downloads.json"
    store.parent.mkdir()
    store.write_text(text)
    downloads = begin()
    assert downloads.views() == []
    downloads.pause("nothing")
    downloads.resume("nothing")
    downloads.cancel("nothing")
