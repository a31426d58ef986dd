"""Every place of the program by keyboard and by ear: each dialog, card, page and row that a musician can open.

What can have the focus has a name and is reached by Tab, and Tab leaves it again; the window as it opens:
`test_for_everyone`.
"""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QListView, QWidget

from tests.ui.panels.finding import control
from tests.ui.panels.test_stem_lanes import stem
from tests.ui.test_first_minute import Hands, hands
from tests.ui.test_for_everyone import focusable, nameless, reachable
from tests.ui.test_window import loader, program, settings_file

__all__ = ["hands", "loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

_MANY = 300


def _by_action(name: str) -> Callable[[Hands], object]:
    return lambda hands: hands.window.menus.actions[name].trigger()


def _settings_of(name: str) -> Callable[[Hands], object]:
    return lambda hands: hands.window.dialog_requested.emit(name)


def _rename_several(hands: Hands) -> None:
    rows = control(hands.window.library, QListView, "Clips")
    rows.setFocus()
    rows.selectAll()
    hands.wait(lambda: len(hands.window.clip_actions.chosen()) > 1)
    hands.window.menus.actions["rename"].trigger()


def _write_schedule(hands: Hands) -> None:
    hands.window.live.open("calm")
    hands.window.live.write_schedule()


DIALOGS: dict[str, Callable[[Hands], object]] = {
    "settings": _settings_of("settings"),
    "shortcuts": _settings_of("shortcuts"),
    "about": _settings_of("about"),
    "diagnostics": _settings_of("diagnostics"),
    "checkpoints": lambda hands: hands.program.dialogs.catalogue.open(),
    "export": lambda hands: hands.window.export_requested.emit([hands.shown()]),
    "level": _by_action("gain"),
    "name of a mark": _by_action("mark-name"),
    "rename several": _rename_several,
    "passages as text": _by_action("passages-text"),
    "live by the minute": _write_schedule,
    "quit": lambda hands: hands.window._quitting.ask(2),
    "empty the trash": lambda hands: hands.window.collection.ask_to_empty_trash(),
}

PLACES: dict[str, Callable[[Hands], object]] = {
    "extend": _by_action("extend"),
    "replace": _by_action("replace"),
    "tempo": _by_action("tempo"),
    "tags": _by_action("tags"),
    "passages": _by_action("passages"),
    "compare": _by_action("compare"),
    "trash": lambda hands: hands.window.library._trash.click(),
    "recording": _by_action("record"),
    "spectrogram": _by_action("spectrogram"),
    "prompt history": _by_action("prompt-history"),
    "live": lambda hands: hands.window.live.open("calm"),
    "stems": lambda hands: hands.window.lanes.set_stems([stem("drums"), stem("bass")], "Our own"),
    "notes": lambda hands: hands.window.showing.open_editor(True),
}


def _unreached(within: QWidget) -> list[str]:
    """What Tab does not come to, from what has the focus on; or where it stays."""
    start = QApplication.focusWidget()
    assert start is not None
    way = [start]
    for _ in range(_MANY):
        QTest.keyClick(QApplication.focusWidget() or within, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now is way[-1]:
            return [f"Tab stays in {way[-1].accessibleName() or way[-1]}"]
        if now in way:
            break
        way.append(now)
    groups = [getattr(each, "group", lambda: None)() for each in way]
    beside = {button for group in groups if group is not None for button in group.buttons()}
    return [f"{each.accessibleName() or each}" for each in reachable(within) if each not in way and each not in beside]


def _made(hands: Hands) -> None:
    """Two clips, the second with two takes, and nothing that plays."""
    hands.make("calm")
    hands.make("loud", takes=2)
    hands.press(Qt.Key.Key_Space) if hands.is_playing else None
    hands.press(Qt.Key.Key_M)


def _top(hands: Hands) -> list[QWidget]:
    return [
        each
        for each in QApplication.topLevelWidgets()
        if each.isVisible() and each is not hands.window and each.windowType() is not Qt.WindowType.ToolTip
    ]


def test_every_dialog_is_named_and_gone_through_by_tab(hands: Hands) -> None:
    _made(hands)
    wrong = dict[str, list[str]]()
    for name, open_it in DIALOGS.items():
        open_it(hands)
        hands.wait(lambda: any(isinstance(each, QDialog) for each in _top(hands)))
        (dialog,) = [each for each in _top(hands) if isinstance(each, QDialog)]
        hands.wait(dialog.isActiveWindow)
        hands.wait(lambda dialog=dialog: dialog.isAncestorOf(QApplication.focusWidget() or hands.window))  # type: ignore[misc]
        assert len(focusable(dialog)) > 0, name
        found = [*nameless(dialog), *_unreached(dialog), *([] if dialog.windowTitle() else ["no title"])]
        if found:
            wrong[name] = found
        dialog.reject()
        hands.wait(lambda: not _top(hands))
        hands.window.activateWindow()
        hands.wait(hands.window.isActiveWindow)
        hands.window.live.close()
        hands.window.waveform.setFocus()
    assert wrong == {}


def test_every_card_row_and_page_is_named_and_gone_through_by_tab(hands: Hands) -> None:
    _made(hands)
    hands.window.resize(1440, 900)
    wrong = dict[str, list[str]]()
    for name, open_it in PLACES.items():
        hands.window.waveform.setFocus()
        open_it(hands)
        popped = [each for each in _top(hands) if each.windowType() is Qt.WindowType.Popup]
        place = popped[0] if popped else hands.window
        if not popped and not hands.window.isAncestorOf(QApplication.focusWidget() or hands.window):
            hands.window.waveform.setFocus()
        found = [*nameless(place), *_unreached(place)]
        if found:
            wrong[name] = found
        for each in popped:
            each.close()
        hands.window.live.close()
    assert wrong == {}
