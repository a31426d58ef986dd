"""The keys' way from one section of the window to the next."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def move_section(sections: Sequence[QWidget], step: int) -> None:
    """Give the focus to the section after the one that has it, or to the first.

    Args:
        sections: In order.
        step: 1 or -1.
    """
    focus = QGuiApplication.focusObject()
    inside = [part.isAncestorOf(focus) or part is focus for part in sections if isinstance(focus, QWidget)]
    here = inside.index(True) if True in inside else -step
    following = sections[(here + step) % len(sections)]
    target = following if following.focusPolicy() != Qt.FocusPolicy.NoFocus else following.nextInFocusChain()
    if target is not None:
        target.setFocus(Qt.FocusReason.TabFocusReason)
