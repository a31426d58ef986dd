"""The job loop in a thread of its own, with a real library and a fake engine that can be held, stopped and broken."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.ending import Ending
from musicgen_studio.core.request import USUAL_SAMPLING
from musicgen_studio.dsp.tones import tones
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.making.engines import EngineChoice, EngineFacts, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord, Order, Sounds
from musicgen_studio.studio.making.queue import EngineChanged, Job, JobEnded, JobEvent, JobLoop, JobStarted, JobState
from musicgen_studio.studio.making.record import Record
from musicgen_studio.studio.making.source import open_melody
from tests.dsp.melodies import written
from tests.fake_engine import FakeEngine

STARTER = EngineChoice()
RECORD = CheckpointRecord("starter", "0" * 64, "free", "starter")
PROBLEM = UserProblem("It does not fit.", "Too big.", "Take a smaller one.")


class Studio:
    """A running loop, its events in order, and what it loads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.events: SimpleQueue[JobEvent] = SimpleQueue()
        self.loaded: list[EngineChoice] = []
        self.engine = FakeEngine(before_block=self._before_block)
        self.before_block: Callable[[int], None] = lambda _made: None
        self.before_load: Callable[[], object] = lambda: None
        self.load_problem: UserProblem | None = None
        self.given_back: list[EngineFacts | None] = []
        """What was loaded whenever memory was given back."""
        self.loop = JobLoop(
            self._load, library, self.events.put, give_memory_back=lambda: self.given_back.append(self.loop.facts)
        )
        self._thread = threading.Thread(target=self.loop.run)
        self._thread.start()

    def _before_block(self, made: int) -> None:
        self.before_block(made)

    def _load(self, choice: EngineChoice) -> LoadedEngine:
        self.before_load()
        if self.load_problem is not None:
            raise self.load_problem
        self.loaded.append(choice)
        return LoadedEngine(self.engine, RECORD)

    def make(self, job: Job) -> JobEnded:
        """Submit a job and wait for its end."""
        self.loop.submit(job)
        return self.wait_for_end()

    def wait_for_end(self) -> JobEnded:
        """Return the next job's end."""
        while True:
            event = self.events.get(timeout=20)
            if isinstance(event, JobEnded):
                return event

    def close(self) -> bool:
        """End the loop; tell whether it did."""
        self.loop.quit()
        self._thread.join(20)
        return not self._thread.is_alive()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def studio(library: Library) -> Iterator[Studio]:
    running = Studio(library)
    yield running
    assert running.close()


def job(prompt: str = "happy rock", seconds: float = 2.0, **changes: Any) -> Job:
    return composing.new_job(replace(Order((prompt,), seconds), **changes), STARTER)


def test_a_job_becomes_a_clip(studio: Studio) -> None:
    ended = studio.make(job(seed=7))
    (clip,) = studio.library.clips()
    assert ended.clips == (clip,)
    assert (clip.title, clip.prompt, clip.seed, clip.is_complete) == ("Happy rock", "happy rock", 7, True)
    assert ended.job.state is JobState.DONE
    assert studio.library.read(clip.id).frames == clip.frames == 64000
    settled = replace(job(seed=7).request, **asdict(USUAL_SAMPLING))  # what was left open is written down
    assert Record.from_json(clip.recipe).order.request(Sounds()) == settled


def test_sound_and_clips_are_told_with_the_first_block(studio: Studio) -> None:
    studio.make(job())
    number = studio.loop.submit(job(takes=3))
    started = None
    while started is None:
        event = studio.events.get(timeout=20)
        started = event if isinstance(event, JobStarted) else None
    ended = studio.wait_for_end()
    assert started.job == ended.job.id == number
    assert [clip.id for clip in started.clips] == [clip.id for clip in ended.clips]
    assert [clip.title for clip in ended.clips] == [f"Happy rock · take {take}" for take in (1, 2, 3)]
    for sound, clip in zip(started.sounds, ended.clips, strict=True):
        assert sound.is_ended
        assert np.array_equal(sound.read(0, sound.frames), studio.library.read(clip.id).samples)


