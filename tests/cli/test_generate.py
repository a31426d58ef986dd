"""`generate`: what it makes and says, what it refuses and why, and what is left when it is cut short."""

import errno
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen_studio.cli import generate
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import USUAL_SAMPLING, Sampling
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.studio.arranging.passages import plan_of_order
from musicgen_studio.studio.making.record import Record
from tests.cli.conftest import CommandLine
from tests.dsp.melodies import written
from tests.fake_engine import FakeEngine


def _hum(path: Path, level: float = 0.1, duration_s: float = 1.0) -> Path:
    tone = level * np.sin(2 * np.pi * 220 * np.arange(round(32000 * duration_s)) / 32000)
    write(path, Audio(tone.astype(np.float32)[:, None], 32000), SoundFormat.WAV32F)
    return path


def _mix(path: Path) -> Path:
    """Write something that is of more than one voice."""
    noise = np.random.default_rng(1).standard_normal((48_000, 2)) * 0.1
    write(path, Audio(noise.astype(np.float32), 32_000), SoundFormat.WAV24)
    return path


# --- what it makes ---


def test_music_that_is_to_end_says_how_it_does(cli: CommandLine) -> None:
    code, _, err = cli("generate", "calm", "--seconds", "10", "--end", "--endings", "2", "--out", "o")
    assert code == 0
    assert "calm-" in err
    assert "fades over its last bar: none of 2 tries came to rest by itself." in err
    (record_file,) = (cli.folder / "o").glob("*.json")
    record = Record.read(record_file)
    assert (record.order.ends, record.order.endings, record.ending) == (True, 2, Ending(2))
    assert cli("generate", "--from", record_file, "--out", "again")[0] == 0
    again, first = (read(next((cli.folder / each).glob("*.wav"))) for each in ("again", "o"))
    np.testing.assert_array_equal(again.samples, first.samples)
    assert "fades" not in cli("generate", "calm", "--seconds", "10", "--end", "--endings", "0", "--out", "p")[2]
    assert cli("generate", "calm", "--end", "--seconds", "8")[0] == 0
    assert cli.engine.requests[-2].endings == 4
    assert "--endings needs --end" in cli.usage_error("generate", "calm", "--endings", "2")


def test_the_seeds_example(cli: CommandLine) -> None:
    code, out, err = cli("generate", "happy rock", "energetic EDM", "sad jazz", "--seconds", "2", "--out", "x")
    assert code == 0
    seed = cli.engine.requests[0].seed
    names = [f"{slug}-{seed}" for slug in ("energetic-edm", "happy-rock", "sad-jazz")]
    assert cli.files("x") == sorted(f"{name}{ending}" for name in names for ending in (".json", ".wav"))
    assert err == f"seed {seed}\n"
    assert [line.rpartition(" (")[2] for line in out.splitlines()] == ["2.0 s)"] * 3
    assert cli.loads == [(cli.starter, "auto", "auto")]


def test_defaults_are_those_of_the_field_and_of_the_checkpoint(cli: CommandLine) -> None:
    cli.engine = FakeEngine(sampling=Sampling(temperature=0.8, top_k=40))
    cli("generate", "a", "--top-k", "60")
    (request,) = cli.engine.requests
    assert (request.duration_s, request.takes) == (8.0, 1)
    (recipe_file,) = (cli.folder / "clips").glob("*.json")
    recipe = Record.read(recipe_file)
    assert (recipe.order.guidance_scale, recipe.order.temperature, recipe.order.top_k, recipe.order.top_p) == (
        3.0,
        0.8,
        60,
        0.0,
    )
    assert (recipe.order.finish.sound_format, recipe.sample_rate, recipe.order.finish.loudness_lufs) == (
        SoundFormat.WAV24,
        32000,
        -14.0,
    )


