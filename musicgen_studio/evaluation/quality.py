"""How far a precision is from float32: the guard behind `compute.precision.resolve_precision`'s automatic choice.

Two models make the same music side by side: float32 chooses every token, the other precision is told what was chosen
and says how likely it would have found each. The distance is the Kullback-Leibler divergence KL(float32 || other) of
the distributions that tokens are drawn from, with guidance, at temperature 1, in nats, per codebook. Then each makes
music of its own from the same seeds, and what is heard is compared: pitch classes and loudness.

`musicgen-studio bench --quality` prints the table. Not a measure of beauty.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from threading import Event

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from musicgen_studio.compute.precision import Precision, int8_is_available
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.chroma import chroma
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.engine.checkpoint.open import open_checkpoint
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint
from musicgen_studio.engine.checkpoint.values import Checkpoint
from musicgen_studio.engine.codec import Codec, DecodeState
from musicgen_studio.engine.model.protocol import KVCache, LanguageModel
from musicgen_studio.engine.musicgen import MusicGen
from musicgen_studio.engine.sampling import guided
from musicgen_studio.paths import resources_dir

KL_BOUND = 0.02
"""Nats, mean over steps, of the worst codebook: a precision beyond it is not chosen by itself.

The starter in int8 has 0.001 (`bench --quality`).
"""

GUIDANCE_SCALE = 3.0
PROMPTS = ("happy rock with organ and drums", "sad jazz with piano")
SEEDS, OTHER_SEEDS = (1, 2, 3, 4), (5, 6, 7, 8)
SILENCE_LUFS = -70.0
CODEC_FRAMES = 100
STARTER_S, RANDOM_S = 10.0, 4.0  # a random model in a real size is slow in float32

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a precision is from float32.

    Args:
        precision: Which.
        steps: How many steps were compared.
        kl: Mean divergence per codebook, in nats.
        kl_p99: The same, of the worst hundredth of the steps.
        pitch_classes: Cosine between the mean chroma of the music that each made; None where none was made.
        loudness_db: Mean difference in loudness, in dB; None where none was made.
    """

    precision: Precision
    steps: int
    kl: tuple[float, ...]
    kl_p99: tuple[float, ...]
    pitch_classes: float | None
    loudness_db: float | None

    @property
    def is_close(self) -> bool:
        """Whether it may be chosen without being asked for."""
        return max(self.kl) <= KL_BOUND


def run_quality_bench(shape: str, report: Report) -> dict[str, object]:
    """Compare all other precisions of the CPU with float32, and tell each figure as soon as it is known.

    Args:
        shape: `starter`, or a name in `SHAPES`: random weights, for which only the divergence means something.
        report: Takes one line at a time.

    Returns:
        All figures, ready for JSON.
    """
    is_starter = shape == "starter"
    checkpoint = open_checkpoint(resources_dir() / "starter") if is_starter else RandomCheckpoint(SHAPES[shape])
    precisions = [*([Precision.INT8] if int8_is_available() else []), Precision.BFLOAT16]
    seconds = STARTER_S if is_starter else RANDOM_S
    drifts = measure_drift(checkpoint, precisions, seconds, report, with_music=is_starter)
    codec_db = codec_distance_db(checkpoint)
    report(f"codec with 16-bit weights, as beside int8: {codec_db:.0f} dB from 32 bits")
    figures = {"shape": shape, "kl_bound": KL_BOUND, "drifts": [asdict(drift) for drift in drifts]}
    return figures | {"codec_distance_db": codec_db if isfinite(codec_db) else None}


def codec_distance_db(checkpoint: Checkpoint) -> float:
    """Return how loud the difference is between the codec's sound with 16-bit and with 32-bit weights.

    Returns:
        In dB against the sound itself; minus infinity where no layer is large enough to have 16-bit weights.
    """
    books, card = checkpoint.config.decoder.codebooks, checkpoint.config.decoder.card
    sounds = []
    for half_weights in (False, True):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # the same weights twice, where they are random
            codec = Codec(
                checkpoint.codec(), checkpoint.config.channels, torch.device("cpu"), half_weights=half_weights
            )
        codes = torch.randint(0, card, (2, books, CODEC_FRAMES), generator=torch.Generator().manual_seed(1))
        sounds.append(codec.decode(DecodeState(), codes, is_last=True)[1])
    return float(20 * torch.log10((sounds[1] - sounds[0]).norm() / sounds[0].norm()))


