"""What was measured of the library's clips is read from where it is kept, as it is at that moment."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip
from musicgen_studio.core.verdict import UNKNOWN, Verdict
from musicgen_studio.library.library import Library
from musicgen_studio.library.search import Sorting
from musicgen_studio.studio.arranging.choosing import rank_of, rank_takes
from musicgen_studio.studio.arranging.noticing import notice
from musicgen_studio.studio.arranging.verdicts import verdict_of
from tests.ui.clips import make_clip

RATE_HZ = 32_000


def _beat(stops: bool) -> Audio:
    time_s = np.arange(6 * RATE_HZ) / RATE_HZ
    sound = 0.3 * np.sin(2 * np.pi * 220 * time_s) * np.exp(-6 * (time_s % 0.5))
    if stops:
        sound[round(2.1 * RATE_HZ) :] = 0
    return Audio(sound.astype(np.float32)[:, None], RATE_HZ)


def _added(library: Library, number: int, audio: Audio) -> Clip:
    clip = replace(make_clip(number), frames=audio.frames, sample_rate=RATE_HZ, channels=1, prompt="a beat")
    return library.add(clip, audio)


def test_the_list_is_sorted_by_what_was_measured_now_and_after_a_restart(tmp_path: Path) -> None:
    def verdicts(library: Library) -> list[Verdict]:
        return [verdict_of(library, clip.id) for clip in (broken, whole)]

    with Library(tmp_path) as library:
        broken, whole = _added(library, 1, _beat(stops=True)), _added(library, 2, _beat(stops=False))
        assert verdicts(library) == [UNKNOWN, UNKNOWN]
        assert len(notice(library, broken)) > len(notice(library, whole))
        assert [each.faults for each in verdicts(library)] == [1, 0]
        assert [each.take for each in rank_takes(library, [broken, whole])] == [1, 0]
        known = [Verdict(2, 2, 1), Verdict(1, 2, 0)]
        assert verdicts(library) == known
        ranked = rank_of(library, whole)
        assert ranked is not None
        assert ranked.take == 1
        best = library.clips(order=Sorting.BEST, verdict=lambda clip_id: verdict_of(library, clip_id))
        assert [clip.id for clip in best] == [whole.id, broken.id]
    with Library(tmp_path) as library:
        assert verdicts(library) == known


@pytest.mark.parametrize("text", ["", "{", "[]", '{"place": 3, "takes": 2}', '{"score": 1}', "[" * 10_000])
def test_what_nobody_can_read_is_unknown(text: str, tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.remember("ranked.x", text)
        assert verdict_of(library, "x").place is None
        library.remember("faults.x", '{"a": 1}' if text == "[]" else text)
        assert verdict_of(library, "x").faults is None
