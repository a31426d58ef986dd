"""MIDI files in and out, as melodies. mido writes them; they are read by `smf`, which steps over what is damaged.

Standard MIDI files of type 0, 1 and 2, with their tempo changes, ticks per beat or per SMPTE frame. Tracks and channels
are counted from 1, as musicians do. Pitch bends, pedals and drums (channel 10) are no melody and are left out. Not for
MIDI devices.
"""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any

from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import smf
from musicgen_studio.files.whole import write_bytes

EXTENSIONS = (".mid", ".midi", ".smf", ".rmi", ".kar")
DRUM_CHANNEL = 10
MAX_BYTES = 5_000_000
MAX_DURATION_S = 3600.0

_TEMPO_IF_NONE = 500_000  # microseconds per beat, by the standard: 120 bpm
_TICKS_PER_BEAT = 480
_MAX_TEMPO = 2**24 - 1
_STEADY = 1e-4  # a tempo that leaves its median by less over a bar is one number


@dataclass(frozen=True, slots=True)
class MidiTrack:
    """A track of a MIDI file that has notes.

    Args:
        index: Counted from 1.
        name: As the file says, or empty.
        channels: Those with notes, 1 to 16, in order.
        notes: How many notes.
    """

    index: int
    name: str
    channels: tuple[int, ...]
    notes: int


@dataclass(frozen=True, slots=True)
class _Event:
    """A note as the file has it: in ticks, channel from 1."""

    begin: int
    end: int
    channel: int
    pitch: int
    velocity: int


def is_midi(path: Path) -> bool:
    """Tell by its ending whether a file is a MIDI file."""
    return path.suffix.lower() in EXTENSIONS


def holds_midi(path: Path) -> bool:
    """Tell by its ending, or by how it begins, whether a file is a MIDI file."""
    if is_midi(path):
        return True
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head.startswith(smf.OPENING) or (head[:4] == b"RIFF" and head[8:] == b"RMID")


