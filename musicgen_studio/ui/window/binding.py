"""What the actions do that belong to parts which know of no keys: hearing and looking at a clip, and the melody.

Not for what a part binds itself (`Editing.bind`, `Comparing.bind` and others), what concerns the window as a whole
(`main_window`), nor for which key is whose (`shortcuts`).
"""

from collections.abc import Callable

from PySide6.QtCore import SignalInstance

from musicgen_studio.ui.panels.clip_header import ClipHeader
from musicgen_studio.ui.panels.melody_panel import MelodyPanel
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.listening import SEEK_S, Listening
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.sections import Sections
from musicgen_studio.ui.window.shortcuts import Bindings


def bind_clip(
    bindings: Bindings, listening: Listening, waveform: WaveformView, header: ClipHeader, sections: Sections
) -> None:
    """Bind what is done with the clip in the middle: going through it, looking at it, making a part of it anew.

    Args:
        bindings: Get the actions.
        listening: Plays it.
        waveform: Shows it.
        header: Asks for a part to be made anew.
        sections: Mends it.
    """
    add = bindings.add

    def is_there() -> bool:
        return listening.current is not None

    def has_selection() -> bool:
        return waveform.selection() is not None

    add("seek-back", lambda: listening.seek_by(-SEEK_S), is_there)
    add("seek-forward", lambda: listening.seek_by(SEEK_S), is_there)
    add("loop-selection", listening.loop_selection, has_selection)
    add("play-now", listening.play_now, lambda: listening.is_waiting)
    add("zoom-in", waveform.zoom_in, is_there)
    add("zoom-out", waveform.zoom_out, is_there)
    add("zoom-selection", waveform.zoom_to_selection, has_selection)
    add("zoom-fit", waveform.fit, is_there)
    add("select-all", waveform.select_all, is_there)
    add("select-none", waveform.select_none, has_selection)
    add("replace", header.ask_to_replace, is_there)
    add("mend", sections.mend, is_there)
    add("let-end", sections.let_end, is_there)
    add("original", sections.hear_original, is_there)


def bind_melody(bindings: Bindings, melodies: Melodies, panel: MelodyPanel) -> None:
    """Bind what is done with the melody that is followed.

    Args:
        bindings: Get the actions.
        melodies: Have it.
        panel: Asks for what is to be done.
    """

    def is_there() -> bool:
        return melodies.sketch is not None

    def if_there(signal: SignalInstance) -> Callable[[], None]:
        return lambda: signal.emit() if is_there() else None

    bindings.add("notes", if_there(panel.edit_requested), is_there)
    bindings.add("hear-melody", if_there(panel.play_requested), is_there)
    bindings.add("clear-melody", if_there(panel.clear_requested), is_there)
