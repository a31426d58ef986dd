"""A strip as full as it is told."""

import pytest
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.widgets.progress_strip import ProgressStrip

pytestmark = pytest.mark.usefixtures("dark")


@pytest.fixture
def strip(qtbot: QtBot) -> ProgressStrip:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    strip.resize(200, strip.sizeHint().height())
    with qtbot.waitExposed(strip):
        strip.show()
    return strip


def _accented(strip: ProgressStrip) -> int:
    picture = strip.grab().toImage()
    row = [picture.pixelColor(x, strip.height() // 2) for x in range(strip.width())]
    return row.count(QColor(theme.DARK.accent))


@pytest.mark.parametrize(("share", "pixels"), [(0.0, 0), (0.25, 50), (0.5, 100), (1.0, 200), (7.0, 200), (-1.0, 0)])
def test_it_is_filled_as_far_as_it_is(strip: ProgressStrip, share: float, pixels: int) -> None:
    strip.set_share(share)
    assert _accented(strip) == pytest.approx(pixels, abs=2)
    assert strip.share() == min(max(share, 0.0), 1.0)


def test_unknown_looks_different_and_can_become_known(strip: ProgressStrip) -> None:
    empty = strip.grab().toImage()
    strip.set_share(None)
    assert strip.share() is None
    assert _accented(strip) == 0
    assert strip.grab().toImage() != empty
    strip.set_share(0.5)
    assert _accented(strip) == pytest.approx(100, abs=2)


def _inks(strip: ProgressStrip) -> list[QColor]:
    picture = strip.grab().toImage()
    return [picture.pixelColor(x, strip.height() // 2) for x in range(4, strip.width() - 4)]


def test_unknown_is_striped_all_along_so_that_it_looks_filled_to_no_part(strip: ProgressStrip) -> None:
    strip.set_share(None)
    inks = _inks(strip)
    for start in range(0, len(inks) - 16, 16):
        assert len({ink.name() for ink in inks[start : start + 16]}) > 1


def test_the_stripes_move_only_while_they_are_seen_and_needed(strip: ProgressStrip, qtbot: QtBot) -> None:
    assert not strip.is_moving()
    strip.set_share(None)
    before = _inks(strip)
    qtbot.waitUntil(lambda: _inks(strip) != before)
    strip.hide()
    assert not strip.is_moving()
    strip.show()
    assert strip.is_moving()
    strip.set_share(0.5)
    assert not strip.is_moving()


class Calm(QProxyStyle):
    """A system that asks for no motion."""

    def styleHint(  # noqa: N802 - Qt's signature
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        """No time for animations."""
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, returned)


def test_nothing_moves_where_the_system_asks_for_none(strip: ProgressStrip, dark: QApplication) -> None:
    sheet = dark.styleSheet()
    dark.setStyleSheet("")  # it wraps the style
    dark.setStyle(Calm("Fusion"))
    strip.set_share(None)
    assert not strip.is_moving()
    dark.setStyle("Fusion")
    dark.setStyleSheet(sheet)


def test_a_screen_reader_hears_it(strip: ProgressStrip) -> None:
    interface = QAccessible.queryAccessibleInterface(strip)
    strip.set_share(0.42)
    assert interface.text(QAccessible.Text.Name) == "Progress"
    assert interface.text(QAccessible.Text.Value) == "42 percent"
    strip.set_share(None)
    assert interface.text(QAccessible.Text.Value) == "working"
