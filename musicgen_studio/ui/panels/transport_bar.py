"""Play, stop, loop, where it is, how loud. It shows the transport's state and asks; playing is `sound`'s work."""

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import BODY_PX, GRID, Look, number_font, set_look
from musicgen_studio.ui.panels.clip_words import clock
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.widgets.level_meter import LevelMeter
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

_FULL = 100


class TransportBar(QWidget):
    """Buttons, clock, meter and volume. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    to_start_requested = Signal()
    to_end_requested = Signal()
    play_requested = Signal()  # play if it does not, pause if it does
    stop_requested = Signal()
    loop_toggled = Signal(bool)
    volume_changed = Signal(float)  # 0 to 1

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._waiting = self._length = ""
        self._notice = "", ""
        self._symbol_name = "volume"
        self._symbol = QLabel()
        self.setAccessibleName(self.tr("Transport"))
        self.meter = LevelMeter()
        self.meter.setMinimumWidth(64)  # in the smallest window
        self._build_buttons()
        self._build_clock()
        self._build_volume()
        self._lay_out()
        self.set_playing(False)
        self.set_loop(False)
        self.set_time(0.0, 0.0)
        self.set_buffering(None)
        self.set_notice("")
        self.set_underruns(0)

    def set_playing(self, is_playing: bool) -> None:
        """Say whether it plays, also while it waits for sound."""
        text = self.tr("Pause") if is_playing else self.tr("Play")
        self._play.setIcon(icon("pause" if is_playing else "play", "accent"))
        self._play.setAccessibleName(text)
        self._bindings.tip(self._play, "play", text)

    def set_time(self, position_s: float, duration_s: float) -> None:
        """Say where it is, in seconds."""
        self._clock.set_time(clock(position_s), clock(duration_s))
        self._fit_clock()

    def set_buffering(self, starts_in_s: float | None) -> None:
        """Say in how many seconds sound will start; None if nothing is waited for."""
        text = "" if starts_in_s is None else self.tr("starts in {0:.0f} s").format(max(1.0, starts_in_s))
        if text != self._waiting:
            self._waiting = text
            self._show_words()

    def minimumSizeHint(self) -> QSize:
        """Return what all needs with a short clock: in the smallest window it tells only where it is."""
        return QSize(self._whole_px() - self._clock.saved_px(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the clock where it would be cut."""
        super().resizeEvent(event)
        self._fit_clock()

    def _fit_clock(self) -> None:
        self._clock.set_short(self.width() < self._whole_px())

    def _whole_px(self) -> int:
        return super().minimumSizeHint().width() + (self._clock.saved_px() if self._clock.is_short() else 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme: a picture does not, as a button's icon does."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_symbol()

    def _draw_symbol(self) -> None:
        self._symbol.setPixmap(icon(self._symbol_name, "muted").pixmap(QSize(16, 16)))

    def set_notice(self, what: str, whole: str = "", *, is_unheard: bool = False) -> None:
        """Say quietly what does not stop the music.

        Args:
            what: In a few words, under the clock; empty for nothing.
            whole: The whole of it, as a tooltip.
            is_unheard: Whether nothing is heard: the loudspeaker is then crossed out.
        """
        self._notice = what, f"<qt>{escape(whole or what)}</qt>" if what else ""
        self._show_words()
        self._symbol_name = "volume-off" if is_unheard else "volume"
        self._draw_symbol()
        self._symbol.setToolTip(self._notice[1] if is_unheard else "")
        self._symbol.setAccessibleName(what if is_unheard else "")

    def set_length(self, what: str) -> None:
        """Say under the clock how long the selection or the loop is; an empty text says nothing."""
        if what != self._length:
            self._length = what
            self._show_words()

    def set_underruns(self, count: int) -> None:
        """Say how often the sound broke off; the clock's tooltip tells it."""
        tip = self.tr("Position and length")
        broken = self.tr("The sound broke off {0} times").format(count)
        self._clock.setToolTip(f"{tip}\n{broken}" if count else tip)

    def set_loop(self, is_on: bool) -> None:
        """Say whether the region is repeated. Emits nothing."""
        self._loop.blockSignals(True)
        self._loop.setChecked(is_on)
        self._loop.blockSignals(False)
        self._say_loop()

    def volume(self) -> float:
        """Return how loud it plays, 0 to 1."""
        return self._volume.value() / _FULL

    def set_volume(self, volume: float) -> None:
        """Say how loud it plays, 0 to 1. Emits nothing."""
        self._volume.blockSignals(True)
        self._volume.setValue(round(volume * _FULL))
        self._volume.blockSignals(False)

    def set_available(self, is_available: bool) -> None:
        """Say whether there is anything to play."""
        for button in (self._start, self._play, self._stop, self._loop):
            button.setEnabled(is_available)

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    def _build_buttons(self) -> None:
        self._start = self._button("to-start", self.tr("Go to the start"))
        self._start.clicked.connect(self.to_start_requested)
        self._bindings.button(self._start, "to-start", self.tr("Go to the start"))
        self._bindings.add("to-end", self._go_to_end, self._start.isEnabled)
        self._play = self._button("play", self.tr("Play"))
        self._play.clicked.connect(self.play_requested)
        self._bindings.button(self._play, "play", self.tr("Play"))
        self._stop = self._button("stop", self.tr("Stop"))
        self._stop.clicked.connect(self.stop_requested)
        self._bindings.button(self._stop, "stop", self.tr("Stop, and go back to where it began"))
        self._loop = self._button("loop", self.tr("Loop"))
        self._loop.setCheckable(True)
        self._loop.toggled.connect(self.loop_toggled)
        self._loop.toggled.connect(self._say_loop)
        self._bindings.button(self._loop, "loop", self.tr("Repeat the loop region, or all"))

    def _go_to_end(self) -> None:
        if self._start.isEnabled():
            self.to_end_requested.emit()

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name != "play":
            set_look(button, Look.QUIET)
        return button

    def _build_clock(self) -> None:
        self._clock = _Clock()
        self._clock.setAccessibleName(self.tr("Position and length"))
        self._words = ElidedLabel(Look.MUTED)
        self._words.setAccessibleName(self.tr("When the sound starts, on what, or how much is selected"))

    def _build_volume(self) -> None:
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setRange(0, _FULL)
        self._volume.setValue(_FULL)
        self._volume.setMinimumWidth(40)
        self._volume.setMaximumWidth(96)
        self._volume.setAccessibleName(self.tr("Volume"))
        self._volume.setToolTip(self.tr("Volume of playing; clips and exports stay as they are"))
        self._volume.valueChanged.connect(lambda value: self.volume_changed.emit(value / _FULL))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button in (self._start, self._play, self._stop, self._loop):
            row.addWidget(button)
        time = QVBoxLayout()
        time.setSpacing(0)
        time.addWidget(self._clock)
        time.addWidget(self._words)
        row.addSpacing(GRID)
        row.addLayout(time, 2)
        row.addWidget(self.meter, 2)
        row.addWidget(self._symbol)
        row.addWidget(self._volume, 1)

    def _show_words(self) -> None:
        notice, tip = self._notice
        text = self._waiting or self._length or notice
        if text != notice:
            tip = "" if self._waiting else tip  # a notice is still to be read there
            tip = tip or text
        self._words.setText(text)
        self._words.setToolTip(tip)
        self._words.setVisible(bool(text))  # without words the clock stands in the middle of the bar

    @Slot()
    def _say_loop(self) -> None:
        self._loop.setAccessibleName(self.tr("Loop on") if self._loop.isChecked() else self.tr("Loop off"))


class _Clock(QLabel):
    """Where it is and how long all is; where there is no room for both, where it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(number_font(BODY_PX))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self._position = self._length = ""
        self._is_short = False

    def set_time(self, position: str, length: str) -> None:
        """Show another time."""
        self._position, self._length = position, length
        self._show()

    def set_short(self, is_short: bool) -> None:
        """Leave the length out, or show it."""
        self._is_short = is_short
        self._show()

    def saved_px(self) -> int:
        """Return how much narrower it is without the length."""
        metrics = self.fontMetrics()
        return metrics.horizontalAdvance(self._both()) - metrics.horizontalAdvance(self._position)

    def is_short(self) -> bool:
        """Return whether the length is left out."""
        return self._is_short

    def _both(self) -> str:
        return f"{self._position} / {self._length}"

    def _show(self) -> None:
        shown = self._position if self._is_short else self._both()
        if shown != self.text():
            self.setText(shown)
