"""Naming checkpoints: the shipped one, folders, and what is said of a name that is neither."""

import json
from pathlib import Path

import pytest

from musicgen_studio.checkpoints import catalogue
from musicgen_studio.checkpoints.catalogue import STARTER_LICENCE, UNKNOWN_LICENCE, find
from musicgen_studio.errors import UserProblem


def test_the_starter_is_shipped_and_free() -> None:
    entry = find("starter")
    assert entry.id == "starter"
    assert entry.is_shipped
    assert (entry.folder / "config.json").is_file()
    assert entry.licence == STARTER_LICENCE


def test_a_folder_without_any_description_goes_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    entry = find(str(folder))
    assert (entry.id, entry.folder, entry.licence) == ("my-model", folder.resolve(), UNKNOWN_LICENCE)
    assert not entry.is_shipped


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "model").mkdir()
    assert find("~/model").folder == (tmp_path / "model").resolve()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('{"_name_or_path": "facebook/musicgen-small"}', "facebook/musicgen-small"),
        ('{"_name_or_path": "/home/somebody/secret"}', "folder"),
        ('{"_name_or_path": "C:\\\\Users\\\\somebody"}', "folder"),
        ('{"_name_or_path": 5}', "folder"),
        ("[]", "folder"),
        ("{", "folder"),
    ],
)
def test_the_id_is_the_name_in_the_settings_unless_that_is_a_path(tmp_path: Path, config: str, expected: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "config.json").write_text(config, encoding="utf-8")
    assert find(str(folder)).id == expected


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("---\nlicense: cc-by-nc-4.0\ntags: [musicgen]\n---\n# Model\n", "cc-by-nc-4.0"),
        ("---\r\nlicense: mit\r\n---\r\ntext", "mit"),
        ("---\nlicense: [mit, apache-2.0]\n---\n", UNKNOWN_LICENCE),
        ("---\nlicense: 'unclosed\n---\n", UNKNOWN_LICENCE),
        ("---\njust words\n---\n", UNKNOWN_LICENCE),
        ("# Model\nlicense: mit\n", UNKNOWN_LICENCE),
        ("", UNKNOWN_LICENCE),
    ],
)
def test_the_licence_stands_in_the_front_matter(tmp_path: Path, readme: str, expected: str) -> None:
    (tmp_path / "README.md").write_bytes(readme.encode())
    assert find(str(tmp_path)).licence == expected


def test_a_readme_in_another_encoding_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"---\nlicense: mit\nauthor: \xe9\n---\n")
    assert find(str(tmp_path)).licence == UNKNOWN_LICENCE


@pytest.mark.parametrize("name", ["no-such-folder", "", "no/such-folder"])
def test_an_unknown_name_is_told_what_is_known(name: str) -> None:
    with pytest.raises(UserProblem) as caught:
        find(name)
    assert f'"{name}" was not found' in caught.value.what
    assert '"starter"' in caught.value.what_to_do


def test_a_file_is_no_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_text(json.dumps({}))
    with pytest.raises(UserProblem, match="not a folder"):
        find(str(file))


def test_a_broken_installation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "resources_dir", lambda: tmp_path)
    with pytest.raises(UserProblem, match="starter checkpoint is missing"):
        find("starter")
