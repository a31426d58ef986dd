"""Details that a walk through the window stumbled over, each held by what is seen: popups, buttons, banners, words."""

import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyle, QWidget

from musicgen_studio.app import Program
from musicgen_studio.errors import UserProblem
from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from tests.ui.panels.finding import said
from tests.ui.panels.test_melody_editor import VIEW
from tests.ui.test_first_minute import Hands, hands, held
from tests.ui.test_window import Loader, loader, program, settings_file

__all__ = ["hands", "loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp", "dark")


def popup() -> QWidget:
    """The popup that is open."""
    found = QApplication.activePopupWidget()
    assert found is not None
    return found


def is_whole(widget: QWidget) -> bool:
    """Tell whether all that is in a popup is inside it, and it on the screen."""
    inside = [child for child in widget.findChildren(QWidget) if child.isVisible() and child.parentWidget() is widget]
    on_screen = widget.screen().geometry().contains(widget.geometry())
    return bool(inside) and on_screen and all(widget.rect().contains(child.geometry()) for child in inside)


@pytest.mark.parametrize("name", ["messages", "checkpoints", "tempo"])
def test_popups_show_their_last_entry(hands: Hands, name: str) -> None:
    window = hands.window
    hands.make("calm")
    for number in range(8):
        window.status.announce(f"Message {number}, which is a sentence of the usual length for one of these")
    if name == "messages":
        window.status.notices.show_all()
    elif name == "checkpoints":
        window.header.checkpoints_requested.emit()
    else:
        window.clip_header.tempo_requested.emit()
    hands.wait(lambda: QApplication.activePopupWidget() is not None)
    assert is_whole(popup())
    popup().close()


def test_a_buttons_popup_leaves_it_dark_again(hands: Hands) -> None:
    button = hands.window.header.checkpoint_button
    QTest.mouseMove(button, button.rect().center())
    hands.window.header.checkpoints_requested.emit()
    hands.wait(lambda: QApplication.activePopupWidget() is not None)
    QTest.mouseMove(hands.window, QPoint(400, 400))
    popup().close()
    hands.wait(lambda: not button.underMouse() and not button.isDown())


def test_every_icon_follows_the_theme_at_once(hands: Hands, qapp: QApplication) -> None:
    symbol = hands.window.bar._symbol
    before = symbol.pixmap().toImage()
    apply_theme(qapp, Theme.LIGHT)
    hands.wait(lambda: symbol.pixmap().toImage() != before)


def test_no_two_buttons_are_called_the_same(hands: Hands) -> None:
    hands.make("calm", takes=2)
    hands.window.prompt.set_folds(True, True)
    buttons = [
        each for each in hands.window.findChildren(QAbstractButton) if each.isVisible() and each.accessibleName()
    ]
    names = Counter(each.accessibleName() for each in buttons)
    assert len(buttons) > 20
    assert [name for name, count in names.items() if count > 1] == []


def test_a_banner_goes_when_what_it_was_about_is_over(hands: Hands) -> None:
    hands.window.show_problem(UserProblem("It broke.", "So it is.", "Do this."))
    assert hands.window._note.isVisible()
    hands.make("calm")
    assert not hands.window._note.isVisible()


def test_a_job_that_was_stopped_before_its_first_sound_says_that_nothing_is_kept(hands: Hands, loader: Loader) -> None:
    go_on = threading.Event()
    loader.before_block = held(go_on)
    hands.window.generation.generate(PromptValues(prompt="calm", duration_s=4.0))
    hands.wait(lambda: bool(loader.engine.requests))  # before that it waits, and nothing of it would be said
    hands.window.generation.cancel()
    go_on.set()
    hands.wait(lambda: not hands.program.services.loop.views())
    hands.wait(lambda: any("“Calm” was stopped" in text for text in hands.window.status.notices.texts()))
    kept = bool(hands.program.services.library.clips())
    text = next(text for text in hands.window.status.notices.texts() if "was stopped" in text)
    assert ("what was made is kept" in text) is kept


def test_a_clip_without_its_file_is_called_by_its_title_when_it_is_to_go_on(hands: Hands) -> None:
    clip = hands.make("calm")
    library = hands.program.services.library
    file: Path = library.sound_file(clip.id)
    hands.window.prompt.set_problem(None)
    file.unlink()
    hands.window.generation.extend(clip, ExtendValues(from_playhead=False, duration_s=4.0, prompt=""), 0)
    hands.wait(lambda: "Calm" in said(hands.window.prompt))
    assert clip.id[:8] not in said(hands.window.prompt)


def test_the_window_opens_inside_its_screen_with_its_title(program: Program) -> None:
    """At twice the size on 1920 x 1200 there are 960 x 600 for it."""
    window = program.window
    room = window.screen().availableGeometry()
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    assert window.height() + title <= room.height()
    assert window.width() <= room.width()
    assert QSize(*(800, 560)).expandedTo(window.minimumSize()) == QSize(800, 560)


def test_nothing_is_squeezed_in_the_least_window_under_a_problem(hands: Hands) -> None:
    """The middle scrolls rather than that its parts lie upon each other."""
    window = hands.window
    hands.make("calm", takes=2)
    window.resize(800, 560)
    window.show_problem(UserProblem("The clip cannot be saved.", "There is no room left on the disk.", "Free some."))
    window.waveform._select(0, 32_000)
    window.clip_header.ask_to_replace()
    QApplication.processEvents()
    parts = [part for part in (window.clip_header, window.waveform, window.bar, window.takes) if part.isVisible()]
    assert len(parts) == 4
    for part in parts:
        assert part.height() >= part.minimumSizeHint().height(), part
    for upper, lower in pairwise(parts):
        assert upper.geometry().bottom() < lower.geometry().top()


def test_the_page_of_notes_is_not_squeezed_in_the_least_window(program: Program) -> None:
    window = program.window
    window.resize(800, 560)
    window.show()
    window.editor.show_melody(VIEW)
    window.showing.open_editor(True)
    assert window.showing.is_editing
    QApplication.processEvents()
    editor = window.editor
    below = editor._as.mapTo(editor, QPoint())
    assert editor.notes.geometry().bottom() < below.y()
    assert editor.notes.height() >= editor.notes.minimumHeight()
