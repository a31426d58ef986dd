"""From a score to a MIDI file in which the parts sound one after another, so that one run of a synthesizer gives all.

A tick is a millisecond. The parts can then be cut apart, levelled and mixed (`synth`). The same writer makes a plain
file, all parts together, for a person to open.
"""

import io
from dataclasses import dataclass
from typing import Any

import mido

from musicgen_studio.training.music.score import Part, Role, Score

_TICKS_PER_BEAT = 500  # with 120 beats a minute a tick is 1 ms
_DRUM_CHANNEL = 9
_BEND_RANGE_CENTS = 200  # General MIDI's default
_CENTRE_PAN, _PAN, _ALL_SOUND_OFF = 64, 10, 120
_BENDS_AT_REST = 0


@dataclass(frozen=True, slots=True)
class _Event:
    at_ms: int
    order: int
    message: Any


def midi_bytes(score: Score, slot_ms: int = 0) -> bytes:
    """Return a Standard MIDI File (format 0).

    Args:
        score: What is played.
        slot_ms: How far apart the parts begin; 0 plays them together.
    """
    events = list[_Event]()
    for index, part in enumerate(score.parts):
        channel = _DRUM_CHANNEL if part.role is Role.DRUMS else (index if index < _DRUM_CHANNEL else index + 1)
        events.extend(_part_events(part, 0 if slot_ms and channel != _DRUM_CHANNEL else channel, index * slot_ms))
    events.append(_Event(slot_ms * len(score.parts) or score.duration_ms, 3, mido.MetaMessage("marker", text="end")))
    file = mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_BEAT)
    file.tracks.append(_track(events))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _part_events(part: Part, channel: int, offset_ms: int) -> list[_Event]:
    message = mido.Message
    events = [
        _Event(offset_ms, 0, message("control_change", channel=channel, control=_ALL_SOUND_OFF, value=0)),
        _Event(offset_ms, 0, message("control_change", channel=channel, control=_PAN, value=_CENTRE_PAN)),
        _Event(offset_ms, 0, message("pitchwheel", channel=channel, pitch=_BENDS_AT_REST)),
        _Event(offset_ms, 0, message("program_change", channel=channel, program=part.program)),
    ]
    for bend in part.bends:
        wheel = max(-8192, min(8191, round(bend.cents * 8192 / _BEND_RANGE_CENTS)))
        events.append(_Event(offset_ms + bend.at_ms, 1, message("pitchwheel", channel=channel, pitch=wheel)))
    for note in part.notes:
        start, pitch = offset_ms + note.start_ms, note.pitch
        on = message("note_on", channel=channel, note=pitch, velocity=note.velocity)
        events.append(_Event(start, 2, on))
        events.append(_Event(start + note.duration_ms, 1, message("note_off", channel=channel, note=pitch)))
    return events


def _track(events: list[_Event]) -> mido.MidiTrack:
    track, before = mido.MidiTrack(), 0
    for event in sorted(events, key=lambda event: (event.at_ms, event.order)):
        track.append(event.message.copy(time=event.at_ms - before))
        before = event.at_ms
    return track
