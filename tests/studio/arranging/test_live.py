"""Playing live without a face: how it ends, what is kept of it, and that what is kept can be made again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.compute.priority import NICENESS
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.live import LiveRequest, Mailbox, Steering
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.engine.api import LiveChunk
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import read
from musicgen_studio.paths import resources_dir
from musicgen_studio.studio.arranging import live, live_history, live_lead
from musicgen_studio.studio.arranging.live import LiveOutput, LiveSession, Unheard, recorded
from musicgen_studio.studio.arranging.live_bench import measure_live
from musicgen_studio.studio.arranging.live_ending import WITHOUT_BEATS_S, phrase_end
from musicgen_studio.studio.arranging.live_lead import LEAD_S
from musicgen_studio.studio.arranging.live_output import ClockOutput
from musicgen_studio.studio.arranging.live_play import KnobToEar
from musicgen_studio.studio.arranging.live_schedule import Entry, Schedule, Scheduled, schedule_of
from musicgen_studio.studio.arranging.live_tape import Tape
from musicgen_studio.studio.making.live_record import LiveRecord, Numbers, is_live
from musicgen_studio.studio.making.live_remake import live_differences, remade
from musicgen_studio.studio.making.order import CheckpointRecord
from tests.niceness import may_lower, niceness

pytestmark = pytest.mark.usefixtures("on_one_core")

CALM, ROCK = "calm piano with strings", "driving rock"
NAMED = CheckpointRecord("tiny", "0" * 64, "CC0", "starter")
TUNE = Melody.of([Note(0.0, 0.4, 60), Note(0.5, 0.4, 67)])


class Heard(Unheard):
    """Collects what is to be heard."""

    def __init__(self) -> None:
        self.pieces: list[Audio] = []

    def write(self, audio: Audio) -> None:
        """Keep it."""
        self.pieces.append(audio)

    @property
    def samples(self) -> np.ndarray:
        """All of it."""
        return np.concatenate([piece.samples for piece in self.pieces])


def turned(mailbox: Mailbox, chunk: LiveChunk) -> None:
    """Steer by what is made: weights, guidance, a melody and other prompts."""
    now = mailbox.steering
    mailbox.put(replace(now, weights=(1.0, (chunk.frame // 5) % 4), guidance_scale=2.0 + chunk.frame % 3))
    if chunk.frame == 60:
        mailbox.put(replace(mailbox.steering, melody=TUNE))
    if chunk.frame == 200:
        mailbox.put(replace(mailbox.steering, prompts=(ROCK, "techno")))


def begun(engine: MusicGen, fade_in_s: float = 0.0) -> tuple[LiveSession, Heard]:
    """Return a session that is steered by what is made, not running yet, and what is heard of it."""
    mailbox, heard = Mailbox(Steering((CALM, ROCK), (1, 1))), Heard()
    session = LiveSession(
        engine, NAMED, LiveRequest(7), mailbox, heard, fade_in_s, on_chunk=lambda chunk: turned(mailbox, chunk)
    )
    return session, heard


def played(
    engine: MusicGen, seconds: float = 7.0, fade_in_s: float = 0.0, fade_out_s: float = 0.0
) -> tuple[LiveSession, Heard]:
    session, heard = begun(engine, fade_in_s)
    session.run(seconds, fade_out_s)
    return session, heard


def again(engine: MusicGen, record: LiveRecord) -> np.ndarray:
    """Make a recording again from what its file says."""
    read_back = LiveRecord.from_json(record.to_json())
    return np.concatenate([piece.samples for piece in remade(engine, read_back, threading.Event())])


def test_it_lasts_as_long_as_was_said_to_the_frame(engine: MusicGen) -> None:
    session, heard = played(engine, 2.123)
    assert len(heard.samples) == round(2.123 * 32000)
    assert session.facts.heard_s == pytest.approx(2.123)
    assert session.facts.speed > 0


def test_what_was_heard_last_is_kept_and_made_again(engine: MusicGen) -> None:
    session, heard = played(engine)
    for seconds in (0.5, 2.0, 6.9, 30.0):
        kept = session.keep(seconds)
        assert kept is not None
        expected = heard.samples[-round(seconds * 32000) :]
        np.testing.assert_array_equal(kept.audio.samples, expected)
        np.testing.assert_array_equal(again(engine, kept.record), expected)
    kept = session.keep()
    assert kept is not None
    assert kept.record.prompts == (CALM, ROCK, "techno")


def test_a_kept_stretch_does_not_replay_what_came_before(engine: MusicGen) -> None:
    session, _ = played(engine)
    kept = session.keep(1.0)
    assert kept is not None
    assert kept.record.begin.frame >= 350 - 50 - 100  # the kept second, and a window at most


def test_it_fades_in_and_out_and_a_remake_does_the_same(engine: MusicGen) -> None:
    session, heard = played(engine, 4.0, 1.0, 1.5)
    _, plain = played(engine, 4.0)
    level = np.abs(heard.samples[:, 0]) / np.maximum(np.abs(plain.samples[:, 0]), 1e-9)
    assert level[0] == 0
    assert level[16000] == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(heard.samples[32000:80000], plain.samples[32000:80000])
    assert level[80000 + 24000] == pytest.approx(0.5, abs=0.01)
    assert level[-1] < 1e-6
    kept = session.keep(30.0)
    assert kept is not None
    np.testing.assert_array_equal(again(engine, kept.record), heard.samples)


def test_whoever_stops_it_is_obeyed(engine: MusicGen) -> None:
    for fade_s, most_s in ((0.0, 0.5), (1.0, 1.7)):
        sessions = list[LiveSession]()

        def stop(chunk: LiveChunk, fade_s: float = fade_s, sessions: list[LiveSession] = sessions) -> None:
            if chunk.frame == 20:
                sessions[0].fade_out(fade_s)

        session = LiveSession(engine, NAMED, LiveRequest(1), Mailbox(Steering((CALM,))), Unheard(), on_chunk=stop)
        sessions.append(session)
        session.run()
        assert fade_s < session.facts.heard_s < most_s


def test_whoever_stops_it_while_the_end_of_the_phrase_is_looked_for_is_obeyed(
    engine: MusicGen, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = LiveSession(engine, NAMED, LiveRequest(1), Mailbox(Steering((CALM,))), Unheard())

    def looked_for(*_heard: object) -> tuple[int, float]:
        session.fade_out(0.5, 32000)
        return 5 * 32000, 1.0

    monkeypatch.setattr(live, "phrase_end", looked_for)
    session.end_with_the_phrase()
    for thread in threading.enumerate():
        if thread.name == "end of the phrase":
            thread.join()
    session.run()
    assert session.history.end == 32000


def test_a_recording_on_disk_is_what_was_heard_and_its_record_makes_it_again(engine: MusicGen, tmp_path: Path) -> None:
    session, heard = begun(engine, 0.5)
    tape = recorded(session, tmp_path / "night.wav")
    session.run(7.0, 1.0)
    tape.close()
    assert tape.problem is None
    np.testing.assert_array_equal(read(tmp_path / "night.wav").samples, heard.samples)
    text = (tmp_path / "night.json").read_text(encoding="utf-8")
    assert is_live(text)
    np.testing.assert_array_equal(again(engine, LiveRecord.from_json(text)), heard.samples)
    with pytest.raises(UserProblem, match="replace a file"):
        recorded(session, tmp_path / "night.wav")


def test_a_recording_whose_end_cannot_be_written_ends_and_says_so(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "night.wav", 32000, 1, lambda _frames: "{}")
    tape.append(np.zeros((3200, 1), np.float32))
    tape.record_file.mkdir()  # no file can take its place
    closing = threading.Thread(target=tape.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()
    assert tape.problem is not None
    assert len(read(tape.path).samples) == 3200


def test_what_is_held_does_not_grow(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second of sound, and of what was asked for and where windows opened a fixed number."""
    monkeypatch.setattr(live_history, "MAX_STEERED", 30)
    history = live_history.History(32000, 1, recent_s=0.5)
    mailbox = Mailbox(Steering((CALM, ROCK), (1, 1)))

    sizes = list[tuple[int, int, int]]()

    def look(chunk: LiveChunk) -> None:
        turned(mailbox, chunk)
        if chunk.frame in (200, 395):
            held = sum(len(each) for each in history._sound)
            sizes.append((held, len(history._states), len(history._steered)))

    other = LiveSession(engine, NAMED, LiveRequest(7), mailbox, Unheard(), on_chunk=look)
    other.history = history
    other.run(8.0)
    assert len(sizes) == 2
    assert all(16000 <= sound < 16000 + 2 * 3200 for sound, _, _ in sizes)
    assert all(steered <= 30 for _, _, steered in sizes)
    assert all(states <= live_history.MAX_STATES for _, states, _ in sizes)
    assert history.past(0) is None  # too long ago
    kept = other.keep(0.5)
    assert kept is not None
    np.testing.assert_array_equal(again(engine, kept.record), kept.audio.samples)


