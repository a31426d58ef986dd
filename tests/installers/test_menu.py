"""Tests of `installers/menu.py`: the entry in the desktop's menu, its icon, and the files that it opens."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from musicgen_studio.files import midi, sound
from tests.installers.conftest import load_script

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "installers" / "menu.py"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's menus")


@pytest.fixture(scope="module")
def menu() -> ModuleType:
    return load_script("menu")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path / ".local/share"


def read(file: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read(file, encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_script_is_read_by_python_3_8() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_entry_and_its_icon_are_put_and_taken_away(menu: ModuleType, home: Path) -> None:
    assert menu.main([]) == 0
    entry = read(home / "applications/musicgen-studio.desktop")
    assert entry["Type"] == "Application"
    assert entry["Exec"].endswith('.venv/bin/musicgen-studio" %F')
    assert entry["Icon"] == "musicgen-studio"
    icon = home / "icons/hicolor/scalable/apps/musicgen-studio.svg"
    assert ET.parse(icon).getroot().tag.endswith("svg")  # noqa: S314 - our own file
    assert menu.main(["--remove"]) == 0
    assert not [file for file in home.rglob("musicgen-studio*") if file.is_file()]
    assert menu.main(["--remove"]) == 0
    assert menu.main(["nonsense"]) == 2


def test_the_users_own_data_folder_counts(
    menu: ModuleType, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    menu.put()
    assert (tmp_path / "data/applications/musicgen-studio.desktop").is_file()
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")  # which the specification says to ignore
    menu.put()
    assert (home / "applications/musicgen-studio.desktop").is_file()


@pytest.mark.parametrize("name", ["a checkout", 'with "marks" $HOME `x`', "100%", "back\\slash"])
def test_the_program_is_found_whatever_its_folder_is_called(menu: ModuleType, name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    line = next(line for line in menu.entry(root).splitlines() if line.startswith("Exec="))
    written = line.removeprefix("Exec=").replace("\\\\", "\\")  # the rule for every text in the file
    quoted, files = written.rsplit(" ", 1)
    assert (quoted[0], quoted[-1], files) == ('"', '"', "%F")
    program = re.sub(r'\\(["`$\\])', r"\1", quoted[1:-1])  # the rule for what is quoted
    assert program.replace("%%", "%") == str(root / ".venv/bin/musicgen-studio")


_TYPES = {
    "audio/x-wav": ".wav .wave .bwf .rf64 .w64", "audio/x-aiff": ".aiff .aif", "audio/x-aifc": ".aifc",
    "audio/flac": ".flac", "audio/ogg": ".ogg .oga", "audio/x-opus+ogg": ".opus", "audio/x-speex": ".spx",
    "audio/mpeg": ".mp3", "audio/mp2": ".mp2", "audio/mp4": ".m4a", "audio/x-m4b": ".m4b", "audio/x-m4r": ".m4r",
    "audio/aac": ".aac .adts", "audio/x-matroska": ".mka", "audio/x-ms-wma": ".wma", "audio/x-caf": ".caf",
    "audio/basic": ".au .snd", "audio/ac3": ".ac3", "audio/AMR": ".amr", "audio/x-wavpack": ".wv",
    "audio/x-ape": ".ape", "audio/x-tta": ".tta", "audio/midi": ".mid .midi .smf .rmi .kar",
}  # fmt: skip
"""What shared-mime-info calls each kind of file."""

_FILMS = {
    ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".webm", ".mkv", ".wmv", ".asf",
    ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".flv", ".ogv",
}  # fmt: skip


def test_every_kind_of_sound_that_the_program_opens_has_a_type(menu: ModuleType) -> None:
    known = {ending for endings in _TYPES.values() for ending in endings.split()}
    assert {*sound.EXTENSIONS, *midi.EXTENSIONS} - _FILMS <= known
    assert set(_TYPES) <= set(menu.MIME_TYPES)


def test_a_desktops_own_checker_accepts_the_entry(menu: ModuleType, tmp_path: Path) -> None:
    checker = shutil.which("desktop-file-validate")
    if checker is None:
        pytest.skip("needs desktop-file-utils")
    file = tmp_path / "musicgen-studio.desktop"
    file.write_text(menu.entry(tmp_path / "a checkout"), encoding="utf-8")
    done = subprocess.run([checker, str(file)], capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout) == (0, "")
