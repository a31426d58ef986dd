"""A clip on its way into another program: one place that makes any target of it, or of a part of it.

    sound file · loop · folder of stems · DAWproject · REAPER · MIDI of the music

As a long errand: counted, stopped at once, and what was there before is never touched. Not for how the targets are
written (`export`), nor for asking about them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from musicgen_studio.analysis.notes import find_notes
from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.core.names import UNTITLED
from musicgen_studio.core.song import Load, Marker, Song
from musicgen_studio.dsp.drum_hits import find_hits
from musicgen_studio.export.loop import export_loop
from musicgen_studio.export.midi import DRUMS, export_midi
from musicgen_studio.export.projects.api import ProjectFormat
from musicgen_studio.export.sound_file import export_sound
from musicgen_studio.export.stems import export_stems
from musicgen_studio.export.targets import Target
from musicgen_studio.export.tracks import TrackSettings
from musicgen_studio.files.marks import known_music
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.markers import markers_of, new_from_s, record_in
from musicgen_studio.studio.program.background import Errand

OnShare = Callable[[float], None]

_ROUNDED_FRAMES = 0.51  # a part that was chosen at a beat begins and ends so near to it, and to what lies on it


@dataclass(frozen=True, slots=True)
class HandOff:
    """What is wished.

    Args:
        target: What is made.
        folder: Where it goes. It is made if it is not there.
        settings: Rate and format of the sounds; every target has them.
        part_s: From when to when in seconds, if not all of the clip; a loop has its own bounds.
        bars: Of a loop, 1 or more.
        start_bar: With which bar a loop begins, from 0; None chooses (`export.loop.cut_loop`).

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    target: Target
    folder: Path
    settings: TrackSettings = TrackSettings()  # noqa: RUF009 - a frozen value
    part_s: tuple[float, float] | None = None
    bars: int = 4
    start_bar: int | None = None

    def __post_init__(self) -> None:
        if self.part_s is not None and not 0 <= self.part_s[0] < self.part_s[1]:
            raise ValueError(f"part_s must begin at 0 or later and end after that, got {self.part_s}")
        if self.part_s is not None and self.target is Target.LOOP:
            raise ValueError(f"part_s must be None for a loop, got {self.part_s}")
        if self.bars < 1:
            raise ValueError(f"bars must be 1 or more, got {self.bars}")


def hand_off(song: Song, wish: HandOff, errand: Errand) -> Path:
    """Make a target in the errand's thread.

    Args:
        song: Of what.
        wish: What is made.
        errand: Told how far it is; its stop leaves nothing behind.

    Returns:
        The file or folder to open.

    Raises:
        UserProblem: If it cannot be made or written.
        StoppedError: If it was stopped.
        ValueError: If the part lies beyond the clip.
    """

    def on_share(share: float) -> None:
        errand.check()
        errand.tell(share)

    return make_target(song, wish, on_share)


def make_target(song: Song, wish: HandOff, on_share: OnShare = lambda _share: None) -> Path:
    """Make a target, as `hand_off` does.

    Args:
        song: Of what.
        wish: What is made.
        on_share: Told how much is done, 0 to 1; what it raises ends the work and leaves nothing behind.
    """
    on_share(0.0)
    if wish.part_s is not None:
        song = part_of(song, *wish.part_s)
    if wish.target is Target.LOOP:
        rate, sound_format = wish.settings.sample_rate, wish.settings.sound_format
        return export_loop(
            song,
            wish.folder,
            wish.bars,
            start_bar=wish.start_bar,
            sample_rate=rate,
            sound_format=sound_format,
            on_share=on_share,
        )
    if wish.target is Target.SOUND:
        return export_sound(song, wish.folder, wish.settings, on_share)
    if wish.target is Target.STEMS:
        return export_stems(song, wish.folder, wish.settings, on_share)
    if wish.target is Target.MIDI:
        return export_midi(song, notes_of(song, on_share), wish.folder)
    return _project_format(wish.target).write(song, wish.folder, wish.settings, on_share)


def _project_format(target: Target) -> ProjectFormat:
    """Return who writes projects of a kind; loaded when one is written."""
    if target is Target.DAWPROJECT:
        from musicgen_studio.export.projects.dawproject import DawProject

        return DawProject()
    from musicgen_studio.export.projects.reaper import ReaperProject

    return ReaperProject()


def notes_of(song: Song, on_share: OnShare = lambda _share: None) -> dict[str, tuple[Note, ...]]:
    """Return the notes that are heard in a song, by stem: strokes in the drums, pitches in all others.

    Args:
        song: Without stems all of it is listened to at once, and drums are not told apart.
        on_share: Told how much is done, 0 to 1; what it raises ends the work.
    """
    found = {}
    for number, (name, load) in enumerate(song.parts.items()):

        def tell(share: float, number: int = number) -> None:
            on_share((number + share) / len(song.parts))

        audio = load()
        found[name] = find_hits(audio, tell) if name == DRUMS else find_notes(audio, tell).notes
    return found


