"""A sink that writes each take as a sound file and the JSON beside it, the moment it is over.

    take → finish → sound file and the record of how it was made

What a stop or a fault cuts short is written too, marked as not complete. Not for what becomes of the sound on its way
into the file (`export.finish`), nor for the library (`library`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.core.names import numbered, slug
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.finish import finish
from musicgen_studio.files.marks import tags
from musicgen_studio.files.sound import write
from musicgen_studio.files.there import status_of
from musicgen_studio.files.whole import explain, write_text
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.record import Made, Record, record_of
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded

LEFT_S = 600.0
"""So long after it was begun nobody is writing a clip any more: whoever was has been killed."""


@dataclass(frozen=True, slots=True)
class SavedClip:
    """A clip on disk.

    Args:
        sound_file: The sound.
        record_file: The JSON beside it.
        record: What the JSON says.
    """

    sound_file: Path
    record_file: Path
    record: Record

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.record.frames / self.record.sample_rate


class Folder(Sink):
    """Writes takes into a folder.

    Args:
        folder: Where the files go; it exists.
        order: What was asked for.
        checkpoint: What the engine was loaded from.
        on_saved: Told of each clip once it is on disk.
        only: Numbers of the prompt and the take of the only clip to keep, from 0; None keeps all. The others are made
            all the same, see `record`.
        name: Returns what the file of a prompt and a take, both from 0, is called, without ending; None names it after
            prompt, seed and take (`clip_name`).
    """

    def __init__(
        self,
        folder: Path,
        order: Order,
        checkpoint: CheckpointRecord,
        on_saved: Callable[[SavedClip], None],
        only: tuple[int, int] | None = None,
        name: Callable[[int, int], str] | None = None,
    ) -> None:
        self._folder, self._order, self._checkpoint = folder, order, checkpoint
        self._on_saved = on_saved
        self._only = only
        self._name = name
        self._begun: Begun | None = None

    def begin(self, begun: Begun) -> None:
        """Note what makes the clips, for their records."""
        self._begun = begun

    def take_ended(self, ended: TakeEnded) -> None:
        """Write a take."""
        assert self._begun is not None  # `begin` comes first
        if self._only in (None, (ended.prompt, ended.take)):
            self._on_saved(self._save(self._begun, ended))

    def _save(self, begun: Begun, ended: TakeEnded) -> SavedClip:
        settings = self._order.finish
        finished = finish(ended.audio, settings)
        made = Made(
            begun.request,
            begun.info,
            self._checkpoint,
            ended.prompt,
            ended.take,
            finished,
            ended.is_complete,
            ended.fit,
            ended.ending,
        )
        record = record_of(self._order, made)
        if self._name is not None:
            stem = self._name(ended.prompt, ended.take)
        else:
            stem = clip_name(record.prompt, record.order.seed, ended.take, record.order.takes)
        kind, is_first = settings.sound_format, settings.first_rules
        with _new_name(self._folder, stem, kind.extension) as sound_file:
            record_file = sound_file.with_suffix(".json")
            write(sound_file, finished.audio, kind, _texts(record), first_rules=is_first)
            write_text(record_file, record.to_json())
            return SavedClip(sound_file, record_file, record)


def _texts(record: Record) -> dict[str, str]:
    order = record.order
    facts = {
        "checkpoint": record.checkpoint.id,
        "seed": str(order.seed),
        "take": f"{record.take + 1} of {order.takes}",
    }
    return tags(record.prompt, record.created, facts, record.licence, record.program_version)


def clip_name(prompt: str, seed: int, take: int, takes: int) -> str:
    """Return a clip's file name without ending, such as `happy-rock-42` or `happy-rock-42-take1`.

    Args:
        prompt: The text; letters, digits and marks of any script are kept, in lower case, everything else parts words.
        seed: It also keeps the name from being one that Windows reserves, such as `con`.
        take: From 0. Names count from 1, as musicians do, and only if there are several.
        takes: How many there are.
    """
    name = f"{slug(prompt)}-{seed}"
    return f"{name}-take{take + 1}" if takes > 1 else name


def _is_left(claim: Path) -> bool:
    status = status_of(claim)
    return status is not None and time.time() - status.st_mtime > LEFT_S


@contextmanager
def _new_name(folder: Path, stem: str, extension: str) -> Iterator[Path]:
    """Give a file whose name neither a sound nor a record has, and keep that from others until both are written.

    Nothing is ever overwritten, also where several programs make the same prompt and seed into one folder at a time.
    What keeps a name is a hidden file; one that a kill has left is nobody's after `LEFT_S`.
    """
    for name in numbered(stem, "-"):
        claim, sound = folder / f".{name}.part", folder / f"{name}{extension}"
        try:
            claim.touch(exist_ok=_is_left(claim))
        except FileExistsError:  # another program is writing it
            continue
        except OSError as error:
            why, what_to_do = explain(error, folder)
            raise UserProblem(f'The file "{sound.name}" could not be written.', why, what_to_do) from error
        try:
            if not sound.exists() and not sound.with_suffix(".json").exists():
                yield sound
                return
        finally:
            claim.unlink(missing_ok=True)
