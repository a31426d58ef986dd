"""Any sequence of what a musician, the system and bad luck do, against a model of what should be there."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.library import Library
from musicgen_studio.library.partial import PartialClip
from tests.library.samples import RATE, add, new_clip, noise


class Musician(RuleBasedStateMachine):
    """The model: clips by id, and the folder of one library after the other."""

    ids: Bundle[str] = Bundle("ids")
    making: Bundle[str] = Bundle("making")

    @initialize()
    def start(self) -> None:
        """Open an empty library."""
        self.scratch = Path(tempfile.mkdtemp())
        self.clips: dict[str, Clip] = {}
        self.partials: dict[str, PartialClip] = {}
        self.deaths = 0
        self.library = Library(self.scratch / "0")

    def teardown(self) -> None:
        """Close and remove everything."""
        self.library.close()
        shutil.rmtree(self.scratch)

    @rule(target=ids, title=st.sampled_from(["a", "Ä rock", "x" * 300]))
    def add(self, title: str) -> str:
        """Add a clip."""
        clip = add(self.library, title=title)
        self.clips[clip.id] = clip
        return clip.id

    @rule(target=making)
    def begin(self) -> str:
        """Begin a clip, with a second of sound."""
        partial = self.library.begin(new_clip(title="in the making"))
        partial.append(noise(RATE))
        self.partials[partial.clip.id] = partial
        return partial.clip.id

    @rule(target=ids, clip_id=consumes(making))
    def finish(self, clip_id: str) -> MultipleResults[str] | str:
        """Finish what was begun, if it did not die."""
        if (partial := self.partials.pop(clip_id, None)) is None:
            return multiple()
        self.clips[clip_id] = partial.finish(partial.clip)
        return clip_id

    @rule(clip_id=ids, title=st.sampled_from(["b", "c", "Ä rock"]), is_starred=st.booleans())
    def edit(self, clip_id: str, title: str, is_starred: bool) -> None:
        """Rename and star."""
        if clip_id in self.clips:
            self.clips[clip_id] = self.library.edit(clip_id, title=title, is_starred=is_starred)

    @rule(clip_id=ids)
    def trash(self, clip_id: str) -> None:
        """Throw away."""
        if clip_id in self.clips:
            (self.clips[clip_id],) = self.library.trash([clip_id])

    @rule(clip_id=ids)
    def restore(self, clip_id: str) -> None:
        """Take back."""
        if clip_id in self.clips:
            (self.clips[clip_id],) = self.library.restore([clip_id])

    @rule()
    def purge(self) -> None:
        """Empty the trash."""
        for clip in self.library.purge_trash():
            del self.clips[clip.id]

    @rule(clip_id=ids)
    def drag(self, clip_id: str) -> None:
        """Drag into another program."""
        if clip_id in self.clips and not self.clips[clip_id].is_missing:
            assert self.library.drag_file(clip_id).exists()

    @rule(clip_id=ids)
    def lose_or_find_the_file(self, clip_id: str) -> None:
        """Move the sound file away, or back, and look."""
        if clip_id not in self.clips:
            return
        clip, sound = self.clips[clip_id], self.library.sound_file(clip_id)
        elsewhere = self.scratch / f"{clip_id}.elsewhere"
        (elsewhere.rename(sound) if clip.is_missing else sound.rename(elsewhere))
        self.clips[clip_id] = replace(clip, is_missing=not clip.is_missing)
        found = self.library.reconcile()
        assert found.missing + found.back == [self.clips[clip_id]]

    @rule(is_killed=st.booleans())
    def restart(self, is_killed: bool) -> None:
        """End the program in order, or in the middle; what was in the making is then recovered."""
        self.deaths += 1
        folder = self.library.folder
        if is_killed:
            folder = shutil.copytree(folder, self.scratch / str(self.deaths))
        self.library.close()
        self.library = Library(folder)
        found = self.library.reconcile()
        assert (found.adopted, found.missing, found.back, self.library.notices) == ([], [], [], [])
        assert {clip.id for clip in found.recovered} == set(self.partials)
        for clip in found.recovered:
            assert (clip.title, clip.origin, clip.frames) == ("in the making", Origin.RECOVERED, RATE)
            self.clips[clip.id] = clip
        self.partials.clear()

    @invariant()
    def all_is_there(self) -> None:
        """Check lists, search and sound."""
        listed = self.library.clips() + self.library.clips(trashed=True)
        assert {clip.id: clip for clip in listed} == self.clips
        rock = {clip.id for clip in self.clips.values() if "Ä rock" in clip.title and clip.trashed is None}
        assert {clip.id for clip in self.library.clips("a ROCK")} == rock
        for clip in listed[:3]:
            if not clip.is_missing:
                assert np.array_equal(self.library.read(clip.id).samples, noise(clip.frames))


Musician.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestMusician = Musician.TestCase
