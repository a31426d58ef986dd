"""How loud a sound is to the ear: ITU-R BS.1770-4.

The filters are pyloudnorm's, which a test also holds the whole measure equal to; the gating is here, because pyloudnorm
takes a sound as one piece, and minutes of it could not be stopped. Not for how high a sound peaks (`true_peak`) nor for
changing its loudness (`limiter`).

Everything works in pieces of about 10 s and tells after each how far it is: `on_piece` gets the share done, 0 to 1, and
what it raises ends the work.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.pieces import OnPiece, nothing

Floats = NDArray[np.float64]

_BLOCK_S = 0.400  # the gating block of BS.1770
_STEP = 0.25  # from block to block, in blocks
_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
# In the order of a WAV file's channels: left, right, centre, bass effects (not counted), behind, beside. BS.1770-4
# counts what comes from the side more, 60 to 120 degrees off the front: there also stand the two behind of 5.0 and 5.1.
_SIDE = 1.41
_CHANNEL_GAINS: dict[int, tuple[float, ...]] = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, _SIDE, _SIDE),
    5: (1.0, 1.0, 1.0, _SIDE, _SIDE),
    6: (1.0, 1.0, 1.0, 0.0, _SIDE, _SIDE),
    7: (1.0, 1.0, 1.0, 0.0, 1.0, _SIDE, _SIDE),
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _SIDE, _SIDE),
}
_PIECE_BLOCKS = 100
_PIECE_FRAMES = 1 << 19
_RUN_UP_S = 0.5  # the slowest filter, 38 Hz, has by then forgotten all but 1e-50 of what was before
_SILENT_RMS = 2e-3  # AudioCraft's energy floor: amplifying less than this would only bring up noise


def integrated_lufs(audio: Audio, on_piece: OnPiece = nothing) -> float | None:
    """Measure the loudness of a whole sound.

    Sound shorter than the standard's block of 400 ms is measured as if it were looped, as a musician would hear it.

    Args:
        audio: Up to 8 channels, in the order of a WAV file's.
        on_piece: See the module.

    Returns:
        Loudness in LUFS, or None if the sound is empty or quieter than the standard's gate of -70 LUFS throughout.

    Raises:
        ValueError: If there are more than 8 channels.
    """
    _check_channels(audio)
    if not audio.frames:
        return None
    block_frames = int(np.ceil(_BLOCK_S * audio.sample_rate))
    loops = -(-block_frames // audio.frames)
    samples = audio.samples if loops == 1 else np.tile(audio.samples, (loops, 1))
    return _gated(np.concatenate(list(_block_powers(samples, audio.sample_rate, on_piece))))


def lufs_of_energies(energies: Floats, span_s: float, sample_rate: int) -> float | None:
    """Return the loudness of a sound of which the energies are known: nearly `integrated_lufs`, in no time.

    Args:
        energies: What `weighted_energies` says, `[spans]`, each multiplied by the square of the gain it is played at.
        span_s: Length of a span in seconds, well below 0.1.
        sample_rate: In Hz.

    Returns:
        As `integrated_lufs`. The standard's blocks begin and end with spans here: off by some hundredths of LU.
    """
    if not len(energies):
        return None
    duration_s, step_s = len(energies) * span_s, _BLOCK_S * _STEP
    if duration_s < _BLOCK_S:
        return _gated(np.array([energies.sum() / (duration_s * sample_rate)]))
    steps = np.floor((np.arange(len(energies)) + 0.5) * span_s / step_s).astype(np.int64)
    blocks = np.convolve(np.bincount(steps, energies), np.ones(round(1 / _STEP)), mode="valid")
    return _gated(blocks[: round((duration_s - _BLOCK_S) / step_s) + 1] / (_BLOCK_S * sample_rate))


def weighted_energies(audio: Audio, span_frames: int, on_piece: OnPiece = nothing) -> Floats:
    """Return how much each short span adds to the loudness: the sum of its weighted squares over all channels.

    Args:
        audio: As for `integrated_lufs`.
        span_frames: Length of a span.
        on_piece: See the module.

    Returns:
        `[spans]`, the last one perhaps of fewer frames.

    Raises:
        ValueError: If there are more than 8 channels.
    """
    _check_channels(audio)
    filters = _weighting(audio.sample_rate)
    run_up = round(_RUN_UP_S * audio.sample_rate)
    piece_frames = _PIECE_FRAMES // span_frames * span_frames
    found = []
    for start in range(0, audio.frames, piece_frames):
        from_frame, end = max(0, start - run_up), min(start + piece_frames, audio.frames)
        energy = _energy(audio.samples[from_frame:end], filters)[start - from_frame :]
        energy = np.pad(energy, (0, -len(energy) % span_frames))
        found.append(energy.reshape(-1, span_frames).sum(axis=1))
        on_piece(end / audio.frames)
    return np.concatenate(found) if found else np.zeros(0)


def _check_channels(audio: Audio) -> None:
    if audio.channels not in _CHANNEL_GAINS:
        raise ValueError(f"audio must have 1 to {len(_CHANNEL_GAINS)} channels, got {audio.channels}")


def _gated(powers: Floats) -> float | None:
    """Return the loudness of blocks of these weighted mean squares, the quiet ones left out as the standard says."""
    heard = powers[_lufs(powers) >= _GATE_LUFS]
    if not heard.size:
        return None
    relative_gate = _lufs(heard.mean()) + _RELATIVE_GATE_LU
    lufs = float(_lufs(heard[_lufs(heard) > relative_gate].mean()))
    return lufs if isfinite(lufs) else None


def _lufs(power: Any) -> Any:
    with np.errstate(divide="ignore"):  # silence is -inf
        return -0.691 + 10 * np.log10(power)


def _block_powers(samples: Samples, rate: int, on_piece: OnPiece) -> Iterator[Floats]:
    """Yield the weighted mean squares of the gating blocks, some blocks at a time."""
    filters = _weighting(rate)
    blocks = int(np.round((len(samples) / rate - _BLOCK_S) / (_BLOCK_S * _STEP))) + 1
    run_up = round(_RUN_UP_S * rate)
    for first in range(0, blocks, _PIECE_BLOCKS):
        numbers = np.arange(first, min(first + _PIECE_BLOCKS, blocks))
        starts = (_BLOCK_S * (numbers * _STEP) * rate).astype(np.int64)
        ends = np.minimum((_BLOCK_S * (numbers * _STEP + 1) * rate).astype(np.int64), len(samples))
        from_frame = max(0, int(starts[0]) - run_up)
        energy = np.concatenate([[0.0], np.cumsum(_energy(samples[from_frame : int(ends[-1])], filters))])
        yield (energy[ends - from_frame] - energy[starts - from_frame]) / (_BLOCK_S * rate)
        on_piece((int(numbers[-1]) + 1) / blocks)


def _energy(samples: Samples, filters: list[Any]) -> Floats:
    """Return the weighted square of each frame, summed over the channels, `[frames]`."""
    total = np.zeros(len(samples))
    for gain, channel in zip(_CHANNEL_GAINS[samples.shape[1]], samples.T, strict=True):
        weighted = channel.astype(np.float64)
        for each in filters:
            weighted = each.apply_filter(weighted)
        total += gain * np.square(weighted)
    return total


def _weighting(rate: int) -> list[Any]:
    """Return the standard's two filters, each with `apply_filter`."""
    import pyloudnorm  # late: it loads much of scipy, which would hold up the window by 0.7 s

    return list(pyloudnorm.Meter(rate)._filters.values())  # noqa: SLF001 - it has no other door to them


def is_near_silence(audio: Audio) -> bool:
    """Tell whether a sound is so soft on the whole that making it louder would only bring up noise."""
    energy = sum(
        float(np.square(audio.samples[start : start + _PIECE_FRAMES], dtype=np.float64).sum())
        for start in range(0, audio.frames, _PIECE_FRAMES)
    )
    return energy < _SILENT_RMS**2 * audio.samples.size
