"""`musicgen-studio bench`: how fast the engine is on this machine, or how well it follows melodies.

The measuring is `engine.bench`'s and `engine.melody_bench`'s.
"""

import argparse
import json
from collections.abc import Callable

from musicgen_studio.cli.options import Commands, positive, seconds
from musicgen_studio.compute.device import DEVICES
from musicgen_studio.compute.precision import PRECISIONS
from musicgen_studio.compute.waiting import let_go_soon
from musicgen_studio.errors import UserProblem

SHAPES = ("small", "medium", "large", "melody", "starter")
CLIP_SECONDS = (8.0, 30.0)
MELODY_SEEDS = 4
MAX_SEEDS = 16
LONG_MIN, MAX_MIN = 10.0, 60.0
_SEEDS_HELP = "of --melody: clips of each prompt and melody, 1 to 16 (default: %(default)s)"

MeasureWindow = Callable[[Callable[[str], None]], dict[str, object]]
"""Measures the window, telling line by line, and returns all figures."""


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "bench",
        help="measure the speed on this machine",
        description="Measure steps per second, × real time, time to the first block, memory and bandwidth, in one run.",
    )
    parser.add_argument(
        "--shape",
        choices=SHAPES,
        default="starter",
        help="what to measure: a size of Meta's, with random weights, or the starter checkpoint (default: %(default)s)",
    )
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="default: %(default)s")
    parser.add_argument(
        "--seconds",
        type=seconds,
        nargs="+",
        default=list(CLIP_SECONDS),
        metavar="S",
        help="lengths of the clips to time (default: 8 30)",
    )
    _add_other_measures(parser)
    parser.add_argument("--against", choices=["transformers"], help="do the same work with this, side by side")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    parser.set_defaults(run=run)


def _add_other_measures(parser: argparse.ArgumentParser) -> None:
    """Add what is measured instead of speed, each with the options of its own."""
    parser.add_argument(
        "--melody", action="store_true", help="measure instead how far the music follows melodies it is given"
    )
    parser.add_argument("--seeds", type=int, default=MELODY_SEEDS, metavar="N", help=_SEEDS_HELP)
    parser.add_argument(
        "--checkpoint", default="starter", metavar="DIR", help="of --melody, --sections, --morphs, --long"
    )
    parser.add_argument(
        "--quality", action="store_true", help="measure instead how far the CPU's precisions are from float32"
    )
    parser.add_argument(
        "--sections", action="store_true", help="measure instead how well sections that are made anew fit"
    )
    parser.add_argument(
        "--morphs",
        action="store_true",
        help="measure instead how evenly music goes over from one prompt to another",
    )
    parser.add_argument(
        "--long", action="store_true", help="measure instead whether a long piece of passages ends as it began"
    )
    parser.add_argument(
        "--minutes", type=float, default=LONG_MIN, metavar="M", help="of --long, 1 to 60 (default: %(default)s)"
    )
    parser.add_argument(
        "--live", action="store_true", help="measure instead how long a control of live music takes to be heard"
    )
    parser.add_argument(
        "--live-minutes", type=positive, default=2.0, metavar="M", help="of --live (default: %(default)s)"
    )
    parser.add_argument(
        "--prompts", type=int, default=2, choices=(2, 3, 4), metavar="N", help="of --live: how many are blended (2)"
    )
    parser.add_argument(
        "--play", action="store_true", help="of --live: on the sound device, not on a clock that takes sound as one"
    )
    parser.add_argument(
        "--busy", type=int, default=0, metavar="N", help="of --live: beside N other programs that want a core each (0)"
    )
    parser.add_argument(
        "--controls", action="store_true", help="measure instead what turning the controls of live music does"
    )
    parser.add_argument("--window", action="store_true", help="measure the window instead: start, lag, scrolling")


def run(args: argparse.Namespace) -> int:
    """Measure and print, line by line or as one JSON object."""
    result = _measure_of(args)(args)
    if args.json:
        print(json.dumps({"bench": result}))
    return 0