def measure_drift(
    checkpoint: Checkpoint, precisions: list[Precision], seconds: float, report: Report, *, with_music: bool = True
) -> list[Drift]:
    """Compare precisions with float32 on the CPU.

    Args:
        checkpoint: The model.
        precisions: Which, without float32.
        seconds: How much music is made for each prompt: 50 steps are compared for a second.
        report: Takes one line at a time.
        with_music: Whether each also makes music of its own; without sense for random weights.
    """
    engine = MusicGen(checkpoint, "cpu", Precision.FLOAT32.value)
    reference = engine.decoder
    sounds = _sounds(engine, seconds, SEEDS) if with_music else []
    report("precision   KL per codebook (nats): mean | worst hundredth of the steps; chroma, loudness of free music")
    drifts = []
    for precision in precisions:
        other = MusicGen(checkpoint, "cpu", precision.value)
        both = SideBySide(reference, other.decoder)
        engine.decoder = both
        for prompt in PROMPTS:
            _listen(engine, GenerationRequest((prompt,), seconds, guidance_scale=GUIDANCE_SCALE))
        engine.decoder = reference
        drift = _drift(precision, both, sounds, _sounds(other, seconds, SEEDS) if with_music else [])
        drifts.append(drift)
        report(_line(drift))
    if with_music:
        chance = _heard(sounds, _sounds(engine, seconds, OTHER_SEEDS))
        report(f"float32 with other seeds, for comparison: chroma {chance[0]:.3f}, loudness {chance[1]:+.1f} dB")
    return drifts


@dataclass(slots=True)
class _KVCaches:
    """What two models remember."""

    reference: KVCache
    other: KVCache

    @property
    def length(self) -> int:
        """Positions so far."""
        return self.reference.length

    @length.setter
    def length(self, length: int) -> None:
        self.reference.length = self.other.length = length


class SideBySide:
    """Two language models as one: the first decides, and how far the second is from it is written down.

    Args:
        reference: Decides.
        other: Is compared.
    """

    def __init__(self, reference: LanguageModel, other: LanguageModel) -> None:
        self.config, self.device, self.precision = reference.config, reference.device, reference.precision
        self._reference, self._other = reference, other
        self.divergences: list[Tensor] = []  # of every step, `[codebooks]`, in nats

    def new_cache(
        self,
        rows: int,
        positions: int,
        texts: Sequence[Tensor] = (),
        text_rows: int = 0,
        begins: Sequence[int] = (),
    ) -> KVCache:
        """Return two empty caches; see `LanguageModel.new_cache`."""
        models = self._reference, self._other
        return _KVCaches(*(model.new_cache(rows, positions, texts, text_rows, begins) for model in models))

    def embed(self, tokens: Tensor) -> Tensor:
        """Embed tokens as the reference does."""
        return self._reference.embed(tokens)

    def forward(self, x: Tensor, cache: KVCache) -> Tensor:
        """Run both, compare, and return the reference's logits."""
        assert isinstance(cache, _KVCaches)
        expected = self._reference.forward(x, cache.reference)
        self.divergences.append(divergence(expected, self._other.forward(x, cache.other)))
        return expected

    def cache_bytes(self, rows: int, positions: int) -> int:
        """Return what both need."""
        return self._reference.cache_bytes(rows, positions) + self._other.cache_bytes(rows, positions)


def divergence(expected: Tensor, found: Tensor) -> Tensor:
    """Return KL(expected || found) of what tokens are drawn from, in nats, float32 `[codebooks]`.

    Args:
        expected: Logits of the conditional and the null row, `[2, codebooks, card]`.
        found: The same, of another model.
    """
    log_p, log_q = (
        torch.log_softmax(guided(logits[0], logits[1], GUIDANCE_SCALE).double(), dim=-1) for logits in (expected, found)
    )
    return functional.kl_div(log_q, log_p, reduction="none", log_target=True).sum(dim=-1).float()


def _listen(engine: MusicGen, request: GenerationRequest) -> Audio:
    blocks = [block.audio for block in engine.stream(request, Event())]
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].sample_rate)


def _sounds(engine: MusicGen, seconds: float, seeds: tuple[int, ...]) -> list[Audio]:
    return [
        _listen(engine, GenerationRequest((prompt,), seconds, guidance_scale=GUIDANCE_SCALE, seed=seed))
        for prompt in PROMPTS
        for seed in seeds
    ]


def _drift(precision: Precision, both: SideBySide, expected: list[Audio], found: list[Audio]) -> Drift:
    kl = torch.stack(both.divergences)  # [steps, codebooks]
    pitch_classes, loudness = _heard(expected, found) if expected else (None, None)
    worst = torch.quantile(kl, 0.99, dim=0)
    return Drift(precision, len(kl), tuple(kl.mean(dim=0).tolist()), tuple(worst.tolist()), pitch_classes, loudness)


def _heard(expected: list[Audio], found: list[Audio]) -> tuple[float, float]:
    """Return the cosine between the mean chroma of both, and the difference of their loudness in dB."""
    ours, theirs = (np.mean([chroma(sound).mean(axis=0) for sound in sounds], axis=0) for sounds in (expected, found))
    cosine = float(ours @ theirs / (np.linalg.norm(ours) * np.linalg.norm(theirs)))
    levels = [[integrated_lufs(sound) or SILENCE_LUFS for sound in sounds] for sounds in (expected, found)]
    return cosine, float(np.mean(levels[1]) - np.mean(levels[0]))


def _line(drift: Drift) -> str:
    mean, worst = (" ".join(f"{value:7.4f}" for value in values) for values in (drift.kl, drift.kl_p99))
    heard = "" if drift.pitch_classes is None else f"  {drift.pitch_classes:6.3f}  {drift.loudness_db:+5.1f} dB"
    return f"{drift.precision.value:10s} {mean}  | {worst}{heard}  {'close' if drift.is_close else 'too far'}"
