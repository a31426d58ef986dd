"""The melody at a glance: what it shows, that it opens by a click and leaves by a drag."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musicgen_studio.core.melody import CHROMA_RATE_HZ, Melody
from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.melody_mini import MelodyMini
from tests.ui.widgets.notes import A3, MELODY, peaks

pytestmark = pytest.mark.usefixtures("dark")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def mini(qtbot: QtBot) -> MelodyMini:
    mini = MelodyMini()
    qtbot.addWidget(mini)
    mini.resize(240, mini.sizeHint().height())
    mini.set_melody(MELODY, peaks().query(0, 2000, 48), MELODY.chroma(17, CHROMA_RATE_HZ))
    with qtbot.waitExposed(mini):
        mini.show()
    mini.activateWindow()
    return mini


def columns(mini: MelodyMini, ink: str, rows: range) -> set[int]:
    image = mini.grab().toImage()
    wanted = QColor(ink)
    return {x for x in range(image.width()) for y in rows if image.pixelColor(x, y) == wanted}


def test_it_shows_notes_and_grid_and_says_how_many(mini: MelodyMini) -> None:
    assert columns(mini, theme.current().accent, range(4, 46))
    assert columns(mini, theme.current().muted, range(50, 84))
    assert mini.accessibleDescription() == "3 notes, 2.0 seconds"
    mini.set_melody(Melody((A3,), 0.5), None, MELODY.chroma(4, CHROMA_RATE_HZ))
    assert mini.accessibleDescription() == "1 note, 0.5 seconds"


def test_the_playhead_moves_and_goes(mini: MelodyMini) -> None:
    ink = theme.current().playhead
    mini.set_playhead(0.25)
    early = columns(mini, ink, range(20, 60))
    mini.set_playhead(0.75)
    late = columns(mini, ink, range(20, 60))
    assert max(early) < min(late)
    mini.set_playhead(None)
    assert columns(mini, ink, range(20, 60)) == set()


def test_a_click_and_space_open_it(mini: MelodyMini, qtbot: QtBot) -> None:
    with qtbot.waitSignal(mini.clicked):
        QTest.mouseClick(mini, LEFT)
    mini.setFocus()
    with qtbot.waitSignal(mini.clicked):
        QTest.keyClick(mini, Qt.Key.Key_Space)


def test_a_drag_takes_it_away_and_is_no_click(mini: MelodyMini, qtbot: QtBot) -> None:
    clicks: list[bool] = []
    mini.clicked.connect(clicks.append)
    QTest.mousePress(mini, LEFT, pos=QPoint(40, 40))
    to = QPointF(120, 42)
    moved = QMouseEvent(QEvent.Type.MouseMove, to, mini.mapToGlobal(to), LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(mini.drag_requested):
        QApplication.sendEvent(mini, moved)
    QTest.mouseRelease(mini, LEFT, pos=to.toPoint())
    assert clicks == []
