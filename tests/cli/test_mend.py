"""`mend`: what is broken is said, and made anew step by step; and `generate --end`, `--best-of`."""

from pathlib import Path

import numpy as np

from musicgen_studio.analysis.faults import FaultKind, find_faults
from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.studio.making.record import Record
from tests.cli.conftest import CommandLine
from tests.dsp.music import beat, notes


def _broken(cli: CommandLine) -> Audio:
    sound = (beat(24, 12.0) + 0.05 * notes([57, 60, 64], 12.0)).astype(np.float32)
    sound[3 * 32000 : 5 * 32000] = 0
    write(cli.folder / "clip.wav", Audio(sound[:, None], 32000), SoundFormat.WAV32F)
    return read(cli.folder / "clip.wav")


def test_it_says_what_is_broken(cli: CommandLine) -> None:
    _broken(cli)
    code, out, err = cli("mend", "clip.wav", "--list")
    assert (code, out) == (0, "")
    assert [line.partition("s: ")[2] for line in err.splitlines()] == [
        "the music stops",
        "it ends in the middle of the sound",
    ]
    assert not cli.engine.requests


def test_it_mends_one_place_after_the_other(cli: CommandLine) -> None:
    original = _broken(cli)
    code, out, _ = cli("mend", "clip.wav", "rock", "--seed", "4", "--out", "m")
    assert code == 0
    files = [line.rpartition(" (")[0].partition(" (")[0] for line in out.splitlines()]
    assert len(files) == 2
    first, last = (read(cli.folder / file) for file in files)
    np.testing.assert_array_equal(first.samples[: 2 * 32000], original.samples[: 2 * 32000])
    np.testing.assert_array_equal(last.samples[: 3 * 32000], first.samples[: 3 * 32000])
    assert [request.ends for request in cli.engine.requests] == [False, True]
    assert FaultKind.STOPS not in {fault.kind for fault in find_faults(last)}
    assert np.abs(last.samples[-50:]).max() < 1e-3


def test_whole_music_is_left_alone(cli: CommandLine) -> None:
    sound = beat(24, 8.0) * np.linspace(1, 0, 8 * 32000, dtype=np.float32)
    write(cli.folder / "clip.wav", Audio(sound[:, None].astype(np.float32), 32000), SoundFormat.WAV32F)
    assert cli("mend", "clip.wav")[2] == "Nothing is broken.\n"


def test_a_clip_can_be_asked_to_end_and_is_made_again_so(cli: CommandLine) -> None:
    assert cli("generate", "a", "--seconds", "4", "--seed", "1", "--end", "--out", "x")[0] == 0
    first = read(cli.folder / "x" / "a-1.wav")
    assert np.abs(first.samples[-20:]).max() < 1e-3
    assert Record.read(cli.folder / "x" / "a-1.json").order.ends
    assert cli("generate", "--from", "x/a-1.json", "--out", "y")[0] == 0
    np.testing.assert_array_equal(first.samples, read(cli.folder / "y" / "a-1.wav").samples)


def test_the_best_of_some_is_kept_and_the_reasons_are_said(cli: CommandLine) -> None:
    code, out, err = cli("generate", "a", "--seconds", "2", "--seed", "1", "--best-of", "3", "--out", "x")
    assert (code, len(out.splitlines())) == (0, 1)
    said = err.splitlines()
    assert [line[:2] for line in said] == ["1.", "2.", "3."]
    take = int(said[0].partition("take ")[2][0])
    assert cli.files("x") == [f"a-1-take{take}.json", f"a-1-take{take}.wav"]
    assert cli.engine.requests[0].takes == 3


def test_best_of_stands_instead_of_takes(cli: CommandLine) -> None:
    assert "instead of --takes" in cli.usage_error("generate", "a", "--best-of", "3", "--takes", "2")
    assert "2 to 16" in cli.usage_error("generate", "a", "--best-of", "1")


def test_a_clip_may_be_a_file_of_any_kind(cli: CommandLine) -> None:
    """As for every other command; it is read in a process of its own."""
    code, _, err = cli("mend", Path(__file__).parents[1] / "files" / "decoding" / "samples" / "aac.m4a", "--list")
    assert (code, "cannot be read" in err) == (0, False)
