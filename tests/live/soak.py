"""Play live for hours and look whether memory grows or the sound breaks off: `python -m tests.live.soak --hours 2`.

The starter plays two prompts on a clock that takes sound as a device would, while somebody turns everything there is at
random. Each minute a line, so that a run that was cut short says something, too; exit code 1 if the sound broke off, or
the process is more than 30 MB larger at the end than it was after a tenth of the time. `--fast` does not wait for the
clock, so it tells of memory alone.
"""

import argparse
import os
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from musicgen_studio.compute.waiting import LOOKS

os.environ.setdefault("GOMP_SPINCOUNT", str(LOOKS))  # as the program does, before what loads torch

from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.core.live import LiveRequest, Mailbox, Steering
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.engine.api import LiveChunk
from musicgen_studio.engine.musicgen import MusicGen, load_engine
from musicgen_studio.studio.arranging.live import LiveFacts, LiveSession, Unheard
from musicgen_studio.studio.arranging.live_lead import LEAD_S
from musicgen_studio.studio.arranging.live_output import ClockOutput
from musicgen_studio.studio.making.order import CheckpointRecord

MOST_GROWTH_MB = 30.0
PROMPTS = ("happy rock", "sad jazz", "energetic techno", "calm piano", "driving rock", "slow ambient strings")
TUNE = Melody.of([Note(0.0, 0.4, 60), Note(0.5, 0.4, 67), Note(1.0, 0.4, 62)])


@dataclass(frozen=True, slots=True)
class Soaked:
    """What came of it.

    Args:
        music_s: How much music was made.
        breaks: How often the sound broke off.
        growth_mb: How much larger the process was at the end than after a tenth of the time.
    """

    music_s: float
    breaks: int
    growth_mb: float


def soak(engine: MusicGen, music_s: float, *, is_fast: bool, seed: int = 0) -> Soaked:
    """Play so much music."""
    dice = random.Random(seed)  # noqa: S311
    mailbox = Mailbox(Steering(PROMPTS[:2], (1, 1)))
    process, sizes, told = psutil.Process(), list[tuple[float, float]](), [time.monotonic()]

    def turn(chunk: LiveChunk) -> None:
        if dice.random() < 0.3:
            mailbox.put(replace(mailbox.steering, weights=(dice.random() + 0.01, dice.random() + 0.01)))
        if dice.random() < 0.01:
            mailbox.put(
                replace(mailbox.steering, guidance_scale=dice.uniform(1, 6), temperature=dice.uniform(0.7, 1.3))
            )
        if dice.random() < 0.004:
            mailbox.put(replace(mailbox.steering, prompts=tuple(dice.sample(PROMPTS, 2))))
        if dice.random() < 0.004:
            mailbox.put(replace(mailbox.steering, melody=dice.choice([None, TUNE])))
        if chunk.frame % 500 == 0:
            sizes.append((chunk.frame / 50, process.memory_info().rss / 1e6))
        if time.monotonic() - told[0] > 60:
            told[0] = time.monotonic()
            tell(chunk, session.facts)

    def tell(chunk: LiveChunk, facts: LiveFacts) -> None:
        at_s, size_mb = chunk.frame / 50, process.memory_info().rss / 1e6
        going = f"{facts.breaks} breaks  lead {facts.lead_s:.2f} s  {facts.speed:.1f} x real time"
        print(f"{at_s:8.0f} s  {size_mb:6.0f} MB  {going}", flush=True)  # noqa: T201

    output = Unheard() if is_fast else ClockOutput(LEAD_S)
    checkpoint = CheckpointRecord("soak", "0" * 64, "", "starter")
    session = LiveSession(engine, checkpoint, LiveRequest(seed), mailbox, output, on_chunk=turn)
    session.run(music_s)
    later = [size for at_s, size in sizes if at_s >= music_s / 10] or [sizes[-1][1]]
    return Soaked(session.facts.heard_s, output.breaks, max(later[-3:]) - later[0])


def main() -> int:
    """Soak, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0, help="of music (default: 2)")
    parser.add_argument("--checkpoint", type=Path, help="default: the starter")
    parser.add_argument("--fast", action="store_true", help="do not wait for the clock")
    args = parser.parse_args()
    soaked = soak(load_engine(args.checkpoint or find("starter").folder), args.hours * 3600, is_fast=args.fast)
    print(soaked)  # noqa: T201
    return int(soaked.breaks > 0 or soaked.growth_mb > MOST_GROWTH_MB)


if __name__ == "__main__":
    sys.exit(main())
