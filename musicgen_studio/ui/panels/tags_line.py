"""The line in which tags are typed, of one clip or of several at once. Not for keeping them (`window.collection`)."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from musicgen_studio.core.clip import Clip


class TagsLine(QLineEdit):
    """Shows the tags that all of the clips have; what is typed or taken away goes for each. Main thread.

    Args:
        parent: Qt's owner.
    """

    edited = Signal(str, tuple)  # id of a clip, its new tags

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, placeholderText=self.tr("Tags, parted by commas"))
        self._before: dict[str, frozenset[str]] = {}
        self.setAccessibleName(self.tr("Tags of the clip"))
        self.setToolTip(self.tr("Enter keeps the tags, Esc leaves them as they were"))
        self.returnPressed.connect(self._keep)
        self.editingFinished.connect(self.hide)
        self.hide()

    def edit(self, clips: Sequence[Clip]) -> None:
        """Let the tags of these clips be typed anew, one clip at least."""
        self._before = {clip.id: frozenset(clip.tags) for clip in clips}
        self.setText(", ".join(sorted(self._common())))
        self.show()
        self.setFocus()

    def _common(self) -> frozenset[str]:
        return frozenset.intersection(*self._before.values())

    @Slot()
    def _keep(self) -> None:
        words = {word.strip().lower() for word in self.text().split(",")} - {""}
        common = self._common()
        for clip_id, tags in self._before.items():
            self.edited.emit(clip_id, tuple(sorted((tags - common) | words)))
