"""Drawing a note view's scene, layer upon layer: keys, sound, notes, pitch curve, and the grid that the model sees."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from musicgen_studio.core.melody import NOTE_NAMES, PITCH_CLASSES, Floats, Note, PitchCurve, pitch_name
from musicgen_studio.dsp.peaks import Peaks
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.theme import Colours
from musicgen_studio.ui.widgets.note_scene import GUTTER, PER_S, NoteScene
from musicgen_studio.ui.widgets.playhead import paint_playhead
from musicgen_studio.ui.widgets.timeline import Tick, beat_ticks, second_ticks

BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
_LABEL_WIDTH = 64.0
_NAME_HEIGHT = 13  # pixels a name needs
_FINE_ROW = 8  # pixels of a semitone
_LEAST_INK = 0.35  # of a note that the analysis was not sure of at all
_CENTRED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip)
_LEFT = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextDontClip)
_RIGHT = int(Qt.AlignmentFlag.AlignRight) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextDontClip)


def paint_notes(painter: QPainter, scene: NoteScene, sound: tuple[Peaks, Peaks] | None) -> None:
    """Draw everything but the frame of the widget.

    Args:
        painter: Where to, in Qt's pixels.
        scene: What is shown.
        sound: Lowest and highest samples of equal stretches over all of the scene's view, or None without a sound.
    """
    colours = theme.current()
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), QColor(colours.field))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_rows(painter, scene, colours)
    _paint_time_lines(painter, scene, colours)
    painter.save()
    painter.setClipRect(QRectF(GUTTER, 0, scene.width - GUTTER, scene.height))
    if sound is not None:
        _paint_sound(painter, scene, *sound, colours)
    paint_chroma(painter, scene.grid, scene.chroma, _chroma_columns(scene), colours.accent)
    _paint_beyond(painter, scene, colours)
    for note in scene.melody.notes:
        _paint_note(painter, scene, note, colours)
    if scene.curve is not None:
        paint_curve(painter, scene.curve, scene.x, scene.y, colours.warning, is_fine=scene.row < _FINE_ROW)
    _paint_ruler(painter, scene, colours)
    _paint_end(painter, scene, colours)
    _paint_band(painter, scene, colours)
    paint_playhead(painter, _sharp(scene, scene.playhead_s), scene.end_row, scene.height, colours.playhead)
    painter.restore()
    _paint_names(painter, scene, colours)


def paint_chroma(painter: QPainter, area: QRectF, chroma: Floats, columns: tuple[float, float], ink: str) -> None:
    """Draw the cells of a chroma grid that are on, C at the bottom.

    Args:
        painter: Where to.
        area: The grid; what lies outside is left out.
        chroma: float32 `[frames, 12]`.
        columns: Where its first frame begins, and how wide a frame is, in pixels.
        ink: Colour of a cell that is on in full.
    """
    left, width = columns
    row = area.height() / PITCH_CLASSES
    first = max(int((area.left() - left) / width), 0)
    last = max(int((area.right() - left) / width) + 1, 0)
    gap = 1.0 if width >= 4 else 0.0
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setPen(Qt.PenStyle.NoPen)
    for frame, pitch_class in np.argwhere(chroma[first:last] > 0).tolist():
        colour = QColor(ink)
        colour.setAlphaF(float(min(chroma[first + frame, pitch_class], 1.0)))
        x, y = left + (first + frame) * width, area.bottom() - (pitch_class + 1) * row
        painter.fillRect(QRectF(x, y + 0.5, width - gap, row - 1), colour)
    painter.restore()


def paint_curve(
    painter: QPainter,
    curve: PitchCurve,
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
    ink: str,
    is_fine: bool = False,
) -> None:
    """Draw a pitch curve, broken where there is no pitch.

    Args:
        painter: Where to.
        curve: The curve.
        x_of: Gives the place of a time in seconds.
        y_of: Gives the place of a pitch.
        ink: Its colour.
        is_fine: Whether it is to be thin, as what lies below it is small.
    """
    voiced = np.flatnonzero(curve.is_voiced)
    if not len(voiced):
        return
    pitches = curve.pitches
    runs = np.split(voiced, np.flatnonzero(np.diff(voiced) > 1) + 1)
    lines = [
        QPolygonF([QPointF(x_of((frame + 0.5) * curve.hop_s), y_of(float(pitches[frame]))) for frame in run.tolist()])
        for run in runs
    ]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge_width, ink_width = (2.0, 1.0) if is_fine else (4.0, 1.75)
    for colour, width in (
        (theme.current().field, edge_width),
        (ink, ink_width),
    ):  # its edge lets it be seen on a note, too
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for line in lines:
            painter.drawPolyline(line) if line.count() > 1 else painter.drawPoint(line.first())


def _chroma_columns(scene: NoteScene) -> tuple[float, float]:
    """A frame stands for the time around it, so its cell begins half a frame earlier."""
    width = scene.x(1 / scene.chroma_rate_hz) - scene.x(0.0)
    return scene.x(0.0) - width / 2, width


def _paint_rows(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    """Shade the black keys' rows, and part octaves and pitch classes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for semitone in range(scene.low, scene.high + 1):
        top = scene.y(semitone) - scene.row / 2
        if semitone % PITCH_CLASSES in BLACK_KEYS:
            painter.fillRect(QRectF(GUTTER, top, scene.width, scene.row), QColor(colours.grid))
        if semitone % PITCH_CLASSES == 0:
            painter.fillRect(QRectF(0, round(top + scene.row), scene.width, 1), QColor(colours.grid_strong))
    grid = scene.grid
    for pitch_class in range(PITCH_CLASSES):
        top = grid.bottom() - (pitch_class + 1) * scene.chroma_row
        ink = colours.grid if pitch_class in BLACK_KEYS else colours.field
        painter.fillRect(QRectF(GUTTER, top, scene.width, scene.chroma_row), QColor(ink))
    painter.fillRect(QRectF(0, scene.roll.bottom(), scene.width, 6), QColor(colours.panel))
    for y in (scene.roll.bottom(), scene.grid.top() - 1):
        painter.fillRect(QRectF(0, round(y), scene.width, 1), QColor(colours.grid_strong))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _ticks(scene: NoteScene) -> list[Tick]:
    if scene.beats is not None:
        return beat_ticks(scene.view, scene.beats, _LABEL_WIDTH)
    return second_ticks(scene.view, PER_S, _LABEL_WIDTH)


