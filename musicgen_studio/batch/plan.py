"""What a table comes to: groups of rows that are made together, each an order, and the names of their clips.

    rows, settings ─► plan ─► group, group, …      one group is what one worker makes at a time

What is made together changes the samples by rounding, so a group is fixed by the table and the settings alone: not by
how many workers there are, who is fast, or what was made before. Rows that differ in nothing but the prompt come
together, wherever they stand. Not for making them (`work`) or for who makes which (`folder`).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from musicgen_studio.batch.table import Row, read_table, wrong_table
from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.loudness import STREAMING_LUFS
from musicgen_studio.core.request import MAX_TAKES
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.studio.arranging.passages import PlannedPiece, piece_of, read_piece
from musicgen_studio.studio.making.order import CheckpointRecord, Order, Sounds, SourceFile, portable_path
from musicgen_studio.studio.making.record import program_version
from musicgen_studio.studio.making.sinks.folder import clip_name

CLIPS_TOGETHER = 4
"""As in a list of jobs: on two cores four of Meta's small take 1.5 to 1.7 times as long as one."""

_COLUMN_OF_FIELD = {"duration_s": "seconds", "passage": "passages"}


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """What holds for all rows, or where a row is silent. Musical values as in `GenerationRequest`, with their ranges.

    Args:
        duration_s: Seconds of each clip; None is 8, or as its passages say.
        takes: How many versions of each row.
        seed: Start of the random numbers. Rows that are alike and name no seed go on from it, take after take, so that
            no two of them sound the same.
        together: How many rows are made at a time; None is as many as make four clips. 16 clips is the most.
        guidance_scale: None here, as in the three that follow, is what the checkpoint says of itself.
        temperature: How adventurous.
        top_k: Among how many sounds.
        top_p: Among the likeliest.
        finish: What becomes of the sound on its way into a file.
        of_mix: Whether of melodies that rows name lead and other are followed without drums and bass; None is of mixes.
    """

    duration_s: float | None = None
    takes: int = 1
    seed: int = 0
    together: int | None = None
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    finish: FinishSettings = field(default_factory=lambda: FinishSettings(loudness_lufs=STREAMING_LUFS))
    of_mix: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that one worker makes at a time.

    Args:
        number: From 1, in the order of the table.
        rows: Number in the table, from 1, of each of the order's prompts.
        order: What is made.
        is_melody_open: Whether it is still to be found out if the melody is a mix (`source.open_melody`).
        digits: Of the rows' numbers in file names.
        of_mix: What was said of that, None for nothing.
    """

    number: int
    rows: tuple[int, ...]
    order: Order
    is_melody_open: bool = False
    digits: int = 1
    of_mix: bool | None = None

    @property
    def name(self) -> str:
        """What its claims and its folder are called."""
        return f"{self.number:06d}"

    @property
    def music_s(self) -> float:
        """Seconds of music, over all its clips."""
        return len(self.rows) * self.order.takes * self.order.duration_s

    def clips(self) -> Iterator[tuple[int, int]]:
        """Yield the number of prompt and take of each clip, both from 0."""
        return ((prompt, take) for prompt in range(len(self.rows)) for take in range(self.order.takes))

    def clip_name(self, prompt: int, take: int) -> str:
        """Return what a clip's files are called, without ending, such as `0042-happy-rock-7-take1`.

        Args:
            prompt: Which of the order's prompts, from 0.
            take: From 0.
        """
        name = clip_name(self.order.prompts[prompt], self.order.seed, take, self.order.takes)
        return f"{self.rows[prompt]:0{self.digits}d}-{name}"

    def sources(self) -> Iterator[SourceFile]:
        """Yield the files that go in."""
        later = (passage.melody for passage in self.order.passages)
        return (source for source in (self.order.melody, *later) if source is not None)


@dataclass(frozen=True)
class BatchPlan:
    """All groups of a table, and what makes them.

    Args:
        groups: In the order of their first rows.
        checkpoint: What all are made with.
        table: Of which table, for showing.
        program_version: Of the program that makes them.
    """

    groups: tuple[Group, ...]
    checkpoint: CheckpointRecord
    table: str
    program_version: str

    @cached_property
    def orders_sha256(self) -> str:
        """What tells these orders from others: where the files lie does not count, what is in them does."""
        lines = (
            json.dumps([group.number, group.rows, *_how_followed(group), _without_places(asdict(group.order))])
            for group in self.groups
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def music_s(self) -> float:
        """Seconds of music."""
        return sum(group.music_s for group in self.groups)

    @property
    def clip_count(self) -> int:
        """How many clips."""
        return sum(len(group.rows) * group.order.takes for group in self.groups)


def read_plan(table: Path, checkpoint: CheckpointRecord, settings: BatchSettings | None = None) -> BatchPlan:
    """Read a table and plan it; nothing is made.

    Args:
        table: The file, see `table`.
        checkpoint: What is to make it.
        settings: What holds where rows are silent; None is the usual.

    Raises:
        UserProblem: If the table or a file that it names cannot be used; naming line and column.
    """
    rows = read_table(table)
    groups = _grouped(
        _orders(table, rows, settings or BatchSettings()), settings or BatchSettings(), len(str(len(rows)))
    )
    return BatchPlan(tuple(groups), checkpoint, table.name, program_version())


def _orders(table: Path, rows: tuple[Row, ...], settings: BatchSettings) -> list[tuple[Order, bool]]:
    """Return each row's order, and whether it is still to be found out if its melody is a mix."""
    known, seeds_taken = dict[Path, str](), Counter[Order]()
    orders, faults = list[tuple[Order, bool]](), list[str]()
    for row in rows:
        try:
            order, is_open = _order(row, table.parent, settings, known)
            if row.seed is None:
                alike = replace(order, takes=1)
                order = replace(order, seed=settings.seed + seeds_taken[alike])
                seeds_taken[alike] += order.takes
            order.request(Sounds())
        except ValueError as error:
            name, _, rest = str(error).partition(" ")  # its messages begin with the field's name
            faults.append(f"line {row.line}, column {_COLUMN_OF_FIELD.get(name, name)}: {rest}")
        except UserProblem as problem:
            faults.append(f"line {row.line}: {problem.why.rstrip('.')}")
        else:
            orders.append((order, is_open))
    if faults:
        raise wrong_table(table, faults)
    return orders


