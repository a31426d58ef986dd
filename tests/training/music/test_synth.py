"""Playing scores: bars repeat to the sample, the mix is level, and what is missing is told with its remedy."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.training.music import synth
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.score import Role
from musicgen_studio.training.music.synth import Synthesizer, find_synthesizer


def test_the_same_beat_is_the_same_samples(synthesizer: Synthesizer) -> None:
    score = compose(5, 16, Wish(style="EDM", mood="energetic", kind="drums alone"))
    mix = synthesizer.render(score, 1).mix
    bar = 16 * score.facts.frames_per_sixteenth * 640
    bars = mix[: len(mix) // bar * bar].reshape(-1, bar)
    differences = [float(np.abs(bars[a] - bars[b]).max()) for a in range(len(bars)) for b in range(a)]
    assert min(differences) < 0.01 < float(np.abs(bars[0]).max())


def test_mix_and_lead(synthesizer: Synthesizer) -> None:
    score = compose(1, 8, Wish(style="pop", mood="happy", kind="band", humming=True))
    assert Role.LEAD in score.facts.instruments
    rendered = synthesizer.render(score, 3)
    again = synthesizer.render(score, 3)
    assert np.array_equal(rendered.mix, again.mix)
    assert len(rendered.mix) == len(rendered.lead) == (score.duration_ms + synth.TAIL_MS) * 32
    assert 0.03 < rendered.mix.std() < 0.2
    assert np.abs(rendered.mix).max() <= 0.91
    assert rendered.lead.std() > 0.005
    assert abs(rendered.mix[-1]) < 1e-4


def test_stems_are_the_parts_of_the_mix(synthesizer: Synthesizer) -> None:
    score = compose(1, 8, Wish(style="pop", mood="happy", kind="band", drums=True))
    assert {Role.DRUMS, Role.BASS, Role.LEAD, Role.CHORDS} <= set(score.facts.instruments)
    stems, rendered = synthesizer.stems(score, 3), synthesizer.render(score, 3)
    assert stems.shape == (4, len(rendered.mix))
    np.testing.assert_allclose(stems.sum(0), rendered.mix, atol=1e-5)
    assert stems.std(axis=1).min() > 0.005
    # The lead of `render` is dry: in a small room it is still nearly the same.
    assert np.corrcoef(stems[2], rendered.lead)[0, 1] > 0.9


def test_a_part_that_is_not_played_is_silent(synthesizer: Synthesizer) -> None:
    stems = synthesizer.stems(compose(5, 6, Wish(style="EDM", kind="drums alone")), 1)
    assert stems[0].any()
    assert not stems[1:].any()


def test_no_soundfont_is_told(synthesizer: Synthesizer, tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"none\.sf2.*apt install"):
        find_synthesizer(str(tmp_path / "none.sf2"))
    assert synthesizer.origin["soundfont"].startswith("Fluid")
    assert len(synthesizer.origin["sha256"]) == 64


def test_no_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserProblem, match="fluidsynth was not found"):
        find_synthesizer()


def test_a_soundfont_that_is_none_is_told(synthesizer: Synthesizer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"no soundfont")
    score = compose(1, 4, Wish(style="rock", kind="drums alone"))
    with pytest.raises(UserProblem, match="FluidSynth could not play"):
        Synthesizer(synthesizer.program, broken).render(score, 0)
