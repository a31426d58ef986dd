"""Windows without a display, in the program's look where a test asks for it."""

import os
from collections.abc import Iterator

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt makes its first application

import pytest
from PySide6.QtWidgets import QApplication

from musicgen_studio.ui.look.theme import Theme, apply_theme


def pytest_configure(config: pytest.Config) -> None:
    """Let the offscreen platform complain of what it cannot do: the last two come with every popup."""
    for complaint in ("propagateSizeHints", "does not support raise", "does not support grabbing the keyboard"):
        config.addinivalue_line("qt_log_ignore", complaint)


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the dark theme; afterwards it looks as before."""
    before = qapp.style().objectName(), qapp.palette(), qapp.font(), qapp.styleSheet()
    apply_theme(qapp, Theme.DARK)
    yield qapp
    qapp.setStyleSheet(before[3])
    qapp.setStyle(before[0])
    qapp.setPalette(before[1])
    qapp.setFont(before[2])
