"""The examination, in small: every figure is there, and a classifier tells what it has learned to tell."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.training.judge.classifier import Classifier, features
from musicgen_studio.training.judge.examination import ExaminedFigure, Extent, examine, table
from musicgen_studio.training.music.synth import Synthesizer
from tests.training.conftest import keep_quiet, tone

SMALL = Extent(
    clips=1,
    seconds=2.0,
    reference_pieces=2,
    melodies=1,
    continued=2,
    long_clips=1,
    long_s=4.0,
    styles=("rock", "ballad", "folk"),
)


def test_every_figure_is_there(synthesizer: Synthesizer, melody_checkpoint: Path) -> None:
    figures = examine(melody_checkpoint, synthesizer, SMALL, None, "cpu", "float32", keep_quiet)
    names = " | ".join(figure.name for figure in figures)
    for part in (
        "style",
        "grid",
        "scale",
        "nearest",
        "drums",
        "number",
        "word",
        "melody",
        "without it",
        "break",
        "4 s",
    ):
        assert part in names
    assert all(np.isfinite(figure.value) for figure in figures)


def test_the_table() -> None:
    lines = table([ExaminedFigure("a", 0.5, ">= 0.90", 0.934, 3), ExaminedFigure("b", 1.0, "", None, 1)]).splitlines()
    assert lines[2:] == ["| a | 0.50 | >= 0.90 | 0.93 | 3 |", "| b | 1.00 |  |  | 1 |"]


def test_a_classifier_tells_tones_from_noise() -> None:
    rng = np.random.default_rng(0)
    clips = [tone(3.0, seed) for seed in range(8)]
    clips += [rng.standard_normal(96_000).astype(np.float32) * 0.1 for _ in range(8)]
    vectors, words = np.stack([features(clip) for clip in clips]), ["tone"] * 8 + ["noise"] * 8
    judge = Classifier(vectors[::2], words[::2])
    assert judge.share_right(vectors[1::2], words[1::2]) == 1.0
    assert judge.tell(vectors[1:2]) == ["tone"]


@pytest.mark.parametrize(
    "wrong", [{"reference_pieces": 1}, {"clips": 0}, {"melodies": 0}, {"continued": 0}, {"long_clips": 0}]
)
def test_an_examination_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Extent(**wrong)  # type: ignore[arg-type]
