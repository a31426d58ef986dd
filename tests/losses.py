"""Take the device away while a hum is recorded, and see whether a take is lost: `python -m tests.losses --runs 200`.

A private PulseAudio server has one sink, noise is played into it, and its monitor is recorded. At a random moment the
sink is pulled out, or stands still without telling anybody. What was recorded by then must be a clip, sample for
sample, and after plugging in again the next take must begin. Exit code 1 if anything was lost.

With `--child` it is the program that is killed in `tests/sound/test_live_recording.py`.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.recording import RecordingSession
from musicgen_studio.studio.humming.recording_state import Phase, RecordingSetup, RecordingState
from tests.fake_inputs import CountingInputs
from tests.sound.conftest import CHANNELS, RATE, PulseServer

_SETUP = RecordingSetup(device="pulse|ALSA", count_in_bars=0)


def until(session: RecordingSession, holds: Callable[[RecordingState], bool], within_s: float = 90.0) -> RecordingState:
    """Ask as the window does, until something is so.

    Raises:
        AssertionError: If it takes longer.
    """
    pause, end_s = threading.Event(), monotonic() + within_s
    while not holds(state := session.poll()):
        if monotonic() > end_s:
            raise AssertionError(f"it took too long: {replace(state, takes=())}")
        pause.wait(0.005)
    return state


@contextmanager
def playing(server: PulseServer, samples: Samples) -> Iterator[None]:
    """Play float32 [frames, 2] at 44.1 kHz into the sink, again and again."""
    options = ["--device=test", "--raw", "--format=float32le", f"--rate={RATE}", f"--channels={CHANNELS}"]
    environment = {**os.environ, "PULSE_SERVER": server.address}
    with tempfile.NamedTemporaryFile() as file:
        file.write(samples.tobytes())
        file.flush()
        again = ["sh", "-c", 'while cat "$0"; do :; done', file.name]
        player = ["pacat", "--latency-msec=50", *options]
        with (
            subprocess.Popen(again, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as giving,
            subprocess.Popen(player, stdin=giving.stdout, env=environment, stderr=subprocess.DEVNULL) as taking,
        ):
            assert giving.stdout is not None
            giving.stdout.close()  # so that it ends with whoever takes
            try:
                yield
            finally:
                taking.terminate()


@dataclass(slots=True)
class Found:
    """What came of it.

    Args:
        losses: What was found wrong, in sentences.
        counts: Takes by how the device was lost.
        recorded_s: All takes together.
    """

    losses: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    recorded_s: float = 0.0

    def expect(self, holds: object, loss: str) -> None:
        """Note a loss."""
        if not holds:
            self.losses.append(loss)


def lose(server: PulseServer, folder: Path, runs: int, seed: int = 0) -> Found:
    """Lose the device `runs` times in one session and one library, and return what was found.

    PortAudio of this process must be pointed at the server.
    """
    found, dice = Found(), random.Random(seed)  # noqa: S311 - the same moments every time, as far as sound allows
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (10 * RATE, CHANNELS)).astype(np.float32)
    with Library(folder) as library:
        session = RecordingSession(library)
        for run in range(runs):
            before = len(found.losses)
            with playing(server, noise):
                _lose_once(server, library, session, dice, found)
            found.losses[before:] = [f"run {run}: {loss}" for loss in found.losses[before:]]
        session.close()
    with Library(folder) as library:
        reconciled = library.reconcile()
        found.expect(not reconciled.recovered and not reconciled.missing, f"the next start finds {reconciled}")
        titles = {clip.title for clip in library.clips()}
        found.expect(titles == {f"Hum {run + 1}" for run in range(runs)}, f"{len(titles)} takes of {runs} are there")
    return found


def _lose_once(
    server: PulseServer, library: Library, session: RecordingSession, dice: random.Random, found: Found
) -> None:
    takes = len(session.poll().takes)
    session.arm(_SETUP)
    until(session, lambda state: state.phase is Phase.ARMED and max(state.peaks) > 0)
    session.record()
    recorded_s = dice.uniform(0.02, 0.8)
    until(session, lambda state: state.phase is Phase.RECORDING and state.recorded_s > recorded_s)
    live = session.samples_since(0).copy()
    take_away = dice.choice([server.unplugged, server.unplugged, server.unplugged, server.suspended])
    with take_away():
        state = until(session, lambda state: state.phase is Phase.OFF)
    found.counts[take_away.__name__] += 1
    found.expect(state.problem is not None, "nothing was said about the device")
    found.expect(len(state.takes) == takes + 1, "there is no take")
    if len(state.takes) > takes:
        _compare(library, state.takes[-1], live, session.samples_since(0), found)


def _compare(library: Library, take: Clip, live: Samples, all_of_it: Samples, found: Found) -> None:
    samples = library.read(take.id).samples
    found.recorded_s += len(samples) / take.sample_rate
    found.expect(np.array_equal(samples, all_of_it), "what is on the disk is not what was recorded")
    found.expect(np.array_equal(samples[: len(live)], live), "what was recorded before the loss is not there")
    found.expect(np.abs(samples).max() > 0.1, "the take is silent")
    found.expect(take.origin is Origin.RECORDED and not take.is_complete, f"the take is marked {take}")


def record_until_killed(folder: Path, is_counting: bool) -> None:
    """Record, and tell on standard output how many frames there are, line by line."""
    session = RecordingSession(Library(folder), CountingInputs() if is_counting else None)
    session.arm(RecordingSetup(device="", count_in_bars=0) if is_counting else _SETUP)
    until(session, lambda state: state.phase is Phase.ARMED)
    session.record()
    pause, told = threading.Event(), 0
    while True:
        frames = round(session.poll().recorded_s * session.take_rate)
        if frames > told:
            told = frames
            os.write(sys.stdout.fileno(), f"{told}\n".encode())
        pause.wait(0.005)


def main(argv: list[str] | None = None) -> int:
    """Run and print what was found; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.losses", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many losses")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--counting", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.child:
        record_until_killed(options.child, options.counting)
    with tempfile.TemporaryDirectory(prefix="pulse-") as scratch:
        server = PulseServer(Path(scratch))
        os.environ["PULSE_SERVER"] = server.address
        try:
            found = lose(server, Path(scratch) / "library", options.runs, options.seed)
        finally:
            server.control("exit")
    counts = ", ".join(f"{count} {how}" for how, count in sorted(found.counts.items()))
    print(f"{options.runs} losses while recording: {counts}; {found.recorded_s:.1f} s of takes.")  # noqa: T201
    print("\n".join(found.losses) or "No take lost.")  # noqa: T201
    return 1 if found.losses else 0


if __name__ == "__main__":
    sys.exit(main())
