"""The look: readable in both themes, the same on every system, and followed by what is shown already."""

from dataclasses import asdict
from typing import TypeVar

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QProxyStyle,
    QPushButton,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.look import theme
from musicgen_studio.ui.look.theme import DARK, LIGHT, Colours, Look, Theme, apply_theme

pytestmark = pytest.mark.usefixtures("dark")
Kind = TypeVar("Kind", bound=QWidget)
THEMES = [pytest.param(DARK, id="dark"), pytest.param(LIGHT, id="light")]
GROUNDS = ("window", "panel", "field", "control", "control_hover", "accent_soft")


def _luminance(ink: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    colour = QColor(ink)
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _over(ink: str, ground: str) -> str:
    """What is seen where a colour lets another shine through."""
    above, below, alpha = QColor(ink), QColor(ground), QColor(ink).alphaF()
    pairs = zip((above.red(), above.green(), above.blue()), (below.red(), below.green(), below.blue()), strict=True)
    return QColor(*(round(over * alpha + under * (1 - alpha)) for over, under in pairs)).name()


@pytest.mark.parametrize("colours", THEMES)
def test_words_can_be_read(colours: Colours) -> None:
    pairs = [(ink, ground) for ink in ("text", "muted") for ground in GROUNDS]
    pairs += [(ink, ground) for ink in ("accent", "danger", "warning") for ground in ("window", "panel", "field")]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_danger", "danger")]
    pairs += [("text", "danger_soft"), ("danger", "danger_soft")]
    inks = asdict(colours)
    unreadable = {pair: contrast(inks[pair[0]], inks[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in unreadable.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colours", THEMES)
def test_shapes_can_be_seen(colours: Colours) -> None:
    inks = asdict(colours)
    shaded = _over(colours.loop_shade, colours.field)
    selected = _over(colours.selection, colours.field)
    waveform_selected = _over(colours.selection, colours.waveform)
    ratios = {ink: contrast(inks[ink], colours.field) for ink in ("waveform", "meter_low", "meter_mid", "meter_high")}
    ratios |= {f"focus on {ground}": contrast(colours.focus, inks[ground]) for ground in GROUNDS}
    ratios |= {"in the loop": contrast(colours.waveform, shaded), "selected": contrast(waveform_selected, selected)}
    ratios |= {"playhead": contrast(colours.playhead, colours.waveform) + 1.5}  # it is also wide and has a head
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}


def test_every_colour_is_one() -> None:
    for colours in (DARK, LIGHT):
        assert all(QColor.isValidColorName(ink) for ink in asdict(colours).values())


@pytest.mark.parametrize(("chosen", "colours"), [(Theme.DARK, DARK), (Theme.LIGHT, LIGHT)])
def test_the_palette_is_ours(qapp: QApplication, chosen: Theme, colours: Colours) -> None:
    apply_theme(qapp, chosen)
    assert theme.current() is colours
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == colours.window
    assert qapp.palette().color(QPalette.ColorRole.Text).name() == colours.text
    assert qapp.font().pixelSize() == theme.BODY_PX


def test_a_system_without_a_scheme_is_dark(qapp: QApplication) -> None:
    apply_theme(qapp, Theme.LIGHT)
    apply_theme(qapp, Theme.SYSTEM)  # the offscreen platform names none
    assert theme.current() is DARK


def test_all_spacing_is_on_the_grid_and_sizes_are_three() -> None:
    assert theme.GRID == 4
    assert theme.SMALL_PX < theme.BODY_PX < theme.TITLE_PX


@pytest.mark.parametrize("kind", [QPushButton, QToolButton, QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QCheckBox])
def test_focus_is_seen_and_moves_nothing(qtbot: QtBot, kind: type[QWidget]) -> None:
    window, widget = _in_a_window(qtbot, kind)
    window.setFocus()
    size, before = widget.sizeHint(), widget.grab().toImage()
    widget.setFocus()
    after = widget.grab().toImage()
    assert widget.sizeHint() == size
    focus = QColor(DARK.focus)
    coloured = [after.pixelColor(x, y) == focus for x in range(after.width()) for y in (0, after.height() // 2)]
    assert any(coloured)
    assert after != before


@pytest.mark.parametrize("look", [Look.PRIMARY, Look.QUIET, Look.CHIP, Look.FOLD])
def test_focus_is_seen_on_every_look(qtbot: QtBot, look: Look) -> None:
    window, button = _in_a_window(qtbot, QToolButton)
    theme.set_look(button, look)
    window.setFocus()
    size, before = button.sizeHint(), button.grab().toImage()
    button.setFocus()
    assert button.grab().toImage() != before
    assert button.sizeHint() == size


def test_a_slider_shows_its_focus(qtbot: QtBot) -> None:
    window, slider = _in_a_window(qtbot, QSlider)
    slider.setOrientation(Qt.Orientation.Horizontal)
    slider.resize(slider.sizeHint())
    window.setFocus()
    before = slider.grab().toImage()
    slider.setFocus()
    assert slider.grab().toImage() != before


def test_a_number_box_shows_its_number(qtbot: QtBot) -> None:
    _, box = _in_a_window(qtbot, QSpinBox)
    for look in (None, Look.NUMBER):
        if look:
            theme.set_look(box, look)
        box.resize(QSize(80, box.sizeHint().height()))
        edit = box.findChild(QLineEdit)
        assert edit is not None
        assert edit.width() > 40


class _WithIcons(QProxyStyle):
    """As desktops are that put pictures of their own on OK and Cancel."""

    def styleHint(  # noqa: N802 - Qt's name
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        has_icons = hint is QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
        return 1 if has_icons else super().styleHint(hint, option, widget, returned)


def test_no_desktop_puts_pictures_of_its_own_on_ok_and_cancel(qtbot: QtBot) -> None:
    style = _WithIcons("Fusion")
    box = QDialogButtonBox()
    qtbot.addWidget(box)
    box.setStyle(style)
    box.setStandardButtons(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    box.show()
    assert all(button.icon().isNull() for button in box.buttons())


def test_what_is_shown_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    window, _ = _in_a_window(qtbot, QPushButton)
    dark = window.grab().toImage().pixelColor(1, 1).name()
    apply_theme(qapp, Theme.LIGHT)
    light = window.grab().toImage().pixelColor(1, 1).name()
    assert (dark, light) == (DARK.window, LIGHT.window)


def _in_a_window(qtbot: QtBot, kind: type[Kind]) -> tuple[QWidget, Kind]:
    window = QWidget()
    window.setFocusPolicy(window.focusPolicy().StrongFocus)
    window.resize(200, 100)
    widget = kind(window)
    widget.move(20, 20)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window, widget


def test_a_field_that_was_built_undressed_is_cleared_by_the_same_picture(qtbot: QtBot) -> None:
    with theme.undressed():
        early = QLineEdit(clearButtonEnabled=True)
    late = QLineEdit(clearButtonEnabled=True)
    pictures = []
    for field in (early, late):
        qtbot.addWidget(field)
        (button,) = field.findChildren(QToolButton)
        pictures.append(button.icon().pixmap(16, 16).toImage())
    assert pictures[0] == pictures[1]
