"""Files for other programs: 24-bit WAV with names that people can read, which stay where they are for good.

A DAW that was handed a file may point at it for years, so whatever was handed out is neither changed nor removed, not
even with its clip. A file says the tempo and key that are known when it is handed out (`files.marks`); when they are
known otherwise later, another file is handed out. Until then the file waits under the clip's id and costs no thought.
Not for files in other formats or places (`export`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.names import clean_name
from musicgen_studio.dsp.adding_up import adding_up
from musicgen_studio.files.marks import PROGRAM, known_music, texts, whole_chunks
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.library.files import Places, make_folder, move, writing
from musicgen_studio.library.naming import MAX_NAME_UNITS

_WHAT = "The file for the other program could not be written."


def prepare(places: Places, clip: Clip, master: Path) -> None:
    """Write the 24-bit file of a clip as it is known now, so that a drag can begin at once, unless it is there.

    Args:
        places: Of the library.
        clip: The clip.
        master: Where its sound is.

    Raises:
        UserProblem: If the master cannot be read, or the file not be written.
    """
    ready, target = places.ready_file(clip.id, _mark_of(clip)), _target(places, clip)
    if ready.exists() or target.exists():
        return
    _write(ready, clip, _read(master))
    for old in places.ready_files(clip.id):
        if old != ready:
            old.unlink(missing_ok=True)


def take_ready(places: Places, clip: Clip) -> Path | None:
    """Return the file of a clip, named as the clip is called now, or None if something would have to be read for it.

    Raises:
        UserProblem: If the file cannot be moved to its place.
    """
    target = _target(places, clip)
    if target.exists():
        return target
    ready = places.ready_file(clip.id, _mark_of(clip))
    if not ready.exists():
        return None
    with writing(_WHAT, places.drag):
        make_folder(places.drag / clip.id)
        make_folder(target.parent)
        move(ready, target)
    return target


def hand_out(places: Places, clip: Clip, master: Path) -> Path:
    """Return the file of a clip, named as the clip is called now.

    Raises:
        UserProblem: If the master cannot be read, or the file not be written.
    """
    file = take_ready(places, clip)
    if file is None:
        prepare(places, clip, master)
        file = take_ready(places, clip)
        assert file is not None
    return file


def _target(places: Places, clip: Clip) -> Path:
    """Return where the file of a clip is handed out, named as the clip is called now."""
    return places.drag / clip.id / _mark_of(clip) / f"{clean_name(clip.title, MAX_NAME_UNITS)}.wav"


def _mark_of(clip: Clip) -> str:
    """Return what tells apart files that say another tempo or key; empty where nothing is known for sure."""
    tempo, key = known_music(clip)
    if tempo is None and key is None:
        return ""
    told = f"{'' if tempo is None else tempo.to_json()} {'' if key is None else key.name}"
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def hand_out_selection(places: Places, clip: Clip, master: Path, start_frame: int, end_frame: int) -> Path:
    """Return a file of a part of a clip, from `start_frame` up to, not with, `end_frame`.

    Raises:
        UserProblem: If the master cannot be read, or the file not be written.
        ValueError: If that is no part of the clip.
    """
    if not 0 <= start_frame < end_frame <= clip.frames:
        raise ValueError(f"a selection must lie in 0 to {clip.frames}, got {start_frame} to {end_frame}")
    begin_s, end_s = start_frame / clip.sample_rate, end_frame / clip.sample_rate
    # The folder tells apart what the seconds in the name do not.
    folder = places.drag / clip.id / "-".join(filter(None, (str(start_frame), str(end_frame), _mark_of(clip))))
    target = folder / f"{clean_name(clip.title, MAX_NAME_UNITS)} {begin_s:.2f}-{end_s:.2f} s.wav"
    if not target.exists():
        sound = _read(master)
        fresh = places.unfinished / f"{uuid4().hex}.wav"
        try:
            _write(fresh, clip, Audio(sound.samples[start_frame:end_frame], sound.sample_rate), begin_s)
            with writing(_WHAT, places.drag):
                make_folder(folder.parent)
                make_folder(folder)
                move(fresh, target)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    return target


def hand_out_stems(places: Places, clip: Clip, stems: Sequence[Clip], masters: Sequence[Path]) -> list[Path]:
    """Return the files of a clip and of its stems, which add up to it, in a folder of their own.

    Args:
        places: Of the library.
        clip: The clip.
        stems: Its stems.
        masters: Where the sound of the clip and of each stem is.

    Raises:
        UserProblem: If a master cannot be read, or a file not be written.
    """
    # The folder tells these stems from others that the clip had before.
    made = hashlib.sha256(" ".join([*(stem.id for stem in stems), _mark_of(clip)]).encode()).hexdigest()[:8]
    folder = places.drag / clip.id / f"stems-{made}"
    name = clean_name(clip.title, MAX_NAME_UNITS)
    targets = [folder / f"{name}.wav", *(folder / f"{name}_{clean_name(stem.stem)}.wav" for stem in stems)]
    if not all(target.exists() for target in targets):
        sounds = [read(master, max_duration_s=np.inf) for master in masters]
        rounded = adding_up(sounds[0], sounds[1:])
        with writing(_WHAT, places.drag):
            make_folder(folder.parent)
            make_folder(folder)
        for each, audio, target in zip((clip, *stems), (rounded.clip, *rounded.stems), targets, strict=True):
            _put(places, replace(each, analysis=clip.analysis), audio, target)
    return targets


def _put(places: Places, clip: Clip, audio: Audio, target: Path) -> None:
    """Write a file where nobody looks, then give it its name, unless something has that: it may be in use."""
    if target.exists():
        return
    fresh = places.unfinished / f"{uuid4().hex}.wav"
    try:
        _write(fresh, clip, audio)
        with writing(_WHAT, places.drag):
            move(fresh, target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _read(master: Path) -> Audio:
    """Return the sound, turned down as a whole if it goes beyond ±1, where 24 bits would clip it."""
    sound = read(master, max_duration_s=np.inf)
    peak = float(np.abs(sound.samples).max())
    return Audio(sound.samples / np.float32(peak), sound.sample_rate) if peak > 1.0 else sound


def _write(path: Path, clip: Clip, audio: Audio, begin_s: float = 0.0) -> None:
    """Write a sound that begins at some time of its clip, with what is known of it."""
    tempo, key = known_music(clip)
    if tempo is not None:
        tempo = tempo.since(begin_s).until(audio.duration_s)
    clip = replace(clip, title=PROGRAM)  # the file keeps its content when the clip is renamed
    metadata = texts(clip, None if tempo is None else tempo.quarter_bpm, key) | {"title": ""}
    write(path, audio, SoundFormat.WAV24, metadata, wave_chunks=whole_chunks(clip, audio, tempo, key))