def test_music_is_made_only_a_little_ahead(engine: MusicGen) -> None:
    """On a clock that only waiting moves: no more than the lead and a chunk is ever unheard."""
    now_s = [0.0]

    def sleep(seconds: float) -> None:
        now_s[0] += seconds

    output = ClockOutput(0.1, lambda: now_s[0], sleep)
    most = [0.0]

    def look(_chunk: LiveChunk) -> None:
        most[0] = max(most[0], output._written_s - output.taken_s)

    session = LiveSession(
        engine, NAMED, LiveRequest(1), Mailbox(Steering((CALM,))), output, on_chunk=look, clock=lambda: now_s[0]
    )
    session.run(3.0)
    assert output.breaks == 0
    assert 0.1 <= most[0] <= 0.1 + 0.1 + 0.03
    assert now_s[0] == pytest.approx(3.0, abs=0.25)


def test_after_a_break_as_much_is_gathered_as_is_to_be_ahead(engine: MusicGen) -> None:
    """A machine that is a little slower than the music breaks off seldom and for long, not at every second chunk."""
    now_s = [0.0]

    def sleep(seconds: float) -> None:
        now_s[0] += seconds

    output = ClockOutput(0.1, lambda: now_s[0], sleep)
    session = LiveSession(
        engine,
        NAMED,
        LiveRequest(1),
        Mailbox(Steering((CALM,))),
        output,
        on_chunk=lambda _chunk: sleep(0.12),
        clock=lambda: now_s[0],
    )
    session.run(16.0)
    assert 3 < session.facts.breaks < 12
    assert session.facts.lead_s > 1


