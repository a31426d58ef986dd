"""Drawing a waveform view's scene, layer upon layer. Not for events (`waveform`)."""

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF

from musicgen_studio.dsp.spectrogram import band_of
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.look.theme import Colours
from musicgen_studio.ui.widgets.playhead import paint_playhead
from musicgen_studio.ui.widgets.timeline import Tick, beat_ticks, second_ticks
from musicgen_studio.ui.widgets.waveform_scene import QUIET_WIDTH, Scene, Span
from musicgen_studio.ui.widgets.waveform_tiles import WaveformTiles, lane_middles

MARK_PX = 120
"""How wide the name of a mark may be."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """A picture of what sounds when.

    Args:
        image: The highest frequency at its top.
        span: First frame, and the one after the last, that it shows.
        sample_rate: Of the sound, in Hz.
    """

    image: QImage
    span: Span
    sample_rate: int

    def height_of(self, frequency_hz: float) -> float:
        """Return where a frequency lies, 0 at the bottom, 1 at the top; above that it is not in the picture."""
        return band_of(frequency_hz, self.sample_rate)


_HATCH_STEP = 8
_LABEL_WIDTH = 64.0
_FLAG = 6.0  # edges of the first bar's flag
_SCROLL_HEIGHT = 4


def paint_scene(
    painter: QPainter, scene: Scene, tiles: WaveformTiles, channels: int, clip: QRectF, spectrum: Spectrum | None = None
) -> None:
    """Draw everything but the frame of the widget.

    Args:
        painter: Where to, in Qt's pixels.
        scene: What is shown.
        tiles: The pictures of the sound.
        channels: Lanes of the waveform, 1 or more.
        clip: The part that is wanted.
        spectrum: What is drawn instead of the waveform, or None.
    """
    colours = theme.current()
    painter.fillRect(clip, QColor(colours.field))
    if spectrum is not None:
        _paint_spectrum(painter, scene, spectrum)
    _paint_beat_lines(painter, scene, colours)
    if spectrum is None:
        _paint_zero_lines(painter, scene, channels, colours)
    _paint_to_come(painter, scene, clip, colours)
    _paint_span(painter, scene, scene.loop, colours.loop_shade, None)
    if spectrum is None:
        tiles.paint(painter, scene.body, scene.view, colours.waveform, clip, scene.tallness)
    _paint_span(painter, scene, scene.selection, colours.selection, colours.selection_edge)
    _paint_loop(painter, scene, colours)
    _paint_markers(painter, scene, colours)
    _paint_faults(painter, scene, colours)
    _paint_marks(painter, scene, colours)
    _paint_figures(painter, scene, spectrum, colours)
    _paint_rulers(painter, scene, colours)
    _paint_scroll(painter, scene, colours)
    paint_playhead(painter, _sharp(scene, scene.playhead), scene.loop_lane, scene.height, colours.playhead)
    _paint_handle(painter, scene, colours)


def paint_empty(painter: QPainter, area: QRectF, text: str) -> None:
    """Draw the view without a sound: a quiet line and words that say how to get one.

    Args:
        painter: Where to.
        area: All of the widget.
        text: The words.
    """
    colours = theme.current()
    painter.fillRect(area, QColor(colours.field))
    painter.setFont(theme.font())
    painter.setPen(QColor(colours.muted))
    words = painter.boundingRect(area.adjusted(32, 0, -32, 0), _CENTRED, text)
    paint_icon(painter, QRectF(area.center().x() - 16, words.top() - 44, 32, 32), "note", colours.disabled)
    painter.drawText(words, _CENTRED, text)


def paint_frame(painter: QPainter, area: QRectF, around: QColor, has_focus: bool) -> None:
    """Round the corners, and show the focus.

    Args:
        painter: Where to.
        area: All of the widget.
        around: Colour of what lies around the widget.
        has_focus: Whether keys go to the widget.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corners = QPainterPath()
    corners.addRect(area)
    rounded = QPainterPath()
    rounded.addRoundedRect(area, theme.RADIUS, theme.RADIUS)
    painter.fillPath(corners.subtracted(rounded), around)
    colours = theme.current()
    width = 2 if has_focus else 1
    painter.setPen(QPen(QColor(colours.focus if has_focus else colours.border), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area.adjusted(width / 2, width / 2, -width / 2, -width / 2), theme.RADIUS, theme.RADIUS)


_CENTRED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


def _sharp(scene: Scene, frame: float) -> float:
    """Where a frame lies, on a whole device pixel."""
    return round(scene.view.x(frame) * scene.view.ratio) / scene.view.ratio


def _paint_beat_lines(painter: QPainter, scene: Scene, colours: Colours) -> None:
    if scene.beats is None:
        return
    for tick in beat_ticks(scene.view, scene.beats, _LABEL_WIDTH):
        ink = colours.grid_strong if tick.label else colours.grid
        painter.fillRect(QRectF(_sharp(scene, tick.frame), scene.body.top(), 1, scene.body.height()), QColor(ink))


def _paint_zero_lines(painter: QPainter, scene: Scene, channels: int, colours: Colours) -> None:
    end = min(scene.view.x(scene.view.total_frames), float(scene.width))
    for middle in lane_middles(channels, scene.body.height()):
        y = round(scene.body.top() + middle)
        painter.fillRect(QRectF(0, y, end, 1), QColor(colours.grid_strong))
    if channels > 1:
        painter.fillRect(QRectF(0, round(scene.body.center().y()), scene.width, 1), QColor(colours.grid))


def _paint_to_come(painter: QPainter, scene: Scene, clip: QRectF, colours: Colours) -> None:
    """Hatch the part that is still being made, and mark where it is made."""
    left, right = scene.view.x(scene.made_frames), scene.view.x(scene.view.total_frames)
    area = QRectF(left, scene.body.top(), right - left, scene.body.height()).intersected(clip)
    if scene.made_frames >= scene.view.total_frames or area.isEmpty():
        return
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.hatch), 1.5))
    height = scene.body.height()
    first = int((area.left() - height) // _HATCH_STEP) * _HATCH_STEP  # anchored to the widget, so strips fit together
    for x in range(first, int(area.right()) + _HATCH_STEP, _HATCH_STEP):
        painter.drawLine(QLineF(x, scene.body.bottom(), x + height, scene.body.top()))
    painter.restore()
    painter.fillRect(QRectF(_sharp(scene, scene.made_frames), area.top(), 1, area.height()), QColor(colours.accent))


def _paint_span(painter: QPainter, scene: Scene, span: Span | None, ink: str, edge: str | None) -> None:
    if span is None:
        return
    left, right = _sharp(scene, span[0]), _sharp(scene, span[1])
    painter.fillRect(QRectF(left, scene.body.top(), right - left, scene.body.height()), QColor(ink))
    if edge is not None:
        for x in (left, right - 1):
            painter.fillRect(QRectF(x, scene.body.top(), 1, scene.body.height()), QColor(edge))


def _paint_loop(painter: QPainter, scene: Scene, colours: Colours) -> None:
    lane = scene.loop_lane
    painter.fillRect(lane, QColor(colours.grid))
    if scene.loop is None:
        return
    left, right = _sharp(scene, scene.loop[0]), _sharp(scene, scene.loop[1])
    region = QRectF(left, lane.top() + 2, right - left, lane.height() - 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(region, 3, 3)
    if region.width() > 24:
        paint_icon(painter, QRectF(region.center().x() - 6, lane.center().y() - 6, 12, 12), "loop", colours.on_accent)
    painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DashLine))
    for x in (left + 0.5, right - 0.5):
        painter.drawLine(QLineF(x, scene.body.top(), x, scene.body.bottom()))


