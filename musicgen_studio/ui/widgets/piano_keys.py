"""A keyboard on the screen: two octaves for the mouse, and for the computer's keys while it has the focus.

The lower row of letters is white, the row above black, as in most music programs: A is C, W is C sharp, S is D. It
tells which keys go down and up; what notes become of that is for the owner to say.
"""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.core.melody import PITCH_CLASSES, pitch_name
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets import accessible
from musicgen_studio.ui.widgets.accessible import SpokenValue
from musicgen_studio.ui.widgets.note_paint import BLACK_KEYS

OCTAVES = 2
LOWEST, HIGHEST = 24, 84  # the first key of the lowest and the highest place it can be moved to
FIRST = 60
_LETTERS = "AWSEDFTGYHUJKOLP"
_DOWN, _UP = Qt.Key.Key_Z, Qt.Key.Key_X
_BY_LETTER = {ord(letter): semitones for semitones, letter in enumerate(_LETTERS)}
_PLAIN = Qt.KeyboardModifier.KeypadModifier
_BLACK_WIDTH, _BLACK_HEIGHT = 0.62, 0.6  # of a white one


class PianoKeys(QWidget):
    """Two octaves and the C above.

    Args:
        parent: As for any widget.
    """

    pressed = Signal(int)
    """A key went down: a MIDI number."""
    released = Signal(int)
    """It came up again."""
    range_changed = Signal(int)
    """It lies elsewhere now: the MIDI number of its first key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        accessible.install()
        self._first = FIRST
        self._held: dict[int, int] = {}  # computer's key: MIDI number
        self._by_mouse: int | None = None
        self._last = FIRST
        self.setAccessibleName(self.tr("Keyboard"))
        self.setAccessibleDescription(
            self.tr("The letters A to L are the white keys from C on, the row above the black ones. Z and X move it.")
        )
        self.setToolTip(self.tr("Click, or press A W S E D … while it has the focus; Z and X change the octave"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def first(self) -> int:
        """Return the MIDI number of its first key, a C."""
        return self._first

    def set_first(self, pitch: int) -> None:
        """Move it to another octave.

        Args:
            pitch: Brought down to a C, within `LOWEST` to `HIGHEST`.
        """
        first = min(max(pitch // PITCH_CLASSES * PITCH_CLASSES, LOWEST), HIGHEST)
        if first != self._first:
            self._let_go()
            self._first = first
            self.update()
            self.range_changed.emit(first)

    def down(self) -> frozenset[int]:
        """Return the keys that are held."""
        mouse = () if self._by_mouse is None else (self._by_mouse,)
        return frozenset((*self._held.values(), *mouse))

    def spoken_value(self) -> SpokenValue:
        """Return the key played last, as a slider over all of them."""
        last = self._first + OCTAVES * PITCH_CLASSES
        return SpokenValue(QAccessible.Role.Slider, pitch_name(self._last), self._last, self._first, last, 1)

    def set_spoken_value(self, value: float) -> None:
        """Play a key, as a screen reader asked."""
        pitch = min(max(round(value), self._first), self._first + OCTAVES * PITCH_CLASSES)
        self._press(pitch)
        self.released.emit(pitch)

    def sizeHint(self) -> QSize:
        """Return a size for two octaves."""
        return QSize(420, 64)

    def minimumSizeHint(self) -> QSize:
        """Return a size at which the keys can still be hit."""
        return QSize(240, 64)

    def event(self, event: QEvent) -> bool:
        """Keep the letters from being keys of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, or move by an octave."""
        if not _is_ours(event):
            super().keyPressEvent(event)
        elif event.isAutoRepeat():
            return
        elif event.key() in (_DOWN, _UP):
            self.set_first(self._first + (PITCH_CLASSES if event.key() == _UP else -PITCH_CLASSES))
        else:
            self._held[event.key()] = self._first + _BY_LETTER[event.key()]
            self._press(self._held[event.key()])

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let a key up."""
        if event.isAutoRepeat() or event.key() not in self._held:
            super().keyReleaseEvent(event)
            return
        pitch = self._held.pop(event.key())
        self.update()
        self.released.emit(pitch)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play the key under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._slide_to(self.key_at(event.position().x(), event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Play on along the keys."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._slide_to(self.key_at(event.position().x(), event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the key up."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._slide_to(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the letters."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let everything up: its release would go elsewhere."""
        self._let_go()
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the keys, the black ones over the white."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for blacks in (False, True):
            for pitch in range(self._first, self._first + OCTAVES * PITCH_CLASSES + 1):
                if (pitch % PITCH_CLASSES in BLACK_KEYS) is blacks:
                    self._paint_key(painter, pitch, blacks)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def key_rect(self, pitch: int) -> QRectF:
        """Return where a key lies."""
        white = (self.width() - 2) / (7 * OCTAVES + 1)
        semitones = pitch - self._first
        whites = sum(step % PITCH_CLASSES not in BLACK_KEYS for step in range(semitones))
        if pitch % PITCH_CLASSES in BLACK_KEYS:
            width = white * _BLACK_WIDTH
            return QRectF(1 + whites * white - width / 2, 1, width, (self.height() - 2) * _BLACK_HEIGHT)
        return QRectF(1 + whites * white, 1, white, self.height() - 2)

    def key_at(self, x: float, y: float) -> int | None:
        """Return which key lies at a point, None beside them."""
        keys = range(self._first, self._first + OCTAVES * PITCH_CLASSES + 1)
        hits = [pitch for pitch in keys if self.key_rect(pitch).contains(x, y)]
        blacks = [pitch for pitch in hits if pitch % PITCH_CLASSES in BLACK_KEYS]
        return next(iter(blacks or hits), None)

    def _paint_key(self, painter: QPainter, pitch: int, is_black: bool) -> None:
        colours = theme.current()
        rect = self.key_rect(pitch).adjusted(0.5, 0.5, -0.5, -0.5)
        is_down = pitch in self.down()
        resting, ink = (_BLACK, _WHITE) if is_black else (_WHITE, _BLACK)
        painter.setPen(QPen(QColor(_EDGE), 1))
        painter.setBrush(QColor(colours.accent if is_down else resting))
        painter.drawRoundedRect(rect, 3, 3)
        letter = _LETTERS[pitch - self._first] if pitch - self._first < len(_LETTERS) else ""
        name = pitch_name(pitch) if pitch % PITCH_CLASSES == 0 else ""
        text = letter if self.hasFocus() else name
        if text:
            painter.setFont(theme.font(theme.SMALL_PX))
            painter.setPen(QColor(colours.on_accent if is_down else ink))
            painter.drawText(rect.adjusted(-4, 0, 4, -3), _AT_BOTTOM, text)

    def _slide_to(self, pitch: int | None) -> None:
        before, self._by_mouse = self._by_mouse, pitch
        if before == pitch:
            return
        if before is not None:
            self.update()
            self.released.emit(before)
        if pitch is not None:
            self._press(pitch)

    def _press(self, pitch: int) -> None:
        self._last = pitch
        self.update()
        self.pressed.emit(pitch)
        accessible.tell_value(self)

    def _let_go(self) -> None:
        held, self._held, self._by_mouse = self.down(), {}, None
        self.update()
        for pitch in held:
            self.released.emit(pitch)


_WHITE, _BLACK, _EDGE = "#f2f3f6", "#262a33", "#8a91a0"  # a keyboard looks the same by day and by night
_AT_BOTTOM = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.AlignmentFlag.AlignBottom) | int(Qt.TextFlag.TextDontClip)


def _is_ours(event: QKeyEvent) -> bool:
    is_plain = not event.modifiers() & ~_PLAIN
    return is_plain and (event.key() in _BY_LETTER or event.key() in (_DOWN, _UP))
