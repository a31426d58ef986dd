"""A clip of the library on its way to the screen and the speakers: seen and heard while its file is still being read.

Not for what is done with it there (`ui.window.listening`) nor for the small waveforms of the library's rows.
"""

from collections.abc import Callable
from threading import Event
from time import monotonic

from musicgen_studio.core.clip import Clip
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.errors import StoppedError
from musicgen_studio.library.library import Library
from musicgen_studio.sound.growing import GrowingSound
from musicgen_studio.sound.metronome import Clicks, Metronome
from musicgen_studio.sound.mixing import ClickedSound
from musicgen_studio.sound.playable import PlayableSound


class Opening:
    """One clip being read. `read` belongs to a background thread, the rest to any.

    Args:
        library: Which has it.
        clip: Which one.
        metronome: Whose clicks are to be heard over it, None for none.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        library: Library,
        clip: Clip,
        metronome: Metronome | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.sound = GrowingSound(clip.sample_rate, clip.channels, clip.frames)
        self.peaks = PeakPyramid(clip.channels)
        self.audible: PlayableSound = self.sound
        if metronome is not None:
            self.audible = ClickedSound(self.sound, Clicks(metronome, clip.sample_rate))
        self._library, self._clip, self._clock = library, clip, clock
        self._stop = Event()
        self._began_s: float | None = None

    def stop(self) -> None:
        """Read no further: nobody looks at it any more."""
        self._stop.set()

    def speed(self) -> float | None:
        """Return how many seconds of sound are read per second; None before that is known."""
        if self._began_s is None or not self.sound.frames:
            return None
        return self.sound.frames / self.sound.sample_rate / max(self._clock() - self._began_s, 1e-3)

    def read(self, quitting: Event) -> None:
        """Read the whole file.

        Args:
            quitting: Set when the program ends.

        Raises:
            UserProblem: If the file is gone or damaged; what was read before stays.
            StoppedError: After `stop`, or when the program ends.
        """
        self._began_s = self._clock()
        try:
            for block in self._library.blocks(self._clip.id):
                if self._stop.is_set() or quitting.is_set():
                    raise StoppedError
                self.sound.append(block.samples)
                self.peaks.append(block.samples)
        finally:
            self.sound.end()
