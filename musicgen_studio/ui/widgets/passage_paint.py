"""Drawing a lane of passages. Not for events (`passage_lane`)."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import paint_icon
from musicgen_studio.ui.look.theme import Colours
from musicgen_studio.ui.widgets.passage_scene import LaneScene
from musicgen_studio.ui.widgets.timeline import Beats, Tick, beat_ticks, second_ticks

_LABEL_WIDTH = 56.0
_TEXT_ROOM = 8.0
_WORDS_WIDTH = 72.0  # so much room behind a morph is enough for words
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def paint_lane(painter: QPainter, scene: LaneScene, wordless: str, around: QColor) -> None:
    """Draw everything but the mark of the focus.

    Args:
        painter: Where to, in Qt's pixels.
        scene: What is shown.
        wordless: What stands in a passage without words.
        around: Colour of what lies around the widget.
    """
    colours = theme.current()
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), around)
    _paint_ruler(painter, scene, colours)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    order = sorted(
        range(len(scene.plan.parts)), key=lambda number: scene.lifted is not None and scene.lifted[0] == number
    )
    for number in order:
        _paint_block(painter, scene, number, wordless, colours)


def _paint_ruler(painter: QPainter, scene: LaneScene, colours: Colours) -> None:
    if not scene.has_ruler:
        return
    painter.setFont(theme.number_font())
    for tick in _ticks(scene):
        x = round(scene.view.x(tick.frame) * scene.view.ratio) / scene.view.ratio
        height = 8 if tick.label else 4
        painter.fillRect(QRectF(x, scene.ruler.bottom() - height, 1, height), QColor(colours.border))
        if tick.label:
            painter.setPen(QColor(colours.muted))
            room = QRectF(x + 4, 0, _LABEL_WIDTH, scene.ruler.height())
            painter.drawText(room, _LEFT | int(Qt.TextFlag.TextDontClip), tick.label)


def _ticks(scene: LaneScene) -> list[Tick]:
    grid = scene.plan.grid
    if grid is None:
        return second_ticks(scene.view, round(scene.per_s), _LABEL_WIDTH)
    return beat_ticks(scene.view, Beats.even(grid.bpm, grid.beats_per_bar, round(scene.per_s)), _LABEL_WIDTH)


def _paint_block(painter: QPainter, scene: LaneScene, number: int, wordless: str, colours: Colours) -> None:
    block, part = scene.block(number), scene.plan.parts[number]
    if block.right() < 0 or block.left() > scene.width:
        return
    is_chosen = number == scene.chosen
    shape = QPainterPath()
    shape.addRoundedRect(block, 4, 4)
    painter.save()
    painter.setClipPath(shape)
    painter.fillRect(block, QColor(colours.accent_soft if is_chosen else colours.control))
    morph = scene.morph(number)
    if morph is not None:
        _paint_morph(painter, morph, is_chosen, colours)
    painter.restore()
    painter.setPen(QPen(QColor(colours.accent if is_chosen else colours.border), 1.5 if is_chosen else 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shape)
    room = block
    if morph is not None and block.right() - morph.right() > _WORDS_WIDTH:
        room = QRectF(morph.right(), block.top(), block.right() - morph.right(), block.height())
    _paint_words(painter, scene, room, part.prompt or wordless, bool(part.melody), bool(part.prompt), colours)


def _paint_morph(painter: QPainter, morph: QRectF, is_chosen: bool, colours: Colours) -> None:
    """Draw the overlap: what was before goes down from full height to nothing."""
    going = QPolygonF([morph.topLeft(), morph.bottomLeft(), QPointF(morph.right(), morph.bottom())])
    shade = QColor(colours.field)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawPolygon(going)
    painter.setPen(QPen(QColor(colours.accent if is_chosen else colours.muted), 1.0))
    painter.drawLine(morph.topLeft(), morph.bottomRight())


def _paint_words(
    painter: QPainter, scene: LaneScene, block: QRectF, words: str, has_melody: bool, is_told: bool, colours: Colours
) -> None:
    """Write the words where the block is in view, so that they are read in a view that is zoomed in, too."""
    left, right = max(block.left(), 0.0) + _TEXT_ROOM, min(block.right(), float(scene.width)) - _TEXT_ROOM
    if has_melody and right - left > 24:
        paint_icon(painter, QRectF(left, block.center().y() - 7, 14, 14), "note", colours.accent)
        left += 18
    if right - left < 12:
        return
    letters = theme.font(theme.SMALL_PX, QFont.Weight.DemiBold)
    painter.setFont(letters)
    painter.setPen(QColor(colours.text if is_told else colours.muted))
    said = QFontMetricsF(letters).elidedText(words, Qt.TextElideMode.ElideRight, right - left)
    painter.drawText(QRectF(left, block.top(), right - left, block.height()), _LEFT, said)
