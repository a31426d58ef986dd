"""`musicgen-studio checkpoints`: which there are, what one is, and bringing Meta's to this computer."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import Commands, path
from musicgen_studio.errors import StoppedError, UserProblem

if TYPE_CHECKING:
    from musicgen_studio.checkpoints.catalogue import CheckpointEntry
    from musicgen_studio.checkpoints.facts import KnownCheckpoint
    from musicgen_studio.checkpoints.hub.cache import CachedRepository
    from musicgen_studio.checkpoints.hub.download import DownloadProgress


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    about = "Look at checkpoints, and bring them from the Hugging Face Hub."
    parser = commands.add_parser("checkpoints", help="look at checkpoints, download them", description=about)
    actions = parser.add_subparsers(title="commands", dest="action", required=True, metavar="COMMAND")
    listed = actions.add_parser("list", help="which there are, and what each needs", description="List checkpoints.")
    listed.add_argument("--json", action="store_true", help="one JSON object on stdout")
    listed.set_defaults(run=run_list)
    info = actions.add_parser(
        "info", help="what a checkpoint is", description="Show architecture, size, licence and sha256 of a checkpoint."
    )
    info.add_argument("checkpoint", metavar="NAME|DIR|starter", help="a name of the list, a folder, or “starter”")
    info.add_argument("--json", action="store_true", help="one JSON object on stdout")
    info.set_defaults(run=run_info)
    _add_hub_parsers(actions)


def _add_hub_parsers(actions: Commands) -> None:
    for name, run, about in (
        ("download", run_download, "bring a checkpoint from the Hugging Face Hub; goes on where it was stopped"),
        ("verify", run_verify, "read a downloaded checkpoint and compare it with the Hub"),
        ("remove", run_remove, "delete a downloaded checkpoint"),
    ):
        parser = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        parser.add_argument("checkpoint", metavar="NAME", help="such as facebook/musicgen-small")
        parser.add_argument("--cache", type=path, metavar="DIR", help="default: the cache of Hugging Face programs")
        parser.set_defaults(run=run, json=False)
        if name == "download":
            parser.add_argument(
                "--accept-licence", action="store_true", help="agree to its licence without being asked"
            )


def run_list(args: argparse.Namespace) -> int:
    """Print the starter, Meta's checkpoints and what else is in the caches."""
    rows = _rows()
    if args.json:
        print(json.dumps({"checkpoints": rows}))
        return 0
    for row in rows:
        print(f"{row['id']}")
        print(f"    {row['purpose']}")
        print(f"    {' · '.join(_row_facts(row))}")
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Print what is known of a checkpoint."""
    from musicgen_studio.checkpoints.catalogue import find

    facts = _facts(find(args.checkpoint))
    if args.json:
        print(json.dumps({"checkpoint": facts}))
    else:
        print("\n".join(_lines(facts)))
    return 0


def run_download(args: argparse.Namespace) -> int:
    """Bring a checkpoint to this computer."""
    kept = _kept(args)
    _agree(kept.name, accepts=args.accept_licence)
    return bring(kept)


def bring(kept: "CachedRepository") -> int:
    """Download with a line on the terminal that tells how far it is. Returns the exit code."""
    from musicgen_studio.checkpoints.hub.download import download

    with stop_on_interrupt() as stop:
        try:
            folder = download(kept.name, kept.cache, stop, _show)
        except StoppedError:
            print("\nStopped; what has come is kept. The same command goes on.", file=sys.stderr)
            return EXIT_INTERRUPTED
    print(f"\r{'':<78}\r{kept.name} is on this computer: {folder}", file=sys.stderr)
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Compare a downloaded checkpoint with the Hub."""
    from musicgen_studio.checkpoints.hub.download import verify
    from musicgen_studio.checkpoints.hub.files import connection, list_files

    kept = _kept(args)
    _require(kept)
    with connection() as client:
        listing = list_files(client, kept.name)
    with stop_on_interrupt() as stop:
        try:
            wrong = verify(listing, kept.cache, stop, _show)
        except StoppedError:
            return EXIT_INTERRUPTED
    if wrong:
        raise UserProblem(
            f"{kept.name} is not what the Hub has.",
            f"Missing or different: {', '.join(file.path for file in wrong)}.",
            f"Remove it and download it again: musicgen-studio checkpoints remove {kept.name}",
        )
    print(f"{kept.name}: {len(listing.files)} files, {listing.bytes / 1e6:.1f} MB, as the Hub has them")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Delete a downloaded checkpoint, and say how much that freed."""
    kept = _kept(args)
    _require(kept)
    print(f"{kept.name} is removed; {kept.remove() / 1e9:.2f} GB are free again")
    return 0


def _kept(args: argparse.Namespace) -> "CachedRepository":
    from musicgen_studio.checkpoints.facts import known
    from musicgen_studio.checkpoints.hub.cache import CachedRepository, hub_cache
    from musicgen_studio.checkpoints.hub.files import is_repository

    meta = known(args.checkpoint)
    name = meta.id if meta is not None else args.checkpoint
    if not is_repository(name) or (meta is not None and not meta.is_supported):
        raise UserProblem(
            f'The checkpoint "{args.checkpoint}" cannot be had.',
            "It is no name on the Hugging Face Hub." if meta is None else "This program does not play its kind.",
            "Choose one that `musicgen-studio checkpoints list` shows.",
        )
    return CachedRepository(args.cache or hub_cache(), name)


def _require(kept: "CachedRepository") -> None:
    if not kept.folder.is_dir():
        raise UserProblem(
            f"{kept.name} is not on this computer.",
            f"There is no {kept.folder}.",
            f"Download it: musicgen-studio checkpoints download {kept.name}",
        )


def _agree(name: str, *, accepts: bool) -> None:
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


def _yes(question: str) -> bool:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show(progress: "DownloadProgress") -> None:
    if not sys.stderr.isatty():
        return
    parts = [f"{progress.done_bytes / 1e6:.0f} of {progress.wanted_bytes / 1e6:.0f} MB"]
    if progress.waits_s is not None:
        parts.append(f"the connection failed, again in {progress.waits_s:.0f} s")
    elif progress.bytes_per_s and progress.left_s is not None:
        parts.append(f"{progress.bytes_per_s / 1e6:.1f} MB/s · {_time(progress.left_s)} left")
    print(f"\r{' · '.join([*parts, progress.file]):<78.78}", end="", file=sys.stderr, flush=True)


def _time(left_s: float) -> str:
    minutes, seconds = divmod(round(left_s), 60)
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"


def _rows() -> list[dict[str, object]]:
    """Return what can be played, and what could be."""
    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.checkpoints.facts import KNOWN, facts_of, known
    from musicgen_studio.checkpoints.found import found_checkpoints

    starter = find(STARTER)
    found = {each.id: each for each in found_checkpoints()}
    others = [find(each.id) for each in found.values() if known(each.id) is None]
    return [
        _row(STARTER, starter.description, starter.licence, asdict(facts_of(starter.folder)), starter.folder),
        *(_known_row(meta, found[meta.id].folder if meta.id in found else None) for meta in KNOWN),
        *(_row(each.id, each.description, each.licence, asdict(facts_of(each.folder)), each.folder) for each in others),
    ]


def _known_row(meta: "KnownCheckpoint", folder: Path | None) -> dict[str, object]:
    return _row(meta.id, meta.purpose, meta.licence, asdict(meta.facts), folder) | {"is_supported": meta.is_supported}


def _row(name: str, purpose: str, licence: str, facts: dict[str, object], folder: Path | None) -> dict[str, object]:
    from musicgen_studio.compute import speed

    measured, parameters = speed.remembered(), facts["parameters"]
    times = measured.real_time(parameters) if measured is not None and isinstance(parameters, int) else None
    return {
        "id": name,
        "purpose": purpose,
        "licence": licence,
        **facts,
        "times_real_time": times,
        "folder": None if folder is None else str(folder),
        "is_supported": True,
    }


def _row_facts(row: dict[str, object]) -> list[str]:
    where = "on this computer" if row["folder"] else "not on this computer"
    parts = [where if row["is_supported"] else "not supported"]
    if isinstance(size := row["disk_bytes"], int):
        parts.append(f"about {size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB")
    if isinstance(memory := row["memory_bytes"], int):
        parts.append(f"{memory / 1e9:.1f} GB of memory")
    if isinstance(times := row["times_real_time"], float):
        parts.append(f"{times:.1f} × real time here, about")
    return [*parts, str(row["licence"])]


def _facts(entry: "CheckpointEntry") -> dict[str, object]:
    from musicgen_studio.checkpoints.fingerprint import checkpoint_files, fingerprint
    from musicgen_studio.engine.checkpoint.needs import weight_count
    from musicgen_studio.engine.checkpoint.open import open_checkpoint

    config = open_checkpoint(entry.folder).config
    files = {path.name: path.stat().st_size for path in checkpoint_files(entry.folder)}
    return {
        "id": entry.id,
        "description": entry.description,
        "architecture": config.architecture,
        "follows_melody": config.chroma is not None,
        "channels": config.channels,
        "sample_rate": config.sample_rate,
        "window_s": config.window_frames / config.frame_rate,
        "sampling": asdict(config.sampling),
        "parameters": weight_count(config.decoder),
        "files": files,
        "bytes": sum(files.values()),
        "licence": entry.licence,
        "sha256": fingerprint(entry.folder),
    }


def _lines(facts: dict[str, object]) -> list[str]:
    sampling = facts["sampling"]
    assert isinstance(sampling, dict)
    shown = {
        "checkpoint": facts["id"],
        "": facts["description"],
        "architecture": facts["architecture"],
        "follows melodies": "yes" if facts["follows_melody"] else "no",
        "channels": {1: "1 (mono)", 2: "2 (stereo)"}.get(int(str(facts["channels"])), facts["channels"]),
        "sample rate": f"{facts['sample_rate']} Hz",
        "window": f"{facts['window_s']:g} s",
        "sampling": ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in sampling.items()),
        "parameters": f"{float(str(facts['parameters'])) / 1e6:.1f} million in the language model",
        "licence": facts["licence"],
        "sha256": facts["sha256"],
        "size": f"{float(str(facts['bytes'])) / 1e6:.1f} MB",
    }
    lines = [f"{name:<16}  {value}" for name, value in shown.items()]
    files = facts["files"]
    assert isinstance(files, dict)
    return lines + [f"  {size / 1e6:>10.1f} MB  {name}" for name, size in files.items()]
