"""File names: valid everywhere, inside their folder, and never one that is taken."""

import re
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from musicgen_studio.core.melody import Key
from musicgen_studio.core.names import MAX_STEM_BYTES, clean_name, slug
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.names import MAX_PATH_UNITS, free_names, suggested_name, taken_names, title_room

# Written out, not taken from the code: the list of Microsoft's "Naming Files, Paths, and Namespaces".
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³")}

_AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list('/\\:*?"<>|. \t\n\0\x7f\u200b\u202e\ufeff\ud800\u3164\u0301')),
        st.sampled_from("CONPRAUXLT123¹²³$ ."),
    ),
    max_size=300,
)


def _assert_valid_everywhere(name: str) -> None:
    assert name
    assert not re.search(r'[\x00-\x1f\x7f/\\:*?"<>|]', name)
    assert not any(unicodedata.category(character)[0] == "C" for character in name)
    assert name == name.strip(" .")
    assert name == unicodedata.normalize("NFC", name)
    assert name.partition(".")[0].rstrip(" ").upper() not in _DEVICES
    assert PureWindowsPath(name).name == name
    assert len(f".{name} 9999.flac.part".encode()) <= 255


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Night Drive", "Night Drive"),
        ("AC/DC: live?", "AC DC live"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\Windows\\system32", "C Windows system32"),
        ("..", "untitled"),
        ("...hidden...", "hidden"),
        ("", "untitled"),
        (" \t\n", "untitled"),
        ('<>:"|?*', "untitled"),
        ("\u3164\u200b", "untitled"),  # a name nobody can see
        ("a\u200bb\u202ec\ufeff", "abc"),
        ("tab\there\nand\x00there", "tab here andthere"),
        ("cafe\u0301", "caf\u00e9"),
        ("e\u200d\u0301", "\u00e9"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("悲しい ジャズ", "悲しい ジャズ"),
        ("🎹 piano", "🎹 piano"),
        ("vol. 2", "vol. 2"),
        ("CON", "_CON"),
        ("con.fusion", "_con.fusion"),
        ("nul .x", "_nul .x"),
        ("COM¹", "_COM¹"),
        ("lpt9.wav", "_lpt9.wav"),
        ("CONIN$", "_CONIN$"),
        ("console", "console"),
        ("COM10", "COM10"),
    ],
)
def test_a_title_becomes_a_name(title: str, expected: str) -> None:
    assert clean_name(title) == expected


@given(_AWKWARD, st.integers(16, 200))
@example("CON" + "\u0301" * 300, 16)
@example("NUL." + "x" * 300, 16)
@example("🎹" * 200, 17)
@example("悲" * 200, 200)
def test_a_clean_name_is_valid_everywhere_and_stays_as_it_is(title: str, max_units: int) -> None:
    name = clean_name(title, max_units)
    _assert_valid_everywhere(name)
    assert len(name.encode("utf-16-le")) // 2 <= max_units
    assert len(name.encode()) <= MAX_STEM_BYTES
    assert clean_name(name, max_units) == name


def test_a_name_is_not_cut_within_a_letter() -> None:
    assert clean_name("a" * 14 + "q\u0323\u0307" + "b", 16) == "a" * 14
    assert clean_name("\u0301" * 300) != ""


@pytest.mark.parametrize(
    ("title", "tempo_bpm", "expected"),
    [
        ("Night Drive", 120.0, "Night Drive_120bpm"),
        ("Night Drive", 97.5, "Night Drive_97.5bpm"),
        ("Night Drive", 119.98, "Night Drive_120bpm"),
        ("Night Drive", None, "Night Drive"),
        ("a/b", 90.0, "a b_90bpm"),
        ("", 90.0, "untitled_90bpm"),
    ],
)
def test_the_suggested_name_tells_the_tempo(title: str, tempo_bpm: float | None, expected: str) -> None:
    assert suggested_name(title, tempo_bpm) == expected


def test_the_suggested_name_tells_key_and_part() -> None:
    assert suggested_name("Night Drive", 125.0, Key(9, is_minor=True), "drums") == "Night Drive_125bpm_Am_drums"
    assert suggested_name("Night Drive", None, Key(6, is_minor=False)) == "Night Drive_F#"
    assert suggested_name("Night Drive", None, None, "a/b") == "Night Drive_a b"


@given(_AWKWARD, _AWKWARD, st.integers(0, 200))
def test_a_title_gives_way_to_what_comes_behind_it(title: str, part: str, depth: int) -> None:
    folder = Path("/" + "x" * depth)
    wanted = suggested_name("x" * 60, 125.0, Key(9, is_minor=True), part or "p")
    rest = wanted.removeprefix("x" * 60) + ".wav"
    room = title_room(folder, rest)
    name = suggested_name(title, 125.0, Key(9, is_minor=True), part or "p", title_units=room)
    if room > 16:
        assert free_names(folder, [name], ".wav", frozenset()) == [f"{name}.wav"]
        assert name.endswith(rest.removesuffix(".wav"))


@given(_AWKWARD, st.floats(20, 400))
def test_the_tempo_stays_when_a_suggested_name_is_cleaned(title: str, tempo_bpm: float) -> None:
    name = suggested_name(title, tempo_bpm)
    assert clean_name(name) == name
    assert name.endswith("bpm")


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    for name in ("Song.wav", "Song 2.wav", "Other.flac"):
        (tmp_path / name).touch()
    names = free_names(tmp_path, ["Song", "Other"], ".wav", taken_names(tmp_path))
    assert names == ["Song 3.wav", "Other.wav"]


def test_names_of_one_export_do_not_meet(tmp_path: Path) -> None:
    names = free_names(tmp_path, ["Song", "song", "Song?", "SONG 2"], ".wav", frozenset())
    assert names == ["Song.wav", "song 2.wav", "Song 3.wav", "SONG 2 2.wav"]


def test_case_and_spelling_of_accents_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "CAFE\u0301.WAV").touch()
    assert free_names(tmp_path, ["caf\u00e9"], ".wav", taken_names(tmp_path)) == ["caf\u00e9 2.wav"]


@given(st.lists(_AWKWARD, min_size=1, max_size=6))
def test_files_never_leave_their_folder_and_paths_stay_portable(names: list[str]) -> None:
    folder = Path("/home/someone/Music/" + "x" * 100)
    files = free_names(folder, names, ".flac", frozenset())
    assert len({name.casefold() for name in files}) == len(names)
    for name in files:
        _assert_valid_everywhere(name.removesuffix(".flac"))
        assert (folder / name).parent == folder
        assert len(str(folder / name).encode("utf-16-le")) // 2 <= MAX_PATH_UNITS


def test_a_folder_without_room_for_names_is_told() -> None:
    with pytest.raises(UserProblem, match="so long"):
        free_names(Path("/" + "x" * 220), ["Song"], ".wav", frozenset())


def test_a_folder_that_is_not_there_holds_no_names(tmp_path: Path) -> None:
    assert taken_names(tmp_path / "gone") == frozenset()


def test_a_slug_is_plain() -> None:
    assert slug("Don't stop: 90 BPM!") == "dont-stop-90-bpm"
