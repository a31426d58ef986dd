"""A recording of live music on the disk: the sound while it is heard, and the record that makes it again beside it.

A thread of its own writes, so that a slow disk does not break the music off. Every few seconds the file is made whole:
if the program is killed, what was heard until then is there, and can be made again. Not for the library's clips.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from musicgen_studio.core.audio import Samples
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import write_text
from musicgen_studio.library import wave_file
from musicgen_studio.library.wave_file import WaveShape

_WHOLE_EVERY_S, _PUT_EVERY_S = 5.0, 1.0


class Tape:
    """Writes a WAV file of 32-bit floats. One thread appends.

    Args:
        path: The file; there is none of that name, nor a record.
        sample_rate: In Hz.
        channels: Of the sound.
        describe: Gives the text of the record for so many frames, in the writing thread; None if there is none.

    Raises:
        UserProblem: If the file cannot be made.
    """

    def __init__(self, path: Path, sample_rate: int, channels: int, describe: Callable[[int], str | None]) -> None:
        self.path = path
        self._rate, self._channels, self._describe = sample_rate, channels, describe
        self._frames = self._whole = 0
        self._waiting: list[Samples] = []
        self.problem: UserProblem | None = None
        """Why no more is written, if so."""
        for each in (path, self.record_file):
            if each.exists():
                raise UserProblem(
                    "The recording would replace a file.", f"{each} is there already.", "Choose another name."
                )
        try:
            wave_file.create(path, self._shape(0))
        except OSError as error:
            raise _unwritable(path, error) from error
        self._queue: SimpleQueue[Samples | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tape", daemon=True)
        self._thread.start()

    @property
    def record_file(self) -> Path:
        """The record beside it."""
        return self.path.with_suffix(".json")

    def append(self, samples: Samples) -> None:
        """Add sound `[frames, channels]` at the end. Never waits."""
        self._queue.put(samples)

    def close(self) -> None:
        """Write what there is and return when it is on the disk."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (samples := self._queue.get()) is not None:
            self._write(samples)
        self._write(None)

    def _write(self, samples: Samples | None) -> None:
        """Write sound, or at the end what there still is. After a problem nothing: nobody waits for a torn tape."""
        if self.problem is not None:
            return
        try:
            if samples is None:
                self._make_whole()
            else:
                self._take(samples)
        except OSError as error:
            self.problem = _unwritable(self.path, error)
        except UserProblem as problem:
            self.problem = problem

    def _take(self, samples: Samples) -> None:
        self._waiting.append(samples)
        if sum(len(each) for each in self._waiting) >= _PUT_EVERY_S * self._rate:
            self._put()
            if self._frames - self._whole >= _WHOLE_EVERY_S * self._rate:
                self._make_whole()

    def _put(self) -> None:
        samples = np.concatenate([np.empty((0, self._channels), np.float32), *self._waiting])
        self._waiting.clear()
        if not len(samples):
            return
        if self._frames + len(samples) > self._shape(0).max_frames:
            raise UserProblem(
                "The recording cannot become longer.",
                "A sound file holds 4 gigabytes at most.",
                "What was recorded until now is kept; the music goes on.",
            )
        wave_file.put(self.path, self._frames, samples)
        self._frames += len(samples)

    def _make_whole(self) -> None:
        self._put()
        wave_file.seal(self.path, self._shape(self._frames))
        self._whole = self._frames
        text = self._describe(self._frames)
        if text is not None:
            write_text(self.record_file, text)

    def _shape(self, frames: int) -> WaveShape:
        return WaveShape(self._rate, self._channels, frames)


def _unwritable(path: Path, error: OSError) -> UserProblem:
    return UserProblem(
        "The recording cannot be written.", f"{path}: {error.strerror}.", "Choose another folder, or make room."
    )
