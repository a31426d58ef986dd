"""The menu bar and the context menus: everything of the table is there, with its key, and acts on the right clip."""

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QDesktopServices, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window.action_table import (
    CLIP_MENU,
    GROUPS,
    MENUS,
    TABLE,
    TAKE_MENU,
    WAVEFORM_MENU,
)
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.test_first_minute import Hands, hands, held
from tests.ui.test_window import WAIT_MS, Loader, loader, program, settings_file

__all__ = ["hands", "loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def actions(menu: QMenu | QMenuBar) -> list[QAction]:
    """All actions of a menu and its submenus, without separators."""
    found = []
    for action in menu.actions():
        submenu = action.menu()
        found += actions(submenu) if isinstance(submenu, QMenu) else [action] * (not action.isSeparator())
    return found


def opened(menu: QMenu) -> dict[str, QAction]:
    """Open a menu, close it, and return its actions as they were while it was open: text and whether it could be."""
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_every_line_of_the_table_stands_in_the_menu_bar_once_with_its_key(program: Program) -> None:
    window = program.window
    shown = [menu.title().replace("&", "") for menu in map(window.menus.menu, MENUS)]
    assert shown == ["File", "Edit", "Clip", "Play", "View", "Help"]
    in_bar = [action for menu in map(window.menus.menu, MENUS) for action in actions(menu)]
    for line in TABLE:
        assert in_bar.count(window.menus.actions[line.id]) == 1, line.id
        assert window.menus.actions[line.id].shortcuts() == KeyMap().keys(line.id), line.id
        assert window.menus.actions[line.id].text() == line.title
    assert all(group.menu in MENUS for group in GROUPS)


def test_mnemonics_differ_so_that_alt_opens_each_menu(program: Program) -> None:
    marks = [QKeySequence.mnemonic(program.window.menus.menu(name).title()).toString() for name in MENUS]
    assert len(set(marks)) == len(MENUS)
    assert "" not in marks


def test_other_keys_are_told_by_the_menus_at_once(program: Program) -> None:
    program.window.set_keys(KeyMap({"export": "F9", "zoom-in": "F10"}))
    assert program.window.menus.actions["export"].shortcuts() == [QKeySequence("F9")]
    assert program.window.menus.actions["zoom-in"].shortcuts() == [QKeySequence("F10")]


def test_what_cannot_be_done_is_grey_while_the_menu_is_open_and_its_key_counts_afterwards(hands: Hands) -> None:
    menu = hands.window.menus.menu("Clip")
    words = opened(menu)
    assert not words["Variations"].isEnabled()
    assert not words["Rename"].isEnabled()
    assert words["Generate"].isEnabled()
    menu.aboutToHide.emit()
    assert words["Variations"].isEnabled()
    hands.make("calm")
    words = opened(menu)
    assert words["Variations"].isEnabled()
    assert words["Rename"].isEnabled()
    assert words["Move to the trash"].isEnabled()
    menu.aboutToHide.emit()


def test_the_menus_say_what_is_on(hands: Hands) -> None:
    hands.make("calm")
    menu = hands.window.menus.menu("Play")
    assert not opened(menu)["Loop on or off"].isChecked()
    menu.aboutToHide.emit()
    hands.press(Qt.Key.Key_L)
    assert opened(menu)["Loop on or off"].isChecked()


def test_a_menu_opens_by_its_letter_and_acts_by_enter(hands: Hands) -> None:
    hands.press(Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    menu = hands.window.menus.menu("View")
    hands.wait(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    hands.wait(lambda: not menu.isVisible())
    assert hands.window.prompt.values().prompt == ""


def test_a_menu_acts_on_the_shown_clip_also_while_the_cursor_is_in_the_prompt(hands: Hands) -> None:
    clip = hands.make("calm")
    hands.window.prompt.focus_prompt()
    hands.window.menus.actions["star"].trigger()
    assert hands.program.services.library.get(clip.id).is_starred
    hands.window.menus.actions["rename"].trigger()
    hands.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))


def test_in_the_library_the_chosen_rows_are_meant_not_the_shown_clip(hands: Hands, qtbot: QtBot) -> None:
    first, second = hands.make("calm"), hands.make("loud")
    rows = hands.window.library._list
    rows.setFocus()
    hands.wait(rows.hasFocus)
    hands.window.library.show_clip(first.id)  # a right click: the row is chosen, the clip in the middle stays
    assert hands.shown() == second
    assert [clip.id for clip in hands.window.clip_actions.chosen()] == [first.id]
    rows.selectAll()
    with qtbot.waitSignal(hands.window.export_requested) as asked:
        hands.window.menus.actions["export"].trigger()
    assert {clip.id for clip in asked.args[0]} == {first.id, second.id}
    for dialog in hands.window.findChildren(ExportDialog):
        dialog.reject()


@pytest.mark.parametrize(
    ("menu", "texts"),
    [
        (CLIP_MENU, {"Rename", "Star on or off", "Tags…", "Variations", "Export…", "Move to the trash"}),
        (WAVEFORM_MENU, {"Play or pause", "Loop the selection", "Zoom to the selection", "Extend…", "Stems"}),
        (TAKE_MENU, {"Variations", "Star on or off", "Use these settings"}),
    ],
)
def test_context_menus_have_what_can_be_done_there(
    hands: Hands, menu: tuple[tuple[str, ...], ...], texts: set[str]
) -> None:
    hands.make("calm")
    made = hands.window.menus.context_menu(menu)
    assert texts <= {action.text() for action in made.actions()}
    made.deleteLater()


def right_click(widget: QWidget, place: QPoint) -> None:
    """Ask for a context menu as the system does."""
    by_mouse = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(by_mouse, place, widget.mapToGlobal(place)))


