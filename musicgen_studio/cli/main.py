"""The command line's entrance: which command, and what becomes of an error. One file beside this one per command.

Nothing heavy is imported before a command runs, so that `--help` is there at once.

Exit codes: 0 done; 1 a problem the person can clear, told in three lines; 2 wrong usage; 70 a fault in the program,
shown with its traceback (sysexits.h calls it EX_SOFTWARE); 130 stopped by Ctrl-C (128 + SIGINT, as shells do).
"""

import argparse
import errno
import faulthandler
import io
import json
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Never

from musicgen_studio.cli import (
    analyse,
    batch,
    bench,
    checkpoints,
    devices,
    evaluate,
    export,
    generate,
    judge,
    live,
    loop,
    melody,
    mend,
    replace,
    stems,
    train,
)
from musicgen_studio.cli.bench import MeasureWindow
from musicgen_studio.cli.interrupt import EXIT_INTERRUPTED
from musicgen_studio.cli.options import WordsAnywhere
from musicgen_studio.errors import UserProblem

EXIT_PROBLEM = 1
EXIT_BUG = 70

_OF_STDOUT = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT)
"""What is wrong where a text cannot be printed. Files that cannot be written are told of as problems."""

_EXIT_CODES = """\
exit codes:
  0    done
  1    something stands in the way that you can clear; the message says how
  2    wrong usage
  70   a fault in the program
  130  stopped by Ctrl-C; clips made so far are kept
"""


class _Version(argparse.Action):
    """`--version`, looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> Never:
        from musicgen_studio import __version__

        print(f"MusicGen Studio {__version__}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="musicgen-studio",
        description="Make music from words with MusicGen.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND", parser_class=WordsAnywhere
    )
    for command in (
        generate,
        live,
        batch,
        replace,
        mend,
        analyse,
        stems,
        loop,
        export,
        melody,
        bench,
        checkpoints,
        devices,
        train,
        evaluate,
        judge,
    ):
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None, measure_window: MeasureWindow | None = None) -> int:
    """Run one command.

    Args:
        argv: Arguments without the program's name; None takes those of the process.
        measure_window: What `bench --window` calls; the command line itself knows no window.

    Returns:
        The exit code.

    Raises:
        SystemExit: After `--help` and `--version` (0), and on wrong usage (2).
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a prompt in any script must not fail on a console of another
    _tell_of_crashes()
    args = build_parser().parse_args(argv)
    args.measure_window = measure_window
    try:
        code = _run(args)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where it can still be said what became of it
    except BrokenPipeError:
        _forget_stdout()
        return EXIT_PROBLEM
    except OSError as error:
        _forget_stdout()
        print(f"What was printed could not be written: {error.strerror}.", file=sys.stderr)
        return EXIT_PROBLEM
    return code


def _run(args: argparse.Namespace) -> int:
    try:
        code: int = args.run(args)
    except UserProblem as problem:
        _report(problem, as_json=args.json)
        return EXIT_PROBLEM
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # the outermost edge: a bug is shown whole, and told apart by its exit code
        if isinstance(error, OSError) and error.errno in _OF_STDOUT:
            raise
        traceback.print_exc()
        print("This is a fault in MusicGen Studio, not yours. Please report it with the lines above.", file=sys.stderr)
        return EXIT_BUG
    return code


def _tell_of_crashes() -> None:
    """Let native code that crashes say where it did: without this an hour's command ends without a word."""
    if not faulthandler.is_enabled() and sys.stderr is not None:
        with suppress(io.UnsupportedOperation, ValueError):  # what stands in for it may be no file
            faulthandler.enable()


def _report(problem: UserProblem, *, as_json: bool) -> None:
    if as_json:
        said = {"what": problem.what, "why": problem.why, "what_to_do": problem.what_to_do}
        print(json.dumps({"problem": said}), flush=True)
    else:
        print(problem.what, problem.why, problem.what_to_do, sep="\n", file=sys.stderr)


def _forget_stdout() -> None:
    # Whoever read our output is gone; without this Python complains once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
