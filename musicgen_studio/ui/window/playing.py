"""What the desktop's media keys do in the window, what the desktop is told of what plays, and which news it gets."""

from PySide6.QtCore import QObject, Slot

from musicgen_studio.ui.desktop.desktop import Desktop
from musicgen_studio.ui.desktop.player import Command, PlayerState
from musicgen_studio.ui.window.main_window import MainWindow
from musicgen_studio.ui.window.services import Services


class Playing(QObject):
    """Joins window and desktop. Main thread.

    Args:
        services: For the transport.
        window: The window.
    """

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(window)
        self._transport, self._window = services.transport, window
        self.desktop = desktop = Desktop(window, self.state)
        desktop.commanded.connect(self.obey)
        desktop.seek_wished.connect(self._seek)
        desktop.loop_wished.connect(window.listening.looping.set_loop)
        desktop.volume_wished.connect(self._set_volume)
        desktop.raise_wished.connect(window.come_to_front)
        window.status.work_ended.connect(desktop.tell)

    def state(self) -> PlayerState:
        """Return what plays."""
        listening = self._window.listening
        heard, (number, count) = listening.current, listening.take
        if heard is None:
            return PlayerState(volume=self._window.bar.volume())
        rate = heard.sound.sample_rate
        return PlayerState(
            heard.clip.title,
            listening.is_playing,
            listening.playhead() / rate,
            heard.sound.expected_frames / rate,
            self._window.waveform.loop() is not None,
            self._window.bar.volume(),
            has_next=number + 1 < count,
            has_previous=number > 0,
        )

    @Slot(object)
    def obey(self, command: Command) -> None:
        """Do what a media key asks for."""
        listening = self._window.listening
        match command:
            case Command.PLAY_PAUSE:
                self._window.middle.toggle_play()
            case Command.PLAY | Command.PAUSE:
                if self._window.middle.is_playing is (command is Command.PAUSE):
                    self._window.middle.toggle_play()
            case Command.STOP:
                self._window.middle.stop()
            case Command.NEXT | Command.PREVIOUS:
                listening.step_take(1 if command is Command.NEXT else -1)
            case Command.RAISE:
                self._window.come_to_front()
            case Command.QUIT:
                self._window.close()

    @Slot(float)
    def _seek(self, position_s: float) -> None:
        heard = self._window.listening.current
        if heard is not None:
            self._transport.seek(min(round(position_s * heard.sound.sample_rate), heard.sound.frames))

    @Slot(float)
    def _set_volume(self, volume: float) -> None:
        self._window.bar.set_volume(volume)
        self._transport.set_volume(volume)
