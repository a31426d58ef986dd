"""The metronome's row: values in, values out."""

import pytest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.panels.metronome_row import MetronomeRow, MetronomeValues
from tests.ui.panels.finding import control, nameless

VALUES = MetronomeValues(97.5, 2, clicks_before=False, clicks_recording=True, clicks_playing=True)


@pytest.fixture
def row(qtbot: QtBot) -> MetronomeRow:
    row = MetronomeRow()
    qtbot.addWidget(row)
    return row


def test_values_come_out_as_they_went_in_and_silently(row: MetronomeRow, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(row.changed):
        row.set_values(VALUES)
    assert row.values() == VALUES


def test_each_change_tells_all_values(row: MetronomeRow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(row.changed) as changed:
        control(row, QDoubleSpinBox, "Tempo").setValue(90)
    assert changed.args == [MetronomeValues(tempo_bpm=90.0)]
    with qtbot.waitSignal(row.changed) as changed:
        control(row, QCheckBox, "Metronome: While recording").click()
    assert changed.args == [MetronomeValues(tempo_bpm=90.0, clicks_recording=True)]


def test_one_bar_is_called_a_bar(row: MetronomeRow) -> None:
    row.set_values(MetronomeValues(count_in_bars=1))
    bars = control(row, QSpinBox, "Count-in")
    assert bars.text() == "1 bar"
    bars.setValue(2)
    assert bars.text() == "2 bars"


def test_every_control_has_a_name_and_a_tooltip(row: MetronomeRow) -> None:
    assert nameless(row) == []