def test_every_option_arrives(cli: CommandLine) -> None:
    hum, riff = _hum(cli.folder / "hum.wav"), _hum(cli.folder / "riff.wav", 0.2, 0.5)
    argv = "--seconds 1.5 --seed 5 --takes 2 --guidance 4 --temperature 0.9 --top-k 10 --top-p 0.5 --format flac"
    argv += " --rate 48000 --loudness none --compressor --device cpu --precision float32 --no-play"
    code, _, err = cli("generate", "a b", "--melody", hum, "--continue", riff, *argv.split())
    assert (code, err) == (0, "")
    (request,) = cli.engine.requests
    assert (request.prompts, request.duration_s, request.seed, request.takes) == (("a b",), 1.5, 5, 2)
    assert (request.guidance_scale, request.temperature, request.top_k, request.top_p) == (4.0, 0.9, 10, 0.5)
    assert request.melody is not None
    assert request.continuation is not None
    assert request.continuation.duration_s == 0.5
    assert cli.loads == [(cli.starter, "cpu", "float32")]
    recipe = Record.read(cli.folder / "clips" / "a-b-5-take2.json")
    assert (recipe.order.finish.sound_format, recipe.sample_rate, recipe.order.finish.loudness_lufs) == (
        SoundFormat.FLAC,
        48000,
        None,
    )
    assert recipe.order.finish.compressor
    assert recipe.order.melody is not None
    assert recipe.order.melody.file.endswith("hum.wav")
    assert recipe.order.continuation is not None
    assert recipe.order.continuation.file.endswith("riff.wav")


def test_a_checkpoint_can_be_a_folder(cli: CommandLine) -> None:
    folder = cli.folder / "my-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    assert cli("generate", "a", "--seed", "1", "--checkpoint", folder)[0] == 0
    recipe = Record.read(cli.folder / "clips" / "a-1.json")
    assert (recipe.checkpoint.id, recipe.licence) == ("my-model", "cc-by-nc-4.0")
    assert cli.loads == [(folder.resolve(), "auto", "auto")]


def test_jobs_are_lines(cli: CommandLine) -> None:
    (cli.folder / "jobs.txt").write_text("\ufeffone\n\n# no prompt\r\n  two  \n", encoding="utf-8")
    assert cli("generate", "zero", "--jobs", "jobs.txt", "--seconds", "1")[0] == 0
    assert cli.engine.requests[0].prompts == ("zero", "one", "two")
    assert cli.engine.requests[0].together == 4


@pytest.mark.parametrize(
    ("argv", "together"),
    [
        ("a b", 1),
        ("--jobs jobs.txt --takes 3", 1),
        ("--jobs jobs.txt --best-of 2", 2),
        ("--jobs jobs.txt --best-of 8", 1),
        ("a b --together 2", 2),
        ("--jobs jobs.txt --together 16", 16),
    ],
)
def test_how_many_are_made_together(cli: CommandLine, argv: str, together: int) -> None:
    (cli.folder / "jobs.txt").write_text("one\ntwo\n", encoding="utf-8")
    assert cli("generate", *argv.split(), "--seconds", "1")[0] == 0
    assert cli.engine.requests[0].together == together


@pytest.mark.parametrize(
    "content", [b"one\ntwo \xe9\n", b"\xef\xbb\xbfone\r\ntwo \xc3\xa9", "one\ntwo é".encode("utf-16")]
)
def test_jobs_can_come_from_stdin_in_any_encoding(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))
    assert cli("generate", "--jobs", "-", "--seconds", "1")[0] == 0
    assert cli.engine.requests[0].prompts == ("one", "two é")


def test_an_empty_prompt_is_music_without_words(cli: CommandLine) -> None:
    assert cli("generate", "", "--seconds", "1", "--seed", "1")[0] == 0
    assert cli.files() == ["untitled-1.json", "untitled-1.wav"]


def test_a_prompt_the_terminal_could_not_decode_is_written_all_the_same(cli: CommandLine) -> None:
    assert cli("generate", "caf\udce9", "--seconds", "1", "--seed", "1")[0] == 0
    assert Record.read(cli.folder / "clips" / "caf-1.json").prompt == "caf?"


# --- for machines ---


