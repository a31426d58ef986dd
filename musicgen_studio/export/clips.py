"""Clips to sound files for other programs.

    load → finish → a file under a name that was free

Not for what becomes of the sound (`finish`) nor for what files are called (`names`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.names import folded
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.export.course import Course, OnShare
from musicgen_studio.export.finish import ENCODE_COST, FinishSettings, cost, finish
from musicgen_studio.export.names import free_names, suggested_name, taken_names
from musicgen_studio.files.marks import known_music, texts, whole_chunks
from musicgen_studio.files.sound import write
from musicgen_studio.files.whole import ensure_folder

SAMPLE_RATES_HZ = (32_000, 44_100, 48_000)
"""What other programs like to read, and the export dialog offers."""

_LOAD_COST = 0.6  # in the unit of `finish.ENCODE_COST`


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
    settings: FinishSettings
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
        limited_db: What the limiter took away where it took most, 0 or more; see `finish.said_of_limiting`.
    """

    clip: Clip
    file: Path | None
    problem: UserProblem | None
    limited_db: float = 0.0


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
            file, limited_db = _export(job, _course(job, report))
        except StoppedError:
            break
        except UserProblem as problem:
            done.append(Exported(job.clip, None, problem))
        else:
            done.append(Exported(job.clip, file, None, limited_db))
        frames_done += job.clip.frames
    return done


def _course(job: ExportJob, report: OnShare) -> Course:
    settings = job.settings
    expected = _LOAD_COST + cost(settings, job.clip.sample_rate) + ENCODE_COST[settings.sound_format]
    return Course(expected, report)


def _export(job: ExportJob, course: Course) -> tuple[Path, float]:
    """Return the file, and what was limited at most in dB."""
    ensure_folder(job.folder)
    loaded = course.step(_LOAD_COST)
    audio = job.load()
    loaded(1.0)
    finished = finish(audio, job.settings, course)
    file = _store(job, finished.audio, course.step(ENCODE_COST[job.settings.sound_format]))
    return file, finished.limited_db


def _store(job: ExportJob, audio: Audio, tell: OnShare) -> Path:
    sound_format = job.settings.sound_format
    wanted = suggested_name(job.clip.title, job.clip.tempo_bpm) if job.name is None else job.name
    tempo, key = known_music(job.clip)
    told = texts(job.clip, job.clip.tempo_bpm if tempo is None else tempo.quarter_bpm, key)
    taken = set(taken_names(job.folder))
    while True:
        (name,) = free_names(job.folder, [wanted], sound_format.extension, taken)
        try:
            write(
                job.folder / name,
                audio,
                sound_format,
                told,
                wave_chunks=whole_chunks(job.clip, audio, tempo, key),
                replace=False,
                on_block=lambda frames: tell(frames / audio.frames),
            )
        except FileExistsError:  # made while this was being encoded, or the folder does not show what is in it
            taken.add(folded(name))
        else:
            return job.folder / name
