"""Tests of where downloads go and where they are looked for."""

from pathlib import Path

import pytest

from musicgen_studio.checkpoints.found import caches
from musicgen_studio.checkpoints.places import (
    choose_downloads_folder,
    downloads_folder,
    known_folders,
    remember_folder,
)
from musicgen_studio.errors import UserProblem


@pytest.fixture(autouse=True)
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache that Hugging Face programs share."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "shared"))
    monkeypatch.delenv("AUDIOCRAFT_CACHE_DIR", raising=False)
    return tmp_path / "shared"


def test_without_a_choice_it_is_the_shared_cache(shared: Path) -> None:
    assert downloads_folder() == shared
    assert known_folders() == caches() == [shared]


def test_a_choice_is_kept_and_what_was_before_is_still_looked_into(shared: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    choose_downloads_folder(first)
    choose_downloads_folder(second)
    assert downloads_folder() == second
    assert second.is_dir()
    assert caches() == [second, first, shared]
    choose_downloads_folder(None)
    assert known_folders() == [shared, second, first]


def test_a_folder_is_remembered_without_being_chosen(shared: Path, tmp_path: Path) -> None:
    remember_folder(tmp_path / "other")
    remember_folder(tmp_path / "other")
    assert downloads_folder() == shared
    assert known_folders() == [shared, tmp_path / "other"]


def test_a_folder_is_written_down_whole(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    remember_folder(Path("models"))
    choose_downloads_folder(Path("downloads"))
    monkeypatch.chdir("/")
    assert known_folders() == [tmp_path / "downloads", tmp_path / "models", shared]


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserProblem, match="cannot be used"):
        choose_downloads_folder(tmp_path / "file")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"downloads": 3, "folders": [1, {}]}', '{"folders": "x"}'])
def test_a_broken_note_counts_as_none(shared: Path, cache: Path, text: str) -> None:
    store = cache.parent / "config" / "checkpoint-folders.json"
    store.parent.mkdir(parents=True)
    store.write_text(text)
    assert known_folders() == [shared]