def test_where_the_sound_breaks_off_more_is_made_ahead(engine: MusicGen) -> None:
    """On a machine that takes 0.15 s for each chunk of 0.1 s it breaks off, and says so."""
    now_s = [0.0]

    def sleep(seconds: float) -> None:
        now_s[0] += seconds

    output = ClockOutput(0.1, lambda: now_s[0], sleep)
    session = LiveSession(
        engine,
        NAMED,
        LiveRequest(1),
        Mailbox(Steering((CALM,))),
        output,
        on_chunk=lambda _chunk: sleep(0.15),
        clock=lambda: now_s[0],
    )
    session.run(3.0)
    assert session.facts.breaks > 3
    assert session.facts.lead_s > 0.3
    assert session.facts.speed == pytest.approx(0.66, abs=0.03)


def test_what_one_bad_moment_cost_is_given_back(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine stands still for half a second at the beginning, and is quick from then on."""
    monkeypatch.setattr(live_lead, "QUIET_S", 15.0)  # a test has no five minutes
    now_s = [0.0]

    def sleep(seconds: float) -> None:
        now_s[0] += seconds

    output = ClockOutput(LEAD_S, lambda: now_s[0], sleep)
    leads = list[float]()

    def make(chunk: LiveChunk) -> None:
        sleep(0.5 if chunk.frame == 20 else 0.03)
        leads.append(session.facts.lead_s)

    session = LiveSession(
        engine, NAMED, LiveRequest(1), Mailbox(Steering((CALM,))), output, on_chunk=make, clock=lambda: now_s[0]
    )
    session.run(150.0)
    assert session.facts.breaks == 1
    assert max(leads) == pytest.approx(1.5 * LEAD_S)
    assert session.facts.lead_s == LEAD_S


def clicks(bpm: float, seconds: float) -> np.ndarray:
    """Return a beat that accents every fourth: a kick, and hats."""
    samples = np.zeros((round(seconds * 32000), 1), np.float32)
    beat = round(60 / bpm * 32000)
    time_s = np.arange(6400) / 32000
    kick = np.sin(2 * np.pi * 60 * time_s) * np.exp(-time_s * 20)
    snare = np.random.default_rng(1).standard_normal(6400) * np.exp(-time_s * 40) * 0.5
    for number, at in enumerate(range(0, len(samples) - 6400, beat)):
        samples[at : at + 6400, 0] += kick if number % 4 in (0, 2) else snare
        samples[at : at + 6400, 0] += kick * (number % 4 == 0)
    return samples * 0.4


@pytest.mark.parametrize("first_s", [0, 6, 10])
def test_an_end_is_where_four_bars_end(first_s: int) -> None:
    first = first_s * 32000
    end, fade_s = phrase_end(first, clicks(120, 16.0), 32000)
    assert first + (16 + 4) * 32000 <= end < first + (16 + 4 + 8) * 32000
    phrases = end / (4 * 2.0 * 32000)
    assert phrases == pytest.approx(round(phrases), abs=0.01)
    assert fade_s == pytest.approx(2.0, abs=0.05)
    end, fade_s = phrase_end(0, np.zeros((32000 * 2, 1), np.float32), 32000)
    assert (end, fade_s) == (32000 * 2 + 6 * 32000, WITHOUT_BEATS_S)


def test_an_end_lies_ahead_of_what_was_made_while_it_was_looked_for() -> None:
    """Without a device nobody waits for what is heard, and much is made in the time that listening takes."""
    made = 40 * 32000
    end, fade_s = phrase_end(0, clicks(120, 16.0), 32000, lambda: made)
    assert made + 4 * 32000 <= end < made + (4 + 8) * 32000
    assert end / (4 * 2.0 * 32000) == pytest.approx(6, abs=0.02)
    assert fade_s == pytest.approx(2.0, abs=0.05)
    silence = np.zeros((32000 * 2, 1), np.float32)
    assert phrase_end(0, silence, 32000, lambda: made) == (made + 6 * 32000, WITHOUT_BEATS_S)


def test_a_schedule_says_what_is_heard_when() -> None:
    schedule = schedule_of("# night\n0 | calm\n\n10 | morph 20 s | rock\n12:30 | cut | jazz\n1:00:00 | waltz")
    assert schedule.at(0) == (("calm",), (1.0,))
    assert schedule.at(598) == (("calm", "rock"), (1.0, 0.0))
    assert schedule.at(605) == (("calm", "rock"), (0.75, 0.25))
    assert schedule.at(700) == (("rock",), (1.0,))
    assert schedule.at(749) == (("rock", "jazz"), (1.0, 0.0))
    assert schedule.at(750) == (("jazz",), (1.0,))
    assert schedule.at(9999) == (("waltz",), (1.0,))
    assert schedule_of("0 | calm\n1,5 | morph 0,5 min | rock").at(105) == (("calm", "rock"), (0.5, 0.5))
    rest = Mailbox(Steering(("x",), guidance_scale=5.0))
    assert Scheduled(schedule, rest, 50.0).read(605 * 50) == Steering(("calm", "rock"), (0.75, 0.25), 5.0)


def test_a_prompt_by_the_minute_is_there_in_time_also_where_the_window_slides_before_it() -> None:
    """Two seconds after the first slide of the starter's window; then with longer chunks, which take longer to read."""
    starter = load_engine(resources_dir() / "starter", "cpu")
    start = round(starter.info.window_s * 50) + 100
    schedule = Schedule((Entry(0.0, CALM), Entry(start / 50, ROCK)))
    told = dict[int, tuple[str, ...]]()

    def look(chunk: LiveChunk) -> None:
        before = told.get(chunk.frame - 5, ())
        told[chunk.frame] = before if chunk.opened is None else chunk.opened.told.prompts

    rest = Mailbox(Steering((CALM,)))
    source = Scheduled(schedule, rest, 50.0)
    session = LiveSession(starter, NAMED, LiveRequest(3), source, Unheard(), on_chunk=look)
    session.run(start / 50 + 0.5)
    assert ROCK in told[start]
    assert ROCK not in told[start - 300]
    slow = Scheduled(schedule_of("0 | calm\n1 | rock"), rest, 50.0, chunk_frames=20)
    assert slow.read((60 - 21) * 50).prompts == ("calm", "rock")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must begin at 0"),
        ("1 | calm", "must begin at 0"),
        ("0 | calm\n0 | rock", "must begin once"),
        ("0 | calm\n1 | morph 2 min | rock\n2 | jazz", "must begin once"),
        ("0 | calm\nrock", "Line 2"),
        ("0 | calm\nsoon | rock", "Line 2"),
        ("0 | morph a while | calm", "Line 1"),
        (f"0 | calm\n{'9' * 400} | rock", "Line 2"),
        (f"0 | calm\n{'9' * 5000}:00 | rock", "Line 2"),
        (f"0 | calm\n1 | morph {'9' * 400} s | rock", "Line 2"),
    ],
)
def test_a_wrong_schedule_says_where(text: str, why: str) -> None:
    with pytest.raises(UserProblem) as caught:
        schedule_of(text)
    assert why in caught.value.why


