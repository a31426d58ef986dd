"""The corpus: made once, made again where it is missing, the same wherever it is made."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.dsp.chroma import HOP, mono_chroma
from musicgen_studio.training.music.composer import is_held_out
from musicgen_studio.training.music.corpus import lead_chroma, make_corpus, shards
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.settings import HOP_SAMPLES, CorpusSettings
from tests.training.conftest import keep_quiet, tone

SETTINGS = CorpusSettings(hours=0.005, piece_s=5.0, pieces_per_shard=2)


@pytest.fixture
def corpus(synthesizer: Synthesizer, tmp_path: Path) -> Path:
    """A corpus of two shards."""
    assert synthesizer.soundfont.is_file()
    assert make_corpus(tmp_path, SETTINGS, 2, threading.Event(), keep_quiet) == 2
    return tmp_path


def test_what_is_in_it(corpus: Path) -> None:
    found = list(shards(corpus))
    assert [piece.index for shard in found for piece in shard.pieces] == [0, 1, 2, 3]
    for shard in found:
        frames = sum(piece.frames for piece in shard.pieces)
        assert len(shard.sound()) == frames * HOP_SAMPLES
        assert len(shard.chroma()) == frames // 2
        for piece in shard.pieces:
            assert piece.held_out == is_held_out(piece.facts.style, piece.facts.key.tonic)
            assert piece.caption
            assert 3 < piece.frames / 50 < 12
    assert (corpus / "origin.json").is_file()


def test_a_killed_run_goes_on(corpus: Path) -> None:
    kept = (corpus / "shard-00000.flac").stat().st_mtime_ns
    expected = (corpus / "shard-00001.flac").read_bytes()
    (corpus / "shard-00001.json").unlink()
    (corpus / "shard-00001.flac").write_bytes(b"half a fi")
    lines = list[str]()
    make_corpus(corpus, SETTINGS, 1, threading.Event(), lines.append)
    assert "1 to make" in lines[0]
    assert (corpus / "shard-00000.flac").stat().st_mtime_ns == kept
    assert (corpus / "shard-00001.flac").read_bytes() == expected


def test_more_hours_add_to_it(corpus: Path) -> None:
    lines = list[str]()
    assert make_corpus(corpus, replace(SETTINGS, hours=0.008), 1, threading.Event(), lines.append) == 3
    assert "1 to make" in lines[0]


def test_ctrl_c_ends_it(synthesizer: Synthesizer, tmp_path: Path) -> None:
    assert synthesizer.soundfont.is_file()
    stop = threading.Event()
    stop.set()
    assert make_corpus(tmp_path, SETTINGS, 1, stop, keep_quiet) == 0


def test_a_melodys_chroma_is_what_the_engine_sees() -> None:
    sound = tone(6.0, 2)
    every_40_ms = lead_chroma(sound)
    seen = mono_chroma(sound).argmax(axis=1)
    places = np.round(np.arange(len(seen)) * HOP / HOP_SAMPLES / 2).astype(int)
    inside = places < len(every_40_ms)
    assert np.mean(every_40_ms[places[inside]] == seen[inside]) > 0.9


def test_silence_is_no_melody() -> None:
    assert not lead_chroma(np.zeros(64_000, np.float32)).any()
