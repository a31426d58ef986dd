"""MIDI files: what is written is what a reader finds, a tick is a millisecond."""

import io

import mido
import pytest

from musicgen_studio.training.music.midi import midi_bytes
from musicgen_studio.training.music.score import Bend, Facts, Part, Role, Score, ScoreKey, ScoreNote

FACTS = Facts(
    "rock", "happy", ScoreKey(0, is_major=True), 6, {Role.DRUMS: "drums", Role.LEAD: "flute"}, 0, is_humming=False
)
SCORE = Score(
    FACTS,
    (
        Part(Role.DRUMS, 0, "drums", (ScoreNote(0, 40, 36, 100), ScoreNote(480, 40, 38, 100))),
        Part(Role.LEAD, 73, "flute", (ScoreNote(240, 200, 72, 90),), (Bend(240, -100), Bend(260, 0))),
    ),
    520,
)


def _events(slot_ms: int) -> list[tuple[int, mido.Message]]:
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(SCORE, slot_ms)))
    assert file.ticks_per_beat == 500
    now, events = 0, []
    for message in file.tracks[0]:
        now += message.time
        events.append((now, message))
    return events


@pytest.mark.parametrize("slot_ms", [0, 2000])
def test_notes_lie_where_they_should(slot_ms: int) -> None:
    strokes = [(at, m.channel, m.note) for at, m in _events(slot_ms) if m.type == "note_on"]
    lead_channel = 0 if slot_ms else 1
    assert sorted(strokes) == sorted([(0, 9, 36), (480, 9, 38), (slot_ms + 240, lead_channel, 72)])


def test_bends_come_before_their_note() -> None:
    events = [m for at, m in _events(0) if at == 240]
    assert [m.type for m in events] == ["pitchwheel", "note_on"]
    assert events[0].pitch == -4096


def test_the_instrument_is_set() -> None:
    programs = {m.channel: m.program for _, m in _events(0) if m.type == "program_change"}
    assert programs == {9: 0, 1: 73}


@pytest.mark.parametrize("values", [(-1, 10, 60, 100), (0, 0, 60, 100), (0, 10, 128, 100), (0, 10, 60, 0)])
def test_an_impossible_note_is_refused(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        ScoreNote(*values)
