"""Which of the takes of one order is the best by what can be measured, found out once and kept with each of them.

Not for what makes a take good (`evaluation.ranking`), nor for takes that lead into something (`making.fill`).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from musicgen_studio.analysis.faults import FaultKind
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.evaluation.ranking import Ranked
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.markers import ending_in, record_in
from musicgen_studio.studio.arranging.planning import start_of_new_s

_LEAST_S = 0.5

KEPT = "ranked."
"""With a clip's id behind it: the key under which it is kept with the library."""


def rank_takes(library: Library, takes: Sequence[Clip]) -> list[Ranked]:
    """Return takes with the best first, and keep the reasons. Reads all of them: not for the window's thread.

    Args:
        library: Which has them.
        takes: Of one order, complete.

    Raises:
        UserProblem: If a sound cannot be read or the disk does not take what was found.
    """
    from musicgen_studio.evaluation.ranking import own_ends_first, ranked  # late: it loads librosa

    new = [_new(library.read(take.id), take) for take in takes]
    found = ranked(new, takes[0].prompt, similarities=[take.melody_similarity for take in takes])
    found = own_ends_first(found, [ending_in(take) for take in takes])
    for place, each in enumerate(found, 1):
        kept = asdict(each) | {"place": place, "takes": len(found)}
        library.remember(_key(takes[each.take]), json.dumps(kept))
    return found


def rank_of(library: Library, take: Clip) -> Ranked | None:
    """Return what speaks for a take; None if its order was not ranked."""
    text = library.recall(_key(take))
    try:
        return None if text is None else _read(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None  # of another version


def _read(value: dict[str, object]) -> Ranked:
    tags, faults = value["tags"], value["faults"]
    if not isinstance(tags, list) or not isinstance(faults, list):
        raise TypeError("tags and faults must be lists")
    ranked = {name: each for name, each in value.items() if name not in ("place", "takes")}
    known = ranked | {
        "tags": tuple((str(name), float(share)) for name, share in tags),
        "faults": tuple(FaultKind(kind) for kind in faults),
    }
    return Ranked(**known)  # type: ignore[arg-type]


def _new(sound: Audio, take: Clip) -> Audio:
    """Return what is new in a take that goes on from something."""
    record = record_in(take)
    start_s = 0.0 if record is None else start_of_new_s(record)
    first = min(round(start_s * sound.sample_rate), max(sound.frames - round(_LEAST_S * sound.sample_rate), 0))
    return Audio(sound.samples[first:], sound.sample_rate)


def _key(take: Clip) -> str:
    return KEPT + take.id
