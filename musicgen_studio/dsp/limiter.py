"""Bringing a sound to a loudness below a true peak: a gain, and a limiter that looks ahead.

A clip with strong attacks cannot be made as loud as others by a gain alone: its peaks would go beyond full scale. The
limiter turns the sound down around such peaks only, by

    true peaks of short spans → the gain each needs → its lowest within look-ahead and hold → release → smoothing

All channels are turned down together, so that nothing moves in the stereo picture. Holding for half a period of the
lowest tone keeps the gain still while a steady tone lasts: it stays clean. The smoothing is a weighted mean over the
look-ahead, and the lowest gain was taken over the same time on both sides; so the smoothed gain is never above what a
peak needs, and no sample is clipped.

How much gain comes before the limiter is found by search: the energies of the spans are known, so the loudness of any
gain curve is a sum. What comes out is then measured, and the search corrected by what it was off.

Source of the idea: the usual look-ahead limiter, e.g. Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor
Design" (JAES 60, 2012); the moving minimum and mean are from the zita and Signalsmith limiters.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.loudness import STREAMING_CEILING_DB
from musicgen_studio.core.pieces import OnPiece, for_part, nothing
from musicgen_studio.dsp.loudness import (
    Floats,
    integrated_lufs,
    is_near_silence,
    lufs_of_energies,
    weighted_energies,
)
from musicgen_studio.dsp.true_peak import span_peaks, true_peak_db

MUCH_LIMITING_DB = 8.0
"""From here on limiting is heard as such, and the musician is told."""

_SPAN_S = 0.001
_LOOK_AHEAD_SPANS = 3
_HOLD_SPANS = 26  # half a period at 20 Hz
_RELEASE_S = 0.08
_HASTES = (1, 5, 25)  # what hold and release are divided by, where a clip could not be made loud enough else
_MOST_DB = 40.0  # of limiting; beyond it, it is not music that peaks
_MARGIN_DB = 0.1  # other meters look at the highest frequencies with other filters, and find a little more
_EXACT_LU = 0.05
_UNREACHED_LU = 0.3
_TRIES = 4
_SEARCH_DB = 0.01
_ROUNDING_LU = 1e-6
_PIECE_SPANS = 1 << 14


@dataclass(frozen=True, slots=True)
class Leveled:
    """A sound brought to a loudness.

    Args:
        audio: The sound, with the rate, channels and length it had.
        gain_db: What it was amplified by before the limiter.
        limited_db: What the limiter took away where it took most, 0 or more.
    """

    audio: Audio
    gain_db: float
    limited_db: float


class Leveler:
    """Brings one sound to a loudness, as often as is asked; what has to be known of the sound is measured once.

    Args:
        audio: Up to 8 channels.
        on_piece: Told which share of the measuring is done, 0 to 1; what it raises ends the work.

    Raises:
        ValueError: If there are more than 8 channels.
    """

    def __init__(self, audio: Audio, on_piece: OnPiece = nothing) -> None:
        self._audio, self._rate = audio, audio.sample_rate
        self._span_frames = max(1, round(_SPAN_S * audio.sample_rate))
        self._energies = weighted_energies(audio, self._span_frames, lambda share: on_piece(0.5 * share))
        peaks = span_peaks(audio.samples, self._span_frames, lambda share: on_piece(0.5 + 0.5 * share))
        self._peaks_db = 20 * np.log10(np.maximum(peaks, 1e-9, dtype=np.float64))

    def to(self, target_lufs: float, ceiling_db: float = STREAMING_CEILING_DB, on_piece: OnPiece = nothing) -> Leveled:
        """Bring the sound to a loudness.

        Args:
            target_lufs: Wanted loudness in LUFS.
            ceiling_db: Highest true peak in dBTP.
            on_piece: As for the class.

        Returns:
            The sound within 0.1 LU of the target, where 40 dB of limiting can get it there; else as loud as they make
            it. A sound near silence, or that the loudness gate takes for silence, is only turned down to the ceiling.
        """
        if self._is_silent:
            return self._turned_down(ceiling_db)
        wish_lufs, threshold_db = target_lufs, ceiling_db - _MARGIN_DB
        for number in range(_TRIES):
            plan = self._plan(wish_lufs, threshold_db)
            audio, limited_db = self._played(plan)
            lufs, over_db = _measured(audio, ceiling_db, for_part(on_piece, number, _TRIES))
            off_lu = target_lufs - lufs if lufs is not None and plan.can_reach else 0.0
            if over_db <= 0 and abs(off_lu) <= _EXACT_LU:
                break
            wish_lufs += off_lu
            threshold_db -= over_db + _MARGIN_DB if over_db > 0 else 0.0
        rest_db = max(0.0, over_db)  # even after the last try, a hundredth or so
        on_piece(1.0)  # most often one try is enough
        return Leveled(amplified(audio, -rest_db), plan.gain_db - rest_db, limited_db)

    @property
    def _is_silent(self) -> bool:
        return is_near_silence(self._audio) or self._lufs(_Plan(0.0, np.inf)) is None

    def _turned_down(self, ceiling_db: float) -> Leveled:
        gain_db = min(0.0, ceiling_db - float(self._peaks_db.max(initial=-np.inf)))
        return Leveled(amplified(self._audio, gain_db), gain_db, 0.0)

    def _plan(self, wish_lufs: float, threshold_db: float) -> "_Plan":
        """Find what gives a loudness: no more haste than it takes, and no more gain."""
        lowest = wish_lufs - (self._lufs(_Plan(0.0, np.inf)) or 0.0)  # right, if nothing has to be limited
        highest = threshold_db + _MOST_DB - float(self._peaks_db.max())
        if lowest >= highest:
            return _Plan(highest, threshold_db, can_reach=False)
        for haste in _HASTES:
            if self._is_enough(_Plan(highest, threshold_db, haste), wish_lufs):
                return self._softest(_Plan(lowest, threshold_db, haste), highest, wish_lufs)
        most_lufs = self._lufs(_Plan(highest, threshold_db)) or 0.0
        # The last bit of loudness would take most of the limiting.
        plan = self._softest(_Plan(lowest, threshold_db), highest, most_lufs - _UNREACHED_LU)
        return replace(plan, can_reach=False)

    def _softest(self, plan: "_Plan", highest_db: float, wish_lufs: float) -> "_Plan":
        """Return the least gain from the plan's up to the highest that is enough, as the highest is."""
        lowest_db = plan.gain_db
        if self._is_enough(plan, wish_lufs):
            return plan
        while highest_db - lowest_db > _SEARCH_DB:
            middle_db = (lowest_db + highest_db) / 2
            if self._is_enough(replace(plan, gain_db=middle_db), wish_lufs):
                highest_db = middle_db
            else:
                lowest_db = middle_db
        return replace(plan, gain_db=highest_db)

    def _is_enough(self, plan: "_Plan", wish_lufs: float) -> bool:
        lufs = self._lufs(plan)
        return lufs is not None and lufs >= wish_lufs - _ROUNDING_LU

    def _lufs(self, plan: "_Plan") -> float | None:
        """Return about how loud the sound would be."""
        gains = _linear(plan.gain_db - self._limiting_db(plan))
        powers = np.square((gains[:-1] + gains[1:]) / 2)
        return lufs_of_energies(self._energies * powers, self._span_frames / self._rate, self._rate)

    def _limiting_db(self, plan: "_Plan") -> Floats:
        return limiting_db(np.maximum(self._peaks_db + plan.gain_db - plan.threshold_db, 0.0), plan.haste)

    def _played(self, plan: "_Plan") -> tuple[Audio, float]:
        """Return the sound after a gain and a limiter, and what was limited at most."""
        limiting = self._limiting_db(plan)
        samples = _with_gains(self._audio.samples, _linear(plan.gain_db - limiting), self._span_frames)
        return Audio(samples, self._rate), float(limiting.max())


