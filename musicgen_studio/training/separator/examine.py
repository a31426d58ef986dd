"""How well a separator separates, in decibels, beside the best that masks can do and what needs no model.

    SDR = 10·log10(Σ s² / Σ (s − ŝ)²), for each piece and stem; stems that are silent in a piece are left out; medians

Held-out pieces are of the composer's styles in every key, some played by instruments never heard in training. After
the codec a clean stem is no reference, as a codec keeps no waveform: there the stem is what the oracle's masks leave of
the coded mix; beside it magnitudes against those of the clean stem. The oracle knows the stems: its masks are
|S|² / Σ|S|². Two floors know nothing: the percussive half of the sound for the drums (Fitzgerald 2010), a low-pass at
200 Hz for the bass; and the mix itself for every stem.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter
from scipy.signal import butter, istft, sosfiltfilt, stft

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.separation.api import Separator
from musicgen_studio.training.music.orchestras import COMPOSERS, STRANGE, Orchestra
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Report
from musicgen_studio.training.separator.mixing import Coding
from musicgen_studio.training.separator.pieces import HELD_OUT_FROM, piece
from musicgen_studio.training.settings import SeparatorSettings

_PART_S = (6.0, 16.0)
_SOUNDS_RMS = 3e-3
_FFT_SAMPLES = 2048
_MEDIAN_CELLS = 31
_LOW_PASS_HZ = 200

Spectra = npt.NDArray[np.complex64]
Estimates = Sequence[Samples] | Samples


@dataclass(frozen=True, slots=True)
class StemFigures:
    """A line of the table.

    Args:
        name: What was measured.
        values: By stem; NaN where there is none.
    """

    name: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A piece under examination.

    Args:
        stems: float32 `[4, frames]`.
        mix: What is to be separated: their sum, or that through a codec.
    """

    stems: Samples
    mix: Samples

    def sounds(self, row: int) -> bool:
        """Tell whether a stem sounds in this piece."""
        return float(np.sqrt(np.mean(np.square(self.stems[row])))) > _SOUNDS_RMS


def examine(
    separator: Separator,
    synthesizer: Synthesizer,
    settings: SeparatorSettings,
    pieces: int,
    through: Coding,
    report: Report,
) -> list[StemFigures]:
    """Measure a separator.

    Args:
        separator: Of drums, bass, lead and other.
        synthesizer: Plays the pieces.
        settings: Whose pieces.
        pieces: How many of each kind.
        through: The codec.
        report: Takes a line for the person.
    """
    rows = []
    for orchestra, words in ((COMPOSERS, "held out"), (STRANGE, "instruments never heard")):
        report(f"{words}: playing {pieces} pieces")
        clean = list(_played(synthesizer, settings, pieces, orchestra))
        rows += _clean_rows(separator, clean, words, report)
        report(f"{words}: through the codec")
        rows += _coded_rows(separator, [Measured(each.stems, through(each.mix)) for each in clean], words, report)
    return rows


