"""The record of a clip: there and back, and strict about everything else."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.record import CheckpointRecord, Recipe, SourceFile, portable_path, program_version

RECIPE = Recipe(
    format=3,
    prompt='sad jazz, "smoky" — 悲しい',
    take=1,
    takes=3,
    together=("happy rock", 'sad jazz, "smoky" — 悲しい'),
    place=1,
    seed=2**62,
    duration_s=8.0,
    guidance_scale=3.0,
    temperature=1.0,
    top_k=250,
    top_p=0.0,
    melody=SourceFile("~/hum.wav", "ab" * 32),
    melody_notes=None,
    melody_repeats=True,
    melody_similarity=0.61,
    continuation=None,
    checkpoint=CheckpointRecord("starter", "cd" * 32, "free to use for anything", "starter"),
    device="cpu",
    precision="int8",
    sound_format=SoundFormat.FLAC,
    sample_rate=32000,
    loudness_lufs=-14.0,
    compressor=False,
    program_version="0.1.0",
    created="2026-01-31T12:00:00+00:00",
    frames=256000,
    complete=True,
    licence="free to use for anything",
)


NOTES = Melody((Note(0.1, 1 / 3, 60.25), Note(0.5, 0.5, 64, velocity=1.0, confidence=0.5)), 1.0, tempo_bpm=96.5)


def _changed(**values: object) -> str:
    return json.dumps(json.loads(RECIPE.to_json()) | values)


@pytest.mark.parametrize(
    "recipe",
    [
        RECIPE,
        replace(RECIPE, loudness_lufs=None, melody=None, continuation=SourceFile("a.wav", "ef")),
        replace(RECIPE, melody=SourceFile("~/line.mid", "ab" * 32, track=2, channel=10), melody_repeats=False),
        replace(RECIPE, melody=None, melody_notes=NOTES),
    ],
)
def test_it_comes_back_as_it_was(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_a_record_of_the_first_format_is_understood() -> None:
    value = json.loads(RECIPE.to_json()) | {"format": 1, "melody": {"file": "a.wav", "sha256": "ab", "frames": None}}
    for later in ("melody_notes", "melody_repeats", "melody_similarity", "together", "place"):
        del value[later]
    recipe = Recipe.from_json(json.dumps(value))
    alone = replace(RECIPE, together=(RECIPE.prompt,), place=0)
    assert recipe == replace(alone, melody=SourceFile("a.wav", "ab"), melody_similarity=None)


def test_a_record_of_the_second_format_is_understood() -> None:
    value = json.loads(RECIPE.to_json()) | {"format": 2}
    del value["together"], value["place"]
    assert Recipe.from_json(json.dumps(value)) == replace(RECIPE, together=(RECIPE.prompt,), place=0)


def test_notes_that_came_from_no_file_are_in_the_request() -> None:
    request = replace(RECIPE, melody=None, melody_notes=NOTES, melody_repeats=False).request(None, None)
    assert request.melody == NOTES
    assert not request.melody_repeats


def test_a_whole_number_will_do_for_a_number() -> None:
    assert Recipe.from_json(_changed(duration_s=8)).duration_s == 8.0


def test_it_is_readable_text() -> None:
    assert "悲しい" in RECIPE.to_json()
    assert RECIPE.to_json().endswith("}\n")


@pytest.mark.parametrize("name", [field.name for field in fields(Recipe)])
def test_each_missing_key_is_named(name: str) -> None:
    value = json.loads(RECIPE.to_json())
    del value[name]
    with pytest.raises(UserProblem, match=f"lacks the key '{name}'"):
        Recipe.from_json(json.dumps(value))


@pytest.mark.parametrize("name", [field.name for field in fields(Recipe)])
def test_each_wrong_type_is_named(name: str) -> None:
    with pytest.raises(UserProblem, match=f"^The record of the clip cannot be used.*{name}"):
        Recipe.from_json(_changed(**{name: ["wrong"]}))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "blue"}, "unknown key 'colour'"),
        ({"melody": {"file": "a.wav"}}, "melody lacks the key 'sha256'"),
        (
            {"melody": {"file": "a.wav", "sha256": 1, "frames": None, "track": None, "channel": None}},
            "sha256 must be a text, got 1",
        ),
        ({"checkpoint": None}, "checkpoint must be an object, got None"),
        ({"seed": True}, "seed must be a whole number, got True"),
        ({"seed": 1.0}, "seed must be a whole number, got 1.0"),
        ({"compressor": 1}, "compressor must be true or false, got 1"),
        ({"duration_s": float("nan")}, "duration_s must be a number, got nan"),
        ({"duration_s": 10**400}, "duration_s must be a number"),
        ({"loudness_lufs": float("-inf")}, "loudness_lufs must be a number, got -inf"),
        ({"sound_format": "aiff"}, "sound_format must be one of wav16"),
        ({"take": 3}, "take must be 0 to 2, got 3"),
        ({"take": -1}, "take must be 0 to 2, got -1"),
        ({"format": 4}, "format is 4; this program knows 1 to 3"),
        ({"together": ["happy rock"]}, "together must hold the prompt at place 1"),
        ({"together": []}, "together must hold the prompt at place 1"),
        ({"place": 0}, "together must hold the prompt at place 0"),
        ({"place": -1}, "together must hold the prompt at place -1"),
        ({"melody_notes": {"notes": {}, "duration_s": 1.0, "tempo_bpm": None}}, "notes must be a list"),
        ({"melody_notes": {"notes": [5], "duration_s": 1.0, "tempo_bpm": None}}, "notes 1 must be an object, got 5"),
        ({"melody_notes": {"notes": [], "duration_s": -1.0, "tempo_bpm": None}}, "duration_s must be 0"),
    ],
)
def test_what_is_wrong_is_said(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UserProblem, match="cannot be used") as caught:
        Recipe.from_json(_changed(**values))
    assert said in caught.value.why


@pytest.mark.parametrize("text", ["", "{", "5", "[]", "null", "[" * 100_000])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(UserProblem, match="cannot be used"):
        Recipe.from_json(text)


def test_a_file_is_named_when_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "clip.json"
    with pytest.raises(UserProblem, match=r"clip\.json: No such file"):
        Recipe.read(file)
    file.write_text(_changed(take="x"))
    with pytest.raises(UserProblem, match=r"clip\.json: take must be a whole number"):
        Recipe.read(file)
    file.write_bytes(b"RIFF\xff\xfe")
    with pytest.raises(UserProblem, match=r"clip\.json is not a text file"):
        Recipe.read(file)


def test_a_file_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "clip.json"
    file.write_text(RECIPE.to_json(), encoding="utf-8")
    assert Recipe.read(file) == RECIPE


def test_its_request_is_the_whole_batch() -> None:
    request = RECIPE.request(None, None)
    assert (request.prompts, request.takes, request.seed) == (("happy rock", RECIPE.prompt), 3, 2**62)
    assert request.groups() == [[0, 1]]


def test_a_path_does_not_tell_who_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path.resolve() / "home")
    assert portable_path(tmp_path / "home" / "songs" / "a.wav") == "~/songs/a.wav"
    assert portable_path(tmp_path / "a.wav") == (tmp_path / "a.wav").resolve().as_posix()


def test_the_version_is_known() -> None:
    assert program_version()[0].isdigit()
