"""Text files that people wrote with any program: prompts, descriptions. One reader for all of them.

UTF-8, with or without its mark; UTF-16 as Windows' editors save it; else Latin-1 as Windows means it, which older files
are in. Not for the program's own files, which are UTF-8.
"""

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from musicgen_studio.errors import UserProblem

MAX_BYTES = 10_000_000
_CONTROL = {chr(code) for code in range(32)} - set("\t\n\r\f\v\x1a\x1b")
_LINE_END = re.compile(r"\r\n|[\n\r\v\f]")
"""What editors count as one. Python's `splitlines` also parts at signs that stand in the middle of a JSON text."""


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, without what ends them.

    Raises:
        UserProblem: If it cannot be read, is too large or holds no text; it names the line.
    """
    try:
        with path.open("rb") as file:
            return lines_of(file, str(path))
    except OSError as error:
        why = f"{path}: {error.strerror}."
        raise UserProblem("The text file cannot be read.", why, "Check the name and where the file is.") from error


def lines_of(file: BinaryIO, name: str) -> list[str]:
    """Return the lines of a text that comes from anywhere, such as from another program; as `read_lines`.

    Args:
        file: Read from where it stands.
        name: What it is called, for a person.

    Raises:
        OSError: If it cannot be read.
        UserProblem: If it is too large or holds no text; it names the line.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _no_text(name, f"it has more than {MAX_BYTES / 1e6:.0f} MB")
    lines = _LINE_END.split(_decoded(name, content))
    if not lines[-1]:  # behind the last end of a line
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if not _CONTROL.isdisjoint(line):
            raise _no_text(name, f"line {number} holds what is no text")
    return lines


def _decoded(name: str, content: bytes) -> str:
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif _is_half_zero(content[1::2]):
        encoding = "utf-16-le"
    elif _is_half_zero(content[::2]):
        encoding = "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            line = content[: error.start].decode(encoding, "replace").count("\n") + 1
            raise _no_text(name, f"line {line} is damaged") from error
    return content.decode("cp1252", "replace")


def _is_half_zero(every_second: bytes) -> bool:
    """Tell whether most of every second byte is 0, as in UTF-16 of western languages."""
    return len(every_second) > 1 and every_second.count(0) > len(every_second) * 0.7


def _no_text(name: str, why: str) -> UserProblem:
    return UserProblem("The text file cannot be read.", f"{name}: {why}.", "Save it as a text file in UTF-8.")
