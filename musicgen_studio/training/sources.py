"""Which checkpoints a training began with, and under which licence: what it learns further, that licence holds for.

Noted beside what is trained, so that a checkpoint published weeks later still says so. Not for where the music is from
(`music.corpus`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.training.workspace import read_figures, write_json

_FILE = "began-with.json"
_FREE = ("cc0-1.0", "free to use for anything", "mit")


@dataclass(frozen=True, slots=True)
class BaseCheckpoint:
    """A checkpoint that a training began with.

    Args:
        id: Its name.
        licence: Of its weights, as the Hub writes licences, or in words.
    """

    id: str
    licence: str

    @property
    def is_free(self) -> bool:
        """Whether its licence asks nothing of what is made of it."""
        return self.licence.lower() in _FREE


def base_checkpoint(checkpoint: Path) -> BaseCheckpoint:
    """Return what is known of a checkpoint, or of a codec alone, by its folder."""
    entry = find(str(checkpoint))
    return BaseCheckpoint(entry.id, entry.licence)


def note_source(folder: Path, checkpoint: Path | None) -> None:
    """Note that what is trained in a folder began with a checkpoint; None began from nothing, and notes nothing."""
    if checkpoint is not None:
        noted = dict.fromkeys((*noted_sources(folder), base_checkpoint(checkpoint)))
        write_json(folder / _FILE, {"began_with": [asdict(source) for source in noted]})


def noted_sources(folder: Path) -> tuple[BaseCheckpoint, ...]:
    """Return the checkpoints that what is trained in a folder began with."""
    return tuple(BaseCheckpoint(**source) for source in read_figures(folder / _FILE).get("began_with", ()))


def licence_for(sources: Iterable[BaseCheckpoint]) -> str | None:
    """Return the licence that holds for what began with checkpoints, None if they ask nothing; “other” if it is none.

    The Hub's names are short; anything else, or several that differ, has to be read.
    """
    asked = {source.licence for source in sources if not source.is_free}
    if not asked:
        return None
    licence = asked.pop()
    return "other" if asked or " " in licence else licence
