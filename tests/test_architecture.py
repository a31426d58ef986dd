"""The house rules that a machine can check: who imports whom, style, types, and what loads when."""

import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parent.parent

_ROOMS_OF = {
    # Which rooms may import a library themselves; every other one is forbidden to.
    "torch": {"analysis", "compute", "engine", "evaluation", "separation", "training"},
    "torchaudio": {"compute", "engine", "evaluation", "training"},
    "transformers": {"compute", "engine", "evaluation", "training"},
    "safetensors": {"analysis", "engine", "separation", "training"},
    "PySide6": {"app", "files", "ui"},
    "shiboken6": {"ui"},
    "jeepney": {"compute", "ui"},
    "sqlite3": {"library"},
    "sounddevice": {"sound"},
    "soundfile": {"files"},
    "mido": {"files", "training"},
    "onnxruntime": {"analysis"},
    "metricon": {"analysis"},
    "swift_f0": {"dsp"},
    "demucs_infer": {"separation"},
    "pyarrow": {"batch"},
    "ray": {"batch"},
    "httpx2": {"checkpoints"},
    "filelock": {"checkpoints", "dsp"},
}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(
        "musicgen_studio", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def _check(*argv: str) -> None:
    done = subprocess.run(
        [sys.executable, *argv], cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, f"\n{done.stdout}\n{done.stderr}"


def test_rooms_import_only_what_they_may() -> None:
    _check("-c", "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])")


@pytest.mark.parametrize("library", _ROOMS_OF)
def test_a_library_is_used_in_its_rooms_only(library: str, imports: grimp.ImportGraph) -> None:
    users = imports.find_modules_that_directly_import(library) if library in imports.modules else set()
    rooms = {name.split(".")[1] for name in users}
    assert rooms <= _ROOMS_OF[library], sorted(name for name in users if name.split(".")[1] not in _ROOMS_OF[library])


def test_below_the_window_qt_is_used_in_the_decoding_process_alone(imports: grimp.ImportGraph) -> None:
    decoding = "musicgen_studio.files.decoding"
    users = imports.find_modules_that_directly_import("PySide6")
    assert {name for name in users if ".files." in name} == {f"{decoding}.ffmpeg"}
    inside = {f"{decoding}.reading", f"{decoding}.child"}
    assert imports.find_modules_that_directly_import(f"{decoding}.ffmpeg") == inside
    assert imports.find_modules_that_directly_import(f"{decoding}.reading") == {f"{decoding}.child"}
    assert imports.find_modules_that_directly_import(f"{decoding}.child") == set()


def test_no_files_import_each_other_in_a_circle(imports: grimp.ImportGraph) -> None:
    arrows = nx.DiGraph(
        (name, used) for name in imports.modules for used in imports.find_modules_directly_imported_by(name)
    )
    assert [circle for circle in nx.strongly_connected_components(arrows) if len(circle) > 1] == []


def test_the_engine_is_known_by_its_protocol_only(imports: grimp.ImportGraph) -> None:
    inner = {name for name in imports.modules if name.startswith("musicgen_studio.engine.")}
    inner.discard("musicgen_studio.engine.api")
    for room in ("studio", "ui"):
        members = [name for name in imports.modules if name.startswith(f"musicgen_studio.{room}")]
        known = {name for name in members if imports.find_modules_directly_imported_by(name) & inner}
        assert known == set()


def test_no_sound_is_copied_into_bytes() -> None:
    """`tobytes` of a long sound keeps every other thread, the window's among them, waiting for as long as it takes."""
    rooms = [path for path in (ROOT / "musicgen_studio").rglob("*.py") if "training" not in path.parts]
    assert [str(path) for path in rooms if ".tobytes(" in path.read_text(encoding="utf-8")] == []


def test_lint() -> None:
    _check("-m", "ruff", "check", "--quiet")


def test_format() -> None:
    _check("-m", "ruff", "format", "--check", "--quiet")


def test_types() -> None:
    _check("-m", "mypy")


def test_no_code_is_dead() -> None:
    _check("-m", "vulture")


def test_importing_the_command_line_loads_neither_engine_nor_window() -> None:
    _check(
        "-c",
        "import sys, musicgen_studio.app, musicgen_studio.cli.main;"
        "loaded = {'torch', 'transformers', 'PySide6'} & set(sys.modules);"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)",
    )
