"""`python -m tests.sound.hotplug`: the whole program while a sound device comes, goes and comes back, for real.

A PulseAudio server of its own stands for the system, a second null sink and a line in ALSA's configuration for the
device: QtMultimedia hears of the sink from the server, PortAudio finds the line when it starts again. A process of its
own, as both are one for a whole process. Ends with 0 if all went as it should, and says each step.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QComboBox

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.sound.devices import list_devices
from musicgen_studio.sound.transport import Transport
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from musicgen_studio.ui.qt.device_watch import DeviceWatch
from tests.fake_engine import FakeEngine
from tests.sound.conftest import RATE, PulseServer

WITHIN_MS = 20_000
NAME = "usb"
ALSA_CONFIG = Path("/usr/share/alsa/alsa.conf")


class Interface:
    """A sound device that can be plugged in and pulled out.

    Args:
        server: The system.
        config: ALSA's file for it.
    """

    def __init__(self, server: PulseServer, config: Path) -> None:
        self._server = server
        self._config = config
        self._module = ""
        self._listener: subprocess.Popen[bytes] | None = None
        config.write_text("")

    def plug_in(self) -> None:
        """Let it come. As every null sink it needs a listener, or it asks for sound every two seconds only."""
        options = [f"sink_name={NAME}", f"rate={RATE}", "channels=2"]
        done = self._pactl("load-module", "module-null-sink", *options)
        self._module = done.stdout.strip()
        self._config.write_text(f'pcm.{NAME} {{ type pulse device {NAME} hint {{ show on description "{NAME}" }} }}\n')
        command = ["parec", f"--device={NAME}.monitor", "--latency-msec=50"]
        self._listener = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=self._server.environment)

    def pull_out(self) -> None:
        """Let it go, if it is there."""
        if not self._module:
            return
        self._config.write_text("")
        self._pactl("unload-module", self._module)
        self._module = ""
        assert self._listener is not None
        self._listener.terminate()
        self._listener.wait(10)

    def _pactl(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pactl", *words], env=self._server.environment, check=True, timeout=30, capture_output=True, text=True
        )


def until(what: str, holds: Callable[[], bool]) -> None:
    """Let the program run until something is so, and say it."""
    deadline = QDeadlineTimer(WITHIN_MS)
    while not holds():
        assert not deadline.hasExpired(), f"did not come: {what}"
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()
    print(what, flush=True)  # noqa: T201


def walk(program: Program, interface: Interface) -> None:
    """Go through a device's comings and goings."""
    window, transport = program.window, program.services.transport
    until("watching", lambda: bool(window.findChildren(DeviceWatch)))
    assert f"{NAME} (ALSA)" not in offered(program)
    interface.plug_in()
    until("listed after it came", lambda: NAME in {device.name for device in list_devices()})
    assert f"{NAME} (ALSA)" in offered(program)

    program.dialogs._use(replace(program.services.settings, output_device=f"{NAME}|ALSA"))
    window.listening.show_clip(_clip(program))
    transport.play()
    until("played on", lambda: transport.poll().device == NAME and transport.poll().position_frame > RATE)

    interface.pull_out()  # the sound server moves the stream to another sink by itself
    place = transport.poll().position_frame
    until("plays on", lambda: transport.poll().position_frame > place + RATE)
    transport.pause()
    until("closed", lambda: transport.poll().device == "")
    until("not offered any more", lambda: f"{NAME} (ALSA)" not in offered(program))
    transport.play()
    until("played elsewhere", lambda: transport.poll().device not in ("", NAME))
    notice = transport.poll().notice
    assert notice is not None
    assert "not there" in notice.what
    assert not window._note.isVisible()  # nothing stops the musician

    interface.plug_in()
    until("offered", lambda: _times_told(program) == 1)
    state = transport.poll()
    assert state.is_playing  # not cut
    assert state.device != NAME
    until("plays on meanwhile", lambda: transport.poll().position_frame > state.position_frame + RATE // 2)
    window.status.notices._act()
    until("taken again", lambda: transport.poll().device == NAME and transport.poll().is_playing)
    until("and heard", lambda: _plays_to(transport, state.position_frame + 2 * RATE))


def _plays_to(transport: Transport, frame: float) -> bool:
    """Tell whether it has played so far. A sink that has just come may stall: then play is pressed again."""
    state = transport.poll()
    if not state.is_playing:
        transport.play()
    return state.position_frame > frame


def _times_told(program: Program) -> int:
    return sum("have changed" in text for text in program.window.status.notices.texts())


def offered(program: Program) -> set[str]:
    """Return the sound devices that the settings offer a moment after they are opened."""
    errands: list[str] = []
    program.window.dialog_requested.emit("settings")
    program.services.background.run("after it", lambda: None, lambda _: errands.append("done"))
    until("settings", lambda: bool(errands))
    dialog = program.window.findChildren(SettingsDialog)[-1]
    boxes = [box for box in dialog.findChildren(QComboBox) if box.accessibleName() == "Sound device"]
    texts = {boxes[0].itemText(row) for row in range(boxes[0].count())}
    dialog.close()
    return texts


def _clip(program: Program) -> Clip:
    time_s = np.arange(60 * RATE) / RATE
    sound = np.repeat(0.2 * np.sin(2 * np.pi * 440 * time_s)[:, None], 2, axis=1).astype(np.float32)
    clip = Clip("0" * 32, "Tone", Origin.GENERATED, "2026-01-31T12:00:00+00:00", len(sound), RATE, 2)
    return program.services.library.add(clip, Audio(sound, RATE))


def _load(choice: EngineChoice) -> LoadedEngine:
    del choice
    return LoadedEngine(FakeEngine(), CheckpointRecord("starter", "0" * 64, "free", "starter"))


@contextmanager
def _system() -> Iterator[tuple[Path, Interface]]:
    with tempfile.TemporaryDirectory(prefix="pulse-") as name:
        folder = Path(name)
        server = PulseServer(folder)
        os.environ["PULSE_SERVER"] = server.address
        os.environ["ALSA_CONFIG_PATH"] = f"{ALSA_CONFIG}:{folder / 'usb.conf'}"
        interface = Interface(server, folder / "usb.conf")
        try:
            with server.listening():
                yield folder, interface
                interface.pull_out()
        finally:
            server.control("exit")


def main() -> int:
    """Run it."""
    with _system() as (folder, interface):
        settings = folder / "settings.json"
        settings.write_text(json.dumps({"library_folder": str(folder / "library")}), encoding="utf-8")
        _app = QApplication(sys.argv[:1])
        with Program(settings, _load, watches_devices=True) as program:
            program.window.show()
            walk(program, interface)
    return 0


if __name__ == "__main__":
    sys.exit(main())
