"""Music that comes to an end: by itself where a try does, else faded on the bar, block by block as all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from threading import Event

import numpy as np
import pytest

from musicgen_studio.analysis.faults import RATE_HZ, FaultKind, find_faults
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.ending import Ending, ending_in_words
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.passages import Passage
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.ending import ended, faded
from musicgen_studio.studio.making.join import joined
from tests.dsp.music import beat, notes
from tests.fake_engine import FakeEngine

CLIP = Audio((beat(24, 20.0) + 0.05 * notes([57, 60, 64], 20.0)).astype(np.float32)[:, None], RATE_HZ)


def test_the_fade_begins_where_a_bar_does_and_ends_with_the_clip() -> None:
    end = faded(CLIP)
    changed = np.flatnonzero((end.samples != CLIP.samples).any(axis=1))
    assert end.frames == CLIP.frames
    length_s = 20.0 - changed[0] / RATE_HZ
    assert length_s == pytest.approx(20.0 - 4 * 3.84, abs=0.03)  # four bars, each with its kick at its beginning
    assert np.abs(end.samples[-100:]).max() < 1e-3
    assert [fault.kind for fault in find_faults(CLIP)] in ([], [FaultKind.ENDS])
    assert find_faults(end) == []


def _blocks(clip: Audio, pieces: Sequence[tuple[int, int]] = ((0, 0),)) -> Iterator[AudioBlock]:
    step = RATE_HZ // 2
    for start in range(0, clip.frames, step):
        for prompt, take in pieces:
            piece = Audio(clip.samples[start : start + step], RATE_HZ)
            yield AudioBlock(prompt, take, start, piece, start + step >= clip.frames)


def _none(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:
    raise AssertionError(f"nothing was to be tried, got {clip}, {so_far.duration_s}, {at_s}, {duration_s}")


def _stopped(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:  # noqa: ARG001
    return []


def _same(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:  # noqa: ARG001
    return [Audio(np.concatenate([so_far.samples, CLIP.samples[-round(duration_s * RATE_HZ) :]]), RATE_HZ)] * 2


def _joined_up(made: Sequence[AudioBlock]) -> Samples:
    assert made[0].start_frame == 0
    assert all(one.start_frame + one.audio.frames == other.start_frame for one, other in pairwise(made))
    assert [block.is_last for block in made] == [False] * (len(made) - 1) + [True]
    return np.concatenate([block.audio.samples for block in made])


FADES = GenerationRequest(("a",), 20.0, ends=True)
TRIES = GenerationRequest(("a",), 20.0, ends=True, endings=3)


def test_block_by_block_is_as_all_at_once() -> None:
    made = list(ended(_blocks(CLIP), FADES, _none))
    np.testing.assert_array_equal(_joined_up(made), faded(CLIP).samples)
    assert made[0].audio.frames <= RATE_HZ  # it comes while it is made
    assert made[-1].ending == Ending(0)
    assert ending_in_words(Ending(0)) == "fades over its last bar"


def _resting(so_far: Audio, seconds: float, rest_after_s: float) -> Audio:
    """Return music that goes on with its beat, then ends with a chord of its key on the bar, and rests."""
    end_s = so_far.duration_s + seconds
    bar_s = 4 * 0.96
    whole = (beat(24, end_s) + 0.05 * notes([57, 60, 64], end_s)).astype(np.float32)
    start = CLIP.duration_s - 5.0 - so_far.duration_s  # of what is before, in the clip
    last_s = np.ceil((CLIP.duration_s - 5.0 + rest_after_s) / bar_s) * bar_s - start
    at = round(last_s * RATE_HZ)
    times = np.arange(RATE_HZ) / RATE_HZ
    whole[at:] = 0
    chord = 0.6 * notes([57, 60, 64], 1.0) * np.exp(-8 * times)
    whole[at : at + RATE_HZ] += chord.astype(np.float32)[: len(whole) - at]
    whole[: so_far.frames] = so_far.samples[:, 0]
    return Audio(whole[:, None], so_far.sample_rate)


def test_a_try_that_comes_to_rest_is_taken_and_said() -> None:
    heard = list[tuple[tuple[int, int], float, float]]()

    def go_on(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> list[Audio]:
        heard.append((clip, at_s, duration_s))
        np.testing.assert_array_equal(so_far.samples, CLIP.samples[: 15 * RATE_HZ])
        going_on = Audio(CLIP.samples, RATE_HZ)
        return [going_on, _resting(so_far, duration_s, 0.0)]

    made = list(ended(_blocks(CLIP), TRIES, go_on))
    assert heard == [((0, 0), 15.0, 5.0)]
    sound, ending = _joined_up(made), made[-1].ending
    assert ending is not None
    assert (ending.tried, ending.rested, ending.good, ending.is_own) == (3, 1, 1, True)
    assert ending.late_beats == pytest.approx(0, abs=0.1)
    assert len(sound) == CLIP.frames - round(ending.early_s * RATE_HZ)
    assert ending.early_s > 1
    np.testing.assert_array_equal(sound[: 15 * RATE_HZ], CLIP.samples[: 15 * RATE_HZ])
    assert np.abs(sound[-10:]).max() < 1e-4
    assert find_faults(Audio(sound, RATE_HZ)) == []
    assert ending_in_words(ending).startswith("ends by itself, as 1 of 3 tries did: its last stroke 0.0")


def test_where_no_try_comes_to_rest_it_fades_and_says_so() -> None:
    made = list(ended(_blocks(CLIP), TRIES, _same))
    np.testing.assert_array_equal(_joined_up(made), faded(CLIP).samples)
    assert made[-1].ending == Ending(3)
    assert ending_in_words(Ending(3)) == "fades over its last bar: none of 3 tries came to rest by itself"
    assert "2 of 3 tries came to rest, none on the bar" in ending_in_words(Ending(3, 2))


def test_a_stop_during_the_tries_loses_nothing_that_was_made() -> None:
    made = list(ended(_blocks(CLIP), TRIES, _stopped))
    assert not made[-1].is_last
    np.testing.assert_array_equal(np.concatenate([block.audio.samples for block in made]), CLIP.samples)


def test_tries_wait_until_all_that_is_made_together_is_there() -> None:
    pieces = ((0, 0), (0, 1), (1, 0), (1, 1))
    left = iter(list(_blocks(CLIP, pieces)))
    request = replace(TRIES, prompts=("a", "b"), takes=2, together=2)
    tried = list[tuple[int, int]]()

    def go_on(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:
        assert next(left, None) is None  # the engine has its hands free
        tried.append(clip)
        return _same(clip, so_far, at_s, duration_s)

    made = list(ended(left, request, go_on))
    assert tuple(tried) == pieces
    assert sum(block.is_last for block in made) == 4


def test_what_was_there_before_is_not_made_anew() -> None:
    def blocks() -> Iterator[AudioBlock]:
        given = 17 * RATE_HZ
        yield AudioBlock(0, 0, 0, Audio(CLIP.samples[:given], RATE_HZ), is_last=False, is_new=False)
        yield AudioBlock(0, 0, given, Audio(CLIP.samples[given:], RATE_HZ), is_last=True)

    told = list[tuple[float, float]]()

    def go_on(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:
        told.append((at_s, duration_s))
        assert so_far.duration_s == 15.0  # of seventeen: what is listened to with the tries
        return _same(clip, so_far, at_s, duration_s)

    list(ended(blocks(), TRIES, go_on))
    ((at_s, duration_s),) = told
    assert at_s == 0
    assert duration_s == pytest.approx(2.96)  # what is faded over into a try is new, too


@pytest.mark.parametrize("endings", [1, 3])
@pytest.mark.parametrize("new_s", [0.5, 1.0, 3.0])
def test_what_was_there_before_stays_as_it_was(endings: int, new_s: float) -> None:
    """The last bar lasts nearly four seconds; its fade begins where the new music does."""
    before = Audio(CLIP.samples[: 17 * RATE_HZ], RATE_HZ)
    request = replace(TRIES, duration_s=new_s, continuation=before, endings=endings)
    sound = _joined_up(list(joined(FakeEngine(), request, Event())))
    stays = before.frames - round(0.04 * RATE_HZ)
    np.testing.assert_array_equal(sound[:stays], before.samples[:stays])
    assert np.abs(sound[-100:]).max() < 1e-3


def test_a_try_fades_over_in_what_is_new() -> None:
    given, bar = round(17.5 * RATE_HZ), round(5 * 4 * 0.96 * RATE_HZ)
    whole = (beat(24, 22.0) + 0.05 * notes([57, 60, 64], 22.0)).astype(np.float32)[:, None]
    rests = whole.copy()
    chord = 0.6 * notes([57, 60, 64], 1.0) * np.exp(-8 * np.arange(RATE_HZ) / RATE_HZ)
    rests[bar:], rests[bar : bar + RATE_HZ, 0] = 0, chord

    def blocks() -> Iterator[AudioBlock]:
        yield AudioBlock(0, 0, 0, Audio(whole[:given], RATE_HZ), is_last=False, is_new=False)
        yield AudioBlock(0, 0, given, Audio(whole[given:], RATE_HZ), is_last=True)

    def go_on(clip: tuple[int, int], so_far: Audio, at_s: float, duration_s: float) -> Sequence[Audio]:  # noqa: ARG001
        resting = rests[-so_far.frames - round(duration_s * RATE_HZ) :].copy()
        resting[so_far.frames - round(0.04 * RATE_HZ) : so_far.frames] *= 0.9
        return [Audio(resting, RATE_HZ)] * 2

    made = list(ended(blocks(), TRIES, go_on))
    assert made[-1].ending is not None
    assert made[-1].ending.is_own
    np.testing.assert_array_equal(_joined_up(made)[:given], whole[:given])


def test_tries_are_made_from_what_holds_at_the_end() -> None:
    engine, passages = FakeEngine(), (Passage(8.0, "b", morph_s=2.0), Passage(16.0, "c"))
    request = GenerationRequest(
        ("a",), 20.0, passages=passages, takes=2, seed=5, ends=True, endings=3, melody=Melody((Note(0, 1, 60),), 20.0)
    )
    lasts = [block for block in joined(engine, request, Event()) if block.is_last]
    assert [block.ending for block in lasts] == [Ending(3)] * 2
    _, *tries = engine.requests
    assert len(tries) == 2
    assert len({each.seed for each in tries} | {request.seed}) == 3
    for each in tries:
        assert (each.prompts, each.takes, each.duration_s, each.melody, each.ends) == (("b",), 2, 5.0, None, False)
        assert each.passages == (Passage(1.0, "c"),)


def test_a_short_clip_has_nothing_to_try() -> None:
    engine = FakeEngine()
    lasts = [block for block in joined(engine, replace(TRIES, duration_s=5.5), Event()) if block.is_last]
    assert [block.ending for block in lasts] == [Ending(1)]
    assert len(engine.requests) == 1


def test_music_that_comes_to_rest_anyway_needs_no_tries() -> None:
    whole = _resting(Audio(CLIP.samples[: 15 * RATE_HZ], RATE_HZ), 5.0, 0.0)
    made = list(ended(_blocks(whole), TRIES, _none))
    sound, ending = _joined_up(made), made[-1].ending
    assert ending is not None
    assert (ending.tried, ending.is_own) == (1, True)
    np.testing.assert_array_equal(sound[: len(sound) - RATE_HZ // 4], whole.samples[: len(sound) - RATE_HZ // 4])
    assert len(sound) < whole.frames
    fading = list(ended(_blocks(whole), replace(TRIES, endings=0), _none))
    np.testing.assert_array_equal(_joined_up(fading), faded(whole).samples)


def test_tries_without_an_end_are_refused() -> None:
    with pytest.raises(ValueError, match="endings must be 0 for music that does not end, got 3"):
        GenerationRequest(("a",), endings=3)
    with pytest.raises(ValueError, match="endings must be 0 to 16, got 17"):
        GenerationRequest(("a",), ends=True, endings=17)


def test_each_take_of_a_request_ends() -> None:
    request = GenerationRequest(("a", "b"), 10.0, takes=2, ends=True)
    clips: dict[tuple[int, int], list[AudioBlock]] = {}
    for block in joined(FakeEngine(), request, Event()):
        clips.setdefault((block.prompt, block.take), []).append(block)
    assert len(clips) == 4
    for blocks in clips.values():
        sound = np.concatenate([block.audio.samples for block in blocks])
        assert len(sound) == 10 * 32000
        assert np.abs(sound[-50:]).max() < 1e-3 < np.abs(sound[: 2 * 32000]).max()


def test_a_stopped_take_has_no_end_and_is_there_as_far_as_it_got() -> None:
    stop = Event()
    engine = FakeEngine(before_block=lambda made: stop.set() if made == 24 else None)
    blocks = list(joined(engine, GenerationRequest(("a",), 60.0, ends=True), stop))
    assert sum(block.audio.duration_s for block in blocks) == pytest.approx(12)
    assert not any(block.is_last for block in blocks)
    assert np.abs(blocks[-1].audio.samples[-500:]).max() > 0.2
