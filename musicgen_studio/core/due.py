"""Values that somebody sees at once and that the disk gets later: due from when they are put until they are written.

Who puts waits for no disk. Who writes looks at what is due, writes it, and notes what was written; what the disk
refuses stays due, and so does what became newer meanwhile. Not for the writing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class DueValue(Generic[_Value]):
    """A value as it was put; the same value put once more is another one.

    Args:
        value: It.
    """

    value: _Value


class Due(Generic[_Key, _Value]):
    """The newest value of each key that is not written yet. Any thread; nobody waits for longer than a moment."""

    def __init__(self) -> None:
        self._values: dict[_Key, DueValue[_Value]] = {}
        self._moment = Lock()

    def put(self, values: Mapping[_Key, _Value]) -> None:
        """Have values written; they are newer than what is due under the same keys."""
        with self._moment:
            self._values.update((key, DueValue(value)) for key, value in values.items())

    def get(self, key: _Key) -> DueValue[_Value] | None:
        """Return what is due under a key, or None."""
        return self._values.get(key)

    def all(self) -> dict[_Key, DueValue[_Value]]:
        """Return all that is due now, by key."""
        with self._moment:
            return dict(self._values)

    def note_written(self, written: Iterable[tuple[_Key, DueValue[_Value]]]) -> None:
        """Note what is on the disk; it is no longer due, unless something newer has been put."""
        with self._moment:
            for key, value in written:
                if self._values.get(key) is value:
                    del self._values[key]
