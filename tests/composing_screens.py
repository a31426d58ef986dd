"""States of passages, faults, endings and takes to choose from: for `tests.screenshots`.

The clips are of plain sound, so that no checkpoint is needed.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.studio.arranging.passages import opened, plan_of
from tests.clip_screens import RATE, Save, _clip, _record, song

TEXT = """\
tempo | 120 bpm
all | warm, on tape
bar 1 | happy rock with organ
bar 3 | morph 1 bar | calm piano and strings, very quiet
bar 5 | energetic EDM
end | bar 7
"""


def render(
    app: QApplication, program: Program, save: Save, settle: Callable[..., None], until: Callable[..., None]
) -> None:
    """Render the states."""
    window, library = program.window, program.services.library
    plan = plan_of(TEXT)
    piece = opened(plan, Path.home())
    clip = _clip("Warm, on tape, happy rock with organ", seed=41)
    record = _record(clip, 0)
    order = replace(
        record.order,
        takes=1,
        prompts=(piece.prompt,),
        duration_s=plan.end_s,
        passages=piece.later,
        shared=plan.shared,
        grid=plan.grid,
    )
    sound = Audio(song(3), RATE)
    recipe = replace(record, order=order, prompt=piece.prompt, take=0).to_json()
    library.add(replace(clip, recipe=recipe, frames=sound.frames), sound)
    library.edit(clip.id, tempo_bpm=120.0, analysis="{}")
    window.collection.refresh()
    window.collection.clip_chosen.emit(library.get(clip.id))
    until(app, lambda: not window.listening.is_drawing)
    settle(app, 800)
    save("passages-of-a-clip", window)
    window.passages.turn()
    window.passages.panel.lane.choose(1)
    window.passages.panel._show_chosen()
    settle(app)
    save("passages-written", window)
    window.passages.panel.follow_file("theme.mid")
    window.passages.panel.duplicate()
    settle(app)
    save("passages-longer-than-the-clip", window)
    window.passages.panel.write()
    settle(app)
    save("passages-words", window)
    window.resize(800, 560)
    settle(app)
    save("passages-small", window)
