"""One offer above the waveform, where the eye is: a sentence and a button. Not for problems."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from musicgen_studio.ui.look.theme import GRID, Look, set_look
from musicgen_studio.ui.panels.labels import ElidedLabel
from musicgen_studio.ui.widgets.picture_button import CLOSE_PX, picture_button


class OfferRow(QFrame):
    """Hidden while there is nothing to offer. Main thread.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take: Callable[[], object] | None = None
        set_look(self, Look.CARD)
        self._words = ElidedLabel()
        self._button = QPushButton()
        self._button.setAccessibleName(self.tr("Do what is offered"))
        self._button.setToolTip(self._button.accessibleName())
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._accept)
        close = picture_button("close", self.tr("Not now"), CLOSE_PX)
        close.clicked.connect(self.withdraw)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, GRID, GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(close)
        self.hide()

    def offer(self, text: str, action: str, take: Callable[[], object]) -> None:
        """Offer something in place of what was offered before.

        Args:
            text: What there is.
            action: What the button says.
            take: Called if the offer is taken.
        """
        self._take = take
        self._words.setText(text)
        self._words.setToolTip(text)
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self._button.setToolTip(text)
        self.show()

    def text(self) -> str:
        """Return what is offered; empty for nothing."""
        return self._words.toolTip() if self._take is not None else ""

    @Slot()
    def withdraw(self) -> None:
        """Offer nothing any more."""
        self._take = None
        self.hide()

    @Slot()
    def _accept(self) -> None:
        take = self._take
        self.withdraw()
        if take is not None:
            take()
