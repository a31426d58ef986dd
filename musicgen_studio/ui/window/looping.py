"""What is selected and repeated of the clip in the middle. Not for playing it (`listening`) or for how it is drawn."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from musicgen_studio.sound.transport import Transport
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.widgets.waveform_scene import Span
from musicgen_studio.ui.window.heard import Heard


class Looping(QObject):
    """Stands between the waveform's loop, the bar's button and the transport. Main thread.

    Args:
        transport: Repeats.
        waveform: Where loop and selection are drawn.
        bar: Turns it on and off.
        current: Returns what is in the middle.
        parent: Qt's owner.
    """

    changed = Signal()  # it begins to loop, or no longer does

    def __init__(
        self,
        transport: Transport,
        waveform: WaveformView,
        bar: TransportBar,
        current: Callable[[], Heard | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._transport, self._waveform, self._bar, self._current = transport, waveform, bar, current
        self._selection: Span | None = None  # as it was before the musician changed it
        bar.loop_toggled.connect(self.set_loop)
        waveform.loop_changed.connect(self._loop_drawn)
        waveform.selection_changed.connect(self._follow_selection)

    @Slot(bool)
    def set_loop(self, is_on: bool) -> None:
        """Repeat the selection, the region drawn before, or the whole clip; or no longer repeat."""
        heard = self._current()
        if heard is None or not is_on:
            self._use(None)
            return
        self._selection = self._waveform.selection()
        whole = (0, heard.sound.expected_frames)
        self._use(self._waveform.selection() or self._waveform.loop() or whole)

    @Slot()
    def loop_selection(self) -> None:
        """Repeat the selection."""
        if self._waveform.selection() is not None:
            self._use(self._waveform.selection())

    def repeat(self, loop: Span | None) -> None:
        """Go on with the loop of another take, as far as it lies in this one."""
        heard = self._current()
        if heard is not None and loop is not None and loop[1] <= heard.sound.expected_frames:
            self._use(loop)

    def forget(self) -> None:
        """Repeat nothing, as another clip is in the middle, or none; the transport has been told of that."""
        self._selection = None
        self._waveform.set_loop(None)
        self._tell(None)

    def selection(self, clip_id: str) -> Span | None:
        """Return what is selected of a clip, None if nothing is or another clip is shown."""
        return self._waveform.selection() if self._shows(clip_id) else None

    def loop(self, clip_id: str) -> Span | None:
        """Return what is looped of a clip, else what is selected; None as for `selection`."""
        return (self._waveform.loop() if self._shows(clip_id) else None) or self.selection(clip_id)

    def _shows(self, clip_id: str) -> bool:
        heard = self._current()
        return heard is not None and heard.clip.id == clip_id and not heard.is_making

    @Slot(object)
    def _follow_selection(self, selection: Span | None) -> None:
        """Let the loop go along where it is the selection and one of its edges was moved."""
        before, self._selection = self._selection, selection
        if before is None or selection is None or self._waveform.loop() != before:
            return
        if set(before) & set(selection):
            self._use(selection)

    def _use(self, loop: Span | None) -> None:
        self._waveform.set_loop(loop)
        self._loop_drawn(loop)

    @Slot(object)
    def _loop_drawn(self, loop: Span | None) -> None:
        self._transport.set_loop(loop)
        self._tell(loop)

    def _tell(self, loop: Span | None) -> None:
        self._bar.set_loop(loop is not None)
        self.changed.emit()
