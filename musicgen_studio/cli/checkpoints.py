"""`musicgen-studio checkpoints`: which there are, what one is, and bringing Meta's to this computer."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from musicgen_studio.cli.downloading import agree, bring, bring_checkpoint, repository, show
from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import Commands, path
from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.errors import StoppedError, UserProblem

if TYPE_CHECKING:
    from musicgen_studio.checkpoints.catalogue import CheckpointEntry
    from musicgen_studio.checkpoints.hub.cache import CachedRepository, Destination
    from musicgen_studio.checkpoints.hub.files import Listing
    from musicgen_studio.checkpoints.hub.progress import Stop
    from musicgen_studio.checkpoints.offers import Offer
    from musicgen_studio.compute.speed import ProcessorSpeed


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    about = "Look at checkpoints, and bring them from the Hugging Face Hub."
    parser = commands.add_parser("checkpoints", help="look at checkpoints, download them", description=about)
    actions = parser.add_subparsers(title="commands", dest="action", required=True, metavar="COMMAND")
    listed = actions.add_parser("list", help="which there are, and what each needs", description="List checkpoints.")
    listed.add_argument("--json", action="store_true", help="one JSON object on stdout")
    listed.add_argument("--measure", action="store_true", help="measure this computer first, if it was not yet (2 s)")
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
        ("verify", run_verify, "read a downloaded checkpoint and compare it with what the Hub said it is"),
        ("move", run_move, "move a downloaded checkpoint to another folder or disk"),
        ("int8", run_int8, "keep a downloaded checkpoint as int8 only, and delete its float32 originals"),
        ("remove", run_remove, "delete a downloaded checkpoint"),
    ):
        parser = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        others = "" if name in ("move", "int8") else ", or htdemucs"
        parser.add_argument("checkpoint", metavar="NAME", help=f"such as facebook/musicgen-small{others}")
        parser.add_argument(
            "--cache", type=_whole_path, metavar="DIR", help="default: where downloads go, or where it is"
        )
        parser.set_defaults(run=run, json=False)
        if name == "download":
            parser.add_argument(
                "--accept-licence", action="store_true", help="agree to its licence without being asked"
            )
        if name == "move":
            parser.add_argument("--to", type=path, metavar="DIR", required=True, help="where to; made if need be")


def _whole_path(text: str) -> Path:
    """Read a path as one that holds wherever the next program is started."""
    return path(text).absolute()


def run_list(args: argparse.Namespace) -> int:
    """Print the starter, Meta's checkpoints, what else is in the caches, and the separator's."""
    from musicgen_studio.checkpoints.offers import offers
    from musicgen_studio.compute import speed

    measured = speed.remembered()
    if measured is None and args.measure:
        from musicgen_studio.engine.model.cpu.probe import processor_speed

        measured = processor_speed()
    rows = [_row(offer, measured) for offer in offers()]
    if args.json:
        print(json.dumps({"checkpoints": rows}))
        return 0
    for row in rows:
        print(f"{row['id']}")
        print(f"    {row['purpose']}")
        print(f"    {' · '.join(_row_facts(row))}")
    if measured is None:
        print("How fast each would be here is told by `checkpoints list --measure` (2 s, once).", file=sys.stderr)
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
    from musicgen_studio.checkpoints.hub.published import download_published, published, torch_files
    from musicgen_studio.checkpoints.places import downloads_folder, remember_folder

    model = published(args.checkpoint)
    if model is not None:
        folder = args.cache or torch_files()
        return bring(model.id, lambda stop, tell: download_published(model, folder, stop, tell))
    name = repository(args.checkpoint)
    agree(name, accepts=args.accept_licence)
    if args.cache is not None:
        remember_folder(args.cache)
    return bring_checkpoint(name, args.cache or downloads_folder())


def run_verify(args: argparse.Namespace) -> int:
    """Compare a download with what its files have to be."""
    from musicgen_studio.checkpoints.hub.download import verify

    with stop_on_interrupt() as stop:
        try:
            listing, place = _downloaded(args, stop)
            wrong = verify(listing, place, stop, show)
        except StoppedError:
            return EXIT_INTERRUPTED
    if wrong:
        raise UserProblem(
            f"{listing.repository} is not what it has to be.",
            f"Missing or different: {', '.join(file.path for file in wrong)}.",
            f"Remove it and download it again: musicgen-studio checkpoints remove {listing.repository}",
        )
    size = f"{listing.bytes / 1e6:.1f} MB"
    how = "as they were published" if all(file.oid for file in listing.files) else "as long as it was published"
    print(f"{listing.repository}: {len(listing.files)} files, {size}, {how}")
    return 0


def run_move(args: argparse.Namespace) -> int:
    """Move a downloaded checkpoint."""
    from musicgen_studio.checkpoints.hub.moving import move
    from musicgen_studio.checkpoints.places import remember_folder

    kept, to = _kept(args), args.to.resolve()
    if kept.cache.resolve() != to:
        remember_folder(to)  # before: what has been moved must be found, whatever happens next
        with stop_on_interrupt() as stop:
            try:
                move(kept, to, stop, show)
            except StoppedError:
                return EXIT_INTERRUPTED
    print(f"{kept.name} is in {to} now")
    return 0


def run_int8(args: argparse.Namespace) -> int:
    """Keep a downloaded checkpoint as int8 only, and say how much that freed."""
    from musicgen_studio.checkpoints.int8_copies import Int8Copy
    from musicgen_studio.checkpoints.offers import offers
    from musicgen_studio.engine.checkpoint.int8 import write_int8
    from musicgen_studio.engine.checkpoint.open import open_checkpoint
    from musicgen_studio.engine.model.cpu.kept import forget
    from musicgen_studio.studio.program.background import Errand
    from musicgen_studio.studio.program.keeping import let_originals_go

    kept = _kept(args)
    if isinstance(kept, Int8Copy):
        raise UserProblem(
            f"{kept.name} is as small as it gets.", "Only int8 is kept of it.", "Download it again for its originals."
        )
    offer = next((each for each in offers() if each.kept == kept), None)
    _require(None if offer is None else offer.folder, kept.name)
    assert offer is not None
    assert offer.folder is not None
    checkpoint = open_checkpoint(offer.folder)
    identity = checkpoint.identity  # of the files that will be gone
    with stop_on_interrupt() as stop:
        try:
            freed = let_originals_go(offer, Errand(1, kept.name, stop, monotonic), write_int8)
            freed += forget(checkpoint.config.decoder, identity)  # it will be made of the new files
        except StoppedError:
            return EXIT_INTERRUPTED
    print(f"Only int8 is kept of {kept.name}; {freed / 1e9:.2f} GB are free again")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Delete a downloaded checkpoint, and say how much that freed."""
    from musicgen_studio.checkpoints.hub.published import find_published, published, remove_published

    model = published(args.checkpoint)
    if model is not None:
        freed = remove_published(model, _require(find_published(model, args.cache), model.id))
    else:
        freed = _kept(args).remove()
    print(
        f"{args.checkpoint if model else repository(args.checkpoint)} is removed; {freed / 1e9:.2f} GB are free again"
    )
    return 0


