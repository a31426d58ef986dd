"""`python -m tests.checkpoints.walk [--pictures DIR]`: Meta's small checkpoint at a click, killed in the middle.

A folder of the layout and the sizes of `facebook/musicgen-small` (2.4 GB, random weights) is served as the Hub does.
The program as it is started, in an empty home, on an X server, a window manager and a sound server of its own: the card
of the first start leads to the catalogue, the licence is agreed to, the download begins, the program is killed in the
middle, started again, goes on by itself, the files are checked, it is used, and what it makes is heard. The mouse is
xdotool's. Says each step, and ends with 0 if all went as it should. Needs Xvfb, xdotool, openbox, ImageMagick's import
for pictures, PulseAudio, 6 GB of disk and of memory.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from musicgen_studio.library.library import Library
from musicgen_studio.paths import library_dir
from tests.checkpoints.hub.serve import REPOSITORY, contents, write_small
from tests.checkpoints.hub.server import FakeHub, serving

WITHIN_S = 600.0
_EVERY_S = 0.2
_MB_PER_S = 60e6
_KILLED_AT = 0.45
_MOST_TWICE_BYTES = 2 * _MB_PER_S  # what was on its way at the kill, and the second that is allowed
_HEARD = 0.003  # linear; what nothing plays is 0
_WORDS = "slow piano"
_ROW = "row: "  # before the text of a row of a list


class Window:
    """The program in a process of its own, seen and clicked from outside."""

    def __init__(self, environment: dict[str, str], pictures: Path | None) -> None:
        self._environment, self._pictures = environment, pictures
        command = [sys.executable, "-m", "tests.checkpoints.walk", "--inside"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seen(self, text: str) -> dict[str, Any] | None:
        """Return where something with this text is to be seen, or None."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the program ended with {self.process.wait()}"
        found: dict[str, Any] | None = json.loads(answer)
        return found

    def sees(self, text: str) -> bool:
        """Tell whether something with this text is to be seen."""
        return self.seen(text) is not None

    def click(self, text: str) -> None:
        """Click what has this text once it can be clicked."""
        until(f"“{text}” can be clicked", lambda: (self.seen(text) or {}).get("is_enabled", False))
        place = self.seen(text)
        assert place is not None
        self.hand("mousemove", "--sync", str(place["x"]), str(place["y"]), "click", "1")

    def hand(self, *words: str) -> None:
        """Let xdotool do something."""
        subprocess.run(["xdotool", *words], env=self._environment, check=True, timeout=30)

    def picture(self, name: str) -> None:
        """Keep what the screen shows, if pictures are wished."""
        if self._pictures is not None:
            command = ["import", "-window", "root", str(self._pictures / f"{name}.png")]
            subprocess.run(command, env=self._environment, check=True, timeout=60)

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()


def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until something is so, and say it."""
    given_up_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < given_up_s, f"did not come: {what}"
        threading.Event().wait(_EVERY_S)  # the other process goes on meanwhile
    print(what, flush=True)  # noqa: T201 - a command


@contextmanager
def screen() -> Iterator[str]:
    """An X server with a window manager; yields its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            display = f":{told.readline().strip()}"
        manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL)
        try:
            yield display
        finally:
            manager.kill()
            manager.wait()
    finally:
        server.kill()
        server.wait()


def have_it_downloaded(window: Window, hub: FakeHub, size: int, pictures: str) -> None:
    """From the card to a download in its middle."""
    until("the first start's card is there", lambda: window.sees("Look at it"))
    window.picture(f"{pictures}-card")
    window.click("Look at it")
    until("it says how fast it would be here", lambda: window.sees("× real time"))
    window.click("I agree to this licence")
    window.picture(f"{pictures}-agreed")
    window.click("Download")
    until("almost half of it is there", lambda: _sent(hub) > _KILLED_AT * size)
    window.picture(f"{pictures}-coming")


def check_and_use(window: Window, hub: FakeHub, size: int) -> None:
    """From the start after the kill to the checkpoint in use."""
    until("it goes on by itself", lambda: _sent(hub) > (_KILLED_AT + 0.1) * size)
    until("it is there", lambda: window.sees("Use it"))
    assert _sent(hub) < size + _MOST_TWICE_BYTES, f"{_sent(hub)} bytes were sent of {size}"
    window.picture("second-offered")
    window.click("Checkpoint:")
    window.click("Get more checkpoints…")
    window.click(f"{_ROW}{REPOSITORY.partition('/')[2]}")
    window.click("Check the files")
    until("the files are right", lambda: window.sees("as they were published"))
    window.picture("second-checked")
    window.click("Use it")
    until("it is in use", lambda: window.sees("In use"))
    window.click("Close")


def play(window: Window, loudest: Callable[[], float]) -> None:
    """Write a prompt, make, and hear it."""
    window.click("Describe the music")
    window.hand("type", "--delay", "30", _WORDS)
    window.hand("key", "ctrl+Return")
    until("it is heard", lambda: loudest() > _HEARD)
    window.picture("second-playing")


