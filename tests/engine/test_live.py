"""Music without end: it is what a request makes while nobody steers, it obeys, and it can be made again."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch

from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.live import (
    SPARSE_WORDS,
    LiveRequest,
    Mailbox,
    Replayed,
    Steered,
    Steering,
    SteeringSource,
    Told,
    weights_on_plane,
)
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.engine.api import LiveChunk, LiveState
from musicgen_studio.engine.live import REOPEN_CHUNKS
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from tests.engine.recorded.orders import heard_codes

CALM, ROCK, TECHNO = "calm piano with strings", "driving rock", "techno"
TUNE = Melody.of([Note(0.0, 0.4, 60), Note(0.5, 0.4, 67), Note(1.0, 0.4, 62)])
OTHER = Melody.of([Note(0.0, 2.0, 69)])


@pytest.fixture(autouse=True)
def _on_one_core() -> Iterator[None]:
    """Share no step: these models are tiny, and threads that wait for each other take turns with other tests'."""
    with one_thread():
        yield


def played(
    engine: MusicGen,
    source: SteeringSource,
    chunks: int,
    request: LiveRequest = LiveRequest(3),  # noqa: B008 - a frozen value
    state: LiveState | None = None,
    before: Callable[[int], None] = lambda _frame: None,
) -> list[LiveChunk]:
    """Return so many chunks of live music; `before` is called with the frame of each that is to be made."""
    music = engine.live(request, source, state)
    made = list[LiveChunk]()
    frame = 0 if state is None else state.frame
    for _ in range(chunks):
        before(frame)
        made.append(music.chunk())
        music.ahead()
        frame += request.chunk_frames
    return made


def sound(chunks: list[LiveChunk]) -> Any:
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.mark.parametrize(("kind", "precision"), [("text", "float32"), ("melody", "int8"), ("stereo_melody", "float32")])
def test_unsteered_it_is_what_a_request_makes(request: pytest.FixtureRequest, kind: str, precision: str) -> None:
    """Token for token over windows of 100, 60 and 60 frames, but for the request's last three, which know their end."""
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", precision)
    with heard_codes(engine) as ordered:
        for _ in engine.stream(GenerationRequest((CALM,), 4.0, seed=3), Event()):
            pass
    with heard_codes(engine) as live:
        played(engine, Mailbox(Steering((CALM,))), 40)
    assert live[0].shape == ordered[0].shape
    assert torch.equal(live[0][..., :197], ordered[0][..., :197])


@pytest.mark.parametrize(("kind", "precision"), [("text", "int8"), ("melody", "float32"), ("stereo_text", "float32")])
def test_a_weight_of_1_among_zeros_is_the_single_prompt_token_for_token(
    request: pytest.FixtureRequest, kind: str, precision: str
) -> None:
    engine = load_engine(request.getfixturevalue(f"{kind}_checkpoint"), "cpu", precision)
    prompts = (CALM, ROCK, "", TECHNO)
    for place, prompt in enumerate(prompts):
        with heard_codes(engine) as single:
            played(engine, Mailbox(Steering((prompt,))), 30)
        weights = tuple(float(place == number) for number in range(4))
        with heard_codes(engine) as among:
            played(engine, Mailbox(Steering(prompts, weights)), 30)
        assert torch.equal(among[0], single[0])
    with heard_codes(engine) as mixed:
        played(engine, Mailbox(Steering(prompts, (1, 1, 1, 1))), 30)
    assert not torch.equal(mixed[0], single[0])


