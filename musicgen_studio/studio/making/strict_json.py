"""Values as JSON and back, strictly: a key too many or too few, or a value of the wrong type, is said and not guessed.

For frozen dataclasses of texts, numbers, enumerations, each other, and tuples of these. Not for what the values mean.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from musicgen_studio.errors import UserProblem


class WrongValueError(ValueError):
    """What is wrong, as a sentence."""


def text_of(path: Path, max_bytes: int, unusable: Callable[..., UserProblem]) -> str:
    """Return the text of a record's file.

    Args:
        path: The file.
        max_bytes: What is longer is none; only so much is read.
        unusable: Says that it cannot be used, and why; what to do may follow.

    Raises:
        UserProblem: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(max_bytes).decode("utf-8-sig")
    except OSError as error:
        raise unusable(f"{path}: {error.strerror}.", "Check the name and where the file is.") from error
    except UnicodeDecodeError as error:
        raise unusable(f"{path} is not a text file.") from error


def value_of(text: str, unusable: Callable[..., UserProblem]) -> object:
    """Return what a text of JSON holds, to be converted.

    Args:
        text: Of a file.
        unusable: As in `text_of`.

    Raises:
        UserProblem: If it is no JSON.
    """
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unusable(f"It is not JSON ({error}).") from error
    return value


def convert(where: str, wanted: Any, value: object) -> Any:
    """Turn a JSON value into a type, or say what is wrong with it.

    Args:
        where: What the value is called.
        wanted: The type, such as a dataclass or `float | None`.
        value: From `json.loads`.

    Raises:
        WrongValueError: Naming the key and what it holds.
    """
    if isinstance(wanted, UnionType):
        inner = next(kind for kind in get_args(wanted) if kind is not type(None))
        return None if value is None else convert(where, inner, value)
    if hasattr(wanted, "__dataclass_fields__"):
        return _convert_object(where, wanted, value)
    if get_origin(wanted) is tuple:
        return _convert_list(where, get_args(wanted)[0], value)
    if _is_enumeration(wanted) and isinstance(value, str) and value in list(wanted):
        return wanted(value)
    if wanted is float and type(value) is int and abs(value) < sys.float_info.max:
        return float(value)
    if type(value) is wanted and (type(value) is not float or isfinite(value)):  # a bool is no int here
        return value
    raise WrongValueError(f"{where} must be {_in_words(wanted)}, got {value!r:.40}.")


def _is_enumeration(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, StrEnum)


def _convert_object(where: str, wanted: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise WrongValueError(f"{where} must be an object, got {value!r:.40}.")
    names = [field.name for field in fields(wanted)]
    if unknown := sorted(set(value) - set(names)):
        raise WrongValueError(f"{where} has the unknown key {unknown[0]!r:.40}.")
    if missing := [name for name in names if name not in value]:
        raise WrongValueError(f"{where} lacks the key {missing[0]!r}.")
    kinds = get_type_hints(wanted)
    values = {name: convert(name, kinds[name], value[name]) for name in names}
    try:
        return wanted(**values)
    except ValueError as error:
        raise WrongValueError(f"{where} holds a value that cannot be: {error}.") from error


def _convert_list(where: str, kind: Any, value: object) -> Any:
    if not isinstance(value, list):
        raise WrongValueError(f"{where} must be a list, got {value!r:.40}.")
    return tuple(convert(f"{where} {number}", kind, each) for number, each in enumerate(value, start=1))


def _in_words(wanted: Any) -> str:
    if _is_enumeration(wanted):
        return "one of " + ", ".join(wanted)
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[wanted]
