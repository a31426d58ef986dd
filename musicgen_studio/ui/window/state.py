"""What the window looked like, kept from one start to the next as text that the library remembers.

Anything odd in it counts as nothing. Not for settings, which the person chooses (`studio/program/settings`).
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QTimer, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from musicgen_studio.core.clip import Clip
from musicgen_studio.ui.panels.prompt_panel import PromptPanel, PromptValues
from musicgen_studio.ui.window.listening import Listening
from musicgen_studio.ui.window.live import Live
from musicgen_studio.ui.window.services import Services

KEEP_AFTER_MS = 2000
_NAME = "window"

_ALL_CHOSEN = PromptValues(guidance_scale=3.0, temperature=1.0, top_k=250, top_p=0.0)
"""For what kind of value each is; what is usual is none and not remembered."""


@dataclass(frozen=True, slots=True)
class WindowState:
    """The state at the last change.

    Args:
        geometry: Qt's, in base 64.
        columns: Qt's of the columns, in base 64.
        values: Fields of `PromptValues` by name.
        folds: Whether the melody's and the advanced fold are open.
        clip: Id of the clip that was shown; empty for none.
    """

    geometry: str
    columns: str
    values: dict[str, Any]
    folds: tuple[bool, bool]
    clip: str = ""

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "WindowState | None":
        """Read it from text; None if there is none, or it is from another version."""
        try:
            stored = json.loads(text or "")
            kinds = {field.name: type(getattr(_ALL_CHOSEN, field.name)) for field in fields(PromptValues)}
            values = {name: value for name, value in stored["values"].items() if type(value) is kinds.get(name)}
            melody, advanced = stored["folds"]
            folds = bool(melody), bool(advanced)
            return cls(str(stored["geometry"]), str(stored["columns"]), values, folds, str(stored.get("clip", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class StateKeeper(QObject):
    """Finds again what the last start left, and keeps what the next one is to find. Main thread.

    Args:
        services: The library remembers it.
        columns: Of the window, whose widths are kept.
        prompt: Its values and folds are kept.
        listening: Which clip it has is kept.
        live: Its page is kept at the same time.
        window: Its place and size are kept.
    """

    def __init__(
        self,
        services: Services,
        columns: QSplitter,
        prompt: PromptPanel,
        listening: Listening,
        live: Live,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services, self._columns, self._prompt = services, columns, prompt
        self._listening, self._live, self._window = listening, live, window
        self._timer = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def find_again(self) -> None:
        """Set the window out as it was, but for the clip, which takes longer."""
        state = self._kept()
        if state is not None:
            self._window.restoreGeometry(QByteArray.fromBase64(state.geometry.encode()))
            self._columns.restoreState(QByteArray.fromBase64(state.columns.encode()))
            self._prompt.set_values(replace(self._prompt.values(), **state.values))
            self._prompt.set_folds(*state.folds)

    def last_clip(self) -> Clip | None:
        """Return the clip that was shown last; None if there was none, or it is no longer there to be shown."""
        state, library = self._kept(), self._services.library
        if state is None or not library.has(state.clip):
            return None
        clip = library.get(state.clip)
        return clip if clip.trashed is None and not clip.is_missing else None

    def begin(self) -> None:
        """Keep the state from now on, a moment after each change."""
        for changed in (self._prompt.values_changed, self._columns.splitterMoved, self._listening.shown):
            changed.connect(self._wait)

    @Slot()
    def keep(self) -> None:
        """Write down what the next start is to find again."""
        self._timer.stop()
        current = self._listening.current
        state = WindowState(
            geometry=bytes(self._window.saveGeometry().toBase64().data()).decode(),
            columns=bytes(self._columns.saveState().toBase64().data()).decode(),
            values=asdict(self._prompt.values()),
            folds=self._prompt.folds(),
            clip="" if current is None else current.clip.id,
        )
        self._services.remember(_NAME, state.to_json())
        self._live.keep_page()

    @Slot()
    def _wait(self) -> None:
        self._timer.start()  # not connected itself: Qt would take a column's place for the milliseconds

    def _kept(self) -> WindowState | None:
        return WindowState.from_json(self._services.library.recall(_NAME))
