"""What a singer hears while recording: the metronome, and the own voice as it comes in.

One output is open for both. If there is none, or it goes, the beats run on unheard, and why is kept to be told. Not for
what is recorded (`recording`).
"""

import logging
from collections.abc import Callable

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName
from musicgen_studio.sound.metronome import ClickTrack
from musicgen_studio.sound.monitor import InputMonitor
from musicgen_studio.sound.output import LATENCY_S, Fill, Output, SoundSystem
from musicgen_studio.sound.recorder import Input
from musicgen_studio.studio.humming.recording_state import RecordingSetup

_LOG = logging.getLogger("musicgen_studio")

_SILENT_RATE = 48000
_MONITOR_LATENCY_S = 0.03


class Accompaniment:
    """Clicks and monitor of one recording session, in its thread.

    Args:
        outputs: Where they can be heard.
        clock: Seconds that only grow, the same as the outputs'.

    Attributes:
        clicks: The beats that run, heard or not; None for none.
        problem: Why nothing is heard, or None.
    """

    def __init__(self, outputs: SoundSystem, clock: Callable[[], float]) -> None:
        self.clicks: ClickTrack | None = None
        self.problem: UserProblem | None = None
        self._outputs = outputs
        self._clock = clock
        self._output: Output | None = None
        self._monitor: InputMonitor | None = None

