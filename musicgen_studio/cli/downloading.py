"""Downloading on a terminal: the licence is asked for once, a line tells how far it is, Ctrl-C stops and keeps.

For `checkpoints download` and for `generate`, which offers it where a checkpoint is not here.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.errors import StoppedError, UserProblem

if TYPE_CHECKING:
    from musicgen_studio.checkpoints.hub.progress import DownloadProgress, OnProgress, Stop


def repository(name: str) -> str:
    """Return a checkpoint's name on the Hub.

    Raises:
        UserProblem: If there can be none, or this program does not play its kind.
    """
    from musicgen_studio.checkpoints.facts import known
    from musicgen_studio.checkpoints.hub.files import is_repository

    meta = known(name)
    full = meta.id if meta is not None else name
    if not is_repository(full) or (meta is not None and not meta.is_supported):
        raise UserProblem(
            f'The checkpoint "{name}" cannot be had.',
            "It is no name on the Hugging Face Hub." if meta is None else "This program does not play its kind.",
            "Choose one that `musicgen-studio checkpoints list` shows.",
        )
    return full


def agree(name: str, *, accepts: bool) -> None:
    """Have the licence agreed to, once.

    Raises:
        UserProblem: If it is not, or there is nobody to ask.
    """
    from musicgen_studio.checkpoints.facts import known
    from musicgen_studio.checkpoints.terms import IN_WORDS, accept, accepted

    meta = known(name)
    if meta is None or accepted(name, meta.licence):
        return
    print(f"{name} is licensed under {meta.licence}.\n{IN_WORDS.get(meta.licence, '')}", file=sys.stderr)
    if not accepts and not (sys.stdin.isatty() and _yes("Do you agree?")):
        raise UserProblem(
            f"{name} was not downloaded.",
            "Its licence was not agreed to.",
            "Say yes, or give --accept-licence.",
        )
    accept(name, meta.licence)


def offer_download(name: str) -> bool:
    """Offer to download one of Meta's checkpoints that is not here, on a terminal; elsewhere nothing is asked.

    Returns:
        Whether all is well: it is here now, or nothing was to be offered. If not, the download was stopped.

    Raises:
        UserProblem: If it is not wanted, or cannot be had.
    """
    from musicgen_studio.checkpoints.facts import known
    from musicgen_studio.checkpoints.found import find_cached
    from musicgen_studio.checkpoints.places import downloads_folder

    meta = known(name)
    is_offered = meta is not None and meta.is_supported and not Path(name).expanduser().exists()
    if meta is None or not is_offered or find_cached(meta.id) is not None or not sys.stdin.isatty():
        return True
    size = (meta.facts.disk_bytes or 0) / 1e9
    print(f"{meta.id} is not on this computer. {meta.purpose}", file=sys.stderr)
    if not _yes(f"Download it now, about {size:.1f} GB, to {downloads_folder()}?"):
        return True  # what is missing is said as ever
    agree(meta.id, accepts=False)
    return bring_checkpoint(meta.id, downloads_folder()) == 0


def bring_checkpoint(name: str, cache: Path) -> int:
    """Download a checkpoint into a cache. Returns the exit code."""
    from musicgen_studio.checkpoints.hub.download import download

    return bring(name, lambda stop, tell: download(name, cache, stop, tell))


def bring(name: str, fetch: "Callable[[Stop, OnProgress], Path]") -> int:
    """Download with a line on the terminal that tells how far it is. Returns the exit code."""
    with stop_on_interrupt() as stop:
        try:
            where = fetch(stop, show)
        except StoppedError:
            print("\nStopped; what has come is kept. The same command goes on.", file=sys.stderr)
            return EXIT_INTERRUPTED
    print(f"\r{'':<78}\r{name} is on this computer: {where}", file=sys.stderr)
    return 0


def show(progress: "DownloadProgress") -> None:
    """Say how far it is, on a terminal."""
    if not sys.stderr.isatty():
        return
    parts = [f"{progress.done_bytes / 1e6:.0f} of {progress.wanted_bytes / 1e6:.0f} MB"]
    if progress.waits_s is not None:
        parts.append(f"the connection failed, again in {progress.waits_s:.0f} s")
    elif progress.bytes_per_s and progress.left_s is not None:
        parts.append(f"{progress.bytes_per_s / 1e6:.1f} MB/s · {_time(progress.left_s)} left")
    print(f"\r{' · '.join([*parts, progress.file]):<78.78}", end="", file=sys.stderr, flush=True)


def _yes(question: str) -> bool:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _time(left_s: float) -> str:
    minutes, seconds = divmod(round(left_s), 60)
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"
