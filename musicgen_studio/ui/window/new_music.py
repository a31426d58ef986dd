"""What the window does when music begins to be made, and when it is made: who is shown, played, and has the keys."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget, QWidget

from musicgen_studio.studio.humming.recording_state import Phase
from musicgen_studio.studio.making.queue import JobEnded, JobStarted
from musicgen_studio.ui.panels.asking_card import AskingCard
from musicgen_studio.ui.panels.library_panel import LibraryPanel
from musicgen_studio.ui.panels.offer_row import OfferRow
from musicgen_studio.ui.panels.prompt_panel import PromptPanel
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.collection import Collection
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.recording import Recording
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import TEXT_FIELDS
from musicgen_studio.ui.window.showing import Showing
from musicgen_studio.ui.window.tempo import Tempo

_LEAST_GIVEN_S = 0.05


class NewMusic(QObject):
    """Follows the jobs. Main thread.

    Args:
        services: For the settings and the jobs.
        showing: Shows clips.
        listening: Plays them.
        recording: While it records, nothing plays of itself.
        collection: Where they are kept.
        tempo: Listens to what was made.
        offer: The row that offers music which does not take over.
        pages: The page of the clip, first, and those in place of which nothing comes unless it was just ordered.
        prompt: Where the order was typed.
        waveform: Gets the keys.
        library: Its panel.
        parent: Qt's owner.
    """

    stop_wished = Signal()

    def __init__(
        self,
        services: Services,
        showing: Showing,
        listening: Listening,
        recording: Recording,
        collection: Collection,
        tempo: Tempo,
        offer: OfferRow,
        pages: QStackedWidget,
        prompt: PromptPanel,
        waveform: WaveformView,
        library: LibraryPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services, self._showing, self._listening, self._recording = services, showing, listening, recording
        self._collection, self._tempo, self._offer, self._pages = collection, tempo, offer, pages
        self._prompt, self._waveform, self._library = prompt, waveform, library
        self._goes_to_music = False  # the focus, when the music begins
        self._is_awaited = False  # what was ordered from the prompt, and nothing was typed or heard since
        self._page_gives_way = False  # what was ordered may come in its place: nobody has worked on it since
        self._offered = 0, ""  # the job whose music is offered, and in which words
        pages.currentChanged.connect(self._turn_to)

    @Slot(object)
    def begin(self, event: JobStarted) -> None:
        """Let it take over from what was there; offer it where that is to play on, or is being written about."""
        stays = self._pages.currentIndex() != 0 and not self._page_gives_way
        self._is_awaited = self._page_gives_way = False
        self._prompt.show_examples(False)
        plays_on = self._services.settings.keeps_playing and self._listening.is_playing
        if plays_on or stays or _is_asking(QApplication.focusWidget()):
            text = self.tr("“{0}” is being made").format(event.clips[0].title)
            self._offer.offer(text, self.tr("Show"), lambda: self._take_over(event))
            self._offered = event.job, text
        else:
            self._take_over(event)

    def _take_over(self, event: JobStarted) -> None:
        """Show and play what is being made in place of what was there, and let the keys go to it."""
        self._offer.withdraw()
        self._showing.problem_found.emit(None)
        is_recording = self._recording.phase in (Phase.COUNT_IN, Phase.RECORDING)  # the microphone would hear it
        self._showing.open_editor(False)
        self._listening.show_growing(event.clips, event.sounds, self._given_frames(event), plays=not is_recording)
        focus = QApplication.focusWidget()
        is_elsewhere = isinstance(focus, TEXT_FIELDS) and not self._prompt.isAncestorOf(focus)
        if self._goes_to_music and not is_elsewhere:
            self._waveform.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def stop_at_once(self) -> None:
        """Stop what was ordered a moment ago, if the cursor was still in its prompt: one Esc is enough."""
        if self._is_awaited:
            self._is_awaited = False
            self.stop_wished.emit()

    def _given_frames(self, event: JobStarted) -> int:
        """Return how much of a job's sound was there before: the clip that is extended."""
        clip = event.clips[0]
        wanted_s = next((view.wanted_s for view in self._services.loop.views() if view.id == event.job), None)
        given_frames = 0 if wanted_s is None else clip.frames - round(wanted_s * clip.sample_rate)
        return given_frames if given_frames > _LEAST_GIVEN_S * clip.sample_rate else 0

    @Slot()
    def await_music(self) -> None:
        """Let the focus go to the waveform when the music begins, unless something is typed before."""
        self._goes_to_music = self._is_awaited = self._page_gives_way = True

    @Slot()
    def stay_in_text(self) -> None:
        """Let the focus stay where something is typed."""
        self._goes_to_music = self._is_awaited = False

    @Slot()
    def stay_on_page(self) -> None:
        """Let the page stay on which something is drawn or turned since the last order."""
        self._page_gives_way = False

    @Slot(int)
    def _turn_to(self, page: int) -> None:
        if page:
            self.stay_on_page()

    def _offer_made(self, event: JobEnded) -> None:
        """Offer what was being made as it is in the library now; nothing any more, if nothing came of it."""
        if self._offered != (event.job.id, self._offer.text()):
            return  # it was taken, or something else has been offered since
        self._offered = 0, ""
        if event.clips:
            clip = event.clips[0]
            text = self.tr("“{0}” is in the library").format(clip.title)
            self._offer.offer(text, self.tr("Show"), lambda: self._show_made(clip.id))
        else:
            self._offer.withdraw()

    def _show_made(self, clip_id: str) -> None:
        if self._services.library.has(clip_id):
            self._showing.show_clip(self._services.library.get(clip_id))

    @Slot(object)
    def end(self, event: JobEnded) -> None:
        """Show what has come of it in library, waveform and tempo."""
        self._collection.refresh()
        current = self._listening.current
        if current is not None and any(clip.id == current.clip.id for clip in event.clips):
            self._library.show_clip(current.clip.id)
        for clip in event.clips:
            self._listening.update_clip(clip)
        if event.clips and self._listening.current is None:
            self._listening.show_clip(event.clips[0])
        self._tempo.hear([clip.id for clip in event.clips])
        self._offer_made(event)


def _is_asking(focus: QWidget | None) -> bool:
    """Tell whether words are being typed for what is to be made of the clip that is shown: the card goes with it."""
    above: QWidget | None = focus if isinstance(focus, QLineEdit) and focus.text() else None
    while above is not None and not isinstance(above, AskingCard):
        above = above.parentWidget()
    return above is not None
