"""All settings of a training, as one value with two presets, and as a TOML file a person can edit.

`starter` is what the shipped checkpoint is made with; `tiny` goes through everything in seconds and is for tests. The
same settings serve CPU and CUDA. Not for where things lie (`workspace`) or how long a run may take (`pace`).
"""

import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from musicgen_studio.core.request import USUAL_SAMPLING, GenerationRequest, Sampling
from musicgen_studio.errors import UserProblem

FRAME_RATE_HZ = 50
CODEC_RATIOS = (8, 5, 4, 4)
HOP_SAMPLES = 640
FRAME_MS = 20
"""Length of a codec frame: 640 samples at 32 kHz."""

FRAMES_PER_SIXTEENTH = range(5, 11)
"""The corpus' six tempi: 750 / k BPM."""


def _check(settings: Any, **ranges: tuple[float, float]) -> None:
    known = {each.name for each in fields(settings)}
    for name, (lowest, highest) in ranges.items():
        assert name in known
        value = getattr(settings, name)
        if not lowest <= value <= highest:
            raise ValueError(f"{name} must be {lowest} to {highest}, got {value}")


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """The music to learn from.

    Args:
        hours: How much.
        piece_s: About how long a piece is.
        pieces_per_shard: How many pieces go into one file.
        seed: Decides every piece.
        soundfont: Path; empty finds the one the system has.
    """

    hours: float = 50.0
    piece_s: float = 36.0
    pieces_per_shard: int = 20
    seed: int = 1
    soundfont: str = ""

    def __post_init__(self) -> None:
        _check(self, hours=(0.0005, 1000), piece_s=(4, 600), pieces_per_shard=(1, 1000))


@dataclass(frozen=True, slots=True)
class CodecSettings:
    """The codec and its stages.

    Args:
        filters: Width of the network.
        hidden: Width of the latents.
        lstm_layers: Depth of its recurrent part.
        codebook_size: Codes in a codebook.
        codebooks: How many.
        hours: How much of the corpus is held in memory for it.
        crop_s: Length of a training example in half of the steps.
        longest_crop_s: Its length in the others, which have as much music in fewer examples.
        rooms: Share of examples that are put into another room.
        batch: Examples of `crop_s` a step; a graphics card takes more, see `larger`.
        autoencoder_steps: Steps without quantising.
        latents: How many latents the codebooks are made from.
        joint_steps: Steps of encoder, codebooks and decoder together.
        refit_every: Steps of those after which the codebooks are fitted again.
        decoder_steps: Steps of the decoder on quantised latents.
        adversarial_steps: Steps against a discriminator.
        adversarial_on_cpu: Whether the last stage also runs without CUDA.
        matrix_rate: Muon's learning rate.
        other_rate: AdamW's learning rate, for biases.
        joint_matrix_rate: Muon's while the codebooks learn with the rest.
        further_matrix_rate: Muon's at that time where the training began with a codec that had learned before.
        weight_decay: Muon's.
        seed: Decides everything random.
    """

    filters: int = 16
    hidden: int = 128
    lstm_layers: int = 1
    codebook_size: int = 1024
    codebooks: int = 4
    hours: float = 6.0
    crop_s: float = 1.0
    longest_crop_s: float = 2.0
    rooms: float = 0.3
    batch: int = 8
    autoencoder_steps: int = 4000
    latents: int = 80_000
    joint_steps: int = 6000
    refit_every: int = 400
    decoder_steps: int = 6000
    adversarial_steps: int = 6000
    adversarial_on_cpu: bool = False
    matrix_rate: float = 0.01
    other_rate: float = 1e-3
    joint_matrix_rate: float = 0.002
    further_matrix_rate: float = 0.001
    weight_decay: float = 0.2
    seed: int = 2

    def __post_init__(self) -> None:
        _check(self, filters=(1, 64), batch=(1, 1024), crop_s=(0.2, 30), codebook_size=(8, 4096), codebooks=(1, 8))
        _check(self, longest_crop_s=(0.2, 30), rooms=(0, 1))
        _check(self, joint_steps=(0, 10_000_000), refit_every=(1, 10_000_000), weight_decay=(0, 10))
        if self.latents < self.codebook_size:
            raise ValueError(f"latents must be at least codebook_size {self.codebook_size}, got {self.latents}")


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """The language model.

    Args:
        width: Of the decoder; not that of the text encoder, because transformers then leaves out the projection.
        layers: Of the decoder.
        heads: Of the attention.
        window_s: Whole seconds it sees at once.
        batch: Windows a step; a graphics card takes more, see `larger`.
        short_window_s: Whole seconds of a short window: what a piece begins with is heard more often in those.
        short_share: Share of steps with short windows, as many more as fit into the time of long ones.
        opening_weight: How much more the first second of a window counts: there the words decide, later what is heard.
        listener_weight: How much it counts whether the middle of the decoder knows what music it is, see `listener`.
        steps: How long it learns.
        codebook_weights: How much each codebook counts: the first decide pitch and rhythm. The last is for all others.
        text_dropout: Share of windows without words, so that guidance has something to compare with.
        melody_dropout: Share of windows without a melody.
        displaced_share: Share of windows in which some of what is heard comes a frame or two early or late.
        on_bar: Share of windows that begin with a bar; the rest begins anywhere, as when a clip is continued.
        from_start: Share of windows that begin where their piece does.
        tempo_weights: How often a piece is drawn beside others for its tempo, one weight for each k from 5 (150 BPM) to
            10 (75 BPM). Those of 75 and 150 BPM teach the same clock, those of 83 and 94 BPM each their own.
        swing_weight: How often a piece that swings is drawn beside one that does not: few styles do.
        matrix_rate: Muon's learning rate.
        other_rate: AdamW's learning rate, for embeddings, heads and norms.
        warm_up: Share of the training in which the rates rise.
        warm_down: Share at the end in which they fall to nothing.
        validate_every: Steps.
        validation_windows: How many held-out windows.
        seed: Decides everything random.
    """

    width: int = 320
    layers: int = 8
    heads: int = 5
    window_s: int = 12
    batch: int = 8
    short_window_s: int = 3
    short_share: float = 0.4
    opening_weight: float = 3.0
    listener_weight: float = 1.5
    steps: int = 20_000
    codebook_weights: tuple[float, ...] = (0.4, 0.25, 0.2, 0.15)
    text_dropout: float = 0.15
    melody_dropout: float = 0.2
    displaced_share: float = 0.6
    on_bar: float = 0.6
    from_start: float = 0.15
    tempo_weights: tuple[float, ...] = (0.5, 0.8, 1.2, 2.2, 3.0, 1.2)
    swing_weight: float = 1.7
    matrix_rate: float = 0.02
    other_rate: float = 3e-3
    warm_up: float = 0.01
    warm_down: float = 0.4
    validate_every: int = 250
    validation_windows: int = 128
    seed: int = 3

    def __post_init__(self) -> None:
        _check(self, width=(16, 4096), layers=(1, 64), window_s=(1, 30), batch=(1, 4096), text_dropout=(0, 1))
        _check(self, melody_dropout=(0, 1), on_bar=(0, 1), from_start=(0, 1), warm_up=(0, 0.5), warm_down=(0, 1))
        _check(self, short_window_s=(1, 30), short_share=(0, 1), displaced_share=(0, 1), opening_weight=(0.01, 100))
        _check(self, listener_weight=(0, 100), swing_weight=(0.01, 100))
        for name in ("codebook_weights", "tempo_weights"):
            weights = tuple(getattr(self, name))  # TOML has lists
            object.__setattr__(self, name, weights)
            if not weights or min(weights) <= 0:
                raise ValueError(f"{name} must be above 0, got {weights}")
        if len(self.tempo_weights) != len(FRAMES_PER_SIXTEENTH):
            raise ValueError(f"there must be {len(FRAMES_PER_SIXTEENTH)} tempo_weights, got {self.tempo_weights}")
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of the {self.heads} heads, got {self.width}")

    @property
    def window_frames(self) -> int:
        """The window in codec frames."""
        return self.window_s * FRAME_RATE_HZ