def test_json_is_one_object_for_each_clip(cli: CommandLine) -> None:
    code, out, _ = cli("generate", "a", "b", "--seconds", "1", "--seed", "3", "--json")
    clips = [json.loads(line)["clip"] for line in out.splitlines()]
    assert code == 0
    assert [clip["recipe"]["prompt"] for clip in clips] == ["a", "b"]
    assert clips[0]["duration_s"] == 1.0
    assert read(Path(clips[0]["sound_file"])).frames == clips[0]["recipe"]["frames"]
    assert Record.read(Path(clips[1]["recipe_file"])).order.seed == 3


def test_json_tells_problems_too(cli: CommandLine) -> None:
    code, out, err = cli("generate", "a", "--takes", "99", "--json")
    problem = json.loads(out)["problem"]
    assert (code, err) == (1, "")
    assert sorted(problem) == ["what", "what_to_do", "why"]
    assert problem["why"] == "--takes must be 1 to 16, got 99."


# --- the same again ---


def _sound(cli: CommandLine, name: str) -> "np.ndarray[Any, Any]":
    return read(cli.folder / name).samples


def test_a_mix_is_followed_without_drums_and_bass_and_says_so(cli: CommandLine) -> None:
    mix = _mix(cli.folder / "mix.wav")
    _, _, err = cli("generate", "a", "--seconds", "1", "--seed", "5", "--melody", mix)
    assert "the melody is a mix: its lead and chords are followed" in err
    melody = Record.read(cli.folder / "clips" / "a-5.json").order.melody
    assert melody is not None
    assert melody.separator is not None
    again, _, err = cli("generate", "--from", "clips/a-5.json", "--out", "again")
    assert again == 0
    _, _, err = cli("generate", "b", "--seconds", "1", "--seed", "5", "--melody", mix, "--no-melody-mix")
    assert err == ""
    melody = Record.read(cli.folder / "clips" / "b-5.json").order.melody
    assert melody is not None
    assert melody.separator is None


def test_a_mix_in_a_passage_says_so_too(cli: CommandLine) -> None:
    _mix(cli.folder / "song.wav")
    (cli.folder / "piece.txt").write_text("0:00 | cut | a | song.wav\n0:02 | cut | b | song.wav\n", encoding="utf-8")
    code, _, err = cli("generate", "--passages", "piece.txt", "--seconds", "4", "--seed", "3")
    assert code == 0
    assert [line.split(" is a mix")[0] for line in err.splitlines()] == ["the melody", "the melody from 2 s on"]
    assert "--no-melody-mix" not in err  # which is of --melody
    assert err.count("`| all of it` behind it follows all") == 2


def test_a_passage_follows_all_of_a_mix_if_its_line_says_so(cli: CommandLine) -> None:
    _mix(cli.folder / "song.wav")
    (cli.folder / "piece.txt").write_text(
        "0:00 | a\n0:02 | cut | b | song.wav | all of it\n0:03 | cut | c | song.wav\n", encoding="utf-8"
    )
    code, _, err = cli("generate", "--passages", "piece.txt", "--seconds", "4", "--seed", "3", "--out", "x")
    assert code == 0
    assert [line.split(" is a mix")[0] for line in err.splitlines()] == ["the melody from 3 s on"]
    order = Record.read(next((cli.folder / "x").glob("*.json"))).order
    assert [part.melody is not None and part.melody.separator is None for part in order.passages] == [True, False]
    assert [part.follows_all for part in plan_of_order(order, "a").parts] == [False, True, False]


@pytest.mark.parametrize("together", ["1", "2"])
def test_from_makes_the_same_samples_again(cli: CommandLine, together: str) -> None:
    hum, riff = _hum(cli.folder / "hum.wav"), _hum(cli.folder / "riff.wav", 0.2)
    argv = "--seconds 1 --seed 5 --takes 3 --format flac --rate 44100 --compressor --top-k 7"
    cli("generate", "other", "happy rock", "--melody", hum, "--continue", riff, "--together", together, *argv.split())
    code, _, err = cli("generate", "--from", "clips/happy-rock-5-take2.json", "--out", "again")
    assert (code, err) == (0, "")
    assert cli.files("again") == ["happy-rock-5-take2.flac", "happy-rock-5-take2.json"]
    name = "happy-rock-5-take2.flac"
    np.testing.assert_array_equal(_sound(cli, f"again/{name}"), _sound(cli, f"clips/{name}"))
    assert cli.loads[1] == (cli.starter, "cpu", "float32")
    first, second = (Record.read(cli.folder / place / "happy-rock-5-take2.json") for place in ("clips", "again"))
    assert {**_values(second), "created": ""} == {**_values(first), "created": ""}


