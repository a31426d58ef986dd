"""Tempo and key in FLAC and Ogg files: read back by the letter of the standards, and by libsndfile."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.files.comments import with_comments
from musicgen_studio.files.sound import SoundFormat, read, write

TOLD = {"title": "Träume ☾", "comment": "Prompt: sad jazz", "tempo": "125.5", "key": "F#m"}
FORMATS = [SoundFormat.FLAC, SoundFormat.OGG, SoundFormat.OPUS]


def _noise(frames: int = 100_000, channels: int = 2) -> Audio:
    noise = np.random.default_rng(0).standard_normal((frames, channels), dtype=np.float32)
    return Audio(noise * np.float32(0.1), 48_000)


def _packets(file: bytes) -> list[bytes]:
    """Read an Ogg file by the letter of RFC 3533: every page in its order, every checksum right."""
    packets, open_packet, at, expected = [], b"", 0, 0
    while at < len(file):
        mark, version, flags, _, _, number, checksum, segments = struct.unpack_from("<4sBBqIIIB", file, at)
        assert (mark, version, number) == (b"OggS", 0, expected)
        assert bool(flags & 1) == bool(open_packet)
        lacing = file[at + 27 : at + 27 + segments]
        end = at + 27 + segments + sum(lacing)
        page = file[at:end]
        assert checksum == _checksum(page[:22] + bytes(4) + page[26:])
        begin = at + 27 + segments
        for size in lacing:
            open_packet += file[begin : begin + size]
            begin += size
            if size < 255:
                packets.append(open_packet)
                open_packet = b""
        at, expected = end, expected + 1
    return packets


def _checksum(page: bytes) -> int:
    """Divide by the polynomial, bit by bit, a piece as one number."""
    rest = 0
    for at in range(0, len(page), 256):
        piece = page[at : at + 256]
        rest = (rest << 8 * len(piece)) ^ int.from_bytes(piece, "big") << 32
        while (shift := rest.bit_length() - 33) >= 0:
            rest ^= 0x104C11DB7 << shift
    return rest


def _flac_block(file: bytes) -> bytes:
    assert file[:4] == b"fLaC"
    at, found = 4, b""
    while True:
        size = int.from_bytes(file[at + 1 : at + 4], "big")
        if file[at] & 0x7F == 4:
            found = file[at + 4 : at + 4 + size]
        if file[at] & 0x80:
            break
        at += 4 + size
    assert file[at + 4 + size : at + 6 + size] in (b"\xff\xf8", b"\xff\xf9")  # the first frame begins right behind
    return found


def _comments(file: bytes) -> list[str]:
    block = _flac_block(file) if file[:4] == b"fLaC" else _packets(file)[1][8 if b"OpusTags" in file[:4000] else 7 :]
    at = 4 + struct.unpack_from("<I", block)[0]
    (count,) = struct.unpack_from("<I", block, at)
    at += 4
    texts = []
    for _ in range(count):
        (size,) = struct.unpack_from("<I", block, at)
        texts.append(block[at + 4 : at + 4 + size].decode())
        at += 4 + size
    rest = block[at:]
    assert rest == b"\x01" if b"\x01vorbis" in file[:100] else not any(rest)  # Opus may be padded
    return texts


@pytest.mark.parametrize("sound_format", FORMATS)
def test_they_stand_beside_the_other_texts(tmp_path: Path, sound_format: SoundFormat) -> None:
    path = tmp_path / f"a{sound_format.extension}"
    write(path, _noise(), sound_format, TOLD)
    comments = _comments(path.read_bytes())
    assert {"BPM=125.5", "INITIALKEY=F#m"} <= set(comments)
    with sf.SoundFile(path) as sound:
        assert (sound.title, sound.comment) == (TOLD["title"], TOLD["comment"])
        if sound_format is SoundFormat.OPUS:  # libsndfile's log of the others has only what it knows
            assert "BPM=125.5" in sound.extra_info
    write(tmp_path / "plain", _noise(), sound_format)
    np.testing.assert_array_equal(read(path).samples, read(tmp_path / "plain").samples)


@pytest.mark.parametrize("sound_format", FORMATS)
@pytest.mark.parametrize("letters", [64_760, 65_024, 130_000])
def test_headers_that_need_more_pages(tmp_path: Path, sound_format: SoundFormat, letters: int) -> None:
    path = tmp_path / f"a{sound_format.extension}"
    for extra in (0, 200):
        comment = "x" * (letters + extra)
        write(path, _noise(9_600), sound_format, TOLD | {"comment": comment})
        texts = {text.partition("=")[2] for text in _comments(path.read_bytes())}
        assert {"125.5", "F#m", comment} <= texts
        assert read(path).frames == 9_600


@pytest.mark.parametrize("sound_format", FORMATS)
def test_without_any_the_file_is_as_it_was(tmp_path: Path, sound_format: SoundFormat) -> None:
    write(tmp_path / "a", _noise(), sound_format)
    file = (tmp_path / "a").read_bytes()
    assert with_comments(file, {}) is file


@pytest.mark.parametrize("wrong", [b"RIFFxxxxWAVE", b"OggS", b"", b"OggSxxxx" * 9])
def test_other_files_are_refused(wrong: bytes) -> None:
    with pytest.raises((ValueError, StopIteration)):
        with_comments(wrong, {"BPM": "1"})
