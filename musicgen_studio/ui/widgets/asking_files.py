"""Asking for files and folders in the system's own dialog, opened without blocking. Not for saving."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

StandardLocation = QStandardPaths.StandardLocation


def ask_for_file(
    owner: QWidget, title: str, names: str, chosen: Callable[[Path], object], begin: Path | None = None
) -> None:
    """Ask for a file that is there.

    Args:
        owner: What the dialog belongs to.
        title: What it is for.
        names: Which files are shown, as Qt writes it: `Sound files (*.wav *.flac)`.
        chosen: Told of it; not if the question is closed.
        begin: The folder that is shown; None is where something was chosen last, at first the one for music.
    """
    dialog = _files(owner, title, names, begin)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda file: chosen(Path(file)))
    dialog.open()


def ask_for_files(owner: QWidget, title: str, names: str, chosen: Callable[[Sequence[Path]], object]) -> None:
    """Ask for any number of files that are there; the rest is as in `ask_for_file`."""
    dialog = _files(owner, title, names, None)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda files: chosen([Path(file) for file in files]))
    dialog.open()


def ask_for_folder(owner: QWidget, title: str, chosen: Callable[[Path], object], begin: Path | None = None) -> None:
    """Ask for a folder.

    Args:
        owner: What the dialog belongs to.
        title: What it is for.
        chosen: Told of it; not if the question is closed.
        begin: The folder that is shown; None is where something was chosen last, at first the home folder.
    """
    dialog = _question(owner, title, begin, StandardLocation.HomeLocation)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda folder: chosen(Path(folder)))
    dialog.open()


def _files(owner: QWidget, title: str, names: str, begin: Path | None) -> QFileDialog:
    dialog = _question(owner, title, begin, StandardLocation.MusicLocation)
    dialog.setNameFilter(names)
    return dialog


def _question(owner: QWidget, title: str, begin: Path | None, at_first: StandardLocation) -> QFileDialog:
    dialog = QFileDialog(owner, title, "" if begin is None else str(begin))
    if begin is None and dialog.directory() == QDir.current():  # nothing was chosen yet; a program may start anywhere
        dialog.setDirectory(QStandardPaths.writableLocation(at_first))
    dialog.finished.connect(dialog.deleteLater)
    return dialog
