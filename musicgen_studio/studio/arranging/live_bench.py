"""How live playing feels on this machine: from a control to its sound, and whether the sound ever breaks off.

Somebody turns the weights at random moments; measured is when the device takes the first sound that was all made so.
What the device then needs, it says itself, and is told beside it. Not for how fast clips are made (`evaluation.bench`).
"""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from statistics import median
from typing import Self

from musicgen_studio.core.live import LiveRequest, Mailbox, Steering
from musicgen_studio.engine.api import LiveEngine
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.arranging.live import LiveSession
from musicgen_studio.studio.arranging.live_lead import LEAD_S
from musicgen_studio.studio.arranging.live_play import HeardOutput, KnobToEar
from musicgen_studio.studio.making.order import CheckpointRecord

PROMPTS = ("happy rock", "sad slow piano", "energetic techno", "calm ambient strings")

LOOK_S = 0.002
"""How often is looked whether the sound was taken: so much later it is noted at most."""

REST_S = (0.3, 1.1)
"""Between two turns, once the first is heard."""

_SETTLED_S = 2.0  # of music, before the first turn


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What was measured.

    Args:
        prompts: How many sounded at a time.
        seconds: How long it played.
        turns: How often a control was turned.
        median_s: From a control to the device, half of them were faster.
        p99_s: 99 of 100 were faster.
        latency_s: What the device says it needs then.
        breaks: How often the sound broke off.
        lead_s: How far ahead the music was made at the end.
        speed: Seconds of music per second of making, over the last 5 seconds.
        output: What it played on: `device` or `clock`.
    """

    prompts: int
    seconds: float
    turns: int
    median_s: float
    p99_s: float
    latency_s: float
    breaks: int
    lead_s: float
    speed: float
    output: str


def measure_live(
    engine: LiveEngine,
    checkpoint: CheckpointRecord,
    output: AbstractContextManager[HeardOutput],
    kind: str,
    seconds: float = 120.0,
    prompts: Sequence[str] = PROMPTS[:2],
    seed: int = 0,
) -> LiveFigures:
    """Play, turn, and measure.

    Args:
        engine: What plays.
        checkpoint: What it was loaded from.
        output: Where it is heard.
        kind: `device` or `clock`.
        seconds: How long.
        prompts: Two to four.
        seed: Of the music and the turns.

    Raises:
        UserProblem: If it cannot be played, or ended before anything was measured.
    """
    mailbox = Mailbox(Steering(tuple(prompts), (1.0,) * len(prompts)))
    with output as heard:
        ear = KnobToEar(engine.info.sample_rate)
        session = LiveSession(engine, checkpoint, LiveRequest(seed), mailbox, heard, 0.0, LEAD_S, ear.made)
        hand = _Hand(session, mailbox, ear, heard, random.Random(seed))  # noqa: S311 - not for secrets
        begun_s = time.monotonic()
        with hand:
            session.run(seconds)
        times_s = hand.measured_s
        if not times_s:
            raise UserProblem(
                "Nothing was measured.",
                f"It played for {session.facts.heard_s:.1f} s, and no control was heard in that time.",
                "Let it play longer: --live-minutes 0.2",
            )
        return LiveFigures(
            prompts=len(prompts),
            seconds=round(time.monotonic() - begun_s, 1),
            turns=len(times_s),
            median_s=round(median(times_s), 3),
            p99_s=round(times_s[min(int(len(times_s) * 0.99), len(times_s) - 1)], 3),
            latency_s=round(heard.latency_s, 3),
            breaks=session.facts.breaks,
            lead_s=round(session.facts.lead_s, 3),
            speed=round(session.facts.speed, 2),
            output=kind,
        )


class _Hand:
    """Turns the controls at random moments, in a thread of its own, as long as it is entered."""

    def __init__(
        self, session: LiveSession, mailbox: Mailbox, ear: KnobToEar, heard: HeardOutput, dice: random.Random
    ) -> None:
        self._session, self._mailbox, self._ear, self._heard, self._dice = session, mailbox, ear, heard, dice
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._turn_again, name="turning", daemon=True)
        self._times_s = list[float]()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def measured_s(self) -> list[float]:
        """Seconds from each turn to its sound, the shortest first; once it has ended."""
        return sorted([*self._times_s, *self._ear.measured_s])

    def _turn_again(self) -> None:
        rest_s = 1.0
        while not self._over.wait(LOOK_S):
            self._ear.look(self._heard.taken_s)
            rest_s -= LOOK_S
            if self._ear.is_free and rest_s <= 0 and self._session.facts.heard_s > _SETTLED_S:
                self._turn()
                rest_s = self._dice.uniform(*REST_S)

    def _turn(self) -> None:
        self._times_s += self._ear.measured_s
        self._ear.measured_s = []
        now = self._mailbox.steering
        asked = replace(now, weights=tuple(self._dice.random() + 0.01 for _ in now.prompts))
        self._ear.turn(asked)
        self._mailbox.put(asked)
