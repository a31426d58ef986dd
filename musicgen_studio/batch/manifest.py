"""The table that a batch leaves: a line for each clip with every figure that is known of it, made or not.

`manifest.csv` always, `manifest.parquet` beside it where pyarrow is installed. Figures come from the clips' records, so
the manifest can be written again at any time. Not for measuring (`evaluation`): those who measure bring columns.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from musicgen_studio.batch.folder import BatchFolder
from musicgen_studio.batch.plan import BatchPlan, Group
from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.files.whole import replacing, write_text
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.record import Record

CSV_NAME, PARQUET_NAME = "manifest.csv", "manifest.parquet"

MADE, FAILED, MISSING = "made", "failed", "missing"
LEAD_AND_CHORDS = "lead and chords"

_WHOLE = ("row", "seed", "take", "group", "passages", "top_k", "sample_rate", "frames")
_NUMBERS = (
    *("seconds", "guidance_scale", "temperature", "top_p", "melody_similarity", "fit"),
    *("duration_s", "gain_db", "limited_db"),
)
_NAMES = (
    *("row", "status", "file", "prompt", "seconds", "seed", "take", "group", "melody", "followed", "passages"),
    *("guidance_scale", "temperature", "top_k", "top_p", "melody_similarity", "fit", "sample_rate", "frames"),
    *("duration_s", "gain_db", "limited_db", "device", "precision", "checkpoint", "checkpoint_sha256", "licence"),
    *("program_version", "created", "sound_sha256", "why", "what_to_do"),
)
COLUMNS: dict[str, type] = {name: int if name in _WHOLE else float if name in _NUMBERS else str for name in _NAMES}
"""Names and types. `take` counts from 1; `passages` says how many follow the prompt; `followed`, what is followed of a
melody that is a mix; `why` is of what failed."""

Figures = Mapping[str, float | int | str | None]
Measure = Callable[[list[tuple[Path, Record]]], Iterable[Figures]]
"""Yields further columns of some clips, one entry each."""


def write_manifest(
    plan: BatchPlan, folder: BatchFolder, stop: StopFlag, measure: Measure | None = None
) -> list[dict[str, Any]]:
    """Write the manifest of a batch and return its lines, in the order of the table.

    Args:
        plan: Of the batch.
        folder: Of the batch.
        stop: Ends the measuring early; what is measured by then stands there.
        measure: Brings more columns, or None.

    Raises:
        UserProblem: If it cannot be written.
    """
    lines = sorted(_lines(plan, folder), key=lambda line: (line["row"], line["take"]))
    _write(lines, folder)
    if measure is not None and not stop.is_set():  # it takes long: what is known stands there before
        _add_measured(lines, folder, stop, measure)
        _write(lines, folder)
    return lines


def _write(lines: list[dict[str, Any]], folder: BatchFolder) -> None:
    columns = COLUMNS | {name: _type_of(lines, name) for line in lines for name in line if name not in COLUMNS}
    with folder.alone("manifest"):
        write_text(folder.path / CSV_NAME, _csv(lines, columns))
        if find_spec("pyarrow") is not None:
            _write_parquet(folder.path / PARQUET_NAME, lines, columns)


def _lines(plan: BatchPlan, folder: BatchFolder) -> Iterator[dict[str, Any]]:
    for group in plan.groups:
        failure = folder.failure(group)
        for prompt, take in group.clips():
            line = dict.fromkeys(COLUMNS) | _wished(group, prompt, take)
            sound, record_file = folder.files(group, prompt, take)
            if sound.exists() and record_file.exists():
                yield line | _made(sound, Record.read(record_file))
            elif failure is not None:
                yield line | {"status": FAILED, "why": failure.why, "what_to_do": failure.what_to_do}
            else:
                yield line | {"status": MISSING}


def _wished(group: Group, prompt: int, take: int) -> dict[str, Any]:
    order = group.order
    return {
        "row": group.rows[prompt],
        "prompt": order.prompts[prompt],
        "seconds": order.duration_s,
        "seed": order.seed,
        "take": take + 1,
        "group": group.number,
        "melody": None if order.melody is None else order.melody.file,
        "passages": len(order.passages),
    }


def _made(sound: Path, record: Record) -> dict[str, Any]:
    order = record.order
    return {
        "status": MADE,
        "followed": _followed(order),
        "file": sound.name,
        **{name: getattr(order, name) for name in ("guidance_scale", "temperature", "top_k", "top_p")},
        **{name: getattr(record, name) for name in ("melody_similarity", "fit", "sample_rate", "frames")},
        **{name: getattr(record, name) for name in ("gain_db", "limited_db", "device", "precision", "licence")},
        **{name: getattr(record, name) for name in ("program_version", "created")},
        "duration_s": round(record.frames / record.sample_rate, 6),
        "checkpoint": record.checkpoint.id,
        "checkpoint_sha256": record.checkpoint.sha256,
        "sound_sha256": file_sha256(sound),
    }


def _followed(order: Order) -> str | None:
    melodies = (order.melody, *(passage.melody for passage in order.passages))
    is_mix = any(melody is not None and melody.separator is not None for melody in melodies)
    return LEAD_AND_CHORDS if is_mix else None


def _add_measured(lines: list[dict[str, Any]], folder: BatchFolder, stop: StopFlag, measure: Measure) -> None:
    made = [line for line in lines if line["status"] == MADE]
    clips = [folder.path / line["file"] for line in made]
    found = measure([(clip, Record.read(clip.with_suffix(".json"))) for clip in clips])
    for line, figures in zip(made, found, strict=True):
        line.update(figures)
        if stop.is_set():
            return


def _type_of(lines: list[dict[str, Any]], name: str) -> type:
    kinds = {type(line[name]) for line in lines if line.get(name) is not None}
    return str if str in kinds else float


def _csv(lines: list[dict[str, Any]], columns: Mapping[str, type]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _write_parquet(path: Path, lines: list[dict[str, Any]], columns: Mapping[str, type]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    rows = [{name: _as_text(line.get(name)) for name in columns} for line in lines]
    table = pa.Table.from_pylist(rows, schema=schema)
    with replacing(path) as file:
        pq.write_table(table, file)


def _as_text(value: Any) -> Any:
    """Return a cell as any file can hold it, as `write_text` does."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
