"""What the Hugging Face Hub says of a repository: its commit, and the files that a checkpoint needs.

Over the Hub's public HTTP interface, on `httpx2`: `GET /api/models/{repo}/revision/{revision}?blobs=true` names the
commit and each file's size and content (https://huggingface.co/docs/hub/api). `HF_ENDPOINT` names a mirror, `HF_TOKEN`
a person's token, `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE` forbids all of it; proxies are taken from the environment
by httpx2.

Not for bringing files to the disk (`download`) or where they lie (`cache`).
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    import httpx2

ENDPOINT = "https://huggingface.co"
STALL_S = 30.0
"""Seconds without a byte after which a connection counts as dead."""

_MAX_REDIRECTS = 5
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA256_BEGINNING = re.compile(r"(?:[0-9a-f]{8,39})?")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_TRUE = {"1", "ON", "YES", "TRUE"}  # as huggingface_hub reads its switches

_SMALL_FILES = (
    "README.md",  # says the licence
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "special_tokens_map.json",
    "spiece.model",
    "tokenizer.json",
    "tokenizer_config.json",
)
_WEIGHTS = (  # the first that is there; Meta's large has no safetensors
    ("model.safetensors", r"model-\d{5}-of-\d{5}\.safetensors"),
    ("pytorch_model.bin", r"pytorch_model-\d{5}-of-\d{5}\.bin"),
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file in a repository.

    Args:
        path: Its name.
        size: In bytes.
        oid: What its content is: the sha256 of a large file (64 hex digits), the git blob id of a small one (40). Of a
            file that is published on its own the beginning of the sha256 does, 8 digits at least, or nothing where its
            publisher gives no checksum.
        address: Where it is, if it is published on its own; empty for a file of the Hub.
    """

    path: str
    size: int
    oid: str
    address: str = ""

    def __post_init__(self) -> None:
        name = Path(self.path)
        if name.is_absolute() or ".." in name.parts or "\\" in self.path or ":" in self.path or not name.parts:
            raise ValueError(f"path must be a name inside the repository, got {self.path!r}")
        is_known = _COMMIT.fullmatch(self.oid) or _SHA256.fullmatch(self.oid)
        if not (is_known or (self.address and _SHA256_BEGINNING.fullmatch(self.oid))):
            raise ValueError(f"oid must be 40 or 64 hex digits, got {self.oid!r}")
        if self.size < 0:
            raise ValueError(f"size must be 0 or more, got {self.size}")

    @property
    def is_large(self) -> bool:
        """Whether it is kept outside of git (LFS), under its sha256."""
        return len(self.oid) != 40


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a checkpoint at one commit.

    Args:
        repository: Such as `facebook/musicgen-small`.
        commit: 40 hex digits.
        files: What is needed to load it, the small ones first.
    """

    repository: str
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def bytes(self) -> int:
        """What all files take."""
        return sum(file.size for file in self.files)


def is_repository(name: str) -> bool:
    """Tell whether this can be a name on the Hub, such as `facebook/musicgen-small`."""
    return _REPOSITORY.fullmatch(name) is not None and ".." not in name


def _offline_by() -> str:
    """Return the variable by which the person forbids the network; empty if it is allowed.

    As `huggingface_hub` reads them: the second one counts where the first says nothing.
    """
    name = next((each for each in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") if os.environ.get(each)), "")
    return name if os.environ.get(name, "").upper() in _TRUE else ""


def require_network(name: str) -> None:
    """Refuse to download what has this name where the person forbids the network.

    Raises:
        UserProblem: If it is forbidden.
    """
    if variable := _offline_by():
        raise UserProblem(
            f"{name} cannot be downloaded.",
            f"The environment variable {variable} forbids the network.",
            f"Unset {variable} and try again.",
        )


def endpoint() -> str:
    """Return the address of the Hub, or of the mirror that `HF_ENDPOINT` names."""
    return (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")


@contextmanager
def connection(*, is_hub: bool = True) -> "Iterator[httpx2.Client]":
    """Open a client for one errand: follows a few redirects, and notices when nothing comes any more.

    Args:
        is_hub: Whether the Hub is asked; nobody else is shown the person's token.

    Raises:
        UserProblem: If the environment names a proxy or holds a token that cannot be used.
    """
    import httpx2  # late: whoever only looks what is on the disk does not wait for it

    token = os.environ.get("HF_TOKEN", "").strip() if is_hub else ""
    headers = {"user-agent": "musicgen-studio", **({"authorization": f"Bearer {token}"} if token else {})}
    timeout = httpx2.Timeout(STALL_S, connect=STALL_S)
    try:
        client = httpx2.Client(headers=headers, timeout=timeout, follow_redirects=True, max_redirects=_MAX_REDIRECTS)
    except UnicodeEncodeError as error:
        raise UserProblem(
            "The token cannot be used.",
            "HF_TOKEN holds a sign that no token has.",
            "Set HF_TOKEN to a token of yours, or unset it.",
        ) from error
    except (ImportError, ValueError, httpx2.InvalidURL) as error:  # of the proxies that it finds in the environment
        raise UserProblem(
            "The proxy cannot be used.",
            "What ALL_PROXY, HTTPS_PROXY or HTTP_PROXY names is of a kind that this program does not speak.",
            "Name one that begins with http://, or with socks5:// after `pip install socksio`; or unset the variable.",
        ) from error
    with client:
        yield client


def list_files(client: "httpx2.Client", repository: str, revision: str = "main") -> Listing:
    """Ask which files a checkpoint has now; `main` is resolved to a commit, from which all files come.

    Args:
        client: From `connection`.
        repository: Such as `facebook/musicgen-small`.
        revision: A branch, a tag or a commit.

    Raises:
        UserProblem: If the Hub cannot be reached, does not have it, does not give it to this person, or it holds no
            checkpoint in transformers' layout.
        httpx2.HTTPError: If the connection fails in a way that may pass; `download` tries again.
    """
    require_network(repository)
    address = f"{endpoint()}/api/models/{repository}/revision/{revision}"
    response = client.get(address, params={"blobs": "true"})
    refuse(response, repository)
    response.raise_for_status()
    try:
        return _listing(repository, response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserProblem(
            f"{repository} cannot be downloaded.",
            f"What {endpoint()} answers is not a list of files ({error}).",
            "Check the address in HF_ENDPOINT, or try again later.",
        ) from error


def file_address(listing: Listing, file: RemoteFile) -> str:
    """Return where a file of a listing is, at its commit."""
    return file.address or f"{endpoint()}/{listing.repository}/resolve/{listing.commit}/{file.path}"


def refuse(response: "httpx2.Response", repository: str) -> None:
    """Say in words what an answer means that no second try will change.

    Raises:
        UserProblem: If the answer is 401, 403, 404 or 410.
    """
    token = "the token in HF_TOKEN" if os.environ.get("HF_TOKEN") else "no token (HF_TOKEN is not set)"
    reasons = {
        401: (f"{endpoint()} wants to know who asks, and was given {token}.", "Set HF_TOKEN to a token of yours."),
        403: (
            f"The owner gives it only to those who agreed to its terms, and {endpoint()} was given {token}.",
            f"Open {endpoint()}/{repository} in a browser, agree to the terms, and set HF_TOKEN to a token of yours.",
        ),
        404: (f"There is no {repository} at {endpoint()}, or only for its owner.", "Check the name."),
        410: (f"{repository} was there once, and its owner has taken it away.", "Choose another checkpoint."),
    }
    if response.status_code in reasons:
        raise UserProblem(f"{repository} cannot be downloaded.", *reasons[response.status_code])


def _listing(repository: str, answer: Any) -> Listing:
    commit = answer["sha"]
    if not _COMMIT.fullmatch(commit):
        raise ValueError(f"the commit is {commit!r:.60}")
    files = {each["rfilename"]: each for each in answer["siblings"]}
    needed = [*(name for name in _SMALL_FILES if name in files), *_weights(repository, files)]
    return Listing(repository, commit, tuple(_remote_file(files[name]) for name in needed))


def _remote_file(entry: Any) -> RemoteFile:
    large = entry.get("lfs")
    if large:
        return RemoteFile(entry["rfilename"], int(large["size"]), large["sha256"])
    return RemoteFile(entry["rfilename"], int(entry["size"]), entry["blobId"])


def _weights(repository: str, files: dict[str, Any]) -> list[str]:
    """Choose the weights: whole before in parts, safetensors before pickles, each only if it is complete."""
    for whole, part in _WEIGHTS:
        if whole in files:
            return [whole]
        parts = sorted(name for name in files if re.fullmatch(part, name))
        if parts and f"{whole}.index.json" in files:
            return [f"{whole}.index.json", *parts]
    raise UserProblem(
        f"{repository} cannot be used.",
        "It holds no weights in transformers' layout (model.safetensors or pytorch_model.bin).",
        "Choose a MusicGen checkpoint, such as facebook/musicgen-small.",
    )