def song_in_library(library: Library, clip: Clip) -> Song:
    """Return a clip of the library as a song: its stems if it has some, what is sure of its tempo and key, its melody.

    Its take, its passages and what it goes on from are marked; see `markers`.

    Args:
        library: Which has it. Its sounds are read when their turn comes, in whichever thread that is.
        clip: The clip.
    """
    tempo, key = known_music(clip)
    melody, begin_s, end_s = _melody_of(clip)
    return Song(
        clip,
        partial(library.read, clip.id),
        {stem.stem: partial(library.read, stem.id) for stem in library.stems(clip.id)},
        tempo,
        key,
        markers_of(library, clip),
        None if melody is None else _later(melody, begin_s, end_s),
    )


def _melody_of(clip: Clip) -> tuple[Melody | None, float, float]:
    """Return the notes a clip was made from, none if nobody knows, and from when to when in it they were followed."""
    record = record_in(clip)
    begin_s = None if record is None else new_from_s(clip, record)
    if record is None or begin_s is None:
        return None, 0.0, 0.0
    order = record.order
    end_s = clip.duration_s if order.after is None else min(begin_s + order.duration_s, clip.duration_s)
    return order.melody_notes, begin_s, end_s


def _later(melody: Melody, by_s: float, end_s: float) -> Melody | None:
    """Return the notes that begin before an end, moved to where the new music begins and cut at the end."""
    moved = [replace(note, onset_s=note.onset_s + by_s) for note in melody.notes if note.onset_s + by_s < end_s]
    notes = tuple(replace(note, duration_s=min(note.end_s, end_s) - note.onset_s) for note in moved)
    return Melody(notes, end_s, melody.tempo_bpm) if notes else None


def song_of(title: str, audio: Audio, known: Analysis, stems: Mapping[str, Audio] | None = None) -> Song:
    """Return a sound from anywhere as a song.

    Args:
        title: What it is called.
        audio: The sound.
        known: What was found out about it or set by hand. Only what is sure goes along: a project at a guessed tempo
            is worse than one without.
        stems: Its parts by name, each of its length, rate and channels; they add up to it.

    Raises:
        ValueError: If the stems do not belong to the sound.
    """
    parts = dict(stems or {})
    for name, stem in parts.items():
        if (stem.sample_rate, stem.samples.shape) != (audio.sample_rate, audio.samples.shape):
            raise ValueError(f"stem {name} must be like the sound, {audio.samples.shape}, got {stem.samples.shape}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name = title if title.strip() else UNTITLED
    clip = Clip(uuid4().hex, name, Origin.IMPORTED, now, audio.frames, audio.sample_rate, audio.channels)
    tempo = known.tempo_map if known.has_sure_tempo else None
    key = known.key if known.has_sure_key else None
    return Song(clip, lambda: audio, {name: partial(_same, stem) for name, stem in parts.items()}, tempo, key)


def _same(audio: Audio) -> Audio:
    return audio


def part_of(song: Song, start_s: float, end_s: float) -> Song:
    """Return a part of a song as a song: its sounds, beats, markers and notes, all counted from its beginning.

    Args:
        song: Of which.
        start_s: Where the part begins, 0 or more.
        end_s: Where it ends, at the song's end at most.

    Raises:
        ValueError: If there is no frame between them.
    """
    rate = song.clip.sample_rate
    begin, end = round(start_s * rate), min(round(end_s * rate), song.clip.frames)
    if not 0 <= begin < end:
        raise ValueError(f"a part must lie in 0 to {song.clip.duration_s:g} s, got {start_s:g} to {end_s:g}")
    start_s, end_s = begin / rate, end / rate
    slack_s = _ROUNDED_FRAMES / rate
    within = [marker for marker in song.markers if _is_within(marker, start_s, end_s, slack_s)]
    return Song(
        replace(song.clip, frames=end - begin),
        partial(_cut, song.mix, begin, end),
        {name: partial(_cut, load, begin, end) for name, load in song.stems.items()},
        None if song.tempo is None else song.tempo.since(start_s).until(end_s - start_s),
        song.key,
        tuple(_moved(marker, start_s, end_s) for marker in within),
        None if song.melody is None else _cut_melody(song.melody, start_s, end_s, slack_s),
    )


def _cut(load: Load, begin: int, end: int) -> Audio:
    audio = load()
    return Audio(audio.samples[begin:end], audio.sample_rate)


def _is_within(marker: Marker, start_s: float, end_s: float, slack_s: float) -> bool:
    if marker.end_s is None:
        return start_s - slack_s < marker.start_s < end_s - slack_s
    return min(marker.end_s, end_s) - max(marker.start_s, start_s) > slack_s


def _moved(marker: Marker, start_s: float, end_s: float) -> Marker:
    last_s = None if marker.end_s is None else min(marker.end_s, end_s) - start_s
    return Marker(marker.name, max(marker.start_s - start_s, 0.0), last_s)


def _cut_melody(melody: Melody, start_s: float, end_s: float, slack_s: float) -> Melody | None:
    """Return the notes that begin within a part, cut where it ends."""
    notes = tuple(
        replace(
            note,
            onset_s=max(note.onset_s - start_s, 0.0),
            duration_s=min(note.end_s, end_s) - max(note.onset_s, start_s),
        )
        for note in melody.notes
        if start_s - slack_s < note.onset_s < end_s - slack_s and note.end_s > start_s
    )
    return Melody(notes, end_s - start_s, melody.tempo_bpm) if notes else None
