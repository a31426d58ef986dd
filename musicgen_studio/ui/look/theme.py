"""How the program looks: one explicit palette on the Fusion style, dark or light, one accent, a 4-pixel grid.

The platform's own palette is never used, so the window looks the same everywhere, on the screen and in a test. All
painting takes its colours from `current()`. Not for layout or icons.
"""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum

from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QStyle, QWidget

from musicgen_studio.paths import resources_dir

GRID = 4  # all spacing is a multiple of it, in pixels
RADIUS = 6  # of every corner, in pixels
BAR_PX = 12  # width of a scroll bar
HEAD_PX = 30  # of the first row of each column, so that their names stand level
SMALL_PX = 11  # ruler, meter, explanations
BODY_PX = 13
TITLE_PX = 18


class Theme(StrEnum):
    """Which colours to use."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


class Look(StrEnum):
    """What a plain Qt widget is in the window, where its class does not say it. See `set_look`."""

    PRIMARY = "primary"  # the one button that matters most
    QUIET = "quiet"  # a button without a frame
    COLUMN = "column"  # the name above a column, which sorts by it
    CHIP = "chip"  # a small round word that can be switched on
    CARD = "card"  # a frame that holds a group
    SECTION = "section"  # a label above a group
    TITLE = "title"  # the name of what is shown
    MUTED = "muted"  # a label of lesser weight
    STRONG = "strong"  # a label of greater weight
    FOLD = "fold"  # a heading that opens and closes what is below
    NUMBER = "number"  # a number box without arrows; Qt's NoButtons loses the text under a style sheet
    PROBLEM = "problem"  # a frame that says what went wrong


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of one theme as `#rrggbb`, or `#aarrggbb` where something shines through."""

    window: str  # behind everything
    panel: str  # columns, cards, menus
    field: str  # where something is typed or drawn
    control: str
    control_hover: str
    control_pressed: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    accent_soft: str  # behind what is switched on
    on_accent: str
    focus: str
    danger: str
    danger_soft: str
    on_danger: str
    warning: str
    waveform: str
    hatch: str  # the part still to come
    playhead: str
    selection: str
    selection_edge: str
    loop_shade: str
    grid: str
    grid_strong: str
    meter_low: str
    meter_mid: str
    meter_high: str


DARK = Colours(
    window="#14161b",
    panel="#1b1e25",
    field="#101217",
    control="#272b34",
    control_hover="#313641",
    control_pressed="#20242c",
    border="#363c49",
    text="#e9ebf1",
    muted="#a7aebd",
    disabled="#676e7e",
    accent="#41cfb4",
    accent_hover="#6adfc8",
    accent_soft="#173832",
    on_accent="#06201b",
    focus="#7cecd5",
    danger="#ff8578",
    danger_soft="#351d1e",
    on_danger="#2b0705",
    warning="#f0bd55",
    waveform="#41cfb4",
    hatch="#2b313c",
    playhead="#ffffff",
    selection="#22ffffff",
    selection_edge="#c9cedb",
    loop_shade="#2241cfb4",
    grid="#1c2028",
    grid_strong="#2b303b",
    meter_low="#41cfb4",
    meter_mid="#f0bd55",
    meter_high="#ff8578",
)

LIGHT = Colours(
    window="#eff1f4",
    panel="#fafbfc",
    field="#ffffff",
    control="#e6e9ee",
    control_hover="#dce0e7",
    control_pressed="#d0d5de",
    border="#c6ccd7",
    text="#1a1d24",
    muted="#525968",
    disabled="#959caa",
    accent="#0a6e60",
    accent_hover="#085a4f",
    accent_soft="#d3eee8",
    on_accent="#ffffff",
    focus="#0a6e60",
    danger="#b3261e",
    danger_soft="#fce9e7",
    on_danger="#ffffff",
    warning="#855600",
    waveform="#128572",
    hatch="#d9dde4",
    playhead="#14161b",
    selection="#1c14161b",
    selection_edge="#525968",
    loop_shade="#22128572",
    grid="#eef0f3",
    grid_strong="#d9dde4",
    meter_low="#128572",
    meter_mid="#a87400",
    meter_high="#b3261e",
)


