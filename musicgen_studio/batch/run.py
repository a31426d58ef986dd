"""The one entrance: a plan and a folder in, clips and a manifest out, on one machine or on many.

    plan ─► folder (what is whole stays) ─► local | ray_cluster ─► manifest

What is called twice makes nothing twice. Not for tables (`table`, `plan`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicgen_studio.batch.claims import LEASE_S
from musicgen_studio.batch.folder import BatchFolder
from musicgen_studio.batch.local import Crew, run_local
from musicgen_studio.batch.manifest import CSV_NAME, FAILED, MADE, Measure, write_manifest
from musicgen_studio.batch.plan import BatchPlan
from musicgen_studio.batch.progress import BatchProgress
from musicgen_studio.batch.ray_cluster import Cluster, run_on_ray
from musicgen_studio.batch.work import LoadEngine
from musicgen_studio.batch.worker import Post
from musicgen_studio.core.stopping import StopFlag


@dataclass(frozen=True, slots=True)
class Makers:
    """What makes the clips on this computer; a `Cluster` on many.

    Args:
        checkpoint: Folder of the plan's checkpoint.
        load: Loads it.
        crew: How many workers on this computer.
        device: As in `load_engine`, like `precision`.
        precision: See there.
        lease_s: See `claims`; the same for all who share the folder.
    """

    checkpoint: Path
    load: LoadEngine
    crew: Crew
    device: str = "auto"
    precision: str = "auto"
    lease_s: float = LEASE_S


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of a batch.

    Args:
        manifest: The table of all clips.
        clips: Its lines, by the names of `manifest.COLUMNS`.
        is_stopped: Whether it was stopped before its end.
    """

    manifest: Path
    clips: tuple[dict[str, Any], ...]
    is_stopped: bool

    @property
    def made(self) -> int:
        """How many clips are whole."""
        return sum(clip["status"] == MADE for clip in self.clips)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The lines of what could not be made."""
        return [clip for clip in self.clips if clip["status"] == FAILED]


def run_batch(
    plan: BatchPlan,
    out: Path,
    makers: Makers | Cluster,
    stop: StopFlag,
    on_progress: Callable[[BatchProgress], None] = lambda _progress: None,
    measure: Measure | None = None,
) -> BatchResult:
    """Make what is not whole yet, and write the manifest.

    Args:
        plan: What to make.
        out: Where to; it may hold a part of it, or others may be at work on the same plan there.
        makers: What makes it.
        stop: Ends it early; what is whole by then stays, and the next call goes on.
        on_progress: Told several times a second, in this thread.
        measure: Brings further columns of the manifest, or None; a stop ends it, too.

    Raises:
        UserProblem: If the folder holds another batch or cannot be written to, no engine can be loaded, or a cluster
            cannot be used.
    """
    folder = BatchFolder(out, plan, LEASE_S if isinstance(makers, Cluster) else makers.lease_s)
    folder.inspect()
    if isinstance(makers, Cluster):
        run_on_ray(plan, folder, makers, stop, on_progress)
    else:
        _run_here(plan, out, folder, makers, stop, on_progress)
    lines = write_manifest(plan, folder, stop, measure)
    return BatchResult(out / CSV_NAME, tuple(lines), stop.is_set())


def _run_here(
    plan: BatchPlan,
    out: Path,
    folder: BatchFolder,
    makers: Makers,
    stop: StopFlag,
    on_progress: Callable[[BatchProgress], None],
) -> None:
    post = Post(
        plan,
        out.resolve(),
        makers.lease_s,
        makers.checkpoint.resolve(),
        makers.device,
        makers.precision,
        makers.crew.threads,
        makers.load,
    )
    run_local(post, folder, makers.crew, stop, on_progress)
