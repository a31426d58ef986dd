"""Which clips of the library are takes of one and the same order. Not for making them (`making`)."""

from datetime import datetime

from musicgen_studio.core.clip import Clip
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.markers import record_in

_TOGETHER_S = 10.0  # clips of one order come into being at one moment; the same order given again later is another


def takes_of(library: Library, clip: Clip) -> list[Clip]:
    """Return the takes that were made together with a clip, in their order, without those in the trash.

    Args:
        library: Which has them.
        clip: One of them.

    Returns:
        At least the clip itself.
    """
    own = record_in(clip)
    if own is None or own.order.takes < 2:
        return [clip]
    found = {own.take: clip}
    for other in library.clips():
        record = record_in(other) if _may_belong(other, clip) else None
        if record is not None and (record.order, record.place) == (own.order, own.place):
            found.setdefault(record.take, other)
    return [found[take] for take in sorted(found)]


def _may_belong(other: Clip, clip: Clip) -> bool:
    if (other.prompt, other.checkpoint, other.parent) != (clip.prompt, clip.checkpoint, clip.parent):
        return False
    apart = datetime.fromisoformat(other.created) - datetime.fromisoformat(clip.created)
    return other.id != clip.id and abs(apart.total_seconds()) <= _TOGETHER_S
