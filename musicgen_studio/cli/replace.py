"""`musicgen-studio replace`: make a section of a clip anew. The work is `studio.arranging.replacing` and `making`."""

import argparse
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from musicgen_studio.cli.generate import add_engine_options, load, save
from musicgen_studio.cli.options import MELODY_MIX, Commands, path, point_s, words
from musicgen_studio.cli.output import Output

if TYPE_CHECKING:
    from musicgen_studio.cli.order import Ordered
    from musicgen_studio.studio.making.record import Record

TAKES = 4


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "replace",
        help="make a section of a clip anew, the rest stays as it is",
        description="Make a section of a clip anew. The rest stays sample for sample; the best take is first.",
    )
    parser.add_argument("clip", type=path, metavar="CLIP", help="a sound file; its .json, if it lies beside, is used")
    parser.add_argument(
        "prompt", type=words, nargs="?", metavar="PROMPT", help="what to make (default: as the clip was made)"
    )
    parser.add_argument(
        "--from", dest="start_s", type=point_s, required=True, metavar="TIME", help="such as 4.0 or 0:04"
    )
    parser.add_argument("--to", dest="end_s", type=point_s, required=True, metavar="TIME", help="such as 8.0 or 0:08")
    parser.add_argument(
        "--takes", type=int, default=TAKES, metavar="N", help="versions, 1 to 16 (default: %(default)s)"
    )
    parser.add_argument("--melody", type=path, metavar="FILE", help="what the section follows: a sound or MIDI file")
    parser.add_argument("--melody-mix", action=argparse.BooleanOptionalAction, help=MELODY_MIX)
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed makes the same music (default: random)")
    add_engine_options(parser)
    parser.add_argument("--out", type=path, metavar="DIR", help="where the files go (default: the folder of the clip)")
    parser.add_argument("--json", action="store_true", help="one JSON object per take on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Make the section, and write the takes, the best one first."""
    from musicgen_studio.cli.order import mixes_told
    from musicgen_studio.studio.making.record import Record

    output = Output(as_json=args.json)
    record = Record.beside(args.clip)
    ordered = _ordered(args, record)
    if args.seed is None:
        output.note(f"seed {ordered.order.seed}")
    for line in mixes_told(ordered.order, "--no-melody-mix"):
        output.note(line)
    engine = load(ordered.entry.folder, args.device or "auto", args.precision or "auto")
    return save(engine, ordered, args.out or args.clip.parent, output)


def _ordered(args: argparse.Namespace, record: "Record | None") -> "Ordered":
    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.cli.order import Ordered
    from musicgen_studio.files.whole import ensure_folder
    from musicgen_studio.studio.arranging.replacing import replacement, wish_of
    from musicgen_studio.studio.making.order import CheckpointRecord
    from musicgen_studio.studio.making.source import open_melody

    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    wish = wish_of(record, args.prompt, args.start_s, seed, args.takes)
    melody = None if args.melody is None else open_melody(args.melody, of_mix=args.melody_mix)
    section = replacement(args.clip, replace(wish, takes=args.takes), (args.start_s, args.end_s), melody)
    ensure_folder(args.out or args.clip.parent)  # before the work
    entry = find(args.checkpoint or (record.checkpoint.folder if record else STARTER))
    return Ordered(section.order, section.request, entry, CheckpointRecord.of(entry))
