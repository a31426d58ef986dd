"""Editing the clip that is shown: from menu and key to a new version in the middle, with undo. Main thread.

Reading, counting and writing is an errand with a cancel. Not for what an edit does (`studio.arranging.editing`).
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QInputDialog, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.studio.arranging.editing import (
    MAX_GAIN_DB,
    Change,
    SoundEdit,
    edit_clip,
    join_clips,
    part_for,
    split_clip,
)
from musicgen_studio.studio.program.background import Errand, Lane
from musicgen_studio.ui.widgets.number_box import inset
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings
from musicgen_studio.ui.window.undo import AddClips

STEP_DB = 3.0


class Editing(QObject):
    """Binds the edits of sound.

    Args:
        services: For library, background and undo.
        listening: For the clip that is shown and where its playhead is.
        waveform: For the selection.
        chosen: Tells the clips that are chosen in the library.
        parent: Qt's owner.
    """

    made = Signal(list)  # Clips that are new, or there again
    gone = Signal(list)  # Clips that an undo has taken back

    def __init__(
        self,
        services: Services,
        listening: Listening,
        waveform: WaveformView,
        chosen: Callable[[], Sequence[Clip]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._listening, self._waveform = listening, waveform
        self._chosen = chosen

    def bind(self, bindings: Bindings) -> None:
        """Bind what can be done."""
        edits = {
            "trim": (Change.TRIM, self.tr("Trim"), 0.0),
            "cut": (Change.CUT, self.tr("Cut"), 0.0),
            "silence": (Change.SILENCE, self.tr("Silence"), 0.0),
            "fade-in": (Change.FADE_IN, self.tr("Fade in"), 0.0),
            "fade-out": (Change.FADE_OUT, self.tr("Fade out"), 0.0),
            "louder": (Change.GAIN, self.tr("Louder"), STEP_DB),
            "softer": (Change.GAIN, self.tr("Softer"), -STEP_DB),
            "normalise": (Change.NORMALISE, self.tr("Normalise"), 0.0),
            "reverse": (Change.REVERSE, self.tr("Reverse"), 0.0),
        }
        for shortcut_id, (change, text, gain_db) in edits.items():
            can = partial(self._can, change)
            bindings.add(shortcut_id, partial(self._edit, change, text, gain_db), can)
        bindings.add("gain", self._ask_gain, partial(self._can, Change.GAIN))
        bindings.add("split", self._split, self._can_split)
        bindings.add("join", self._join, lambda: len(self._joined()) > 1)

    def _clip(self) -> Clip | None:
        """Return the clip that is shown, as the library has it; None if it is not there, or still being made."""
        current = self._listening.current
        if current is None or current.is_making:
            return None
        try:
            clip = self._services.library.get(current.clip.id)
        except KeyError:
            return None
        return None if clip.is_missing or clip.trashed else clip

    def _can(self, change: Change) -> bool:
        clip = self._clip()
        return clip is not None and part_for(change, clip, self._waveform.selection()) is not None

    def _edit(self, change: Change, text: str, gain_db: float = 0.0) -> None:
        clip = self._clip()
        part = None if clip is None else part_for(change, clip, self._waveform.selection())
        if clip is not None and part is not None:
            self._make(clip, text, SoundEdit(change, *part, gain_db=gain_db))

    def _make(self, clip: Clip, text: str, edit: SoundEdit) -> None:
        def work(errand: Errand) -> list[Clip]:
            return [edit_clip(self._services.library, clip, edit, errand)]

        self._start(text, clip, work)

    def _ask_gain(self) -> None:
        clip = self._clip()
        part = None if clip is None else part_for(Change.GAIN, clip, self._waveform.selection())
        if clip is None or part is None:
            return
        dialog = QInputDialog(self._waveform)
        dialog.setWindowTitle(self.tr("Gain"))
        dialog.setLabelText(self.tr("Louder by so many decibels, softer below 0:"))
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleRange(-MAX_GAIN_DB, MAX_GAIN_DB)
        dialog.setDoubleDecimals(1)
        dialog.setDoubleStep(1.0)
        inset(dialog.findChildren(QDoubleSpinBox)[0])
        # Of what is shown and selected now: music that begins meanwhile is shown in its place.
        dialog.doubleValueSelected.connect(partial(self._change_gain, clip, part))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _change_gain(self, clip: Clip, part: tuple[int, int], gain_db: float) -> None:
        if gain_db:  # by 0 dB it would be the same clip once more
            self._make(clip, self.tr("Gain"), SoundEdit(Change.GAIN, *part, gain_db=gain_db))

    def _can_split(self) -> bool:
        clip = self._clip()
        return clip is not None and 0 < self._listening.playhead() < clip.frames

    def _split(self) -> None:
        clip, frame = self._clip(), self._listening.playhead()
        if clip is not None and 0 < frame < clip.frames:
            self._start(self.tr("Split"), clip, lambda errand: split_clip(self._services.library, clip, frame, errand))

    def _joined(self) -> list[Clip]:
        """Return the clips to join, the oldest first: parts and takes are numbered in that order."""
        clips = [clip for clip in self._chosen() if not clip.is_missing and not clip.trashed]
        clips.reverse()  # of those with the same second, the one that came first is last in the list
        return sorted(clips, key=lambda clip: clip.created)

    def _join(self) -> None:
        clips = self._joined()
        if len(clips) > 1:
            self._start(self.tr("Join"), clips[0], lambda errand: [join_clips(self._services.library, clips, errand)])

    def _start(self, text: str, clip: Clip, work: Callable[[Errand], list[Clip]]) -> None:
        name = f"{text}: {clip.title}"
        self._services.background.start(name, work, partial(self._take, text, clip), lane=Lane.EDITS)

    def _take(self, text: str, source: Clip, clips: list[Clip]) -> None:
        def changed(are_there: bool) -> None:
            (self.made.emit(clips) if are_there else self.gone.emit([source]))

        self._services.undo.push(AddClips(text, self._services, [clip.id for clip in clips], changed))
