"""Edited clips in a real library: new versions with their lineage, the originals as they were."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core import beats_edited
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.marks import Mark
from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.dsp.true_peak import true_peak_db
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.library.changing import known_edit
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.editing import (
    Change,
    SoundEdit,
    edit_clip,
    join_clips,
    part_for,
    split_clip,
)
from musicgen_studio.studio.arranging.marking import keep_marks, marks_of
from musicgen_studio.studio.program.background import Errand
from tests.library.samples import RATE, add, noise

BEAT_S = 0.5
MAP = TempoMap.constant(120.0, 8.0, confidence=0.9)
KNOWN = Analysis(MAP, 0.9, key=Key(9, is_minor=True, strength=0.9), lufs=-14.0)


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with Library(tmp_path / "library") as library:
        yield library


@pytest.fixture
def errand() -> Errand:
    return Errand(1, "edit", Event(), lambda: 0.0)


def song(library: Library, seconds: float = 8.0, **values: Any) -> Clip:
    plain: dict[str, Any] = {
        "title": "Happy rock · take 2",
        "prompt": "happy rock",
        "checkpoint": "starter",
        "recipe": "{}",
    }
    values = plain | {"licence": "CC0", "channels": 2, "is_starred": True, "tags": ("rock",)} | values
    clip = add(library, frames=round(seconds * RATE), **values)
    return library.edit(clip.id, **known_edit(KNOWN))


def frames(seconds: float) -> int:
    return round(seconds * RATE)


@pytest.mark.parametrize("change", list(Change))
def test_each_edit_is_a_new_version_and_the_original_stays(library: Library, errand: Errand, change: Change) -> None:
    clip = song(library)
    file = library.sound_file(clip.id)
    content = file.read_bytes()
    edit = SoundEdit(change, frames(2), frames(4), gain_db=-6.0 if change is Change.GAIN else 0.0)
    new = edit_clip(library, clip, edit, errand)
    assert (library.get(clip.id), file.read_bytes()) == (clip, content)
    assert (new.parent, new.origin, new.title) == (clip.id, Origin.EDITED, f"Happy rock · take 2 · {change}")
    assert (new.prompt, new.licence, new.checkpoint, new.tags) == ("happy rock", "CC0", "starter", ("rock",))
    assert (new.seed, new.recipe, new.is_starred) == (None, "", False), "its settings would make another sound"
    assert (new.sample_rate, new.channels) == (clip.sample_rate, clip.channels)
    assert library.get(new.id) == new
    before, after = library.read(clip.id).samples, library.read(new.id).samples
    assert new.frames == len(after)
    if change is Change.TRIM:
        assert np.array_equal(after, before[frames(2) : frames(4)])
    else:
        seam = frames(0.003)
        assert np.array_equal(after[: frames(2) - seam], before[: frames(2) - seam])
        behind = len(before) - frames(4) - seam
        assert np.array_equal(after[-behind:], before[-behind:])
        assert not np.array_equal(after, before)


def test_a_normalised_clip_peaks_at_minus_one(library: Library, errand: Errand) -> None:
    clip = song(library)
    new = edit_clip(library, clip, SoundEdit(Change.NORMALISE, 0, clip.frames), errand)
    assert true_peak_db(library.read(new.id)) == pytest.approx(-1.0, abs=0.01)


def test_silence_is_not_normalised(library: Library, errand: Errand) -> None:
    clip = song(library)
    silent = edit_clip(library, clip, SoundEdit(Change.SILENCE, 0, clip.frames), errand)
    with pytest.raises(UserProblem, match="silent"):
        edit_clip(library, silent, SoundEdit(Change.NORMALISE, 0, clip.frames), errand)


def test_the_mark_of_an_edit_takes_the_place_of_the_one_before(library: Library, errand: Errand) -> None:
    clip = song(library)
    trimmed = edit_clip(library, clip, SoundEdit(Change.TRIM, 0, frames(4)), errand)
    faded = edit_clip(library, trimmed, SoundEdit(Change.FADE_OUT, frames(3), frames(4)), errand)
    assert (faded.title, faded.parent) == ("Happy rock · take 2 · faded out", trimmed.id)
    (part, _) = split_clip(library, faded, frames(2), errand)
    assert part.title == "Happy rock · take 2 · part 1"


def test_split_and_joined_it_is_the_clip_again(library: Library, errand: Errand) -> None:
    clip = song(library)
    parts = split_clip(library, clip, frames(2), errand)
    assert [part.frames for part in parts] == [frames(2), frames(6)]
    again = join_clips(library, parts, errand)
    assert np.array_equal(library.read(again.id).samples, library.read(clip.id).samples)
    assert (again.title, again.parent) == ("Happy rock · take 2 · joined", parts[0].id)
    assert again.known is not None
    assert again.known.tempo_map is not None
    assert again.known.tempo_map.beats_s[:16] == pytest.approx(MAP.beats_s[:16])
    assert again.known.bars_confidence == 0.9


def test_joined_none_loses_its_stereo_or_its_rate(library: Library, errand: Errand) -> None:
    low = add(library, frames=4000, sample_rate=4000, channels=1)
    stereo = song(library)
    joined = join_clips(library, [low, stereo], errand)
    assert (joined.channels, joined.sample_rate, joined.frames) == (2, RATE, frames(9))
    sound = library.read(joined.id).samples
    assert np.array_equal(sound[frames(1) :], library.read(stereo.id).samples)
    assert np.array_equal(sound[: frames(1), 0], sound[: frames(1), 1])


def test_joined_all_become_as_the_best_is(library: Library, errand: Errand) -> None:
    stereo = song(library)
    mono = song(library, seconds=1.0, channels=1, licence="CC-BY-NC 4.0", prompt="sad jazz")
    other = add(library, frames=4000, sample_rate=4000)
    joined = join_clips(library, [stereo, mono, other], errand)
    assert (joined.channels, joined.sample_rate, joined.frames) == (2, RATE, frames(10))
    assert (joined.licence, joined.prompt) == ("CC0; CC-BY-NC 4.0", "happy rock; sad jazz")
    sound = library.read(joined.id).samples
    assert np.array_equal(sound[: frames(8)], library.read(stereo.id).samples)
    assert np.array_equal(sound[frames(8) : frames(9), 1], library.read(mono.id).samples[:, 0])
    assert joined.known is None, "nobody has listened to the last one: the whole is heard anew"


def beats_of(clip: Clip) -> TempoMap | None:
    return None if clip.known is None else clip.known.tempo_map


def test_the_beats_go_along_where_they_still_hold(library: Library, errand: Errand) -> None:
    clip = song(library)

    def after(change: Change, start_s: float, end_s: float) -> Clip:
        return edit_clip(library, clip, SoundEdit(change, frames(start_s), frames(end_s)), errand)

    trimmed = beats_of(after(Change.TRIM, 1.75, 6.0))
    assert trimmed is not None
    assert [trimmed.beats_s[0], trimmed.downbeats_s[0]] == pytest.approx([0.25, 0.25])
    bar_cut = after(Change.CUT, 2.0, 4.0)
    assert beats_of(bar_cut) == TempoMap(MAP.beats_s[:14], 0, confidence=0.9)
    assert (bar_cut.tempo_bpm, bar_cut.known.bars_confidence) == (120.0, 0.9)  # type: ignore[union-attr]
    beat_cut = after(Change.CUT, 2.0, 2.5)
    assert beat_cut.known is not None
    assert (beat_cut.known.bars_confidence, len(beat_cut.known.tempo_map.beats_s)) == (0.0, 17)  # type: ignore[union-attr]
    odd_cut = after(Change.CUT, 2.0, 2.2)
    assert (odd_cut.known, odd_cut.tempo_bpm, odd_cut.key) == (None, None, "")
    for change in (Change.SILENCE, Change.FADE_IN, Change.REVERSE):
        assert beats_of(after(change, 2.0, 4.0)) == MAP
    assert after(Change.REVERSE, 0.0, 8.0).known is None


def test_a_part_has_its_own_tempo(library: Library, errand: Errand) -> None:
    slow, fast = [0.6 * beat for beat in range(8)], [4.8 + 0.3 * beat for beat in range(12)]
    known = Analysis(TempoMap((*slow, *fast)), 0.9)
    clip = song(library)
    clip = library.edit(clip.id, **known_edit(known))
    assert clip.bpm == pytest.approx(200)
    trimmed = edit_clip(library, clip, SoundEdit(Change.TRIM, frames(0.6), frames(4.2)), errand)
    parts = split_clip(library, clip, frames(4.8), errand)
    assert [part.bpm for part in (trimmed, *parts)] == pytest.approx([100, 100, 200])
    assert beats_edited.until(known, 0.1).tempo_map == TempoMap((0.0, 0.6))


def test_a_louder_clip_is_known_to_be_louder(library: Library, errand: Errand) -> None:
    clip = song(library)
    louder = edit_clip(library, clip, SoundEdit(Change.GAIN, 0, clip.frames, gain_db=3.0), errand)
    assert louder.known is not None
    assert louder.known.lufs == pytest.approx(-11.0)


def test_beats_that_do_not_meet_are_not_joined() -> None:
    slower = Analysis(TempoMap.constant(100.0, 8.0), 0.9)
    waltz = Analysis(TempoMap.constant(120.0, 8.0, beats_per_bar=3), 0.9)
    assert beats_edited.joined(KNOWN, KNOWN, 7.8) is None, "the seam is between two beats"
    assert beats_edited.joined(KNOWN, waltz, 8.0) is None
    assert beats_edited.joined(KNOWN, None, 8.0) is None
    changed = beats_edited.joined(KNOWN, slower, 8.0)
    assert changed is not None
    assert changed.tempo_map is not None
    assert changed.tempo_map.beats_s[15:18] == pytest.approx((7.5, 8.0, 8.6))
    off = beats_edited.joined(KNOWN, KNOWN, 7.5)
    assert off is not None
    assert off.bars_confidence == 0.0, "a beat is missing in the last bar"


def test_beats_meet_where_sounds_were_cut_at_the_frame_nearest_to_a_bar() -> None:
    known = Analysis(TempoMap.constant(97.3, 30.0, downbeat_s=0.3), 0.9)
    assert known.tempo_map is not None
    for bar, downbeat_s in enumerate(known.tempo_map.downbeats_s[1:8], start=1):
        cut_s = round(downbeat_s * 32_000) / 32_000
        for other in (beats_edited.since(known, cut_s), Analysis(TempoMap.constant(97.3, 5.0), 0.9)):
            both = beats_edited.joined(known, other, cut_s)
            assert both is not None
            assert both.tempo_map is not None
            beats = 4 * bar + 8
            assert both.tempo_map.beats_s[:beats] == pytest.approx(known.tempo_map.beats_s[:beats], abs=1e-4)
            assert both.bars_confidence == 0.9


@pytest.mark.parametrize(
    ("change", "selection", "part"),
    [
        (Change.TRIM, None, None),
        (Change.TRIM, (0, RATE), None),
        (Change.CUT, (0, RATE), None),
        (Change.CUT, (10, 20), (10, 20)),
        (Change.SILENCE, (0, RATE), (0, RATE)),
        (Change.SILENCE, None, None),
        (Change.GAIN, None, (0, RATE)),
        (Change.FADE_IN, None, (0, RATE // 4)),
        (Change.FADE_OUT, None, (RATE - RATE // 4, RATE)),
        (Change.FADE_OUT, (-5, 2 * RATE), (0, RATE)),
        (Change.REVERSE, (7, 7), (0, RATE)),
    ],
)
def test_what_an_edit_is_about(
    library: Library, change: Change, selection: tuple[int, int] | None, part: tuple[int, int] | None
) -> None:
    assert part_for(change, add(library, frames=RATE), selection) == part


class Stopping(Errand):
    """An errand that is stopped when it looks for the so many-th time."""

    def __init__(self, moment: int) -> None:
        super().__init__(1, "edit", Event(), lambda: 0.0)
        self._left = moment

    def check(self) -> None:
        """Look."""
        self._left -= 1
        if self._left < 0:
            self.stop.set()
        super().check()


WORKS: dict[str, Callable[[Library, Clip, Errand], object]] = {
    "edit": lambda library, clip, errand: edit_clip(library, clip, SoundEdit(Change.REVERSE, 0, 100), errand),
    "split": lambda library, clip, errand: split_clip(library, clip, 8 * RATE, errand),
    "join": lambda library, clip, errand: join_clips(library, [clip, clip], errand),
}


@pytest.mark.parametrize("name", WORKS)
def test_a_stop_at_any_moment_leaves_everything_as_it_was(library: Library, name: str) -> None:
    clip = song(library, seconds=20.0)
    files = sorted(library.folder.rglob("*.wav"))
    for moment in range(0, 60, 5):
        errand = Stopping(moment)
        try:
            WORKS[name](library, clip, errand)
        except StoppedError:
            pass
        else:
            break
        assert library.clips() == [clip]
        if name != "split":  # its first part is in the trash
            assert sorted(library.folder.rglob("*.wav")) == files
    assert moment > 0
    assert np.array_equal(library.read(clip.id).samples, noise(20 * RATE, 2))


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (0, 9 * RATE)])
def test_a_part_outside_is_a_wrong_call(library: Library, errand: Errand, start: int, end: int) -> None:
    clip = song(library)
    with pytest.raises(ValueError, match=r"start|end"):
        edit_clip(library, clip, SoundEdit(Change.CUT, start, end), errand)


def test_marks_go_along_into_every_version(library: Library, errand: Errand) -> None:
    clip = song(library)
    keep_marks(library.remember, clip, (Mark(frames(1), "verse"), Mark(frames(4), "chorus")))

    def after(change: Change, start_s: float, end_s: float) -> list[tuple[int, str]]:
        made = edit_clip(library, clip, SoundEdit(change, frames(start_s), frames(end_s)), errand)
        return [(mark.frame, mark.name) for mark in marks_of(library, made)]

    assert after(Change.TRIM, 3, 6) == [(frames(1), "chorus")]
    assert after(Change.CUT, 2, 3) == [(frames(1), "verse"), (frames(3), "chorus")]
    assert after(Change.REVERSE, 0, 8) == [(frames(4), "chorus"), (frames(7), "verse")]
    assert after(Change.FADE_OUT, 6, 8) == [(frames(1), "verse"), (frames(4), "chorus")]
    one, two = split_clip(library, clip, frames(3), errand)
    assert marks_of(library, one) == (Mark(frames(1), "verse"),)
    assert marks_of(library, two) == (Mark(frames(1), "chorus"),)
    assert marks_of(library, join_clips(library, [one, two], errand)) == marks_of(library, clip)
