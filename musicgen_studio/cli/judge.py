"""`musicgen-studio judge`: how near clips are to other music and to their words, by `evaluation.fidelity`."""

import argparse
import json
import sys
from contextlib import ExitStack, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.cli import generate
from musicgen_studio.cli.options import SORT_HELP, SORT_MEASURES, Commands, path, seconds, whole_from
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from musicgen_studio.evaluation.fidelity.judging import Judgement
    from musicgen_studio.evaluation.fidelity.measures import JudgedClip

_PLAYERS = 40


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "judge",
        help="judge clips: Fréchet distance, tags, agreement with the prompt, what is broken",
        description="Measure clips, and compare them with others: a table, judgement.json, and judgement.html with "
        "plots and players. What is judged is a folder, clips of the library, or clips made for the purpose.",
    )
    parser.add_argument(
        "folder", type=path, nargs="?", metavar="FOLDER", help="the clips; prompts are in their records"
    )
    parser.add_argument("--library", metavar="WORDS", help="judge the library's clips that these words find")
    parser.add_argument("--against", type=path, metavar="FOLDER", help="compare with the sound files of this folder")
    parser.add_argument("--against-library", metavar="WORDS", help="compare with these clips of the library")
    parser.add_argument(
        "--embedding",
        choices=("musicnn", "vggish", "panns", "passt", "clap"),
        default="musicnn",
        help="the network that listens: musicnn, the default, comes with the program; `checkpoints download` brings "
        "vggish, panns, passt and laion/larger_clap_music",
    )
    parser.add_argument(
        "--sort",
        choices=SORT_MEASURES,
        help=f"also list the clips by this measure, best first: {SORT_HELP}",
    )
    parser.add_argument("--weights", type=path, metavar="FILE|DIR", help="its weights, if they lie elsewhere")
    _add_making(parser)
    _add_listening(parser)
    parser.add_argument("--out", type=path, default=Path("judgement"), metavar="DIR", help="default: judgement")
    parser.add_argument(
        "--players",
        type=whole_from(0),
        default=_PLAYERS,
        metavar="N",
        help=f"sounds on the page, of each set (default: {_PLAYERS})",
    )
    parser.add_argument("--json", action="store_true", help="the JSON object on stdout as well, no table")
    parser.set_defaults(run=run, parser=parser)


def _add_making(parser: argparse.ArgumentParser) -> None:
    made = parser.add_argument_group("clips made for the purpose")
    made.add_argument("--prompts", type=path, metavar="FILE", help="one prompt a line")
    made.add_argument("--checkpoint", metavar="NAME|DIR", help="what makes them (default: starter)")
    made.add_argument("--seconds", type=seconds, default=10.0, metavar="S", help="length of a clip (default: 10)")
    made.add_argument(
        "--seed", type=whole_from(0), default=0, metavar="N", help="of the music, and of a listening test's order (0)"
    )


def _add_listening(parser: argparse.ArgumentParser) -> None:
    ears = parser.add_argument_group("a listening test with people, blind and equally loud")
    ears.add_argument(
        "--listening",
        choices=("ab", "rating"),
        help="make listening.html of FOLDER and --against, which belong together by name or in order: which of two is "
        "better, or points for each",
    )
    ears.add_argument("--title", default="Listening test", metavar="TEXT", help="what people read above it")
    ears.add_argument("--trials", type=int, default=20, metavar="N", help="how many, 1 to 200 (default: 20)")
    ears.add_argument("--anchor", action="store_true", help="of a rating: with a low-passed clip in each trial")
    ears.add_argument(
        "--answers",
        type=path,
        nargs="+",
        metavar="CSV",
        help="say what the files say that people saved, with intervals",
    )


def run(args: argparse.Namespace) -> int:
    """Judge, write both files and print the table or the JSON object."""
    if args.answers is not None:
        return _answers(args)
    given = [args.folder is not None, args.library is not None, args.prompts is not None]
    if sum(given) != 1:
        args.parser.error("give one of FOLDER, --library WORDS and --prompts FILE")
    if args.against is not None and args.against_library is not None:
        args.parser.error("give one of --against FOLDER and --against-library WORDS")
    if args.listening is not None:
        return _listening(args)

    from musicgen_studio.evaluation.fidelity.embedders.choose import open_embedder
    from musicgen_studio.evaluation.fidelity.judging import judge
    from musicgen_studio.files.whole import ensure_folder

    ensure_folder(args.out)
    embedder = open_embedder(args.embedding, args.weights)
    with ExitStack() as stack:
        made, against = _sets(args, stack)
        judgement = judge(made, against, embedder, _print_line)
        _write(judgement, args)
    if args.json:  # in ASCII: whoever reads it may have another encoding than the file beside it
        print(json.dumps(judgement.to_dict(), indent=1))
    else:
        print(judgement.table())
    if args.sort is not None and not args.json:
        print("\n" + "\n".join(_sorted_lines(judgement, args.sort)))
    return 0


