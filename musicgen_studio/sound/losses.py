"""When a device that seems lost is to be opened again, and when that is of no use.

A computer that is busy with something else lets a sound server stand still for seconds, and the device with it. It is
still there then: it is listed, it can be opened, and it calls, be it late. One that is gone does none of that. So it is
opened again, each time with more patience, until it is refused or stays dumb more often than can be chance.

Not for devices (`output`, `recorder`) nor for what becomes of the music meanwhile (`transport`, `studio.recording`).
"""

from math import inf

_FORGOTTEN_S = 30.0  # since the last loss: what comes after it is another story
_MOST_PATIENT = 8.0
_VAIN_TRIES = 2
_WAITS_S = (0.0, 1.0, 2.0, 4.0)
"""Before each try in a row: at first it may have been nothing, then a sound server may be starting anew."""


class Losses:
    """What was lost lately. For one thread."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._in_vain = 0
        self._last_s = -inf

    @property
    def patience(self) -> float:
        """How many times longer than usual the device may stand still: 1 at first, more after each loss."""
        return min(2.0**self._in_a_row, _MOST_PATIENT)

    def note(self, now_s: float, *, was_awake: bool) -> float | None:
        """Note that the device was lost, or could not be opened again.

        Args:
            now_s: Seconds of a clock that only grows.
            was_awake: Whether it had called since it was opened.

        Returns:
            After how many seconds to open it again; None: it is of no use.
        """
        if now_s - self._last_s > _FORGOTTEN_S:
            self._in_a_row = 0
        wait_s = _WAITS_S[min(self._in_a_row, len(_WAITS_S) - 1)]
        self._last_s, self._in_a_row = now_s, self._in_a_row + 1
        self._in_vain = 0 if was_awake else self._in_vain + 1
        return None if self._in_vain >= _VAIN_TRIES else wait_s

    def forget(self) -> None:
        """Begin anew: it was given up, or another device is used."""
        self._in_a_row = self._in_vain = 0
        self._last_s = -inf
