"""The one finish: what every sound goes through on its way into a file, whoever writes it.

    sample rate → loudness and limiter → (lossy: encode, measure what a reader hears, and again) → ready to be written

The loudness is set last but for the encoder, so that the promised peak holds for the samples in the file. A lossy
encoder moves the peaks again; what comes out of it is therefore measured, and the limiter set lower until it keeps
below. `files.sound.write` then writes what comes from here, whole or not at all, with the texts of `tags`.

Not for what files are called (`names`), nor for what is to stay as it is: drags, stems and projects.
"""

from dataclasses import dataclass
from math import log10

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.loudness import STREAMING_CEILING_DB
from musicgen_studio.dsp.first_normalise import normalise
from musicgen_studio.dsp.limiter import MUCH_LIMITING_DB, Leveled, Leveler, amplified
from musicgen_studio.dsp.loudness import integrated_lufs, is_near_silence
from musicgen_studio.dsp.resample import resample
from musicgen_studio.dsp.true_peak import true_peak_db
from musicgen_studio.export.course import Course
from musicgen_studio.files.sound import MAX_SAMPLE_RATE, SoundFormat, as_encoded

_ENCODER_TRIES = 6
_RELIMITED_TRIES = 3
_ENCODER_MARGIN_DB = 0.1

# What each step takes of a sound, in seconds for ten minutes of stereo at 48 kHz on two cores. Only their ratios count.
_RESAMPLE_COST, _MEASURE_COST, _LEVEL_COST, _PEAK_COST = 0.8, 1.3, 2.2, 0.7
ENCODE_COST = {
    SoundFormat.WAV16: 0.5,
    SoundFormat.WAV24: 0.5,
    SoundFormat.WAV32F: 0.5,
    SoundFormat.FLAC: 1.1,
    SoundFormat.OGG: 4.6,
    SoundFormat.OPUS: 11.7,
    SoundFormat.MP3: 18.2,
}
_DECODE_SHARE = 0.3  # reading back costs this much of encoding


