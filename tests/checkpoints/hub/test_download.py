"""Tests of downloading: whatever the server does, what ends is whole and right, and nothing is asked for twice."""

import errno
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from musicgen_studio.checkpoints.hub import download as download_module
from musicgen_studio.checkpoints.hub.cache import CachedRepository, partial_of
from musicgen_studio.checkpoints.hub.download import download, verify
from musicgen_studio.checkpoints.hub.files import RemoteFile, connection, list_files
from musicgen_studio.checkpoints.hub.progress import DownloadProgress
from musicgen_studio.errors import StoppedError, UserProblem
from tests.checkpoints.hub.conftest import REPOSITORY, content
from tests.checkpoints.hub.server import COMMIT, FakeHub, Fault

NEEDED = {"README.md", "config.json", "tokenizer.json", "model.safetensors"}
LARGE = "model.safetensors"


def fetch(hub_cache: Path) -> Path:
    return download(REPOSITORY, hub_cache, threading.Event())


def assert_whole(hub: FakeHub, folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == NEEDED
    for path in folder.iterdir():
        assert path.read_bytes() == hub.files[REPOSITORY][path.name]
    blobs = folder.parents[1] / "blobs"
    assert {path.suffix for path in blobs.iterdir()} == {""}  # no .part and no .lock is left


def test_a_checkpoint_comes_with_what_it_needs_and_nothing_else(hub: FakeHub, hub_cache: Path) -> None:
    folder = fetch(hub_cache)
    assert folder == hub_cache / "models--facebook--musicgen-tiny" / "snapshots" / COMMIT
    assert_whole(hub, folder)
    assert CachedRepository(hub_cache, REPOSITORY).current() == folder


def test_what_is_there_is_not_asked_for_again(hub: FakeHub, hub_cache: Path) -> None:
    fetch(hub_cache)
    hub.asked.clear()
    fetch(hub_cache)
    assert [path for path, *_ in hub.asked] == [f"/api/models/{REPOSITORY}/revision/main"]


def test_what_a_kill_left_beside_a_whole_file_is_removed(hub: FakeHub, hub_cache: Path) -> None:
    folder = fetch(hub_cache)
    for name in NEEDED:  # killed after the file had its name, and before its lock was gone
        blob = (folder / name).resolve()
        blob.with_name(f"{blob.name}.lock").touch()
    assert_whole(hub, fetch(hub_cache))


def test_the_token_is_shown_to_the_hub_and_to_nobody_else(
    hub: FakeHub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    fetch(hub_cache)
    told = {path: token for path, _, token in hub.asked}
    assert told[f"/{REPOSITORY}/resolve/{COMMIT}/{LARGE}"] == "Bearer secret"
    assert told[f"/cdn/{REPOSITORY}/{LARGE}"] is None


@pytest.mark.usefixtures("hub")
def test_a_token_that_can_be_none_is_said(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_ab…")  # as a page shortens it
    with pytest.raises(UserProblem, match="HF_TOKEN holds a sign that no token has"):
        fetch(hub_cache)


@pytest.mark.parametrize("at", [0, 1, 16_384, 500_000, 999_999])
def test_after_a_cut_it_goes_on_where_it_was(hub: FakeHub, hub_cache: Path, at: int) -> None:
    hub.faults = [Fault("cut", at)]
    assert_whole(hub, fetch(hub_cache))
    assert hub.sent[LARGE] == len(hub.files[REPOSITORY][LARGE])  # not a byte twice


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("flip", 700_000)],
        [Fault("longer")],
        [Fault("shorter")],
        [Fault("cut", 300_000), Fault("no_range")],
        [Fault("cut", 300_000), Fault("changed")],
        [Fault("cut", 300_000), Fault("flip", 800_000)],
        [Fault("status", 500), Fault("status", 503), Fault("status", 429)],
        [Fault("status", 403)],  # behind a redirect: an address that was good for minutes only
        [Fault("status", 502, "config.json"), Fault("cut", 5, "tokenizer.json")],
        [Fault("status", 500, "list"), Fault("status", 429, "list")],
        [Fault("cut", 60_000)] * 16,  # more than the tries in a row, but each brings something
    ],
)
def test_it_ends_whole_whatever_the_server_does(hub: FakeHub, hub_cache: Path, faults: list[Fault]) -> None:
    hub.faults = list(faults)
    assert_whole(hub, fetch(hub_cache))
    assert not hub.faults


@pytest.mark.usefixtures("short_stall")
def test_a_stall_is_noticed(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("stall", 400_000)]
    assert_whole(hub, fetch(hub_cache))
    assert hub.sent[LARGE] == len(hub.files[REPOSITORY][LARGE])


def test_what_was_damaged_on_the_disk_comes_anew(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("cut", 300_000), *[Fault("status", 500)] * 8]
    with pytest.raises(UserProblem):
        fetch(hub_cache)
    part = next(hub_cache.rglob("*.part"))
    part.write_bytes(b"x" * part.stat().st_size)
    assert_whole(hub, fetch(hub_cache))


