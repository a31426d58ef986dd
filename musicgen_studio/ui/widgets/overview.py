"""The whole sound in a narrow strip above the waveform, with a frame around what is in view there.

A click or a drag moves the view. Shown only while the waveform is zoomed in: else it would say the same twice.
"""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.timeline import Viewport
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.widgets.waveform_tiles import WaveformTiles

HEIGHT = 32
LEAST_WINDOW = 640
"""In a window less high than this the waveform needs the room itself."""

_LEAST_WIDTH = 8.0  # of the frame, so that it can be taken hold of


class Overview(QWidget):
    """The strip. Main thread.

    Args:
        waveform: Whose view it shows and moves.
        parent: As for any widget.
    """

    def __init__(self, waveform: WaveformView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waveform = waveform
        self._tiles = WaveformTiles()
        self._grip_x = 0.0  # from the frame's left edge to the pointer
        self.setAccessibleName(self.tr("Overview"))
        self.setToolTip(self.tr("The whole clip; drag the frame to what you want to see"))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        waveform.sound_changed.connect(self._follow_sound)
        waveform.zoom_changed.connect(self._follow_view)
        waveform.installEventFilter(self)
        self._follow_sound()

    def sizeHint(self) -> QSize:
        """Return a size that suits a window."""
        return QSize(640, HEIGHT)

    def frame(self) -> QRectF:
        """Return what is framed: where the part in view lies in the whole."""
        view = self._waveform.viewport()
        total = max(view.total_frames, 1)
        left = view.start_frame / total * self.width()
        width = max((min(view.end_frame, total) - view.start_frame) / total * self.width(), _LEAST_WIDTH)
        return QRectF(min(left, self.width() - width), 0, width, self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give way to the waveform in a low window."""
        if event.type() == QEvent.Type.Resize:
            self._follow_view()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sound, and what is not in view paler."""
        painter = QPainter(self)
        colours = theme.current()
        area = QRectF(self.rect())
        edge = QPainterPath()
        edge.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        painter.setClipPath(edge)
        painter.fillRect(area, QColor(colours.field))
        whole = self._whole()
        self._tiles.paint(painter, area, whole, colours.waveform, QRectF(event.rect()))
        frame = self.frame()
        veil = QColor(colours.field)
        veil.setAlpha(150)
        painter.fillRect(QRectF(0, 0, frame.left(), area.height()), veil)
        painter.fillRect(QRectF(frame.right(), 0, area.width() - frame.right(), area.height()), veil)
        x = whole.x(self._waveform.playhead())
        painter.fillRect(QRectF(round(x), 0, 1, area.height()), QColor(colours.playhead))
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.border))
        painter.drawPath(edge)
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the frame, or bring it here."""
        if event.button() == Qt.MouseButton.LeftButton:
            frame, x = self.frame(), event.position().x()
            self._grip_x = x - frame.left() if frame.left() <= x <= frame.right() else frame.width() / 2
            self._move_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the frame."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def _move_to(self, x: float) -> None:
        view = self._waveform.viewport()
        wanted_frame = (x - self._grip_x) / max(self.width(), 1) * view.total_frames
        self._waveform.show_part(view.panned(view.x(wanted_frame)))

    def _whole(self) -> Viewport:
        view = self._waveform.viewport()
        ratio = self.devicePixelRatioF()
        return Viewport().resized(view.total_frames, round(max(self.width(), 1) * ratio), ratio).fit()

    @Slot()
    def _follow_sound(self) -> None:
        self._tiles.set_peaks(self._waveform.peaks())
        self._follow_view()

    @Slot()
    def _follow_view(self) -> None:
        is_part = self._waveform.peaks() is not None and not self._waveform.viewport().is_fit
        self.setVisible(is_part and self._waveform.window().height() >= LEAST_WINDOW)
        self.update()
