"""The notes of a song as a MIDI file: a track for each stem, drums as General MIDI drums, its tempo map in the file.

The file begins when the sound does, so the two lie side by side. Not for finding notes (`analysis.notes`,
`dsp.drum_hits`) nor for the hum (`files.midi.write_midi`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from musicgen_studio.core.melody import Note
from musicgen_studio.core.song import Song
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.export.names import free_names, suggested_name, taken_names, title_room
from musicgen_studio.files.midi import MidiPart, write_parts
from musicgen_studio.files.whole import ensure_folder

DRUMS = "drums"
"""The stem whose notes are drums."""

EXTENSION = ".mid"
_BPM_IF_UNKNOWN = 120.0


def export_midi(song: Song, notes: Mapping[str, Sequence[Note]], folder: Path) -> Path:
    """Write the notes of a song, named such as `Night Drive_125bpm_Am.mid`. Nothing is overwritten.

    Args:
        song: Its tempo and key go into the file; without a tempo, 120 beats per minute.
        notes: By stem, in the order of the tracks; those of `DRUMS` are General MIDI drums.
        folder: Where the file goes. It is made if it is not there.

    Returns:
        The file.

    Raises:
        UserProblem: If it cannot be written.
    """
    ensure_folder(folder)
    rest = suggested_name("", song.tempo_bpm, song.key).removeprefix("untitled") + EXTENSION
    name = suggested_name(song.clip.title, song.tempo_bpm, song.key, title_units=title_room(folder, rest))
    (file,) = free_names(folder, [name], EXTENSION, taken_names(folder))
    duration_s = song.clip.duration_s
    tempo = song.tempo or TempoMap.constant(song.tempo_bpm or _BPM_IF_UNKNOWN, duration_s)
    parts = [MidiPart(stem or song.clip.title, tuple(found), stem == DRUMS) for stem, found in notes.items()]
    write_parts(folder / file, parts, tempo, song.key, duration_s)
    return folder / file
