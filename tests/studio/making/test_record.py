"""The record of a clip: there and back, and strict about everything else."""

import json
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.plan import Grid
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat
from musicgen_studio.studio.making.order import (
    CheckpointRecord,
    LaterPassage,
    Order,
    Sounds,
    SourceFile,
    portable_path,
)
from musicgen_studio.studio.making.record import Record, made_from_s, melody_similarity, program_version

ORDER = Order(
    prompts=("happy rock", 'sad jazz, "smoky" — 悲しい'),
    duration_s=8.0,
    takes=3,
    seed=2**62,
    together=2,
    guidance_scale=3.0,
    temperature=1.0,
    top_k=250,
    top_p=0.0,
    melody=SourceFile("~/hum.wav", "ab" * 32),
    finish=FinishSettings(SoundFormat.FLAC, 32000, -14.0),
)
RECORD = Record(
    format=7,
    order=ORDER,
    prompt=ORDER.prompts[1],
    place=1,
    take=1,
    melody_similarity=0.61,
    fit=-4.5,
    ending=Ending(4, 3, 2, is_own=True, late_beats=-0.01, chord_share=0.6),
    checkpoint=CheckpointRecord("starter", "cd" * 32, "free to use for anything", "starter"),
    device="cpu",
    precision="int8",
    sample_rate=32000,
    frames=256000,
    gain_db=-1.5,
    limited_db=2.25,
    complete=True,
    program_version="0.1.0",
    created="2026-01-31T12:00:00+00:00",
    licence="free to use for anything",
)


NOTES = Melody((Note(0.1, 1 / 3, 60.25), Note(0.5, 0.5, 64, velocity=1.0, confidence=0.5)), 1.0, tempo_bpm=96.5)
PASSAGES = (
    LaterPassage(2.0, "calm", 0.5, melody_notes=NOTES),
    LaterPassage(4.0, "wild", melody=SourceFile("c.wav", "12")),
)
OLD = Path(__file__).parent / "old" / "format3.json"


def _changed(**values: object) -> str:
    """Return the record's text with other values; those of the order are `order_…`, of its finish `finish_…`."""
    value = json.loads(RECORD.to_json())
    for name, held in values.items():
        part, _, rest = name.partition("_")
        if part == "order":
            value["order"][rest] = held
        elif part == "finish":
            value["order"]["finish"][rest] = held
        else:
            value[name] = held
    return json.dumps(value)


def _with(**values: object) -> Record:
    return replace(RECORD, order=replace(ORDER, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        _with(finish=FinishSettings(), melody=None, continuation=SourceFile("a.wav", "ef")),
        _with(melody=SourceFile("~/line.mid", "ab" * 32, track=2, channel=10), melody_repeats=False),
        _with(melody=None, melody_notes=NOTES),
        _with(after=SourceFile("b.wav", "ef", 100), passages=PASSAGES, grid=Grid(96.5, 3)),
    ],
)
def test_it_comes_back_as_it_was(record: Record) -> None:
    assert Record.from_json(record.to_json()) == record


def test_an_order_becomes_a_request_with_its_passages_and_what_stands_after() -> None:
    order = replace(ORDER, melody=None, passages=PASSAGES, after=SourceFile("b.wav", "ef"))
    hum, after = (Audio(np.full((100, 1), level, np.float32), 100) for level in (0.1, 0.2))
    request = order.request(Sounds(after=after, passages=(None, hum)))
    assert request.after is after
    assert request.passages == (Passage(2.0, "calm", NOTES, 0.5), Passage(4.0, "wild", hum, 0.0))


def test_notes_that_came_from_no_file_are_in_the_request() -> None:
    request = replace(ORDER, melody=None, melody_notes=NOTES, melody_repeats=False).request(Sounds())
    assert request.melody == NOTES
    assert not request.melody_repeats


def test_a_whole_number_will_do_for_a_number() -> None:
    assert Record.from_json(_changed(order_duration_s=8)).order.duration_s == 8.0


def test_it_is_readable_text() -> None:
    assert "悲しい" in RECORD.to_json()
    assert RECORD.to_json().endswith("}\n")


@pytest.mark.parametrize("name", [field.name for field in fields(Record)])
def test_each_missing_key_is_named(name: str) -> None:
    value = json.loads(RECORD.to_json())
    del value[name]
    with pytest.raises(UserProblem, match=f"lacks the key '{name}'"):
        Record.from_json(json.dumps(value))


@pytest.mark.parametrize("name", [field.name for field in fields(Record)])
def test_each_wrong_type_is_named(name: str) -> None:
    with pytest.raises(UserProblem, match=f"^The record of the clip cannot be used.*{name}"):
        Record.from_json(_changed(**{name: ["wrong"]}))


@pytest.mark.parametrize("name", [field.name for field in fields(Order)])
def test_each_missing_key_of_the_order_is_named(name: str) -> None:
    value = json.loads(RECORD.to_json())
    del value["order"][name]
    with pytest.raises(UserProblem, match=f"lacks the key '{name}'"):
        Record.from_json(json.dumps(value))