def test_a_part_that_is_too_long_comes_anew(hub: FakeHub, hub_cache: Path) -> None:
    with connection() as client:
        listing = list_files(client, REPOSITORY)
    part = partial_of(CachedRepository(hub_cache, REPOSITORY).blob(listing.files[-1]))
    part.parent.mkdir(parents=True)
    part.write_bytes(content(1_000_001))
    assert_whole(hub, fetch(hub_cache))


def test_a_wrong_content_again_and_again_is_refused(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("flip", 10)] * 3
    with pytest.raises(UserProblem, match="could not be downloaded") as problem:
        fetch(hub_cache)
    assert "not what the Hub says" in problem.value.why
    assert not list(hub_cache.rglob("*.part"))


def test_a_server_that_fails_on_is_given_up_and_what_came_is_kept(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("cut", 600_000), *[Fault("status", 500)] * 8]
    with pytest.raises(UserProblem) as problem:
        fetch(hub_cache)
    assert "500" in problem.value.why
    assert next(hub_cache.rglob("*.part")).stat().st_size == 600_000
    assert_whole(hub, fetch(hub_cache))
    assert hub.sent[LARGE] == 1_000_000


@pytest.mark.parametrize("kind", ["longer", "shorter"])
def test_a_file_that_never_has_the_listed_length_is_given_up(hub: FakeHub, hub_cache: Path, kind: str) -> None:
    """What a proxy puts in its place comes again and again: bytes that are no further bytes are no progress."""
    hub.faults = [Fault(kind)] * 40
    with pytest.raises(UserProblem, match="could not be downloaded"):
        fetch(hub_cache)
    assert len(hub.faults) >= 30