@dataclass(frozen=True, slots=True)
class _Plan:
    """A gain, the threshold of the limiter after it, how hastily that lets go, and whether it makes loud enough."""

    gain_db: float
    threshold_db: float
    haste: int = 1
    can_reach: bool = True


def limiting_db(needed_db: Floats, haste: int = 1) -> Floats:
    """Return by how much to turn a sound down, smoothly, so that each span is turned down by what it needs at least.

    Args:
        needed_db: For each span of a millisecond, 0 or more, `[spans]`.
        haste: What the times of hold and release are divided by.

    Returns:
        `[spans + 1]`, at the beginnings of the spans and at the end; between them it goes in a straight line.
    """
    from scipy.ndimage import maximum_filter1d  # late: it takes a moment, which opening the window would feel

    edges: Floats = np.maximum(np.append(needed_db, 0.0), np.append(0.0, needed_db))
    if not edges.any():
        return edges
    ahead, hold = _LOOK_AHEAD_SPANS, _HOLD_SPANS // haste // 2 * 2  # even, so that the window has a middle
    window = hold + 2 * ahead + 1
    padded = np.pad(edges, (hold + ahead, ahead + window))
    held = maximum_filter1d(padded, window)[window // 2 :][: len(edges)]
    released = np.maximum(held, _decayed(held, haste * _SPAN_S / _RELEASE_S))
    weights = np.hanning(2 * ahead + 3)[1:-1]
    smooth: Floats = np.convolve(np.pad(released, ahead, mode="edge"), weights / weights.sum(), mode="valid")
    return smooth


def _decayed(levels: Floats, per_step: float) -> Floats:
    """Return the highest of each level and those before it, the earlier the less: `y[n] = max(x[n], y[n-1] e^-p)`."""
    with np.errstate(divide="ignore"):  # the logarithm of nothing is -inf, and stays so
        time = per_step * np.arange(len(levels))
        highest: Floats = np.exp(np.maximum.accumulate(np.log(levels) + time) - time)
    return highest


def _with_gains(samples: Samples, gains: Floats, span_frames: int) -> Samples:
    """Return the sound with gains that are given at the edges of its spans and go in a straight line between them."""
    made = np.empty_like(samples)
    way = np.arange(span_frames, dtype=np.float32) / np.float32(span_frames)  # from 0 to 1 through a span
    starts, steps = gains[:-1].astype(np.float32), np.diff(gains).astype(np.float32)
    for first in range(0, len(steps), _PIECE_SPANS):
        rows = slice(first, first + _PIECE_SPANS)
        curve = (starts[rows, None] + steps[rows, None] * way).reshape(-1, 1)  # [frames, 1]
        frames = slice(first * span_frames, first * span_frames + len(curve))
        np.multiply(samples[frames], curve[: len(samples[frames])], out=made[frames])
    return made


def _measured(audio: Audio, ceiling_db: float, on_piece: OnPiece) -> tuple[float | None, float]:
    """Return how loud a sound is, and how far its true peak is above the ceiling."""
    lufs = integrated_lufs(audio, lambda share: on_piece(0.6 * share))
    return lufs, true_peak_db(audio, lambda share: on_piece(0.6 + 0.4 * share)) - ceiling_db


def amplified(audio: Audio, gain_db: float) -> Audio:
    """Return the sound, made louder or, with a gain below 0, softer; the very same with 0."""
    return Audio(audio.samples * np.float32(_linear(gain_db)), audio.sample_rate) if gain_db else audio


def _linear(gain_db: Any) -> Any:
    return 10 ** (gain_db / 20)
