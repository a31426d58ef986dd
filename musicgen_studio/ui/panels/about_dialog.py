"""What this program is, in which versions, and under which licences its parts and the music made with it stand.

The libraries' licences are read from their installed packages; those of the music from where checkpoints keep them.
"""

import platform
from collections.abc import Sequence
from importlib.metadata import version

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QGridLayout, QWidget

from musicgen_studio.checkpoints.catalogue import STARTER_LICENCE
from musicgen_studio.checkpoints.facts import META_LICENCE
from musicgen_studio.studio.making.record import program_version
from musicgen_studio.studio.program.licences import LibraryLicence, libraries, program_licence
from musicgen_studio.ui.look.theme import GRID, Look
from musicgen_studio.ui.panels.facts_dialog import FactsDialog, add_fact, facts_grid
from musicgen_studio.ui.panels.labels import plain_label

_NAME_PX = 220
_PARTS = ("PySide6", "torch", "transformers", "numpy", "soundfile", "sounddevice", "soxr")


class AboutDialog(FactsDialog):
    """Versions and licences. Open it with `open()`.

    Args:
        parent: The window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("About MusicGen Studio"), self.tr("Licences and versions"), parent)
        program, *parts = versions()
        column = self.column
        column.setSpacing(2 * GRID)
        column.addWidget(plain_label(" ".join(program), Look.TITLE))
        column.addWidget(plain_label(self.tr("Compose with MusicGen: hear music while it is being made."), wraps=True))
        column.addSpacing(2 * GRID)
        for title, lines in (
            (self.tr("LICENCES OF PROGRAM AND MUSIC"), self._licences()),
            (self.tr("LIBRARIES AND THEIR LICENCES"), [self._line(each) for each in libraries()]),
            (self.tr("VERSIONS"), parts),
        ):
            column.addWidget(plain_label(title, Look.SECTION))
            column.addLayout(_table(lines))
            column.addSpacing(2 * GRID)
        column.addStretch()
        text = "\n".join(f"{name} {number}" for name, number in (program, *parts))
        self.add_copy(self.tr("Copy versions"), self.tr("For a report about a fault"), lambda: text)
        self.resize(560, 560)

    def _licences(self) -> list[tuple[str, str]]:
        return [
            (self.tr("This program, its icons and texts"), program_licence()),
            (self.tr("Starter checkpoint"), STARTER_LICENCE),
            (self.tr("Meta's MusicGen checkpoints"), self.tr("{0}: not for commercial use").format(META_LICENCE)),
            (self.tr("FluidR3 GM sounds, behind the starter's training music"), "MIT"),
            (self.tr("all-MiniLM-L6-v2, the starter's text encoder"), "Apache-2.0"),
            (self.tr("PortAudio, the way to sound devices"), "MIT"),
        ]

    def _line(self, library: LibraryLicence) -> tuple[str, str]:
        if library.inside:
            return self.tr("{0}, inside {1}").format(library.name, library.inside), library.licence
        name = f"{library.name} (Qt)" if library.name == "PySide6" else library.name
        return f"{name} {library.version}", library.licence


def versions() -> list[tuple[str, str]]:
    """Return name and version of the program, then of what it runs on."""
    return [
        ("MusicGen Studio", program_version()),
        ("Python", platform.python_version()),
        ("Qt", qVersion()),
        *((part, version(part)) for part in _PARTS),
    ]


def _table(lines: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = facts_grid()
    for name, value in lines:
        add_fact(grid, name, value, _NAME_PX)
    return grid
