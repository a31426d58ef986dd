"""The stems of the clip that is shown: made in the background, shown as lanes, heard in place of the clip.

Not for separating (`studio.arranging.stems`), mixing (`sound.mixing`), drawing (`panels.stem_lanes`) or dragging them
out (`stem_drags`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.separation.api import Separator, SeparatorInfo
from musicgen_studio.sound.mixing import LaneLevel, StemMix
from musicgen_studio.studio.arranging.opening import Opening
from musicgen_studio.studio.arranging.separators import OWN, found_separators, open_named
from musicgen_studio.studio.arranging.stems import make_stems, trained_on
from musicgen_studio.studio.program.background import Errand, ErrandDone, Lane
from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.stem_lanes import StemLanes, StemView
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.gone import unless_gone
from musicgen_studio.ui.window.listening import POLL_MS, Listening
from musicgen_studio.ui.window.services import Services
from musicgen_studio.ui.window.stem_drags import StemDrags


class Stems(QObject):
    """Stands between the library's stems, their lanes and what is heard. Main thread.

    Args:
        services: The program behind the window.
        listening: What is shown and heard.
        header: Where the stems are asked for.
        waveform: Whose zoom the lanes follow.
        lanes: Where they are shown.
        parent: Qt's owner.
    """

    made = Signal(list)  # Clips: the stems that are in the library now
    problem_found = Signal(object)  # UserProblem

    def __init__(
        self,
        services: Services,
        listening: Listening,
        header: ClipHeader,
        waveform: WaveformView,
        lanes: StemLanes,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._listening, self._header = services, listening, header
        self._separators: dict[str, SeparatorInfo] = {}  # what there is, once it was looked up
        self._waveform, self._lanes = waveform, lanes
        self._clip: Clip | None = None
        self._openings: list[Opening] = []
        self._mix: StemMix | None = None
        self._at_work: set[str] = set()  # ids of clips that are being taken apart
        self.drags = StemDrags(services, lanes, self)
        self.drags.problem_found.connect(self.problem_found)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        header.stems_requested.connect(self.show)
        header.separator_chosen.connect(self.choose)
        listening.shown.connect(self._leave)
        listening.cleared.connect(self._let_go)
        listening.instead_changed.connect(self._give_way)
        lanes.levels_changed.connect(self._set_levels)
        lanes.closed.connect(self.hide)
        waveform.zoom_changed.connect(self._follow)
        lanes.set_stems(())
        QTimer.singleShot(0, self, self.look_for_separators)  # what is found is heard of once the program is wired

    @Slot()
    def look_for_separators(self) -> None:
        """Look which separators there are, in the background: Demucs may have come, or gone."""

        def take(found: dict[str, SeparatorInfo]) -> None:
            self._separators = found
            self._header.set_separators({name: self._words(info) for name, info in found.items()}, self._chosen())

        self._services.background.run("separators", found_separators, take)

    def separator(self) -> Callable[[], Separator]:
        """Return what loads the separator that is chosen; that takes a moment, in any thread but this one."""
        name = self._chosen()
        return self._services.separator if name == OWN else partial(open_named, name)

    @Slot(str)
    def choose(self, name: str) -> None:
        """Use another separator from now on, and make the stems of the clip by it."""
        services = self._services
        services.use(replace(services.settings, separator=name))
        self.look_for_separators()
        heard = self._listening.current
        if heard is None or heard.is_making or heard.clip.id in self._at_work:
            return
        stems = services.library.stems(heard.clip.id)
        if stems and stems[0].checkpoint == self._separators[name].name:
            if self._mix is None:
                self._open(heard.clip, stems)
            return
        if self._mix is not None:
            self.hide()
        self._make(heard.clip)

    @Slot()
    def show(self) -> None:
        """Show the stems of the clip, making them first if it has none; a second time hides them."""
        heard = self._listening.current
        if heard is None or heard.is_making:
            return
        if self._mix is not None:
            self.hide()
            return
        stems = self._services.library.stems(heard.clip.id)
        if stems:
            self._open(heard.clip, stems)
        elif heard.clip.id not in self._at_work:
            self._make(heard.clip)

    @Slot()
    def hide(self) -> None:
        """Hide the lanes; the clip itself is heard again."""
        self._let_go()
        self._listening.hear(None)

    @Slot()
    def _poll(self) -> None:
        """Bring the lanes up to what is heard and read."""
        self._lanes.set_playhead(self._listening.playhead())
        if any(not opening.sound.is_ended for opening in self._openings):
            self._lanes.sounds_grew()

    def _make(self, clip: Clip) -> None:
        services, load = self._services, self.separator()
        self._at_work.add(clip.id)

        def work(errand: Errand) -> list[Clip]:
            return make_stems(services.library, clip, load(), errand)

        def failed(errand: ErrandDone) -> None:
            self._at_work.discard(clip.id)
            if errand.problem is not None:
                self.problem_found.emit(errand.problem)

        def done(stems: list[Clip]) -> None:
            self._at_work.discard(clip.id)
            self.made.emit(stems)
            heard = self._listening.current
            if heard is not None and heard.clip.id == clip.id and self._mix is None:
                self._open(clip, stems)

        make = unless_gone(services.library, clip.id, work)
        services.background.start(self.tr("Stems of “{0}”").format(clip.title), make, done, failed)

    def _open(self, clip: Clip, stems: list[Clip]) -> None:
        """Show stems while their files are read; they are heard as soon as they are there."""
        services = self._services
        self._clip = clip
        self._openings = [Opening(services.library, stem) for stem in stems]
        for opening, stem in zip(self._openings, stems, strict=True):
            read = partial(opening.read, services.background.stop)
            name = self.tr("Open “{0}”").format(stem.title)
            services.background.run(name, read, lambda _: self._lanes.sounds_grew(), lane=Lane.SOUND)
        self._mix = StemMix([opening.sound for opening in self._openings])
        views = [StemView(s.id, s.stem, o.peaks) for s, o in zip(stems, self._openings, strict=True)]
        self._lanes.set_stems(views, self._said(stems[0]))
        self.drags.show(clip)
        self._follow()
        self._timer.start()
        self._listening.hear(self._mix)

    def _said(self, stem: Clip) -> str:
        """Say which separator it was, and what it has learnt from, as far as that was noted."""
        learnt = trained_on(self._services.library, stem)
        by = self.tr("by {0}, trained on {1}") if learnt else self.tr("by {0}")
        adds_up = self.tr("they add up to the clip")
        return f"{adds_up}; {by.format(stem.checkpoint, learnt)}" if stem.checkpoint else adds_up

    def _chosen(self) -> str:
        """Return the name of the separator that is used: the program's own, if the chosen one is not there."""
        name = self._services.settings.separator
        return name if name in self._separators else OWN

    def _words(self, info: SeparatorInfo) -> tuple[str, str]:
        """Say in a line what a separator tells apart and is licensed as, and at more length what it has learnt from."""
        size = f"{max(info.size_bytes / 1e6, 0.1):.0f}"
        line = self.tr("{0}: {1} · {2} · {3} MB").format(info.name, ", ".join(info.stems), info.licence, size)
        return line, self.tr("Trained on {0}").format(info.trained_on)

    def _let_go(self) -> None:
        for opening in self._openings:
            opening.stop()
        self._timer.stop()
        self._openings, self._mix, self._clip = [], None, None
        self.drags.show(None)
        self._lanes.set_stems(())

    @Slot(object)
    def _leave(self, clip: Clip) -> None:
        """Another clip is shown: its own stems are shown when they are asked for. Of the same one they are heard on."""
        if self._clip is not None and clip.id != self._clip.id:
            self._let_go()
        elif self._mix is not None:
            self._listening.hear(self._mix)

    @Slot()
    def _give_way(self) -> None:
        """Show no lanes of stems that are not heard, as when two clips are compared."""
        if self._mix is not None and self._listening.instead is not self._mix:
            self._let_go()

    @Slot(list)
    def _set_levels(self, levels: list[LaneLevel]) -> None:
        if self._mix is not None:
            self._mix.set_levels(levels)

    @Slot()
    def _follow(self) -> None:
        self._lanes.set_view(self._waveform.viewport())
