"""`musicgen-studio evaluate`: what the music of a checkpoint does, in figures. The work is `training.evaluate`'s."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from musicgen_studio.cli.options import Commands, path, seconds, whole_from
from musicgen_studio.compute.device import DEVICES
from musicgen_studio.compute.precision import PRECISIONS
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from musicgen_studio.training.judge.examination import ExaminedFigure, Extent


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "evaluate",
        help="examine a checkpoint: time, key, style, drums, tempo, melody, copying",
        description="Make clips with a checkpoint and measure what they do. Needs fluidsynth and a soundfont.",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--starter", action="store_true", help="examine the shipped checkpoint")
    which.add_argument("--checkpoint", metavar="DIR", help="examine the checkpoint in this folder")
    which.add_argument(
        "--separator",
        nargs="?",
        const="",
        metavar="FILE",
        help="examine the separator in this file (default: the shipped one); --clips is then how many pieces of each "
        "kind (default: 104)",
    )
    which.add_argument(
        "--faults", action="store_true", help="examine how surely stops, fades and glitches in a clip are noticed"
    )
    which.add_argument(
        "--endings",
        action="store_true",
        help="examine how surely an end is told from a stop, and how often one comes",
    )
    which.add_argument("--beats", action="store_true", help="examine how tempo, bars and key are heard")
    parser.add_argument(
        "--work", type=path, metavar="DIR", help="its training: look for copies there; of --beats, the net"
    )
    parser.add_argument("--clips", type=whole_from(1), metavar="N", help="clips for each prompt (default: 4)")
    parser.add_argument("--seconds", type=seconds, metavar="S", help="length of a clip (default: 12)")
    parser.add_argument("--all-styles", action="store_true", help="every style, not the 16 that are plainly different")
    parser.add_argument("--quick", action="store_true", help="few and short clips, a judge that has heard less")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="default: %(default)s")
    parser.add_argument("--threads", type=whole_from(1), metavar="N", help="processor threads (default: torch's)")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine a checkpoint, and print the table or one JSON object."""
    return _heard(args) if args.beats else _made(args)


def _heard(args: argparse.Namespace) -> int:
    from musicgen_studio.training.beats.examination import examine, table
    from musicgen_studio.training.music.synth import find_synthesizer
    from musicgen_studio.training.run import starter_folder
    from musicgen_studio.training.workspace import Workspace

    extent = (4, 2, 1) if args.quick else (200, 40, 5)
    net = None if args.work is None else Workspace(args.work).beats / "beats.safetensors"
    if net is not None and not net.is_file():
        raise UserProblem("There is no net to compare.", f"{net} is not there.", "Train it: `train beats`.")
    scores = examine(find_synthesizer(), starter_folder(), net, extent, _print_line)
    told = json.dumps({"evaluate": [asdict(score) for score in scores]})
    print(told if args.json else table(scores))
    return 0


def _broken(args: argparse.Namespace) -> int:
    from musicgen_studio.training.judge.faults import examine, table
    from musicgen_studio.training.music.synth import find_synthesizer
    from musicgen_studio.training.run import starter_folder

    result = examine(find_synthesizer(), starter_folder(), args.clips or (8 if args.quick else 48), _print_line)
    print(json.dumps({"evaluate": asdict(result)}) if args.json else table(result))
    return 0


def _ended(args: argparse.Namespace) -> int:
    from musicgen_studio.training.judge.endings import examine, table
    from musicgen_studio.training.music.synth import find_synthesizer
    from musicgen_studio.training.run import starter_folder

    found = examine(find_synthesizer(), starter_folder(), args.clips or (3 if args.quick else 40), _print_line)
    told = json.dumps({"evaluate": {kind: asdict(each) for kind, each in found.items()}})
    print(told if args.json else table(found))
    return 0


def _made(args: argparse.Namespace) -> int:
    if args.faults:
        return _broken(args)
    if args.endings:
        return _ended(args)
    if args.separator is not None:
        return _separator(args)

    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.compute.device import resolve_device
    from musicgen_studio.training.judge.examination import examine, table
    from musicgen_studio.training.music.synth import find_synthesizer
    from musicgen_studio.training.run import prepare
    from musicgen_studio.training.workspace import Workspace, write_json

    entry = find(STARTER if args.starter else args.checkpoint)
    prepare(resolve_device(args.device), args.threads)
    figures = examine(
        entry.folder, find_synthesizer(), _extent(args), args.work, args.device, args.precision, _print_line
    )
    if args.work is not None:
        write_json(Workspace(args.work).root / "figures.json", {"table": table(figures), "figures": _plain(figures)})
    print(json.dumps({"evaluate": _plain(figures)}) if args.json else table(figures))
    return 0


def _separator(args: argparse.Namespace) -> int:
    from pathlib import Path

    from musicgen_studio.compute.device import resolve_device
    from musicgen_studio.separation.masks import open_separator
    from musicgen_studio.training.music.synth import find_synthesizer
    from musicgen_studio.training.run import codec_round_trip, prepare, starter_folder
    from musicgen_studio.training.separator.examine import examine, table
    from musicgen_studio.training.settings import SeparatorSettings

    prepare(resolve_device("cpu"), args.threads)
    separator = open_separator(Path(args.separator) if args.separator else None)
    pieces = args.clips or (14 if args.quick else 104)
    rows = examine(
        separator, find_synthesizer(), SeparatorSettings(), pieces, codec_round_trip(starter_folder()), _print_line
    )
    told = [asdict(row) for row in rows]
    print(json.dumps({"evaluate": told}) if args.json else table(separator.info.stems, rows))
    return 0


def _extent(args: argparse.Namespace) -> "Extent":
    from musicgen_studio.training.judge.examination import Extent
    from musicgen_studio.training.music.styles import STYLES

    quick = {"clips": 1, "seconds": 8.0, "reference_pieces": 12, "melodies": 4, "continued": 8, "long_clips": 1}
    chosen = {"clips": args.clips, "seconds": args.seconds, "styles": tuple(STYLES) if args.all_styles else None}
    return Extent(**(quick if args.quick else {}) | {name: value for name, value in chosen.items() if value})


def _plain(figures: "list[ExaminedFigure]") -> list[dict[str, object]]:
    return [asdict(figure) for figure in figures]


def _print_line(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
