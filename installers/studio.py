#!/usr/bin/env python3
"""Sets MusicGen Studio up in this checkout and starts it: one command for the first run and for every later one.

    python3 installers/studio.py                                                        set up, nothing more
    python3 installers/studio.py generate "happy rock" --seconds 8 --out clips          set up, then make a clip
    python3 installers/studio.py test [what pytest takes]                               set up, then run the tests

All it makes is in `.venv`, apart from the system libraries that Debian and Ubuntu lack and, on a Linux desktop, the
program's line in the menu (`python3 installers/menu.py --remove` takes it out). Delete `.venv` to undo the rest.
Nothing is done twice: a stamp in `.venv` tells what is installed. Standard library only. Not for packaging the program.

It has to start on Python 3.8, to say there which Python is needed; so no newer syntax and no newer library at load.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 reads this file too

INSTALLER_VERSION = "1"  # a new number makes every checkout set itself up again
MINIMUM_PYTHON = (3, 11)
# The versions that the libraries' wheels are best tried on come first, then whatever else there is.
PYTHON_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python", "py")

ROOT = Path(__file__).resolve().parent.parent
STAMP_NAME = "studio-setup.json"
UNFINISHED = "unfinished"
STEPS = 4
STDERR = 2  # all that the set-up says goes there, so that the program's own output can be piped

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU_INDEX_TIMEOUT_S = 3.0
FROM_CPU_INDEX = ("torch", "torchaudio")  # torchaudio's usual build loads CUDA libraries, which a CPU torch lacks

LIBRARIES = (
    "libportaudio2",  # playing and recording
    # What Qt 6.12 and its xcb plugin link to; the rest of their list comes along as dependencies of these.
    "libgl1",
    "libegl1",
    "libglib2.0-0",
    "libfontconfig1",
    "libdbus-1-3",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
)
TEST_MEMORY_GB = 3  # what a process of the tests takes at the most, its children among it
MOST_TEST_PROCESSES = 8  # each loads all libraries: more do not make it faster
TEST_LIBRARIES = (
    "pulseaudio",  # a sound card that nobody hears
    "pulseaudio-utils",
    "libasound2-plugins",
    "dbus",  # a desktop's bus that nobody is on
)


class SetupProblem(Exception):  # noqa: N818 - it names what stands in the way, as the program's UserProblem does
    """The set-up cannot go on, and the message says what the person can do about it."""


class Stamp(NamedTuple):
    """What a set-up left in `.venv`.

    Attributes:
        fingerprint: The `fingerprint` of the checkout it finished with, or UNFINISHED while it is under way.
        extras: The optional dependency groups that are installed.
    """

    fingerprint: str
    extras: frozenset[str]


def say(message: str) -> None:
    """Print one message of the set-up to standard error."""
    print(message, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(number: int, what: str) -> Iterator[None]:
    """Announce a step, and tell how long it took once it is done."""
    say(f"[{number}/{STEPS}] {what}")
    started_s = time.perf_counter()
    yield
    say(f"      done in {time.perf_counter() - started_s:.1f} s")


# --- which Python ---------------------------------------------------------------------------------------------------


def suits(version: tuple[int, ...]) -> bool:
    """Tell whether a Python version, such as (3, 11, 7), is new enough."""
    return version[:2] >= MINIMUM_PYTHON


def newer_python() -> str | None:
    """Return the path of a Python on PATH that is new enough, or None."""
    question = f"import sys; print(sys.executable if sys.version_info[:2] >= {MINIMUM_PYTHON} else '')"
    for name in PYTHON_NAMES:
        found = shutil.which(name)
        if found is None:
            continue
        try:
            # A name alone proves nothing: version switchers and Windows' shop put empty shells on PATH.
            answer = subprocess.run([found, "-c", question], capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode == 0 and answer.stdout.strip():
            return answer.stdout.strip()
    return None


def python_to_switch_to() -> str | None:
    """Return the Python to run this file with instead, or None when the running one is new enough.

    Raises:
        SetupProblem: if no Python on this machine is new enough.
    """
    version = sys.version_info[:3]
    if suits(version):
        return None
    running, needed = ".".join(map(str, version)), ".".join(map(str, MINIMUM_PYTHON))
    found = newer_python()
    if found is None:
        raise SetupProblem(
            f"MusicGen Studio needs Python {needed} or newer. This is Python {running}, and PATH has no newer one.\n"
            f"Install Python {needed} or newer (python.org, or your system's packages), then run this command again."
        )
    say(f"This is Python {running}; MusicGen Studio needs {needed} or newer. Going on with {found}.")
    return found


# --- the stamp ------------------------------------------------------------------------------------------------------


def venv_program(venv: Path, name: str) -> Path:
    """Return where a virtual environment keeps the program `name`."""
    return venv / "Scripts" / f"{name}.exe" if os.name == "nt" else venv / "bin" / name


def python_of(venv: Path) -> str:
    """Return what tells a virtual environment's Python from another, without starting it; empty if it is gone.

    The name behind the link is part of it: when a system moves from python3.11 to python3.12, `bin/python3` still
    leads somewhere, but to a Python that finds none of the installed libraries.
    """
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    config = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    python = venv_program(venv, "python")
    if not python.exists() or not Path(config.get("home", "")).is_dir():
        return ""
    return f"{config.get('version') or config.get('version_info')} {python.resolve().name}"


def fingerprint(root: Path) -> str:
    """Return a hash of all that decides what has to be installed: equal means there is nothing to do."""
    digest = hashlib.sha256()
    # The place counts, because the programs in .venv hold its path: a moved checkout needs them written again.
    for part in (INSTALLER_VERSION, str(root), python_of(root / ".venv")):
        digest.update(part.encode() + b"\0")
    digest.update((root / "pyproject.toml").read_bytes())
    return digest.hexdigest()


def read_stamp(venv: Path) -> Stamp | None:
    """Return what the last set-up left in `venv`; None if there was none, or if it cannot be read."""
    try:
        held = json.loads((venv / STAMP_NAME).read_text(encoding="utf-8"))
        return Stamp(str(held["fingerprint"]), frozenset(map(str, held["extras"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_stamp(venv: Path, stamp: Stamp) -> None:
    """Leave `stamp` in `venv`, whole or not at all."""
    venv.mkdir(exist_ok=True)
    draft = venv / f"{STAMP_NAME}.new"
    draft.write_text(json.dumps({"fingerprint": stamp.fingerprint, "extras": sorted(stamp.extras)}), encoding="utf-8")
    draft.replace(venv / STAMP_NAME)


def is_ready(root: Path, extras: frozenset[str]) -> bool:
    """Tell whether the checkout is set up, at least with `extras`. Reads two small files and starts nothing."""
    venv = root / ".venv"
    stamp = read_stamp(venv)
    if stamp is None or not extras <= stamp.extras or not venv_program(venv, "musicgen-studio").exists():
        return False
    return stamp.fingerprint == fingerprint(root) and bool(python_of(venv))


# --- step 1: system libraries ---------------------------------------------------------------------------------------


def installed_packages() -> set[str]:
    """Return the names of all installed Debian packages, and of what they stand in for (`Provides`)."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status}\t${Package}\t${Provides}\n"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    ).stdout
    installed = [line.split("\t") for line in listing.splitlines() if line.startswith("installed\t")]
    # Provides reads "libglib2.0-0 (= 2.84.4), other": newer releases renamed packages and kept the old name there.
    return {part.split()[0] for _, name, provides in installed for part in (name, *provides.split(",")) if part.strip()}


