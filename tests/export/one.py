"""Exporting one clip, where a test is about what becomes of it."""

from pathlib import Path
from threading import Event

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.export.clips import ExportJob, export_clips
from musicgen_studio.export.finish import FinishSettings


def export_one(clip: Clip, audio: Audio, folder: Path, settings: FinishSettings, name: str | None = None) -> Path:
    """Export a clip and return its file.

    Raises:
        UserProblem: If there is none.
    """
    (done,) = export_clips([ExportJob(clip, lambda: audio, folder, settings, name)], Event(), lambda _progress: None)
    if done.problem is not None:
        raise done.problem
    assert done.file is not None
    return done.file