class MidiFile:
    """A MIDI file that was read.

    Args:
        path: The file.

    Raises:
        UserProblem: If it cannot be read or is no MIDI file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._song = _opened(path)

    @property
    def remark(self) -> str:
        """What was left out of it, as a sentence; empty if nothing."""
        if not self._song.skipped:
            return ""
        return f"{self._path.name} was read; stepped over: {'; '.join(self._song.skipped)}."

    def tracks(self) -> list[MidiTrack]:
        """Return the tracks that have notes, to choose from."""
        found = []
        for index, track in enumerate(self._song.tracks, start=1):
            if events := list(_events(track)):
                channels = tuple(sorted({event.channel for event in events}))
                found.append(MidiTrack(index, track.name, channels, len(events)))
        return found

    def melody(self, track: int | None = None, channel: int | None = None) -> Melody:
        """Return a melody.

        Args:
            track: Which track, from 1. None is all of them but drums; in a type 2 file, whose tracks are separate
                pieces, the first with notes.
            channel: Which channel, 1 to 16. None is all of them but drums, unless there is nothing else.

        Returns:
            The notes in time, as long as the tracks, with the tempo at the beginning if the file names one.

        Raises:
            UserProblem: If it lasts more than an hour or has no such notes.
        """
        song, chosen = self._song, self._chosen(track)
        events = [event for part in chosen for event in _events(part)]
        melodic = [event for event in events if event.channel != DRUM_CHANNEL]
        events = (melodic or events) if channel is None else [event for event in events if event.channel == channel]
        if not events:
            raise self._without_notes(track, channel)
        tempos = [change for part in (chosen if song.kind == 2 else song.tracks) for change in part.tempos]
        clock = _Clock(song.division, sorted(tempos, key=lambda change: change[0]))
        end_s = clock.seconds(max(part.end_tick for part in chosen))
        if end_s > MAX_DURATION_S:
            why = f"{self._path.name} lasts {end_s / 60:.0f} minutes; {MAX_DURATION_S / 60:.0f} is the most."
            raise UserProblem("The MIDI file is too long.", why, "Cut it in the program that made it.")
        melody = Melody.of([_note(event, clock) for event in events], clock.first_tempo_bpm)
        return Melody(melody.notes, max(melody.duration_s, end_s), melody.tempo_bpm)

    def _chosen(self, track: int | None) -> list[smf.SmfTrack]:
        """Return the tracks a melody is read from; several only if they run side by side."""
        tracks = list(self._song.tracks)
        if track is not None:
            if not 1 <= track <= len(tracks):
                raise self._without_notes(track, None)
            return [tracks[track - 1]]
        if self._song.kind == 2:
            return [next((each for each in tracks if any(_events(each))), tracks[0])]
        return tracks

    def _without_notes(self, track: int | None, channel: int | None) -> UserProblem:
        where = "" if track is None else f" in track {track}"
        where += "" if channel is None else f" on channel {channel}"
        there = "; ".join(
            f"track {each.index} has {each.notes} on channel {', '.join(map(str, each.channels))}"
            for each in self.tracks()
        )
        why = " ".join(
            filter(None, (f"{self._path.name} has no notes{where}{f': {there}' if there else ''}.", self.remark))
        )
        return UserProblem("There is no melody in the MIDI file.", why, "Choose another track, channel or file.")


def midi_tracks(path: Path) -> list[MidiTrack]:
    """Return the tracks of a file that have notes, to choose from.

    Raises:
        UserProblem: If it cannot be read or is no MIDI file.
    """
    return MidiFile(path).tracks()


def read_midi(path: Path, track: int | None = None, channel: int | None = None) -> Melody:
    """Read a melody; see `MidiFile.melody`.

    Raises:
        UserProblem: If it cannot be read, is no MIDI file, lasts more than an hour or has no such notes.
    """
    return MidiFile(path).melody(track, channel)


def write_midi(path: Path, melody: Melody, key: Key | None = None) -> None:
    """Write a melody as a MIDI file of type 1: tempo and key in the first track, notes in the second.

    Args:
        path: Where to; a file already there is replaced.
        melody: Its pitches are written as the nearest semitones. Without a tempo, 120 beats per minute.
        key: For the key signature, or None.

    Raises:
        UserProblem: If it cannot be written.
    """
    import mido  # late: the window is seen before

    tempo_bpm = melody.tempo_bpm or 120.0
    midi = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT)
    head = midi.add_track()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo_bpm)))
    if key is not None:
        head.append(mido.MetaMessage("key_signature", key=key.symbol))
    track = midi.add_track("Melody")
    ticks_per_s = _TICKS_PER_BEAT * 1e6 / mido.bpm2tempo(tempo_bpm)
    now = 0
    for tick, _, message in sorted(
        _messages(melody.notes, lambda time_s: round(time_s * ticks_per_s)), key=lambda entry: entry[:2]
    ):
        track.append(message.copy(time=tick - now))
        now = tick
    end = round(melody.duration_s * ticks_per_s)
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    content = io.BytesIO()
    midi.save(file=content)
    write_bytes(path, content.getvalue())


@dataclass(frozen=True, slots=True)
class MidiPart:
    """What one instrument plays.

    Args:
        name: Of its track.
        notes: In any order.
        is_drums: Whether the pitches are the drums of General MIDI.
    """

    name: str
    notes: tuple[Note, ...]
    is_drums: bool = False


def write_parts(
    path: Path, parts: Sequence[MidiPart], tempo: TempoMap, key: Key | None = None, duration_s: float = 0.0
) -> None:
    """Write music as a MIDI file of type 1 that begins when its sound does: tempo, metre and key in the first track.

    Args:
        path: Where to; a file already there is replaced.
        parts: A track for each, on a channel of its own as long as there are any; drums on channel 10.
        tempo: Its beats; the file's tempo changes wherever theirs does.
        key: For the key signature, or None.
        duration_s: How long the sound is; the tracks end there, or with their last note.

    Raises:
        UserProblem: If it cannot be written.
    """
    import mido

    midi = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT)
    ends_s = [duration_s, *(note.end_s for part in parts for note in part.notes)]
    head, now = midi.add_track(), 0
    metre = {"numerator": tempo.beats_per_bar, "denominator": tempo.beat_unit}
    head.append(mido.MetaMessage("time_signature", **metre))
    if key is not None:
        head.append(mido.MetaMessage("key_signature", key=key.symbol))
    grid = _Grid(tempo, max(ends_s))
    for tick, tempo_us in grid.changes:
        head.append(mido.MetaMessage("set_tempo", tempo=tempo_us, time=tick - now))
        now = tick
    channels = [channel for channel in range(16) if channel != DRUM_CHANNEL - 1]
    for number, part in enumerate(parts):
        track, now = midi.add_track(_latin(part.name)), 0
        channel = DRUM_CHANNEL - 1 if part.is_drums else channels[number % len(channels)]
        for tick, _, message in sorted(_messages(part.notes, grid.tick), key=lambda entry: entry[:2]):
            track.append(message.copy(time=tick - now, channel=channel))
            now = tick
        track.append(mido.MetaMessage("end_of_track", time=max(grid.tick(max(ends_s)) - now, 0)))
    content = io.BytesIO()
    midi.save(file=content)
    write_bytes(path, content.getvalue())


class _Grid:
    """Where moments lie in the ticks of a file whose tempo follows a map.

    The file counts a quarter note in whole microseconds; what that leaves is made up for by the next change, so that
    the file is never off by more than a tick.

    Args:
        tempo: The map.
        duration_s: How far the changes go.
    """

    def __init__(self, tempo: TempoMap, duration_s: float) -> None:
        self.changes: list[tuple[int, int]] = []
        self._tempo = tempo
        self._begin = tempo.beat_at(0.0)
        beats = [self._begin]
        if tempo.drift > _STEADY:
            beats += [float(beat) for beat in range(floor(self._begin) + 1, ceil(tempo.beat_at(duration_s)))]
        file_s = 0.0  # when the file is at a change, which rounding makes a little early or late
        for beat, later in pairwise([*beats, max(tempo.beat_at(duration_s), beats[-1] + 1)]):
            ticks = self._tick_of(later) - self._tick_of(beat)
            if not ticks:  # the sound begins so near to its first beat that no tempo can be told of what is between
                continue
            tempo_us = round((tempo.beat_s(later) - file_s) * 1e6 * _TICKS_PER_BEAT / ticks)
            tempo_us = min(max(tempo_us, 1), _MAX_TEMPO)
            self.changes.append((self._tick_of(beat), tempo_us))
            file_s += ticks * tempo_us / 1e6 / _TICKS_PER_BEAT

    def tick(self, time_s: float) -> int:
        """Return the tick of a moment."""
        return self._tick_of(self._tempo.beat_at(time_s))

    def _tick_of(self, beat: float) -> int:
        return round((beat - self._begin) * self._tempo.quarters_per_beat * _TICKS_PER_BEAT)


def _latin(text: str) -> str:
    """Return a text as MIDI files can hold it."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _messages(notes: Sequence[Note], tick: Callable[[float], int]) -> Iterator[tuple[int, int, Any]]:
    """Yield what a track holds: tick, order within the tick (ends before beginnings), message."""
    import mido

    for note in notes:
        begin = max(tick(note.onset_s), 0)
        end = max(tick(note.end_s), begin + 1)
        pitch = min(note.semitone, 127)
        yield begin, 1, mido.Message("note_on", note=pitch, velocity=max(round(note.velocity * 127), 1))
        yield end, 0, mido.Message("note_off", note=pitch, velocity=0)