def _sorted_lines(judgement: "Judgement", measure: str) -> list[str]:
    """Return a line for each judged clip, best first by a measure."""
    from musicgen_studio.evaluation.fidelity.figure import number
    from musicgen_studio.evaluation.ranking import in_order

    figures = [each.figures for each in judgement.made]
    order = in_order(figures, measure)
    return [f"{number(figures[index].get(measure)):>8}  {judgement.made[index].clip.name}" for index in order]


def _listening(args: argparse.Namespace) -> int:
    """Make the page of a listening test."""
    from musicgen_studio.evaluation.fidelity.listening import ANCHOR, ListeningTest, TestKind, listening_page
    from musicgen_studio.files.whole import ensure_folder, write_text

    if args.folder is None or args.against is None:
        args.parser.error("--listening needs FOLDER and --against FOLDER")
    names = (args.folder.resolve().name, args.against.resolve().name)
    if names[0] == names[1] or ANCHOR in names:
        args.parser.error(
            f"--listening needs two folders with different names, not {ANCHOR}: the answers are named by them"
        )
    try:
        test = ListeningTest(args.title, TestKind(args.listening), args.trials, args.seed, args.anchor)
    except ValueError as error:
        args.parser.error(str(error))
    ensure_folder(args.out)
    with ExitStack() as stack:
        one, other = (list(clips) for clips in _sets(args, stack))
        write_text(args.out / "listening.html", listening_page(test, one, other, names))
    told = str(args.out / "listening.html")
    print(json.dumps({"listening": told}) if args.json else told)
    return 0


def _answers(args: argparse.Namespace) -> int:
    """Say what the answers to a listening test say."""
    from musicgen_studio.evaluation.fidelity.listening import analysed, answers_table
    from musicgen_studio.files.text import read_lines

    found = analysed(["\n".join(read_lines(file)) for file in args.answers])
    print(json.dumps({"answers": [asdict(each) for each in found]}) if args.json else answers_table(found))
    return 0


def _sets(args: argparse.Namespace, stack: ExitStack) -> "tuple[Iterable[JudgedClip], Iterable[JudgedClip]]":
    from musicgen_studio.library.library import Library
    from musicgen_studio.paths import settings_file
    from musicgen_studio.studio.making.judged import clips_in, clips_of
    from musicgen_studio.studio.program import settings

    searched = [words for words in (args.library, args.against_library) if words is not None]
    library = None
    if searched:
        library = stack.enter_context(Library(Path(settings.load(settings_file()).library_folder)))

    def chosen(folder: Path | None, words: str | None) -> "Iterable[JudgedClip]":
        if words is not None and library is not None:
            return clips_of(library, words)
        return [] if folder is None else clips_in(folder)

    others = chosen(args.against, args.against_library)
    return chosen(_made(args) if args.prompts is not None else args.folder, args.library), others


def _made(args: argparse.Namespace) -> Path:
    """Make a clip for each prompt, as `generate --jobs` does, and return the folder."""
    folder: Path = args.out / "clips"
    if folder.is_dir() and any(folder.iterdir()):
        raise UserProblem(
            "The clips were not made.",
            f"{folder} holds some already, and a set is not mixed with what was made before.",
            f"Judge them as they are (`judge {folder}`), or name another folder with --out.",
        )
    words = ["generate", "--jobs", str(args.prompts), "--seconds", str(args.seconds), "--seed", str(args.seed)]
    words += ["--out", str(folder), "--format", "flac", "--no-play", "--loudness", "none"]
    parser = argparse.ArgumentParser()
    generate.add_parser(parser.add_subparsers())
    made = parser.parse_args([*words, *(["--checkpoint", args.checkpoint] if args.checkpoint else [])])
    with redirect_stdout(sys.stderr):  # what is asked for is the judgement; each clip is a word on the way to it
        code = made.run(made)
    if code != 0:
        raise KeyboardInterrupt  # what else ends it is raised; half a set is not judged
    return folder


def _write(judgement: "Judgement", args: argparse.Namespace) -> None:
    from musicgen_studio.files.whole import write_text

    write_text(args.out / "judgement.json", judgement.to_json())
    title = _named(args.folder or args.prompts, args.library)
    if args.against is not None or args.against_library is not None:
        against = _named(args.against, args.against_library)
        names = (title, against) if title != against else (str(args.folder), str(args.against))
        title = " against ".join(names)
    write_text(args.out / "judgement.html", judgement.to_html(title, args.players, _print_line))
    _print_line(f"{args.out / 'judgement.html'}\n{args.out / 'judgement.json'}")


def _named(place: Path | None, words: str | None) -> str:
    """Return what a set is called: its folder or file, without where that lies, or what it was found by."""
    if place is not None:
        return place.resolve().name
    return f"library: {words}" if words else "library"


def _print_line(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
