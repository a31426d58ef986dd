"""Playing live in the window: the puck steers, what was heard is kept, and what is kept is made again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.live import SPARSE_WORDS, Mailbox, Steering
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.arranging.live import LiveFacts
from musicgen_studio.studio.arranging.live_kept import remembered
from musicgen_studio.studio.arranging.live_output import ClockOutput
from musicgen_studio.studio.arranging.live_play import HeardOutput, LivePlay
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.ui.desktop.player import Command
from musicgen_studio.ui.panels.live_page import LivePage
from musicgen_studio.ui.panels.live_panel import LivePanel
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.widgets.prompt_plane import PLACES, PromptPlane
from musicgen_studio.ui.window.playing import Playing
from tests.sound.test_stems_heard import band
from tests.ui.panels.finding import control, said


def _load(folder: Path) -> LoadedEngine:
    return LoadedEngine(load_engine(folder, "cpu", "float32"), CheckpointRecord("tiny", "0" * 64, "CC0", "starter"))


def _are_so_many(clips: list[Clip], count: int) -> bool:
    return len(clips) == count


@contextmanager
def _clock() -> Iterator[HeardOutput]:
    yield ClockOutput(0.1)


@pytest.fixture
def program(tmp_path: Path, melody_checkpoint: Path) -> Iterator[Program]:
    (tmp_path / "settings.json").write_text(f'{{"library_folder": "{(tmp_path / "clips").as_posix()}"}}')

    def load(_choice: EngineChoice) -> LoadedEngine:
        return _load(melody_checkpoint)

    with Program(tmp_path / "settings.json", load) as program:
        program.window.live.open_output = _clock
        program.window.show()
        yield program


def test_it_plays_is_steered_kept_and_made_again(program: Program, qtbot: QtBot) -> None:
    live, library = program.window.live, program.services.library
    live.open("calm piano")
    assert live.is_open()
    live.panel.prompts[1].setText("driving rock")
    live.panel.prompts[1].editingFinished.emit()
    live.panel.keep_all.setChecked(True)
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 1, timeout=60_000)
    live.panel.plane.move_puck(1.0, 0.5)
    qtbot.waitUntil(lambda: playing.mailbox.steering.weights == (0.0, 1.0), timeout=10_000)
    qtbot.waitUntil(lambda: playing.knob_to_ear_s is not None, timeout=60_000)
    kept = list[Clip]()
    live.kept.connect(kept.append)
    live.keep()
    qtbot.waitUntil(lambda: len(kept) == 1, timeout=60_000)
    live.stop()
    qtbot.waitUntil(lambda: len(kept) == 2, timeout=60_000)
    part, whole = kept
    assert live.playing is None
    assert whole.prompt == "calm piano, driving rock"
    assert library.read(whole.id).frames > library.read(part.id).frames > 32000
    np.testing.assert_array_equal(
        library.read(part.id).samples, library.read(whole.id).samples[: library.read(part.id).frames]
    )
    for number, clip in enumerate((part, whole), start=3):
        assert live.can_make_again([clip])
        live.make_again(clip)
        qtbot.waitUntil(partial(_are_so_many, kept, number), timeout=120_000)
        again = kept[-1]
        assert again.parent == clip.id
        np.testing.assert_array_equal(library.read(again.id).samples, library.read(clip.id).samples)
        assert remembered(library, again) is not None
        program.window.showing.show_clip(again)
    live.close()
    QTest.keyClick(program.window, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(partial(_are_so_many, kept, 5), timeout=120_000)
    np.testing.assert_array_equal(library.read(kept[-1].id).samples, library.read(whole.id).samples)


def test_what_is_being_typed_is_asked_for_once_it_is_taken_over(qtbot: QtBot) -> None:
    """While it plays, what is asked for is looked at thirty times a second, also in the middle of a word."""
    panel = LivePanel()
    qtbot.addWidget(panel)
    for line, words in zip(panel.prompts[:2], ("calm", "rock"), strict=True):
        line.setText(words)
    panel.take_prompts()
    panel.plane.move_puck(1.0, 0.5)
    before = panel.steering()
    for line in (panel.prompts[2], panel.prompts[0]):
        QTest.keyClicks(line, "ja")
        assert panel.steering() == before
    panel.prompts[1].clear()
    assert panel.steering() == before
    panel.plane.move_puck(0.0, 0.5)
    assert (panel.steering().prompts, panel.steering().weights) == (("calm", "rock"), (1.0, 0.0))
    QTest.keyClick(panel.prompts[1], Qt.Key.Key_Return)
    assert panel.steering().prompts == ("calmja", "ja")
    assert [level.text() for level in panel._levels] == ["100 %", "", "0 %", ""]


def test_it_becomes_sparser_as_long_as_there_is_room_for_another_prompt(qtbot: QtBot) -> None:
    panel = LivePanel()
    qtbot.addWidget(panel)
    for line, words in zip(panel.prompts[:3], ("calm", "rock", "jazz"), strict=True):
        line.setText(words)
    panel.prompts[0].editingFinished.emit()
    with qtbot.waitSignal(panel.changed):
        panel.sparser.set_value(0.4)
    asked = panel.steering((1.0, 0.0, 0.0))
    assert asked.prompts == ("calm", "rock", "jazz", SPARSE_WORDS)
    assert asked.weights == pytest.approx((0.6, 0.0, 0.0, 0.4))
    panel.prompts[3].setText("folk")
    panel.prompts[3].editingFinished.emit()
    assert not panel.sparser.isEnabled()
    assert panel.steering().prompts == ("calm", "rock", "jazz", "folk")


def test_where_it_is_slower_than_it_plays_it_says_how_much_is_gathered(program: Program) -> None:
    live = program.window.live
    playing = LivePlay(program.services.library, EngineChoice("starter"), Mailbox(Steering(("calm",))), _clock)

    def said(facts: LiveFacts, *, is_over: bool = False) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LivePlay, "facts", facts)
            return live._words(playing, is_over=is_over)

    assert "gathered" not in said(LiveFacts(heard_s=9.0, speed=2.5, lead_s=0.1))
    slow = LiveFacts(heard_s=9.0, speed=0.6, lead_s=2.0, breaks=3)
    assert "2.0 s are gathered before it goes on" in said(slow)
    assert "gathered" not in said(slow, is_over=True)
    assert "broke off 3 times" in said(slow, is_over=True)


def test_changes_wait_for_the_bar_where_that_is_wished(program: Program, qtbot: QtBot) -> None:
    live = program.window.live
    live.open("techno at 120 bpm")
    live.panel.prompts[1].setText("rock at 120 bpm")
    live.panel.prompts[1].editingFinished.emit()
    QTest.mouseClick(live.panel.on_the_bar, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    with qtbot.waitSignal(live.panel.changed):
        live.panel.plane.move_puck(1.0, 0.5)
    qtbot.waitUntil(lambda: "the change comes with the bar" in live.panel.said(), timeout=60_000)
    QTest.mouseClick(live.panel.on_the_bar, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: "the change comes with the bar" not in live.panel.said(), timeout=60_000)
    live.close()
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)


def test_space_plays_and_stops_what_is_seen(program: Program, qtbot: QtBot) -> None:
    """On the live page it played the clip that nobody saw."""
    window, live = program.window, program.window.live
    window.show()
    qtbot.waitUntil(window.isActiveWindow, timeout=60_000)
    window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    qtbot.waitUntil(lambda: len(program.services.library.clips()) == 1, timeout=60_000)
    program.services.transport.stop()
    live.open("calm piano")
    qtbot.waitUntil(live.panel.plane.hasFocus, timeout=60_000)
    QTest.keyClick(live.panel.plane, Qt.Key.Key_Space)
    playing = live.playing
    assert playing is not None
    assert not program.services.transport.poll().is_playing
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    QTest.keyClick(live.panel.plane, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)
    assert not program.services.transport.poll().is_playing
    live.close()


def test_a_clip_that_is_played_meanwhile_ends_live_music(program: Program, qtbot: QtBot) -> None:
    """A clip chosen in the library takes the page's place: both were heard at once."""
    window, live, library = program.window, program.window.live, program.services.library
    window.generation.generate(PromptValues(prompt="calm", duration_s=1.0))
    qtbot.waitUntil(lambda: len(library.clips()) == 1, timeout=60_000)
    live.open("calm piano")
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    window.showing.show_clip(library.clips()[0])
    assert not live.is_open()
    assert live.playing is playing  # looking at a clip is no reason to end it
    window.listening.looping.set_loop(True)
    window.middle.toggle_play()
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)
    assert window.listening.is_playing
    program.services.transport.stop()


