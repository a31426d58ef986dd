"""A recorded take in the library: its title, its fresh record, and what is cut off it when it is used.

The sound of a take never changes. Where it begins and ends and how loud it is used is a value beside it, kept in the
library's memory and applied anew each time. Not for recording (`recording`).
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library

NORMAL_PEAK = 10 ** (-1 / 20)
"""What the loudest sample of a normalised take is: -1 dBFS."""

_TITLE = "Hum"
_NUMBERED = re.compile(rf"{_TITLE} ([1-9][0-9]{{0,8}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TakeEdit:
    """How a take is used.

    Args:
        start_s: Where it begins, in seconds from the beginning of its sound, 0 or more.
        end_s: Where it ends, likewise, above `start_s`; None is the end of its sound.
        is_normalised: Whether it is made so loud that its peak is -1 dBFS.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    start_s: float = 0.0
    end_s: float | None = None
    is_normalised: bool = False

    def __post_init__(self) -> None:
        if not (self.start_s >= 0 and isfinite(self.start_s)):
            raise ValueError(f"start_s must be 0 or more, got {self.start_s}")
        if self.end_s is not None and not (self.end_s > self.start_s and isfinite(self.end_s)):
            raise ValueError(f"end_s must be above start_s ({self.start_s}), got {self.end_s}")


def edited(audio: Audio, edit: TakeEdit) -> Audio:
    """Return a take as it is to be used.

    Args:
        audio: Its whole sound; not changed.
        edit: What to make of it. What reaches beyond the sound means its end.

    Returns:
        A sound of one frame at least; silence stays silence.
    """
    start = min(round(edit.start_s * audio.sample_rate), audio.frames - 1)
    end = audio.frames if edit.end_s is None else min(round(edit.end_s * audio.sample_rate), audio.frames)
    samples = audio.samples[start : max(end, start + 1)]
    peak = np.abs(samples).max()
    if edit.is_normalised and peak > 0:
        samples = samples * np.float32(NORMAL_PEAK / peak)
    return Audio(samples, audio.sample_rate)


def take_edit(library: Library, clip_id: str) -> TakeEdit:
    """Return how a take is to be used: as it is unless `keep_take_edit` said otherwise."""
    text = library.recall(_key(clip_id))
    try:
        return TakeEdit() if text is None else TakeEdit(**json.loads(text))
    except (TypeError, ValueError):  # damaged, or of a newer program: the take itself is whole
        return TakeEdit()


def keep_take_edit(remember: Callable[[str, str], object], clip_id: str, edit: TakeEdit) -> None:
    """Keep how a take is to be used.

    Args:
        remember: Keeps a text of the library under a key, now or soon.
        clip_id: The take.
        edit: How it is used from now on.
    """
    remember(_key(clip_id), json.dumps(asdict(edit)))


def new_take(library: Library, sample_rate: int, tempo_bpm: float | None) -> Clip:
    """Return the clip of a take that is about to be recorded, with the next free number in its title.

    Args:
        library: Where it will be.
        sample_rate: In Hz.
        tempo_bpm: Of the metronome it is recorded to, None if without.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    title = _next_title([*library.clips(), *library.clips(trashed=True)])
    return Clip(new_id(), title, Origin.RECORDED, now, 1, sample_rate, 1, tempo_bpm=tempo_bpm)


def _next_title(clips: Iterable[Clip]) -> str:
    numbers = [int(found[1]) for clip in clips if (found := _NUMBERED.fullmatch(clip.title))]
    return f"{_TITLE} {max(numbers, default=0) + 1}"


def _key(clip_id: str) -> str:
    return f"take {clip_id}"
