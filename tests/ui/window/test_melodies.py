"""The melody in the window: from every source to an order, edited, undone, kept over a restart, and taken out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.files.midi import read_midi, write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.hearing import Hearing, hear_file
from musicgen_studio.studio.humming.sketch import Kind, Sketch
from musicgen_studio.studio.humming.take import new_take
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.record import Record
from musicgen_studio.ui.panels.clip_header import ExtendValues
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window import followed
from tests.dsp.melodies import Voice, sung, written
from tests.fake_engine import FakeEngine
from tests.fake_inputs import FakeInputs
from tests.sound.test_stems_heard import band
from tests.ui.panels.finding import control, said
from tests.ui.test_window import RECORD, WAIT_MS
from tests.ui.window.watching import Watch, dragged, watch

__all__ = ["dragged", "watch"]

pytestmark = pytest.mark.usefixtures("qapp")
LINE = written("A3 C4 E4 C4", 0.5, gap_s=0.08)
HUM = sung(LINE, Voice())


class Desk:
    """The window, its engine and its melody."""

    def __init__(self, program: Program, engine: FakeEngine, qtbot: QtBot) -> None:
        self.program, self.engine, self.qtbot = program, engine, qtbot
        self.window = program.window
        self.panel, self.editor = program.window.prompt.melody, program.window.editor
        self.library, self.undo = program.services.library, program.services.undo

    @property
    def sketch(self) -> Sketch:
        """What is followed."""
        assert self.window.melodies.sketch is not None
        return self.window.melodies.sketch

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait for the background."""
        self.qtbot.waitUntil(holds, timeout=WAIT_MS)

    def follow(self, path: Path) -> None:
        """Choose a file and wait for its notes."""
        before = self.window.melodies.sketch
        self.panel.choose_file(path)
        self.wait(lambda: self.window.melodies.sketch is not before)

    def add_take(self, audio: Audio = HUM, tempo_bpm: float | None = None) -> Clip:
        """Put a take into the library, as if it was just recorded, and wait for its notes."""
        clip = replace(new_take(self.library, audio.sample_rate, tempo_bpm), frames=audio.frames)
        kept = self.library.add(clip, audio)
        self.window.recording.take_recorded.emit(kept)
        self.wait(lambda: self.window.melodies.sketch is not None and self.sketch.place == kept.id)
        return kept

    def generate(self, **values: object) -> list[Clip]:
        """Order music and return what was made."""
        known = {clip.id for clip in self.library.clips()}
        wanted = PromptValues(prompt="calm", duration_s=2.0, **values)  # type: ignore[arg-type]
        with self.qtbot.waitSignal(self.window.inbox.job_ended, timeout=WAIT_MS):
            self.window.prompt.generate_requested.emit(wanted)
        return [clip for clip in self.library.clips() if clip.id not in known]


class TextOnlyEngine(FakeEngine):
    """An engine that follows words only."""

    @property
    def info(self) -> EngineInfo:
        """Say so."""
        return replace(super().info, follows_melody=False)


@contextmanager
def opened(folder: Path, qtbot: QtBot, engine: FakeEngine | None = None) -> Iterator[Desk]:
    """Open the window on a folder."""
    file = folder / "settings.json"
    if not file.exists():
        file.write_text(json.dumps({"library_folder": str(folder / "library")}), encoding="utf-8")
    engine = engine or FakeEngine()

    def load(choice: EngineChoice) -> LoadedEngine:
        del choice
        return LoadedEngine(engine, RECORD)

    with Program(file, load, inputs=FakeInputs([], lambda: 0.0)) as program:
        program.window.show()
        desk = Desk(program, engine, qtbot)
        desk.wait(lambda: program.services.loop.facts is not None)
        yield desk
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    with opened(tmp_path, qtbot) as desk:
        yield desk


