"""`python -m tests.screenshots OUT`: every state of the window as PNG files, without a display, to be looked at.

The starter checkpoint makes the music that is shown. At 2× each state comes once more as `…@2x.png`, at 1.5× where it
is asked for. `--longer` makes every text a third longer, as other languages are.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from musicgen_studio.app import Program
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.recorder import InputSystem
from musicgen_studio.studio.program.background import Errand
from musicgen_studio.ui.panels.diagnostics_dialog import DiagnosticsDialog
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.panels.replace_card import ReplaceValues
from musicgen_studio.ui.qt.drops import _Light
from musicgen_studio.ui.window.action_table import CLIP_MENU, MENUS, TAKE_MENU, WAVEFORM_MENU
from tests import asking_screens, checkpoint_screens, clip_screens, composing_screens, melody_screens, stem_screens
from tests.longer import Longer
from tests.melody_screens import Singers

WAIT_MS = 600_000


_PLAIN = {
    "clips": clip_screens.render,
    "composing": composing_screens.render,
    "asking": asking_screens.render,
}
"""Parts whose clips are of plain sound."""

_WITH_A_HOME: dict[str, Callable[..., object]] = {
    "checkpoints": checkpoint_screens.render,
    "stems": stem_screens.render,
}
"""Parts that look for checkpoints where none of the user's lie."""


