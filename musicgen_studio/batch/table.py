"""A table of orders that a person wrote: CSV with a line of names, or JSONL with an object a line.

    prompt;seconds;seed;takes;melody;passages         {"prompt": "sad jazz", "seconds": 8, "melody": "hum.wav"}
    happy rock;8;;2;;                                 {"passages": ["0:00 | happy rock", "0:08 | sad jazz"]}

A cell that is empty, or a column that is not there, is as the command says. Files are looked for beside the table. CSV
may be parted by commas, semicolons or tabs. All that is wrong is told at once, by line and column. Not for what is made
together with what (`plan`).
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from musicgen_studio.core.request import MAX_DURATION_S, MAX_SEED, MAX_TAKES
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.text import read_lines

COLUMNS = ("prompt", "seconds", "seed", "takes", "melody", "passages")
MAX_ROWS = 100_000
_TOLD = 8  # of the faults of one table; who mends those finds the next
_PARTED_BY = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One order of a table.

    Args:
        line: Where it stands, from 1.
        prompt: What to make; empty where the passages say it, or for unconditional music.
        seconds: How long, or None.
        seed: Start of the random numbers, or None.
        takes: How many versions, or None.
        melody: The file of the melody to follow, or None.
        passages: The file of the passages, or None.
        passages_text: The passages themselves, a line each, where no file holds them; empty for none.
    """

    line: int
    prompt: str = ""
    seconds: float | None = None
    seed: int | None = None
    takes: int | None = None
    melody: Path | None = None
    passages: Path | None = None
    passages_text: str = ""


class _WrongCellError(ValueError):
    """What is wrong with a cell, as the end of a sentence."""


def read_table(path: Path) -> tuple[Row, ...]:
    """Read a table.

    Args:
        path: The file, in any encoding that `files.text` reads.

    Raises:
        UserProblem: If it cannot be read, holds no row, or says what cannot be; naming file, line and column.
    """
    lines = read_lines(path)
    rows, faults = list[Row](), list[str]()
    entries = _json_entries if _is_json(path, lines) else _csv_entries
    for line, cells in entries(path, lines):
        if isinstance(cells, str):
            faults.append(f"line {line}: {cells}")
            continue
        values, wrong = _values(cells, path.parent)
        faults += (f"line {line}, column {name}: {why}" for name, why in wrong)
        if not wrong:
            rows.append(Row(line, **values))
    if faults:
        raise wrong_table(path, faults)
    if not rows:
        raise UserProblem("There is nothing to make.", f"{path} holds no row.", "Write one order a line.")
    if len(rows) > MAX_ROWS:
        why = f"{path} has {len(rows)} rows, {MAX_ROWS} is the most."
        raise UserProblem("There are too many rows.", why, "Split them over several tables and folders.")
    return tuple(rows)


def wrong_table(path: Path, faults: list[str]) -> UserProblem:
    """Return what tells a person of faults in a table, the first of them.

    Args:
        path: The table.
        faults: One or more, each with its line and column.
    """
    told = [f"{path}, {fault}." for fault in faults[:_TOLD]]
    if len(faults) > _TOLD:
        told.append(f"And {len(faults) - _TOLD} more.")
    return UserProblem("The table cannot be used.", "\n".join(told), "Mend these lines; nothing was made.")


def _is_json(path: Path, lines: list[str]) -> bool:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    first = next((line for line in lines if line.strip()), "")
    return path.suffix.lower() != ".csv" and first.lstrip().startswith("{")


_Entries = Iterator[tuple[int, "dict[str, Any] | str"]]


def _json_entries(path: Path, lines: list[str]) -> _Entries:  # noqa: ARG001 - as for CSV
    """Yield each line's number with its object, or with what is wrong with it."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"it is not JSON ({str(error).partition(':')[0]})"
            continue
        if not isinstance(value, dict):
            yield number, f"it must be an object, got {line.strip()!r:.40}"
        elif unknown := sorted(set(value) - set(COLUMNS)):
            yield number, f"it has the unknown key {unknown[0]!r:.40}; known are {', '.join(COLUMNS)}"
        else:
            yield number, {name: cell for name, cell in value.items() if cell is not None}


def _csv_entries(path: Path, lines: list[str]) -> _Entries:
    """Yield each row's first line with its cells by name, or with what is wrong with it."""
    header_at = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if header_at == len(lines):
        return
    parted_by = max(_PARTED_BY, key=lines[header_at].count)
    rows = csv.reader((f"{line}\n" for line in lines[header_at:]), delimiter=parted_by, strict=True)
    try:
        header = next(rows)
    except csv.Error as error:
        yield header_at + 1, f"its quotation marks are wrong ({error})"
        return
    names = _names(path, header_at + 1, [name.strip().lower() for name in header])
    while True:
        line = header_at + rows.line_num + 1
        try:
            cells = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"its quotation marks are wrong ({error})"
            return
        if not any(cells):
            continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            why = f"it has {len(cells)} cells, the first line names {len(names)}; a text with a comma needs quotes"
            yield line, why
            continue
        yield line, {name: cell for name, cell in zip(names, cells, strict=False) if cell and name}