def _paint_markers(painter: QPainter, scene: Scene, colours: Colours) -> None:
    for frame in scene.markers:
        x = _sharp(scene, frame) + 0.5
        painter.setPen(QPen(QColor(colours.selection_edge), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, scene.body.top(), x, scene.body.bottom()))
        flag = QRectF(x, scene.body.top() + 4, 20, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control_hover))
        painter.drawRoundedRect(flag, 3, 3)
        paint_icon(painter, flag.adjusted(3, 2, -3, -2), "extend", colours.text)


def _paint_faults(painter: QPainter, scene: Scene, colours: Colours) -> None:
    """Draw what is broken: a shade where it is, a line where it begins, and a flag that says what it is.

    A quiet one is a small mark in the colour of lesser texts.
    """
    for fault in scene.faults:
        if fault.is_quiet:
            continue
        left, right = _sharp(scene, fault.span[0]), _sharp(scene, fault.span[1])
        left = min(left, scene.width - 2.0)
        shade = QRectF(left, scene.body.top(), max(right - left, 0), scene.body.height())
        painter.fillRect(shade, QBrush(QColor(colours.warning), Qt.BrushStyle.BDiagPattern))
        painter.fillRect(QRectF(left, scene.body.top(), 2, scene.body.height()), QColor(colours.warning))
    painter.setFont(fault_font())
    for number, fault in enumerate(scene.faults):
        flag = scene.fault_flag(number)
        if not scene.view.is_seen(*fault.span):
            continue
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if fault.is_quiet else QPen(QColor(colours.warning), 1))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(flag.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if fault.is_quiet:
            paint_icon(painter, QRectF(flag.left() + 3, flag.top() + 3, 14, 14), "loop-cut", colours.muted)
            continue
        has_words = flag.width() > QUIET_WIDTH
        inset = 5 if has_words else 4
        paint_icon(painter, QRectF(flag.left() + inset, flag.top() + 4, 12, 12), "warning", colours.warning)
        if not has_words:
            continue
        painter.setPen(QColor(colours.text))
        painter.drawText(flag.adjusted(21, 0, -4, 0), _LABEL_PLACE, fault.text)


def fault_font() -> QFont:
    """Return the type of a fault's flag."""
    return theme.font(theme.SMALL_PX)


def _paint_marks(painter: QPainter, scene: Scene, colours: Colours) -> None:
    """Draw the musician's marks: a line with a flag at the bottom that has its number, or its name."""
    painter.setFont(theme.number_font())
    metrics = painter.fontMetrics()
    for number, mark in enumerate(scene.marks, 1):
        x = _sharp(scene, mark.frame)
        text = metrics.elidedText(mark.name, Qt.TextElideMode.ElideRight, MARK_PX) or str(number)
        painter.fillRect(QRectF(x, scene.body.top(), 1, scene.body.height()), QColor(colours.accent))
        flag = QRectF(x, scene.body.bottom() - 28, 10 + metrics.horizontalAdvance(text), 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(flag, 3, 3)
        painter.setPen(QColor(colours.on_accent))
        painter.drawText(flag, int(Qt.AlignmentFlag.AlignCenter), text)


def _paint_spectrum(painter: QPainter, scene: Scene, spectrum: Spectrum) -> None:
    left, right = scene.view.x(spectrum.span[0]), scene.view.x(spectrum.span[1])
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(left, scene.body.top(), right - left, scene.body.height()), spectrum.image)


def _paint_figures(painter: QPainter, scene: Scene, spectrum: Spectrum | None, colours: Colours) -> None:
    """Say at the right edge how high frequencies lie, or how much taller the waveform is drawn."""
    painter.setFont(theme.number_font())
    figures = []
    if spectrum is not None:
        figures = [(height, text) for hz, text in _FREQUENCIES if (height := spectrum.height_of(hz)) < 1]
    if spectrum is None and scene.tallness != 1:
        figures = [(1.0, f"×{scene.tallness:g}")]
    for height, text in figures:
        room = QRectF(scene.width - 52, scene.body.bottom() - height * scene.body.height() - 9, 46, 18)
        room.moveTop(max(room.top(), scene.body.top() + 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(QColor(colours.text))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)


_FREQUENCIES = ((200, "200 Hz"), (1000, "1 kHz"), (4000, "4 kHz"), (10_000, "10 kHz"))


def _paint_rulers(painter: QPainter, scene: Scene, colours: Colours) -> None:
    painter.fillRect(scene.seconds_row.united(scene.beats_row), QColor(colours.panel))
    ticks = second_ticks(scene.view, scene.sample_rate, _LABEL_WIDTH)
    _paint_ruler(painter, scene, scene.seconds_row, ticks, theme.number_font())
    if scene.beats is not None:
        ticks = beat_ticks(scene.view, scene.beats, _LABEL_WIDTH)
        _paint_ruler(painter, scene, scene.beats_row, ticks, theme.number_font())
        _paint_downbeat(painter, scene, scene.beats.first_downbeat, colours)


def _paint_downbeat(painter: QPainter, scene: Scene, frame: int, colours: Colours) -> None:
    """Draw what the first bar is taken hold of by: a small flag at its line."""
    x, bottom = _sharp(scene, frame), scene.beats_row.bottom() - 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.muted))
    painter.drawPolygon(QPolygonF([QPointF(x, bottom), QPointF(x, bottom - _FLAG), QPointF(x + _FLAG, bottom)]))


