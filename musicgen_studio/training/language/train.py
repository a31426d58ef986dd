"""Training the language model: from the beginning, from where a kill left it, or from a checkpoint on other music.

Muon on the matrices of the layers, AdamW on the rest, bfloat16, a level learning rate that falls to nothing at the end
(so no moving average of the weights is kept: the fall does its work). Validation is on held-out styles × keys, for each
codebook, beside what knowing only how frequent each code is would give; and of what the listener could tell.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from musicgen_studio.compute.precision import has_fast_bfloat16, mixed
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import ensure_folder
from musicgen_studio.training.ahead import drawn_ahead
from musicgen_studio.training.language.dataset import Batch, Item, draw_batch
from musicgen_studio.training.language.listener import QUESTIONS, Listener, Recognition
from musicgen_studio.training.language.network import MelodyLanguageModel, TextEncoder
from musicgen_studio.training.muon import optimizers, set_rates
from musicgen_studio.training.pace import Limits, Report, StageClock, learning_rate
from musicgen_studio.training.settings import TrainingSettings
from musicgen_studio.training.state import load_state, optimizer_states, restore_optimizers, save_state
from musicgen_studio.training.workspace import read_figures, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

_HIGHEST_GRADIENT = 1.0
_VALIDATION_SEED = 987_654


class LanguageTraining:
    """One run of the language model's training.

    Args:
        folder: Where its state and figures lie.
        settings: Of the whole training.
        model: What is trained; a saved state replaces its weights.
        text: The frozen text encoder.
        items: Music to learn from and, held out, to be judged by.
        device: Where it runs.
        limits: What ends the run.
        report: Takes lines for the person.
        workers: Processes that draw windows ahead of time.
        started_s: When the run began (`time.monotonic`), its music read and encoded; None is now.

    Raises:
        UserProblem: If there is nothing to learn from or to be judged by, or the saved state does not fit.
    """

    def __init__(
        self,
        folder: Path,
        settings: TrainingSettings,
        model: MelodyLanguageModel,
        text: TextEncoder,
        items: list[Item],
        device: torch.device,
        limits: Limits,
        report: Report,
        workers: int = 0,
        started_s: float | None = None,
    ) -> None:
        self._workers = workers
        self._folder, self._settings, self._language = folder, settings, settings.language
        self._text, self._device, self._limits, self._report = text, device, limits, report
        self._started_s = time.monotonic() if started_s is None else started_s
        ensure_folder(folder)
        self._learned = [item for item in items if not item.held_out]
        self._held_out = [item for item in items if item.held_out]
        if not self._learned or not self._held_out:
            raise UserProblem(
                "There is no music to train on.",
                f"{len(self._learned)} pieces to learn from, {len(self._held_out)} to be judged by.",
                "Make the corpus first, or more of it: `musicgen-studio train corpus`.",
            )
        self.model = model.to(device)
        if device.type == "cpu":
            self.model.attend_in_blocks()
        self._listener = Listener(model.sizes.width, self._language.seed).to(device)
        matrices, others = model.split_weights()
        others += self._listener.parameters()
        dtype = torch.bfloat16 if has_fast_bfloat16(device) else torch.float32
        rates = self._language.matrix_rate, self._language.other_rate
        self._optimizers = optimizers(matrices, others, *rates, dtype=dtype)
        saved = load_state(folder / "state.pt")
        if saved is not None:
            self._restore(saved)
        self._step_reached: int = saved["step"] if saved else 0
        self._trained_s: float = saved["trained_s"] if saved else 0.0

    def _restore(self, saved: "dict[str, Any]") -> None:
        try:
            self.model.load_state_dict(saved["model"])
            self._listener.load_state_dict(saved["listener"])
        except (RuntimeError, KeyError) as error:
            raise UserProblem(
                "The language model cannot be trained further.",
                f"{self._folder / 'state.pt'} is of another size, codec or version.",
                "Take the settings it was begun with again, or remove the folder to begin anew.",
            ) from error
        restore_optimizers(self._optimizers, saved["optimizers"])

    def run(self, on_examples: "Callable[[], None] | None" = None) -> bool:
        """Train until everything is done or the limits say stop.

        Args:
            on_examples: Makes sounds to listen to; called on the way, as often as the settings say, and at the end.

        Returns:
            Whether the training is complete.
        """
        pace = StageClock(
            "language model", self._language.steps, self._step_reached, self._trained_s, self._limits,
            self._report, self._settings.save_every_s, self._started_s,
        )  # fmt: skip
        floor, listened_s = self.unigram_floor(), time.monotonic()
        batches = drawn_ahead(self._draw, pace.step, self._workers)
        while not pace.is_done:
            losses = self._step(next(batches), pace.fraction)
            pace.step += 1
            pace.tell("loss " + _in_words(losses))
            if pace.step % self._language.validate_every == 0 or pace.is_done:
                self._validate(pace, losses, floor)
            is_pause = pace.must_pause and not pace.is_done
            if is_pause or pace.is_done or pace.is_time_to_save():
                self._save(pace)
            if is_pause:
                self._report(f"language model: saved at step {pace.step}")
                return False
            every_s = self._settings.examples_every_s
            if on_examples and every_s and time.monotonic() - listened_s > every_s:
                on_examples()
                listened_s = time.monotonic()
        if on_examples:
            on_examples()
        return True

    def _step(self, batch: Batch, fraction: float) -> Tensor:
        """Learn from one batch; return the loss of each codebook."""
        set_rates(self._optimizers, learning_rate(fraction, self._language.warm_up, self._language.warm_down))
        self.model.train()
        losses, heard = self._losses(batch, self._language.opening_weight)
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss = self._weighed(losses) + self._language.listener_weight * heard.losses.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), _HIGHEST_GRADIENT)
        for optimizer in self._optimizers:
            optimizer.step()
        return losses.detach()

    def _draw(self, step: int) -> Batch:
        """Draw a step's batch: of whole windows, or of more, shorter ones."""
        settings, rng = self._language, np.random.default_rng((self._language.seed, step))
        if rng.random() >= settings.short_share:
            return draw_batch(self._learned, settings, settings.batch, rng)
        seconds = min(settings.short_window_s, settings.window_s)
        return draw_batch(self._learned, settings, settings.batch * settings.window_s // seconds, rng, seconds=seconds)

    def _weighed(self, losses: Tensor) -> Tensor:
        """Return one loss of those of the codebooks."""
        known = self._language.codebook_weights
        weights = torch.tensor([known[min(book, len(known) - 1)] for book in range(len(losses))], device=losses.device)
        return (losses * weights).sum() / weights.sum()

    def _losses(self, batch: Batch, opening_weight: float = 1.0) -> tuple[Tensor, Recognition]:
        with mixed(self._device):
            return self.model.losses(batch, self._text, self._listener, opening_weight)

    def _save(self, pace: StageClock) -> None:
        state = {"step": pace.step, "trained_s": pace.trained_s, "model": self.model.state_dict()}
        state |= {"listener": self._listener.state_dict(), "optimizers": optimizer_states(self._optimizers)}
        save_state(self._folder / "state.pt", state)

    @torch.no_grad()
    def validation_losses(self) -> tuple[list[float], list[float]]:
        """Judge the model on held-out windows, always the same ones, with words and melody.

        Returns:
            The loss of each codebook, and the share of right answers to each of the listener's questions.
        """
        self.model.eval()
        judged = [self._losses(batch) for batch in self._validation_batches()]
        losses = torch.stack([losses for losses, _ in judged]).double().mean(dim=0)
        right = torch.stack([heard.right for _, heard in judged]).double().mean(dim=0)
        return losses.tolist(), right.tolist()

    def _validation_batches(self) -> "list[Batch]":
        rng = np.random.default_rng(_VALIDATION_SEED)
        rows, left = self._language.batch, self._language.validation_windows
        batches = []
        while left > 0:
            batches.append(draw_batch(self._held_out, self._language, min(rows, left), rng, learning=False))
            left -= rows
        return batches

    def unigram_floor(self) -> list[float]:
        """Return the loss on held-out music of who knows only how frequent each code is, for each codebook."""
        card, books = self.model.sizes.card, self.model.sizes.codebooks
        floor = []
        for book in range(books):
            known = _counts(self._learned, book, card) + 1.0
            met = _counts(self._held_out, book, card)
            floor.append(float(-(met * np.log(known / known.sum())).sum() / met.sum()))
        return floor

    def _validate(self, pace: StageClock, losses: Tensor, floor: list[float]) -> None:
        validation, right = self.validation_losses()
        known = dict(zip(QUESTIONS, right, strict=True))
        self._report(
            f"language model: step {pace.step}, validation {_in_words(validation)} (unigram {_in_words(floor)}); knows "
            + ", ".join(f"{question} {share:.2f}" for question, share in known.items())
        )
        path = self._folder / "figures.json"
        curve = [point for point in read_figures(path).get("curve", []) if point["step"] < pace.step]
        point = {
            "step": pace.step,
            "minutes": pace.trained_s / 60,
            "training": losses.tolist(),
            "validation": validation,
            "known": known,
        }
        write_json(path, self._figures(floor, [*curve, point]))

    def _figures(self, floor: list[float], curve: list[dict[str, Any]]) -> dict[str, Any]:
        weights = sum(weight.numel() for weight in self.model.parameters())
        hours = sum(item.codes.shape[1] for item in self._learned) / 50 / 3600
        return {"weights": weights, "hours": hours, "unigram": floor, "curve": curve}


def language_settings_for(model: MelodyLanguageModel) -> dict[str, Any]:
    """Return the fields of the settings that a loaded model decides: its sizes and its window."""
    sizes = model.sizes
    return {"width": sizes.width, "layers": sizes.layers, "heads": sizes.heads, "window_s": sizes.window_s}


def _counts(items: list[Item], book: int, card: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    counts = np.zeros(card)
    for item in items:
        counts += np.bincount(item.codes[book], minlength=card)
    return counts


def _in_words(losses: "Tensor | list[float]") -> str:
    return " ".join(f"{float(loss):.2f}" for loss in losses)
