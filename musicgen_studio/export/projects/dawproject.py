"""DAWproject 1.0: a file that Bitwig Studio, Studio One, Cubase and others open as a project.

A zip with `project.xml`, `metadata.xml` and the sounds. Times are in quarter notes; a `Warp` at every beat says which
moment of the sound it is, so that nothing is stretched, and where the tempo drifts the project's tempo drifts along.

Source: the schemas and the reference of bitwig/dawproject (1.0). Two limits of programs that read it are kept: sounds
lie in the arrangement and not in the clip launcher, and no clip is inside a clip.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

from musicgen_studio.core.song import Song
from musicgen_studio.export.names import free_names, suggested_name, taken_names
from musicgen_studio.export.projects.api import HUM, HUM_COLOUR, OnShare, Timeline, colour
from musicgen_studio.export.tracks import Track, TrackSettings, file_names, measure, shares, tracks
from musicgen_studio.files.marks import PROGRAM, texts
from musicgen_studio.files.whole import ensure_folder, replacing

EXTENSION = ".dawproject"
AUDIO_FOLDER = "audio"

_VERSION = "1.0"
_TEMPO_ID, _METRE_ID, _MASTER_ID = "tempo", "metre", "master"
_TITLE_UNITS = 60
_MOMENT = (1980, 1, 1, 0, 0, 0)  # what a zip says of a file whose time does not count
# What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class DawProject:
    """Writes DAWproject files."""

    def write(self, song: Song, folder: Path, settings: TrackSettings, on_share: OnShare) -> Path:
        """Write a song as a project; see `ProjectFormat.write`."""
        ensure_folder(folder)
        wanted = suggested_name(song.clip.title, song.tempo_bpm, song.key)
        (name,) = free_names(folder, [wanted], EXTENSION, taken_names(folder))
        with replacing(folder / name, replace=False) as file:
            _write(file, song, settings, on_share)
        return folder / name


def _write(file: BinaryIO, song: Song, settings: TrackSettings, on_share: OnShare) -> None:
    measuring, writing = shares(on_share)
    levels = measure(song, settings, measuring)
    made: list[Track] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for track in tracks(song, file_names(song, settings, _TITLE_UNITS), settings, levels, writing):
            archive.writestr(zipfile.ZipInfo(f"{AUDIO_FOLDER}/{track.file}", _MOMENT), bytes(track.content))
            made.append(_without_content(track))
        for name, root in (("project.xml", project_xml(song, made)), ("metadata.xml", _metadata(song))):
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), ET.tostring(root, "utf-8", xml_declaration=True))


def _without_content(track: Track) -> Track:
    return Track(track.name, track.file, b"", track.frames, track.sample_rate, track.channels)


def project_xml(song: Song, made: Sequence[Track]) -> ET.Element:
    """Return the project's description.

    Args:
        song: What it is.
        made: Its sounds; their content does not count.
    """
    time = Timeline.of(song)
    root = ET.Element("Project", version=_VERSION)
    ET.SubElement(root, "Application", name=PROGRAM, version=texts(song.clip)["software"].rpartition(" ")[2])
    _transport(root, time)
    ids = (f"id{number}" for number in count(1))
    structure = ET.SubElement(root, "Structure")
    lanes = ET.Element("Lanes", timeUnit="beats", id=next(ids))
    for number, track in enumerate(made):
        id_ = _track(structure, ids, track.name or song.clip.title, colour(track.name, number), track.channels)
        _audio_clip(ET.SubElement(lanes, "Lanes", track=id_, id=next(ids)), track, time)
    if song.melody is not None and song.melody.notes:
        id_ = _track(structure, ids, HUM, HUM_COLOUR, None)
        _note_clip(ET.SubElement(lanes, "Lanes", track=id_, id=next(ids)), song, time)
    _master(structure)
    arrangement = ET.SubElement(root, "Arrangement", id=next(ids))
    arrangement.append(lanes)
    _markers(arrangement, song, time)
    _tempo(arrangement, time)
    ET.SubElement(root, "Scenes")
    return root


def _transport(root: ET.Element, time: Timeline) -> None:
    transport = ET.SubElement(root, "Transport")
    tempo = {"min": "20", "max": "999", "unit": "bpm", "value": _number(time.changes[0].bpm)}
    ET.SubElement(transport, "Tempo", tempo, id=_TEMPO_ID, name="Tempo")
    metre = {"numerator": str(time.tempo.beats_per_bar), "denominator": str(time.tempo.beat_unit)}
    ET.SubElement(transport, "TimeSignature", metre, id=_METRE_ID)


def _track(structure: ET.Element, ids: Iterator[str], name: str, hue: str, channels: int | None) -> str:
    """Add a track, of sound if it has channels, else of notes, and return its id."""
    kind = "notes" if channels is None else "audio"
    id_ = next(ids)
    track = ET.SubElement(structure, "Track", contentType=kind, loaded="true", id=id_, name=_text(name), color=hue)
    _channel(track, next(ids), channels or 2, role="regular", destination=_MASTER_ID)
    return id_


def _master(structure: ET.Element) -> None:
    track = ET.SubElement(
        structure, "Track", contentType="audio notes", loaded="true", id="track-master", name="Master"
    )
    _channel(track, _MASTER_ID, 2, role="master")


def _channel(track: ET.Element, id_: str, channels: int, **more: str) -> None:
    fields = {"audioChannels": str(channels), "solo": "false", "id": id_} | more
    channel = ET.SubElement(track, "Channel", fields)
    ET.SubElement(channel, "Mute", value="false", id=f"{id_}-mute")
    ET.SubElement(channel, "Pan", min="0", max="1", unit="normalized", value="0.5", id=f"{id_}-pan")
    ET.SubElement(channel, "Volume", min="0", max="2", unit="linear", value="1", id=f"{id_}-volume")


def _clip(lane: ET.Element, name: str, begin: float, end: float, **more: str) -> ET.Element:
    """Add the one clip of a track, from one quarter note to another."""
    clips = ET.SubElement(lane, "Clips", id=f"{lane.get('id')}-clips")
    place = {"time": _number(begin), "duration": _number(end - begin), "playStart": "0"}
    return ET.SubElement(clips, "Clip", place, name=_text(name), **more)


def _audio_clip(lane: ET.Element, track: Track, time: Timeline) -> None:
    begin, end = time.quarter_at(0.0), time.quarter_at(track.duration_s)
    clip = _clip(lane, track.file.rpartition(".")[0], begin, end, contentTimeUnit="beats")
    warps = ET.SubElement(clip, "Warps", contentTimeUnit="seconds", timeUnit="beats", id=f"{lane.get('id')}-warps")
    shape = {"channels": str(track.channels), "sampleRate": str(track.sample_rate)}
    audio = ET.SubElement(warps, "Audio", shape, duration=_number(track.duration_s), id=f"{lane.get('id')}-audio")
    ET.SubElement(audio, "File", path=f"{AUDIO_FOLDER}/{track.file}")
    inside_s = [] if time.is_steady else time.beats_s(track.duration_s)
    for moment_s in (0.0, *inside_s, track.duration_s):
        quarter = time.quarter_at(moment_s) - begin
        ET.SubElement(warps, "Warp", time=_number(quarter), contentTime=_number(moment_s))


def _note_clip(lane: ET.Element, song: Song, time: Timeline) -> None:
    melody = song.melody
    assert melody is not None
    begin = time.quarter_at(0.0)
    clip = _clip(lane, HUM, begin, time.quarter_at(melody.duration_s), contentTimeUnit="beats")
    notes = ET.SubElement(clip, "Notes", timeUnit="beats", id=f"{lane.get('id')}-notes")
    for note in melody.notes:
        onset, end = time.quarter_at(note.onset_s), time.quarter_at(note.end_s)
        fields = {"time": onset - begin, "duration": end - onset, "vel": note.velocity, "rel": note.velocity}
        told = {name: _number(value) for name, value in fields.items()}
        ET.SubElement(notes, "Note", told, channel="0", key=str(min(note.semitone, 127)))


def _markers(arrangement: ET.Element, song: Song, time: Timeline) -> None:
    if not song.markers:
        return
    markers = ET.SubElement(arrangement, "Markers", timeUnit="beats", id="markers")
    for marker in sorted(song.markers, key=lambda marker: marker.start_s):
        ET.SubElement(markers, "Marker", time=_number(time.quarter_at(marker.start_s)), name=_text(marker.name))


def _tempo(arrangement: ET.Element, time: Timeline) -> None:
    if time.is_steady:
        return
    points = ET.SubElement(arrangement, "TempoAutomation", unit="bpm", timeUnit="beats", id="tempo-automation")
    ET.SubElement(points, "Target", parameter=_TEMPO_ID)
    for change in time.changes:
        place = {"time": _number(change.quarter), "value": _number(change.bpm)}
        ET.SubElement(points, "RealPoint", place, interpolation="hold")


def _metadata(song: Song) -> ET.Element:
    told = texts(song.clip)
    root = ET.Element("MetaData")
    fields = {
        "Title": told["title"],
        "Year": told["date"][:4],
        "Copyright": told["copyright"],
        "Comment": told["comment"],
    }
    for name, text in fields.items():
        if text:
            ET.SubElement(root, name).text = _text(text)
    return root


def _number(value: float) -> str:
    """Write a number to a ten-millionth, without an exponent, and -0 as 0."""
    return f"{round(value, 9) + 0.0:.9f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return _NO_XML.sub("", text)
