"""How loud a sound is to the ear, how high it really peaks, and bringing it to a wanted loudness.

Loudness is ITU-R BS.1770-4, true peak its annex 2. The filters are pyloudnorm's, which a test also holds the whole
measure equal to; the gating is here, because pyloudnorm takes a sound as one piece, and minutes of it could not be
stopped. The rules of `normalise` are AudioCraft's (`data/audio_utils.py`, `normalize_loudness`), except that AudioCraft
then clips what is too loud and this turns it down.

Everything works in pieces of about 10 s and tells after each how far it is: `on_piece` gets the share done, 0 to 1, and
what it raises ends the work.
"""

from collections.abc import Callable, Iterator
from math import inf, isfinite, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import StreamResampler

OnPiece = Callable[[float], None]

_BLOCK_S = 0.400  # the gating block of BS.1770
_STEP = 0.25  # from block to block, in blocks
_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_CHANNEL_GAINS = (1.0, 1.0, 1.0, 1.41, 1.41)
_PIECE_BLOCKS = 100
_PIECE_FRAMES = 1 << 19
_RUN_UP_S = 0.5  # the slowest filter, 38 Hz, has by then forgotten all but 1e-50 of what was before
_OVERSAMPLING = 4
_SILENT_RMS = 2e-3  # AudioCraft's energy floor: amplifying less than this would only bring up noise


def _nothing(_share: float) -> None:
    pass


def integrated_lufs(audio: Audio, on_piece: OnPiece = _nothing) -> float | None:
    """Measure the loudness of a whole sound.

    Sound shorter than the standard's block of 400 ms is measured as if it were looped, as a musician would hear it.

    Args:
        audio: Up to 5 channels, in the order left, right, centre, left surround, right surround.
        on_piece: See the module.

    Returns:
        Loudness in LUFS, or None if the sound is empty or quieter than the standard's gate of -70 LUFS throughout.

    Raises:
        ValueError: If there are more than 5 channels.
    """
    if audio.channels > len(_CHANNEL_GAINS):
        raise ValueError(f"audio must have 1 to {len(_CHANNEL_GAINS)} channels, got {audio.channels}")
    if not audio.frames:
        return None
    block_frames = int(np.ceil(_BLOCK_S * audio.sample_rate))
    loops = -(-block_frames // audio.frames)
    samples = audio.samples if loops == 1 else np.tile(audio.samples, (loops, 1))
    powers = np.concatenate(list(_block_powers(samples, audio.sample_rate, on_piece)))  # [blocks]
    heard = powers[_lufs(powers) >= _GATE_LUFS]
    if not heard.size:
        return None
    relative_gate = _lufs(heard.mean()) + _RELATIVE_GATE_LU
    lufs = float(_lufs(heard[_lufs(heard) > relative_gate].mean()))
    return lufs if isfinite(lufs) else None


def _lufs(power: Any) -> Any:
    with np.errstate(divide="ignore"):  # silence is -inf
        return -0.691 + 10 * np.log10(power)


def _block_powers(samples: Samples, rate: int, on_piece: OnPiece) -> Iterator[NDArray[np.float64]]:
    """Yield the weighted mean squares of the gating blocks, some blocks at a time."""
    filters = _weighting(rate)
    blocks = int(np.round((len(samples) / rate - _BLOCK_S) / (_BLOCK_S * _STEP))) + 1
    run_up = round(_RUN_UP_S * rate)
    gains = np.array(_CHANNEL_GAINS[: samples.shape[1]])
    for first in range(0, blocks, _PIECE_BLOCKS):
        numbers = np.arange(first, min(first + _PIECE_BLOCKS, blocks))
        starts = (_BLOCK_S * (numbers * _STEP) * rate).astype(np.int64)
        ends = np.minimum((_BLOCK_S * (numbers * _STEP + 1) * rate).astype(np.int64), len(samples))
        from_frame = max(0, int(starts[0]) - run_up)
        weighted = samples[from_frame : int(ends[-1])].astype(np.float64)
        for channel in range(weighted.shape[1]):
            for each in filters:
                weighted[:, channel] = each.apply_filter(weighted[:, channel])
        energy = np.concatenate([[0.0], np.cumsum(np.square(weighted) @ gains)])  # [frames + 1]
        yield (energy[ends - from_frame] - energy[starts - from_frame]) / (_BLOCK_S * rate)
        on_piece((int(numbers[-1]) + 1) / blocks)


def _weighting(rate: int) -> list[Any]:
    """Return the standard's two filters, each with `apply_filter`."""
    import pyloudnorm  # late: it loads much of scipy, which would hold up the window by 0.7 s

    return list(pyloudnorm.Meter(rate)._filters.values())  # noqa: SLF001 - it has no other door to them


def true_peak_db(audio: Audio, on_piece: OnPiece = _nothing) -> float:
    """Measure the highest point of the sound between as well as on its samples.

    Args:
        audio: Any sound.
        on_piece: See the module.

    Returns:
        The peak in dBTP (0 is full scale), minus infinity for silence.
    """
    peak = _true_peak(audio.samples, on_piece)
    return 20 * log10(peak) if peak > 0 else -inf


def _true_peak(samples: Samples, on_piece: OnPiece) -> float:
    # Four times the rate, whatever the rate is: only the ratio counts.
    stream = StreamResampler(1, _OVERSAMPLING, samples.shape[1])
    peak = 0.0
    for start in range(0, len(samples), _PIECE_FRAMES):
        piece = samples[start : start + _PIECE_FRAMES]
        peak = max(peak, _highest(piece), _highest(stream.push(piece)))
        on_piece(min(1.0, (start + _PIECE_FRAMES) / len(samples)))
    return max(peak, _highest(stream.flush()))


def _highest(samples: Samples) -> float:
    return float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))


def _is_silent(samples: Samples) -> bool:
    energy = sum(
        float(np.square(samples[start : start + _PIECE_FRAMES], dtype=np.float64).sum())
        for start in range(0, len(samples), _PIECE_FRAMES)
    )
    return energy < _SILENT_RMS**2 * samples.size


def normalise(
    audio: Audio,
    target_lufs: float = -14.0,
    compressor: bool = False,
    ceiling_db: float = -1.0,
    on_piece: OnPiece = _nothing,
) -> Audio:
    """Bring a sound to a loudness, as far as its peaks allow.

    Args:
        audio: Up to 5 channels. One with an RMS below 0.002, or that the loudness gate takes for silence, comes back
            as it is.
        target_lufs: Wanted loudness in LUFS.
        compressor: Round off peaks by the hyperbolic tangent after the gain, for a louder and denser sound.
        ceiling_db: Highest true peak in dBTP. Where the gain would go beyond it, the whole sound is turned down to it
            and stays below the target.
        on_piece: See the module.

    Returns:
        The sound with its rate, channels and length.

    Raises:
        ValueError: If there are more than 5 channels.
    """
    if not audio.frames or _is_silent(audio.samples):
        return audio
    lufs = integrated_lufs(audio, lambda share: on_piece(0.6 * share))
    if lufs is None:
        return audio
    samples = audio.samples * np.float32(10 ** ((target_lufs - lufs) / 20))
    if compressor:
        samples = np.tanh(samples)
    too_much = _true_peak(samples, lambda share: on_piece(0.6 + 0.4 * share)) / 10 ** (ceiling_db / 20)
    samples /= np.float32(max(1.0, too_much))
    return Audio(samples, audio.sample_rate)
