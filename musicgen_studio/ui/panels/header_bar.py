"""The line above everything: the menu bar, which checkpoint makes the music, where and how fast, and settings."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenuBar, QSizePolicy, QToolButton, QWidget

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label


class HeaderBar(QWidget):
    """Says what makes the music. Main thread.

    Args:
        menus: The menu bar, which stands at the left unless the system has a place of its own for it.
        parent: Qt's owner.
    """

    settings_requested = Signal()
    checkpoints_requested = Signal()  # the list below `checkpoint_button`

    def __init__(self, menus: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Header"))
        self._settings = self._button("settings", self.tr("Settings"))
        self._settings.clicked.connect(self.settings_requested)
        self.checkpoint_button = self._button("chevron-down", self.tr("Checkpoint"))
        self.checkpoint_button.setToolTip(self.tr("Which checkpoint makes the music: choose another one"))
        self.checkpoint_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.checkpoint_button.clicked.connect(self.checkpoints_requested)
        self._speed = plain_label(look=Look.MUTED)
        self._speed.setAccessibleName(self.tr("Speed"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(3 * GRID)
        menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.checkpoint_button)
        row.addStretch(1)
        row.addWidget(self._speed)
        row.addWidget(self._settings)

    def set_checkpoint(self, text: str) -> None:
        """Say which checkpoint is used, and what may be done with its music."""
        self.checkpoint_button.setText(text)
        self.checkpoint_button.setAccessibleName(self.tr("Checkpoint: {0}").format(text))

    def set_speed(self, text: str) -> None:
        """Say where it runs and how fast, such as `CPU · 2.1× real time`."""
        self._speed.setText(text)

    @Slot()
    def let_go(self) -> None:
        """Say that the list below the button is closed."""
        let_go(self.checkpoint_button)

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAccessibleName(text)
        button.setToolTip(text)
        set_look(button, Look.QUIET)
        return button


def let_go(button: QToolButton) -> None:
    """Let a button whose popup is closed look as any other: the popup has taken the news that the mouse has left it."""
    button.setDown(False)
    if not button.rect().contains(button.mapFromGlobal(QCursor.pos())):
        button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    button.update()
