"""An actor of a Ray cluster that makes groups with one engine: what `ray_cluster` starts on the nodes.

Plain Python; Ray makes it remote. It compares what it has with what the plan wants before it makes anything, keeps the
files that go in by their hash, and hands back files, or leaves them in a folder that all computers see. Not for which
group (`ray_cluster`).
"""

import hashlib
import os
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from musicgen_studio.batch.folder import Failure
from musicgen_studio.batch.plan import Group
from musicgen_studio.batch.work import LoadEngine, make_group
from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.checkpoints.fingerprint import fingerprint
from musicgen_studio.engine.api import Engine
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.paths import cache_dir
from musicgen_studio.studio.making.order import CheckpointRecord, SourceFile
from musicgen_studio.studio.making.record import program_version

COMPARED = ("musicgen-studio", "torch", "transformers", "numpy", "numba")
"""Packages that decide the samples; two computers that make one batch have the same of each."""


def versions() -> dict[str, str]:
    """Return which version of what decides the samples is here."""
    return {"musicgen-studio": program_version()} | {name: version(name) for name in COMPARED[1:]}


@dataclass(frozen=True, slots=True)
class Seat:
    """What an actor is told when it begins.

    Args:
        checkpoint: What all is made with.
        name: The checkpoint's name or folder, on every node.
        device: As in `load_engine`, like the two that follow.
        precision: See there.
        threads: See there.
        load: Loads the engine.
        versions: What the driver has, see `versions`.
    """

    checkpoint: CheckpointRecord
    name: str
    device: str
    precision: str
    threads: int
    load: LoadEngine
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MadeGroup:
    """What came of a group.

    Args:
        files: Name and content of each file; empty where they lie in a shared folder.
        failure: Why nothing was made, or None.
    """

    files: Mapping[str, bytes]
    failure: Failure | None = None


class RayWorker:
    """Makes groups, one at a time.

    Args:
        seat: What it is told.
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._engine: Engine | None = None

    def open(self) -> str:
        """Compare and load; return in a sentence why this node cannot take part, or nothing if it can."""
        seat = self._seat
        if os.environ.get("RAY_AUTH_MODE") != "token":
            return "Ray was started there without token authentication: anybody who reaches it could run programs on it"
        here = versions()
        for name, wanted in seat.versions.items():
            if here[name] != wanted:
                return f"{name} is {here[name]} there and {wanted} here"
        try:
            entry = find(seat.name)
            if fingerprint(entry.folder) != seat.checkpoint.sha256:
                return f"the checkpoint {entry.folder} there is another one than here"
            self._engine = seat.load(entry.folder, seat.device, seat.precision, threads=seat.threads)
        except UserProblem as problem:
            return f"{problem.what} {problem.why}"
        return ""

    def make(self, group: Group, sources: Mapping[str, Any], folder: Path | None = None) -> MadeGroup:
        """Make a group.

        Args:
            group: Of the plan.
            sources: By sha256, references to the content of the files that go in; looked up where they are not here.
            folder: Where the files go, or None: they are handed back.
        """
        assert self._engine is not None  # `open` comes first
        try:
            for source in group.sources():
                _keep(source, sources[source.sha256])
            if folder is not None:
                return MadeGroup({}, self._made(group, _seen(folder)))
            with TemporaryDirectory(prefix="batch-") as scratch:
                failure = self._made(group, Path(scratch))
                return MadeGroup({path.name: path.read_bytes() for path in Path(scratch).iterdir()}, failure)
        except UserProblem as problem:
            return MadeGroup({}, Failure.of(problem))
        except Exception as error:  # noqa: BLE001 - one group's fault is not the others'; the driver notes it
            detail = "".join(traceback.format_exception(error))
            return MadeGroup({}, Failure(f"A fault in the program: {error!r}.", "", detail))

    def _made(self, group: Group, folder: Path) -> Failure | None:
        assert self._engine is not None
        is_whole = make_group(self._engine, self._seat.checkpoint, group, folder, Event(), place=_place)
        return None if is_whole else Failure("The group was not made whole.")


def _seen(folder: Path) -> Path:
    if not folder.is_dir():
        raise UserProblem(
            "A node of the cluster does not see the folder of the batch.",
            f"There is no {folder} there.",
            "Mount it at the same place on all nodes, or leave --shared out.",
        )
    return folder


def _place(source: SourceFile) -> Path:
    return cache_dir() / "batch-sources" / f"{source.sha256}{Path(source.file).suffix}"


def _keep(source: SourceFile, reference: Any) -> None:
    """Make sure that a file is here, whole."""
    import ray

    path = _place(source)
    if path.exists():
        return
    content: bytes = ray.get(reference)
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise UserProblem(
            "A file that goes into the clip has changed.",
            f"{source.file} is not what it was when the table was read.",
            "Put the unchanged file back, or begin a new batch in another folder.",
        )
    ensure_folder(path.parent)
    draft = path.with_name(f".{uuid.uuid4().hex}.part")  # two actors of a node may want it at a time
    draft.write_bytes(content)
    draft.replace(path)
