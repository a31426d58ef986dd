"""The house rules that a machine can check: who imports whom, style, types, and what loads when."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _check(*argv: str) -> None:
    done = subprocess.run(
        [sys.executable, *argv], cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, f"\n{done.stdout}\n{done.stderr}"


def test_rooms_import_only_what_they_may() -> None:
    _check("-c", "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])")


def test_lint() -> None:
    _check("-m", "ruff", "check", "--quiet")


def test_format() -> None:
    _check("-m", "ruff", "format", "--check", "--quiet")


def test_types() -> None:
    _check("-m", "mypy")


def test_importing_the_command_line_loads_neither_engine_nor_window() -> None:
    _check(
        "-c",
        "import sys, musicgen_studio.app, musicgen_studio.cli.main;"
        "loaded = {'torch', 'transformers', 'PySide6'} & set(sys.modules);"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)",
    )
