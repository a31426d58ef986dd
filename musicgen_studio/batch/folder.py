"""The folder of a batch: what is whole in it, who works on what, and what could not be made.

    DIR/0001-happy-rock-7.wav, .json     a clip and its record; the record comes last, so with it the clip is whole
    DIR/manifest.csv                     every figure, at the end
    DIR/.batch/plan.json                 of what the folder is: another table, checkpoint or version is refused
    DIR/.batch/claims/                   who makes which group (`claims`)
    DIR/.batch/work/                     clips of groups that are not whole yet, a folder for each claim
    DIR/.batch/failed/                   why a group could not be made

Everything that decides is a file, put in place whole: a batch that was killed goes on, and several may work here at a
time. Not for making clips (`work`).
"""

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen_studio.batch.claims import LEASE_S, Claim, Claims
from musicgen_studio.batch.plan import BatchPlan, Group
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import frame_count
from musicgen_studio.files.whole import ensure_folder, replacing, write_text
from musicgen_studio.studio.making.record import Record

FORMAT = 1
HIDDEN = ".batch"
LOOK_AGAIN_S = 0.5
"""How often others are looked after that work in the same folder."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a group could not be made.

    Args:
        why: For the person.
        what_to_do: For the person; empty where nothing is known.
        detail: For who mends the program, such as a traceback; empty if it is no fault of the program.
    """

    why: str
    what_to_do: str = ""
    detail: str = ""

    @classmethod
    def of(cls, problem: UserProblem) -> "Failure":
        """Return what a problem says."""
        return cls(f"{problem.what} {problem.why}", problem.what_to_do)


