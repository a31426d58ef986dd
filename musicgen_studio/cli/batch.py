"""`musicgen-studio batch`: a table in, thousands of clips out. The options and what is said; the work is `batch`'s."""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.generate import add_engine_options, add_sampling_options
from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import (
    MELODY_MIX,
    NO_LOUDNESS,
    SORT_HELP,
    SORT_MEASURES,
    SOUND_FORMATS,
    Commands,
    loudness,
    path,
    seconds,
)
from musicgen_studio.cli.output import duration_in_words
from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.core.pace import speed_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from musicgen_studio.batch.manifest import Figures
    from musicgen_studio.batch.plan import BatchSettings
    from musicgen_studio.batch.progress import BatchProgress
    from musicgen_studio.batch.ray_cluster import Cluster
    from musicgen_studio.batch.run import BatchResult, Makers
    from musicgen_studio.batch.work import LoadEngine
    from musicgen_studio.checkpoints.catalogue import CheckpointEntry
    from musicgen_studio.studio.making.record import Record

EXIT_SOME_FAILED = 1
_TOLD_FAILURES = 10


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "batch",
        help="make a table of clips",
        description="Make a table of clips: a CSV with a first line of names, or JSONL. Columns are prompt, seconds, "
        "seed, takes, melody and passages; what is left out is as the options say. What is whole in the folder is not "
        "made again, so the same command goes on where it was stopped, and may run several times at once.",
        epilog="Ctrl-C stops and keeps what is whole; a second Ctrl-C quits at once.",
    )
    parser.add_argument("table", type=path, metavar="FILE", help="CSV or JSONL")
    parser.add_argument("--out", type=path, required=True, metavar="DIR", help="where the clips go")
    group = parser.add_argument_group("where a row is silent")
    group.add_argument("--seconds", type=seconds, metavar="S", help="length (default: 8, or as the passages say)")
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="rows that are alike go on from it (default: 0)"
    )
    group.add_argument("--takes", type=int, default=1, metavar="N", help="versions of a row, 1 to 16 (default: 1)")
    group.add_argument("--melody-mix", action=argparse.BooleanOptionalAction, help=MELODY_MIX)
    add_sampling_options(parser)
    add_engine_options(parser)
    group = parser.add_argument_group("who makes it")
    group.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each GPU, else one)")
    group.add_argument(
        "--ray", metavar="ADDRESS", help="on a Ray cluster: HOST:PORT of its head, or auto on one of its nodes"
    )
    group.add_argument(
        "--shared", action="store_true", help="with --ray: all nodes see DIR at the same place; clips are not sent"
    )
    group.add_argument("--threads", type=int, metavar="N", help="of each worker (default: the cores, divided)")
    group.add_argument("--together", type=int, metavar="N", help="rows made at a time (default: as make four clips)")
    group = parser.add_argument_group("what becomes of it")
    group.add_argument("--format", choices=SOUND_FORMATS, default="wav24", help="default: wav24")
    group.add_argument("--rate", type=int, metavar="HZ", help="sample rate (default: the checkpoint's own)")
    group.add_argument(
        "--loudness",
        type=loudness,
        default=STREAMING_LUFS,
        metavar="LUFS",
        help=f"of each clip; none leaves it (default: {STREAMING_LUFS:g})",
    )
    group.add_argument("--compressor", action="store_true", help="round off peaks: denser")
    group.add_argument(
        "--judge", action="store_true", help="measure every clip at the end: agreement, loudness, silence, faults"
    )
    group.add_argument(
        "--sort",
        choices=SORT_MEASURES,
        help=f"as --judge, and list the clips by this measure, best first: {SORT_HELP}",
    )
    group.add_argument("--json", action="store_true", help="the lines of the manifest on stdout, a JSON object each")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Make the table."""
    from musicgen_studio.batch.plan import read_plan
    from musicgen_studio.batch.run import run_batch
    from musicgen_studio.checkpoints.catalogue import STARTER, find
    from musicgen_studio.studio.making.order import CheckpointRecord

    _check_usage(args)
    entry = find(args.checkpoint or STARTER)
    plan = read_plan(args.table, CheckpointRecord.of(entry), _settings(args))
    if not args.json:
        print(f"{plan.clip_count} clips, {duration_in_words(plan.music_s)} of music", file=sys.stderr)
    makers = _makers(args, entry.folder) if args.ray is None else _cluster(args, entry)
    shown = _Shown(is_live=not args.json and sys.stderr.isatty())
    with stop_on_interrupt() as stop:
        result = run_batch(
            plan, args.out, makers, stop, shown.progress, measure_by_judge if args.judge or args.sort else None
        )
    shown.clear()
    _tell(result, args.sort, as_json=args.json)
    if result.is_stopped:
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if result.made < len(result.clips) else 0


def measure_by_judge(clips: "list[tuple[Path, Record]]") -> "Iterator[Figures]":
    """Yield what `judge` measures of clips, without what a manifest has anyway.

    Raises:
        UserProblem: If a clip cannot be read.
    """
    from musicgen_studio.evaluation.fidelity.embedders.choose import open_embedder
    from musicgen_studio.evaluation.fidelity.measures import clip_figures

    sounds, prompts = [sound for sound, _ in clips], [record.prompt for _, record in clips]
    for figures in clip_figures(sounds, prompts, open_embedder()):
        yield {name: value for name, value in figures.items() if name not in ("seconds", "melody")}


def _check_usage(args: argparse.Namespace) -> None:
    from musicgen_studio.core.request import MAX_SEED, MAX_TAKES

    if args.shared and args.ray is None:
        args.parser.error("--shared needs --ray ADDRESS")
    for name, least, most in (
        ("takes", 1, MAX_TAKES),
        ("together", 1, MAX_TAKES),
        ("workers", 1, 1024),
        ("threads", 1, 1024),
        ("seed", 0, MAX_SEED),
    ):
        value = getattr(args, name)
        if value is not None and not least <= value <= most:
            args.parser.error(f"--{name} is {least} to {most}, got {value}")


def _settings(args: argparse.Namespace) -> "BatchSettings":
    from musicgen_studio.batch.plan import BatchSettings
    from musicgen_studio.cli.order import check_rate
    from musicgen_studio.export.finish import FinishSettings
    from musicgen_studio.files.sound import SoundFormat

    check_rate(args.rate, args.format)
    lufs = None if args.loudness == NO_LOUDNESS else args.loudness
    return BatchSettings(
        duration_s=args.seconds,
        takes=args.takes,
        seed=args.seed,
        together=args.together,
        guidance_scale=args.guidance,
        temperature=args.temperature,
        top_k=args.top_k,
        top_p=args.top_p,
        finish=FinishSettings(SoundFormat(args.format), args.rate, lufs, compressor=args.compressor),
        of_mix=args.melody_mix,
    )


def _makers(args: argparse.Namespace, checkpoint: Path) -> "Makers":
    from dataclasses import replace

    from musicgen_studio.batch.local import Crew
    from musicgen_studio.batch.run import Makers
    from musicgen_studio.compute.device import graphics_cards

    device = args.device or "auto"
    crew = Crew.of_this_computer(args.workers, graphics_cards(device))
    if args.threads is not None:
        crew = replace(crew, threads=args.threads)
    return Makers(checkpoint, _load_engine(), crew, device, args.precision or "auto")


def _cluster(args: argparse.Namespace, entry: "CheckpointEntry") -> "Cluster":
    from musicgen_studio.batch.ray_cluster import Cluster
    from musicgen_studio.checkpoints.catalogue import STARTER

    return Cluster(
        args.ray,
        entry.name_elsewhere(args.checkpoint or STARTER),
        _load_engine(),
        args.device or "auto",
        args.precision or "auto",
        args.workers,
        args.threads,
        is_shared=args.shared,
    )


def _load_engine() -> "LoadEngine":
    from musicgen_studio.engine.musicgen import load_engine

    return load_engine


class _Shown:
    """The line on a terminal that says how far it is."""

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._width = 0

    def progress(self, progress: "BatchProgress") -> None:
        """Show how far it is, over what stood there."""
        if self._is_live:
            line = progress_line(progress)[: shutil.get_terminal_size().columns - 1]
            print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)
            self._width = 0


def progress_line(progress: "BatchProgress") -> str:
    """Return such a line: `412 of 2000 clips · 3 failed · 2 at work · 9.1 × real time · 1 h 4 min left`."""
    parts = [f"{progress.clips} of {progress.clips_wanted} clips"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    parts.append(f"{progress.workers} at work")
    if progress.speed:
        parts.append(f"{speed_in_words(progress.speed)} × real time")
    if progress.left_s is not None and progress.workers:
        parts.append(f"{duration_in_words(progress.left_s)} left")
    return " · ".join(parts)


def _best_first(result: "BatchResult", measure: str | None) -> "list[dict[str, Any]]":
    """Return the clips by a measure, best first, what was not made last; without one in the order of the table."""
    if measure is None:
        return list(result.clips)
    from musicgen_studio.evaluation.ranking import in_order

    return [result.clips[number] for number in in_order(result.clips, measure)]


def _tell(result: "BatchResult", measure: str | None, *, as_json: bool) -> None:
    if as_json:
        for clip in _best_first(result, measure):
            print(json.dumps(clip), flush=True)  # ASCII: whoever reads it may have another encoding
        return
    print(f"{result.made} of {len(result.clips)} clips are in {result.manifest.parent}", flush=True)
    if mixes := sum(clip["followed"] is not None for clip in result.clips):
        print(
            f"in {mixes} of them the melody is a mix: its lead and chords are followed, not its drums and bass "
            "(--no-melody-mix)",
            file=sys.stderr,
        )
    if measure is not None:
        from musicgen_studio.evaluation.fidelity.figure import number

        for clip in _best_first(result, measure):
            print(f"{number(clip.get(measure)):>8}  {clip['file'] or clip['prompt']}")
    for clip in result.failures[:_TOLD_FAILURES]:
        print(f"row {clip['row']}, take {clip['take']}: {clip['why']} {clip['what_to_do'] or ''}", file=sys.stderr)
    if len(result.failures) > _TOLD_FAILURES:
        print(f"and {len(result.failures) - _TOLD_FAILURES} more in {result.manifest}", file=sys.stderr)