def test_a_record_that_was_edited_is_refused(engine: MusicGen) -> None:
    session, _ = played(engine, 1.0)
    kept = session.keep()
    assert kept is not None
    record = kept.record
    for wrong in (
        replace(record, kind="other"),
        replace(record, format=3),
        replace(record, asked=()),
        replace(record, seed=-1),
        replace(record, stretch=replace(record.stretch, frames=0)),
    ):
        with pytest.raises(UserProblem):
            LiveRecord.from_json(wrong.to_json())
    assert not LiveRecord.from_json(record.to_json()).request.weighs_by_place
    assert LiveRecord.from_json(replace(record, format=1).to_json()).request.weighs_by_place
    for broken in (
        replace(record, begin=replace(record.begin, codes=Numbers("int16", (4, 9), "AAAA"))),
        replace(record, begin=replace(record.begin, codes=Numbers("int16", (4, 10**9), "AAAA"))),
        replace(record, begin=replace(record.begin, noise=Numbers.of(np.zeros(3, np.uint8)))),
        replace(record, asked=(replace(record.asked[0], weights=(0.0, 0.0)),)),
        replace(record, asked=(replace(record.asked[0], melody=3),)),
    ):
        with pytest.raises(UserProblem):
            next(remade(engine, broken, threading.Event()))
    for text in ("", "{", "[]", '{"kind":"live"}'):
        with pytest.raises(UserProblem):
            LiveRecord.from_json(text)