class BatchFolder:
    """A folder that a plan is made into.

    Args:
        path: It is made if it is not there.
        plan: What is made.
        lease_s: See `claims`.

    Raises:
        UserProblem: If it cannot be written to, or is of another plan.
    """

    def __init__(self, path: Path, plan: BatchPlan, lease_s: float = LEASE_S) -> None:
        self.path, self._plan = path, plan
        hidden = path / HIDDEN
        ensure_folder(path)
        for part in ("claims", "work", "failed"):
            ensure_folder(hidden / part)
        self._work, self._failed = hidden / "work", hidden / "failed"
        self._extension = plan.groups[0].order.finish.sound_format.extension
        _settle(hidden / "plan.json", plan)
        self._claims = Claims(hidden / "claims", lease_s)

    def files(self, group: Group, prompt: int, take: int) -> tuple[Path, Path]:
        """Return where sound and record of a clip go."""
        name = group.clip_name(prompt, take)
        return self.path / f"{name}{self._extension}", self.path / f"{name}.json"

    def is_made(self, group: Group) -> bool:
        """Tell whether all clips of a group are there. Cheap; what is in them is looked at by `inspect`."""
        return all(path.exists() for clip in group.clips() for path in self.files(group, *clip))

    def inspect(self) -> None:
        """Take away what cannot be kept: half clips, what dead workers left, and failures, which are tried again.

        Whole clips stay, and so does what those who live are making.
        """
        for group in self._plan.groups:
            broken = [clip for clip in group.clips() if not self._is_whole_or_absent(group, clip)]
            # Under a claim, as all changes are: somebody may just be putting them in place.
            if broken and (claim := self._claims.take(group.name, self._forget)) is not None:
                for clip in broken:
                    if not self._is_whole_or_absent(group, clip):
                        self._drop(group, *clip)
                claim.release()
        live = self._claims.live()
        for stem in self._claims.stems():
            if stem.rpartition(".")[0] not in live:
                self._claims.clear(stem.rpartition(".")[0])
        for path in self._work.iterdir():
            if path.name.rpartition(".")[0] not in live:
                self._forget(path.name)
        for path in self._failed.iterdir():
            path.unlink(missing_ok=True)

    def claim(self, group: Group) -> Claim | None:
        """Claim a group that is still to be made, or return None: it is made, has failed, or somebody works on it."""
        if self.is_made(group) or self.failure(group) is not None:
            return None
        claim = self._claims.take(group.name, self._forget)
        if claim is not None and (self.is_made(group) or self.failure(group) is not None):
            claim.release()  # another one was done with it between our look and our claim
            return None
        return claim

    def work_folder(self, claim: Claim) -> Path:
        """Return a new, empty folder for what is made under a claim."""
        folder = self._work / claim.stem
        shutil.rmtree(folder, ignore_errors=True)
        ensure_folder(folder)
        return folder

    def publish(self, group: Group, claim: Claim) -> bool:
        """Put the clips of a group in place that are not there yet, from the claim's work folder.

        Returns:
            Whether they are there; False if the claim was lost meanwhile. Then nothing was done.
        """
        if not claim.is_held():
            return False
        made = self._work / claim.stem
        for clip in group.clips():
            sound, record = self.files(group, *clip)
            if not (sound.exists() and record.exists()):
                record.unlink(missing_ok=True)
                (made / sound.name).replace(sound)
                (made / record.name).replace(record)
        return True

    def release(self, claim: Claim) -> None:
        """Give a group back, made or not, with what is left of the work on it."""
        self._forget(claim.stem)
        claim.release()

    def put(self, claim: Claim, files: Mapping[str, bytes]) -> None:
        """Write what another computer made under a claim into its work folder."""
        folder = self.work_folder(claim)
        for name, content in files.items():
            with replacing(folder / Path(name).name) as file:
                file.write(content)

    def fail(self, group: Group, failure: Failure) -> None:
        """Note that a group could not be made; it is not tried again until the next start of a batch here."""
        write_text(self._failed / f"{group.name}.json", json.dumps(asdict(failure), indent=2) + "\n")

    def failure(self, group: Group) -> Failure | None:
        """Return why a group could not be made, if it could not."""
        try:
            return Failure(**json.loads((self._failed / f"{group.name}.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return Failure("Why is not known: what was noted of it is damaged.")

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Wait until nobody else does something of that name here, and keep them from it."""
        while (claim := self._claims.take(name)) is None:
            time.sleep(LOOK_AGAIN_S)
        try:
            yield
        finally:
            claim.release()

    def open_groups(self, groups: Iterable[Group]) -> Iterator[Group]:
        """Yield those that are neither made nor have failed."""
        return (group for group in groups if not self.is_made(group) and self.failure(group) is None)

    def _forget(self, stem: str) -> None:
        shutil.rmtree(self._work / stem, ignore_errors=True)

    def _is_whole_or_absent(self, group: Group, clip: tuple[int, int]) -> bool:
        sound, record = self.files(group, *clip)
        return not (sound.exists() or record.exists()) or _is_whole(sound, record, group, clip)

    def _drop(self, group: Group, prompt: int, take: int) -> None:
        sound, record = self.files(group, prompt, take)
        record.unlink(missing_ok=True)
        sound.unlink(missing_ok=True)


def _is_whole(sound: Path, record_file: Path, group: Group, clip: tuple[int, int]) -> bool:
    """Tell whether a clip is there as its record says, and the record is of this place in this plan."""
    try:
        record = Record.read(record_file)
        is_all_there = record.order.finish.sound_format.is_lossy or frame_count(sound) == record.frames
    except UserProblem:
        return False
    is_same = record.order.prompts == group.order.prompts and record.order.seed == group.order.seed
    return is_same and (record.place, record.take) == clip and record.complete and is_all_there


def _settle(path: Path, plan: BatchPlan) -> None:
    """Note of what the folder is, or make sure that it is of the same."""
    now = {
        "format": FORMAT,
        "table": plan.table,
        "orders_sha256": plan.orders_sha256,
        "checkpoint": plan.checkpoint.id,
        "checkpoint_sha256": plan.checkpoint.sha256,
        "program_version": plan.program_version,
        "clips": plan.clip_count,
    }
    draft = path.with_name(f".{uuid.uuid4().hex}.part")  # several may begin at a time
    write_text(draft, json.dumps(now, indent=2) + "\n")
    try:
        os.link(draft, path)  # never over another, and never half
    except OSError:  # it is there, or the disk knows no links
        if not path.exists():
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _check_same(path, now)


def _check_same(path: Path, now: dict[str, object]) -> None:
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        differing = [name for name in now if name not in ("table", "checkpoint") and before[name] != now[name]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{path} cannot be read ({error!r:.60})."
        raise UserProblem("The folder cannot be used.", why, "Choose another folder.") from error
    if not differing:
        return
    words = {
        "orders_sha256": f"It was begun with other orders ({before['table']}, {before['clips']} clips): another "
        "table, other files that it names, or other options.",
        "checkpoint_sha256": f"It was begun with another checkpoint ({before['checkpoint']}).",
        "program_version": f"It was begun by version {before['program_version']}, this is {now['program_version']}.",
    }
    why = next((words[name] for name in differing if name in words), "It is of another format.")
    raise UserProblem(f'The folder "{path.parent.parent}" holds another batch.', why, "Choose another folder for it.")
