"""When which drum is struck: kick, snare and hi-hat, by how suddenly the bands they live in get louder.

For a stem of drums alone. Toms, cymbals and what else there is come out as the nearest of the three. Not for pitched
notes (`notes`) nor for tempo (`analysis`).

Sources: the spectral flux of J. P. Bello and others, "A Tutorial on Onset Detection in Music Signals" (2005), section
III, taken band by band; the drums' numbers are those of General MIDI Level 1, table 3.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples, mono_mix
from musicgen_studio.core.melody import Note
from musicgen_studio.dsp.resample import resample

KICK, SNARE, HI_HAT = 36, 38, 42

_RATE_HZ = 22_050
_WINDOW, _HOP = 512, 128
_PIECE_HOPS = 4096
_BANDS_HZ = ((30.0, 130.0), (180.0, 450.0), (1500.0, 4500.0), (7000.0, 11_000.0))
_THUMP, _BODY, _RATTLE, _HISS = range(len(_BANDS_HZ))
_THUMP_RISE_DB, _BODY_RISE_DB, _RATTLE_RISE_DB, _HISS_RISE_DB = 10.0, 10.0, 8.0, 8.0  # within `_RISE_HOPS`: a stroke
_RISE_HOPS = 5
_FLOOR_DB = -48.0  # below the loudest moment of the band
_QUIET_DB = -56.0  # below the loudest moment of all bands: a band without its drum has only what others spill
_SILENCE_DB = -120.0
_APART_HOPS = 10  # 58 ms between two strokes of one drum
_SAME_HOPS = 4  # 23 ms: one stroke in two bands
_LATER_HOPS = (4, 10)  # 23 to 58 ms after a stroke: what is heard then is the drum and not the knock
_EARLY_HOPS = 2  # the steepest rise comes so much after the stroke
# The least, below the loudest moment of all bands.
_KICK_LATER_DB = -26.0
_SNARE_BODY_DB = -26.0
_BODY_LATER_DB, _RATTLE_LATER_DB = -33.0, -28.0  # of a snare together with a kick, which has a body of its own
_LENGTH_S = 0.1

_Levels = npt.NDArray[np.float64]


def find_hits(audio: Audio, on_share: Callable[[float], None] = lambda _share: None) -> tuple[Note, ...]:
    """Return the strokes of a drum stem.

    Args:
        audio: The drums alone, at any rate.
        on_share: Told how much is done, 0 to 1; what it raises ends the work.

    Returns:
        Notes in the order of their onsets, whose pitch is `KICK`, `SNARE` or `HI_HAT`; none in silence.
    """
    mono = Audio(mono_mix(audio.samples)[:, np.newaxis], audio.sample_rate)
    levels_db = np.concatenate(list(_levels_db(resample(mono, _RATE_HZ).samples[:, 0], on_share)))  # [hops, bands]
    loudest_db = levels_db.max(axis=0)
    if loudest_db.max() <= _SILENCE_DB:
        return ()
    floor_db = np.maximum(loudest_db + _FLOOR_DB, loudest_db.max() + _QUIET_DB)
    heard_db = np.maximum(levels_db, floor_db)
    before_db = np.concatenate([np.repeat(floor_db[np.newaxis], _RISE_HOPS, axis=0), heard_db])[: len(heard_db)]
    return tuple(
        Note(max(hop - _EARLY_HOPS, 0) * _HOP / _RATE_HZ, _LENGTH_S, drum, _velocity(heard_db, hop, band))
        for hop, drum, band in _strokes(heard_db - before_db, heard_db)
    )


def _levels_db(samples: Samples, on_share: Callable[[float], None]) -> Iterator[_Levels]:
    """Yield how loud each band is, `[hops, bands]`, piece by piece; hop i looks at the samples around i * `_HOP`."""
    window = np.hanning(_WINDOW)
    hz = np.fft.rfftfreq(_WINDOW, 1 / _RATE_HZ)
    bands = np.stack([(hz >= low) & (hz < high) for low, high in _BANDS_HZ]).astype(np.float64)  # [bands, bins]
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    hops = len(samples) // _HOP + 1
    for start in range(0, hops, _PIECE_HOPS):
        stop = min(start + _PIECE_HOPS, hops)
        part = padded[start * _HOP : (stop - 1) * _HOP + _WINDOW]
        frames = np.lib.stride_tricks.sliding_window_view(part, _WINDOW)[::_HOP]  # [hops, samples]
        power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2 @ bands.T
        on_share(stop / hops)
        yield 10 * np.log10(power + 1e-20)


def _strokes(rise_db: _Levels, heard_db: _Levels) -> list[tuple[int, int, int]]:
    """Return hop, drum and band of each stroke, in order."""
    later_db = _later_db(heard_db) - heard_db.max()  # [hops, bands]
    thumps = _peaks(rise_db[:, _THUMP], _THUMP_RISE_DB)
    kicks = [hop for hop in thumps if later_db[hop, _THUMP] >= _KICK_LATER_DB]
    bodies = _peaks(rise_db[:, _BODY], _BODY_RISE_DB)
    snares = [hop for hop in bodies if _is_snare(hop, kicks, rise_db, heard_db - heard_db.max(), later_db)]
    hisses = _peaks(rise_db[:, _HISS], _HISS_RISE_DB)
    hats = [hop for hop in hisses if all(abs(hop - snare) > _SAME_HOPS for snare in snares)]
    found = [(hop, KICK, _THUMP) for hop in kicks]
    found += [(hop, SNARE, _BODY) for hop in snares]
    found += [(hop, HI_HAT, _HISS) for hop in hats]
    return sorted(found)


def _peaks(rise_db: npt.NDArray[np.float64], least_db: float) -> list[int]:
    """Return where a band gets louder by so much and most, strokes at least `_APART_HOPS` apart."""
    found: list[int] = []
    for hop in np.flatnonzero(rise_db >= least_db):
        around = rise_db[max(hop - _APART_HOPS // 2, 0) : hop + _APART_HOPS // 2 + 1]
        if rise_db[hop] == around.max() and (not found or hop - found[-1] >= _APART_HOPS):
            found.append(int(hop))
    return found


def _later_db(heard_db: _Levels) -> _Levels:
    """Return how loud each band is on average a little after each hop."""
    first, stop = _LATER_HOPS
    padded = np.pad(heard_db, ((0, stop), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded[first:], stop - first, axis=0)
    later: _Levels = windows[: len(heard_db)].mean(axis=-1)
    return later


def _is_snare(hop: int, kicks: list[int], rise_db: _Levels, heard_db: _Levels, later_db: _Levels) -> bool:
    """Tell a snare, which has a body and rattles, from a hi-hat, a tom and a kick."""
    around = slice(max(hop - _SAME_HOPS, 0), hop + _SAME_HOPS)
    if rise_db[around, _RATTLE].max() < _RATTLE_RISE_DB:
        return False
    if any(abs(hop - kick) <= _SAME_HOPS for kick in kicks):
        return bool(later_db[hop, _BODY] >= _BODY_LATER_DB and later_db[hop, _RATTLE] >= _RATTLE_LATER_DB)
    return bool(heard_db[around, _BODY].max() >= _SNARE_BODY_DB)


def _velocity(heard_db: _Levels, hop: int, band: int) -> float:
    """Return how loud a stroke is, beside the loudest of its drum."""
    level_db = heard_db[hop : hop + _RISE_HOPS, band].max() - heard_db[:, band].max()
    return float(np.clip(10 ** (level_db / 40), 0.1, 1.0))
