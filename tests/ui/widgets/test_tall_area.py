"""Pages and dialogs that may be taller than the screen."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.studio.program.settings import Settings
from musicgen_studio.ui.panels.settings_dialog import SettingsDialog
from musicgen_studio.ui.widgets.tall_area import TallArea, fit_on_screen

pytestmark = pytest.mark.usefixtures("qapp")


def page(lines: int) -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    for number in range(lines):
        column.addWidget(QLabel(f"Line {number}"))
    return widget


def test_a_page_is_as_tall_as_it_wants_and_may_be_small(qtbot: QtBot) -> None:
    tall = page(60)
    area = TallArea(tall)
    qtbot.addWidget(area)
    assert area.sizeHint().height() == tall.sizeHint().height()
    assert area.minimumSizeHint().height() < 200
    area.resize(area.minimumSizeHint())
    area.show()
    assert area.verticalScrollBar().maximum() > 0


@pytest.mark.parametrize("is_sized", [False, True])
def test_a_dialog_that_wants_more_than_the_screen_gets_the_screen(qtbot: QtBot, is_sized: bool) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    QVBoxLayout(dialog).addWidget(TallArea(page(500)))
    if is_sized:
        dialog.resize(600, 9000)
    fit_on_screen(dialog)
    assert dialog.height() < dialog.screen().availableGeometry().height()


def test_the_settings_fit_on_a_small_screen(qtbot: QtBot) -> None:
    """At twice the size on 1920 x 1200 the buttons of the settings lay below the screen."""
    dialog = SettingsDialog(Settings(), [], lambda name: name)
    qtbot.addWidget(dialog)
    assert dialog.minimumSizeHint().height() < 400
    assert dialog.sizeHint().boundedTo(QSize(960, 560)).height() == 560


class _Contrary(QWidget):
    """Needs less height where it is narrower."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's signature
        return QSize(100, 400 if self.width() > 195 else 100)


def test_a_page_and_its_bar_do_not_chase_each_other_without_end(qtbot: QtBot) -> None:
    area = TallArea(_Contrary())
    qtbot.addWidget(area)
    area.resize(200, 200)
    area.show()
    for width in (180, 200, 190, 200):
        area.resize(width, 200)
        QApplication.processEvents()
    assert area.viewport().width() > 180