@pytest.mark.parametrize("name", ["seed", "together", "sample_rate", "melody", "frames"])
def test_each_missing_key_of_an_old_record_is_named(name: str) -> None:
    value = json.loads(OLD.read_text())
    del value[name]
    with pytest.raises(UserProblem, match=f"lacks the key '{name}'"):
        Record.from_json(json.dumps(value))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "blue"}, "unknown key 'colour'"),
        ({"order_melody": {"file": "a.wav"}}, "melody lacks the key 'sha256'"),
        (
            {
                "order_melody": {"file": "a.wav", "sha256": 1}
                | dict.fromkeys(("frames", "track", "channel", "separator"))
                | {"first": 0}
            },
            "sha256 must be a text, got 1",
        ),
        ({"checkpoint": None}, "checkpoint must be an object, got None"),
        ({"order_seed": True}, "seed must be a whole number, got True"),
        ({"order_seed": 1.0}, "seed must be a whole number, got 1.0"),
        ({"finish_compressor": 1}, "compressor must be true or false, got 1"),
        ({"order_duration_s": float("nan")}, "duration_s must be a number, got nan"),
        ({"order_duration_s": 10**400}, "duration_s must be a number"),
        ({"finish_loudness_lufs": float("-inf")}, "loudness_lufs must be a number, got -inf"),
        ({"finish_sound_format": "aiff"}, "sound_format must be one of wav16"),
        ({"take": 3}, "take must be 0 to 2, got 3"),
        ({"take": -1}, "take must be 0 to 2, got -1"),
        ({"format": 8}, "format is 8; this program knows 1 to 7"),
        ({"order_prompts": ["happy rock"]}, "order must hold the prompt at place 1"),
        ({"order_prompts": []}, "order must hold the prompt at place 1"),
        ({"place": 0}, "order must hold the prompt at place 0"),
        ({"place": -1}, "order must hold the prompt at place -1"),
        ({"order_melody_notes": {"notes": {}, "duration_s": 1.0, "tempo_bpm": None}}, "notes must be a list"),
        (
            {"order_melody_notes": {"notes": [5], "duration_s": 1.0, "tempo_bpm": None}},
            "notes 1 must be an object",
        ),
        ({"order_melody_notes": {"notes": [], "duration_s": -1.0, "tempo_bpm": None}}, "duration_s must be 0"),
    ],
)
def test_what_is_wrong_is_said(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UserProblem, match="cannot be used") as caught:
        Record.from_json(_changed(**values))
    assert said in caught.value.why


@pytest.mark.parametrize("text", ["", "{", "5", "[]", "null", "[" * 100_000])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(UserProblem, match="cannot be used"):
        Record.from_json(text)


def test_a_file_is_named_when_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "clip.json"
    with pytest.raises(UserProblem, match=r"clip\.json: No such file"):
        Record.read(file)
    file.write_text(_changed(take="x"))
    with pytest.raises(UserProblem, match=r"clip\.json: take must be a whole number"):
        Record.read(file)
    file.write_bytes(b"RIFF\xff\xfe")
    with pytest.raises(UserProblem, match=r"clip\.json is not a text file"):
        Record.read(file)


def test_a_file_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "clip.json"
    file.write_text(RECORD.to_json(), encoding="utf-8")
    assert Record.read(file) == RECORD


def test_its_request_is_the_whole_batch() -> None:
    request = ORDER.request(Sounds())
    assert (request.prompts, request.takes, request.seed) == (("happy rock", RECORD.prompt), 3, 2**62)
    assert request.groups() == [[0, 1]]


def test_a_path_does_not_tell_who_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path.resolve() / "home")
    assert portable_path(tmp_path / "home" / "songs" / "a.wav") == "~/songs/a.wav"
    assert portable_path(tmp_path / "a.wav") == (tmp_path / "a.wav").resolve().as_posix()


@pytest.mark.skipif(sys.platform == "win32", reason="a link wants rights there that not everybody has")
def test_a_path_does_not_tell_it_either_where_a_link_leads_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "var", target_is_directory=True)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert portable_path(tmp_path / "home" / "songs" / "a.wav") == "~/songs/a.wav"


def test_the_version_is_known() -> None:
    assert program_version()[0].isdigit()


def test_nothing_is_said_of_following_a_melody_that_carries_nothing() -> None:
    made = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, (32000, 1)).astype(np.float32), 32000)
    for melody, is_known in ((made, True), (Audio(made.samples * 0, 32000), False)):
        request = GenerationRequest(("happy rock",), 1.0, melody=melody)
        assert (melody_similarity(request, made) is not None) is is_known


def test_a_file_whose_name_is_no_text_survives_the_record(tmp_path: Path) -> None:
    name = "n\udce4me.m4a"  # as Linux gives bytes that are no UTF-8
    record = replace(RECORD, order=replace(ORDER, melody=SourceFile(name, "0" * 64)))
    (tmp_path / "clip.json").write_text(record.to_json(), encoding="utf-8")
    again = Record.from_json((tmp_path / "clip.json").read_text(encoding="utf-8"))
    assert again.order.melody is not None
    assert again.order.melody.file == name


def test_where_new_music_begins_is_known_of_a_clip_that_ends_early() -> None:
    early = replace(RECORD, frames=round(9.5 * 32000), ending=Ending(1, 1, 1, is_own=True, early_s=1.25))
    assert made_from_s(early) == pytest.approx(2.75)  # 9.5 and 1.25 less the 8 that were ordered
    assert made_from_s(replace(early, ending=None)) == pytest.approx(1.5)
    assert Record.from_json(early.to_json()) == early