def popup(hands: Hands) -> QMenu:
    hands.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_a_right_click_opens_the_menu_of_what_is_under_it(hands: Hands) -> None:
    hands.make("calm", takes=2)
    window = hands.window
    hands.wait(window.takes.isVisible)
    right_click(window.waveform, QPoint(20, 50))
    menu = popup(hands)
    assert "Zoom to the selection" in {action.text() for action in menu.actions()}
    menu.close()
    rows = window.library._list
    right_click(rows.viewport(), rows.visualRect(rows.model().index(0, 0)).center())
    menu = popup(hands)
    assert "Tags…" in {action.text() for action in menu.actions()}
    menu.close()


def test_a_right_click_on_a_take_means_that_take(hands: Hands) -> None:
    hands.make("calm", takes=4)
    hands.wait(hands.window.takes.isVisible)
    tile = hands.window.takes._tiles[2]
    right_click(tile, tile.rect().center())
    menu = popup(hands)
    assert "Use these settings" in {action.text() for action in menu.actions()}
    menu.close()
    assert hands.shown().title == "Calm · take 3"


def test_again_from_the_menu_makes_the_same_once_more(hands: Hands) -> None:
    clip = hands.make("calm")
    library = hands.program.services.library
    hands.press(Qt.Key.Key_V, SHIFT)
    hands.wait(lambda: len(library.clips()) == 2 and not hands.program.services.loop.views())
    assert {each.seed for each in library.clips()} == {clip.seed}
    hands.press(Qt.Key.Key_V)
    hands.wait(lambda: len(library.clips()) == 3 and not hands.program.services.loop.views())
    assert len({each.seed for each in library.clips()}) == 2


def test_e_asks_how_the_clip_is_to_go_on(hands: Hands) -> None:
    hands.make("calm")
    hands.press(Qt.Key.Key_E)
    hands.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: hands.shown().title == "Calm · extended")


def test_ctrl_o_imports(hands: Hands, tmp_path: Path) -> None:
    write(tmp_path / "hum.wav", Audio(np.zeros((16_000, 1), np.float32), 32_000), SoundFormat.WAV16)
    hands.press(Qt.Key.Key_O, CTRL)
    dialog = hands.window.findChildren(QFileDialog)[-1]
    hands.wait(dialog.isVisible)
    dialog.filesSelected.emit([str(tmp_path / "hum.wav")])
    dialog.reject()
    hands.wait(lambda: hands.shown().title == "Hum")


def test_a_double_click_on_a_row_plays_the_clip_and_on_the_waveform_from_there(hands: Hands) -> None:
    first = hands.make("calm")
    hands.make("loud")
    hands.wait(lambda: not hands.is_playing) if not hands.is_playing else hands.press(Qt.Key.Key_Space)
    rows, model = hands.window.library._list, hands.window._model
    place = rows.visualRect(model.index_of(first.id)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    hands.wait(lambda: hands.shown().id == first.id and hands.is_playing)
    view = hands.window.waveform
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not hands.is_playing)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, 150))
    hands.wait(lambda: hands.is_playing)
    assert hands.window.listening.playhead() >= first.frames // 2 - first.sample_rate


