"""Measuring how far melodies are followed, with an engine that follows and one that does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.tones import tones
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation import following
from musicgen_studio.evaluation.following import example_melodies, measured, run_melody_bench
from tests.dsp.melodies import example_hum, example_line
from tests.fake_engine import FakeEngine


class Obedient(FakeEngine):
    """Plays the melody itself, or one long E where it is given none."""

    def stream(self, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        """Yield each clip in two blocks."""
        melody = request.melody
        given = tones(melody, 32000) if isinstance(melody, Melody) else melody or tones(Melody((), 0.0), 32000)
        time_s = np.arange(round(request.duration_s * 32000)) / 32000
        samples = np.sin(2 * np.pi * 329.6 * time_s).astype(np.float32)[:, None] * np.float32(0.1)
        count = min(given.frames, len(samples))
        samples[:count] = given.samples[:count] if count else samples[:count]
        for prompt in range(len(request.prompts)):
            for take in range(request.takes):
                for start in (0, 32000):
                    if stop.is_set():
                        return
                    piece = samples[:32000] if start == 0 else samples[32000:]
                    yield AudioBlock(prompt, take, start, Audio(piece, 32000), start > 0)


def test_an_engine_that_follows_is_told_from_its_own_music() -> None:
    lines: list[str] = []
    line = example_line()
    (found,) = measured(Obedient(), {"line": line}, lines.append, seeds=2, seconds=line.duration_s)
    assert len(found.wished) == len(found.unasked) == 4
    assert min(found.wished) > 0.9
    assert max(found.unasked) < 0.5
    assert len(lines) == 1
    assert "with the melody 0.9" in lines[0] or "with the melody 1.0" in lines[0]


def test_an_engine_that_does_not_listen_is_told() -> None:
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        measured(FakeEngine(follows_melody=False), {"line": example_line()}, lambda _line: None, seeds=1, seconds=2.0)


@pytest.mark.parametrize("seeds", [0, 17])
def test_too_many_seeds_are_refused(seeds: int) -> None:
    with pytest.raises(ValueError, match="seeds must be 1 to 16"):
        measured(Obedient(), {}, lambda _line: None, seeds=seeds, seconds=1.0)


def test_a_checkpoint_is_measured_from_its_folder(melody_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PROMPTS", ("calm piano",))
    lines: list[str] = []
    figures: dict[str, Any] = run_melody_bench(melody_checkpoint, "cpu", "float32", lines.append, seeds=1, seconds=1.0)
    assert [each["melody"] for each in figures["melodies"]] == ["example-hum.wav", "example-line.mid"]
    assert 0 <= figures["wished"] <= 1
    assert any(line.startswith("mean") for line in lines)


def test_the_bundled_melodies_are_those_the_tests_make() -> None:
    melodies = example_melodies()
    hum, line = melodies["example-hum.wav"], melodies["example-line.mid"]
    assert isinstance(hum, Audio)
    np.testing.assert_allclose(hum.samples, example_hum()[1].samples, atol=1e-4)  # 16 bits
    assert isinstance(line, Melody)
    assert [note.semitone for note in line.notes] == [note.semitone for note in example_line().notes]
