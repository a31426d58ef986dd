"""MP3 headers, read back by the letter of the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.files import id3

_KEYS = ["title", "artist", "date", "software", "copyright", "comment"]


def _length(size: bytes) -> int:
    assert max(size) < 128
    return sum(part << shift for part, shift in zip(size, (21, 14, 7, 0), strict=True))


def _read(header: bytes) -> dict[str, str]:
    """Read a header as the standard describes it: 10 bytes, then frames of 10 bytes and their content."""
    assert header[:6] == b"ID3\x04\x00\x00"  # version 2.4.0, no flags
    assert _length(header[6:10]) == len(header) - 10
    texts = {}
    rest = header[10:]
    while rest:
        name, size, flags = rest[:4].decode("ascii"), _length(rest[4:8]), rest[8:10]
        content, rest = rest[10 : 10 + size], rest[10 + size :]
        assert flags == b"\0\0"
        assert len(content) == size
        assert content[0] == 3  # UTF-8
        text = content[1:]
        if name == "COMM":
            assert text[:4] == b"eng\0"  # language, and no description
            text = text[4:]
        texts[name] = text.decode("utf-8")
    return texts


def test_every_text_has_its_frame() -> None:
    texts = {
        "title": "Träume ☾",
        "artist": "Ю",
        "date": "2026-01-31",
        "software": "MusicGen Studio",
        "copyright": "CC-BY-NC 4.0",
        "comment": "a calm\npiano",
        "tempo": "125.5",
        "key": "F#m",
    }
    assert _read(id3.header(texts)) == {
        "TIT2": "Träume ☾",
        "TPE1": "Ю",
        "TDRC": "2026-01-31",
        "TSSE": "MusicGen Studio",
        "TCOP": "2026 CC-BY-NC 4.0",
        "COMM": "a calm\npiano",
        "TBPM": "126",  # the standard has whole numbers only
        "TKEY": "F#m",
    }


@pytest.mark.parametrize("texts", [{}, {"title": "", "comment": ""}])
def test_without_texts_there_is_no_header(texts: dict[str, str]) -> None:
    assert id3.header(texts) == b""


@pytest.mark.parametrize("date", ["", "soon", "٢٠٢٦"])
def test_a_licence_without_a_year_is_left_as_it_is(date: str) -> None:
    assert _read(id3.header({"copyright": "CC0", "date": date}))["TCOP"] == "CC0"


@pytest.mark.parametrize("length", [10, 126, 127, 128, 200, 16383, 16384, 2_000_000])
def test_lengths_are_written_in_seven_bits(length: int) -> None:
    assert _read(id3.header({"title": "x" * length})) == {"TIT2": "x" * min(length, id3.MAX_TEXT_BYTES)}


def test_a_text_that_is_too_long_ends_with_a_whole_character() -> None:
    assert _read(id3.header({"title": "☾" * 400_000}))["TIT2"] == "☾" * 333_333


def test_what_utf8_cannot_hold_is_replaced() -> None:
    assert _read(id3.header({"title": "zero\0byte", "comment": "lone \ud800"})) == {
        "TIT2": "zero byte",
        "COMM": "lone ?",
    }


# What UTF-8 cannot hold is replaced, as the test before says.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(st.dictionaries(st.sampled_from(_KEYS), _TEXTS))
def test_any_text_comes_back_and_looks_like_no_sound(texts: dict[str, str]) -> None:
    header = id3.header(texts)
    assert b"\xff" not in header
    found = _read(header) if texts else {}
    assert len(found) == len(texts)
    assert found.get("TIT2") == texts.get("title")
    assert found.get("COMM") == texts.get("comment")
