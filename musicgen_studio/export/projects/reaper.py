"""REAPER: a folder with a project file and the sounds, which can be moved as a whole.

The project is text: a block is `<NAME …` to `>`, with one thing a line. Times are in seconds, so sounds lie where they
are whatever the tempo does; the tempo map lies under them. Paths are relative to the project.

Sources: projects that REAPER writes, as its forum's "State Chunk Definitions" describe them; strings are quoted by
WDL's `projectcontext.cpp` (`makeEscapedConfigString`): in ", ' or `, whichever is not in the text.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from musicgen_studio.core.song import Marker, Song
from musicgen_studio.export.names import free_names, suggested_name, taken_names, title_room
from musicgen_studio.export.projects.api import HUM, HUM_COLOUR, OnShare, Timeline, colour
from musicgen_studio.export.tracks import (
    Track,
    TrackSettings,
    file_names,
    longest_rest,
    measure,
    shares,
    tracks,
)
from musicgen_studio.files.whole import ensure_folder, new_folder, write_bytes, write_text

EXTENSION = ".rpp"
AUDIO_FOLDER = "audio"

_TICKS_PER_QUARTER = 960
_SQUARE = 1  # the tempo holds until the next point
_NOTE_ON, _NOTE_OFF, _ALL_NOTES_OFF = "90", "80", "b0 7b 00"


class ReaperProject:
    """Writes REAPER projects."""

    def write(self, song: Song, folder: Path, settings: TrackSettings, on_share: OnShare) -> Path:
        """Write a song as a project; see `ProjectFormat.write`."""
        ensure_folder(folder)
        # The title is in the path twice: in the folder's name and in the file's.
        rest = f"{suggested_name('', song.tempo_bpm, song.key)}/{AUDIO_FOLDER}/{longest_rest(song, settings)}"
        room = max(title_room(folder, rest) // 2, 16)
        wanted = suggested_name(song.clip.title, song.tempo_bpm, song.key, title_units=room)
        (name,) = free_names(folder, [wanted], "", taken_names(folder))
        measuring, writing = shares(on_share)
        levels = measure(song, settings, measuring)
        made = []
        with new_folder(folder / name) as fresh:
            ensure_folder(fresh / AUDIO_FOLDER)
            for track in tracks(song, file_names(song, settings, room), settings, levels, writing):
                write_bytes(fresh / AUDIO_FOLDER / track.file, track.content)
                made.append(Track(track.name, track.file, b"", track.frames, track.sample_rate, track.channels))
            write_text(fresh / f"{name}{EXTENSION}", project_text(song, made))
        return folder / name / f"{name}{EXTENSION}"


def project_text(song: Song, made: Sequence[Track]) -> str:
    """Return the project's description.

    Args:
        song: What it is.
        made: Its sounds; their content does not count.
    """
    return "\n".join(_project(song, made, Timeline.of(song))) + "\n"


def _project(song: Song, made: Sequence[Track], time: Timeline) -> Iterator[str]:
    yield '<REAPER_PROJECT 0.1 "7.0" 0'
    yield f"  SAMPLERATE {made[0].sample_rate} 1 0"
    yield f"  TEMPO {_number(time.changes[0].bpm)} {time.tempo.beats_per_bar} {time.tempo.beat_unit}"
    yield from _tempo(time)
    for number, marker in enumerate(sorted(song.markers, key=lambda marker: marker.start_s), start=1):
        yield from _marker(number, marker, time)
    for number, track in enumerate(made):
        yield from _audio_track(song, track, colour(track.name, number), time)
    if song.melody is not None and song.melody.notes:
        yield from _hum_track(song, time)
    yield ">"


def _tempo(time: Timeline) -> Iterator[str]:
    if time.is_steady:
        return
    metre = (time.tempo.beat_unit << 16) + time.tempo.beats_per_bar
    yield from (
        "  <TEMPOENVEX",
        "    ACT 1 -1",
        "    VIS 1 0 1",
        "    LANEHEIGHT 0 0",
        "    ARM 0",
        "    DEFSHAPE 1 -1 -1",
    )
    for number, change in enumerate(time.changes):
        signature = f" {metre}" if number == 0 else ""
        yield f"    PT {_number(change.time_s)} {_number(change.bpm)} {_SQUARE}{signature}"
    yield "  >"


def _marker(number: int, marker: Marker, time: Timeline) -> Iterator[str]:
    """A place is a line, a stretch is two: the second, with the same number, says where it ends."""
    begin = _number(time.lead_in_s + marker.start_s)
    if marker.end_s is None:
        yield f"  MARKER {number} {begin} {_quoted(marker.name)} 0"
    else:
        yield f"  MARKER {number} {begin} {_quoted(marker.name)} 1"
        yield f'  MARKER {number} {_number(time.lead_in_s + marker.end_s)} "" 1'


def _track(song: Song, name: str, hue: str, channels: int) -> Iterator[str]:
    yield f"  <TRACK {_id(song, 'track', name)}"
    yield f"    NAME {_quoted(name)}"
    yield f"    PEAKCOL {_native(hue)}"
    yield "    VOLPAN 1 0 -1 -1 1"
    yield f"    NCHAN {max(channels, 2)}"


def _item(song: Song, name: str, begin_s: float, duration_s: float) -> Iterator[str]:
    yield "    <ITEM"
    yield f"      POSITION {_number(begin_s)}"
    yield f"      LENGTH {_number(duration_s)}"
    yield "      LOOP 0"
    yield "      FADEIN 1 0 0 1 0 0 0"
    yield "      FADEOUT 1 0 0 1 0 0 0"
    yield f"      IGUID {_id(song, 'item', name)}"
    yield f"      NAME {_quoted(name)}"
    yield "      SOFFS 0"


def _audio_track(song: Song, track: Track, hue: str, time: Timeline) -> Iterator[str]:
    name = track.name or song.clip.title
    yield from _track(song, name, hue, track.channels)
    yield from _item(song, name, time.lead_in_s, track.duration_s)
    yield f"      <SOURCE {'FLAC' if track.file.endswith('.flac') else 'WAVE'}"
    yield f"        FILE {_quoted(f'{AUDIO_FOLDER}/{track.file}')}"
    yield from ("      >", "    >", "  >")


def _hum_track(song: Song, time: Timeline) -> Iterator[str]:
    melody = song.melody
    assert melody is not None
    yield from _track(song, HUM, HUM_COLOUR, 2)
    yield from _item(song, HUM, time.lead_in_s, melody.duration_s)
    yield "      <SOURCE MIDI"
    yield f"        HASDATA 1 {_TICKS_PER_QUARTER} QN"
    now = 0
    for tick, _, message in sorted(_messages(song, time)):
        yield f"        E {tick - now} {message}"
        now = tick
    end = round((time.quarter_at(melody.duration_s) - time.quarter_at(0.0)) * _TICKS_PER_QUARTER)
    yield f"        E {max(end - now, 0)} {_ALL_NOTES_OFF}"
    yield from ("      >", "    >", "  >")


def _messages(song: Song, time: Timeline) -> Iterator[tuple[int, int, str]]:
    """Yield the hum's tick, order within the tick (ends before beginnings), message."""
    assert song.melody is not None
    start = time.quarter_at(0.0)
    for note in song.melody.notes:
        begin = round((time.quarter_at(note.onset_s) - start) * _TICKS_PER_QUARTER)
        end = max(round((time.quarter_at(note.end_s) - start) * _TICKS_PER_QUARTER), begin + 1)
        pitch, velocity = min(note.semitone, 127), max(round(note.velocity * 127), 1)
        yield begin, 1, f"{_NOTE_ON} {pitch:02x} {velocity:02x}"
        yield end, 0, f"{_NOTE_OFF} {pitch:02x} 00"


def _id(song: Song, kind: str, name: str) -> str:
    """Return an id that is the same when the same song is exported again."""
    made = uuid5(NAMESPACE_OID, f"{song.clip.id}/{kind}/{name}".encode("utf-8", "replace").decode())
    return f"{{{str(made).upper()}}}"


def _native(hue: str) -> int:
    """Return a colour as REAPER writes it: blue, green, red, and a bit that says that there is one."""
    red, green, blue = (int(hue[at : at + 2], 16) for at in (1, 3, 5))
    return 1 << 24 | blue << 16 | green << 8 | red


def _quoted(text: str) -> str:
    """Write a text so that it is one word of a line; what cannot be seen is left out, a ` stays only if it may."""
    seen = "".join(letter for letter in " ".join(text.split()) if unicodedata.category(letter)[0] != "C")
    mark = next((mark for mark in "\"'`" if mark not in seen), None)
    return f"`{seen.replace('`', chr(39))}`" if mark is None else f"{mark}{seen}{mark}"


def _number(value: float) -> str:
    return f"{round(value, 12) + 0.0:.12f}".rstrip("0").rstrip(".")
