"""How well the tune of a mix comes through: lead and other against all that sounds. Prints figures, asserts nothing.

    python -m tests.studio.making.mixes --pieces 8

Bands of the composer, whose lead is known, are heard as mixes, and the starter makes music that follows them. Each
figure is the share of moments at which the strongest pitch class is that of the lead; by chance 1/12. Of every piece
two mixes are heard: the band, and a clip that the starter made from its lead.
"""

import argparse
import sys

import numpy as np

from musicgen_studio import GenerationRequest, generate, load
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.dsp.chroma import HOP, mono_chroma
from musicgen_studio.engine.api import Engine
from musicgen_studio.studio.making.mix import lead_and_other
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.synth import SAMPLE_RATE, find_synthesizer

STYLES = ("rock", "EDM", "jazz", "pop", "blues", "funk", "hip hop", "metal")
PROMPTS = ("calm solo piano", "happy rock", "sad jazz", "energetic EDM")
SECONDS = 8
_FIRST_SEED = 7_100_000
_HEARD = 0.1  # of the lead's loudest moment: below, it pauses


def main(pieces: int) -> None:
    """Print a line for each piece, and the means so far."""
    synthesizer, engine, rows = find_synthesizer(), load("starter"), list[list[float]]()
    print("followed: chroma of all, of lead and other; music made from all, from lead and other")  # noqa: T201
    for number in range(pieces):
        style = STYLES[number % len(STYLES)]
        score = compose(_FIRST_SEED + number, SECONDS + 2, Wish(style=style, kind="band", drums=True))
        stems = synthesizer.stems(score, number)[:, SAMPLE_RATE : (SECONDS + 1) * SAMPLE_RATE]
        lead = stems[2]
        by_starter = _made(engine, _audio(lead), number, number)
        rows.append(
            [*_figures(engine, _audio(stems.sum(0)), lead, number), *_figures(engine, by_starter, lead, number)]
        )
        means = " ".join(f"{mean:.3f}" for mean in np.mean(rows, axis=0))
        print(f"{number + 1} {style}: the band, then the starter's: {means}", flush=True)  # noqa: T201


def _figures(engine: Engine, mix: Audio, lead: Samples, number: int) -> list[float]:
    """Return how far the mix, its lead and other, and the music made from each have the lead's pitches."""
    taken_out, _ = lead_and_other(mix)
    made = [_made(engine, followed, number + 1, 100 + number) for followed in (mix, taken_out)]
    return [_agreement(each.samples[:, 0], lead) for each in (mix, taken_out, *made)]


def _made(engine: Engine, melody: Audio, prompt: int, seed: int) -> Audio:
    request = GenerationRequest((PROMPTS[prompt % len(PROMPTS)],), duration_s=SECONDS, seed=seed, melody=melody)
    return generate(engine, request)[0]


def _agreement(sound: Samples, lead: Samples) -> float:
    own, wanted = (mono_chroma(np.ascontiguousarray(each)).argmax(1) for each in (sound, lead))
    count = min(len(own), len(wanted))
    levels = np.array([np.abs(lead[at * HOP : (at + 1) * HOP]).max(initial=0.0) for at in range(count)])
    return float((own[:count] == wanted[:count])[levels > _HEARD * levels.max()].mean())


def _audio(sound: Samples) -> Audio:
    return Audio(np.ascontiguousarray(sound, np.float32)[:, None], SAMPLE_RATE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How well the tune of a mix comes through.")
    parser.add_argument("--pieces", type=int, default=len(STYLES), help="how many (default: %(default)s)")
    main(parser.parse_args(sys.argv[1:]).pieces)
