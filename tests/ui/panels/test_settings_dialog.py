"""The settings: what goes in comes out, changed where it was changed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from tests.ui.panels.finding import said

SETTINGS = Settings(
    theme="light",
    device="cpu",
    precision="int8",
    checkpoint="/models/musicgen-melody",
    output_device="Scarlett 2i2|ALSA",
    unload_after_min=0,
    library_folder="/music",
    snap="bar",
    shortcuts={"play": "P"},
)


def make(qtbot: QtBot, settings: Settings) -> SettingsDialog:
    dialog = SettingsDialog(settings, ["HDA Intel|ALSA"], lambda name: f"licence of {name}")
    qtbot.addWidget(dialog)
    return dialog


def named(dialog: SettingsDialog, kind: type[QComboBox], name: str) -> QComboBox:
    return next(box for box in dialog.findChildren(kind) if box.accessibleName() == name)


def button(dialog: SettingsDialog, text: str) -> QPushButton:
    return next(button for button in dialog.findChildren(QPushButton) if button.text() == text)


@pytest.mark.parametrize("settings", [SETTINGS, Settings(library_folder="/music")])
def test_settings_come_out_as_they_went_in(qtbot: QtBot, settings: Settings) -> None:
    assert make(qtbot, settings).values() == settings


def test_saving_gives_back_what_was_changed(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    colours = named(dialog, QComboBox, "Colours")
    colours.setCurrentIndex(colours.findData("dark"))
    dialog.findChildren(QSpinBox)[0].setValue(5)
    snap = named(dialog, QComboBox, "Snap to")
    snap.setCurrentIndex(snap.findData("off"))
    dialog.set_library_folder("/elsewhere")
    with qtbot.waitSignal(dialog.settings_accepted) as saved:
        QTest.mouseClick(button(dialog, "Save"), Qt.MouseButton.LeftButton)
    assert saved.args is not None
    changed: Settings = saved.args[0]
    assert (changed.theme, changed.unload_after_min, changed.snap) == ("dark", 5, "off")
    assert (changed.library_folder, changed.shortcuts) == ("/elsewhere", {"play": "P"})


def test_cancelling_gives_nothing_back(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    dialog.open()
    with qtbot.assertNotEmitted(dialog.settings_accepted):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_chosen_checkpoint_says_its_licence(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "licence of /models/musicgen-melody" in said
    dialog.add_checkpoint("/models/new")
    assert "licence of /models/new" in [label.text() for label in dialog.findChildren(QLabel)]
    assert dialog.values().checkpoint == "/models/new"


def test_a_device_that_is_not_plugged_in_stays_chosen_and_says_so(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    assert named(dialog, QComboBox, "Sound device").currentText() == "Scarlett 2i2 (ALSA) (not there now)"


def test_another_library_folder_says_from_when_it_is_used(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    assert "next start" not in said(dialog)
    dialog.set_library_folder("/elsewhere")
    assert "next start" in said(dialog)


def test_the_keys_are_a_button_away(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    with qtbot.waitSignal(dialog.shortcuts_requested):
        QTest.mouseClick(button(dialog, "Change keys…"), Qt.MouseButton.LeftButton)


def test_other_sound_devices_can_be_offered_and_the_chosen_one_stays_chosen(qtbot: QtBot) -> None:
    dialog = make(qtbot, SETTINGS)
    box = named(dialog, QComboBox, "Sound device")

    def offered() -> list[str]:
        return [box.itemText(row) for row in range(box.count())]

    dialog.set_output_devices(["USB|ALSA", "HDA Intel|ALSA"])
    assert offered() == [
        "The system's",
        "USB (ALSA)",
        "HDA Intel (ALSA)",
        "Scarlett 2i2 (ALSA) (not there now)",
    ]
    assert dialog.values() == SETTINGS
    dialog.set_output_devices(["Scarlett 2i2|ALSA"])
    assert offered() == ["The system's", "Scarlett 2i2 (ALSA)"]
    assert dialog.values() == SETTINGS
