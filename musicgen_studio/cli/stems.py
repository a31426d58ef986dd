"""`musicgen-studio stems`: a sound file into stems that add up to it. The work is `separation`'s."""

import argparse
import json
import sys
from math import log10
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import Commands, path

if TYPE_CHECKING:
    from pathlib import Path

    from musicgen_studio.core.audio import Audio
    from musicgen_studio.separation.api import Separator

DEMUCS_MODELS = ("htdemucs", "htdemucs_6s")


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "stems",
        help="take a sound file apart into drums, bass, lead and other",
        description="Take a sound file apart into 24-bit files that add up to it, sample by sample.",
    )
    parser.add_argument("sound", type=path, metavar="FILE", help="a sound file")
    parser.add_argument("-o", "--out", type=path, required=True, metavar="DIR", help="folder for the stems")
    parser.add_argument("--mix", action="store_true", help="write the sound that they add up to, too")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--separator", type=path, metavar="FILE", help="weights of `train separator`")
    which.add_argument(
        "--demucs",
        type=path,
        metavar="DIR",
        help="use the Demucs files in this folder, for recordings and voices",
    )
    parser.add_argument("--model", choices=DEMUCS_MODELS, help=f"of Demucs (default: {DEMUCS_MODELS[0]})")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Take a file apart, and print the names of what was written."""
    from musicgen_studio.cli.sound_file import read_sound
    from musicgen_studio.dsp.adding_up import adding_up
    from musicgen_studio.errors import StoppedError
    from musicgen_studio.files.whole import ensure_folder

    if args.model is not None and args.demucs is None:
        args.parser.error("--model needs --demucs DIR")
    separator = _separator(args)
    info = separator.info
    print(f"{info.name}: {info.licence}, {info.size_bytes / 1e6:.1f} MB, trained on {info.trained_on}", file=sys.stderr)
    audio = read_sound(args.sound)
    ensure_folder(args.out)  # before the minutes that it takes
    with stop_on_interrupt() as stop:
        try:
            stems = separator.separate(audio, stop, _tell)
        except StoppedError:
            return EXIT_INTERRUPTED
    done = adding_up(audio, stems)
    names = [args.sound.stem + "_" + stem for stem in info.stems]
    sounds = list(done.stems)
    if args.mix:
        names, sounds = [*names, args.sound.stem + "_mix"], [*sounds, done.clip]
    files = _written(args.out, names, sounds)
    gain_db = 20 * log10(done.gain)
    if args.json:
        told = {"files": [str(file) for file in files], "gain_db": gain_db, "separator": info.name}
        print(json.dumps({"stems": told}))
        return 0
    if done.gain < 1:
        print(f"All were turned down by {-gain_db:.1f} dB: one would have gone beyond full scale.", file=sys.stderr)
    print(*files, sep="\n")
    return 0


def _separator(args: argparse.Namespace) -> "Separator":
    if args.demucs is not None:
        from musicgen_studio.separation.demucs import open_demucs

        return open_demucs(args.demucs, args.model or DEMUCS_MODELS[0])
    from musicgen_studio.separation.masks import open_separator

    return open_separator(args.separator)


def _written(folder: "Path", names: list[str], sounds: "list[Audio]") -> "list[Path]":
    from musicgen_studio.export.names import free_names, taken_names
    from musicgen_studio.files.sound import SoundFormat, write

    files = [folder / name for name in free_names(folder, names, ".wav", taken_names(folder))]
    for file, sound in zip(files, sounds, strict=True):
        write(file, sound, SoundFormat.WAV24, {"software": "MusicGen Studio"}, replace=False)
    return files


def _tell(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
