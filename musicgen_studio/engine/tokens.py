"""From conditions to token frames: the loop that makes the music. The stop flag is looked at here, once per step.

Source: AudioCraft `models/lm.py` (`generate`) for one window and `models/musicgen.py` (`_generate_tokens`) for music
longer than the window: the last part of a window opens the next one, which moves on by a stride of 18 s of 30 s.

A window makes music of one stretch (`conditions.over_time`): where another prompt is cut in, or two begin or cease to
go over into each other, it ends early. The next one opens with what there is, as much as any window opens with, under
conditions of its own. So there are more rows only while there are two prompts.

What the next window has to read before its first new frame, conditions and context, it reads a little at a time while
the window before it is still being made, so that the music never waits for it.

Tokens and codes lie on the CPU, wherever the model runs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import torch
from torch import Tensor

from musicgen_studio.compute.precision import not_finite
from musicgen_studio.compute.threads import one_thread
from musicgen_studio.core.request import Sampling
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.conditions.over_time import Stretch
from musicgen_studio.engine.conditions.rows import Conditions, Rows
from musicgen_studio.engine.model.protocol import LanguageModel, StepMaker
from musicgen_studio.engine.patterns import UNKNOWN, delayed
from musicgen_studio.engine.sampling import Noise, sample_codes

READ_AT_ONCE, READ_EVERY = 16, 10
"""The next window reads so many positions every so many frames: conditions and context are then read in time."""

CHECKED_EVERY = 5
"""Steps between two looks at whether the logits are numbers: what is none spreads to all later steps."""

Steer = Callable[[], tuple[Sequence[float], Sampling]]

STRIDE_SHARE = 18 / 30
"""Share of the window that each further window adds; the rest is its context (AudioCraft's `extend_stride`)."""


def context_frames(window_frames: int) -> int:
    """Return how many frames of the music so far open the next window."""
    return window_frames - round(window_frames * STRIDE_SHARE)


@dataclass(frozen=True, slots=True)
class Span:
    """The new music that one window makes.

    Args:
        first: Its first frame of new music.
        end: The frame after its last.
        context: How many frames of what is before open the window.
        stretch: In which it lies.
    """

    first: int
    end: int
    context: int
    stretch: Stretch


def spans(stretches: Sequence[Stretch], opening_frames: int, window_frames: int) -> list[Span]:
    """Return what each window makes: as much as it holds, or up to where other prompts begin to sound.

    Args:
        stretches: What sounds when.
        opening_frames: How much there is before the new music, at most `context_frames(window_frames)`.
        window_frames: Codec frames the model was trained on.
    """
    found = list[Span]()
    for stretch in stretches:
        at = stretch.first
        while at < stretch.end:
            context = min(opening_frames + at, context_frames(window_frames))
            found.append(Span(at, min(stretch.end, at + window_frames - context), context, stretch))
            at = found[-1].end
    return found


def token_frames(
    model: LanguageModel,
    conditions: Callable[[int, int], Sequence[Conditions]],
    plan: Sequence[Span],
    opening: Tensor,
    sampling: Sampling,
    noise: Noise,
    stop: StopFlag,
) -> Iterator[Tensor]:
    """Make any length of music, window after window.

    Args:
        model: The language model.
        conditions: Gives what each prompt's clips are told by a voice (see `Stretch`) in the window that begins at a
            frame, counted from the opening's first; either all of them say nothing or none.
        plan: What the windows make, one after the other.
        opening: Codes to go on from, `[clips, codebooks, n]`, as many as the plan was made for. As many clips of each
            prompt, those of the first prompt first.
        sampling: How tokens are chosen.
        noise: Random numbers.
        stop: Ends the run within one step when set.

    Yields:
        Codes `[clips, codebooks]` of each new frame.
    """

    def opened(span: Span) -> Window:
        start = opening.shape[-1] + span.first - span.context
        told = [conditions(voice, start) for voice in span.stretch.voices]
        return Window(model, told, opening[..., :0], span, sampling)

    window = opened(plan[0])
    window.open_with(opening)
    for span, coming in zip_longest(plan, plan[1:]):
        shared = 0 if coming is None else window.length - coming.context  # from here on the next window hears it too
        following: Window | None = None
        for frame in window.frames(noise, stop):
            yield frame
            if coming is not None and window.known > shared and (window.known - shared) % READ_EVERY == 0:
                if following is None:
                    following = opened(coming)
                    at_once = _at_once(following, window, span, coming)
                following.read_ahead(window.codes[..., shared : window.known], at_once)
        if coming is None or stop.is_set():
            return
        following = following or opened(coming)
        following.open_with(window.codes[..., shared:])
        window = following


def _at_once(following: "Window", window: "Window", span: Span, coming: Span) -> int:
    """Return how much a window reads ahead at a time, so that nothing is left when its turn comes."""
    if span.stretch == coming.stretch:
        return READ_AT_ONCE
    times = (window.length - window.known) // READ_EVERY + 1
    return max(READ_AT_ONCE, -(-following.unread // times))


class Window:
    """A stretch of music as long as the model was trained on, being made.

    Args:
        model: The language model.
        told: What the clips of each prompt are told, by voice.
        context: Codes that open the window, `[clips, codebooks, n]`; `open_with` sets what is not known yet.
        span: What it makes.
        sampling: How tokens are chosen.
        steer: In music that is steered while it is made, gives what each voice counts and how tokens are chosen in the
            step that is next, instead of the stretch and `sampling`.
    """

    def __init__(
        self,
        model: LanguageModel,
        told: Sequence[Sequence[Conditions]],
        context: Tensor,
        span: Span,
        sampling: Sampling,
        steer: Steer | None = None,
    ) -> None:
        clips, codebooks, _ = context.shape
        self.length = span.context + span.end - span.first
        self._span = span
        self._model = model
        self._sampling = sampling
        self._steer = steer
        self._codes = context.new_full((clips, codebooks, self.length), UNKNOWN)
        is_guided = steer is not None or sampling.guidance_scale != 1.0
        self._rows = rows = Rows(told, clips, is_guided, model.config.width)
        self._prefix = rows.prefix.to(model.device)
        self._told = 0  # positions of the prefix that were read
        self._read = 0  # steps that were read
        positions = self._prefix.shape[1] + self.length + max(model.config.delays) + 1
        self._cache = model.new_cache(rows.count, positions, rows.texts, rows.text_rows, rows.begins)
        self.open_with(context)

    @property
    def unread(self) -> int:
        """How many positions there are to read before the first new frame, conditions and context."""
        return self._prefix.shape[1] + self._span.context - self._told - self._read

    @property
    def known(self) -> int:
        """How many frames are complete, the context included."""
        return self._known

    @property
    def codes(self) -> Tensor:
        """All codes `[clips, codebooks, length]`; those after `known` are not complete."""
        return self._codes

    def open_with(self, context: Tensor) -> None:
        """Set the codes that open the window, `[clips, codebooks, n]`: those that were read ahead, and what follows."""
        self._known = context.shape[-1]
        self._codes[..., : self._known] = context
        self._steps = delayed(self._codes, self._model.config.card, self._model.config.delays)

    def read_ahead(self, context: Tensor, at_once: int) -> None:
        """Read a little of the conditions, or of the first codes, as far as they are known.

        Args:
            context: The codes that will open this window, as many as there are by now.
            at_once: How many positions.
        """
        if isinstance(self._model, StepMaker):
            return  # reads all of it in the time of some steps, and each little as slowly as all of it
        if self._told < self._prefix.shape[1]:
            piece = self._prefix[:, self._told : self._told + at_once]
            self._told += piece.shape[1]
            self._model.forward(piece, self._cache)
        elif self._read + at_once <= context.shape[-1]:
            self.open_with(context)
            self._read_steps(self._read + at_once)

    def frames(self, noise: Noise, stop: StopFlag) -> Iterator[Tensor]:
        """Make the frames after the context.

        Args:
            noise: Random numbers.
            stop: Ends the run within one step when set, or within a chunk of them where the model makes its steps.

        Yields:
            Codes `[clips, codebooks]` of each.

        Raises:
            UserProblem: If the model computes what is no number.
        """
        opened, delays = self._known, self._model.config.delays
        lag, codebook = torch.tensor(delays), torch.arange(len(delays))
        logits = self._read_rest(opened + 1)
        # What a model makes its steps of is one prompt; a blend of two is chosen here, as rarely as there is one.
        is_one = self._steer is None and len(self._span.stretch.voices) == 1
        is_left_to_model = is_one and isinstance(self._model, StepMaker)
        for step in (self._filled_by_model if is_left_to_model else self._filled)(logits, noise, stop):
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
                column.copy_(torch.where(column == UNKNOWN, self._chosen(step, logits, noise), column))
            yield step
            if step + 1 < self._steps.shape[-1]:
                logits = self._read_steps(step + 1)

    def _filled_by_model(self, logits: Tensor, noise: Noise, stop: StopFlag) -> Iterator[int]:
        """Do the same with the steps that the model makes."""
        assert isinstance(self._model, StepMaker)
        unread = self._steps[..., self._read :]
        for made in self._model.make_steps(self._cache, logits, unread, self._sampling, noise, stop):
            first, self._read = self._read, self._read + made.shape[-1]
            self._steps[..., first : self._read] = made
            yield from range(first, self._read)

    def _require_numbers(self, logits: Tensor) -> None:
        if not logits.sum().isfinite().item():  # the sum is no number if one of them is none, and takes less time
            raise not_finite(self._model.precision)

    def _chosen(self, step: int, logits: Tensor, noise: Noise) -> Tensor:
        """Choose a step's token per codebook, int64 `[clips, codebooks]`, from the logits of all rows."""
        weights, sampling = self._at(self._span.first + step - 1 - self._span.context)
        logits = self._rows.blended(logits.cpu(), weights, sampling.guidance_scale)
        return sample_codes(logits, sampling, None if sampling.temperature == 0.0 else noise.draw())

    def _at(self, frame: int) -> tuple[Sequence[float], Sampling]:
        """Return what each voice counts in a frame, and how its tokens are chosen."""
        return (self._span.stretch.weights(frame), self._sampling) if self._steer is None else self._steer()

    def _read_rest(self, end: int) -> Tensor:
        """Read what is left of the conditions and the steps before `end`, at once."""
        x = self._embedded(self._steps[..., self._read : end])
        x = torch.cat([self._prefix[:, self._told :].to(x), x], dim=1)
        self._told, self._read = self._prefix.shape[1], end
        return self._model.forward(x, self._cache)

    def _read_steps(self, end: int) -> Tensor:
        """Read the steps up to `end`; return the logits after the last one."""
        x = self._embedded(self._steps[..., self._read : end])
        self._read = end
        return self._model.forward(x, self._cache)

    def _embedded(self, steps: Tensor) -> Tensor:
        """Embed steps `[clips, codebooks, n]` for all rows: all of a clip's read the same."""
        return self._rows.repeated(self._model.embed(steps.to(self._model.device)))


def likelihood(model: LanguageModel, told: Conditions, codes: Tensor, known: int) -> Tensor:
    """Return how likely the model finds what follows, told each time what really came before (teacher forcing).

    Args:
        model: The language model.
        told: Under which conditions; without guidance.
        codes: `[clips, codebooks, frames]`, of different clips, no more frames than a window has.
        known: How many frames come before.

    Returns:
        float32 `[clips]`: the mean of log-likelihoods over all tokens from `known` on, in nats.

    Raises:
        UserProblem: If the model computes what is no number.
    """
    clips, codebooks, frames = codes.shape
    delays = model.config.delays
    rows = Rows([[told]], clips, False, model.config.width)
    steps = delayed(codes, model.config.card, delays)
    cache = model.new_cache(rows.count, rows.prefix.shape[1] + steps.shape[-1], rows.texts, rows.text_rows, rows.begins)
    x = model.embed(steps[..., : known + 1].to(model.device))
    logits = model.forward(torch.cat([rows.prefix.to(x), x], dim=1), cache)
    total = torch.zeros(clips)
    for step in range(known + 1, steps.shape[-1]):
        column = steps[..., step]
        times = step - 1 - torch.tensor(delays)  # of each codebook's token
        is_what_follows = (times >= known) & (times < frames)
        tokens = torch.where(is_what_follows, column, 0)
        likely = torch.log_softmax(logits.cpu().float(), dim=-1).gather(-1, tokens[..., None])[..., 0]
        total += (likely * is_what_follows).sum(dim=-1)
        if step + 1 < steps.shape[-1]:
            logits = model.forward(model.embed(column[..., None].to(model.device)), cache)
    if not total.isfinite().all():
        raise not_finite(model.precision)
    return total / (codebooks * (frames - known))
