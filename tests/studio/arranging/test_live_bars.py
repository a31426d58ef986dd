"""Changes on the bar: the bars are heard, what is asked for waits for them, and what was played is made again."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen_studio.core.live import LiveRequest, Mailbox, Steered, Steering
from musicgen_studio.engine.api import LiveChunk
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.paths import resources_dir
from musicgen_studio.studio.arranging.live import LiveSession
from musicgen_studio.studio.arranging.live_bars import BarsHeard
from musicgen_studio.studio.arranging.live_schedule import Scheduled, schedule_of
from musicgen_studio.studio.making.live_record import LiveRecord
from tests.studio.arranging.test_live import CALM, NAMED, ROCK, Heard, again, clicks

pytestmark = pytest.mark.usefixtures("on_one_core")

RATE = 32000
LAG_FRAMES = 3
"""So many frames after a chunk's first all of the sound is made as it says."""


def known(bpm: float, first_s: float = 0.0, seconds: float = 12.0) -> BarsHeard:
    """Return the bars of known music, heard where it begins so late."""
    bars = BarsHeard(lambda frames: (round(first_s * RATE), clicks(bpm, seconds)[:frames]), RATE)
    bars.listen()
    return bars


@pytest.mark.parametrize("bpm", [96.0, 120.0, 132.0])
def test_the_next_bar_is_heard_in_what_sounds_and_carried_on(bpm: float) -> None:
    bars, bar_s = known(bpm, first_s=7.0), 4 * 60 / bpm
    for bar in range(1, 12):
        expected_s = 7.0 + bar * bar_s
        assert bars.next_s(expected_s - 0.6 * bar_s, None) == pytest.approx(expected_s, abs=0.05)


def test_where_nothing_is_heard_the_stated_tempo_counts() -> None:
    silent = BarsHeard(lambda frames: (0, np.zeros((frames, 1), np.float32)), RATE)
    silent.listen()
    assert silent.next_s(4.1, 120.0) == pytest.approx(6.0)
    assert silent.next_s(6.0, 120.0) == pytest.approx(6.0)
    assert silent.next_s(4.1, None) is None
    assert known(96.0).next_s(4.1, 120.0) == pytest.approx(5.0, abs=0.05)  # what is surely heard counts before


def played(
    engine: MusicGen, turns: dict[int, Steering], bpm: float, seconds: float, first: Steering
) -> tuple[LiveSession, Heard, list[float | None]]:
    """Play over known music, with changes on its bars; return how long each chunk said it waits, too."""
    mailbox, heard, waits = Mailbox(first), Heard(), list[float | None]()

    def turn(chunk: LiveChunk) -> None:
        waits.append(session.facts.waits_s)
        if chunk.frame in turns:
            mailbox.put(turns[chunk.frame])

    session = LiveSession(engine, NAMED, LiveRequest(7), mailbox, heard, on_chunk=turn)
    session.bar.bars = known(bpm)
    session.bar.is_on = True
    session.run(seconds)
    return session, heard, waits


def record_of(session: LiveSession, heard: Heard) -> LiveRecord:
    record = session.record(0, len(heard.samples))
    assert record is not None
    return record


def changes(record: LiveRecord) -> list[Steered]:
    return list(record.steered())


def test_other_weights_wait_for_the_bar_and_the_record_holds_the_frame(engine: MusicGen) -> None:
    """Bars of 2 s are 100 frames: what is asked for at 1.2 s and 1.4 s comes as one at 2 s, and is made again so."""
    first = Steering((CALM, ROCK), (1, 0))
    turns = {60: replace(first, weights=(1, 1)), 70: replace(first, weights=(0, 1), guidance_scale=2.0)}
    session, heard, waits = played(engine, turns, 120.0, 4.0, first)
    record = record_of(session, heard)
    assert [(each.frame, each.steering.weights) for each in changes(record)] == [
        (0, (1, 0)),
        (75, (1, 0)),  # the guidance does not wait
        (95, (0, 1)),  # with 100 all of the sound obeys, but for the lag of 3 frames
    ]
    assert any(wait is not None and 0 < wait < 1 for wait in waits)
    assert waits[-1] is None
    np.testing.assert_array_equal(again(engine, record), heard.samples)


def test_other_prompts_are_read_first_and_come_with_the_bar(engine: MusicGen) -> None:
    first = Steering((CALM, ROCK), (3, 1))
    session, heard, _ = played(engine, {60: Steering(("techno",))}, 120.0, 9.0, first)
    found = changes(record_of(session, heard))
    assert [each.steering.prompts for each in found] == [(CALM, ROCK), (CALM, ROCK, "techno"), ("techno",)]
    assert found[1].frame == 65
    assert found[1].steering.shares(3) == pytest.approx((0.75, 0.25, 0.0))
    assert (found[2].frame + LAG_FRAMES) % 100 in (98, 99, 0, 1, 2)
    assert 65 + 125 <= found[2].frame <= 65 + 125 + 100
    np.testing.assert_array_equal(again(engine, record_of(session, heard)), heard.samples)


