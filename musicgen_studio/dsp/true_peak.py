"""How high a sound really peaks, between its samples as well as on them: ITU-R BS.1770-4, annex 2.

The sound is looked at four times as finely as it is sampled. Where even then the highest point lies between two values,
a parabola through three of them finds it: plain fourfold oversampling can miss half a decibel near the highest
frequency, and other meters, which look closer, would then find more than was promised.
"""

from collections.abc import Iterator
from math import inf, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.pieces import OnPiece, for_part, nothing
from musicgen_studio.dsp.resample import StreamResampler

_OVERSAMPLING = 4
_PIECE_FRAMES = 1 << 16
_SPAN_FRAMES = 64

_Channel = NDArray[np.float32]


def true_peak_db(audio: Audio, on_piece: OnPiece = nothing) -> float:
    """Measure the highest point of a sound.

    Args:
        audio: Any sound.
        on_piece: Told after each few seconds of sound which share is done, 0 to 1; what it raises ends the work.

    Returns:
        The peak in dBTP (0 is full scale), minus infinity for silence.
    """
    peak = float(span_peaks(audio.samples, _SPAN_FRAMES, on_piece).max(initial=0.0))
    return 20 * log10(peak) if peak > 0 else -inf


def span_peaks(samples: Samples, span_frames: int, on_piece: OnPiece = nothing) -> _Channel:
    """Return the true peak of each short span of a sound, of whichever channel is highest.

    Args:
        samples: float32 `[frames, channels]`.
        span_frames: Length of a span.
        on_piece: As for `true_peak_db`.

    Returns:
        `[spans]`, the last one perhaps of fewer frames. What is between two spans belongs to the earlier.
    """
    peaks = np.zeros(-(-len(samples) // span_frames), np.float32)
    channels = samples.shape[1]
    for number in range(channels if len(samples) else 0):
        # One channel after the other: what stands side by side in memory goes three times as fast.
        channel = np.ascontiguousarray(samples[:, number])
        peaks = np.maximum(peaks, _on_samples(channel, span_frames))
        pieces = _oversampled(channel, span_frames, for_part(on_piece, number, channels))
        peaks = np.maximum(peaks, np.concatenate([_between(piece, span_frames) for piece in pieces])[: len(peaks)])
    return peaks


def _on_samples(channel: _Channel, span_frames: int) -> _Channel:
    """Return the highest sample of each span."""
    padded = np.pad(channel, (0, -len(channel) % span_frames)).reshape(-1, span_frames)
    highest: _Channel = np.maximum(padded.max(axis=1), -padded.min(axis=1))
    return highest


def _oversampled(channel: _Channel, span_frames: int, on_piece: OnPiece) -> Iterator[_Channel]:
    """Yield the size of the sound at four times its rate, in pieces of whole spans, each with its two neighbours."""
    # Four times the rate, whatever the rate is: only the ratio counts.
    stream = StreamResampler(1, _OVERSAMPLING, 1)
    span = span_frames * _OVERSAMPLING
    waiting = np.zeros(1, np.float32)
    for start in range(0, len(channel), _PIECE_FRAMES):
        finer = stream.push(channel[start : start + _PIECE_FRAMES, None])
        waiting = np.concatenate([waiting, np.abs(finer[:, 0])])
        whole = max(0, (len(waiting) - 2) // span * span)
        if whole:
            yield waiting[: whole + 2]
        waiting = waiting[whole:]
        on_piece(min(1.0, (start + _PIECE_FRAMES) / len(channel)))
    waiting = np.concatenate([waiting, np.abs(stream.flush()[:, 0]), np.zeros(span + 1, np.float32)])
    yield waiting[: (len(waiting) - 2) // span * span + 2]


def _between(values: _Channel, span_frames: int) -> _Channel:
    """Return the highest point of each span of fine values, `[spans]`; the first and the last are neighbours only."""
    inner = values[1:-1].reshape(-1, span_frames * _OVERSAMPLING)
    at = inner.argmax(axis=1) + np.arange(len(inner)) * inner.shape[1] + 1
    peaks: _Channel = _parabola(values[at - 1], values[at], values[at + 1])
    return peaks


def _parabola(left: Any, middle: Any, right: Any) -> Any:
    """Return the top of the parabola through three values, or the middle one where it is not the highest."""
    bend = left - 2 * middle + right
    is_top = (middle >= left) & (middle >= right) & (bend < 0)
    return middle - np.where(is_top, (left - right) ** 2 / np.where(is_top, 8 * bend, 1), 0)
