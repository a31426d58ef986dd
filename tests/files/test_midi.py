"""MIDI files: what musicians' programs write, what strangers damage, and our own."""

import io
import random
import struct
from pathlib import Path

import mido
import pytest

from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import MidiFile, MidiTrack, is_midi, midi_tracks, read_midi, write_midi
from musicgen_studio.paths import resources_dir
from tests.dsp.melodies import example_line, written

END = b"\x00\xff\x2f\x00"
TEMPO_60 = b"\x00\xff\x51\x03\x0f\x42\x40"
A4_FOR_A_BEAT = b"\x00\x90\x45\x40" + b"\x60\x80\x45\x00"  # 96 ticks


def smf(*tracks: bytes, kind: int = 1, division: int = 96) -> bytes:
    """Return a file of tracks, written byte by byte, by nobody's library."""
    head = b"MThd" + struct.pack(">LhHh", 6, kind, len(tracks), division)
    return head + b"".join(b"MTrk" + struct.pack(">L", len(track)) + track for track in tracks)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "line.mid"


def read(file: Path, content: bytes, track: int | None = None, channel: int | None = None) -> Melody:
    file.write_bytes(content)
    return read_midi(file, track, channel)


def brief(melody: Melody) -> list[tuple[float, float, float]]:
    return [(round(note.onset_s, 4), round(note.duration_s, 4), note.pitch) for note in melody.notes]


def test_what_is_written_is_read_again(file: Path) -> None:
    line = example_line()
    write_midi(file, line)
    again = read_midi(file)
    assert brief(again) == brief(line)
    assert (again.duration_s, again.tempo_bpm) == (line.duration_s, 96.0)


def test_the_bundled_line_is_what_the_tests_make(file: Path) -> None:
    write_midi(file, example_line(), Key(9, is_minor=True))
    assert (resources_dir() / "melodies" / "example-line.mid").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("is_minor", [False, True])
def test_every_key_has_a_signature(file: Path, tonic: int, is_minor: bool) -> None:
    write_midi(file, written("A4", 1.0), Key(tonic, is_minor))
    messages = [message for message in mido.MidiFile(file).tracks[0] if message.type == "key_signature"]
    assert messages[0].key.endswith("m") == is_minor


def test_a_pitch_is_written_as_the_nearest_semitone_and_repeated_notes_part(file: Path) -> None:
    melody = Melody((Note(0.0, 0.5, 60.4, velocity=1.0), Note(0.5, 0.5, 59.6), Note(1.0, 0.5, 127.0)), 3.0)
    write_midi(file, melody)
    again = read_midi(file)
    assert brief(again) == [(0.0, 0.5, 60), (0.5, 0.5, 60), (1.0, 0.5, 127)]
    assert again.notes[0].velocity == 1.0
    assert again.duration_s == pytest.approx(3.0)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="could not be written"):
        write_midi(tmp_path / "missing" / "line.mid", written("A4", 1.0))


def test_type_0(file: Path) -> None:
    assert brief(read(file, smf(TEMPO_60 + A4_FOR_A_BEAT + END, kind=0))) == [(0.0, 1.0, 69)]


def test_type_1_takes_the_tempo_from_any_track(file: Path) -> None:
    melody = read(file, smf(TEMPO_60 + END, A4_FOR_A_BEAT + END))
    assert brief(melody) == [(0.0, 1.0, 69)]
    assert melody.tempo_bpm == 60


def test_type_2_is_separate_pieces_of_which_the_first_with_notes_is_taken(file: Path) -> None:
    second = TEMPO_60 + b"\x00\x90\x40\x40\x60\x80\x40\x00" + END
    content = smf(END, A4_FOR_A_BEAT + END, second, kind=2)
    assert brief(read(file, content)) == [(0.0, 0.5, 69)]
    assert brief(read(file, content, track=3)) == [(0.0, 1.0, 64)]


def test_running_status_and_strikes_that_end_with_velocity_0(file: Path) -> None:
    events = b"\x00\x90\x45\x40" + b"\x30\x45\x00" + b"\x00\x48\x40" + b"\x30\x48\x00"
    assert brief(read(file, smf(events + END))) == [(0.0, 0.25, 69), (0.25, 0.25, 72)]


def test_the_tempo_may_change_within_a_note(file: Path) -> None:
    change = b"\x60" + TEMPO_60[1:]  # one beat at 120, then 60
    note = b"\x00\x90\x45\x40" + b"\x81\x40\x80\x45\x00"  # 192 ticks
    assert brief(read(file, smf(change + END, note + END))) == [(0.0, 1.5, 69)]


