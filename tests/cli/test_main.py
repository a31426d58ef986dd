"""The entrance: help at once, nothing heavy loaded, exit codes."""

import io
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musicgen_studio.cli import devices
from musicgen_studio.cli.interrupt import stop_on_interrupt
from musicgen_studio.cli.main import build_parser, main
from tests.cli.conftest import CommandLine

HEAVY = ("torch", "torchaudio", "transformers", "PySide6", "numpy", "soundfile", "sounddevice", "librosa", "yaml")


def _python(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], capture_output=True, encoding="utf-8", check=False)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, musicgen_studio.cli.main; print(*sys.modules)"
    loaded = _python("-c", code).stdout.split()
    assert "musicgen_studio.cli.main" in loaded
    assert not set(HEAVY) & set(loaded)


def test_help_is_there_at_once() -> None:
    fastest_s = min(_timed_help_s() for _ in range(3))  # the machine may be busy with other tests
    assert fastest_s < 0.3


def _timed_help_s() -> float:
    start_s = time.perf_counter()
    shown = _python("-m", "musicgen_studio", "--help")
    assert shown.returncode == 0
    assert "exit codes:" in shown.stdout
    return time.perf_counter() - start_s


def test_the_version_is_told() -> None:
    assert _python("-m", "musicgen_studio", "--version").stdout.startswith("MusicGen Studio 0.")


@pytest.mark.parametrize("command", ["generate", "bench", "checkpoints", "devices"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("argv", [[], ["compose"], ["checkpoints"], ["generate", "--colour"]])
def test_wrong_usage_is_2(cli: CommandLine, argv: list[str]) -> None:
    assert cli.usage_error(*argv).startswith("usage: musicgen-studio")


def _broken_by(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_args: object) -> int:
        raise error

    monkeypatch.setattr(devices, "run", fail)


def test_ctrl_c_anywhere_is_130(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken_by(KeyboardInterrupt(), monkeypatch)
    assert cli("devices") == (130, "", "")


@pytest.mark.parametrize("error", [BrokenPipeError(), RuntimeError("reentrant call")])
def test_ctrl_c_stops_though_nothing_can_be_said(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says goes through a pipe that is closed, or into a line that is just being written."""

    class Unheard(io.StringIO):
        def write(self, _text: str) -> int:
            raise error

    with stop_on_interrupt() as stop:
        monkeypatch.setattr(sys, "stderr", Unheard())
        signal.raise_signal(signal.SIGINT)
        monkeypatch.undo()
        assert stop.is_set()


def test_a_bug_is_70_and_shows_its_traceback(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken_by(ZeroDivisionError("a bug"), monkeypatch)
    code, out, err = cli("devices")
    assert (code, out) == (70, "")
    assert "ZeroDivisionError: a bug" in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not the same there")
def test_native_code_that_crashes_tells_where() -> None:
    """An examination of an hour once ended at its last part without a word."""
    code = (
        "import ctypes, resource, sys\n"
        "from musicgen_studio.cli import devices; from musicgen_studio.cli.main import main\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
        "devices.run = lambda args: ctypes.string_at(0); sys.exit(main(['devices']))"
    )
    crashed = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert crashed.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in crashed.stderr
    assert "main.py" in crashed.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently there")
def test_a_reader_that_leaves_is_no_bug() -> None:
    code = (
        "import sys; from musicgen_studio.cli import devices; from musicgen_studio.cli.main import main;"
        "devices.run = lambda args: print('x' * 1_000_000, flush=True) or 0; sys.exit(main(['devices']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1


_LEFT_EARLY = """
import sys
from musicgen_studio.cli import devices
from musicgen_studio.cli.main import main
from musicgen_studio.errors import UserProblem

def run(args):
    sys.stdin.read()
    {end}

devices.run = run
sys.exit(main(["devices", "--json"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently there")
@pytest.mark.parametrize("end", ["return print('x') or 0", "raise UserProblem('a', 'b', 'c')"])
def test_a_reader_that_has_left_before_is_no_bug(end: str) -> None:
    """A short text is written at the very end, a problem's after the command."""
    with subprocess.Popen(
        [sys.executable, "-c", _LEFT_EARLY.format(end=end)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_the_output_is_said(unbuffered: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        code = _LEFT_EARLY.format(end="return print('x') or 0")
        shown = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert shown.returncode == 1
    assert shown.stderr == "What was printed could not be written: No space left on device.\n"


def test_a_console_that_lacks_a_letter_is_no_bug(tmp_path: Path) -> None:
    file = tmp_path / "run.py"
    file.write_text(
        "import sys\nfrom musicgen_studio.cli import devices\nfrom musicgen_studio.cli.main import main\n"
        "devices.run = lambda args: print('\\u60b2') or 0\nsys.exit(main(['devices']))\n"
    )
    shown = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        encoding="ascii",
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (shown.returncode, shown.stdout.strip()) == (0, "?")


def _commands_of_the_readme() -> list[list[str]]:
    """Return what stands in the README to be typed into a terminal, but for what opens files in the window."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    lines = (line for line in readme.splitlines() if line.startswith("musicgen-studio "))
    return [words for line in lines if "." not in (words := shlex.split(line, comments=True)[1:])[0]]


def test_every_command_in_the_readme_is_one() -> None:
    commands = _commands_of_the_readme()
    assert len(commands) > 20
    for words in commands:
        if "--help" not in words:
            build_parser().parse_args(words)


def test_words_may_stand_between_and_behind_the_options() -> None:
    parse = build_parser().parse_args
    replaced = parse(["replace", "a.wav", "--from", "4.0", "--to", "8.0", "calm piano", "--takes", "2"])
    assert (str(replaced.clip), replaced.prompt, replaced.takes) == ("a.wav", "calm piano", 2)
    assert parse(["mend", "--list", "a.wav", "--seed", "3"]).prompt is None
    live = parse(["live", "calm", "--weights", "1", "2", "--seconds", "3", "rock"])
    assert (live.prompts, live.weights) == (["calm", "rock"], [1, 2])
    assert parse(["generate", "a", "--seed", "1", "b", "--", "--c"]).prompts == ["a", "b", "--c"]


def test_a_prompt_that_the_terminal_could_not_decode_is_text_for_every_command() -> None:
    parse = build_parser().parse_args
    assert parse(["generate", "caf\udce9"]).prompts == parse(["live", "caf\udce9"]).prompts == ["caf?"]
    assert parse(["mend", "a.wav", "caf\udce9"]).prompt == "caf?"
    assert parse(["replace", "a.wav", "--from", "1", "--to", "2", "caf\udce9"]).prompt == "caf?"


@pytest.mark.parametrize(
    "argv", [["replace", "a.wav"], ["replace", "--from", "1", "--to", "2"], ["mend"], ["mend", "a", "b", "c"]]
)
def test_what_is_missing_or_too_much_is_said(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(argv)
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert "usage: musicgen-studio" in said
    assert "required: " in said or "unrecognized arguments: c" in said
