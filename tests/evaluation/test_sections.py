"""How well sections fit is measured where the seams are. What it comes to is not a test's business."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.onsets import RATE_HZ
from musicgen_studio.engine.api import AudioBlock, Engine
from musicgen_studio.evaluation import sections
from tests.dsp.music import notes
from tests.fake_engine import FakeEngine


def test_a_fill_that_breaks_is_told_from_one_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    whole = (0.1 * notes([57, 60, 64], 12.0) + rng.normal(0, 0.01, 12 * RATE_HZ)).astype(np.float32)[:, None]

    class Plays(FakeEngine):
        def _clip(self, request, prompt, take, together):  # type: ignore[no-untyped-def]  # noqa: ARG002
            return whole

    def joined(engine: Engine, request: GenerationRequest, stop: StopFlag) -> Iterator[AudioBlock]:
        noise = whole.copy()
        noise[4 * RATE_HZ : 8 * RATE_HZ] = rng.normal(0, 0.2, (4 * RATE_HZ, 1))
        assert (engine.info.sample_rate, request.takes, stop.is_set()) == (RATE_HZ, 2, False)
        yield AudioBlock(0, 1, 0, Audio(whole, RATE_HZ), is_last=True)
        yield AudioBlock(0, 0, 0, Audio(noise, RATE_HZ), is_last=True)

    def fits(engine: Engine, request: GenerationRequest, fills: Sequence[Audio], stop: StopFlag) -> list[float]:
        assert (engine.info.sample_rate, request.takes, stop.is_set(), len(fills)) == (RATE_HZ, 2, False, 3)
        np.testing.assert_array_equal(fills[0].samples, whole[4 * RATE_HZ : 8 * RATE_HZ])
        return [1.0, 0.5, 0.0]

    monkeypatch.setattr(sections, "load_engine", lambda _folder: Plays())
    lines = list[str]()
    told = sections.run_sections_bench(Path(), joined, fits, lines.append, clips=2, takes=2)["sections"]
    assert isinstance(told, dict)
    assert told["clips"] == 2
    assert told["chosen"] == told["best"] == told["untouched"]
    assert told["average"] > told["chosen"] + 0.1
    assert told["continued"] > 0.5
    assert told["recognised"] == 1.0
    assert len(lines) == 3
