"""How long a FLAC file says it is. Not for reading it. Source: RFC 9639, section 8.2."""

from pathlib import Path

from musicgen_studio.files.decoding.view import FileViews

_TOTAL_BITS = 36
_INFO_BYTES = 8 + 18


def views(path: Path) -> FileViews:
    """Show a file as it is. One written into a pipe does not know its length, and libsndfile cannot read it then."""
    with path.open("rb") as file:
        head = file.read(_INFO_BYTES)
    if not head.startswith(b"fLaC"):
        return FileViews(is_exact=False)
    total = int.from_bytes(head[18:26], "big") & ((1 << _TOTAL_BITS) - 1)
    return FileViews(least_frames=total or None, is_exact=total > 0)
