"""The one table of what can be done: its words, its keys, and which menu it stands in.

Menu bar, context menus, keys and the sheet of keys are all made from it, so that none can tell another thing. The keys
follow Audacity's, which musicians know. Not for what an action does: whoever does it binds it (`shortcuts.Bindings`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


class KeyContext(StrEnum):
    """Where a key counts."""

    WINDOW = "window"
    LIBRARY = "library"
    QUEUE = "queue"
    PASSAGES = "passages"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the table.

    Args:
        id: What settings call it; never changed once released.
        text: What it does, in English; `title` is the translated one. "…" at its end: it asks before it does anything.
        keys: Default keys in Qt's portable writing, several parted by "; ", empty for none.
        section: Menu it stands in and heading it stands under on the sheet, in English.
        context: Where its keys count.
        is_ready: False keeps the key free for something the program cannot do yet; menus and sheet leave it out.
    """

    id: str
    text: str
    keys: str
    section: str = ""
    context: KeyContext = KeyContext.WINDOW
    is_ready: bool = True

    @property
    def title(self) -> str:
        """What it does, in the language of the program."""
        return QCoreApplication.translate("shortcuts", self.text)

    @property
    def section_title(self) -> str:
        """The menu's name, in the language of the program."""
        return QCoreApplication.translate("shortcuts", self.section)


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Lines that stand together in a menu, parted from what is above and below.

    Args:
        lines: The lines, from above; none for a submenu whose lines change, which another fills.
        menu: The menu, in English.
        submenu: If not empty, they fold into a submenu of this name, in English.
    """

    lines: tuple[Shortcut, ...]
    menu: str
    submenu: str = ""

    @property
    def submenu_title(self) -> str:
        """The submenu's name, in the language of the program."""
        return QCoreApplication.translate("shortcuts", self.submenu) if self.submenu else ""


def _line(
    shortcut_id: str,
    text: object,  # the type PySide6 gives a text marked for translation
    keys: str = "",
    context: KeyContext = KeyContext.WINDOW,
    is_ready: bool = True,
) -> Shortcut:
    return Shortcut(shortcut_id, str(text), keys, context=context, is_ready=is_ready)


def _group(menu: object, *lines: Shortcut, submenu: object = "") -> MenuGroup:
    return MenuGroup(tuple(replace(each, section=str(menu)) for each in lines), str(menu), str(submenu))


_LIBRARY, _QUEUE, _PASSAGES = KeyContext.LIBRARY, KeyContext.QUEUE, KeyContext.PASSAGES
_FILE = QT_TRANSLATE_NOOP("shortcuts", "File")
_EDIT = QT_TRANSLATE_NOOP("shortcuts", "Edit")
_CLIP = QT_TRANSLATE_NOOP("shortcuts", "Clip")
_PLAY = QT_TRANSLATE_NOOP("shortcuts", "Play")
_VIEW = QT_TRANSLATE_NOOP("shortcuts", "View")
_HELP = QT_TRANSLATE_NOOP("shortcuts", "Help")
MENUS: tuple[str, ...] = tuple(str(menu) for menu in (_FILE, _EDIT, _CLIP, _PLAY, _VIEW, _HELP))
"""The menus of the bar, from the left, in English."""

