"""The measuring command: what it counts, and that it runs through. How fast things are is not a test's business."""

from dataclasses import replace

import pytest

from musicgen_studio.compute.precision import Precision
from musicgen_studio.engine.checkpoint.needs import matrix_bytes
from musicgen_studio.engine.checkpoint.random import SHAPES
from musicgen_studio.evaluation import bench


@pytest.mark.parametrize(("shape", "millions"), [("small", 360.9), ("medium", 1598.5), ("large", 2835.9)])
def test_a_step_reads_every_matrix_once(shape: str, millions: float) -> None:
    """Keys and values of the text are kept, so 14 · width² a layer and the heads are read."""
    config = SHAPES[shape].decoder
    assert matrix_bytes(config, Precision.INT8) / 1e6 == pytest.approx(millions, rel=0.001)
    assert matrix_bytes(config, Precision.FLOAT32) == 4 * matrix_bytes(config, Precision.INT8)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let little be measured."""
    for name, value in {"READ_BYTES": 1 << 20, "CODEC_FRAMES": 50, "REPEATS": 1, "STEPS": 2}.items():
        monkeypatch.setattr(bench, name, value)


@pytest.mark.parametrize(("shape", "against"), [("small", "transformers"), ("melody", None)])
@pytest.mark.usefixtures("brief")
def test_random_weights_are_measured(shape: str, against: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = SHAPES[shape]
    thin = replace(sizes.decoder, width=64, layers=2, heads=2, feed_forward=128)
    monkeypatch.setitem(SHAPES, shape, replace(sizes, decoder=thin))
    figures = bench.run_bench(shape, "cpu", "int8", against, lambda _line: None, clip_seconds=(0.2,))
    assert [step["context"] for step in figures["steps"]] == [0, 500, 1000, 1450]  # type: ignore[attr-defined]
    assert figures["clips"][0]["speed"] > 0  # type: ignore[index]


@pytest.mark.usefixtures("brief")
def test_the_starter_is_measured_against_transformers() -> None:
    lines: list[str] = []
    figures = bench.run_bench("starter", "cpu", "float32", "transformers", lines.append, clip_seconds=(0.4,))
    assert figures["precision"] == "float32"
    assert [step["context"] for step in figures["steps"]] == [0, 200, 400, 580]  # type: ignore[attr-defined]
    positive = [
        figures[name]
        for name in (
            "load_s",
            "codec_streaming_speed",
            "resident_bytes",
            "ratio",
            "cost_of_two_blended",
            "cost_of_four_rows",
        )
    ]
    assert all(isinstance(value, int | float) and value > 0 for value in positive)
    assert figures["first_clip"].keys() == figures["clips"][0].keys()  # type: ignore[attr-defined, index]
    for name in ("first clip of", "clip of", "transformers", "2 prompts blended"):
        assert any(line.startswith(name) for line in lines)
