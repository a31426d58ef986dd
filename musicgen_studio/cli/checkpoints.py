"""`musicgen-studio checkpoints info`: what a checkpoint is, without loading its weights."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from musicgen_studio.cli.options import Commands

if TYPE_CHECKING:
    from musicgen_studio.checkpoints.catalogue import CheckpointEntry


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser("checkpoints", help="look at checkpoints", description="Look at checkpoints.")
    actions = parser.add_subparsers(title="commands", dest="action", required=True, metavar="COMMAND")
    info = actions.add_parser(
        "info", help="what a checkpoint is", description="Show architecture, size, licence and sha256 of a checkpoint."
    )
    info.add_argument("checkpoint", metavar="DIR|starter", help="a folder that holds a checkpoint, or “starter”")
    info.add_argument("--json", action="store_true", help="one JSON object on stdout")
    info.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what is known of a checkpoint."""
    from musicgen_studio.checkpoints.catalogue import find

    facts = _facts(find(args.checkpoint))
    if args.json:
        print(json.dumps({"checkpoint": facts}))
    else:
        print("\n".join(_lines(facts)))
    return 0


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
