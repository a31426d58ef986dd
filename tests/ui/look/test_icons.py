"""Icons: one hand for all, sharp at every scale, and in the colours of the theme."""

import re
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from musicgen_studio.paths import resources_dir
from musicgen_studio.ui.look import icons
from musicgen_studio.ui.look.theme import DARK, LIGHT, Theme, apply_theme

pytestmark = pytest.mark.usefixtures("dark")


def _image(icon: QIcon, side: int = 24, ratio: float = 1.0, mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
    return icon.pixmap(QSize(side, side), ratio, mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)


def _strongest(image: QImage) -> str:
    """Colour of the most solid pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda pixel: pixel.alpha()).name()


@pytest.mark.parametrize("name", icons.names())
def test_all_are_drawn_alike(name: str) -> None:
    root = ET.parse(resources_dir() / "icons" / f"{name}.svg").getroot()  # noqa: S314 - our own file
    wanted = {"viewBox": "0 0 24 24", "stroke": "currentColor", "stroke-width": "1.75", "stroke-linecap": "round"}
    assert {key: root.get(key) for key in wanted} == wanted
    text = ET.tostring(root, encoding="unicode")
    assert not re.search(r"#[0-9a-fA-F]{3}", text)


@pytest.mark.parametrize("name", icons.names())
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_all_fit_their_square(name: str, ratio: float) -> None:
    image = _image(icons.icon(name), ratio=ratio)
    assert (image.width(), image.height()) == (24 * ratio, 24 * ratio)
    assert _strongest(image) == DARK.text
    last = image.width() - 1
    border = [image.pixelColor(at, edge).alpha() for at in range(last) for edge in (0, last)]
    border += [image.pixelColor(edge, at).alpha() for at in range(last) for edge in (0, last)]
    assert max(border) == 0


def test_twice_the_scale_is_drawn_anew() -> None:
    small, large = _image(icons.icon("plus")), _image(icons.icon("plus"), ratio=2.0)
    blown_up = small.scaled(large.size())
    assert large != blown_up


def test_the_colour_follows_the_theme(qapp: QApplication) -> None:
    icon = icons.icon("play")
    assert _strongest(_image(icon)) == DARK.text
    apply_theme(qapp, Theme.LIGHT)
    assert _strongest(_image(icon)) == LIGHT.text


def test_states_have_their_colours() -> None:
    play = icons.icon("play")
    assert _strongest(_image(play, mode=QIcon.Mode.Disabled)) == DARK.disabled
    switched_on = play.pixmap(QSize(24, 24), 1.0, QIcon.Mode.Normal, QIcon.State.On).toImage()
    assert _strongest(switched_on) == DARK.accent
    assert _strongest(_image(icons.icon("play", "on_accent"))) == DARK.on_accent


def test_a_painter_can_draw_one() -> None:
    image = QImage(24, 24, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    icons.paint_icon(painter, QRectF(0, 0, 24, 24), "stop", "#123456")
    painter.end()
    assert image.pixelColor(12, 12).name() == "#123456"


def test_a_changed_copy_lives_on() -> None:
    copy = QIcon(icons.icon("star"))
    copy.addPixmap(QPixmap(4, 4))  # Qt asks the icon for a copy of itself
    assert not copy.pixmap(QSize(24, 24)).isNull()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        icons.icon("nonsense")
    with pytest.raises(ValueError, match="Colours"):
        icons.icon("play", "purple")


@pytest.mark.parametrize("size", [QSize(16, -3), QSize(0, 16), QSize(0, 0)])
def test_where_there_is_no_room_nothing_is_drawn(size: QSize) -> None:
    assert icons.icon("chevron-right").pixmap(size, 1.0).isNull()
