"""From an order to clips on disk, with a fake engine."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.dsp.true_peak import true_peak_db
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.studio.making.make import make
from musicgen_studio.studio.making.order import Sounds
from musicgen_studio.studio.making.record import Record, program_version
from musicgen_studio.studio.making.sinks.folder import LEFT_S, Folder, SavedClip, clip_name
from tests.dsp.melodies import written
from tests.fake_engine import FakeEngine
from tests.studio.conftest import CHECKPOINT, OrderMaker, made

WAV32F = SoundFormat.WAV32F


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _tone(duration_s: float) -> Audio:
    samples = 0.1 * np.sin(np.arange(round(32000 * duration_s)) / 10)
    return Audio(samples.astype(np.float32)[:, None], 32000)


def _stop_at(step: int, stop: Event) -> Callable[[int], None]:
    return lambda made: stop.set() if made == step else None


# --- what is written ---


def test_each_prompt_and_take_becomes_a_clip_and_its_record(tmp_path: Path, make_order: OrderMaker) -> None:
    clips = made(FakeEngine(), make_order(("happy rock", "sad jazz"), takes=2), tmp_path)
    stems = ["happy-rock-7-take1", "happy-rock-7-take2", "sad-jazz-7-take1", "sad-jazz-7-take2"]
    assert [clip.sound_file.stem for clip in clips] == stems
    assert _names(tmp_path) == sorted(f"{stem}{ending}" for stem in stems for ending in (".wav", ".json"))
    for clip in clips:
        assert Record.read(clip.record_file) == clip.record
        assert read(clip.sound_file).frames == clip.record.frames == 64000
        assert clip.duration_s == 2.0


def test_the_sound_is_the_engines_blocks_joined(tmp_path: Path, make_order: OrderMaker) -> None:
    order = make_order()
    (clip,) = made(FakeEngine(), order, tmp_path)
    blocks = [block.audio.samples for block in FakeEngine().stream(order.request(Sounds()), Event())]
    np.testing.assert_array_equal(read(clip.sound_file).samples, np.concatenate(blocks))


def test_the_record_says_what_made_the_clip(tmp_path: Path, make_order: OrderMaker) -> None:
    order = make_order(takes=3, finish=FinishSettings(loudness_lufs=-14.0, compressor=True))
    record = made(FakeEngine(), order, tmp_path)[2].record
    assert (record.prompt, record.take, record.order.takes, record.order.seed) == ("happy rock", 2, 3, 7)
    assert (record.checkpoint, record.licence) == (CHECKPOINT, CHECKPOINT.licence)
    assert (record.device, record.precision, record.program_version) == ("cpu", "float32", program_version())
    assert (record.order.finish.loudness_lufs, record.order.finish.compressor, record.complete) == (-14.0, True, True)
    assert record.created.endswith("+00:00")


def test_rate_and_loudness_are_those_ordered(tmp_path: Path, make_order: OrderMaker) -> None:
    (clip,) = made(FakeEngine(channels=2), make_order(finish=FinishSettings(WAV32F, 48000, -20.0)), tmp_path)
    audio = read(clip.sound_file)
    assert (audio.sample_rate, audio.channels, clip.record.sample_rate) == (48000, 2, 48000)
    assert integrated_lufs(audio) == pytest.approx(-20.0, abs=0.1)
    assert clip.duration_s == pytest.approx(2.0)


def test_the_promised_peak_holds_after_a_change_of_rate(tmp_path: Path, make_order: OrderMaker) -> None:
    (clip,) = made(FakeEngine(), make_order(finish=FinishSettings(WAV32F, 44100, 0.0)), tmp_path)
    assert true_peak_db(read(clip.sound_file)) <= -0.99


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_every_format_can_be_ordered(tmp_path: Path, make_order: OrderMaker, sound_format: SoundFormat) -> None:
    (clip,) = made(FakeEngine(), make_order(finish=FinishSettings(sound_format)), tmp_path)
    assert clip.sound_file.suffix == sound_format.extension
    assert read(clip.sound_file).duration_s == pytest.approx(2.0, abs=0.1)


def test_nothing_is_ever_overwritten(tmp_path: Path, make_order: OrderMaker) -> None:
    for _ in range(2):
        made(FakeEngine(), make_order(), tmp_path)
    (flac,) = made(FakeEngine(), make_order(finish=FinishSettings(SoundFormat.FLAC)), tmp_path)
    assert flac.sound_file.name == "happy-rock-7-3.flac"  # its record would else replace another's
    assert [name for name in _names(tmp_path) if name.endswith(".json")] == [
        "happy-rock-7-2.json",
        "happy-rock-7-3.json",
        "happy-rock-7.json",
    ]


def test_another_program_that_makes_the_same_meanwhile_overwrites_nothing(
    tmp_path: Path, make_order: OrderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "musicgen_studio.studio.making.sinks.folder.write"

    def write_late(*values: Any, **named: Any) -> None:
        monkeypatch.setattr(place, write)
        made(FakeEngine(), make_order(), tmp_path)  # it begins and ends before this one writes
        write(*values, **named)

    monkeypatch.setattr(place, write_late)
    (clip,) = made(FakeEngine(), make_order(finish=FinishSettings(SoundFormat.WAV24)), tmp_path)
    assert _names(tmp_path) == [f"happy-rock-7{number}.{kind}" for number in ("-2", "") for kind in ("json", "wav")]
    assert Record.read(clip.record_file) == clip.record


def test_a_name_that_a_killed_program_was_writing_is_free_again(tmp_path: Path, make_order: OrderMaker) -> None:
    claim = tmp_path / ".happy-rock-7.part"
    claim.touch()
    made(FakeEngine(), make_order(), tmp_path)
    assert (tmp_path / "happy-rock-7-2.wav").exists(), "another program may be writing it"
    begun_s = claim.stat().st_mtime - LEFT_S - 1
    os.utime(claim, (begun_s, begun_s))
    made(FakeEngine(), make_order(), tmp_path)
    assert (tmp_path / "happy-rock-7.wav").exists()
    assert not claim.exists()


# --- when it is cut short ---


def test_a_clip_is_on_disk_as_soon_as_it_is_complete(tmp_path: Path, make_order: OrderMaker) -> None:
    on_disk: list[tuple[list[str], bool]] = []
    order = make_order(("a", "b"))

    def look(clip: SavedClip) -> None:
        on_disk.append((_names(tmp_path), clip.record.complete))

    make(FakeEngine(), order.request(Sounds()), Event(), [Folder(tmp_path, order, CHECKPOINT, look)])
    assert on_disk == [
        (["a-7.json", "a-7.wav"], True),
        (["a-7.json", "a-7.wav", "b-7.json", "b-7.wav"], True),
    ]


def test_a_stop_keeps_what_was_made(tmp_path: Path, make_order: OrderMaker) -> None:
    stop = Event()
    clips = made(FakeEngine(before_block=_stop_at(6, stop)), make_order(("a", "b", "c"), takes=2), tmp_path, stop=stop)
    kept = [(clip.record.prompt, clip.record.complete, clip.duration_s) for clip in clips]
    assert kept == [("a", True, 2.0), ("a", True, 2.0), ("b", False, 1.0), ("b", False, 1.0)]
    assert len(_names(tmp_path)) == 8
    assert not Record.read(clips[-1].record_file).complete


def test_a_stop_before_the_first_block_leaves_nothing(tmp_path: Path, make_order: OrderMaker) -> None:
    stop = Event()
    stop.set()
    assert made(FakeEngine(), make_order(), tmp_path, stop=stop) == []
    assert _names(tmp_path) == []


def test_a_fault_keeps_what_was_made(tmp_path: Path, make_order: OrderMaker) -> None:
    def fail(made: int) -> None:
        if made == 3:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        made(FakeEngine(before_block=fail), make_order(), tmp_path)
    record = Record.read(tmp_path / "happy-rock-7.json")
    assert (record.complete, record.frames) == (False, 48000)


def test_a_full_disk_is_told(tmp_path: Path, make_order: OrderMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserProblem, match="is full"):
        made(FakeEngine(), make_order(), tmp_path)
    assert _names(tmp_path) == []


def test_the_record_holds_notes_that_came_from_no_file(tmp_path: Path, make_order: OrderMaker) -> None:
    notes = written("A4 C5", 1.0)
    order = make_order(melody_notes=notes, melody_repeats=False)
    (clip,) = made(FakeEngine(), order, tmp_path)
    record = Record.read(clip.record_file)
    assert (record.order.melody, record.order.melody_notes, record.order.melody_repeats) == (None, notes, False)
    again = record.order
    assert np.array_equal(
        read(made(FakeEngine(), again, tmp_path)[0].sound_file).samples, read(clip.sound_file).samples
    )


def test_a_refused_melody_writes_nothing(tmp_path: Path, make_order: OrderMaker) -> None:
    order, sounds = make_order(), Sounds(melody=_tone(1.0))
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        made(FakeEngine(follows_melody=False), order, tmp_path, sounds=sounds)
    assert _names(tmp_path) == []


# --- names ---


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("happy rock", "happy-rock-7"),
        ("  Lo-Fi,   90 BPM!  ", "lo-fi-90-bpm-7"),
        ("don't stop", "dont-stop-7"),
        ("../../etc/passwd", "etc-passwd-7"),
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j-7"),
        ("tab\there\x00and\nthere", "tab-here-and-there-7"),
        ("CON", "con-7"),
        ("", "untitled-7"),
        ("???", "untitled-7"),
        ("悲しい ジャズ", "悲しい-ジャズ-7"),
        ("cafe\u0301", "caf\u00e9-7"),
        ("x" * 200, "x" * 60 + "-7"),
        (("word " * 30), "-".join(["word"] * 12) + "-7"),
    ],
)
def test_a_clip_is_named_after_its_prompt_and_seed(prompt: str, expected: str) -> None:
    assert clip_name(prompt, seed=7, take=0, takes=1) == expected


def test_takes_are_counted_from_one() -> None:
    assert clip_name("a", seed=0, take=0, takes=16) == "a-0-take1"
    assert clip_name("a", seed=0, take=15, takes=16) == "a-0-take16"


@given(st.text(max_size=300))
def test_a_name_is_safe_on_every_system(prompt: str) -> None:
    name = clip_name(prompt, seed=2**63, take=15, takes=16)
    assert not set(name) & set('/\\:*?"<>|. \0')
    assert name.isprintable()
    assert name == normalize("NFC", name)
    assert len(name.encode()) <= 200  # of 255, for "-1000", the ending, and the marks of a temporary file
    assert name.partition("-")[2]  # never bare, so never a name that Windows reserves