def current() -> Colours:
    """Return the colours in force: those of the application's palette."""
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress the whole application. Widgets that are shown already follow.

    With `Theme.SYSTEM`, call it again when `app.styleHints().colorSchemeChanged` is emitted; a system that names no
    scheme gets the dark one.

    Args:
        app: The application.
        theme: What the musician chose.
    """
    hints = app.styleHints()
    if theme == Theme.SYSTEM:
        hints.unsetColorScheme()
    else:  # title bars and the system's own dialogs follow it
        hints.setColorScheme(Qt.ColorScheme.Dark if theme == Theme.DARK else Qt.ColorScheme.Light)
    is_light = theme == Theme.LIGHT or (theme == Theme.SYSTEM and hints.colorScheme() == Qt.ColorScheme.Light)
    colours = LIGHT if is_light else DARK
    QDir.setSearchPaths("icons", [str(resources_dir() / "icons")])
    app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(_palette(colours))
    app.setStyleSheet(_style_sheet(colours))


@contextmanager
def undressed() -> Iterator[None]:
    """Leave the style sheet off while many widgets are built, and dress them all at the end, at once.

    A widget that is given its place is dressed anew each time, with all in it: for a window of some hundreds of them
    that is a sixth of a second. Palette, style and type stay in force.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sheet = app.styleSheet()
    app.setStyleSheet("")
    try:
        yield
    finally:
        app.setStyleSheet(sheet)
        _dress_clear_buttons(app)


def _dress_clear_buttons(app: QApplication) -> None:
    """Give the fields their picture for clearing: Qt asks the style sheet for it when the button is made, not again."""
    for widget in app.allWidgets():
        if isinstance(widget, QLineEdit) and widget.isClearButtonEnabled():
            widget.setClearButtonEnabled(False)
            widget.setClearButtonEnabled(True)


def font(size_px: int = BODY_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the program's type: the system's own family in one of the three sizes.

    Args:
        size_px: `SMALL_PX`, `BODY_PX` or `TITLE_PX`. Pixels, as points are of another size on each system.
        weight: Of the strokes.
    """
    type_face = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    type_face.setPixelSize(size_px)
    type_face.setWeight(weight)
    return type_face


def number_font(size_px: int = SMALL_PX) -> QFont:
    """Return the type for numbers that change: as `font`, with figures of equal width where the family has them."""
    figures = font(size_px)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def may_move() -> bool:
    """Return whether things may move by themselves: not where the system's style asks for no animation."""
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


def set_look(widget: QWidget, look: Look) -> None:
    """Say what a plain Qt widget is, so that the style sheet dresses it accordingly.

    Args:
        widget: A button, label or frame.
        look: What it is.
    """
    widget.setProperty("look", look.value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    inks = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: colours.panel,
        role.ToolTipBase: colours.control,
        role.ToolTipText: colours.text,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.control,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Light: colours.control_hover,
        role.Midlight: colours.control,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Shadow: colours.window,
    }
    palette = QPalette()
    for name, ink in inks.items():
        palette.setColor(name, QColor(ink))
    for name in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.disabled))
    return palette


def _style_sheet(colours: Colours) -> str:
    shade = "dark" if colours is DARK else "light"
    sizes = {"small": SMALL_PX, "title": TITLE_PX, "radius": RADIUS, "bar": BAR_PX}
    pictures = {f"{name}_picture": f"style-{name}-{shade}" for name in ("check", "chosen", "warning")}
    return string.Template(_STYLE_SHEET).substitute(asdict(colours), **sizes, **pictures)


