"""What the actions and the header's buttons do for parts that know of neither: a clip, music made from it, a melody.

Not for what a part binds itself (`Editing.bind`, `Comparing.bind` and others), what concerns the window as a whole
(`main_window`), nor for which key is whose (`shortcuts`).
"""

from collections.abc import Callable

from PySide6.QtCore import SignalInstance

from musicgen_studio.core.clip import Clip
from musicgen_studio.ui.panels.clip_header import ClipHeader, ExtendValues
from musicgen_studio.ui.panels.melody_panel import MelodyPanel
from musicgen_studio.ui.widgets.waveform import WaveformView
from musicgen_studio.ui.window.generation import Generation
from musicgen_studio.ui.window.listening import SEEK_S, Listening
from musicgen_studio.ui.window.melodies import Melodies
from musicgen_studio.ui.window.new_music import NewMusic
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
    add("loop-selection", listening.looping.loop_selection, has_selection)
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


def join_header(
    header: ClipHeader,
    listening: Listening,
    generation: Generation,
    new_music: NewMusic,
    export_requested: SignalInstance,
) -> None:
    """Let the header's buttons act on the clip in the middle.

    Args:
        header: Has the buttons.
        listening: Knows the clip, and where it is heard.
        generation: Makes music that begins with it.
        new_music: Is told that music is on its way.
        export_requested: Is emitted with a list of the clip.
    """

    def on_current(action: Callable[[Clip], object]) -> Callable[[], None]:
        def act() -> None:
            if listening.current is not None:
                action(listening.current.clip)

        return act

    def extend(values: ExtendValues) -> None:
        if listening.current is not None:
            generation.extend(listening.current.clip, values, listening.playhead())

    for asked in (
        header.extend_requested,
        header.replace_requested,
        header.again_requested,
        header.variations_requested,
    ):
        asked.connect(new_music.await_music)
    header.extend_requested.connect(extend)
    header.again_requested.connect(on_current(generation.again))
    header.variations_requested.connect(on_current(generation.vary))
    header.use_settings_requested.connect(on_current(generation.use_settings))
    header.export_requested.connect(on_current(lambda clip: export_requested.emit([clip])))
