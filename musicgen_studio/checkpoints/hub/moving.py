"""Moving what was downloaded to another folder or disk: whole or not at all, whatever happens on the way.

A copy grows under another name beside where it goes, and gets its name when all of it is there; only then does what was
there before go. Links within the cache stay links. Not for downloads that are on their way.
"""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.download import SPARE_BYTES
from musicgen_studio.checkpoints.hub.progress import DownloadProgress, OnProgress, Stop
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files.whole import explain, sync_folder

_PIECE_BYTES = 1 << 22


def move(kept: CachedRepository, cache: Path, stop: Stop, on_progress: OnProgress = lambda _: None) -> CachedRepository:
    """Move a checkpoint to another cache folder.

    Args:
        kept: What is there now.
        cache: Where to; it is made.
        stop: Ends it soon; then everything is as it was.
        on_progress: Told a few times a second, in this thread.

    Raises:
        StoppedError: If it was stopped.
        UserProblem: If it is there already, does not fit, or cannot be written.
    """
    moved = replace(kept, cache=cache)
    try:
        moved.folder.parent.mkdir(parents=True, exist_ok=True)
        if moved.folder.exists():
            raise UserProblem(
                f"{kept.name} was not moved.",
                f"It is in {cache} already.",
                "Remove one of them, or choose another folder.",
            )
        try:
            kept.folder.rename(moved.folder)  # on the same disk nothing needs to be copied
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _move_to_other_disk(kept, moved, stop, on_progress)
    except OSError as error:
        why, what_to_do = explain(error, cache)
        raise UserProblem(f"{kept.name} was not moved.", why, what_to_do) from error
    return moved


def _move_to_other_disk(kept: CachedRepository, moved: CachedRepository, stop: Stop, on_progress: OnProgress) -> None:
    size, free = kept.bytes_on_disk(), shutil.disk_usage(moved.cache).free
    if size + SPARE_BYTES > free:
        raise UserProblem(
            f"{kept.name} was not moved.",
            f"It takes {size / 1e9:.1f} GB; on the disk that holds {moved.cache} {free / 1e9:.1f} GB are free.",
            "Free some space, or choose a folder on another disk.",
        )
    part = moved.folder.with_name(f"{moved.folder.name}.moving")
    shutil.rmtree(part, ignore_errors=True)  # of a move that was killed
    try:
        _copy(kept.folder, part, size, stop, on_progress)
        part.rename(moved.folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    sync_folder(moved.folder.parent)
    shutil.rmtree(kept.folder)


def _copy(folder: Path, to: Path, size: int, stop: Stop, on_progress: OnProgress) -> None:
    done = 0
    for path in sorted(folder.rglob("*")):
        target = to / path.relative_to(folder)
        if path.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(os.readlink(path))  # noqa: PTH115 - the text itself, not where it leads
        elif path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as source, target.open("xb") as sink:
                while piece := source.read(_PIECE_BYTES):
                    if stop.is_set():
                        raise StoppedError
                    sink.write(piece)
                    done += len(piece)
                    on_progress(DownloadProgress(path.name, done, size, None))
                sink.flush()
                os.fsync(sink.fileno())
