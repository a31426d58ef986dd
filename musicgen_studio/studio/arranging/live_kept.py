"""What the library holds of live music: what makes a kept clip again, and the clip that is unfinished while it plays.

A thread of its own writes, so that a slow disk does not break the music off; with the sound goes what makes it again,
so that a clip found after the program was killed can be made again, too, but for its last seconds. Not for recordings
to a file of one's own (`live_tape`).
"""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.whole import write_text
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.studio.making.live_record import LiveRecord

EVERY_S = 2.0
"""So often what makes it again is written, while that is small."""

BYTES_PER_S = 25_000
"""What is large is written so much more seldom."""

_KEY = "live/{0}"


def remember(library: Library, clip: Clip, record: LiveRecord) -> None:
    """Let the library remember what makes a kept clip again."""
    library.remember(_KEY.format(clip.id), record.to_json())


def is_live(library: Library, clip: Clip) -> bool:
    """Tell whether a clip was kept of live music."""
    return bool(library.recall(_KEY.format(clip.id)))


def remembered(library: Library, clip: Clip) -> LiveRecord | None:
    """Return what makes a clip again; None if it was not kept of live music, or by another version."""
    text = library.recall(_KEY.format(clip.id))
    try:
        return LiveRecord.from_json(text) if text else None
    except UserProblem:
        return None


def write_beside(library: Library, clip: Clip, sound_file: Path) -> Path | None:
    """Write what makes a clip again beside a file of its sound, for `generate --from`.

    Returns:
        The file; None if the clip was not kept of live music, or a file of that name is there.

    Raises:
        UserProblem: If the disk does not take it.
    """
    text, record_file = library.recall(_KEY.format(clip.id)), sound_file.with_suffix(".json")
    if not text or record_file.exists():
        return None
    write_text(record_file, text)
    return record_file


class UnfinishedTape:
    """An unfinished clip as a tape. What the disk does not take is not kept; the music goes on. One thread appends.

    Args:
        library: Which has it.
        partial: The clip.
        describe: Gives the record of so many frames, in the writing thread; None if there is none.
    """

    def __init__(self, library: Library, partial: PartialClip, describe: Callable[[int], LiveRecord | None]) -> None:
        self._library, self._partial, self._describe = library, partial, describe
        self.problem: UserProblem | None = None
        """Why no more is kept, if so."""
        self._due_frames = self._every(0)
        self._queue: SimpleQueue[Samples | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="unfinished live clip", daemon=True)
        self._thread.start()

    def append(self, samples: Samples) -> None:
        """Add sound `[frames, channels]` at the end. Never waits."""
        if len(samples):
            self._queue.put(samples)

    def close(self) -> None:
        """Return when all of it was given to the clip."""
        self._queue.put(None)
        self._thread.join()

    def finish(self, clip: Clip, record: LiveRecord | None) -> Clip:
        """Make it a clip of the library, once it is closed.

        Args:
            clip: Its final values.
            record: What makes it again; None if there is none, then what makes its beginning again stays remembered.

        Raises:
            UserProblem: If the disk does not take it.
        """
        kept = self._partial.finish(clip)
        if record is not None:
            remember(self._library, kept, record)
        return kept

    def abandon(self) -> None:
        """Remove it, once it is closed.

        Raises:
            UserProblem: If the system does not let it go.
        """
        self._partial.abandon()
        self._library.remember(_KEY.format(self._partial.clip.id), "")

    def _run(self) -> None:
        while (samples := self._queue.get()) is not None:
            if self.problem is not None:
                continue
            try:
                self._partial.append(samples)
                if self._partial.written_frames >= self._due_frames:
                    self._remember()
            except UserProblem as problem:
                self.problem = problem

    def _remember(self) -> None:
        frames = self._partial.written_frames  # of what is not in the file yet, nothing would be found
        record = self._describe(frames)
        text = "" if record is None else record.to_json()
        if text:
            self._library.remember(_KEY.format(self._partial.clip.id), text)
        self._due_frames = frames + self._every(len(text))

    def _every(self, size: int) -> int:
        """Return after how many frames it is written again, if it is so many characters long."""
        return round(max(EVERY_S, size / BYTES_PER_S) * self._partial.clip.sample_rate)
