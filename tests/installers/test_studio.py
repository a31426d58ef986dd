"""Tests of `installers/studio.py`: what it decides, and what it starts.

The programs it calls are small executables in a folder of the test, put first on PATH; nothing is installed here.
Not covered: a whole set-up from the network, which is what a fresh clone does with the README's commands.
"""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from tests.installers.conftest import load_script

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "installers" / "studio.py"
NONE: frozenset[str] = frozenset()
DEV = frozenset({"dev"})

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for other programs are shell scripts")


@pytest.fixture(scope="module")
def studio() -> ModuleType:
    return load_script("studio")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a Linux system that comes first on PATH: what is put there is found before the system's own."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def put_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def put_packages(programs: Path, *lines: str) -> None:
    """Make dpkg-query list these packages, each "status name provides"."""
    listing = "\n".join("\t".join(line.split(" ", 2)) for line in lines)
    (programs / "listing").write_text(listing + "\n", encoding="utf-8")
    put_program(programs / "dpkg-query", f'cat "{programs / "listing"}"')


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `.venv` looks whole; its programs tell what they were called with, and exit with 7."""
    root = tmp_path / "my checkout"
    (root / "installers").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "installers")
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=2", "numpy"]\n', encoding="utf-8")
    put_program(root / ".venv/bin/python", 'echo "$PWD: python $*" >> "${0%/*}/calls"; echo "python $*"; exit 0')
    put_program(root / ".venv/bin/musicgen-studio", 'for word in "$@"; do echo "<$word>"; done; exit 7')
    (root / ".venv/pyvenv.cfg").write_text(f"home = {tmp_path}\nversion = 3.11.7\n", encoding="utf-8")
    return root


def stamp_it(studio: ModuleType, root: Path, extras: frozenset[str] = NONE) -> None:
    studio.write_stamp(root / ".venv", studio.Stamp(studio.fingerprint(root), extras))


def run_script(root: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "installers/studio.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=60)


# --- which Python


def test_the_script_is_read_by_python_3_8() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_needed_python_is_the_one_that_the_package_states(studio: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={'.'.join(map(str, studio.MINIMUM_PYTHON))}"


@pytest.mark.parametrize(
    ("version", "enough"),
    [((3, 8, 18), False), ((3, 10, 99), False), ((3, 11, 0), True), ((3, 14), True), ((4, 0), True)],
)
def test_a_python_suits_from_3_11_on(studio: ModuleType, version: tuple[int, ...], enough: bool) -> None:
    assert studio.suits(version) is enough


def test_another_python_is_taken_only_if_it_starts_and_is_new_enough(
    studio: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_program(programs / "python3.13", "exit 127")  # a version switcher without that version
    put_program(programs / "python3.12", "echo")  # too old, whatever its name says
    put_program(programs / "python3.11", f'exec "{sys.executable}" "$@"')
    monkeypatch.setattr(studio, "suits", lambda _: False)
    assert studio.python_to_switch_to() == sys.executable
    assert sys.executable in capsys.readouterr().err


def test_no_python_that_suits_is_a_problem_that_names_the_version(
    studio: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(studio, "suits", lambda _: False)
    with pytest.raises(studio.SetupProblem, match=r"needs Python 3\.11 or newer.*\nInstall Python 3\.11"):
        studio.python_to_switch_to()


# --- the stamp


def test_a_stamped_checkout_is_ready_and_needs_no_more_for_less(studio: ModuleType, checkout: Path) -> None:
    assert not studio.is_ready(checkout, NONE)
    stamp_it(studio, checkout)
    assert studio.is_ready(checkout, NONE)
    assert not studio.is_ready(checkout, DEV)
    stamp_it(studio, checkout, DEV)
    assert studio.is_ready(checkout, NONE)
    assert studio.is_ready(checkout, DEV)


def change_dependencies(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=3"]\n', encoding="utf-8")


def change_python(root: Path) -> None:
    (root / ".venv/pyvenv.cfg").write_text(f"home = {root}\nversion = 3.12.1\n", encoding="utf-8")


def lead_python_elsewhere(root: Path) -> None:
    python = root / ".venv/bin/python"
    python.rename(python.with_name("python3.99"))
    python.symlink_to("python3.99")


def lose_python(root: Path) -> None:
    (root / ".venv/bin/python").unlink()
    (root / ".venv/bin/python").symlink_to(root / "gone")


def lose_the_python_behind(root: Path) -> None:
    (root / ".venv/pyvenv.cfg").write_text(f"home = {root / 'gone'}\nversion = 3.11.7\n", encoding="utf-8")


def lose_the_program(root: Path) -> None:
    (root / ".venv/bin/musicgen-studio").unlink()


def spoil_the_stamp(root: Path) -> None:
    (root / ".venv/studio-setup.json").write_text('{"fingerprint": "12', encoding="utf-8")


def empty_the_stamp(root: Path) -> None:
    (root / ".venv/studio-setup.json").write_text("[]", encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        change_dependencies,
        change_python,
        lead_python_elsewhere,
        lose_python,
        lose_the_python_behind,
        lose_the_program,
        spoil_the_stamp,
        empty_the_stamp,
    ],
)
def test_what_changes_the_installation_ends_the_readiness(
    studio: ModuleType, checkout: Path, change: Callable[[Path], None]
) -> None:
    stamp_it(studio, checkout)
    change(checkout)
    assert not studio.is_ready(checkout, NONE)


def test_a_newer_installer_and_a_moved_checkout_set_up_again(
    studio: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp_it(studio, checkout)
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert not studio.is_ready(moved, NONE)
    moved.rename(checkout)
    assert studio.is_ready(checkout, NONE)
    monkeypatch.setattr(studio, "INSTALLER_VERSION", "next")
    assert not studio.is_ready(checkout, NONE)


# --- setting up


@pytest.fixture
def quiet_system(programs: Path, studio: ModuleType) -> Path:
    """A system that lacks no package and has a graphics card, so that no question goes out to the network."""
    wanted = (*studio.LIBRARIES, *studio.TEST_LIBRARIES)
    put_packages(programs, *(f"installed {name} " for name in wanted))
    put_program(programs / "apt-get", "exit 99")
    put_program(programs / "nvidia-smi", "exit 0")
    return programs


@pytest.mark.usefixtures("quiet_system")
def test_a_set_up_runs_pip_twice_and_stamps_last(studio: ModuleType, checkout: Path) -> None:
    studio.set_up(checkout, DEV)
    asked, torch, program, *compiled = (checkout / ".venv/bin/calls").read_text(encoding="utf-8").splitlines()
    assert "import pip" in asked
    assert torch.endswith("-m pip --disable-pip-version-check install --prefer-binary torch>=2")
    assert program.endswith("install --prefer-binary --editable .[dev]")
    assert program.startswith(f"{checkout}: ")
    modules = "musicgen_studio.engine.model.cpu", "musicgen_studio.dsp.librosa_import"
    wanted = ("compileall -q musicgen_studio", *modules)
    assert compiled == [f"{checkout}: python -m {what}" for what in wanted]
    assert studio.is_ready(checkout, DEV)


@pytest.mark.usefixtures("quiet_system")
@pytest.mark.parametrize(("display", "extras", "is_put"), [(":0", NONE, True), ("", NONE, False), (":0", DEV, False)])
def test_the_program_goes_into_the_menu_of_a_desktop_where_it_is_to_be_used(
    studio: ModuleType,
    checkout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    display: str,
    extras: frozenset[str],
    is_put: bool,
) -> None:
    shutil.copy(SCRIPT.parent / "menu.py", checkout / "installers")
    shutil.copytree(ROOT / "resources" / "desktop", checkout / "resources" / "desktop")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    studio.set_up(checkout, extras)
    entry = tmp_path / "data/applications/musicgen-studio.desktop"
    assert entry.is_file() is is_put
    assert not is_put or str(checkout / ".venv/bin/musicgen-studio") in entry.read_text(encoding="utf-8")


@pytest.mark.usefixtures("quiet_system")
def test_what_was_installed_once_stays_asked_for(studio: ModuleType, checkout: Path) -> None:
    stamp_it(studio, checkout, DEV)
    change_dependencies(checkout)
    studio.set_up(checkout, NONE)
    assert studio.read_stamp(checkout / ".venv").extras == DEV


@pytest.mark.usefixtures("quiet_system")
def test_when_pip_gives_up_the_set_up_goes_on_the_next_time(studio: ModuleType, checkout: Path) -> None:
    put_program(checkout / ".venv/bin/python", '[ "$1" = -c ] || exit 1')
    with pytest.raises(studio.SetupProblem, match="exit code 1"):
        studio.set_up(checkout, NONE)
    assert studio.read_stamp(checkout / ".venv") is None
    stamp_it(studio, checkout)
    with pytest.raises(studio.SetupProblem):
        studio.set_up(checkout, DEV)
    assert studio.is_ready(checkout, NONE), "what worked before a failed addition still works, offline too"


@pytest.mark.usefixtures("quiet_system")
def test_an_interrupted_set_up_is_made_anew(
    studio: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(studio, "pip_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            studio.set_up(checkout, NONE)
    assert studio.read_stamp(checkout / ".venv").fingerprint == studio.UNFINISHED
    studio.make_venv(checkout / ".venv")
    assert "the last set-up was interrupted" in capfd.readouterr().err
    assert not (checkout / ".venv/bin/musicgen-studio").exists()
    assert studio.works(checkout / ".venv")


def test_a_broken_environment_is_made_anew_and_a_whole_one_kept(studio: ModuleType, checkout: Path) -> None:
    venv = checkout / ".venv"
    studio.make_venv(venv)
    assert (venv / "bin/calls").exists(), "the whole one was kept"
    lose_python(checkout)
    assert not studio.works(venv)
    studio.make_venv(venv)
    assert studio.works(venv)
    assert not (venv / "bin/calls").exists()


def test_a_python_without_ensurepip_names_the_package(
    studio: ModuleType, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    put_packages(programs, *(f"installed {name} " for name in studio.LIBRARIES))
    assert studio.missing_packages(NONE) == [package]
    with pytest.raises(studio.SetupProblem, match=f"apt-get install {package}"):
        studio.make_venv(tmp_path / ".venv")


# --- system libraries


def test_missing_packages_are_those_that_nothing_installed_stands_in_for(studio: ModuleType, programs: Path) -> None:
    present = [name for name in studio.LIBRARIES if name not in {"libglib2.0-0", "libegl1", "libportaudio2"}]
    put_packages(
        programs,
        *(f"installed {name} " for name in present),
        "installed libglib2.0-0t64 other-name, libglib2.0-0 (= 2.84.4-3)",
        "config-files libegl1 ",  # removed, with its settings left behind
    )
    assert studio.missing_packages(NONE) == ["libportaudio2", "libegl1"]
    assert studio.missing_packages(DEV) == ["libportaudio2", "libegl1", *studio.TEST_LIBRARIES]


def test_a_desktop_with_pipewire_keeps_its_sound_server(studio: ModuleType, programs: Path) -> None:
    put_packages(programs, *(f"installed {name} " for name in studio.LIBRARIES), "installed pipewire-pulse ")
    assert studio.missing_packages(DEV) == ["pulseaudio-utils", "libasound2-plugins", "dbus"]


def test_without_root_it_says_what_it_would_run_and_goes_on(
    studio: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    put_packages(programs, *(f"installed {name} " for name in studio.LIBRARIES if name != "libegl1"))
    put_program(programs / "sudo", "echo 'sudo: a password is required' >&2; exit 1")
    put_program(programs / "apt-get", f'touch "{programs / "apt-was-run"}"')
    studio.install_system_libraries(NONE)
    said = capfd.readouterr().err
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends --no-remove libegl1\n" in said
    assert "password is required" not in said
    assert not (programs / "apt-was-run").exists()


@pytest.mark.parametrize("user_id", [0, 1000])
def test_root_and_sudo_install_what_is_missing_without_questions(
    studio: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch, user_id: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user_id)
    put_packages(programs, *(f"installed {name} " for name in studio.LIBRARIES if name != "libegl1"))
    put_program(programs / "sudo", f'echo sudo >> "{programs / "calls"}"; [ "$1" = -n ] && shift && exec "$@"')
    put_program(programs / "apt-get", f'echo "$DEBIAN_FRONTEND $1 $*" >> "{programs / "calls"}"')
    studio.install_system_libraries(NONE)
    calls = (programs / "calls").read_text(encoding="utf-8").splitlines()
    assert calls.count("sudo") == (0 if user_id == 0 else 3)  # one of them asks whether sudo asks for a password
    update, install = (call for call in calls if call != "sudo")
    assert update.startswith("noninteractive update")
    assert install.startswith("noninteractive install")
    assert "--no-remove libegl1" in install


def test_a_failed_installation_of_packages_is_a_warning(
    studio: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    put_program(programs / "apt-get", "echo 'E: Unable to locate package' >&2; exit 100")
    studio.install_packages(["libegl1"])
    said = capfd.readouterr().err
    assert "E: Unable to locate package" in said
    assert "Going on without" in said


# --- PyTorch's builds


class Index(BaseHTTPRequestHandler):
    """A package index that has torch, refuses everything under /refused, and leaves /stalled without an answer."""

    released = threading.Event()

    def do_HEAD(self) -> None:
        """Answer by the path."""
        if self.path.startswith("/stalled"):
            Index.released.wait(timeout=60)
        self.send_response(200 if self.path == "/torch/" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Index.released.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Index.released.set()
        server.shutdown()
        serving.join()


def test_the_processor_build_is_taken_where_its_index_answers(
    studio: ModuleType, index: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(studio, "has_nvidia", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert studio.torch_source(index, 20.0) == ["--extra-index-url", index]
    assert studio.torch_source(f"{index}/refused", 20.0) == []
    assert "does not answer" in capfd.readouterr().err


def test_no_index_is_asked_where_a_graphics_card_is_or_on_macos(
    studio: ModuleType, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> bool:
        raise AssertionError("the index was asked")

    monkeypatch.setattr(studio, "answers", asked)
    put_program(programs / "nvidia-smi", "exit 0")
    monkeypatch.setattr(sys, "platform", "linux")
    assert studio.torch_source() == []
    (programs / "nvidia-smi").unlink()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert studio.torch_source() == []


def test_an_index_that_stalls_costs_the_time_out_and_no_more(studio: ModuleType, index: str) -> None:
    started_s = time.perf_counter()
    assert not studio.answers(f"{index}/stalled", 0.2)
    assert 0.15 < time.perf_counter() - started_s < 5.0


def test_an_index_that_is_not_there_is_no_answer(studio: ModuleType) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        port = server.server_address[1]
    assert not studio.answers(f"http://127.0.0.1:{port}/torch/", 20.0)


def test_torch_is_asked_for_as_the_package_states_it(studio: ModuleType) -> None:
    stated = studio.requirements_of(ROOT / "pyproject.toml", studio.FROM_CPU_INDEX)
    assert [text.split(">=")[0] for text in stated] == ["torch", "torchaudio"]
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert set(stated) <= set(dependencies)


# --- starting the program


def test_arguments_output_and_exit_code_are_handed_through(studio: ModuleType, checkout: Path, tmp_path: Path) -> None:
    stamp_it(studio, checkout)
    started_s = time.perf_counter()
    ran = run_script(checkout, "generate", "happy rock", "--seconds", "8", "--out", "", cwd=tmp_path)
    print(f"a start that has nothing to set up takes {time.perf_counter() - started_s:.3f} s")  # noqa: T201 - a figure
    assert ran.returncode == 7
    assert ran.stdout == "<generate>\n<happy rock>\n<--seconds>\n<8>\n<--out>\n<>\n"
    assert ran.stderr == ""


def test_where_a_process_cannot_be_replaced_the_exit_code_is_passed_on(
    studio: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = str(checkout / ".venv/bin/musicgen-studio")
    with monkeypatch.context() as on_windows:
        on_windows.setattr(os, "name", "nt")
        code = studio.hand_over([program, "happy rock"])
    assert code == 7
    assert capfd.readouterr().out == "<happy rock>\n"


def test_ctrl_c_ends_the_program_in_its_own_way(studio: ModuleType, checkout: Path) -> None:
    put_program(
        checkout / ".venv/bin/musicgen-studio",
        "trap 'echo goodbye; exit 130' INT\necho playing\nwhile :; do read -r _ || exit 1; done",
    )
    stamp_it(studio, checkout)
    command = [sys.executable, str(checkout / "installers/studio.py"), "play"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "playing\n"
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "goodbye\n"
        assert running.wait(timeout=60) == 130


def test_the_word_test_runs_pytest_in_the_checkout(studio: ModuleType, checkout: Path, tmp_path: Path) -> None:
    stamp_it(studio, checkout, DEV)
    ran = run_script(checkout, "test", "-p", "no:randomly", "-k", "two words", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "python -m pytest -p no:randomly -k two words\n")
    assert (checkout / ".venv/bin/calls").read_text(encoding="utf-8").startswith(f"{checkout}: ")


@pytest.mark.parametrize(
    ("cores", "memory_gb", "processes"),
    [(2, 16.0, 2), (2, None, 2), (2, 7.9, 2), (2, 5.9, None), (4, 9.5, 3), (64, 512.0, 8), (1, 64.0, None)],
)
def test_the_suite_is_shared_as_far_as_cores_and_memory_go(
    studio: ModuleType, checkout: Path, cores: int, memory_gb: float | None, processes: int | None
) -> None:
    options = [] if processes is None else ["-n", str(processes), "--dist", "loadfile"]
    for whole in ((), ("-q",), ("-k", "sound", "--durations=10")):
        assert studio.spread(checkout, whole, cores, memory_gb) == options


@pytest.mark.parametrize("arguments", [("tests/ui",), ("-q", "tests/a.py::test_b"), ("-n0",), ("-n", "3"), ("--pdb",)])
def test_who_names_tests_or_processes_gets_them(studio: ModuleType, checkout: Path, arguments: tuple[str, ...]) -> None:
    (checkout / "tests/ui").mkdir(parents=True)
    (checkout / "tests/a.py").touch()
    assert studio.spread(checkout, arguments, 4, 64.0) == []


def test_the_script_knows_its_machine(studio: ModuleType) -> None:
    assert 1 <= studio.usable_cores() <= (os.cpu_count() or 1)
    assert studio.memory_gb() > 0.1


def test_without_arguments_nothing_is_started(studio: ModuleType, checkout: Path) -> None:
    stamp_it(studio, checkout)
    ran = run_script(checkout)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "ready" in ran.stderr


@pytest.mark.usefixtures("quiet_system")
def test_a_failed_set_up_starts_nothing_and_exits_with_1(checkout: Path) -> None:
    put_program(checkout / ".venv/bin/python", '[ "$1" = -c ] || { echo "ERROR: no such wheel" >&2; exit 1; }')
    ran = run_script(checkout, "generate", "happy rock")
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.index("[3/4]") < ran.stderr.index("ERROR: no such wheel") < ran.stderr.index("exit code 1")


def test_a_second_set_up_waits_for_the_first_and_finds_it_done(studio: ModuleType, checkout: Path) -> None:
    """It took the first for interrupted, and removed the environment that was being filled."""
    command = [sys.executable, str(checkout / "installers/studio.py"), "word"]
    with studio.alone(checkout):
        second = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        assert "Waiting for it" in second.stderr.readline()
        stamp_it(studio, checkout)
    out, err = second.communicate(timeout=60)
    assert (second.returncode, out, err) == (7, "<word>\n", "")


def test_the_stamp_is_written_whole(studio: ModuleType, checkout: Path) -> None:
    stamp_it(studio, checkout, DEV)
    assert json.loads((checkout / ".venv/studio-setup.json").read_text(encoding="utf-8"))["extras"] == ["dev"]
    assert not list((checkout / ".venv").glob("*.new"))
