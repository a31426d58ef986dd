"""Clips of the library to files for other programs, as a long errand: counted, measured, stopped at once.

Not for what is made of a clip (`export`) nor for asking about it (`ui.panels.export_dialog`).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from musicgen_studio.core import beats_edited
from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.export.clips import Exported, ExportJob, ExportProgress, export_clips
from musicgen_studio.export.finish import FinishSettings
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.live_kept import write_beside
from musicgen_studio.studio.program.background import Errand


def export_from_library(
    library: Library,
    clips: Sequence[Clip],
    names: Sequence[str],
    folder: Path,
    settings: FinishSettings,
    errand: Errand,
    span: tuple[int, int] | None = None,
) -> list[Exported]:
    """Export clips one after the other, in the errand's thread.

    Beside a whole clip that was kept of live music lies what makes it again, as JSON.

    Args:
        library: Which has them.
        clips: Which ones.
        names: Their wanted file names, without ending.
        folder: Where the files go. It is made if it is not there.
        settings: What to make of each.
        errand: Told how far it is; its stop leaves what is done, and no half file.
        span: Of a single clip the first frame and the one after the last that are wanted; None is all of each.

    Returns:
        What became of each clip, up to where it was stopped.
    """
    jobs = [
        ExportJob(_part_of(clip, span), partial(_read, library, clip, errand, span), folder, settings, name)
        for clip, name in zip(clips, names, strict=True)
    ]

    def tell(progress: ExportProgress) -> None:
        errand.tell(progress.fraction, progress.number + 1, progress.clips)

    exported = export_clips(jobs, errand.stop, tell)
    return [each if span else _with_record(library, each) for each in exported]


def _part_of(clip: Clip, span: tuple[int, int] | None) -> Clip:
    """Return a clip as its part is to be told of: as long as that, with the beats that are in it."""
    if span is None:
        return clip
    start, end = span
    part = replace(clip, frames=end - start)
    if clip.known is None:
        return part
    known = beats_edited.since(clip.known, start / clip.sample_rate)
    return replace(part, analysis=beats_edited.until(known, part.duration_s).to_json())


def _with_record(library: Library, exported: Exported) -> Exported:
    """Write beside a clip that was kept of live music what makes it again."""
    if exported.file is not None:
        try:
            write_beside(library, exported.clip, exported.file)
        except UserProblem as problem:
            return replace(exported, problem=problem)
    return exported


def _read(library: Library, clip: Clip, errand: Errand, span: tuple[int, int] | None) -> Audio:
    """Read a clip as the library does, but with a look at the stop flag after each second or so of sound."""
    pieces = []
    for block in library.blocks(clip.id):
        errand.check()
        pieces.append(block.samples)
    start, end = span or (0, None)
    return Audio(np.concatenate(pieces)[start:end], clip.sample_rate)
