"""Clips to sound files for other programs.

    sample rate → loudness and peaks → encoder → a file under a name that was free

The loudness is set last but for the encoder, so that the promised peak holds for the samples in the file. A lossy
encoder moves the peaks again; what comes out of it is therefore measured, and the sound turned down until it keeps
below. Not for what files are called (`names`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import log10
from pathlib import Path
from typing import Protocol

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.names import folded
from musicgen_studio.dsp.loudness import normalise, true_peak_db
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.names import free_names, suggested_name, taken_names
from musicgen_studio.files.sound import SoundFormat, as_encoded, write
from musicgen_studio.files.whole import ensure_folder

SAMPLE_RATES_HZ = (32_000, 44_100, 48_000)

_ENCODER_TRIES = 5
_ENCODER_MARGIN_DB = 0.1

# What each step takes of a sound, in seconds for ten minutes of stereo at 48 kHz on two cores. Only their ratios count.
_LOAD_COST, _RESAMPLE_COST, _LOUDNESS_COST, _PEAK_COST = 0.6, 0.8, 2.3, 0.6
_ENCODE_COST = {
    SoundFormat.WAV16: 0.5,
    SoundFormat.WAV24: 0.5,
    SoundFormat.WAV32F: 0.5,
    SoundFormat.FLAC: 1.1,
    SoundFormat.OGG: 4.6,
    SoundFormat.OPUS: 11.7,
    SoundFormat.MP3: 18.2,
}
_DECODE_SHARE = 0.3  # reading back costs this much of encoding

OnShare = Callable[[float], None]


class StopFlag(Protocol):
    """Anything with `is_set`, such as `threading.Event`. May be set from any thread."""

    def is_set(self) -> bool:
        """Tell whether the export is to stop."""
        ...


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What to make of a clip.

    Args:
        sound_format: Of the file.
        sample_rate: 32000, 44100 or 48000 Hz, or None for the clip's own. Opus files are always 48000 Hz.
        loudness_lufs: Loudness to bring it to, -70 to 0 LUFS, as far as the peaks allow. None leaves it as it is, but
            turns down what the format would clip.
        ceiling_db: Highest true peak in dBTP, -20 to 0, where a loudness is set.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    sound_format: SoundFormat = SoundFormat.WAV24
    sample_rate: int | None = None
    loudness_lufs: float | None = None
    ceiling_db: float = -1.0

    def __post_init__(self) -> None:
        only_rate_hz = self.sound_format.only_rate_hz
        rates = SAMPLE_RATES_HZ if only_rate_hz is None else (only_rate_hz,)
        if self.sample_rate not in (None, *rates):
            allowed = ", ".join(map(str, rates))
            raise ValueError(f"sample_rate must be {allowed} or None for {self.sound_format}, got {self.sample_rate}")
        if self.loudness_lufs is not None and not -70 <= self.loudness_lufs <= 0:
            raise ValueError(f"loudness_lufs must be -70 to 0 or None, got {self.loudness_lufs}")
        if not -20 <= self.ceiling_db <= 0:
            raise ValueError(f"ceiling_db must be -20 to 0, got {self.ceiling_db}")


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One clip to export.

    Args:
        clip: What it is.
        load: Returns its sound; called when its turn comes, so that not all of them are in memory. It may end with
            `StoppedError`, as the other steps do.
        folder: Where the file goes. It is made if it is not there.
        settings: What to make of it.
        name: Wanted file name without ending, or None for the suggested one.
    """

    clip: Clip
    load: Callable[[], Audio]
    folder: Path
    settings: ExportSettings
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is.

    Args:
        clip: The clip at work.
        number: Which one it is, from 0.
        clips: How many there are.
        fraction: Of all the work, 0 to 1, by the time it takes: it never goes back, and the rest takes about as long
            for its share as what is done.
    """

    clip: Clip
    number: int
    clips: int
    fraction: float


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of one clip: a file, or a problem.

    Args:
        clip: The clip.
        file: The file that was written, or None.
        problem: Why there is none, or None.
    """

    clip: Clip
    file: Path | None
    problem: UserProblem | None


def export_clips(
    jobs: Sequence[ExportJob], stop: StopFlag, on_progress: Callable[[ExportProgress], None]
) -> list[Exported]:
    """Export clips one after the other, in the caller's thread. A clip with a problem does not keep the others back.

    Args:
        jobs: What to export.
        stop: Looked at many times a second, whatever is being done; the clip at work leaves no file. Only its file's
            last way to the disk is not interrupted: then it is whole.
        on_progress: Told before each clip and as often.

    Returns:
        What became of each clip, in their order, up to where it was stopped.
    """
    done: list[Exported] = []
    frames_done, frames = 0, sum(job.clip.frames for job in jobs)
    for number, job in enumerate(jobs):

        def report(share: float, number: int = number, job: ExportJob = job, before: int = frames_done) -> None:
            if stop.is_set():
                raise StoppedError
            fraction = (before + share * job.clip.frames) / frames
            on_progress(ExportProgress(job.clip, number, len(jobs), fraction))

        try:
            file = _export(job, _Course(job, report))
        except StoppedError:
            break
        except UserProblem as problem:
            done.append(Exported(job.clip, None, problem))
        else:
            done.append(Exported(job.clip, file, None))
        frames_done += job.clip.frames
    return done


