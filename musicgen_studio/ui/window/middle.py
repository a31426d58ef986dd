"""What lies in the middle of the window, a clip, the notes of a melody or live music, and what play means there.

Not for what is done with it: `listening`, `melodies`, `live`. Not for which of them is shown (`showing`, `live`).
"""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.sound.transport import Transport
from musicgen_studio.ui.panels.melody_editor import MelodyEditor
from musicgen_studio.ui.panels.transport_bar import TransportBar
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.live import Live
from musicgen_studio.ui.window.showing import Showing


class Middle(QObject):
    """Plays, stops and gives the keys to what is in the middle, whatever that is. Main thread.

    Args:
        transport: Stops.
        listening: Plays the clip.
        live: Plays live music.
        showing: Knows whether the notes are edited.
        editor: Has the notes.
        waveform: Of the clip.
        bar: Below it.
        parent: Qt's owner.
    """

    def __init__(
        self,
        transport: Transport,
        listening: Listening,
        live: Live,
        showing: Showing,
        editor: MelodyEditor,
        waveform: WaveformView,
        bar: TransportBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._transport, self._listening, self._live = transport, listening, live
        self._showing, self._editor, self._waveform, self._bar = showing, editor, waveform, bar

    @property
    def is_playing(self) -> bool:
        """Whether the clip, or live music, plays or is about to."""
        return self._live.playing is not None if self._live.is_open() else self._listening.is_playing

    @Slot()
    def toggle_play(self) -> None:
        """Play or pause the clip, or live music."""
        if not self._live.is_open():
            self._listening.toggle_play()
        elif self._live.playing is None:
            self._live.play()
        else:
            self._live.stop()

    @Slot()
    def stop(self) -> None:
        """Stop it."""
        if self._live.is_open():
            self._live.stop()
        else:
            self._transport.stop()

    @Slot()
    def take_focus(self) -> None:
        """Take the keys, or a dialog that closes would give them to any field."""
        for view in (self._waveform, self._live.panel.plane):
            if view.isVisible():
                view.setFocus(Qt.FocusReason.OtherFocusReason)

    def between(self, left: QWidget, right: QWidget) -> tuple[QWidget, ...]:
        """Return what the keys go through in turn: the left column, what is in the middle, the right column."""
        if self._showing.is_editing:
            return left, self._editor.notes, right
        return left, self._waveform, self._bar, right
