"""The head of the middle column: what is said of a clip, and what can be made of it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.clip import Clip
from musicgen_studio.ui.panels.asking_card import AskingCard
from musicgen_studio.ui.panels.clip_header import ClipHeader, ExtendCard, ExtendValues
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.clips import make_clip
from tests.ui.panels.finding import control, nameless, said

LEFT = Qt.MouseButton.LeftButton
CLIP = make_clip(41, title="Happy <i>rock</i>", recipe="{}")


@pytest.fixture
def header(qtbot: QtBot) -> ClipHeader:
    header = ClipHeader(KeyMap())
    header.resize(430, 200)
    qtbot.addWidget(header)
    header.set_clip(CLIP)
    with qtbot.waitExposed(header):
        header.show()
    header.activateWindow()
    return header


def can(header: ClipHeader) -> dict[str, bool]:
    names = ("Extend", "Variations", "Again", "Use settings", "Export")
    return {name: control(header, QToolButton, name).isEnabled() for name in names}


def test_it_says_what_the_clip_is(header: ClipHeader) -> None:
    assert said(header).startswith("Happy <i>rock</i>\n0:08.0 · seed 41 · starter · free to use for anything")


def test_its_lines_stay_together_where_there_is_more_room(header: ClipHeader) -> None:
    """So it is for a moment whenever a card folds in, before the waveform takes the room."""
    extend = control(header, QToolButton, "Extend")
    before = extend.mapTo(header, extend.rect().topLeft())
    header.resize(430, 500)
    QApplication.processEvents()
    assert extend.mapTo(header, extend.rect().topLeft()) == before


@pytest.mark.parametrize(
    ("clip", "is_making", "words", "allowed"),
    [
        (CLIP, False, "", {"Extend", "Variations", "Again", "Use settings", "Export"}),
        (make_clip(1, is_missing=True, recipe="{}"), False, "file missing", {"Variations", "Again", "Use settings"}),
        (make_clip(1, is_complete=False), False, "incomplete", {"Extend", "Export"}),
        (make_clip(1, is_complete=False), True, "still being made", set()),
        (None, False, "No clip yet", set()),
    ],
)
def test_only_what_can_be_done_is_offered(
    header: ClipHeader, clip: Clip | None, is_making: bool, words: str, allowed: set[str]
) -> None:
    header.set_clip(clip, is_making)
    assert words in said(header)
    assert {name for name, is_allowed in can(header).items() if is_allowed} == allowed


def test_a_button_that_cannot_be_pressed_says_why(header: ClipHeader) -> None:
    header.set_clip(make_clip(1, is_missing=True))
    assert control(header, QToolButton, "Export").toolTip().endswith("Its sound file is missing (Ctrl+S)")


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Variations", lambda header: header.variations_requested),
        ("Again", lambda header: header.again_requested),
        ("Use settings", lambda header: header.use_settings_requested),
        ("Export", lambda header: header.export_requested),
    ],
)
def test_buttons_ask(header: ClipHeader, qtbot: QtBot, name: str, signal: Callable[[ClipHeader], object]) -> None:
    with qtbot.waitSignal(signal(header)):
        QTest.mouseClick(control(header, QToolButton, name), LEFT)


def test_extending_folds_out_asks_and_folds_in(header: ClipHeader, qtbot: QtBot) -> None:
    card = header.findChildren(ExtendCard)[0]
    QTest.mouseClick(control(header, QToolButton, "Extend"), LEFT)
    assert card.isVisible()
    with qtbot.waitSignal(header.extend_requested) as asked:
        QTest.mouseClick(control(header, QPushButton, "Extend now"), LEFT)
    assert asked.args == [ExtendValues(from_playhead=False, duration_s=8.0, prompt="")]
    assert not card.isVisible()


def test_extending_from_the_playhead_with_other_words(header: ClipHeader, qtbot: QtBot) -> None:
    header.set_playhead(3.25)
    QTest.mouseClick(control(header, QToolButton, "Extend"), LEFT)
    control(header, QRadioButton, "From the playhead, 0:03.2").click()
    words = control(header, QLineEdit, "New words for the added part")
    QTest.keyClicks(words, " now calm")
    with qtbot.waitSignal(header.extend_requested) as asked:
        QTest.keyClick(words, Qt.Key.Key_Return)
    assert asked.args == [ExtendValues(from_playhead=True, duration_s=8.0, prompt="now calm")]


def test_the_card_closes_when_its_clip_cannot_be_extended(header: ClipHeader) -> None:
    QTest.mouseClick(control(header, QToolButton, "Extend"), LEFT)
    header.set_clip(None)
    assert not header.findChildren(ExtendCard)[0].isVisible()


def test_how_far_it_follows_its_melody_is_said(header: ClipHeader) -> None:
    header.set_clip(make_clip(1))
    assert "follows" not in said(header)
    header.set_clip(make_clip(1, melody_similarity=0.6149))
    assert "follows the melody 0.61" in said(header)


def test_going_on_can_follow_the_melody_if_there_is_one(header: ClipHeader) -> None:
    header.set_clip(make_clip(1))
    card = header.findChildren(ExtendCard)[0]
    control(header, QToolButton, "Extend").click()
    follow = control(header, QCheckBox, "Follow the melody")
    assert not follow.isVisible()
    header.set_melody(True)
    follow.click()
    assert card.values().follows_melody
    header.set_melody(False)
    assert not card.values().follows_melody


def test_every_control_has_a_name_and_a_tooltip(header: ClipHeader) -> None:
    control(header, QToolButton, "Extend").click()
    assert nameless(header) == []


@pytest.mark.parametrize("name", ["Extend", "Replace"])
@pytest.mark.parametrize("kind", [QLineEdit, QAbstractSpinBox])
def test_esc_folds_in_what_asks_and_stops_no_music(header: ClipHeader, name: str, kind: type[QWidget]) -> None:
    stopped: list[bool] = []
    QShortcut(Qt.Key.Key_Escape, header).activated.connect(lambda: stopped.append(True))
    button = control(header, QToolButton, name)
    button.click()
    card = next(each for each in header.findChildren(AskingCard) if each.isVisible())
    field = next(each for each in card.findChildren(kind) if each.isVisible() and each.isEnabled())
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert not button.isChecked()
    QTest.keyClick(header, Qt.Key.Key_Escape)
    assert stopped == [True]
