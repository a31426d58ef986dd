"""Lines that break where there is no room, and the height that takes."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.flow_layout import FlowLayout


class Five:
    """Five boxes of 40 by 20 pixels, 4 apart."""

    def __init__(self, qtbot: QtBot) -> None:
        self.widget = QWidget()
        qtbot.addWidget(self.widget)
        self.flow = FlowLayout(self.widget, 4)
        self.boxes = [QFrame() for _ in range(5)]
        for box in self.boxes:
            box.setFixedSize(40, 20)
            self.flow.addWidget(box)

    def show(self, qtbot: QtBot, width: int) -> list[QPoint]:
        """Show it this wide and return where the boxes lie."""
        self.widget.resize(width, 200)
        with qtbot.waitExposed(self.widget):
            self.widget.show()
        return [box.pos() for box in self.boxes]


@pytest.fixture
def five(qtbot: QtBot) -> Five:
    return Five(qtbot)


@pytest.mark.parametrize(
    ("width", "height"), [(1000, 20), (216, 20), (215, 44), (128, 44), (127, 68), (84, 68), (83, 116), (40, 116)]
)
def test_the_height_is_that_of_all_lines(five: Five, width: int, height: int) -> None:
    assert five.flow.hasHeightForWidth()
    assert five.flow.heightForWidth(width) == height


def test_margins_count(five: Five) -> None:
    five.flow.setContentsMargins(8, 1, 8, 2)
    assert five.flow.heightForWidth(216 + 16) == 23
    assert five.flow.heightForWidth(215 + 16) == 47
    assert (five.flow.minimumSize().width(), five.flow.minimumSize().height()) == (56, 23)


def test_boxes_lie_in_lines(five: Five, qtbot: QtBot) -> None:
    places = [(place.x(), place.y()) for place in five.show(qtbot, 128)]
    assert places == [(0, 0), (44, 0), (88, 0), (0, 24), (44, 24)]


def test_what_is_hidden_takes_no_room(five: Five) -> None:
    five.boxes[1].hide()
    assert five.flow.heightForWidth(172) == 20


def test_a_column_gives_it_the_height_it_needs(five: Five, qtbot: QtBot) -> None:
    outside = QWidget()
    qtbot.addWidget(outside)
    column = QVBoxLayout(outside)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(five.widget)
    column.addStretch(1)
    outside.resize(128, 300)
    with qtbot.waitExposed(outside):
        outside.show()
    height = five.widget.height()
    five.widget.setParent(None)  # the one outside must not delete it
    assert height == 44


def test_items_can_be_taken_out(five: Five) -> None:
    item = five.flow.takeAt(0)
    assert item is not None
    assert item.widget() is five.boxes[0]
    assert five.flow.count() == 4
    assert five.flow.itemAt(4) is None
    assert five.flow.takeAt(9) is None