def test_one_engine_serves_all_jobs_until_another_is_wanted(studio: Studio) -> None:
    studio.make(job())
    studio.make(job())
    studio.make(replace(job(), choice=EngineChoice(precision="int8")))
    assert studio.loaded == [STARTER, EngineChoice(precision="int8")]


def test_memory_is_given_back_once_the_engine_is_gone(studio: Studio) -> None:
    studio.make(job())
    assert studio.given_back == []
    studio.loop.unload()
    studio.make(job())
    assert studio.given_back == [None]
    studio.make(replace(job(), choice=EngineChoice(precision="int8")))  # another engine takes its place
    assert studio.given_back == [None, None]


def test_cancelling_keeps_what_was_made(studio: Studio) -> None:
    def cancel_after_two(made: int) -> None:
        if made == 2:
            studio.loop.cancel(1)

    studio.before_block = cancel_after_two
    ended = studio.make(job(seconds=10))
    (clip,) = ended.clips
    assert ended.job.state is JobState.STOPPED
    assert (clip.is_complete, clip.frames) == (False, 32000)
    assert studio.library.read(clip.id).frames == 32000


def test_cancelling_before_the_first_sound_leaves_nothing(studio: Studio) -> None:
    studio.before_block = lambda _made: studio.loop.cancel(1)
    assert studio.make(job()).clips == ()
    assert studio.library.clips() == []


def test_the_queue_can_be_changed_while_it_waits(studio: Studio) -> None:
    go = threading.Event()

    def wait_for_go(_made: int) -> None:
        go.wait(20)

    studio.before_block = wait_for_go
    numbers = [studio.loop.submit(job(f"song {index}", 0.5)) for index in range(4)]
    studio.loop.move(numbers[3], 0)
    studio.loop.cancel(numbers[1])
    go.set()
    titles = [studio.wait_for_end().job.title for _ in range(3)]
    assert titles[0] == "Song 0" or titles[0] == "Song 3"  # the first may have begun before the move
    assert sorted(titles) == ["Song 0", "Song 2", "Song 3"]
    assert titles.index("Song 3") < titles.index("Song 2")


def test_views_tell_how_far_a_job_is(studio: Studio) -> None:
    seen = []

    def look(made: int) -> None:
        if made == 2:
            seen.extend(studio.loop.views())

    studio.before_block = look
    studio.make(job(seconds=4))
    (view,) = seen
    assert (view.state, view.made_s, view.wanted_s) == (JobState.MAKING, 1.0, 4.0)
    assert view.left_s == pytest.approx(3.0 / view.speed)
    assert studio.loop.views() == []


def test_a_job_is_being_made_from_when_its_engine_is_there(studio: Studio) -> None:
    """Its first sound may take seconds, in which no checkpoint is being loaded."""
    seen: list[JobState] = []
    studio.before_load = lambda: seen.extend(view.state for view in studio.loop.views())
    studio.before_block = lambda _made: seen.extend(view.state for view in studio.loop.views())
    studio.make(job(seconds=1))
    assert seen == [JobState.LOADING, JobState.MAKING, JobState.MAKING]


def test_a_job_that_is_cancelled_while_its_checkpoint_loads_says_at_once_that_it_stops(studio: Studio) -> None:
    seen: list[bool] = []

    def cancel() -> None:
        for _ in range(2):
            seen.extend(view.is_stopping for view in studio.loop.views())
            studio.loop.cancel(1)

    studio.before_load = cancel
    ended = studio.make(job(seconds=1))
    assert seen == [False, True]
    assert (ended.job.state, ended.job.is_stopping, ended.clips) == (JobState.STOPPED, False, ())


