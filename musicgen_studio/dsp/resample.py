"""Changing the sample rate, at once or in a stream, with soxr's HQ recipe (passband to 91 % of the lower Nyquist).

Not for changing pitch or speed.
"""

import numpy as np
import soxr

from musicgen_studio.core.audio import Audio, Samples, mono_mix
from musicgen_studio.core.pieces import OnPiece, nothing

_PIECE_FRAMES = 1 << 20  # 0.1 s of work


def resample(audio: Audio, sample_rate: int, on_piece: OnPiece = nothing) -> Audio:
    """Return the same sound at another sample rate.

    Args:
        audio: Any sound.
        sample_rate: The wanted rate in Hz, above 0.
        on_piece: Told after each tenth of a second or so which share is done, 0 to 1; what it raises ends the work.

    Returns:
        The sound at that rate, of the same duration to within a frame; the very same object if it has the rate already.

    Raises:
        ValueError: If the rate is not above 0.
    """
    if audio.sample_rate == sample_rate:
        return audio
    if audio.frames <= _PIECE_FRAMES:
        return Audio(soxr.resample(audio.samples, audio.sample_rate, sample_rate, quality="HQ"), sample_rate)
    stream = StreamResampler(audio.sample_rate, sample_rate, audio.channels)
    pieces = []
    for start in range(0, audio.frames, _PIECE_FRAMES):
        pieces.append(stream.push(audio.samples[start : start + _PIECE_FRAMES]))
        on_piece(min(1.0, (start + _PIECE_FRAMES) / audio.frames))
    return Audio(np.concatenate([*pieces, stream.flush()]), sample_rate)


def mono_at(audio: Audio, sample_rate: int, on_piece: OnPiece = nothing) -> Samples:
    """Return the mean of a sound's channels at another sample rate, float32 `[frames]`: what models listen to.

    Args:
        audio: Any sound.
        sample_rate: The wanted rate in Hz, above 0.
        on_piece: As for `resample`.
    """
    mixed = Audio(mono_mix(audio.samples)[:, np.newaxis], audio.sample_rate)  # mixed first: less to resample
    return resample(mixed, sample_rate, on_piece).samples[:, 0]


class StreamResampler:
    """Changes the rate of sound that arrives piece by piece. One thread at a time.

    The pieces that come out, joined, are what `resample` makes of the pieces that go in, joined.

    Args:
        from_rate: Rate of what is pushed, in Hz, above 0.
        to_rate: Rate of what comes out, in Hz, above 0.
        channels: Number of channels.

    Raises:
        ValueError: If a rate or the number of channels is not above 0.
    """

    def __init__(self, from_rate: int, to_rate: int, channels: int) -> None:
        self._stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="HQ")
        self._channels = channels

    def push(self, samples: Samples) -> Samples:
        """Take the next piece and return what is ready.

        Args:
            samples: float32 `[frames, channels]`, any number of frames.

        Returns:
            float32 `[frames, channels]`, often fewer than the ratio would give, as the filter looks ahead.
        """
        ready: Samples = self._stream.resample_chunk(samples)
        return ready

    def flush(self) -> Samples:
        """End the sound and return the rest, float32 `[frames, channels]`. The resampler can then begin a new sound."""
        rest: Samples = self._stream.resample_chunk(np.empty((0, self._channels), np.float32), last=True)
        self._stream.clear()
        return rest
