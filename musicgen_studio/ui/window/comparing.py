"""A and B with one key: the clip that is shown and another one, in sync and equally loud. Main thread.

The other one is the second of two clips chosen in the library, else the next take, else the clip shown before. Reading
and measuring is a background errand. Not for matching levels (`studio.arranging.comparing`).
"""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.studio.arranging.comparing import Comparison, compare
from musicgen_studio.studio.program.background import Lane
from musicgen_studio.ui.panels.compare_row import CompareRow
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.shortcuts import Bindings


class Comparing(QObject):
    """Runs the comparison.

    Args:
        services: For library and background.
        listening: What is shown and heard.
        row: Where it is shown.
        chosen: Tells the clips that are chosen in the library.
        show_clip: Brings a clip into the middle.
        parent: Qt's owner.
    """

    def __init__(
        self,
        services: Services,
        listening: Listening,
        row: CompareRow,
        chosen: Callable[[], Sequence[Clip]],
        show_clip: Callable[[Clip], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._row = services, listening, row
        self._chosen, self._show_clip = chosen, show_clip
        self._comparison: Comparison | None = None
        self._stop = Event()
        self._shown: list[str] = []  # ids of what was in the middle, the newest last
        listening.shown.connect(self._note_shown)
        listening.cleared.connect(self._let_go)
        listening.instead_changed.connect(self._give_way)
        row.chosen.connect(self._choose)
        row.closed.connect(self.end)

    def bind(self, bindings: Bindings) -> None:
        """Bind what can be done."""
        bindings.add("compare", self.switch, lambda: self._comparison is not None or self._pair() is not None)
        bindings.add("compare-end", self.end, lambda: self._comparison is not None)

    @property
    def comparison(self) -> Comparison | None:
        """What is compared, once it is ready."""
        return self._comparison

    @Slot()
    def switch(self) -> None:
        """Hear the other of the two; begin to compare, if that is not so yet."""
        if self._comparison is not None:
            self._choose(1 - self._comparison.sound.chosen)
            return
        pair = self._pair()
        if pair is None:
            return
        first, second = pair
        current = self._listening.current
        if current is None or current.clip.id != first.id:
            self._show_clip(first)
        self._stop.set()
        self._stop = Event()
        name = self.tr("Compare “{0}” with “{1}”").format(first.title, second.title)
        library = self._services.library
        work = unless_gone(library, first.id, partial(compare, library, first, second, self._stop))
        self._services.background.run(name, unless_gone(library, second.id, work), self._begin, lane=Lane.SOUND)

    @Slot()
    def end(self) -> None:
        """Hear the clip that is shown again, as it is."""
        if self._comparison is not None:
            self._let_go()
            self._listening.draw(None)
            self._listening.hear(None)

    def _pair(self) -> tuple[Clip, Clip] | None:
        """Return what would be compared, the one that is shown first; None if there is no other."""
        current = self._listening.current
        chosen = [clip for clip in self._chosen() if not clip.is_missing and not clip.trashed]
        if len(chosen) == 2:
            is_second = current is not None and current.clip.id == chosen[1].id
            return (chosen[1], chosen[0]) if is_second else (chosen[0], chosen[1])
        if current is None or current.is_making:
            return None
        others = [*self._listening.other_takes(), *reversed(self._shown)]
        for clip_id in others:
            if clip_id != current.clip.id and self._services.library.has(clip_id):
                clip = self._services.library.get(clip_id)
                if not clip.is_missing and not clip.trashed:
                    return current.clip, clip
        return None

    def _begin(self, comparison: Comparison) -> None:
        current = self._listening.current
        if current is None or current.clip.id != comparison.clips[0].id:
            return  # another clip is shown by now
        self._comparison = comparison
        self._row.show_clips((comparison.clips[0].title, comparison.clips[1].title), self._matched(comparison))
        self._choose(1)  # the key was pressed to hear the other one
        self._listening.hear(comparison.sound)

    def _matched(self, comparison: Comparison) -> str:
        if not comparison.is_matched:
            return self.tr("levels as they are")
        number, gain_db = min(enumerate(comparison.gains_db), key=lambda pair: pair[1])
        if gain_db > -0.05:
            return self.tr("equally loud")
        return self.tr("{0} −{1:.1f} dB, so that both are equally loud").format("AB"[number], -gain_db)

    @Slot(int)
    def _choose(self, number: int) -> None:
        if self._comparison is not None:
            self._comparison.sound.choose(number)
            self._row.set_chosen(number)
            second = (self._comparison.second, self._comparison.peaks)
            self._listening.draw(second if number else None)  # what is heard is seen

    def _let_go(self) -> None:
        self._comparison = None
        self._stop.set()
        self._row.hide()

    @Slot()
    def _give_way(self) -> None:
        """End it where something else is to be heard, such as the stems."""
        if self._comparison is not None and self._listening.instead is not self._comparison.sound:
            self._let_go()
            self._listening.draw(None)

    @Slot(object)
    def _note_shown(self, clip: Clip) -> None:
        self._shown = [*(each for each in self._shown if each != clip.id), clip.id][-8:]
        if self._comparison is not None:  # also where the same clip is shown anew: it is heard as it is
            self._let_go()
