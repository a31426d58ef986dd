"""The library's clips as rows for a list view: families kept together, children indented under their parent.

The model shows what it is given and asks for what the musician changes; the library itself changes, and the new clips
come back through `set_clips`. Not for searching (`library`) or for drawing (`ui.panels.library_panel`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from musicgen_studio.core.analysis import bpm_text
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.search import Filter, Sorting
from musicgen_studio.ui.models.families import Row, in_families
from musicgen_studio.ui.panels.clip_words import clock

Peaks = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Lowest and highest sample of each column of a mini waveform, float32 `[columns]` both."""

Index = QModelIndex | QPersistentModelIndex
MARK = " · "
"""Parts a title from the take, or what was done: `Happy rock · take 2`."""


class ClipRole(IntEnum):
    """What a row holds beside its title."""

    CLIP = Qt.ItemDataRole.UserRole + 1
    DEPTH = Qt.ItemDataRole.UserRole + 2
    PEAKS = Qt.ItemDataRole.UserRole + 3


@dataclass(frozen=True, slots=True)
class Query:
    """What the library is to show.

    Args:
        text: Words to find in titles, prompts and tags; empty for all.
        filter: What else a clip must be.
        order: By what they are sorted.
        is_reversed: Whether the other way round.
    """

    text: str = ""
    filter: Filter = field(default_factory=Filter)
    order: Sorting = Sorting.NEWEST
    is_reversed: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the place, library or trash, narrows it."""
        return bool(self.text) or self.filter != Filter(is_trashed=self.filter.is_trashed)


class LibraryModel(QAbstractListModel):
    """Clips in rows. Main thread.

    Args:
        peaks_of: Gives a clip's mini waveform, or None if it is not there yet; quick, for it is called while drawing.
            When it is there later, call `refresh`.
        drag_file: Gives the permanent file a clip is dragged out as, or None while there is none; called when a drag
            begins.
        verdict_of: Gives what was measured of a clip, by its id; quick, for it is called while drawing.
        parent: Qt's owner.
    """

    rename_requested = Signal(str, str)  # id of the clip, its new title

    def __init__(
        self,
        peaks_of: Callable[[Clip], Peaks | None],
        drag_file: Callable[[Clip], Path | None],
        verdict_of: Callable[[str], Verdict] = lambda _: UNKNOWN,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._peaks_of = peaks_of
        self._drag_file = drag_file
        self._verdict_of = verdict_of
        self._rows: list[Row] = []
        self._row_of: dict[str, int] = {}
        self._sound_bytes = 0

    def set_clips(self, clips: Sequence[Clip], keeps_families: bool = True) -> None:
        """Show these clips, in this order; a family, if they are kept, stands where its first member stands.

        Rows that stay are kept wherever they go, with selection, scroll position and an open editor.
        """
        self._sound_bytes = sum(clip.sound_bytes for clip in clips)
        new = in_families(clips) if keeps_families else [Row(clip, 0) for clip in clips]
        start = _same_start(self._rows, new)
        end = _same_start(self._rows[start:][::-1], new[start:][::-1])
        self._turn_into(start, len(self._rows) - end, new[start : len(new) - end])
        self._row_of = {row.clip.id: number for number, row in enumerate(self._rows)}
        self._replace(new)

    def refresh(self, clip_id: str) -> None:
        """Draw a clip's row again: its mini waveform or its file is there now."""
        row = self._row_of.get(clip_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def sound_bytes(self) -> int:
        """Return how much room the sound of all rows takes on the disk: 32 bits a sample, as the masters have."""
        return self._sound_bytes

    def clip(self, index: Index) -> Clip | None:
        """Return the clip of a row, None for an invalid index."""
        return self._rows[index.row()].clip if index.isValid() else None

    def index_of(self, clip_id: str) -> QModelIndex:
        """Return the row of a clip, invalid if it is not shown."""
        row = self._row_of.get(clip_id)
        return QModelIndex() if row is None else self.index(row)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many clips are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a row holds for a role."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.clip.title
        if role == ClipRole.CLIP:
            return row.clip
        if role == ClipRole.DEPTH:
            return row.depth
        if role == ClipRole.PEAKS:
            return self._peaks_of(row.clip)
        return self._words(row, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another title. It is shown once the library has it."""
        clip = self.clip(index)
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or clip is None or not title:
            return False
        if title != clip.title:
            self.rename_requested.emit(clip.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell that rows can be renamed, and dragged where the sound is there; in the trash neither."""
        flags = super().flags(index)
        clip = self.clip(index)
        if clip is None or clip.trashed is not None:
            return flags
        if not clip.is_missing:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsEditable

    def mimeTypes(self) -> list[str]:
        """Name what a dragged row is for others: files."""
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the files of rows, in the order of rows; None, so that no drag begins, if there are none."""
        clips = [self._rows[row].clip for row in sorted({index.row() for index in indexes if index.isValid()})]
        files = [file for clip in clips if (file := self._drag_file(clip)) is not None]
        if not files:
            return None  # type: ignore[return-value] # Qt allows it
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        return mime

    def supportedDragActions(self) -> Qt.DropAction:
        """Only copying: a program that moved the file would take it from the library."""
        return Qt.DropAction.CopyAction

    def _words(self, row: Row, role: int) -> str | None:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row.clip)
        return None

    def _spoken(self, row: Row) -> str:
        clip = row.clip
        parts = [clip.title, self.tr("{0:.0f} seconds").format(clip.duration_s), clip.music_text, clip.checkpoint]
        parts += self.remarks(clip)
        if clip.is_starred:
            parts.append(self.tr("starred"))
        if row.depth:
            parts.append(self.tr("made from the clip above"))
        return ", ".join(part for part in parts if part)

    def _tooltip(self, clip: Clip) -> str:
        lines = [clip.title, clip.prompt if clip.prompt != clip.title else "", clip.music_text]
        lines += [self.tr("Tags: {0}").format(", ".join(clip.tags)) if clip.tags else "", clip.licence]
        text = "<br>".join(escape(line) for line in lines if line)
        return f"<qt>{text}</qt>"  # a tooltip guesses: what a user wrote must never be read as markup

    def remarks(self, clip: Clip) -> list[str]:
        """Say in words what is unusual about a clip, an empty list for most."""
        said = [
            (clip.is_missing, self.tr("file missing")),
            (not clip.is_complete, self.tr("incomplete")),
            (clip.origin is Origin.RECOVERED, self.tr("recovered")),
        ]
        return [text for is_so, text in said if is_so]

    def value(self, clip: Clip, order: Sorting) -> str:
        """Say what stands in a column of a clip, empty where nothing is known."""
        verdict, known = self._verdict_of(clip.id), clip.known
        match order:
            case Sorting.TEMPO:
                return "" if clip.bpm is None else bpm_text(clip.bpm) + ("" if clip.tempo_bpm is not None else "?")
            case Sorting.KEY:
                return clip.key or (known.key_text if known is not None else "")
            case Sorting.LONGEST:
                return clock(clip.duration_s, tenths=False)
            case Sorting.NEWEST:
                return _moment(clip.created)
            case Sorting.LARGEST:
                return QLocale().formattedDataSize(clip.sound_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
            case Sorting.BEST:
                return "" if verdict.place is None else self.tr("{0} of {1}").format(verdict.place, verdict.takes)
            case Sorting.FAULTS:
                return "" if verdict.faults is None else str(verdict.faults or self.tr("no"))
            case _:
                return ""

    def facts(self, clip: Clip, besides: Collection[Sorting] = ()) -> list[str]:
        """Say what tells a clip from others of its name, the most telling first: take, kind, length, time, seed.

        Args:
            clip: Which.
            besides: What stands in columns of its own.
        """
        kinds = {
            Origin.IMPORTED: self.tr("imported"),
            Origin.RECORDED: self.tr("recorded"),
            Origin.EDITED: "" if MARK in clip.title else self.tr("edited"),
        }
        said = [
            clip.stem,  # at the end of its title, which a narrow row cuts off
            *clip.title.split(MARK)[1:],
            kinds.get(clip.origin, ""),
            "" if Sorting.LONGEST in besides else clock(clip.duration_s, tenths=False),
            "" if Sorting.NEWEST in besides else _moment(clip.created),
            self.tr("seed {0}").format(clip.seed) if clip.seed is not None else "",
            *(f"#{tag}" for tag in clip.tags),
            "" if {Sorting.TEMPO, Sorting.KEY} <= set(besides) else clip.music_text,
            clip.checkpoint,
        ]
        return [text for text in said if text]

    def _turn_into(self, start: int, end: int, wanted: list[Row]) -> None:
        """Make rows others: what is in both is moved, so that the views know it again; the rest goes or comes.

        What goes stands together before it does, and so does what has come: each is told at once, however many.
        """
        old, new = [row.clip.id for row in self._rows[start:end]], [row.clip.id for row in wanted]
        there, needed = set(old), set(new)
        stays = [clip_id for clip_id in new if clip_id in there]
        anew = {row.clip.id: row for row in wanted}
        self._arrange(start, stays + [clip_id for clip_id in old if clip_id not in needed], anew)
        self._remove(start + len(stays), end)
        coming = [row for row in wanted if row.clip.id not in there]
        if coming:
            self._insert(start + len(stays), coming)
            self._arrange(start, new, anew)

    def _arrange(self, start: int, ids: list[str], anew: dict[str, Row]) -> None:
        """Move the rows from `start` on into an order, with their new values: the views look at all of them then."""
        rows = {row.clip.id: anew.get(row.clip.id, row) for row in self._rows[start : start + len(ids)]}
        if list(rows) == ids:
            return
        self.layoutAboutToBeChanged.emit()
        places = {clip_id: start + number for number, clip_id in enumerate(ids)}
        before = self.persistentIndexList()
        now = [self._rows[index.row()].clip.id for index in before]
        self._rows[start : start + len(ids)] = [rows[clip_id] for clip_id in ids]
        after = [self.index(places.get(clip_id, old.row())) for clip_id, old in zip(now, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _remove(self, start: int, end: int) -> None:
        if end > start:
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self._rows[start:end]
            self.endRemoveRows()

    def _insert(self, start: int, rows: list[Row]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), start, start + len(rows) - 1)
            self._rows[start:start] = rows
            self.endInsertRows()

    def _replace(self, new: list[Row]) -> None:
        """Put the new values into rows that stayed, telling only of those that changed."""
        for number, (old, row) in enumerate(zip(self._rows, new, strict=True)):
            if old is not row and old != row:
                self._rows[number] = row
                self.dataChanged.emit(self.index(number), self.index(number))


def _same_start(old: Sequence[Row], new: Sequence[Row]) -> int:
    """Count the rows at the beginning that show the same clips."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before.clip.id != after.clip.id:
            break
        count += 1
    return count


def _moment(created: str) -> str:
    """Say when: the time of today, the day of this year, or the month."""
    when = QDateTime.fromString(created, Qt.DateFormat.ISODate).toLocalTime()
    now = QDateTime.currentDateTime()
    if not when.isValid():
        return ""
    if when.date() == now.date():
        return QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(when.date(), "d MMM" if when.date().year() == now.date().year() else "MMM yyyy")
