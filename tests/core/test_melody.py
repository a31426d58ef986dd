"""Notes, curves and keys as values, and the chroma of notes."""

import numpy as np
import pytest

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Key, Melody, Note, PitchCurve, pitch_name

HIGH = Melody((Note(0.0, 0.5, 60), Note(0.5, 0.5, 64), Note(1.52, 0.48, 67.4)), 2.0)


def classes(
    melody: Melody, frames: int, rate_hz: float = CHROMA_RATE_HZ, start_s: float = 0.0, **how: bool
) -> list[int]:
    chroma = melody.chroma(frames, rate_hz, start_s, **how)
    assert chroma.dtype == np.float32
    assert chroma.shape == (frames, 12)
    assert (chroma.sum(axis=1) == 1).all()
    return [int(row) for row in chroma.argmax(axis=1)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onset_s", -0.1),
        ("duration_s", 0.0),
        ("duration_s", float("inf")),
        ("pitch", 127.5),
        ("pitch", float("nan")),
        ("velocity", 0.0),
        ("confidence", 1.1),
    ],
)
def test_a_note_out_of_range_is_refused(field: str, value: float) -> None:
    values = {"onset_s": 0.0, "duration_s": 1.0, "pitch": 60.0} | {field: value}
    with pytest.raises(ValueError, match=f"{field} must be"):
        Note(**values)


@pytest.mark.parametrize(
    ("pitch", "semitone", "pitch_class"), [(60.49, 60, 0), (60.5, 61, 1), (59.5, 60, 0), (0, 0, 0)]
)
def test_a_note_belongs_to_the_nearest_semitone(pitch: float, semitone: int, pitch_class: int) -> None:
    note = Note(0.0, 1.0, pitch)
    assert (note.semitone, note.pitch_class) == (semitone, pitch_class)


def test_a_melody_is_in_order_and_long_enough() -> None:
    late, early = Note(1.0, 1.0, 60), Note(0.0, 3.0, 64)
    with pytest.raises(ValueError, match="order"):
        Melody((late, early), 5.0)
    with pytest.raises(ValueError, match="duration_s must be 3"):
        Melody((early, late), 2.5)
    with pytest.raises(ValueError, match="tempo_bpm"):
        Melody((), 1.0, tempo_bpm=0.0)
    assert Melody.of([late, early]) == Melody((early, late), 3.0)
    assert Melody.of([]).duration_s == 0.0


def test_each_moment_is_the_note_that_sounds() -> None:
    assert classes(HIGH, 4, 2.0, start_s=0.25) == [0, 4, 4, 7]  # in the rest the note before is nearer than the next


def test_it_begins_again_or_ends() -> None:
    assert classes(HIGH, 8, 2.0, start_s=0.25, repeats=True) == [0, 4, 4, 7] * 2
    assert classes(HIGH, 8, 2.0, start_s=0.25, repeats=False) == [0, 4, 4, 7, 7, 0, 0, 0]
    long_after = classes(HIGH, 3, 2.0, start_s=1000.25, repeats=True)
    assert long_after == [0, 4, 4]


def test_where_no_note_is_near_there_is_no_melody() -> None:
    far = Melody((Note(2.0, 1.0, 69),), 6.0)
    found = classes(far, 12, 2.0)
    assert found == [0, 0, 0, 0, 9, 9, 9, 0, 0, 0, 0, 0]
    assert classes(Melody.of([]), 5) == [0] * 5
    assert classes(HIGH, 0) == []


def test_before_the_beginning_there_is_no_melody() -> None:
    only = Melody((Note(0.0, 1.0, 69),), 1.0)
    assert classes(only, 4, 2.0, start_s=-1.0, repeats=True) == [0, 0, 9, 9]


def test_of_a_chord_the_top_is_heard_unless_another_note_is_louder() -> None:
    chord = [Note(0.0, 1.0, pitch) for pitch in (60, 64, 67)]
    assert classes(Melody.of(chord), 1, start_s=0.5) == [7]
    assert classes(Melody.of([*chord[:2], Note(0.0, 1.0, 67, velocity=0.2)]), 1, start_s=0.5) == [4]


def test_a_curve_is_checked_and_reads_as_pitches() -> None:
    f0_hz, confidence = np.array([440, 0, 220], np.float32), np.array([0.9, 0.1, 0.8], np.float32)
    curve = PitchCurve(0.016, f0_hz, confidence)
    assert curve.duration_s == pytest.approx(0.048)
    np.testing.assert_allclose(curve.pitches, [69, np.nan, 57], rtol=1e-6)
    with pytest.raises(ValueError, match="confidence must be"):
        PitchCurve(0.016, f0_hz, confidence[:2])
    with pytest.raises(ValueError, match="f0_hz must be"):
        PitchCurve(0.016, f0_hz * np.float32(np.nan), confidence)
    with pytest.raises(ValueError, match="hop_s must be"):
        PitchCurve(0.0, f0_hz, confidence)


def test_keys_have_names_and_scales() -> None:
    assert Key(3, is_minor=False).name == "E♭ major"
    assert (Key(3, is_minor=False).symbol, Key(6, is_minor=True).symbol) == ("Eb", "F#m")
    assert Key(9, is_minor=True).pitch_classes == Key(0, is_minor=False).pitch_classes == {0, 2, 4, 5, 7, 9, 11}
    with pytest.raises(ValueError, match="tonic"):
        Key(12, is_minor=False)


def test_pitches_have_names() -> None:
    assert [pitch_name(pitch) for pitch in (69, 60.4, 59.5, 0)] == ["A4", "C4", "C4", "C-1"]
