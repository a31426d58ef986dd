"""Which takes are heard while they are made."""

from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.files.sound import read
from musicgen_studio.studio.making.sinks.played import Played
from tests.fake_engine import FakeEngine
from tests.studio.conftest import OrderMaker, made


class _Recorder:
    """A player that keeps what it was given."""

    def __init__(self) -> None:
        self._blocks: list[Samples] = []

    def write(self, audio: Audio) -> None:
        self._blocks.append(audio.samples)

    @property
    def samples(self) -> Samples:
        return np.concatenate(self._blocks)


def test_the_player_hears_the_first_take_of_every_prompt(tmp_path: Path, make_order: OrderMaker) -> None:
    heard = _Recorder()
    clips = made(FakeEngine(), make_order(("a", "b"), takes=2), tmp_path, Played(heard))
    firsts = [read(clip.sound_file).samples for clip in clips if clip.record.take == 0]
    np.testing.assert_array_equal(heard.samples, np.concatenate(firsts))


def test_of_prompts_made_together_the_player_hears_the_first(tmp_path: Path, make_order: OrderMaker) -> None:
    heard = _Recorder()
    clips = made(FakeEngine(), make_order(("a", "b", "c"), together=2), tmp_path, Played(heard))
    firsts = [read(clip.sound_file).samples for clip in clips if clip.record.prompt in "ac"]
    np.testing.assert_array_equal(heard.samples, np.concatenate(firsts))


def test_one_clip_of_a_batch_can_be_kept(tmp_path: Path, make_order: OrderMaker) -> None:
    whole = made(FakeEngine(), make_order(("a", "b"), takes=3, together=2), tmp_path)
    heard = _Recorder()
    order = make_order(("a", "b"), takes=3, together=2)
    (kept,) = made(FakeEngine(), order, tmp_path, Played(heard, (1, 1)), only=(1, 1))
    assert (kept.record.prompt, kept.record.take, kept.record.order.takes) == ("b", 1, 3)
    assert (kept.record.order.prompts, kept.record.place) == (("a", "b"), 1)
    kept_samples = read(kept.sound_file).samples
    alike = next(clip for clip in whole if (clip.record.prompt, clip.record.take) == ("b", 1))
    np.testing.assert_array_equal(kept_samples, read(alike.sound_file).samples)
    np.testing.assert_array_equal(heard.samples, kept_samples)
    assert len(list(tmp_path.iterdir())) == 14
