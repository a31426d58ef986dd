"""What a sound file for other programs says of itself: texts, tags, and in WAV the chunks with tempo, loop and markers.

Not for how they are written (`files.sound`, `files.chunks`) nor for names of files (`export.names`).
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.melody import Key
from musicgen_studio.core.song import Marker
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.files import chunks

PROGRAM = "MusicGen Studio"


def texts(clip: Clip, tempo_bpm: float | None = None, key: Key | None = None) -> dict[str, str]:
    """Return what goes into a clip's file: what made it, under which licence it may be used, its tempo and key.

    Args:
        clip: The clip.
        tempo_bpm: Quarter notes per minute, None if that is not known.
        key: None if it is not known.
    """
    facts = {
        "Prompt": clip.prompt,
        "Seed": "" if clip.seed is None else str(clip.seed),
        "Checkpoint": clip.checkpoint,
        "Licence": clip.licence,
    }
    return tags(clip.title, clip.created, facts, clip.licence, version("musicgen-studio")) | {
        "tempo": "" if tempo_bpm is None else f"{tempo_bpm:.6g}",
        "key": "" if key is None else key.symbol,
    }


def tags(title: str, created: str, facts: Mapping[str, str], licence: str, program_version: str) -> dict[str, str]:
    """Return the texts that go into a file: what made the sound, and under which licence it may be used.

    Args:
        title: Of the clip.
        created: When it was made, beginning with the date as in ISO 8601.
        facts: What else to say, by name, such as its seed. Empty ones are left out.
        licence: Of the checkpoint, or empty.
        program_version: Of this program.
    """
    return {
        "title": title,
        "date": created[:10],
        "software": f"MusicGen Studio {program_version}",
        "comment": "\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact),
        "copyright": licence,
    }


def known_music(clip: Clip) -> tuple[TempoMap | None, Key | None]:
    """Return what is sure of a clip's tempo and key: a guess in a file is worse than nothing.

    Args:
        clip: The clip.
    """
    known = clip.known
    if known is None:
        return None, None
    return known.tempo_map if known.has_sure_tempo else None, known.key if known.has_sure_key else None


def whole_chunks(
    clip: Clip, audio: Audio, tempo: TempoMap | None, key: Key | None, markers: Sequence[Marker] = ()
) -> bytes:
    """Return the chunks of a sound that is played once, as it is.

    Args:
        clip: Where it comes from.
        audio: As it is written.
        tempo: Its beats, None if they are not known.
        key: Its key, None if it is not known.
        markers: Those beyond its end are left out.
    """
    parts = [] if tempo is None else [_acid(tempo, tempo.beat_at(audio.duration_s) - tempo.beat_at(0.0), key, False)]
    found = [_cue(marker, audio) for marker in markers if marker.start_s < audio.duration_s]
    return b"".join((*parts, chunks.cues(found), _bext(clip)))


def loop_chunks(clip: Clip, audio: Audio, tempo: TempoMap, beats: int, key: Key | None) -> bytes:
    """Return the chunks of a sound that is repeated.

    Args:
        clip: Where it comes from.
        audio: As it is written: all of it is the loop.
        tempo: At the loop's own tempo.
        beats: How many of the tempo's beats it lasts.
        key: Its key, None if it is not known.
    """
    return _acid(tempo, beats, key, True) + chunks.smpl(audio.sample_rate, audio.frames, root_note(key)) + _bext(clip)


def root_note(key: Key | None) -> int | None:
    """Return the MIDI number of a key's tonic in the octave that `acid` chunks use, None without a key."""
    return None if key is None else chunks.ROOT_OCTAVE + key.tonic


def _acid(tempo: TempoMap, beats: float, key: Key | None, is_loop: bool) -> bytes:
    """Count in quarter notes, as other programs do, unless the loop has no whole number of them."""
    quarters = beats * tempo.quarters_per_beat
    counts_quarters = not is_loop or quarters == int(quarters)
    return chunks.acid(
        tempo.quarter_bpm if counts_quarters else tempo.bpm,
        max(round(quarters if counts_quarters else beats), 0),
        beats_per_bar=tempo.beats_per_bar,
        beat_unit=tempo.beat_unit,
        root_note=root_note(key),
        is_loop=is_loop,
    )


def _cue(marker: Marker, audio: Audio) -> chunks.Cue:
    begin = round(marker.start_s * audio.sample_rate)
    end = begin if marker.end_s is None else min(round(marker.end_s * audio.sample_rate), audio.frames)
    return chunks.Cue(begin, marker.name, end - begin)


def _bext(clip: Clip) -> bytes:
    return chunks.bext(clip.prompt or clip.title, PROGRAM, clip.created, clip.id)
