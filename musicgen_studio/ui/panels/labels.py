"""The labels of panels: plain text only, as what they show may come from a file or a user."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from musicgen_studio.ui.look.theme import Look, set_look


def plain_label(text: str = "", look: Look | None = None, wraps: bool = False) -> QLabel:
    """Make a label that never reads its text as markup.

    Args:
        text: What it says.
        look: How it is dressed, None for the body's type.
        wraps: Whether it may take several lines.
    """
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wraps)
    if look is not None:
        set_look(label, look)
    return label


class ElidedLabel(QLabel):
    """A one-line label that is shortened by … where it is too narrow. Its owner gives it a tooltip where that may be.

    Args:
        look: How it is dressed, None for the body's type.
        left_out: Where it is shortened; of titles, which end in what tells takes apart, in the middle.
    """

    def __init__(self, look: Look | None = None, left_out: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._left_out = left_out
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if look is not None:
            set_look(self, look)

    def minimumSizeHint(self) -> QSize:
        """Return a width that a few letters need."""
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """Return what there is room for."""
        return self.fontMetrics().elidedText(self.text(), self._left_out, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the text, shortened where it must be."""
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )
