"""The stems of the clip that is shown: made, shown, heard and hidden again, in the real window."""

from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile as sf
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import UserProblem
from musicgen_studio.separation.api import OnProgress, SeparatorInfo
from musicgen_studio.sound.mixing import StemMix
from musicgen_studio.studio.program import settings
from musicgen_studio.studio.program.downloads import DownloadEnded
from tests.separation.test_demucs import write_model
from tests.ui.panels.finding import control, said
from tests.ui.test_window import WAIT_MS, loader, program, settings_file

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

RATE = 32_000
BEEP = Audio(np.sin(np.arange(2 * RATE, dtype=np.float32) / 20)[:, None] * np.float32(0.4), RATE)


class Quarters:
    """Takes a sound apart into quarters of its loudness: a separator that anyone can check."""

    info = SeparatorInfo("Quarters", ("drums", "bass", "lead", "other"), "nothing", "free", 0)

    def separate(self, audio: Audio, stop: StopFlag, on_progress: OnProgress) -> tuple[Audio, ...]:
        """Return four times the same."""
        assert not stop.is_set()
        on_progress(1.0)
        part = Audio(audio.samples * np.float32(0.25), audio.sample_rate)
        return (part,) * 4


@pytest.fixture
def clip(program: Program) -> Iterator[Clip]:
    """A clip of the library that is shown."""
    program.services.separator = Quarters
    made = Clip("b" * 32, "Beep", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", BEEP.frames, RATE, 1, analysis="{}")
    made = program.services.library.add(made, BEEP)
    program.window.collection.refresh()
    program.window.collection.clip_chosen.emit(made)
    yield made
    program.window.stems.hide()


def press_stems(program: Program) -> None:
    QTest.mouseClick(control(program.window.clip_header, QToolButton, "Stems"), Qt.MouseButton.LeftButton)


def test_stems_are_made_shown_heard_and_hidden(qtbot: QtBot, program: Program, clip: Clip) -> None:
    window, library = program.window, program.services.library
    assert not window.lanes.isVisibleTo(window)
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    stems = library.stems(clip.id)
    assert [stem.stem for stem in stems] == ["drums", "bass", "lead", "other"]
    assert window.lanes.isVisibleTo(window)
    mix = window.listening._instead
    assert isinstance(mix, StemMix)
    qtbot.waitUntil(lambda: mix.is_ended, timeout=WAIT_MS)
    np.testing.assert_allclose(mix.read(0, BEEP.frames), BEEP.samples, atol=1e-6)
    QTest.mouseClick(control(window.lanes, QToolButton, "Solo Bass"), Qt.MouseButton.LeftButton)
    mix.read(0, RATE)
    np.testing.assert_allclose(mix.read(RATE, 1000), BEEP.samples[RATE : RATE + 1000] / 4, atol=1e-6)
    press_stems(program)
    assert not window.lanes.isVisibleTo(window)
    assert window.listening._instead is None
    press_stems(program)  # they are there already
    assert window.lanes.isVisibleTo(window)
    assert library.stems(clip.id) == stems


def test_another_clip_hides_them(qtbot: QtBot, program: Program, clip: Clip) -> None:
    window = program.window
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    other = program.services.library.add(
        Clip("c" * 32, "Other", Origin.IMPORTED, clip.created, BEEP.frames, RATE, 1), BEEP
    )
    window.collection.clip_chosen.emit(other)
    assert not window.lanes.isVisibleTo(window)
    assert window.listening._instead is None


def test_stems_are_heard_on_when_their_clip_is_chosen_once_more(qtbot: QtBot, program: Program, clip: Clip) -> None:
    """A double click on the clip's row played all of it, while the lanes still said what was muted."""
    window = program.window
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    mix = window.listening.instead
    assert isinstance(mix, StemMix)
    window.collection.play_requested.emit(clip)
    assert window.lanes.isVisibleTo(window)
    assert window.listening.instead is mix
    assert program.services.transport._sound is mix


def test_stems_and_a_comparison_give_way_to_each_other(qtbot: QtBot, program: Program, clip: Clip) -> None:
    window, library = program.window, program.services.library
    other = Clip("c" * 32, "Other", Origin.IMPORTED, clip.created, BEEP.frames, RATE, 1, analysis="{}")
    for each in (library.add(other, BEEP), clip):
        window.collection.clip_chosen.emit(each)
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    window.comparing.switch()
    qtbot.waitUntil(lambda: window.comparing.comparison is not None, timeout=4 * WAIT_MS)
    assert not window.lanes.isVisibleTo(window)
    press_stems(program)  # they are there already
    assert window.lanes.isVisibleTo(window)
    assert isinstance(window.listening.instead, StemMix)
    assert window.comparing.comparison is None
    assert not window.compare_row.isVisibleTo(window)


def test_what_cannot_be_taken_apart_is_said_and_can_be_tried_again(
    qtbot: QtBot, program: Program, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = program.window
    monkeypatch.setattr(Quarters, "separate", lambda *_: (_ for _ in ()).throw(MemoryError("too little")))
    with qtbot.waitSignal(window.inbox.bug_found, timeout=WAIT_MS):
        press_stems(program)
    monkeypatch.undo()
    program.services.separator = Quarters
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    assert len(program.services.library.stems(clip.id)) == 4


def test_what_cannot_be_taken_apart_for_a_reason_that_can_be_mended_says_so(
    qtbot: QtBot, program: Program, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, full = program.window, UserProblem("The stems were not made.", "The disk is full.", "Make room.")

    def refuse(*_: object) -> None:
        raise full

    monkeypatch.setattr(Quarters, "separate", refuse)
    with qtbot.waitSignal(window.stems.problem_found, timeout=WAIT_MS) as told:
        press_stems(program)
    assert told.args == [full]
    assert "The disk is full." in said(window)
    monkeypatch.undo()
    program.services.separator = Quarters
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    window.show_problem(None)
    program.services.library.sound_file(program.services.library.stems(clip.id)[0].id).unlink()
    with qtbot.waitSignal(window.stems.problem_found, timeout=4 * WAIT_MS):
        window.lanes.notes_requested.emit()
    assert window._note.isVisible()


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """The files that are dragged, where no other program is there to take them."""
    taken: list[list[Path]] = []

    def take(drag: QDrag, _action: Qt.DropAction) -> Qt.DropAction:
        taken.append([Path(url.toLocalFile()) for url in drag.mimeData().urls()])
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", take)
    return taken


def test_stems_that_are_dragged_are_there_already_and_add_up(
    qtbot: QtBot, program: Program, clip: Clip, dragged: list[list[Path]]
) -> None:
    window = program.window
    with qtbot.waitSignal(window.stems.drags.prepared, timeout=WAIT_MS):
        press_stems(program)
    QTest.mousePress(control(window.lanes, QToolButton, "Drag all stems"), Qt.MouseButton.LeftButton)
    (files,) = dragged
    assert [file.stem.rpartition("_")[2] for file in files] == ["drums", "bass", "lead", "other"]
    whole = sf.read(program.services.library.stem_files(clip.id)[0], dtype="int32", always_2d=True)[0]
    stems = [sf.read(file, dtype="int32", always_2d=True)[0] for file in files]
    np.testing.assert_array_equal(np.sum(stems, axis=0), whole)
    assert {sf.info(file).subtype for file in files} == {"PCM_24"}


@pytest.mark.usefixtures("clip")
def test_the_notes_are_asked_for_and_then_dragged_as_midi(
    qtbot: QtBot, program: Program, dragged: list[list[Path]]
) -> None:
    window = program.window
    with qtbot.waitSignal(window.stems.drags.prepared, timeout=WAIT_MS):
        press_stems(program)
    QTest.mouseClick(control(window.lanes, QToolButton, "Find the notes"), Qt.MouseButton.LeftButton)
    assert not control(window.lanes, QToolButton, "Finding the notes").isEnabled()
    qtbot.waitUntil(
        lambda: any(button.accessibleName() == "Drag the notes" for button in window.lanes.findChildren(QToolButton)),
        timeout=4 * WAIT_MS,
    )
    QTest.mousePress(control(window.lanes, QToolButton, "Drag the notes"), Qt.MouseButton.LeftButton)
    ((file,),) = dragged
    names = [message.name for track in mido.MidiFile(file).tracks for message in track if message.type == "track_name"]
    assert {"drums", "bass", "lead", "other"} <= {name.lower() for name in names}
    press_stems(program)
    with qtbot.waitSignal(window.stems.drags.prepared, timeout=WAIT_MS):
        press_stems(program)  # they are there already
    QTest.mousePress(control(window.lanes, QToolButton, "Drag the notes"), Qt.MouseButton.LeftButton)
    assert dragged[-1] == [file]


def test_a_drag_whose_files_cannot_be_written_says_so(qtbot: QtBot, program: Program, clip: Clip) -> None:
    window, library = program.window, program.services.library
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    press_stems(program)
    (stem, *_) = library.stems(clip.id)
    library.edit(clip.id, title="Another name")  # whose files are not there yet
    library.sound_file(stem.id).unlink()
    with qtbot.waitSignal(window.stems.drags.prepared, timeout=WAIT_MS):
        press_stems(program)
    with qtbot.waitSignal(window.stems.drags.problem_found) as told:
        window.lanes.drag_requested.emit([stem.id])
    assert isinstance(told.args[0], UserProblem)


@pytest.mark.usefixtures("clip")
def test_the_lanes_say_who_took_the_clip_apart(qtbot: QtBot, program: Program) -> None:
    with qtbot.waitSignal(program.window.stems.made, timeout=WAIT_MS):
        press_stems(program)
    assert "they add up to the clip; by Quarters, trained on nothing" in said(program.window.lanes)


def menu_button(program: Program) -> QToolButton:
    return control(program.window.clip_header, QToolButton, "Separator")


def choices(program: Program) -> list[QAction]:
    (menu,) = program.window.clip_header.findChildren(QMenu)
    return menu.actions()


def test_with_one_separator_there_is_nothing_to_choose(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    program.dialogs.shelf.refresh()
    qtbot.waitUntil(lambda: len(choices(program)) == 1, timeout=WAIT_MS)
    assert menu_button(program).isHidden()
    assert choices(program)[0].text().startswith("MusicGen Studio's own: drums, bass, lead, other · MIT")
    assert "Trained on music composed by this program" in choices(program)[0].toolTip()


def test_demucs_is_offered_where_it_is_and_says_what_it_is(
    qtbot: QtBot,
    program: Program,
    clip: Clip,
    settings_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Random weights in the layout of Meta's file, where the catalogue downloads it to."""
    window, library = program.window, program.services.library
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    write_model(folder, "htdemucs_6s")
    with qtbot.waitSignal(window.stems.made, timeout=WAIT_MS):
        press_stems(program)  # by Quarters, which stands for the program's own here
    window.inbox.download_ended.emit(DownloadEnded("htdemucs_6s", folder))
    qtbot.waitUntil(lambda: len(choices(program)) == 2, timeout=WAIT_MS)
    own, demucs = choices(program)
    assert (own.isChecked(), demucs.isChecked()) == (True, False)
    for said_of_it in ("htdemucs_6s: drums, bass, vocals, guitar, piano, other", "MIT", "MB"):
        assert said_of_it in demucs.text()
    assert "Trained on MUSDB18-HQ and 800 more songs" in demucs.toolTip()
    assert not menu_button(program).isHidden()
    with qtbot.waitSignal(window.stems.made, timeout=6 * WAIT_MS):
        demucs.trigger()
    stems = library.stems(clip.id)
    assert [stem.stem for stem in stems] == ["drums", "bass", "vocals", "guitar", "piano", "other"]
    assert {stem.checkpoint for stem in stems} == {"htdemucs_6s"}
    words = said(window.lanes)
    assert "by htdemucs_6s, trained on MUSDB18-HQ and 800 more songs: recordings with voices · MIT" in words
    total = sum(library.read(stem.id).samples for stem in stems)
    np.testing.assert_allclose(total, library.read(clip.id).samples, atol=1e-5)
    qtbot.waitUntil(lambda: [each.isChecked() for each in choices(program)] == [False, True], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: settings.load(settings_file).separator == "htdemucs_6s", timeout=WAIT_MS)
    for file in folder.iterdir():
        file.unlink()
    window.inbox.download_ended.emit(DownloadEnded("htdemucs_6s", None))  # it is gone: the program's own is used again
    qtbot.waitUntil(lambda: len(choices(program)) == 1, timeout=WAIT_MS)
    assert window.stems.separator() is program.services.separator