GROUPS: tuple[MenuGroup, ...] = (
    _group(
        _FILE,
        _line("import", QT_TRANSLATE_NOOP("shortcuts", "Import…"), "Ctrl+O"),
    ),
    _group(_FILE, submenu=QT_TRANSLATE_NOOP("shortcuts", "Recent files")),
    _group(
        _FILE,
        _line("export", QT_TRANSLATE_NOOP("shortcuts", "Export…"), "Ctrl+S; Ctrl+Shift+E"),
        _line("show-file", QT_TRANSLATE_NOOP("shortcuts", "Show the file"), "Ctrl+Shift+O"),
        _line("find-file", QT_TRANSLATE_NOOP("shortcuts", "Find the file of a missing clip…")),
    ),
    _group(_FILE, _line("quit", QT_TRANSLATE_NOOP("shortcuts", "Quit"), "Ctrl+Q")),
    _group(
        _EDIT,
        _line("undo", QT_TRANSLATE_NOOP("shortcuts", "Undo"), "Ctrl+Z"),
        _line("redo", QT_TRANSLATE_NOOP("shortcuts", "Redo"), "Ctrl+Shift+Z; Ctrl+Y"),
    ),
    _group(
        _EDIT,
        _line("trim", QT_TRANSLATE_NOOP("shortcuts", "Trim to the selection"), "Ctrl+Shift+T"),
        _line("cut", QT_TRANSLATE_NOOP("shortcuts", "Cut the selection out"), "Ctrl+X"),
        _line("silence", QT_TRANSLATE_NOOP("shortcuts", "Silence the selection"), "Ctrl+L"),
        _line("split", QT_TRANSLATE_NOOP("shortcuts", "Split in two at the playhead"), "Ctrl+I"),
        _line("join", QT_TRANSLATE_NOOP("shortcuts", "Join the clips chosen in the library, oldest first"), "Ctrl+J"),
    ),
    _group(
        _EDIT,
        _line("fade-in", QT_TRANSLATE_NOOP("shortcuts", "Fade in"), "Ctrl+Shift+I"),
        _line("fade-out", QT_TRANSLATE_NOOP("shortcuts", "Fade out"), "Ctrl+Shift+F"),
        _line("louder", QT_TRANSLATE_NOOP("shortcuts", "Louder by 3 dB"), "Ctrl+Up"),
        _line("softer", QT_TRANSLATE_NOOP("shortcuts", "Softer by 3 dB"), "Ctrl+Down"),
        _line("gain", QT_TRANSLATE_NOOP("shortcuts", "Louder or softer…"), "Ctrl+G"),
        _line("normalise", QT_TRANSLATE_NOOP("shortcuts", "Normalise"), "Ctrl+Shift+N"),
        _line("reverse", QT_TRANSLATE_NOOP("shortcuts", "Reverse"), "Ctrl+Shift+R"),
        submenu=QT_TRANSLATE_NOOP("shortcuts", "Change the sound"),
    ),
    _group(
        _EDIT,
        _line("select-all", QT_TRANSLATE_NOOP("shortcuts", "Select all"), "Ctrl+A"),
        _line("select-none", QT_TRANSLATE_NOOP("shortcuts", "Select nothing"), "Ctrl+Shift+A"),
    ),
    _group(_EDIT, _line("settings", QT_TRANSLATE_NOOP("shortcuts", "Settings…"), "Ctrl+,")),
    _group(
        _CLIP,
        _line("generate", QT_TRANSLATE_NOOP("shortcuts", "Generate"), "Ctrl+Enter; Ctrl+Return"),
        _line("cancel", QT_TRANSLATE_NOOP("shortcuts", "Stop what is being made"), "Esc"),
        _line("prompt", QT_TRANSLATE_NOOP("shortcuts", "Put the cursor into the prompt"), "P"),
        _line("prompt-history", QT_TRANSLATE_NOOP("shortcuts", "Prompts written before…"), "Ctrl+H"),
        _line("surprise", QT_TRANSLATE_NOOP("shortcuts", "Surprise me with a prompt"), "Ctrl+Shift+H"),
    ),
    _group(
        _CLIP,
        _line("record", QT_TRANSLATE_NOOP("shortcuts", "Record a hum: get ready, begin, stop"), "R"),
        _line("notes", QT_TRANSLATE_NOOP("shortcuts", "Edit the notes of the melody…"), "N"),
        _line("hear-melody", QT_TRANSLATE_NOOP("shortcuts", "Hear the melody, or stop"), "Shift+N"),
        _line("clear-melody", QT_TRANSLATE_NOOP("shortcuts", "Follow no melody")),
    ),
    _group(
        _CLIP,
        _line("extend", QT_TRANSLATE_NOOP("shortcuts", "Extend…"), "E"),
        _line("variations", QT_TRANSLATE_NOOP("shortcuts", "Variations"), "V"),
        _line("again", QT_TRANSLATE_NOOP("shortcuts", "Again, same seed"), "Shift+V"),
        _line("use-settings", QT_TRANSLATE_NOOP("shortcuts", "Use these settings"), "U"),
    ),
    _group(
        _CLIP,
        _line("replace", QT_TRANSLATE_NOOP("shortcuts", "Replace the selection…"), "Ctrl+R"),
        _line("mend", QT_TRANSLATE_NOOP("shortcuts", "Mend what is broken"), "Ctrl+Shift+M"),
        _line("let-end", QT_TRANSLATE_NOOP("shortcuts", "Let it end"), "Ctrl+Shift+D"),
    ),
    _group(
        _CLIP,
        _line("passages", QT_TRANSLATE_NOOP("shortcuts", "Passages"), "Ctrl+P"),
        _line("passages-text", QT_TRANSLATE_NOOP("shortcuts", "Passages as text…"), "Ctrl+Shift+P"),
    ),
    _group(
        _CLIP,
        _line("passage-words", QT_TRANSLATE_NOOP("shortcuts", "Write the words of the passage"), "", _PASSAGES),
        _line("passage-split", QT_TRANSLATE_NOOP("shortcuts", "Split the passage"), "Ctrl+Alt+I", _PASSAGES),
        _line("passage-duplicate", QT_TRANSLATE_NOOP("shortcuts", "Duplicate the passage"), "Ctrl+D", _PASSAGES),
        _line("passage-earlier", QT_TRANSLATE_NOOP("shortcuts", "Move the passage to the left"), "Alt+Left", _PASSAGES),
        _line("passage-later", QT_TRANSLATE_NOOP("shortcuts", "Move the passage to the right"), "Alt+Right", _PASSAGES),
        _line("passage-remove", QT_TRANSLATE_NOOP("shortcuts", "Remove the passage"), "Del", _PASSAGES),
        submenu=QT_TRANSLATE_NOOP("shortcuts", "Passage"),
    ),
    _group(
        _CLIP,
        _line("stems", QT_TRANSLATE_NOOP("shortcuts", "Stems"), "Ctrl+Shift+S"),
        _line("tempo", QT_TRANSLATE_NOOP("shortcuts", "Tempo and key…"), "T"),
    ),
    _group(
        _CLIP,
        _line("rename", QT_TRANSLATE_NOOP("shortcuts", "Rename"), "F2"),
        _line("star", QT_TRANSLATE_NOOP("shortcuts", "Star on or off"), "S"),
        _line("tags", QT_TRANSLATE_NOOP("shortcuts", "Tags…"), "Ctrl+T"),
        _line("trash", QT_TRANSLATE_NOOP("shortcuts", "Move to the trash"), "Del", _LIBRARY),
    ),
    _group(
        _CLIP,
        _line("queue-up", QT_TRANSLATE_NOOP("shortcuts", "Make this sooner"), "Alt+Up", _QUEUE),
        _line("queue-down", QT_TRANSLATE_NOOP("shortcuts", "Make this later"), "Alt+Down", _QUEUE),
        _line("queue-cancel", QT_TRANSLATE_NOOP("shortcuts", "Cancel this job"), "Del", _QUEUE),
        submenu=QT_TRANSLATE_NOOP("shortcuts", "Queue"),
    ),
    _group(
        _PLAY,
        _line("play", QT_TRANSLATE_NOOP("shortcuts", "Play or pause"), "Space"),
        _line("play-clip", QT_TRANSLATE_NOOP("shortcuts", "Play the clip from its start"), "Shift+Return", _LIBRARY),
        _line("play-now", QT_TRANSLATE_NOOP("shortcuts", "Play what is there"), "Shift+Space"),
        _line("stop", QT_TRANSLATE_NOOP("shortcuts", "Stop, and go back to where it began"), "."),
    ),
    _group(
        _PLAY,
        _line("to-start", QT_TRANSLATE_NOOP("shortcuts", "Go to the start"), "Home"),
        _line("to-end", QT_TRANSLATE_NOOP("shortcuts", "Go to the end"), "End"),
        _line("seek-back", QT_TRANSLATE_NOOP("shortcuts", "Step back"), "Left"),
        _line("seek-forward", QT_TRANSLATE_NOOP("shortcuts", "Step forward"), "Right"),
    ),
    _group(
        _PLAY,
        _line("loop", QT_TRANSLATE_NOOP("shortcuts", "Loop on or off"), "L"),
        _line("loop-selection", QT_TRANSLATE_NOOP("shortcuts", "Loop the selection"), "Shift+L"),
    ),
    _group(
        _PLAY,
        _line("live", QT_TRANSLATE_NOOP("shortcuts", "Live: music that never ends"), "Ctrl+Shift+L"),
        _line("live-keep", QT_TRANSLATE_NOOP("shortcuts", "Keep the last 30 s of live music"), "K"),
        _line("live-again", QT_TRANSLATE_NOOP("shortcuts", "Make a kept live recording again")),
    ),
    _group(
        _PLAY,
        _line("preview-library", QT_TRANSLATE_NOOP("shortcuts", "Play what the arrow keys choose in the library")),
    ),
    _group(
        _PLAY,
        _line("compare", QT_TRANSLATE_NOOP("shortcuts", "Compare: A or B"), "B"),
        _line("compare-end", QT_TRANSLATE_NOOP("shortcuts", "End the comparison"), "Shift+B"),
    ),
    _group(
        _PLAY,
        _line("original", QT_TRANSLATE_NOOP("shortcuts", "Hear the original, and back"), "0"),
        _line("take-1", QT_TRANSLATE_NOOP("shortcuts", "Hear take 1"), "1"),
        _line("take-2", QT_TRANSLATE_NOOP("shortcuts", "Hear take 2"), "2"),
        _line("take-3", QT_TRANSLATE_NOOP("shortcuts", "Hear take 3"), "3"),
        _line("take-4", QT_TRANSLATE_NOOP("shortcuts", "Hear take 4"), "4"),
        _line("take-5", QT_TRANSLATE_NOOP("shortcuts", "Hear take 5"), "5"),
        _line("take-6", QT_TRANSLATE_NOOP("shortcuts", "Hear take 6"), "6"),
        _line("take-7", QT_TRANSLATE_NOOP("shortcuts", "Hear take 7"), "7"),
        _line("take-8", QT_TRANSLATE_NOOP("shortcuts", "Hear take 8"), "8"),
        submenu=QT_TRANSLATE_NOOP("shortcuts", "Takes"),
    ),
    _group(
        _VIEW,
        _line("zoom-in", QT_TRANSLATE_NOOP("shortcuts", "Zoom in"), "Ctrl+=; Ctrl++"),
        _line("zoom-out", QT_TRANSLATE_NOOP("shortcuts", "Zoom out"), "Ctrl+-"),
        _line("zoom-selection", QT_TRANSLATE_NOOP("shortcuts", "Zoom to the selection"), "Ctrl+E"),
        _line("zoom-fit", QT_TRANSLATE_NOOP("shortcuts", "Show the whole clip"), "Ctrl+F"),
    ),
    _group(
        _VIEW,
        _line("spectrogram", QT_TRANSLATE_NOOP("shortcuts", "Spectrogram instead of the waveform"), "W"),
        _line("taller", QT_TRANSLATE_NOOP("shortcuts", "Taller waveform"), "Ctrl+Shift+Up"),
        _line("flatter", QT_TRANSLATE_NOOP("shortcuts", "Flatter waveform"), "Ctrl+Shift+Down"),
    ),
    _group(
        _VIEW,
        _line("mark", QT_TRANSLATE_NOOP("shortcuts", "Mark on or off at the playhead"), "M"),
        _line("mark-name", QT_TRANSLATE_NOOP("shortcuts", "Name the mark at the playhead…"), "Shift+M"),
        _line("mark-next", QT_TRANSLATE_NOOP("shortcuts", "Go to the next mark"), "Ctrl+Right"),
        _line("mark-previous", QT_TRANSLATE_NOOP("shortcuts", "Go to the mark before"), "Ctrl+Left"),
        _line("marks-clear", QT_TRANSLATE_NOOP("shortcuts", "Remove all marks of the clip")),
        submenu=QT_TRANSLATE_NOOP("shortcuts", "Marks"),
    ),
    _group(
        _VIEW,
        _line("search", QT_TRANSLATE_NOOP("shortcuts", "Search the library"), "Ctrl+K"),
        _line("next-section", QT_TRANSLATE_NOOP("shortcuts", "Next section of the window"), "F6"),
        _line("previous-section", QT_TRANSLATE_NOOP("shortcuts", "Previous section"), "Shift+F6"),
        _line("full-screen", QT_TRANSLATE_NOOP("shortcuts", "Full screen on or off"), "F11"),
    ),
    _group(
        _VIEW,
        _line("checkpoints", QT_TRANSLATE_NOOP("shortcuts", "Checkpoints…"), "Ctrl+M"),
        _line("give-memory-back", QT_TRANSLATE_NOOP("shortcuts", "Give the checkpoint's memory back")),
    ),
    _group(
        _HELP,
        _line("shortcuts", QT_TRANSLATE_NOOP("shortcuts", "All keys…"), "F1"),
        _line("diagnostics", QT_TRANSLATE_NOOP("shortcuts", "Diagnostics…")),
        _line("about", QT_TRANSLATE_NOOP("shortcuts", "About")),
    ),
)
"""What stands together, menu by menu, each from above."""

