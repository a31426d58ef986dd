"""How work is asked to end: a flag that whoever works looks at. Not for who sets it."""

from typing import Protocol


class StopFlag(Protocol):
    """Anything with `is_set`, such as `threading.Event`. May be set from any thread."""

    def is_set(self) -> bool:
        """Tell whether the work is to stop."""
        ...
