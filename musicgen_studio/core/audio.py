"""Sound as a value. Everything inside the program is float32 `[frames, channels]` with a sample rate.

Not for files (`files.sound`), devices (`sound`) or changing sound (`dsp`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.notebook import sound_html

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A stretch of sound.

    Args:
        samples: float32 `[frames, channels]`, full scale is ±1, at least one channel.
        sample_rate: Frames per second in Hz, above 0.

    Raises:
        ValueError: If shape, type or rate are not as described, or a sample is not a finite number.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.dtype != np.float32 or self.samples.ndim != 2 or self.samples.shape[1] < 1:
            raise ValueError(
                f"samples must be float32 [frames, channels], got {self.samples.dtype} {list(self.samples.shape)}"
            )
        if self.sample_rate <= 0:
            raise ValueError(f"sample_rate must be above 0 Hz, got {self.sample_rate}")
        if not np.isfinite(self.samples).all():
            raise ValueError("samples must be finite numbers, got NaN or infinity")

    @property
    def frames(self) -> int:
        """Length in frames, one sample per channel each."""
        return len(self.samples)

    @property
    def channels(self) -> int:
        """Number of channels: 1 mono, 2 stereo."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    def _repr_html_(self) -> str:
        """Show it in a notebook: waveform and player."""
        return sound_html(self.samples, self.sample_rate)


def sounding(mono: Samples, first: int, frames: int, repeats: bool) -> Samples:
    """Return mono samples from a moment on, as they sound where they are repeated to the end, or heard once.

    Args:
        mono: `[samples]`.
        first: The first one wished; before 0 is silence.
        frames: How many.
        repeats: Whether they begin again each time they end; else silence follows.

    Returns:
        float32 `[frames]`.
    """
    if not len(mono):
        return np.zeros(frames, np.float32)
    positions = np.arange(first, first + frames)
    sound = mono[positions % len(mono)]
    sound[(positions < 0) | (positions >= len(mono)) & (not repeats)] = 0.0
    return sound


def mono_mix(samples: Samples) -> Samples:
    """Return all channels of a sound as one, their mean: float32 `[frames, channels]` to float32 `[frames]`."""
    mix: Samples = samples.mean(axis=1, dtype=np.float32)
    return mix
