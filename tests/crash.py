"""Kill the program at random moments and see whether anything is lost: `python -m tests.crash --runs 200`.

A child works in a library as a musician does and tells each step on a pipe, before (`begun`) and after (`done`) it. The
parent kills it (SIGKILL) at a random moment, opens the library again and compares: what was done must be there, the one
step that was begun may be or not, and there is no half file. The next child goes on in the same library, and some are
killed while they open it. Exit code 1 if anything was lost.

Sections of clips are made anew, too, chosen or because they are broken: outside of them such a clip is what it was made
from, however far it got. Music that is to come to an end is made, whose last seconds wait for it: what comes before
them is on the disk, and a finished one says how it ends.

The first child finds a library of the format before files had names, and gives them names in the background, as the
program does; that goes on through all the kills.

Not for power cuts: what the system holds in memory survives a kill.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from musicgen_studio.checkpoints.catalogue import STARTER
from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library.files import new_id
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.arranging.markers import ending_in
from musicgen_studio.studio.arranging.mending import broken_sections
from musicgen_studio.studio.making.ending import HELD_S
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.make import make_order
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.queue import Job
from musicgen_studio.studio.making.sink import Begun, Sink
from musicgen_studio.studio.making.sinks.library import Kept, Naming
from tests.fake_engine import FakeEngine
from tests.library.old import make_old_library

RATE = 8000
OLD_CLIPS = 60
ROOT = Path(__file__).resolve().parent.parent
Step = dict[str, Any]


def sound(clip_id: str, frames: int) -> Samples:
    """Return the noise that belongs to a clip, float32 [frames, 1]. Longer noise begins like shorter noise."""
    noise = np.random.default_rng(int(clip_id, 16)).random((frames, 1), np.float32)
    return (noise - np.float32(0.5)).astype(np.float32)


def _clip(clip_id: str, title: str, frames: int) -> Clip:
    return Clip(clip_id, title, Origin.GENERATED, "2026-01-31T12:00:00+00:00", frames, RATE, 1, prompt="a prompt")


class Child:
    """The program that will be killed.

    Args:
        folder: The library.
        seed: Of what it does.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - the same steps every time
        self._steps = 0
        self._tell({"say": "opening"})
        self._library = Library(folder)
        self._library.reconcile()
        threading.Thread(target=self._library.name_files, args=(threading.Event(),), daemon=True).start()

    def _tell(self, step: Step) -> None:
        # One write, shorter than a pipe's atomic size: the parent sees a whole line or none.
        os.write(sys.stdout.fileno(), f"{json.dumps(step)}\n".encode())

    def _do(self, step: Step, action: Callable[[], object]) -> None:
        self._tell({"say": "begun"} | step)
        result = action()
        self._tell({"say": "done"} | step | ({"file": str(result)} if isinstance(result, Path) else {}))

    def work(self) -> None:
        """Do one thing after the other until killed."""
        actions = (
            [self._make] * 4
            + [self._replace] * 3
            + [self._mend, self._end] * 2
            + [self._rename] * 2
            + [self._star, self._trash, self._restore, self._drag]
        )
        while True:
            self._steps += 1
            if self._steps % 40 == 0:
                self._do({"what": "purge"}, self._library.purge_trash)
                self._library.backup()
            else:
                self._dice.choice(actions)()

    def _make(self) -> None:
        seconds = self._dice.randrange(1, 4)
        clip_id = new_id()
        title = f"Clip {self._dice.randrange(10**6)}"
        clip = _clip(clip_id, title, 1)
        step = {"id": clip_id, "title": title}
        samples = sound(clip_id, seconds * RATE)
        self._tell({"say": "begun", "what": "make"} | step)
        partial = self._library.begin(clip)
        for second in range(seconds):
            partial.append(samples[second * RATE : (second + 1) * RATE])
            self._tell({"say": "done", "what": "append", "frames": (second + 1) * RATE} | step)
        partial.finish(clip)
        self._tell({"say": "done", "what": "make", "frames": seconds * RATE} | step)

    def _replace(self) -> None:
        """Make a section of a clip anew, two takes, by the way of the window: order, engine, library."""
        original = self._original()
        if original is None:
            return
        self._anew(original, composing.Section(0.5, self._dice.choice([1.5, original.duration_s]), "a prompt", takes=2))

    def _original(self) -> Clip | None:
        """Return a clip of noise, if there is one that is long enough. What an engine made names its checkpoint."""
        noise = [clip for clip in self._library.clips() if not clip.checkpoint]
        long = [clip for clip in noise if clip.frames >= 2 * RATE]
        return self._dice.choice(long) if long else None

    def _mend(self) -> None:
        """Make anew what is broken in a clip: noise ends in the middle of its sound."""
        original = self._original()
        if original is None:
            return
        broken = broken_sections(self._library.read(original.id))[-1]
        self._anew(original, composing.Section(broken.start_s, broken.end_s, "a prompt", takes=2, ends=broken.ends))

    def _anew(self, original: Clip, section: composing.Section) -> None:
        job = composing.section_job(self._library, original, section, EngineChoice(), self._dice.randrange(2**31))
        stays = [round(time_s * RATE) for time_s in (section.start_s, section.end_s)]
        self._ordered(job, {"what": "replace", "of": original.id, "stays": stays})

    def _end(self) -> None:
        """Make music that comes to an end."""
        seconds, seed = self._dice.randrange(9, 13), self._dice.randrange(2**31)
        wish = Order(("a prompt",), float(seconds), seed=seed, takes=2, ends=True, endings=2)
        self._ordered(composing.new_job(wish, EngineChoice()), {"what": "end", "seed": seed, "seconds": seconds})

    def _ordered(self, job: Job, step: Step) -> None:
        checkpoint = CheckpointRecord("starter", "0" * 64, "free", STARTER)
        kept = Kept(self._library, job.order, checkpoint, Naming(job.title, job.parent))
        told = _Told(kept, self._tell, step)
        make_order(FakeEngine(sample_rate=RATE), job.order, job.request, threading.Event(), [kept, told])
        self._tell({"say": "done", "frames": [clip.frames for clip in kept.saved]} | told.step)

    def _any(self, *, trashed: bool) -> str | None:
        clips = self._library.clips(trashed=trashed)
        return self._dice.choice(clips).id if clips else None

    def _rename(self) -> None:
        if clip_id := self._any(trashed=False):
            title = f"Renamed {self._dice.randrange(10**6)}"
            self._do({"what": "edit", "id": clip_id, "title": title}, lambda: self._edit(clip_id, title=title))

    def _star(self) -> None:
        if clip_id := self._any(trashed=False):
            is_starred = self._dice.random() < 0.5
            step = {"what": "edit", "id": clip_id, "is_starred": is_starred}
            self._do(step, lambda: self._edit(clip_id, is_starred=is_starred))

    def _edit(self, clip_id: str, **changes: Any) -> None:
        self._library.edit(clip_id, **changes)

    def _trash(self) -> None:
        if clip_id := self._any(trashed=False):
            self._do({"what": "edit", "id": clip_id, "is_trashed": True}, lambda: self._library.trash([clip_id]))

    def _restore(self) -> None:
        if clip_id := self._any(trashed=True):
            self._do({"what": "edit", "id": clip_id, "is_trashed": False}, lambda: self._library.restore([clip_id]))

    def _drag(self) -> None:
        if clip_id := self._any(trashed=False):
            self._do({"what": "drag", "id": clip_id}, lambda: self._library.drag_file(clip_id))
            self._do({"what": "drag", "id": clip_id}, lambda: self._library.selection_file(clip_id, 10, RATE // 2))


class _Told(Sink):
    """Tells which clips an order becomes, before their first sound is on the disk."""

    def __init__(self, kept: Kept, tell: Callable[[Step], None], step: Step) -> None:
        self._kept, self._tell = kept, tell
        self.step = step

    def begin(self, begun: Begun) -> None:  # noqa: ARG002 - a sink's
        """Tell their ids and titles."""
        self.step |= {
            "ids": [clip.id for clip in self._kept.clips],
            "titles": [clip.title for clip in self._kept.clips],
        }
        self._tell({"say": "begun"} | self.step)


@dataclass(slots=True)
class Known:
    """What the parent knows of a clip.

    Args:
        title: Its title.
        frames: At least so many.
        is_finished: It was finished, so there are exactly so many frames.
        is_starred: It has a star.
        is_trashed: It is in the trash.
        replaced: Of a clip of which a section was made anew: the id of the one it is made from, the section's first
            frame and the one after its last.
        ended: Of a clip that comes to an end: its seed, its length in seconds and which take it is.
    """

    title: str
    frames: int = 0
    is_finished: bool = False
    is_starred: bool = False
    is_trashed: bool = False
    replaced: tuple[str, int, int] | None = None
    ended: tuple[int, int, int] | None = None


@dataclass(slots=True)
class Parent:
    """The one that kills and compares.

    Args:
        folder: The library.
        clips: What must be there, by id.
        files: Files that were handed out, with their size.
        begun: The step that was in work when the child was killed.
        losses: What was found wrong, in sentences.
        counts: For the summary.
        names: Where the sounds of the clips were found at the last look.
    """

    folder: Path
    clips: dict[str, Known] = field(default_factory=dict)
    files: dict[Path, int] = field(default_factory=dict)
    begun: Step | None = None
    losses: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    names: set[Path] = field(default_factory=set)

    def begin_old(self, clips: int) -> None:
        """Leave a library of the format before files had names."""
        made = [_clip(new_id(), f"Old {number % 7}", RATE) for number in range(clips)]
        make_old_library(self.folder, [(clip, sound(clip.id, RATE)) for clip in made])
        self.clips = {clip.id: Known(clip.title, RATE, is_finished=True) for clip in made}

    def end(self) -> None:
        """Let all files get their names, undisturbed."""
        with Library(self.folder) as library:
            library.reconcile()
            library.name_files(threading.Event())
            left = [clip for clip in self.clips if library.sound_file(clip).parent.name != "2026"]
            self.expect(not left, f"files without a name are left: {left}")

    def run_and_kill(self, seed: int, steps: int, delay_s: float) -> None:
        """Let a child work and kill it `delay_s` after it told so many steps; with none, while it opens the library."""
        command = [sys.executable, "-m", "tests.crash", "--child", str(self.folder), "--seed", str(seed)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()  # "opening": starting Python is not what is tested
            killer = threading.Timer(delay_s, child.kill)
            self.begun = None
            for number, line in enumerate(chain([b""], child.stdout)):
                if line:
                    self.hear(json.loads(line))
                if number == steps:
                    killer.start()
            killer.join()
        if child.returncode >= 0:
            self.losses.append(f"the child was not killed, it ended with {child.returncode}")

    def hear(self, step: Step) -> None:
        """Note a step."""
        if step["say"] == "begun":
            self.begun = step
            return
        self.counts[step["what"]] += 1
        self.apply(step)
        if step["what"] != "append":  # it is a part of "make", which goes on
            self.begun = None

    def apply(self, step: Step) -> None:
        """Change what must be there."""
        if step["what"] == "purge":
            self.clips = {clip_id: known for clip_id, known in self.clips.items() if not known.is_trashed}
        elif step["what"] == "drag":
            path = Path(step["file"])
            self.files[path] = path.stat().st_size
        elif step["what"] in ("replace", "end"):
            for clip_id, known, frames in zip(step["ids"], _ordered(step), step["frames"], strict=True):
                self.clips[clip_id] = replace(known, frames=frames, is_finished=True)
        elif step["what"] in ("append", "make"):
            is_finished = step["what"] == "make"
            self.clips[step["id"]] = Known(step["title"], step["frames"], is_finished)
        else:
            for name in {"title", "is_starred", "is_trashed"} & set(step):
                setattr(self.clips[step["id"]], name, step[name])

    def look(self) -> None:
        """Open the library as the next start does, and compare."""
        with Library(self.folder) as library:
            found = library.reconcile()
            self.counts["recovered"] += len(found.recovered)
            self.counts["adopted"] += len(found.adopted)
            self.expect(not found.missing, f"sound is missing: {found.missing}")
            self.expect(not library.notices, f"something was damaged: {library.notices}")
            listed = {clip.id: clip for clip in library.clips() + library.clips(trashed=True)}
            self.settle_what_was_begun(listed)
            self.names.clear()
            self.expect(set(listed) == set(self.clips), f"clips differ: {set(listed) ^ set(self.clips)}")
            for clip_id in set(listed) & set(self.clips):
                self.compare(library, listed[clip_id], self.clips[clip_id])
        self.look_at_files()

    def settle_what_was_begun(self, listed: dict[str, Clip]) -> None:
        """Take over what the unfinished step did, if it did: it may have happened or not, as a whole."""
        step = self.begun
        if step is None or step["what"] == "drag":
            return
        if step["what"] == "purge":
            if not any(clip.trashed for clip in listed.values()):
                self.apply(step)
        elif step["what"] == "make":
            clip = listed.get(step["id"])
            if clip is not None:
                known = self.clips.setdefault(step["id"], Known(step["title"]))
                self.expect(clip.frames >= known.frames, f"appended sound of {clip.id} is lost")
                known.frames = clip.frames
        elif step["what"] in ("replace", "end"):
            for clip_id, known in zip(step["ids"], _ordered(step), strict=True):
                if clip_id in listed:
                    self.clips[clip_id] = replace(known, frames=listed[clip_id].frames)
        elif _has(listed[step["id"]], step):
            self.apply(step)

    def compare(self, library: Library, clip: Clip, known: Known) -> None:
        """Compare a clip with what must be there."""
        is_trashed = clip.trashed is not None
        state = replace(known, title=clip.title, frames=clip.frames, is_starred=clip.is_starred, is_trashed=is_trashed)
        self.expect(state == known, f"{clip.id} should be {known} and is {state}")
        self.expect(clip.prompt == "a prompt", f"{clip.id} lost its prompt")
        path = library.sound_file(clip.id)
        self.expect(path not in self.names, f"{path} is the sound of two clips")
        self.names.add(path)
        samples = library.read(clip.id).samples
        if known.ended is not None:
            self.compare_ended(clip, samples, known)
            return
        if known.replaced is None:
            self.expect(np.array_equal(samples, sound(clip.id, clip.frames)), f"the sound of {clip.id} differs")
            return
        of, first, last = known.replaced
        noise = sound(of, max(clip.frames, last))
        for part in (slice(0, min(first, clip.frames)), slice(last, clip.frames)):
            self.expect(np.array_equal(samples[part], noise[part]), f"{clip.id} differs outside its section")

    def compare_ended(self, clip: Clip, samples: Samples, known: Known) -> None:
        """Compare music that comes to an end with what it goes back to, up to where its end is looked for."""
        assert known.ended is not None
        seed, seconds, take = known.ended
        raw = next(
            block.audio.samples
            for block in FakeEngine(sample_rate=RATE, block_s=seconds).stream(
                GenerationRequest(("a prompt",), seconds, seed=seed, takes=2), threading.Event()
            )
            if block.take == take
        )
        sure = slice(0, min(round((seconds - HELD_S) * RATE), clip.frames))
        self.expect(np.array_equal(samples[sure], raw[sure]), f"the sound of {clip.id} differs")
        if known.is_finished:
            ending = ending_in(clip)
            self.expect(ending is not None and ending.tried, f"{clip.id} does not say how it ends")
            self.expect(np.abs(samples[-10:]).max() < 1e-2, f"{clip.id} has no end")

    def look_at_files(self) -> None:
        """Look for half files and at the database itself."""
        left = [path.name for path in self.folder.rglob("*") if ".part" in path.name]
        left += [path.name for path in (self.folder / "unfinished").iterdir()]
        self.expect(not left, f"half files are left: {left}")
        for path, size in self.files.items():
            self.expect(path.exists() and path.stat().st_size == size, f"{path} was handed out and changed")
        for path in self.folder.glob("drag/**/*.wav"):
            audiofile.read(path)
        with closing(sqlite3.connect(self.folder / "library.sqlite3")) as connection:
            self.expect(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the database is damaged")

    def expect(self, holds: object, loss: str) -> None:
        """Note a loss."""
        if not holds:
            self.losses.append(loss)


def _ordered(step: Step) -> Iterator[Known]:
    """Yield what is known of the clips of an order, but for their lengths."""
    for take, title in enumerate(step["titles"]):
        if step["what"] == "end":
            yield Known(title, ended=(step["seed"], step["seconds"], take))
        else:
            yield Known(title, replaced=(step["of"], *step["stays"]))


def _has(clip: Clip, step: Step) -> bool:
    state = {"title": clip.title, "is_starred": clip.is_starred, "is_trashed": clip.trashed is not None}
    return all(state[name] == step[name] for name in set(state) & set(step))


def crash(folder: Path, runs: int, seed: int = 0) -> Parent:
    """Kill `runs` children in one library and return what was found."""
    parent = Parent(folder)
    parent.begin_old(OLD_CLIPS)
    dice = random.Random(seed)  # noqa: S311 - the same moments every time, as far as the system allows
    for run in range(runs):
        before = len(parent.losses)
        # Most in the middle of work, some while the library is being opened. By steps, not by the clock alone: a busy
        # machine does nothing in half a second.
        parent.run_and_kill(
            seed + run, dice.choice([0, 0, dice.randrange(40), dice.randrange(40)]), dice.uniform(0, 0.03)
        )
        parent.look()
        parent.losses[before:] = [f"run {run}: {loss}" for loss in parent.losses[before:]]
    parent.end()
    return parent


def main(argv: list[str] | None = None) -> int:
    """Run and print what was found; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many kills")
    parser.add_argument("--seed", type=int, default=0, help="of the steps and the moments")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.child:
        Child(options.child, options.seed).work()
    with tempfile.TemporaryDirectory(prefix="crash-") as scratch:
        parent = crash(Path(scratch) / "library", options.runs, options.seed)
    done = ", ".join(f"{count} {what}" for what, count in sorted(parent.counts.items()))
    print(f"{options.runs} kills; {done}; {len(parent.clips)} clips at the end.")  # noqa: T201
    print("\n".join(parent.losses) or "Nothing lost, no half file.")  # noqa: T201
    return 1 if parent.losses else 0


if __name__ == "__main__":
    sys.exit(main())