def test_what_is_there_can_be_played_while_it_is_made(hands: Hands, loader: Loader) -> None:
    go_on = threading.Event()
    loader.before_block = held(go_on, 6)
    hands.window.generation.generate(PromptValues(prompt="calm", duration_s=20.0))
    listening = hands.window.listening
    hands.wait(lambda: listening.current is not None and listening.current.peaks.frames > 0)
    hands.wait(lambda: listening.is_waiting)
    assert opened(hands.window.menus.menu("Play"))["Play what is there"].isEnabled()
    hands.window.menus.menu("Play").aboutToHide.emit()
    hands.window.waveform.setFocus()
    hands.press(Qt.Key.Key_Space, SHIFT)
    hands.wait(lambda: listening.playhead() > 0)
    go_on.set()
    hands.press(Qt.Key.Key_Escape)


def test_all_is_selected_and_nothing(hands: Hands) -> None:
    clip = hands.make("calm")
    hands.wait(lambda: not hands.window.listening.is_drawing)
    hands.press(Qt.Key.Key_A, CTRL)
    assert hands.window.waveform.selection() == (0, clip.frames)
    hands.press(Qt.Key.Key_A, CTRL | SHIFT)
    assert hands.window.waveform.selection() is None


def test_the_arrow_keys_play_what_they_choose_in_the_library_unless_that_is_switched_off(hands: Hands) -> None:
    first, second = hands.make("calm"), hands.make("loud")
    hands.press(Qt.Key.Key_Space) if hands.is_playing else None
    hands.wait(lambda: not hands.is_playing)
    rows = hands.window.library._list
    rows.setFocus()
    hands.wait(rows.hasFocus)
    hands.press(Qt.Key.Key_Down)
    hands.wait(lambda: hands.shown().id == first.id and hands.is_playing)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not hands.is_playing)
    hands.window.menus.actions["preview-library"].trigger()
    assert not hands.program.services.settings.previews_library
    hands.press(Qt.Key.Key_Up)
    hands.wait(lambda: hands.shown().id == second.id)
    assert not hands.is_playing


def test_who_runs_through_the_rows_hears_only_where_the_keys_rest(hands: Hands, qtbot: QtBot) -> None:
    clips = [hands.make(word) for word in ("calm", "loud", "slow")]
    rows = hands.window.library._list
    rows.setFocus()
    hands.wait(rows.hasFocus)
    asked: list[object] = []
    hands.window.library.preview_requested.connect(asked.append)
    with qtbot.waitSignal(hands.window.library.preview_requested):
        hands.press(Qt.Key.Key_Down)
        hands.press(Qt.Key.Key_Down)
    assert asked == [clips[0].id]


def test_the_last_clip_is_open_at_the_next_start(settings_file: Path, loader: Loader, qtbot: QtBot) -> None:
    with Program(settings_file, loader) as before:
        before.window.show()
        first = Hands(before, qtbot).make("calm")
        Hands(before, qtbot).make("loud")
        before.window.collection.clip_chosen.emit(first)
    with Program(settings_file, loader) as after:
        after.window.show()
        qtbot.waitUntil(lambda: after.window.listening.current is not None, timeout=WAIT_MS)
        current = after.window.listening.current
        assert current is not None
        assert current.clip.id == first.id
        assert not after.window.listening.is_playing
        after.services.library.trash([first.id])
    with Program(settings_file, loader) as at_last:  # what went into the trash is not brought back
        at_last.window.show()
        qtbot.waitUntil(lambda: not at_last.services.loop.views(), timeout=WAIT_MS)
        at_last.window.open_last()
        assert at_last.window.listening.current is None


def recent(hands: Hands) -> dict[str, QAction]:
    """The submenu as it is when it opens."""
    menu = hands.window.menus.menu("File/Recent files")
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_files_that_were_opened_are_offered_again_and_shown_if_they_are_clips_already(
    hands: Hands, tmp_path: Path
) -> None:
    assert recent(hands) == {}
    assert not hands.window.menus.menu("File/Recent files").isEnabled()
    files = [tmp_path / "one.wav", tmp_path / "two.wav"]
    for file in files:
        write(file, Audio(np.zeros((16_000, 1), np.float32), 32_000), SoundFormat.WAV16)
        hands.window.files.open([file])
        hands.wait(lambda stem=file.stem: hands.shown().title.lower() == stem)  # type: ignore[misc]
    assert list(recent(hands)) == ["two.wav", "one.wav", "Clear the list"]
    library = hands.program.services.library
    one = next(clip for clip in library.clips() if clip.title == "One")
    recent(hands)["one.wav"].trigger()
    assert hands.shown().id == one.id
    assert len(library.clips()) == 2
    library.trash([one.id])
    recent(hands)["one.wav"].trigger()  # the clip is gone, the file is not
    hands.wait(lambda: hands.shown().title == "One" and hands.shown().id != one.id)
    assert next(iter(recent(hands))) == "one.wav"
    files[1].unlink()
    assert recent(hands)["two.wav"].isEnabled()  # the clip is still there
    library.trash([clip.id for clip in library.clips() if clip.title == "Two"])
    assert not recent(hands)["two.wav"].isEnabled()
    recent(hands)["Clear the list"].trigger()
    assert recent(hands) == {}


