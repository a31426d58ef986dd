"""Spectrograms as PNG files, side by side: listening with the eyes. Grey, dark is loud, 0 to 16 kHz, mel."""

import struct
import zlib

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Samples
from musicgen_studio.dsp.onsets import mel_spectrum

_BANDS, _WINDOW, _RANGE_DB, _GAP, _SCALE = 160, 2048, 70.0, 8, 2


def spectrograms_png(sounds: list[Samples]) -> bytes:
    """Return a PNG of the spectrograms of sounds, one above the other.

    Args:
        sounds: Mono `[frames]`, 32 kHz.
    """
    rows = list[npt.NDArray[np.uint8]]()
    width = min(len(sound) for sound in sounds)
    for sound in sounds:
        magnitude = mel_spectrum(sound[:width], _WINDOW, _BANDS)
        level_db = 20 * np.log10(np.maximum(magnitude, 1e-6))
        shade = 255 * (1 - np.clip((level_db + _RANGE_DB) / _RANGE_DB, 0, 1))
        picture = np.repeat(shade[::-1], _SCALE, axis=0).astype(np.uint8)
        rows += [picture, np.full((_GAP, picture.shape[1]), 255, np.uint8)]
    return _png(np.concatenate(rows[:-1]))


def _png(grey: npt.NDArray[np.uint8]) -> bytes:
    """Return an 8-bit grey PNG (ISO/IEC 15948): header, one compressed block of unfiltered lines, end."""
    height, width = grey.shape
    lines = b"".join(b"\0" + line.tobytes() for line in grey)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