def test_play_and_pause_of_the_desktop_are_of_live_music_where_that_is_seen(program: Program, qtbot: QtBot) -> None:
    live, desktop = program.window.live, program.window.findChild(Playing)
    assert desktop is not None
    live.open("calm piano")
    desktop.obey(Command.PLAY)
    playing = live.playing
    assert playing is not None
    desktop.obey(Command.PLAY)
    assert live.playing is playing
    assert not program.services.transport.poll().is_playing
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    desktop.obey(Command.PAUSE)
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)
    desktop.obey(Command.PAUSE)
    assert live.playing is None
    live.close()


def test_an_order_that_waits_for_live_music_says_so(program: Program, qtbot: QtBot) -> None:
    window, live = program.window, program.window.live
    live.open("calm piano")
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    window.generation.poll()
    assert "playing live" in said(window.status)  # and not that it is ready
    window.generation.generate(PromptValues(prompt="driving rock", duration_s=1.0))
    qtbot.waitUntil(lambda: "“Driving rock” waits for its end" in said(window.status), timeout=60_000)
    assert "● Ready" not in said(window.status)
    assert "loading" not in said(window.status)
    assert not window.queue.isHidden()  # where it can be taken back
    live.close()
    qtbot.waitUntil(lambda: len(program.services.library.clips()) == 1, timeout=60_000)


