"""The clean-up switches: values in, values out, the key that was found, the grid in beats."""

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import Key
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.ui.panels.clean_up_box import CleanUpBox
from tests.ui.panels.finding import control, nameless

A_MINOR = Key(9, is_minor=True, strength=0.8)


@pytest.fixture
def box(qtbot: QtBot) -> CleanUpBox:
    box = CleanUpBox()
    qtbot.addWidget(box)
    return box


def choose(box: CleanUpBox, name: str, text: str) -> None:
    choice = control(box, QComboBox, name)
    choice.setCurrentIndex(choice.findText(text))
    assert choice.currentText() == text


def test_values_come_out_as_they_went_in_and_silently(box: CleanUpBox, qtbot: QtBot) -> None:
    values = CleanUp(True, "key", Key(2, is_minor=False), 0.25, 0.1, 0.08)
    with qtbot.assertNotEmitted(box.changed):
        box.set_values(values, A_MINOR, 120.0)
    assert box.values() == values
    assert control(box, QComboBox, "Key").currentText() == "D major"
    assert control(box, QComboBox, "Grid").currentText() == "Eighths"


def test_the_key_that_was_found_is_named_and_counts_only_with_snapping_to_a_key(box: CleanUpBox, qtbot: QtBot) -> None:
    box.set_values(CleanUp(), A_MINOR, 120.0)
    key = control(box, QComboBox, "Key")
    assert key.currentText() == "Found: A minor"
    assert not key.isEnabled()
    with qtbot.waitSignal(box.changed) as changed:
        choose(box, "Snap pitches", "Key")
    assert changed.args == [CleanUp(snap="key")]
    assert key.isEnabled()
    with qtbot.waitSignal(box.changed) as changed:
        choose(box, "Key", "E♭ major")
    assert changed.args == [CleanUp(snap="key", key=Key(3, is_minor=False))]


def test_the_grid_follows_the_tempo(box: CleanUpBox, qtbot: QtBot) -> None:
    box.set_values(CleanUp(), A_MINOR, 100.0)
    with qtbot.waitSignal(box.changed) as changed:
        choose(box, "Grid", "Eighths")
    assert changed.args is not None
    assert changed.args[0].quantise_to_s == pytest.approx(0.3)
    with qtbot.waitSignal(box.changed) as changed:
        choose(box, "Grid", "Off")
    assert changed.args[0].quantise_to_s is None


def test_another_switch_leaves_the_grid_of_another_tempo_as_it_is(box: CleanUpBox, qtbot: QtBot) -> None:
    box.set_values(CleanUp(quantise_to_s=0.25), A_MINOR, 90.0)  # set while the metronome stood at 120
    with qtbot.waitSignal(box.changed) as changed:
        control(box, QCheckBox, "Fold octaves").click()
    assert changed.args == [CleanUp(fold_octaves=True, quantise_to_s=0.25)]
    with qtbot.waitSignal(box.changed) as changed:
        choose(box, "Grid", "Eighths")
    assert changed.args is not None
    assert changed.args[0].quantise_to_s == pytest.approx(1 / 3)


def test_octaves_and_short_notes(box: CleanUpBox, qtbot: QtBot) -> None:
    with qtbot.waitSignal(box.changed):
        control(box, QCheckBox, "Fold octaves").click()
    with qtbot.waitSignal(box.changed) as changed:
        control(box, QSpinBox, "Shortest note").setValue(80)
    assert changed.args == [CleanUp(fold_octaves=True, minimum_note_s=0.08)]


def test_every_control_has_a_name_and_a_tooltip(box: CleanUpBox) -> None:
    assert nameless(box) == []