def test_who_changes_his_mind_while_it_waits_gets_what_he_asked_for_last(engine: MusicGen) -> None:
    first = Steering((CALM, ROCK), (1, 1))
    turns = {60: Steering(("techno",)), 90: Steering(("jazz", "folk"), (1, 1)), 100: first}
    session, heard, waits = played(engine, turns, 120.0, 6.0, first)
    assert {each.steering.prompts[:2] for each in changes(record_of(session, heard))} == {(CALM, ROCK)}
    assert waits[-1] is None


@pytest.mark.parametrize(
    ("prompts", "waits"),
    [
        ((CALM, ROCK, "jazz", "techno"), True),
        (("techno", ROCK, "jazz", "folk"), False),
        (("techno", "waltz", "blues", "choir"), False),
    ],
    ids=["the softest", "the loudest", "all"],
)
def test_what_cannot_be_read_beside_what_sounds_does_not_wait(
    engine: MusicGen, prompts: tuple[str, ...], waits: bool
) -> None:
    """Four prompts are read at a time: the softest gives way to one that is to come; the loudest is not silenced."""
    first = Steering((CALM, ROCK, "jazz", "folk"), (4, 3, 2, 1))
    asked = replace(first, prompts=prompts)
    session, heard, told = played(engine, {60: asked}, 120.0, 5.0, first)
    found = changes(record_of(session, heard))
    assert found[0].steering == first
    assert found[1].frame == 65
    assert found[-1].steering == asked
    assert (found[-1].frame > 65) is waits
    assert told[-1] is None
    assert not waits or (found[-1].frame + LAG_FRAMES) % 100 in (98, 99, 0, 1, 2)


def test_without_any_bar_it_comes_at_once(engine: MusicGen) -> None:
    first = Steering((CALM, ROCK), (1, 0))
    mailbox, heard = Mailbox(first), Heard()

    def turn(chunk: LiveChunk) -> None:
        if chunk.frame == 60:
            mailbox.put(replace(first, weights=(0, 1)))

    session = LiveSession(engine, NAMED, LiveRequest(7), mailbox, heard, on_chunk=turn)
    session.bar.is_on = True
    session.run(2.0)
    assert [each.frame for each in changes(record_of(session, heard))] == [0, 65]


def test_a_schedule_cuts_on_the_stated_bar_and_its_morphs_stay_smooth(engine: MusicGen) -> None:
    schedule = schedule_of("0 | calm at 100 bpm\n0:06.1 | rock at 100 bpm\n0:14 | morph 2 s | jazz at 100 bpm")
    mailbox, heard = Mailbox(Steering(("calm at 100 bpm",))), Heard()
    session = LiveSession(engine, NAMED, LiveRequest(7), Scheduled(schedule, mailbox, 50.0), heard)
    session.bar.holds_weights = False
    session.bar.is_on = True
    session.run(17.0)
    found = changes(record_of(session, heard))
    cut = next(each.frame for each in found if each.steering.prompts == ("rock at 100 bpm",))
    assert cut == pytest.approx(360 - LAG_FRAMES, abs=2.5)  # the bar at 7.2 s, bars of 2.4 s
    shares = [each.steering.weights[-1] for each in found if each.steering.prompts[-1:] == ("jazz at 100 bpm",)]
    assert len(shares) > 15


def test_the_starter_changes_on_the_bar_of_known_music_while_it_is_listened_to() -> None:
    """The real checkpoint on its own threads, with the thread that listens beside it: made again sample for sample."""
    starter = load_engine(resources_dir() / "starter", "cpu")
    first = Steering(("happy rock", "sad jazz"), (1, 0))
    mailbox, heard = Mailbox(first), Heard()

    def turn(chunk: LiveChunk) -> None:
        if chunk.frame == 130:
            mailbox.put(replace(first, weights=(0, 1)))
        if chunk.frame == 250:
            mailbox.put(Steering(("energetic techno",)))

    session = LiveSession(starter, NAMED, LiveRequest(3), mailbox, heard, on_chunk=turn)
    session.bar.bars = known(120.0)
    session.bar.turn(is_on=True)
    session.run(10.0)
    found = changes(record_of(session, heard))
    assert [each.frame for each in found[:2]] == [0, 195]
    assert found[-1].steering.prompts == ("energetic techno",)
    assert (found[-1].frame + LAG_FRAMES) % 100 in (98, 99, 0, 1, 2)
    np.testing.assert_array_equal(again(starter, record_of(session, heard)), heard.samples)


def test_nobody_listens_any_more_once_the_music_is_over(engine: MusicGen) -> None:
    session = LiveSession(engine, NAMED, LiveRequest(7), Mailbox(Steering((CALM,))), Heard())
    session.bar.turn(is_on=True)
    session.run(0.5)
    session.bar.turn(is_on=True)  # it still stands in the window while its clip is being finished
    assert session.bar.bars._over is None
