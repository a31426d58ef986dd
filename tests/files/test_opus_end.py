"""The end of Opus files: the pages stay valid, and nothing but the end moves."""

import io
import struct

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.files.opus_end import DELAY_FRAMES, PACKET_FRAMES, cut_end, padding_frames


@pytest.fixture(scope="module")
def file() -> bytes:
    """Two seconds of noise as Opus."""
    target = io.BytesIO()
    noise = np.random.default_rng(0).standard_normal((96_400, 2)) / 10
    sf.write(target, noise, 48000, format="OGG", subtype="OPUS")
    return target.getvalue()


def _checksum(page: bytes) -> int:
    """The checksum bit by bit, as RFC 3533 describes it."""
    value = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        for bit in range(7, -1, -1):
            carry = (value >> 31) ^ (byte >> bit & 1)
            value = (value << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if carry else 0)
    return value


def _last_page(file: bytes | bytearray) -> bytes:
    return bytes(file[file.rindex(b"OggS") :])


def test_only_the_end_moves_and_the_page_stays_valid(file: bytes) -> None:
    shorter = bytearray(file)
    cut_end(shorter, 100)
    before, after = _last_page(file), _last_page(shorter)
    assert struct.unpack("<I", before[22:26])[0] == _checksum(before)  # so this reading of the RFC is right
    assert struct.unpack("<I", after[22:26])[0] == _checksum(after)
    assert len(shorter) == len(file)
    assert shorter[: -len(after)] == file[: -len(after)]
    samples = [sf.read(io.BytesIO(one))[0] for one in (file, shorter)]
    assert [len(one) for one in samples] == [96_400, 96_300]
    np.testing.assert_array_equal(samples[1], samples[0][:96_300])


@given(st.integers(1, 10**9))
def test_the_cut_stays_in_the_last_packet(frames: int) -> None:
    padding = padding_frames(frames)
    packets, padded_packets = (-(-(end + DELAY_FRAMES) // PACKET_FRAMES) for end in (frames, frames + padding))
    assert packets == padded_packets
    assert DELAY_FRAMES <= (frames + padding) % PACKET_FRAMES <= PACKET_FRAMES - DELAY_FRAMES