def _paint_ruler(painter: QPainter, scene: Scene, row: QRectF, ticks: list[Tick], letters: QFont) -> None:
    colours = theme.current()
    painter.setFont(letters)
    painter.setPen(QColor(colours.muted))
    for tick in ticks:
        x = _sharp(scene, tick.frame)
        height = row.height() - 6 if tick.label else 4
        ink = QColor(colours.border if tick.label else colours.grid_strong)
        painter.fillRect(QRectF(x, row.bottom() - height, 1, height), ink)
        if tick.label:
            painter.drawText(QRectF(x + 5, row.top(), _LABEL_WIDTH, row.height()), _LABEL_PLACE, tick.label)
    painter.fillRect(QRectF(0, row.bottom() - 1, scene.width, 1), QColor(colours.grid_strong))


_LABEL_PLACE = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextDontClip)


def _paint_handle(painter: QPainter, scene: Scene, colours: Colours) -> None:
    handle = scene.handle
    if handle is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.border), 1))
    painter.setBrush(QColor(colours.control))
    painter.drawRoundedRect(handle.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    icon = QRectF(handle.center().x() - 8, handle.center().y() - 8, 16, 16)
    paint_icon(painter, icon, "drag-handle", colours.text)


def _paint_scroll(painter: QPainter, scene: Scene, colours: Colours) -> None:
    """Show which part of the whole is in view, unless all of it is."""
    view = scene.view
    if view.is_fit or not view.total_frames:
        return
    left = view.start_frame / view.total_frames * scene.width
    width = max((view.end_frame - view.start_frame) / view.total_frames * scene.width, 16.0)
    bar = QRectF(min(left, scene.width - width), scene.height - _SCROLL_HEIGHT - 2, width, _SCROLL_HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.disabled))
    painter.drawRoundedRect(bar, _SCROLL_HEIGHT / 2, _SCROLL_HEIGHT / 2)
