"""From a melody to states the language model can use: its chroma, the strongest pitch class per moment.

The chroma of sound is `dsp.chroma`, the same numbers as transformers' `MusicgenMelodyFeatureExtractor`; that of notes
is built directly (`core.melody`). "No melody" is not silence but pitch class 0 throughout, as in training (AudioCraft
`modules/conditioners.py`, `ChromaStemConditioner`).
"""

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.core.audio import Audio, Samples, mono_mix
from musicgen_studio.core.melody import NULL_PITCH_CLASS, Melody
from musicgen_studio.dsp.chroma import mono_chroma
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.checkpoint.values import Affine, ChromaConfig


class ChromaConditioner:
    """Analyses melodies and projects their chroma, in float32 on the CPU."""

    def __init__(self, config: ChromaConfig, projection: Affine) -> None:
        self.config = config
        self._projection = Affine(projection.weight.float(), projection.bias.float())

    def prepared(self, melody: Audio) -> Samples:
        """Return the melody as the analysis wants it: mono `[frames]` in its sample rate."""
        return mono_mix(resample(melody, self.config.sample_rate).samples)

    def chroma(self, samples: Samples) -> Tensor:
        """Return the one-hot chroma of mono samples `[frames]`: float32 `[length, bins]`, repeated or cut to fit."""
        config = self.config
        extracted = torch.from_numpy(mono_chroma(samples, config.sample_rate, config.n_fft, config.hop_frames))
        repeats = -(-config.length // len(extracted))
        return extracted.repeat(repeats, 1)[: config.length]

    def note_chroma(self, melody: Melody, start_s: float, repeats: bool) -> Tensor:
        """Return the one-hot chroma of notes from a time on: float32 `[length, bins]`.

        Args:
            melody: The notes.
            start_s: Time in the melody of the first row; before 0 there is no melody.
            repeats: Whether it begins again each time it ends; else there is no melody after it.
        """
        rate_hz = self.config.sample_rate
        window_s = self.config.n_fft / rate_hz
        frame_rate_hz = rate_hz / self.config.hop_frames
        return torch.from_numpy(melody.chroma(self.config.length, frame_rate_hz, start_s, repeats, window_s))

    def null_chroma(self) -> Tensor:
        """Return the chroma that stands for "no melody": `[length, bins]`, one-hot on bin 0."""
        chroma = torch.zeros(self.config.length, self.config.bins)
        chroma[:, NULL_PITCH_CLASS] = 1.0
        return chroma

    @torch.inference_mode()
    def states(self, chroma: Tensor) -> Tensor:
        """Project chroma `[length, bins]` to states `[length, width]`."""
        return functional.linear(chroma, self._projection.weight, self._projection.bias)
