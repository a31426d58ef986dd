"""States of editing, comparing, the library, ways to look at a clip, and help with prompts: for `tests.screenshots`.

The clips are of plain sound, so that no checkpoint is needed.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QInputDialog, QSplitter, QWidget

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from musicgen_studio.library.search import Sorting
from musicgen_studio.studio.arranging.choosing import rank_takes
from musicgen_studio.studio.arranging.noticing import notice
from musicgen_studio.studio.making.order import CheckpointRecord, Order
from musicgen_studio.studio.making.record import FORMAT, Record
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window.action_table import WAVEFORM_MENU
from musicgen_studio.ui.window.placing import COLUMNS

RATE = 32_000

Save = Callable[[str, QWidget], object]


def song(seed: int, seconds: float = 12.0) -> Samples:
    """Return chords with beats, float32 [frames, 2], some louder than others."""
    dice = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE)) / RATE
    beat = np.exp(-6 * (time_s % 0.5)) * dice.uniform(0.3, 0.6)
    notes = 110 * 2 ** (dice.choice([0, 3, 5, 7, 10], (int(seconds) + 1, 3)) / 12)
    waves = sum(np.sin(2 * np.pi * np.cumsum(notes[time_s.astype(int), voice]) / RATE) for voice in range(3))
    sound = waves * beat * dice.uniform(0.1, 0.4) + dice.normal(0, 0.05, len(time_s)) * beat
    return np.stack([sound, np.roll(sound, 40)], 1).astype(np.float32).clip(-1, 1)


def fill(program: Program) -> list[Clip]:
    """Put takes, an import and other clips into the library, and return the takes."""
    library, takes = program.services.library, []
    for number in range(3):
        clip = _clip("Happy rock with organ and drums · take " + str(number + 1), seed=41 + number)
        recipe = _record(clip, number).to_json()
        sound = Audio(song(number), RATE)
        library.add(replace(clip, recipe=recipe, is_starred=number == 1, frames=sound.frames), sound)
        takes.append(library.edit(clip.id, tags=("album", "rock") if number == 1 else ()))
        library.edit(clip.id, analysis="{}")
    for number, title in enumerate(("Sad jazz, slow piano", "Guitar idea", "Energetic EDM · extended")):
        origin = Origin.IMPORTED if number == 1 else Origin.GENERATED
        clip = replace(_clip(title, seed=None if number == 1 else 7 + number), origin=origin, prompt=title)
        sound = Audio(song(9 + number, 4.0 + 3 * number), RATE)
        library.add(replace(clip, frames=sound.frames), sound)
        library.edit(clip.id, tempo_bpm=120.0 if number else None, analysis="{}")
    return takes


def _save_columns(
    app: QApplication, program: Program, takes: list[Clip], save: Save, settle: Callable[..., None]
) -> None:
    """Save the library with a column for each value, the best take first."""
    window, library = program.window, program.services.library
    columns = window.findChildren(QSplitter)[0]
    rank_takes(library, takes)
    for clip in library.clips():
        notice(library, clip)
    columns.setSizes([268, 300, 712])
    window.library.header.choose(Sorting.BEST)
    settle(app)
    save("clip-library-columns", window)
    window.library.header.choose(Sorting.NEWEST)
    columns.setSizes(COLUMNS)
    settle(app)


def render(
    app: QApplication, program: Program, save: Save, settle: Callable[..., None], until: Callable[..., None]
) -> None:
    """Render the states."""
    window, library = program.window, program.services.library
    takes = fill(program)
    window.collection.refresh()
    window.collection.clip_chosen.emit(library.get(takes[1].id))
    until(app, lambda: not window.listening.is_drawing)
    window.waveform.set_selection((3 * RATE, 6 * RATE))
    settle(app, 800)
    save("clip-library", window)
    _save_columns(app, program, takes, save, settle)
    menu = window.menus.context_menu(WAVEFORM_MENU)
    menu.popup(window.mapToGlobal(window.rect().center()))
    settle(app)
    save("clip-menu", menu)
    menu.close()
    window.menus.actions["trim"].trigger()
    until(app, lambda: window.listening.current is not None and "trimmed" in window.listening.current.clip.title)
    settle(app, 800)
    save("clip-trimmed", window)
    window.collection.clip_chosen.emit(library.get(takes[1].id))
    window.comparing.switch()
    until(app, lambda: window.comparing.comparison is not None)
    for frame in (RATE, 4 * RATE):
        window.waveform.seek_requested.emit(frame)
        until(app, lambda frame=frame: window.listening.playhead() == frame)
        window.marks.toggle()
    window.waveform.zoom_taller()
    window.waveform.set_selection((2 * RATE, 8 * RATE))
    window.waveform.zoom_to_selection()
    settle(app)
    save("clip-compare-overview-marks", window)
    window.views.turn_spectrogram()
    until(app, lambda: window.waveform._spectrum is not None)
    settle(app)
    save("clip-spectrogram", window)
    window.views.turn_spectrogram()
    window.comparing.end()
    window.prompt.set_values(PromptValues(prompt="fröhlicher Rock with a singer, 120 bpm"))
    settle(app)
    save("clip-prompt-cautions", window)
    window.prompt.history.open_under(window.prompt)
    settle(app)
    save("clip-prompt-history", window.prompt.history)
    window.prompt.history.hide()
    _render_trash(app, program, save, settle)
    window.resize(800, 560)
    settle(app)
    save("clip-small", window)
    _render_live(app, program, save, settle)


def _render_live(app: QApplication, program: Program, save: Save, settle: Callable[..., None]) -> None:
    """Render the page for playing live, as large as it likes and as small as it can be."""
    window, live = program.window, program.window.live
    window.prompt.set_values(PromptValues(prompt="calm piano with strings"))
    live.open("calm piano with strings")
    for line, words in zip(
        live.panel.prompts[1:], ("driving rock with a lead guitar", "energetic techno"), strict=False
    ):
        line.setText(words)
    live.panel.prompts[0].editingFinished.emit()
    live.panel.plane.move_puck(0.3, 0.7)
    live.panel.on_the_bar.setChecked(True)
    small = window.size()
    for name, size in (("live-small", small), ("live", small.expandedTo(QSize(1280, 800)))):
        window.resize(size)
        settle(app)
        save(name, window)
    live.panel.prompts[3].setText("dark synth bass")
    live.panel.prompts[3].editingFinished.emit()
    settle(app)
    save("live-four", window)
    window.resize(small)
    live.write_schedule()
    live.schedule_dialog.set_text(
        "0 | calm piano with strings\n10 | morph 20 s | slow ambient synth\n25:30 | sad jazz\n"
    )
    settle(app)
    save("live-by-the-minute-text", live.schedule_dialog)
    live.schedule_dialog.use.click()
    settle(app)
    save("live-by-the-minute-small", window)
    window.resize(small.expandedTo(QSize(1280, 800)))
    settle(app)
    save("live-by-the-minute", window)
    live.schedule_dialog.dropped.emit()
    live.close()


def _render_trash(app: QApplication, program: Program, save: Save, settle: Callable[..., None]) -> None:
    window, library = program.window, program.services.library
    library.trash([clip.id for clip in library.clips()[:2]])
    window.library._trash.click()
    settle(app)
    save("clip-trash", window)
    window.collection.ask_to_empty_trash()
    settle(app)
    for dialog in window.library.findChildren(QWidget):
        if dialog.isWindow() and dialog.isVisible():
            save("clip-empty-trash", dialog)
            dialog.close()
    window.library._trash.click()
    window.menus.actions["gain"].trigger()
    settle(app)
    for dialog in window.findChildren(QInputDialog):
        save("clip-gain", dialog)
        dialog.close()


def _record(clip: Clip, take: int) -> Record:
    starter = CheckpointRecord("starter", "0" * 64, clip.licence, "starter")
    order = Order((clip.prompt,), 12.0, takes=3, seed=41)
    return Record(
        format=FORMAT,
        order=order,
        prompt=clip.prompt,
        place=0,
        take=take,
        melody_similarity=None,
        fit=None,
        ending=None,
        checkpoint=starter,
        device="cpu",
        precision="int8",
        sample_rate=RATE,
        frames=12 * RATE,
        gain_db=0.0,
        limited_db=0.0,
        complete=True,
        program_version="0",
        created=clip.created,
        licence=clip.licence,
    )


def _clip(title: str, seed: int | None) -> Clip:
    created = "2026-03-01T14:03:00+00:00"
    return Clip(new_id(), title, Origin.GENERATED, created, 1, RATE, 2, prompt="happy rock with organ and drums",
                seed=seed, checkpoint="starter", licence="CC0-1.0")  # fmt: skip
