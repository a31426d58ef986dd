"""Tempo, bars and key of the clip that is shown: listened to in the background, shown, corrected, heard as clicks.

Not for finding them out (`studio.arranging.analysing`) or drawing them (`panels.tempo_card`, `widgets.timeline`).
"""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.analysis import Analysis
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.tempo_map import TempoMap
from musicgen_studio.studio.arranging.analysing import analyse_clips, not_heard
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.tempo_card import TempoCard
from musicgen_studio.ui.widgets.timeline import Snap
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services


class Tempo(QObject):
    """Stands between the library's analyses, the header's chip, the card and the ruler. Main thread.

    Args:
        services: The program behind the window.
        listening: What is shown.
        header: Where the chip is.
        waveform: Where the ruler is.
        parent: Qt's owner.
    """

    clips_heard = Signal(list)  # Clips that were listened to
    corrected = Signal(object, object)  # Clip, and its Analysis as a hand has set it
    snap_chosen = Signal(str)  # a `Snap`, for the settings

    def __init__(
        self,
        services: Services,
        listening: Listening,
        header: ClipHeader,
        waveform: WaveformView,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening = services, listening
        self._header, self._waveform = header, waveform
        self._clip: Clip | None = None
        self._waiting: set[str] = set()  # ids of clips that are being listened to
        self._clicks = False
        self.card = TempoCard(parent)
        self.card.changed.connect(self._correct)
        self.card.snap_chosen.connect(self._choose_snap)
        self.card.metronome_toggled.connect(self._click)
        header.tempo_requested.connect(self._open)
        listening.shown.connect(self.show_clip)
        listening.cleared.connect(lambda: self.show_clip(None))
        waveform.downbeat_dragged.connect(self._put_bar)

    def hear_all(self) -> None:
        """Listen to the clips that nobody has listened to yet, behind everything else."""
        self.hear(not_heard(self._services.library))

    def hear(self, ids: list[str]) -> None:
        """Listen to clips in the background, and show what is found."""
        new = [clip_id for clip_id in ids if clip_id not in self._waiting]
        if not new:
            return
        self._waiting.update(new)
        self._show()

        def over(_result: object) -> None:
            self._waiting.difference_update(new)
            self._show()

        def found(clips: list[Clip]) -> None:
            over(None)
            self.clips_heard.emit(clips)

        library = self._services.library
        self._services.background.start(
            self.tr("Listen for tempo and key"), partial(analyse_clips, library, new), found, over, Lane.HEARING
        )

    @Slot(object)
    def show_clip(self, clip: Clip | None) -> None:
        """Show another clip, or what has changed about it."""
        is_another = clip is None or self._clip is None or clip.id != self._clip.id
        self._clip = clip
        if is_another and self._clicks:
            self._clicks = False
            self.card.set_metronome(False)
        self._show()
        if clip is not None and is_another and not clip.analysis and not clip.is_missing:
            self.hear([clip.id])

    def _show(self) -> None:
        clip = self._clip
        known = None if clip is None else clip.known
        is_heard = clip is None or clip.id not in self._waiting
        tempo_map = None if clip is None else _map_of(clip, known)
        self._waveform.set_tempo_map(tempo_map)
        self._header.set_bar(None if tempo_map is None else 60 / tempo_map.bpm * tempo_map.beats_per_bar)
        self.card.set_analysis(known, 0.0 if clip is None else clip.duration_s, is_heard=is_heard)
        self.card.set_snap(Snap(self._services.settings.snap))
        self._header.set_tempo(self._in_words(clip, known, is_heard=is_heard))
        self._listening.set_clicks(tempo_map if self._clicks else None)

    def _in_words(self, clip: Clip | None, known: Analysis | None, *, is_heard: bool) -> str:
        """Return what the chip says; empty hides it."""
        if clip is None:
            return ""
        if known is None:
            return self.tr("Set tempo") if is_heard else self.tr("listening…")
        return " · ".join(text for text in (known.tempo_text, known.key_text) if text) or self.tr("no beat")

    @Slot()
    def _open(self) -> None:
        if self._clip is not None:
            self.card.set_playhead(self._listening.playhead() / self._clip.sample_rate)
            self.card.open_under(self._header.tempo_chip)

    @Slot(object)
    def _correct(self, analysis: Analysis) -> None:
        if self._clip is not None:
            self.corrected.emit(self._clip, analysis)

    @Slot(float)
    def _put_bar(self, time_s: float) -> None:
        """Let a bar begin where a hand has dragged one to."""
        if self._clip is None:
            return
        known = self._clip.known or Analysis(_map_of(self._clip, None))
        self._correct(known.with_downbeat(time_s))

    @Slot(str)
    def _choose_snap(self, snap: str) -> None:
        self._waveform.set_snap(Snap(snap))
        self.snap_chosen.emit(snap)

    @Slot(bool)
    def _click(self, is_on: bool) -> None:
        self._clicks = is_on
        self._show()


def _map_of(clip: Clip, known: Analysis | None) -> TempoMap | None:
    """Return the beats that are shown: those that are known, else the metronome's that a take was sung to."""
    if known is not None:
        return known.tempo_map
    return None if clip.tempo_bpm is None else TempoMap.constant(clip.tempo_bpm, clip.duration_s)
