"""The queue: what is being made and what waits. Waiting jobs change places by keys, buttons or the mouse.

A job that failed says so in its own row: what happened, why, and what to do. Not for running jobs (`studio.jobs`).
"""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.studio.making.queue import JobState, JobView
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.icons import icon, paint_icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.models.queue_model import JobRole, QueueModel, problem_text
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

Index = QModelIndex | QPersistentModelIndex
_EDGE = 8
_LINE = 20
_ICON = 16
_BAR = 3
_OVER = {JobState.DONE, JobState.STOPPED, JobState.FAILED}
_ICONS = {
    JobState.QUEUED: "queue",
    JobState.LOADING: "folder",
    JobState.MAKING: "note",
    JobState.SAVING: "note",
    JobState.DONE: "check",
    JobState.STOPPED: "stop",
    JobState.FAILED: "warning",
}


class QueuePanel(QWidget):
    """Jobs in the order they are made. Main thread.

    Args:
        keys: The table of keys.
        parent: Qt's owner.
    """

    move_requested = Signal(int, int)  # id of a waiting job, its new place among the waiting ones, from 0
    cancel_requested = Signal(int)  # id

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bindings = Bindings(self, keys)
        self._model = QueueModel(self)
        self._model.move_requested.connect(self.move_requested)
        self._list = self._make_list()
        self._count = plain_label(look=Look.MUTED)
        self._empty = plain_label(self.tr("Nothing is being made, and nothing waits."), Look.MUTED, wraps=True)
        self._up = self._button("up", "queue-up", self.tr("Make this sooner"), lambda: self._move(-1))
        self._down = self._button("down", "queue-down", self.tr("Make this later"), lambda: self._move(1))
        self._cancel = self._button("close", "queue-cancel", self.tr("Cancel this job"), self._ask_cancel)
        self._lay_out()
        self.set_jobs(())

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        """Show these jobs; the chosen one stays chosen."""
        chosen = self._model.job(self._list.currentIndex())
        self._model.set_jobs(jobs)
        if chosen is not None and not self._list.currentIndex().isValid():
            self._list.setCurrentIndex(self._model.index_of(chosen.id))
        waiting = self._model.waiting()
        self._count.setText(self.tr("{0} waiting").format(waiting) if waiting else "")
        self._list.setVisible(bool(jobs))
        self._empty.setVisible(not jobs)
        self._show_chosen()

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    def _make_list(self) -> QListView:
        view = QListView()
        view.setModel(self._model)
        view.setItemDelegate(_JobRow(view))
        view.setAccessibleName(self.tr("Queue"))
        view.setToolTip(self.tr("Drag waiting jobs to another place"))
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDropIndicatorShown(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._show_chosen)
        return view

    def _button(self, name: str, shortcut_id: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        set_look(button, Look.QUIET)
        self._bindings.button(button, shortcut_id, tip)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(plain_label(self.tr("QUEUE"), Look.SECTION))
        head.addSpacing(GRID)
        head.addWidget(self._count, 1)
        for button in (self._up, self._down, self._cancel):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)

    def _move(self, steps: int) -> None:
        index = self._list.currentIndex()
        job, place = self._model.job(index), self._model.place(index)
        if job is not None and place is not None:
            self.move_requested.emit(job.id, place + steps)

    @Slot()
    def _ask_cancel(self) -> None:
        job = self._model.job(self._list.currentIndex())
        if job is not None:
            self.cancel_requested.emit(job.id)

    @Slot()
    def _show_chosen(self) -> None:
        job, place = self._model.job(self._list.currentIndex()), self._model.place(self._list.currentIndex())
        self._up.setEnabled(place is not None and place > 0)
        self._down.setEnabled(place is not None and place < self._model.waiting() - 1)
        self._cancel.setEnabled(job is not None and job.state not in _OVER)


class _JobRow(QStyledItemDelegate):
    """Draws a job: title, how far it is in words, a bar while it is made, and its problem in full."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return the height that the words need at the view's width."""
        width = self._view.viewport().width()
        text = problem_text(index.data(JobRole.JOB))
        height = 2 * _LINE + 2 * _EDGE
        if text:
            height += _wrapped(QRect(0, 0, width - _words_left() - _EDGE, 1 << 16), text).height()
        return QSize(width, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        job: JobView = index.data(JobRole.JOB)
        colours = theme.current()
        words = option.rect.adjusted(_words_left(), _EDGE, -_EDGE, -_EDGE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_card(painter, option)
        square = QRect(option.rect.left() + _EDGE, words.top() + (_LINE - _ICON) // 2, _ICON, _ICON)
        ink = colours.danger if job.state is JobState.FAILED else colours.muted
        paint_icon(painter, square.toRectF(), _ICONS[job.state], ink)
        title = QRect(words.left(), words.top(), words.width(), _LINE)
        _write(painter, title, job.title, theme.font(weight=QFont.Weight.Medium), colours.text)
        model = index.model()
        state = model.in_words(job) if isinstance(model, QueueModel) else job.state.value
        _write(painter, title.translated(0, _LINE), state, theme.number_font(), ink)
        if job.state is JobState.MAKING and job.wanted_s > 0:
            _paint_bar(painter, words, job.made_s / job.wanted_s)
        if text := problem_text(job):
            painter.setPen(QColor(colours.text))
            painter.setFont(theme.font(theme.SMALL_PX))
            painter.drawText(words.adjusted(0, 2 * _LINE, 0, 0), int(Qt.TextFlag.TextWordWrap), text)
        painter.restore()


def _words_left() -> int:
    return 2 * _EDGE + _ICON


def _wrapped(room: QRect, text: str) -> QRect:
    return QFontMetrics(theme.font(theme.SMALL_PX)).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)


def _write(painter: QPainter, rect: QRect, text: str, type_face: QFont, ink: str) -> None:
    painter.setFont(type_face)
    painter.setPen(QColor(ink))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)


def _paint_card(painter: QPainter, option: QStyleOptionViewItem) -> None:
    colours = theme.current()
    if option.state & QStyle.StateFlag.State_Selected:
        painter.setPen(QColor(colours.focus if option.state & QStyle.StateFlag.State_HasFocus else colours.accent))
        painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(option.rect.toRectF().adjusted(1.5, 1.5, -1.5, -1.5), theme.RADIUS, theme.RADIUS)


def _paint_bar(painter: QPainter, words: QRect, share: float) -> None:
    groove = QRect(words.left(), words.bottom() - _BAR + 1 + _EDGE // 2, words.width(), _BAR).toRectF()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.current().border))
    painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
    groove.setWidth(groove.width() * min(1.0, share))
    painter.setBrush(QColor(theme.current().accent))
    painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
