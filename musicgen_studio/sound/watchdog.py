"""Whether a device still does what it was opened for.

A device that is unplugged raises nothing in PortAudio, the stream just finishes; one that is suspended or hangs does
not even do that. So somebody looks: at whether the stream finished unasked, and at when it last called.
"""

import threading
from enum import Enum
from time import monotonic

_STALLED_S = 1.0
_WAKING_S = 4.0
"""What a sleeping device may take: PulseAudio's null sink looks up every two seconds until somebody plays on it, and a
Bluetooth headset that turns to its microphone says nothing for a while."""

_FILLING_S = 0.25
"""The first calls fill the driver's buffer, all at once: the device has not moved yet."""


class Fault(Enum):
    """What is wrong with a device."""

    ENDED = "unplugged or switched off"
    STALLED = "has stopped calling"
    SILENT = "has not moved yet"


class Watchdog:
    """Watches one stream. `called` belongs to PortAudio's thread, the rest to the stream's owner."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        """To be set when PortAudio has finished, asked or not."""
        self.last_call_s = self._began_s = monotonic()
        self._is_awake = False
        self._suspected_s: float | None = None

    def begin(self) -> None:
        """Count from now on: the stream is about to start."""
        self.last_call_s = self._began_s = monotonic()

    def called(self) -> float:
        """Note that the device has called now; return when that is, in seconds of `monotonic`."""
        self.last_call_s = now_s = monotonic()
        self._is_awake = self._is_awake or now_s - self._began_s > _FILLING_S
        return now_s

    def fault(self) -> Fault | None:
        """Say what is wrong, None as long as it calls. To be called often, and only while it should.

        A device that seems to stall gets a little more time, until a later call: perhaps it was this program that
        stood still, in a call that held Python's lock.
        """
        if self.ended.is_set():
            return Fault.ENDED
        now_s = monotonic()
        if now_s - self.last_call_s <= (_STALLED_S if self._is_awake else _WAKING_S):
            self._suspected_s = None
        elif self._suspected_s is None:
            self._suspected_s = now_s
        elif now_s - self._suspected_s > _STALLED_S / 4:
            return Fault.STALLED if self._is_awake else Fault.SILENT
        return None
