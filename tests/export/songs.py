"""Songs to export: tones and hits whose every beat is known, in stems of whole 24-bit steps that add up exactly."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.core.song import Marker, Song
from musicgen_studio.core.tempo_map import TempoMap

A_MINOR = Key(9, is_minor=True)
STEMS = ("drums", "bass", "lead", "other")

NASTY_TITLES = [
    "",
    'AC/DC: "live"? <1|2> * \\ `back` \'s & Söhne; 50% $HOME',
    "悲しい ジャズ ☾ 🎹",
    "CON",
    "-rf --help",
    "tab\tnew\nline\x00nul\x1b",
    "x" * 300,
    "...",
    "lone \ud800 surrogate]]>",
]


def clip(frames: int, rate: int, channels: int, title: str = "Night Drive") -> Clip:
    return Clip(
        "0" * 32,
        title or " \ufeff.",
        Origin.GENERATED,
        "2026-01-31T12:00:00+00:00",
        frames,
        rate,
        channels,
        prompt='sad jazz, "slow" & <blue>',
        seed=7,
        checkpoint="starter",
        licence="CC0-1.0",
    )


def tempo_at(duration_s: float, bpm: float = 125.0, downbeat_s: float = 0.24) -> TempoMap:
    return TempoMap.constant(bpm, duration_s, downbeat_s=downbeat_s)


def music(tempo: TempoMap, duration_s: float, rate: int, channels: int = 1) -> Audio:
    """Return a bass and a chord that know nothing of the bars, and a hit on every beat."""
    time_s = np.arange(round(duration_s * rate)) / rate
    tones = np.sin(2 * np.pi * np.outer(time_s, (55.3, 220.7, 277.9, 331.1))).sum(axis=1) / 10
    for beat_s in tempo.beats_s:
        since_s = np.maximum(time_s - beat_s, 0)
        tones += np.where(time_s >= beat_s, np.exp(-since_s * 30) * np.sin(2 * np.pi * 80 * since_s), 0) / 3
    return Audio(np.repeat(tones.astype(np.float32)[:, np.newaxis], channels, axis=1), rate)


def rounded(samples: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Return samples as whole 24-bit steps."""
    steps: npt.NDArray[np.float32] = (np.rint(samples * 2**23) / 2**23).astype(np.float32)
    return steps


@cache
def _stems(duration_s: float, rate: int, channels: int) -> dict[str, Audio]:
    noise = np.random.default_rng(1)
    frames = round(duration_s * rate)
    return {
        name: Audio(rounded(noise.standard_normal((frames, channels), dtype=np.float32) * 0.05), rate) for name in STEMS
    }


def _mix(stems: dict[str, Audio], rate: int) -> Audio:
    return Audio(sum(stem.samples for stem in stems.values()), rate)  # type: ignore[arg-type]


def song(
    duration_s: float = 4.0,
    rate: int = 44_100,
    channels: int = 2,
    *,
    title: str = "Night Drive",
    with_stems: bool = True,
    with_melody: bool = True,
) -> Song:
    """Return a song with everything a song can have."""
    stems = _stems(duration_s, rate, channels)
    parts: dict[str, Callable[[], Audio]] = {name: partial(stems.__getitem__, name) for name in stems}
    return Song(
        clip(round(duration_s * rate), rate, channels, title),
        partial(_mix, stems, rate),
        parts if with_stems else {},
        tempo_at(duration_s),
        A_MINOR,
        (
            Marker('take "1" `x` <&>', 0.0, duration_s / 2),
            Marker("", duration_s / 2, duration_s),
            Marker("drop ☾", 1.0),
        ),
        Melody((Note(0.5, 0.25, 69.2), Note(1.0, 0.5, 71.0, velocity=0.5)), max(duration_s, 1.5))
        if with_melody
        else None,
    )


def files(folder: object) -> list[str]:
    """Return everything below a folder, by its path from there."""
    from pathlib import Path

    root = Path(str(folder))
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))
