"""From an order to clips on disk, with a fake engine."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path
from threading import Event
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.loudness import integrated_lufs, true_peak_db
from musicgen_studio.dsp.resample import resample
from musicgen_studio.dsp.tones import tones
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat, read
from musicgen_studio.studio.making.make import (
    Order,
    Progress,
    SavedClip,
    clip_name,
    generate,
    make_clips,
    melody_similarity,
)
from musicgen_studio.studio.making.record import Recipe, program_version
from tests.dsp.melodies import written
from tests.fake_engine import FakeEngine
from tests.studio.conftest import CHECKPOINT, OrderMaker


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _tone(duration_s: float) -> Audio:
    samples = 0.1 * np.sin(np.arange(round(32000 * duration_s)) / 10)
    return Audio(samples.astype(np.float32)[:, None], 32000)


def _stop_at(step: int, stop: Event) -> Callable[[int], None]:
    return lambda made: stop.set() if made == step else None


# --- what is written ---


def test_each_prompt_and_take_becomes_a_clip_and_its_record(tmp_path: Path, make_order: OrderMaker) -> None:
    clips = generate(FakeEngine(), make_order(("happy rock", "sad jazz"), takes=2), Event())
    stems = ["happy-rock-7-take1", "happy-rock-7-take2", "sad-jazz-7-take1", "sad-jazz-7-take2"]
    assert [clip.sound_file.stem for clip in clips] == stems
    assert _names(tmp_path) == sorted(f"{stem}{ending}" for stem in stems for ending in (".wav", ".json"))
    for clip in clips:
        assert Recipe.read(clip.recipe_file) == clip.recipe
        assert read(clip.sound_file).frames == clip.recipe.frames == 64000
        assert clip.duration_s == 2.0


def test_the_sound_is_the_engines_blocks_joined(make_order: OrderMaker) -> None:
    order = make_order()
    (clip,) = generate(FakeEngine(), order, Event())
    blocks = [block.audio.samples for block in FakeEngine().stream(order.request, Event())]
    np.testing.assert_array_equal(read(clip.sound_file).samples, np.concatenate(blocks))


def test_the_record_says_what_made_the_clip(make_order: OrderMaker) -> None:
    order = make_order(takes=3, loudness_lufs=-14.0, compressor=True)
    recipe = generate(FakeEngine(), order, Event())[2].recipe
    assert (recipe.prompt, recipe.take, recipe.takes, recipe.seed) == ("happy rock", 2, 3, 7)
    assert (recipe.checkpoint, recipe.licence) == (CHECKPOINT, CHECKPOINT.licence)
    assert (recipe.device, recipe.precision, recipe.program_version) == ("cpu", "float32", program_version())
    assert (recipe.loudness_lufs, recipe.compressor, recipe.complete) == (-14.0, True, True)
    assert recipe.created.endswith("+00:00")


def test_rate_and_loudness_are_those_ordered(make_order: OrderMaker) -> None:
    (clip,) = generate(FakeEngine(channels=2), make_order(sample_rate=48000, loudness_lufs=-20.0), Event())
    audio = read(clip.sound_file)
    assert (audio.sample_rate, audio.channels, clip.recipe.sample_rate) == (48000, 2, 48000)
    assert integrated_lufs(audio) == pytest.approx(-20.0, abs=0.1)
    assert clip.duration_s == pytest.approx(2.0)


def test_the_promised_peak_holds_after_a_change_of_rate(make_order: OrderMaker) -> None:
    (clip,) = generate(FakeEngine(), make_order(sample_rate=44100, loudness_lufs=0.0), Event())
    assert true_peak_db(read(clip.sound_file)) <= -0.99


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_every_format_can_be_ordered(make_order: OrderMaker, sound_format: SoundFormat) -> None:
    (clip,) = generate(FakeEngine(), make_order(sound_format=sound_format), Event())
    assert clip.sound_file.suffix == sound_format.extension
    assert read(clip.sound_file).duration_s == pytest.approx(2.0, abs=0.1)


def test_nothing_is_ever_overwritten(tmp_path: Path, make_order: OrderMaker) -> None:
    for _ in range(2):
        generate(FakeEngine(), make_order(), Event())
    (flac,) = generate(FakeEngine(), make_order(sound_format=SoundFormat.FLAC), Event())
    assert flac.sound_file.name == "happy-rock-7-3.flac"  # its record would else replace another's
    assert [name for name in _names(tmp_path) if name.endswith(".json")] == [
        "happy-rock-7-2.json",
        "happy-rock-7-3.json",
        "happy-rock-7.json",
    ]


def test_one_clip_of_a_batch_can_be_kept(tmp_path: Path, make_order: OrderMaker) -> None:
    whole = generate(FakeEngine(), make_order(("a", "b"), takes=3, together=2), Event())
    heard = _Recorder()
    order = make_order(("a", "b"), takes=3, together=2, only=(1, 1))
    (kept,) = generate(FakeEngine(), order, Event(), player=heard)
    assert (kept.recipe.prompt, kept.recipe.take, kept.recipe.takes) == ("b", 1, 3)
    assert (kept.recipe.together, kept.recipe.place) == (("a", "b"), 1)
    kept_samples = read(kept.sound_file).samples
    alike = next(clip for clip in whole if (clip.recipe.prompt, clip.recipe.take) == ("b", 1))
    np.testing.assert_array_equal(kept_samples, read(alike.sound_file).samples)
    np.testing.assert_array_equal(heard.samples, kept_samples)
    assert len(_names(tmp_path)) == 14


class _Recorder:
    """A player that keeps what it was given."""

    def __init__(self) -> None:
        self._blocks: list[Samples] = []

    def write(self, audio: Audio) -> None:
        self._blocks.append(audio.samples)

    @property
    def samples(self) -> Samples:
        return np.concatenate(self._blocks)


def test_the_player_hears_the_first_take_of_every_prompt(make_order: OrderMaker) -> None:
    heard = _Recorder()
    clips = generate(FakeEngine(), make_order(("a", "b"), takes=2), Event(), player=heard)
    firsts = [read(clip.sound_file).samples for clip in clips if clip.recipe.take == 0]
    np.testing.assert_array_equal(heard.samples, np.concatenate(firsts))


def test_of_prompts_made_together_the_player_hears_the_first(make_order: OrderMaker) -> None:
    heard = _Recorder()
    clips = generate(FakeEngine(), make_order(("a", "b", "c"), together=2), Event(), player=heard)
    firsts = [read(clip.sound_file).samples for clip in clips if clip.recipe.prompt in "ac"]
    np.testing.assert_array_equal(heard.samples, np.concatenate(firsts))


# --- when it is cut short ---


def test_a_clip_is_on_disk_as_soon_as_it_is_complete(tmp_path: Path, make_order: OrderMaker) -> None:
    events = make_clips(FakeEngine(), make_order(("a", "b")), Event())
    first = next(event for event in events if isinstance(event, SavedClip))
    assert _names(tmp_path) == ["a-7.json", "a-7.wav"]
    assert first.recipe.complete
    assert len([event for event in events if isinstance(event, SavedClip)]) == 1


def test_a_stop_keeps_what_was_made(tmp_path: Path, make_order: OrderMaker) -> None:
    stop = Event()
    clips = generate(FakeEngine(before_block=_stop_at(6, stop)), make_order(("a", "b", "c"), takes=2), stop)
    made = [(clip.recipe.prompt, clip.recipe.complete, clip.duration_s) for clip in clips]
    assert made == [("a", True, 2.0), ("a", True, 2.0), ("b", False, 1.0), ("b", False, 1.0)]
    assert len(_names(tmp_path)) == 8
    assert not Recipe.read(clips[-1].recipe_file).complete


def test_a_stop_before_the_first_block_leaves_nothing(tmp_path: Path, make_order: OrderMaker) -> None:
    stop = Event()
    stop.set()
    assert generate(FakeEngine(), make_order(), stop) == []
    assert _names(tmp_path) == []


def test_a_fault_keeps_what_was_made(tmp_path: Path, make_order: OrderMaker) -> None:
    def fail(made: int) -> None:
        if made == 3:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        generate(FakeEngine(before_block=fail), make_order(), Event())
    recipe = Recipe.read(tmp_path / "happy-rock-7.json")
    assert (recipe.complete, recipe.frames) == (False, 48000)


def test_a_full_disk_is_told(tmp_path: Path, make_order: OrderMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserProblem, match="is full"):
        generate(FakeEngine(), make_order(), Event())
    assert _names(tmp_path) == []


def test_how_far_a_clip_follows_its_melody_is_measured_on_the_new_music_alone() -> None:
    melody = written("A4 C5 E4 G4", 1.0)
    opening, followed = tones(written("D4:2", 1.0), 32000), tones(melody, 48000)
    request = GenerationRequest(("",), 4.0, melody=melody, continuation=opening)
    before = resample(opening, 48000)
    whole = Audio(np.concatenate([before.samples, followed.samples]), 48000)
    assert (melody_similarity(request, whole) or 0) > 0.9
    assert (melody_similarity(replace(request, continuation=None), whole) or 0) < 0.6
    assert melody_similarity(replace(request, melody=None), whole) is None
    assert melody_similarity(request, before) is None


def test_the_record_holds_notes_that_came_from_no_file(make_order: OrderMaker) -> None:
    order = make_order()
    notes = written("A4 C5", 1.0)
    order = replace(order, request=replace(order.request, melody=notes, melody_repeats=False))
    (clip,) = generate(FakeEngine(), order, Event())
    recipe = Recipe.read(clip.recipe_file)
    assert (recipe.melody, recipe.melody_notes, recipe.melody_repeats) == (None, notes, False)
    again = replace(order, request=recipe.request(None, None))
    assert np.array_equal(
        read(generate(FakeEngine(), again, Event())[0].sound_file).samples, read(clip.sound_file).samples
    )


def test_a_refused_melody_writes_nothing(tmp_path: Path, make_order: OrderMaker) -> None:
    order = make_order()
    order = replace(order, request=replace(order.request, melody=_tone(1.0)))
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        generate(FakeEngine(follows_melody=False), order, Event())
    assert _names(tmp_path) == []


# --- how far it is ---


def _progress(order: Order, clock: Callable[[], float]) -> list[Progress]:
    return [event for event in make_clips(FakeEngine(), order, Event(), clock=clock) if isinstance(event, Progress)]


def test_progress_counts_over_all_prompts_and_takes(make_order: OrderMaker) -> None:
    seconds = count(0.0, 1.0)  # half a second of music each second
    told = _progress(make_order(("a", "b"), takes=2), lambda: next(seconds))
    assert len(told) == 16
    assert all(later.made_s == earlier.made_s + 0.5 for earlier, later in pairwise(told))
    assert told[3] == Progress(prompt=0, prompts=2, made_s=2.0, wanted_s=8.0, elapsed_s=4.0, speed=0.5, left_s=12.0)
    assert (told[-1].prompt, told[-1].made_s, told[-1].left_s) == (1, 8.0, 0.0)


def test_progress_does_not_count_what_is_continued(make_order: OrderMaker) -> None:
    order = make_order()
    order = replace(order, request=replace(order.request, continuation=_tone(1.25)))
    seconds = count(0.0, 1.0)
    told = _progress(order, lambda: next(seconds))
    assert [one.made_s for one in told] == pytest.approx([0.0, 0.0, 0.25, 0.75, 1.25, 1.75, 2.0])
    assert (told[0].speed, told[0].left_s) == (0.0, None)
    assert told[-1].wanted_s == 2.0


def test_progress_is_handed_to_the_caller(make_order: OrderMaker) -> None:
    told: list[Progress] = []
    generate(FakeEngine(), make_order(), Event(), told.append)
    assert [one.made_s for one in told] == [0.5, 1.0, 1.5, 2.0]


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
