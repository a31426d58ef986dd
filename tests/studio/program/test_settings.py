"""Settings on disk: what is kept, what is forgiven, what is set aside."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.program.settings import Settings, SettingsFile, load, save


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_without_a_file_the_defaults_count(file: Path) -> None:
    assert load(file) == Settings()


def test_what_is_saved_comes_back(file: Path) -> None:
    settings = replace(Settings(), theme="light", unload_after_min=5, shortcuts={"play": "P"}, library_folder="x")
    save(file, settings)
    assert load(file) == settings


def test_unknown_keys_and_wrong_values_count_as_the_defaults(file: Path) -> None:
    file.parent.mkdir()
    values = {
        "theme": "pink",
        "device": 3,
        "unload_after_min": -1,
        "shortcuts": {"play": 1},
        "new": 1,
        "snap": "bars",
    }
    file.write_text(json.dumps(values | {"precision": "int8"}), encoding="utf-8")
    assert load(file) == replace(Settings(), precision="int8")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_a_broken_file_is_set_aside(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert load(file) == Settings()
    assert file.with_suffix(".json.broken").read_text(encoding="utf-8") == text


def test_settings_that_were_edited_on_windows_are_read(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"theme": "light"}), encoding="utf-8-sig")
    assert load(file) == replace(Settings(), theme="light")
    assert not file.with_suffix(".json.broken").exists()


def test_settings_check_themselves() -> None:
    with pytest.raises(ValueError, match="theme must be one of"):
        Settings(theme="pink")
    with pytest.raises(ValueError, match="unload_after_min"):
        Settings(unload_after_min=-1)


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("input_channel", 0, 1024),
        ("recording_offset_ms", -500.0, 500.0),
        ("metronome_bpm", 20.0, 400.0),
        ("beats_per_bar", 1, 16),
        ("count_in_bars", 0, 8),
    ],
)
def test_what_is_chosen_for_recording_stays_in_range(file: Path, name: str, lowest: float, highest: float) -> None:
    for value in (lowest, highest):
        settings = Settings(**{name: value})  # type: ignore[arg-type]
        save(file, settings)
        assert load(file) == settings
    for value in (lowest - 1, highest + 1, float("nan")):
        with pytest.raises(ValueError, match=f"{name} must be"):
            Settings(**{name: value})  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file in its place", encoding="utf-8")
    with pytest.raises(UserProblem):
        save(tmp_path / "config" / "settings.json", Settings())


def test_the_newest_settings_are_written_and_nothing_before_it_is_time(file: Path) -> None:
    kept = SettingsFile(file)
    kept.save_soon(replace(Settings(), theme="light"))
    kept.save_soon(replace(Settings(), theme="system"))
    assert not file.exists()
    kept.write_due()
    assert load(file).theme == "system"
    file.unlink()
    kept.write_due()  # nothing is due
    assert not file.exists()


def test_settings_that_the_disk_refused_are_written_the_next_time(file: Path) -> None:
    kept = SettingsFile(file)
    file.mkdir(parents=True)  # no file can be put in place of a folder
    kept.save_soon(replace(Settings(), theme="light"))
    with pytest.raises(UserProblem):
        kept.write_due()
    file.rmdir()
    kept.write_due()
    assert load(file).theme == "light"


def test_a_file_that_can_be_neither_read_nor_set_aside_keeps_nobody_from_the_program(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "another user's")

    save(file, replace(Settings(), theme="light"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", refuse)
        patch.setattr(Path, "replace", refuse)
        assert load(file) == Settings()
    assert load(file).theme == "light"