def _paint_time_lines(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    for tick in _ticks(scene):
        ink = QColor(colours.grid_strong if tick.label else colours.grid)
        x = _sharp(scene, tick.frame / PER_S)
        painter.fillRect(QRectF(x, scene.roll.top(), 1, scene.roll.height()), ink)


def _paint_sound(painter: QPainter, scene: NoteScene, mins: Peaks, maxs: Peaks, colours: Colours) -> None:
    """Draw the waveform behind the notes, as loud as it is in the roll's own height."""
    roll = scene.roll
    reach = roll.height() / 2 * 0.9
    xs = GUTTER + np.arange(len(mins)) / scene.view.ratio
    tops, bottoms = roll.center().y() - maxs.max(axis=1) * reach, roll.center().y() - mins.min(axis=1) * reach
    painter.setPen(QPen(QColor(colours.hatch), 1 / scene.view.ratio))
    painter.drawLines(
        [
            QLineF(x, top, x, bottom + 0.5)
            for x, top, bottom in zip(xs.tolist(), tops.tolist(), bottoms.tolist(), strict=True)
        ]
    )


def _paint_note(painter: QPainter, scene: NoteScene, note: Note, colours: Colours) -> None:
    block = scene.block(note).intersected(scene.roll)
    if block.isEmpty():
        return
    height = max(block.height() - 1, min(block.height(), 4.0))
    block = QRectF(block.left(), block.center().y() - height / 2, block.width() - 1, height)
    is_chosen = note in scene.selected
    ink = QColor(colours.accent_hover if is_chosen else colours.accent)
    ink.setAlphaF(_LEAST_INK + (1 - _LEAST_INK) * note.confidence)
    painter.setPen(QPen(QColor(colours.text), 2) if is_chosen else Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    radius = min(3.0, block.height() / 2)
    painter.drawRoundedRect(block, radius, radius)
    if note == scene.current and is_chosen:
        painter.setPen(QPen(QColor(colours.focus), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(block.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    if scene.curve is not None:
        return  # it would run through the name
    painter.setFont(theme.number_font())
    name = pitch_name(note.pitch)
    if block.height() >= _NAME_HEIGHT - 3 and block.width() >= painter.fontMetrics().horizontalAdvance(name) + 8:
        sure = _LEAST_INK + (1 - _LEAST_INK) * note.confidence > 0.6  # where the ink is dark enough
        painter.setPen(QColor(colours.on_accent if sure else colours.text))
        painter.drawText(block.adjusted(5, 0, 0, 0), _LEFT, name)


def _paint_beyond(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    """Veil what lies behind the melody's end: it is not part of it, though the model may see it repeated there."""
    left = scene.x(scene.melody.duration_s)
    veil = QColor(colours.field)
    veil.setAlpha(150)
    painter.fillRect(QRectF(left, scene.roll.top(), scene.width - left, scene.height), veil)


def _paint_ruler(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    painter.fillRect(scene.ruler.united(scene.end_row), QColor(colours.panel))
    painter.setFont(theme.number_font())
    for tick in _ticks(scene):
        x = _sharp(scene, tick.frame / PER_S)
        height = scene.ruler.height() - 6 if tick.label else 4
        ink = QColor(colours.border if tick.label else colours.grid_strong)
        painter.fillRect(QRectF(x, scene.ruler.bottom() - height, 1, height), ink)
        if tick.label:
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(x + 5, 0, _LABEL_WIDTH, scene.ruler.height()), _LEFT, tick.label)
    painter.fillRect(QRectF(0, scene.end_row.bottom() - 1, scene.width, 1), QColor(colours.grid_strong))


def _paint_end(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    """Mark where the melody ends, with a flag to take hold of."""
    if not scene.melody.notes:
        return
    x, lane = _sharp(scene, scene.melody.duration_s), scene.end_row
    painter.setPen(QPen(QColor(colours.selection_edge), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(x + 0.5, lane.top(), x + 0.5, scene.height))
    flag = QPainterPath(QPointF(x + 0.5, lane.top() + 1))
    flag.lineTo(x - 9, lane.top() + 1)
    flag.lineTo(x - 9, lane.bottom() - 5)
    flag.lineTo(x + 0.5, lane.bottom() - 1)
    flag.closeSubpath()
    painter.fillPath(flag, QColor(colours.selection_edge))


def _paint_band(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    if scene.band is None:
        return
    painter.setPen(QPen(QColor(colours.selection_edge), 1))
    painter.setBrush(QColor(colours.selection))
    painter.drawRect(QRectF(*scene.band).normalized())


def _paint_names(painter: QPainter, scene: NoteScene, colours: Colours) -> None:
    """Write the names of notes beside the roll, and of pitch classes beside the grid, as many as there is room for."""
    painter.fillRect(QRectF(0, 0, GUTTER, scene.height), QColor(colours.panel))
    painter.fillRect(QRectF(GUTTER - 1, 0, 1, scene.height), QColor(colours.grid_strong))
    painter.setFont(theme.number_font())
    named = _names_with_room(scene.row)
    for semitone in range(scene.low, scene.high + 1):
        pitch_class = semitone % PITCH_CLASSES
        if pitch_class not in named:
            continue
        place = QRectF(0, scene.y(semitone) - 8, GUTTER - 7, 16)
        if place.top() < scene.roll.top() - 3 or place.bottom() > scene.roll.bottom() + 3:
            continue
        painter.setPen(QColor(colours.text if pitch_class == 0 else colours.muted))
        painter.drawText(place, _RIGHT, pitch_name(semitone))
    is_roomy = scene.chroma_row >= _NAME_HEIGHT - 1
    for pitch_class in range(PITCH_CLASSES) if is_roomy else _SPARSE_CLASSES:
        middle = scene.grid.bottom() - (pitch_class + 0.5) * scene.chroma_row
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRectF(0, middle - 8, GUTTER - 7, 16), _RIGHT, NOTE_NAMES[pitch_class])


def _names_with_room(row: float) -> frozenset[int]:
    """The pitch classes that are named: all white keys, C and E and G, or C alone."""
    if row >= _NAME_HEIGHT:
        return frozenset(range(PITCH_CLASSES)) - BLACK_KEYS
    return frozenset((0, 4, 7) if 3 * row >= _NAME_HEIGHT else (0,))


_SPARSE_CLASSES = (0, 2, 4, 7, 9, 11)  # with room between them where the rows are low


def _sharp(scene: NoteScene, time_s: float) -> float:
    """Where a time lies, on a whole device pixel."""
    return round(scene.x(time_s) * scene.view.ratio) / scene.view.ratio
