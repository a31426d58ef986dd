"""One quiet card below what matters: a few words and one thing to do, until it is closed for good. Not for problems."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import plain_label
from musicgen_studio.ui.widgets.picture_button import CLOSE_PX, picture_button


class QuietCard(QFrame):
    """Hidden until it has something to say. Main thread.

    Args:
        parent: Qt's owner.
    """

    taken = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, Look.CARD)
        self._title = plain_label(look=Look.STRONG, wraps=True)
        self._text = plain_label(look=Look.MUTED, wraps=True)
        self._do = QPushButton()
        self._do.clicked.connect(self.taken)
        set_look(self._do, Look.QUIET)
        close = picture_button("close", self.tr("Do not show this any more"), CLOSE_PX)
        close.clicked.connect(self.hide)
        close.clicked.connect(self.closed)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        row.addLayout(words, 1)
        row.addWidget(self._do)
        row.addWidget(close)
        self.hide()

    def say(self, title: str, text: str, action: str) -> None:
        """Show it with these words.

        Args:
            title: What there is.
            text: What it would bring, and what it costs.
            action: What the button says.
        """
        self._title.setText(title)
        self._text.setText(text)
        self._do.setText(action)
        self._do.setAccessibleName(action)
        self._do.setToolTip(text)
        self.show()
