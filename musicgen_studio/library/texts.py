"""Small texts that a library keeps beside its clips: the prompt being typed, where the window is, how a take was cut.

Not for settings (`studio.program.settings`), which belong to the program, not to a library.
"""

from collections.abc import Mapping
from threading import Lock, RLock
from types import MappingProxyType

from musicgen_studio.core.due import Due, DueValue
from musicgen_studio.errors import UserProblem
from musicgen_studio.library.database import Database
from musicgen_studio.library.reading import Reading


class KeptTexts:
    """Texts under keys. Any thread may use them; who only looks waits for nobody.

    Args:
        database: Where they are written.
        reading: Where they are read.
        changing: Held by who writes.
    """

    def __init__(self, database: Database, reading: Reading, changing: RLock) -> None:
        self._database = database
        self._reading = reading
        self._changing = changing
        self._at_hand = Lock()  # held for a moment, never while the disk takes something
        self._recalled: dict[str, dict[str, str]] = {}
        self._due = Due[str, str]()

    def remember(self, key: str, text: str, *, soon: bool = False) -> None:
        """Keep a text, such as the prompt that is being typed or where the window is.

        Args:
            key: What it is to be found under. One that ends with the id of a clip is of that clip, and goes with it.
            text: It.
            soon: Do not wait for the disk, which `write_due` gives it to: `recall` knows it at once.

        Raises:
            UserProblem: If the disk does not take it.
        """
        kept = _writable(text)
        if soon:
            self._due.put({key: kept})
            return
        due = self._due.get(key)
        with self._changing:
            self._write_text(key, kept, due)

    def _write_text(self, key: str, text: str, due: DueValue[str] | None) -> None:
        """Write a text that is newer than what is due, or just that; what became due meanwhile is newer still."""
        self._database.remember(key, text)
        with self._at_hand:
            if due is not None:
                self._due.note_written([(key, due)])
            for start, texts in self._recalled.items():
                if key.startswith(start):
                    texts[key] = text

    def write_due(self) -> None:
        """Write what `remember` has taken for later. Any thread but one that must not wait for the disk.

        Raises:
            UserProblem: If the disk does not take it; it is tried again the next time.
        """
        problems = []
        with self._changing:
            for key, due in self._due.all().items():
                try:
                    self._write_text(key, due.value, due)
                except UserProblem as problem:
                    problems.append(problem)
        if problems:
            raise problems[0]

    def recall(self, key: str) -> str | None:
        """Return what was kept under a key, or None."""
        due = self._due.get(key)
        return self._reading.recall(key) if due is None else due.value

    def recalled(self, start: str) -> Mapping[str, str]:
        """Return what was written under all keys with a beginning, by key, as it is from then on; quick but once.

        Args:
            start: Such as `faults.`; not empty.
        """
        with self._at_hand:  # what is written before this is read, and what is written later is put in by who writes it
            if start not in self._recalled:
                self._recalled[start] = self._reading.recalled(start)
            return MappingProxyType(self._recalled[start])


def _writable(text: str) -> str:
    """Return a text without what has no place in UTF-8."""
    return text.encode("utf-8", "replace").decode()
