"""Files of clips, in the real window: a missing one shown again, several clips renamed, the trash emptied."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QListView, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.marks import Mark
from musicgen_studio.studio.arranging.marking import keep_marks, marks_of
from musicgen_studio.studio.program.background import Lane
from tests.ui.panels.finding import control, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
BEEP = Audio(np.sin(np.arange(RATE, dtype=np.float32) / 20)[:, None] * np.float32(0.4), RATE)


@pytest.fixture
def clips(qtbot: QtBot, program: Program) -> list[Clip]:
    """Three clips, the newest first, in a window that is shown."""
    program.window.show()
    qtbot.waitExposed(program.window)
    made = []
    for number in range(3):
        clip = Clip(f"{number}" * 32, f"Beep {number}", Origin.IMPORTED, f"2026-01-01T12:00:0{number}+00:00",
                    BEEP.frames, RATE, 1, analysis="{}")  # fmt: skip
        made.append(program.services.library.add(clip, BEEP))
    program.window.collection.refresh()
    return made[::-1]


def choose(program: Program, clips: list[Clip]) -> QListView:
    """Click on the rows of clips."""
    rows = control(program.window.library, QListView, "Clips")
    rows.setFocus()
    for number, clip in enumerate(clips):
        place = rows.visualRect(program.window._model.index_of(clip.id)).center()
        held = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, held, place)
    return rows


def test_several_clips_are_renamed_with_their_files_and_named_back(
    qtbot: QtBot, program: Program, clips: list[Clip]
) -> None:
    library = program.services.library
    rows = choose(program, clips[:2])
    QTest.keyClick(rows, Qt.Key.Key_F2)
    dialog = program.window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Idea ##")
    dialog.accept()
    qtbot.waitUntil(lambda: library.get(clips[1].id).title == "Idea 02", timeout=WAIT_MS)
    assert [library.sound_file(clip.id).name for clip in clips] == ["Idea 01.wav", "Idea 02.wav", "Beep 0.wav"]
    program.services.undo.undo()
    qtbot.waitUntil(lambda: library.get(clips[1].id).title == "Beep 1", timeout=WAIT_MS)
    assert [library.sound_file(clip.id).name for clip in clips] == ["Beep 2.wav", "Beep 1.wav", "Beep 0.wav"]


def test_edits_do_not_wait_for_the_disk(qtbot: QtBot, program: Program, clips: list[Clip]) -> None:
    library, collection = program.services.library, program.window.collection
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as disk:
        disk.execute("BEGIN IMMEDIATE")  # from now on nothing can be written
        collection.toggle_star(clips[0])
        collection.rename(clips[1].id, "Idea")
        collection._trash([clips[2].id], is_restoring=False)
        marks = (Mark(100, "verse"),)
        keep_marks(program.services.remember, clips[0], marks)
        assert {clip.title for clip in library.clips()} == {"Beep 2", "Idea"}
        assert library.get(clips[0].id).is_starred
        assert marks_of(library, clips[0]) == marks
        program.services.undo.undo()  # of the trash
        assert program.window._model.rowCount() == 3
        assert disk.execute("SELECT count(*) FROM clips WHERE is_starred OR title = 'Idea'").fetchone() == (0,)
        disk.rollback()
        qtbot.waitUntil(lambda: library.sound_file(clips[1].id).name == "Idea.wav", timeout=WAIT_MS)
        assert disk.execute("SELECT count(*) FROM clips WHERE is_starred OR title = 'Idea'").fetchone() == (2,)


def test_the_trash_is_emptied_after_a_question(qtbot: QtBot, program: Program, clips: list[Clip]) -> None:
    library, window = program.services.library, program.window
    kept = library.sound_file(clips[2].id)
    gone = library.sound_file(clips[0].id)
    QTest.keyClick(choose(program, clips[:1]), Qt.Key.Key_Delete)
    window.library._trash.click()
    for word, is_there in (("Keep", True), ("Delete for good", False)):
        QTest.mouseClick(control(window.library, QPushButton, "Empty the trash"), Qt.MouseButton.LeftButton)
        box = window.findChildren(QMessageBox)[-1]
        next(button for button in box.buttons() if button.text() == word).click()
        qtbot.waitUntil(lambda is_there=is_there: gone.exists() is is_there, timeout=WAIT_MS)  # type: ignore[misc]
    qtbot.waitUntil(lambda: window._model.rowCount() == 0, timeout=WAIT_MS)
    assert not library.has(clips[0].id)
    assert kept.exists()
    assert not program.services.undo.canUndo(), "it would bring back what is gone"


def test_a_clip_thrown_away_after_the_question_is_not_deleted_with_the_others(
    qtbot: QtBot, program: Program, clips: list[Clip]
) -> None:
    library, window, is_free = program.services.library, program.window, Event()
    program.services.background.run("something long", is_free.wait, lane=Lane.HOUSE)
    try:
        window.collection._trash([clips[0].id], is_restoring=False)
        window.collection.ask_to_empty_trash()
        box = window.findChildren(QMessageBox)[-1]
        next(button for button in box.buttons() if button.text() == "Delete for good").click()
        window.collection._trash([clips[1].id], is_restoring=False)
        window.collection.toggle_star(library.get(clips[0].id))
    finally:
        with qtbot.waitSignal(window.collection.deleted, timeout=WAIT_MS) as deleted:
            is_free.set()
    assert [clip.id for clip in deleted.args[0]] == [clips[0].id]
    assert [clip.id for clip in library.clips(trashed=True)] == [clips[1].id]
    assert not program.services.undo.canUndo()  # the star of a clip that is gone cannot be taken back


def test_a_clip_that_is_deleted_for_good_while_it_is_seen_or_waits_is_no_fault(
    qtbot: QtBot, program: Program, clips: list[Clip]
) -> None:
    """Its row stays until the files are gone, and what is found out about it may wait for minutes behind others."""
    library, window, background = program.services.library, program.window, program.services.background
    gone, go_on = clips[0], Event()
    bugs: list[str] = []
    window.inbox.bug_found.connect(bugs.append)
    choose(program, [gone])
    window.clip_actions._is_in_library = True
    lanes = Lane.PICTURES, Lane.HEARING
    for lane in lanes:
        background.run("before it", lambda: go_on.wait(60), lane=lane)
    window.minis._peaks.pop(gone.id, None)
    window.minis.peaks_of(gone)
    window.faults._find(gone, is_new=False)
    library.trash([gone.id])
    library.purge_trash()
    assert window.clip_actions.chosen() == []
    window.library.star_toggled.emit(gone.id)
    go_on.set()
    ended: list[None] = []
    for lane in lanes:
        background.run("after it", lambda: None, ended.append, lane=lane)
    qtbot.waitUntil(lambda: len(ended) == len(lanes), timeout=WAIT_MS)
    assert bugs == []


def test_a_clip_that_is_shown_and_deleted_for_good_gives_way(qtbot: QtBot, program: Program, clips: list[Clip]) -> None:
    window, listening = program.window, program.window.listening
    for gone, left in ((clips[:1], 2), (clips[1:], 0)):
        window.showing.show_clip(gone[0])
        QTest.keyClick(choose(program, gone), Qt.Key.Key_Delete)
        window.collection._empty_trash([clip.id for clip in gone])
        qtbot.waitUntil(lambda left=left: len(program.services.library.clips()) == left, timeout=WAIT_MS)  # type: ignore[misc]
        if left:
            qtbot.waitUntil(
                lambda: listening.current is not None and listening.current.clip.id != clips[0].id, timeout=WAIT_MS
            )
    qtbot.waitUntil(lambda: listening.current is None, timeout=WAIT_MS)
    words = said(window)
    assert "No clip yet" in words
    assert "bpm" not in words
    assert not any(clip.title in said(window.clip_header) for clip in clips)
    assert "2 clips were deleted for good" in said(window.status)
    QTest.keyClick(window.waveform, Qt.Key.Key_Space)
    assert not program.services.transport.poll().is_playing


def test_a_missing_file_is_shown_again(qtbot: QtBot, program: Program, clips: list[Clip], tmp_path: Path) -> None:
    library, window = program.services.library, program.window
    library.sound_file(clips[0].id).rename(tmp_path / "elsewhere.wav")
    library.reconcile()
    window.collection.refresh()
    choose(program, clips[:1])
    window.menus.actions["find-file"].trigger()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "elsewhere.wav"))
    dialog.close()
    qtbot.waitUntil(lambda: not library.get(clips[0].id).is_missing, timeout=WAIT_MS)
    assert library.sound_file(clips[0].id) == tmp_path / "elsewhere.wav"


def test_a_clip_that_comes_back_from_the_trash_is_chosen_again(
    qtbot: QtBot, program: Program, clips: list[Clip]
) -> None:
    window, library = program.window, program.services.library
    rows = choose(program, [clips[1]])
    assert window.library.selected_ids() == [clips[1].id]
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: library.get(clips[1].id).trashed is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window._model.index_of(clips[1].id).isValid(), timeout=WAIT_MS)
    program.services.undo.undo()
    qtbot.waitUntil(lambda: window._model.index_of(clips[1].id).isValid(), timeout=WAIT_MS)
    assert window.library.selected_ids() == [clips[1].id]  # it is what the middle still shows


@pytest.mark.parametrize("is_restored", [True, False])
def test_that_a_clip_is_in_the_trash_is_said_as_long_as_it_is_true(
    qtbot: QtBot, program: Program, clips: list[Clip], is_restored: bool
) -> None:
    window, library = program.window, program.services.library
    told = "it stays open until you leave it"
    QTest.keyClick(choose(program, [clips[1]]), Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: told in said(window.status), timeout=WAIT_MS)
    if is_restored:
        program.services.undo.undo()
        qtbot.waitUntil(lambda: library.get(clips[1].id).trashed is None, timeout=WAIT_MS)
    else:
        choose(program, [clips[0]])
    qtbot.waitUntil(lambda: told not in said(window.status), timeout=WAIT_MS)
    assert any(told in text for text in window.status.notices.texts())  # nothing that was said is lost