def _values(recipe: Record) -> dict[str, object]:
    values: dict[str, object] = json.loads(recipe.to_json())
    return values


def test_from_never_overwrites_what_it_repeats(cli: CommandLine) -> None:
    cli("generate", "a", "--seconds", "1", "--seed", "5")
    cli("generate", "--from", "clips/a-5.json")
    assert cli.files() == ["a-5-2.json", "a-5-2.wav", "a-5.json", "a-5.wav"]


def test_from_refuses_another_checkpoint(cli: CommandLine) -> None:
    cli("generate", "a", "--seconds", "1", "--seed", "5")
    (cli.starter / "model.safetensors").write_bytes(b"other weights")
    code, _, err = cli("generate", "--from", "clips/a-5.json")
    assert code == 1
    assert "The checkpoint is not the one that made the clip." in err
    assert "--checkpoint DIR" in err
    assert len(cli.loads) == 1


def test_from_takes_the_checkpoint_from_where_it_is_now(cli: CommandLine) -> None:
    folder = cli.folder / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    cli("generate", "a", "--seconds", "1", "--seed", "5", "--checkpoint", folder)
    moved = folder.rename(cli.folder / "moved")
    assert cli("generate", "--from", "clips/a-5.json")[0] == 1
    assert cli("generate", "--from", "clips/a-5.json", "--checkpoint", moved)[0] == 0


@pytest.mark.parametrize("option", ["--melody", "--continue"])
def test_from_refuses_a_changed_sound_file(cli: CommandLine, option: str) -> None:
    hum = _hum(cli.folder / "hum.wav")
    cli("generate", "a", "--seconds", "1", "--seed", "5", option, hum)
    kept = hum.rename(cli.folder / "kept.wav")
    _hum(hum, level=0.3)
    code, _, err = cli("generate", "--from", "clips/a-5.json")
    assert code == 1
    assert "has changed" in err
    assert f"{option} FILE" in err
    assert cli("generate", "--from", "clips/a-5.json", option, kept)[0] == 0


def test_from_refuses_a_sound_file_the_clip_did_without(cli: CommandLine) -> None:
    cli("generate", "a", "--seconds", "1", "--seed", "5")
    code, _, err = cli("generate", "--from", "clips/a-5.json", "--melody", _hum(cli.folder / "hum.wav"))
    assert code == 1
    assert err.startswith("--melody does not fit the record.\n")


def _edit(cli: CommandLine, **values: object) -> None:
    file = cli.folder / "clips" / "a-5.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"precision": "int8"}, "made on cpu as int8, now on cpu as float32"),
        ({"program_version": "0.0.1"}, "made by version 0.0.1"),
        ({"complete": False}, "stopped before its end"),
    ],
)
def test_from_tells_what_may_differ(cli: CommandLine, values: dict[str, object], said: str) -> None:
    cli("generate", "a", "--seconds", "1", "--seed", "5")
    _edit(cli, **values)
    code, _, err = cli("generate", "--from", "clips/a-5.json")
    assert code == 0
    assert said in err
    assert cli.loads[-1][2] == values.get("precision", "float32")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": 1}, "unknown key 'colour'"),
        ({"order": 5}, "order must be"),
        ({"frames": "x"}, "frames must be"),
    ],
)
def test_from_refuses_an_edited_record(cli: CommandLine, values: dict[str, object], said: str) -> None:
    cli("generate", "a", "--seconds", "1", "--seed", "5")
    _edit(cli, **values)
    code, _, err = cli("generate", "--from", "clips/a-5.json")
    assert code == 1
    assert said in err


