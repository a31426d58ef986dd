"""Asking for files and folders."""

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.asking_files import ask_for_file, ask_for_files, ask_for_folder

FILES = "Sound files (*.wav)"


@pytest.fixture
def owner(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QWidget:
    """A widget of a program that was started where nobody keeps music."""
    places = {QStandardPaths.StandardLocation.MusicLocation: tmp_path / "Music"}
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda place: str(places.get(place, tmp_path)))
    for folder in (tmp_path / "Music", tmp_path / "started"):
        folder.mkdir()
    monkeypatch.chdir(tmp_path / "started")
    owner = QWidget()
    qtbot.addWidget(owner)
    ask_for_folder(owner, "As if nothing had been chosen yet", lambda _folder: None, Path.cwd())
    question(owner).accept()
    return owner


def question(owner: QWidget) -> QFileDialog:
    """Return the question that is open."""
    return owner.findChildren(QFileDialog)[-1]


def test_files_are_looked_for_among_the_music_and_not_where_the_program_was_started(
    owner: QWidget, tmp_path: Path
) -> None:
    ask_for_file(owner, "Melody", FILES, lambda _file: None)
    assert Path(question(owner).directory().path()) == tmp_path / "Music"
    assert question(owner).nameFilters() == [FILES]
    question(owner).reject()


def test_a_folder_that_is_named_is_shown(owner: QWidget, tmp_path: Path) -> None:
    ask_for_folder(owner, "Library", lambda _folder: None, tmp_path / "Music")
    assert Path(question(owner).directory().path()) == tmp_path / "Music"
    question(owner).reject()


def test_what_is_chosen_is_told_and_the_next_question_begins_there(
    owner: QWidget, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "found").mkdir()
    for name in ("a.wav", "b.wav"):
        (tmp_path / "found" / name).touch()
    chosen = list[Path]()
    ask_for_files(owner, "Import", FILES, chosen.extend)
    question(owner).setDirectory(str(tmp_path / "found"))
    question(owner).selectFile("b.wav")
    with qtbot.waitSignal(question(owner).filesSelected):
        question(owner).accept()
    assert chosen == [tmp_path / "found" / "b.wav"]
    ask_for_file(owner, "Melody", FILES, lambda _file: None)
    assert Path(question(owner).directory().path()) == tmp_path / "found"
    question(owner).reject()
