"""The export dialog: what it shows is what will be written, and what it gives out is what it shows."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.export.targets import Target
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.ui.panels.export_choice import ExportChoice
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from tests.export.one import export_one
from tests.ui.clips import make_clip

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # the offscreen platform's only complaint

_NC = "cc-by-nc-4.0"


def _show(qtbot: QtBot, folder: Path, *clips: Clip) -> ExportDialog:
    dialog = ExportDialog(clips or [make_clip(1, title="Happy rock", tempo_bpm=120.0)], folder)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _box(dialog: ExportDialog, name: str) -> QComboBox:
    return next(box for box in dialog.findChildren(QComboBox) if box.accessibleName() == name)


def _choose(dialog: ExportDialog, name: str, value: object) -> None:
    box = _box(dialog, name)
    index = box.findData(value)
    assert index >= 0
    box.setCurrentIndex(index)


def _edit(dialog: ExportDialog, name: str) -> QLineEdit:
    return next(edit for edit in dialog.findChildren(QLineEdit) if edit.accessibleName() == name)


def _files(dialog: ExportDialog) -> list[str]:
    (rows,) = dialog.findChildren(QListWidget)
    return [rows.item(row).text() for row in range(rows.count())]


def _texts(dialog: ExportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def _export_button(dialog: ExportDialog) -> QPushButton:
    (box,) = dialog.findChildren(QDialogButtonBox)
    return next(
        button
        for button in box.findChildren(QPushButton)
        if box.buttonRole(button) == QDialogButtonBox.ButtonRole.AcceptRole
    )


# --- what it gives out ---


def test_at_first_it_offers_what_a_studio_wants(qtbot: QtBot, tmp_path: Path) -> None:
    choice = _show(qtbot, tmp_path).choice()
    assert choice == ExportChoice(FinishSettings(), tmp_path, ("Happy rock_120bpm",))


def test_what_is_chosen_goes_out_once(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    _choose(dialog, "Format", "mp3")
    _choose(dialog, "Sample rate", 44100)
    _choose(dialog, "Loudness", STREAMING_LUFS)
    _edit(dialog, "File name").setText("Loud")
    with qtbot.waitSignal(dialog.export_accepted) as given:
        QTest.mouseClick(_export_button(dialog), Qt.MouseButton.LeftButton)
    settings = FinishSettings(SoundFormat.MP3, 44100, -14.0)
    assert given.args == [ExportChoice(settings, tmp_path, ("Loud",))]
    assert not dialog.isVisible()


def test_return_exports_and_escape_does_not(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    with qtbot.assertNotEmitted(dialog.export_accepted):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.show()
    with qtbot.waitSignal(dialog.export_accepted):
        QTest.keyClick(_edit(dialog, "File name"), Qt.Key.Key_Return)


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_every_format_is_a_valid_choice(qtbot: QtBot, tmp_path: Path, sound_format: SoundFormat) -> None:
    dialog = _show(qtbot, tmp_path)
    _choose(dialog, "Sample rate", 44100)
    _choose(dialog, "Format", sound_format.value)
    assert dialog.choice().settings.sample_rate == (sound_format.only_rate_hz or 44100)
    assert _files(dialog) == [f"Happy rock_120bpm{sound_format.extension}"]


def test_opus_leaves_no_choice_of_rate_and_forgets_none(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    _choose(dialog, "Sample rate", 44100)
    _choose(dialog, "Format", "opus")
    rate = _box(dialog, "Sample rate")
    assert (rate.isEnabled(), rate.currentText()) == (False, "48 kHz")
    assert "always 48 kHz" in _texts(dialog)
    assert dialog.settings()["sample_rate"] == 44100
    _choose(dialog, "Format", "flac")
    assert (rate.isEnabled(), rate.currentText()) == (True, "44.1 kHz")


# --- what it shows ---


def test_the_files_shown_are_the_files_written(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "sad jazz.wav").touch()
    clips = [make_clip(number, title=title) for number, title in enumerate(["Sad jazz", "a/b", "Sad jazz", "CON"])]
    dialog = _show(qtbot, tmp_path, *clips)
    shown = _files(dialog)
    choice = dialog.choice()
    audio = Audio(np.zeros((100, 1), np.float32), 32000)
    written = [
        export_one(clip, audio, choice.folder, choice.settings, name).name
        for clip, name in zip(clips, choice.names, strict=True)
    ]
    assert shown == written == ["Sad jazz 2.wav", "a b.wav", "Sad jazz 3.wav", "_CON.wav"]


def test_a_taken_name_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Song.wav").touch()
    dialog = _show(qtbot, tmp_path, make_clip(1, title="Song"))
    assert "“Song.wav” is there already: this one will be called “Song 2.wav”." in _texts(dialog)
    _edit(dialog, "File name").setText("Other")
    assert _files(dialog) == ["Other.wav"]
    assert "there already" not in _texts(dialog)
    _edit(dialog, "File name").setText("song")
    _choose(dialog, "Format", "flac")
    assert _files(dialog) == ["song.flac"]


def test_several_taken_names_are_told_in_one_line(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "A.wav").touch()
    (tmp_path / "B.wav").touch()
    dialog = _show(qtbot, tmp_path, make_clip(1, title="A"), make_clip(2, title="B"), make_clip(3, title="C"))
    assert "2 names are taken" in _texts(dialog)


def test_a_name_is_shown_as_it_will_be(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    _edit(dialog, "File name").setText("../what: is it?")
    assert _files(dialog) == ["what is it.wav"]
    _edit(dialog, "File name").setText("  ")
    assert _files(dialog) == ["Happy rock_120bpm.wav"]


def test_a_file_that_came_meanwhile_does_not_matter(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    (tmp_path / "Happy rock_120bpm.wav").touch()
    with qtbot.waitSignal(dialog.export_accepted):
        dialog.accept()
    assert _files(dialog) == ["Happy rock_120bpm 2.wav"]


def test_several_clips_have_their_own_names(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path, make_clip(1), make_clip(2, sample_rate=48000))
    assert [edit.accessibleName() for edit in dialog.findChildren(QLineEdit)] == ["Folder"]
    assert _export_button(dialog).text() == "Export 2 clips"
    assert _box(dialog, "Sample rate").itemText(0) == "As it is"
    assert dialog.choice().names == ("Clip 1", "Clip 2")


# --- the licence ---


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        (_NC, "CC-BY-NC-4.0: not for commercial use.\nThe licence is written"),
        ("free to use for anything", "Free to use for anything.\nThe licence is written"),
        ("unknown; perhaps not for commercial use", "Unknown; perhaps not for commercial use.\nThe licence is written"),
        ("", "Your own sound, no licence known."),
        ("<b>mit</b>", "<B>MIT</B>."),
    ],
)
def test_the_licence_is_in_sight(qtbot: QtBot, tmp_path: Path, licence: str, said: str) -> None:
    dialog = _show(qtbot, tmp_path, make_clip(1, licence=licence))
    assert said in _texts(dialog)
    assert ("written into" in _texts(dialog)) == bool(licence)


def test_several_licences_are_counted(qtbot: QtBot, tmp_path: Path) -> None:
    clips = [make_clip(n, licence=licence) for n, licence in enumerate([_NC, "", _NC])]
    texts = _texts(_show(qtbot, tmp_path, *clips))
    assert "2 of 3 clips: CC-BY-NC-4.0: not for commercial use." in texts
    assert "1 of 3 clips: your own sound, no licence known." in texts


# --- the folder ---


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("", "Choose a folder."),
        ("music", "Give the whole path"),
        ("{here}/file", "file is not a folder."),
        ("{here}/file/below", "file is not a folder."),
        ("{here}/" + "x" * 250, "so long"),
        ("{here}/" + "x" * 300, "so long"),  # not even a question can be asked about it
    ],
)
def test_a_folder_that_will_not_do_is_told_at_once(qtbot: QtBot, tmp_path: Path, folder: str, said: str) -> None:
    (tmp_path / "file").touch()
    dialog = _show(qtbot, tmp_path)
    _edit(dialog, "Folder").setText(folder.format(here=tmp_path))
    assert said in _texts(dialog)
    assert not _export_button(dialog).isEnabled()
    assert _files(dialog) == []
    with qtbot.assertNotEmitted(dialog.export_accepted):
        dialog.accept()
    assert dialog.isVisible()
    _edit(dialog, "Folder").setText(str(tmp_path))
    assert said not in _texts(dialog)
    assert _export_button(dialog).isEnabled()


def test_a_folder_that_may_not_be_written_to(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    dialog = _show(qtbot, tmp_path)
    assert "not allowed" in _texts(dialog)
    assert not _export_button(dialog).isEnabled()


def test_a_new_folder_is_announced(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path / "new" / "one")
    assert "The folder will be made." in _texts(dialog)
    assert _export_button(dialog).isEnabled()


def test_the_home_folder_can_be_written_short(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    _edit(dialog, "Folder").setText("~/music")
    assert dialog.choice().folder == Path.home() / "music"


# --- what is remembered ---


def test_settings_come_back_through_json(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    _choose(dialog, "Sample rate", 44100)
    _choose(dialog, "Format", "opus")
    _choose(dialog, "Loudness", STREAMING_LUFS)
    remembered = json.loads(json.dumps(dialog.settings()))
    other = _show(qtbot, tmp_path / "other")
    other.set_settings(remembered)
    assert other.settings() == dialog.settings()
    assert other.choice() == dialog.choice()
    other.set_settings({"sample_rate": 32000})
    assert (_box(other, "Sample rate").currentText(), other.settings()["sample_rate"]) == ("48 kHz", 32000)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sound_format": "aiff", "sample_rate": 1, "loudness_lufs": "loud", "folder": 5},
        {"sound_format": None, "sample_rate": [], "loudness_lufs": {}, "folder": ""},
    ],
)
def test_settings_that_are_not_known_change_nothing(qtbot: QtBot, tmp_path: Path, settings: dict[str, object]) -> None:
    dialog = _show(qtbot, tmp_path)
    before = dialog.settings()
    dialog.set_settings(settings)
    assert dialog.settings() == before


# --- for everyone ---


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path)
    controls: list[QWidget] = [
        control
        for kind in (QComboBox, QLineEdit, QListWidget, QPushButton)
        for control in dialog.findChildren(kind)
        if control.isVisibleTo(dialog)
    ]
    assert len(controls) == 10
    for control in controls:
        assert control.accessibleName() or (isinstance(control, QPushButton) and control.text())
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_texts_that_grow_find_room(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / ("a long name " * 12 + "a.wav")).touch()
    dialog = _show(qtbot, tmp_path)
    before = dialog.height()
    _edit(dialog, "File name").setText("a long name " * 12 + "a")
    note = next(label for label in dialog.findChildren(QLabel) if "there already" in label.text())
    qtbot.waitUntil(lambda: note.height() >= note.heightForWidth(note.width()))
    assert dialog.height() > before
    assert dialog.height() < 680


@pytest.mark.parametrize("target", [target for target in Target if target is not Target.SOUND])
def test_each_target_asks_only_what_it_can_be_told(qtbot: QtBot, tmp_path: Path, target: Target) -> None:
    dialog = _show(qtbot, tmp_path)
    _choose(dialog, "Format", SoundFormat.MP3.value)
    _choose(dialog, "What", target)
    bars = next(box for box in dialog.findChildren(QSpinBox) if box.accessibleName() == "Bars")
    bars.setValue(8)
    assert bars.isVisible() is (target is Target.LOOP)
    assert not _box(dialog, "Loudness").isVisible()
    assert not _edit(dialog, "File name").isVisible()
    assert _box(dialog, "Format").isVisible() is (target is not Target.MIDI)
    choice = dialog.choice()
    assert (choice.target, choice.bars) == (target, 8)
    assert choice.settings.sound_format is SoundFormat.WAV24  # MP3 would change the length
    assert _export_button(dialog).isEnabled()
    if target is not Target.MIDI:
        _choose(dialog, "Format", SoundFormat.OGG.value)
        assert "Choose WAV or FLAC" in _texts(dialog)
        assert not _export_button(dialog).isEnabled()
    _choose(dialog, "What", Target.SOUND)
    assert _edit(dialog, "File name").isVisible()
    assert _export_button(dialog).isEnabled()


def test_several_clips_are_sound_files(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = _show(qtbot, tmp_path, make_clip(1), make_clip(2))
    assert dialog.choice().target is Target.SOUND
    assert not [box for box in dialog.findChildren(QComboBox) if box.accessibleName() == "What"]
