"""A take while it is being recorded: on disk and in memory, from its first frame on.

Not for when it begins and ends, nor for the devices (`recording`).
"""

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.sound.growing import GrowingSound

_EXPECTED_S = 60.0


class GrowingTake:
    """A take in the making. The recording thread only.

    Args:
        partial: Its clip.
        overruns: Of the input, at its beginning.
    """

    def __init__(self, partial: PartialClip, overruns: int) -> None:
        self.partial = partial
        self.overruns = overruns
        self.sound = GrowingSound(partial.clip.sample_rate, 1, round(_EXPECTED_S * partial.clip.sample_rate))
        self.start_frame: int | None = None  # of the input; None in the count-in
        self.is_cut_off = False

    def feed(self, frame: int, samples: Samples) -> None:
        """Take what came in from a frame of the input on, as far as it belongs to the take.

        Raises:
            UserProblem: If the disk does not take it; it is kept and written later.
        """
        assert self.start_frame is not None
        missing = frame - self.start_frame - self.sound.frames
        if missing > 0 and self.sound.frames == 0:  # it begins before anything came in
            samples = np.concatenate([np.zeros((missing, 1), np.float32), samples])
        samples = samples[max(-missing, 0) :]
        if len(samples):
            self.sound.append(samples)
            self.partial.append(samples)
