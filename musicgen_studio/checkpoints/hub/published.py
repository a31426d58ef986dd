"""Weights that were published as a file of their own, not on the Hub: Demucs', and those of networks that judge music.

They go where torch keeps such files (`TORCH_HOME`), so that Demucs itself finds them, and what it has downloaded is
found here. A file's name ends with the beginning of its SHA-256, as in Demucs' own list of files
(https://github.com/facebookresearch/demucs, `demucs/remote/files.txt`, `demucs/repo.py`) and in torch.hub; where its
publisher gives no checksum, its length alone is checked. Not for reading them: `separation.demucs` and
`evaluation.fidelity.embedders` do, without executing anything.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.checkpoints.hub.cache import LOCK, PART, deleting
from musicgen_studio.checkpoints.hub.files import Listing, RemoteFile, connection, require_network
from musicgen_studio.checkpoints.hub.progress import OnProgress, Stop
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    import httpx2

ADDRESS = "https://dl.fbaipublicfiles.com/demucs/hybrid_transformer"
DEMUCS_LICENCE = "MIT"
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """A model of one file.

    Args:
        id: What it is called.
        file: The file's name: signature, `-`, the beginning of its SHA-256, ending.
        disk_bytes: Its size, about.
        purpose: What it is good for, in a musician's words.
        licence: Of the weights.
        address: Where it lies; of Demucs' files the folder is known.
        has_checksum: Whether its name says the beginning of its SHA-256.
    """

    id: str
    file: str
    disk_bytes: int
    purpose: str
    licence: str = DEMUCS_LICENCE
    address: str = ""
    has_checksum: bool = True


PUBLISHED = (
    PublishedModel(
        "htdemucs", "955717e8-8726e21a.th", 84_000_000, "Takes recordings apart into drums, bass, voices and the rest."
    ),
    PublishedModel(
        "htdemucs_6s",
        "5c90dfd2-34c22ccb.th",
        55_000_000,
        "Takes recordings apart into drums, bass, voices, guitar, piano and the rest.",
    ),
)

"""What takes sounds apart."""

LISTENERS = (
    PublishedModel(
        "vggish",
        "vggish-10086976.pth",
        288_000_000,
        "Judges music by the Fréchet audio distance of papers.",
        "Apache-2.0",
        "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
    ),
    PublishedModel(
        "panns",
        "Cnn14_mAP=0.431.pth",
        327_000_000,
        "Judges music by the sounds of AudioSet.",
        "CC-BY 4.0",
        "https://zenodo.org/record/3987831/files/Cnn14_mAP%3D0.431.pth?download=1",
        has_checksum=False,
    ),
    PublishedModel(
        "passt",
        "passt-s-f128-p16-s10-ap.476-swa.pt",
        345_000_000,
        "Judges music by the divergence of tags of papers.",
        "Apache-2.0",
        "https://github.com/kkoutini/PaSST/releases/download/v0.0.1-audioset/passt-s-f128-p16-s10-ap.476-swa.pt",
        has_checksum=False,
    ),
)
"""What judges music, see `evaluation.fidelity.embedders`. Addresses are those in their authors' packages on PyPI."""


def published(model_id: str) -> PublishedModel | None:
    """Return the model with this id."""
    return next((each for each in (*PUBLISHED, *LISTENERS) if each.id == model_id), None)


def torch_files() -> Path:
    """Return the folder in which torch keeps files like these: `TORCH_HOME`, or its default."""
    home = os.environ.get("TORCH_HOME")
    if not home:
        home = str(Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    """Where a model's file goes; a `cache.Destination`.

    Args:
        cache: The folder.
        name: Of the model.
    """

    cache: Path
    name: str

    def blob(self, file: RemoteFile) -> Path:
        """Return where the file lies once it is whole."""
        return self.cache / file.path


def find_published(model: PublishedModel, folder: Path | None = None) -> Path | None:
    """Return where a model's file lies, or None if it is not there.

    Args:
        model: Which.
        folder: The only one to look into; None is where torch keeps such files.
    """
    path = (folder or torch_files()) / model.file
    return path if path.is_file() else None


def download_published(
    model: PublishedModel, folder: Path, stop: Stop, on_progress: OnProgress = lambda _: None
) -> Path:
    """Bring a model's file to the disk, or the rest of it; see `download.download`.

    Returns:
        The file.
    """
    from musicgen_studio.checkpoints.hub.download import bring

    with connection(is_hub=False) as client:
        bring(client, lambda: _listing(client, model), PublishedPlace(folder, model.id), stop, on_progress)
    return folder / model.file


def discard_published(model: PublishedModel, folder: Path) -> None:
    """Delete what an unfinished download has left."""
    for end in (PART, LOCK):
        (folder / f"{model.file}{end}").unlink(missing_ok=True)


def remove_published(model: PublishedModel, path: Path) -> int:
    """Delete a model's file and return how many bytes that freed.

    Raises:
        UserProblem: If it is another person's, or a program holds it.
    """
    with deleting(model.id, path):
        freed = path.stat().st_size
        path.unlink()
    return freed


def listing_on_disk(model: PublishedModel, path: Path) -> Listing:
    """Return what a downloaded file has to be, by its name."""
    return Listing(model.id, "", (RemoteFile(model.file, path.stat().st_size, _digits(model), _address(model)),))


def listing_of_published(model: PublishedModel, path: Path, stop: Stop) -> Listing:
    """Return what a downloaded file has to be: by its name, or where that does not say it, as its publisher does.

    Args:
        model: Which.
        path: The file.
        stop: As for `download.download`.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If its publisher has to be asked and cannot be.
    """
    if model.has_checksum:
        return listing_on_disk(model, path)
    from musicgen_studio.checkpoints.hub.download import asked

    with connection(is_hub=False) as client:
        return asked(model.id, lambda: _listing(client, model), stop)


def _listing(client: "httpx2.Client", model: PublishedModel) -> Listing:
    import httpx2

    require_network(model.id)
    response = client.head(_address(model), headers={"accept-encoding": "identity"})
    if response.is_client_error and response.status_code != _TOO_MANY:
        raise UserProblem(
            f"{model.id} cannot be downloaded.",
            f"{response.url.host} refuses to give it ({response.status_code}).",
            f"Try again later, or put the file {model.file} into {torch_files()} yourself.",
        )
    response.raise_for_status()
    size = response.headers.get("content-length", "")
    if not size.isdecimal():
        raise httpx2.RemoteProtocolError("it does not say how long the file is")
    return Listing(model.id, "", (RemoteFile(model.file, int(size), _digits(model), _address(model)),))


def _address(model: PublishedModel) -> str:
    return model.address or f"{ADDRESS}/{model.file}"


def _digits(model: PublishedModel) -> str:
    return Path(model.file).stem.partition("-")[2] if model.has_checksum else ""