def _kept(args: argparse.Namespace) -> "CachedRepository":
    """Return where a checkpoint was downloaded to: as it came, or what is kept of it as int8."""
    from musicgen_studio.checkpoints.found import find_cached
    from musicgen_studio.checkpoints.hub.cache import CachedRepository
    from musicgen_studio.checkpoints.hub.published import published
    from musicgen_studio.checkpoints.places import downloads_folder

    if published(args.checkpoint) is not None:
        raise UserProblem(
            f"This cannot be done with {args.checkpoint}.",
            "It is a file of its own that takes sounds apart or judges them, and no checkpoint.",
            "It can be verified and removed.",
        )
    name = repository(args.checkpoint)
    found = find_cached(name, args.cache)
    kept = found.kept if found is not None else CachedRepository(args.cache or downloads_folder(), name)
    _require(kept.folder if kept.folder.is_dir() else None, name)
    return kept


def _downloaded(args: argparse.Namespace, stop: "Stop") -> "tuple[Listing, Destination]":
    """Return what a download has to be, and where it is. The Hub is asked only where the disk does not say it."""
    from musicgen_studio.checkpoints.hub.download import listing_of
    from musicgen_studio.checkpoints.hub.published import (
        PublishedPlace,
        find_published,
        listing_of_published,
        published,
    )

    model = published(args.checkpoint)
    if model is not None:
        path = _require(find_published(model, args.cache), model.id)
        return listing_of_published(model, path, stop), PublishedPlace(path.parent, model.id)
    kept = _kept(args)
    return listing_of(kept, stop), kept


def _require(path: Path | None, name: str) -> Path:
    if path is None:
        raise UserProblem(
            f"{name} is not on this computer.",
            "It is in none of the folders that downloads go to.",
            f"Download it: musicgen-studio checkpoints download {name}",
        )
    return path


def _row(offer: "Offer", measured: "ProcessorSpeed | None") -> dict[str, object]:
    parameters = offer.facts.parameters
    return {
        "id": offer.id,
        "kind": offer.kind.value,
        "purpose": offer.purpose,
        "licence": offer.licence,
        **asdict(offer.facts),
        "times_real_time": None if measured is None or parameters is None else measured.real_time(parameters),
        "folder": None if offer.folder is None else str(offer.folder),
        "is_supported": offer.is_supported,
    }


def _row_facts(row: dict[str, object]) -> list[str]:
    where = "on this computer" if row["folder"] else "not on this computer"
    parts = [where if row["is_supported"] else "not supported"]
    if isinstance(size := row["disk_bytes"], int):
        parts.append(f"about {size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB")
    if isinstance(memory := row["memory_bytes"], int):
        parts.append(f"{memory / 1e9:.1f} GB of memory as int8")
    if isinstance(memory := row["card_bytes"], int):
        parts.append(f"{memory / 1e9:.1f} GB as float16 on a graphics card")
    if isinstance(times := row["times_real_time"], float):
        parts.append(f"{speed_in_words(times)} × real time here, about")
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
