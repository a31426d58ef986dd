"""From a take, a sound file or a MIDI file to a melody to work on: read, track the pitch, find the notes.

Everything here takes a while and belongs into the background. Not for editing what was found (`sketch`).
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Event

import numpy as np

from musicgen_studio.checkpoints.fingerprint import file_sha256
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.melody import Floats, Melody, PitchCurve
from musicgen_studio.dsp.chroma import chroma
from musicgen_studio.dsp.notes import find_notes
from musicgen_studio.dsp.peaks import PeakPyramid
from musicgen_studio.dsp.pitch import is_one_voice, track_pitch
from musicgen_studio.errors import StoppedError
from musicgen_studio.files.midi import MidiFile, MidiTrack
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.files.untrusted import decode
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.midi_file import FOLDER
from musicgen_studio.studio.humming.take import TakeEdit, edited, take_edit
from musicgen_studio.studio.making.mix import lead_and_other
from musicgen_studio.studio.making.order import SourceFile, portable_path
from musicgen_studio.studio.making.source import MelodySource, check_carries

MAX_DURATION_S = 600.0  # a melody longer than this is not one that somebody hummed


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What was heard.

    Args:
        melody: The notes that were found.
        title: What it is called.
        source: The sound itself, to be followed as it was sung; of a mix its lead and other; None where there is none.
        curve: Its pitch, or None.
        peaks: Its waveform, or None.
        chroma: What the model sees of that sound, float32 `[frames, 12]` at 7.8125 Hz, or None.
        whole: Of a mix the same with drums and bass, None of anything else.
        whole_chroma: What the model sees of that, or None.
        is_one_voice: Whether the notes can be relied on: a single voice or instrument.
        tracks: Of a MIDI file, those to choose from.
        remark: What is missing of the file or was stepped over, as a sentence; empty if nothing.
    """

    melody: Melody
    title: str
    source: MelodySource | None = None
    curve: PitchCurve | None = None
    peaks: PeakPyramid | None = None
    chroma: Floats | None = None
    whole: MelodySource | None = None
    whole_chroma: Floats | None = None
    is_one_voice: bool = True
    tracks: tuple[MidiTrack, ...] = ()
    remark: str = ""

    @property
    def sample_rate(self) -> int:
        """Of the sound in Hz; 1 without one."""
        audio = None if self.source is None else self.source.melody
        return audio.sample_rate if isinstance(audio, Audio) else 1

    @property
    def is_mix(self) -> bool:
        """Whether there is a choice between lead and other, and all of it."""
        return self.whole is not None

    def sound(self, *, follows_all: bool) -> MelodySource | None:
        """Return the sound to be followed, of a mix with or without its drums and bass; None where there is none."""
        return self.whole if follows_all and self.whole is not None else self.source

    def seen(self, *, follows_all: bool) -> Floats | None:
        """Return what the model sees of that sound, or None."""
        return self.whole_chroma if follows_all and self.whole_chroma is not None else self.chroma


def hear_take(library: Library, clip_id: str, stop: Event | None = None) -> Hearing:
    """Hear a recorded take as it is to be used.

    Args:
        library: Where it is.
        clip_id: The take.
        stop: Set from any thread, it ends the work at the next step.

    Raises:
        UserProblem: If its sound is missing or cannot be read.
        KeyError: If there is no such clip.
        StoppedError: If it was stopped.
    """
    clip, edit = library.get(clip_id), take_edit(library, clip_id)
    audio = edited(library.read(clip_id), edit)
    file = library.sound_file(clip_id) if edit == TakeEdit() else _kept_as_used(library, clip_id, audio)
    return _heard(audio, file, clip.title, clip.tempo_bpm, stop, may_be_mix=False)


def hear_file(path: Path, stop: Event | None = None) -> Hearing:
    """Hear a sound file of any origin; like `hear_take`.

    Raises:
        UserProblem: If it cannot be read, or is longer than ten minutes.
        StoppedError: If it was stopped.
    """
    decoded = decode(path, MAX_DURATION_S, stop=stop)
    heard = _heard(decoded.audio, path, path.name, None, stop, may_be_mix=True)
    return replace(heard, remark=decoded.remark)


def hear_midi(path: Path, track: int | None = None, channel: int | None = None) -> Hearing:
    """Read a MIDI file's melody; see `midi.read_midi`.

    Raises:
        UserProblem: If it cannot be read or has no such notes.
    """
    midi = MidiFile(path)
    return Hearing(midi.melody(track, channel), path.name, tracks=tuple(midi.tracks()), remark=midi.remark)


def _heard(
    audio: Audio, file: Path, title: str, tempo_bpm: float | None, stop: Event | None, *, may_be_mix: bool
) -> Hearing:
    check_carries(audio, title)
    curve = track_pitch(audio)
    _check(stop)
    notes = find_notes(curve, audio)
    _check(stop)
    peaks = PeakPyramid(audio.channels)
    peaks.append(audio.samples)
    has_one_voice = is_one_voice(curve, audio)
    record = SourceFile(portable_path(file), file_sha256(file))
    source, seen = MelodySource(audio, record), chroma(audio)
    whole = whole_seen = None
    if may_be_mix and not has_one_voice:
        whole, whole_seen = source, seen
        followed, mark = lead_and_other(audio, stop)
        source, seen = MelodySource(followed, replace(record, separator=mark)), chroma(followed)
    _check(stop)
    duration_s = max(audio.duration_s, *(note.end_s for note in notes), 0.0)
    return Hearing(
        melody=Melody(notes, duration_s, tempo_bpm),
        title=title,
        source=source,
        curve=curve,
        peaks=peaks,
        chroma=seen,
        whole=whole,
        whole_chroma=whole_seen,
        is_one_voice=has_one_voice,
    )


def _kept_as_used(library: Library, clip_id: str, audio: Audio) -> Path:
    """Write a trimmed take as a file of its own, which records of clips can name for good."""
    folder = library.folder / FOLDER
    ensure_folder(folder)
    mark = sha256(np.ascontiguousarray(audio.samples).data).hexdigest()[:12]
    path = folder / f"{clip_id}-{mark}.wav"
    if not path.exists():
        write(path, audio, SoundFormat.WAV32F)
    return path


def _check(stop: Event | None) -> None:
    if stop is not None and stop.is_set():
        raise StoppedError
