"""A piece written as text: what it says, and what is wrong with it."""

from pathlib import Path

import pytest

from musicgen_studio.core.melody import Melody
from musicgen_studio.core.plan import Grid, Plan, PlannedPassage
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from musicgen_studio.studio.arranging.passages import (
    PlannedPiece,
    piece_of,
    plan_of,
    plan_of_order,
    read_piece,
    text_of,
    with_shared,
    without_shared,
)
from musicgen_studio.studio.making.order import LaterPassage, Order
from tests.dsp.melodies import written

TEXT = """\
# for the evening
tempo | 120 bpm
all | warm

0:00 | happy rock with organ
bar 5 | sad jazz
bar 9 beat 3 | morph 2 bars | calm, slow piano
0:30.5 | cut | EDM
45 s | morph 1.5 s |
end | 1:00
"""


def test_times_and_morphs_in_bars_and_seconds(tmp_path: Path) -> None:
    assert piece_of(TEXT, tmp_path) == PlannedPiece(
        "warm, happy rock with organ",
        (
            LaterPassage(8.0, "warm, sad jazz"),
            LaterPassage(17.0, "warm, calm, slow piano", 4.0),
            LaterPassage(30.5, "warm, EDM"),
            LaterPassage(45.0, "warm", 1.5),
        ),
        "warm",
        60.0,
        None,
        (None, None, None, None),
        Grid(120),
    )


def test_a_bar_has_the_beats_that_the_tempo_says(tmp_path: Path) -> None:
    piece = piece_of("tempo | 90 bpm, 3/4\nbar 1 | a\nbar 3 | morph 3 beats | b", tmp_path)
    assert piece.later == (LaterPassage(4.0, "b", 2.0),)


def test_a_tempo_in_the_words_will_do(tmp_path: Path) -> None:
    piece = piece_of("0 | rock at 150 bpm\nbar 3 | jazz", tmp_path)
    assert piece.later == (LaterPassage(3.2, "jazz"),)


def test_the_last_passage_lasts_eight_seconds_if_nobody_says_so(tmp_path: Path) -> None:
    assert piece_of("0|a\n4|b", tmp_path).duration_s == 12.0
    assert piece_of("0|a", tmp_path).duration_s == 8.0


def test_melodies_lie_beside_the_text(tmp_path: Path) -> None:
    write_midi(tmp_path / "one.mid", written("A4 C5", 0.5))
    (tmp_path / "piece.txt").write_text("0 || a | one.mid\n4 | cut | b | one.mid\n6 | c")
    piece = read_piece(tmp_path / "piece.txt")
    assert piece.melody is not None
    assert isinstance(piece.melody.melody, Melody)
    assert piece.melodies == (piece.melody.melody, None)
    assert [later.melody for later in piece.later] == [piece.melody.record, None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 | a\nbar 5 | b", "Line 2: nobody says how long a bar is"),
        ("0 | rock at 90 bpm\nbar 5 | jazz at 120 bpm", "Line 2: nobody says how long a bar is"),
        ("0 | a\n\nlater | b", "Line 3: 'later' is no time"),
        ("0 | a\n4 | slowly | b", "Line 2: 'slowly' is no way to go over"),
        ("0 | a\n4", "Line 2: it must have two to five parts"),
        ("0 | cut | a | one.mid | some of it", "Line 1: after a melody stands nothing, or `all of it`"),
        ("1 | a", "Line 1: the first passage begins at 0:00"),
        ("0 | a\n4 | b\n4 | c", "Line 3: begin after 4 s, got 4 s"),
        ("0 | a\n4 | morph 3 s | b\n6 | c", "Line 3: begin at 7 s or later"),
        ("tempo | fast\n0 | a", "Line 1: a tempo is written like"),
        ("tempo | 2000\n0 | a", "Line 1: bpm must be 1 to 1000"),
        ("0 | a\n4 | b\nend | 3", "Line 3: the piece must end after"),
        ("tempo | 90\nbar 0 | a", "Line 2: bars and beats count from 1"),
        ("0 | a\n0.0000001 | b", "Line 2: be above 0"),
        ("0 | a\n1 | b\n1.0000001 | c", "Line 3: begin after 1 s, got 1 s"),
        ("0 | a\nend | 3601", "Line 2: a piece lasts 3600 s at most"),
        ("0 | a\n0:02 | b\n1:00:00 | c", "Line 3: '1:00:00' is no time"),
        ("0 | a\n3595 | b", "Line 2: a piece lasts 3600 s at most"),
        (f"0 | a\nend | {'9' * 400}", "Line 2: '999"),
        (f"0 | a\n{'9' * 5000}:00 | b", "Line 2: '999"),
        (f"tempo | 120\n0 | a\nbar {'9' * 5000} | b", "Line 3: 'bar 999"),
        (f"tempo | 120, {'9' * 5000}/4\n0 | a", "Line 1: a tempo is written like"),
        ("# nothing", "names no passage"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserProblem) as caught:
        piece_of(text, tmp_path)
    assert said in caught.value.why


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="No such file"):
        read_piece(tmp_path / "none.txt")
    (tmp_path / "sound").write_bytes(b"RIFF\0\xff\xfe")
    with pytest.raises(UserProblem, match="line 1 holds what is no text"):
        read_piece(tmp_path / "sound")


@pytest.mark.parametrize(("shared", "prompt"), [("", "a, b"), ("warm", "a"), ("warm, old", ""), ("", "")])
def test_words_for_all_come_off_again(shared: str, prompt: str) -> None:
    assert without_shared(shared, with_shared(shared, prompt)) == prompt


def test_an_order_s_passages_come_back_as_text(tmp_path: Path) -> None:
    piece = piece_of(TEXT, tmp_path)
    order = Order((piece.prompt,), piece.duration_s, passages=piece.later, shared=piece.shared, grid=piece.grid)
    text = text_of(plan_of_order(order, piece.prompt))
    assert "bar 9 beat 3 | morph 2 bars | calm, slow piano\n" in text
    assert "\n30.5 s" not in text  # it lies on a beat
    assert piece_of(text, tmp_path) == piece


@pytest.mark.parametrize("grid", [None, Grid(97.5), Grid(90, 3)])
def test_a_plan_is_the_same_as_text(grid: Grid | None) -> None:
    parts = (
        PlannedPassage(0.0, "a", 0.0, "hum.wav"),
        PlannedPassage(3.3, "", 0.1),
        PlannedPassage(8.01, "c, d"),
        PlannedPassage(20.0, "e", 2.5, "x.mid"),
        PlannedPassage(25.0, "f", 0.0, "song.mp3", follows_all=True),
    )
    plan = Plan(parts, 31.25, "warm", grid)
    assert plan_of(text_of(plan)) == plan


def test_a_line_between_words_does_not_break_the_text() -> None:
    plan = Plan((PlannedPassage(0.0, "rock | jazz"),), 8.0, "a|b")
    assert plan_of(text_of(plan)).parts == (PlannedPassage(0.0, "rock / jazz"),)
