"""A private PulseAudio server whose only sink goes nowhere and can be listened to: playing is tested for real.

Two habits of that sink shape the tests. Without a listener it asks for sound only every two seconds, so there always is
one (`recording`). At another rate than PortAudio's guess of 44.1 kHz, PulseAudio's resampler now and then reports
nothing but underflows, so that is its rate.
"""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
import pytest
import torch

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice, list_devices, portaudio

RATE = 44100
CHANNELS = 2


@pytest.fixture(autouse=True)
def one_core_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let music be made on all cores, as it is for a musician, also where the tests' processes share them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        torch.set_num_threads(psutil.cpu_count(logical=False) or 1)


class Recording:
    """What the sink was given, from the moment this was made. Reads in a thread of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._content = bytearray()
        self._arrivals: list[tuple[float, int]] = []  # when, after how many bytes
        self._grown = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        self.wait_for_more(0.01)  # the first bytes say that the recording runs

    def _read(self) -> None:
        assert self._process.stdout is not None
        while piece := self._process.stdout.read1(65536):  # type: ignore[attr-defined]
            with self._grown:
                self._arrivals.append((monotonic(), len(self._content)))
                self._content += piece
                self._grown.notify_all()

    def wait_for_more(self, duration_s: float) -> None:
        """Wait until so many more seconds were recorded."""
        with self._grown:
            wanted = len(self._content) + duration_s * RATE * CHANNELS * 4
            assert self._grown.wait_for(lambda: len(self._content) >= wanted, timeout=30)

    def samples(self) -> Samples:
        """Return what there is by now, float32 [frames, 2] at 44.1 kHz."""
        with self._grown:
            whole_frames = len(self._content) // (CHANNELS * 4) * CHANNELS
            return np.frombuffer(bytes(self._content), np.float32, whole_frames).reshape(-1, CHANNELS)

    def last(self, duration_s: float) -> Samples:
        """Return what came last, at most so many seconds: it costs the same however long is listened."""
        size = CHANNELS * 4
        with self._grown:
            end = len(self._content) // size * size
            return np.frombuffer(bytes(self._content[max(end - round(duration_s * RATE) * size, 0) : end]), np.float32)

    def heard_by(self, moment_s: float) -> Samples:
        """Return what was heard until a moment, in seconds of `monotonic`.

        The sink hands a piece out at the moment when its first frame is heard. It arrives a little later, sometimes
        more, so the piece that was late the least tells when all were heard.
        """
        per_s = RATE * CHANNELS * 4
        with self._grown:
            start_s = min(arrival_s - before / per_s for arrival_s, before in self._arrivals)
        return self.samples()[: round((moment_s - start_s) * RATE)]

    def close(self) -> None:
        """End the recording."""
        self._process.terminate()
        self._thread.join()


class PulseServer:
    """A PulseAudio server with one null sink called `test`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = f"unix:{folder / 'socket'}"
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": self.address,
        }
        modules = [f"module-native-protocol-unix socket={folder / 'socket'}", self._sink]
        # A daemon, because its parent returns when it is ready to be used.
        options = ["-n", "--daemonize=yes", "--exit-idle-time=-1", f"--log-target=file:{folder / 'log'}"]
        command = ["pulseaudio", *options, *(part for module in modules for part in ("-L", module))]
        subprocess.run(command, env=self.environment, check=True, timeout=30, capture_output=True)

    @property
    def _sink(self) -> str:
        return f"module-null-sink sink_name=test rate={RATE} channels={CHANNELS}"

    def control(self, *words: str) -> None:
        """Run pactl."""
        subprocess.run(["pactl", *words], env=self.environment, check=True, timeout=30, capture_output=True)

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Take the sink away for a while, as pulling out a USB interface does."""
        self.control("unload-module", "module-null-sink")
        try:
            yield
        finally:
            self.control("load-module", *self._sink.split())

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Let the sink stand still without telling anybody."""
        self.control("suspend-sink", "test", "1")
        try:
            yield
        finally:
            self.control("suspend-sink", "test", "0")

    @contextmanager
    def starved(self) -> Iterator[None]:
        """Let the server have no processor, as a computer does that is busy with something else."""
        server = psutil.Process(int((self._folder / "pulse" / "pid").read_text()))
        server.suspend()
        try:
            yield
        finally:
            server.resume()

    @contextmanager
    def listening(self) -> Iterator[Recording]:
        """Listen to what the sink plays."""
        options = ["--device=test.monitor", "--raw", "--format=float32le", f"--rate={RATE}", "--latency-msec=50"]
        command = ["parec", *options, f"--channels={CHANNELS}"]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE) as process:
            recording = Recording(process)
            try:
                yield recording
            finally:
                recording.close()


@pytest.fixture(scope="session")
def pulse() -> Iterator[PulseServer]:
    """The server, with PortAudio of this process pointed at it."""
    for program in ("pulseaudio", "pactl", "parec"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: pulseaudio, pulseaudio-utils)")
    try:
        portaudio()
    except UserProblem as problem:
        pytest.skip(problem.why)
    # Not pytest's own folder: the name of a socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="pulse-") as folder, pytest.MonkeyPatch.context() as patch:
        server = PulseServer(Path(folder))
        try:
            patch.setenv("PULSE_SERVER", server.address)
            _restart_portaudio()  # it looks for devices only once, when it starts
            yield server
        finally:
            server.control("exit")
    _restart_portaudio()


def _restart_portaudio() -> None:
    sounddevice = portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


@pytest.fixture(scope="session")
def device(pulse: PulseServer) -> SoundDevice:  # noqa: ARG001 - it must run
    """The null sink as PortAudio sees it."""
    found = [each for each in list_devices() if each.name == "pulse"]
    if not found:
        pytest.skip("PortAudio cannot reach PulseAudio (Debian: libasound2-plugins)")
    return found[0]


@pytest.fixture
def recording(pulse: PulseServer) -> Iterator[Recording]:
    """What the null sink plays during the test."""
    with pulse.listening() as recording:
        yield recording