# --- what it refuses, before anything is loaded ---


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("--seconds 0", "--seconds must be above 0, at most 3600, got 0.0."),
        ("--seconds -3", "--seconds must be above 0, at most 3600, got -3.0."),
        ("--seconds 1e9", "--seconds must be above 0, at most 3600, got 1000000000.0."),
        ("--seconds nan", "--seconds must be a finite number, got nan."),
        ("--takes 0", "--takes must be 1 to 16, got 0."),
        ("--together 17", "--together must be 1 to 16 with 1 takes, got 17."),
        ("--takes 5 --together 4", "--together must be 1 to 3 with 5 takes, got 4."),
        ("--guidance 21", "--guidance must be 0 to 20, got 21.0."),
        ("--temperature -1", "--temperature must be 0 to 5, got -1.0."),
        ("--top-k -1", "--top-k must be 0 or more, got -1."),
        ("--top-p 2", "--top-p must be 0 to 1, got 2.0."),
        ("--seed -1", "--seed must be 0 to"),
        ("--rate 12345", "A wav24 file is written at 8000, "),
        ("--rate 96000 --format mp3", "A mp3 file is written at 8000, "),
        ("--checkpoint nowhere", 'The checkpoint "nowhere" was not found.'),
        ("--checkpoint empty", "holds no checkpoint"),
        ("--melody gone.wav", 'The sound file "gone.wav" could not be read.'),
        ("--continue text.wav", 'The sound file "text.wav" could not be read.'),
        ("--jobs gone.txt", "gone.txt: No such file"),
        ("--jobs broken.txt", "broken.txt: line 2 holds what is no text."),
        ("--out text.wav", 'The folder "text.wav" cannot be used.'),
    ],
)
def test_what_cannot_be_made_is_told_at_once(cli: CommandLine, argv: str, said: str) -> None:
    (cli.folder / "text.wav").write_text("no sound")
    (cli.folder / "empty").mkdir()
    (cli.folder / "broken.txt").write_bytes(b"fine\n\0\1\n")
    code, out, err = cli("generate", "happy rock", *argv.split())
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.splitlines()) == 3  # what, why, what to do
    assert cli.loads == []


def test_jobs_without_a_prompt_are_told(cli: CommandLine) -> None:
    (cli.folder / "jobs.txt").write_text("# nothing\n\n")
    code, _, err = cli("generate", "--jobs", "jobs.txt")
    assert code == 1
    assert err.startswith("There is nothing to make.\nThe jobs file jobs.txt holds no prompt.\n")


def test_too_many_jobs_are_told(cli: CommandLine) -> None:
    (cli.folder / "jobs.txt").write_text("a\n" * 10_001)
    code, _, err = cli("generate", "--jobs", "jobs.txt")
    assert code == 1
    assert "10001 were given, 10000 is the most" in err


def test_a_missing_record_is_told(cli: CommandLine) -> None:
    code, _, err = cli("generate", "--from", "gone.json")
    assert code == 1
    assert "gone.json: No such file" in err


def test_a_midi_melody_goes_in_and_the_clip_can_be_made_again(cli: CommandLine) -> None:
    line = cli.folder / "line.mid"
    write_midi(line, written("A4 C5 E4", 0.5))
    argv = "--melody-ends --melody-track 2 --melody-channel 1 --seconds 2 --seed 5 --format wav32f --loudness none"
    assert cli("generate", "a", "--melody", line, *argv.split())[0] == 0
    (request,) = cli.engine.requests
    assert isinstance(request.melody, Melody)
    assert [note.pitch for note in request.melody.notes] == [69, 72, 64]
    assert not request.melody_repeats
    recipe = Record.read(cli.folder / "clips" / "a-5.json")
    assert recipe.order.melody is not None
    assert (recipe.order.melody.track, recipe.order.melody.channel, recipe.order.melody_notes) == (2, 1, None)
    assert recipe.melody_similarity is not None
    assert 0 <= recipe.melody_similarity <= 1
    assert cli("generate", "--from", "clips/a-5.json")[0] == 0
    assert cli.engine.requests[1] == replace(request, **asdict(USUAL_SAMPLING))  # what was left open is settled
    first, again = (read(cli.folder / "clips" / name).samples for name in ("a-5.wav", "a-5-2.wav"))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("option", ["--melody-ends", "--melody-track 1", "--melody-channel 1"])
