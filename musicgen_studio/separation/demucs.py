"""Hybrid Transformer Demucs, for what the separator of the program's own has not learnt: recordings, and voices.

The package `demucs-infer` (MIT) is an extra, `pip install musicgen-studio[demucs]`; the weights are files in a folder
the musician chooses, as Meta published them. They are pickles that name a class: they are read with an allow-list of
that class and of plain values, so nothing in a file is executed. Source: Rouard et al. (2022), arXiv 2211.08553.

Sound goes in at 44.1 kHz in stereo, in overlapping segments of the length the model was trained on, and comes back at
its own rate; the last stem is the sound minus the others. Not for downloading.
"""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.dsp.resample import resample
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.separation.api import OnProgress, SeparatorInfo, with_rest
from musicgen_studio.separation.models import MODELS, DemucsModel, demucs_is_installed, found_models, model_file

_OVERLAP = 0.25
_CLASS = "demucs.htdemucs.HTDemucs"
_QUIETEST = 1e-8


def open_demucs(folder: Path, name: str) -> "DemucsSeparator":
    """Return a separator by its model's file.

    Args:
        folder: Where it lies, named as it was published: signature, `-`, the beginning of its SHA-256, `.th`.
        name: In `MODELS`.

    Raises:
        UserProblem: If the extra is not installed, or the file is missing, damaged or something else.
        ValueError: If there is no such model.
    """
    if name not in MODELS:
        raise ValueError(f"name must be one of {', '.join(MODELS)}, got {name!r}")
    if not demucs_is_installed():
        raise UserProblem(
            "Demucs cannot be used.",
            "The package demucs-infer is not installed.",
            "Install it with `pip install musicgen-studio[demucs]`.",
        )
    model = MODELS[name]
    path = model_file(folder, model)
    if path is None:
        raise _unusable(folder, f"{folder} holds no file {model.signature}-….th", "Choose the folder that holds it.")
    return DemucsSeparator(_read(path, model), found_models(folder)[name])


class DemucsSeparator:
    """Takes sound apart with a Hybrid Transformer Demucs.

    Args:
        network: demucs-infer's, in evaluation mode.
        info: What there is to say about it; its stems are the network's, the one that is left last.
    """

    def __init__(self, network: Any, info: SeparatorInfo) -> None:
        self.info = info
        self._network = network
        self._rows = [list(network.sources).index(stem) for stem in info.stems[:-1]]
        self._rate = int(network.samplerate)
        self._segment = int(Fraction(network.segment) * self._rate)

    @torch.inference_mode()
    def separate(self, audio: Audio, stop: StopFlag, on_progress: OnProgress) -> tuple[Audio, ...]:
        """Take sound apart; see `Separator`. Channels are heard in pairs, a single one as both sides."""

        def check(_share: float) -> None:
            if stop.is_set():
                raise StoppedError

        known = resample(audio, self._rate, check).samples
        pairs = range(0, audio.channels, 2)
        stems = [np.empty_like(audio.samples) for _ in self._rows]
        for number, left in enumerate(pairs):
            heard = known[:, [left, min(left + 1, audio.channels - 1)]]
            made = self._pair(heard, stop, lambda share, n=number: on_progress((n + share) / len(pairs)))  # type: ignore[misc]
            width = min(2, audio.channels - left)
            for stem, sound in zip(stems, made, strict=True):
                back = resample(Audio(np.ascontiguousarray(sound[:, :width]), self._rate), audio.sample_rate, check)
                stem[:, left : left + width] = _of_length(back.samples, audio.frames)
        return with_rest(audio, stems)

    def _pair(self, heard: Samples, stop: StopFlag, on_progress: OnProgress) -> list[Samples]:
        """Return the stems but the last, float32 `[frames, 2]` each, of stereo sound `[frames, 2]` at 44.1 kHz."""
        mix = torch.from_numpy(np.ascontiguousarray(heard.T))
        centre, spread = mix.mean(), mix.std(correction=0).clamp_min(_QUIETEST)
        made = torch.zeros(len(self._rows), 2, mix.shape[1])
        weights = torch.zeros(mix.shape[1])
        shape = _triangle(self._segment)
        for start, length in _segments(mix.shape[1], self._segment):
            if stop.is_set():
                raise StoppedError
            part = functional.pad((mix[:, start : start + length] - centre) / spread, (0, self._segment - length))
            found: Tensor = self._network(part[None])[0][self._rows]
            made[..., start : start + length] += found[..., :length] * shape[:length]
            weights[start : start + length] += shape[:length]
            on_progress(min((start + length) / mix.shape[1], 1.0))
        silent = spread <= _QUIETEST
        return [(torch.zeros_like(stem) if silent else stem * spread).T.numpy() for stem in made / weights]


def _segments(frames: int, segment: int) -> Iterator[tuple[int, int]]:
    """Yield where each segment begins and how much of the sound it holds; they overlap by a quarter."""
    for start in range(0, frames, round(segment * (1 - _OVERLAP))):
        yield start, min(segment, frames - start)


def _triangle(segment: int) -> Tensor:
    half = torch.arange(1, segment // 2 + 1, dtype=torch.float32)
    rising = torch.cat([half, torch.arange(segment - segment // 2, 0, -1, dtype=torch.float32)])
    return rising / rising.max()


def _of_length(samples: Samples, frames: int) -> Samples:
    """Return sound with a frame more or less, as resampling may leave it."""
    return np.pad(samples[:frames], ((0, max(frames - len(samples), 0)), (0, 0)))


def _read(path: Path, model: DemucsModel) -> Any:
    """Return the network of a published file. Nothing in it is executed."""
    from demucs_infer.htdemucs import HTDemucs

    digest = path.stem.partition("-")[2]
    with path.open("rb") as file:
        if not digest or not hashlib.file_digest(file, "sha256").hexdigest().startswith(digest):
            raise _unusable(path, "it is damaged: its checksum is not the one in its name", "Download it again.")
    try:
        with torch.serialization.safe_globals([(HTDemucs, _CLASS), Fraction]):
            package = torch.load(path, map_location="cpu", weights_only=True)
        network = HTDemucs(*package["args"], **package["kwargs"])
        network.load_state_dict({name: tensor.float() for name, tensor in package["state"].items()})
    except Exception as error:  # torch raises whatever a strange file leads its reader to
        why = f"it is not a {_CLASS} ({type(error).__name__}: {str(error)[:200]})"
        raise _unusable(path, why, "Choose the file as Meta published it.") from error
    if sorted(network.sources) != sorted(model.stems):
        raise _unusable(path, f"it makes {', '.join(network.sources)}", "Choose the file as Meta published it.")
    return network.eval().requires_grad_(False)


def _unusable(path: Path, why: str, what_to_do: str) -> UserProblem:
    return UserProblem("The Demucs model cannot be used.", f"{path}: {why}.", what_to_do)