def _opened(path: Path) -> smf.SmfFile:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"{path}: {error.strerror}."
        raise UserProblem("The MIDI file cannot be read.", why, "Check the name and where the file is.") from error
    if len(content) > MAX_BYTES:
        raise _unusable(path, f"has more than {MAX_BYTES / 1e6:.0f} MB")
    try:
        return smf.parse(content)
    except ValueError as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, how_it_is: str) -> UserProblem:
    return UserProblem(
        "The MIDI file cannot be used.", f"{path.name} {how_it_is}.", "Export it again as a standard MIDI file."
    )


def _events(track: smf.SmfTrack) -> Iterator[_Event]:
    """Yield a track's notes in the order of their ends. One that is struck again, or never let go, ends there."""
    sounding: dict[tuple[int, int], tuple[int, int]] = {}  # by channel and pitch: tick and velocity
    for strike in track.strikes:
        key = (strike.channel, strike.pitch)
        if begun := sounding.pop(key, None):
            yield from _lasting(*key, *begun, strike.tick)
        if strike.velocity > 0:
            sounding[key] = (strike.tick, strike.velocity)
    for key, begun in sounding.items():
        yield from _lasting(*key, *begun, track.end_tick)


def _lasting(channel: int, pitch: int, begin: int, velocity: int, end: int) -> Iterator[_Event]:
    if end > begin:  # a note of no length is heard by nobody
        yield _Event(begin, end, channel, pitch, velocity)


class _Clock:
    """Turns ticks into seconds.

    Args:
        division: Ticks per beat, or SMPTE: minus the frames per second in the upper byte, ticks per frame in the lower.
        tempos: Ticks at which the tempo changes, in order, and the microseconds per beat from there.
    """

    def __init__(self, division: int, tempos: list[tuple[int, int]]) -> None:
        self.first_tempo_bpm = None
        self._ticks, self._seconds, self._rates = [0], [0.0], [1.0]  # from a tick on: its time, seconds per tick
        if division < 0:
            frames_per_s, ticks_per_frame = -(division >> 8), division & 0xFF
            rate_hz = 30000 / 1001 if frames_per_s == 29 else frames_per_s
            self._rates = [1 / (rate_hz * max(ticks_per_frame, 1))]
            return
        self._rates = [_TEMPO_IF_NONE / 1e6 / division]
        for tick, tempo in tempos:
            if tick == 0 or self.first_tempo_bpm is None:
                self.first_tempo_bpm = 60e6 / tempo
            self._seconds.append(self.seconds(tick))
            self._ticks.append(tick)
            self._rates.append(tempo / 1e6 / division)

    def seconds(self, tick: int) -> float:
        """Return the time of a tick."""
        at = bisect_right(self._ticks, tick) - 1
        return self._seconds[at] + (tick - self._ticks[at]) * self._rates[at]


def _note(event: _Event, clock: _Clock) -> Note:
    begin_s, end_s = clock.seconds(event.begin), clock.seconds(event.end)
    return Note(begin_s, max(end_s - begin_s, 1e-6), float(event.pitch), velocity=event.velocity / 127)