@pytest.fixture
def hum_file(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    write(path, HUM, SoundFormat.WAV16)
    return path


@pytest.fixture
def midi_file(tmp_path: Path) -> Path:
    path = tmp_path / "line.mid"
    write_midi(path, replace(LINE, tempo_bpm=96.0))
    return path


def semitones(melody: object) -> list[int]:
    assert isinstance(melody, Melody)
    return [note.semitone for note in melody.notes]


def test_a_hum_is_followed_as_notes_and_the_take_says_how_far(desk: Desk) -> None:
    desk.add_take()
    made = desk.generate(takes=2)
    request = desk.engine.requests[-1]
    assert semitones(request.melody) == [57, 60, 64, 60]
    assert request.melody_repeats
    assert all(clip.melody_similarity is not None for clip in made)
    desk.wait(lambda: "follows the melody" in said(desk.window.takes))
    assert "follows the melody" in said(desk.window.clip_header)


def test_a_sound_file_is_followed_and_can_be_as_sung(desk: Desk, hum_file: Path) -> None:
    desk.follow(hum_file)
    assert (desk.sketch.kind, semitones(desk.sketch.notes)) == (Kind.FILE, [57, 60, 64, 60])
    control(desk.editor, QToolButton, "as sung").click()
    desk.generate()
    assert isinstance(desk.engine.requests[-1].melody, Audio)
    assert "followed as sung" in said(desk.panel)


def test_of_a_mix_lead_and_chords_are_followed_and_it_says_so(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    mix = band(4.0)
    write(path, mix, SoundFormat.WAV16)
    desk.follow(path)
    assert "a mix: lead and chords are followed, without drums and bass" in said(desk.panel)
    (clip,) = desk.generate()
    followed = desk.engine.requests[-1].melody
    assert isinstance(followed, Audio)
    assert followed.frames == mix.frames
    assert np.square(followed.samples).mean() < 0.9 * np.square(mix.samples).mean()
    order = Record.from_json(clip.recipe).order
    assert order.melody is not None
    assert order.melody.separator
    notes = desk.sketch.notes.notes
    if notes:
        control(desk.editor, QToolButton, "as notes").click()
        assert "several voices: the notes are those of the strongest pitch" in said(desk.panel)


def test_all_of_a_mix_is_followed_where_that_is_chosen(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    mix = band(4.0)
    write(path, mix, SoundFormat.WAV32F)
    desk.panel.set_open(True)
    desk.follow(path)
    choice = control(desk.panel, QCheckBox, "Follow drums and bass, too")
    assert choice.isVisibleTo(desk.panel)
    assert not choice.isChecked()
    choice.click()
    assert "a mix: all of it is followed, drums and bass too" in said(desk.panel)
    (clip,) = desk.generate()
    followed = desk.engine.requests[-1].melody
    assert isinstance(followed, Audio)
    np.testing.assert_array_equal(followed.samples, mix.samples)
    order = Record.from_json(clip.recipe).order
    assert order.melody is not None
    assert order.melody.separator is None
    choice.click()
    assert "a mix: lead and chords are followed, without drums and bass" in said(desk.panel)
    desk.undo.undo()
    assert choice.isChecked()
    control(desk.panel, QToolButton, "No melody").click()
    desk.window.melodies.follow_recipe(clip)
    desk.wait(lambda: desk.window.melodies.sketch is not None)
    assert choice.isChecked()  # as the clip was made
    assert "a mix: all of it is followed, drums and bass too" in said(desk.panel)


def test_of_a_hum_there_is_no_choice_of_a_mix_and_a_take_of_several_voices_is_followed_whole(
    desk: Desk, hum_file: Path
) -> None:
    desk.panel.set_open(True)
    desk.follow(hum_file)
    choice = control(desk.panel, QCheckBox, "Follow drums and bass, too")
    control(desk.editor, QToolButton, "as sung").click()
    assert not choice.isVisibleTo(desk.panel)
    desk.add_take(band(4.0))
    control(desk.editor, QToolButton, "as sung").click()
    assert not choice.isVisibleTo(desk.panel)
    assert "followed as sung" in said(desk.panel)
    assert "a mix: lead and chords" not in said(desk.panel)


def test_a_midi_file_is_followed_in_its_tempo(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    assert desk.sketch.found.tempo_bpm == pytest.approx(96.0, abs=0.01)
    assert control(desk.panel, QComboBox, "Track").count() == 2
    desk.generate()
    assert semitones(desk.engine.requests[-1].melody) == [57, 60, 64, 60]


def test_notes_are_drawn_and_followed(desk: Desk) -> None:
    desk.panel.set_open(True)
    control(desk.panel, QToolButton, "Notes").click()
    control(desk.panel, QPushButton, "Write notes…").click()
    assert desk.editor.isVisible()
    desk.editor.notes.add_note(Note(0.0, 0.5, 62.0))
    desk.editor.notes.add_note(Note(0.5, 0.5, 65.0))
    assert desk.sketch.kind is Kind.NOTES
    desk.generate()
    assert semitones(desk.engine.requests[-1].melody) == [62, 65]
    assert not desk.editor.isVisible()  # the new clip is what is to be seen now


def test_writing_notes_begins_anew_and_goes_on_with_what_was_written(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    desk.panel.set_source(Kind.NOTES)
    write_notes = control(desk.panel, QPushButton, "Write notes…")
    write_notes.click()
    assert desk.editor.notes.melody().notes == ()
    desk.editor.notes.add_note(Note(0.0, 0.5, 62.0))
    desk.editor.closed.emit()
    write_notes.click()
    assert semitones(desk.sketch.notes) == [62]
    desk.undo.undo()
    desk.undo.undo()
    assert desk.sketch.kind is Kind.MIDI


def test_no_melody_is_followed_once_it_is_cleared(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    tracks = control(desk.panel, QComboBox, "Track")
    assert not tracks.isHidden()
    control(desk.panel, QToolButton, "No melody").click()
    assert tracks.isHidden(), "there is no file whose track could be chosen"
    desk.generate()
    assert desk.engine.requests[-1].melody is None


def test_a_melody_ends_or_repeats_as_chosen(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    control(desk.panel, QCheckBox, "Repeat to the end").click()
    desk.generate()
    assert not desk.engine.requests[-1].melody_repeats


def test_going_on_follows_the_melody_only_where_asked(desk: Desk, midi_file: Path) -> None:
    (clip,) = desk.generate()
    desk.follow(midi_file)
    window = desk.window
    desk.wait(lambda: window.listening.current is not None and window.listening.current.sound.is_ended)
    for follows in (False, True):
        with desk.qtbot.waitSignal(window.inbox.job_ended, timeout=WAIT_MS):
            window.clip_header.extend_requested.emit(ExtendValues(False, 1.0, "", follows_melody=follows))
        request = desk.engine.requests[-1]
        assert request.continuation is not None
        assert (request.melody is not None) is follows
    assert len(desk.library.children(clip.id)) >= 1


def test_every_step_can_be_taken_back(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    followed = desk.sketch
    note = followed.notes.notes[0]
    desk.editor.notes.select(frozenset((note,)))
    desk.editor.notes.delete_selected()
    assert len(desk.sketch.notes.notes) == 3
    snap = control(desk.editor, QComboBox, "Snap pitches")
    snap.setCurrentIndex(snap.findData("key"))
    assert desk.sketch.clean_up.snap == "key"
    control(desk.panel, QToolButton, "No melody").click()
    assert desk.window.melodies.sketch is None
    for _ in range(3):
        desk.undo.undo()
    assert desk.sketch == followed
    assert len(desk.editor.notes.melody().notes) == 4
    desk.undo.undo()
    assert desk.window.melodies.sketch is None
    desk.undo.redo()
    desk.undo.redo()
    assert len(desk.sketch.notes.notes) == 3


def test_the_grid_follows_the_mouse(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    before = desk.editor.notes._chroma
    first = desk.sketch.notes.notes[0]
    desk.editor.drafted.emit(replace(desk.sketch.notes, notes=(replace(first, pitch=58.0),)))
    drafted = desk.editor.notes._chroma
    assert before[1].argmax() == 9
    assert drafted[1].argmax() == 10
    assert len(desk.sketch.notes.notes) == 4  # a draft is no edit


def test_a_take_is_trimmed_heard_anew_and_put_back(desk: Desk) -> None:
    desk.panel.set_open(True)
    desk.add_take()
    control(desk.panel, QDoubleSpinBox, "Recording: Use from").setValue(0.5)
    desk.wait(lambda: semitones(desk.sketch.notes) == [60, 64, 60])
    desk.undo.undo()
    assert semitones(desk.sketch.notes) == [57, 60, 64, 60]
    assert control(desk.panel, QDoubleSpinBox, "Recording: Use from").value() == 0.0


def test_several_takes_are_kept_and_chosen(desk: Desk) -> None:
    first = desk.add_take()
    other = sung(written("E4 D4 C4", 0.5, gap_s=0.08), Voice())
    second = desk.add_take(other)
    takes = control(desk.panel, QComboBox, "Kept recordings")
    assert [takes.itemData(row) for row in range(takes.count())] == [second.id, first.id]
    takes.setCurrentIndex(1)
    desk.wait(lambda: desk.sketch.place == first.id)
    assert semitones(desk.sketch.notes) == [57, 60, 64, 60]


def test_recordings_are_offered_as_the_library_has_them(desk: Desk) -> None:
    """One that was deleted for good was still offered, and chosen it ended in a fault of the program."""
    desk.panel.set_open(True)
    first, second = desk.add_take(), desk.add_take(sung(written("E4 D4 C4", 0.5, gap_s=0.08), Voice()))
    takes, collection = control(desk.panel, QComboBox, "Kept recordings"), desk.window.collection

    def offered() -> list[str]:
        return [takes.itemData(row) for row in range(takes.count())]

    collection.rename(first.id, "Night hum")
    assert takes.itemText(1).startswith("Night hum")
    collection._trash([first.id], is_restoring=False)
    assert offered() == [second.id]
    desk.undo.undo()
    assert offered() == [second.id, first.id]
    collection._trash([second.id], is_restoring=False)  # its notes are followed on
    assert (takes.currentText(), offered()) == ("Choose a recording", ["", first.id])
    collection._trash([first.id], is_restoring=False)
    with desk.qtbot.waitSignal(collection.deleted, timeout=WAIT_MS):
        collection._empty_trash([first.id, second.id])
    assert offered() == [""]
    desk.panel.take_chosen.emit(first.id)
    assert desk.sketch.place == second.id


def test_what_cannot_be_heard_is_said_in_words_and_the_melody_stays(
    desk: Desk, midi_file: Path, tmp_path: Path
) -> None:
    desk.follow(midi_file)
    before = desk.sketch
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd" + bytes(40))
    desk.panel.choose_file(broken)
    desk.wait(lambda: "The MIDI file cannot be used." in said(desk.panel))
    assert desk.sketch == before


def test_an_order_waits_for_the_notes_and_does_not_go_without(desk: Desk) -> None:
    go_on = Event()
    desk.program.services.background.run("busy", go_on.wait)  # the notes are found behind it
    clip = replace(new_take(desk.library, HUM.sample_rate, None), frames=HUM.frames)
    desk.window.recording.take_recorded.emit(desk.library.add(clip, HUM))
    desk.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    assert "The melody is not ready yet." in said(desk.window.prompt)
    assert desk.engine.requests == []
    go_on.set()
    desk.wait(lambda: desk.window.melodies.sketch is not None)
    desk.generate()
    assert desk.engine.requests[-1].melody is not None


def test_a_search_that_is_cancelled_leaves_no_trace(desk: Desk, hum_file: Path) -> None:
    go_on = Event()
    background = desk.program.services.background
    background.start("busy", lambda _errand: go_on.wait())
    desk.panel.choose_file(hum_file)
    assert "Finding the notes …" in said(desk.panel)
    background.cancel(background.views()[-1].id)
    go_on.set()
    desk.wait(lambda: "Finding the notes …" not in said(desk.panel))
    assert desk.window.melodies.tune() is None


@pytest.mark.parametrize("kind", ["midi", "sound"])
def test_a_search_that_ends_by_a_bug_lets_the_panel_go(
    desk: Desk, midi_file: Path, hum_file: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("odd weather")

    monkeypatch.setattr(followed, "hear_midi", fail)
    monkeypatch.setattr(followed, "hear_file", fail)
    with desk.qtbot.waitSignal(desk.window.inbox.bug_found, timeout=10_000) as found:
        desk.panel.choose_file(midi_file if kind == "midi" else hum_file)
        assert "Finding the notes …" in said(desk.panel)
    assert "odd weather" in found.args[0]
    desk.wait(lambda: "Finding the notes …" not in said(desk.panel))
    assert "The melody was not found." in said(desk.panel)
    desk.generate()  # nothing waits for a search that is over


def test_a_text_only_checkpoint_refuses_a_melody_and_offers_to_switch(
    tmp_path: Path, qtbot: QtBot, midi_file: Path
) -> None:
    engine = TextOnlyEngine()
    with opened(tmp_path, qtbot, engine) as desk:
        desk.wait(lambda: "follows words only" in said(desk.panel))
        desk.follow(midi_file)
        desk.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
        assert "This checkpoint follows no melody." in said(desk.window.prompt)
        assert engine.requests == []
        desk.program.services.settings = replace(desk.program.services.settings, checkpoint="/elsewhere")
        control(desk.panel, QPushButton, "Use Starter").click()
        assert desk.program.services.settings.checkpoint == "starter"


def test_the_melody_is_there_at_the_next_start(tmp_path: Path, qtbot: QtBot) -> None:
    with opened(tmp_path, qtbot) as desk:
        desk.add_take()
        desk.editor.notes.select(frozenset(desk.sketch.notes.notes[-1:]))
        desk.editor.notes.delete_selected()
        control(desk.panel, QCheckBox, "Repeat to the end").click()
        kept = desk.sketch
    with opened(tmp_path, qtbot) as desk:
        assert desk.sketch == kept
        desk.wait(lambda: desk.window.melodies._now.hearing is not None)
        assert desk.sketch == kept  # heard again, the edits stay
        desk.generate()
        assert semitones(desk.engine.requests[-1].melody) == [57, 60, 64]


def test_a_take_that_is_gone_at_the_next_start_is_no_melody(tmp_path: Path, qtbot: QtBot) -> None:
    with opened(tmp_path, qtbot) as desk:
        clip = desk.add_take()
    with Library(tmp_path / "library") as library:
        library.trash([clip.id])
        library.purge_trash()
    with opened(tmp_path, qtbot) as desk:
        assert desk.window.melodies.sketch is None


def test_sound_that_is_gone_at_the_next_start_is_not_replaced_in_silence(
    tmp_path: Path, qtbot: QtBot, hum_file: Path
) -> None:
    with opened(tmp_path, qtbot) as desk:
        desk.follow(hum_file)
        control(desk.editor, QToolButton, "as sung").click()
    hum_file.unlink()
    with opened(tmp_path, qtbot) as desk:
        desk.wait(lambda: "hum.wav" in said(desk.panel) and desk.window.melodies._trouble is not None)
        desk.window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
        assert desk.engine.requests == []


def test_a_kept_melody_is_heard_whatever_is_done_meanwhile_and_taken_back(
    tmp_path: Path, qtbot: QtBot, hum_file: Path, midi_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sound was lost with the step that was taken back, and orders waited for it for ever."""
    with opened(tmp_path, qtbot) as desk:
        desk.follow(hum_file)
        control(desk.editor, QToolButton, "as sung").click()
    go_on = Event()

    def hear_slowly(path: Path, stop: Event | None = None) -> Hearing:
        assert go_on.wait(60)
        return hear_file(path, stop)

    monkeypatch.setattr(followed, "hear_file", hear_slowly)
    with opened(tmp_path, qtbot) as desk:
        melodies, repeats = desk.window.melodies, control(desk.panel, QCheckBox, "Repeat to the end")
        repeats.click()
        go_on.set()
        desk.wait(lambda: melodies._now.hearing is not None)
        desk.undo.undo()
        assert repeats.isChecked()
        assert melodies.tune() is not None
    go_on.clear()
    with opened(tmp_path, qtbot) as desk:
        melodies = desk.window.melodies
        desk.follow(midi_file)  # before the sound of the other one was heard
        go_on.set()
        desk.undo.undo()
        assert desk.sketch.place == str(hum_file)
        desk.wait(lambda: melodies._now.hearing is not None)
        assert melodies.tune() is not None
        desk.undo.redo()
        assert desk.sketch.kind is Kind.MIDI


def test_use_settings_brings_the_melody_back(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    (with_melody,) = desk.generate()
    control(desk.panel, QToolButton, "No melody").click()
    (without,) = desk.generate()
    desk.window.generation.use_settings(with_melody)
    desk.wait(lambda: desk.window.melodies.sketch is not None)
    assert semitones(desk.sketch.notes) == [57, 60, 64, 60]
    desk.window.generation.use_settings(without)
    assert desk.window.melodies.sketch is None


def test_what_the_model_hears_is_played_and_the_clip_comes_back(desk: Desk, midi_file: Path) -> None:
    desk.generate()
    desk.follow(midi_file)
    window = desk.window
    desk.wait(lambda: window.listening.current is not None and window.listening.current.sound.is_ended)
    window.listening._transport.stop()
    control(desk.panel, QToolButton, "Play what the model hears").click()
    desk.wait(lambda: desk.editor.notes.playhead() > 0)
    control(desk.panel, QToolButton, "Stop").click()
    desk.wait(lambda: not window.melodies._is_playing)
    assert window.listening.current is not None
    window.listening.toggle_play()
    desk.wait(lambda: window.listening.is_playing)
    desk.wait(lambda: window.waveform.playhead() > 0)


def test_esc_closes_the_notes_and_cancels_nothing(desk: Desk, midi_file: Path) -> None:
    desk.follow(midi_file)
    desk.window.activateWindow()
    control(desk.panel, QPushButton, "Edit notes…").click()
    assert desk.editor.isVisible()
    QTest.keyClick(desk.editor.notes, Qt.Key.Key_Escape)
    assert not desk.editor.isVisible()
    assert desk.window.waveform.isVisible()


def test_the_notes_go_out_as_midi(desk: Desk, watch: Watch, tmp_path: Path) -> None:
    desk.add_take(tempo_bpm=120.0)
    out, melodies = tmp_path / "out.mid", desk.window.melodies
    watch.is_on = True
    melodies.export(out)
    desk.wait(out.exists)
    assert semitones(read_midi(out)) == [57, 60, 64, 60]
    melodies.export(tmp_path / "no" / "such" / "folder" / "out.mid")
    desk.wait(desk.window._note.isVisible)
    watch.is_on = False
    assert watch.written == []


@pytest.mark.parametrize("is_held", [True, False])
def test_the_notes_are_written_beside_the_window_and_dragged_if_the_button_is_still_down(
    desk: Desk, watch: Watch, dragged: list[Path], monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    desk.add_take(tempo_bpm=120.0)
    held = Qt.MouseButton.LeftButton if is_held else Qt.MouseButton.NoButton
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: held)
    desk.window.showing.open_editor(True)
    button = control(desk.editor, QToolButton, "Drag the notes out as MIDI")
    far = button.rect().center() + QPoint(2 * QApplication.startDragDistance(), 0)
    watch.is_on = True
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    QTest.mouseMove(button, far)
    QTest.mouseMove(button, button.rect().center())
    if is_held:
        desk.wait(lambda: bool(dragged))
        assert semitones(read_midi(dragged[0])) == [57, 60, 64, 60]
    else:
        desk.wait(lambda: any("drag them once more" in text for text in desk.window.status.notices.texts()))
        assert dragged == []
    watch.is_on = False
    assert watch.written == []
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert QApplication.activeModalWidget() is None  # it was no click, which would have asked for a file
    assert not button.isDown()


def test_notes_that_cannot_be_written_for_a_drag_or_a_passage_are_told(desk: Desk, dragged: list[Path]) -> None:
    desk.add_take(tempo_bpm=120.0)
    (desk.library.folder / "melodies").write_text("a file where the folder is to be")
    melodies, kept = desk.window.melodies, list[tuple[str, bool]]()
    with desk.qtbot.waitSignal(melodies.problem_found, timeout=WAIT_MS):
        desk.editor.drag_requested.emit()
    with desk.qtbot.waitSignal(melodies.problem_found, timeout=WAIT_MS):
        melodies.lasting_file(lambda *told: kept.append(told))
    assert (dragged, kept) == ([], [])
