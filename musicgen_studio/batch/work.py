"""Making one group with a loaded engine: its clips and their records in a folder of its own.

Whoever works makes groups here: a process of this computer (`local`) or an actor of a cluster (`ray_cluster`). Not for
which group (`folder`), nor for what becomes of the files (`BatchFolder.publish`).
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from musicgen_studio.batch.plan import Group
from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import Engine
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.make import make_order
from musicgen_studio.studio.making.order import CheckpointRecord, Order, Sounds, SourceFile
from musicgen_studio.studio.making.sinks.folder import Folder, SavedClip
from musicgen_studio.studio.making.sinks.pace import Stopwatch
from musicgen_studio.studio.making.source import Moved, open_melody, reopen

_HINT = "the table, which names the"


class LoadEngine(Protocol):
    """Loads an engine, as `engine.musicgen.load_engine` does; a function that other processes can import."""

    def __call__(self, folder: Path, device: str, precision: str, threads: int | None) -> Engine:
        """Load a checkpoint from its folder."""
        ...


def where_it_was(source: SourceFile) -> Path:
    """Return where a file lies that an order of this computer names."""
    return Path(source.file).expanduser()


def make_group(
    engine: Engine,
    checkpoint: CheckpointRecord,
    group: Group,
    folder: Path,
    stop: StopFlag,
    on_made_s: Callable[[float], None] = lambda _seconds: None,
    place: Callable[[SourceFile], Path] = where_it_was,
) -> bool:
    """Make a group into a folder that is there and empty.

    Args:
        engine: What makes it.
        checkpoint: What the engine was loaded from.
        group: Of the plan.
        folder: Where sound files and records go, by the names that the group gives.
        stop: Ends it early.
        on_made_s: Told how many seconds of its music are made, over all its clips.
        place: Tells where a file lies that goes in. Records name it as the plan does.

    Returns:
        Whether all its clips are whole; False after a stop.

    Raises:
        UserProblem: If a file cannot be used, or the engine cannot do what is asked.
    """
    order, sounds = _opened(group, place)
    saved = list[SavedClip]()
    files = Folder(folder, order, checkpoint, saved.append, name=group.clip_name)
    sinks = [Stopwatch(lambda progress: on_made_s(progress.made_s)), files]
    make_order(engine, order, order.request(sounds), stop, sinks)
    return len(saved) == sum(1 for _ in group.clips()) and all(clip.record.complete for clip in saved)


def _opened(group: Group, place: Callable[[SourceFile], Path]) -> tuple[Order, Sounds]:
    """Read what goes in; return the order as the records are to have it, and the sounds."""
    order = group.order
    moved = Moved(melody_hint=_HINT)
    if order.melody is None or not group.is_melody_open:
        _, sounds = reopen(_placed(order, place), moved=moved)
        return order, sounds
    path = place(order.melody)
    _check_same(order.melody, path)
    tune = open_melody(path, of_mix=group.of_mix, sha256=order.melody.sha256)
    _, sounds = reopen(replace(_placed(order, place), melody=None), moved=moved)
    followed = order.melody if tune.record is None else replace(tune.record, file=order.melody.file)
    return replace(order, melody=followed), replace(sounds, melody=tune.melody)


def _check_same(source: SourceFile, path: Path) -> None:
    if file_sha256(path) != source.sha256:
        raise UserProblem(
            "A file that goes into the clip has changed.",
            f"{path} is not what it was when the table was read.",
            "Put the unchanged file back, or begin a new batch in another folder.",
        )


def _placed(order: Order, place: Callable[[SourceFile], Path]) -> Order:
    """Return an order with its files where they are here."""

    def here(source: SourceFile | None) -> SourceFile | None:
        return None if source is None else replace(source, file=str(place(source)))

    passages = tuple(replace(passage, melody=here(passage.melody)) for passage in order.passages)
    return replace(order, melody=here(order.melody), passages=passages)
