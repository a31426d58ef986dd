"""What dialogs that show facts have in common: names and values on a page that scrolls, to be read and copied."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.tall_area import fade_ends


class FactsDialog(QDialog):
    """A page of facts with buttons to copy them and to close.

    Args:
        title: Of the dialog.
        page_name: Of the page, for screen readers.
        parent: The window.
    """

    def __init__(self, title: str, page_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        page = QWidget()
        self.column = QVBoxLayout(page)
        """Of the page."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(page_name)
        area.setWidget(page)
        fade_ends(area)
        self._buttons = QDialogButtonBox()
        close = self._buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        self._buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        outer.addWidget(area)
        outer.addWidget(self._buttons)

    def add_copy(self, title: str, tip: str, text: Callable[[], str]) -> None:
        """Add a button that copies.

        Args:
            title: What it says.
            tip: Its tool tip.
            text: Returns what is copied.
        """
        copy = self._buttons.addButton(title, QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip(tip)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text()))


def facts_grid() -> QGridLayout:
    """Return a layout for names and values."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(4 * GRID)
    grid.setVerticalSpacing(GRID)
    grid.setColumnStretch(1, 1)
    return grid


def add_fact(grid: QGridLayout, name: str, value: str, name_px: int) -> QLabel:
    """Add a line; the value can be selected. Return its label.

    Args:
        grid: From `facts_grid`.
        name: What it is.
        value: What it is now.
        name_px: Width of the names.
    """
    label = plain_label(name, wraps=True)
    label.setFixedWidth(name_px)
    shown = plain_label(value, wraps=True)
    shown.setAccessibleName(name)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = grid.rowCount()
    grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
    return shown
