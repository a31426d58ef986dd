"""The mouse wheel over a column that scrolls: it scrolls, and changes no choice or number it happens to pass over."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget


class WheelGuard(QObject):
    """Lets the wheel turn only the choice, number or slider that has the focus, which the wheel gives to none.

    Args:
        column: What scrolls; it holds its fields already.
    """

    def __init__(self, column: QWidget) -> None:
        super().__init__(column)
        for kind in (QComboBox, QAbstractSpinBox, QSlider):
            for each in column.findChildren(kind):
                if each.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                    each.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                each.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the wheel on to what lies below, which scrolls."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
