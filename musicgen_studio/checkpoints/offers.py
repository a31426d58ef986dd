"""All that can be chosen or had, with what is to be said of each before: for the catalogue and the command line.

The starter, Meta's checkpoints, what is found in caches, folders that were chosen before, and Demucs' weights for the
separator. Reads small files and sizes on the disk, never the network: not for the window's thread. Not for loading or
downloading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from musicgen_studio.checkpoints.catalogue import STARTER, CheckpointEntry, find
from musicgen_studio.checkpoints.facts import KNOWN, CheckpointFacts, KnownCheckpoint, facts_of
from musicgen_studio.checkpoints.found import FoundCheckpoint, found_checkpoints, found_folders
from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.published import PUBLISHED, PublishedModel, find_published
from musicgen_studio.checkpoints.int8_copies import Int8Copy
from musicgen_studio.checkpoints.places import known_folders
from musicgen_studio.checkpoints.terms import accepted
from musicgen_studio.errors import UserProblem


class OfferKind(StrEnum):
    """Where something comes from."""

    STARTER = "starter"  # comes with the program
    META = "meta"  # one of Meta's, on the Hub
    FOUND = "found"  # in a cache: downloaded by name, by this program or another one
    FOLDER = "folder"  # chosen by hand
    SEPARATOR = "separator"  # takes clips apart, makes no music


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be chosen, or could be had.

    Args:
        id: What it is called; a download goes by it.
        kind: Where it comes from.
        purpose: What it is good for, in a musician's words, or what it is.
        licence: Under which its weights stand.
        facts: What is known of it.
        name: As the settings name it; empty if it cannot be chosen.
        folder: Where it lies; None if it is not on this computer.
        kept: Its part of a cache, if it lies in one.
        freed_bytes: What removing it would free.
        is_supported: Whether this program can use it.
        is_begun: Whether a part of it has been downloaded.
        agreed: When its licence was agreed to (ISO date), or None.
        problem: What is wrong with a folder that was chosen before; empty if nothing is.
    """

    id: str
    kind: OfferKind
    purpose: str
    licence: str
    facts: CheckpointFacts
    name: str = ""
    folder: Path | None = None
    kept: CachedRepository | None = None
    freed_bytes: int | None = None
    is_supported: bool = True
    is_begun: bool = False
    agreed: str | None = None
    problem: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is on this computer."""
        return self.folder is not None

    @property
    def is_int8_only(self) -> bool:
        """Whether its float32 originals were let go."""
        return isinstance(self.kept, Int8Copy)

    @property
    def can_be_downloaded(self) -> bool:
        """Whether it is somewhere to be had, and of use here."""
        return self.kind in (OfferKind.META, OfferKind.SEPARATOR) and self.is_supported


def offers(folders: Sequence[str] = ()) -> tuple[Offer, ...]:
    """Return what there is and what could be had: the starter, what is here, the rest of Meta's, the separator's.

    Args:
        folders: Names and folders that were chosen before.
    """
    found = {each.id: each for each in found_checkpoints()}
    known = [_known(each, found.pop(each.id, None)) for each in KNOWN]
    others = [_found(each) for each in found.values()]
    ids = {each.id for each in (*known, *others) if each.is_here}
    named = dict.fromkeys([*folders, *map(str, found_folders())])
    chosen = [_folder(name) for name in named if name != STARTER and name not in ids]
    here = [*(each for each in known if each.is_here), *others, *chosen]
    absent = [each for each in known if not each.is_here]
    return (_starter(), *here, *absent, *map(_separator, PUBLISHED))


def _starter() -> Offer:
    entry = find(STARTER)
    purpose = "Comes with the program and plays at once; follows a melody you hum or play."
    return Offer(
        STARTER, OfferKind.STARTER, purpose, entry.licence, facts_of(entry.folder), STARTER, entry.folder, agreed=None
    )


def _known(meta: KnownCheckpoint, found: FoundCheckpoint | None) -> Offer:
    return Offer(
        id=meta.id,
        kind=OfferKind.META,
        purpose=meta.purpose,
        licence=meta.licence,
        facts=meta.facts,
        name=meta.id if found is not None and meta.is_supported else "",
        folder=None if found is None else found.folder,
        kept=None if found is None else found.kept,
        freed_bytes=None if found is None else found.kept.bytes_on_disk(),
        is_supported=meta.is_supported,
        is_begun=found is None and any(CachedRepository(cache, meta.id).began() for cache in known_folders()),
        agreed=accepted(meta.id, meta.licence),
    )


def _found(found: FoundCheckpoint) -> Offer:
    entry = find(found.id)
    return Offer(
        found.id,
        OfferKind.FOUND,
        entry.description,
        entry.licence,
        facts_of(found.folder, found.id),
        found.id,
        found.folder,
        found.kept,
        found.kept.bytes_on_disk(),
    )


def _folder(name: str) -> Offer:
    try:
        entry: CheckpointEntry = find(name)
    except UserProblem as problem:
        said = f"{name}: {problem.why}"
        return Offer(Path(name).name or name, OfferKind.FOLDER, said, "", CheckpointFacts(), problem=said)
    facts = facts_of(entry.folder, entry.id)
    return Offer(entry.id, OfferKind.FOLDER, entry.description, entry.licence, facts, name, entry.folder)


def _separator(model: PublishedModel) -> Offer:
    path = find_published(model)
    size = model.disk_bytes if path is None else path.stat().st_size
    return Offer(
        id=model.id,
        kind=OfferKind.SEPARATOR,
        purpose=model.purpose,
        licence=model.licence,
        facts=CheckpointFacts(disk_bytes=size),
        folder=None if path is None else path.parent,
        freed_bytes=None if path is None else size,
    )
