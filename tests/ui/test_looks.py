"""What a designer looks at: even heights, text clear of its frame, pages that end well, titles that tell."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.export.targets import Target
from musicgen_studio.library.search import Sorting
from musicgen_studio.paths import from_home
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.look.theme import GRID, HEAD_PX, Look, current
from musicgen_studio.ui.models.library_model import LibraryModel
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.compare_row import CompareRow
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.panels.library_row import LibraryRow
from musicgen_studio.ui.panels.live_panel import LivePanel
from musicgen_studio.ui.panels.metronome_row import MetronomeRow
from musicgen_studio.ui.panels.offer_details import OfferDetails
from musicgen_studio.ui.panels.passages_panel import PassagesPanel
from musicgen_studio.ui.panels.prompt_panel import PromptPanel, PromptValues
from musicgen_studio.ui.panels.replace_card import ReplaceCard
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from musicgen_studio.ui.panels.stem_lanes import StemLanes
from musicgen_studio.ui.panels.tempo_card import TempoCard
from musicgen_studio.ui.qt.drops import FileDrops, _Light
from musicgen_studio.ui.widgets.tall_area import TallArea, _Fade
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.ui.panels.test_stem_lanes import NAMES, stem

TITLE = "Happy rock with organ and drums, in the kitchen at night · take 2"

pytestmark = pytest.mark.usefixtures("dark")


def shown(qtbot: QtBot, widget: QWidget, width: int, height: int) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()
    QApplication.processEvents()  # a page tells its size only now
    return widget


def settings() -> SettingsDialog:
    return SettingsDialog(Settings(library_folder="/home/musician/Music/MusicGen Studio"), [], str)


@pytest.mark.parametrize("make", [settings, TempoCard, MetronomeRow, ReplaceCard])
def test_a_number_stands_as_far_from_its_frame_as_any_text(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    widget = make()
    qtbot.addWidget(widget)
    boxes = widget.findChildren(QAbstractSpinBox)
    assert boxes
    assert all(box.lineEdit().textMargins().left() == 2 * GRID for box in boxes)


def test_the_main_button_is_as_high_as_the_others_beside_it(qtbot: QtBot) -> None:
    dialog = shown(qtbot, settings(), 520, 700)
    buttons = dialog.findChildren(QDialogButtonBox)[0].buttons()
    live = shown(qtbot, LivePanel(), 644, 620)
    assert isinstance(live, LivePanel)
    for row in (buttons, [live._play, live._end, live._keep, live._close]):
        assert len({button.height() for button in row}) == 1


def test_the_library_folder_is_shown_from_its_first_letter_on(qtbot: QtBot) -> None:
    long = "/" + "/".join(["a very long folder"] * 9)
    dialog = SettingsDialog(Settings(library_folder=long), [], str)
    shown(qtbot, dialog, 520, 700)
    assert dialog._folder.cursorPosition() == 0
    assert long in dialog._folder.toolTip()


@pytest.mark.parametrize("page_px", [100, 900])
def test_a_page_fades_only_where_it_goes_on(qtbot: QtBot, page_px: int) -> None:
    page = QWidget()
    page.setMinimumHeight(page_px)
    area = shown(qtbot, TallArea(page), 200, 300)
    assert isinstance(area, QScrollArea)
    top, bottom = area.findChildren(_Fade)
    goes_on = page_px > 300
    assert (top.isVisible(), bottom.isVisible()) == (False, goes_on)
    if goes_on:
        assert bottom.geometry().bottom() == area.viewport().geometry().bottom()
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        assert (top.isVisible(), bottom.isVisible()) == (True, False)


def test_all_of_the_live_page_is_seen_where_it_fits(qtbot: QtBot) -> None:
    live = shown(qtbot, LivePanel(), 644, 620)  # as in a window of 1280 x 800
    assert isinstance(live, LivePanel)
    assert live._area.verticalScrollBar().maximum() == 0


def test_all_stems_are_seen_where_there_is_room(qtbot: QtBot) -> None:
    lanes = StemLanes()
    place = QWidget()
    column = QVBoxLayout(place)
    column.addWidget(lanes)
    column.addStretch(1)
    shown(qtbot, place, 600, 500)
    lanes.set_stems([stem(name) for name in NAMES])
    qtbot.waitUntil(
        lambda: all(each.visibleRegion().boundingRect() == each.rect() for each in lanes._lanes), timeout=1000
    )


def test_a_title_that_is_too_long_still_tells_which_take_it_is(qtbot: QtBot) -> None:
    header, row = ClipHeader(KeyMap({})), CompareRow()
    for widget in (header, row):
        shown(qtbot, widget, 400, 100)
    header._title.setText(TITLE)
    row.show_clips((TITLE, TITLE), "B −0.9 dB, so that both are equally loud")
    QApplication.processEvents()
    for label in (header._title, row._words):
        assert isinstance(label, ElidedLabel)
        assert "…" in label.shown_text()
        assert label.shown_text().endswith("2")
    assert row._matched.geometry().right() < row.width()


def test_the_search_has_a_line_of_its_own_in_a_narrow_library(qtbot: QtBot) -> None:
    panel = LibraryPanel(LibraryModel(lambda _clip: None, lambda _clip: None), KeyMap({}))
    shown(qtbot, panel, 156, 500)
    assert panel._search.width() >= 130
    assert panel._search.geometry().bottom() < panel._trash.geometry().top()
    panel.resize(308, 500)
    QApplication.processEvents()
    assert panel._search.geometry().center().y() == pytest.approx(panel._trash.geometry().center().y(), abs=1)


def test_the_names_of_the_columns_stand_level(qtbot: QtBot) -> None:
    header, live = ClipHeader(KeyMap({})), LivePanel()
    library = LibraryPanel(LibraryModel(lambda _clip: None, lambda _clip: None), KeyMap({}))
    for widget in (header, live, library):
        shown(qtbot, widget, 308, 500)
    titles = [label for label in live.findChildren(QLabel) if label.property("look") == Look.TITLE.value]
    assert {header._title.height(), library._heading.height(), titles[0].height()} == {HEAD_PX}


def test_a_list_leaves_room_for_the_ring_that_shows_where_the_keys_go(qtbot: QtBot) -> None:
    rows = QListWidget()
    shown(qtbot, rows, 100, 100)
    assert rows.viewport().geometry() == QRect(1, 1, 98, 98)


def test_what_may_be_dropped_on_a_text_field_lights_up_the_whole_field(qtbot: QtBot) -> None:
    field = QPlainTextEdit()
    shown(qtbot, field, 200, 90)
    FileDrops(field.viewport(), lambda _files: True, lambda _files: Path())
    (light,) = field.findChildren(_Light)
    light.shine()
    assert light.parentWidget() is field
    assert light.geometry() == field.rect()


def test_an_export_has_no_hole_above_its_buttons_when_another_target_asks_for_less(qtbot: QtBot) -> None:
    clip = Clip("a" * 32, "Happy rock", Origin.GENERATED, "2026-03-01T14:03:00+00:00", 32_000, 32_000, 2)
    dialog = ExportDialog([clip], Path("/nowhere"))
    shown(qtbot, dialog, 520, 480)
    heights = []
    for target in (Target.LOOP, Target.MIDI, Target.LOOP):
        dialog._target.setCurrentIndex(dialog._target.findData(target))
        heights.append(dialog.height())
    assert heights[1] < heights[0] == heights[2]


@pytest.mark.parametrize(("order", "is_seen"), [(Sorting.NEWEST, False), (Sorting.LONGEST, True)])
def test_a_narrow_row_leaves_out_when_it_was_made(order: Sorting, is_seen: bool) -> None:
    clip = Clip("a" * 32, "Night drive", Origin.GENERATED, "2026-03-01T14:03:00+00:00", 32_000, 32_000, 2, seed=41)
    model = LibraryModel(lambda _clip: None, lambda _clip: None)
    model.set_clips([clip])
    row, option = LibraryRow(), QStyleOptionViewItem()
    row.set_order(order)
    picture = QImage(120, 52, QImage.Format.Format_RGB32)
    picture.fill(0)
    option.rect = picture.rect()
    with QPainter(picture) as painter:
        row.paint(painter, option, model.index(0))
    bright = QColor(current().muted).lightness() + 10  # all else in the lower line is muted
    lower = [x for x in range(76, 120) for y in range(30, 52) if QColor(picture.pixel(x, y)).lightness() > bright]
    assert bool(lower) is is_seen


def test_the_picture_on_a_main_button_is_drawn_in_the_ink_of_its_words(qtbot: QtBot) -> None:
    made = (LivePanel(), ClipHeader(KeyMap({})), PassagesPanel(KeyMap({})), OfferDetails(CheckpointWords()))
    buttons = []
    for panel in made:
        qtbot.addWidget(panel)
        buttons += [each for each in panel.findChildren(QPushButton) if each.property("look") == Look.PRIMARY.value]
    pictured = [button for button in buttons if not button.icon().isNull()]
    assert len(pictured) >= 5
    for button in pictured:
        picture = button.icon().pixmap(32, 32).toImage()
        dots = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
        inks = {dot.name() for dot in dots if dot.alpha() == 255}
        assert inks == {current().on_accent}, button.text()


@pytest.mark.parametrize("width", [280, 640])
def test_generate_says_all_of_its_word_over_narrow_passages(qtbot: QtBot, width: int) -> None:
    panel = PassagesPanel(KeyMap({}))
    place = QWidget()
    place.setMinimumWidth(1)  # as the window, which may be narrower than its parts would like
    QVBoxLayout(place).addWidget(panel)
    panel.setVisible(True)
    panel.set_open(True)
    shown(qtbot, place, width, 200)
    assert panel._generate.width() >= panel._generate.sizeHint().width()
    assert panel._text.isVisible() is (width > 300)


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("is_on", [False, True])
def test_a_box_to_check_begins_where_the_other_controls_do(
    qtbot: QtBot, kind: type[QAbstractButton], is_on: bool
) -> None:
    box = kind()
    box.setCheckable(True)
    box.setText("Let it end")
    box.setChecked(is_on)
    shown(qtbot, box, 160, box.sizeHint().height())
    box.clearFocus()
    picture = box.grab().toImage()
    begins, ground = (picture.pixelColor(x, picture.height() // 2) for x in (0, picture.width() - 1))
    assert begins != ground
    assert box.sizeHint().height() == 6 * GRID


def test_an_export_has_no_hole_above_its_buttons_when_it_opens(qtbot: QtBot) -> None:
    clip = Clip("a" * 32, "Happy rock", Origin.GENERATED, "2026-03-01T14:03:00+00:00", 32_000, 32_000, 2)
    dialog = ExportDialog([clip], Path("/nowhere"))
    qtbot.addWidget(dialog)
    dialog.show()
    QApplication.processEvents()
    assert dialog.height() == dialog._column.totalHeightForWidth(dialog.width())
    row, place = dialog._files.visualItemRect(dialog._files.item(0)), dialog._files.viewport().geometry()
    assert (place.top(), place.height()) == (dialog._files.height() - place.bottom() - 1, row.height())


def test_the_bar_of_the_prompts_page_takes_no_width_from_it(qtbot: QtBot) -> None:
    panel = PromptPanel(KeyMap({}))
    shown(qtbot, panel, 288, 1200)
    bar, generate = panel._area.verticalScrollBar(), panel._generate
    assert bar.maximum() == 0
    for height in (1200, 400):
        panel.resize(288, height)
        QApplication.processEvents()
        right = panel._prompt.mapTo(panel, panel._prompt.rect().bottomRight()).x()
        assert right == generate.mapTo(panel, generate.rect().bottomRight()).x()
        assert bar.isEnabled() is (bar.maximum() > 0)
    assert bar.maximum() > 0


def test_the_prompts_page_and_its_bar_do_not_chase_each_other(qtbot: QtBot) -> None:
    """Words that break anew with a little more width once did: without end, until the stack was full."""
    panel = PromptPanel(KeyMap({}))
    shown(qtbot, panel, 288, 400)
    panel.set_values(PromptValues(prompt="fröhlicher Rock with a singer, 120 bpm"))
    for width in (224, 240, 256, 288):
        for height in range(300, 900, 12):
            panel.resize(width, height)
            QApplication.processEvents()
            assert panel._page.width() == panel._area.viewport().width()


def test_what_lies_in_the_home_is_written_from_there(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    clip = Clip("a" * 32, "Happy rock", Origin.GENERATED, "2026-03-01T14:03:00+00:00", 32_000, 32_000, 2)
    dialog = ExportDialog([clip], tmp_path / "Music")
    library = SettingsDialog(Settings(library_folder=str(tmp_path / "Music" / "Clips")), [], str)
    for widget in (dialog, library):
        qtbot.addWidget(widget)
    whole = from_home(tmp_path / "Music")
    assert whole == str(Path("~/Music") if os.name != "nt" else tmp_path / "Music")
    assert from_home(Path("/nowhere")) == str(Path("/nowhere"))
    assert dialog._folder.text() == whole
    assert dialog.choice().folder == tmp_path / "Music"
    assert library._folder.text().startswith(whole)
    assert library.values().library_folder == str(tmp_path / "Music" / "Clips")


def test_the_buttons_of_a_clip_ask_for_no_second_row_before_they_leave_their_words_out(qtbot: QtBot) -> None:
    header = ClipHeader(KeyMap({}))
    shown(qtbot, header, 900, 200)
    row_px = header._actions.height()
    assert header._actions.heightForWidth(388) == row_px
    assert header._actions.heightForWidth(100) > row_px
