"""States of passages, faults, endings and takes to choose from: for `tests.screenshots`.

The clips are of plain sound, so that no checkpoint is needed.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.studio.arranging.choosing import rank_takes
from musicgen_studio.studio.arranging.passages import opened, plan_of
from musicgen_studio.ui.panels.prompt_panel import PromptValues
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
    mix = window.passages.panel.melody
    window.passages.panel.follow_file(1, str(library.sound_file(clip.id)))
    until(app, mix.line.isVisible)
    settle(app)
    save("passages-mix", window)
    window.passages.panel.follow_file(1, "theme.mid")
    window.passages.panel.duplicate()
    settle(app)
    save("passages-longer-than-the-clip", window)
    window.passages.panel.write()
    settle(app)
    save("passages-words", window)
    window.resize(800, 560)
    settle(app)
    save("passages-small", window)
    window.passages.close()
    window.resize(1280, 800)
    _render_faults(app, program, save, settle, until)


def _render_faults(
    app: QApplication, program: Program, save: Save, settle: Callable[..., None], until: Callable[..., None]
) -> None:
    """Three takes that were ranked, one of them broken in two places and without an ending."""
    window, library, takes = program.window, program.services.library, []
    broken = song(5, 12.0)
    broken[4 * RATE : 6 * RATE] = 0
    broken[round(8.5 * RATE) : round(8.56 * RATE)] = 0
    for number in range(3):
        clip = _clip(f"Happy rock with organ · take {number + 1}", seed=41 + number)
        sound = Audio(broken if number == 1 else song(6 + number), RATE)
        library.add(replace(clip, recipe=_record(clip, number).to_json(), frames=sound.frames), sound)
        takes.append(library.edit(clip.id, tempo_bpm=120.0, analysis="{}"))
    rank_takes(library, takes)
    window.prompt.set_values(PromptValues(prompt="happy rock with organ", takes=8, shows_best=True, ends=True))
    window.collection.refresh()
    window.collection.clip_chosen.emit(library.get(takes[1].id))
    until(app, lambda: not window.listening.is_drawing and len(window.waveform.faults()) > 1)
    settle(app, 800)
    save("faults-and-reasons", window)
    window.clip_header.ask_to_extend()
    window.clip_header.set_melody(True)
    settle(app)
    save("extend-into-a-new-passage", window)
