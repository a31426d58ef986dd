"""Text files of any program: the same words come out."""

import codecs
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.files.text import read_lines

WORDS = "slow blues, träumend\nGitarre für Zoë – ruhig"


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        WORDS.replace("\n", "\r\n").encode(),
        WORDS.replace("\n", "\r").encode(),
        WORDS.encode("utf-16"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        WORDS.encode("utf-16-le"),
        WORDS.encode("utf-16-be"),
        WORDS.encode("cp1252"),
    ],
)
def test_the_same_words_come_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "words.txt").write_bytes(content)
    assert read_lines(tmp_path / "words.txt") == WORDS.split("\n")


def test_lines_are_what_editors_count(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes("sad\u2028jazz\x85\n\ncalm\r\npiano\r\n".encode())
    assert read_lines(tmp_path / "words.txt") == ["sad\u2028jazz\x85", "", "calm", "piano"]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"")
    assert read_lines(tmp_path / "words.txt") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"happy rock\nfine\nbroken \x00 here", r"words\.txt: line 3 holds what is no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(100)), r"words\.txt: line \d+ holds what is no text"),
        (codecs.BOM_UTF16_LE + "sad\n".encode("utf-16-le") + b"\x00\xd8\x41\x00", r"words\.txt: line 2 is damaged"),
    ],
)
def test_what_is_no_text_is_told_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "words.txt").write_bytes(content)
    with pytest.raises(UserProblem, match=said):
        read_lines(tmp_path / "words.txt")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"gone\.txt: No such file"):
        read_lines(tmp_path / "gone.txt")
