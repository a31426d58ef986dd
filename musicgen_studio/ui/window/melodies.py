"""The melody that the music is to follow: chosen, heard in the background, shown, edited, kept, and given to an order.

It stands between the melody's fold, the page of notes and the studio. Not for recording (`recording`), for its
files (`melody_files`) or for orders (`generation`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.melody import CHROMA_RATE_HZ, Melody, Note
from musicgen_studio.dsp.notes import CleanUp
from musicgen_studio.dsp.tones import tones
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.metronome import Metronome
from musicgen_studio.studio.arranging.composing import Tune, record_of_clip
from musicgen_studio.studio.humming.hearing import Hearing
from musicgen_studio.studio.humming.sketch import Kind, Sketch
from musicgen_studio.studio.humming.take import TakeEdit, keep_take_edit, take_edit
from musicgen_studio.studio.making.order import SourceFile
from musicgen_studio.studio.making.source import MelodySource
from musicgen_studio.studio.program.background import ErrandDone
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.melody_editor import EditorView, MelodyEditor
from musicgen_studio.ui.panels.melody_panel import MelodyPanel, MelodyView
from musicgen_studio.ui.window.followed import (
    RATE,
    Followed,
    behind,
    has_melody,
    heard,
    mini_peaks,
    of_file,
    own_notes,
    sounded,
)
from musicgen_studio.ui.window.melody_files import MelodyFiles
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.undo import ChangeMelody

KEY = "melody"  # of what the library remembers
_HEAR_AGAIN_MS = 1000  # after the start, which has more urgent things to do
_BEYOND_S = 10.0  # how far behind its end the grid shows a melody repeated
_TOUCH_S = 0.3  # of a note that is touched
_TRIM_AFTER_MS = 400  # once the musician has settled on where a take begins and ends


class Melodies(QObject):
    """Keeps the melody and shows it in both places. Main thread.

    Args:
        services: The program behind the window.
        panel: The melody's fold.
        editor: The page of notes.
        parent: Qt's owner.
    """

    play_requested = Signal(object, float)  # Audio, from this second on
    stop_requested = Signal()
    touch_requested = Signal(object)  # Audio of a single note
    editor_requested = Signal(bool)  # open or close the page
    problem_found = Signal(object)  # UserProblem that belongs to no field of the fold
    said = Signal(str)  # what is missing of a file or a drag, for a person
    changed = Signal()  # another melody is followed, or none

    def __init__(
        self, services: Services, panel: MelodyPanel, editor: MelodyEditor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._panel, self._editor = panel, editor
        self._now = Followed()
        self._asked = 0  # counts what was sent to the background, so that an answer that comes too late is known
        self._search = -1  # the number of what was sent last, until it is over
        self._is_hearing = False
        self._is_playing = False
        self._trouble: UserProblem | None = None  # why the sound of a kept melody cannot be heard again
        self._later = QTimer(self, singleShot=True, interval=_HEAR_AGAIN_MS)
        self._later.timeout.connect(self._hear_again)
        self._trim = QTimer(self, singleShot=True, interval=_TRIM_AFTER_MS)
        self._trim.timeout.connect(self._use_trim)
        self._wanted_edit = TakeEdit()
        self._files = MelodyFiles(services, self)
        self._connect()
        self._recall()

    @property
    def sketch(self) -> Sketch | None:
        """The melody that is followed, None for none."""
        return self._now.sketch

    @property
    def repeats(self) -> bool:
        """Whether the melody begins again each time it ends."""
        return self._now.sketch is None or self._now.sketch.repeats

    def tune(self) -> Tune | None:
        """Return the melody for an order, None for none.

        Raises:
            UserProblem: If it is still being listened to, or its sound is gone.
        """
        sketch, hearing = self._now.sketch, self._now.hearing
        is_unheard = sketch is not None and sketch.as_sung and hearing is None
        if is_unheard and self._trouble is not None:
            raise self._trouble
        if self._is_hearing or is_unheard:
            raise UserProblem(
                self.tr("The melody is not ready yet."),
                self.tr("Its notes are still being found."),
                self.tr("Wait a moment, or choose no melody."),
            )
        if sketch is None:
            return None
        sound = None if hearing is None else hearing.sound(follows_all=sketch.follows_all)
        if sketch.as_sung and sound is not None:
            return sound
        return sketch.notes if sketch.notes.notes else None

    def lasting_file(self, then: Callable[[str, bool], object]) -> None:
        """Have a file of the melody that stays, for what remembers it by its file: its sound, or its notes as MIDI.

        Args:
            then: Told, once it is there, its name and whether of a mix all is followed; not for no melody, or one that
                cannot be had, which is said.
        """
        try:
            tune, sketch = self.tune(), self._now.sketch
        except UserProblem as problem:
            self.problem_found.emit(problem)
            return
        if tune is None or sketch is None:
            return
        if isinstance(tune, MelodySource) and tune.record is not None:
            then(tune.record.file, sketch.follows_all)
            return
        self._files.keep(sketch, self._title(), lambda path: then(str(path), False))

    # From elsewhere

    @Slot(object)
    def follow_take(self, clip: Clip) -> None:
        """Follow a recorded take from now on."""
        self.show_takes()
        self._hear(Sketch(Kind.HUM, clip.id), take_edit(self._services.library, clip.id))

    def follow_recipe(self, clip: Clip) -> None:
        """Follow the melody that a clip was made with, or none."""
        order = record_of_clip(clip).order
        if order.melody_notes is not None:
            sketch = Sketch(Kind.NOTES, found=order.melody_notes, clean_up=CleanUp(snap="off"))
            self._push(self.tr("Melody of a clip"), Followed(replace(sketch, repeats=order.melody_repeats)))
        elif order.melody is not None:
            follows_all = order.melody.separator is None
            self._hear(replace(of_file(order.melody), repeats=order.melody_repeats, follows_all=follows_all))
        elif self._now.sketch is not None:
            self._clear()

    @Slot(object)
    def note_changed(self, clip: Clip) -> None:
        """A clip has another title, or went into the trash or out of it: takes are offered as they are."""
        if clip.origin is Origin.RECORDED:
            self.show_takes()

    @Slot()
    def show_takes(self) -> None:
        """Offer the takes the library has now."""
        takes = [clip for clip in self._services.library.clips() if clip.origin is Origin.RECORDED]
        sketch = self._now.sketch
        chosen = sketch.place if sketch is not None and sketch.kind is Kind.HUM else ""
        self._panel.set_takes(takes, chosen, self._now.edit or TakeEdit())

    @Slot(object)
    def show_playing(self, time_s: float | None) -> None:
        """Show where what the model hears is being played, in seconds; None if it is not."""
        self._is_playing = time_s is not None
        self._editor.set_playing(time_s)
        duration_s = self._duration_s()
        self._panel.set_playing(None if time_s is None else min(time_s / duration_s, 1.0))

    # What the musician does

    def _connect(self) -> None:
        panel, editor = self._panel, self._editor
        panel.file_chosen.connect(self._choose_file)
        panel.track_chosen.connect(self._choose_track)
        panel.take_chosen.connect(self._choose_take)
        panel.take_edited.connect(self._edit_take)
        panel.clear_requested.connect(self._clear)
        panel.repeats_chosen.connect(self._choose_repeats)
        panel.follows_all_chosen.connect(self._choose_follows_all)
        panel.play_requested.connect(lambda: self._play(0.0))
        panel.drag_requested.connect(lambda: self._drag(panel))
        panel.edit_requested.connect(self._open_editor)
        panel.write_requested.connect(self._write)
        editor.edited.connect(self._edit_notes)
        editor.drafted.connect(self._show_draft)
        editor.clean_up_changed.connect(self._clean_up)
        editor.as_sung_chosen.connect(self._choose_as_sung)
        editor.play_requested.connect(self._play)
        editor.sound_requested.connect(self._touch)
        editor.export_requested.connect(self._ask_export)
        editor.drag_requested.connect(lambda: self._drag(editor))
        self._files.said.connect(self.said)
        self._files.problem_found.connect(self.problem_found)
        editor.closed.connect(partial(self.editor_requested.emit, False))

    @Slot(str)
    def _choose_take(self, clip_id: str) -> None:
        if self._services.library.has(clip_id):  # it may just be deleted for good
            self.follow_take(self._services.library.get(clip_id))

    @Slot(object)
    def _choose_file(self, path: Path) -> None:
        self._hear(of_file(SourceFile(str(path), "")))

    @Slot(object, object)
    def _choose_track(self, track: int | None, channel: int | None) -> None:
        sketch = self._now.sketch
        if sketch is not None and sketch.kind is Kind.MIDI:
            self._hear(Sketch(Kind.MIDI, sketch.place, track, channel, repeats=sketch.repeats))

    @Slot(object)
    def _edit_take(self, edit: TakeEdit) -> None:
        self._wanted_edit = edit
        self._trim.start()

    @Slot()
    def _use_trim(self) -> None:
        sketch = self._now.sketch
        if sketch is not None and sketch.kind is Kind.HUM and self._wanted_edit != self._now.edit:
            fresh = Sketch(Kind.HUM, sketch.place, clean_up=sketch.clean_up, repeats=sketch.repeats)
            self._hear(fresh, self._wanted_edit)

    @Slot()
    def _clear(self) -> None:
        self._asked += 1
        self._set_hearing(False)
        self._push(self.tr("No melody"), Followed())

    @Slot(bool)
    def _choose_repeats(self, repeats: bool) -> None:
        self._change(self.tr("Repeat the melody"), lambda sketch: replace(sketch, repeats=repeats))

    @Slot(bool)
    def _choose_follows_all(self, follows_all: bool) -> None:
        words = self.tr("Follow drums and bass")
        self._change(words, lambda sketch: replace(sketch, follows_all=follows_all))

    @Slot(bool)
    def _choose_as_sung(self, as_sung: bool) -> None:
        self._change(self.tr("As sung or as notes"), lambda sketch: replace(sketch, as_sung=as_sung))

    @Slot(object)
    def _clean_up(self, clean_up: CleanUp) -> None:
        self._change(self.tr("Clean up notes"), lambda sketch: replace(sketch, clean_up=clean_up, as_sung=False))

    @Slot(object, str)
    def _edit_notes(self, melody: Melody, words: str) -> None:
        self._change(words, lambda sketch: sketch.with_notes(melody))

    @Slot()
    def _open_editor(self) -> None:
        if self._now.sketch is None:
            self._show_editor(own_notes(), None)
        self.editor_requested.emit(True)

    @Slot()
    def _write(self) -> None:
        """Go on with notes of one's own, or begin some."""
        if self._now.sketch is None or self._now.sketch.kind is not Kind.NOTES:
            self._asked += 1
            self._set_hearing(False)
            self._push(self.tr("New notes"), Followed(own_notes()))
        self._open_editor()

    @Slot(float)
    def _play(self, from_s: float) -> None:
        """Play what the model hears, or stop it."""
        if self._is_playing:
            self.stop_requested.emit()
            return
        sketch, hearing = self._now.sketch, self._now.hearing
        if sketch is None:
            return
        if from_s >= self._duration_s() - 0.05:  # from the end there is nothing to hear
            from_s = 0.0
        clicks = self._metronome(sketch) if self._services.settings.clicks_playing else None
        work = partial(sounded, sketch, hearing, clicks)
        self._services.background.run(
            self.tr("Play the melody"), work, lambda audio: self.play_requested.emit(audio, from_s)
        )

    @Slot(float)
    def _touch(self, pitch: float) -> None:
        if not self._is_playing:
            self.touch_requested.emit(tones(Melody.of([Note(0.0, _TOUCH_S, pitch)]), RATE))

    def _drag(self, source: QWidget) -> None:
        if self._now.sketch is not None:
            self._files.drag(source, self._now.sketch, self._title())

    @Slot()
    def _ask_export(self) -> None:
        self._files.ask_where(self._title(), self.export, self._editor)

    def export(self, path: Path) -> None:
        """Write the notes as a MIDI file."""
        if self._now.sketch is not None:
            self._files.export(path, self._now.sketch)

    # Hearing

    def _hear(self, sketch: Sketch, edit: TakeEdit | None = None, keeps_notes: bool = False) -> None:
        """Find a sketch's melody in the background; `keeps_notes` for one that was found before and may be edited."""
        self._asked += 1
        asked = self._search = self._asked
        library = self._services.library
        self._set_hearing(not keeps_notes)
        if sketch.kind is Kind.HUM and edit is not None:
            keep_take_edit(self._services.remember, sketch.place, edit)

        def then(found: Hearing) -> None:
            if asked == self._asked:
                self._search = -1
                self._take(sketch, found, edit, keeps_notes)
                if found.remark and not keeps_notes:
                    self.said.emit(found.remark)

        def otherwise(errand: ErrandDone) -> None:
            if asked == self._asked:
                self._search = -1
                self._miss(errand, is_of_kept=keeps_notes)

        background = self._services.background
        if sketch.kind is Kind.FILE:  # it may be long, so it is shown and can be cancelled
            words = self.tr("Find the melody of {0}").format(Path(sketch.place).name)
            background.start(words, lambda errand: heard(sketch, library, errand.stop), then, otherwise)
        else:
            work = partial(heard, sketch, library, background.stop)
            background.run(self.tr("Find the melody"), work, then, otherwise)

    def _miss(self, errand: ErrandDone, *, is_of_kept: bool) -> None:
        """Say that a search came to nothing; the melody that was there stays."""
        self._set_hearing(False)
        why = self.tr("The search was stopped.") if errand.is_stopped else self.tr("The program made a mistake.")
        problem = errand.problem or UserProblem(
            self.tr("The melody was not found."), why, self.tr("Choose it once more, or choose no melody.")
        )
        if is_of_kept:
            self._trouble = problem
        self._panel.set_melody(self._view(), None if errand.is_stopped else problem)
        self._hear_later()

    def _take(self, sketch: Sketch, found: Hearing, edit: TakeEdit | None, keeps_notes: bool) -> None:
        self._set_hearing(False)
        if keeps_notes and _is_same_sound(self._now, Followed(sketch, edit=edit)):  # it may have been edited meanwhile
            self._apply(replace(self._now, hearing=found))
        if keeps_notes:
            self._hear_later()
            return
        as_sung = sketch.kind is Kind.FILE and (not found.is_one_voice or not found.melody.notes)
        whole = replace(sketch, found=found.melody, as_sung=as_sung)
        self._push(self.tr("Melody from {0}").format(found.title), Followed(whole, found, edit))
        self._panel.show_melody()

    def _set_hearing(self, is_hearing: bool) -> None:
        self._is_hearing = is_hearing
        self._panel.set_busy(self.tr("Finding the notes …") if is_hearing else "")

    # Keeping and showing

    def _change(self, words: str, change: Callable[[Sketch], Sketch]) -> None:
        sketch = self._now.sketch or own_notes()
        changed = change(sketch)
        if changed != self._now.sketch:
            self._push(words, replace(self._now, sketch=changed))

    def _push(self, words: str, following: Followed) -> None:
        self._services.undo.push(ChangeMelody(words, self._now, following, self._apply))

    def _apply(self, following: object) -> None:
        """Put a melody in place of the one that is there: shown, and kept for the next start."""
        assert isinstance(following, Followed)
        before, is_same = self._now, _is_same_sound(self._now, following)
        if is_same and following.hearing is None:
            following = replace(following, hearing=before.hearing)  # it was heard after that step
        self._now = following
        sketch, hearing = following.sketch, following.hearing
        if following.edit is not None and sketch is not None and following.edit != before.edit:
            keep_take_edit(self._services.remember, sketch.place, following.edit)
        self._services.remember(KEY, "" if sketch is None else sketch.to_json())
        if hearing is not before.hearing:
            self._editor.set_sound(*behind(hearing))
        self._show_editor(sketch or own_notes(), hearing)
        self._panel.set_melody(self._view())
        self._show_source(sketch, hearing)
        if sketch != before.sketch:
            self.stop_requested.emit()
            self.changed.emit()
        if not is_same:
            self._trouble = None
            self._hear_later()

    def _show_source(self, sketch: Sketch | None, hearing: Hearing | None) -> None:
        self.show_takes()
        if sketch is None:
            self._panel.set_tracks((), None, None)
            return
        self._panel.set_source(sketch.kind)
        tracks = hearing.tracks if hearing is not None and sketch.kind is Kind.MIDI else ()
        self._panel.set_tracks(tracks, sketch.track, sketch.channel)

    def _show_editor(self, sketch: Sketch, hearing: Hearing | None) -> None:
        notes = sketch.notes
        sung = None if hearing is None else hearing.seen(follows_all=sketch.follows_all)
        self._editor.show_melody(
            EditorView(
                title=self._title(),
                melody=notes if notes.tempo_bpm or sketch.clean_up.quantise_to_s is None else self._timed(notes),
                clean_up=sketch.clean_up,
                key=sketch.key,
                chroma=sketch.chroma(notes.duration_s + _BEYOND_S, sung) if has_melody(sketch) else _NONE,
                tempo_bpm=self._tempo_bpm(sketch),
                as_sung=sketch.as_sung,
                has_sound=sung is not None,
            )
        )

    def _timed(self, notes: Melody) -> Melody:
        """Notes on a grid are shown with its bars and beats, though nobody has said their tempo."""
        return replace(notes, tempo_bpm=self._services.settings.metronome_bpm)

    @Slot(object)
    def _show_draft(self, draft: Melody) -> None:
        """Let the grid follow the mouse."""
        sketch = (self._now.sketch or own_notes()).with_notes(draft)
        self._editor.notes.set_chroma(sketch.chroma(draft.duration_s + _BEYOND_S))

    def _view(self) -> MelodyView | None:
        sketch, hearing = self._now.sketch, self._now.hearing
        if sketch is None or not (has_melody(sketch) or sketch.as_sung):
            return None
        sung = None if hearing is None else hearing.seen(follows_all=sketch.follows_all)
        notes = sketch.notes
        has_choice = hearing is not None and hearing.is_mix and sketch.as_sung
        return MelodyView(
            title=self._title(),
            facts=self._facts(sketch, hearing),
            melody=notes,
            peaks=mini_peaks(hearing),
            chroma=sketch.chroma(notes.duration_s, sung),
            repeats=sketch.repeats,
            follows_all=sketch.follows_all if has_choice else None,
        )

    def _facts(self, sketch: Sketch, hearing: Hearing | None) -> str:
        count = len(sketch.notes.notes)
        facts = [self.tr("1 note") if count == 1 else self.tr("{0} notes").format(count), clock(self._duration_s())]
        facts += [sketch.key.name] if count else []
        facts += [self.tr("edited")] if sketch.is_edited else []
        if sketch.as_sung and hearing is not None and hearing.is_mix:
            facts.append(
                self.tr("a mix: all of it is followed, drums and bass too")
                if sketch.follows_all
                else self.tr("a mix: lead and chords are followed, without drums and bass")
            )
        elif sketch.as_sung:
            facts.append(self.tr("followed as sung"))
        elif hearing is not None and not hearing.is_one_voice:
            facts.append(self.tr("several voices: the notes are those of the strongest pitch"))
        return " · ".join(facts)

    def _title(self) -> str:
        sketch, hearing = self._now.sketch, self._now.hearing
        if hearing is not None:
            return hearing.title
        if sketch is None or sketch.kind is Kind.NOTES:
            return self.tr("Drawn notes")
        return self.tr("Hum") if sketch.kind is Kind.HUM else Path(sketch.place).name

    def _duration_s(self) -> float:
        sketch = self._now.sketch
        return max(0.0 if sketch is None else sketch.notes.duration_s, 0.001)

    def _tempo_bpm(self, sketch: Sketch) -> float:
        return sketch.found.tempo_bpm or self._services.settings.metronome_bpm

    def _metronome(self, sketch: Sketch) -> Metronome:
        return Metronome(self._tempo_bpm(sketch), self._services.settings.beats_per_bar)

    def _recall(self) -> None:
        """Find the melody of the last start again; its sound is heard anew in the background."""
        sketch = Sketch.from_json(self._services.library.recall(KEY))
        known = {clip.id for clip in self._services.library.clips()}
        if sketch is None or (sketch.kind is Kind.HUM and sketch.place not in known):
            self._apply(Followed())
            return
        edit = take_edit(self._services.library, sketch.place) if sketch.kind is Kind.HUM else None
        self._apply(Followed(sketch, None, edit))

    @Slot()
    def _hear_again(self) -> None:
        """Hear the sound of what is followed, unless another melody is being looked for."""
        sketch = self._now.sketch
        if sketch is not None and self._is_unheard() and self._search != self._asked:
            self._hear(sketch, self._now.edit, keeps_notes=True)

    def _hear_later(self) -> None:
        """Hear it soon, if nobody has: a kept melody, or one that a step back has brought."""
        if self._is_unheard() and self._trouble is None:
            self._later.start()

    def _is_unheard(self) -> bool:
        sketch = self._now.sketch
        return sketch is not None and sketch.kind is not Kind.NOTES and self._now.hearing is None


def _is_same_sound(one: Followed, other: Followed) -> bool:
    """Tell whether two steps follow one sound, whatever was done with its notes."""
    if one.sketch is None or other.sketch is None:
        return False
    places = [(each.kind, each.place, each.track, each.channel) for each in (one.sketch, other.sketch)]
    return places[0] == places[1] and one.edit == other.edit


_NONE = Melody((), 0.0).chroma(0, CHROMA_RATE_HZ)
