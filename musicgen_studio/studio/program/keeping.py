"""Looking after checkpoints that are on this computer: checking, moving, deleting them, as errands of the background.

Not for downloading (`downloads`) or for which there are (`checkpoints.offers`).
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import Destination
from musicgen_studio.checkpoints.hub.files import Listing
from musicgen_studio.checkpoints.hub.progress import DownloadProgress
from musicgen_studio.checkpoints.hub.published import (
    PublishedPlace,
    listing_of_published,
    published,
    remove_published,
)
from musicgen_studio.checkpoints.int8_copies import Int8Copy, note_hashes
from musicgen_studio.checkpoints.offers import Offer
from musicgen_studio.checkpoints.places import remember_folder
from musicgen_studio.studio.program.background import Errand

WriteInt8 = Callable[[Path, Path, Callable[[], bool], Callable[[float], object]], object]
"""Writes the first folder's checkpoint into the second as int8; is told when to stop, and tells the share done."""


def verify(offer: Offer, errand: Errand) -> list[str]:
    """Read all of it and compare it with what its files have to be. The Hub is asked only where the disk does not say.

    Returns:
        The names of files that are missing or different.

    Raises:
        UserProblem: If the Hub has to be asked and cannot be.
        StoppedError: If it is stopped.
    """
    from musicgen_studio.checkpoints.hub.download import verify as verify_files

    listing, place = _downloaded(offer, errand)
    return [file.path for file in verify_files(listing, place, errand.stop, lambda told: _tell(errand, told))]


def drop_wrong(offer: Offer, errand: Errand) -> int:
    """Delete the files that are not what they have to be, so that a download brings them anew. Returns how many."""
    from musicgen_studio.checkpoints.hub.download import verify as verify_files

    listing, place = _downloaded(offer, errand)
    wrong = verify_files(listing, place, errand.stop, lambda told: _tell(errand, told))
    for file in wrong:
        place.blob(file).unlink(missing_ok=True)
    return len(wrong)


def move(offer: Offer, errand: Errand, to: Path) -> Path:
    """Move one to another folder, where it is found from then on. Returns the folder.

    Raises:
        UserProblem: If it does not fit or cannot be written; then it is where it was.
        StoppedError: If it is stopped, likewise.
    """
    from musicgen_studio.checkpoints.hub.moving import move as move_folder

    assert offer.kept is not None
    if offer.kept.cache != to:
        remember_folder(to)  # before: what has been moved must be found, whatever happens next
        move_folder(offer.kept, to, errand.stop, lambda told: _tell(errand, told))
    return to


def let_originals_go(offer: Offer, errand: Errand, write_int8: WriteInt8) -> int:
    """Keep one as int8 only, and delete what was downloaded. Returns how many bytes that freed.

    Args:
        offer: In transformers' layout.
        errand: Told how far it is.
        write_int8: `engine.checkpoint.int8.write_int8`, or another one.

    Raises:
        UserProblem: If it cannot be read or written; then it is as it was.
        StoppedError: If it is stopped, likewise.
    """
    assert offer.kept is not None
    assert offer.folder is not None
    copy = Int8Copy(offer.kept.cache, offer.id)
    part = copy.folder.with_name(f".{copy.folder.name}.int8")
    shutil.rmtree(part, ignore_errors=True)  # of one that was killed
    try:
        write_int8(offer.folder, part, errand.stop.is_set, errand.tell)
        note_hashes(part)
        part.rename(copy.folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return offer.kept.remove() - copy.bytes_on_disk()


def remove(offer: Offer, errand: Errand) -> int:  # noqa: ARG001 - as the others
    """Delete one. Returns how many bytes that freed.

    Raises:
        UserProblem: If it cannot be deleted.
    """
    if offer.kept is not None:
        return offer.kept.remove()
    model = published(offer.id)
    assert model is not None
    assert offer.folder is not None
    return remove_published(model, offer.folder / model.file)


def _downloaded(offer: Offer, errand: Errand) -> tuple[Listing, Destination]:
    from musicgen_studio.checkpoints.hub.download import listing_of

    model = published(offer.id)
    if model is not None:
        assert offer.folder is not None
        path = offer.folder / model.file
        return listing_of_published(model, path, errand.stop), PublishedPlace(path.parent, model.id)
    assert offer.kept is not None
    return listing_of(offer.kept, errand.stop), offer.kept


def _tell(errand: Errand, told: DownloadProgress) -> None:
    errand.tell(told.done_bytes / told.wanted_bytes if told.wanted_bytes else None)
