"""Music that comes to an end: faded on the bar, block by block as all at once."""

from collections.abc import Iterator
from itertools import pairwise
from threading import Event

import numpy as np
import pytest

from musicgen_studio.analysis.faults import RATE_HZ, FaultKind, find_faults
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.studio.making.ending import HELD_S, ended, faded
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


def test_block_by_block_is_as_all_at_once() -> None:
    def blocks() -> Iterator[AudioBlock]:
        step = RATE_HZ // 2
        for start in range(0, CLIP.frames, step):
            piece = Audio(CLIP.samples[start : start + step], RATE_HZ)
            yield AudioBlock(0, 0, start, piece, start + step >= CLIP.frames)

    made = list(ended(blocks()))
    assert made[0].start_frame == 0
    assert all(one.start_frame + one.audio.frames == other.start_frame for one, other in pairwise(made))
    np.testing.assert_array_equal(np.concatenate([block.audio.samples for block in made]), faded(CLIP).samples)
    assert made[0].audio.frames <= RATE_HZ  # it comes while it is made


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


def test_of_a_stopped_take_there_is_what_was_not_held() -> None:
    stop = Event()
    engine = FakeEngine(before_block=lambda made: stop.set() if made == 24 else None)
    blocks = list(joined(engine, GenerationRequest(("a",), 60.0, ends=True), stop))
    assert sum(block.audio.duration_s for block in blocks) == pytest.approx(12 - HELD_S)
