"""The pitch of a single voice over time, at once or while it is being sung.

swift-f0 does it, a small network that comes with its package; where its runtime cannot be loaded, librosa's pYIN does,
more slowly, behind the same interface. Not for notes (`notes`) or for sound with several voices: `is_one_voice` tells.
"""

from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, mono_mix
from musicgen_studio.core.melody import Floats, PitchCurve
from musicgen_studio.dsp.librosa_import import compiling_alone
from musicgen_studio.dsp.resample import StreamResampler, resample

Numbers = npt.NDArray[np.floating]

RATE_HZ = 16000
HOP = 256
HOP_S = HOP / RATE_HZ
MIN_HZ, MAX_HZ = 46.875, 2093.75
VOICED_CONFIDENCE = 0.5
"""swift-f0 is calibrated so that a frame has a pitch from here on."""

_GOOD_PEAK = 0.5
_SILENT_PEAK = 1e-3  # -60 dBFS: what is quieter is silence, and is not brought up
_ONE_VOICE_SHARE = 0.7  # synthesised voices have 0.94 to 0.99, bands 0.3 to 0.5
_FFT = 2048
_WINDOW_S = 30.0  # pYIN's memory grows with the length; the windows overlap by this:
_OVERLAP_FRAMES = 32


class PitchTracker(Protocol):
    """Finds the pitch of a voice."""

    def track(self, samples: Floats) -> PitchCurve:
        """Return the pitch of mono samples `[frames]` at 16 kHz, one frame every 256 samples, any length."""
        ...


class SwiftTracker:
    """swift-f0 (arXiv 2508.18440) on one thread: more would only wait for each other at this size.

    Raises:
        ImportError: If swift-f0 or its runtime cannot be loaded.
    """

    def __init__(self) -> None:
        from swift_f0 import SwiftF0

        self._network = SwiftF0(threads=1, spin=False)

    def track(self, samples: Floats) -> PitchCurve:
        """See `PitchTracker`."""
        if len(samples) < HOP:
            return _curve(np.zeros(0), np.zeros(0))
        found = self._network.detect(samples, RATE_HZ)
        return _curve(found.pitch_hz, found.confidence)


class PyinTracker:
    """pYIN by librosa (Mauch and Dixon 2014): no network, some ten times the work."""

    def track(self, samples: Floats) -> PitchCurve:
        """See `PitchTracker`."""
        frames = len(samples) // HOP
        size = round(_WINDOW_S / HOP_S)
        found = [self._track_window(samples, first, min(first + size, frames)) for first in range(0, frames, size)]
        f0_hz, confidence = np.concatenate(found, axis=1) if found else np.zeros((2, 0))
        return _curve(f0_hz, confidence)

    def _track_window(self, samples: Floats, first: int, stop: int) -> Numbers:
        """Return pitch and confidence `[2, frames]` of the frames from `first` up to, not with, `stop`."""
        with compiling_alone():
            from librosa.core.pitch import pyin

        left = max(first - _OVERLAP_FRAMES, 0)
        heard = samples[left * HOP : (stop + _OVERLAP_FRAMES) * HOP]
        f0_hz, is_voiced, probability = pyin(
            heard, fmin=MIN_HZ, fmax=MAX_HZ, sr=RATE_HZ, frame_length=2048, hop_length=HOP
        )
        # pYIN decides by the whole course, not by each frame's probability: bring both onto swift-f0's scale. Where it
        # has found no period at all its probability is 0.01, and its course through noise means nothing.
        confidence = np.where(
            is_voiced & (probability > 0.015), VOICED_CONFIDENCE + probability / 2, 0.49 * probability
        )
        own = slice(first - left, stop - left)
        return np.stack([np.nan_to_num(f0_hz), confidence])[:, own]


@cache
def pitch_tracker() -> PitchTracker:
    """Return the best tracker this machine has. It may be used from one thread at a time."""
    try:
        return SwiftTracker()
    except ImportError:
        return PyinTracker()


def track_pitch(audio: Audio, tracker: PitchTracker | None = None) -> PitchCurve:
    """Find the pitch of a whole recording. Takes about 0.01 s per second of sound; any thread.

    Args:
        audio: A single voice or instrument, any rate and length. Quiet ones are brought up first.
        tracker: None for the best there is.

    Returns:
        A frame every 16 ms. Without a pitch: silence, noise, and what lies below 47 or above 2093 Hz.
    """
    mono = mono_mix(resample(audio, RATE_HZ).samples)
    return (tracker or pitch_tracker()).track(mono * _gain(float(np.abs(mono).max(initial=0.0))))


