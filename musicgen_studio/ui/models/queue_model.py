"""The jobs as rows for a list view. What waits can be dragged to another place.

Rows never move by themselves: the model asks (`move_requested`), and the queue's new order comes back through
`set_jobs`. Not for running jobs (`studio.jobs`).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from musicgen_studio.studio.making.queue import JobState, JobView

Index = QModelIndex | QPersistentModelIndex
_MIME = "application/x-musicgen-studio-job"


class JobRole(IntEnum):
    """What a row holds beside its title."""

    JOB = Qt.ItemDataRole.UserRole + 1


class QueueModel(QAbstractListModel):
    """Jobs in rows, in the order they are made. Main thread."""

    move_requested = Signal(int, int)  # id of a waiting job, its new place among the waiting ones, from 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[JobView] = []

    def set_jobs(self, jobs: Sequence[JobView]) -> None:
        """Show these jobs. Where the same ones stay in place, only rows that changed are drawn again."""
        if [job.id for job in jobs] != [job.id for job in self._jobs]:
            self.beginResetModel()
            self._jobs = list(jobs)
            self.endResetModel()
            return
        for row, job in enumerate(jobs):
            if job != self._jobs[row]:
                self._jobs[row] = job
                self.dataChanged.emit(self.index(row), self.index(row))

    def job(self, index: Index) -> JobView | None:
        """Return the job of a row, None for an invalid index."""
        return self._jobs[index.row()] if index.isValid() else None

    def index_of(self, job_id: int) -> QModelIndex:
        """Return the row of a job, invalid if it is not there."""
        rows = [row for row, job in enumerate(self._jobs) if job.id == job_id]
        return self.index(rows[0]) if rows else QModelIndex()

    def place(self, index: Index) -> int | None:
        """Return a row's place among the waiting jobs, from 0; None if it does not wait."""
        job = self.job(index)
        return None if job is None or job.state is not JobState.QUEUED else self._waiting_before(index.row())

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return self._waiting_before(len(self._jobs))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return how many jobs there are."""
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a row holds for a role."""
        job = self.job(index)
        if job is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return job.title
        if role == JobRole.JOB:
            return job
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (job.title, self.in_words(job), problem_text(job)) if part)
        return None

    def in_words(self, job: JobView) -> str:
        """Say how far a job is."""
        making = self.tr("making {0:.1f} of {1:.1f} s").format(job.made_s, job.wanted_s)
        words = {
            JobState.QUEUED: self.tr("waiting, {0:.1f} s").format(job.wanted_s),
            JobState.LOADING: self.tr("loading the checkpoint"),
            JobState.MAKING: making,
            JobState.SAVING: self.tr("saving"),
            JobState.DONE: self.tr("done, {0:.1f} s").format(job.made_s),
            JobState.STOPPED: self.tr("stopped at {0:.1f} s, kept").format(job.made_s),
            JobState.FAILED: self.tr("failed"),
        }
        if job.is_stopping:
            return self.tr("stopping")
        takes = self.tr("{0} takes").format(job.takes) if job.takes > 1 else ""
        return " · ".join(part for part in (words[job.state], takes) if part)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell that waiting jobs can be dragged, to between other rows."""
        if not index.isValid():
            return super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled
        is_waiting = self.place(index) is not None
        return super().flags(index) | (Qt.ItemFlag.ItemIsDragEnabled if is_waiting else Qt.ItemFlag.NoItemFlags)

    def mimeTypes(self) -> list[str]:
        """Name what a dragged row is: nothing for other programs."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the id of the first row that waits."""
        waiting = [job.id for index in indexes if (job := self.job(index)) and job.state is JobState.QUEUED]
        mime = QMimeData()
        mime.setData(_MIME, str(waiting[0] if waiting else "").encode())
        return mime

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002 - Qt's signature
        """Ask for another place. Returns False, so that the view does not take the row away by itself."""
        text = bytes(data.data(_MIME).data()).decode()
        source = self.index_of(int(text)) if text else QModelIndex()
        place = self.place(source)
        if place is None:
            return False
        before = len(self._jobs) if row < 0 else row
        target = self._waiting_before(before) - (1 if source.row() < before else 0)
        if target != place:
            self.move_requested.emit(int(text), target)
        return False

    def _waiting_before(self, row: int) -> int:
        return sum(job.state is JobState.QUEUED for job in self._jobs[:row])


def problem_text(job: JobView) -> str:
    """Say what happened to a failed job, why, and what to do; empty for all others."""
    return "" if job.problem is None else f"{job.problem.what} {job.problem.why} {job.problem.what_to_do}"
