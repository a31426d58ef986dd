"""The one way from a request to everything that wants its sound: the window, the command line, Python, a cluster.

    make_order ─► make ─► engine.stream(request, stop) ─► new sound ─► joined() to the original ─► block, block, …
        ─► each sink: (under way …,) begin, block …, take ended, failed

It collects the blocks of each take and tells; what a take becomes is the sinks' matter. Who has an order calls
`make_order`, who has but a request (Python) `make`. Not for how music is made (`engine`), not for what is wished
(`order`).
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.engine.api import AudioBlock, Engine
from musicgen_studio.studio.making.join import as_first_joined, joined
from musicgen_studio.studio.making.order import Order
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded
from musicgen_studio.studio.making.watching import Watched

_OpenTakes = dict[tuple[int, int], list[Audio]]  # by prompt and take, what has come of those that go on


def make_order(engine: Engine, order: Order, request: GenerationRequest, stop: StopFlag, sinks: Sequence[Sink]) -> None:
    """Make what was ordered: `make`, by the rules of the order's age, so that an old record's clip comes out again.

    Args:
        engine: What makes the music.
        order: What is wished.
        request: The same with the sound that it names, see `Order.request`.
        stop: As in `make`.
        sinks: As in `make`.

    Raises:
        UserProblem: As in `make`.
        Exception: As in `make`.
    """
    make(engine, as_first_joined(request, engine.info) if order.finish.first_rules else request, stop, sinks)


def make(engine: Engine, request: GenerationRequest, stop: StopFlag, sinks: Sequence[Sink]) -> None:
    """Make music and return when it is done. Runs in the caller's thread.

    Args:
        engine: What makes the music.
        request: What to make.
        stop: Ends the run early; takes that were begun then end as far as they got.
        sinks: What hears of it, in this order.

    Raises:
        UserProblem: If the engine cannot do what is asked, or a sink cannot do its part.
        Exception: Whatever else the engine or a sink raised first. By then every sink has heard of all takes' ends, so
            an hour of music is not lost to a fault in its last second; what they raised meanwhile is noted on it.
    """
    open_takes: _OpenTakes = {}
    fault: Exception | None = None
    try:
        _collect(engine, request, stop, sinks, open_takes)
    except Exception as error:  # noqa: BLE001 - raised again below, once everybody knows
        fault = error
    for prompt, take in sorted(open_takes):
        cut_short = TakeEnded(prompt, take, _joined(open_takes[prompt, take]), is_complete=False)
        fault = _end(sinks, cut_short, fault)
    if fault is not None:
        _fail(sinks, fault)
        raise fault


def _collect(
    engine: Engine, request: GenerationRequest, stop: StopFlag, sinks: Sequence[Sink], open_takes: _OpenTakes
) -> None:
    if request.aligned:
        engine = Watched(engine, partial(_tell_share, sinks, len(request.prompts) * request.takes * request.duration_s))
    has_begun = False
    for block in joined(engine, request, stop):
        if not has_begun:
            has_begun = True
            begun = _begun(engine, request, block)
            for sink in sinks:
                sink.begin(begun)
        key = (block.prompt, block.take)
        open_takes.setdefault(key, []).append(block.audio)
        for sink in sinks:
            sink.block(block)
        if block.is_last:
            whole = _joined(open_takes.pop(key))
            ended = TakeEnded(*key, whole, is_complete=True, fit=block.fit, ending=block.ending)
            if (fault := _end(sinks, ended, None)) is not None:
                raise fault


def _tell_share(sinks: Sequence[Sink], wanted_s: float, share: float) -> None:
    for sink in sinks:
        sink.under_way(share, wanted_s)


def _begun(engine: Engine, request: GenerationRequest, first: AudioBlock) -> Begun:
    info, given_s = engine.info, 0.0
    if request.continuation is not None:
        given_s = info.codec_frames(request.continuation) / info.frame_rate_hz
    return Begun(request, info, first.audio.sample_rate, first.audio.channels, given_s)


def _end(sinks: Sequence[Sink], ended: TakeEnded, fault: Exception | None) -> Exception | None:
    return _tell_everyone(sinks, lambda sink: sink.take_ended(ended), fault)


def _fail(sinks: Sequence[Sink], fault: Exception) -> None:
    _tell_everyone(sinks, lambda sink: sink.failed(fault), fault)


def _tell_everyone(sinks: Sequence[Sink], tell: Callable[[Sink], None], fault: Exception | None) -> Exception | None:
    """Tell each sink, whatever the others do. Returns the first fault, on which later ones are noted."""
    for sink in sinks:
        try:
            tell(sink)
        except Exception as error:  # noqa: BLE001 - `make` raises the first of them
            if fault is None:
                fault = error
            elif error is not fault:
                fault.add_note(f"Then {type(sink).__name__} failed, too: {error!r}")
    return fault


def _joined(blocks: Sequence[Audio]) -> Audio:
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)
