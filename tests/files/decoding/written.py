"""Sound files as other people's programs write them, and as copies, recorders and radio leave them.

What libsndfile can write is written; the rest lies in `samples/`, half a second to a second of 440 Hz each.
"""

import io
import struct
from pathlib import Path

import numpy as np
import soundfile as sf

from musicgen_studio.core.audio import Samples
from musicgen_studio.files.decoding import mpeg

RATE = 32_000
SAMPLES = Path(__file__).parent / "samples"


def tone(seconds: float = 1.0, channels: int = 1, pitch_hz: float = 440.0) -> Samples:
    """Return a tone at half of full scale, on a grid of 16 bits, so that every format keeps it exactly."""
    times = np.arange(round(seconds * RATE)) / RATE
    line = np.rint(16384 * np.sin(2 * np.pi * pitch_hz * times)) / 32768
    return np.repeat(line.astype(np.float32)[:, None], channels, axis=1)


def encoded(samples: Samples, kind: str, subtype: str, **options: object) -> bytes:
    """Return a file as libsndfile writes it."""
    file = io.BytesIO()
    sf.write(file, samples, RATE, format=kind, subtype=subtype, **options)
    return file.getvalue()


def wav(samples: Samples | None = None, riff: int | None = None, data: int | None = None) -> bytes:
    """Return a WAV file of 16 bits, its sizes as wished."""
    samples = tone() if samples is None else samples
    content = np.rint(samples * 32768).astype("<i2").tobytes()
    head = struct.pack("<HHLLHH", 1, samples.shape[1], RATE, RATE * 2 * samples.shape[1], 2 * samples.shape[1], 16)
    data = len(content) if data is None else data
    riff = len(content) + 36 if riff is None else riff
    head = b"RIFF" + struct.pack("<L", riff) + b"WAVEfmt " + struct.pack("<L", 16) + head
    return head + b"data" + struct.pack("<L", data) + content


def mp3(seconds: float = 2.0, *, is_constant: bool = False, has_info: bool = True) -> bytes:
    """Return an MP3 file that begins quietly, so that its first frames are no measure of the others."""
    loud = np.random.default_rng(0).uniform(-0.5, 0.5, (round(seconds * RATE), 1)).astype(np.float32)
    loud[: len(loud) // 4] = 0.0
    mode = "CONSTANT" if is_constant else "VARIABLE"
    content = encoded(loud, "MP3", "MPEG_LAYER_III", bitrate_mode=mode, compression_level=0.5)
    if has_info:
        return content
    first = mpeg.frame_at(content, 0)
    assert first is not None
    return content[first.size :]


def piped_flac(samples: Samples) -> bytes:
    """Return a FLAC file that does not know its length, nor its checksum, as an encoder writes into a pipe."""
    content = bytearray(encoded(samples, "FLAC", "PCM_16"))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    content[26:42] = bytes(16)
    return bytes(content)


def sample(name: str) -> bytes:
    """Return a file that lies beside the tests."""
    return (SAMPLES / name).read_bytes()
