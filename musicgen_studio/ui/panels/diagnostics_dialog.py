"""Facts for finding a fault, live while they are seen, and ready to be copied into a report. It only shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QWidget

from musicgen_studio.ui.look.theme import GRID, Look
from musicgen_studio.ui.panels.facts_dialog import FactsDialog, add_fact, facts_grid
from musicgen_studio.ui.panels.labels import plain_label

REFRESH_MS = 500
_NAME_PX = 160


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together.

    Args:
        title: What they are about.
        lines: Name and value of each. The names and their number may change from time to time.
    """

    title: str
    lines: Sequence[tuple[str, str]]


class DiagnosticsDialog(FactsDialog):
    """Asks for the facts twice a second while it is open. Open it with `show()`: it is looked at beside the work.

    Args:
        ask: Returns the facts; called in the main thread.
        parent: The window.
    """

    def __init__(self, ask: Callable[[], Sequence[FactGroup]], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Diagnostics"), self.tr("Facts"), parent)
        self._ask = ask
        self.column.setSpacing(GRID)
        self._sections: list[FactGroup] = []
        self._values: list[QLabel] = []
        self.add_copy(self.tr("Copy"), self.tr("Copy all of it, for a report about a fault"), self.text)
        self.resize(560, 680)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def text(self) -> str:
        """Return the facts as they are shown, one a line."""
        lines = []
        for section in self._sections:
            lines += [section.title, *(f"  {name}: {value}" for name, value in section.lines)]
        return "\n".join(lines)

    @Slot()
    def refresh(self) -> None:
        """Show the facts as they are now. What is selected stays selected as long as it does not change."""
        sections = list(self._ask())
        if _names(sections) != _names(self._sections):
            self._build(sections)
        self._sections = sections
        values = [value for section in sections for _, value in section.lines]
        for label, value in zip(self._values, values, strict=True):
            if label.text() != value:
                label.setText(value)

    def _build(self, sections: Sequence[FactGroup]) -> None:
        while (item := self.column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._values = []
        for section in sections:
            self.column.addWidget(plain_label(section.title.upper(), Look.SECTION))
            self.column.addWidget(self._table(section))
        self.column.addStretch()

    def _table(self, section: FactGroup) -> QWidget:
        table = QWidget()
        grid = facts_grid()
        grid.setContentsMargins(0, 0, 0, 2 * GRID)
        table.setLayout(grid)
        self._values += (add_fact(grid, name, value, _NAME_PX) for name, value in section.lines)
        return table


def _names(sections: Sequence[FactGroup]) -> list[tuple[str, list[str]]]:
    return [(section.title, [name for name, _ in section.lines]) for section in sections]
