"""What `generate` says while it runs: a live line on a terminal, a line for each clip, or JSON for machines."""

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from musicgen_studio.core.ending import ending_in_words
from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.errors import UserProblem

if TYPE_CHECKING:
    from musicgen_studio.studio.making.sinks.folder import SavedClip
    from musicgen_studio.studio.making.sinks.pace import Progress


class Output:
    """Clips go to stdout, everything else to stderr.

    Args:
        as_json: One JSON object per clip instead of a line, and no progress.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._is_live = not as_json and sys.stderr.isatty()
        self.last_file: Path | None = None
        """The sound file told of last."""
        self._live_width = 0  # of the line that is on the screen now

    def note(self, text: str) -> None:
        """Tell the person something beside the result."""
        self._clear()
        print(text, file=sys.stderr, flush=True)

    def problem(self, problem: UserProblem) -> None:
        """Tell the person what did not work, where the run goes on all the same."""
        self.note(f"{problem.what}\n{problem.why}\n{problem.what_to_do}")

    def progress(self, progress: "Progress") -> None:
        """Show how far the run is, over the line before; nothing if nobody watches."""
        if self._is_live:
            line = progress_line(progress)[: shutil.get_terminal_size().columns - 1]
            print(f"\r{line:<{self._live_width}}", end="", file=sys.stderr, flush=True)
            self._live_width = len(line)

    def clip(self, clip: "SavedClip") -> None:
        """Tell of a clip that is on disk."""
        from musicgen_studio.export.finish import said_of_limiting

        self._clear()
        self.last_file = clip.sound_file
        print(_json_line(clip) if self._as_json else _clip_line(clip), flush=True)
        limited = said_of_limiting(clip.record.limited_db)
        ending = clip.record.ending if clip.record.order.endings else None  # a fade that was asked for needs no words
        for said in (limited, None if ending is None else f"{ending_in_words(ending)}."):
            if said is not None:
                self.note(f"{clip.sound_file.name}: {said}")

    def _clear(self) -> None:
        if self._live_width:
            print(f"\r{'':<{self._live_width}}\r", end="", file=sys.stderr, flush=True)
            self._live_width = 0


def progress_line(progress: "Progress") -> str:
    """Return such a line: `prompt 2 of 3 · 9.3 of 24.0 s · 5.1 × real time · 3 s left`."""
    parts = [f"{progress.made_s:.1f} of {progress.wanted_s:.1f} s", f"{speed_in_words(progress.speed)} × real time"]
    if progress.prompts > 1:
        parts.insert(0, f"prompt {progress.prompt + 1} of {progress.prompts}")
    if progress.left_s is not None:
        parts.append(f"{duration_in_words(progress.left_s)} left")
    return " · ".join(parts)


def duration_in_words(seconds: float) -> str:
    """Return such words: `8 s`, `2 min 30 s` or `1 h 4 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _clip_line(clip: "SavedClip") -> str:
    cut = "" if clip.record.complete else ", not complete"
    fit = "" if clip.record.fit is None else f", fits {clip.record.fit:.2f}"
    return f"{clip.sound_file} ({clip.duration_s:.1f} s{fit}{cut})"


def _json_line(clip: "SavedClip") -> str:
    told = {
        "sound_file": str(clip.sound_file),
        "recipe_file": str(clip.record_file),
        "duration_s": clip.duration_s,
        "recipe": asdict(clip.record),
    }
    return json.dumps({"clip": told})
