"""From a melody to states the language model can use: its chroma, the strongest pitch class per moment.

The chroma is transformers' `MusicgenMelodyFeatureExtractor`: the same numbers by construction. "No melody" is not
silence but pitch class 0 throughout, as in training (AudioCraft `modules/conditioners.py`, `ChromaStemConditioner`).
"""

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.checkpoint import Affine, ChromaConfig
from musicgen_studio.engine.torchaudio_import import make_torchaudio_importable


class ChromaConditioner:
    """Analyses melodies and projects their chroma, in float32 on the CPU."""

    def __init__(self, config: ChromaConfig, projection: Affine) -> None:
        make_torchaudio_importable()
        from transformers import MusicgenMelodyFeatureExtractor

        self.config = config
        self._projection = Affine(projection.weight.float(), projection.bias.float())
        self._extractor = MusicgenMelodyFeatureExtractor(
            feature_size=config.bins,
            num_chroma=config.bins,
            sampling_rate=config.sample_rate,
            hop_length=config.hop_frames,
            n_fft=config.n_fft,
        )

    def prepared(self, melody: Audio) -> Samples:
        """Return the melody as the analysis wants it: mono `[frames]` in its sample rate."""
        mono: Samples = resample(melody, self.config.sample_rate).samples.mean(axis=1)
        return mono

    @torch.inference_mode()
    def chroma(self, samples: Samples) -> Tensor:
        """Return the one-hot chroma of mono samples `[frames]`: float32 `[length, bins]`, repeated or cut to fit."""
        extracted = self._extractor(
            samples, sampling_rate=self.config.sample_rate, truncation=False, return_tensors="pt"
        )["input_features"][0]
        repeats = -(-self.config.length // len(extracted))
        return extracted.repeat(repeats, 1)[: self.config.length]  # type: ignore[no-any-return]

    def null_chroma(self) -> Tensor:
        """Return the chroma that stands for "no melody": `[length, bins]`, one-hot on bin 0."""
        chroma = torch.zeros(self.config.length, self.config.bins)
        chroma[:, 0] = 1.0
        return chroma

    @torch.inference_mode()
    def states(self, chroma: Tensor) -> Tensor:
        """Project chroma `[length, bins]` to states `[length, width]`."""
        return functional.linear(chroma, self._projection.weight, self._projection.bias)