def test_it_says_why_samples_may_differ(engine: MusicGen) -> None:
    session, _ = played(engine, 0.5)
    kept = session.keep()
    assert kept is not None
    assert live_differences(kept.record, engine.info) == []
    other = replace(kept.record, precision="int8", program_version="0.0")
    assert len(live_differences(other, engine.info)) == 2


def test_from_a_control_to_its_sound_is_measured(engine: MusicGen) -> None:
    """On a clock: no sooner than what is unheard and what a frame's codebooks need, and it is found every time."""
    now_s = [0.0]
    ear = KnobToEar(32000, lambda: now_s[0])
    asked = Steering((CALM,), temperature=0.5)
    chunks = list[LiveChunk]()
    mailbox = Mailbox(Steering((CALM,)))

    def look(chunk: LiveChunk) -> None:
        chunks.append(chunk)
        if chunk.frame == 20:
            ear.turn(asked)
            mailbox.put(asked)
        ear.made(chunk)

    LiveSession(engine, NAMED, LiveRequest(1), mailbox, Unheard(), on_chunk=look).run(1.0)
    obeys_s = chunks[5].obeys / 32000
    assert chunks[5].steering is asked
    assert obeys_s == pytest.approx((25 + 3) / 50)
    now_s[0] = 0.2
    ear.look(obeys_s - 0.01)
    assert not ear.is_free
    now_s[0] = 0.3
    ear.look(obeys_s)
    assert ear.is_free
    assert ear.measured_s == [0.3]


