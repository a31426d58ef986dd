"""Pieces for the separator: stems that are a piece, instruments kept for the examination, runs that go on."""

import threading
from pathlib import Path

import numpy as np

from musicgen_studio.training.music.orchestras import COMPOSERS, STRANGE, VARIED
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.separator.pieces import make_pieces, piece, read_pieces
from tests.training.conftest import TINY, keep_quiet


def test_an_orchestra_changes_the_sound_but_not_the_music(synthesizer: Synthesizer) -> None:
    settings = TINY.separator
    as_composed, varied, strange = (piece(synthesizer, settings, 3, who) for who in (COMPOSERS, VARIED, STRANGE))
    assert as_composed.shape == varied.shape == strange.shape
    assert not np.allclose(as_composed, strange)
    np.testing.assert_array_equal(as_composed, piece(synthesizer, settings, 3, COMPOSERS))


def test_what_is_there_is_not_made_again(synthesizer: Synthesizer, tmp_path: Path) -> None:
    settings = TINY.separator
    np.save(tmp_path / "000001.npy", np.zeros((4, 5), np.int16))
    make_pieces(tmp_path, synthesizer, settings, 1, threading.Event(), keep_quiet)
    pieces = read_pieces(tmp_path)
    assert [each.shape[0] for each in pieces] == [4] * settings.pieces
    assert pieces[1].shape[1] == 5
    assert np.abs(pieces[0]).max() > 1000


def test_a_stop_ends_it_between_pieces(synthesizer: Synthesizer, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    make_pieces(tmp_path, synthesizer, TINY.separator, 1, stop, keep_quiet)
    assert len(read_pieces(tmp_path)) < TINY.separator.pieces + 1
    assert not list(tmp_path.glob("*.part"))
