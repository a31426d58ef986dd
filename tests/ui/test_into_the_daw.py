"""README's walk "Into your DAW" with real keys and clicks, the shipped checkpoint and the shipped separator.

"happy rock", generate, see tempo and bars, press Stems, solo the drums, loop four bars, export a DAWproject and a
folder; then every file is opened by somebody else. What was seen at each step is in the test's folder, as pictures.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from lxml import etree
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from musicgen_studio.app import Program
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.export.targets import Target
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.widgets.timeline import Snap
from tests.library.test_drag import chunks_of
from tests.ui.panels.finding import control, said
from tests.ui.test_first_minute import CTRL, SHIFT, Hands
from tests.ui.test_window import settings_file

__all__ = ["settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 300_000
LENGTH_S = 10.0


@pytest.fixture
def real(settings_file: Path) -> Iterator[Program]:
    """The program as it is started, with what it ships."""
    with Program(settings_file) as running:
        running.window.resize(1280, 800)
        running.window.show()
        yield running
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Walk(Hands):
    """A musician on the way into the DAW, whose screen is kept."""

    def __init__(self, program: Program, qtbot: QtBot, folder: Path) -> None:
        super().__init__(program, qtbot)
        self._seen, self._bot = folder / "seen", qtbot
        self._seen.mkdir()

    def wait_long(self, holds: Callable[[], bool]) -> None:
        """Wait for music or a separator."""
        self._bot.waitUntil(holds, timeout=LONG_MS)

    def hears_long(self, signal: SignalInstance) -> AbstractContextManager[SignalBlocker]:
        """Wait, after what is done under it, until the window has heard that, however long it takes."""
        return self._bot.waitSignal(signal, timeout=LONG_MS)

    def look(self, what: str) -> None:
        """Keep what is on the screen."""
        number = len(list(self._seen.iterdir())) + 1
        self.window.grab().save(str(self._seen / f"{number} {what}.png"))

    def come_back(self) -> None:
        """Have the window under the keys again after something in front of it went, as a desktop does."""
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow)
        self.window.waveform.setFocus()

    def export(self, target: Target, folder: Path) -> Path:
        """Press Ctrl+Shift+E, choose a target and a folder, press Export, and return what is there then."""
        self.wait(lambda: not any(each.isVisible() for each in self.window.findChildren(ExportDialog)))
        self.come_back()
        self.press(Qt.Key.Key_E, CTRL | SHIFT)
        self.wait(lambda: any(each.isVisible() for each in self.window.findChildren(ExportDialog)))
        (dialog,) = [each for each in self.window.findChildren(ExportDialog) if each.isVisible()]
        targets = control(dialog, QComboBox, "What")
        targets.setCurrentIndex(targets.findData(target))
        control(dialog, QLineEdit, "Folder").setText(str(folder))
        self.look(f"export {target}")
        (button,) = [each for each in dialog.findChildren(QPushButton) if each.text() == "Export"]
        QTest.mouseClick(button, LEFT)
        self.wait_long(lambda: folder.is_dir() and any(not each.name.startswith(".") for each in folder.iterdir()))
        self.wait_long(lambda: not self.program.services.background.views())
        (made,) = [each for each in folder.iterdir() if not each.name.startswith(".")]
        return made

    def x_of(self, time_s: float) -> int:
        """Return where a moment is in the waveform."""
        clip = self.shown()
        return round(self.window.waveform.viewport().x(time_s * clip.sample_rate))


def _generate(walk: Walk) -> Clip:
    window = walk.window
    window.prompt.set_values(PromptValues(duration_s=LENGTH_S, seed=5, seed_locked=True))
    window.prompt.focus_prompt()
    walk.type("happy rock")
    with walk.hears_long(window.inbox.job_ended) as ended:
        walk.press(Qt.Key.Key_Return, CTRL)
    assert ended.args is not None
    (event,) = ended.args
    assert event.bug is None, event.bug
    library = walk.program.services.library
    walk.wait_long(lambda: [clip.id for clip in library.clips()] == [walk.shown().id])
    clip = library.get(walk.shown().id)
    assert clip.title == "Happy rock"
    assert clip.is_complete
    assert clip.duration_s == pytest.approx(LENGTH_S, abs=0.1)
    return clip


def _see_tempo(walk: Walk) -> None:
    """Tempo and bars are seen; what is only guessed is confirmed by hand."""
    window, chip = walk.window, walk.window.clip_header.tempo_chip
    walk.wait_long(lambda: "bpm" in chip.text())
    assert window.waveform.beats() is not None
    walk.look("tempo")
    QTest.mouseClick(chip, LEFT)
    card = window.tempo.card
    walk.wait_long(card.isVisible)
    QTest.mouseClick(control(card, QToolButton, "Bars"), LEFT)
    box = control(card, QCheckBox, "Confirmed")
    QTest.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    walk.look("card")
    QTest.keyClick(card, Qt.Key.Key_Escape)
    walk.wait_long(lambda: not card.isVisible())
    walk.come_back()
    assert "?" not in chip.text().split(" · ")[0]
    assert walk.program.services.settings.snap == Snap.BAR


def _solo_drums(walk: Walk, clip: Clip) -> None:
    window, library = walk.window, walk.program.services.library
    with walk.hears_long(window.stems.drags.prepared):
        QTest.mouseClick(control(window.clip_header, QToolButton, "Stems"), LEFT)
    assert [stem.stem for stem in library.stems(clip.id)] == ["drums", "bass", "lead", "other"]
    QTest.mouseClick(control(window.lanes, QToolButton, "Solo Drums"), LEFT)
    mix = window.listening._instead
    assert mix is not None
    walk.wait_long(lambda: mix.is_ended)
    mix.read(0, 32_000)  # a level is approached
    drums = library.read(library.stems(clip.id)[0].id).samples
    np.testing.assert_allclose(mix.read(32_000, 64_000), drums[32_000:96_000], atol=1e-6)
    walk.look("solo drums")


def _tempo_map(walk: Walk) -> TempoMap:
    beats = walk.window.waveform.beats()
    assert beats is not None
    return beats.tempo_map


def _loop_four_bars(walk: Walk) -> None:
    window = walk.window
    tempo = _tempo_map(walk)
    assert tempo.bar_s(-1) < 0 <= tempo.bar_s(0)  # bar 1 of the ruler is the first in the clip
    assert tempo.bar_s(4) <= LENGTH_S
    middle = window.waveform.height() // 2
    start, end = (QPoint(walk.x_of(tempo.bar_s(bar)) + 2, middle) for bar in (0, 4))
    walk.drag(window.waveform, start, end)  # near enough: it snaps to the bars
    walk.come_back()
    walk.wait_long(lambda: window.waveform.selection() is not None)
    walk.look("selected")
    walk.press(Qt.Key.Key_L, SHIFT)
    walk.look("loop pressed")
    walk.wait_long(lambda: window.waveform.loop() is not None and "4 bars · " in said(window.bar))
    loop = window.waveform.loop()
    assert loop is not None
    assert loop[0] / 32_000 == pytest.approx(tempo.bar_s(0), abs=0.001)
    assert loop[1] / 32_000 == pytest.approx(tempo.bar_s(4), abs=0.001)
    walk.look("loop")


def _check_project(file: Path, clip: Clip, whole: np.ndarray) -> None:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        project = etree.fromstring(archive.read("project.xml"))
        names = [track.get("name") for track in project.findall("Structure/Track")]
        assert names == ["drums", "bass", "lead", "other", "Master"]
        paths = [each.get("path") for each in project.iter("File")]
        sounds = [sf.read(io.BytesIO(archive.read(path)), always_2d=True)[0] for path in paths]
    points = project.findall("Arrangement/TempoAutomation/RealPoint")
    bpms = [float(point.get("value")) for point in points] or [float(project.find("Transport/Tempo").get("value"))]
    assert np.median(bpms) == pytest.approx(clip.tempo_bpm, rel=0.02)  # the music's own, wherever it drifts
    gain = np.sum(sounds, axis=0).std() / whole.std()  # turned down together, if one would have clipped
    np.testing.assert_allclose(np.sum(sounds, axis=0), whole * gain, atol=1e-4)


def _check_folder(folder: Path, clip: Clip, whole: np.ndarray) -> None:
    files = sorted(folder.glob("*.wav"))
    assert [file.stem.rpartition("_")[2] for file in files] == ["bass", "drums", "lead", "other"]
    named = re.search(r"_([\d.]+)bpm_", files[0].name)
    assert named is not None
    assert float(named[1]) == pytest.approx(clip.tempo_bpm, abs=0.11)  # rounded
    sounds = [sf.read(file, always_2d=True)[0] for file in files]
    gain = np.sum(sounds, axis=0).std() / whole.std()
    np.testing.assert_allclose(np.sum(sounds, axis=0), whole * gain, atol=1e-4)
    for file in files:
        assert sf.info(file).subtype == "PCM_24"
        assert {"acid", "bext"} <= set(chunks_of(file))
    text = (folder / "README.txt").read_text(encoding="utf-8")
    told = re.search(r"([\d.]+) bpm", text)
    assert told is not None
    assert float(told[1]) == pytest.approx(clip.tempo_bpm, abs=0.011)
    assert "Ableton Live" in text


def _check_loop(file: Path, tempo: TempoMap, whole: np.ndarray) -> None:
    """The four bars that are looped in the window, as a loop of four bars."""
    beats = int.from_bytes(chunks_of(file)["acid"][12:16], "little")
    assert beats == 4 * tempo.beats_per_bar
    assert "smpl" in chunks_of(file)
    sound, rate = sf.read(file, always_2d=True)
    assert len(sound) / rate == pytest.approx(tempo.bar_s(4) - tempo.bar_s(0), abs=1 / rate)
    start = round(tempo.bar_s(0) * rate)
    inside = slice(0, len(sound) - rate)  # the end leads over to the beginning
    np.testing.assert_allclose(sound[inside], whole[start:][inside], atol=1e-4)


def test_into_the_daw_as_readme_says(real: Program, qtbot: QtBot, tmp_path: Path) -> None:
    walk = Walk(real, qtbot, tmp_path)
    clip = _generate(walk)
    walk.look("generated")
    _see_tempo(walk)
    _solo_drums(walk, clip)
    _loop_four_bars(walk)
    clip = real.services.library.get(clip.id)
    whole = real.services.library.read(clip.id).samples
    _check_project(walk.export(Target.DAWPROJECT, tmp_path / "project"), clip, whole)
    _check_folder(walk.export(Target.STEMS, tmp_path / "stems"), clip, whole)
    _check_loop(walk.export(Target.LOOP, tmp_path / "loop"), _tempo_map(walk), whole)
    walk.look("done")
