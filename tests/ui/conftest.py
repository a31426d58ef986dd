"""Windows without a display, in the program's look where a test asks for it."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt makes its first application

import pytest
from PySide6.QtWidgets import QApplication

from musicgen_studio.checkpoints import places, terms
from musicgen_studio.compute.speed import ProcessorSpeed
from musicgen_studio.ui.look.theme import Theme, apply_theme
from musicgen_studio.ui.window import shelf

MANY_OBJECTS = 100_000


def pytest_configure(config: pytest.Config) -> None:
    """Let the offscreen platform complain of what it cannot do: the last two come with every popup."""
    for complaint in ("propagateSizeHints", "does not support raise", "does not support grabbing the keyboard"):
        config.addinivalue_line("qt_log_ignore", complaint)


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the dark theme; afterwards it looks as before."""
    before = qapp.style().objectName(), qapp.palette(), qapp.font(), qapp.styleSheet()
    apply_theme(qapp, Theme.DARK)
    yield qapp
    qapp.setStyleSheet(before[3])
    qapp.setStyle(before[0])
    qapp.setPalette(before[1])
    qapp.setFont(before[2])


@pytest.fixture(autouse=True, scope="session")
def with_application(qapp: QApplication) -> None:
    """Have the one application from the beginning, whichever test comes first."""
    assert qapp is QApplication.instance()


@pytest.fixture(autouse=True)
def own_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a window's full collection look at what it made, not at every library and test that is loaded here.

    A window collects everything once its engine is loaded: half a second among all that the tests load, at each one.
    """
    if len(gc.get_objects()) > MANY_OBJECTS:
        gc.collect()
        gc.freeze()
    for name in ("freeze", "unfreeze"):
        monkeypatch.setattr(gc, name, lambda: None)


@pytest.fixture(autouse=True)
def own_checkpoints(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Caches and choices of its own for each test, on a computer whose speed is known. Returns the folder of both."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "AUDIOCRAFT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    monkeypatch.setenv("TORCH_HOME", str(home / "torch"))
    for module in (places, terms):
        monkeypatch.setattr(module, "settings_file", lambda: home / "config" / "settings.json")
    monkeypatch.setattr(shelf, "remembered", lambda: ProcessorSpeed(2, 2e10))
    return home
