"""Training of the net that hears beats: AdamW, cross entropy frame by frame, kills survived.

An example is a part of a piece, through another equaliser and over another noise each time; what is right lies between
two frames as the beat does.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from musicgen_studio.analysis.counting import save_counting
from musicgen_studio.analysis.frames import BANDS, FRAMES_PER_S, MELS
from musicgen_studio.analysis.network import BeatNet, load_net, save_net
from musicgen_studio.errors import UserProblem
from musicgen_studio.training.beats.counting import choices, fitted
from musicgen_studio.training.beats.dataset import Example, examples
from musicgen_studio.training.beats.music import MAX_BPM, MIN_BPM
from musicgen_studio.training.pace import Limits, Report, StageClock
from musicgen_studio.training.settings import BeatSettings
from musicgen_studio.training.state import load_state, save_state
from musicgen_studio.training.workspace import write_json

_DROPOUT = 0.1
_WEIGHT_DECAY = 0.01
_WARM_UP = 0.03
_LARGEST_GRADIENT = 1.0
_WIDTH_FRAMES = 1.5  # how far from a beat a frame still counts for it
_STRETCH, _VARIED = 0.25, 0.7
_WANDER_FRAMES, _UNSTEADY = 1.0, 0.5  # the most that half of the examples wander in a second
_SILENT = -4.0  # of a band, see `analysis.frames`
_EVERY = 40
"""One example of so many is kept to tell how good the net is on what it has not learned from."""


NET, COUNTING = "beats.safetensors", "counting.json"


class BeatTraining:
    """One training, from what is on the disk to a net on the disk.

    Args:
        folder: Where examples lie and the net goes.
        settings: Of the net.
        limits: What ends this run.
        report: Takes lines for the person.
        save_every_s: Seconds between saved states.

    Raises:
        UserProblem: If there are no examples.
    """

    def __init__(
        self, folder: Path, settings: BeatSettings, limits: Limits, report: Report, save_every_s: float
    ) -> None:
        self._folder, self._settings, self._limits, self._report = folder, settings, limits, report
        self._save_every_s, self._started_s = save_every_s, time.monotonic()
        heard = list(examples(folder / "examples"))
        if len(heard) < 2:
            raise UserProblem(
                "There is nothing to learn beats from.",
                f"{folder / 'examples'} holds no finished shard.",
                "Run the command again; it makes them first.",
            )
        self._held_back = heard[::_EVERY]
        self._learned = [each for index, each in enumerate(heard) if index % _EVERY]
        torch.manual_seed(settings.seed)
        self.net = BeatNet(settings.width, settings.layers, _DROPOUT)
        self._optimizer = torch.optim.AdamW(self.net.parameters(), settings.rate, weight_decay=_WEIGHT_DECAY)

    def run(self) -> bool:
        """Learn until the end or the limits; return whether it is complete."""
        saved = load_state(self._folder / "state.pt") or {}
        if saved:
            self.net.load_state_dict(saved["net"])
            self._optimizer.load_state_dict(saved["optimizer"])
        pace = StageClock(
            "beats", self._settings.steps, saved.get("step", 0), saved.get("trained_s", 0.0), self._limits,
            self._report, self._save_every_s, self._started_s,
        )  # fmt: skip
        while not pace.is_done and not pace.must_pause:
            loss = self._step(pace)
            pace.tell(f"loss {loss:.4f}")
            if pace.is_time_to_save():
                self._save(pace)
        self._save(pace)
        if pace.is_done:
            save_net(self.net, self._folder / NET)
            if not self._learn_to_count():
                return False
            write_json(self._folder / "figures.json", {"steps": pace.step, "held_back_loss": self.held_back_loss()})
        return pace.is_done

    def _learn_to_count(self) -> bool:
        """Learn from what the finished net hears how music is counted; return whether that is complete."""
        self._report("beats: learning how bars are counted from what the net hears")
        made = list(choices(self._learned, load_net(self._folder / NET), self._settings, self._limits.stop))
        if self._limits.stop.is_set():
            return False
        if made:  # a net that hears nothing offers no way that would be right
            save_counting(fitted(made), self._folder / COUNTING)
        return True

    def _step(self, pace: StageClock) -> float:
        rng = np.random.default_rng([self._settings.seed, pace.step])
        frames = round(FRAMES_PER_S * rng.uniform(self._settings.shortest_s, self._settings.longest_s))
        chosen = rng.integers(len(self._learned), size=self._settings.batch)
        heard = [self._learned[index] for index in chosen]
        parts = [_part(each, _course(each, frames, rng), rng) for each in heard]
        bands = torch.from_numpy(np.stack([_disguised(bands, rng) for bands, _ in parts]))
        self.net.train()
        loss = _loss(self.net(bands), torch.from_numpy(np.stack([right for _, right in parts])))
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), _LARGEST_GRADIENT)
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.rate * _schedule(pace.fraction)
        self._optimizer.step()
        pace.step += 1
        return loss.item()

    @torch.no_grad()
    def held_back_loss(self) -> float:
        """Return the loss on pieces that it has not learned from."""
        self.net.eval()
        losses = list[float]()
        for each in self._held_back:
            as_it_is = _Course(1.0, np.zeros(len(each.bands)))
            bands, right = _part(each, as_it_is, np.random.default_rng(0))
            losses.append(_loss(self.net(torch.from_numpy(bands)[None]), torch.from_numpy(right)[None]).item())
        return float(np.mean(losses))

    def _save(self, pace: StageClock) -> None:
        state: dict[str, Any] = {
            "net": self.net.state_dict(), "optimizer": self._optimizer.state_dict(),
            "step": pace.step, "trained_s": pace.trained_s,
        }  # fmt: skip
        save_state(self._folder / "state.pt", state)


def _schedule(fraction: float) -> float:
    return min(fraction / _WARM_UP + 0.01, 1.0) * 0.5 * (1 + float(np.cos(np.pi * min(fraction, 1.0)))) + 1e-3


def _loss(logits: Tensor, right: Tensor) -> Tensor:
    return binary_cross_entropy_with_logits(logits, right)


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """How an example is played instead of as it was.

    Args:
        by: How many times slower.
        wander: How many frames each frame lies beside where it would be, float64 `[frames]`.
    """

    by: float
    wander: npt.NDArray[np.float64]


def _course(example: Example, frames: int, rng: np.random.Generator) -> _Course:
    """Draw a course: at another tempo in most cases, as far as it stays one that is to be heard, often unsteady.

    What the language model makes wanders by about a frame each second, and does not come back.
    """
    slowest, fastest = 60 / MIN_BPM, 60 / MAX_BPM
    by = float(np.exp(rng.uniform(-_STRETCH, _STRETCH)))
    beat_s = float(np.median(np.diff(example.beats_s))) * by
    is_varied = rng.random() < _VARIED and fastest <= beat_s <= slowest
    steps = rng.normal(0, rng.uniform(0, _WANDER_FRAMES), frames // FRAMES_PER_S + 2)
    steps *= rng.random() < _UNSTEADY
    walk = np.interp(np.arange(frames) / FRAMES_PER_S, range(len(steps)), np.cumsum(steps) - steps[0])
    return _Course(by if is_varied else 1.0, walk)


def _part(
    example: Example, course: _Course, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return a part of an example as it is played along a course, and what is right.

    Returns:
        `[BANDS, frames]`, what lies between two frames being between them, silence where the example is over; and how
        near each frame is to a beat and to a downbeat, `[2, frames]`.
    """
    frames = len(course.wander)
    there = len(example.bands)
    start = int(rng.integers(max(there - round(frames / course.by), 0) + 1))
    at = start + np.arange(frames) / course.by + course.wander
    inside = np.clip(at, 0, there - 1)
    before = np.minimum(inside.astype(int), there - 2)
    share = (inside - before)[:, None].astype(np.float32)
    bands = example.bands[before] * (1 - share) + example.bands[before + 1] * share
    bands[at > there - 1] = _SILENT
    written = example.beats_s * FRAMES_PER_S
    beats = np.interp(written, at, np.arange(frames), left=-np.inf, right=np.inf)
    right = np.stack([_nearness(beats, frames), _nearness(beats[:: example.beats_per_bar], frames)])
    return np.ascontiguousarray(bands.T), right


def _nearness(events: npt.NDArray[np.float64], frames: int) -> npt.NDArray[np.float32]:
    """Return how near each frame is to an event: 1 on it, 0 from `_WIDTH_FRAMES` on."""
    near = np.zeros(frames, np.float32)
    for event in events[np.isfinite(events)]:
        first = int(np.floor(event))
        for frame in range(max(first - 1, 0), min(first + 3, frames)):
            near[frame] = max(near[frame], 1 - abs(frame - event) / _WIDTH_FRAMES)
    return near


def _disguised(bands: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return `[BANDS, frames]` through an equaliser, louder or softer, over noise."""
    curve = rng.normal(0, 0.25, 6)
    places = np.linspace(0, 5, MELS)
    gains = np.concatenate(
        [np.interp(places, range(6), curve), np.interp(np.linspace(0, 3.5, BANDS - MELS), range(6), curve)]
    )
    louder = bands + (gains + rng.normal(0, 0.15))[:, None]
    noise = rng.uniform(-4.5, -1.0) if rng.random() < 0.5 else -4.0
    noisy = np.log10(10**louder + 10**noise * rng.uniform(0.5, 1.5, bands.shape))
    return noisy.astype(np.float32)
