"""The header that tells an MP3 file's title, licence and so on: ID3v2.4, in UTF-8 throughout.

libsndfile would write UTF-8 and mark it as Latin-1, which garbles every text that is not English. Not for reading tags,
and not for the sound (`files.sound`).

Source: "ID3 tag version 2.4.0, Main Structure" and "Native Frames" (id3.org, 2000).
"""

from collections.abc import Mapping

MAX_TEXT_BYTES = 1_000_000  # of one text; the format ends at 256 MB, players' patience much earlier

_FRAME_OF_KEY = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "date": b"TDRC",
    "software": b"TSSE",
    "copyright": b"TCOP",
    "comment": b"COMM",
    "tempo": b"TBPM",
    "key": b"TKEY",
}
_UTF_8 = b"\x03"
_COMMENT_LANGUAGE = b"eng"  # many players show no comment in another language than their own or this
_NO_FLAGS = b"\0\0"


def header(metadata: Mapping[str, str]) -> bytes:
    """Return the bytes that go before the first MP3 frame.

    Nothing in them looks like the start of an MP3 frame: UTF-8 has no byte 255, and neither have sizes in 7-bit bytes.
    So the "unsynchronisation" of the standard is not needed.

    Args:
        metadata: Texts under `title`, `artist`, `date`, `software`, `copyright`, `comment`, `tempo` (beats per minute;
            the standard has only whole ones) and `key` (such as `F#m`). Empty ones are left out.

    Returns:
        The header, or nothing if there is no text.
    """
    frames = b"".join(_frame(key, text, metadata) for key, text in metadata.items() if text)
    return b"ID3\x04\x00\x00" + _size(frames) + frames if frames else b""


def _frame(key: str, text: str, metadata: Mapping[str, str]) -> bytes:
    year = metadata.get("date", "")[:4]
    if key == "copyright" and year.isdecimal() and year.isascii():
        text = f"{year} {text}"  # the standard wants it to begin with a year
    if key == "tempo":
        text = str(round(float(text)))
    content = _UTF_8 + (_COMMENT_LANGUAGE + b"\0" if key == "comment" else b"") + _encoded(text)
    return _FRAME_OF_KEY[key] + _size(content) + _NO_FLAGS + content


def _encoded(text: str) -> bytes:
    # A zero would end the text. What is cut in the middle of a character loses that character.
    encoded = text.replace("\0", " ").encode("utf-8", "replace")[:MAX_TEXT_BYTES]
    return encoded.decode("utf-8", "ignore").encode()


def _size(content: bytes) -> bytes:
    """Write a length as four bytes of seven bits each, the most significant first."""
    return bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
