"""From a selection to an order: what stays of a clip, and how its section is to be made."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.clip import Clip, Origin
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging import composing
from musicgen_studio.studio.arranging.replacing import cut_of, prompt_at, replacement, wish_of
from musicgen_studio.studio.making.engines import EngineChoice
from musicgen_studio.studio.making.join import FADE_S
from musicgen_studio.studio.making.order import LaterPassage, Order
from musicgen_studio.studio.making.source import reopen
from tests.studio.making.test_record import RECORD


@given(
    rate=st.sampled_from([16_000, 22_050, 32_000, 44_100, 48_000]),
    start_s=st.floats(0.1, 6.0),
    length_s=st.floats(0.5, 3.0),
)
def test_both_fades_lie_in_the_section_and_the_length_stays(rate: int, start_s: float, length_s: float) -> None:
    frames = 10 * rate
    cut = cut_of(frames, rate, start_s, start_s + length_s)
    fade, end = round(FADE_S * rate), round((start_s + length_s) * rate)
    splice = round(cut.before * 50 // rate / 50 * rate)  # as it is joined: after the last whole codec frame
    assert cut.after is not None
    assert start_s * rate - 1 <= splice - fade <= start_s * rate + 0.02 * rate + 1
    assert splice + round(cut.duration_s * rate) == cut.after
    assert end - 0.021 * rate <= cut.after + fade <= end


def test_a_section_of_the_least_length_is_one_wherever_it_lies() -> None:
    assert all(cut_of(320_000, 32_000, at / 10, at / 10 + 0.5).duration_s > 0 for at in range(1, 60))


@pytest.mark.parametrize(
    ("section_s", "said"),
    [((2.0, 2.2), "0.5 s of the clip or more"), ((9.0, 12.0), "0.5 s"), ((0.05, 8.0), "Choose less of it")],
)
def test_what_is_no_section_is_said(section_s: tuple[float, float], said: str) -> None:
    with pytest.raises(UserProblem) as caught:
        cut_of(8 * 32_000, 32_000, *section_s)
    assert said in caught.value.what_to_do


def test_its_order_opens_the_same_sounds_again(tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    write(clip, Audio(np.linspace(-1, 1, 64_000, dtype=np.float32)[:, None], 16_000), SoundFormat.WAV32F)
    section = replacement(clip, Order(("calm",), seed=4, takes=2), (1.0, 2.5))
    order, sounds = reopen(section.order)
    assert order == section.order
    for one, other in (
        (sounds.continuation, section.request.continuation),
        (sounds.after, section.request.after),
    ):
        assert one is not None
        assert other is not None
        np.testing.assert_array_equal(one.samples, other.samples)
    assert (section.request.aligned, section.request.takes, section.request.seed) == (True, 2, 4)


def test_the_words_are_those_of_the_moment() -> None:
    later = (LaterPassage(2.0, "calm"), LaterPassage(5.0, "wild"))
    record = replace(RECORD, order=replace(RECORD.order, passages=later))
    assert [prompt_at(record, at_s) for at_s in (0.0, 2.0, 4.9, 7.0)] == [RECORD.prompt, "calm", "calm", "wild"]
    wish = wish_of(record, None, 3.0, 11, 4)
    assert (wish.prompts, wish.seed, wish.takes, wish.top_k) == (("calm",), 11, 4, record.order.top_k)
    assert wish_of(record, "loud", 3.0, 11, 4).prompts == ("loud",)


def test_a_sound_nobody_knows_needs_words() -> None:
    with pytest.raises(UserProblem, match="Nobody knows what the section is to be"):
        wish_of(None, None, 1.0, 1, 1)
    assert wish_of(None, "calm", 1.0, 5, 2).prompts == ("calm",)


def test_a_clip_is_found_for_its_section_where_somebody_has_moved_its_file(tmp_path: Path) -> None:
    sound = Audio(np.linspace(-1, 1, 64_000, dtype=np.float32)[:, None], 16_000)
    clip = Clip("a" * 32, "Calm", Origin.GENERATED, "2026-01-31T12:00:00+00:00", 64_000, 16_000, 1)
    with Library(tmp_path / "library") as library:
        library.add(clip, sound)
        library.sound_file(clip.id).rename(library.folder / "moved.wav")
        job = composing.section_job(library, clip, composing.Section(1.0, 2.5, "calm"), EngineChoice(), 4)
    assert job.order.after is not None
    assert job.order.after.file.endswith("moved.wav")