@pytest.mark.parametrize("error", [PROBLEM, RuntimeError("odd")])
def test_a_failing_job_keeps_what_it_made_and_the_loop_goes_on(studio: Studio, error: Exception) -> None:
    def fail_at_two(made: int) -> None:
        if made == 2:
            raise error

    studio.before_block = fail_at_two
    failed = studio.make(job())
    studio.before_block = lambda _made: None
    assert failed.job.state is JobState.FAILED
    assert [clip.is_complete for clip in failed.clips] == [False]
    assert (failed.job.problem is PROBLEM) == (error is PROBLEM)
    assert (failed.bug is None) == (error is PROBLEM)
    assert studio.make(job()).job.state is JobState.DONE


def test_a_checkpoint_that_does_not_load_fails_the_job_alone(studio: Studio) -> None:
    studio.load_problem = PROBLEM
    assert studio.make(job()).job.problem is PROBLEM
    studio.load_problem = None
    assert studio.make(job()).job.state is JobState.DONE


def test_warming_up_and_unloading(studio: Studio) -> None:
    studio.loop.warm_up(STARTER)
    warm = studio.events.get(timeout=20)
    studio.loop.unload()
    gone = studio.events.get(timeout=20)
    assert isinstance(warm, EngineChanged)
    assert warm.facts == EngineFacts(studio.engine.info, RECORD)
    assert gone == EngineChanged(None)
    assert studio.make(job()).job.state is JobState.DONE
    assert len(studio.loaded) == 2


def test_an_idle_engine_is_let_go(library: Library) -> None:
    studio = Studio(library)
    studio.loop.unload_after_s = 0.01
    studio.make(job())
    assert studio.events.get(timeout=20) == EngineChanged(None)
    assert studio.close()


def test_quitting_in_the_middle_saves_what_there_is(library: Library) -> None:
    studio = Studio(library)

    def quit_after_two(made: int) -> None:
        if made == 2:
            studio.loop.quit()

    studio.before_block = quit_after_two
    studio.loop.submit(job(seconds=10))
    studio.loop.submit(job(seconds=10))
    assert studio.wait_for_end().job.state is JobState.STOPPED
    assert studio.close()
    assert [clip.frames for clip in library.clips()] == [32000]
    assert studio.loop.views() == []


def sine_clip(library: Library) -> Clip:
    samples = np.sin(np.arange(32000, dtype=np.float32))[:, None] * np.float32(0.3)
    clip = Clip("a" * 32, "Night drive", Origin.IMPORTED, "2026-01-01T00:00:00+00:00", 32000, 32000, 1, prompt="calm")
    return library.add(clip, Audio(samples, 32000))


def _ended_early(clip: Clip) -> Clip:
    """Return a clip as it were if its music had come to rest a quarter of a second before it was to."""
    frames, record = clip.frames - clip.sample_rate // 4, Record.from_json(clip.recipe)
    record = replace(record, frames=frames, ending=Ending(4, 1, 1, is_own=True, early_s=0.25))
    return replace(clip, frames=frames, recipe=record.to_json())


@pytest.mark.parametrize("from_frame", [None, 12800])
def test_extending_keeps_the_clip_and_makes_a_longer_one(studio: Studio, from_frame: int | None) -> None:
    clip = sine_clip(studio.library)
    wish = Order(("",), 1.0)
    ended = studio.make(composing.extension_job(studio.library, clip, wish, STARTER, from_frame))
    (longer,) = ended.clips
    kept = from_frame or 32000
    assert (longer.parent, longer.prompt, longer.title) == (clip.id, "calm", "Night drive · extended")
    untouched = kept - 1280  # in the last 40 ms it goes over into what is new
    one, other = (studio.library.read(each.id).samples[:untouched] for each in (longer, clip))
    assert np.array_equal(one, other)
    assert composing.splice_frame(longer) == kept
    assert composing.splice_frame(_ended_early(longer)) == kept
    assert studio.library.get(clip.id) == clip
    studio.library.edit(clip.id, title="Its file has another name now")
    again = studio.make(composing.again_job(studio.library, longer, STARTER)).clips[0]
    assert np.array_equal(studio.library.read(again.id).samples, studio.library.read(longer.id).samples)


