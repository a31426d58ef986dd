"""Hearing oneself while one records: what comes in goes out again, past everything else.

    input's thread: listen() ─► ring ─► add_to(): output's thread

Late by what both devices hold, some tens of milliseconds, and no more: what piles up is left out. An interface that can
do this itself does it sooner.
"""

import numpy as np

from musicgen_studio.core.audio import Samples, mono_mix
from musicgen_studio.sound.ring import Ring

_KEPT_S = 0.5
_MOST_BACKLOG_S = 0.06
"""What may wait beyond what the device asks for at a time; clocks drift apart, and devices begin with a gap."""


def chosen_channel(samples: Samples, channel: int) -> Samples:
    """Return the wanted channel of an input.

    Args:
        samples: float32 [frames, channels].
        channel: As printed on the device, from 1, the last one where there are fewer; 0 is all of them, mixed.

    Returns:
        float32 [frames, 1].
    """
    if channel == 0:
        return mono_mix(samples)[:, np.newaxis]
    last = min(channel, samples.shape[1])
    return samples[:, last - 1 : last]


class InputMonitor:
    """From one open input to one open output.

    Args:
        channel: Of the input, as for `chosen_channel`.
        input_rate: In Hz.
        output_rate: In Hz.
    """

    def __init__(self, channel: int, input_rate: int, output_rate: int) -> None:
        self._channel = channel
        self._rate = output_rate
        self._ring = Ring(round(_KEPT_S * output_rate), 1)
        self._resampler = None
        if input_rate != output_rate:
            from soxr import ResampleStream  # only where it is needed: rates are mostly the same

            self._resampler = ResampleStream(input_rate, output_rate, 1, dtype="float32", quality="QQ")

    def listen(self, samples: Samples) -> None:
        """Take what came in, float32 [frames, channels]. On the input's thread."""
        heard = np.nan_to_num(chosen_channel(samples, self._channel))
        if self._resampler is not None:
            heard = self._resampler.resample_chunk(np.ascontiguousarray(heard)).reshape(-1, 1)
        self._ring.write(heard)

    def add_to(self, out: Samples) -> None:
        """Add what was heard to float32 [frames, channels]. On the output's thread."""
        surplus = self._ring.available - len(out) - round(_MOST_BACKLOG_S * self._rate)
        if surplus > 0:
            self._ring.read_into(np.empty((surplus, 1), np.float32))
        heard = np.empty((len(out), 1), np.float32)
        self._ring.read_into(heard)
        out += heard

    def fill(self, out: Samples, delay_s: float, now_s: float) -> None:  # noqa: ARG002 - it has no place in time
        """Fill float32 [frames, channels] with what was heard alone; a `Fill`."""
        out.fill(0)
        self.add_to(out)
