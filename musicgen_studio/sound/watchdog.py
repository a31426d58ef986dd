"""Whether a device still does what it was opened for.

A device that is unplugged raises nothing in PortAudio, the stream just finishes; one that is suspended or hangs does
not even do that. So somebody looks: at whether the stream finished unasked, and at when it last called.

On a busy computer it is the program that gets no processor, and then a device seems to stand still that does not. So
its silence is counted only as far as whoever looks was punctual: who comes late knows nothing of the time between.
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

_PUNCTUAL_S = 0.1
"""Between two looks: who looks is called every 0.02 s or so, and the device's thread wants as little as that."""


class DeviceFault(Enum):
    """What is wrong with a device."""

    ENDED = "unplugged or switched off"
    STALLED = "has stopped calling"
    SILENT = "has not moved yet"


class Watchdog:
    """Watches one stream. `called` belongs to PortAudio's thread, the rest to the stream's owner."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        """To be set when PortAudio has finished, asked or not."""
        self.last_call_s = self._began_s = self._looked_s = monotonic()
        self._is_awake = False
        self._seen_call_s = self.last_call_s
        self._silent_s = 0.0

    @property
    def is_awake(self) -> bool:
        """Whether the device has moved since the stream was started. Any thread."""
        return self._is_awake

    def begin(self) -> None:
        """Count from now on: the stream is about to start."""
        self.last_call_s = self._began_s = self._looked_s = monotonic()

    def called(self) -> float:
        """Note that the device has called now; return when that is, in seconds of `monotonic`."""
        self.last_call_s = now_s = monotonic()
        self._is_awake = self._is_awake or now_s - self._began_s > _FILLING_S
        return now_s

    def fault(self, patience: float = 1.0) -> DeviceFault | None:
        """Say what is wrong, None as long as it calls. To be called often, and only while it should.

        Args:
            patience: How many times the usual second it may stand still, from 1.
        """
        if self.ended.is_set():
            return DeviceFault.ENDED
        self._look()
        longest_s = patience * _STALLED_S
        if self._silent_s <= (longest_s if self._is_awake else max(longest_s, _WAKING_S)):
            return None
        return DeviceFault.STALLED if self._is_awake else DeviceFault.SILENT

    def _look(self) -> None:
        """Add to its silence what was watched of it."""
        now_s, last_call_s = monotonic(), self.last_call_s
        watched_s = min(now_s - self._looked_s, _PUNCTUAL_S)
        self._silent_s = self._silent_s + watched_s if last_call_s == self._seen_call_s else 0.0
        self._looked_s, self._seen_call_s = now_s, last_call_s
