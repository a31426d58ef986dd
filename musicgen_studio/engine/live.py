"""Music without end, steered while it is made: a chunk at a time, windows one after another, nothing kept of the past.

    steering ─► the window that is being made ─► a chunk of codes ─► codec ─► sound
                  └─ the window that comes: reads a little after each chunk

Weights, guidance and temperature hold from the chunk on that is made next. Other prompts or another melody stand before
everything a window reads, so they need a window of their own: it reads while the one before still sounds, over a fixed
number of chunks, and then takes its place. A slide of the window goes the same way.

When a window opens, all that its music depends on is handed out (`LiveState`); from there the same music can be made
again, sample for sample, given the same steering: the same pieces are read in the same order, so that not even a
rounding differs on the same machine.

The windows are those of music of a known length (`tokens.spans`), if the chunk divides them. One thread at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

import numpy as np
import torch
from torch import Tensor

from musicgen_studio.compute.memory import trim_heap
from musicgen_studio.core.live import Steering, SteeringSource, Told
from musicgen_studio.core.melody import Melody
from musicgen_studio.core.request import Sampling
from musicgen_studio.engine.api import CodecState, LiveState
from musicgen_studio.engine.codec import DecodeState
from musicgen_studio.engine.conditions.over_time import Stretch
from musicgen_studio.engine.conditions.steered import SteeredConditions
from musicgen_studio.engine.model.protocol import LanguageModel
from musicgen_studio.engine.sampling import Noise
from musicgen_studio.engine.tokens import Span, Window, context_frames
from musicgen_studio.errors import UserProblem

REOPEN_CHUNKS = 25
"""Chunks over which a window with other prompts or another melody reads what it is told: 2.5 s of 5 frames each."""

_GOES_ON = Event()
"""Nobody sets it: music that is made live is stopped by asking for no further chunk."""


@dataclass(slots=True)
class _Opened:
    """A window, and how it was opened.

    Args:
        window: Itself.
        span: Its frames.
        told: What it is told.
        pieces: How many positions it read at a time before it was its turn.
        at_once: How many positions it reads after each chunk until then.
        frames: Its frames as they are made; begun when it is its turn.
    """

    window: Window
    span: Span
    told: Told
    pieces: list[int] = field(default_factory=list)
    at_once: int = 0
    frames: Iterator[Tensor] | None = None


@dataclass(frozen=True, slots=True)
class OpenedWindow:
    """How a window stood when it opened; see `LiveState`, which has the codec's state, too."""

    frame: int
    told: Told
    pieces: tuple[int, ...]
    codes: Tensor
    noise: bytes

    def with_codec(self, state: DecodeState) -> LiveState:
        """Return all that the music depends on."""
        codes = self.codes.numpy().astype(np.int16)
        return LiveState(self.frame, self.told, self.pieces, codes, self.noise, frozen(state))


@dataclass(frozen=True, slots=True)
class LiveCodesChunk:
    """What was made.

    Args:
        frame: Its first frame.
        codes: `[1, codebooks, frames]`.
        steering: What it was made by.
        opened: How the window stood that it is the first chunk of; None for the others.
        problem: Why what was asked for could not be done. Told once.
    """

    frame: int
    codes: Tensor
    steering: Steering
    opened: OpenedWindow | None
    problem: UserProblem | None