def export_clip(clip: Clip, audio: Audio, folder: Path, settings: ExportSettings, name: str | None = None) -> Path:
    """Export one clip. Nothing is overwritten: if the name is taken, a number from 2 comes behind it.

    Args:
        clip: For the name and the texts in the file.
        audio: Its sound, at least one frame, 1 or 2 channels.
        folder: Where the file goes. It is made if it is not there.
        settings: What to make of it.
        name: Wanted file name without ending, or None for the suggested one.

    Returns:
        The file.

    Raises:
        UserProblem: If the folder cannot be used, the disk is full or the format cannot hold the sound.
    """
    job = ExportJob(clip, lambda: audio, folder, settings, name)
    return _export(job, _Course(job, lambda _share: None))


class _Course:
    """How far one clip is on its way, the steps weighted by what they cost.

    Args:
        job: The clip.
        report: Told the share that is done, 0 to 1, after every piece of every step; what it raises ends the work.
    """

    def __init__(self, job: ExportJob, report: OnShare) -> None:
        settings = job.settings
        self.encode_cost = _ENCODE_COST[settings.sound_format]
        self.trial_cost = self.encode_cost * (1 + _DECODE_SHARE) + _PEAK_COST
        self._expected = _LOAD_COST + self.encode_cost
        if _rate(settings, job.clip.sample_rate) != job.clip.sample_rate:
            self._expected += _RESAMPLE_COST
        if settings.loudness_lufs is not None:
            self._expected += _LOUDNESS_COST + (self.trial_cost if settings.sound_format.is_lossy else 0)
        self._done = self._shown = 0.0
        self._report = report
        report(0.0)

    def step(self, cost: float) -> OnShare:
        """Begin the next step; what comes back is to be told how far it is, 0 to 1."""
        start = self._done
        self._done += cost
        self._expected = max(self._expected, self._done)

        def tell(share: float) -> None:
            self._shown = max(self._shown, min(1.0, (start + share * cost) / self._expected))
            self._report(self._shown)

        return tell

    def expect(self, cost: float) -> None:
        """Take into account that there will be more to do than was planned."""
        self._expected += cost


def _rate(settings: ExportSettings, own_rate: int) -> int:
    return settings.sound_format.only_rate_hz or settings.sample_rate or own_rate


def _export(job: ExportJob, course: _Course) -> Path:
    ensure_folder(job.folder)
    loaded = course.step(_LOAD_COST)
    audio = job.load()
    loaded(1.0)
    rate = _rate(job.settings, audio.sample_rate)
    if rate != audio.sample_rate:
        audio = resample(audio, rate, course.step(_RESAMPLE_COST))
    return _store(job, _leveled(audio, job.settings, course), course.step(course.encode_cost))


def _leveled(audio: Audio, settings: ExportSettings, course: _Course) -> Audio:
    if settings.loudness_lufs is None:
        peak = float(np.abs(audio.samples).max(initial=0.0))
        is_too_high = peak > 1 and settings.sound_format is not SoundFormat.WAV32F
        return _turned_down(audio, 20 * log10(peak)) if is_too_high else audio
    leveled = normalise(
        audio, settings.loudness_lufs, ceiling_db=settings.ceiling_db, on_piece=course.step(_LOUDNESS_COST)
    )
    if leveled is audio:  # too quiet on the whole to be brought up, and yet one click in it may be loud
        peak_db = true_peak_db(audio, course.step(_PEAK_COST))
        leveled = _turned_down(audio, max(0.0, peak_db - settings.ceiling_db))
    return _fit_for_encoder(leveled, settings, course) if settings.sound_format.is_lossy else leveled


def _fit_for_encoder(audio: Audio, settings: ExportSettings, course: _Course) -> Audio:
    for number in range(1, _ENCODER_TRIES + 1):
        over_db = _encoded_peak_db(audio, settings.sound_format, course) - settings.ceiling_db
        if over_db <= 0:
            break
        # Encoders do not quite scale: a softer sound may peak a little higher than the sum says.
        audio = _turned_down(audio, over_db + number * _ENCODER_MARGIN_DB)
        course.expect(course.trial_cost)
    return audio


def _encoded_peak_db(audio: Audio, sound_format: SoundFormat, course: _Course) -> float:
    tell = course.step(course.trial_cost - _PEAK_COST)
    encoded = as_encoded(audio, sound_format, lambda frames: tell(frames / audio.frames))
    return true_peak_db(encoded, course.step(_PEAK_COST))


def _turned_down(audio: Audio, by_db: float) -> Audio:
    return Audio(audio.samples * np.float32(10 ** (-by_db / 20)), audio.sample_rate)


def _store(job: ExportJob, audio: Audio, tell: OnShare) -> Path:
    sound_format = job.settings.sound_format
    wanted = suggested_name(job.clip.title, job.clip.tempo_bpm) if job.name is None else job.name
    taken = set(taken_names(job.folder))
    while True:
        (name,) = free_names(job.folder, [wanted], sound_format.extension, taken)
        try:
            write(
                job.folder / name,
                audio,
                sound_format,
                metadata(job.clip),
                replace=False,
                on_block=lambda frames: tell(frames / audio.frames),
            )
        except FileExistsError:  # made while this was being encoded, or the folder does not show what is in it
            taken.add(folded(name))
        else:
            return job.folder / name


def metadata(clip: Clip) -> dict[str, str]:
    """Return the texts that go into a clip's file: what made it, and under which licence it may be used.

    Args:
        clip: The clip.
    """
    facts = {
        "Prompt": clip.prompt,
        "Seed": "" if clip.seed is None else str(clip.seed),
        "Checkpoint": clip.checkpoint,
        "Licence": clip.licence,
    }
    return {
        "title": clip.title,
        "date": clip.created[:10],
        "software": f"MusicGen Studio {version('musicgen-studio')}",
        "comment": "\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact),
        "copyright": clip.licence,
    }