def test_ticks_may_be_parts_of_a_film_frame(file: Path) -> None:
    division = struct.unpack(">h", bytes([256 - 25, 40]))[0]  # 25 frames, 40 ticks: a thousandth of a second
    assert brief(read(file, smf(TEMPO_60 + A4_FOR_A_BEAT + END, division=division))) == [(0.0, 0.096, 69)]


def test_a_note_struck_again_or_never_let_go_ends(file: Path) -> None:
    events = b"\x00\x90\x45\x40" + b"\x30\x90\x45\x40" + b"\x60" + END[1:]
    assert brief(read(file, smf(events))) == [(0.0, 0.25, 69), (0.25, 0.5, 69)]


def test_silence_at_the_end_belongs_to_the_melody(file: Path) -> None:
    assert read(file, smf(A4_FOR_A_BEAT + b"\x83\x00" + END[1:])).duration_s == pytest.approx(2.5)


def test_tracks_and_channels_can_be_chosen(file: Path) -> None:
    named = b"\x00\xff\x03\x04Lead" + A4_FOR_A_BEAT + b"\x00\x92\x40\x40\x60\x82\x40\x00" + END
    drums = b"\x00\x99\x24\x40\x60\x89\x24\x00" + END
    content = smf(END, named, drums)
    file.write_bytes(content)
    assert midi_tracks(file) == [MidiTrack(2, "Lead", (1, 3), 2), MidiTrack(3, "", (10,), 1)]
    assert brief(read(file, content)) == [(0.0, 0.5, 69), (0.5, 0.5, 64)], "without the drums"
    assert brief(read(file, content, track=2, channel=3)) == [(0.5, 0.5, 64)]
    assert brief(read(file, content, channel=10)) == [(0.0, 0.5, 36)]
    assert brief(read(file, smf(drums))) == [(0.0, 0.5, 36)], "better than nothing"


@pytest.mark.parametrize(("track", "channel"), [(1, None), (9, None), (0, None), (None, 5), (2, 2)])
def test_a_choice_without_notes_says_where_there_are_some(file: Path, track: int | None, channel: int | None) -> None:
    file.write_bytes(smf(END, A4_FOR_A_BEAT + END))
    with pytest.raises(UserProblem, match=r"no melody.*track 2 has 1 on channel 1"):
        read_midi(file, track, channel)


@pytest.mark.parametrize("content", [smf(END), smf(TEMPO_60 + END, END), smf(END, kind=2)])
def test_a_file_without_notes_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert midi_tracks(file) == []
    with pytest.raises(UserProblem, match=r"no melody in the MIDI file\. line\.mid has no notes\."):
        read_midi(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MThd",
        smf(),
        b"RIFF\x00\x00\x00\x00WAVE",
        smf(END)[:12],
        smf(END)[:14],
        smf(END)[:14] + b"XXXX",
        b"\0" * 6_000_000,
    ],
)
def test_a_damaged_file_is_told(file: Path, content: bytes) -> None:
    with pytest.raises(UserProblem, match=r"The MIDI file cannot be used\. line\.mid"):
        read(file, content)


LINE = TEMPO_60 + A4_FOR_A_BEAT + b"\x00\x90\x48\x40\x60\x80\x48\x00"
TWO_NOTES = [(0.0, 1.0, 69), (1.0, 1.0, 72)]
KEY_THAT_IS_NONE = b"\x00\xff\x59\x02\x80\x00"
WHOLE = smf(LINE + END)


