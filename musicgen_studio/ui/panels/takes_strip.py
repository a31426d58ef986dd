"""The takes of one order side by side, to be heard one after the other: a click, or the keys 1 to 8.

Takes that were ranked say what speaks for each, takes that were made to a melody how far they follow it; either can be
put in that order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import inf

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from musicgen_studio.analysis.faults import FaultKind
from musicgen_studio.evaluation.ranking import Ranked
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.models.library_model import Peaks
from musicgen_studio.ui.panels.clip_words import similarity_in_words
from musicgen_studio.ui.panels.labels import ElidedLabel, plain_label
from musicgen_studio.ui.widgets.mini import paint_mini
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

MAX_TAKES = 8


@dataclass(frozen=True, slots=True, eq=False)
class TakeView:
    """One take, for the screen.

    Args:
        peaks: Its mini waveform, None before there is any sound.
        progress: How much of it is made, 0 to 1.
        similarity: How far it follows its melody, 0 to 1; None without one, or as long as it is not known.
        ranked: What speaks for it, where the takes were ranked.
    """

    peaks: Peaks | None
    progress: float = 1.0
    similarity: float | None = None
    ranked: Ranked | None = None

    @property
    def worth(self) -> float | None:
        """By what takes are put in order; None if nothing is known of it."""
        return self.similarity if self.ranked is None else self.ranked.score


class TakesStrip(QWidget):
    """Up to eight takes. Hidden while there are fewer than two. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    take_chosen = Signal(int)  # its own number, from 0
    menu_requested = Signal(QPoint)  # where on the screen: what can be done with the take that is shown

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._current = ElidedLabel(Look.MUTED)
        self._shown: int | None = None
        self._takes: Mapping[int, TakeView] = {}
        self._ranks = self._make_ranks()
        self._tiles = [self._make_tile(number) for number in range(MAX_TAKES)]
        head = QHBoxLayout()
        head.addWidget(plain_label(self.tr("TAKES"), Look.SECTION))
        head.addSpacing(2 * GRID)
        head.addWidget(self._current, 1)
        head.addWidget(self._ranks)
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addLayout(self._row)
        self.set_takes({})

    def set_takes(self, takes: Mapping[int, TakeView]) -> None:
        """Show these takes by their own numbers, from 0: one that is gone leaves the others theirs."""
        self._takes = takes
        self.setVisible(len(takes) > 1)
        self._ranks.setVisible(any(take.worth is not None for take in takes.values()))
        for tile in self._tiles:
            tile.setVisible(tile.number in takes)
            tile.setEnabled(tile.number in takes)
            tile.show_take(takes.get(tile.number, TakeView(None, 0.0)))
        self._order()
        self.set_current(self._shown)

    def set_current(self, number: int | None) -> None:
        """Mark the take that is shown and heard, from 0; None for none."""
        self._shown = number
        for tile in self._tiles:
            tile.setChecked(tile.number == number)
            state = self.tr("shown") if tile.number == number else self.tr("not shown")
            name = self.tr("Take {0}, {1}").format(tile.number + 1, state)
            words = self._in_words(tile.number)
            tile.setAccessibleName(", ".join(part for part in (name, words) if part))
            hint = self.tr("Hear take {0}").format(tile.number + 1)
            self._bindings.tip(tile, f"take-{tile.number + 1}", ": ".join(part for part in (hint, words) if part))
        shown = "" if number is None else self.tr("Take {0} is shown and heard").format(number + 1)
        parts = (shown, "" if number is None else self._in_words(number))
        self._current.setText(" · ".join(part for part in parts if part))
        self._current.setToolTip(self._current.text())

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the take under the pointer, which is shown from then on."""
        tile = self.childAt(event.pos())
        if isinstance(tile, TakeTile):
            self.take_chosen.emit(tile.number)
            self.menu_requested.emit(event.globalPos())

    def _in_words(self, number: int) -> str:
        """Say what speaks for a take, or how far it follows its melody, if that is known."""
        take = self._takes.get(number)
        if take is None:
            return ""
        if take.ranked is not None:
            return reason(take.ranked)
        known = take.similarity
        return "" if known is None else self.tr("follows the melody {0}").format(similarity_in_words(known))

    def _make_ranks(self) -> QToolButton:
        button = QToolButton()
        button.setText(self.tr("Best first"))
        button.setAccessibleName(button.text())
        button.setToolTip(self.tr("Put the takes first that measure best, or follow the melody most closely"))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(button, Look.QUIET)
        button.toggled.connect(self._order)
        return button

    @Slot()
    def _order(self) -> None:
        """Lay the tiles out, by number or by what speaks for them; each keeps its number."""
        order = list(self._tiles)
        if self._ranks.isChecked():
            known = {number: take.worth for number, take in self._takes.items() if take.worth is not None}
            order.sort(key=lambda tile: -known[tile.number] if tile.number in known else inf)
        if [self._row.indexOf(tile) for tile in order] == list(range(len(order))):
            return
        for tile in order:
            self._row.removeWidget(tile)
        before: QWidget = self._ranks
        for tile in order:
            self._row.addWidget(tile)
            self.setTabOrder(before, tile)
            before = tile

    def _make_tile(self, number: int) -> "TakeTile":
        tile = TakeTile(number)
        tile.clicked.connect(self._choose)
        tile.setAccessibleName(self.tr("Take {0}").format(number + 1))
        self._bindings.button(tile, f"take-{number + 1}", self.tr("Hear take {0}").format(number + 1))
        return tile

    @Slot()
    def _choose(self) -> None:
        tile = self.sender()
        if isinstance(tile, TakeTile):
            self.take_chosen.emit(tile.number)


def reason(ranked: Ranked) -> str:
    """Say what speaks for a take, and what against it."""
    tr = partial(QCoreApplication.translate, "TakesStrip")
    parts = [", ".join(f"{name} {share:.2f}" for name, share in ranked.tags)]
    if ranked.melody is not None:
        parts.append(tr("follows the melody {0}").format(similarity_in_words(ranked.melody)))
    if ranked.grid is not None:
        parts.append(tr("on the beat {0}").format(f"{ranked.grid:.2f}"))
    said = {
        FaultKind.STOPS: tr("it stops suddenly"),
        FaultKind.FADES: tr("it fades to silence"),
        FaultKind.GLITCH: tr("a glitch"),
    }
    broken = [said[kind] for kind in dict.fromkeys(ranked.faults) if kind in said]
    broken += [tr("noise")] * ranked.is_noise + [tr("silence")] * ranked.is_silent
    return " · ".join(part for part in (*parts, ", ".join(broken) or tr("nothing broken")) if part)


class TakeTile(QAbstractButton):
    """One take: its number and its mini waveform. It is checked by `TakesStrip.set_current` only.

    Args:
        number: From 0.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._take = TakeView(None, 0.0)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_take(self, take: TakeView) -> None:
        """Draw this take from now on."""
        self._take = take
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that shows a waveform's shape."""
        return QSize(72, 44)

    def minimumSizeHint(self) -> QSize:
        """Return the size that still shows the number."""
        return QSize(40, 44)

    def nextCheckState(self) -> None:
        """Leave the mark where it is: the strip moves it."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the tile."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(self._edge(colours))
        painter.setBrush(QColor(colours.accent_soft if self.isChecked() else colours.field))
        painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        if self._take.peaks is not None:
            ink = colours.waveform if self.isChecked() or self.underMouse() else colours.muted
            below = 6 if self._take.similarity is None else 17
            paint_mini(painter, card.adjusted(18, 6, -6, -below), *self._take.peaks, ink, self._take.progress)
        painter.setFont(theme.font(theme.SMALL_PX, QFont.Weight.DemiBold))
        painter.setPen(QColor(colours.text if self.isChecked() else colours.muted))
        painter.drawText(card.adjusted(6, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), str(self.number + 1))
        if self._take.similarity is not None:
            painter.setFont(theme.number_font())
            below = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom) | int(Qt.TextFlag.TextDontClip)
            painter.drawText(card.adjusted(0, 0, -6, -2), below, similarity_in_words(self._take.similarity))

    def _edge(self, colours: theme.Colours) -> QColor:
        if self.hasFocus():
            return QColor(colours.focus)
        return QColor(colours.accent if self.isChecked() else colours.border)
