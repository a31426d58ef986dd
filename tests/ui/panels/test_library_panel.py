"""The library column: what it asks for when it is clicked, typed into and dropped on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QPushButton,
    QStyleOptionViewItem,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.clip import Clip
from musicgen_studio.library.search import Filter, Sorting
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.models.library_model import LibraryModel, Query
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.panels.library_row import LibraryRow
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.clips import make_clip
from tests.ui.panels.finding import control, nameless, said

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
FIRST, SECOND = make_clip(2).id, make_clip(1).id


class Shown:
    """A library panel on the screen with two clips."""

    def __init__(self, qtbot: QtBot) -> None:
        self.model = LibraryModel(lambda _: None, lambda clip: Path(f"/clips/{clip.title}.wav"))
        self.panel = LibraryPanel(self.model, KeyMap())
        self.panel.resize(300, 500)
        qtbot.addWidget(self.panel)
        self.model.set_clips([make_clip(2, recipe="{}", tags=("loud",)), make_clip(1)])
        with qtbot.waitExposed(self.panel):
            self.panel.show()
        self.panel.activateWindow()
        self.list = control(self.panel, QListView, "Clips")

    def click(self, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, x: int = 150) -> None:
        """Click into a row."""
        middle = QPoint(x, self.list.visualRect(self.model.index(row)).center().y())
        QTest.mouseClick(self.list.viewport(), LEFT, modifiers, middle)

    def toggle(self, name: str) -> None:
        """Click one of the small buttons above the list."""
        QTest.mouseClick(control(self.panel, QToolButton, name), LEFT)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_click_activates_and_selects(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.panel.clip_activated) as activated:
        shown.click(1)
    assert activated.args == [SECOND]
    assert shown.panel.selected_ids() == [SECOND]


def test_gathering_several_activates_nothing(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    with qtbot.assertNotEmitted(shown.panel.clip_activated):
        shown.click(1, CTRL)
    assert shown.panel.selected_ids() == [FIRST, SECOND]


def test_a_click_on_the_star_asks_for_it(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.panel.star_toggled) as asked:
        shown.click(1, x=16)
    assert asked.args == [SECOND]


def test_keys_star_and_trash_what_is_selected(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    shown.click(1, CTRL)
    with qtbot.waitSignal(shown.panel.trash_requested) as trashed:
        QTest.keyClick(shown.list, Qt.Key.Key_Delete)
    assert trashed.args == [[FIRST, SECOND]]
    with qtbot.waitSignals([shown.panel.star_toggled] * 2):
        shown.panel.toggle_star()  # S, bound in the window


def test_renaming_in_place(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    shown.panel.rename_row()  # F2, bound in the window
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "Sunny ")
    with qtbot.waitSignal(shown.panel.renamed) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == [FIRST, "Sunny"]


def test_an_open_editor_outlives_a_clip_that_arrives(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    shown.panel.rename_row()  # F2, bound in the window
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    shown.model.set_clips([make_clip(3), make_clip(2), make_clip(1)])
    assert QApplication.focusWidget() is editor


@pytest.mark.parametrize(
    "comes",
    [
        pytest.param(lambda shown: shown.model.refresh(FIRST), id="its picture, tempo or tags"),
        pytest.param(lambda shown: shown.panel.show_clip(SECOND), id="music: half a title was taken"),
    ],
)
def test_what_is_typed_stays_whatever_comes(shown: Shown, qtbot: QtBot, comes: Callable[[Shown], None]) -> None:
    shown.click(0)
    shown.panel.rename_row()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "Night ")
    with qtbot.assertNotEmitted(shown.panel.renamed):
        comes(shown)
    assert QApplication.focusWidget() is editor
    QTest.keyClicks(editor, "drive")
    with qtbot.waitSignal(shown.panel.renamed) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == [FIRST, "Night drive"]
    shown.panel.show_clip(SECOND)
    assert shown.panel.selected_ids() == [SECOND]


def test_the_search_is_a_key_away_and_asks_as_it_is_typed(shown: Shown, qtbot: QtBot) -> None:
    QTest.keyClick(shown.list, Qt.Key.Key_K, CTRL)
    search = control(shown.panel, QLineEdit, "Search the library")
    assert search.hasFocus()
    with qtbot.waitSignals([shown.panel.query_changed] * 2):
        QTest.keyClicks(search, "so")
    assert shown.panel.query() == Query("so")
    with qtbot.assertNotEmitted(shown.panel.trash_requested):
        QTest.keyClick(search, Qt.Key.Key_Delete)


def test_filters_make_the_query(shown: Shown) -> None:
    shown.panel.set_facets(["starter"], ["loud", "soft"])
    shown.toggle("Starred clips only")
    shown.toggle("More filters: checkpoint, tag, length")
    for name, row in (("Checkpoint", 1), ("Tag", 2), ("Length", 2)):
        control(shown.panel, QComboBox, name).setCurrentIndex(row)
    assert shown.panel.query() == Query(
        filter=Filter(is_starred=True, tag="soft", checkpoint="starter", min_s=10.0, max_s=30.0)
    )
    shown.panel.set_facets(["starter", "other"], ["soft"])
    assert shown.panel.query().filter.tag == "soft"


def test_a_click_on_a_column_sorts_by_it_and_another_turns_it_round(shown: Shown, qtbot: QtBot) -> None:
    made = control(shown.panel, QPushButton, "Sort by Made")
    assert made.text() == "Made ↓"
    with qtbot.waitSignal(shown.panel.query_changed) as asked:
        QTest.mouseClick(made, LEFT)
    assert asked.args == [Query(is_reversed=True)]
    assert made.text() == "Made ↑"
    with qtbot.waitSignal(shown.panel.query_changed) as asked:
        QTest.mouseClick(control(shown.panel, QPushButton, "Sort by Title"), LEFT)
    assert asked.args == [Query(order=Sorting.TITLE)]
    assert made.text() == "Made"
    assert not shown.panel.query().is_narrowed


def test_every_order_is_in_the_menu_and_what_is_sorted_by_has_its_column(shown: Shown, qtbot: QtBot) -> None:
    menu = control(shown.panel, QToolButton, "Order of the clips").menu()
    actions = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    assert len(actions) == len(Sorting) + 1
    with qtbot.waitSignal(shown.panel.query_changed) as asked:
        actions["Best take first"].trigger()
    assert asked.args == [Query(order=Sorting.BEST)]
    assert control(shown.panel, QPushButton, "Sort by Best").isVisible()
    assert not control(shown.panel, QPushButton, "Sort by Made").isVisible()
    actions["The other way round"].trigger()
    assert shown.panel.query() == Query(order=Sorting.BEST, is_reversed=True)


def test_a_wide_list_has_a_column_for_each_value_above_its_values(shown: Shown) -> None:
    shown.panel.resize(1000, 600)
    names = ("Tempo", "Key", "Length", "Made", "Size", "Best", "Broken")
    buttons = [control(shown.panel, QPushButton, f"Sort by {name}") for name in names]
    assert all(button.isVisible() for button in buttons)
    right_ends = [button.geometry().right() for button in buttons]
    assert right_ends == sorted(right_ends)
    assert right_ends[-1] == shown.list.viewport().width() - 1


def test_an_empty_library_teaches_and_an_empty_search_can_be_cleared(shown: Shown, qtbot: QtBot) -> None:
    shown.model.set_clips([])
    assert "No clips yet." in said(shown.panel)
    shown.panel.set_facets(["starter"], [])
    control(shown.panel, QComboBox, "Checkpoint").setCurrentIndex(1)
    QTest.keyClicks(control(shown.panel, QLineEdit, "Search the library"), "x")
    assert "Nothing here fits" in said(shown.panel)
    clear = control(shown.panel, QPushButton, "Clear the search and all filters")
    with qtbot.waitSignal(shown.panel.query_changed) as asked:
        QTest.mouseClick(clear, LEFT)
    assert asked.args == [Query()]


def test_the_trash_is_looked_into_and_restored_from(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.panel.query_changed) as asked:
        shown.toggle("Show the trash")
    assert asked.args == [Query(filter=Filter(is_trashed=True))]
    shown.model.set_clips([make_clip(2, trashed="2026-01-31T12:00:00+00:00")])
    with qtbot.assertNotEmitted(shown.panel.clip_activated):
        shown.click(0)
    with qtbot.assertNotEmitted(shown.panel.trash_requested):
        QTest.keyClick(shown.list, Qt.Key.Key_Delete)
    with qtbot.waitSignal(shown.panel.restore_requested) as restored:
        QTest.mouseClick(control(shown.panel, QPushButton, "Restore from the trash"), LEFT)
    assert restored.args == [[FIRST]]


def test_rows_ask_for_a_menu_and_the_trash_has_its_own(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    place = shown.list.visualRect(shown.model.index(0)).center()
    with qtbot.waitSignal(shown.panel.menu_requested) as asked:
        shown.list.customContextMenuRequested.emit(place)
    assert asked.args == [shown.list.viewport().mapToGlobal(place)]
    with qtbot.assertNotEmitted(shown.panel.menu_requested):
        shown.list.customContextMenuRequested.emit(QPoint(5, shown.list.height() - 2))
    shown.toggle("Show the trash")
    with qtbot.assertNotEmitted(shown.panel.menu_requested), qtbot.waitSignal(shown.panel.restore_requested):
        menu = shown.panel.trash_menu()
        menu.actions()[0].trigger()
    menu.deleteLater()


def test_a_double_click_and_enter_play_a_clip(shown: Shown, qtbot: QtBot) -> None:
    place = shown.list.visualRect(shown.model.index(0)).center()
    shown.click(0)
    with qtbot.waitSignal(shown.panel.play_requested) as asked:
        QTest.mouseDClick(shown.list.viewport(), LEFT, pos=place)
    assert asked.args == [FIRST]
    with qtbot.waitSignal(shown.panel.play_requested):
        QTest.keyClick(shown.list, Qt.Key.Key_Return)


def test_what_is_played_at_once_is_not_previewed_a_moment_later(shown: Shown, qtbot: QtBot) -> None:
    """Down and Enter in one go: the preview came behind, and stopped what Enter had begun or began it anew."""
    shown.click(0)
    QTest.keyClick(shown.list, Qt.Key.Key_Down)
    assert shown.panel._rest.isActive()
    with qtbot.waitSignal(shown.panel.play_requested) as asked:
        QTest.keyClick(shown.list, Qt.Key.Key_Return)
    assert asked.args == [SECOND]
    assert not shown.panel._rest.isActive()
    QTest.keyClick(shown.list, Qt.Key.Key_Up)
    shown.click(1)
    assert not shown.panel._rest.isActive()


def test_tags_are_edited_in_place(shown: Shown, qtbot: QtBot) -> None:
    shown.click(0)
    shown.panel.edit_tags(FIRST)
    tags = control(shown.panel, QLineEdit, "Tags of the clip")
    assert (tags.isVisible(), tags.text()) == (True, "loud")
    QTest.keyClicks(tags, ",  Live, loud,")
    with qtbot.waitSignal(shown.panel.tags_edited) as edited:
        QTest.keyClick(tags, Qt.Key.Key_Return)
    assert edited.args == [FIRST, ("live", "loud")]
    assert not tags.isVisible()


def test_tags_of_several_are_edited_at_once(shown: Shown) -> None:
    shown.click(0)
    shown.click(1, CTRL)
    told: list[tuple[object, ...]] = []
    shown.panel.tags_edited.connect(lambda *args: told.append(args))
    shown.panel.edit_tags(FIRST)
    tags = control(shown.panel, QLineEdit, "Tags of the clip")
    assert tags.text() == "", "they have none in common"
    QTest.keyClicks(tags, "evening")
    QTest.keyClick(tags, Qt.Key.Key_Return)
    assert sorted(told) == sorted([(FIRST, ("evening", "loud")), (SECOND, ("evening",))])
    assert len(shown.panel.selected_ids()) == 2


def drop(panel: LibraryPanel, urls: list[QUrl]) -> bool:
    mime = QMimeData()
    mime.setUrls(urls)
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 99), copy, mime, LEFT, none)
    enter.ignore()
    QApplication.sendEvent(panel, enter)
    if enter.isAccepted():
        QApplication.sendEvent(panel, QDropEvent(QPointF(9, 99), copy, mime, LEFT, none))
    return bool(enter.isAccepted())


def test_files_are_dropped_in(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.panel.files_dropped) as dropped:
        assert drop(shown.panel, [QUrl.fromLocalFile("/a/hum ü.wav"), QUrl("https://example.org/b.wav")])
    assert dropped.args == [[Path("/a/hum ü.wav")]]
    assert not drop(shown.panel, [QUrl("https://example.org/b.wav")])


def test_the_selection_survives_new_clips(shown: Shown) -> None:
    shown.click(1)
    more: list[Clip] = [make_clip(3), make_clip(2), make_clip(1, is_starred=True)]
    shown.model.set_clips(more)
    assert shown.panel.selected_ids() == [SECOND]
    assert "3 clips" in said(shown.panel)


def test_the_selection_survives_sorting(shown: Shown) -> None:
    shown.click(0)
    shown.click(1, CTRL)
    both = shown.panel.selected_ids()
    shown.model.set_clips([make_clip(1), make_clip(2, recipe="{}", tags=("loud",))])
    assert sorted(shown.panel.selected_ids()) == sorted(both) == sorted([FIRST, SECOND])


def test_every_control_has_a_name_and_a_tooltip(shown: Shown) -> None:
    assert nameless(shown.panel) == []


def test_a_narrow_list_leaves_the_pictures_out_for_the_titles(qtbot: QtBot) -> None:
    loud = np.full(32, 0.9, np.float32)
    model = LibraryModel(lambda _: (-loud, loud), lambda _: None)
    model.set_clips([make_clip(1, title="Happy rock"), make_clip(2, title="Take", parent=make_clip(1).id)])
    row, option = LibraryRow(), QStyleOptionViewItem()
    editor = QLineEdit()
    qtbot.addWidget(editor)
    for width, is_pictured in ((121, False), (280, True)):
        picture = QImage(width, 52, QImage.Format.Format_RGB32)
        picture.fill(0)
        option.rect = picture.rect()
        with QPainter(picture) as painter:
            row.paint(painter, option, model.index(1))
        wave = QColor(theme.current().waveform).rgb()
        coloured = [x for x in range(width) for y in range(52) if picture.pixel(x, y) == wave]
        assert bool(coloured) is is_pictured
        row.updateEditorGeometry(editor, option, model.index(1))
        assert editor.width() >= 72  # ten letters or so
        assert not coloured or editor.x() > max(coloured)
