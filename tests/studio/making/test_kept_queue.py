"""Jobs that wait through a restart."""

import json
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.making import kept_queue
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.queue import Job
from tests.dsp.melodies import written

CHOICE = EngineChoice("~/models/large", "cuda", "float16")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """A sound to follow."""
    wave = 0.2 * np.sin(np.arange(8000) / 8)
    write(tmp_path / "hum.wav", Audio(wave.astype(np.float32)[:, None], 16000), SoundFormat.WAV16)
    return tmp_path / "hum.wav"


def test_jobs_come_back_with_their_sound(hum: Path) -> None:
    followed = composing.new_job(Order(("calm",), 2.0, takes=2, seed=5), CHOICE, hum)
    drawn = composing.new_job(Order(("wild",), 3.0), CHOICE, written("A4 C5", 0.5))
    jobs, problems = kept_queue.from_json(kept_queue.to_json([followed, drawn]))
    assert problems == []
    assert [job.title for job in jobs] == ["Calm", "Wild"]
    assert [(job.order, job.choice, job.parent) for job in jobs] == [
        (job.order, job.choice, job.parent) for job in (followed, drawn)
    ]
    assert isinstance(jobs[0].request.melody, Audio)
    assert isinstance(followed.request.melody, Audio)
    np.testing.assert_array_equal(jobs[0].request.melody.samples, followed.request.melody.samples)
    assert jobs[1].request == drawn.request


def test_a_job_whose_file_is_gone_is_told_and_the_others_come_back(hum: Path) -> None:
    gone = composing.new_job(Order(("calm",), 2.0), CHOICE, hum)
    other = composing.new_job(Order(("wild",), 3.0), CHOICE)
    text = kept_queue.to_json([gone, other])
    hum.unlink()
    jobs, problems = kept_queue.from_json(text)
    assert jobs == [other]
    assert ["not found" in problem.what for problem in problems] == [True]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 2, "jobs": []}', '{"format": 1, "jobs": [5]}'])
def test_other_text_holds_no_jobs(text: str) -> None:
    assert kept_queue.from_json(text) == (list[Job](), list[UserProblem]())


def test_a_job_that_this_version_cannot_make_is_told_and_the_others_come_back() -> None:
    odd, other = (composing.new_job(Order((prompt,), 2.0), CHOICE) for prompt in ("calm", "wild"))
    kept = json.loads(kept_queue.to_json([odd, other]))
    kept["jobs"][0]["order"]["takes"] = 0
    jobs, problems = kept_queue.from_json(json.dumps(kept))
    assert jobs == [other]
    assert ["takes must be" in problem.why for problem in problems] == [True]
