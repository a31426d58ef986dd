"""The separator learns: of mixes, which share of each cell is whose.

The loss is the cross-entropy of the masks against the ideal ratio masks |S|² / Σ|S|² of the clean stems, weighted by
how loud a cell is in mix *and* stems: cells in which only the codec sounds count little. Tried against it, as long on
the same pieces: the L1 distance of complex spectra, which gives up on the bass. Once the network tells the stems apart,
it learns mostly by what is heard, the logarithm of each stem's distortion: phases count then, a quiet stem as much as a
loud one. A hundred such steps gave the finished network of before 0.5 dB more for the lead than a hundred of the other
loss, and silent stems 4 to 6 dB less. Muon for matrices in float32, AdamW for the rest; the rates are level, then fall
straight to nothing.

The state is saved as it goes; a run that is stopped or killed goes on where it was.
"""

import math
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from musicgen_studio.separation.network import (
    BINS,
    FFT_SAMPLES,
    FRAMES_MULTIPLE,
    HOP_DIVISOR,
    MaskNetwork,
    NetworkSizes,
    save_network,
    to_bins,
)
from musicgen_studio.training.muon import optimizers, set_rates
from musicgen_studio.training.music.synth import SAMPLE_RATE
from musicgen_studio.training.pace import Limits, Report, StageClock, learning_rate
from musicgen_studio.training.separator.mixing import Mixer, colours
from musicgen_studio.training.settings import SeparatorSettings
from musicgen_studio.training.state import load_state, optimizer_states, restore_optimizers, save_state
from musicgen_studio.training.workspace import Workspace, write_json

HOP = FFT_SAMPLES // HOP_DIVISOR
_LOUDNESS_POWER = 0.9
_AHEAD = 4
_FLOOR = 1e-8
_UNHEARD = 10**-2.4
"""Of a mix's power: distortion below it counts hardly, so that silent stems do not outweigh those that sound."""

_SURPRISE = 0.3  # how much the cross-entropy counts beside the distortion
ABOUT = {
    "name": "MusicGen Studio's own",
    "trained_on": "music composed by this program and played by FluidSynth with the soundfont FluidR3 GM, also through "
    "the starter's codec; no recordings, no voices",
    "licence": "MIT",
}
"""What is written into the weights' file, and shown to a person."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of a step.

    Args:
        stems: `[rows, 4, samples]`.
        mixes: `[rows, samples]`.
        are_coded: bool `[rows]`.
        colours: `[rows, 4, 2049]`.
    """

    stems: Tensor
    mixes: Tensor
    are_coded: Tensor
    colours: Tensor


