"""The library: every clip ever made, with its sound, in one folder that stays.

    2026/Happy rock.wav  the masters, 32-bit float, never changed    library.sqlite3  what is known about the clips
    records/<id>.json    the clips as they were finished             backups/         copies of it
    unfinished/          sound still growing                         damaged/         what was set aside, if anything
    ready/, drag/        24-bit files for other programs             sounds/          masters from before they had names

A clip comes in this order: sound in `unfinished/`, flushed; its record; the sound's final name, flushed; the row. So at
any moment in which the program may die, the next start (`reconcile`) finds either nothing, or sound it can list. A
master may be moved and renamed by anybody: the id in it tells whose it is.

All clips are held in memory (ten thousand are some 30 MB), because a list that is filtered at every key press has to be
at hand; the database is their durable record, written first. Who only looks never waits for another's disk: clips are
values, and the table of them is copied in one go. Not for making clips (`studio`) or showing them (`ui`).
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import numpy as np

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.library import drag
from musicgen_studio.library.backups import back_up, open_or_go_back
from musicgen_studio.library.files import Places, make_folder, writing
from musicgen_studio.library.lock import FolderLock
from musicgen_studio.library.masters import MasterFile, Masters, is_in_use, put
from musicgen_studio.library.partial import PartialClip
from musicgen_studio.library.recovery import Reconciled, compare, find_moved, find_unlisted, repair_unfinished
from musicgen_studio.library.rows import tidy
from musicgen_studio.library.search import Filter, Order, match_expression, tempo_in
from musicgen_studio.library.survey import Survey, look_around, note_marks, owner_of

_LOG = logging.getLogger("musicgen_studio")

MARKED_AT_ONCE = 100


class ClipEdit(TypedDict, total=False):
    """What `Library.edit` can change."""

    title: str
    is_starred: bool
    tags: tuple[str, ...]
    tempo_bpm: float | None
    key: str
    analysis: str


def known_edit(known: Analysis) -> ClipEdit:
    """Return the edit that keeps what is known of a clip; tempo and key get places of their own if they are sure."""
    key = known.key.name if known.key is not None and known.has_sure_key else ""
    bpm = None if known.bpm is None or not known.has_sure_tempo else round(known.bpm, 2)
    return ClipEdit(tempo_bpm=bpm, key=key, analysis=known.to_json())


class Library:
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
        self._now = now
        self._changing = threading.RLock()
        self._rendering = threading.Lock()  # of its own: writing a long file must not hold up the list
        self._in_the_making: set[str] = set()
        self._places.make()
        with ExitStack() as opened:
            lock = FolderLock(self._places.lock)
            opened.callback(lock.close)
            with writing("The library cannot be opened.", folder):
                self._places.sweep()
            self._database, clips, self.notices = open_or_go_back(self._places, now())
            opened.callback(self._database.close)
            self._clips = {clip.id: clip for clip in clips}  # in the order they came
            self._masters = Masters(self._places, self._database.files(), self._database.former())
            self._due_texts: dict[str, str] = {}  # what `remember_soon` has taken, by key
            self._opened = opened.pop_all()

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
            self._clips.update({clip.id: clip for clip in changed})
            self._masters.note(files, former)

    # Finding clips

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
        order: Order = Order.NEWEST,
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
            order: By tempo or key, sure or guessed, what has none at the end; among equals the newest is first.
        """
        wanted = Filter(starred, tag, checkpoint, min_s, max_s, trashed, missing, min_bpm, max_bpm, key)
        found = self._found(query)
        fitting = [clip for clip in self._held() if (found is None or clip.id in found) and wanted.takes(clip)]
        return sorted(_newest_first(fitting), key=order.of)

    def _found(self, query: str) -> Collection[str] | None:
        """Return the ids of the clips that have what was typed in their words, or as a tempo that is only guessed.

        None is all of them: nothing was typed.
        """
        expression = match_expression(query)
        if not expression:
            return None
        with self._changing:
            found = self._database.find(expression)
            tempo = tempo_in(query)
            if tempo is not None:
                rest = match_expression(tempo.rest)
                among = self._database.find(rest) if rest else self._clips.keys()
                found |= {clip_id for clip_id in among if tempo.is_of(self._clips[clip_id])}
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

    # Sound

    def sound_file(self, clip_id: str) -> Path:
        """Return the master of a clip: a WAV file of 32-bit float, only to be read, and now: its name may change."""
        with self._changing:
            return self._masters.path(clip_id)

    def find_again(self, path: Path) -> Path | None:
        """Return where a master is now that was at a path once; None if it was none, or is gone."""
        with self._changing:
            owner = self._masters.owner(path)
            found = None if owner not in self._clips else self._masters.path(owner)
        return found if found is not None and found.exists() else None

    def check_sound(self, clip_id: str) -> None:
        """See whether the sound of a clip is there, without reading it.

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

    def drag_file(self, clip_id: str) -> Path:
        """Return a 24-bit WAV file of a clip for another program, named as the clip is called now.

        Call it when a drag begins, not before: from then on the file stays for good. Mostly it was written when the
        clip was finished and is there at once; after a rename it is written anew. Any thread.

        Raises:
            UserProblem: If the sound is missing, or the file cannot be written.
            KeyError: If there is no such clip.
        """
        clip = self.get(clip_id)
        with self._rendering:
            return drag.hand_out(self._places, clip, self._there(clip))

    def prepare_drag(self, clip_id: str) -> None:
        """Write the file that `drag_file` returns, with what is known of the clip now, unless it is there. Any thread.

        Nothing is raised where that is not possible: `drag_file` tries again and tells.
        """
        with suppress(UserProblem, KeyError), self._rendering:
            clip = self.get(clip_id)
            drag.prepare(self._places, clip, self._there(clip))

    def drag_file_if_ready(self, clip_id: str) -> Path | None:
        """Return what `drag_file` returns if that needs no reading, writing or waiting, else None. Any thread.

        Raises:
            UserProblem: If the sound is missing, or the file cannot be moved to its place.
            KeyError: If there is no such clip.
        """
        clip = self.get(clip_id)
        sound = self._there(clip)
        if not self._rendering.acquire(blocking=False):
            return None
        try:
            return drag.hand_out(self._places, clip, sound) if drag.is_ready(self._places, clip) else None
        finally:
            self._rendering.release()

    def selection_file(self, clip_id: str, start_frame: int, end_frame: int) -> Path:
        """Return a 24-bit WAV file of a part of a clip, from `start_frame` up to, not with, `end_frame`. Any thread.

        Raises:
            UserProblem: If the sound is missing, or the file cannot be written.
            KeyError: If there is no such clip.
            ValueError: If that is no part of the clip.
        """
        clip = self.get(clip_id)
        with self._rendering:
            return drag.hand_out_selection(self._places, clip, self._there(clip), start_frame, end_frame)

    def stem_files(self, clip_id: str) -> list[Path]:
        """Return 24-bit WAV files of a clip and of its stems, which add up to it to the last bit. Any thread.

        All begin together and are equally long; if one would go beyond full scale, all are turned down alike. Call it
        when a drag or an export begins, like `drag_file`.

        Returns:
            The clip's file, then one for each stem in their order.

        Raises:
            UserProblem: If it has no stems, a sound is missing, or a file cannot be written.
            KeyError: If there is no such clip.
        """
        clip, stems = self.get(clip_id), self.stems(clip_id)
        if len(stems) < 2:
            raise UserProblem(f'"{clip.title}" has no stems.', "They have not been made yet.", "Press Stems first.")
        with self._rendering:
            masters = [self._there(each) for each in (clip, *stems)]
            return drag.hand_out_stems(self._places, clip, stems, masters)

    def drag_folder(self, clip_id: str) -> Path:
        """Return the folder for what is made of a clip for other programs: what is put there stays for good."""
        return self._places.drag / self.get(clip_id).id

    # Changing clips

    def edit(self, clip_id: str, **changes: Unpack[ClipEdit]) -> Clip:
        """Change a clip's title, star, tags, or what is known of it (`known_edit`).

        To undo it, edit with the old clip's values.

        Returns:
            The clip as it is now: titles are trimmed, tags in lower case and alphabetical order.

        Raises:
            UserProblem: If a value is none that can be, or the disk does not take it; then nothing is changed.
            KeyError: If there is no such clip.
            TypeError: If something else is to be changed.
        """
        if unknown := set(changes) - set(ClipEdit.__annotations__):
            raise TypeError(f"{', '.join(ClipEdit.__annotations__)} can be edited, not {sorted(unknown)}")
        with self._changing:
            before = self._clips[clip_id]
            clip = tidy(replace(before, **changes))
            self._save([clip])
            if clip.title != before.title:
                self._rename(clip)
            return clip

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

    def keep_found(self, clip_id: str, found: Analysis) -> Clip:
        """Keep what was found out about a clip, unless a hand has set it meanwhile. Any thread.

        Returns:
            The clip as it is now.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip, or no longer.
        """
        with self._changing:
            clip = self._clips[clip_id]
            is_locked = clip.known is not None and clip.known.is_locked
            return clip if is_locked else self.edit(clip_id, **known_edit(found))

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

    def trash(self, ids: Iterable[str]) -> list[Clip]:
        """Move clips to the trash, with their stems, all or none. Their files stay.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip.
        """
        with self._changing:
            wanted = list(dict.fromkeys(ids))
            stems = [stem.id for clip_id in wanted for stem in self.stems(clip_id)]
            return self._set_trashed([*wanted, *stems], self._now().isoformat(timespec="seconds"))

    def restore(self, ids: Iterable[str]) -> list[Clip]:
        """Take clips out of the trash, with the stems that went there when they did, all or none.

        Raises:
            UserProblem: If the disk does not take it.
            KeyError: If there is no such clip.
        """
        with self._changing:
            wanted = list(dict.fromkeys(ids))
            gone = {clip_id: self._clips[clip_id].trashed for clip_id in wanted}
            stems = [
                clip.id
                for clip in self._clips.values()
                if clip.origin is Origin.STEM and clip.parent in gone and clip.trashed == gone[clip.parent]
            ]
            return self._set_trashed([*wanted, *stems], None)

    def _set_trashed(self, ids: Iterable[str], trashed: str | None) -> list[Clip]:
        with self._changing:
            clips = [replace(self._clips[clip_id], trashed=trashed) for clip_id in dict.fromkeys(ids)]
            self._save(clips)
            return clips

    def purge_trash(self) -> list[Clip]:
        """Delete what is in the trash for good and return what it was. Only when the musician says so: no undo.

        Files that were handed to other programs stay, as their projects may need them.

        Raises:
            UserProblem: If the disk does not take it; then nothing is deleted.
        """
        with self._changing:
            purged = self.clips(trashed=True)
            self._database.doom(clip.id for clip in purged)
            for clip in purged:
                del self._clips[clip.id]
        self._remove_doomed()  # without the lock: nobody is to wait for the disk
        return purged

    def _remove_doomed(self) -> None:
        """Remove the files of deleted clips; what cannot be removed now is tried again at the next start."""
        gone = [clip_id for clip_id in self._database.doomed() if self._remove_files(clip_id)]
        if gone:
            with suppress(UserProblem):
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
            missing, back = compare(self._masters, survey, self._clips.values())
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

    def remember(self, key: str, text: str) -> None:
        """Keep a text, such as the prompt that is being typed or where the window is.

        Raises:
            UserProblem: If the disk does not take it.
        """
        with self._changing:
            self._database.remember(key, _writable(text))

    def remember_soon(self, key: str, text: str) -> None:
        """Keep a text without waiting for the disk, which `write_due` gives it to. `recall` knows it at once."""
        self._due_texts[key] = _writable(text)

    def write_due(self) -> None:
        """Write what `remember_soon` has taken. Any thread but one that must not wait for the disk.

        Raises:
            UserProblem: If the disk does not take it; it is tried again the next time.
        """
        problems = []
        with self._changing:
            for key in list(self._due_texts):
                text = self._due_texts.pop(key)
                try:
                    self.remember(key, text)
                except UserProblem as problem:
                    self._due_texts.setdefault(key, text)  # unless a newer one came meanwhile
                    problems.append(problem)
        if problems:
            raise problems[0]

    def recall(self, key: str) -> str | None:
        """Return what was kept under a key, or None."""
        due = self._due_texts.get(key)
        if due is not None:
            return due
        with self._changing:
            return self._database.recall(key)

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


def _newest_first(clips: list[Clip]) -> list[Clip]:
    clips.reverse()  # of those with the same second, the one that came last is first
    return sorted(clips, key=lambda clip: clip.created, reverse=True)


def _writable(text: str) -> str:
    """Return a text without what has no place in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _begun(path: Path) -> Iterator[Audio]:
    """Return the sound of a file, which is open from now on, whatever it is called later."""
    pieces = audiofile.blocks(path, max_duration_s=np.inf)
    return chain([next(pieces)], pieces)
