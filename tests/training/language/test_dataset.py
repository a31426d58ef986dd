"""Tokens, windows and music of one's own."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musicgen_studio.core.audio import Audio
from musicgen_studio.engine.codec import Codec
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.training.codec.codebooks import fit_codebooks
from musicgen_studio.training.codec.network import build_codec, codec_config
from musicgen_studio.training.language.dataset import (
    Item,
    chroma_length,
    corpus_items,
    draw_batch,
    encode,
    music_items,
    tokenise,
)
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.settings import LanguageSettings, TrainingSettings
from musicgen_studio.training.workspace import Workspace
from tests.files.decoding.written import sample
from tests.training.conftest import CPU, keep_quiet, tone

SETTINGS = LanguageSettings(window_s=2, text_dropout=0.5, melody_dropout=0.5, on_bar=0.5, from_start=0.2)


def _codec(tiny: TrainingSettings) -> Any:
    codec = build_codec(codec_config(tiny.codec), 1).eval().requires_grad_(False)
    fit_codebooks(codec, np.random.default_rng(0).standard_normal((300, 16)).astype(np.float32), tiny.codec, keep_quiet)
    return codec


def _item(frames: int = 400, bar_frames: int = 96) -> Item:
    codes = np.tile(np.arange(frames, dtype=np.uint16), (4, 1))
    chroma = np.full(frames // 2, 7, np.uint8)
    return Item(codes, chroma, lambda _rng: "words", bar_frames, held_out=False)


def test_codes_are_those_of_the_engine(tiny: TrainingSettings) -> None:
    codec = _codec(tiny)
    sound = tone(1.0, 4)
    mine = encode(codec, sound)
    engines = Codec(codec, 1, CPU).encode(Audio(sound[:, None], SAMPLE_RATE))
    assert np.array_equal(mine, engines.numpy())


def test_tokens_are_made_once(workspace: Workspace, tiny: TrainingSettings) -> None:
    codec, lines = _codec(tiny), list[str]()
    folder = tokenise(workspace, codec, threading.Event(), lines.append)
    assert tokenise(workspace, codec, threading.Event(), lines.append) == folder
    assert lines == ["tokens: 1 of 1 shards"]
    items = corpus_items(workspace, folder)
    assert [item.held_out for item in items] == [True, False, False, False]
    assert items[0].codes.shape == (4, 200)
    assert len(items[0].chroma) == 100


def test_a_window_and_its_melody() -> None:
    batch = draw_batch([_item()], SETTINGS, 64, np.random.default_rng(0))
    assert batch.codes.shape == (64, 4, 100)
    assert batch.chroma.shape == (64, chroma_length(100)) == (64, 16)
    assert torch.equal(batch.codes[0, 0].diff(), torch.ones(99, dtype=torch.int64))
    left_out = float((batch.chroma == 0).all(dim=1).float().mean())
    assert 0.3 < left_out < 0.7
    assert 0.3 < np.mean([words == "" for words in batch.captions]) < 0.7
    on_bar = float((batch.codes[:, 0, 0] % 96 == 0).float().mean())
    assert 0.5 < on_bar < 0.9


def test_nothing_is_left_out_for_validation() -> None:
    batch = draw_batch([_item()], SETTINGS, 32, np.random.default_rng(0), learning=False)
    assert all(batch.captions)
    assert bool((batch.chroma == 7).all())


def test_some_of_what_is_heard_to_learn_from_comes_early_or_late() -> None:
    settings = replace(SETTINGS, window_s=6, displaced_share=0.5)
    batch = draw_batch([_item()], settings, 64, np.random.default_rng(0))
    late = batch.codes - batch.heard
    assert set(late.flatten().tolist()) == {-2, -1, 0, 1, 2}
    displaced = (late != 0).any(dim=1)  # [rows, frames]
    assert 0.3 < displaced.any(dim=1).float().mean() < 0.7
    assert 0.03 < displaced.float().mean() < 0.15
    judged = draw_batch([_item()], settings, 64, np.random.default_rng(0), learning=False)
    assert torch.equal(judged.heard, judged.codes)


def test_a_pieces_end_stays_where_it_is() -> None:
    settings = replace(SETTINGS, window_s=6, displaced_share=1.0)
    batch = draw_batch([_item(frames=110)], settings, 32, np.random.default_rng(0))
    assert bool(((batch.heard == -1) == (batch.codes == -1)).all())
    assert not torch.equal(batch.heard, batch.codes)


def _of(style: str, k: int) -> Item:
    facts = compose(5, 12, Wish(style=style, kind="band", frames_per_sixteenth=k)).facts
    return replace(_item(), describe=lambda _rng: f"{style} {k}", facts=facts)


@pytest.mark.parametrize(
    ("often", "seldom", "share"),
    [
        (_of("rock", 9), _of("rock", 5), 3 / 4),
        (_of("blues", 9), _of("rock", 9), 2 / 3),
        (_item(), _of("rock", 5), 6 / 7),  # as often as what comes most often: at 83 BPM, with swing
    ],
    ids=["tempo", "swing", "music nothing is known of"],
)
def test_some_music_is_drawn_more_often_to_learn_from(often: Item, seldom: Item, share: float) -> None:
    settings = replace(SETTINGS, tempo_weights=(1.0, 1.0, 1.0, 1.0, 3.0, 1.0), swing_weight=2.0, text_dropout=0.0)
    rng = np.random.default_rng(0)
    words = often.describe(rng)
    learned = draw_batch([often, seldom], settings, 400, rng).captions
    judged = draw_batch([often, seldom], settings, 400, rng, learning=False).captions
    assert np.mean([said == words for said in learned]) == pytest.approx(share, abs=0.07)
    assert np.mean([said == words for said in judged]) == pytest.approx(0.5, abs=0.08)


def test_a_short_piece_is_filled_up() -> None:
    batch = draw_batch([_item(frames=60)], SETTINGS, 2, np.random.default_rng(0), learning=False)
    assert bool((batch.codes[:, :, 60:] == -1).all())
    assert bool((batch.chroma[:, 12:] == 0).all())


def test_the_same_step_draws_the_same_windows() -> None:
    first, second = (draw_batch([_item()], SETTINGS, 8, np.random.default_rng((3, 17))) for _ in range(2))
    assert torch.equal(first.codes, second.codes)
    assert first.captions == second.captions


@pytest.mark.parametrize(("window_s", "length"), [(12, 94), (30, 235)])
def test_the_chromas_length_is_that_of_the_checkpoints(window_s: int, length: int) -> None:
    assert chroma_length(window_s * 50) == length


def _music(folder: Path, count: int = 3) -> None:
    folder.mkdir()
    for number in range(count):
        sound = Audio(np.repeat(tone(3.0, number)[:, None], 2, axis=1), 44_100)
        audiofile.write(folder / f"{number}.wav", sound, audiofile.SoundFormat.WAV16)
        (folder / f"{number}.txt").write_text(f"song {number}\nanother name of song {number}\n")


def test_music_of_ones_own(tmp_path: Path, tiny: TrainingSettings) -> None:
    _music(tmp_path / "music")
    items = music_items(tmp_path / "music", _codec(tiny), keep_quiet)
    assert [item.held_out for item in items] == [False, False, True]
    rng = np.random.default_rng(0)
    assert {items[0].describe(rng) for _ in range(20)} == {"song 0", "another name of song 0"}
    assert items[0].codes.shape[1] == pytest.approx(3.0 * 32_000 / 44_100 * 50, abs=1)
    assert items[0].chroma.any()


def test_music_without_words_is_told(tmp_path: Path, tiny: TrainingSettings) -> None:
    _music(tmp_path / "music")
    (tmp_path / "music" / "1.txt").write_text("\n")
    with pytest.raises(UserProblem, match=r"1\.wav has no description"):
        music_items(tmp_path / "music", _codec(tiny), keep_quiet)


def test_too_little_music_is_told(tmp_path: Path, tiny: TrainingSettings) -> None:
    _music(tmp_path / "music", count=1)
    with pytest.raises(UserProblem, match="at least two"):
        music_items(tmp_path / "music", _codec(tiny), keep_quiet)


def test_every_sound_is_taken_whatever_it_is_called_and_what_is_left_out_is_listed(
    tmp_path: Path, tiny: TrainingSettings
) -> None:
    folder = tmp_path / "music"
    _music(folder, count=1)
    sound = Audio(np.repeat(tone(3.0, 1)[:, None], 2, axis=1), 48_000)
    audiofile.write(folder / "voice.opus", sound, audiofile.SoundFormat.OPUS)
    (folder / "voice.TXT").write_bytes("träumend".encode("utf-16"))
    (folder / "memo.m4a").write_bytes(sample("aac.m4a"))
    (folder / "memo.txt").write_bytes("Café".encode("cp1252"))
    (folder / "._0.wav").write_bytes(b"\x00\x05\x16\x07")
    (folder / "cover.png").write_bytes(b"\x89PNG")
    told = list[str]()
    items = music_items(folder, _codec(tiny), told.append)
    rng = np.random.default_rng(0)
    assert [item.describe(rng) for item in items[1:]] == ["Café", "träumend"]
    assert told[0] == "music: left out, as it is no sound: ._0.wav, cover.png"
