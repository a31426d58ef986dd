"""Which networks there are, by name, and opening one."""

from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.api import Embedder
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder

OFFLINE = "musicnn"
EMBEDDERS = (OFFLINE,)
"""By name; the first comes with the program."""


def open_embedder(name: str = OFFLINE) -> Embedder:
    """Return a network that listens.

    Args:
        name: In `EMBEDDERS`.

    Raises:
        UserProblem: If there is none of this name, or its weights are not on this computer.
    """
    if name == OFFLINE:
        return MusicnnEmbedder()
    raise UserProblem(
        f"There is no embedding called “{name}”.", f"Known are {', '.join(EMBEDDERS)}.", "Choose one of them."
    )