def test_recent_files_that_cannot_be_looked_at_any_more_are_offered_as_not_there(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network disk that was lost answers with an error of its own: the window did not even open any more."""
    file = tmp_path / "lost.mid"
    file.touch()
    hands.window.recent.add(file)
    assert recent(hands)["lost.mid"].isEnabled()

    look = Path.stat

    def lost(path: Path, **how: bool) -> os.stat_result:
        if path == file:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return look(path, **how)

    monkeypatch.setattr(Path, "stat", lost)
    assert not recent(hands)["lost.mid"].isEnabled()
    hands.window.recent.add(file)


def test_a_context_menu_fits_on_the_screen_of_a_laptop(hands: Hands) -> None:
    """What folds in the menu bar folds there, too: the waveform's menu stood in two columns."""
    hands.make("calm")
    for groups in (CLIP_MENU, WAVEFORM_MENU, TAKE_MENU):
        menu = hands.window.menus.context_menu(groups)
        assert menu.sizeHint().height() < 768
        assert len(actions(menu)) == sum(map(len, groups))  # folded or not, all of it is there
        menu.deleteLater()


def test_the_melodys_menu_edits_and_clears_it(hands: Hands, tmp_path: Path) -> None:
    window = hands.window
    write_midi(tmp_path / "tune.mid", Melody.of([Note(0.0, 0.5, 60.0), Note(0.5, 0.5, 64.0)]))
    window.files.open([tmp_path / "tune.mid"])
    hands.wait(lambda: window.melodies.sketch is not None)
    window.waveform.setFocus()
    hands.press(Qt.Key.Key_N)
    hands.wait(window.editor.isVisible)
    window.showing.open_editor(False)
    window.menus.actions["clear-melody"].trigger()
    hands.wait(lambda: window.melodies.sketch is None)
    right_click(window.prompt.melody, QPoint(30, 10))
    menu = popup(hands)
    grey = {action.text() for action in menu.actions() if not action.isSeparator() and not action.isEnabled()}
    assert grey == {"Edit the notes of the melody…", "Hear the melody, or stop", "Follow no melody"}
    menu.close()


class Browser(QObject):
    """Stands where the system's file browser stands."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show_folder(self, url: QUrl) -> None:
        """Take a folder."""
        self.shown.append(Path(url.toLocalFile()))


def test_the_folder_of_a_clip_is_shown_and_the_window_does_not_wait_for_a_name_that_is_being_written(
    hands: Hands,
) -> None:
    browser, library = Browser(), hands.program.services.library
    clip, is_writing, go_on = hands.make("calm"), threading.Event(), threading.Event()

    def write() -> None:
        with library._changing:
            is_writing.set()
            go_on.wait(WAIT_MS / 1000)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_writing.wait(10)
    QDesktopServices.setUrlHandler("file", browser, browser.show_folder.__name__)  # type: ignore[arg-type]  # it takes text
    try:
        hands.window.collection.show_file(clip)
        assert writer.is_alive()
        go_on.set()
        hands.wait(lambda: browser.shown == [library.sound_file(clip.id).parent])
    finally:
        go_on.set()
        QDesktopServices.unsetUrlHandler("file")
        writer.join(10)


def test_a_menu_that_is_left_by_esc_gives_the_keys_back(qtbot: QtBot, program: Program) -> None:
    """Qt leaves the menu's name lit, and the keys in the bar, until Esc is pressed once more."""
    window, bar = program.window, program.window.menu_bar
    window.activateWindow()
    window.waveform.setFocus()
    qtbot.waitUntil(window.waveform.hasFocus, timeout=WAIT_MS)
    file, edit = (window.menus.menu(name) for name in ("File", "Edit"))
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(file.menuAction()).center())
    qtbot.waitUntil(file.isVisible, timeout=WAIT_MS)
    QTest.keyClick(file, Qt.Key.Key_Right)
    qtbot.waitUntil(edit.isVisible, timeout=WAIT_MS)
    assert bar.activeAction() is edit.menuAction()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bar.activeAction() is None, timeout=WAIT_MS)
    assert window.focusWidget() is window.waveform