TABLE: tuple[Shortcut, ...] = tuple(line for group in GROUPS for line in group.lines)
"""All lines, in the order of the menus."""

_BY_ID = {line.id: line for line in TABLE}

CLIP_MENU: tuple[tuple[str, ...], ...] = (
    ("play-clip", "compare"),
    ("rename", "star", "tags"),
    ("extend", "variations", "again", "use-settings", "stems"),
    ("join",),
    ("export", "show-file", "find-file"),
    ("trash",),
)
"""The context menu of a clip in the library, in groups of ids."""

WAVEFORM_MENU: tuple[tuple[str, ...], ...] = (
    ("play", "loop-selection", "loop"),
    ("select-all",),
    ("trim", "cut", "silence", "split"),
    ("fade-in", "fade-out", "louder", "softer", "gain", "normalise", "reverse"),
    ("zoom-selection", "zoom-fit", "spectrogram"),
    ("mark", "mark-name", "marks-clear"),
    ("replace", "mend", "let-end", "extend", "variations", "again", "stems", "tempo"),
    ("rename", "star", "export", "show-file"),
)
"""The context menu of the waveform."""

PASSAGE_MENU: tuple[tuple[str, ...], ...] = (
    ("passage-words",),
    ("passage-split", "passage-duplicate"),
    ("passage-earlier", "passage-later"),
    ("passage-remove",),
    ("passages-text",),
)
"""The context menu of a passage."""

MELODY_MENU: tuple[tuple[str, ...], ...] = (("record",), ("notes", "hear-melody"), ("clear-melody",))
"""The context menu of the melody."""

TAKE_MENU: tuple[tuple[str, ...], ...] = (
    ("play", "loop", "compare", "original"),
    ("variations", "again", "use-settings", "extend", "stems"),
    ("rename", "star", "export", "show-file"),
)
"""The context menu of a take, which the click on it has chosen."""


def shortcut(shortcut_id: str) -> Shortcut:
    """Return a line of the table.

    Raises:
        KeyError: If there is none with this id.
    """
    return _BY_ID[shortcut_id]


def menu_title(menu: str) -> str:
    """Return the name of a menu in the language of the program."""
    return QCoreApplication.translate("shortcuts", menu)


def ready(lines: Sequence[Shortcut]) -> list[Shortcut]:
    """Return the lines that the program can do."""
    return [line for line in lines if line.is_ready]
