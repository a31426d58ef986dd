"""From nothing to music: corpus, codec, language model, checkpoint, a clip of the program's, its examination."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicgen_studio.cli.main import main
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.training.codec.figures import reconstruct
from musicgen_studio.training.codec.network import load_codec
from musicgen_studio.training.music.synth import Synthesizer
from musicgen_studio.training.pace import Limits
from musicgen_studio.training.run import publish_checkpoint, ready_codec_folder, train_language
from musicgen_studio.training.settings import TrainingSettings
from musicgen_studio.training.sources import noted_sources
from musicgen_studio.training.spectral import si_sdr_db
from musicgen_studio.training.workspace import Workspace
from tests.training.conftest import CPU, keep_quiet, tone, unlimited


def test_from_nothing_to_music(
    synthesizer: Synthesizer, melody_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthesizer.soundfont.is_file()
    work, made = tmp_path / "work", tmp_path / "checkpoint"

    def run(*argv: str | Path) -> None:
        assert main([str(word) for word in argv]) == 0

    run("train", "corpus", "--work", work, "--preset", "tiny", "--jobs", "2")
    run("train", "codec", "--work", work, "--device", "cpu", "--threads", "1")
    run("train", "lm", "--work", work, "--device", "cpu", "--threads", "1", "--text-from", melody_checkpoint)
    run("train", "publish", "--work", work, "--text-from", melody_checkpoint, "--to", made)
    run("generate", "happy rock", "--checkpoint", made, "--seconds", "2", "--seed", "1", "--out", tmp_path, "--no-play")
    assert audiofile.read(tmp_path / "happy-rock-1.wav").duration_s == 2.0
    again = tmp_path / "again"
    shutil.copytree(work, again, ignore=shutil.ignore_patterns("language"))
    text = "--text-from", melody_checkpoint
    run("train", "lm", "--work", again, "--device", "cpu", "--threads", "1", *text, "--carry-over", made)
    first, carried = (
        json.loads((each / "language" / "figures.json").read_text())["curve"][0] for each in (work, again)
    )
    assert np.mean(carried["validation"]) < np.mean(first["validation"])
    said = capsys.readouterr().out
    assert "codes of both codecs met in" in said
    assert "codec codebook 4" in said
    assert "validation" in said
    assert {path.name for path in (work / "language" / "examples").iterdir()} >= {"happy-rock.wav", "sad-jazz.wav"}
    card = (made / "README.md").read_text()
    assert card.startswith("---\nlicense: cc0-1.0\n")
    for picture in ("codec.png", "prompts.png"):
        assert f"]({picture})" in card
        assert (made / picture).read_bytes().startswith(b"\x89PNG")
    for words in ("FluidR3", "MIT", "text encoder is that of", "SI-SDR", "unigram"):
        assert words in card


def test_music_of_ones_own(tiny: TrainingSettings, melody_checkpoint: Path, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    tiny = replace(tiny, sampling=Sampling(top_k=9))
    for number in range(3):
        audiofile.write(music / f"{number}.wav", Audio(tone(3.0, number)[:, None], 32_000), audiofile.SoundFormat.WAV16)
        (music / f"{number}.txt").write_text("my song")
    workspace = Workspace(tmp_path / "work")
    assert train_language(
        workspace, tiny, CPU, unlimited(), keep_quiet,
        text_from=melody_checkpoint, begin_with=melody_checkpoint, music=music,
    )  # fmt: skip
    publish_checkpoint(workspace, tiny, tmp_path / "mine", text_from=melody_checkpoint, begin_with=melody_checkpoint)
    (begun_with,) = noted_sources(workspace.language)
    card = (tmp_path / "mine" / "README.md").read_text()
    assert "license: other" in card
    assert f"Began with {begun_with.id} (licence: {begun_with.licence})" in card
    sampled, before = (open_checkpoint(folder).config.sampling for folder in (tmp_path / "mine", melody_checkpoint))
    assert sampled == before != tiny.sampling
    curve = json.loads((workspace.language / "figures.json").read_text())["curve"]
    assert np.mean(curve[-1]["validation"]) < np.mean(curve[0]["validation"])


def test_a_run_that_ends_after_minutes_counts_the_reading_of_the_music(
    tiny: TrainingSettings, melody_checkpoint: Path, tmp_path: Path
) -> None:
    """It ends in time though many files are still to be read, and says that nothing was learned."""
    for number in range(40):
        sound = Audio(tone(20.0, number)[:, None], 32_000)
        audiofile.write(tmp_path / f"{number}.wav", sound, audiofile.SoundFormat.WAV16)
        (tmp_path / f"{number}.txt").write_text("my song")
    said, workspace = list[str](), Workspace(tmp_path / "work")
    limits = Limits(threading.Event(), stop_after_min=0.5 / 60)
    assert not train_language(
        workspace, tiny, CPU, limits, said.append,
        text_from=melody_checkpoint, begin_with=melody_checkpoint, music=tmp_path,
    )  # fmt: skip
    assert said[-1] == "language model: ended while the music was read, before anything was learned"
    assert sum(line.startswith("music: ") for line in said) < 40
    assert not (workspace.language / "state.pt").exists()


def test_a_work_folder_without_a_codec_learns_on_the_one_that_comes_with_the_program(
    tiny: TrainingSettings, melody_checkpoint: Path, workspace: Workspace
) -> None:
    stop, said = threading.Event(), list[str]()
    stop.set()  # before a second of music is encoded
    with pytest.raises(UserProblem, match="There is no music"):
        train_language(workspace, tiny, CPU, Limits(stop), said.append, text_from=melody_checkpoint)
    assert any(str(ready_codec_folder()) in line for line in said)
    codec = load_codec(ready_codec_folder())
    assert codec.config.num_filters == 32
    sound = torch.from_numpy(tone(1.0, 3))[None]
    assert si_sdr_db(reconstruct(codec, sound), sound) > 3


def test_what_is_missing_is_told(tiny: TrainingSettings, melody_checkpoint: Path, workspace: Workspace) -> None:
    with pytest.raises(UserProblem, match="There is no language model yet"):
        publish_checkpoint(workspace, tiny, workspace.root, text_from=melody_checkpoint, begin_with=melody_checkpoint)
