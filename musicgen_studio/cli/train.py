"""`musicgen-studio train`: corpus, codec, language model, checkpoint. The work is `training`'s; see its docstring."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED, stop_on_interrupt
from musicgen_studio.cli.options import Commands, path, positive, whole_from
from musicgen_studio.compute.device import DEVICES
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from musicgen_studio.training.settings import TrainingSettings
    from musicgen_studio.training.workspace import Workspace

PRESETS = ("starter", "tiny")

_GOES_ON = "A run that is stopped or killed goes on where it was when the same command is given again."


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "train",
        help="train a checkpoint, or train one further on music of your own",
        description="Make music to learn from, train codec and language model, and write a checkpoint.",
    )
    parts = parser.add_subparsers(title="parts", dest="part", required=True, metavar="PART")
    _add_part(parts, "corpus", _corpus, "compose and play the music to learn from (needs fluidsynth and a soundfont)")
    _add_part(parts, "codec", _codec, "train the codec on the corpus")
    _add_part(parts, "lm", _lm, "train the language model on the corpus, or on music of your own")
    _add_part(parts, "separator", _separator, "train what takes clips apart (needs fluidsynth and a soundfont)")
    _add_part(parts, "beats", _beats, "train the net that hears beats (needs fluidsynth and a soundfont)")
    _add_part(parts, "publish", _publish, "write what was trained as a checkpoint")


def _folder(checkpoint: Path | None) -> Path | None:
    """Return the folder of a checkpoint that is named as everywhere: a folder, a name on the Hub, `starter`."""
    from musicgen_studio.checkpoints.catalogue import find

    # As it was written: on Windows a path shows the name `facebook/musicgen-small` with a backslash.
    return None if checkpoint is None else find(checkpoint.as_posix()).folder


def _codec_folder(given: Path | None) -> Path | None:
    """Return the folder of a codec: of one alone, as `train codec` writes it, or of the checkpoint that has it."""
    from musicgen_studio.training.codec.begin import is_codec_folder

    return given if given is not None and is_codec_folder(given) else _folder(given)


def _add_part(parts: Commands, name: str, run: Callable[[argparse.Namespace], int], what: str) -> None:
    parser = parts.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}. {_GOES_ON}")
    parser.add_argument("--work", type=path, required=True, metavar="DIR", help="the folder that holds the training")
    begun = parser.add_mutually_exclusive_group()
    begun.add_argument("--preset", choices=PRESETS, help="settings to begin with (default: those in DIR)")
    begun.add_argument("--settings", type=path, metavar="FILE", help="a settings file to begin with")
    if name == "separator":
        parser.add_argument("--from", dest="begin_with", type=path, metavar="FILE", help="the separator to go on from")
    if name in ("separator", "beats"):
        parser.add_argument(
            "--jobs", type=whole_from(0), default=0, metavar="N", help="pieces played at a time (default: cores)"
        )
    if name == "corpus":
        parser.add_argument("--hours", type=positive, metavar="H", help="how much music (default: the settings')")
        parser.add_argument(
            "--jobs", type=whole_from(0), default=0, metavar="N", help="shards made at a time (default: cores)"
        )
    if name in ("codec", "lm"):
        parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    if name in ("codec", "lm", "separator", "beats"):
        parser.add_argument("--threads", type=whole_from(1), metavar="N", help="processor threads (default: torch's)")
        parser.add_argument(
            "--minutes", type=positive, metavar="M", help="plan each stage for M minutes in all, instead of its steps"
        )
        parser.add_argument("--stop-after", type=positive, metavar="M", help="save and end this run after M minutes")
    if name == "codec":
        parser.add_argument(
            "--from", dest="begin_with", type=path, metavar="CHECKPOINT",
            help="the checkpoint whose codec to make better, its sizes kept: a folder, also of a codec alone, a name "
            "of the list, or “starter”; a language model then learns its tokens anew",
        )  # fmt: skip
    if name in ("lm", "publish"):
        parser.add_argument(
            "--from",
            dest="begin_with",
            type=path,
            metavar="CHECKPOINT",
            help="the checkpoint to train further: a folder, a name of the list, or “starter”",
        )
        parser.add_argument(
            "--text-from", type=path, metavar="CHECKPOINT", help="whose text encoder to use (default: the starter's)"
        )
    if name == "lm":
        parser.add_argument(
            "--carry-over", type=path, metavar="CHECKPOINT",
            help="begin with what this checkpoint's language model knows of another codec's music",
        )  # fmt: skip
        parser.add_argument(
            "--music", type=path, metavar="DIR", help="learn from your own sound files, each with a .txt beside it"
        )
    if name == "publish":
        parser.add_argument("--to", type=path, required=True, metavar="DIR", help="folder of the checkpoint")
    parser.set_defaults(run=run, json=False, parser=parser)


def _corpus(args: argparse.Namespace) -> int:
    from musicgen_studio.training.music.corpus import make_corpus

    workspace, settings = _begun(args)
    with stop_on_interrupt() as stop:
        made = make_corpus(workspace.corpus, settings.corpus, args.jobs, stop, _print_line)
    print(f"corpus: {made} shards in {workspace.corpus}")
    return EXIT_INTERRUPTED if stop.is_set() else 0


def _codec(args: argparse.Namespace) -> int:
    from musicgen_studio.training.run import train_codec
    from musicgen_studio.training.settings import named_in

    workspace, settings = _begun(args)
    named = named_in(args.settings, "codec") if args.settings else frozenset[str]()
    begin_with = _codec_folder(args.begin_with)
    return _trained(
        args,
        lambda device, limits: train_codec(
            workspace, settings, device, limits, _print_line, begin_with=begin_with, named=named
        ),
    )


def _lm(args: argparse.Namespace) -> int:
    from musicgen_studio.training.run import starter_folder, train_language

    if args.music is not None and args.begin_with is None:
        raise UserProblem(
            "The language model cannot learn from this music alone.",
            "Its codec and its words come from a checkpoint, and none is named.",
            "Add --from with a melody checkpoint, such as the starter's folder.",
        )
    if args.carry_over is not None and args.begin_with is not None:
        raise UserProblem(
            "--from and --carry-over cannot be given together.",
            "The one goes on with a checkpoint's codec, the other begins on another.",
            "Leave one of them out.",
        )
    workspace, settings = _begun(args)
    return _trained(
        args,
        lambda device, limits: train_language(
            workspace,
            settings,
            device,
            limits,
            _print_line,
            text_from=_folder(args.text_from) or starter_folder(),
            begin_with=_folder(args.begin_with),
            music=args.music,
            carry_from=_folder(args.carry_over),
        ),
    )


def _separator(args: argparse.Namespace) -> int:
    from musicgen_studio.training.run import train_separator

    args.device = "cpu"
    workspace, settings = _begun(args)
    return _trained(
        args,
        lambda _device, limits: train_separator(
            workspace, settings, limits, args.jobs, _print_line, begin_with=args.begin_with
        ),
    )


def _beats(args: argparse.Namespace) -> int:
    from musicgen_studio.training.run import train_beats

    args.device = "cpu"
    workspace, settings = _begun(args)
    return _trained(args, lambda _device, limits: train_beats(workspace, settings, limits, args.jobs, _print_line))


def _publish(args: argparse.Namespace) -> int:
    from musicgen_studio.training.run import publish_checkpoint, starter_folder

    workspace, settings = _begun(args)
    text_from = _folder(args.text_from) or starter_folder()
    publish_checkpoint(workspace, settings, args.to, text_from=text_from, begin_with=_folder(args.begin_with))
    print(f"checkpoint: {args.to}")
    return 0


def _begun(args: argparse.Namespace) -> "tuple[Workspace, TrainingSettings]":
    """Return the training's folder and settings; what was asked for is written down there."""
    _let_idle_threads_sleep()
    from musicgen_studio.training.settings import PRESETS as SETTINGS
    from musicgen_studio.training.settings import read_settings, with_hours
    from musicgen_studio.training.workspace import Workspace

    workspace = Workspace(args.work)
    wished = SETTINGS[args.preset] if args.preset else read_settings(args.settings) if args.settings else None
    hours = getattr(args, "hours", None)
    if hours is not None:
        wished = with_hours(wished or workspace.settings(None), hours)
    return workspace, workspace.settings(wished)


def _let_idle_threads_sleep() -> None:
    """Let threads that wait for another one's part of a product sleep instead of turning round.

    Beside anything else on the machine they would hold the core that the other one needs. It is asked once, when torch
    is loaded, so this comes before; who has set it otherwise keeps that.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _trained(args: argparse.Namespace, train: "Callable[..., bool]") -> int:
    from musicgen_studio.compute.device import resolve_device
    from musicgen_studio.training.pace import Limits
    from musicgen_studio.training.run import prepare

    device = resolve_device(args.device)
    prepare(device, args.threads)
    with stop_on_interrupt() as stop:
        is_complete = train(device, Limits(stop, args.minutes, args.stop_after))
    print("complete" if is_complete else "not complete; give the same command to go on")
    return EXIT_INTERRUPTED if stop.is_set() else 0


def _print_line(line: str) -> None:
    print(line, flush=True)
