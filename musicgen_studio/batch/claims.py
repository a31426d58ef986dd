"""Who makes which group: claims as files in a folder that several processes, batches and computers may share.

A claim is a file `NAME.1` that only one can make (O_EXCL), holding who made it; a thread touches it as long as its
owner lives. Where the owner is known to be gone, or has not touched it for `LEASE_S`, the next one makes `NAME.2`,
which again only one can, and so on: the highest number owns. Nothing is ever taken away from under anybody, so a claim
survives every kill, and an owner who was only asleep sees that it lost it (`Claim.is_held`). Claims hold no results; a
group that is made twice by such a sleeper does no harm (`folder`).

Not for what is claimed. Ages are measured against a file that is touched now, by the clock of the disk that holds them
all.
"""

import json
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psutil

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import explain

LEASE_S = 60.0
"""How long a claim counts whose owner does not say that it lives."""

_TOUCHED_AGAIN = 6  # times within a lease
_CLOCK_TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that made a claim.

    Args:
        place: Names the computer, and on Linux the processes that see each other.
        pid: Its number there.
        started_s: When it was started, in seconds since 1970: numbers are used again.
    """

    place: str
    pid: int
    started_s: float

    @classmethod
    def this(cls) -> "Owner":
        """Return this process."""
        return cls(_place(), os.getpid(), psutil.Process().create_time())

    def is_gone(self) -> bool:
        """Tell whether it is known to have ended; of other computers nothing is known."""
        if self.place != _place():
            return False
        try:
            process = psutil.Process(self.pid)
            is_other = abs(process.create_time() - self.started_s) > _CLOCK_TOLERANCE_S
            return is_other or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False


class Claim:
    """One group is ours. Touched by a thread until `release`.

    Args:
        path: The claim's file, which this process made.
        lease_s: How long it counts untouched.
    """

    def __init__(self, path: Path, lease_s: float) -> None:
        self.path = path
        self._name, _, number = path.name.rpartition(".")
        self._number = int(number)
        self._released = threading.Event()
        self._toucher = threading.Thread(target=self._touch, args=(lease_s / _TOUCHED_AGAIN,), daemon=True)
        self._toucher.start()

    @property
    def stem(self) -> str:
        """Name of a folder for work under this claim; nobody else has it."""
        return self.path.name

    def is_held(self) -> bool:
        """Tell whether nobody has taken it over since."""
        return max(_numbers(self.path.parent, self._name), default=0) == self._number

    def release(self) -> None:
        """Give the group back, made or not."""
        self._released.set()
        self._toucher.join()
        for number in _numbers(self.path.parent, self._name):
            if number <= self._number:
                (self.path.parent / f"{self._name}.{number}").unlink(missing_ok=True)

    def _touch(self, every_s: float) -> None:
        while not self._released.wait(every_s):
            with suppress(OSError):  # the disk may be away for a moment
                os.utime(self.path)


class Claims:
    """The claims in a folder.

    Args:
        folder: It is there.
        lease_s: As `LEASE_S`; the same for all who share the folder.
        owner: Who claims; None is this process.
    """

    def __init__(self, folder: Path, lease_s: float = LEASE_S, owner: Owner | None = None) -> None:
        self._folder, self._lease_s = folder, lease_s
        self._owner = owner or Owner.this()

    def take(self, name: str, on_taken_over: Callable[[str], None] = lambda _stem: None) -> Claim | None:
        """Claim a group, or return None if somebody lives who has it.

        Args:
            name: Of the group.
            on_taken_over: Told what `Claim.stem` was of each dead claim before ours.

        Raises:
            UserProblem: If the disk does not take it.
        """
        numbers = _numbers(self._folder, name)
        newest = max(numbers, default=0)
        if newest and not self._is_dead(self._folder / f"{name}.{newest}"):
            return None
        path = self._folder / f"{name}.{newest + 1}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(asdict(self._owner)))
        except FileExistsError:
            return None
        except OSError as error:
            why, what_to_do = explain(error, self._folder)
            raise UserProblem("The folder of the batch cannot be written to.", why, what_to_do) from error
        for number in numbers:
            on_taken_over(f"{name}.{number}")
        return Claim(path, self._lease_s)

    def live(self) -> set[str]:
        """Return the names of the groups that somebody who lives has claimed."""
        newest = dict[str, int]()
        for name, number in _all(self._folder):
            newest[name] = max(number, newest.get(name, 0))
        return {name for name, number in newest.items() if not self._is_dead(self._folder / f"{name}.{number}")}

    def stems(self) -> set[str]:
        """Return what `Claim.stem` is of each claim, dead ones included."""
        return {f"{name}.{number}" for name, number in _all(self._folder)}

    def clear(self, name: str) -> None:
        """Take away the claims of a group that needs none any more."""
        for number in _numbers(self._folder, name):
            (self._folder / f"{name}.{number}").unlink(missing_ok=True)

    def _is_dead(self, path: Path) -> bool:
        try:
            owner = Owner(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return False  # it was released while we looked
        except (OSError, ValueError, TypeError):
            return self._age_s(path) > self._lease_s  # made a moment ago, or by one killed before it could write
        return owner.is_gone() or self._age_s(path) > self._lease_s

    def _age_s(self, path: Path) -> float:
        # One clock, that of the disk: those of two computers may differ by more than a lease.
        probe = self._folder / f".now-{uuid.uuid4().hex}"
        try:
            probe.touch()
            return probe.stat().st_mtime - path.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        finally:
            probe.unlink(missing_ok=True)


def _numbers(folder: Path, name: str) -> list[int]:
    return [number for found, number in _all(folder) if found == name]


def _all(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.iterdir():
        name, _, number = path.name.rpartition(".")
        if name and number.isdigit():
            yield name, int(number)


@cache
def _place() -> str:
    try:
        namespace = Path("/proc/self/ns/pid").readlink().as_posix()
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}"
