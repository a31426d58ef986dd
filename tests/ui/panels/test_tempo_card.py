"""Tests of the card that tempo, bars and key are corrected in."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.ui.panels import tempo_card
from musicgen_studio.ui.panels.tempo_card import TempoCard
from musicgen_studio.ui.widgets.segments import Segments
from tests.ui.panels.finding import control, nameless, said

HEARD = Analysis(
    TempoMap.constant(125, 8.0, downbeat_s=0.2, confidence=0.9), 0.8, key=Key(9, is_minor=True, strength=0.7)
)


@pytest.fixture
def card(qtbot: QtBot) -> TempoCard:
    made = TempoCard()
    qtbot.addWidget(made)
    made.set_analysis(HEARD, 8.0)
    made.show()
    return made


def changed(card: TempoCard) -> list[Analysis]:
    told: list[Analysis] = []
    card.changed.connect(told.append)
    return told


def press(card: TempoCard, name: str) -> None:
    QTest.mouseClick(control(card, QPushButton, name), Qt.MouseButton.LeftButton)


def test_every_control_has_a_name_and_a_tooltip(card: TempoCard) -> None:
    assert nameless(card) == []


def test_it_shows_what_was_heard_and_says_nothing_by_itself(card: TempoCard) -> None:
    told = changed(card)
    card.set_analysis(HEARD, 8.0)
    assert control(card, QDoubleSpinBox, "Tempo").value() == pytest.approx(125)
    assert control(card, QSpinBox, "Beats per bar").value() == 4
    assert control(card, QComboBox, "Key").currentText() == "A minor"
    assert "Found by listening" in said(card)
    assert told == []


def test_a_typed_tempo_keeps_the_downbeat_and_is_confirmed(card: TempoCard) -> None:
    told = changed(card)
    box = control(card, QDoubleSpinBox, "Tempo")
    box.selectAll()
    QTest.keyClicks(box, "100")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert told[-1].bpm == pytest.approx(100)
    assert told[-1].is_locked
    assert told[-1].tempo_map is not None
    assert told[-1].tempo_map.nearest_bar_s(0.2) == pytest.approx(0.2)
    assert control(card, QCheckBox, "Confirmed").isChecked()
    assert "Set by you" in said(card)


def test_twice_and_half(card: TempoCard) -> None:
    told = changed(card)
    press(card, "× 2")
    press(card, "÷ 2")
    press(card, "÷ 2")
    assert [round(each.bpm or 0, 1) for each in told] == [250, 125, 62.5]


def test_a_bar_begins_at_the_playhead(card: TempoCard) -> None:
    told = changed(card)
    card.set_playhead(1.0)
    press(card, "Bar begins here")
    assert told[-1].tempo_map is not None
    assert told[-1].tempo_map.nearest_bar_s(1.0) == pytest.approx(1.0)


def test_metre_and_key_are_chosen(card: TempoCard) -> None:
    told = changed(card)
    control(card, QSpinBox, "Beats per bar").setValue(3)
    assert told[-1].metre_text == "3/4"
    key = control(card, QComboBox, "Key")
    key.setCurrentIndex(key.findText("C major"))
    assert told[-1].key == Key(0, is_minor=False)


def test_a_tempo_is_tapped(card: TempoCard, monkeypatch: pytest.MonkeyPatch) -> None:
    told, times_s = changed(card), iter([1.0, 1.5, 2.0, 2.5])
    monkeypatch.setattr(tempo_card, "monotonic", lambda: next(times_s))
    for _ in range(4):
        press(card, "Tap")
    assert told[-1].bpm == pytest.approx(120)


def test_without_a_beat_one_can_be_typed(card: TempoCard) -> None:
    told = changed(card)
    card.set_analysis(Analysis(), 8.0)
    assert "No beat was found" in said(card)
    assert not control(card, QPushButton, "× 2").isEnabled()
    control(card, QDoubleSpinBox, "Tempo").setValue(90)
    assert told[-1].bpm == pytest.approx(90)
    assert control(card, QPushButton, "× 2").isEnabled()


def test_a_guess_is_called_one(card: TempoCard) -> None:
    card.set_analysis(Analysis(TempoMap.constant(62, 8.0, confidence=0.9), 0.9, (124.0,)), 8.0)
    assert "half or twice" in said(card)
    card.set_analysis(Analysis(TempoMap.constant(62, 8.0, confidence=0.2), 0.2), 8.0)
    assert "a guess" in said(card)


def test_snap_and_metronome_are_asked_for(card: TempoCard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.metronome_toggled):
        control(card, QCheckBox, "Metronome over the clip").click()
    with qtbot.waitSignal(card.snap_chosen) as snap:
        next(each for each in card.findChildren(Segments)).button("bar").click()
    assert snap.args == ["bar"]


def test_a_sure_tempo_with_unsure_bars_is_not_called_a_guess(card: TempoCard) -> None:
    card.set_analysis(replace(HEARD, bars_confidence=0.1), 8.0)
    assert "The tempo is sure; where the bars begin is a guess." in said(card)
