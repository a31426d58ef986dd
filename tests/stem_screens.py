"""States of taking a clip apart by Demucs: offered, chosen, at work, done. For `tests.screenshots`.

The clip is of plain sound. Demucs has random weights in the layout of Meta's file, so what it takes apart is no music.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget

from musicgen_studio.app import Program
from musicgen_studio.checkpoints.hub.published import torch_files
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.library.files import new_id
from tests.clip_screens import RATE, song
from tests.separation.test_demucs import write_model

MODEL = "htdemucs_6s"
LENGTH_S = 30.0
"""Long enough to be seen at work."""

Save = Callable[[str, QWidget], object]


def render(
    app: QApplication,
    program: Program,
    _home: Path,
    save: Save,
    settle: Callable[..., object],
    until: Callable[..., object],
) -> None:
    """Render the states, with a torch home of its own."""
    window, library = program.window, program.services.library
    catalogue = program.dialogs.catalogue
    program.dialogs.shelf.refresh()
    until(app, lambda: program.dialogs.shelf.offer(MODEL) is not None)
    catalogue.open(MODEL)
    settle(app, 700)
    save("stems-demucs-offered", catalogue.dialog)
    catalogue.dialog.close()
    _put(torch_files())
    clip = _clip()
    sound = Audio(song(3, LENGTH_S), RATE)
    library.add(clip, sound)
    window.collection.refresh()
    window.collection.clip_chosen.emit(library.get(clip.id))
    window.stems.look_for_separators()
    (menu,) = window.clip_header.findChildren(QMenu)
    until(app, lambda: not window.listening.is_drawing and len(menu.actions()) == 2)
    settle(app, 800)
    _button(program, "Separator").click()
    settle(app)
    save("stems-demucs-choose", menu)
    menu.close()
    save("stems-demucs-there", window)
    menu.actions()[1].trigger()
    until(app, lambda: any((view.fraction or 0) > 0.05 for view in program.services.background.views()))
    settle(app)
    save("stems-demucs-at-work", window)
    until(app, lambda: len(library.stems(clip.id)) == 6 and len(window.stems._openings) == 6)
    until(app, lambda: all(opening.sound.is_ended for opening in window.stems._openings))
    settle(app, 800)
    save("stems-demucs-done", window)
    window.resize(800, 560)
    settle(app)
    save("stems-demucs-small", window)


def _put(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder, MODEL)


def _button(program: Program, name: str) -> QToolButton:
    buttons = program.window.clip_header.findChildren(QToolButton)
    return next(each for each in buttons if each.accessibleName() == name)


def _clip() -> Clip:
    made_at = "2026-11-28T10:00:00+00:00"
    frames = round(LENGTH_S * RATE)
    return Clip(new_id(), "Night drive, live in the kitchen", Origin.IMPORTED, made_at, frames, RATE, 2)
