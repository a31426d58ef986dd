"""How a clip's figures are written on the screen."""

from PySide6.QtCore import QCoreApplication

from musicgen_studio.core.ending import Ending
from musicgen_studio.core.tempo_map import TempoMap

_WHOLE = 0.06
"""Beats by which a length may miss a whole number and be called it: 30 ms at 120 beats a minute."""


def clock(seconds: float, tenths: bool = True) -> str:
    """Write a time: `0:03.2`, or `0:03` without tenths. Never rounded up, so that a clock does not run ahead.

    Args:
        seconds: 0 or more.
        tenths: Whether to show tenths of a second.
    """
    whole = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(whole, 600)
    return f"{minutes}:{rest / 10:04.1f}" if tenths else f"{minutes}:{rest // 10:02d}"


def similarity_in_words(share: float) -> str:
    """Write how far a clip follows its melody: `0.61`.

    Args:
        share: 0 to 1.
    """
    return f"{share:.2f}"


def how_it_ends(ending: Ending) -> str:
    """Write how a clip ends, and why so: `fades out (none of 4 tries came to rest by itself)`."""
    if not ending.tried:
        return QCoreApplication.translate("ending", "fades out")
    if ending.tried == 1:
        return _of_one_try(ending)
    if ending.is_own:
        words = QCoreApplication.translate("ending", "ends by itself ({0} of {1} tries did well)")
        return words.format(ending.good, ending.tried)
    if not ending.rested:
        words = QCoreApplication.translate("ending", "fades out (none of {0} tries came to rest by itself)")
        return words.format(ending.tried)
    words = QCoreApplication.translate("ending", "fades out ({0} of {1} tries rested, none on the bar and in key)")
    return words.format(ending.rested, ending.tried)


def _of_one_try(ending: Ending) -> str:
    if ending.is_own:
        return QCoreApplication.translate("ending", "ends by itself")
    if not ending.rested:
        return QCoreApplication.translate("ending", "fades out (it did not come to rest by itself)")
    return QCoreApplication.translate("ending", "fades out (it rested, but not on the bar and in key)")


def length(start_s: float, end_s: float, tempo_map: TempoMap | None) -> str:
    """Write how long a stretch of a clip is: `4 bars · 7.68 s`, `1 bar 2.5 beats · 3.12 s`, `3.12 s`.

    Args:
        start_s: Where it begins, in seconds.
        end_s: Where it ends.
        tempo_map: The clip's beats; None if they are not known.
    """
    seconds = QCoreApplication.translate("length", "{0:.2f} s").format(end_s - start_s)
    return seconds if tempo_map is None else f"{_bars(start_s, end_s, tempo_map)} · {seconds}"


def _bars(start_s: float, end_s: float, tempo_map: TempoMap) -> str:
    beats = tempo_map.beat_at(end_s) - tempo_map.beat_at(start_s)
    beats = float(round(beats)) if abs(beats - round(beats)) <= _WHOLE else round(beats, 1)
    bars, rest = divmod(beats, tempo_map.beats_per_bar)
    rest = round(rest, 1)
    said = []
    if bars:
        many = QCoreApplication.translate("length", "{0} bars")
        said.append(QCoreApplication.translate("length", "1 bar") if bars == 1 else many.format(f"{bars:.0f}"))
    if rest or not bars:
        many = QCoreApplication.translate("length", "{0} beats")
        said.append(QCoreApplication.translate("length", "1 beat") if rest == 1 else many.format(f"{rest:g}"))
    return " ".join(said)
