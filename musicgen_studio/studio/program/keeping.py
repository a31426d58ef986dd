"""Looking after checkpoints that are on this computer: checking, moving, deleting them, as errands of the background.

Not for downloading (`downloads`) or for which there are (`checkpoints.offers`).
"""

from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import Place
from musicgen_studio.checkpoints.hub.download import DownloadProgress
from musicgen_studio.checkpoints.hub.download import verify as verify_files
from musicgen_studio.checkpoints.hub.files import Listing, connection, list_files
from musicgen_studio.checkpoints.hub.moving import move as move_folder
from musicgen_studio.checkpoints.hub.published import PublishedPlace, listing_on_disk, published
from musicgen_studio.checkpoints.offers import Offer
from musicgen_studio.checkpoints.places import remember_folder
from musicgen_studio.studio.program.background import Errand


def verify(offer: Offer, errand: Errand) -> list[str]:
    """Read all of it and compare it with what its files have to be. The Hub is asked only where the disk does not say.

    Returns:
        The names of files that are missing or different.

    Raises:
        UserProblem: If the Hub has to be asked and cannot be.
        StoppedError: If it is stopped.
    """
    listing, place = _downloaded(offer)
    return [file.path for file in verify_files(listing, place, errand.stop, lambda told: _tell(errand, told))]


def drop_wrong(offer: Offer, errand: Errand) -> int:
    """Delete the files that are not what they have to be, so that a download brings them anew. Returns how many."""
    listing, place = _downloaded(offer)
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
    assert offer.kept is not None
    if offer.kept.cache != to:
        remember_folder(to)  # before: what has been moved must be found, whatever happens next
        move_folder(offer.kept, to, errand.stop, lambda told: _tell(errand, told))
    return to


def remove(offer: Offer, errand: Errand) -> int:  # noqa: ARG001 - as the others
    """Delete one. Returns how many bytes that freed."""
    if offer.kept is not None:
        return offer.kept.remove()
    model = published(offer.id)
    assert model is not None
    assert offer.folder is not None
    path = offer.folder / model.file
    size = path.stat().st_size
    path.unlink()
    return size


def _downloaded(offer: Offer) -> tuple[Listing, Place]:
    model = published(offer.id)
    if model is not None:
        assert offer.folder is not None
        path = offer.folder / model.file
        return listing_on_disk(model, path), PublishedPlace(path.parent, model.id)
    assert offer.kept is not None
    listing = offer.kept.listing()
    if listing is None:
        current = offer.kept.current()
        with connection() as client:
            listing = list_files(client, offer.id, "main" if current is None else current.name)
    return listing, offer.kept


def _tell(errand: Errand, told: DownloadProgress) -> None:
    errand.tell(told.done_bytes / told.wanted_bytes if told.wanted_bytes else None)