def missing_packages(extras: frozenset[str]) -> list[str]:
    """Return the Debian packages still to install, in a fixed order."""
    installed = installed_packages()
    wanted = [*LIBRARIES, *(TEST_LIBRARIES if "dev" in extras else ())]
    if not has_venv():
        wanted.append(venv_package())
    if "pipewire-pulse" in installed:
        # It plays pulseaudio's part already, and the two exclude each other: this would take the desktop's sound away.
        wanted = [name for name in wanted if name != "pulseaudio"]
    return [name for name in wanted if name not in installed]


def may_use_sudo() -> bool:
    """Tell whether sudo lets this person act as root without asking for a password."""
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def install_packages(names: Sequence[str]) -> None:
    """Install Debian packages as root or with sudo that asks for nothing; otherwise say what to run, and go on."""
    # Never at the price of a package that is there: --no-remove rather stops.
    install = ["apt-get", "install", "-y", "--no-install-recommends", "--no-remove", *names]
    by_hand = f"      sudo apt-get update && sudo {' '.join(install)}"
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    say(f"      missing: {' '.join(names)}")
    if as_root and not may_use_sudo():
        say("      Only an administrator can install them. Going on without: sound or the window may fail. Run:")
        say(by_hand)
        return
    environment = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive"]
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in (["apt-get", "update"], install):
        finished = subprocess.run(
            [*environment, *command, *quiet], stdin=subprocess.DEVNULL, stdout=STDERR, check=False
        )
    if finished.returncode:  # of the installation: a failed update may concern another package source
        say("      They could not be installed. Going on without: sound or the window may fail. Try:")
        say(by_hand)