def test_what_nobody_keeps_leaves_nothing(program: Program, qtbot: QtBot) -> None:
    live = program.window.live
    live.open("calm piano")
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 0.5, timeout=60_000)
    live.close()
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)
    assert not live.is_open()
    assert program.services.library.clips() == []


def test_the_plane_by_keys_and_in_words(qtbot: QtBot) -> None:
    plane = PromptPlane()
    qtbot.addWidget(plane)
    plane.resize(400, 300)
    plane.set_prompts(["calm", "rock"])
    assert plane.weights() == (0.5, 0.5)
    for _ in range(5):
        QTest.keyClick(plane, Qt.Key.Key_Right)
    assert plane.weights() == (0.1, 0.9)
    assert plane.spoken_value().text == "calm: 10 percent, rock: 90 percent"
    for _ in range(10):
        QTest.keyClick(plane, Qt.Key.Key_Right)
    assert plane.weights() == (0.0, 1.0)
    QTest.keyClick(plane, Qt.Key.Key_Home)
    assert plane.weights() == (0.5, 0.5)
    for count, places in enumerate(PLACES, start=1):
        plane.set_prompts([str(number) for number in range(count)])
        plane.grab()
        assert len(places) == len(plane.weights()) == count
    QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=plane.rect().topLeft() + plane._point(0.0, 0.0).toPoint())
    assert plane.weights() == (1.0, 0.0, 0.0, 0.0)


def test_it_ends_with_the_phrase_and_says_so_until_then(program: Program, qtbot: QtBot) -> None:
    live = program.window.live
    live.open("calm piano")
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(lambda: playing.facts is not None and playing.facts.heard_s > 1, timeout=60_000)
    button = control(live.panel, QPushButton, "End with the phrase")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: "it ends with the phrase" in live.panel.said(), timeout=10_000)
    qtbot.waitUntil(lambda: live.playing is None, timeout=120_000)
    assert "it ends with the phrase" not in live.panel.said()
    assert "s were played" in live.panel.said()
    live.play()
    assert button.isEnabled()
    live.stop()
    qtbot.waitUntil(lambda: live.playing is None, timeout=60_000)


