"""`musicgen-studio generate`: words in, clips out. The options and the run; the work is `studio.making`'s."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import MELODY_MIX, SOUND_FORMATS, Commands, loudness, path, words
from musicgen_studio.cli.output import Output
from musicgen_studio.compute.device import DEVICES
from musicgen_studio.compute.precision import PRECISIONS
from musicgen_studio.core.loudness import STREAMING_LUFS

if TYPE_CHECKING:
    from musicgen_studio.cli.order import Ordered
    from musicgen_studio.core.request import GenerationRequest
    from musicgen_studio.engine.api import Engine
    from musicgen_studio.studio.making.playback import LivePlayback, OpenPlayer
    from musicgen_studio.studio.making.record import Record

MAX_BEST = 16
PREROLL_S = 0.1
"""What the player gathers before it sounds; whether the music keeps up is settled before it is opened."""

# What decides the samples, and what it is if nobody says; None is settled later, by the checkpoint, the file or chance.
# With --from all of it comes from the record.
_DEFAULTS: dict[str, Any] = {
    "seconds": None,
    "seed": None,
    "takes": 1,
    "together": None,
    "guidance": None,
    "temperature": None,
    "top_k": None,
    "top_p": None,
    "format": "wav24",
    "rate": None,
    "loudness": STREAMING_LUFS,
    "compressor": False,
    "melody_ends": False,
    "melody_track": None,
    "melody_channel": None,
    "melody_mix": None,
    "passages": None,
    "morph": None,
    "end": False,
    "endings": None,
    "best_of": None,
}


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "generate",
        help="make music from words",
        description="Make music from words. Each clip is a sound file, and a .json file that says how it was made.",
        epilog="Ctrl-C stops and keeps what was made; a second Ctrl-C quits at once.",
    )
    parser.add_argument("prompts", type=words, nargs="*", metavar="PROMPT", help="what to make, in English")
    _add_music_options(parser)
    add_sampling_options(parser)
    add_engine_options(parser)
    _add_file_options(parser)
    parser.set_defaults(run=run, parser=parser)


def _add_music_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the music")
    group.add_argument(
        "--seconds", type=float, metavar="S", help="length of each clip (default: 8, or as the passages say)"
    )
    group.add_argument("--melody", type=path, metavar="FILE", help="follow the melody in this sound or MIDI file")
    group.add_argument(
        "--melody-ends", action="store_true", default=None, help="do not repeat a melody shorter than the clip"
    )
    group.add_argument("--melody-track", type=int, metavar="N", help="of a MIDI file, from 1 (default: all but drums)")
    group.add_argument("--melody-channel", type=int, metavar="N", help="of a MIDI file, 1 to 16 (default: all)")
    group.add_argument(
        "--melody-mix",
        action=argparse.BooleanOptionalAction,
        help=MELODY_MIX,
    )
    group.add_argument(
        "--continue",
        dest="continuation",
        type=path,
        metavar="FILE",
        help="go on from this sound file; without PROMPT as it ends",
    )
    group.add_argument(
        "--morph", metavar="LENGTH", help="of --continue: go over into PROMPT slowly, such as `2 bars` or `3 s`"
    )
    group.add_argument("--seed", type=int, metavar="N", help="the same seed makes the same music (default: random)")
    group.add_argument("--takes", type=int, metavar="N", help="versions of each prompt, 1 to 16 (default: 1)")
    group.add_argument(
        "--passages", type=path, metavar="FILE", help="prompts that follow each other, a line each: `0:08 | sad jazz`"
    )
    group.add_argument(
        "--end", action="store_true", default=None, help="let it come to an end: by itself if it does, else by a fade"
    )
    group.add_argument(
        "--endings", type=int, metavar="N", help="versions of its last bars to find an end in, 0 to 16 (with --end: 4)"
    )
    group.add_argument(
        "--best-of", type=int, metavar="N", help="make N takes, 2 to 16, keep the one that measures best, and say why"
    )
    group.add_argument("--jobs", metavar="FILE", help="one prompt a line; # begins a comment line, - is stdin")
    group.add_argument(
        "--together", type=int, metavar="N", help="prompts made at a time, all done sooner (default: 1, with --jobs 4)"
    )
    group.add_argument("--from", dest="recipe", type=path, metavar="JSON", help="make the clip of this record again")


def add_sampling_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how tokens are chosen."""
    group = parser.add_argument_group(
        "how it chooses", "What is left out is as the checkpoint says of itself; `checkpoints info` shows it."
    )
    group.add_argument("--guidance", type=float, metavar="X", help="how strictly the prompt is followed")
    group.add_argument("--temperature", type=float, metavar="X", help="higher is more adventurous")
    group.add_argument("--top-k", type=int, metavar="N", help="choose among the N likeliest, 0 is all")
    group.add_argument("--top-p", type=float, metavar="X", help="choose among the likeliest X, 0 is off")


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose an engine."""
    group = parser.add_argument_group("what makes it")
    group.add_argument(
        "--checkpoint", metavar="NAME|DIR", help="such as musicgen-small, a folder, or starter, the default"
    )
    group.add_argument("--device", choices=DEVICES, help="default: auto")
    group.add_argument("--precision", choices=PRECISIONS, help="default: auto")


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what becomes of it")
    group.add_argument(
        "--out", type=path, default=Path("clips"), metavar="DIR", help="where the files go (default: clips)"
    )
    group.add_argument("--format", choices=SOUND_FORMATS, help="default: wav24")
    group.add_argument("--rate", type=int, metavar="HZ", help="sample rate (default: the checkpoint's own)")
    group.add_argument(
        "--loudness",
        type=loudness,
        metavar="LUFS",
        help=f"of each clip; none leaves it as it is (default: {STREAMING_LUFS:g})",
    )
    group.add_argument("--compressor", action="store_true", default=None, help="round off peaks: denser")
    group.add_argument(
        "--play",
        action=argparse.BooleanOptionalAction,
        help="hear it while it is made (default: on a terminal with a sound device, without --jobs and --json)",
    )
    group.add_argument("--json", action="store_true", help="one JSON object per clip on stdout")


def run(args: argparse.Namespace) -> int:
    """Make what was ordered."""
    _check_usage(args)
    if args.checkpoint is not None:
        from musicgen_studio.cli.downloading import offer_download

        if not offer_download(args.checkpoint):
            return EXIT_INTERRUPTED
    output = Output(as_json=args.json)
    if args.recipe is not None and _is_live(args.recipe):
        from musicgen_studio.cli.live_again import make_again

        return make_again(args, output)
    record, ordered = _order(args)
    if record is None and args.seed is None:
        output.note(f"seed {ordered.order.seed}")
    _tell_mixes(args, ordered, output)
    engine = _load_engine(
        ordered.entry.folder,
        args.device or (record.device if record else "auto"),
        args.precision or (record.precision if record else "auto"),
    )
    if record is not None:
        from musicgen_studio.studio.making.remake import differences

        for difference in differences(record, engine.info):
            output.note(difference)
    is_batch = args.json or args.jobs is not None
    return _make(engine, ordered, args.out, output, play=False if args.play is None and is_batch else args.play)


def _is_live(record_file: Path) -> bool:
    """Tell whether a record is one of live music. What cannot be read is told by whoever reads it."""
    from musicgen_studio.studio.making.live_record import is_live

    try:
        with record_file.open(encoding="utf-8-sig", errors="replace") as file:
            return is_live(file.read(200))
    except OSError:
        return False


def _check_usage(args: argparse.Namespace) -> None:
    if args.recipe is None:
        if not args.prompts and args.jobs is None and args.passages is None and args.continuation is None:
            args.parser.error("give a PROMPT, or --passages FILE, or --jobs FILE, or --from JSON")
        if args.best_of is not None and (args.takes is not None or not 2 <= args.best_of <= MAX_BEST):
            args.parser.error(f"--best-of is 2 to {MAX_BEST}, and stands instead of --takes")
        if args.passages is not None and (args.prompts or args.jobs is not None):
            args.parser.error("--passages FILE holds the prompts; leave out PROMPT and --jobs")
        if args.morph is not None and (args.continuation is None or len(args.prompts) != 1 or args.jobs is not None):
            args.parser.error("--morph goes over from --continue FILE into one PROMPT")
        if args.endings is not None and not args.end:
            args.parser.error("--endings needs --end")
        for name in ("melody_ends", "melody_track", "melody_channel", "melody_mix"):
            if args.melody is None and getattr(args, name) is not None:
                args.parser.error(f"--{name.replace('_', '-')} needs --melody FILE")
        return
    given = ["PROMPT"] if args.prompts else []
    given += [f"--{name.replace('_', '-')}" for name in ("jobs", *_DEFAULTS) if getattr(args, name) is not None]
    if given:
        args.parser.error(f"--from takes everything from the record; leave out {given[0]}")


def _order(args: argparse.Namespace) -> "tuple[Record | None, Ordered]":
    from musicgen_studio.cli.order import order_again, order_from
    from musicgen_studio.files.whole import ensure_folder

    ensure_folder(args.out)
    if args.recipe is not None:
        return order_again(args)
    given = {name: getattr(args, name) for name in _DEFAULTS}
    values = {name: _DEFAULTS[name] if value is None else value for name, value in given.items()}
    return None, order_from(args, values)


def load(folder: Path, device: str, precision: str) -> "Engine":
    """Load the engine of a command, see `engine.musicgen.load_engine`."""
    return _load_engine(folder, device, precision)


def _tell_mixes(args: argparse.Namespace, ordered: "Ordered", output: Output) -> None:
    from musicgen_studio.cli.order import mixes_told
    from musicgen_studio.studio.arranging.passages import ALL_OF_IT

    in_line = "" if args.passages is None else f"`| {ALL_OF_IT}` behind it follows all"
    of_first = "--no-melody-mix" if args.melody is not None and args.recipe is None else in_line
    for line in mixes_told(ordered.order, of_first, in_line):
        output.note(line)


def _load_engine(folder: Path, device: str, precision: str) -> "Engine":
    from musicgen_studio.engine.musicgen import load_engine

    return load_engine(folder, device, precision)


def save(engine: "Engine", ordered: "Ordered", out: Path, output: Output) -> int:
    """Make what was ordered into a folder without playing it; return the exit code."""
    return _make(engine, ordered, out, output, play=False)


def _make(engine: "Engine", ordered: "Ordered", out: Path, output: Output, *, play: bool | None) -> int:
    from musicgen_studio.studio.making.make import make_order
    from musicgen_studio.studio.making.sink import Sink
    from musicgen_studio.studio.making.sinks.best import BestTake
    from musicgen_studio.studio.making.sinks.folder import Folder
    from musicgen_studio.studio.making.sinks.pace import Stopwatch
    from musicgen_studio.studio.making.sinks.played import Played

    folder = Folder(out, ordered.order, ordered.checkpoint, output.clip, ordered.only)
    best = BestTake(folder, ordered.request, output.note) if ordered.best_only else folder
    sinks: list[Sink] = [Stopwatch(output.progress), best]
    with _playback(ordered.request, output, play) as playback:
        if playback is not None:
            sinks.insert(0, Played(playback, ordered.only))
        with stop_on_interrupt() as stop:
            make_order(engine, ordered.order, ordered.request, stop, sinks)
        if stop.is_set():
            return EXIT_INTERRUPTED
        if playback is not None:
            playback.finish()  # Ctrl-C is now the plain one: it cuts the sound off
    return 0


@contextmanager
def _playback(request: "GenerationRequest", output: Output, play: bool | None) -> "Iterator[LivePlayback | None]":
    """Listen to the run, if that is wanted. A device that fails is worth a word only to someone who asked for sound."""
    if not (sys.stderr.isatty() if play is None else play):
        yield None
        return
    from musicgen_studio.studio.making.playback import LivePlayback

    given_s = request.continuation.duration_s if request.continuation else 0.0
    wanted_s = len(request.groups()) * (given_s + request.duration_s)
    with LivePlayback(_open_player, wanted_s, given_s) as playback:
        yield playback
    if playback.problem is not None and play:
        output.problem(playback.problem)


def _open_player() -> "AbstractContextManager[OpenPlayer]":
    from musicgen_studio.sound.player import open_player

    return open_player(preroll_s=PREROLL_S)