def table(stems: Sequence[str], rows: Sequence[StemFigures]) -> str:
    """Return the figures as a Markdown table, decibels."""
    lines = [f"| dB, median | {' | '.join(stems)} |", f"|---|{'---|' * len(stems)}"]
    for row in rows:
        cells = (f"{row.values[stem]:.1f}" if np.isfinite(row.values.get(stem, np.nan)) else "" for stem in stems)
        lines.append(f"| {row.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def sdr_db(stem: Samples, estimate: Samples) -> float:
    """Return the signal-to-distortion ratio."""
    wrong = np.sum(np.square(stem - estimate, dtype=np.float64))
    return float(10 * np.log10(np.sum(np.square(stem, dtype=np.float64)) / (wrong + 1e-9)))


def magnitude_sdr_db(stem: Samples, estimate: Samples) -> float:
    """Return the same of magnitudes: phases do not count."""
    return sdr_db(np.abs(_spectra(stem)), np.abs(_spectra(estimate)))


def oracle(stems: Samples, mix: Samples) -> Samples:
    """Return what masks that know the stems leave of a mix, `[4, frames]`."""
    powers = np.abs(_spectra(stems)) ** 2 + 1e-12
    return _sound(powers / powers.sum(0) * _spectra(mix), len(mix))


def percussive(mix: Samples) -> Samples:
    """Return the percussive half of a sound: what changes in time more than in frequency."""
    spectra = _spectra(mix)
    levels = np.abs(spectra)
    lasting = median_filter(levels, (1, _MEDIAN_CELLS)) ** 2
    sudden = median_filter(levels, (_MEDIAN_CELLS, 1)) ** 2
    return _sound(spectra * sudden / (lasting + sudden + 1e-12), len(mix))


def low_passed(mix: Samples) -> Samples:
    """Return what lies below 200 Hz."""
    low: Samples = sosfiltfilt(butter(4, _LOW_PASS_HZ, "low", fs=SAMPLE_RATE, output="sos"), mix).astype(np.float32)
    return low


def _played(
    synthesizer: Synthesizer, settings: SeparatorSettings, pieces: int, orchestra: Orchestra
) -> Iterator[Measured]:
    begin, end = (int(second * SAMPLE_RATE) for second in _PART_S)
    for index in range(HELD_OUT_FROM, HELD_OUT_FROM + pieces):
        stems = piece(synthesizer, settings, index, orchestra)[:, begin:end]
        if np.sqrt(np.mean(np.square(stems.sum(0)))) > _SOUNDS_RMS:
            yield Measured(stems, stems.sum(0))


def _clean_rows(separator: Separator, pieces: Sequence[Measured], words: str, report: Report) -> list[StemFigures]:
    stems = separator.info.stems
    began_s = time.monotonic()
    measured = [_estimates(separator, each) for each in pieces]
    speed = sum(len(each.mix) for each in pieces) / SAMPLE_RATE / (time.monotonic() - began_s)
    report(f"{words}: separated {len(pieces)} pieces, {speed:.0f} × real time")

    def row(name: str, estimates: Sequence[Estimates]) -> StemFigures:
        return StemFigures(
            f"{words}: {name}", _medians(stems, pieces, estimates, lambda each, k: each.stems[k], sdr_db)
        )

    return [
        row("separator", measured),
        row("oracle's masks", [oracle(each.stems, each.mix) for each in pieces]),
        row("the mix itself", [[each.mix] * len(stems) for each in pieces]),
        row("percussive half, low-pass", [[percussive(each.mix), low_passed(each.mix)] for each in pieces]),
        StemFigures(f"{words}: a silent stem against the mix", _silence(stems, pieces, measured)),
    ]


def _coded_rows(separator: Separator, pieces: Sequence[Measured], words: str, report: Report) -> list[StemFigures]:
    stems = separator.info.stems
    measured = [_estimates(separator, each) for each in pieces]
    report(f"{words}: separated {len(pieces)} coded pieces")
    oracles = [oracle(each.stems, each.mix) for each in pieces]
    ideal = {id(each): of for each, of in zip(pieces, oracles, strict=True)}

    def against_oracle(name: str, estimates: Sequence[Estimates]) -> StemFigures:
        values = _medians(stems, pieces, estimates, lambda each, k: ideal[id(each)][k], sdr_db)
        return StemFigures(f"{words}, coded: {name}", values)

    def by_magnitudes(name: str, estimates: Sequence[Estimates]) -> StemFigures:
        values = _medians(stems, pieces, estimates, lambda each, k: each.stems[k], magnitude_sdr_db)
        return StemFigures(f"{words}, coded, magnitudes of the clean stem: {name}", values)

    return [
        against_oracle("separator", measured),
        against_oracle("the mix itself", [[each.mix] * len(stems) for each in pieces]),
        against_oracle("percussive half, low-pass", [[percussive(each.mix), low_passed(each.mix)] for each in pieces]),
        by_magnitudes("separator", measured),
        by_magnitudes("oracle's masks", oracles),
        StemFigures(f"{words}, coded: a silent stem against the mix", _silence(stems, pieces, measured)),
    ]


def _estimates(separator: Separator, each: Measured) -> Estimates:
    audio = Audio(np.ascontiguousarray(each.mix, np.float32)[:, None], SAMPLE_RATE)
    return [stem.samples[:, 0] for stem in separator.separate(audio, threading.Event(), lambda _share: None)]


def _medians(
    names: Sequence[str],
    pieces: Sequence[Measured],
    estimates: Sequence[Estimates],
    reference: Callable[[Measured, int], Samples],
    measure: Callable[[Samples, Samples], float],
) -> dict[str, float]:
    found = dict[str, float]()
    for row, name in enumerate(names[: len(estimates[0])] if estimates else ()):
        values = [
            measure(reference(each, row), of[row])
            for each, of in zip(pieces, estimates, strict=True)
            if each.sounds(row)
        ]
        found[name] = float(np.median(values)) if values else float("nan")
    return found


def _silence(names: Sequence[str], pieces: Sequence[Measured], estimates: Sequence[Estimates]) -> dict[str, float]:
    """Return how loud a stem is that should not sound, against the mix, in dB."""
    found = dict[str, float]()
    for row, name in enumerate(names):
        levels = [
            10 * np.log10(np.sum(np.square(of[row])) / np.sum(np.square(each.mix)) + 1e-12)
            for each, of in zip(pieces, estimates, strict=True)
            if not each.stems[row].any()
        ]
        found[name] = float(np.median(levels)) if levels else float("nan")
    return found


def _spectra(sound: Samples) -> Spectra:
    spectra: Spectra = stft(sound, nperseg=_FFT_SAMPLES, noverlap=_FFT_SAMPLES * 3 // 4)[2]
    return spectra


def _sound(spectra: Spectra, frames: int) -> Samples:
    sound = istft(spectra, nperseg=_FFT_SAMPLES, noverlap=_FFT_SAMPLES * 3 // 4)[1][..., :frames]
    short = frames - sound.shape[-1]
    padding = [*[(0, 0)] * (sound.ndim - 1), (0, max(short, 0))]
    return np.pad(sound, padding).astype(np.float32)
