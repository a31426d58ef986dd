"""What was measured of the library's clips, for lists that are sorted by it: read where it is kept, never measured.

`choosing` keeps the place of a take, `noticing` what is broken. Quick: a list of ten thousand is sorted by it.
"""

import json
from functools import lru_cache

from musicgen_studio.analysis.faults import BROKEN
from musicgen_studio.core.verdict import Verdict
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import choosing, noticing

_READ_AT_ONCE = 16_384  # texts kept as they were read


def verdict_of(library: Library, clip_id: str) -> Verdict:
    """Return what is known of a clip. Any thread.

    Args:
        library: Which has it.
        clip_id: Its id; one that is not there is one of which nothing is known.
    """
    ranked = library.recalled(choosing.KEPT).get(choosing.KEPT + clip_id, "")
    noticed = library.recalled(noticing.KEPT).get(noticing.KEPT + clip_id, "")
    place, takes = _place(ranked) if ranked else (None, None)
    return Verdict(place, takes, _faults(noticed) if noticed else None)


@lru_cache(_READ_AT_ONCE)
def _place(text: str) -> tuple[int, int] | tuple[None, None]:
    """Return a take's place and how many there were; nothing of a text of a version that did not keep them."""
    try:
        place, takes = int(json.loads(text)["place"]), int(json.loads(text)["takes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None, None
    return (place, takes) if 1 <= place <= takes else (None, None)


@lru_cache(_READ_AT_ONCE)
def _faults(text: str) -> int | None:
    try:
        return sum(str(kind) in BROKEN for kind, _start_s, _end_s in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
