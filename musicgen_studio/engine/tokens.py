"""From conditions to token frames: the loop that makes the music. The stop flag is looked at here, once per step.

Source: AudioCraft `models/lm.py` (`generate`) for one window and `models/musicgen.py` (`_generate_tokens`) for music
longer than the window: the last part of a window opens the next one, which moves on by a stride of 18 s of 30 s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from musicgen_studio.engine.api import StopFlag
from musicgen_studio.engine.decoder import Decoder, KeyValues
from musicgen_studio.engine.patterns import UNKNOWN, delayed
from musicgen_studio.engine.sampling import Noise, Sampling, choose, guided

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
    decoder: Decoder,
    conditions_at: Callable[[int], Conditions],
    window_frames: int,
    opening: Tensor,
    frames: int,
    sampling: Sampling,
    noise: Noise,
    stop: StopFlag,
) -> Iterator[Tensor]:
    """Make any length of music, window after window.

    Args:
        decoder: The language model.
        conditions_at: Gives the conditions of the window that begins at a frame, counted from the opening's first.
        window_frames: Codec frames the model was trained on.
        opening: Codes to go on from, `[takes, codebooks, n]`, n from 0 to `context_frames(window_frames)`.
        frames: How many new frames to make.
        sampling: How tokens are chosen.
        noise: Random numbers.
        stop: Ends the run within one step when set.

    Yields:
        Codes `[takes, codebooks]` of each new frame.
    """
    context, start, made = opening, 0, 0
    while made < frames:
        length = min(window_frames, context.shape[-1] + frames - made)
        window = list(context.unbind(dim=-1))
        for frame in window_token_frames(decoder, conditions_at(start), context, length, sampling, noise, stop):
            window.append(frame)
            made += 1
            yield frame
        if stop.is_set():
            return
        kept = min(context_frames(window_frames), len(window))
        start += len(window) - kept
        context = torch.stack(window[-kept:], dim=-1)


def window_token_frames(
    decoder: Decoder,
    conditions: Conditions,
    context: Tensor,
    length: int,
    sampling: Sampling,
    noise: Noise,
    stop: StopFlag,
) -> Iterator[Tensor]:
    """Make the frames of one window.

    Args:
        decoder: The language model.
        conditions: What it is told.
        context: Codes that open the window, `[takes, codebooks, n]`, n < length.
        length: Frames in the window, the context included.
        sampling: How tokens are chosen.
        noise: Random numbers.
        stop: Ends the run within one step when set.

    Yields:
        Codes `[takes, codebooks]` of each frame after the context.
    """
    takes, codebooks, known = context.shape
    delays = decoder.config.delays
    lag = torch.tensor(delays, device=decoder.device)
    codebook = torch.arange(codebooks, device=decoder.device)
    codes = context.new_full((takes, codebooks, length), UNKNOWN)
    codes[..., :known] = context
    steps = delayed(codes, decoder.config.card, delays).to(decoder.device)  # [takes, codebooks, steps]
    is_guided = not conditions.is_null and sampling.guidance_scale != 1.0
    memory, logits = _prefill(decoder, conditions, steps, known + 1, is_guided)
    for step in range(known + 1, steps.shape[-1]):
        if stop.is_set():
            return
        if is_guided:
            logits = guided(logits[:takes], logits[takes:], sampling.guidance_scale)
        drawn = None if sampling.temperature == 0.0 else noise.draw().to(decoder.device)
        column = steps[..., step]
        column.copy_(torch.where(column == UNKNOWN, choose(logits, sampling, drawn), column))
        complete = step - 1 - max(delays)
        if complete >= known:
            yield steps[:, codebook, complete + 1 + lag]
        if step + 1 < steps.shape[-1]:
            logits = decoder.forward(_embedded(decoder, column[..., None], is_guided), memory)


def _prefill(
    decoder: Decoder, conditions: Conditions, steps: Tensor, known: int, is_guided: bool
) -> tuple[KeyValues, Tensor]:
    """Let the model read the conditions and the first `known` steps; return its memory and the logits after them."""
    takes = steps.shape[0]
    x = _embedded(decoder, steps[..., :known], is_guided)
    if conditions.prefix is not None:
        prefixes = [conditions.prefix.expand(takes, -1, -1)]
        if is_guided and conditions.null_prefix is not None:
            prefixes.append(conditions.null_prefix.expand(takes, -1, -1))
        x = torch.cat([torch.cat(prefixes).to(x), x], dim=1)
    positions = x.shape[1] + steps.shape[-1] - known
    memory = decoder.start(x.shape[0], positions, conditions.text, text_rows=takes)
    return memory, decoder.forward(x, memory)


def _embedded(decoder: Decoder, steps: Tensor, is_guided: bool) -> Tensor:
    """Embed steps `[takes, codebooks, n]` for all rows: with guidance each take has a second, null row."""
    x = decoder.embed(steps)
    return torch.cat([x, x]) if is_guided else x