@dataclass(frozen=True, slots=True)
class SeparatorSettings:
    """The separator and what it learns from.

    Args:
        pieces: How many pieces are played for it.
        piece_s: About how long a piece is.
        coded_minutes: How much is taken through the codec.
        coded_share: Share of examples that are.
        widths: Of the network's four levels.
        bottom: Width where all frequencies meet.
        batch: Examples a step.
        crop_s: Length of an example.
        steps: How long it learns.
        matrix_rate: Muon's learning rate.
        other_rate: AdamW's learning rate, for biases and norms.
        warm_down: Share at the end in which the rates fall to nothing.
        distortion_share: Share at the end in which it learns by the distortion of the stems.
        seed: Decides everything random.
        is_half: Whether the network's products are taken at 16 bit (bfloat16): nearly twice as fast where the processor
            has instructions for it, slower elsewhere.
    """

    pieces: int = 900
    piece_s: float = 24.0
    coded_minutes: float = 120.0
    coded_share: float = 0.45
    widths: tuple[int, ...] = (32, 64, 96, 160)
    bottom: int = 256
    batch: int = 4
    crop_s: float = 4.0
    steps: int = 4900
    matrix_rate: float = 0.02
    other_rate: float = 1e-3
    warm_down: float = 0.6
    distortion_share: float = 0.4
    seed: int = 1
    is_half: bool = False

    def __post_init__(self) -> None:
        _check(self, pieces=(1, 100_000), piece_s=(4, 600), coded_minutes=(0, 10_000), coded_share=(0, 1))
        _check(self, batch=(1, 1024), crop_s=(0.5, 12), steps=(1, 10_000_000), warm_down=(0, 1), bottom=(1, 4096))
        _check(self, distortion_share=(0, 1))
        object.__setattr__(self, "widths", tuple(self.widths))  # TOML has lists