class PitchStream:
    """The pitch of a voice while it is being recorded, at most 100 ms behind. For one thread.

    The network would like to hear 176 ms ahead; here it gets 32, so a frame now and then differs from what
    `track_pitch` says of the whole recording afterwards.

    Args:
        tracker: None for the best there is.
    """

    LOOKAHEAD_FRAMES = 2
    _LEFT_FRAMES = 11  # swift-f0's own: what lies further back does not change a frame

    def __init__(self, tracker: PitchTracker | None = None) -> None:
        self._tracker = tracker or pitch_tracker()
        self._resampler: StreamResampler | None = None
        self._rate: int | None = None
        self._heard: Floats = np.zeros(0, np.float32)  # from frame `_base` on
        self._base = 0
        self._told = 0
        self._peak = 0.0

    def feed(self, samples: Floats, rate: int) -> PitchCurve:
        """Take the next samples and return the frames that are new, often none.

        Args:
            samples: float32 mono `[frames]`, any number.
            rate: Their rate in Hz, the same at every call.

        Returns:
            The frames that follow those returned before.

        Raises:
            ValueError: If the rate changes.
        """
        if self._rate is None and rate != RATE_HZ:
            self._resampler = StreamResampler(rate, RATE_HZ, 1)
        if self._rate not in (None, rate):
            raise ValueError(f"rate must stay {self._rate}, got {rate}")
        self._rate = rate
        return self._take(samples if self._resampler is None else self._resampler.push(samples[:, None])[:, 0])

    def finish(self) -> PitchCurve:
        """Return the last frames; nothing can be fed after that."""
        rest = np.zeros(0, np.float32) if self._resampler is None else self._resampler.flush()[:, 0]
        return self._take(np.concatenate([rest, np.zeros(self.LOOKAHEAD_FRAMES * HOP, np.float32)]))

    def _take(self, samples: Floats) -> PitchCurve:
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
        self._heard = np.concatenate([self._heard, samples])
        last = self._base + len(self._heard) // HOP - self.LOOKAHEAD_FRAMES
        if last <= self._told:
            return _curve(np.zeros(0), np.zeros(0))
        curve = self._tracker.track(self._heard * _gain(self._peak))
        new = slice(self._told - self._base, last - self._base)
        self._told = last
        dropped = max(last - self._LEFT_FRAMES - self._base, 0)
        self._heard = self._heard[dropped * HOP :]
        self._base += dropped
        return PitchCurve(HOP_S, curve.f0_hz[new], curve.confidence[new])


def is_one_voice(curve: PitchCurve, audio: Audio) -> bool:
    """Tell whether a recording sounds like a single voice or instrument, so that its notes can be relied on.

    Args:
        curve: Of the recording.
        audio: The recording.

    Returns:
        False if much of its power lies beside the overtones of its pitch, as with chords, drums or a whole band; also
        if it has no pitch at all.
    """
    return harmonic_share(curve, audio) >= _ONE_VOICE_SHARE


def harmonic_share(curve: PitchCurve, audio: Audio) -> float:
    """Return how much of a recording's power between 60 Hz and 4 kHz lies on the overtones of its pitch, 0 to 1."""
    mono = mono_mix(resample(audio, RATE_HZ).samples)
    padded = np.pad(mono, _FFT // 2)
    hz = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)
    band = (hz > 60) & (hz < 4000)
    on, total = 0.0, 0.0
    for first in range(0, min(curve.frames, len(mono) // HOP), 4):
        power = np.abs(np.fft.rfft(padded[first * HOP : first * HOP + _FFT] * np.hanning(_FFT)))[band] ** 2
        total += float(power.sum())
        if f0_hz := float(curve.f0_hz[first]):
            off_hz = np.abs(hz[band] - f0_hz * np.maximum(np.round(hz[band] / f0_hz), 1))
            on += float(power[off_hz < np.maximum(2 * RATE_HZ / _FFT, 0.03 * hz[band])].sum())
    return on / total if total > 0 else 0.0


def _gain(peak: float) -> float:
    """Return what brings a quiet recording to a level the network was trained on."""
    return max(_GOOD_PEAK / peak, 1.0) if peak > _SILENT_PEAK else 1.0


def _curve(f0_hz: Numbers, confidence: Numbers) -> PitchCurve:
    is_voiced = (confidence >= VOICED_CONFIDENCE) & (f0_hz > 0)
    confidence = np.clip(confidence, 0, 1).astype(np.float32)
    return PitchCurve(HOP_S, np.where(is_voiced, f0_hz, 0).astype(np.float32), confidence)
