"""`generate` with the real engine on what people have: adapters, what trainers leave, every kind of melody file."""

import io
import json
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.checkpoints import fingerprint
from musicgen_studio.cli.main import main
from tests import tiny_checkpoints as tiny
from tests.engine.checkpoint.test_adapter import _LAYER, _halves, _write
from tests.engine.checkpoint.test_trained import _write_dora
from tests.engine.damage import copied

SHORT = ("--seconds", "0.4", "--no-play", "--device", "cpu", "--seed", "3")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No caches of this computer's user."""
    monkeypatch.setattr(fingerprint, "cache_dir", lambda: tmp_path / "cache")
    for name in ("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def generate(checkpoint: Path, out: Path, *more: str | Path) -> dict[str, object]:
    """Run the command, and return the record of its one clip."""
    words = ("generate", "drums", "--checkpoint", checkpoint, "--out", out, *SHORT, *more)
    assert main([str(word) for word in words]) == 0
    (sound,) = out.glob("*.wav")
    assert sf.info(sound).duration == pytest.approx(0.4, abs=0.03)
    record: dict[str, object] = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    return record


def test_an_adapter(tmp_path: Path, text_checkpoint: Path) -> None:
    copied(text_checkpoint, tmp_path / "lora").rename(tmp_path / "lora" / "base")
    adapter = _write(tmp_path / "lora", _halves(f"{_LAYER}.self_attn.q_proj", (32, 32)))
    merged, plain = generate(adapter, tmp_path / "merged"), generate(text_checkpoint, tmp_path / "plain")
    assert merged["checkpoint"] != plain["checkpoint"]  # another fingerprint
    (one,), (other,) = (tuple((tmp_path / folder).glob("*.wav")) for folder in ("merged", "plain"))
    assert one.read_bytes() != other.read_bytes()


def test_what_a_training_left(tmp_path: Path) -> None:
    folder = _write_dora(tmp_path / "xp", tiny.build_text_model())
    assert "checkpoint.th" in {path.name for path in folder.iterdir()}
    generate(folder, tmp_path / "out")
    assert main(["generate", "drums", "--checkpoint", str(folder / "checkpoint.th"), "--out", "more", *SHORT]) == 0


def _hum() -> np.ndarray:
    times_s = np.arange(32_000) / 32_000
    return (0.3 * np.sin(2 * np.pi * np.where(times_s < 0.5, 220.0, 330.0) * times_s)).astype(np.float32)


def _midi() -> bytes:
    file = mido.MidiFile()
    track = mido.MidiTrack()
    file.tracks.append(track)
    for pitch in (57, 64, 60):
        track.append(mido.Message("note_on", note=pitch, velocity=80, time=0))
        track.append(mido.Message("note_off", note=pitch, velocity=0, time=240))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _melody(folder: Path, kind: str) -> Path:
    """Write a melody as a kind of file."""
    path = folder / f"hum.{kind}"
    if kind in ("mid", "midi"):
        path.write_bytes(_midi())
    elif kind == "rmi":
        notes = _midi()
        chunk = b"RMIDdata" + len(notes).to_bytes(4, "little") + notes + b"\0" * (len(notes) % 2)
        path.write_bytes(b"RIFF" + len(chunk).to_bytes(4, "little") + chunk)
    elif kind == "opus":
        sf.write(path, np.repeat(_hum(), 3)[::2], 48_000, format="OGG", subtype="OPUS")
    else:
        sf.write(path, _hum(), 32_000)
    return path


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "opus", "mp3", "aiff", "caf", "w64", "mid", "midi", "rmi"])
def test_every_kind_of_melody_file(tmp_path: Path, melody_checkpoint: Path, kind: str) -> None:
    melody = _melody(tmp_path, kind)
    record = generate(melody_checkpoint, tmp_path / "out", "--melody", melody)
    assert f"hum.{kind}" in json.dumps(record)
    assert record["melody_similarity"] is not None
