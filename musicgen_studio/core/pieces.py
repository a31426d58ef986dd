"""Long work on a sound that is done piece by piece: after each, somebody hears which share is done.

What is told so also lets others have their turn, or ends the work: whatever it raises leaves nothing behind.
"""

from collections.abc import Callable

OnPiece = Callable[[float], None]
"""Told after each piece which share is done, 0 to 1. What it raises ends the work."""


def nothing(_share: float) -> None:
    """Hear how far it is, and do nothing."""


def for_part(on_piece: OnPiece, number: int, parts: int) -> OnPiece:
    """Let one of several equal parts of a work tell how far it is; the whole is told what that makes."""
    return lambda share: on_piece((number + share) / parts)