def _sent(hub: FakeHub) -> int:
    return sum(hub.sent.values())


def _environment(display: str, hub: FakeHub) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "QT_", "TORCH_HOME"))}
    return {**kept, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "HF_ENDPOINT": hub.address}


def walk(folder: Path, pictures: Path | None) -> None:
    """Walk, with the checkpoint of a folder."""
    from tests.ui.first_minute import home  # late: it chooses a screen that nobody sees

    files = contents(folder)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with ExitStack() as stack:
        hub = stack.enter_context(serving(FakeHub({REPOSITORY: files}, bytes_per_s=_MB_PER_S, hashes=hashes)))
        _server, recording = stack.enter_context(home())
        environment = _environment(stack.enter_context(screen()), hub)
        size = sum(len(content) for content in files.values())
        window = Window(environment, pictures)
        have_it_downloaded(window, hub, size, "first")
        window.kill()
        window = Window(environment, pictures)
        try:
            check_and_use(window, hub, size)
            play(window, lambda: float(np.abs(recording.last(0.2)).max(initial=0.0)))
            until("it is kept", lambda: bool(_records()))
        finally:
            window.kill()
        with Library(library_dir()) as library:
            clip = library.clips()[0]
        precision = json.loads(clip.recipe)["precision"]
        print(f"“{clip.title}”: {clip.checkpoint}, {clip.licence}, {precision}", flush=True)  # noqa: T201 - a command
        assert (clip.checkpoint, clip.is_complete, precision) == (REPOSITORY, True, "int8")


def _records() -> list[Path]:
    return sorted(library_dir().rglob("records/*.json"))


# Within the program's process.


def inside() -> int:
    """Run the program, and answer each line of the input with where such a text is to be seen."""
    from PySide6.QtCore import QObject, Qt, Signal

    from musicgen_studio.app import run_window

    class Eyes(QObject):
        """Looks, in the main thread."""

        asked = Signal(str)

        def __init__(self) -> None:
            super().__init__()
            self.answers = Queue[dict[str, Any] | None]()
            self.asked.connect(lambda text: self.answers.put(_found(text)), Qt.ConnectionType.QueuedConnection)

    eyes, out = Eyes(), os.fdopen(os.dup(1), "w")

    def listen() -> None:
        for line in sys.stdin:
            eyes.asked.emit(line.rstrip("\n"))
            out.write(json.dumps(eyes.answers.get()) + "\n")
            out.flush()

    threading.Thread(target=listen, daemon=True).start()
    os.dup2(2, 1)
    return run_window()


def _found(text: str) -> dict[str, Any] | None:
    """Return the middle, in pixels of the screen, of what has or holds a text; what has it before what holds it."""
    from PySide6.QtWidgets import QApplication, QCheckBox, QListWidget

    holding: dict[str, Any] | None = None
    is_row, text = text.startswith(_ROW), text.removeprefix(_ROW)
    active = QApplication.activeWindow()  # it may cover the others
    seen = [each for each in QApplication.allWidgets() if each.isVisible()]
    for widget in sorted(seen, key=lambda each: each.window() is not active):
        if is_row and not isinstance(widget, QListWidget):
            continue
        words = _words(widget)
        if text not in words and not any(text in each for each in words):
            continue
        area = widget.rect()
        if isinstance(widget, QListWidget):
            item = next(item for row in range(widget.count()) if text in (item := widget.item(row)).text())
            area = widget.visualItemRect(item)
        if isinstance(widget, QCheckBox):  # beside its words there is only room
            area.setWidth(2 * area.height())
        place = widget.mapToGlobal(area.center())
        found = {"x": place.x(), "y": place.y(), "is_enabled": widget.isEnabled()}
        if text in words:
            return found
        holding = holding or found
    return holding


def _words(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QListWidget

    words = [widget.accessibleName()]
    for name in ("text", "placeholderText", "toPlainText"):
        said = getattr(widget, name, None)
        words += [said()] if callable(said) else []
    if isinstance(widget, QListWidget):
        words += [widget.item(row).text() for row in range(widget.count())]
    return [str(word) for word in words]


def main() -> int:
    """Run it as a command."""
    parser = argparse.ArgumentParser(description="Download, kill, resume, check, use and hear a checkpoint.")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the screen")
    parser.add_argument("--checkpoint", type=Path, help="a folder to keep the 2.4 GB in, for the next time")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return inside()
    missing = [name for name in ("Xvfb", "xdotool", "openbox", "pulseaudio") if shutil.which(name) is None]
    assert not missing, f"not installed: {', '.join(missing)}"
    if args.pictures is not None:
        args.pictures.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary:
        folder = args.checkpoint or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            write_small(folder)
        walk(folder, args.pictures)
    print("walked", flush=True)  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
