"""How a download stands and how it is ended: values for whoever starts and shows one. Not for the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Stop(Protocol):
    """Anything with `is_set` and `wait`, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Tell whether the download is to end."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is, so many seconds at most; tell whether it is."""
        ...


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is.

    Args:
        file: The file on its way.
        done_bytes: What is there of all files.
        wanted_bytes: What all files take.
        bytes_per_s: Over the last seconds; None before that is known.
        waits_s: Seconds until the next try, where a connection failed; else None.
    """

    file: str
    done_bytes: int
    wanted_bytes: int
    bytes_per_s: float | None
    waits_s: float | None = None

    @property
    def left_s(self) -> float | None:
        """Seconds it will still take at this speed; None while that is not known."""
        if not self.bytes_per_s:
            return None
        return (self.wanted_bytes - self.done_bytes) / self.bytes_per_s


OnProgress = Callable[[DownloadProgress], None]
