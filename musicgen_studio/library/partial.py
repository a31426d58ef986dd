"""A clip whose sound comes in pieces, safe from the first second on. Not for clips that are done (`library`)."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import write_text
from musicgen_studio.library import wave_file
from musicgen_studio.library.files import Places, writing
from musicgen_studio.library.rows import tidy, to_json
from musicgen_studio.library.wave_file import WaveShape

_WHAT = "The sound that is being made could not be saved."


class PartialClip:
    """A clip in the making. One thread uses it, any thread.

    If the program is killed, the next start finds what was appended but for the last second, and makes it a clip.

    Args:
        places: Of the library.
        clip: Its values so far; `frames` does not count.
        keep: Puts the finished clip into the library and returns it.
        remove: Removes what files there are of a clip by its id; raises OSError if the system does not let one go.
        forget: Called with the id once there is nothing to wait for.

    Raises:
        UserProblem: If nothing can be written.
    """

    def __init__(
        self,
        places: Places,
        clip: Clip,
        keep: Callable[[Clip], Clip],
        remove: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        self._places = places
        self._part = places.part(clip.id)
        self._clip = tidy(clip)
        self._keep = keep
        self._remove = remove
        self._forget = forget
        self._waiting: list[Samples] = []
        self._written_frames = 0
        self._is_open = True
        # What the clip is if nobody gets to finish it.
        write_text(
            places.record(clip.id), to_json(replace(self._clip, origin=Origin.RECOVERED, stem="", is_complete=False))
        )
        with writing(_WHAT, places.unfinished):
            wave_file.create(self._part, self._shape(0))

    def _shape(self, frames: int) -> WaveShape:
        return WaveShape(self._clip.sample_rate, self._clip.channels, frames)

    @property
    def clip(self) -> Clip:
        """The clip as it was begun."""
        return self._clip

    @property
    def frames(self) -> int:
        """How many frames were appended."""
        return self._written_frames + self._waiting_frames

    @property
    def written_frames(self) -> int:
        """How many of them are in the file, and are found if the program is killed."""
        return self._written_frames

    @property
    def _waiting_frames(self) -> int:
        return sum(len(samples) for samples in self._waiting)

    def append(self, samples: Samples) -> None:
        """Add sound at the end. About every second of it goes to the disk.

        Args:
            samples: float32 `[frames, channels]`, any number of frames.

        Raises:
            UserProblem: If the disk does not take it. It is kept in memory, and the next `append` or `finish` tries
                again. Or a file can hold no more: what goes beyond that is let go, and what is there can be finished.
            ValueError: If it is not sound, or has other channels than the clip.
        """
        self._check_open()
        audio = Audio(samples, self._clip.sample_rate)
        if audio.channels != self._clip.channels:
            raise ValueError(f"samples must have {self._clip.channels} channels, got {audio.channels}")
        self._waiting.append(samples.copy())  # the caller may fill its array anew
        if self._waiting_frames >= self._clip.sample_rate and not self._write_waiting():
            why = "A sound file holds 4 gigabytes at most."
            raise UserProblem("The clip cannot become longer.", why, "Stop here, and go on in a new clip.")

    def _write_waiting(self) -> bool:
        """Write what waits as far as a file can hold it; tell whether that was all of it, and let the rest go."""
        if not self._waiting:
            return True
        waiting = np.concatenate(self._waiting)
        fitting = waiting[: self._shape(0).max_frames - self._written_frames]
        if len(fitting):
            with writing(_WHAT, self._places.unfinished):
                wave_file.put(self._part, self._written_frames, fitting)
        self._written_frames += len(fitting)
        self._waiting.clear()
        return len(fitting) == len(waiting)

    def finish(self, clip: Clip) -> Clip:
        """Make it a clip of the library.

        Args:
            clip: Its final values; `frames` is counted here.

        Returns:
            The clip as it is in the library.

        Raises:
            UserProblem: If the disk does not take it. Nothing is lost: call again, or leave it to the next start.
            ValueError: If nothing was appended, or the clip is another.
        """
        self._check_open()
        same = [getattr(clip, name) == getattr(self._clip, name) for name in ("id", "sample_rate", "channels")]
        if not all(same) or not self.frames:
            raise ValueError(f"a clip with sound and the values of {self._clip.id} can be finished, got {clip!r:.200}")
        self._write_waiting()
        final = tidy(replace(clip, frames=self.frames))
        with writing(_WHAT, self._places.unfinished):
            wave_file.seal(self._part, self._shape(self.frames), tail_of(final))
        write_text(self._places.record(clip.id), to_json(final))
        kept = self._keep(final)
        self._end()
        return kept

    def abandon(self) -> None:
        """Remove it. After `finish` it does nothing.

        Raises:
            UserProblem: If the system does not let it go.
        """
        if self._is_open:
            with writing("The unfinished sound could not be removed.", self._places.unfinished):
                self._remove(self._clip.id)
            self._end()

    def _end(self) -> None:
        self._is_open = False
        self._waiting.clear()
        self._forget(self._clip.id)

    def _check_open(self) -> None:
        if not self._is_open:
            raise ValueError(f"the clip {self._clip.id} was finished or abandoned")


def tail_of(clip: Clip) -> bytes:
    """Return what stands behind a clip's sound in its file. No title: the file keeps its content when it is renamed."""
    texts = {"ICMT": clip.prompt, "ICOP": clip.licence, "ICRD": clip.created[:10], "ISFT": "MusicGen Studio"}
    return wave_file.tail(clip.id, texts)
