"""What this program is, in which versions, and under which licences its parts and the music made with it stand."""

import platform
from collections.abc import Sequence
from importlib.metadata import version

from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from musicgen_studio.studio.recipe import program_version
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.theme import GRID, Look

_PARTS = ("PySide6", "torch", "transformers", "numpy", "soundfile", "sounddevice", "soxr")


class AboutDialog(QDialog):
    """Versions and licences. Open it with `open()`.

    Args:
        parent: The window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About MusicGen Studio"))
        program, *parts = versions()
        self._text = "\n".join(f"{name} {number}" for name, number in (program, *parts))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(2 * GRID)
        column.addWidget(plain_label(" ".join(program), Look.TITLE))
        column.addWidget(plain_label(self.tr("Compose with MusicGen: hear music while it is being made."), wraps=True))
        column.addSpacing(2 * GRID)
        column.addWidget(plain_label(self.tr("LICENCES"), Look.SECTION))
        column.addLayout(_table(self._licences()))
        column.addSpacing(2 * GRID)
        column.addWidget(plain_label(self.tr("VERSIONS"), Look.SECTION))
        column.addLayout(_table(parts))
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        outer.addWidget(_scrolled(page, self.tr("Licences and versions")))
        outer.addWidget(self._buttons())
        self.resize(560, 560)

    def _licences(self) -> list[tuple[str, str]]:
        return [
            (self.tr("This program's code"), "MIT"),
            (self.tr("Starter checkpoint"), self.tr("free to use for anything")),
            (self.tr("Meta's MusicGen checkpoints"), self.tr("CC-BY-NC 4.0: not for commercial use")),
            (self.tr("FluidR3 GM sounds, behind the starter's training music"), "MIT"),
            (self.tr("all-MiniLM-L6-v2, the starter's text encoder"), "Apache-2.0"),
            ("Qt, PySide6", "LGPL-3.0"),
            ("PyTorch, NumPy, soxr (Python)", self.tr("BSD and similar, LGPL-2.1 (libsoxr)")),
            ("transformers, tokenizers, safetensors", "Apache-2.0"),
            ("libsndfile", "LGPL-2.1"),
            ("PortAudio, sounddevice", "MIT"),
        ]

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        copy = box.addButton(self.tr("Copy versions"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip(self.tr("For a report about a fault"))
        copy.clicked.connect(self._copy)
        close = box.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        box.rejected.connect(self.reject)
        return box

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def versions() -> list[tuple[str, str]]:
    """Return name and version of the program, then of what it runs on."""
    return [
        ("MusicGen Studio", program_version()),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
        *((part, version(part)) for part in _PARTS),
    ]


def _table(lines: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(4 * GRID)
    grid.setVerticalSpacing(GRID)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(lines):
        label = plain_label(name, wraps=True)
        label.setFixedWidth(220)
        value_label = plain_label(value, wraps=True)
        value_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value_label, row, 1, Qt.AlignmentFlag.AlignTop)
    return grid


def _scrolled(page: QWidget, name: str) -> QScrollArea:
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setAccessibleName(name)
    area.setWidget(page)
    return area
