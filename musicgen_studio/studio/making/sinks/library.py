"""A sink that makes each take a clip of the library, safe on disk from its first second on.

Not for the library itself, and not for hearing the clip meanwhile (`growing`).
"""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.titles import with_take
from musicgen_studio.engine.api import AudioBlock
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import Finished
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.record import Made, record_of
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded

_LOG = logging.getLogger("musicgen_studio")


@dataclass(frozen=True, slots=True)
class Naming:
    """How the clips of a run stand in the library.

    Args:
        title: What they are called; with several takes followed by the take's number.
        parent: Id of the clip they are made from, or None.
    """

    title: str
    parent: str | None = None


class Kept(Sink):
    """The takes of one prompt as clips.

    Args:
        library: Where they go.
        order: What was asked for, for the record.
        checkpoint: What the engine was loaded from.
        naming: What they are called.
    """

    def __init__(self, library: Library, order: Order, checkpoint: CheckpointRecord, naming: Naming) -> None:
        self.clips: tuple[Clip, ...] = ()
        """One for each take as it will be, from `begin` on."""
        self._library = library
        self._order, self._checkpoint = order, checkpoint
        self._naming = naming
        self._begun: Begun | None = None
        self._partial: dict[int, PartialClip] = {}
        self._saved: dict[int, Clip] = {}

    @property
    def saved(self) -> tuple[Clip, ...]:
        """The clips that are in the library by now, by take."""
        return tuple(clip for _, clip in sorted(self._saved.items(), key=lambda entry: entry[0]))

    def begin(self, begun: Begun) -> None:
        """Name the clips; each opens with its first sound."""
        self._begun = begun
        self.clips = tuple(self._clip(begun, take) for take in range(begun.request.takes))

    def block(self, block: AudioBlock) -> None:
        """Put a block on disk."""
        if block.take not in self._partial:
            self._partial[block.take] = self._library.begin(self.clips[block.take])
        self._partial[block.take].append(block.audio.samples)

    def take_ended(self, ended: TakeEnded) -> None:
        """Make a take a clip of the library."""
        begun = self._begun
        assert begun is not None  # `begin` comes first
        partial = self._partial.get(ended.take)
        if partial is None:
            return  # the disk did not take its first block
        made = Made(
            begun.request,
            begun.info,
            self._checkpoint,
            ended.prompt,
            ended.take,
            Finished(ended.audio),
            ended.is_complete,
            ended.fit,
            ended.ending,
        )
        record = record_of(self._order, made)
        clip = replace(
            self.clips[ended.take],
            is_complete=ended.is_complete,
            recipe=record.to_json(),
            melody_similarity=record.melody_similarity,
        )
        self._keep(ended.take, clip)

    def failed(self, error: Exception) -> None:  # noqa: ARG002 - whatever it was
        """Keep also those takes whose record could not be made; what the disk refuses, the next start finds."""
        for take in list(self._partial):
            try:
                self._keep(take, self.clips[take])
            except UserProblem as problem:
                _LOG.warning("A take is left to the next start: %s", problem)

    def _keep(self, take: int, clip: Clip) -> None:
        self._saved[take] = self._partial[take].finish(clip)
        del self._partial[take]

    def _clip(self, begun: Begun, take: int) -> Clip:
        request, checkpoint = begun.request, self._checkpoint
        title = self._naming.title
        return Clip(
            id=uuid4().hex,
            title=with_take(title, take + 1) if request.takes > 1 else title,
            origin=Origin.GENERATED,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            frames=max(begun.expected_frames, 1),
            sample_rate=begun.sample_rate,
            channels=begun.channels,
            prompt=request.prompts[0],
            seed=request.seed + take,
            checkpoint=checkpoint.id,
            licence=checkpoint.licence,
            parent=self._naming.parent,
            is_complete=False,
        )
