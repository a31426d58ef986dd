"""Licences are what the installed packages say of themselves."""

from importlib.metadata import metadata, version
from pathlib import Path

import pytest

from musicgen_studio.studio.program.licences import UNKNOWN, LibraryLicence, libraries, program_licence


def test_every_declared_library_is_there_with_its_version_and_licence() -> None:
    found = {each.name.lower().replace("_", "-"): each for each in libraries()}
    for name in ("torch", "pyside6", "numpy", "soundfile", "sounddevice", "soxr", "transformers"):
        assert found[name].version == version(name)
    assert found["torch"].licence == metadata("torch")["License-Expression"]
    assert "LGPL-3.0" in found["pyside6"].licence
    assert "LGPL-2.1" in found["soxr"].licence
    assert "pytest" not in found
    assert [each.name for each in found.values() if each.licence == UNKNOWN] == []


def test_what_soundfile_brings_along_is_named() -> None:
    inside = {each.name: each.licence for each in libraries() if each.inside == "soundfile"}
    assert inside["libsndfile"].startswith("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1")
    assert "LGPL" in inside["libmp3lame"]


def test_the_programs_own_licence() -> None:
    assert program_licence() == "MIT"


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: MIT\nLicense: other", "MIT"),
        ("License: Apache 2.0\nClassifier: License :: OSI Approved :: BSD License", "Apache 2.0"),
        (
            "License: Copyright 2001\n        Redistribution is\nClassifier: License :: OSI Approved :: BSD License",
            "BSD License",
        ),
        ("Summary: none", UNKNOWN),
    ],
)
def test_whatever_the_metadata_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, licence: str) -> None:
    for name, more in (("some-program", "Requires-Dist: some-library>=1"), ("some-library", lines)):
        folder = tmp_path / f"{name.replace('-', '_')}-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n{more}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert libraries("some-program") == [LibraryLicence("some-library", "1.2", licence)]
