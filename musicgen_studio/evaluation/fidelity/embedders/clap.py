"""CLAP: sound and words in one space of 512 numbers, so that their agreement is a cosine. 10 s at a time, 48 kHz.

The network is transformers' `ClapModel`; the weights are a folder in its layout, such as `laion/larger_clap_music`.
Source: Y. Wu et al. 2023, arXiv 2211.06687; laion_clap `hook.py`, as AudioCraft's `clap_consistency.py` calls it: sound
as it is, not rounded to 16 bit, what is shorter than 10 s repeated as often as it fits whole and then silent, words cut
at 77 tokens. On the same weights the numbers are theirs (4e-8) for sounds of up to 10 s. Of a longer one they take ten
seconds by chance, here all are heard and the last ten reach back. The score of MusicGen's paper is by the same authors'
file `music_audioset_epoch_15_esc_90.14`; nobody says whether that is what `larger_clap_music` was made from.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.api import Embedded, EmbedderInfo
from musicgen_studio.evaluation.fidelity.embedders.weights import in_batches, windows

_TOKENS = 77


class ClapEmbedder:
    """Listens with CLAP, and reads.

    Args:
        folder: Of the checkpoint, in transformers' layout.

    Raises:
        UserProblem: If it cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        make_torchaudio_importable()
        from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

        try:
            self._network: Any = ClapModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32).eval()
            self._features: Any = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
            raise UserProblem(
                "The weights cannot be used.",
                f"{folder} is no CLAP checkpoint in transformers' layout ({str(error)[:200]}).",
                "Download laion/larger_clap_music, or choose another embedding.",
            ) from error
        self._name = folder.name

    @property
    def info(self) -> EmbedderInfo:
        """What there is to say of it."""
        return EmbedderInfo(
            "clap",
            f"CLAP (Wu et al., 2023), {self._network.config.projection_dim} numbers, {self._name}",
            int(self._network.config.projection_dim),
            float(self._features.nb_max_samples / self._features.sampling_rate),
            "LAION-Audio-630K, AudioSet and music, as its card says",
            "Apache-2.0, as its card says",
        )

    def hear(self, audio: Audio) -> Embedded:
        """Return what it says of a sound; see `Embedder`. What is shorter than 10 s the extractor fills, see above."""
        rows = windows(mono_at(audio, self._features.sampling_rate), int(self._features.nb_max_samples))
        (embedding,) = in_batches(lambda some: (self._listen(some.numpy()),), rows)
        return Embedded(embedding)

    def _listen(self, rows: Samples) -> torch.Tensor:
        taken = self._features(list(rows), sampling_rate=self._features.sampling_rate, return_tensors="pt")
        if self._features.truncation == "fusion":  # of several it would call one a long sound, by chance
            taken["is_longer"] = torch.ones_like(taken["is_longer"], dtype=torch.bool)
        return _vectors(self._network.get_audio_features(**taken))

    def agreement(self, heard: Embedded, prompt: str) -> float | None:
        """Return the cosine of sound and words, -1 to 1, mean of windows."""
        with torch.inference_mode():
            said = self._tokenizer(prompt, truncation=True, max_length=_TOKENS, return_tensors="pt")
            kept = {name: said[name] for name in ("input_ids", "attention_mask")}
            words = _vectors(self._network.get_text_features(**kept)).numpy()[0]
        lengths = np.linalg.norm(heard.embedding, axis=1) * np.linalg.norm(words)
        return float((heard.embedding @ words / np.maximum(lengths, 1e-12)).mean())


def _vectors(made: Any) -> torch.Tensor:
    """Return the projected vectors: transformers gives them alone, or among what else it reckoned."""
    vectors: torch.Tensor = made if isinstance(made, torch.Tensor) else made.pooler_output
    return vectors
