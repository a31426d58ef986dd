"""What libsndfile is shown of a file: all of it, a part of it, or all of it under a header that was put right."""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileViews:
    """How a file is read by libsndfile.

    Args:
        parts: One behind the other; of None the whole file under its own name.
        lacking: What is missing of the sound, as the end of a sentence that begins with "It"; empty if nothing.
        least_frames: So many frames a reader must find; with fewer, the file is damaged. None if that is not known.
        is_exact: Whether libsndfile finds all of it. If not, FFmpeg is asked at once.
        hopeless: Why nothing can be read of it, as a sentence, if that is plain to see.
    """

    parts: tuple["FilePart | None", ...] = (None,)
    lacking: str = ""
    least_frames: int | None = None
    is_exact: bool = True
    hopeless: str = ""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a file.

    Args:
        first: Its first byte.
        last: Behind its last byte.
        patches: Bytes that stand in it instead of what the file has, by their place in the file.
    """

    first: int
    last: int
    patches: Mapping[int, bytes] = field(default_factory=dict)


def whole_file(_path: Path) -> FileViews:
    """Show a file as it is."""
    return FileViews()


class PartFile(io.RawIOBase):
    """A part of a file as a file of its own, to be read.

    Args:
        path: The file.
        part: Which part.
    """

    def __init__(self, path: Path, part: FilePart) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._part = part
        self._at = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any place in it can be gone to."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._part.last - self._part.first}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer will do
        """Read what fits."""
        begin = self._part.first + self._at
        count = max(min(len(buffer), self._part.last - begin), 0)
        if not count:  # behind the end, perhaps by so much that no file could be there
            return 0
        self._file.seek(begin)
        content = bytearray(self._file.read(count))
        for place, patch in self._part.patches.items():
            for offset, byte in enumerate(patch, start=place - begin):
                if 0 <= offset < len(content):
                    content[offset] = byte
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