def install_system_libraries(extras: frozenset[str]) -> None:
    """Install what Debian and Ubuntu lack; elsewhere give a hint where one is due."""
    if not sys.platform.startswith("linux"):
        return  # the wheels for Windows and macOS bring these libraries along
    if shutil.which("apt-get") and shutil.which("dpkg-query"):
        missing = missing_packages(extras)
        if missing:
            install_packages(missing)
        return
    from ctypes.util import find_library

    if find_library("portaudio") is None:
        say("      PortAudio is not installed: without it nothing is played. Install it with your package manager.")


# --- step 2: .venv --------------------------------------------------------------------------------------------------


def has_venv() -> bool:
    """Tell whether this Python can make virtual environments with pip in them; Debian's cannot by itself."""
    importlib.invalidate_caches()  # the package may have been installed a moment ago
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def venv_package() -> str:
    """Return the Debian package that lets this Python make virtual environments."""
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def works(venv: Path) -> bool:
    """Tell whether a virtual environment's Python starts, is new enough, and has pip."""
    question = f"import pip, sys; sys.exit(sys.version_info[:2] < {MINIMUM_PYTHON})"
    try:
        python = venv_program(venv, "python")
        return subprocess.run([str(python), "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv(venv: Path) -> None:
    """Make the virtual environment, or keep the one that is there if it is whole.

    Raises:
        SetupProblem: if this Python cannot make one, or if a broken one cannot be removed.
    """
    stamp = read_stamp(venv)
    interrupted = stamp is not None and stamp.fingerprint == UNFINISHED
    if not interrupted and works(venv):
        return
    if not has_venv():
        raise SetupProblem(
            "This Python cannot make virtual environments.\n"
            f"On Debian and Ubuntu run: sudo apt-get install {venv_package()}\nThen run this command again."
        )
    if venv.exists():
        say(f"      making it anew: {'the last set-up was interrupted' if interrupted else 'it does not work'}")
        try:
            shutil.rmtree(venv)
        except OSError as error:
            raise SetupProblem(f"{venv} cannot be removed: {error}\nDelete it, then run this command again.") from error
    write_stamp(venv, Stamp(UNFINISHED, frozenset()))  # from here on an interruption is seen by the next run
    # Started from inside a virtual environment, the Python behind it makes the new one.
    python = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([python, "-m", "venv", str(venv)], stdout=STDERR, check=False).returncode:
        raise SetupProblem("The virtual environment could not be made; the reason stands above.")


# --- steps 3 and 4: the libraries and the program -------------------------------------------------------------------


def pip_install(root: Path, arguments: Sequence[str]) -> None:
    """Run pip from `.venv` under the person's own pip configuration, its output left visible.

    Raises:
        SetupProblem: if pip fails. An interruption leaves as KeyboardInterrupt.
    """
    python = venv_program(root / ".venv", "python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--prefer-binary", *arguments]
    code = subprocess.run(pip, cwd=root, stdout=STDERR, check=False).returncode
    if code:
        raise SetupProblem(
            f"pip stopped with exit code {code}; the reason stands above.\n"
            "Is there an internet connection, and room on the disk? Then run this command again: it goes on from here."
        )


def requirements_of(pyproject: Path, names: Iterable[str]) -> list[str]:
    """Return the requirements that `pyproject` states for the packages `names`, such as "torch>=2.13,<2.14"."""
    import tomllib

    stated = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    return [text for text in stated if re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() in set(names)]


def has_nvidia() -> bool:
    """Tell whether the driver of an NVIDIA graphics card is installed."""
    return Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi") is not None


def answers(url: str, timeout_s: float) -> bool:
    """Tell whether `url` answers a HEAD request with success within `timeout_s`, all told."""
    replies: list[int] = []

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - the only address is the one above
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as reply:  # noqa: S310 - as above
                replies.append(reply.status)
        except urllib.error.HTTPError as refusal:
            refusal.close()
        except (OSError, http.client.HTTPException):
            return

    # On a thread of its own, because the time-out of urlopen holds per read and not for looking the name up.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout_s)
    return bool(replies)


def torch_source(index: str = CPU_INDEX, timeout_s: float = CPU_INDEX_TIMEOUT_S) -> list[str]:
    """Return the pip options that choose between PyTorch's builds, and say which one is taken.

    The options only add an index, so whatever the person's pip configuration names stays in force.
    """
    if not sys.platform.startswith(("linux", "win")):
        return []  # macOS has one build
    if has_nvidia():
        say("      NVIDIA graphics found: taking PyTorch's usual build.")
        return []
    if answers(f"{index}/torch/", timeout_s):
        say(f"      no NVIDIA graphics found: taking PyTorch's smaller build for the processor from {index}")
        return ["--extra-index-url", index]
    say(f"      {index} does not answer: taking the build that pip finds by itself, which may be larger.")
    return []


def compile_program(root: Path) -> None:
    """Compile the program's modules, the engine's step and librosa, so that the first start and music are quick, too.

    Takes half a minute. Where it fails, it is done at the first start.
    """
    python = str(venv_program(root / ".venv", "python"))
    modules = "musicgen_studio.engine.model.cpu", "musicgen_studio.dsp.librosa_import"
    for what in (["compileall", "-q", "musicgen_studio"], *([module] for module in modules)):
        subprocess.run([python, "-m", *what], cwd=root, stdout=STDERR, stderr=subprocess.DEVNULL, check=False)


def install_libraries(root: Path, extras: frozenset[str]) -> None:
    """Install PyTorch, then the program and the rest of its libraries."""
    with step(3, "PyTorch (the largest part: this can take minutes)"):
        pip_install(root, [*requirements_of(root / "pyproject.toml", FROM_CPU_INDEX), *torch_source()])
    with step(4, "MusicGen Studio and its other libraries"):
        pip_install(root, ["--editable", f".[{','.join(sorted(extras))}]" if extras else "."])
        compile_program(root)


def enter_menu(root: Path, extras: frozenset[str]) -> None:
    """Put the program into the desktop's menu, on a Linux desktop where it is to be used; a failure does no harm."""
    script = root / "installers" / "menu.py"
    has_desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and has_desktop and "dev" not in extras and script.is_file():
        say("      in the desktop's menu (installers/menu.py --remove takes it out):")
        subprocess.run([sys.executable, str(script)], cwd=root, stdout=STDERR, check=False)


# --- the whole ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Wait until no other set-up is at work in this checkout, and keep others from it meanwhile. Not on Windows."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (root / "pyproject.toml").open("rb") as file:  # the lock is the system's, and ends with whoever holds it
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work in this folder. Waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass  # a disk that knows no locks
        yield


def set_up(root: Path, extras: frozenset[str]) -> None:
    """Bring the checkout to where `is_ready` holds.

    Raises:
        SetupProblem: if a step fails. The next run then goes on; after an interruption it makes `.venv` anew.
    """
    venv = root / ".venv"
    started_s = time.perf_counter()
    before = read_stamp(venv)
    extras = extras | (before.extras if before else frozenset())  # what was asked for once stays installed
    say(f"Setting MusicGen Studio up in {root}")
    with step(1, "System libraries"):
        install_system_libraries(extras)
    with step(2, f"Python environment {venv.name}"):
        make_venv(venv)
    write_stamp(venv, Stamp(UNFINISHED, extras))
    try:
        install_libraries(root, extras)
    except SetupProblem:
        # pip gave up by itself and left things in order: keep the environment, and what it could do before.
        (venv / STAMP_NAME).unlink()
        if before is not None and before.fingerprint != UNFINISHED:
            write_stamp(venv, before)
        raise
    write_stamp(venv, Stamp(fingerprint(root), extras))
    enter_menu(root, extras)
    say(f"Set up in {time.perf_counter() - started_s:.0f} s. The next start is immediate.")


def hand_over(command: Sequence[str]) -> int:
    """Become `command`, exit code and Ctrl-C included; returns on Windows only, where a process cannot be replaced."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], list(command))  # noqa: S606 - no shell is wanted
    with subprocess.Popen(list(command)) as program:
        while True:
            # Ctrl-C reaches the program too, and it ends in its own way: wait for that.
            with contextlib.suppress(KeyboardInterrupt):
                return program.wait()


def usable_cores() -> int:
    """Return how many cores this process may use, 1 or more."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_gb() -> float | None:
    """Return how much memory this machine has, in GB, or None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, OSError, ValueError):  # Windows
        return None


def spread(root: Path, arguments: Sequence[str], cores: int, memory: float | None) -> list[str]:
    """Return the options that share the whole suite among several processes, or none where one is to do it all.

    Args:
        root: The checkout.
        arguments: What pytest is to take. Who names tests, or says something of processes or of a debugger, gets that.
        cores: How many may be used.
        memory: In GB; None if nobody knows.
    """
    own = ("-n", "--numprocesses", "--dist", "-p", "-s", "--capture", "--pdb", "--trace", "--co", "--collect-only")
    named = any((root / word.split("::")[0]).exists() for word in arguments if word and not word.startswith("-"))
    if named or any(word.startswith(own) for word in arguments):
        return []
    processes = min(cores, MOST_TEST_PROCESSES, MOST_TEST_PROCESSES if memory is None else int(memory / TEST_MEMORY_GB))
    return ["-n", str(processes), "--dist", "loadfile"] if processes > 1 else []


def start(root: Path, arguments: Sequence[str]) -> int:
    """Run what was asked for from `.venv`: the tests, the program, or nothing."""
    venv = root / ".venv"
    if not arguments:
        say('MusicGen Studio is ready. Try: python3 installers/studio.py generate "happy rock" --seconds 8 --out clips')
        return 0
    if arguments[0] == "test":
        os.chdir(root)
        options = spread(root, arguments[1:], usable_cores(), memory_gb())
        return hand_over([str(venv_program(venv, "python")), "-m", "pytest", *options, *arguments[1:]])
    return hand_over([str(venv_program(venv, "musicgen-studio")), *arguments])


def main(arguments: Sequence[str]) -> int:
    """Set up if need be, then run what `arguments` ask for; returns the exit code."""
    extras = frozenset({"dev"} if arguments[:1] == ["test"] else ())
    try:
        if not is_ready(ROOT, extras):
            other = python_to_switch_to()
            if other is not None:
                return hand_over([other, str(Path(__file__).resolve()), *arguments])
            with alone(ROOT):
                if not is_ready(ROOT, extras):  # another one may have done it meanwhile
                    set_up(ROOT, extras)
        return start(ROOT, arguments)
    except SetupProblem as problem:
        say(f"\n{problem}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
