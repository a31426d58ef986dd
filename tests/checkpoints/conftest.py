"""A cache folder and settings of its own for each test."""

from pathlib import Path

import pytest

from musicgen_studio.checkpoints import fingerprint, places, terms


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands in for the user's cache; it does not exist yet."""
    folder = tmp_path_factory.mktemp("user") / "cache"
    monkeypatch.setattr(fingerprint, "cache_dir", lambda: folder)
    for module in (places, terms):
        monkeypatch.setattr(module, "settings_file", lambda: folder.parent / "config" / "settings.json")
    return folder
