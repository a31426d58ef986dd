"""`judge`: folders, the library and prompts in, a table, JSON and a page out."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from lxml import html

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.evaluation.fidelity.embedders.choose import CLAP_REPOSITORY, open_embedder
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.library.library import Library
from musicgen_studio.studio.program import settings
from tests.checkpoints.hub.server import FakeHub, serving
from tests.cli.conftest import CommandLine
from tests.evaluation.fidelity.clap_files import write_clap


def _tones(folder: Path, *pitches_hz: float) -> Path:
    folder.mkdir(exist_ok=True)
    for pitch_hz in pitches_hz:
        tone = 0.2 * np.sin(2 * np.pi * pitch_hz * np.arange(96000) / 32000)
        audio = Audio(tone.astype(np.float32)[:, None], 32000)
        write(folder / f"{pitch_hz:.0f}.wav", audio, SoundFormat.WAV16)
    return folder


def _figures(folder: Path) -> dict[str, float]:
    told = json.loads((folder / "judgement.json").read_text(encoding="utf-8"))
    return {figure["id"]: figure["made"]["value"] for figure in told["figures"]}


def test_a_folder_against_itself_is_0(cli: CommandLine) -> None:
    folder = _tones(cli.folder / "tones", 220, 330, 440)
    (folder / "notes.txt").write_text("not a sound", encoding="utf-8")
    (folder / "220.json").write_text("{}", encoding="utf-8")  # no record of ours
    code, out, err = cli("judge", folder, "--against", folder, "--players", "1", "--sort", "noise")
    assert code == 0, err
    assert {line.split()[-1] for line in out.splitlines()[-3:]} == {"220", "330", "440"}
    assert out.startswith("figure")
    assert "judged: 3, 440" in err
    figures = _figures(cli.folder / "judgement")
    assert figures["musicnn.frechet"] == figures["musicnn.tag_kl"] == 0
    page = html.fromstring((cli.folder / "judgement" / "judgement.html").read_text(encoding="utf-8"))
    assert len(page.xpath("//audio")) == 2
    assert page.findtext(".//h1") == f"{folder} against {folder}"  # of one name: where they are tells them apart
    other = _tones(cli.folder / "others", 220, 550, 660)
    assert cli("judge", folder, "--against", other, "--players", "0", "--out", "x")[0] == 0
    assert (
        html.fromstring((cli.folder / "x" / "judgement.html").read_bytes()).findtext(".//h1") == "tones against others"
    )


def test_made_clips_have_their_prompts(cli: CommandLine) -> None:
    (cli.folder / "prompts.txt").write_text("sad jazz\nhappy rock, träumend\n", encoding="utf-8")
    code, out, _ = cli("judge", "--prompts", "prompts.txt", "--seconds", "3", "--out", "x", "--json")
    assert code == 0
    (request, *_) = cli.engine.requests
    assert request.duration_s == 3
    assert out.isascii()
    told = json.loads(out)
    assert {clip["prompt"] for clip in told["clips"]} == {"sad jazz", "happy rock, träumend"}
    assert "musicnn.agreement" in {figure["id"] for figure in told["figures"]}
    code, _, err = cli("judge", "--prompts", "prompts.txt", "--out", "x")
    assert code == 1
    assert "holds some already" in err


def test_the_library_is_searched(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library(cli.folder / "library") as library:
        for number, title in enumerate(("jazz one", "jazz two", "rock")):
            tone = np.full((64000, 1), 0.1, np.float32) * np.sin(np.arange(64000) / (20 + number))[:, None]
            audio = Audio(tone.astype(np.float32), 32000)
            clip = Clip(f"{number:032x}", title, Origin.IMPORTED, "2026-01-31T12:00:00+00:00", 64000, 32000, 1)
            library.add(clip, audio)
    chosen = settings.Settings(library_folder=os.fspath(cli.folder / "library"))
    monkeypatch.setattr(settings, "load", lambda _path: chosen)
    code, _, err = cli("judge", "--library", "jazz", "--against-library", "", "--out", "x")
    assert code == 0, err
    told = json.loads((cli.folder / "x" / "judgement.json").read_text(encoding="utf-8"))
    names = [(clip["set"], clip["clip"]) for clip in told["clips"]]
    assert sorted(names[:2]) == [("made", "jazz one"), ("made", "jazz two")]
    assert len(names) == 5
    code, _, err = cli("judge", "--library", "polka", "--out", "x")
    assert code == 1
    assert "The library has none for “polka”" in err


def test_clap_comes_from_the_hub_and_judges(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `checkpoints download` takes of the published files is enough, the words' table among it."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(cli.folder / "hf"))
    clap = write_clap(cli.folder / "published")
    (clap / "README.md").write_text("---\nlicense: apache-2.0\n---\n", encoding="utf-8")
    files = {path.name: path.read_bytes() for path in clap.iterdir()}
    with serving(FakeHub({CLAP_REPOSITORY: files})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        code, _, err = cli("checkpoints", "download", CLAP_REPOSITORY, "--accept-licence")
        assert code == 0, err
    _tones(cli.folder / "clips", 220, 330)
    code, _, err = cli("judge", "clips", "--against", "clips", "--embedding", "clap", "--players", "0", "--out", "x")
    assert code == 0, err
    assert _figures(cli.folder / "x")["clap.frechet"] == 0
    heard = open_embedder("clap")
    given = open_embedder("clap", clap)
    tone = read(cli.folder / "clips" / "220.wav")
    assert heard.agreement(heard.hear(tone), "sad jazz") == given.agreement(given.hear(tone), "sad jazz")


@pytest.mark.skipif(sys.platform != "linux", reason="names there are text")
def test_a_name_that_is_no_text_is_judged_like_any_other(cli: CommandLine) -> None:
    """It was found out after hours, when the files were written."""
    name = os.fsdecode(b"caf\xe9")
    folder = _tones(cli.folder / name, 220, 330)
    (folder / "220.wav").rename(folder / f"{name}.wav")
    code, out, err = cli.on_terminal("judge", folder, "--out", "x", "--json")
    assert code == 0, err
    assert name in {clip["clip"] for clip in json.loads(out)["clips"]}
    told = json.loads((cli.folder / "x" / "judgement.json").read_text(encoding="utf-8"))
    assert name in {clip["clip"] for clip in told["clips"]}
    assert "caf?" in (cli.folder / "x" / "judgement.html").read_text(encoding="utf-8")


def test_what_cannot_be_judged_is_told(cli: CommandLine) -> None:
    assert "one of FOLDER" in cli.usage_error("judge")
    assert "one of FOLDER" in cli.usage_error("judge", "x", "--library", "y")
    code, _, err = cli("judge", "nowhere")
    assert code == 1
    assert "nowhere is not there" in err
    (cli.folder / "empty").mkdir()
    code, _, err = cli("judge", "empty")
    assert "holds no sound file" in err
    code, _, err = cli("judge", _tones(cli.folder / "single", 220))
    assert code == 1
    assert "too little to judge" in err


def test_a_listening_test_is_made_and_its_answers_are_read(cli: CommandLine) -> None:
    one, other = _tones(cli.folder / "one", 220, 330), _tones(cli.folder / "other", 220, 330)
    code, out, err = cli("judge", one, "--against", other, "--listening", "ab", "--title", "Which?", "--out", "x")
    assert code == 0, err
    page = html.fromstring(Path(out.strip()).read_text(encoding="utf-8"))
    assert page.xpath("//h1")[0].text == "Which?"
    answers = "listener,kind,trial,clip,first,second,choice,set,points\np,ab,1,220,other,one,second,,\n"
    (cli.folder / "answers.csv").write_text(answers, encoding="utf-8")
    code, out, _ = cli("judge", "--answers", "answers.csv", "--json")
    assert code == 0
    assert [(each["name"], each["points"]["value"]) for each in json.loads(out)["answers"]] == [
        ("one", 1),
        ("other", 0),
    ]
    assert "needs FOLDER and --against" in cli.usage_error("judge", one, "--listening", "ab")
    assert "trials must be" in cli.usage_error("judge", one, "--against", other, "--listening", "ab", "--trials", "0")
    assert "0 or more, got -1" in cli.usage_error("judge", one, "--against", other, "--listening", "ab", "--seed", "-1")
    anchor = one.rename(cli.folder / "anchor")
    assert "not anchor" in cli.usage_error("judge", anchor, "--against", other, "--listening", "ab")
