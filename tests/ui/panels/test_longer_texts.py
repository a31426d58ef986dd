"""Other languages need more room: with texts a third longer, every panel still fits into the smallest window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.core.plan import Grid, Plan, PlannedPassage
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.library.search import Sorting
from musicgen_studio.sound.meter import Level
from musicgen_studio.studio.humming.recording_state import Phase, RecordingState
from musicgen_studio.studio.humming.take import TakeEdit
from musicgen_studio.studio.making.queue import JobState
from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.models.library_model import LibraryModel
from musicgen_studio.ui.panels.about_dialog import AboutDialog
from musicgen_studio.ui.panels.bug_dialog import BugDialog
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.library_columns import ColumnHeader
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.panels.live_panel import LivePanel
from musicgen_studio.ui.panels.melody_editor import MelodyEditor
from musicgen_studio.ui.panels.passages_panel import PassagesPanel
from musicgen_studio.ui.panels.prompt_panel import PromptPanel
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from musicgen_studio.ui.panels.shortcuts_dialog import ShortcutsDialog
from musicgen_studio.ui.panels.status_line import StatusLine
from musicgen_studio.ui.panels.stem_lanes import StemLanes, StemView
from musicgen_studio.ui.panels.takes_strip import TakesStrip, TakeView
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.fake_inputs import microphone
from tests.longer import Longer
from tests.ui.clips import make_clip
from tests.ui.models.test_queue_model import job
from tests.ui.panels.test_melody_editor import VIEW
from tests.ui.panels.test_melody_panel import TAKES
from tests.ui.panels.test_melody_panel import VIEW as MELODY_VIEW

LEFT, MIDDLE, RIGHT, WHOLE = 280, 412, 300, 1024  # pixels inside the columns of a window 1024 wide
SMALL_MIDDLE = 320


@pytest.fixture(autouse=True)
def longer(qapp: QApplication) -> Iterator[None]:
    before = qapp.style().objectName(), qapp.palette(), qapp.font(), qapp.styleSheet()
    apply_theme(qapp, Theme.DARK)
    translator = Longer()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)
    qapp.setStyleSheet(before[3])
    qapp.setStyle(before[0])
    qapp.setPalette(before[1])
    qapp.setFont(before[2])


def prompt() -> PromptPanel:
    panel = PromptPanel(KeyMap())
    panel.set_folds(melody=True, advanced=True)
    panel.melody.set_takes(TAKES, TAKES[0].id, TakeEdit())
    panel.melody.set_melody(MELODY_VIEW)
    panel.melody.set_checkpoint("Starter", follows=False, switch_to="Starter")
    mic = microphone("Scarlett 2i2 USB", 2)
    panel.melody.recorder.set_state(RecordingState(Phase.RECORDING, (mic,), mic), [Level()] * 2)
    panel.melody.recorder._metronome_fold.set_open(True)
    return panel


def editor() -> QWidget:
    page = MelodyEditor()
    page.show_melody(VIEW)
    return page


def header() -> QWidget:
    panel = ClipHeader(KeyMap())
    panel.set_clip(make_clip(1, title="A title that is longer than there is room for in the middle", recipe="{}"))
    panel._extend.setChecked(True)
    return panel


def bar() -> QWidget:
    panel = TransportBar(KeyMap())
    panel.set_time(3599.9, 3600.0)
    panel.set_buffering(120)
    return panel


def passages() -> QWidget:
    panel = PassagesPanel(KeyMap())
    parts = (PlannedPassage(0.0, "calm piano"), PlannedPassage(4.0, "strings", morph_s=4.0))
    panel.show_plan(Plan(parts, 12.0, grid=Grid(120.0)))
    panel.set_open(True)
    panel.set_low(True)
    panel.lane.choose(1)
    panel.lane.chosen_changed.emit(1)
    return panel


def lanes() -> QWidget:
    panel = StemLanes()
    panel.set_stems([StemView(name, name, PeakPyramid(1)) for name in ("drums", "bass", "lead", "other")])
    return panel


def takes() -> QWidget:
    strip = TakesStrip(KeyMap())
    strip.set_takes(dict.fromkeys(range(8), TakeView(None)))
    strip.set_current(7)
    return strip


def library() -> QWidget:
    panel = LibraryPanel(LibraryModel(lambda _: None, lambda _: Path("/a.wav")), KeyMap())
    panel._more.setChecked(True)
    return panel


def queue() -> QWidget:
    panel = QueuePanel(KeyMap())
    panel.set_jobs([job(1), job(2)])
    return panel


def status() -> QWidget:
    line = StatusLine(KeyMap())
    line.set_job(job(1, state=JobState.MAKING, made_s=118.0, wanted_s=120.0, speed=0.3, left_s=100.0))
    return line


@pytest.mark.parametrize(
    ("make", "room"),
    [
        (prompt, LEFT),
        (header, MIDDLE),
        (editor, MIDDLE),
        (bar, MIDDLE),
        (takes, MIDDLE),
        (passages, SMALL_MIDDLE),
        (lanes, SMALL_MIDDLE),
        (queue, MIDDLE),
        (library, RIGHT),
        (status, WHOLE),
        (lambda: SettingsDialog(Settings(), [], str), 800),
        (lambda: ShortcutsDialog(KeyMap()), 800),
        (AboutDialog, 800),
        (BugDialog, 800),
    ],
)
def test_it_fits(qtbot: QtBot, make: Callable[[], QWidget], room: int) -> None:
    panel = make()
    qtbot.addWidget(panel)
    panel.resize(room, 600)
    with qtbot.waitExposed(panel):
        panel.show()
    assert panel.minimumSizeHint().width() <= room
    assert panel.width() <= room


def test_the_prompts_page_is_not_cut_at_the_side(qtbot: QtBot) -> None:
    panel = prompt()
    qtbot.addWidget(panel)
    panel.resize(LEFT, 600)
    with qtbot.waitExposed(panel):
        panel.show()
    assert panel._page.width() <= panel._area.viewport().width()


@pytest.mark.parametrize("order", [Sorting.LONGEST, Sorting.BEST, Sorting.FAULTS])
def test_no_name_above_a_column_is_cut_at_the_left(qtbot: QtBot, order: Sorting) -> None:
    header = ColumnHeader()
    qtbot.addWidget(header)
    header.resize(RIGHT, 30)
    header.set_row_px(RIGHT)
    header.choose(order)
    header.show()
    (button,) = (each for each in header.findChildren(QPushButton) if each.property("sorts"))
    assert button.text()[-1] in "↑↓"
    assert button.sizeHint().width() <= button.width()


def test_the_live_page_is_not_cut_at_the_right(qtbot: QtBot) -> None:
    frame = QWidget()
    qtbot.addWidget(frame)
    panel = LivePanel()
    panel.setParent(frame)
    frame.resize(SMALL_MIDDLE, 600)
    panel.setGeometry(frame.rect())
    with qtbot.waitExposed(frame):
        frame.show()
    assert panel.minimumSizeHint().width() <= SMALL_MIDDLE
    assert panel.fade_in.y() < panel.fade_out.y()
    panel.resize(600, 600)
    qtbot.waitUntil(lambda: panel.fade_in.y() == panel.fade_out.y())


def test_what_live_says_is_not_cut_at_the_right(qtbot: QtBot) -> None:
    """Words without spaces, too: prompts by the minute are shown as somebody wrote them."""
    frame = QWidget()
    qtbot.addWidget(frame)
    panel = LivePanel()
    panel.setParent(frame)
    frame.resize(SMALL_MIDDLE, 600)
    panel.setGeometry(frame.rect())
    with qtbot.waitExposed(frame):
        frame.show()
    panel.set_playing(True)
    panel.set_schedule(" · ".join(f"{minute}:00:00 slow ambient synth over strings" for minute in range(30)))
    panel.say("16 s · made at 0.23 × real time · it ends with the phrase · the sound broke off 1000 times · " * 3)
    assert panel.minimumSizeHint().width() <= SMALL_MIDDLE
    assert panel._scheduled.width() <= panel._area.viewport().width()
    panel.set_schedule(f"0:00 {'oh' * 150} · 10:00 {'la' * 150}")
    assert panel.minimumSizeHint().width() <= SMALL_MIDDLE
    assert panel._scheduled.width() <= panel._area.viewport().width()


def test_what_a_clip_is_and_how_it_ends_is_shortened_and_said_whole(qtbot: QtBot) -> None:
    frame = QWidget()
    qtbot.addWidget(frame)
    panel = ClipHeader(KeyMap())
    panel.setParent(frame)
    made = make_clip(1, title="x", licence="Creative Commons Attribution Non Commercial Share Alike 4.0")
    panel.set_clip(made)
    panel.resize(SMALL_MIDDLE, 200)
    with qtbot.waitExposed(frame):
        frame.show()
    assert panel._facts.shown_text() != panel._facts.text()
    assert "Share Alike 4.0" in panel._facts.toolTip()