def example_samples(crop_s: float) -> int:
    """Return how many samples an example of about this length has: whole frames, as many as the network wants."""
    frames = max(int(crop_s * SAMPLE_RATE) // HOP // FRAMES_MULTIPLE, 1) * FRAMES_MULTIPLE
    return (frames - 1) * HOP


@dataclass(frozen=True, slots=True)
class Targets:
    """What the masks of a batch should do, its mixes at an RMS of 1.

    Args:
        magnitudes: Of the mixes, `[rows, 2049, frames]`.
        ideal: The ideal masks, `[rows, 4, 2049, frames]`.
        weights: How much each cell counts for them, `[rows, 2049, frames]`.
        powers: Of the stems, |S|², `[rows, 4, 2049, frames]`. Of coded mixes the stems are what the ideal masks leave.
        shared: What they have of the mix, Re(S X*), of the same shape.
    """

    magnitudes: Tensor
    ideal: Tensor
    weights: Tensor
    powers: Tensor
    shared: Tensor


def loss_of(network: MaskNetwork, batch: Batch, *, is_half: bool = False, by_distortion: bool = False) -> Tensor:
    """Return how far the network's masks are from what they should be, in nats, a scalar.

    Args:
        network: What learns.
        batch: The examples.
        is_half: Whether the network's products are taken at 16 bit; the loss itself is not.
        by_distortion: Whether the distortion of the stems counts most, else it is the cross-entropy alone.
    """
    aim = targets(batch)
    with torch.autocast("cpu", torch.bfloat16, enabled=is_half):
        logits = network.logits(aim.magnitudes)
    masks_log = to_bins(logits.float().log_softmax(1))
    surprise = -(aim.ideal * masks_log).sum(1)
    entropy = (surprise * aim.weights).sum() / aim.weights.sum()
    return distortion(masks_log.exp(), aim) + _SURPRISE * entropy if by_distortion else entropy


def distortion(masks: Tensor, aim: Targets) -> Tensor:
    """Return the mean over rows and stems of the power of what is wrong against that of the stem: ln, a scalar.

    Args:
        masks: `[rows, 4, 2049, frames]`.
        aim: Of the same batch.
    """
    mixes = aim.magnitudes.square()
    wrong = aim.powers - 2 * masks * aim.shared + masks.square() * mixes[:, None]
    least = _UNHEARD * mixes.sum((1, 2))[:, None]
    return ((wrong.sum((2, 3)).clamp_min(0) + least) / (aim.powers.sum((2, 3)) + least)).log().mean()


@torch.no_grad()
def targets(batch: Batch) -> Targets:
    """Return what the masks of a batch should do."""
    stems = _spectra(batch.stems) * batch.colours[..., None]
    heard = torch.where(batch.are_coded[:, None, None], _spectra(batch.mixes), stems.sum(1))
    scale = math.sqrt(3 / 8 * FFT_SAMPLES) / heard.abs().square().mean((1, 2), keepdim=True).sqrt()  # 3/8: Hann's
    heard, stems = heard * scale, stems * scale[:, None]
    magnitudes, parts = heard.abs(), stems.abs()
    ideal = parts.square() + _FLOOR
    ideal = ideal / ideal.sum(1, keepdim=True)
    loudness = torch.minimum(magnitudes, parts.sum(1)) / math.sqrt(3 / 8 * FFT_SAMPLES)
    are_coded, left = batch.are_coded[:, None, None, None], ideal * magnitudes.square()[:, None]
    powers = torch.where(are_coded, ideal * left, parts.square())
    shared = torch.where(are_coded, left, (stems * heard.conj()[:, None]).real)
    return Targets(magnitudes, ideal, (loudness + 1e-6).pow(_LOUDNESS_POWER), powers, shared)


def _spectra(sound: Tensor) -> Tensor:
    window = torch.hann_window(FFT_SAMPLES)
    rows = sound.flatten(0, -2)
    spectra = torch.stft(rows, FFT_SAMPLES, HOP, window=window, return_complex=True, pad_mode="constant")
    return spectra.view(*sound.shape[:-1], *spectra.shape[-2:])


class SeparatorTraining:
    """The training of a separator, from where it was.

    Args:
        workspace: Where it lies.
        settings: Of the separator.
        mixer: Makes the examples.
        limits: What ends the run.
        report: Takes a line for the person.
        save_every_s: Seconds between saved states.
        begin_with: The network to begin with where nothing is saved yet; None begins with random weights.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: SeparatorSettings,
        mixer: Mixer,
        limits: Limits,
        report: Report,
        save_every_s: float,
        begin_with: MaskNetwork | None = None,
    ) -> None:
        self._workspace, self._settings, self._mixer = workspace, settings, mixer
        torch.manual_seed(settings.seed)
        self.network = begin_with or MaskNetwork(NetworkSizes(settings.widths, settings.bottom))
        self.network.to(memory_format=torch.channels_last).requires_grad_(True)  # type: ignore[call-overload]
        self._optimizers = _optimizers(self.network, settings)
        state = load_state(workspace.separator / "state.pt") or {}
        if state:
            self.network.load_state_dict(state["network"])
            restore_optimizers(self._optimizers, state["optimizers"])
        self._pace = StageClock(
            "separator", settings.steps, state.get("step", 0), state.get("trained_s", 0.0), limits, report,
            save_every_s, time.monotonic(),
        )  # fmt: skip

    def run(self) -> bool:
        """Learn until it is complete or has to pause. Return whether it is complete."""
        self.network.train()
        recent = list[float]()
        with _ahead(self._mixer, self._settings, self._pace.step) as batches:
            while not self._pace.is_done and not self._pace.must_pause:
                recent = [*recent[-49:], self._step(next(batches))]
                self._pace.step += 1
                self._pace.tell(f"loss {np.mean(recent):.3f}")
                if self._pace.is_time_to_save():
                    self._save(recent)
        self._save(recent)
        return self._pace.is_done

    def _step(self, batch: Batch) -> float:
        rate = learning_rate(self._pace.fraction, 0.0, self._settings.warm_down)
        set_rates(self._optimizers, rate * min(1.0, (self._pace.step + 1) / 60))
        is_late = self._pace.fraction >= 1 - self._settings.distortion_share
        loss = loss_of(self.network, batch, is_half=self._settings.is_half, by_distortion=is_late)
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in self._optimizers:
            optimizer.step()
        return float(loss.detach())

    def _save(self, recent: list[float]) -> None:
        folder = self._workspace.separator
        state = {
            "network": self.network.state_dict(),
            "optimizers": optimizer_states(self._optimizers),
            "step": self._pace.step,
            "trained_s": self._pace.trained_s,
        }
        save_state(folder / "state.pt", state)
        save_network(self.network, folder / "separator.safetensors", ABOUT)
        loss = {"loss": round(float(np.mean(recent)), 4)} if recent else {}
        write_json(folder / "figures.json", {"steps": self._pace.step, "trained_s": round(self._pace.trained_s)} | loss)


def _optimizers(network: MaskNetwork, settings: SeparatorSettings) -> list[torch.optim.Optimizer]:
    matrices = list[nn.Parameter]()
    others = list[nn.Parameter]()
    for name, weight in network.named_parameters():
        is_matrix = weight.dim() > 2 and name not in ("place", "bias") and not name.startswith("head")
        (matrices if is_matrix else others).append(weight)
    return optimizers(matrices, others, settings.matrix_rate, settings.other_rate, dtype=torch.float32)


@contextmanager
def _ahead(mixer: Mixer, settings: SeparatorSettings, step: int) -> Iterator[Iterator[Batch]]:
    """Make batches in a thread of its own, a few ahead."""
    rng = np.random.default_rng([settings.seed, step])
    with ThreadPoolExecutor(1, "mixes") as pool:
        waiting = deque(pool.submit(_batch, mixer, settings.batch, rng) for _ in range(_AHEAD))

        def batches() -> Iterator[Batch]:
            while True:
                waiting.append(pool.submit(_batch, mixer, settings.batch, rng))
                yield waiting.popleft().result()

        yield batches()
        pool.shutdown(cancel_futures=True)


def _batch(mixer: Mixer, rows: int, rng: np.random.Generator) -> Batch:
    examples = [mixer.example(rng) for _ in range(rows)]
    plain = np.ones((4, BINS), np.float32)
    coloured = [plain if each.is_coded else colours(rng, BINS, SAMPLE_RATE / FFT_SAMPLES) for each in examples]
    return Batch(
        torch.from_numpy(np.stack([each.stems for each in examples])),
        torch.from_numpy(np.stack([each.mix for each in examples])),
        torch.tensor([each.is_coded for each in examples]),
        torch.from_numpy(np.stack(coloured)),
    )