def test_again_gives_the_same_samples_and_a_variation_others(studio: Studio) -> None:
    clip = studio.make(job(seed=3)).clips[0]
    again = studio.make(composing.again_job(studio.library, clip, STARTER)).clips[0]
    other = studio.make(composing.again_job(studio.library, clip, STARTER, seed=4)).clips[0]
    first, second, third = (studio.library.read(each.id).samples for each in (clip, again, other))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)
    settled = {"guidance_scale": 3.0, "temperature": 1.0, "top_k": 250, "top_p": 0.0}
    assert composing.record_of_clip(clip).order == Order(("happy rock",), 2.0, seed=3, **settled)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["notes", "midi", "sound"])
def test_a_melody_is_followed_again_and_how_far_is_kept(studio: Studio, tmp_path: Path, kind: str) -> None:
    notes = written("A4 C5 E4", 0.5)
    write_midi(tmp_path / "line.mid", notes)
    write(tmp_path / "hum.wav", tones(notes, 16000), SoundFormat.WAV16)
    melody = {"notes": notes, "midi": open_melody(tmp_path / "line.mid", track=2), "sound": tmp_path / "hum.wav"}[kind]
    wish = Order(("calm",), 1.0, melody_repeats=False)
    clip = studio.make(composing.new_job(wish, STARTER, melody)).clips[0]  # type: ignore[arg-type]
    assert clip.melody_similarity == Record.from_json(clip.recipe).melody_similarity
    assert clip.melody_similarity is not None
    assert studio.library.get(clip.id).melody_similarity == clip.melody_similarity
    again = studio.make(composing.again_job(studio.library, clip, STARTER)).clips[0]
    assert np.array_equal(studio.library.read(again.id).samples, studio.library.read(clip.id).samples)
    assert again.melody_similarity == clip.melody_similarity
    order = composing.record_of_clip(clip).order
    assert (order.prompts, order.duration_s, order.melody_repeats) == (("calm",), 1.0, False)
    assert (order.melody is None, order.melody_notes) == ((True, notes) if kind == "notes" else (False, None))


def test_more_of_a_clip_can_follow_a_melody(studio: Studio) -> None:
    clip = sine_clip(studio.library)
    melody = written("A4 C5", 0.5)
    wish = Order(("",), 1.0)
    plain = composing.extension_job(studio.library, clip, wish, STARTER)
    followed = composing.extension_job(studio.library, clip, wish, STARTER, melody=melody)
    assert followed.request.melody == melody
    assert followed.request.continuation is not None
    one, other = (studio.make(job).clips[0] for job in (plain, followed))
    assert (one.melody_similarity is None, other.melody_similarity is None) == (True, False)
    assert not np.array_equal(studio.library.read(one.id).samples, studio.library.read(other.id).samples)


def test_a_clip_without_a_recipe_says_so(library: Library) -> None:
    clip = sine_clip(library)
    with pytest.raises(UserProblem, match="is not known"):
        composing.record_of_clip(clip)
    assert composing.splice_frame(clip) is None


@pytest.mark.parametrize(
    ("prompt", "title"), [("happy  rock", "Happy rock"), ("", "Untitled"), ("x" * 200, "X" + "x" * 79)]
)
def test_titles(prompt: str, title: str) -> None:
    assert composing.title_of(prompt) == title


def test_music_from_a_melody_alone_is_called_so() -> None:
    assert composing.new_job(Order(("",), 1.0), STARTER, written("A4 C5", 0.5)).title == "From a melody"
    assert composing.new_job(Order(("folk",), 1.0), STARTER, written("A4 C5", 0.5)).title == "Folk"


def test_values_out_of_range_are_a_problem() -> None:
    with pytest.raises(UserProblem, match="duration_s"):
        job(seconds=0)