def test_a_drag_is_followed_by_what_is_first_made_of_it(engine: MusicGen) -> None:
    """A mouse asks for much more than there are chunks: what was replaced before is never made, nor waited for."""
    now_s, mailbox = [0.0], Mailbox(Steering((CALM,)))
    ear = KnobToEar(32000, lambda: now_s[0])
    drag = [Steering((CALM,), temperature=0.5 + step / 10) for step in range(3)]
    obeys = list[float]()

    def look(chunk: LiveChunk) -> None:
        if chunk.frame == 20:
            for step, asked in enumerate(drag):
                now_s[0] = step / 100
                ear.turn(asked)
                mailbox.put(asked)
        if chunk.steering is drag[-1]:
            obeys.append(chunk.obeys / 32000)
        ear.made(chunk)

    LiveSession(engine, NAMED, LiveRequest(1), mailbox, Unheard(), on_chunk=look).run(1.0)
    now_s[0] = 0.3
    ear.look(obeys[0])
    assert ear.measured_s == [pytest.approx(0.28)]
    assert ear.is_free


@pytest.mark.skipif(not may_lower(), reason="this user may not lower a niceness")
@pytest.mark.parametrize("output", [ClockOutput(0.1), Unheard()])
def test_what_is_heard_goes_before_other_programs(engine: MusicGen, output: LiveOutput) -> None:
    found, before = set[int](), niceness(0)
    mailbox = Mailbox(Steering((CALM,)))
    session = LiveSession(
        engine, NAMED, LiveRequest(7), mailbox, output, on_chunk=lambda _chunk: found.add(niceness(0))
    )
    session.run(0.5)
    assert found == {before if isinstance(output, Unheard) else NICENESS}
    assert niceness(0) == before


def test_the_bench_plays_turns_and_measures(engine: MusicGen) -> None:
    @contextmanager
    def heard() -> Iterator[ClockOutput]:
        yield ClockOutput(0.1)

    figures = measure_live(engine, NAMED, heard(), "clock", 6.0)
    assert figures.turns >= 1
    assert 0.1 < figures.median_s <= figures.p99_s
    assert figures.seconds > 5


def test_a_bench_too_short_to_measure_says_so(engine: MusicGen) -> None:
    with pytest.raises(UserProblem, match="Nothing was measured") as caught:
        measure_live(engine, NAMED, nullcontext(ClockOutput(0.1)), "clock", 0.5)
    assert "longer" in caught.value.what_to_do
