"""What several commands' options have in common: choices and the reading of numbers. Standard library only."""

import argparse
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name
"""What `ArgumentParser.add_subparsers` returns."""

SOUND_FORMATS = ("wav16", "wav24", "wav32f", "flac", "ogg", "opus", "mp3")
"""Those of `audiofile.SoundFormat`, which is slow to import."""
NO_LOUDNESS = "none"
SORT_MEASURES = ("faults", "silence", "noise")
"""Those of `evaluation.ranking.SORTED_BY`, which is slow to import."""
SORT_HELP = (
    "these find planted bad clips in 95 of 100 and more. Another style than was asked for and a cut into other music "
    "are found more seldom (82 to 94), so agreement with the prompt is measured and is nothing to sort by"
)

MELODY_MIX = "follow a mix's lead and chords without drums and bass, or all that sounds (default: the first of mixes)"
"""Of the option `--melody-mix`."""


class WordsAnywhere(argparse.ArgumentParser):
    """Takes a command's words also between and behind its options: `replace CLIP --from 4 --to 8 "calm piano"`.

    Python's own parser takes all words where it meets the first, and an optional one that comes later it does not know.
    """

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Return what is said, and what nobody knows. It is called again by the way it takes, word by word."""
        has_commands = any(action.nargs == argparse.PARSER for action in self._actions)
        if has_commands or self._is_within:
            return super().parse_known_args(args, namespace)
        self._is_within = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_within = False

    _is_within = False


def path(text: str) -> Path:
    """Read a path; `~` is the home folder, also where no shell has seen to it."""
    return Path(text).expanduser()


def words(text: str) -> str:
    """Read a prompt; what a terminal passes on undecoded no network can read, and no file could hold."""
    return text.encode("utf-8", "replace").decode()


def seconds(text: str) -> float:
    """Read a duration in seconds, above 0 and at most an hour.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    value = _number(text)
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"must be above 0, at most 3600 seconds, got {text}")
    return value


def point_s(text: str) -> float:
    """Read a moment of a clip in seconds: `4`, `4.0` or `1:02.5`.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    minutes, _, rest = text.rpartition(":")
    value = 60 * _number(minutes or "0") + _number(rest)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or more, got {text}")
    return value


def loudness(text: str) -> float | str:
    """Read a loudness in LUFS, -70 to 0, or `none`, which stays a word: None is an option that was not given.

    Raises:
        argparse.ArgumentTypeError: If it is neither.
    """
    if text.lower() == NO_LOUDNESS:
        return NO_LOUDNESS
    value = _number(text)
    if not -70 <= value <= 0:
        raise argparse.ArgumentTypeError(f"must be -70 to 0 LUFS or none, got {text}")
    return value


def positive(text: str) -> float:
    """Read a number above 0.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"must be above 0, got {text}")
    return value


def whole_from(least: int) -> Callable[[str], int]:
    """Return what reads a whole number.

    Args:
        least: The smallest that is allowed.
    """

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, got {text}")
        return value

    return read


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a number, got {text}")
    return value
