"""The library: every clip ever made, with its sound, in one folder that stays.

    2026/Happy rock.wav  the masters, 32-bit float, never changed    library.sqlite3  what is known about the clips
    records/<id>.json    the clips as they were finished             backups/         copies of it
    unfinished/          sound still growing                         damaged/         what was set aside, if anything
    ready/, drag/        24-bit files for other programs             sounds/          masters from before they had names

A clip comes in this order: sound in `unfinished/`, flushed; its record; the sound's final name, flushed; the row. So at
any moment in which the program may die, the next start (`reconcile`) finds either nothing, or sound it can list. A
master may be moved and renamed by anybody: the id in it tells whose it is.

All clips are held in memory (ten thousand are some 30 MB), because a list that is filtered at every key press has to be
at hand (`at_hand`); the database is their durable record, written first. Here stands how clips come, where their
sound is and what keeps both. Not for changing clips (`changing`), making clips (`studio`) or showing them (`ui`).
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library import drag
from musicgen_studio.library.backups import back_up, open_or_go_back
from musicgen_studio.library.changing import ChangingClips
from musicgen_studio.library.files import Places, make_folder, writing
from musicgen_studio.library.files_for_others import FilesForOthers
from musicgen_studio.library.lock import FolderLock
from musicgen_studio.library.masters import MasterFile, Masters, is_in_use, put
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.library.reading import Reading
from musicgen_studio.library.recovery import Reconciled, find_moved, find_unlisted, lost_and_found, repair_unfinished
from musicgen_studio.library.survey import Survey, look_around, note_marks, owner_of
from musicgen_studio.library.texts import KeptTexts

_LOG = logging.getLogger("musicgen_studio")

MARKED_AT_ONCE = 100
_WORDS_OF = frozenset({"title", "tags", "tempo_bpm", "key"})  # what can be edited of what is found by its words


class Library(FilesForOthers, ChangingClips, KeptTexts):
    """An open library. Any thread may use it.

    Args:
        folder: Where it is; made if it is not there.
        now: The time in UTC.

    Attributes:
        folder: Where it is.
        notices: What the musician should know, in sentences: damage that was mended, files that were set aside.

    Raises:
        UserProblem: If the folder cannot be written to, another running program has it open, or a newer program
            wrote it. A damaged database is no problem: see `notices`.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._places = Places(folder)
        self._changing = threading.RLock()
        self._in_the_making: set[str] = set()
        self._places.make()
        with ExitStack() as opened:
            lock = FolderLock(self._places.lock)
            opened.callback(lock.close)
            with writing("The library cannot be opened.", folder):
                self._places.sweep()
            found = open_or_go_back(self._places, now())
            self._database, self.notices = found.database, found.notices
            opened.callback(self._database.close)
            self._reading = Reading(self._places.database)
            opened.callback(self._reading.close)
            FilesForOthers.__init__(self, found.clips, self._find_words, self._changing, self._places, self._there)
            ChangingClips.__init__(self, self._save, self._rename, now)
            KeptTexts.__init__(self, self._database, self._reading, self._changing)
            self._masters = Masters(self._places, found.files, found.former)
            self._opened = opened.pop_all()

    def _find_words(self, expression: str) -> set[str]:
        return self._reading.find(expression, self._seen.unwritten(_WORDS_OF))

    # Making clips

    def begin(self, clip: Clip) -> PartialClip:
        """Begin a clip whose sound comes in pieces.

        Args:
            clip: Its values so far, with an id from `new_id`. `frames` does not count.

        Raises:
            UserProblem: If the disk is full or the folder cannot be written to.
            ValueError: If the id is taken.
        """
        with self._changing:
            if clip.id in self._clips or clip.id in self._in_the_making:
                raise ValueError(f"the id {clip.id} is taken")
            self._in_the_making.add(clip.id)
        try:
            return PartialClip(self._places, clip, self._keep_finished, self._unlink, self._in_the_making.discard)
        except BaseException:
            self._in_the_making.discard(clip.id)
            self._remove_files(clip.id)
            raise

    def add(self, clip: Clip, audio: Audio) -> Clip:
        """Add a clip whose sound is there, whole or not at all.

        Args:
            clip: Its values, with an id from `new_id`.
            audio: Its sound, with the clip's rate and channels.

        Returns:
            The clip as it is in the library.

        Raises:
            UserProblem: If the disk is full or the folder cannot be written to.
            ValueError: If clip and sound do not belong together, or the id is taken.
        """
        if (audio.sample_rate, audio.frames, audio.channels) != (clip.sample_rate, clip.frames, clip.channels):
            raise ValueError(f"clip and sound must have one shape, got {clip!r:.200} and {audio.samples.shape}")
        partial = self.begin(clip)
        try:
            partial.append(audio.samples)
            return partial.finish(clip)
        except BaseException:
            with suppress(UserProblem):  # the first problem is the one to tell
                partial.abandon()
            raise

    def _keep_finished(self, clip: Clip) -> Clip:
        kept = self._keep(clip)
        with suppress(UserProblem), self._rendering:  # the clip is safe; `drag_file` tries again and tells
            drag.prepare(self._places, kept, self._there(kept))
        return kept

    def _keep(self, clip: Clip) -> Clip:
        """Give finished sound its final name, then the clip its row; if that fails, the sound its old name."""
        part = self._places.part(clip.id)
        with self._changing, writing("The clip could not be saved.", self.folder):
            file = self._named(part, clip)
            try:
                self._save([clip], {clip.id: file})
            except BaseException:
                self._masters.note({clip.id: file}, {})  # until it has its old name, it is to be found under this one
                self._masters.place(file.path).replace(part)
                self._masters.forget(clip.id)
                raise
        return clip

    def _named(self, source: Path, clip: Clip) -> MasterFile:
        """Give a file the name of a clip."""
        make_folder(self._masters.home(clip))
        while True:
            file = self._masters.choose(clip)
            try:
                put(source, self._masters.place(file.path))
            except FileExistsError:  # somebody else was faster: another name is found
                self._masters.refuse(file, clip.id)
            else:
                return file

    def _save(
        self,
        clips: Iterable[Clip],
        files: Mapping[str, MasterFile] | None = None,
        former: Mapping[str, str] | None = None,
    ) -> None:
        changed, files, former = list(clips), files or {}, former or {}
        if changed or files:
            self._database.save(changed, files, former)
            self._seen.have_written(changed)
            self._masters.note(files, former)

    # Sound

    def sound_file(self, clip_id: str) -> Path:
        """Return the master of a clip: a WAV file of 32-bit float, only to be read, and now: its name may change.

        It waits while something is written, which may be this very name: not for the window's thread.
        """
        with self._changing:
            return self._masters.path(clip_id)

    def find_again(self, path: Path) -> Path | None:
        """Return where a master is now that was at a path once; None if it was none, or is gone.

        Like `sound_file`, not for the window's thread.
        """
        real = self.folder.resolve()
        if path.is_relative_to(real):  # records say where a file really is; a link may lead to the library
            path = self.folder / path.relative_to(real)
        with self._changing:
            owner = self._masters.owner(path)
            found = None if owner not in self._clips else self._masters.path(owner)
        return found if found is not None and found.exists() else None

    def is_in_place(self, clip_id: str) -> bool:
        """Tell whether the sound of a clip is where it was last, waiting for nobody; else `check_sound` may find it.

        Raises:
            KeyError: If there is no such clip.
        """
        return self._masters.path(clip_id).exists()

    def check_sound(self, clip_id: str) -> None:
        """See whether the sound of a clip is there, without reading it; look through the library's folders if not.

        That may take long: not for the window's thread where it is not `is_in_place`.

        Raises:
            UserProblem: If it is gone.
            KeyError: If there is no such clip.
        """
        self._there(self.get(clip_id))

    def read(self, clip_id: str) -> Audio:
        """Return the sound of a clip.

        Raises:
            UserProblem: If the file is gone or damaged.
            KeyError: If there is no such clip.
        """
        pieces = list(self.blocks(clip_id))
        return Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].sample_rate)

    def blocks(self, clip_id: str) -> Iterator[Audio]:
        """Return the sound of a clip piece by piece: `read`, without waiting for the whole file.

        Raises:
            UserProblem: If the file is gone, or its beginning damaged, at once; else where that is found.
            KeyError: If there is no such clip.
        """
        clip = self.get(clip_id)
        path = self._there(clip)
        try:
            return _begun(path)
        except UserProblem:
            now = self._there(clip)
            if now == path:
                raise
            return _begun(now)  # it has got its name in this very moment

    def _there(self, clip: Clip) -> Path:
        sound = self._masters.path(clip.id)
        if sound.exists():
            return sound
        with self._changing:  # it may be getting another name in this very moment
            sound = self._masters.path(clip.id)
            if not sound.exists() and self._follow():
                sound = self._masters.path(clip.id)
            if not sound.exists():
                what_to_do = "Put the file back if you have it elsewhere, or delete the clip."
                raise UserProblem(f'The sound of "{clip.title}" is missing.', f"{sound} is not there.", what_to_do)
            return sound

    def _follow(self) -> bool:
        """Look where somebody has moved files to, and tell whether any was found."""
        with writing("The library's files could not be looked through.", self.folder):
            survey = look_around(self._places, self._known_paths())
        return self._take_moved(survey)

    def _take_moved(self, survey: Survey) -> bool:
        moved = find_moved(self._masters, survey, self._clips.values())
        self._save([], moved, {self._masters.file(clip_id).path: clip_id for clip_id in moved})
        return bool(moved)

    def _known_paths(self) -> set[str]:
        return {self._masters.file(clip_id).path for clip_id in self._clips}

    # Changing clips, and the names of their files after them

    def write_due(self) -> None:
        """Write what `remember`, `edit`, `trash` and `restore` have taken for later. Not the window's thread.

        Raises:
            UserProblem: If the disk does not take it; it is tried again the next time.
        """
        with self._changing:
            try:
                self._write_seen()
            finally:
                super().write_due()

    def _rename(self, clip: Clip) -> None:
        """Call a clip's file as the clip is called now; if that cannot be done now, at a later start."""
        file, path = self._masters.file(clip.id), self._masters.path(clip.id)
        if path.parent == self._places.sounds or not path.exists():
            return  # `name_files` comes to the first, and the second may never come back
        try:
            if is_in_use(path):
                self._save([], {clip.id: replace(file, is_due=True)})
            elif self._masters.choose(clip).path == file.path:
                self._save([], {clip.id: replace(file, is_due=False)} if file.is_due else {})
            else:
                now = self._named(path, clip)
                # If the program dies here, or the disk is full, the id in the file tells whose it is.
                self._masters.note({clip.id: now}, {file.path: clip.id})
                self._save([], {clip.id: now}, {file.path: clip.id})
        except (OSError, UserProblem) as error:
            _LOG.warning("The file of a clip keeps its old name: %s", error)
            with suppress(UserProblem):
                self._save([], {clip.id: replace(self._masters.file(clip.id), is_due=True)})

    def name_files(self, stop: threading.Event) -> int:
        """Give files names that people can read, where they have none yet, or could not get a new one. Any thread.

        It may be killed at any moment: the next start goes on. One file at a time, so that nobody waits for it.

        Returns:
            How many have got one.

        Raises:
            UserProblem: If the disk does not take it.
        """
        named = 0
        with self._changing:
            wanting = [clip_id for clip_id in self._clips if self._masters.wants_name(clip_id)]
        with writing("The library's files could not get their names.", self.folder):
            for first in range(0, len(wanting), MARKED_AT_ONCE):
                some = wanting[first : first + MARKED_AT_ONCE]
                note_marks(self._places, [(clip_id, self._masters.path(clip_id)) for clip_id in some])
                for clip_id in some:
                    if stop.is_set():
                        return named
                    named += self._give_name(clip_id)
        return named

    def _give_name(self, clip_id: str) -> bool:
        with self._changing:
            clip, path = self._clips.get(clip_id), self._masters.path(clip_id)
            if clip is None or not path.exists() or is_in_use(path):
                return False
            former = self._masters.file(clip_id).path
            try:
                now = self._masters.choose(clip)
                if now.path != former:
                    now = self._named(path, clip)
            except PermissionError:  # in use, says Windows
                return False
            self._save([], {clip_id: now}, {} if now.path == former else {former: clip_id})
            return now.path != former

    def relink(self, clip_id: str, path: Path) -> Clip:
        """Take a file, wherever it is, for the sound of a clip that is missing. The file stays where it is.

        Returns:
            The clip as it is now.

        Raises:
            UserProblem: If it is not the clip's sound, or cannot be read.
            KeyError: If there is no such clip.
        """
        with self._changing, writing("The file was not taken.", path.parent):
            clip = self._clips[clip_id]
            owner = owner_of(self._places, path)
            if owner != clip_id:
                whose = (
                    "It is that of another clip." if owner in self._clips else "It holds other music, or was changed."
                )
                what = f"“{path.name}” is not the sound of “{clip.title}”."
                raise UserProblem(what, whose, "Choose the file that MusicGen Studio wrote, or delete the clip.")
            found = replace(clip, is_missing=False)
            former = {self._masters.file(clip_id).path: clip_id}
            self._save([found], {clip_id: MasterFile(self._masters.shortened(path))}, former)
            return found

    def purge_trash(self, ids: Iterable[str] | None = None) -> list[Clip]:
        """Delete what is in the trash for good and return what it was. Only when the musician says so: no undo.

        Files that were handed to other programs stay, as their projects may need them.

        Args:
            ids: What the musician was asked about: it goes as far as it is still in the trash, and nothing that came
                there since. None is all that is there now.

        Raises:
            UserProblem: If the disk does not take it; then nothing is deleted.
        """
        wanted = None if ids is None else set(ids)
        with self._changing:
            self._write_seen()
            purged = [clip for clip in self.clips(trashed=True) if wanted is None or clip.id in wanted]
            self._database.doom(clip.id for clip in purged)
            for clip in purged:
                del self._clips[clip.id]
        self._remove_doomed()  # without the lock: nobody is to wait for the disk
        return purged

    def _remove_doomed(self) -> None:
        """Remove the files of deleted clips; what cannot be removed now is tried again at the next start."""
        with self._changing:  # the database knows one thread at a time
            doomed = self._database.doomed()
        gone = [clip_id for clip_id in doomed if self._remove_files(clip_id)]
        if gone:
            with suppress(UserProblem), self._changing:
                self._database.bury(gone)

    def _remove_files(self, clip_id: str) -> bool:
        try:
            self._unlink(clip_id)
        except OSError:
            return False
        with self._changing:
            self._masters.forget(clip_id)
        return True

    def _unlink(self, clip_id: str) -> None:
        places = self._places
        # The sound has its final name already if the disk failed in the middle of finishing it and of undoing that.
        for path in (places.part(clip_id), self._masters.path(clip_id), *places.ready_files(clip_id)):
            path.unlink(missing_ok=True)
        places.record(clip_id).unlink(missing_ok=True)

    # Keeping what there is

    def reconcile(self) -> Reconciled:
        """Bring files and database together. Call it once at the start.

        Returns:
            What was found. What could not be used was set aside and is told in `notices`.

        Raises:
            UserProblem: If files cannot be read or written.
        """
        with self._changing:
            self._remove_doomed()
            unfinished, notices = repair_unfinished(self._places, self._in_the_making)
            self.notices += notices
            recovered = [self._keep(clip) for clip in unfinished]
            with writing("The library's files could not be looked through.", self.folder):
                survey = look_around(self._places, self._known_paths())
            self._take_moved(survey)
            adopted = self._adopt(survey)
            missing, back = lost_and_found(self._masters, survey, self._clips.values())
            self._save([*missing, *back])
            return Reconciled(recovered, adopted, missing, back)

    def _adopt(self, survey: Survey) -> list[Clip]:
        """List the masters that nobody knew of."""
        listed = {*self._clips, *self._database.doomed(), *self._in_the_making}
        found, notices = find_unlisted(self._places, survey, listed)
        self.notices += notices
        adopted = [clip for clip, _ in found]
        self._save(adopted, {clip.id: MasterFile(self._masters.shortened(path)) for clip, path in found})
        return adopted

    def backup(self) -> None:
        """Copy the database into `backups/`, if there is no copy of today yet; five are kept. Any thread.

        Raises:
            UserProblem: If the copy cannot be written.
        """
        if self._clips:  # else the copy of the first day would be an empty one
            back_up(self._places, self._now())

    def close(self) -> None:
        """Close the library. Clips in the making are left to the next start."""
        with self._changing:
            with suppress(UserProblem):  # it was told when the disk did not take it first
                self.write_due()
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _begun(path: Path) -> Iterator[Audio]:
    """Return the sound of a file, which is open from now on, whatever it is called later."""
    pieces = audiofile.blocks(path, max_duration_s=np.inf)
    return chain([next(pieces)], pieces)
