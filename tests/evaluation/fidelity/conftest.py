"""Music to be judged, played once."""

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder
from musicgen_studio.evaluation.fidelity.judging import Judgement, compared, measure
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.training.music.synth import find_synthesizer
from tests.evaluation.fidelity.music import pieces


@pytest.fixture(scope="session")
def music() -> list[JudgedClip]:
    """16 pieces of eight styles, 6 s each."""
    try:
        synthesizer = find_synthesizer()
    except UserProblem as problem:
        pytest.skip(str(problem))
    return pieces(synthesizer, versions=2)


@pytest.fixture(scope="session")
def itself(music: list[JudgedClip]) -> Judgement:
    """The music judged against itself."""
    by = MusicnnEmbedder()
    heard = measure(music, by)
    return compared(heard, heard, by.info)
