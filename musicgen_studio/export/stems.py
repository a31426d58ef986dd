"""A folder of stems: sound files of one beginning and one length that add up, and a text that says how to use them.

Written whole or not at all. Not for taking a clip apart (`separation`) nor for projects (`projects`).
"""

from collections.abc import Callable
from math import log10
from pathlib import Path

from musicgen_studio.core.song import Song
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.licence import forbids_commercial_use
from musicgen_studio.export.names import free_names, suggested_name, taken_names, title_room
from musicgen_studio.export.tracks import (
    Levels,
    TrackSettings,
    file_names,
    longest_rest,
    measure,
    shares,
    tracks,
)
from musicgen_studio.files.whole import ensure_folder, new_folder, write_bytes, write_text

READ_ME = "README.txt"

_LIVE = (
    "Ableton Live: switch off Settings > Record/Warp/Launch > Auto-Warp Long Samples before you drag the files in, or "
    "Warp in each clip. Else Live guesses a tempo for each file by itself, and the stems no longer fit each other."
)


def export_stems(
    song: Song,
    folder: Path,
    settings: TrackSettings = TrackSettings(),  # noqa: B008 - a frozen value
    on_share: Callable[[float], None] = lambda _share: None,
) -> Path:
    """Write the stems of a song into a folder of their own. Nothing is overwritten.

    Args:
        song: With stems.
        folder: Where that folder goes. It is made if it is not there.
        settings: How they are written.
        on_share: Told how much is done, 0 to 1; what it raises ends the work and leaves no folder.

    Returns:
        The new folder.

    Raises:
        UserProblem: If there are no stems, or they cannot be written.
    """
    if not song.stems:
        raise UserProblem(
            "There are no stems to export.", f'"{song.clip.title}" was not taken apart.', "Make its stems first."
        )
    ensure_folder(folder)
    rest = longest_rest(song, settings)
    room = title_room(folder, f"{_folder_name('', song)}/{rest}") // 2  # the title is in the path twice
    (name,) = free_names(folder, [_folder_name(song.clip.title, song, max(room, 16))], "", taken_names(folder))
    measuring, writing = shares(on_share)
    levels = measure(song, settings, measuring)
    names = file_names(song, settings, max(room, 16))
    with new_folder(folder / name) as fresh:
        for track in tracks(song, names, settings, levels, writing):
            write_bytes(fresh / track.file, track.content)
        write_text(fresh / READ_ME, read_me(song, names, levels))
    return folder / name


def _folder_name(title: str, song: Song, title_units: int = 16) -> str:
    return suggested_name(title, song.tempo_bpm, song.key, "stems", title_units=title_units)


def read_me(song: Song, names: list[str], levels: Levels) -> str:
    """Return what a person who gets the folder is to know.

    Args:
        song: Whose stems.
        names: Of the files.
        levels: How they were written.
    """
    clip = song.clip
    licence = clip.licence or "not stated"
    if forbids_commercial_use(clip.licence):
        licence += " (no commercial use)"
    facts = {
        "Title": clip.title,
        "Tempo": _tempo(song),
        "Key": "not known" if song.key is None else song.key.name,
        "Licence": licence,
        "Prompt": clip.prompt,
        "Checkpoint": clip.checkpoint,
        "Format": f"{levels.sample_rate} Hz, {'mono' if clip.channels == 1 else 'stereo'}",
    }
    head = "\n".join(f"{name + ':':<12}{' '.join(fact.split())}" for name, fact in facts.items() if fact)
    listed = "\n".join(f"  {name}" for name in names)
    use = "All files begin together and are equally long: put them at the same place, each on a track of its own."
    text = "\n\n".join((head, f"Files:\n{listed}", use, _sum(levels), _LIVE)) + "\n"
    return text.encode("utf-8", "replace").decode()


def _tempo(song: Song) -> str:
    if song.tempo is None:
        return "not known" if song.tempo_bpm is None else f"{song.tempo_bpm:.1f} bpm"
    tempo = song.tempo
    downbeat_s = next((time_s for time_s in map(tempo.bar_s, range(2)) if time_s >= 0), 0.0)
    drift = f", drifting by up to {tempo.drift:.1%}" if tempo.drift >= 0.001 else ""
    metre = f"{tempo.beats_per_bar}/{tempo.beat_unit}"
    return f"{tempo.quarter_bpm:.2f} bpm{drift}, {metre}, first downbeat at {downbeat_s:.3f} s"


def _sum(levels: Levels) -> str:
    exact = f"Added up they are the clip at {levels.sample_rate} Hz, sample by sample."
    gain_db = 20 * log10(levels.gain)
    return exact if levels.gain == 1 else f"{exact} All are turned down by {-gain_db:.2f} dB, so that none clips."