@dataclass(frozen=True, slots=True)
class BeatSettings:
    """The net that hears beats and downbeats.

    Args:
        pieces: How many pieces it learns from.
        piece_s: About how long a piece is.
        pieces_per_shard: How many pieces go into one file.
        drifting: Share of pieces whose tempo wanders.
        coded: Share of pieces that go through the starter's codec.
        width: Of the network.
        layers: Each looks twice as far as the one before.
        batch: Examples a step.
        shortest_s: Of an example.
        longest_s: Of an example.
        steps: How long it learns.
        rate: AdamW's learning rate.
        seed: Decides everything random.
    """

    pieces: int = 560
    piece_s: float = 20.0
    pieces_per_shard: int = 20
    drifting: float = 0.5
    coded: float = 0.15
    width: int = 48
    layers: int = 8
    batch: int = 8
    shortest_s: float = 6.0
    longest_s: float = 14.0
    steps: int = 1600
    rate: float = 2e-3
    seed: int = 5

    def __post_init__(self) -> None:
        _check(self, pieces=(1, 1_000_000), piece_s=(4, 600), drifting=(0, 1), coded=(0, 1), width=(4, 1024))
        _check(self, layers=(1, 12), batch=(1, 1024), shortest_s=(1, 600), longest_s=(self.shortest_s, 600))


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything.

    Args:
        corpus: The music.
        codec: The codec.
        language: The language model.
        separator: The separator, which is trained by itself.
        beats: The net that hears beats.
        sampling: How the checkpoint says it is best sampled. One that goes on from another says what that one says.
        save_every_s: Seconds between saved states: what a kill can cost at most.
        examples_every_s: Seconds between sounds to listen to; 0 makes none, at the end neither.
    """

    corpus: CorpusSettings = field(default_factory=CorpusSettings)
    codec: CodecSettings = field(default_factory=CodecSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    separator: SeparatorSettings = field(default_factory=SeparatorSettings)
    beats: BeatSettings = field(default_factory=BeatSettings)
    sampling: Sampling = USUAL_SAMPLING
    save_every_s: float = 120.0
    examples_every_s: float = 900.0

    def __post_init__(self) -> None:
        GenerationRequest(("",), **asdict(self.sampling))  # refuses what nobody could make music with


PRESETS = {
    "starter": TrainingSettings(),
    "tiny": TrainingSettings(
        corpus=CorpusSettings(hours=0.03, piece_s=6.0, pieces_per_shard=6),
        codec=CodecSettings(
            filters=4, hidden=16, codebook_size=32, hours=0.03, crop_s=0.4, longest_crop_s=0.8, batch=2,
            autoencoder_steps=6, latents=400, joint_steps=5, refit_every=2, decoder_steps=4, adversarial_steps=2,
            adversarial_on_cpu=True,
        ),
        language=LanguageSettings(
            width=64, layers=2, heads=2, window_s=2, short_window_s=1, batch=4, steps=12, validate_every=6,
            validation_windows=4,
        ),
        separator=SeparatorSettings(
            pieces=3, piece_s=6.0, coded_minutes=0.2, widths=(4, 6, 8, 8), bottom=8, batch=2, crop_s=1.0, steps=8,
        ),
        beats=BeatSettings(
            pieces=8, piece_s=6.0, pieces_per_shard=4, width=8, layers=3, batch=2, shortest_s=3.0, longest_s=4.0,
            steps=6,
        ),
        examples_every_s=3600.0,
    ),
}  # fmt: skip


def read_settings(path: Path) -> TrainingSettings:
    """Read a settings file; what it leaves out is as in the preset `starter`.

    Raises:
        UserProblem: If it cannot be read, or a name or value is wrong.
    """
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        return settings_from(raw)
    except (OSError, tomllib.TOMLDecodeError, ValueError, TypeError) as error:
        raise UserProblem(
            "The training's settings cannot be used.", f"{path}: {error}.", "Correct the file, or begin from a preset."
        ) from error


def named_in(path: Path, table: str) -> frozenset[str]:
    """Return which names a settings file that can be read has in a table; the others are the preset's."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(raw.get(table, {}))


def settings_from(raw: dict[str, Any]) -> TrainingSettings:
    """Build settings from nested tables.

    Raises:
        ValueError, TypeError: If a name is unknown or a value out of range.
    """
    rooms: dict[str, Callable[..., Any]] = {
        "corpus": CorpusSettings, "codec": CodecSettings, "language": LanguageSettings,
        "separator": SeparatorSettings, "beats": BeatSettings,
        "sampling": partial(replace, TrainingSettings().sampling),
    }  # fmt: skip
    values = {name: rooms[name](**value) if name in rooms else value for name, value in raw.items()}
    return TrainingSettings(**values)


def as_toml(settings: TrainingSettings) -> str:
    """Write settings as TOML; `read_settings` gives the same back."""
    tables = {name: value for name, value in asdict(settings).items() if isinstance(value, dict)}
    lines = [f"{name} = {_toml(value)}" for name, value in asdict(settings).items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def with_hours(settings: TrainingSettings, hours: float) -> TrainingSettings:
    """Return settings for a corpus of another length."""
    return replace(settings, corpus=replace(settings.corpus, hours=hours))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return repr(list(value))
    return f'"{value}"' if isinstance(value, str) else repr(value)
