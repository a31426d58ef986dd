"""A small button that shows a picture and is quiet until the mouse is over it. Not for the pictures (`look.icons`)."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from musicgen_studio.ui.look.icons import icon
from musicgen_studio.ui.look.theme import Look, set_look

CLOSE_PX = 14


def picture_button(picture: str, text: str, size_px: int = 16) -> QToolButton:
    """Return one.

    Args:
        picture: Its name among the icons.
        text: What it does, for the pointer that rests on it and for screen readers.
        size_px: Of the picture.
    """
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setIconSize(QSize(size_px, size_px))
    button.setAccessibleName(text)
    button.setToolTip(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    set_look(button, Look.QUIET)
    return button
