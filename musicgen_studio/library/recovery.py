"""What files and database do not agree on, at the start. Not for the database's own damage (`backups`).

Nothing is thrown away but a file without a single frame of sound: what was being made becomes a clip, sound without a
row is listed again, and a row without sound says so until the sound is back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.library import wave_file
from musicgen_studio.library.files import Places, is_id, writing
from musicgen_studio.library.masters import MasterFile, Masters
from musicgen_studio.library.partial import tail_of
from musicgen_studio.library.rows import from_json
from musicgen_studio.library.survey import Survey
from musicgen_studio.library.wave_file import WaveShape

_WHAT = "The library's files could not be looked through."
_UNNAMED = "Recovered sound"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found at the start.

    Args:
        recovered: Clips made from what a killed run left.
        adopted: Sound files that were not listed, and are now.
        missing: Clips whose sound file is gone since the last look.
        back: Clips whose sound file is there again.
    """

    recovered: list[Clip] = field(default_factory=list)
    adopted: list[Clip] = field(default_factory=list)
    missing: list[Clip] = field(default_factory=list)
    back: list[Clip] = field(default_factory=list)


def repair_unfinished(places: Places, in_the_making: Collection[str]) -> tuple[list[Clip], list[str]]:
    """Make what killed runs left ready to be kept: whole frames, and a header that says how many.

    Args:
        places: Of the library.
        in_the_making: Ids that are no leftovers.

    Returns:
        The clips, whose sound is still in `unfinished/`, and what the musician should know.

    Raises:
        UserProblem: If the files cannot be read or mended.
    """
    clips, notices = [], []
    with writing(_WHAT, places.unfinished):
        for part in sorted(places.unfinished.glob("*.part.wav")):
            clip_id = part.name.removesuffix(".part.wav")
            if clip_id in in_the_making or not is_id(clip_id):
                continue
            record = _read_record(places, clip_id)
            shape = _found_shape(part, record)
            if shape is None:
                notices.append(_set_aside(places, part))
            elif shape.frames == 0:
                part.unlink()
                places.record(clip_id).unlink(missing_ok=True)
            else:
                clip = _clip(part, clip_id, record, shape)
                wave_file.seal(part, shape, tail_of(clip))
                clips.append(clip)
    return clips, notices


def _found_shape(part: Path, record: Clip | None) -> WaveShape | None:
    """Return what an unfinished file holds; its header has the rate and the channels, the length only at the end."""
    with part.open("rb") as file:
        shape = wave_file.parse_header(file.read(wave_file.HEADER_BYTES))
    if shape is None and record is not None:
        shape = WaveShape(record.sample_rate, record.channels, 0)
    if shape is None:
        return None
    there = min(wave_file.whole_frames(part, shape.channels), shape.max_frames)
    return replace(shape, frames=min(there, shape.frames or there))


def find_unlisted(places: Places, survey: Survey, listed: Collection[str]) -> tuple[list[tuple[Clip, Path]], list[str]]:
    """Return clips for the masters that are not listed and where they are, and what the musician should know.

    Raises:
        UserProblem: If the files cannot be read.
    """
    clips, notices = [], []
    with writing(_WHAT, places.folder):
        for clip_id in sorted(set(survey.strays) - set(listed)):
            sound = places.folder / survey.strays[clip_id][0]
            shape = wave_file.look(sound)
            if shape is None or shape.frames == 0:
                notices.append(_set_aside(places, sound))
                continue
            record = _read_record(places, clip_id)
            clips.append((_clip(sound, clip_id, record, shape), sound))
    return clips, notices


def find_moved(masters: Masters, survey: Survey, clips: Iterable[Clip]) -> dict[str, MasterFile]:
    """Return where the masters are now that were moved or renamed by somebody else."""
    return {
        clip.id: MasterFile(survey.strays[clip.id][0])
        for clip in clips
        if clip.id in survey.strays and not is_there(masters, survey, clip.id)
    }


def is_there(masters: Masters, survey: Survey, clip_id: str) -> bool:
    """Return whether a clip's master is where it is known to be."""
    return masters.file(clip_id).path in survey.there or masters.path(clip_id).is_file()


def lost_and_found(masters: Masters, survey: Survey, clips: Iterable[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Return the clips whose sound went missing, and those whose sound came back, so marked."""
    changed = [
        replace(clip, is_missing=not clip.is_missing)
        for clip in clips
        if clip.is_missing == is_there(masters, survey, clip.id)
    ]
    return [clip for clip in changed if clip.is_missing], [clip for clip in changed if not clip.is_missing]


def _read_record(places: Places, clip_id: str) -> Clip | None:
    try:
        clip = from_json(places.record(clip_id).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):  # gone or damaged: the sound still makes a clip
        return None
    return clip if clip.id == clip_id else None


def _clip(path: Path, clip_id: str, record: Clip | None, shape: WaveShape) -> Clip:
    if record is None:
        created = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        title = _UNNAMED if is_id(path.stem.partition(".")[0]) else _title_of(path)
        record = Clip(clip_id, title, Origin.RECOVERED, created, 1, 1, 1, is_complete=False)
    return replace(
        record,
        frames=shape.frames,
        sample_rate=shape.sample_rate,
        channels=shape.channels,
        is_complete=record.is_complete and record.frames == shape.frames,
    )


def _title_of(path: Path) -> str:
    """Return what a file is called as a title: what of it is no text, as Linux allows in names, becomes `?`."""
    return path.stem.encode("utf-8", "replace").decode().strip() or _UNNAMED


def _set_aside(places: Places, path: Path) -> str:
    ensure_folder(places.damaged)
    target = places.damaged / path.name
    path.replace(target)
    return f"{path.name} is no sound that MusicGen Studio wrote, or was damaged. It is kept as {target}."
