"""The catalogue of checkpoints as PNG files, for `tests.screenshots`: the card at the first start, and each state.

A server on this computer stands in for the Hub. What it sends has the size of Meta's small checkpoint and no content.
"""

import mmap
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QWidget

from musicgen_studio.app import Program
from musicgen_studio.checkpoints import places, terms
from musicgen_studio.compute.speed import ProcessorSpeed
from musicgen_studio.ui.window import shelf
from tests.checkpoints.hub.server import FakeHub, serving
from tests.checkpoints.test_found import put
from tests.tiny_checkpoints import build_text_model, write_huggingface

SMALL, MEDIUM = "facebook/musicgen-small", "facebook/musicgen-medium"
SMALL_BYTES = 2_356_039_960
SPEED = ProcessorSpeed(2, 3e10)
"""So that the pictures are the same wherever they are made; the program measures its own."""


@contextmanager
def own_home() -> Iterator[Path]:
    """Let all downloads and choices be in a folder of its own, with a server that sends as much as Meta's small one."""
    with tempfile.TemporaryDirectory() as folder, _large_file(Path(folder)) as content:
        home = Path(folder)
        files = {"config.json": b'{"model_type": "musicgen"}', "model.safetensors": content}
        hub = FakeHub({SMALL: files}, bytes_per_s=6e7, hashes={"model.safetensors": "0" * 64})
        settings = home / "config" / "settings.json"
        with serving(hub), ExitStack() as stack:
            for name, value in (
                ("HF_HOME", str(_caches(home) / "huggingface")),
                ("TORCH_HOME", str(_caches(home) / "torch")),
                ("NO_PROXY", "*"),
            ):
                stack.enter_context(environment(name, value))
            stack.enter_context(environment("HF_ENDPOINT", hub.address))
            for module in (places, terms):
                stack.enter_context(_instead(module, "settings_file", lambda: settings))
            stack.enter_context(_instead(shelf, "remembered", lambda: SPEED))
            yield home


def render(
    app: QApplication,
    program: Program,
    home: Path,
    save: Callable[[str, QWidget], object],
    settle: Callable[[QApplication, int], object],
    until: Callable[[QApplication, Callable[[], bool]], object],
) -> None:
    """Save every state of it."""
    window, catalogue = program.window, program.dialogs.catalogue
    until(app, window.card.isVisible)
    settle(app, 500)
    save("first-start", window)
    catalogue.open(SMALL)
    settle(app, 500)
    save("catalogue", catalogue.dialog)
    words = program.dialogs.shelf.words
    with _instead(words, "speed", None), _instead(words, "is_measuring", True):
        catalogue.show_all()
        save("catalogue-measuring", catalogue.dialog)
    catalogue.show_all()
    next(box for box in catalogue.dialog.findChildren(QCheckBox)).setChecked(True)
    _click(catalogue.dialog, "Download")
    views = program.services.downloads.views
    until(app, lambda: any((view.progress.done_bytes if view.progress else 0) > SMALL_BYTES // 16 for view in views()))
    settle(app, 700)
    save("catalogue-downloading", catalogue.dialog)
    save("downloading", window)
    program.services.downloads.pause(SMALL)
    settle(app, 700)
    save("catalogue-paused", catalogue.dialog)
    program.services.downloads.cancel(SMALL)
    with tempfile.TemporaryDirectory() as folder:
        put(_caches(home) / "huggingface" / "hub", MEDIUM, write_huggingface(Path(folder), build_text_model()))
    program.dialogs.shelf.refresh()
    until(app, lambda: getattr(program.dialogs.shelf.offer(MEDIUM), "is_here", False) and not views())
    catalogue.dialog.choose(MEDIUM)
    settle(app, 700)
    save("catalogue-here", catalogue.dialog)
    _click(catalogue.dialog, "Remove…")
    settle(app, 300)
    save("catalogue-sure", catalogue.dialog)
    catalogue.dialog.close()


def _click(dialog: QWidget, name: str) -> None:
    next(each for each in dialog.findChildren(QPushButton) if each.accessibleName() == name).click()


@contextmanager
def _instead(thing: object, name: str, value: object) -> Iterator[None]:
    before = getattr(thing, name)
    setattr(thing, name, value)
    yield
    setattr(thing, name, before)


def _caches(home: Path) -> Path:
    return home / ".cache"


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    yield
    del os.environ[name]
    if before is not None:
        os.environ[name] = before


@contextmanager
def _large_file(folder: Path) -> Iterator[bytes]:
    """Map a file that is all holes."""
    path = folder / "holes"
    with path.open("wb") as file:
        file.truncate(SMALL_BYTES)
    with path.open("rb") as holes, mmap.mmap(holes.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content  # type: ignore[misc]  # it is read as bytes are
