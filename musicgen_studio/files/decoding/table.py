"""Which reader reads what: the one table of sound files that are taken, known by what they begin with.

libsndfile stands first where it is right and exact; FFmpeg, through QtMultimedia, reads the rest, and what libsndfile
gave up or found less of than the file promises. Names and their endings do not matter.
Not for the reading itself (`exact`, `ffmpeg`), nor for how long a file really is (`wave`, `boxes`, `mpeg`, `links`,
`flac`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.decoding import boxes, flac, links, mpeg, wave
from musicgen_studio.files.decoding.view import FileViews, whole_file

HEAD_BYTES = 65_536
_FAR_BYTES = 1 << 20
_SHORT_HEAD_BYTES = 512
_ID3_HEAD_BYTES = 10
_PCM = frozenset({"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32"})
_PLAIN = _PCM | {"FLOAT", "DOUBLE", "ULAW", "ALAW"}


@dataclass(frozen=True, slots=True)
class SoundKind:
    """A kind of sound file.

    Args:
        name: As a musician calls it.
        opening: Matches what such a file begins with.
        exact: libsndfile's words for what it reads of it: subtypes by format. None of them where it is not asked.
        views: Measures a file, and shows libsndfile what it is to read.
        has_length: Whether FFmpeg knows how long such a file should be, and does not only guess.
    """

    name: str
    opening: re.Pattern[bytes]
    exact: tuple[tuple[str, frozenset[str]], ...] = ()
    views: Callable[[Path], FileViews] = whole_file
    has_length: bool = True


def _begins(*alternatives: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(b"(?:" + each + b")" for each in alternatives), re.DOTALL)


_WAVE = _PLAIN | {"IMA_ADPCM", "MS_ADPCM", "GSM610"}
_MPEG = frozenset({"MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"})
_ID3 = re.compile(rb"ID3[\x02-\x04].{6}", re.DOTALL)

TABLE = (
    # kind                        begins with                     libsndfile reads                          measured by
    SoundKind(
        "WAV",
        _begins(rb"RIF[FX].{4}WAVE", rb"RF64.{4}WAVE"),
        (("WAV", _WAVE), ("WAVEX", _WAVE), ("RF64", _WAVE)),
        wave.views,
    ),
    SoundKind("AIFF", _begins(rb"FORM.{4}AIF[FC]"), (("AIFF", _PLAIN),), boxes.aiff_views),
    SoundKind("FLAC", _begins(rb"fLaC"), (("FLAC", _PCM),), flac.views),
    SoundKind("Ogg", _begins(rb"OggS"), (("OGG", frozenset({"VORBIS", "OPUS"})),), links.views),
    SoundKind("MP3", _begins(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]"), (("MP3", _MPEG),), mpeg.views, has_length=False),
    SoundKind("Wave64", _begins(rb"riff\x2e\x91\xcf\x11"), (("W64", _PLAIN),), boxes.w64_views),
    SoundKind("BW64", _begins(rb"BW64.{4}WAVE")),
    SoundKind("CAF", _begins(rb"caff\x00\x01"), (("CAF", _PLAIN),), boxes.caf_views),
    SoundKind("AU", _begins(rb"\.snd"), views=boxes.au_views),
    SoundKind("M4A or video", _begins(rb".{4}(?:ftyp|moov|mdat|wide|free|skip)"), views=boxes.mp4_views),
    SoundKind("WebM or Matroska", _begins(rb"\x1a\x45\xdf\xa3")),
    SoundKind("WMA or WMV", _begins(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
    SoundKind("AVI", _begins(rb"RIFF.{4}AVI ")),
    SoundKind("AAC", _begins(rb"\xff[\xf0\xf1\xf8\xf9]", rb"ADIF"), has_length=False),
    SoundKind("AC-3", _begins(rb"\x0b\x77"), has_length=False),
    SoundKind("AMR", _begins(rb"#!AMR"), has_length=False),
    SoundKind("WavPack", _begins(rb"wvpk")),
    SoundKind("Monkey's Audio", _begins(rb"MAC ")),
    SoundKind("True Audio", _begins(rb"TTA[12]")),
    SoundKind("MPEG video", _begins(rb"\x00\x00\x01\xba", rb"G.{187}G", rb".{4}G.{191}G"), has_length=False),
    SoundKind("Flash video", _begins(rb"FLV\x01"), has_length=False),
)

EXTENSIONS = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".oga", ".opus", ".spx"),
    *(".mp3", ".mp2", ".m4a", ".m4b", ".m4r", ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".aac", ".adts", ".webm", ".mka"),
    *(".mkv", ".wma", ".wmv", ".asf", ".caf", ".au", ".snd", ".ac3", ".amr", ".wv", ".ape", ".tta", ".avi", ".mpg"),
    *(".mpeg", ".ts", ".mts", ".m2ts", ".flv", ".ogv"),
)
"""What such files are mostly called, for the choosing of files; it does not decide how one is read."""

_OTHER_THINGS = (
    (
        rb"version https://git-lfs",
        "It only stands for a sound that Git LFS keeps elsewhere.",
        "Fetch it by “git lfs pull”.",
    ),
    (rb"\s*<(?:!doctype|html|\?xml|head)", "It is a web page, not a sound.", "Download the sound once more."),
    (rb"MThd|RIFF.{4}RMID", "It holds MIDI notes, not sound.", "Use it as a melody; give it the ending .mid."),
    (rb"\x00\x05\x16\x07", "It only holds what macOS notes about a file.", "Choose the file without “._” in its name."),
    (rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b", "It is an archive.", "Unpack it and choose what is in it."),
    (rb"%PDF", "It is a PDF document.", ""),
    (rb"\x89PNG|GIF8|\xff\xd8\xff|RIFF.{4}WEBP", "It is a picture.", ""),
)


def row_of(path: Path) -> SoundKind:
    """Return the kind of a file.

    Raises:
        UserProblem: If it is none of the table; it says what the file is instead, where that is known.
        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        found = _row(head)
        if found is None and _ID3.match(head):
            file.seek(_end_of_id3(head))
            found = _row(file.read(HEAD_BYTES)) or _named("MP3")
        if found is None:
            file.seek(0)
            found = _row_behind(file.read(_FAR_BYTES))
    if found is None:
        raise _unknown(path, head)
    return found


