"""The command line with a fake engine, a small stand-in for the starter checkpoint, and no user's cache."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from musicgen_studio.checkpoints import catalogue, fingerprint
from musicgen_studio.cli import generate
from musicgen_studio.cli.main import main
from tests.fake_engine import FakeEngine


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class CommandLine:
    """Runs commands in process.

    Args:
        folder: Working folder of the test.
        starter: The stand-in checkpoint.
        engine: What gets loaded.
        loads: Folder, device and precision of every load.
    """

    folder: Path
    starter: Path
    engine: FakeEngine
    loads: list[tuple[Path, str, str]]
    _capture: Callable[[], Any]

    def __call__(self, *argv: str | Path) -> tuple[int, str, str]:
        """Run a command and return exit code, stdout and stderr."""
        self._capture()
        code = main([str(word) for word in argv])
        said = self._capture()
        return code, said.out, said.err

    def on_terminal(self, *argv: str | Path) -> tuple[int, str, str]:
        """Run a command with a terminal as stderr, and return exit code, stdout and all that went to it."""
        with redirect_stderr(_Terminal()) as terminal:
            code, out, _ = self(*argv)
        return code, out, terminal.getvalue()

    def usage_error(self, *argv: str | Path) -> str:
        """Run a command that must be refused as wrong usage, and return stderr."""
        with pytest.raises(SystemExit) as caught:
            self(*argv)
        assert caught.value.code == 2
        return str(self._capture().err)

    def files(self, folder: str = "clips") -> list[str]:
        """Return the names in a folder below the working folder."""
        return sorted(path.name for path in (self.folder / folder).iterdir())


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line, in a folder of its own."""
    starter = tmp_path / "resources" / "starter"
    starter.mkdir(parents=True)
    (starter / "config.json").write_text(json.dumps({"model_type": "musicgen_melody"}))
    (starter / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr(catalogue, "resources_dir", lambda: tmp_path / "resources")
    monkeypatch.setattr(fingerprint, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    command_line = CommandLine(tmp_path, starter, FakeEngine(), [], capsys.readouterr)

    def load(folder: Path, device: str, precision: str) -> FakeEngine:
        command_line.loads.append((folder, device, precision))
        return command_line.engine

    monkeypatch.setattr(generate, "_load_engine", load)
    return command_line