def test_options_of_a_melody_need_one(cli: CommandLine, option: str) -> None:
    assert f"{option.split(maxsplit=1)[0]} needs --melody FILE" in cli.usage_error("generate", "a", *option.split())


def test_a_track_of_a_sound_file_is_refused(cli: CommandLine) -> None:
    code, _, err = cli("generate", "a", "--melody", _hum(cli.folder / "hum.wav"), "--melody-track", "1")
    assert code == 1
    assert "the melody is no MIDI file" in err


def test_a_melody_for_a_text_checkpoint_is_told(cli: CommandLine) -> None:
    cli.engine = FakeEngine(follows_melody=False)
    code, _, err = cli("generate", "a", "--melody", _hum(cli.folder / "hum.wav"))
    assert code == 1
    assert "This checkpoint cannot follow a melody." in err
    assert cli.files() == []


def test_a_full_disk_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (cli.folder / "cache").write_text("hashes are not what is tested")
    monkeypatch.setattr(os, "fsync", full)
    code, _, err = cli("generate", "a")
    assert code == 1
    assert "is full" in err
    assert cli.files() == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("generate", "give a PROMPT, or --passages FILE, or --jobs FILE, or --from JSON"),
        ("generate a --from x.json", "leave out PROMPT"),
        ("generate --from x.json --seed 0", "leave out --seed"),
        ("generate --from x.json --compressor", "leave out --compressor"),
        ("generate --from x.json --jobs x", "leave out --jobs"),
        ("generate --from x.json --top-k 0", "leave out --top-k"),
        ("generate a --format aiff", "invalid choice: 'aiff'"),
        ("generate a --seconds eight", "invalid float value: 'eight'"),
        ("generate a --loudness loud", "must be a number, got loud"),
        ("generate a --loudness 5", "must be -70 to 0 LUFS or none, got 5"),
        ("generate a --device tpu", "invalid choice: 'tpu'"),
    ],
)
def test_wrong_usage_is_told_as_such(cli: CommandLine, argv: str, said: str) -> None:
    assert said in cli.usage_error(*argv.split())
    assert cli.loads == []


def test_the_choices_are_the_formats_there_are() -> None:
    from musicgen_studio.cli.options import SOUND_FORMATS

    assert list(SOUND_FORMATS) == list(SoundFormat)


# --- cut short ---


def _interrupt_at(*steps: int) -> Callable[[int], None]:
    def interrupt(made: int) -> None:
        for _ in range(steps.count(made)):
            signal.raise_signal(signal.SIGINT)

    return interrupt


def test_ctrl_c_keeps_what_was_made(cli: CommandLine) -> None:
    before = signal.getsignal(signal.SIGINT)
    cli.engine = FakeEngine(before_block=_interrupt_at(3))
    code, out, err = cli("generate", "a", "b", "--seconds", "1", "--seed", "1")
    assert code == 130
    assert cli.files() == ["a-1.json", "a-1.wav", "b-1.json", "b-1.wav"]
    assert "b-1.wav (0.5 s, not complete)" in out
    assert "Stopping; what was made is kept." in err
    assert not Record.read(cli.folder / "clips" / "b-1.json").complete
    assert signal.getsignal(signal.SIGINT) == before


def test_a_second_ctrl_c_quits_at_once(cli: CommandLine) -> None:
    before = signal.getsignal(signal.SIGINT)
    cli.engine = FakeEngine(before_block=_interrupt_at(3, 3))
    assert cli("generate", "a", "b", "--seconds", "1", "--seed", "1")[0] == 130
    assert cli.files() == ["a-1.json", "a-1.wav"]
    assert signal.getsignal(signal.SIGINT) == before


def test_a_stopped_clip_can_be_made_whole(cli: CommandLine) -> None:
    cli.engine = FakeEngine(before_block=_interrupt_at(1))
    cli("generate", "a", "--seconds", "1", "--seed", "1")
    cli.engine = FakeEngine()
    code, _, err = cli("generate", "--from", "clips/a-1.json", "--out", "whole")
    assert code == 0
    assert "now it is made whole" in err
    assert Record.read(cli.folder / "whole" / "a-1.json").complete


