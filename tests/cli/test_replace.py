"""`replace`: the takes of a section, best first, and the clip around it as it was."""

import json

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.studio.making.record import Record
from tests.cli.conftest import CommandLine


def _clip(cli: CommandLine) -> str:
    assert cli("generate", "happy rock", "--seconds", "6", "--seed", "1", "--temperature", "0.7", "--out", "x")[0] == 0
    return "x/happy-rock-1.wav"


def test_it_replaces_a_section_as_the_clip_was_made(cli: CommandLine) -> None:
    file = _clip(cli)
    code, out, err = cli("replace", file, "--from", "2.0", "--to", "0:04", "--takes", "3", "--seed", "8", "--out", "y")
    assert (code, err) == (0, "")
    request = cli.engine.requests[-1]
    assert (request.prompts, request.temperature, request.takes) == (("happy rock",), 0.7, 3)
    fits = [float(line.split("fits ")[1].rstrip(")")) for line in out.splitlines()]
    assert len(fits) == 3
    assert fits == sorted(fits, reverse=True)
    original = read(cli.folder / file)
    for take in (1, 2, 3):
        made = read(cli.folder / "y" / f"happy-rock-8-take{take}.wav")
        assert made.frames == original.frames
        np.testing.assert_array_equal(made.samples[: 2 * 32000], original.samples[: 2 * 32000])
        np.testing.assert_array_equal(made.samples[4 * 32000 :], original.samples[4 * 32000 :])
        assert not np.array_equal(made.samples, original.samples)


def test_a_mix_that_it_follows_is_told_and_can_be_followed_whole(cli: CommandLine) -> None:
    noise = np.random.default_rng(1).standard_normal((48_000, 2)) * 0.1
    write(cli.folder / "mix.wav", Audio(noise.astype(np.float32), 32_000), SoundFormat.WAV24)
    words = ("replace", _clip(cli), "--from", "2", "--to", "4", "--takes", "1", "--melody", "mix.wav", "--seed", "8")
    for options, told, folder in (((), True, "y"), (("--no-melody-mix",), False, "z")):
        code, _, err = cli(*words, *options, "--out", folder)
        assert code == 0
        assert ("the melody is a mix: its lead and chords are followed" in err) is told
        melody = Record.read(cli.folder / folder / "happy-rock-8.json").order.melody
        assert melody is not None
        assert (melody.separator is not None) is told


def test_it_can_be_made_again(cli: CommandLine) -> None:
    file = _clip(cli)
    cli("replace", file, "calm", "--from", "2", "--to", "4", "--takes", "2", "--seed", "8", "--out", "y")
    record = cli.folder / "y" / "calm-8-take2.json"
    assert Record.read(record).fit is not None
    assert cli("generate", "--from", record, "--out", "z")[0] == 0
    np.testing.assert_array_equal(
        read(record.with_suffix(".wav")).samples, read(cli.folder / "z" / "calm-8-take2.wav").samples
    )


def test_a_clip_that_moved_is_found_by_the_continued_sound(cli: CommandLine) -> None:
    file = cli.folder / _clip(cli)
    cli("replace", file, "calm", "--from", "2", "--to", "4", "--takes", "1", "--seed", "8", "--out", "y")
    moved = file.rename(cli.folder / "elsewhere.wav")
    assert cli("generate", "--from", "y/calm-8.json", "--out", "z")[0] == 1
    assert cli("generate", "--from", "y/calm-8.json", "--continue", moved, "--out", "z")[0] == 0


def test_json_says_how_each_fits(cli: CommandLine) -> None:
    _, out, _ = cli("replace", _clip(cli), "--from", "0", "--to", "2", "--takes", "2", "--json")
    fits = [json.loads(line)["clip"]["recipe"]["fit"] for line in out.splitlines()]
    assert len(fits) == 2
    assert fits[0] >= fits[1]


def test_what_cannot_be_is_said(cli: CommandLine) -> None:
    file = _clip(cli)
    code, _, err = cli("replace", file, "--from", "5", "--to", "5.2")
    assert (code, err.splitlines()[0]) == (1, "This section cannot be replaced.")
    (cli.folder / file).with_suffix(".json").unlink()
    code, _, err = cli("replace", file, "--from", "1", "--to", "3")
    assert (code, err.splitlines()[0]) == (1, "Nobody knows what the section is to be.")
    assert "--from: must be a number" in cli.usage_error("replace", file, "--from", "x", "--to", "3")
