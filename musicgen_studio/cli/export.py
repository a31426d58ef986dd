"""`musicgen-studio export`: a project of another program out of a sound file. The work is `export.projects`'s."""

import argparse
import json
from typing import TYPE_CHECKING

from musicgen_studio.cli.heard import add_options, heard_song
from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import Commands, path
from musicgen_studio.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from musicgen_studio.core.audio import Audio

PROJECTS = ("dawproject", "reaper")


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "export",
        help="make a project for a DAW",
        description="Make a project out of a sound file, with its tempo, bars and key: a .dawproject file for Bitwig "
        "Studio, Studio One and Cubase, or a folder for REAPER.",
    )
    add_options(parser)
    parser.add_argument("--project", choices=PROJECTS, required=True, help="which kind")
    parser.add_argument("--stems", action="store_true", help="take it apart: a track for each stem")
    parser.add_argument("--separator", type=path, metavar="FILE", help="weights of `train separator`, for --stems")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Make the project and print its file."""
    from musicgen_studio.export.targets import Target
    from musicgen_studio.export.tracks import TrackSettings
    from musicgen_studio.files.sound import SoundFormat
    from musicgen_studio.studio.arranging.hand_off import HandOff, make_target

    if args.separator is not None and not args.stems:
        args.parser.error("--separator needs --stems")
    settings = TrackSettings(args.rate, SoundFormat(args.format))
    with stop_on_interrupt() as stop:

        def on_share(_share: float) -> None:
            if stop.is_set():
                raise StoppedError

        try:
            song = heard_song(args, _separator(args, stop) if args.stems else None)
            file = make_target(song, HandOff(Target(args.project), args.out, settings), on_share)
        except StoppedError:
            return EXIT_INTERRUPTED
    print(json.dumps({"project": {"file": str(file), "kind": args.project}}) if args.json else file)
    return 0


def _separator(args: argparse.Namespace, stop: "Event") -> "Callable[[Audio], dict[str, Audio]]":
    """Return what takes a sound apart; that it cannot be used is said before anything else is done."""
    from musicgen_studio.separation.masks import open_separator

    separator = open_separator(args.separator)

    def apart(audio: "Audio") -> "dict[str, Audio]":
        return dict(zip(separator.info.stems, separator.separate(audio, stop, lambda _share: None), strict=True))

    return apart