def test_a_chunk_obeys_what_is_asked_for_when_it_begins(text_checkpoint: Any) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    calm = Steering((CALM, ROCK), (1.0, 0.0))
    for other in (
        replace(calm, weights=(0.0, 1.0)),
        replace(calm, guidance_scale=1.0),
        replace(calm, guidance_scale=9.0),
        replace(calm, temperature=0.0),
        replace(calm, temperature=3.0),
    ):
        with heard_codes(engine) as plain:
            played(engine, Mailbox(calm), 16)
        mailbox = Mailbox(calm)

        def steer(frame: int, mailbox: Mailbox = mailbox, other: Steering = other) -> None:
            if frame == 40:
                mailbox.put(other)

        with heard_codes(engine) as steered:
            chunks = played(engine, mailbox, 16, before=steer)
        assert [chunk.steering for chunk in chunks] == [calm] * 8 + [other] * 8
        assert torch.equal(steered[0][..., :40], plain[0][..., :40])
        # Of frame 40 the finest codebook is still open, the coarsest of 43; after it everything may differ.
        assert torch.equal(steered[0][:, 0, :43], plain[0][:, 0, :43])
        assert not torch.equal(steered[0][..., 40:], plain[0][..., 40:])


def test_another_prompt_comes_in_a_window_of_its_own_after_a_fixed_time(text_checkpoint: Any) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    mailbox = Mailbox(Steering((CALM,)))

    def steer(frame: int) -> None:
        if frame == 10:
            mailbox.put(Steering((ROCK, TECHNO), (1, 1)))

    chunks = played(engine, mailbox, 80, LiveRequest(3, chunk_frames=1), before=steer)
    opened = [(chunk.opened.frame, chunk.opened.told.prompts) for chunk in chunks if chunk.opened]
    assert opened == [(0, (CALM,)), (10 + REOPEN_CHUNKS, (ROCK, TECHNO))]


def test_what_cannot_be_done_is_said_once_and_the_music_goes_on(text_checkpoint: Any) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    calm = Steering((CALM,))
    mailbox = Mailbox(calm)

    def steer(frame: int) -> None:
        if frame == 20:
            mailbox.put(replace(calm, melody=TUNE))  # this is no melody checkpoint

    with heard_codes(engine) as steered:
        chunks = played(engine, mailbox, 60, before=steer)
    assert [number for number, chunk in enumerate(chunks) if chunk.problem is not None] == [4]
    with heard_codes(engine) as plain:
        played(engine, Mailbox(calm), 60)
    assert torch.equal(steered[0], plain[0])


