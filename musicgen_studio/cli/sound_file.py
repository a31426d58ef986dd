"""Reading the sound file that a command was given, and saying what is missing of it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicgen_studio.core.audio import Audio


def read_sound(path: Path) -> "Audio":
    """Read a sound file of any kind.

    Raises:
        UserProblem: If it cannot be read.
    """
    from musicgen_studio.files.untrusted import decode

    decoded = decode(path)
    tell(decoded.remark)
    return decoded.audio


def tell(remark: str) -> None:
    """Print what is to be known about a file, if anything."""
    if remark:
        print(remark, file=sys.stderr)
