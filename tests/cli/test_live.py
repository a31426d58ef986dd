"""`live`: it plays as long as it is told, keeps what was heard, takes keys, and `generate --from` makes it again."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.cli import live_keys
from musicgen_studio.cli.live_keys import Keys, help_line
from musicgen_studio.cli.main import main
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.live import Mailbox, Steering
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import LiveEngine
from musicgen_studio.files.sound import read
from musicgen_studio.studio.arranging.live_bars import BarsHeard, OnTheBar
from musicgen_studio.studio.making import live_remake
from musicgen_studio.studio.making.live_record import LiveRecord


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_records_and_is_made_again(
    folder: Path, melody_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = "0:00 | calm piano\n0:01 | morph 1 s | driving rock at 120 bpm\n0:02.6 | jazz at 120 bpm\n"
    (folder / "night.txt").write_text(night, encoding="utf-8")
    live = [
        "live",
        "--schedule",
        "night.txt",
        "--on-the-bar",
        "--no-play",
        "--seconds",
        "3",
        "--fade-out",
        "1",
        "--record",
        "a.wav",
    ]
    assert main([*live, "--seed", "4", "--checkpoint", str(melody_checkpoint)]) == 0
    assert capsys.readouterr().out == "a.wav\n"
    heard = read(folder / "a.wav")
    assert heard.frames == 3 * 32000
    assert main(["generate", "--from", "a.json", "--out", "again", "--checkpoint", str(melody_checkpoint)]) == 0
    np.testing.assert_array_equal(read(folder / "again" / "a.wav").samples, heard.samples)
    assert main(["generate", "--from", "again/a.json", "--out", "again", "--checkpoint", str(melody_checkpoint)]) == 0
    np.testing.assert_array_equal(read(folder / "again" / "a-2.wav").samples, heard.samples)
    capsys.readouterr()
    assert main(["generate", "--from", "a.json", "--out", "j", "--checkpoint", str(melody_checkpoint), "--json"]) == 0
    clip = json.loads(capsys.readouterr().out)["clip"]
    assert (Path(clip["sound_file"]), clip["duration_s"]) == (Path("j") / "a.wav", 3.0)
    assert json.loads(Path(clip["recipe_file"]).read_text(encoding="utf-8")) == clip["recipe"]
    assert main([*live, "--checkpoint", str(melody_checkpoint)]) == 1  # a.wav is there


def test_how_much_was_made_again_until_ctrl_c_is_said(
    folder: Path, melody_checkpoint: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remade = live_remake.remade

    def interrupted(engine: LiveEngine, record: LiveRecord, stop: StopFlag) -> Iterator[Audio]:
        for piece in remade(engine, record, stop):
            yield piece
            if not stop.is_set():
                signal.raise_signal(signal.SIGINT)

    checkpoint = ["--checkpoint", str(melody_checkpoint)]
    assert main(["live", "calm", "--no-play", "--seconds", "2", "--record", "a.wav", *checkpoint]) == 0
    capsys.readouterr()
    monkeypatch.setattr(live_remake, "remade", interrupted)
    assert main(["generate", "--from", "a.json", "--out", "again", *checkpoint]) == 130
    made = read(folder / "again" / "a.wav")
    assert 0 < made.duration_s < 1
    assert capsys.readouterr().out.endswith(f"a.wav ({made.duration_s:.1f} s, not complete)\n")


def test_another_checkpoint_cannot_make_it_again(folder: Path, melody_checkpoint: Path, text_checkpoint: Path) -> None:
    live = ["live", "calm", "--sparser", "0.5", "--no-play", "--seconds", "0.5", "--record", "a.wav"]
    assert main([*live, "--checkpoint", str(melody_checkpoint)]) == 0
    assert main(["generate", "--from", str(folder / "a.json"), "--checkpoint", str(text_checkpoint)]) == 1


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["a", "--sparser", "1.5"],
        ["a", "b", "c", "d", "--sparser", "0.5"],
        ["a", "b", "c", "d", "e"],
        ["a", "--schedule", "x.txt"],
        ["a", "--no-play"],
        ["a", "--weights", "1", "2"],
        ["a", "--seconds", "0"],
        ["a", "--fade-in", "-1"],
        ["a", "--record", "x.mp3"],
    ],
)
def test_wrong_usage_is_refused(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["live", *argv])
    assert caught.value.code == 2


@pytest.mark.parametrize("argv", [["--guidance", "99"], ["--temperature", "-1"], ["--chunk", "0"], ["--seed", "-3"]])
def test_a_value_out_of_range_is_a_problem(argv: list[str], text_checkpoint: Path) -> None:
    assert main(["live", "a", "--no-play", "--seconds", "1", "--checkpoint", str(text_checkpoint), *argv]) == 1


class Played:
    """A session that notes what is asked of it."""

    def __init__(self) -> None:
        from musicgen_studio.studio.arranging.live import LiveFacts

        self.facts = LiveFacts()
        self.asked: list[str] = []
        silence = BarsHeard(lambda frames: (0, np.zeros((frames, 1), np.float32)), 32000)
        self.bar = OnTheBar(Mailbox(Steering(("calm",))), silence, 50.0, 5)

    def fade_out(self, fade_s: float) -> None:
        """Note it."""
        self.asked.append(f"fade {fade_s:g} s")

    def end_with_the_phrase(self) -> None:
        """Note it."""
        self.asked.append("phrase")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_keys_that_come_at_once_all_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a slow line, or while the machine is busy, several are there at a time."""
    master, slave = os.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with live_keys._key_by_key() as look:
            os.write(master, "2é3q".encode())
            assert "".join(look(0.2) for _ in range(5)) == "23q"
    os.close(master)


def test_keys_steer() -> None:
    tune = Melody.of([Note(0, 1, 60)])
    mailbox, said, session = Mailbox(Steering(("calm", "rock"), (1, 1))), list[str](), Played()
    keys = Keys(session, mailbox, tune, said.append, may_steer=True, fade_s=20.0)  # type: ignore[arg-type]
    keys.press("2")
    assert mailbox.steering.weights == (0.375, 0.625)
    keys.press("0")
    assert mailbox.steering.weights == (1.0, 1.0)
    for key in ("3", "x", "²", "٢", "é"):
        keys.press(key)
    assert mailbox.steering.weights == (1.0, 1.0)
    for key in "++-TTtm":
        keys.press(key)
    assert (mailbox.steering.guidance_scale, mailbox.steering.temperature) == (3.5, 1.1)
    assert mailbox.steering.melody is tune
    assert "50% calm, 50% rock · guidance 3.5 · temperature 1.1 · melody" in said[-1]
    keys.press("b")
    assert session.bar.is_on
    keys.press("b")
    assert not session.bar.is_on
    assert said[-1] == "changes come at once"
    for key in "meqih":
        keys.press(key)
    assert mailbox.steering.melody is None
    assert session.asked == ["phrase", "fade 20 s"]
    assert said[-1] == help_line(may_steer=True)
