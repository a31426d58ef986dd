"""The one engine that is loaded: when it is loaded, let go, and no longer trusted.

For the engine's thread alone, but for `facts`. Not for what is made with it (`queue`).
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from musicgen_studio.engine.api import Engine, EngineInfo
from musicgen_studio.studio.making.order import CheckpointRecord

_LOG = logging.getLogger("musicgen_studio")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which engine a job wants; another one than is loaded takes its place.

    Args:
        checkpoint: `starter` or a folder.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32`, `bfloat16`, `float16` or `int8`.
    """

    checkpoint: str = "starter"
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine, and what it was loaded from."""

    engine: Engine
    checkpoint: CheckpointRecord


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What is known of the engine that is loaded, for those who do not make music with it.

    Args:
        info: What it says of itself.
        checkpoint: What it was loaded from.
    """

    info: EngineInfo
    checkpoint: CheckpointRecord


class Engines:
    """Holds one engine at most.

    An engine in which something happened that nobody foresaw is dropped. If its device does not even answer one small
    call then, the program's connection to it is spoilt until the next start, and everything later is
    loaded for the CPU.

    Args:
        load: Loads what is wanted.
        on_change: Told what is loaded now, or None.
        give_memory_back: Called after an engine was let go.
        is_usable: Tells whether the device of that name still answers.
    """

    def __init__(
        self,
        load: Callable[[EngineChoice], LoadedEngine],
        on_change: Callable[[EngineFacts | None], None],
        give_memory_back: Callable[[], None],
        is_usable: Callable[[str], bool],
    ) -> None:
        self.is_device_lost = False
        """Whether a device was given up until the next start."""
        self._load = load
        self._on_change = on_change
        self._give_memory_back = give_memory_back
        self._is_usable = is_usable
        self._loaded: LoadedEngine | None = None
        self._choice: EngineChoice | None = None
        self._facts: EngineFacts | None = None

    @property
    def facts(self) -> EngineFacts | None:
        """What is loaded now. Any thread."""
        return self._facts

    @property
    def is_loaded(self) -> bool:
        """Whether there is one."""
        return self._loaded is not None

    def get(self, choice: EngineChoice) -> LoadedEngine:
        """Return an engine, loaded if another one or none is there.

        Raises:
            UserProblem: If it cannot be loaded.
        """
        if self.is_device_lost:
            choice = replace(choice, device="cpu", precision="auto")
        if self._loaded is None or self._choice != choice:
            self.let_go()  # before, not after: two engines may not fit into memory
            loaded = self._load(choice)
            self._facts = EngineFacts(loaded.engine.info, loaded.checkpoint)
            self._loaded, self._choice = loaded, choice
            self._on_change(self._facts)
        return self._loaded

    def let_go(self) -> None:
        """Let the engine go, if there is one, and give its memory back."""
        if self._loaded is not None:
            self._loaded = self._choice = self._facts = None
            self._on_change(None)
            if not self.is_device_lost:
                self._give_memory_back()

    def drop(self, device: str) -> bool:
        """Let go an engine that is not to be trusted any more. Never raises.

        Args:
            device: What a job wanted, for where nothing is loaded.

        Returns:
            Whether its device was lost by this.
        """
        device = device if self._facts is None else self._facts.info.device
        try:
            self.let_go()
        except Exception:  # noqa: BLE001 - a device that does not answer fails here, too
            _LOG.error("fault while an engine was let go\n%s", traceback.format_exc())
        if self.is_device_lost or self._answers(device):
            return False
        self.is_device_lost = True
        return True

    def _answers(self, device: str) -> bool:
        try:
            return self._is_usable(device)
        except Exception:  # noqa: BLE001 - then it is not
            _LOG.error("fault while a device was asked\n%s", traceback.format_exc())
            return False
