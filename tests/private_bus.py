"""A D-Bus of the test's own: a real dbus-daemon, which nobody else is on."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def private_bus(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Have a bus as long as the block runs, and give its address.

    Args:
        folder: Where its socket lies.
        environment: Of the daemon and of what it starts; None is this process's.
    """
    command = ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:path={folder / 'bus'}"]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=nothing, text=True, env=environment) as daemon:
        assert daemon.stdout is not None
        try:
            yield daemon.stdout.readline().strip()  # it is ready then
        finally:
            daemon.terminate()