class LiveCodes:
    """Codes without end.

    Args:
        model: The language model.
        conditions: Reads what it is told.
        window_frames: Codec frames the model was trained on.
        chunk_frames: How many are made at a time.
        sampling: How tokens are chosen, but for guidance and temperature, which are steered.
        noise: Random numbers, of one take.
        source: Says what is asked for.
        state: Where to go on, or None to begin.
        weighs_by_place: As in `LiveRequest`.

    Raises:
        UserProblem: If what is asked for at first cannot be done.
        ValueError: If the state is none of this model.
    """

    def __init__(
        self,
        model: LanguageModel,
        conditions: SteeredConditions,
        window_frames: int,
        chunk_frames: int,
        sampling: Sampling,
        noise: Noise,
        source: SteeringSource,
        state: LiveState | None = None,
        *,
        weighs_by_place: bool = False,
    ) -> None:
        self._model, self._conditions, self._noise, self._source = model, conditions, noise, source
        self._window_frames, self._chunk_frames, self._usual = window_frames, chunk_frames, sampling
        self._context, self._weighs_by_place = context_frames(window_frames), weighs_by_place
        self._frame = 0 if state is None else state.frame
        self._steering = source.read(self._frame)
        self._checked: tuple[tuple[str, ...], Melody | None] | None = None
        self._is_possible = True
        self._coming: _Opened | None = None
        if state is None:
            self._now = self._window(Told(()).after(self._steering, 0, 0), 0)
        else:
            self._now = self._as_it_was(state)
        self._is_new = True

    def chunk(self) -> LiveCodesChunk:
        """Make the next chunk.

        Raises:
            UserProblem: If the model computes what is no number.
        """
        self._steering = self._source.read(self._frame)
        self._take_turns()
        opened, self._is_new = self._as_it_opens() if self._is_new else None, False
        problem = self._problem()
        self._look_ahead()
        now = self._now
        if now.frames is None:
            now.frames = now.window.frames(self._noise, _GOES_ON)
        codes = torch.stack([next(now.frames) for _ in range(self._chunk_frames)], dim=-1)
        first, self._frame = self._frame, self._frame + self._chunk_frames
        return LiveCodesChunk(first, codes, self._steering, opened, problem)

    def ahead(self) -> None:
        """Let the window that comes read a little. Once after each chunk: a remake counts on it."""
        if self._frame - self._chunk_frames == self._now.span.first:
            trim_heap()  # of the window before: between what came after it, it would be kept for hours
        coming = self._coming
        if coming is None:
            return
        window, unread = self._now.window, coming.window.unread
        heard_by_both = window.codes[..., _begin(coming.span) - _begin(self._now.span) : window.known]
        coming.window.read_ahead(heard_by_both, coming.at_once)
        if read := unread - coming.window.unread:
            coming.pieces.append(read)

    def _take_turns(self) -> None:
        """Open the window that comes, if it is its turn."""
        coming = self._coming
        if coming is not None and coming.span.first == self._frame:
            window = self._now.window
            coming.window.open_with(window.codes[..., window.known - coming.span.context : window.known])
            self._now, self._coming, self._is_new = coming, None, True

    def _problem(self) -> UserProblem | None:
        """Look whether what is asked for can be done; return why not, once."""
        asked = (self._steering.prompts, self._steering.melody)
        if asked == self._checked:
            return None
        self._checked, self._is_possible = asked, True
        if self._now.told.is_for(self._steering):
            return None
        try:
            self._conditions.at(Told(()).after(self._steering, self._frame, self._frame), self._frame)
        except UserProblem as problem:
            self._is_possible = False
            return problem
        return None

    def _look_ahead(self) -> None:
        """Begin with the next window where other things are asked for, or the one that is being made nears its end."""
        now, coming = self._now, self._coming
        left, lasts = now.span.end - self._frame, REOPEN_CHUNKS * self._chunk_frames
        # A slide that has begun to read is given up only if there is time to read something else instead.
        is_slide_in_time = coming is not None and coming.span.first == now.span.end and left > lasts
        told = now.told if coming is None else coming.told
        if (coming is None or is_slide_in_time) and self._is_possible and not told.is_for(self._steering):
            self._coming = self._prepared(min(self._frame + lasts, now.span.end))
        elif coming is None and left <= max(self._context, lasts):
            self._coming = self._prepared(now.span.end)

    def _prepared(self, first: int) -> _Opened:
        """Return a window that begins at a frame, told what is asked for if that can be."""
        told = self._now.told
        if self._is_possible:
            told = told.after(self._steering, first, max(first - self._context, 0))
        coming = self._window(told, first)
        chunks = max((first - self._frame) // self._chunk_frames, 1)
        coming.at_once = -(-coming.window.unread // chunks)
        return coming

    def _window(self, told: Told, first: int) -> _Opened:
        context = min(first, self._context)
        new = max((self._window_frames - context) // self._chunk_frames, 1) * self._chunk_frames
        end = first + new
        span = Span(first, end, context, Stretch(first, end, tuple(range(len(told.prompts)))))
        voices = [[each] for each in self._conditions.at(told, _begin(span))]
        nothing = torch.empty(1, self._model.config.codebooks, 0, dtype=torch.int64)
        return _Opened(Window(self._model, voices, nothing, span, self._usual, self._at), span, told)

    def _at(self) -> tuple[Sequence[float], Sampling]:
        """Return what each voice counts now, and how tokens are chosen."""
        steering, told = self._steering, self._now.told.prompts
        sampling = Sampling(steering.guidance_scale, steering.temperature, self._usual.top_k, self._usual.top_p)
        return steering.shares(len(told)) if self._weighs_by_place else steering.shares_of(told), sampling

    def _as_it_opens(self) -> OpenedWindow:
        now, (noise,) = self._now, self._noise.position
        codes = now.window.codes[0, :, : now.span.context].clone()
        return OpenedWindow(self._frame, now.told, tuple(now.pieces), codes, noise)

    def _as_it_was(self, state: LiveState) -> _Opened:
        """Return a window that has read what the one had that was noted, in the same pieces."""
        opened = self._window(state.told, state.frame)
        if state.codes.shape != (self._model.config.codebooks, opened.span.context):
            raise ValueError(f"state must hold {opened.span.context} frames of codes, got {list(state.codes.shape)}")
        codes = torch.from_numpy(state.codes.astype(np.int64))[None]
        for piece in state.pieces:
            opened.window.read_ahead(codes, piece)
        opened.pieces.extend(state.pieces)
        opened.window.open_with(codes)
        self._noise.go_to([state.noise])
        return opened


def _begin(span: Span) -> int:
    """Return the first frame a window hears."""
    return span.first - span.context


def frozen(state: DecodeState) -> CodecState:
    """Return where a codec stands, without torch."""
    h, c = (None, None) if state.lstm is None else state.lstm
    latents, lstm_hidden, lstm_cell, hidden = (
        np.empty(0, np.float32) if each is None else each.float().cpu().numpy().copy()
        for each in (state.latents, h, c, state.hidden)
    )
    return CodecState(latents, lstm_hidden, lstm_cell, hidden, state.known, state.convolved, state.emitted)


def thawed(state: CodecState, device: torch.device) -> DecodeState:
    """Return where a codec on some device stood."""
    latents, lstm_hidden, lstm_cell, hidden = (
        torch.from_numpy(each.copy()).to(device) if each.size else None
        for each in (state.latents, state.lstm_hidden, state.lstm_cell, state.hidden)
    )
    lstm = None if lstm_hidden is None or lstm_cell is None else (lstm_hidden, lstm_cell)
    return DecodeState(latents, state.known, state.convolved, lstm, hidden, state.emitted)