# A focused control has a border of 2 px in place of 1 and 1 px less padding, so that nothing moves.
_STYLE_SHEET = """
QToolTip { background: $control; color: $text; border: 1px solid $border; padding: 4px 8px; }

QPushButton, QToolButton, QComboBox, QAbstractSpinBox, QLineEdit {
    border: 1px solid $border; border-radius: ${radius}px; }
QPushButton, QToolButton, QComboBox { background: $control; color: $text; }
QPushButton { padding: 5px 15px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMessageBox { messagebox-warning-icon: url(icons:$warning_picture.svg);
    messagebox-question-icon: url(icons:style-question.svg); }
QToolButton { padding: 5px; }
QComboBox { padding: 5px 11px; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { background: $control_hover; }
QPushButton:pressed, QToolButton:pressed { background: $control_pressed; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled { color: $disabled; background: $panel; }
QPushButton:focus { border: 2px solid $focus; padding: 4px 14px; }
QToolButton:focus { border: 2px solid $focus; padding: 4px; }
QComboBox:focus { border: 2px solid $focus; padding: 4px 10px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(icons:style-down.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border; padding: 4px; outline: none; }

*[look="quiet"] { background: transparent; border-color: transparent; }
*[look="quiet"]:hover { background: $control_hover; }
*[look="quiet"]:pressed { background: $control_pressed; }
*[look="quiet"]:checked { background: $accent_soft; border-color: $accent; }
*[look="quiet"]:disabled { background: transparent; color: $disabled; }
*[look="quiet"]:focus { border: 2px solid $focus; }
*[look="primary"] { background: $accent; border-color: $accent; color: $on_accent; font-weight: 600;
    padding: 5px 19px; }
*[look="primary"]:hover, *[look="primary"]:pressed { background: $accent_hover; }
*[look="primary"]:focus { border: 2px solid $text; padding: 4px 18px; }
*[look="primary"]:disabled { background: $control; border-color: $border; color: $disabled; }
*[look="chip"] { padding: 3px 12px; border-radius: 11px; background: $panel; color: $muted; }
*[look="chip"]:hover { background: $control_hover; color: $text; }
*[look="chip"]:checked { background: $accent_soft; border-color: $accent; color: $text; text-decoration: underline; }
*[look="chip"]:focus { border: 2px solid $focus; padding: 2px 11px; }
*[look="column"] { background: transparent; border-color: transparent; color: $muted; font-size: ${small}px;
    padding: 3px 4px; min-width: 0; }
*[look="column"][side="left"] { text-align: left; }
*[look="column"][side="right"] { text-align: right; }
*[look="column"][sorts="true"] { color: $text; font-weight: 600; }
*[look="column"]:hover { background: $control_hover; color: $text; }
*[look="column"]:focus { border: 2px solid $focus; padding: 2px 3px; }
*[look="column"]::menu-indicator { image: none; }
*[look="fold"] { background: transparent; border-color: transparent; color: $muted; font-size: ${small}px;
    font-weight: 600; text-align: left; padding: 5px 1px; margin-left: -5px; }
*[look="fold"]:hover { color: $text; }
*[look="fold"]:checked { background: transparent; border-color: transparent; }
*[look="fold"]:focus { border: 2px solid $focus; padding: 4px 0; }

QFrame[look="card"] { background: $panel; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[look="problem"] { background: $danger_soft; border: 1px solid $danger; border-radius: ${radius}px; }
QLabel[look="section"] { color: $muted; font-size: ${small}px; font-weight: 600; }
QLabel[look="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="muted"] { color: $muted; font-size: ${small}px; }

QLineEdit { lineedit-clear-button-icon: url(icons:style-clear.svg); }
QLineEdit, QAbstractSpinBox { background: $field; color: $text; padding: 5px 9px;
    placeholder-text-color: $muted; selection-background-color: $accent; selection-color: $on_accent; }
QAbstractSpinBox { padding: 3px 0; }
QComboBox QLineEdit { background: transparent; border: none; padding: 0; }
QAbstractSpinBox QLineEdit { background: transparent; border: none; padding: 0; }
QPlainTextEdit, QTextEdit { background: $field; color: $text; border: 1px solid $border;
    border-radius: ${radius}px; padding: 7px; placeholder-text-color: $muted;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus { border: 2px solid $focus; padding: 4px 8px; }
QAbstractSpinBox:focus { border: 2px solid $focus; padding: 2px 0; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus; padding: 6px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QPlainTextEdit:disabled { color: $disabled; background: $panel; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 18px; border: none; background: transparent; }
QAbstractSpinBox::up-arrow { image: url(icons:style-up.svg); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(icons:style-down.svg); width: 10px; height: 10px; }
QAbstractSpinBox[look="number"]::up-button, QAbstractSpinBox[look="number"]::down-button { width: 0; }
QAbstractSpinBox[look="number"]::up-arrow, QAbstractSpinBox[look="number"]::down-arrow {
    image: none; width: 0; height: 0; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $disabled; }
QSlider::handle:horizontal { width: 14px; margin: -6px 0; border: 1px solid $panel; border-radius: 8px;
    background: $text; }
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::handle:horizontal:focus { border: 2px solid $focus; width: 12px; background: $accent_soft; }
QSlider::handle:horizontal:disabled { background: $disabled; }

QCheckBox, QRadioButton { spacing: 8px; padding: 3px 8px 3px 0; border: none; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $muted;
    background: $field; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { width: 14px; height: 14px; border: 2px solid $focus; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url(icons:$check_picture.svg); }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; background: $on_accent; }
QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $disabled; }

QAbstractItemView { background: $panel; border: 1px solid transparent; outline: none;
    selection-background-color: $accent_soft; selection-color: $text; }
QListView::item, QTreeView::item, QTableView::item { padding: 4px 8px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: $control; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
    background: $accent_soft; color: $text; }
QAbstractItemView:focus { border: 1px solid $focus; border-radius: ${radius}px; }
QListView[look="card"] { padding: 2px 0; }
QHeaderView::section { background: $panel; color: $muted; border: none; padding: 4px 8px; }

QMenuBar { background: $window; }
QMenuBar::item { padding: 4px 8px; border-radius: ${radius}px; }
QMenuBar::item:selected { background: $control_hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QMenu::indicator:checked { image: url(icons:$chosen_picture.svg); }

QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $focus; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: ${bar}px; }
QScrollBar:horizontal { height: ${bar}px; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $window; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QProgressBar { background: $field; border: 1px solid $border; border-radius: 4px; height: 8px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""