def _measured_live(args: argparse.Namespace) -> dict[str, object]:
    if args.busy < 0:
        raise UserProblem(
            "--busy cannot be used as given.", f"--busy must be 0 or more, got {args.busy}.", "Give another."
        )
    let_go_soon()  # before what loads torch
    from contextlib import nullcontext
    from dataclasses import asdict

    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.compute.busy import busy
    from musicgen_studio.engine.musicgen import load_engine
    from musicgen_studio.studio.arranging.live_bench import PROMPTS, measure_live
    from musicgen_studio.studio.arranging.live_lead import LEAD_S
    from musicgen_studio.studio.arranging.live_output import ClockOutput, open_output
    from musicgen_studio.studio.making.order import CheckpointRecord

    entry = find(args.checkpoint)
    engine = load_engine(entry.folder, args.device, args.precision)
    kind, prompts = "device" if args.play else "clock", PROMPTS[: args.prompts]
    checkpoint = CheckpointRecord.of(entry)
    output = open_output() if args.play else nullcontext(ClockOutput(LEAD_S))
    with busy(args.busy):
        measured = measure_live(engine, checkpoint, output, kind, args.live_minutes * 60, prompts)
    figures = asdict(measured) | {"busy": args.busy}
    if not args.json:
        for name, value in figures.items():
            print(f"{name:12} {value}")
    return figures


def _measure_of(args: argparse.Namespace) -> Callable[[argparse.Namespace], dict[str, object]]:
    kinds = {
        "window": _measured_window,
        "live": _measured_live,
        "controls": _measured_controls,
        "sections": _measured_sections,
        "morphs": _measured_morphs,
        "long": _measured_long,
        "melody": _measured_melody,
        "quality": _measured_quality,
    }
    return next((measure for name, measure in kinds.items() if getattr(args, name)), _measured_engine)


def _measured_window(args: argparse.Namespace) -> dict[str, object]:
    measure: MeasureWindow | None = args.measure_window
    if measure is None:
        raise UserProblem(
            "The window cannot be measured.", "This is the command line alone.", "Run `musicgen-studio bench --window`."
        )
    return measure(_keep_quiet if args.json else _print_line)


def _measured_melody(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.evaluation.following import run_melody_bench

    if not 1 <= args.seeds <= MAX_SEEDS:
        raise UserProblem(
            "--seeds cannot be used as given.", f"--seeds must be 1 to {MAX_SEEDS}, got {args.seeds}.", "Give another."
        )
    report = _keep_quiet if args.json else _print_line
    return run_melody_bench(find(args.checkpoint).folder, args.device, args.precision, report, seeds=args.seeds)


def _measured_sections(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.evaluation.sections import run_sections_bench
    from musicgen_studio.studio.making.fill import fits_of
    from musicgen_studio.studio.making.join import joined

    report = _keep_quiet if args.json else _print_line
    return run_sections_bench(find(args.checkpoint).folder, joined, fits_of, report)


def _measured_morphs(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.evaluation.over_time import run_morphs

    return run_morphs(find(args.checkpoint).folder, _keep_quiet if args.json else _print_line)


def _measured_long(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.evaluation.over_time import run_long

    if not 1 <= args.minutes <= MAX_MIN:
        raise UserProblem(
            "--minutes cannot be used as given.",
            f"--minutes must be 1 to {MAX_MIN:g}, got {args.minutes:g}.",
            "Give another.",
        )
    return run_long(find(args.checkpoint).folder, _keep_quiet if args.json else _print_line, 60 * args.minutes)


def _measured_controls(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.checkpoints.catalogue import find
    from musicgen_studio.evaluation.live_controls import run_live_controls

    return run_live_controls(find(args.checkpoint).folder, _keep_quiet if args.json else _print_line)


def _measured_quality(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.evaluation.quality import run_quality_bench

    return run_quality_bench(args.shape, _keep_quiet if args.json else _print_line)


def _measured_engine(args: argparse.Namespace) -> dict[str, object]:
    from musicgen_studio.evaluation.bench import run_bench

    return run_bench(
        shape=args.shape,
        device=args.device,
        precision=args.precision,
        against=args.against,
        report=_keep_quiet if args.json else _print_line,
        clip_seconds=tuple(args.seconds),
    )


def _print_line(line: str) -> None:
    print(line, flush=True)


def _keep_quiet(_line: str) -> None:
    return
