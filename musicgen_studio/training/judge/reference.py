"""Corpus music as a checkpoint's codec gives it back: what generated clips are compared with.

Composed and played on the spot from fixed seeds that no corpus uses, so that `evaluate` needs nothing but FluidSynth.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.engine.codec import Codec, DecodeState
from musicgen_studio.training.music.composer import Wish, compose
from musicgen_studio.training.music.score import Facts, Role
from musicgen_studio.training.music.styles import STYLES
from musicgen_studio.training.music.synth import SAMPLE_RATE, Synthesizer
from musicgen_studio.training.pace import Report

_SEED = 900_000_000
_CLIPS_OF_A_PIECE = 2


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceClip:
    """A clip of corpus music.

    Args:
        facts: What there is to say about its piece.
        sound: As the codec gives it back, mono `[frames]`, 32 kHz.
        lead: Its melody alone, from the synthesizer, as long.
        codes: First codebook, `[frames]`.
        piece: Number of its piece, unlike any other.
        version: Number of its piece among those of its style, from 0.
        is_opening: Whether its piece begins with it.
    """

    facts: Facts
    sound: Samples
    lead: Samples
    codes: npt.NDArray[np.uint16]
    piece: int
    version: int
    is_opening: bool

    @property
    def has_drums(self) -> bool:
        """Whether its piece has drums."""
        return Role.DRUMS in self.facts.instruments


def through_codec(codec: Codec, sound: Samples) -> tuple[Samples, npt.NDArray[np.uint16]]:
    """Return mono sound as the codec gives it back, and its first codebook.

    Args:
        codec: The engine's.
        sound: Mono `[frames]` at 32 kHz, whole codec frames.
    """
    codes = codec.encode(Audio(np.ascontiguousarray(sound)[:, None], SAMPLE_RATE))
    _, made = codec.decode(DecodeState(), codes[None], is_last=True)
    back: Samples = made[0, 0].numpy()
    return back, codes[0].to(torch.int32).numpy().astype(np.uint16)


def reference_clips(
    codec: Codec,
    synthesizer: Synthesizer,
    styles: tuple[str, ...],
    pieces_per_style: int,
    seconds: float,
    report: Report,
) -> list[ReferenceClip]:
    """Make clips of styles.

    Args:
        codec: Of the checkpoint that is examined.
        synthesizer: What plays them.
        styles: Their names.
        pieces_per_style: Each gives two clips; every second piece goes without drums where its style may.
        seconds: Length of a clip.
        report: Takes lines for the person.
    """
    clips = list[ReferenceClip]()
    # A piece for each core is faster than each piece on all cores.
    with ThreadPoolExecutor(torch.get_num_threads(), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for count, style in enumerate(styles, start=1):
            make = partial(_clips_of_piece, codec, synthesizer, style, seconds)
            for made in pool.map(make, range(pieces_per_style)):
                clips.extend(made)
            report(f"reference: {count} of {len(styles)} styles")
    return clips


def _clips_of_piece(
    codec: Codec, synthesizer: Synthesizer, style: str, seconds: float, version: int
) -> list[ReferenceClip]:
    seed = _SEED + 1000 * list(STYLES).index(style) + version
    # Styles are asked for without a tempo, so they are told apart by music at their own.
    tempi, drums = STYLES[style].tempi, None if version % 2 == 0 else False
    k = tempi[version // 2 % len(tempi)]  # with drums and without at each, lest tempo tells of drums
    wish = Wish(style=style, kind="band", drums=drums, humming=False, frames_per_sixteenth=k)
    score = compose(seed, _CLIPS_OF_A_PIECE * seconds + 2, wish)
    rendered = synthesizer.render(score, seed)
    frames = round(seconds * 50) * 640
    clips = []
    for clip in range(min(_CLIPS_OF_A_PIECE, len(rendered.mix) // frames)):
        part = slice(clip * frames, (clip + 1) * frames)
        sound, codes = through_codec(codec, rendered.mix[part])
        clips.append(ReferenceClip(score.facts, sound, rendered.lead[part], codes, seed, version, is_opening=clip == 0))
    return clips


def hummed_melodies(synthesizer: Synthesizer, count: int, seconds: float) -> list[Audio]:
    """Return melodies like hums, alone, from fixed seeds."""
    melodies = []
    for number in range(count):
        seed = _SEED - 1 - number
        wish = Wish(style="folk", kind="lead alone", tonic=(5 * number + 2) % 12, humming=True)
        sound = synthesizer.render(compose(seed, seconds + 1, wish), seed).mix[: round(seconds * SAMPLE_RATE)]
        melodies.append(Audio(np.ascontiguousarray(sound)[:, None], SAMPLE_RATE))
    return melodies
