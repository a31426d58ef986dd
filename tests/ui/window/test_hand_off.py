"""A clip into the DAW from the window's export dialog: stems, loop, projects, MIDI, as real files."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from musicgen_studio.app import Program
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.resample import resample
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.export.targets import Target
from musicgen_studio.files.sound import SoundFormat, read
from musicgen_studio.ui.panels.export_choice import ExportChoice
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from tests.ui.panels.finding import control
from tests.ui.test_window import WAIT_MS, loader, program, settings_file
from tests.ui.window.test_stems import Quarters
from tests.ui.window.test_tempo import RATE, beats, shown

__all__ = ["loader", "program", "settings_file"]

pytestmark = pytest.mark.usefixtures("qapp")

KNOWN = Analysis(TempoMap.constant(120, 8.0), 1.0, key=Key(9, is_minor=True), is_locked=True)


def _made(folder: Path, pattern: str) -> list[Path]:
    """Return what is there under its own name, whole."""
    return [path for path in folder.glob(pattern) if not path.parent.name.startswith(".")]


@pytest.mark.parametrize(
    ("target", "made"),
    [
        (Target.STEMS, "*/*_drums.wav"),
        (Target.LOOP, "*120bpm*.wav"),
        (Target.DAWPROJECT, "*.dawproject"),
        (Target.REAPER, "*/*.rpp"),
    ],
)
def test_a_target_is_made_from_the_dialog(
    qtbot: QtBot, program: Program, tmp_path: Path, target: Target, made: str
) -> None:
    program.services.separator = Quarters
    quiet = Audio(beats(120, 8.0).samples * np.float32(0.5), RATE)  # so that none is turned down to fit
    clip = shown(program, quiet, KNOWN)
    program.window.export_requested.emit([clip])
    (dialog,) = program.window.findChildren(ExportDialog)
    settings = FinishSettings(SoundFormat.WAV24, 44_100, None)
    folder = tmp_path / "daw"
    dialog.export_accepted.emit(ExportChoice(settings, folder, ("x",), target=target, bars=2))
    dialog.close()
    qtbot.waitUntil(lambda: bool(_made(folder, made)), timeout=4 * WAIT_MS)
    (file,) = _made(folder, made)
    if target is Target.LOOP:
        assert read(file).frames == 4 * 44_100  # two bars of 120 bpm
    if target is Target.STEMS:
        files = sorted(file.parent.glob("*.wav"))
        assert len(files) == 4
        whole = resample(program.services.library.read(clip.id), 44_100)
        np.testing.assert_allclose(sum(read(each).samples for each in files), whole.samples, atol=1e-6)
    if target is Target.DAWPROJECT:
        with zipfile.ZipFile(file) as archive:
            assert "project.xml" in archive.namelist()
    qtbot.waitUntil(lambda: not program.services.background.views(), timeout=WAIT_MS)


@pytest.mark.parametrize("is_looped", [True, False])
def test_a_loop_begins_where_the_loop_in_the_clip_does(
    qtbot: QtBot, program: Program, tmp_path: Path, is_looped: bool
) -> None:
    clip = shown(program, beats(120, 8.0), KNOWN)
    waveform = program.window.waveform
    waveform.set_selection((2 * 2 * RATE, 4 * 2 * RATE))  # bars 3 and 4, two seconds each
    if is_looped:
        program.window.listening.looping.loop_selection()
        waveform.set_selection(None)
    program.window.export_requested.emit([clip])
    (dialog,) = program.window.findChildren(ExportDialog)
    dialog.set_settings({"folder": str(tmp_path / "daw")})
    targets = control(dialog, QComboBox, "What")
    targets.setCurrentIndex(targets.findData(Target.LOOP))
    assert control(dialog, QSpinBox, "Bars").value() == 2
    assert any("begins with bar 3" in label.text() for label in dialog.findChildren(QLabel))
    dialog.accept()
    qtbot.waitUntil(lambda: bool(_made(tmp_path / "daw", "*.wav")), timeout=4 * WAIT_MS)
    qtbot.waitUntil(lambda: not program.services.background.views(), timeout=WAIT_MS)
    (file,) = _made(tmp_path / "daw", "*.wav")
    loop, whole = read(file), program.services.library.read(clip.id)
    middle = slice(RATE, 2 * RATE)  # away from the seam
    np.testing.assert_allclose(loop.samples[middle], whole.samples[4 * RATE :][middle], atol=1e-4)
