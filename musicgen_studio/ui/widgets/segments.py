"""A few choices side by side, of which one holds: a row of buttons that reads like one control."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.widgets.flow_layout import FlowLayout


class Segments(QWidget):
    """The buttons. The first holds to begin with.

    Args:
        choices: Key, text, what the pointer is told, and the icon's name or an empty text, for each.
        parent: As for any widget.
    """

    chosen = Signal(str)
    """The musician chose the one with this key."""

    def __init__(self, choices: Sequence[tuple[str, str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {key: _button(text, tip, picture) for key, text, tip, picture in choices}
        self._group = QButtonGroup(self)
        flow = FlowLayout(self, GRID)
        for key, button in self._buttons.items():
            self._group.addButton(button)
            flow.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
        next(iter(self._buttons.values())).setChecked(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def value(self) -> str:
        """Return the key of the one that holds."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def set_value(self, key: str) -> None:
        """Let another one hold. Emits nothing."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> QToolButton:
        """Return a button, for its tooltip and its key."""
        return self._buttons[key]


def _button(text: str, tip: str, picture: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setIconSize(QSize(16, 16))
    if picture:
        button.setIcon(icon(picture))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    set_look(button, Look.QUIET)
    return button