def begins_like_sound(path: Path) -> bool:
    """Tell by its first bytes whether a file may be a sound file; False also where it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_SHORT_HEAD_BYTES)
    except OSError:
        return False
    return _row(head) is not None or bool(_ID3.match(head))


def _row(head: bytes) -> SoundKind | None:
    return next((row for row in TABLE if row.opening.match(head)), None)


def _named(name: str) -> SoundKind:
    return next(row for row in TABLE if row.name == name)


def _end_of_id3(head: bytes) -> int:
    size = 0
    for byte in head[6:_ID3_HEAD_BYTES]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEAD_BYTES + size


def _row_behind(content: bytes) -> SoundKind | None:
    """Return what stands behind zeros or half a frame, as recorders and radio leave them."""
    if mpeg.first_frame(content) is not None:
        return _named("MP3")
    begin = content.find(b"OggS\x00\x02")
    return _named("Ogg") if 0 <= begin < HEAD_BYTES else None


def _unknown(path: Path, head: bytes) -> UserProblem:
    for pattern, why, what_to_do in _OTHER_THINGS:
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return unreadable(path, why, what_to_do or "Choose a sound file.")
    return unreadable(path, "It is not in a known sound format.", "Choose a sound file.")


def unreadable(path: Path, why: str, what_to_do: str = "Open it in an audio editor and save it as WAV.") -> UserProblem:
    """Say that a sound file could not be read."""
    return UserProblem(f'The sound file "{path.name}" could not be read.', why, what_to_do)