@dataclass(frozen=True, slots=True)
class FinishSettings:
    """What to make of a sound.

    Args:
        sound_format: Of the file.
        sample_rate: Of the file in Hz, or None for the sound's own. Opus files are always 48000 Hz.
        loudness_lufs: Loudness to bring it to, -70 to 0 LUFS. None leaves it as it is, but turns down what the format
            would clip.
        ceiling_db: Highest true peak in dBTP, -20 to 0, where a loudness is set.
        compressor: Round off peaks by the hyperbolic tangent before the limiter, for a denser sound.
        first_rules: Set the loudness as records of formats 1 to 3 were made, so that their clips come out again sample
            for sample: turned down instead of limited, and not measured after the encoder.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    sound_format: SoundFormat = SoundFormat.WAV24
    sample_rate: int | None = None
    loudness_lufs: float | None = None
    ceiling_db: float = STREAMING_CEILING_DB
    compressor: bool = False
    first_rules: bool = False

    def __post_init__(self) -> None:
        only_rate_hz = self.sound_format.only_rate_hz
        if only_rate_hz is not None and self.sample_rate not in (None, only_rate_hz):
            raise ValueError(
                f"sample_rate must be {only_rate_hz} or None for {self.sound_format}, got {self.sample_rate}"
            )
        if self.sample_rate is not None and not 1 <= self.sample_rate <= MAX_SAMPLE_RATE:
            raise ValueError(f"sample_rate must be 1 to {MAX_SAMPLE_RATE} or None, got {self.sample_rate}")
        if self.loudness_lufs is not None and not -70 <= self.loudness_lufs <= 0:
            raise ValueError(f"loudness_lufs must be -70 to 0 or None, got {self.loudness_lufs}")
        if not -20 <= self.ceiling_db <= 0:
            raise ValueError(f"ceiling_db must be -20 to 0, got {self.ceiling_db}")

    def rate_hz(self, own_rate_hz: int) -> int:
        """Return the sample rate of the file of a sound of this rate."""
        return self.sound_format.only_rate_hz or self.sample_rate or own_rate_hz


@dataclass(frozen=True, slots=True)
class Finished:
    """A sound that is ready to be written.

    Args:
        audio: The sound, at the file's rate.
        gain_db: What it was amplified by before the limiter; below 0 it was turned down.
        limited_db: What the limiter took away where it took most, 0 or more.
    """

    audio: Audio
    gain_db: float = 0.0
    limited_db: float = 0.0


def finish(audio: Audio, settings: FinishSettings, course: Course | None = None) -> Finished:
    """Make a sound ready to be written with `files.sound.write` in the format of the settings.

    Args:
        audio: At least one frame, 1 to 8 channels.
        settings: What to make of it.
        course: Told how far it is; the steps cost what `cost` says.

    Returns:
        The sound, and what was done to its loudness.

    Raises:
        UserProblem: If the format cannot hold the sound.
    """
    course = course or Course(1.0)
    rate_hz = settings.rate_hz(audio.sample_rate)
    if rate_hz != audio.sample_rate:
        audio = resample(audio, rate_hz, course.step(_RESAMPLE_COST))
    if settings.first_rules:
        return Finished(_as_at_first(audio, settings))
    if settings.loudness_lufs is None:
        return _kept_from_clipping(audio, settings.sound_format)
    first_gain_db = 0.0
    if settings.compressor:
        audio, first_gain_db = _rounded(audio, settings.loudness_lufs)
    leveler = Leveler(audio, course.step(_MEASURE_COST))
    leveled = leveler.to(settings.loudness_lufs, settings.ceiling_db, course.step(_LEVEL_COST))
    if settings.sound_format.is_lossy:
        leveled = _fit_for_encoder(leveler, leveled, settings, settings.loudness_lufs, course)
    return Finished(leveled.audio, first_gain_db + leveled.gain_db, leveled.limited_db)


def cost(settings: FinishSettings, own_rate_hz: int) -> float:
    """Return what finishing a sound of this rate will probably cost, in the unit of `ENCODE_COST`."""
    total = 0.0 if settings.rate_hz(own_rate_hz) == own_rate_hz else _RESAMPLE_COST
    if settings.loudness_lufs is not None:
        total += _MEASURE_COST + _LEVEL_COST
        total += _trial_cost(settings.sound_format) if settings.sound_format.is_lossy else 0.0
    return total


def _trial_cost(sound_format: SoundFormat) -> float:
    return ENCODE_COST[sound_format] * (1 + _DECODE_SHARE) + _PEAK_COST


def _as_at_first(audio: Audio, settings: FinishSettings) -> Audio:
    if settings.loudness_lufs is None:
        return audio
    return normalise(audio, settings.loudness_lufs, settings.compressor, settings.ceiling_db)


def _kept_from_clipping(audio: Audio, sound_format: SoundFormat) -> Finished:
    peak = float(np.abs(audio.samples).max(initial=0.0))
    gain_db = -20 * log10(peak) if peak > 1 and sound_format is not SoundFormat.WAV32F else 0.0
    return Finished(amplified(audio, gain_db), gain_db)


def _rounded(audio: Audio, loudness_lufs: float) -> tuple[Audio, float]:
    """Return the sound with rounded peaks, and what it was amplified by before, as AudioCraft's compressor does it."""
    own_lufs = None if is_near_silence(audio) else integrated_lufs(audio)
    if own_lufs is None:
        return audio, 0.0
    gain_db = loudness_lufs - own_lufs
    return Audio(np.tanh(amplified(audio, gain_db).samples), audio.sample_rate), gain_db


def _fit_for_encoder(
    leveler: Leveler, leveled: Leveled, settings: FinishSettings, loudness_lufs: float, course: Course
) -> Leveled:
    """Return the sound with which what a reader hears keeps below the ceiling."""
    limiter_db = settings.ceiling_db
    for number in range(1, _ENCODER_TRIES + 1):
        over_db = _encoded_peak_db(leveled.audio, settings.sound_format, course) - settings.ceiling_db
        if over_db <= 0:
            break
        # Encoders do not quite scale: a softer sound may peak a little higher than the sum says.
        down_db = over_db + number * _ENCODER_MARGIN_DB
        limiter_db -= down_db
        if number <= _RELIMITED_TRIES:
            course.expect(_LEVEL_COST)
            leveled = leveler.to(loudness_lufs, limiter_db, course.step(_LEVEL_COST))
        else:
            audio, gain_db = amplified(leveled.audio, -down_db), leveled.gain_db - down_db
            leveled = Leveled(audio, gain_db, leveled.limited_db)
        course.expect(_trial_cost(settings.sound_format))
    return leveled


def _encoded_peak_db(audio: Audio, sound_format: SoundFormat, course: Course) -> float:
    tell = course.step(_trial_cost(sound_format) - _PEAK_COST)
    encoded = as_encoded(audio, sound_format, lambda frames: tell(frames / audio.frames))
    return true_peak_db(encoded, course.step(_PEAK_COST))


def said_of_limiting(limited_db: float) -> str | None:
    """Return what to tell the musician of how much a clip was limited, a sentence, or None if it is not worth a word.

    Args:
        limited_db: From `Finished`.
    """
    if limited_db <= MUCH_LIMITING_DB:
        return None
    return f"Its peaks were limited by up to {limited_db:.0f} dB to make it that loud; a lower loudness keeps them."
