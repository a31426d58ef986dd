"""The library column: search, filters, the clips, the trash. It shows what it is given and asks for the rest.

Every change is a signal; the changed clips come back through `LibraryModel.set_clips`. Not for how a row looks
(`library_row`).
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QLocale,
    QModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    QTimer,
    Signal,
    SignalInstance,
    Slot,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.core.clip import Clip
from musicgen_studio.files.sound import is_sound
from musicgen_studio.library.search import Filter, Sorting
from musicgen_studio.ui.look.icons import icon, lead_with
from musicgen_studio.ui.look.theme import GRID, HEAD_PX, Look
from musicgen_studio.ui.models.library_model import LibraryModel, Query
from musicgen_studio.ui.panels.clip_list import ClipList
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.panels.library_columns import ColumnHeader
from musicgen_studio.ui.panels.library_row import LibraryRow
from musicgen_studio.ui.panels.tags_line import TagsLine
from musicgen_studio.ui.qt.drops import FileDrops
from musicgen_studio.ui.widgets.picture_button import picture_button
from musicgen_studio.ui.window.shortcuts import Bindings, KeyMap

REST_MS = 120
"""How long the arrow keys rest on a row before it is previewed: who goes through many rows hears only the last."""

_SEARCH_PX = 32  # in the smallest window
_NARROW_PX = 220  # below it, what filters stands under the search
_SHORT_S, _LONG_S = 10.0, 30.0


class LibraryPanel(QWidget):
    """Search, filters and the list. Main thread.

    Args:
        model: The rows; the caller fills it.
        keys: The table of keys.
        parent: Qt's owner.

    Attributes:
        header: The columns, by which the clips are sorted.
    """

    clip_activated = Signal(str)  # id: it is to be shown in the middle
    star_toggled = Signal(str)  # id
    renamed = Signal(str, str)  # id, title
    tags_edited = Signal(str, tuple)  # id, the new tags
    trash_requested = Signal(list)  # ids
    restore_requested = Signal(list)  # ids
    empty_requested = Signal()  # the trash is to be emptied, for good
    query_changed = Signal(object)  # Query
    play_requested = Signal(str)  # id: it is to be shown and played from its start
    preview_requested = Signal(str)  # id: the arrow keys have come to rest on it
    menu_requested = Signal(QPoint)  # where on the screen: what can be done with the selected clips
    files_dropped = Signal(list)  # Paths

    def __init__(self, model: LibraryModel, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._bindings = Bindings(self, keys)
        self._shown = ""  # id of the clip in the middle
        FileDrops(self, is_sound, self._take_files)
        self.setAccessibleName(self.tr("Library"))
        self._build_search()
        self._build_filters()
        self.header = ColumnHeader()
        self.header.order_chosen.connect(self._sort)
        self._build_list()
        self._tags = TagsLine()
        self._tags.edited.connect(self.tags_edited)
        self._build_restore()
        self._lay_out()
        self._bind()
        self._show_place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the search have a line of its own where it would be too short to be written in."""
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW_PX
        across = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        if across is not self._find.direction():
            self._find.setDirection(across)

    def query(self) -> Query:
        """Return what is searched for and filtered by."""
        min_s, max_s = self._length.currentData()
        wanted = Filter(
            is_starred=self._starred.isChecked(),
            tag=self._tag.currentData(),
            checkpoint=self._checkpoint.currentData(),
            min_s=min_s,
            max_s=max_s,
            is_trashed=self._trash.isChecked(),
        )
        return Query(self._search.text().strip(), wanted, self.header.order, self.header.is_reversed)

    def set_facets(self, checkpoints: Sequence[str], tags: Sequence[str]) -> None:
        """Say which checkpoints and tags there are to filter by."""
        _fill(self._checkpoint, self.tr("Any checkpoint"), checkpoints)
        _fill(self._tag, self.tr("Any tag"), tags)

    def set_keys(self, keys: KeyMap) -> None:
        """Use other keys from now on."""
        self._bindings.set_keys(keys)

    def show_clip(self, clip_id: str) -> None:
        """Make a clip the current row and scroll to it, as far as it is shown; not while a title is being typed."""
        self._shown = clip_id
        if not self._list.is_written_in:  # else half a title is taken, and the rest of it are keys
            self._go_to(clip_id)

    def _go_to(self, clip_id: str) -> None:
        index = self._model.index_of(clip_id)
        if index.isValid():
            # Not the list's own `setCurrentIndex`, which adds to what is selected while Ctrl is held.
            chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self._list.selectionModel().setCurrentIndex(index, chosen)
            self._list.scrollTo(index)

    def hold_shown(self) -> None:
        """Make the clip in the middle the current row again, if its row is back and no other is chosen meanwhile."""
        if not self.selected_ids():
            self.show_clip(self._shown)

    def selected_ids(self) -> list[str]:
        """Return the ids of the selected clips, in the order of rows."""
        rows = sorted(self._list.selectionModel().selectedIndexes(), key=QModelIndex.row)
        return [clip.id for index in rows if (clip := self._model.clip(index)) is not None]

    def current_clip(self) -> Clip | None:
        """Return the clip of the current row."""
        return self._model.clip(self._list.currentIndex())

    def is_in_trash(self) -> bool:
        """Tell whether the trash is shown."""
        return self._trash.isChecked()

    def trash_menu(self) -> QMenu:
        """Make the menu of a clip in the trash."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("undo"), self.tr("Restore"), self._restore.click)
        return menu

    def _take_files(self, files: Sequence[Path]) -> None:
        self.files_dropped.emit(list(files))

    def _build_search(self) -> None:
        self._search = QLineEdit(placeholderText=self.tr("Search"), clearButtonEnabled=True)
        lead_with(self._search, "search")
        self._search.setAccessibleName(self.tr("Search the library"))
        self._search.setMinimumWidth(_SEARCH_PX)
        self._search.textChanged.connect(self._ask)
        self._starred = _toggle("star", self.tr("Starred clips only"))
        self._starred.toggled.connect(self._ask)
        self._more = _toggle("chevron-down", self.tr("More filters: checkpoint, tag, length"))
        self._trash = _toggle("trash", self.tr("Show the trash"))
        self._trash.toggled.connect(self._show_place)
        self._trash.toggled.connect(self._ask)

    def _build_filters(self) -> None:
        self._checkpoint = self._filter(self.tr("Checkpoint"))
        self._tag = self._filter(self.tr("Tag"))
        self.set_facets((), ())
        self._length = self._filter(self.tr("Length"))
        self._length.addItem(self.tr("Any length"), (None, None))
        self._length.addItem(self.tr("Under 10 s"), (None, _SHORT_S))
        self._length.addItem(self.tr("10 to 30 s"), (_SHORT_S, _LONG_S))
        self._length.addItem(self.tr("30 s and more"), (_LONG_S, None))
        for box in (self._checkpoint, self._tag, self._length):
            box.currentIndexChanged.connect(self._ask)

    def _filter(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(self.tr("Filter: {0}").format(name))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(6)
        return box

    def _build_list(self) -> None:
        self._list = ClipList()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._preview_row)
        self._list.moved_by_key.connect(self._rest.start)
        self._list.setModel(self._model)
        self._list.setAccessibleName(self.tr("Clips"))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self._list.setDefaultDropAction(Qt.DropAction.CopyAction)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.clicked.connect(self._click)
        self._list.activated.connect(self._play_row)
        self._row = LibraryRow(self._list)
        self._row.star_clicked.connect(self.star_toggled)
        self._list.setItemDelegate(self._row)
        self._list.widened.connect(self.header.set_row_px)
        self._model.rename_requested.connect(self.renamed)
        for signal in (self._model.rowsInserted, self._model.rowsRemoved, self._model.modelReset):
            signal.connect(self._show_count)

    def _build_restore(self) -> None:
        self._restore = QPushButton(icon("undo"), self.tr("Restore"))
        self._restore.setAccessibleName(self.tr("Restore from the trash"))
        self._restore.setToolTip(self.tr("Put the selected clips back into the library"))
        self._restore.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._restore.clicked.connect(lambda: self._ask_for(self.restore_requested))
        self._empty_trash = QPushButton(icon("trash"), self.tr("Empty the trash…"))
        self._empty_trash.setAccessibleName(self.tr("Empty the trash"))
        self._empty_trash.setToolTip(self.tr("Delete what is in the trash for good, with its files"))
        self._empty_trash.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._empty_trash.clicked.connect(self.empty_requested)

    def _lay_out(self) -> None:
        self._heading = plain_label(look=Look.SECTION)
        self._heading.setFixedHeight(HEAD_PX)
        self._count = plain_label(look=Look.MUTED)
        head = _row(self._heading, self._count)
        head.insertStretch(1)
        filters = QWidget()
        stack = QVBoxLayout(filters)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(GRID)
        for box in (self._checkpoint, self._tag, self._length):
            stack.addWidget(box)
        filters.hide()
        self._more.toggled.connect(filters.setVisible)
        clips = QWidget()
        rows = QVBoxLayout(clips)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        names = QHBoxLayout()
        names.setContentsMargins(1, 0, 1, 0)  # of the ring around the list, so that they stand above its columns
        names.addWidget(self.header)
        rows.addLayout(names)
        rows.addWidget(self._list, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(clips)
        self._pages.addWidget(self._make_empty())
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 3 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(head)
        self._find = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._find.setSpacing(GRID)
        self._find.addWidget(self._search, 1)
        self._find.addLayout(_row(self._starred, self._more, self._trash))
        column.addLayout(self._find)
        column.addWidget(filters)
        column.addWidget(self._pages, 1)
        column.addWidget(self._tags)
        column.addWidget(self._restore)
        column.addWidget(self._empty_trash)

    def _make_empty(self) -> QWidget:
        page = QWidget()
        self._empty = plain_label(look=Look.MUTED, wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._clear = QPushButton(self.tr("Show all"))
        self._clear.setToolTip(self.tr("Clear the search and all filters"))
        self._clear.setAccessibleName(self.tr("Clear the search and all filters"))
        self._clear.clicked.connect(self._clear_query)
        column = QVBoxLayout(page)
        column.setSpacing(3 * GRID)
        column.addStretch(1)
        column.addWidget(self._empty)
        column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _bind(self) -> None:
        self._bindings.add("search", self._go_search)
        self._bindings.tip(self._search, "search", self.tr("Search titles, prompts, tags, tempo and key"))
        self._bindings.add("trash", self._throw_away, lambda: bool(self._meant()) and not self.is_in_trash())
        self._bindings.add("play-clip", self._play_row, lambda: self._playable() is not None)

    def rename(self, clip_id: str) -> None:
        """Let a clip's title be typed anew in its row; if the search hides it, the search is cleared."""
        self._bring(clip_id)
        self.rename_row()

    def _bring(self, clip_id: str) -> None:
        """Make a clip the current row, whatever is searched for."""
        if not self._model.index_of(clip_id).isValid():
            self._clear_query()
        self._shown = clip_id
        self._go_to(clip_id)

    def _ask_for(self, signal: SignalInstance) -> None:
        """Emit the selected ids, if there are any."""
        if chosen := self.selected_ids():
            signal.emit(chosen)

    def _meant(self) -> list[str]:
        """Return the ids of the selected clips; if none is, as the search hides it, of the clip that is shown."""
        return self.selected_ids() or [self._shown] * bool(self._shown)

    def _throw_away(self) -> None:
        if not self.is_in_trash() and (meant := self._meant()):
            self.trash_requested.emit(meant)

    def _playable(self) -> str | None:
        """Return the id of the current clip if it can be shown."""
        clip = self.current_clip()
        return None if clip is None or clip.trashed is not None else clip.id

    @Slot()
    def _preview_row(self) -> None:
        if len(self.selected_ids()) == 1 and (clip_id := self._playable()) is not None:
            self.preview_requested.emit(clip_id)

    @Slot()
    def _play_row(self) -> None:
        self._rest.stop()  # else it would be shown once more in a moment, and stop or begin anew
        if (clip_id := self._playable()) is not None:
            self.play_requested.emit(clip_id)

    @Slot()
    def _ask(self) -> None:
        self.query_changed.emit(self.query())
        self._show_count()

    def restore_order(self, order: Sorting, *, is_reversed: bool) -> None:
        """Be sorted as it was at the last start, before anything is shown; `query` then tells so."""
        self.header.restore(order, is_reversed=is_reversed)
        self._row.set_order(order)

    @Slot(object)
    def _sort(self, order: Sorting) -> None:
        self._row.set_order(order)
        self._list.viewport().update()
        self._ask()
        self._list.scrollTo(self._list.currentIndex())

    @Slot()
    def _clear_query(self) -> None:
        for widget in (self._search, self._starred, self._checkpoint, self._tag, self._length):
            with QSignalBlocker(widget):
                _clear(widget)
        self._ask()

    @Slot()
    def _show_place(self) -> None:
        in_trash = self._trash.isChecked()
        self._heading.setText(self.tr("TRASH") if in_trash else self.tr("LIBRARY"))
        self._restore.setVisible(in_trash)
        self._empty_trash.setVisible(in_trash)
        self._trash.setToolTip(self.tr("Back to the library") if in_trash else self.tr("Show the trash"))
        self._show_count()

    @Slot()
    def _show_count(self) -> None:
        count = self._model.rowCount()
        words = self.tr("1 clip") if count == 1 else self.tr("{0} clips").format(count)
        self._count.setText(f"{words} · {self._size()}" if count else words)
        self._count.setToolTip(self.tr("How much room the sound of these clips takes"))
        self._pages.setCurrentIndex(0 if count else 1)
        self._restore.setEnabled(count > 0)
        self._empty_trash.setEnabled(count > 0)
        self._clear.setVisible(self.query().is_narrowed)
        self._empty.setText(self._empty_words())

    def _size(self) -> str:
        return QLocale().formattedDataSize(self._model.sound_bytes(), 0, QLocale.DataSizeFormat.DataSizeSIFormat)

    def _empty_words(self) -> str:
        query = self.query()
        if query.is_narrowed:
            return self.tr("Nothing here fits the search and the filters.")
        if query.filter.is_trashed:
            return self.tr("The trash is empty.\nClips you delete wait here and can be restored.")
        return self.tr(
            "No clips yet.\nEverything you make is kept here.\n\nDrop sound files here to go on from them, "
            "and drag clips from here into your DAW."
        )

    @Slot()
    def _go_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    @Slot()
    def rename_row(self) -> None:
        """Let the title of the current row be typed anew."""
        index = self._list.currentIndex()
        if self._model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self._list.edit(index)

    @Slot()
    def toggle_star(self) -> None:
        """Give the selected clips a star, or take it away."""
        for clip_id in self.selected_ids():
            self.star_toggled.emit(clip_id)

    def edit_tags(self, clip_id: str) -> None:
        """Let a clip's tags be typed anew, with those of all that are selected with it.

        If the search hides it, the search is cleared.
        """
        if clip_id not in self.selected_ids():
            self._bring(clip_id)
        indexes = [self._model.index_of(each) for each in self.selected_ids()]
        if clips := [clip for index in indexes if (clip := self._model.clip(index)) is not None]:
            self._tags.edit(clips)

    @Slot(QModelIndex)
    def _click(self, index: QModelIndex) -> None:
        if len(self.selected_ids()) == 1:  # with more, clips are being gathered, not chosen
            self._activate(index)

    @Slot(QModelIndex)
    def _activate(self, index: QModelIndex) -> None:
        self._rest.stop()
        clip = self._model.clip(index)
        if clip is not None and clip.trashed is None:
            self.clip_activated.emit(clip.id)

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        if not self._list.indexAt(point).isValid():
            return
        place = self._list.viewport().mapToGlobal(point)
        if self.is_in_trash():
            self.trash_menu().popup(place)
        else:
            self.menu_requested.emit(place)


def _toggle(name: str, tip: str) -> QToolButton:
    button = picture_button(name, tip)
    button.setCheckable(True)
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _fill(box: QComboBox, first: str, names: Sequence[str]) -> None:
    """Offer names below the choice that filters nothing; keep what is chosen."""
    chosen = box.currentData()
    with QSignalBlocker(box):
        box.clear()
        box.addItem(first, None)
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))


def _clear(widget: QWidget) -> None:
    if isinstance(widget, QLineEdit):
        widget.clear()
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(0)
    elif isinstance(widget, QToolButton):
        widget.setChecked(False)
