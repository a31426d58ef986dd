"""All clips of a library in memory, and finding among them.

Who only looks waits for nobody: clips are values, and the table of them is copied in one go while another thread may be
changing it. Words alone are looked up in the database's index, which waits for no writer either (`reading`). Not for
changing clips (`changing`) nor for the rules by which they are found (`search`).
"""

from collections.abc import Callable, Collection, Iterable
from operator import attrgetter
from threading import RLock

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.search import Filter, Sorting, in_order, match_expression, tempo_in


class ClipsAtHand:
    """The clips, by id, in the order they came. Any thread may look.

    Args:
        clips: Those that are there.
        find: Looks for an expression of `search` in the database.
        changing: Held by who changes clips; nobody who looks waits for it.
    """

    def __init__(self, clips: Iterable[Clip], find: Callable[[str], set[str]], changing: RLock) -> None:
        self._clips = {clip.id: clip for clip in clips}
        self._find = find
        self._changing = changing

    def get(self, clip_id: str) -> Clip:
        """Return a clip.

        Raises:
            KeyError: If there is none, or no longer: a clip's parent may have been deleted for good.
        """
        return self._clips[clip_id]

    def has(self, clip_id: str) -> bool:
        """Tell whether there is a clip of that id."""
        return clip_id in self._clips

    def _held(self) -> list[Clip]:
        """Return all clips as they are at this moment, in the order they came. Another may be changing them."""
        return list(self._clips.values())

    def clips(
        self,
        query: str = "",
        *,
        starred: bool = False,
        tag: str | None = None,
        checkpoint: str | None = None,
        min_s: float | None = None,
        max_s: float | None = None,
        trashed: bool = False,
        missing: bool | None = None,
        min_bpm: float | None = None,
        max_bpm: float | None = None,
        key: str | None = None,
        order: Sorting = Sorting.NEWEST,
        is_reversed: bool = False,
        verdict: Callable[[str], Verdict] = lambda _: UNKNOWN,
    ) -> list[Clip]:
        """Return the clips that fit, newest first unless another order is asked for.

        Args:
            query: Anything a person may type. Each word is looked for as the beginning of a word in titles, prompts,
                tags, tempo and key (`125bpm`, `A minor`, `Ebm`), case and accents do not matter; a tempo that is only
                guessed is found, too.
            starred: Only those with a star.
            tag: Only those with this tag.
            checkpoint: Only those made by the checkpoint of this id.
            min_s: Shortest, in seconds.
            max_s: Longest, in seconds.
            trashed: Those in the trash, else those that are not.
            missing: Those whose sound file is not there (True) or is (False).
            min_bpm: Slowest, in beats per minute, sure or guessed.
            max_bpm: Fastest, in the same way.
            key: Only those in this key, by name.
            order: By tempo or key, sure or guessed, or by a verdict, what has none at the end; among equals the newest
                is first.
            is_reversed: Whether the other way round; what has none is at the end all the same.
            verdict: Gives what was measured of a clip, by its id, for the orders that need it.
        """
        wanted = Filter(starred, tag, checkpoint, min_s, max_s, trashed, missing, min_bpm, max_bpm, key)
        found = self._found(query)
        fitting = [clip for clip in self._held() if (found is None or clip.id in found) and wanted.takes(clip)]
        return in_order(_newest_first(fitting), order, is_reversed, verdict)

    def _found(self, query: str) -> Collection[str] | None:
        """Return the ids of the clips that have what was typed in their words, or as a tempo that is only guessed.

        None is all of them: nothing was typed.
        """
        expression = match_expression(query)
        if not expression:
            return None
        found = self._find(expression)
        tempo = tempo_in(query)
        if tempo is not None:
            rest = match_expression(tempo.rest)
            among = self._find(rest) if rest else None
            found |= {clip.id for clip in self._held() if (among is None or clip.id in among) and tempo.is_of(clip)}
        return found

    def children(self, clip_id: str) -> list[Clip]:
        """Return the clips made from a clip, newest first, without those in the trash."""
        return _newest_first([clip for clip in self._held() if clip.parent == clip_id and clip.trashed is None])

    def stems(self, clip_id: str) -> list[Clip]:
        """Return the stems of a clip, drums first (`core.clip.STEMS_IN_ORDER`), without those in the trash."""
        stems = [
            clip
            for clip in self._held()
            if clip.parent == clip_id and clip.origin is Origin.STEM and clip.trashed is None
        ]
        return sorted(stems, key=lambda stem: stem.stem_place)

    def tags(self) -> list[str]:
        """Return the tags of all clips that are not in the trash, in alphabetical order."""
        return sorted({tag for clip in self._held() if clip.trashed is None for tag in clip.tags})

    def checkpoints(self) -> list[str]:
        """Return the ids of the checkpoints that made clips that are not in the trash, in alphabetical order."""
        return sorted({clip.checkpoint for clip in self._held() if clip.trashed is None} - {""})


def _newest_first(clips: list[Clip]) -> list[Clip]:
    clips.reverse()  # of those with the same second, the one that came last is first
    return sorted(clips, key=attrgetter("created"), reverse=True)
