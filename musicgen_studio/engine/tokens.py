"""From conditions to token frames: the loop that makes the music. The stop flag is looked at here, once per step.

Source: AudioCraft `models/lm.py` (`generate`) for one window and `models/musicgen.py` (`_generate_tokens`) for music
longer than the window: the last part of a window opens the next one, which moves on by a stride of 18 s of 30 s.

What the next window has to read before its first new frame, conditions and context, it reads a little at a time while
the window before it is still being made, so that the music never waits for it.

Tokens and codes lie on the CPU, wherever the model runs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import not_finite
from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.api import StopFlag
from musicgen_studio.engine.model.protocol import LanguageModel, StepMaker
from musicgen_studio.engine.patterns import UNKNOWN, delayed
from musicgen_studio.engine.sampling import Noise, choose, guided

READ_AT_ONCE, READ_EVERY = 16, 10
"""The next window reads so many positions every so many frames: conditions and context are then read in time."""

CHECKED_EVERY = 5
"""Steps between two looks at whether the logits are numbers: what is none spreads to all later steps."""

STRIDE_SHARE = 18 / 30
"""Share of the window that each further window adds; the rest is its context (AudioCraft's `extend_stride`)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the model is told in one window.

    Args:
        text: States `[tokens, width]` to attend to, in models with cross-attention.
        prefix: States `[positions, width]` put before the music, in melody models.
        null_prefix: The same for the rows that are told nothing; as long as `prefix`.
        is_null: Whether this says nothing at all, so that guidance would change nothing.
    """

    text: Tensor | None = None
    prefix: Tensor | None = None
    null_prefix: Tensor | None = None
    is_null: bool = False


def context_frames(window_frames: int) -> int:
    """Return how many frames of the music so far open the next window."""
    return window_frames - round(window_frames * STRIDE_SHARE)


def sliding_token_frames(
    model: LanguageModel,
    conditions_at: Callable[[int], Sequence[Conditions]],
    window_frames: int,
    opening: Tensor,
    frames: int,
    sampling: Sampling,
    noise: Noise,
    stop: StopFlag,
) -> Iterator[Tensor]:
    """Make any length of music, window after window.

    Args:
        model: The language model.
        conditions_at: Gives each prompt's conditions for the window that begins at a frame, counted from the opening's
            first; either all of them say nothing or none.
        window_frames: Codec frames the model was trained on.
        opening: Codes to go on from, `[takes, codebooks, n]`, n from 0 to `context_frames(window_frames)`. As many
            takes of each prompt, those of the first prompt first.
        frames: How many new frames to make.
        sampling: How tokens are chosen.
        noise: Random numbers.
        stop: Ends the run within one step when set.

    Yields:
        Codes `[takes, codebooks]` of each new frame.
    """
    kept = context_frames(window_frames)
    left = frames
    start = 0
    window = Window(model, conditions_at(0), opening, min(window_frames, opening.shape[-1] + left), sampling)
    while True:
        following: Window | None = None
        shared = window.length - kept  # from here on the next window hears it too
        left -= window.length - window.known
        for frame in window.frames(noise, stop):
            yield frame
            if left > 0 and window.known > shared and (window.known - shared) % READ_EVERY == 0:
                if following is None:
                    length = min(window_frames, kept + left)
                    following = Window(model, conditions_at(start + shared), window.codes[..., :0], length, sampling)
                following.read_ahead(window.codes[..., shared : window.known])
        if left == 0 or stop.is_set():
            return
        assert following is not None, "a window's context is longer than READ_EVERY"
        following.open_with(window.codes[..., shared:])
        window, start = following, start + shared


class Window:
    """A stretch of music as long as the model was trained on, being made.

    Args:
        model: The language model.
        conditions: What the takes of each prompt are told.
        context: Codes that open the window, `[takes, codebooks, n]`, n < length.
        length: Frames in the window, the context included.
        sampling: How tokens are chosen.
    """

    def __init__(
        self, model: LanguageModel, conditions: Sequence[Conditions], context: Tensor, length: int, sampling: Sampling
    ) -> None:
        self.length = length
        self._model = model
        self._sampling = sampling
        self._is_guided = not conditions[0].is_null and sampling.guidance_scale != 1.0
        takes, codebooks, _ = context.shape
        self._takes = takes
        self._codes = context.new_full((takes, codebooks, length), UNKNOWN)
        self._prefix, begins = self._rows_prefix(conditions)  # [rows, positions, width]
        self._told = 0  # positions of the prefix that were read
        self._read = 0  # steps that were read
        positions = self._prefix.shape[1] + length + max(model.config.delays) + 1
        texts = [each.text for each in conditions if each.text is not None]
        self._memory = model.start(len(self._prefix), positions, texts, text_rows=takes, begins=begins)
        self.open_with(context)

    @property
    def known(self) -> int:
        """How many frames are complete, the context included."""
        return self._known

    @property
    def codes(self) -> Tensor:
        """All codes `[takes, codebooks, length]`; those after `known` are not complete."""
        return self._codes

    def open_with(self, context: Tensor) -> None:
        """Set the codes that open the window, `[takes, codebooks, n]`: those that were read ahead, and what follows."""
        self._known = context.shape[-1]
        self._codes[..., : self._known] = context
        self._steps = delayed(self._codes, self._model.config.card, self._model.config.delays)

    def read_ahead(self, context: Tensor) -> None:
        """Read a little of the conditions, or of the first codes, as far as they are known.

        Args:
            context: The codes that will open this window, as many as there are by now.
        """
        if isinstance(self._model, StepMaker):
            return  # reads all of it in the time of some steps, and each little as slowly as all of it
        if self._told < self._prefix.shape[1]:
            piece = self._prefix[:, self._told : self._told + READ_AT_ONCE]
            self._told += piece.shape[1]
            self._model.forward(piece, self._memory)
        elif self._read + READ_AT_ONCE <= context.shape[-1]:
            self.open_with(context)
            self._read_steps(self._read + READ_AT_ONCE)

    def frames(self, noise: Noise, stop: StopFlag) -> Iterator[Tensor]:
        """Make the frames after the context.

        Args:
            noise: Random numbers.
            stop: Ends the run within one step when set, or within a chunk of them where the model makes its steps.

        Yields:
            Codes `[takes, codebooks]` of each.

        Raises:
            UserProblem: If the model computes what is no number.
        """
        opened, delays = self._known, self._model.config.delays
        lag, codebook = torch.tensor(delays), torch.arange(len(delays))
        logits = self._read_rest(opened + 1)
        is_maker = isinstance(self._model, StepMaker)
        for step in (self._filled_by_model if is_maker else self._filled)(logits, noise, stop):
            complete = step - 1 - max(delays)
            if complete >= opened:
                frame = self._steps[:, codebook, complete + 1 + lag]
                self._codes[..., complete] = frame
                self._known = complete + 1
                yield frame

    def _filled(self, logits: Tensor, noise: Noise, stop: StopFlag) -> Iterator[int]:
        """Fill in the steps one by one, beginning with the one that `logits` are for; yield each one's number."""
        first, last = self._read, self._steps.shape[-1] - 1
        for step in range(first, last + 1):
            if stop.is_set():
                return
            with one_thread():
                if (step - first) % CHECKED_EVERY == 0 or step == last:
                    self._require_numbers(logits)
                column = self._steps[..., step]
                column.copy_(torch.where(column == UNKNOWN, self._chosen(logits, noise), column))
            yield step
            if step + 1 < self._steps.shape[-1]:
                logits = self._read_steps(step + 1)

    def _filled_by_model(self, logits: Tensor, noise: Noise, stop: StopFlag) -> Iterator[int]:
        """Do the same with the steps that the model makes."""
        assert isinstance(self._model, StepMaker)
        unread = self._steps[..., self._read :]
        for made in self._model.make_steps(self._memory, logits, unread, self._sampling, noise, stop):
            first, self._read = self._read, self._read + made.shape[-1]
            self._steps[..., first : self._read] = made
            yield from range(first, self._read)

    def _require_numbers(self, logits: Tensor) -> None:
        if not logits.sum().isfinite().item():  # the sum is no number if one of them is none, and takes less time
            raise not_finite(self._model.precision)

    def _chosen(self, logits: Tensor, noise: Noise) -> Tensor:
        """Choose a token per codebook, int64 `[takes, codebooks]`, from the logits of all rows."""
        logits = logits.cpu()
        if self._is_guided:
            logits = guided(logits[: self._takes], logits[self._takes :], self._sampling.guidance_scale)
        return choose(logits, self._sampling, None if self._sampling.temperature == 0.0 else noise.draw())

    def _rows_prefix(self, conditions: Sequence[Conditions]) -> tuple[Tensor, list[int]]:
        """Return the prefix of every row, `[rows, positions, width]`, and at which position each of them begins.

        All end together, where the music begins; no positions where no row has a prefix.
        """
        takes = self._takes // len(conditions)
        each = [told.prefix for told in conditions for _ in range(takes)]
        if self._is_guided:
            each += [told.null_prefix for told in conditions for _ in range(takes)]
        nothing = torch.empty(0, self._model.config.width)
        prefixes = [nothing if prefix is None else prefix for prefix in each]
        longest = max(len(prefix) for prefix in prefixes)
        begins = [longest - len(prefix) for prefix in prefixes]
        rows = [functional.pad(prefix, (0, 0, begin, 0)) for prefix, begin in zip(prefixes, begins, strict=True)]
        return torch.stack(rows).to(self._model.device), begins

    def _read_rest(self, end: int) -> Tensor:
        """Read what is left of the conditions and the steps before `end`, at once."""
        x = self._embedded(self._steps[..., self._read : end])
        x = torch.cat([self._prefix[:, self._told :].to(x), x], dim=1)
        self._told, self._read = self._prefix.shape[1], end
        return self._model.forward(x, self._memory)

    def _read_steps(self, end: int) -> Tensor:
        """Read the steps up to `end`; return the logits after the last one."""
        x = self._embedded(self._steps[..., self._read : end])
        self._read = end
        return self._model.forward(x, self._memory)

    def _embedded(self, steps: Tensor) -> Tensor:
        """Embed steps `[takes, codebooks, n]` for all rows: with guidance each take has a second, null row."""
        x = self._model.embed(steps.to(self._model.device))
        return torch.cat([x, x]) if self._is_guided else x