def test_the_puck_has_its_keys_and_the_playhead_does_not_move(program: Program, qtbot: QtBot) -> None:
    window, live = program.window, program.window.live
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    live.open("calm piano")
    live.panel.prompts[1].setText("driving rock")
    live.panel.prompts[1].editingFinished.emit()
    live.panel.plane.setFocus()
    focused = QApplication.focusWidget()
    assert focused is live.panel.plane
    for _ in range(10):
        QTest.keyClick(focused, Qt.Key.Key_Left)
    assert live.panel.plane.weights() == (1.0, 0.0)
    QTest.keyClick(focused, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert live.panel.plane.puck()[0] == pytest.approx(0.01)
    QTest.keyClick(focused, Qt.Key.Key_Home)
    assert live.panel.plane.weights() == (0.5, 0.5)


def test_prompts_by_the_minute_are_played_and_it_fades_in_and_out(program: Program, qtbot: QtBot) -> None:
    live, library = program.window.live, program.services.library
    live.open("not heard")
    live.write_schedule()
    dialog = live.schedule_dialog
    dialog.set_text("1 | calm piano")
    assert not dialog.use.isEnabled()
    assert "begin at 0" in dialog._said.text()
    dialog.set_text("0 | calm piano\n0:04 | morph 1 s | driving rock\n")
    QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert not live.panel.prompts[0].isVisible()
    assert not live.panel.plane.isVisible()
    live.panel.fade_in.set_value(2.0)
    live.panel.fade_out.set_value(3.0)
    live.panel.keep_all.setChecked(True)
    kept = list[Clip]()
    live.kept.connect(kept.append)
    live.play()
    playing = live.playing
    assert playing is not None
    qtbot.waitUntil(
        lambda: (
            playing.facts is not None
            and playing.facts.steering is not None
            and playing.facts.steering.prompts == ("driving rock",)
        ),
        timeout=120_000,
    )
    live.stop()
    qtbot.waitUntil(lambda: len(kept) == 1, timeout=60_000)
    record = remembered(library, kept[0])
    assert record is not None
    assert record.prompts == ("calm piano", "driving rock")
    stretch = record.stretch
    assert stretch.fade_in == 2 * record.sample_rate
    assert stretch.fade_end - stretch.fade_out == 3 * record.sample_rate
    live.make_again(kept[0])
    qtbot.waitUntil(lambda: len(kept) == 2, timeout=60_000)
    np.testing.assert_array_equal(library.read(kept[0].id).samples, library.read(kept[1].id).samples)
    live.schedule_dialog.dropped.emit()
    assert live.panel.prompts[0].isVisible()
    assert live.panel.steering().prompts == ("not heard",)


def test_it_says_what_is_followed_of_the_melody_on_the_left(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    """Live music follows notes: not the lead and the chords of a mix, as it is said there."""
    window, live = program.window, program.window.live
    live.open("calm piano")
    live.panel.melody.click()
    assert "There is no melody on the left yet" in said(live.panel)
    write_midi(tmp_path / "tune.mid", Melody.of([Note(0.0, 0.5, 60)]))
    window.prompt.melody.choose_file(tmp_path / "tune.mid")
    qtbot.waitUntil(lambda: "no melody" not in said(live.panel), timeout=60_000)
    assert "Live music follows notes" not in said(live.panel)
    write(tmp_path / "song.wav", band(4.0), SoundFormat.WAV16)
    window.prompt.melody.choose_file(tmp_path / "song.wav")
    qtbot.waitUntil(lambda: "not its lead and chords" in said(live.panel), timeout=60_000)
    assert window.melodies.sketch is not None
    assert window.melodies.sketch.notes.notes
    live.panel.melody.click()
    assert "not its lead and chords" not in said(live.panel)
    noise = np.random.default_rng(1).standard_normal((48_000, 2)) * 0.1
    write(tmp_path / "noise.wav", Audio(noise.astype(np.float32), 32_000), SoundFormat.WAV16)
    live.panel.melody.click()
    window.prompt.melody.choose_file(tmp_path / "noise.wav")
    qtbot.waitUntil(lambda: "so live music follows none" in said(live.panel), timeout=60_000)


@pytest.mark.usefixtures("qtbot")
def test_the_page_is_found_again_at_the_next_start(tmp_path: Path, melody_checkpoint: Path) -> None:
    (tmp_path / "settings.json").write_text(f'{{"library_folder": "{(tmp_path / "clips").as_posix()}"}}')
    text = "0 | calm piano\n10 | morph 20 s | slow rock"

    def load(_choice: EngineChoice) -> LoadedEngine:
        return _load(melody_checkpoint)

    with Program(tmp_path / "settings.json", load) as program:
        live = program.window.live
        live.open("calm piano")
        live.panel.prompts[2].setText("driving rock")
        live.panel.prompts[2].editingFinished.emit()
        live.panel.plane.move_puck(0.75, 0.25)
        live.panel.fade_out.set_value(4.0)
        live.panel.temperature.set_value(1.25)
        live.panel.on_the_bar.setChecked(True)
        live.schedule_dialog.set_text(text)
        live.schedule_dialog.use.click()
        before = live.panel.steering()
        program.window.close()
    with Program(tmp_path / "settings.json", load) as program:
        live = program.window.live
        live.open("not this one")
        assert live.panel.steering() == before
        assert (live.panel.fade_out.value(), live.panel.on_the_bar.isChecked()) == (4.0, True)
        assert "10:00 slow rock" in said(live.panel)
        assert not live.panel.prompts[0].isVisibleTo(live.panel)
        live.schedule_dialog.leave.click()
        assert live.panel.prompts[0].isVisibleTo(live.panel)
        program.window.close()
    with Program(tmp_path / "settings.json", load) as program:
        live = program.window.live
        assert live.panel.prompts[0].isVisibleTo(live.panel)
        assert live.schedule_dialog.text() == text  # not played, but not lost


@pytest.mark.parametrize(
    "text",
    [None, "", "[]", "{}", '{"prompts": ["a"]}', "[" * 100_000],
    ids=["none", "empty", "list", "no", "few", "deep"],
)
def test_a_page_of_another_version_counts_as_none(text: str | None) -> None:
    assert LivePage.from_json(text) is None


def test_odd_values_on_a_kept_page_count_as_none(qtbot: QtBot) -> None:
    panel = LivePanel()
    qtbot.addWidget(panel)
    page = panel.page("0 | calm")
    assert LivePage.from_json(page.to_json()) == page
    for name, odd in (
        ("guidance", "high"),
        ("guidance", float("nan")),
        ("puck", [1.0]),
        ("schedule", 3),
        ("prompts", 4),
    ):
        assert LivePage.from_json(json.dumps({**asdict(page), name: odd})) is None, name
