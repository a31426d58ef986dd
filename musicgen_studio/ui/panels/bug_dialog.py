"""The one dialog for a fault of the program itself. While it is open, further faults are counted, not stacked."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.ui.look.theme import GRID, Look
from musicgen_studio.ui.panels.labels import plain_label


class BugDialog(QDialog):
    """Says that something went wrong that should not have, and lets the report be copied.

    Args:
        parent: The window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("A fault in the program"))
        self._more = 0
        self._further = plain_label(look=Look.MUTED, wraps=True)
        self._report = QPlainTextEdit(readOnly=True)
        self._report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._report.setAccessibleName(self.tr("Report"))
        self._report.setToolTip(self.tr("What a developer needs to find the fault"))
        self._report.setTabChangesFocus(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(plain_label(self.tr("Something went wrong that should not have."), Look.TITLE, wraps=True))
        column.addWidget(plain_label(self._advice(), wraps=True))
        column.addWidget(self._report, 1)
        column.addWidget(self._further)
        column.addWidget(self._buttons())
        self.resize(560, 420)

    def show_report(self, report: str) -> None:
        """Show a fault. While one is shown, only count the next ones: the first is the one to be read.

        Args:
            report: Traceback and versions.
        """
        if self.isVisible():
            self._more += 1
            self._further.setText(self.tr("Further faults since then: {0}. The log has them.").format(self._more))
            return
        self._more = 0
        self._further.clear()
        self._report.setPlainText(report)
        self._copy_button.setText(self.tr("Copy report"))
        self.open()

    def _advice(self) -> str:
        return self.tr(
            "Your clips are safe: each was written when it was finished. You can go on working; "
            "if the program behaves oddly, start it again. Copy the report if you want to tell the developers."
        )

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self._copy_button: QPushButton = box.addButton(self.tr("Copy report"), QDialogButtonBox.ButtonRole.ActionRole)
        self._copy_button.setToolTip(self.tr("Puts the report on the clipboard"))
        self._copy_button.clicked.connect(self._copy)
        close = box.addButton(self.tr("Go on"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setToolTip(self.tr("Close this and go on working"))
        close.setDefault(True)
        box.rejected.connect(self.reject)
        return box

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report.toPlainText())
        self._copy_button.setText(self.tr("Copied"))
