"""Work whose clip is deleted for good before its turn comes."""

from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import StoppedError
from musicgen_studio.library.library import Library
from musicgen_studio.ui.window.gone import unless_gone

BEEP = Audio(np.full((8000, 1), 0.1, np.float32), 32_000)


def test_work_is_stopped_where_its_clip_is_gone_and_a_fault_stays_one(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        clip = Clip("a" * 32, "Beep", Origin.IMPORTED, "2026-01-01T12:00:00+00:00", BEEP.frames, 32_000, 1)
        library.add(clip, BEEP)
        read = unless_gone(library, clip.id, library.read)
        assert read(clip.id).frames == BEEP.frames
        with pytest.raises(KeyError):
            read("b" * 32)
        library.trash([clip.id])
        library.purge_trash()
        with pytest.raises(StoppedError):
            read(clip.id)