@pytest.mark.parametrize(
    ("content", "stepped_over"),
    [
        (smf(KEY_THAT_IS_NONE + LINE + END), "a key signature that cannot be one"),
        (smf(b"\x00\xff\x59\x01\x00" + LINE + END), "a key signature that cannot be one"),
        (smf(LINE + b"\x00\xff\x51\x02\x07\xa1" + END), "a tempo change that cannot be one"),
        (smf(LINE + 3 * b"\x00\xff\x58\x01\x07" + END), "a time signature that cannot be one (3 times)"),
        (smf(LINE + b"\x00\x90\xbc\x40" + END), "an event that cannot be one"),
        (smf(LINE + b"\x00\x90\x3c\x90" + END), "an event that cannot be one"),
        (smf(LINE + b"\x00\x90\x3c"), "an end of a track that makes no sense"),
        (smf(b"\x00\x45\x40" + END, LINE + END), "an end of a track that makes no sense"),
        (smf(LINE + b"\xff\xff\xff\xff\x7f\x90\x3c\x40" + END), "an end of a track that makes no sense"),
        (WHOLE[:18] + b"\x00\x00\x00\x99" + WHOLE[22:], "a track length that cannot be one"),
        (WHOLE[:-5], "the rest of a track that is cut off"),
        (smf(END, LINE + END)[:-7], "the rest of a track that is cut off"),
        (smf(END) + b"XFIH\0\0\0\x08" + bytes(8) + WHOLE[14:], "something between its tracks"),
        (smf(END) + b"\0\1junk" + WHOLE[14:], "something between its tracks"),
        (smf(END) + b"XFIH\0\0\0\x08MTrk\0\0\0\0" + WHOLE[14:], "something between its tracks"),
        (WHOLE[:10] + b"\0\7" + WHOLE[12:], "a wrong number of tracks (7; there are 1)"),
        (smf(LINE + END, kind=3), "an unknown type (3)"),
        (smf(A4_FOR_A_BEAT[:4] + b"\x87\x40" + A4_FOR_A_BEAT[5:] + LINE[11:12] + END[1:], division=0), "ticks without"),
    ],
)
def test_notes_are_kept_where_something_else_is_wrong(file: Path, content: bytes, stepped_over: str) -> None:
    file.write_bytes(content)
    midi = MidiFile(file)
    assert stepped_over in midi.remark
    assert brief(midi.melody())[0][2] == 69
    if "division" not in stepped_over and "ticks" not in stepped_over:
        assert brief(midi.melody()) == TWO_NOTES
    assert midi.remark.startswith("line.mid was read; stepped over: ")


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        b"RIFF" + struct.pack("<L", len(WHOLE) + 12) + b"RMIDdata" + struct.pack("<L", len(WHOLE)) + WHOLE,
        b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + WHOLE + b"\0",
        bytes(128) + WHOLE,
        WHOLE[:7] + b"\x0a" + WHOLE[8:14] + bytes(4) + WHOLE[14:],
        WHOLE + b"\0\0\n",
        smf(LINE),
        smf(LINE + b"\x00\xf0\x03\x7e\x7f\xf7" + b"\x00\xf3\x05" + b"\x00\xf8" + END),
        WHOLE[:18] + b"\x00\x00\x00\x05" + WHOLE[22:],
        smf(LINE + END, kind=0)[:10] + b"\0\2" + smf(b"x", LINE + END)[12:14] + 2 * WHOLE[14:],
    ],
)
def test_what_harms_nobody_is_not_spoken_of(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert brief(MidiFile(file).melody())[:2] in (TWO_NOTES, [TWO_NOTES[0], TWO_NOTES[0]])
    assert MidiFile(file).remark == ""


def test_what_cannot_be_a_note_makes_none(file: Path) -> None:
    """A status byte where pitch or velocity should be."""
    for status in range(0x80, 0x100):
        for broken in (bytes([0, 0x90, status, 0x40]), bytes([0, 0x90, 0x3C, status])):
            assert brief(read(file, smf(LINE + broken + END))) == TWO_NOTES


def test_no_damage_goes_unnoticed_or_breaks_anything() -> None:
    good = io.BytesIO()
    mido.MidiFile(resources_dir() / "melodies" / "example-line.mid").save(file=good)
    chance = random.Random(0)  # noqa: S311 - damage, not secrets
    path = _Memory()
    for _ in range(1500):
        content = bytearray(good.getvalue())
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.content = bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
        try:
            melody = read_midi(path)
        except UserProblem:
            continue
        assert melody.notes


class _Memory(type(Path())):  # type: ignore[misc]  # the class of a path depends on the system
    """A path whose file is in memory: a thousand files on disk take their time."""

    content = b""

    def __new__(cls) -> "_Memory":
        return super().__new__(cls, "line.mid")  # type: ignore[no-any-return]

    def open(self, *_: object, **__: object) -> io.BytesIO:
        """Return the content."""
        return io.BytesIO(self.content)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="cannot be read"):
        read_midi(tmp_path / "gone.mid")
    with pytest.raises(UserProblem, match="cannot be read"):
        midi_tracks(tmp_path)


def test_more_than_an_hour_is_too_long(file: Path) -> None:
    with pytest.raises(UserProblem, match="too long"):
        read(file, smf(A4_FOR_A_BEAT + b"\x8f\xff\xff\x7f" + END[1:]))


def test_midi_files_are_known_by_their_ending() -> None:
    assert [is_midi(Path(name)) for name in ("a.mid", "a.MIDI", "a.smf", "a.rmi", "a.wav", "mid")] == [True] * 4 + [
        False
    ] * 2
