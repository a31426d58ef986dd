"""States in which something is asked, refused or counted, for `tests.screenshots`: dialogs, queue, banners, recorder.

The clips are of plain sound, so that no checkpoint is needed.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QInputDialog, QMessageBox

from musicgen_studio.app import Program
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.targets import Target
from musicgen_studio.studio.humming.recording_state import Phase, RecordingState
from musicgen_studio.studio.making.queue import JobState, JobView
from musicgen_studio.ui.panels.export_dialog import ExportDialog
from musicgen_studio.ui.panels.queue_panel import QueuePanel
from musicgen_studio.ui.qt.drops import _Light
from musicgen_studio.ui.window.shortcuts import KeyMap
from tests.clip_screens import RATE, Save, _clip, _record, song
from tests.melody_screens import MICROPHONE

NO_ROOM = UserProblem(
    "The clip cannot be saved.",
    "There is no room left on the disk of the library.",
    "Free some space, or choose another folder in the settings, then save again.",
)
NO_INPUT = UserProblem(
    "“Scarlett 2i2 USB” cannot be opened.", "Another program uses it.", "Close that program, or choose another input."
)


def render(
    app: QApplication, program: Program, save: Save, settle: Callable[..., None], until: Callable[..., None]
) -> None:
    """Render the states."""
    window = program.window
    takes = _eight_takes(program)
    window.collection.refresh()
    window.collection.clip_chosen.emit(takes[2])
    until(app, lambda: not window.listening.is_drawing)
    window.waveform._select(3 * RATE, 6 * RATE)  # as by dragging, which is told
    settle(app, 800)
    save("asking-eight-takes", window)
    window.clip_header.ask_to_replace()
    settle(app)
    save("asking-replace", window)
    window.show_problem(NO_ROOM)
    settle(app)
    save("asking-banner", window)
    window.show_problem(None)
    window.clip_header._replace.setChecked(False)
    _light_up(app, program, save, settle)
    _render_export(app, program, takes, save, settle)
    _render_questions(app, program, save, settle)
    _render_queue(app, save, settle)
    _render_recorder(app, program, save, settle)


def _eight_takes(program: Program) -> list[Clip]:
    library, ids = program.services.library, []
    for number in range(8):
        clip = _clip(f"Happy rock with organ and drums · take {number + 1}", seed=41 + number)
        sound = Audio(song(number, 10.0), RATE)
        record = _record(clip, number)
        recipe = replace(record, order=replace(record.order, takes=8)).to_json()
        library.add(replace(clip, recipe=recipe, frames=sound.frames), sound)
        ids.append(library.edit(clip.id, tempo_bpm=120.0, analysis="{}").id)
    return [library.get(each) for each in ids]


def _light_up(app: QApplication, program: Program, save: Save, settle: Callable[..., None]) -> None:
    """Show what would take the files that are dragged over it: the prompt and the library."""
    window = program.window
    lights = [*window.prompt.findChildren(_Light), *window.library.findChildren(_Light)]
    for light in lights:
        light.shine()
    settle(app)
    save("asking-drop", window)
    for light in lights:
        light.hide()


def _render_export(
    app: QApplication, program: Program, takes: list[Clip], save: Save, settle: Callable[..., None]
) -> None:
    """Render what each target asks, and the export of many clips."""
    window = program.window
    for clips in (takes[:1], takes):
        window.export_requested.emit(clips)
        settle(app)
        dialog = app.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        if len(clips) > 1:
            save("asking-export-many", dialog)
        else:
            box = next(box for box in dialog.findChildren(QComboBox) if box.findData(Target.STEMS) >= 0)
            for target in Target:
                box.setCurrentIndex(box.findData(target))
                settle(app)
                save(f"asking-export-{target.value}", dialog)
        dialog.close()
        settle(app)


def _render_questions(app: QApplication, program: Program, save: Save, settle: Callable[..., None]) -> None:
    """Render what is asked before many clips are renamed, and before orders are forgotten."""
    window = program.window
    window.activateWindow()
    window.library._list.setFocus()
    settle(app)
    window.library._list.selectAll()
    settle(app)
    window.menus.actions["rename"].trigger()
    window._quitting.ask(2)
    settle(app)
    for name, kind in (("rename-many", QInputDialog), ("quit", QMessageBox)):
        dialogs: list[QDialog] = window.findChildren(kind)
        for dialog in dialogs:
            save(f"asking-{name}", dialog)
            dialog.reject()
    settle(app)


def _render_queue(app: QApplication, save: Save, settle: Callable[..., None]) -> None:
    """Render jobs in every state, one that failed among them."""
    panel = QueuePanel(KeyMap({}))
    states = (JobState.MAKING, JobState.QUEUED, JobState.QUEUED, JobState.FAILED, JobState.DONE)
    panel.set_jobs(
        [
            JobView(
                id=number,
                title=f"Happy rock with organ and drums, number {number}",
                state=state,
                made_s=4.8,
                wanted_s=12.0,
                speed=1.1,
                left_s=6.5,
                takes=2,
                problem=NO_ROOM if state is JobState.FAILED else None,
            )
            for number, state in enumerate(states, start=1)
        ]
    )
    panel.resize(640, 360)
    panel.show()
    settle(app)
    save("asking-queue", panel)
    panel.set_jobs(())
    panel.resize(640, 100)
    settle(app)
    save("asking-queue-empty", panel)
    panel.close()


def _render_recorder(app: QApplication, program: Program, save: Save, settle: Callable[..., None]) -> None:
    """Render the count-in, an input that does not open, and a recording that the disk did not take."""
    window, recording = program.window, program.window.recording
    recorder = window.prompt.melody.recorder
    window.prompt.melody.set_open(True)
    recording.close()  # what follows is shown, not recorded
    state = RecordingState(inputs=(MICROPHONE,), device=MICROPHONE, peaks=(0.2, 0.1), clipped=(False, False))
    for name, shown in (
        ("count-in", replace(state, phase=Phase.COUNT_IN, beat=-2.4)),
        ("no-input", replace(state, phase=Phase.OFF, problem=NO_INPUT)),
        ("not-saved", replace(state, phase=Phase.SAVING, recorded_s=6.2, problem=NO_ROOM)),
    ):
        recorder.set_state(shown, [])
        settle(app)
        save(f"asking-recorder-{name}", window)
