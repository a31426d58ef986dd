"""What is at a path, also where the system does not say it."""

import sys
from pathlib import Path

import pytest

from musicgen_studio.files.there import is_file_there, is_folder_there, status_of


def test_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.touch()
    assert (is_file_there(file), is_folder_there(file)) == (True, False)
    assert (is_file_there(tmp_path), is_folder_there(tmp_path)) == (False, True)
    assert status_of(file) is not None


@pytest.mark.parametrize("name", ["gone", "a" * 5000, "nul\0", "file/below"], ids=["gone", "too long", "nul", "below"])
def test_what_cannot_be_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / name
    assert (status_of(path), is_file_there(path), is_folder_there(path)) == (None, False, False)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name, target in (("good", "folder"), ("broken", "gone"), ("round", "round")):
        (tmp_path / name).symlink_to(target)
    assert is_folder_there(tmp_path / "good")
    assert status_of(tmp_path / "broken") is None
    assert status_of(tmp_path / "round") is None