def steered_for_long(frame: int, mailbox: Mailbox) -> None:
    """Turn everything there is to turn, at places that are no window's border."""
    now = mailbox.steering
    if frame % 15 == 0:
        mailbox.put(replace(now, weights=tuple(1.0 + (frame // 15 + place) % 3 for place in range(len(now.prompts)))))
    if frame % 45 == 40:
        mailbox.put(replace(mailbox.steering, guidance_scale=2.0 + frame % 4, temperature=0.8 + frame % 3 / 10))
    changes: dict[int, dict[str, Any]] = {
        80: {"melody": TUNE},
        200: {"prompts": (ROCK, CALM, TECHNO), "weights": (1, 2, 3)},
        280: {"melody": OTHER},
        360: {"melody": None},
        440: {"prompts": (TECHNO, CALM), "weights": (1, 0)},
    }
    if (change := changes.get(frame - frame % 40)) and frame % 40 < 5:
        mailbox.put(replace(mailbox.steering, **change))


@pytest.mark.parametrize(
    ("kind", "precision", "chunk_frames"),
    [("melody", "int8", 5), ("melody", "float32", 7), ("stereo_melody", "int8", 5)],
)
def test_it_is_made_again_sample_for_sample_from_wherever_a_window_opens(
    request: pytest.FixtureRequest, kind: str, precision: str, chunk_frames: int
) -> None:
    """From each of them to the end: across slides, other prompts and melodies; by another engine, as after a start."""
    folder = request.getfixturevalue(f"{kind}_checkpoint")
    engine = load_engine(folder, "cpu", precision)
    mailbox = Mailbox(Steering((CALM, ROCK), (1, 1)))
    live = LiveRequest(5, chunk_frames=chunk_frames)
    chunks = played(engine, mailbox, 520 // chunk_frames, live, before=lambda at: steered_for_long(at, mailbox))
    events = [Steered(chunk.frame, chunk.steering) for chunk in chunks]
    states = [(number, chunk.opened) for number, chunk in enumerate(chunks) if chunk.opened is not None]
    assert len(states) > 7
    assert any(state.pieces for _, state in states)
    assert {state.told.melody for _, state in states} == {None, TUNE, OTHER}
    again = load_engine(folder, "cpu", precision)
    for number, state in states[1::3]:
        first = chunks[number : number + 200 // chunk_frames]
        remade = played(again, Replayed(events[number:]), len(first), live, state)
        assert remade[0].start == first[0].start
        assert np.array_equal(sound(remade), sound(first))
        assert [chunk.frame for chunk in remade] == [chunk.frame for chunk in first]


def test_nothing_is_kept_of_what_was_heard(text_checkpoint: Any) -> None:
    """The memory that a session holds is the same after 300 frames and after 1,000."""
    engine = load_engine(text_checkpoint, "cpu", "float32")
    mailbox = Mailbox(Steering((CALM, ROCK), (1, 1)))
    music = engine.live(LiveRequest(), mailbox)

    def go_on(frames: int) -> None:
        for number in range(frames // 5):
            mailbox.put(replace(mailbox.steering, weights=(1.0, number % 7)))
            music.chunk()
            music.ahead()

    go_on(300)
    gc.collect()
    tracemalloc.start()
    try:
        first = tracemalloc.get_traced_memory()[0]
        go_on(350)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - first
    finally:
        tracemalloc.stop()
    tensors = sum(each.nbytes for each in gc.get_objects() if type(each) is torch.Tensor)
    go_on(350)
    gc.collect()
    assert sum(each.nbytes for each in gc.get_objects() if type(each) is torch.Tensor) <= tensors * 1.05
    assert grown < 200_000, grown


def test_a_state_of_another_checkpoint_is_refused(text_checkpoint: Any, stereo_text_checkpoint: Any) -> None:
    mono, stereo = (load_engine(folder, "cpu", "float32") for folder in (text_checkpoint, stereo_text_checkpoint))
    steering = Mailbox(Steering((CALM,)))
    state = next(chunk.opened for chunk in played(mono, steering, 40)[1:] if chunk.opened is not None)
    with pytest.raises(ValueError, match="codes"):
        stereo.live(LiveRequest(), steering, state)
    with pytest.raises(ValueError, match="position"):
        mono.live(LiveRequest(), steering, replace(state, noise=b"none"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompts": ()},
        {"prompts": ("a",) * 5, "weights": (1,) * 5},
        {"weights": (1, 1)},
        {"weights": (0,)},
        {"weights": (-1,)},
        {"weights": (float("nan"),)},
        {"guidance_scale": 21},
        {"temperature": -0.1},
    ],
)
def test_steering_says_what_is_wrong_with_it(wrong: dict[str, Any]) -> None:
    name = next(iter(wrong))
    with pytest.raises(ValueError, match=name):
        Steering(**({"prompts": ("a",)} | wrong))


def test_a_live_request_says_what_is_wrong_with_it() -> None:
    wrong: dict[str, Any]
    for wrong in ({"seed": -1}, {"chunk_frames": 0}, {"chunk_frames": 51}, {"top_k": -1}, {"top_p": 1.5}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            LiveRequest(**wrong)


def test_prompts_count_by_their_distance_to_the_puck() -> None:
    corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    assert weights_on_plane((0.0, 0.0), corners) == (1.0, 0.0, 0.0)
    np.testing.assert_allclose(weights_on_plane((0.25, 0.0), corners[:2]), (0.9, 0.1))
    np.testing.assert_allclose(weights_on_plane((0.5, 0.5), corners), (1 / 3,) * 3)
    assert weights_on_plane((0.3, 0.3), [(0.3, 0.3), (0.3, 0.3), (1, 1)]) == (0.5, 0.5, 0.0)


def test_weights_fit_the_voices_there_are() -> None:
    three = Steering(("a", "b", "c"), (1, 1, 2))
    assert three.shares(3) == (0.25, 0.25, 0.5)
    assert three.shares(2) == (0.5, 0.5)
    assert three.shares(4) == (0.25, 0.25, 0.5, 0.0)
    assert Steering(("a", "b"), (0, 1)).shares(1) == (1.0,)
    with pytest.raises(ValueError, match="weights must be 0 or more"):
        Steering(("a", "b"), (1e308, 1e308))  # each is a number, together they are none


def test_sparser_blends_words_in_as_far_as_there_is_room() -> None:
    two = Steering(("a", "b"), (1, 3))
    assert two.sparser(0.0) is two
    assert two.sparser(0.5) == Steering(("a", "b", SPARSE_WORDS), (0.125, 0.375, 0.5))
    assert two.sparser(1.0).shares(3) == (0.0, 0.0, 1.0)
    four = Steering(("a", "b", "c", "d"), (1, 1, 1, 1))
    assert four.sparser(0.5) is four


def test_until_a_window_is_told_other_prompts_those_that_stay_count_by_their_names() -> None:
    assert Steering(("b",)).shares_of(("a", "b")) == (0.0, 1.0)
    assert Steering(("b", "a"), (3, 1)).shares_of(("a", "b")) == (0.25, 0.75)
    assert Steering(("a", "c"), (1, 3)).shares_of(("a", "b")) == (0.25, 0.75)  # c comes in the place of b
    assert Steering(("a", "b", "c"), (1, 1, 2)).shares_of(("a", "b")) == (0.5, 0.5)
    assert Steering(("a", "a"), (1, 3)).shares_of(("a", "a")) == (0.25, 0.75)
    assert Steering(("c",), (1,)).shares_of(("a", "b")) == (1.0, 0.0)
    assert Steering(("a", "b", "c"), (0, 0, 1)).shares_of(("a", "b")) == (0.5, 0.5)


def test_first_records_weigh_by_place_and_the_others_by_name(text_checkpoint: Any) -> None:
    """Of two prompts the second stays: by its name it counts at once, by its place the first does."""
    engine = load_engine(text_checkpoint, "cpu", "float32")

    def made(first: tuple[str, ...], *, by_place: bool) -> Any:
        mailbox = Mailbox(Steering(first, (1.0,) + (0.0,) * (len(first) - 1)))

        def steer(frame: int) -> None:
            if frame == 0 and len(first) > 1:
                mailbox.put(Steering((ROCK,)))

        return sound(played(engine, mailbox, 20, LiveRequest(3, weighs_by_place=by_place), before=steer))

    assert np.array_equal(made((CALM, ROCK), by_place=True), made((CALM,), by_place=True))
    assert np.array_equal(made((CALM, ROCK), by_place=False), made((ROCK,), by_place=False))


def test_a_window_is_told_the_melodies_that_reach_into_it() -> None:
    told = Told(()).after(Steering(("a",)), 0, 0)
    assert told == Told(("a",))
    told = told.after(Steering(("a",), melody=TUNE), 50, 10)
    told = told.after(Steering(("b",), melody=OTHER), 90, 50)
    assert [each.frame for each in told.melodies] == [50, 90]
    assert [each.frame for each in told.after(Steering(("b",), melody=OTHER), 150, 110).melodies] == [90]
    assert told.after(Steering(("b",)), 150, 110).melody is None


def test_what_was_asked_for_is_asked_for_again_at_the_same_frames() -> None:
    one, two = Steering(("a",)), Steering(("b",))
    replayed = Replayed([Steered(5, one), Steered(20, two)])
    assert [replayed.read(frame) for frame in (0, 5, 19, 20, 99)] == [one, one, one, two, two]
    for wrong in ([], [Steered(5, one), Steered(4, two)]):
        with pytest.raises(ValueError, match="steered"):
            Replayed(wrong)