def test_a_fault_shows_where_and_keeps_what_was_made(cli: CommandLine) -> None:
    def fail(made: int) -> None:
        if made == 1:
            raise ZeroDivisionError

    cli.engine = FakeEngine(before_block=fail)
    code, _, err = cli("generate", "a", "--seed", "1")
    assert code == 70
    assert "Traceback" in err
    assert "Please report it" in err
    assert cli.files() == ["a-1.json", "a-1.wav"]


# --- seen and heard ---


class _Silence:
    """A player that counts what it is given."""

    def __init__(self) -> None:
        self.heard_s = 0.0
        self.finished = False

    def write(self, audio: Audio) -> None:
        self.heard_s += audio.duration_s

    def finish(self) -> None:
        self.finished = True

    def stop(self) -> None:
        """Never waits, so there is nothing to cut."""


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> _Silence:
    """What the command line plays on."""
    player = _Silence()

    def open_player() -> AbstractContextManager[_Silence]:
        return nullcontext(player)

    monkeypatch.setattr(generate, "_open_player", open_player)
    return player


def _no_device() -> AbstractContextManager[_Silence]:
    raise UserProblem("There is no sound device.", "None was found.", "Plug one in.")


def test_a_terminal_shows_a_live_line(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _, _, shown = cli.on_terminal("generate", "a", "b", "--seconds", "1", "--seed", "1", "--no-play")
    lines = shown.split("\r")
    live = [line for line in lines if line.startswith("prompt")]
    assert live[0].startswith("prompt 1 of 2 · 0.5 of 2.0 s · ")
    assert live[-1].startswith("prompt 2 of 2 · 2.0 of 2.0 s · ")
    assert max(len(line) for line in lines) < 40  # a longer one would begin a new line each time
    assert not lines[-1]  # and leaves nothing behind


def test_json_shows_no_live_line_and_plays_nothing(cli: CommandLine, player: _Silence) -> None:
    _, _, shown = cli.on_terminal("generate", "a", "--seconds", "1", "--json", "--seed", "1")
    assert shown == ""
    assert player.heard_s == 0


def test_on_a_terminal_it_is_heard(cli: CommandLine, player: _Silence) -> None:
    cli.on_terminal("generate", "a", "--seconds", "1", "--takes", "2")
    assert player.heard_s == 1.0
    assert player.finished


@pytest.mark.parametrize("argv", [["a", "--no-play"], ["--jobs", "jobs.txt"]])
def test_it_is_not_heard_when_nobody_waits_for_it(cli: CommandLine, player: _Silence, argv: list[str]) -> None:
    (cli.folder / "jobs.txt").write_text("a\n")
    cli.on_terminal("generate", *argv, "--seconds", "1")
    assert player.heard_s == 0


def test_without_a_terminal_it_is_heard_on_request_only(cli: CommandLine, player: _Silence) -> None:
    cli("generate", "a", "--seconds", "1")
    assert player.heard_s == 0
    cli("generate", "a", "--seconds", "1", "--play")
    assert player.heard_s == 1.0


def test_a_stopped_run_is_not_played_to_its_end(cli: CommandLine, player: _Silence) -> None:
    cli.engine = FakeEngine(before_block=_interrupt_at(1))
    assert cli("generate", "a", "--seconds", "1", "--play")[0] == 130
    assert not player.finished


def test_a_missing_device_is_told_to_who_asked_for_sound(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "_open_player", _no_device)
    code, _, err = cli("generate", "a", "--seconds", "1", "--seed", "1", "--play")
    assert (code, err) == (0, "There is no sound device.\nNone was found.\nPlug one in.\n")
    assert cli.files() == ["a-1.json", "a-1.wav"]


def test_a_missing_device_is_not_worth_a_word_otherwise(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "_open_player", _no_device)
    code, _, shown = cli.on_terminal("generate", "a", "--seconds", "1", "--seed", "1")
    assert code == 0
    assert "real time" in shown
    assert "sound device" not in shown


# --- passages ---


def test_passages_from_a_file(cli: CommandLine) -> None:
    piece = "tempo | 120 bpm\nall | warm\n0:00 | rock\nbar 2 | jazz\nbar 3 | morph 1 bar | piano\nend | 8 s\n"
    (cli.folder / "piece.txt").write_text(piece)
    assert cli("generate", "--passages", "piece.txt", "--seed", "3")[0] == 0
    (request,) = cli.engine.requests
    assert (request.prompts, request.duration_s) == (("warm, rock",), 8.0)
    assert request.passages == (Passage(2.0, "warm, jazz"), Passage(4.0, "warm, piano", None, 2.0))
    assert cli.files() == ["warm-rock-3.json", "warm-rock-3.wav"]
    first = cli.folder / "clips" / "warm-rock-3.wav"
    assert cli("generate", "--from", first.with_suffix(".json"), "--out", "again")[0] == 0
    assert cli.engine.requests[1].passages == request.passages
    assert Record.read(cli.folder / "again" / "warm-rock-3.json").order.shared == "warm"
    np.testing.assert_array_equal(read(first).samples, read(cli.folder / "again" / "warm-rock-3.wav").samples)


def test_going_on_without_a_prompt_continues_the_last_passage_and_a_morph_leads_into_a_new_one(
    cli: CommandLine,
) -> None:
    (cli.folder / "piece.txt").write_text("tempo | 120 bpm\n0:00 | rock\nbar 2 | jazz\nend | bar 3\n")
    assert cli("generate", "--passages", "piece.txt", "--seed", "3")[0] == 0
    clip = cli.folder / "clips" / "rock-3.wav"
    assert cli("generate", "--continue", clip, "--seconds", "1")[0] == 0
    assert (cli.engine.requests[1].prompts, cli.engine.requests[1].passages) == (("jazz",), ())
    assert cli("generate", "calm harp", "--continue", clip, "--morph", "1 bar", "--seconds", "4")[0] == 0
    assert cli.engine.requests[2].prompts == ("jazz",)
    assert cli.engine.requests[2].passages == (Passage(0.02, "calm harp", None, 2.0),)
    code, _, err = cli("generate", "calm harp", "--continue", clip, "--morph", "slowly", "--seconds", "4")
    assert (code, err.splitlines()[0]) == (1, "--morph cannot be used as given.")
    clip.with_suffix(".json").unlink()
    code, _, err = cli("generate", "--continue", clip)
    assert (code, err.splitlines()[:2]) == (
        1,
        ["Nobody knows what the music is that is to go on.", "No record lies beside rock-3.wav."],
    )
    assert "--morph goes over from" in cli.usage_error("generate", "rock", "--morph", "2 s")


def test_passages_must_fit_into_the_seconds(cli: CommandLine) -> None:
    (cli.folder / "piece.txt").write_text("0|a\n4|b\n8|c\n")
    code, _, err = cli("generate", "--passages", "piece.txt", "--seconds", "8")
    assert code == 1
    assert err.startswith("--passages cannot be used as given.\n--passages 2 must begin before the music ends at 8 s")


def test_passages_hold_the_prompts(cli: CommandLine) -> None:
    (cli.folder / "piece.txt").write_text("0|a\n")
    assert "leave out PROMPT" in cli.usage_error("generate", "happy rock", "--passages", "piece.txt")
    assert "leave out --passages" in cli.usage_error("generate", "--from", "x.json", "--passages", "piece.txt")


def test_there_is_one_melody_to_begin_with(cli: CommandLine) -> None:
    write_midi(cli.folder / "line.mid", written("A4 C5", 0.5))
    (cli.folder / "piece.txt").write_text("0||a|line.mid\n")
    assert cli("generate", "--passages", "piece.txt")[0] == 0
    assert isinstance(cli.engine.requests[0].melody, Melody)
    code, _, err = cli("generate", "--passages", "piece.txt", "--melody", "line.mid")
    assert (code, err.splitlines()[0]) == (1, "There are two melodies to begin with.")
