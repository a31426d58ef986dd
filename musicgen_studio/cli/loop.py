"""`musicgen-studio loop`: an exact number of bars that closes without a click. The work is `export.loop`'s."""

import argparse
import json

from musicgen_studio.cli.heard import add_options, heard_song
from musicgen_studio.cli.options import Commands, whole_from
from musicgen_studio.errors import UserProblem


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "loop",
        help="cut a loop of whole bars",
        description="Cut whole bars out of a sound so that they can be repeated without a click or drift, "
        "with tempo, beats and key in the file.",
    )
    add_options(parser)
    parser.add_argument("--bars", type=int, default=4, metavar="N", help="how many (4)")
    parser.add_argument("--from-bar", type=whole_from(1), metavar="N", help="begin with this bar, counted from 1")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Cut the loop and print its file."""
    from musicgen_studio.export.loop import export_loop
    from musicgen_studio.files.sound import SoundFormat

    if args.bars < 1:
        raise UserProblem("--bars cannot be used as given.", f"It must be 1 or more, got {args.bars}.", "Give another.")
    file = export_loop(
        heard_song(args),
        args.out,
        args.bars,
        start_bar=None if args.from_bar is None else args.from_bar - 1,
        sample_rate=args.rate,
        sound_format=SoundFormat(args.format),
    )
    print(json.dumps({"loop": {"file": str(file), "bars": args.bars}}) if args.json else file)
    return 0
