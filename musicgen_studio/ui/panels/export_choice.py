"""What was chosen in the export dialog. Not for asking (`export_dialog`)."""

from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.export.targets import Target


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What was chosen.

    Args:
        settings: What to make of each clip.
        folder: Where the files go. It may not be there yet.
        names: Wanted file name of each clip without ending. They may be taken: the exporter then adds a number.
        is_selection: Whether only what is selected is to be exported.
        target: What is made; anything but a sound file is named by itself and left as loud as it is.
        bars: Of a loop.
        start_bar: With which bar a loop begins, from 0; None lets the exporter choose.
    """

    settings: FinishSettings
    folder: Path
    names: tuple[str, ...]
    is_selection: bool = False
    target: Target = Target.SOUND
    bars: int = 4
    start_bar: int | None = None