def test_a_circle_of_redirects_is_said(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("circle")]
    with pytest.raises(UserProblem) as problem:
        fetch(hub_cache)
    assert "circle" in problem.value.why


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("address", ["huggingface.co", "https://hugging:face"])
def test_an_address_that_is_none_is_said_at_once(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setattr(download_module, "MAX_TRIES", 10**9)
    with pytest.raises(UserProblem, match="The address is none"):
        fetch(hub_cache)


class _Refusal(NamedTuple):
    repository: str
    is_gated: bool
    token: str
    word: str


@pytest.mark.parametrize(
    "refusal",
    [
        _Refusal("facebook/nothing", False, "", "There is no facebook/nothing"),
        _Refusal(REPOSITORY, True, "", "no token"),
        _Refusal(REPOSITORY, True, "secret", "agreed to its terms"),
    ],
)
def test_a_refusal_is_told_apart(
    hub: FakeHub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch, refusal: _Refusal
) -> None:
    hub.gated = {REPOSITORY} if refusal.is_gated else set()
    if refusal.token:
        monkeypatch.setenv("HF_TOKEN", refusal.token)
    with pytest.raises(UserProblem) as problem:
        download(refusal.repository, hub_cache, threading.Event())
    assert refusal.word in problem.value.why


def test_a_repository_that_was_taken_away_is_said(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("status", 410, "list")]
    with pytest.raises(UserProblem) as problem:
        fetch(hub_cache)
    assert "taken it away" in problem.value.why


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_nothing_is_asked_where_the_network_is_forbidden(
    variable: str, hub: FakeHub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(UserProblem) as problem:
        fetch(hub_cache)
    assert f"variable {variable} forbids" in problem.value.why
    assert not hub.asked


@pytest.mark.usefixtures("hub")
def test_the_first_word_about_the_network_counts(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    assert fetch(hub_cache).is_dir()


def test_without_safetensors_the_other_weights_come(hub: FakeHub, hub_cache: Path) -> None:
    files = hub.files[REPOSITORY]
    del files[LARGE]
    assert {path.name for path in fetch(hub_cache).iterdir()} == NEEDED - {LARGE} | {"pytorch_model.bin"}
    del files["pytorch_model.bin"]
    files |= {"pytorch_model.bin.index.json": b"{}", "pytorch_model-00001-of-00002.bin": content(10)}
    files |= {"pytorch_model-00002-of-00002.bin": content(20), "pytorch_model-00002-of-00003.bin.old": content(30)}
    names = {path.name for path in fetch(hub_cache).iterdir()}
    assert names >= {"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"}


def test_a_stop_is_quick_and_keeps_what_came(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("stall", 300_000)]  # for 30 s, if nothing ends it
    stop, ended = threading.Event(), threading.Event()

    def run() -> None:
        with pytest.raises(StoppedError):
            download(REPOSITORY, hub_cache, stop)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    while sum(path.stat().st_size for path in hub_cache.rglob("*.part") if path.exists()) < 300_000:
        ended.wait(0.02)
    stop.set()
    assert ended.wait(10)
    thread.join()
    assert_whole(hub, fetch(hub_cache))
    assert hub.sent[LARGE] == 1_000_000


def test_progress_tells_all_there_is(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("cut", 500_000)]
    told: list[DownloadProgress] = []
    download(REPOSITORY, hub_cache, threading.Event(), told.append)
    done = [progress.done_bytes for progress in told]
    assert done == sorted(done)
    assert told[-1].done_bytes == told[-1].wanted_bytes == sum(len(hub.files[REPOSITORY][name]) for name in NEEDED)
    assert any(progress.waits_s is not None for progress in told)


def test_a_disk_without_room_is_said_before(hub: FakeHub, hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(UserProblem, match="does not fit"):
        fetch(hub_cache)
    assert all("/resolve/" not in path for path, *_ in hub.asked)


@pytest.mark.usefixtures("hub")
def test_a_disk_that_fills_up_is_said(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserProblem) as problem:
        fetch(hub_cache)
    assert "full" in problem.value.why


def test_two_programs_do_not_bring_the_same_file_at_once(hub: FakeHub, hub_cache: Path) -> None:
    hub.bytes_per_s = 200_000
    began, stop = threading.Event(), threading.Event()

    def tell(progress: DownloadProgress) -> None:
        if progress.file == LARGE:
            began.set()

    def first() -> None:
        with pytest.raises(StoppedError):
            download(REPOSITORY, hub_cache, stop, tell)

    thread = threading.Thread(target=first)
    thread.start()
    assert began.wait(20)
    with pytest.raises(UserProblem, match="already"):
        fetch(hub_cache)
    stop.set()
    thread.join()


def test_verify_finds_what_was_changed_without_the_network(hub: FakeHub, hub_cache: Path) -> None:
    folder, kept = fetch(hub_cache), CachedRepository(hub_cache, REPOSITORY)
    with connection() as client:
        listing = list_files(client, REPOSITORY)
    hub.asked.clear()
    known = kept.listing()
    assert known is not None
    assert set(known.files) == set(listing.files)  # the links say what each file has to be
    told = list[DownloadProgress]()
    assert verify(known, kept, threading.Event(), told.append) == []
    assert told[-1].done_bytes == known.bytes  # in the middle of a large file, too
    assert verify(listing, kept, threading.Event()) == []
    blob = (folder / LARGE).resolve()
    blob.write_bytes(content(1_000_000, 9))
    assert [file.path for file in verify(listing, kept, threading.Event())] == [LARGE]


@pytest.mark.usefixtures("short_stall")
def test_giving_a_download_up_leaves_nothing(hub: FakeHub, hub_cache: Path) -> None:
    hub.faults = [Fault("stall", 300_000)]
    stop = threading.Event()
    with pytest.raises(StoppedError):
        download(REPOSITORY, hub_cache, stop, lambda at: stop.set() if at.done_bytes > 200_000 else None)
    kept = CachedRepository(hub_cache, REPOSITORY)
    assert kept.began()
    kept.discard()
    assert not kept.folder.exists()
    kept.discard()


def test_giving_an_update_up_keeps_what_is_there(hub: FakeHub, hub_cache: Path) -> None:
    folder, kept = fetch(hub_cache), CachedRepository(hub_cache, REPOSITORY)
    (kept.folder / "blobs" / "abc.part").write_bytes(b"of a newer one")
    kept.discard()
    assert_whole(hub, folder)


@pytest.mark.usefixtures("short_stall")
def test_giving_an_update_up_leaves_nothing_of_it(hub: FakeHub, hub_cache: Path) -> None:
    folder, kept = fetch(hub_cache), CachedRepository(hub_cache, REPOSITORY)
    blobs = kept.folder / "blobs"
    before = {path.name for path in blobs.iterdir()}
    others = blobs / f"{'e' * 64}.0a1b2c3d.incomplete"  # another program's, on its way
    others.write_bytes(b"half")
    old, hub.files[REPOSITORY] = hub.files[REPOSITORY], {**hub.files[REPOSITORY], "config.json": b'{"model_type": 1}'}
    hub.files[REPOSITORY]["model.safetensors"] = content(1_000_000, 7)
    hub.faults = [Fault("stall", 300_000)]
    stop = threading.Event()
    with pytest.raises(StoppedError):
        download(REPOSITORY, hub_cache, stop, lambda at: stop.set() if at.file == LARGE else None)
    assert {path.name for path in blobs.iterdir()} > before | {others.name}
    kept.discard()
    assert {path.name for path in blobs.iterdir()} == before | {others.name}
    others.unlink()
    hub.files[REPOSITORY] = old
    assert_whole(hub, folder)


def test_removing_says_what_it_frees(hub: FakeHub, hub_cache: Path) -> None:
    fetch(hub_cache)
    kept = CachedRepository(hub_cache, REPOSITORY)
    assert kept.remove() >= sum(len(hub.files[REPOSITORY][name]) for name in NEEDED)
    assert not kept.folder.exists()


@pytest.mark.usefixtures("hub")
def test_what_cannot_be_removed_is_said(hub_cache: Path, tmp_path: Path) -> None:
    fetch(hub_cache)
    kept = CachedRepository(hub_cache, REPOSITORY)
    elsewhere = kept.folder.rename(tmp_path / "disk")
    kept.folder.symlink_to(elsewhere)  # as people do whose home is small
    with pytest.raises(UserProblem, match="was not removed") as problem:
        kept.remove()
    assert f"delete {kept.folder} yourself" in problem.value.what_to_do
    assert kept.current() is not None


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "..\\x", "C:x", ""])
def test_a_name_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        RemoteFile(path, 1, "0" * 40)
