"""What turning a control of live music does: how many onsets a second there then are, and how bright the sound is.

The same prompts and seeds are played with and without each control; told is the mean change, with the interval in which
it lies in 95 of 100 such measurements. A control deserves a name such as density or brightness only if that interval
leaves out 0. `musicgen-studio bench --controls` prints it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.live import SPARSE_WORDS, LiveRequest, Mailbox, Steering
from musicgen_studio.dsp.onsets import RATE_HZ, strong_onsets_s
from musicgen_studio.dsp.resample import mono_at
from musicgen_studio.engine.api import LiveEngine
from musicgen_studio.engine.musicgen import load_engine

Report = Callable[[str], None]
Floats = npt.NDArray[np.float64]

PROMPTS = ("happy rock", "sad jazz", "energetic techno", "calm piano", "driving funk", "slow ambient strings")

UNHEARD_S, HEARD_S = 1.0, 6.0
"""How much of each is left out at its beginning, and how much is listened to."""

_T_95 = {5: 2.571, 11: 2.201, 17: 2.110, 23: 2.069}
_WINDOW = 2048


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be turned while music plays.

    Args:
        name: What it is.
        words: A prompt that is blended in, half of it; empty for none.
        guidance_scale: Instead of the usual one.
        temperature: The same.
        top_k: Cannot be turned while it plays; measured all the same.
    """

    name: str
    words: str = ""
    guidance_scale: float | None = None
    temperature: float | None = None
    top_k: int | None = None

    def of(self, usual: Steering) -> Steering:
        """Return what is asked for."""
        asked = replace(
            usual,
            guidance_scale=self.guidance_scale or usual.guidance_scale,
            temperature=self.temperature or usual.temperature,
        )
        return asked if not self.words else replace(asked, prompts=(*usual.prompts, self.words), weights=(1.0, 1.0))


CONTROLS = (
    Control("busy words", "dense busy drums, fast hi-hats"),
    Control("sparse words", SPARSE_WORDS),
    Control("bright words", "bright, shiny, crisp cymbals and bells"),
    Control("dark words", "dark, muffled, deep bass"),
    Control("temperature 0.7", temperature=0.7),
    Control("temperature 1.3", temperature=1.3),
    Control("guidance 1.5", guidance_scale=1.5),
    Control("guidance 6", guidance_scale=6.0),
    Control("top-k 40", top_k=40),
)


@dataclass(frozen=True, slots=True)
class Turned:
    """What a control does.

    Args:
        name: Of the control.
        clips: How many pairs were compared.
        onsets: By how many onsets a second it changes the music.
        onsets_95: Half of the interval.
        octaves: By how many octaves it moves the middle of the spectrum up.
        octaves_95: Half of the interval.
    """

    name: str
    clips: int
    onsets: float
    onsets_95: float
    octaves: float
    octaves_95: float


def run_live_controls(
    folder: Path, report: Report, seeds: int = 2, prompts: tuple[str, ...] = PROMPTS
) -> dict[str, object]:
    """Play all prompts with and without each control, and compare.

    Args:
        folder: The checkpoint.
        report: Gets each line.
        seeds: How many of each prompt.
        prompts: What is played.
    """
    engine = load_engine(folder)
    cases = [(prompt, seed) for prompt in prompts for seed in range(seeds)]
    plain = np.array([_played(engine, Control("none"), *case) for case in cases])
    onsets, octaves = plain.mean(axis=0)
    report(f"{'none':18} {onsets:6.2f} onsets a second, the middle at {2**octaves:.0f} Hz")
    found = list[Turned]()
    for control in CONTROLS:
        change = np.array([_played(engine, control, *case) for case in cases]) - plain
        turned = turned_by(control.name, change)
        found.append(turned)
        report(
            f"{turned.name:18} {turned.onsets:+6.2f} ± {turned.onsets_95:.2f} onsets a second, "
            f"{turned.octaves:+5.2f} ± {turned.octaves_95:.2f} octaves"
        )
    return {turned.name: asdict(turned) for turned in found}


def turned_by(name: str, change: Floats) -> Turned:
    """Return what changes `[pairs, 2]` of onsets and octaves say together."""
    count = len(change)
    half = _T_95.get(count - 1, 1.96) * change.std(axis=0, ddof=1) / np.sqrt(count)
    mean = change.mean(axis=0)
    return Turned(name, count, *(round(float(each), 3) for each in (mean[0], half[0], mean[1], half[1])))


def _played(engine: LiveEngine, control: Control, prompt: str, seed: int) -> tuple[float, float]:
    usual = engine.info.sampling
    steering = control.of(Steering((prompt,), (1.0,), usual.guidance_scale, usual.temperature))
    music = engine.live(LiveRequest(seed, top_k=control.top_k), Mailbox(steering))
    rate, pieces, frames = engine.info.sample_rate, list[Samples](), 0
    while frames < (UNHEARD_S + HEARD_S) * rate:
        pieces.append(music.chunk().samples)
        music.ahead()
        frames += len(pieces[-1])
    heard = np.concatenate(pieces)[round(UNHEARD_S * rate) :]
    return measured(Audio(heard, rate))


def measured(sound: Audio) -> tuple[float, float]:
    """Return a sound's strong onsets a second, and the middle of its spectrum as the logarithm of Hz to base 2."""
    mono = mono_at(sound, RATE_HZ)
    pieces = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[:: _WINDOW // 2]
    power = np.square(np.abs(np.fft.rfft(pieces * np.hanning(_WINDOW)))).sum(axis=0)[1:]
    octaves = np.log2(np.arange(1, len(power) + 1) * (RATE_HZ / _WINDOW))
    middle = float((octaves * power).sum() / max(power.sum(), 1e-12))
    return len(strong_onsets_s(mono)) / sound.duration_s, middle
