"""transformers as the reference: its own tokenizer, feature extractor and `generate`, read out for comparison."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from packaging.version import Version
from torch import Tensor

from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.conditions.over_time import Stretch
from musicgen_studio.engine.conditions.rows import Conditions
from musicgen_studio.engine.model.protocol import LanguageModel
from musicgen_studio.engine.sampling import Noise
from musicgen_studio.engine.tokens import spans, token_frames

MELODY_SINCE = Version("5.23")
"""transformers 5.17 does not let the melody into what it generates (huggingface/transformers issue 45647)."""


def require_melody_in_transformers() -> None:
    """Skip a test that compares with what transformers makes of a melody, where it makes nothing of it."""
    installed = Version(version("transformers"))
    if installed < MELODY_SINCE:
        pytest.skip(f"transformers {installed} ignores melodies; {MELODY_SINCE} follows them")


def tokenized(folder: Path, prompt: str) -> dict[str, Tensor]:
    """Return the prompt's token ids and attention mask as transformers makes them."""
    from transformers import AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)([prompt], padding=True, return_tensors="pt")
    return {name: tokens[name] for name in ("input_ids", "attention_mask")}


def melody_features(folder: Path, melody: Audio) -> dict[str, Tensor]:
    """Return the chroma `[1, frames, 12]` of mono sound as transformers makes it."""
    make_torchaudio_importable()
    from transformers import MusicgenMelodyFeatureExtractor

    extractor = MusicgenMelodyFeatureExtractor.from_pretrained(folder)
    features = extractor(melody.samples[:, 0], sampling_rate=melody.sample_rate, return_tensors="pt")
    return {"input_features": features["input_features"]}


def generated_codes(model: Any, inputs: dict[str, Tensor], frames: int, **settings: Any) -> Tensor:
    """Let transformers generate, and return the codes `[codebooks, frames]` it hands to its codec."""
    if "input_features" in inputs:
        require_melody_in_transformers()
    handed: list[Tensor] = []
    codec, decode = model.audio_encoder, model.audio_encoder.decode

    def reading_decode(audio_codes: Tensor, *args: Any, **kwargs: Any) -> Any:
        handed.append(audio_codes.clone())
        return decode(audio_codes, *args, **kwargs)

    codec.decode = reading_decode
    settings = {"top_k": 250} | settings
    known = 0
    if "input_values" in inputs:
        known = inputs["input_values"].shape[-1] // 640
    try:
        with torch.inference_mode():
            model.generate(**inputs, max_new_tokens=frames - known + 3, **settings)
    finally:
        codec.decode = decode
    codes = [piece[0, 0] for piece in handed]  # one piece for mono; left and right for stereo
    return codes[0] if len(codes) == 1 else torch.stack(codes, dim=1).flatten(0, 1)


def frames_of_one_prompt(
    model: LanguageModel,
    told: Sequence[Conditions],
    window_frames: int,
    opening: Tensor,
    frames: int,
    sampling: Sampling,
    noise: Noise,
    stop: StopFlag,
) -> Iterator[Tensor]:
    """Make music under the same conditions throughout: `engine.tokens.token_frames` without passages."""
    plan = spans([Stretch(0, frames)], opening.shape[-1], window_frames)
    return token_frames(model, lambda _voice, _start: told, plan, opening, sampling, noise, stop)
