"""A song, or a part of one, as one sound file that is played once: with its tempo, key and markers in it.

Not for loops (`loop`), stems (`stems`) or files at a chosen loudness (`clips`).
"""

from collections.abc import Callable
from pathlib import Path

from musicgen_studio.core.song import Song
from musicgen_studio.export.names import free_names, suggested_name, taken_names, title_room
from musicgen_studio.export.tracks import TrackSettings, measure, shares, tracks
from musicgen_studio.files.whole import ensure_folder, write_bytes


def export_sound(
    song: Song, folder: Path, settings: TrackSettings, on_share: Callable[[float], None] = lambda _share: None
) -> Path:
    """Write the whole of a song as one file, named such as `Night Drive_125bpm_Am.wav`. Nothing is overwritten.

    Args:
        song: Without stems; those it has are left out.
        folder: Where the file goes. It is made if it is not there.
        settings: How it is written.
        on_share: Told how much is done, 0 to 1; what it raises ends the work and leaves no file.

    Returns:
        The file.

    Raises:
        UserProblem: If it cannot be written.
    """
    ensure_folder(folder)
    whole = Song(song.clip, song.mix, {}, song.tempo, song.key, song.markers)
    extension = settings.sound_format.extension
    rest = suggested_name("", song.tempo_bpm, song.key).removeprefix("untitled") + extension
    wanted = suggested_name(song.clip.title, song.tempo_bpm, song.key, title_units=title_room(folder, rest))
    (name,) = free_names(folder, [wanted], extension, taken_names(folder))
    measuring, writing = shares(on_share)
    levels = measure(whole, settings, measuring)
    for track in tracks(whole, [name], settings, levels, writing):
        write_bytes(folder / name, track.content)
    return folder / name
