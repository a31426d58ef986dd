"""The separator that comes with the program: small, told about, and far better than none on music it never heard."""

import threading

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.separation.masks import open_separator
from musicgen_studio.separation.models import default_weights
from musicgen_studio.training.music.orchestras import COMPOSERS
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer, find_synthesizer
from musicgen_studio.training.separator.examine import sdr_db
from musicgen_studio.training.separator.pieces import HELD_OUT_FROM, piece
from musicgen_studio.training.settings import SeparatorSettings


@pytest.fixture(scope="module")
def synthesizer() -> Synthesizer:
    try:
        return find_synthesizer()
    except UserProblem as problem:
        pytest.skip(str(problem))


def test_what_is_told_about_it() -> None:
    info = open_separator().info
    assert info.stems == ("drums", "bass", "lead", "other")
    assert info.licence == "MIT"
    assert "composed by this program" in info.trained_on
    assert info.size_bytes < 25_000_000
    card = (default_weights().parent / "README.md").read_text(encoding="utf-8")
    assert "evaluate --separator" in card


def test_it_separates_what_it_never_heard(synthesizer: Synthesizer) -> None:
    separator = open_separator()
    gains = list[float]()
    for index in range(HELD_OUT_FROM, HELD_OUT_FROM + 4):
        stems = piece(synthesizer, SeparatorSettings(), index, COMPOSERS)[:, 6 * SAMPLE_RATE : 12 * SAMPLE_RATE]
        mix = np.ascontiguousarray(stems.sum(0))
        found = separator.separate(Audio(mix[:, None], SAMPLE_RATE), threading.Event(), lambda _share: None)
        for stem, made in zip(stems, found, strict=True):
            if np.sqrt(np.mean(np.square(stem))) > 3e-3 and np.abs(mix - stem).max() > 1e-3:
                gains.append(sdr_db(stem, made.samples[:, 0]) - sdr_db(stem, mix))
    assert len(gains) > 6
    assert np.median(gains) > 8
