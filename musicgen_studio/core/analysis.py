"""What was found out about a clip, or set by hand: tempo, beats and bars, key, loudness, and how sure each is.

What is shown as a fact is what is sure; the rest carries a question mark or what else it could be. Not for finding it
out (`analysis`) or for keeping it (`library`).
"""

import json
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

from musicgen_studio.core.melody import Key
from musicgen_studio.core.tempo_map import TempoMap

SURE = 0.5
"""From this confidence on something is shown as a fact."""

STEADY = 0.01
"""A drift up to this share of the tempo is none that a musician would speak of."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a clip.

    Args:
        tempo_map: Its beats and bars, with how sure the beats are; None if it has none.
        bars_confidence: How sure metre and downbeats are, 0 to 1.
        other_bpms: What else the tempo could be, half or twice as fast, in order; empty if it is clear.
        key: Its key, whose `strength` is how sure it is; None if nothing has a pitch.
        lufs: Its integrated loudness; None for silence.
        is_locked: Whether somebody set or confirmed it: it is then never found out anew.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    tempo_map: TempoMap | None = None
    bars_confidence: float = 0.0
    other_bpms: tuple[float, ...] = ()
    key: Key | None = None
    lufs: float | None = None
    is_locked: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.bars_confidence <= 1:
            raise ValueError(f"bars_confidence must be 0 to 1, got {self.bars_confidence}")
        if not all(isfinite(bpm) and bpm > 0 for bpm in self.other_bpms):
            raise ValueError(f"other_bpms must be above 0, got {self.other_bpms}")
        if self.lufs is not None and not isfinite(self.lufs):
            raise ValueError(f"lufs must be a finite number, got {self.lufs}")

    @property
    def bpm(self) -> float | None:
        """The tempo in beats per minute, sure or not; None without beats."""
        return None if self.tempo_map is None else self.tempo_map.bpm

    @property
    def has_sure_tempo(self) -> bool:
        """Whether the tempo is a fact."""
        return self.tempo_map is not None and self.tempo_map.confidence >= SURE and not self.other_bpms

    @property
    def has_sure_bars(self) -> bool:
        """Whether metre and downbeats are facts."""
        return self.tempo_map is not None and self.tempo_map.confidence >= SURE and self.bars_confidence >= SURE

    @property
    def has_sure_key(self) -> bool:
        """Whether the key is a fact."""
        return self.key is not None and self.key.strength >= SURE

    @property
    def tempo_text(self) -> str:
        """Such as `125 bpm`, `≈ 125 bpm` if it drifts, `≈ 62 or 125 bpm`, `125 bpm?`; empty without beats."""
        if self.tempo_map is None:
            return ""
        if self.other_bpms:
            choices = sorted((*self.other_bpms, self.tempo_map.bpm))
            return f"≈ {' or '.join(f'{bpm:.0f}' for bpm in choices)} bpm"
        about = "≈ " if self.tempo_map.drift > STEADY else ""
        return f"{about}{bpm_text(self.tempo_map.bpm)} bpm{'' if self.has_sure_tempo else '?'}"

    @property
    def key_text(self) -> str:
        """Such as `A minor`, or `A minor?`; empty without a key."""
        return "" if self.key is None else self.key.name + ("" if self.has_sure_key else "?")

    @property
    def metre_text(self) -> str:
        """Such as `4/4`, or `3/4?`; empty without beats."""
        if self.tempo_map is None:
            return ""
        return f"{self.tempo_map.beats_per_bar}/{self.tempo_map.beat_unit}" + ("" if self.has_sure_bars else "?")

    def locked(self, is_locked: bool = True) -> "Analysis":
        """Return it as confirmed by somebody, and a fact from then on, or as open to being found out anew."""
        if not is_locked:
            return replace(self, is_locked=False)
        sure = self if self.tempo_map is None else self._with_map(self.tempo_map)
        key = None if self.key is None else replace(self.key, strength=1.0)
        return replace(sure, key=key, is_locked=True)

    def with_key(self, key: Key | None) -> "Analysis":
        """Return it with a key that somebody chose."""
        return replace(self, key=None if key is None else replace(key, strength=1.0), is_locked=True)

    def with_bpm(self, bpm: float, duration_s: float) -> "Analysis":
        """Return it with a tempo that somebody typed or tapped; the first downbeat, if there is one, stays.

        Args:
            bpm: Beats per minute, `core.tempo_map.MIN_BPM` to `MAX_BPM`.
            duration_s: Length of the clip.

        Raises:
            ValueError: If the tempo is out of range.
        """
        known = self.tempo_map
        if known is None:
            return self._with_map(TempoMap.constant(bpm, duration_s))
        even = TempoMap.constant(
            bpm,
            duration_s,
            downbeat_s=known.downbeats_s[0] if known.downbeats_s else known.bar_s(0),
            beats_per_bar=known.beats_per_bar,
            beat_unit=known.beat_unit,
        )
        return self._with_map(even)

    def doubled(self) -> "Analysis":
        """Return it at twice the tempo; see `TempoMap.doubled`. Without beats it stays as it is."""
        return self if self.tempo_map is None else self._with_map(self.tempo_map.doubled())

    def halved(self) -> "Analysis":
        """Return it at half the tempo; see `TempoMap.halved`. Without beats it stays as it is."""
        return self if self.tempo_map is None else self._with_map(self.tempo_map.halved())

    def with_downbeat(self, time_s: float) -> "Analysis":
        """Return it moved so that a bar begins at a time: the nearest beat goes there, and all others with it."""
        return self if self.tempo_map is None else self._with_map(self.tempo_map.with_bar_at(time_s))

    def with_metre(self, beats_per_bar: int) -> "Analysis":
        """Return it with bars of another length, the first downbeat where it is.

        Raises:
            ValueError: If there is no such metre.
        """
        if self.tempo_map is None:
            return self
        first = self.tempo_map.first_downbeat % max(beats_per_bar, 1)
        return self._with_map(replace(self.tempo_map, beats_per_bar=beats_per_bar, first_downbeat=first))

    def _with_map(self, tempo_map: TempoMap) -> "Analysis":
        sure = replace(tempo_map, confidence=1.0)
        return replace(self, tempo_map=sure, bars_confidence=1.0, other_bpms=(), is_locked=True)

    def to_json(self) -> str:
        """Return it as a JSON object. Inverse of `from_json`."""
        told = asdict(self) | {"tempo_map": None if self.tempo_map is None else json.loads(self.tempo_map.to_json())}
        return json.dumps(told)

    @classmethod
    def from_json(cls, text: str) -> "Analysis":
        """Read what `to_json` wrote.

        Raises:
            ValueError: If it is not that.
        """
        told = json.loads(text)
        try:
            return _from_values(told)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"an analysis must be as it was written, got {text[:60]}") from error


def _from_values(told: dict[str, Any]) -> Analysis:
    tempo_map, key, lufs = told["tempo_map"], told["key"], told["lufs"]
    return Analysis(
        tempo_map=None if tempo_map is None else TempoMap.from_json(json.dumps(tempo_map)),
        bars_confidence=float(told["bars_confidence"]),
        other_bpms=tuple(map(float, told["other_bpms"])),
        key=None if key is None else Key(int(key["tonic"]), bool(key["is_minor"]), float(key["strength"])),
        lufs=None if lufs is None else float(lufs),
        is_locked=bool(told["is_locked"]),
    )


def bpm_text(bpm: float) -> str:
    """Return a tempo as musicians write it: whole where it is nearly, else with one digit: `125`, `92.4`."""
    return f"{bpm:.0f}" if abs(bpm - round(bpm)) < 0.15 else f"{bpm:.1f}"