def main() -> int:
    """Render all states."""
    parser = argparse.ArgumentParser(description="Render every state of the window to PNG files.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", choices=["1", "1.5", "2"], help="only this scale (default: 1 and 2)")
    parser.add_argument("--theme", choices=["dark", "light"], help="only this theme (default: both)")
    parser.add_argument("--longer", action="store_true", help="make every text a third longer")
    parser.add_argument(
        "--part",
        choices=["window", "melody", "menus", "checkpoints", "clips", "composing", "stems", "asking"],
        help="only this part (default: all)",
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.scale is None:
        return max(subprocess.run(_command(args, scale), check=False).returncode for scale in ("1", "2"))
    os.environ["QT_SCALE_FACTOR"] = args.scale
    app = QApplication(sys.argv[:1])
    suffix = "" if args.scale == "1" else f"@{args.scale}x"
    longer = Longer()  # as long as it is used
    if args.longer:
        app.installTranslator(longer)

    def save(name: str, widget: QWidget) -> None:
        widget.grab().save(str(args.out / f"{name}{suffix}.png"))

    for theme in ("dark", "light") if args.theme is None else (args.theme,):
        if args.part in (None, "menus"):
            _render_menus(app, theme, save)
        if args.part in (None, "window"):
            _render(app, theme, save)
        for part in _WITH_A_HOME if args.part is None else {args.part} & _WITH_A_HOME.keys():
            with checkpoint_screens.own_home() as home, _program_in(str(home), theme) as program:
                program.window.resize(1280, 800)
                program.window.show()
                _WITH_A_HOME[part](app, program, home, partial(_save_as, save, theme), _settle, _until)
        for part in _PLAIN if args.part is None else {args.part} & _PLAIN.keys():
            with _program(theme) as program:
                program.window.resize(1280, 800)
                program.window.show()
                _settle(app)
                _PLAIN[part](app, program, partial(_save_as, save, theme), _settle, _until)
        if args.part in (None, "melody"):
            with _program(theme, Singers()) as program:
                program.window.resize(1280, 800)
                program.window.show()
                _settle(app)
                melody_screens.render(app, program, partial(_save_as, save, theme), _settle, _until)
    return 0


def _save_as(save: Callable[[str, QWidget], object], theme: str, name: str, widget: QWidget) -> None:
    save(f"{name}-{theme}", widget)


def _command(args: argparse.Namespace, scale: str) -> list[str]:
    part = (["--part", args.part] if args.part else []) + ["--longer"] * args.longer
    theme = ["--theme", args.theme] if args.theme else []
    return [sys.executable, "-m", "tests.screenshots", str(args.out), "--scale", scale, *part, *theme]


def _render_menus(app: QApplication, theme: str, save: Callable[[str, QWidget], object]) -> None:
    """Every menu of the bar and every context menu, over one clip with a selection, and the window at 1440 x 900."""
    with _program(theme) as program:
        window = program.window
        window.resize(1440, 900)
        window.show()
        window.generation.generate(
            PromptValues(prompt="happy rock with organ and drums", duration_s=3, takes=2, seed=41)
        )
        _until(app, lambda: len(program.services.library.clips()) == 2 and not program.services.loop.views())
        _until(app, lambda: bool(window.clip_actions.chosen()))
        window.recent.add(Path("My song.wav"), program.services.library.clips()[0])
        window.waveform.set_selection((32_000, 64_000))
        _settle(app, 1000)
        save(f"large-{theme}", window)
        menus = {name.lower().replace("/", "-"): window.menus.menu(name) for name in (*MENUS, "File/Recent files")}
        menus |= {
            f"on-{place}": window.menus.context_menu(groups)
            for place, groups in (("clip", CLIP_MENU), ("waveform", WAVEFORM_MENU), ("take", TAKE_MENU))
        }
        for name, menu in menus.items():
            menu.popup(window.mapToGlobal(window.rect().center() / 4))
            _settle(app)
            save(f"menu-{name}-{theme}".replace(" ", "-"), menu)
            menu.close()


def _render(app: QApplication, theme: str, save: Callable[[str, QWidget], object]) -> None:
    """The window while music is made, and what was made after the next start, which no longer tells today's speed."""
    with tempfile.TemporaryDirectory() as folder:
        with _program_in(folder, theme) as program:
            _render_making(app, program, theme, save)
        with _program_in(folder, theme) as program:
            _render_made(app, program, theme, save)


def _render_making(app: QApplication, program: Program, theme: str, save: Callable[[str, QWidget], object]) -> None:
    window, library = program.window, program.services.library
    window.resize(1280, 800)
    window.show()
    _settle(app)
    save(f"empty-{theme}", window)
    values = PromptValues(prompt="happy rock with organ and drums", duration_s=12, takes=2, seed=41)
    window.prompt.set_values(values)
    window.generation.generate(values)
    _until(app, lambda: window.listening.current is not None and window.listening.current.peaks.frames > 150_000)
    save(f"generating-{theme}", window)
    _until(app, lambda: len(library.clips()) == 2 and not program.services.loop.views())
    window.generation.generate(PromptValues(prompt="sad jazz, slow piano", duration_s=4, seed=7))
    _until(app, lambda: len(library.clips()) == 3 and not program.services.loop.views())
    window.collection.rename(library.clips()[-1].id, "Night drive")
    _until(app, lambda: all(clip.known is not None for clip in library.clips()))


def _render_made(app: QApplication, program: Program, theme: str, save: Callable[[str, QWidget], object]) -> None:
    window = program.window
    clip = program.services.library.clips()[-1]
    window.resize(1280, 800)
    window.show()
    _until(app, lambda: program.services.loop.facts is not None)
    window.listening.show_clip(clip)
    _until(app, lambda: not window.listening.is_drawing)
    window.waveform.set_selection((64_000, 160_000))
    _settle(app, 1500)
    save(f"clip-{theme}", window)
    window.prompt.set_problem(UserProblem("This cannot be made.", "The length is 0.", "Choose a length above 0."))
    _settle(app)
    save(f"problem-{theme}", window)
    window.prompt.set_problem(None)
    window.offer.offer("“Sad jazz, slow piano” is being made", "Show", lambda: None)
    light = window.waveform.findChildren(_Light)[0]
    light.shine()
    _settle(app)
    save(f"offer-and-drop-{theme}", window)
    light.hide()
    window.offer.withdraw()
    _save_stems(app, program, theme, save)
    window.resize(800, 560)
    _settle(app)
    save(f"small-{theme}", window)
    for name in ("settings", "shortcuts", "about"):
        window.dialog_requested.emit(name)
        _save_dialog(app, name, theme, save)
    window.export_requested.emit([clip])
    _save_dialog(app, "export", theme, save)
    _save_what_folds_out(app, program, theme, save)
    window.resize(1280, 800)
    _save_candidates(app, program, theme, save)


def _save_stems(app: QApplication, program: Program, theme: str, save: Callable[[str, QWidget], object]) -> None:
    """The clip's tempo card, its stems with one muted, and the export of a project."""
    window, library = program.window, program.services.library
    current = window.listening.current
    assert current is not None
    clip = library.get(current.clip.id)
    _until(app, lambda: library.get(clip.id).known is not None)
    known = library.get(clip.id).known
    assert known is not None
    window.collection.set_known(library.get(clip.id), known.with_bpm(round(known.bpm or 120), clip.duration_s))
    window.tempo.card.open_under(window.clip_header.tempo_chip)
    _settle(app)
    save(f"tempo-{theme}", window.tempo.card)
    window.tempo.card.hide()
    window.stems.show()
    _until(app, lambda: len(library.stems(clip.id)) == 4)
    _settle(app, 1500)
    next(box for box in window.lanes.findChildren(QToolButton) if box.accessibleName().startswith("Mute Drums")).click()
    _settle(app)
    save(f"stems-{theme}", window)
    next(box for box in window.lanes.findChildren(QToolButton) if box.accessibleName().startswith("Solo Bass")).click()
    _settle(app)
    save(f"stems-solo-{theme}", window)
    window.stems.hide()


def _save_candidates(app: QApplication, program: Program, theme: str, save: Callable[[str, QWidget], object]) -> None:
    """Three seconds of the clip, made anew twice by the starter: the candidates, the best of them in its place."""
    window, library, loop = program.window, program.services.library, program.services.loop
    before = len(library.clips())
    window.waveform._select(64_000, 160_000)  # as by dragging, which is told
    window.clip_header.ask_to_replace()
    window.sections.replace(ReplaceValues("calm piano", takes=2))
    _until(app, lambda: len(library.clips()) == before + 2 and not loop.views())
    window.clip_header._replace.setChecked(False)
    program.services.transport.stop()
    _settle(app, 1500)
    save(f"replace-candidates-{theme}", window)


def _save_what_folds_out(
    app: QApplication, program: Program, theme: str, save: Callable[[str, QWidget], object]
) -> None:
    """Long work, the messages, the checkpoints and the diagnostics: they stand beside the window's own work."""
    window, background = program.window, program.services.background

    def work(errand: Errand) -> None:
        errand.tell(0.43, 2, 5)
        errand.stop.wait()

    number = background.start("Exporting 5 clips", work)
    for text in ("3 unfinished clips were recovered", "“Night drive” is finished"):
        window.status.announce(text)
    _settle(app, 1000)
    save(f"exporting-{theme}", window)
    background.cancel(number)
    for name, fold_out in (
        ("messages", window.status.notices.show_all),
        ("checkpoints", window.header.checkpoints_requested.emit),
    ):
        fold_out()
        _settle(app)
        popup = app.activePopupWidget()
        assert popup is not None, name
        save(f"{name}-{theme}", popup)
        popup.close()
    window.dialog_requested.emit("diagnostics")
    _settle(app, 1000)
    dialog = window.findChildren(DiagnosticsDialog)[0]
    save(f"diagnostics-{theme}", dialog)
    dialog.close()


def _save_dialog(app: QApplication, name: str, theme: str, save: Callable[[str, QWidget], object]) -> None:
    _settle(app)
    dialog = app.activeModalWidget()
    assert dialog is not None, name
    save(f"{name}-{theme}", dialog)
    dialog.close()
    _settle(app)


@contextmanager
def _program(theme: str, inputs: InputSystem | None = None) -> Iterator[Program]:
    with tempfile.TemporaryDirectory() as folder, _program_in(folder, theme, inputs) as program:
        yield program


@contextmanager
def _program_in(folder: str, theme: str, inputs: InputSystem | None = None) -> Iterator[Program]:
    """Run the program of somebody whose home is this folder: no picture shows the folders of who takes it."""
    settings, library = Path(folder) / "settings.json", Path(folder) / "Music" / "MusicGen Studio"
    settings.write_text(json.dumps({"library_folder": str(library), "theme": theme}), encoding="utf-8")
    caches = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))  # what was measured once counts on
    environment = checkpoint_screens.environment
    with (
        environment("XDG_CACHE_HOME", caches),
        environment("HOME", folder),
        Program(settings, inputs=inputs) as program,
    ):
        yield program


def _settle(app: QApplication, for_ms: int = 300) -> None:
    loop = QEventLoop()
    QTimer.singleShot(for_ms, loop.quit)
    loop.exec()
    app.processEvents()


def _until(app: QApplication, holds: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(WAIT_MS)
    while not holds():
        assert not deadline.hasExpired(), "the window did not get there"
        _settle(app, 50)


if __name__ == "__main__":
    sys.exit(main())
