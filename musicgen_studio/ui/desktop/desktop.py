"""The window on its desktop: what plays is told to it, its media keys are heard, and news goes to who is elsewhere.

On Linux over the session's D-Bus. On Windows and macOS, and without a bus, the media keys count while the window has
the focus, and news comes as the system tray's message; neither has been tried there.
"""

import logging
import sys
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from musicgen_studio.ui.desktop.player import Command, PlayerState

if TYPE_CHECKING:
    from musicgen_studio.ui.desktop.bus import SessionBus

_log = logging.getLogger(__name__)

POLL_MS = 250
AWAY_S = 5.0
"""How long the window has to have been left before news goes to the desktop: shorter work is seen on coming back."""
_JUMP_S = 1.0

_KEYS = {
    Qt.Key.Key_MediaPlay: Command.PLAY_PAUSE,
    Qt.Key.Key_MediaTogglePlayPause: Command.PLAY_PAUSE,
    Qt.Key.Key_MediaPause: Command.PAUSE,
    Qt.Key.Key_MediaStop: Command.STOP,
    Qt.Key.Key_MediaNext: Command.NEXT,
    Qt.Key.Key_MediaPrevious: Command.PREVIOUS,
}


class Desktop(QObject):
    """Joins a window with its desktop. Main thread.

    Args:
        window: The window.
        state: Says what plays.
        away_s: How long the window has to have been left before news goes to the desktop.
    """

    commanded = Signal(object)  # Command
    seek_wished = Signal(float)  # seconds
    loop_wished = Signal(bool)
    volume_wished = Signal(float)  # 0 to 1
    raise_wished = Signal()
    joined = Signal()

    def __init__(self, window: QWidget, state: Callable[[], PlayerState], away_s: float = AWAY_S) -> None:
        super().__init__(window)
        self._window, self._state, self._away_s = window, state, away_s
        self._left_s: float | None = None
        self._shown = PlayerState()
        self._shown_s = monotonic()
        self._bus: SessionBus | None = None
        self._is_closed = False
        self._lock = threading.Lock()
        self._tray: QSystemTrayIcon | None = None
        window.installEventFilter(self)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._tell_state)
        self.joined.connect(self._begin)

    def join(self) -> None:
        """Join the session's bus, if there is one: in a thread, as nothing may wait for it."""
        if sys.platform == "linux":
            threading.Thread(target=self._join_bus, name="join the bus", daemon=True).start()

    def close(self) -> None:
        """Leave the bus."""
        self._timer.stop()
        with self._lock:
            self._is_closed = True
            if self._bus is not None:
                self._bus.close()
                self._bus = None

    @Slot(str)
    def tell(self, text: str) -> None:
        """Show news to who has left the window some time ago."""
        if not text or self._left_s is None or monotonic() - self._left_s < self._away_s:
            return
        QApplication.alert(self._window)
        if self._bus is not None:
            self._notifications.show(text, "", self.tr("Show"))
        elif sys.platform != "linux" and QSystemTrayIcon.isSystemTrayAvailable():
            self._message().showMessage(self._window.windowTitle(), text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice when the window is left, and media keys that come to it."""
        if event.type() == QEvent.Type.WindowActivate:
            self._left_s = None
        elif event.type() == QEvent.Type.WindowDeactivate and QApplication.activeWindow() is None:
            self._left_s = monotonic()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            command = _KEYS.get(Qt.Key(event.key()))
            if command is not None:
                self.commanded.emit(command)
                return True
        return super().eventFilter(watched, event)

    def _join_bus(self) -> None:
        from musicgen_studio.ui.desktop.bus import SessionBus
        from musicgen_studio.ui.desktop.mpris import Mpris
        from musicgen_studio.ui.desktop.notifications import Notifications

        try:
            bus = SessionBus()
        except OSError as error:
            _log.info("no media keys and notifications of the desktop: %s", error)
            return
        self._mpris = Mpris(
            bus, self.commanded.emit, self.seek_wished.emit, self.loop_wished.emit, self.volume_wished.emit
        )
        self._notifications = Notifications(bus, self.raise_wished.emit)
        with self._lock:
            if self._is_closed:
                bus.close()
                return
            self._bus = bus
            bus.start()
        self.joined.emit()

    @Slot()
    def _begin(self) -> None:
        self._timer.start()
        self._tell_state()

    @Slot()
    def _tell_state(self) -> None:
        if self._bus is None:
            return
        now_s, before, state = monotonic(), self._shown, self._state()
        expected_s = before.position_s + (now_s - self._shown_s if before.is_playing else 0.0)
        self._mpris.show(state)
        if state.title == before.title and abs(state.position_s - expected_s) > _JUMP_S:
            self._mpris.tell_jump(state.position_s)
        self._shown, self._shown_s = state, now_s

    def _message(self) -> QSystemTrayIcon:
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self.raise_wished)
        self._tray.show()
        return self._tray
