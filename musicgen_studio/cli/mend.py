"""`musicgen-studio mend`: find what is broken in a clip and make it anew. The work is `arranging.mending`'s."""

import argparse
import secrets
from dataclasses import replace
from pathlib import Path

from musicgen_studio.cli.generate import add_engine_options, load, save
from musicgen_studio.cli.options import Commands, path, words
from musicgen_studio.cli.output import Output

TAKES = 4

_SAID = {
    "stops": "the music stops",
    "fades": "the music fades to silence",
    "ends": "it ends in the middle of the sound",
    "glitch": "a glitch",
}


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "mend",
        help="find stops, fades, glitches and abrupt ends in a clip, and make them anew",
        description="Find what is broken in a clip and make it anew, one place after the other; the rest stays. "
        "Each step is a file of its own, the last one is the mended clip.",
    )
    parser.add_argument("clip", type=path, metavar="CLIP", help="a sound file; its .json, if it lies beside, is used")
    parser.add_argument(
        "prompt", type=words, nargs="?", metavar="PROMPT", help="what to make (default: as the clip was made)"
    )
    parser.add_argument("--list", action="store_true", help="only say what is broken")
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed makes the same music (default: random)")
    add_engine_options(parser)
    parser.add_argument("--out", type=path, metavar="DIR", help="where the files go (default: the folder of the clip)")
    parser.add_argument("--json", action="store_true", help="one JSON object per clip on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Say what is broken, and mend it."""
    from musicgen_studio.analysis.faults import find_faults
    from musicgen_studio.cli.sound_file import read_sound
    from musicgen_studio.files.whole import ensure_folder
    from musicgen_studio.studio.arranging.mending import mends

    output = Output(as_json=args.json)
    audio = read_sound(args.clip)
    faults = find_faults(audio)
    for fault in faults:
        output.note(f"{fault.start_s:.2f} s: {_SAID[fault.kind]}")
    if not faults:
        output.note("Nothing is broken.")
    if args.list or not faults:
        return 0
    ensure_folder(args.out or args.clip.parent)
    clip = args.clip
    for section in mends(faults, audio.duration_s):
        code, clip = _mended(args, clip, (section.start_s, section.end_s), section.ends, output)
        if code:
            return code
    return 0


def _mended(
    args: argparse.Namespace, clip: Path, section_s: tuple[float, float], ends: bool, output: Output
) -> tuple[int, Path]:
    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.cli.order import Ordered
    from musicgen_studio.studio.arranging.replacing import replacement, wish_of
    from musicgen_studio.studio.making.order import CheckpointRecord
    from musicgen_studio.studio.making.record import Record

    record = Record.beside(clip)
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    wish = replace(wish_of(record, args.prompt, section_s[0], seed, TAKES), ends=ends, endings=int(ends))
    section = replacement(clip, wish, section_s)
    entry = find(args.checkpoint or (record.checkpoint.folder if record else STARTER))
    ordered = Ordered(section.order, section.request, entry, CheckpointRecord.of(entry), best_only=True)
    engine = load(entry.folder, args.device or "auto", args.precision or "auto")
    code = save(engine, ordered, args.out or clip.parent, output)
    return code, output.last_file or clip
