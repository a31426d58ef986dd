"""Small texts that a library keeps beside its clips: the prompt being typed, where the window is, how a take was cut.

Not for settings (`studio.program.settings`), which belong to the program, not to a library.
"""

from collections.abc import Mapping
from threading import RLock
from types import MappingProxyType

from musicgen_studio.errors import UserProblem
from musicgen_studio.library.database import Database


class KeptTexts:
    """Texts under keys. Any thread may use them.

    Args:
        database: Where they are.
        changing: Held by who uses the database.
    """

    def __init__(self, database: Database, changing: RLock) -> None:
        self._database = database
        self._changing = changing
        self._recalled: dict[str, dict[str, str]] = {}
        self._due: dict[str, str] = {}  # what `remember_soon` has taken, by key

    def remember(self, key: str, text: str) -> None:
        """Keep a text, such as the prompt that is being typed or where the window is.

        Raises:
            UserProblem: If the disk does not take it.
        """
        kept = _writable(text)
        with self._changing:
            self._database.remember(key, kept)
            for start, texts in self._recalled.items():
                if key.startswith(start):
                    texts[key] = kept

    def remember_soon(self, key: str, text: str) -> None:
        """Keep a text without waiting for the disk, which `write_due` gives it to. `recall` knows it at once."""
        self._due[key] = _writable(text)

    def write_due(self) -> None:
        """Write what `remember_soon` has taken. Any thread but one that must not wait for the disk.

        Raises:
            UserProblem: If the disk does not take it; it is tried again the next time.
        """
        problems = []
        with self._changing:
            for key in list(self._due):
                text = self._due.pop(key)
                try:
                    self.remember(key, text)
                except UserProblem as problem:
                    self._due.setdefault(key, text)  # unless a newer one came meanwhile
                    problems.append(problem)
        if problems:
            raise problems[0]

    def recall(self, key: str) -> str | None:
        """Return what was kept under a key, or None."""
        due = self._due.get(key)
        if due is not None:
            return due
        with self._changing:
            return self._database.recall(key)

    def recalled(self, start: str) -> Mapping[str, str]:
        """Return what was written under all keys with a beginning, by key, as it is from then on; quick but once.

        Args:
            start: Such as `faults.`; not empty.
        """
        if start not in self._recalled:
            with self._changing:
                self._recalled[start] = self._database.recalled(start)
        return MappingProxyType(self._recalled[start])


def _writable(text: str) -> str:
    """Return a text without what has no place in UTF-8."""
    return text.encode("utf-8", "replace").decode()
