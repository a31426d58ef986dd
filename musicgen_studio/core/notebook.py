"""How a sound shows itself in a notebook: a waveform and a player, in one piece of HTML without scripts or addresses.

Not for pages of many sounds (`evaluation.fidelity.page`), whose players hold less than a whole WAV file.
"""

import base64
import io
import wave
from itertools import pairwise

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 600, 72
_COLUMNS = 300
_BITS = 16


def sound_html(samples: npt.NDArray[np.float32], sample_rate: int) -> str:
    """Return a sound as HTML.

    Args:
        samples: float32 `[frames, channels]`, full scale is ±1; louder ones are cut.
        sample_rate: In Hz.
    """
    length = f"{len(samples) / sample_rate:.2f} s"
    channels = {1: "mono", 2: "stereo"}.get(samples.shape[1], f"{samples.shape[1]} channels")
    if not len(samples):
        return f"<div>empty sound, {sample_rate} Hz, {channels}</div>"
    sound = base64.b64encode(_wave_file(samples, sample_rate)).decode()
    return (
        f'<div style="max-width:{WIDTH}px">{waveform_svg(samples)}'
        f'<audio controls style="width:100%" src="data:audio/wav;base64,{sound}"></audio>'
        f"<div>{length}, {sample_rate} Hz, {channels}</div></div>"
    )


def waveform_svg(samples: npt.NDArray[np.float32]) -> str:
    """Return the waveform of `[frames, channels]`, at least one frame, as inline SVG in the text's own colour."""
    edges = np.linspace(0, len(samples), min(_COLUMNS, len(samples)) + 1).astype(int)
    loudest = np.abs(samples).max(axis=1)
    peaks = [min(float(loudest[start:end].max()), 1.0) for start, end in pairwise(edges)]
    middle, step = HEIGHT / 2, WIDTH / len(peaks)
    upper = [(index * step, middle - max(peak * middle, 0.5)) for index, peak in enumerate((*peaks, peaks[-1]))]
    lower = [(x, HEIGHT - y) for x, y in reversed(upper)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *lower))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" aria-label="waveform" '
        f'preserveAspectRatio="none"><polygon points="{points}" fill="currentColor" opacity="0.7"/></svg>'
    )


def _wave_file(samples: npt.NDArray[np.float32], sample_rate: int) -> bytes:
    full_scale = 1 << (_BITS - 1)
    whole = np.clip(np.rint(samples * full_scale), -full_scale, full_scale - 1).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(samples.shape[1])
        writer.setsampwidth(_BITS // 8)
        writer.setframerate(sample_rate)
        writer.writeframes(whole.data)
    return file.getvalue()