def _names(path: Path, line: int, names: list[str]) -> list[str]:
    faults = [
        f"line {line}, column {number}: {name!r:.40} is no column; known are {', '.join(COLUMNS)}"
        for number, name in enumerate(names, start=1)
        if name and name not in COLUMNS
    ]
    faults += [f"line {line}: the column {name} stands twice" for name in COLUMNS if names.count(name) > 1]
    if not faults and not {"prompt", "passages"} & set(names):
        faults = [f"line {line}: there is no column prompt and none of passages"]
    if faults:
        raise wrong_table(path, faults)
    return names


def _values(cells: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the values of a row, and which of its columns are wrong and why."""
    values, wrong = dict[str, Any](), list[tuple[str, str]]()
    for name, cell in cells.items():
        try:
            values |= _READERS[name](cell, folder)
        except _WrongCellError as error:
            wrong.append((name, str(error)))
    if not wrong and values.get("prompt") and (values.get("passages") or values.get("passages_text")):
        wrong.append(("passages", "they hold the prompts; leave the column prompt empty"))
    return values, wrong


def _prompt(cell: Any, _folder: Path) -> dict[str, Any]:
    if not isinstance(cell, str):
        raise _WrongCellError(f"must be a text, got {cell!r:.40}")
    text = " ".join(cell.split()) if "\n" in cell else cell
    return {"prompt": text.encode("utf-8", "replace").decode()}


def _seconds(cell: Any, _folder: Path) -> dict[str, Any]:
    value = _number(cell, float)
    if not (isfinite(value) and 0 < value <= MAX_DURATION_S):
        raise _WrongCellError(f"must be above 0 and at most {MAX_DURATION_S:g}, got {cell!r:.40}")
    return {"seconds": float(value)}


def _whole(name: str, least: int, most: int) -> Callable[[Any, Path], dict[str, Any]]:
    def read(cell: Any, _folder: Path) -> dict[str, Any]:
        value = _number(cell, int)
        if not least <= value <= most:
            raise _WrongCellError(f"must be {least} to {most}, got {cell!r:.40}")
        return {name: value}

    return read


def _number(cell: Any, kind: type) -> Any:
    words = "a whole number" if kind is int else "a number"
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise _WrongCellError(f"must be {words}, got {cell!r:.40}")
    try:
        value = kind(cell) if isinstance(cell, str) else cell
        is_one = isfinite(value) and (kind is not int or value == int(value))
    except (ValueError, OverflowError) as error:
        raise _WrongCellError(f"must be {words}, got {cell!r:.40}") from error
    if not is_one:
        raise _WrongCellError(f"must be {words}, got {cell!r:.40}")
    return kind(value)


def _file(name: str) -> Callable[[Any, Path], dict[str, Any]]:
    def read(cell: Any, folder: Path) -> dict[str, Any]:
        if not isinstance(cell, str):
            raise _WrongCellError(f"must be the name of a file, got {cell!r:.40}")
        path = folder / Path(cell).expanduser()
        try:
            is_file = path.is_file()
        except (OSError, ValueError):
            is_file = False
        if not is_file:
            raise _WrongCellError(f"there is no file {cell!r:.80} beside the table")
        return {name: path}

    return read


def _passages(cell: Any, folder: Path) -> dict[str, Any]:
    if isinstance(cell, list) and cell and all(isinstance(line, str) for line in cell):
        return {"passages_text": "\n".join(cell)}
    return _file("passages")(cell, folder)


_READERS: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
    "prompt": _prompt,
    "seconds": _seconds,
    "seed": _whole("seed", 0, MAX_SEED),
    "takes": _whole("takes", 1, MAX_TAKES),
    "melody": _file("melody"),
    "passages": _passages,
}