def _order(row: Row, folder: Path, settings: BatchSettings, known: dict[Path, str]) -> tuple[Order, bool]:
    piece = _piece(row, folder)
    if row.melody is not None and piece.melody is not None:
        raise ValueError("melody names one melody, the first passage another; leave one of them out")
    melody = None
    if row.melody is not None:
        if row.melody not in known:
            known[row.melody] = file_sha256(row.melody)
        melody = SourceFile(portable_path(row.melody), known[row.melody])
    elif piece.melody is not None:
        melody = piece.melody.record
    order = Order(
        prompts=(piece.prompt,),
        duration_s=row.seconds or piece.end_s or settings.duration_s or piece.duration_s,
        takes=row.takes or settings.takes,
        seed=settings.seed if row.seed is None else row.seed,
        guidance_scale=settings.guidance_scale,
        temperature=settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        melody=melody,
        passages=piece.later,
        shared=piece.shared,
        finish=settings.finish,
    )
    return order, row.melody is not None


def _piece(row: Row, folder: Path) -> PlannedPiece:
    if row.passages is not None:
        return read_piece(row.passages)
    if row.passages_text:
        return piece_of(row.passages_text, folder)
    return PlannedPiece(row.prompt)


def _grouped(orders: Iterable[tuple[Order, bool]], settings: BatchSettings, digits: int) -> Iterator[Group]:
    """Yield rows that differ in the prompt alone together, empty prompts apart: those may need no guidance."""
    alike = dict[tuple[Order, bool, bool], list[tuple[int, str]]]()
    for row, (order, is_open) in enumerate(orders, start=1):
        prompt = order.prompts[0]
        alike.setdefault((replace(order, prompts=()), is_open, not prompt), []).append((row, prompt))
    made = list[Group]()
    for (order, is_open, _), members in alike.items():
        wanted = settings.together or max(CLIPS_TOGETHER // order.takes, 1)
        size = max(min(wanted, MAX_TAKES // order.takes), 1)
        for first in range(0, len(members), size):
            rows, prompts = zip(*members[first : first + size], strict=True)
            whole = replace(order, prompts=prompts, together=len(prompts))
            made.append(Group(0, rows, whole, is_open, digits, settings.of_mix if is_open else None))
    for number, group in enumerate(sorted(made, key=lambda group: group.rows[0]), start=1):
        yield replace(group, number=number)


def _how_followed(group: Group) -> list[bool]:
    """Return what tells groups apart whose melodies are followed otherwise; as ever where nothing was said of it."""
    return [group.is_melody_open] if group.of_mix is None else [group.is_melody_open, group.of_mix]


def _without_places(value: object) -> object:
    """Return an order's values without where its files lie."""
    if isinstance(value, dict):
        return {name: _without_places(each) for name, each in value.items() if name != "file"}
    if isinstance(value, (list, tuple)):
        return [_without_places(each) for each in value]
    return value
