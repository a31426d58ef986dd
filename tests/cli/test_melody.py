"""`melody`: a hum in, notes and a MIDI file out."""

import json
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.tones import tones
from musicgen_studio.files.midi import read_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.paths import resources_dir
from tests.cli.conftest import CommandLine
from tests.dsp.melodies import Voice, sung, written

HUM = resources_dir() / "melodies" / "example-hum.wav"


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    write(path, sung(written("A3 C4 E4 A4:2", 0.5, gap_s=0.06), Voice("hum")), SoundFormat.WAV16)
    return path


def test_notes_and_key_are_printed_and_written(cli: CommandLine, hum: Path) -> None:
    code, out, err = cli("melody", hum, "-o", "hum.mid", "--tempo", "96")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[-1] for line in lines[:4]] == ["A3", "C4", "E4", "A4"]
    assert lines[4].startswith("4 notes, A minor (fits 0.")
    assert lines[5] == "hum.mid"
    written_notes = read_midi(cli.folder / "hum.mid")
    assert [note.pitch for note in written_notes.notes] == [57, 60, 64, 69]
    assert written_notes.tempo_bpm == 96
    assert written_notes.notes[2].onset_s == pytest.approx(1.0, abs=0.05)


def test_the_bundled_hum_has_fifteen_notes(cli: CommandLine) -> None:
    assert "15 notes" in cli("melody", HUM)[1]
    assert not list(cli.folder.glob("*.mid"))


def test_json_for_machines(cli: CommandLine, hum: Path) -> None:
    melody = json.loads(cli("melody", hum, "--json", "--raw")[1])["melody"]
    assert [round(note["pitch"]) for note in melody["notes"]] == [57, 60, 64, 69]
    assert (melody["key"]["name"], melody["is_one_voice"]) == ("A minor", True)


def test_several_voices_are_told(cli: CommandLine) -> None:
    solo, chord = tones(written("A4:2", 0.5), 16000), tones(written("A2 A2", 0.5), 16000).samples
    low = tones(written("F3 G3", 0.5), 16000).samples + tones(written("C4 E4", 0.5), 16000).samples + chord
    write(cli.folder / "band.wav", Audio(np.concatenate([solo.samples, low, low]), 16000), SoundFormat.WAV16)
    code, _, err = cli("melody", "band.wav")
    assert code == 0
    assert "does not sound like a single voice" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["silent.wav"], "No notes were found."),
        (["gone.wav"], "could not be read"),
        (["silent.wav", "--tempo", "0"], "--tempo must be 1 to 999, got 0."),
    ],
)
def test_what_cannot_be_done_is_told(cli: CommandLine, argv: list[str], said: str) -> None:
    write(cli.folder / "silent.wav", Audio(np.zeros((16000, 1), np.float32), 16000), SoundFormat.WAV16)
    code, _, err = cli("melody", *argv)
    assert code == 1
    assert said in err
