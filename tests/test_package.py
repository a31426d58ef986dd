"""Tests that what is built to be installed holds what the program needs, without writing its 80 MB."""

from pathlib import Path, PurePath

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel_files() -> set[str]:
    """The paths inside the wheel, with slashes, as the build backend itself lists them."""
    return {PurePath(file.distribution_path).as_posix() for file in WheelBuilder(str(ROOT)).recurse_included_files()}


def test_the_wheel_holds_the_whole_starter_checkpoint(wheel_files: set[str]) -> None:
    assert "musicgen_studio/resources/starter/config.json" in wheel_files
    shipped = (path for path in (ROOT / "resources").rglob("*") if path.is_file())
    assert {f"musicgen_studio/{path.relative_to(ROOT).as_posix()}" for path in shipped} <= wheel_files


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel_files: set[str]) -> None:
    assert "musicgen_studio/paths.py" in wheel_files
    assert {PurePath(name).parts[0] for name in wheel_files} == {"musicgen_studio"}
