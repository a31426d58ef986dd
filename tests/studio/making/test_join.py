"""Joining new music to the sound around it, which stays as it is."""

from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio, Samples
from musicgen_studio.core.request import GenerationRequest
from musicgen_studio.dsp.resample import resample
from musicgen_studio.engine.api import AudioBlock, Engine
from musicgen_studio.engine.musicgen import load_engine
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.join import FADE_S, as_first_joined, joined
from tests.engine.recorded.orders import ORDERS
from tests.fake_engine import FakeEngine

NOTED = np.load(Path(__file__).parents[2] / "engine" / "recorded" / "one_passage.npz")


def noise(frames: int, channels: int = 1, rate: int = 32000) -> Audio:
    return Audio(np.random.default_rng(0).normal(0, 0.2, (frames, channels)).astype(np.float32), rate)


def clips_of(engine: Engine, request: GenerationRequest) -> dict[tuple[int, int], list[AudioBlock]]:
    clips: dict[tuple[int, int], list[AudioBlock]] = {}
    for block in joined(engine, request, Event()):
        clips.setdefault((block.prompt, block.take), []).append(block)
    return clips


def sound(blocks: list[AudioBlock]) -> Samples:
    return np.concatenate([block.audio.samples for block in blocks])


@pytest.mark.parametrize("name", ["continued", "melody"])
def test_joined_clips_are_those_the_engine_used_to_hand_over(request: pytest.FixtureRequest, name: str) -> None:
    """In the engine's own form the samples are those that were noted when it joined them itself."""
    (order,) = (order for order in ORDERS if order.name == name)
    engine = load_engine(request.getfixturevalue(order.checkpoint), "cpu", order.precision)
    whole = sound(clips_of(engine, order.request)[0, 0])
    original = order.request.continuation
    assert original is not None
    splice = original.frames // 640 * 640
    assert len(whole) == splice + round(order.request.duration_s * 50) * 640
    assert np.array_equal(whole[: splice - 1280], original.samples[: splice - 1280])
    noted = NOTED[f"{name}.samples"][0]
    np.testing.assert_allclose(whole[splice - 1280 :][: len(noted)], noted, atol=1e-5)


def test_a_clip_of_an_old_record_comes_out_in_the_engines_form(text_checkpoint: Path) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    before = noise(44_100, 2, 44_100)
    blocks = clips_of(engine, as_first_joined(GenerationRequest(("rock",), 0.5, continuation=before), engine.info))[
        0, 0
    ]
    assert {(block.audio.sample_rate, block.audio.channels) for block in blocks} == {(32_000, 1)}
    mono = resample(before, 32_000).samples.mean(axis=1, keepdims=True)
    assert np.array_equal(sound(blocks)[: 32_000 - 1280], mono[: 32_000 - 1280])
    free = GenerationRequest(("rock",), 0.5)
    assert as_first_joined(free, engine.info) is free


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (48000, 1), (8000, 2), (96000, 1), (11025, 1), (32000, 2)])
@pytest.mark.parametrize("has_after", [False, True])
def test_an_original_keeps_its_rate_and_channels_sample_for_sample(
    text_checkpoint: Path, rate: int, channels: int, has_after: bool
) -> None:
    engine = load_engine(text_checkpoint, "cpu", "float32")
    before = noise(round(1.013 * rate), channels, rate)
    after = noise(rate // 2, channels, rate) if has_after else None
    request = GenerationRequest(("rock",), 0.7, continuation=before, after=after, takes=2)
    for blocks in clips_of(engine, request).values():
        assert {(block.audio.sample_rate, block.audio.channels) for block in blocks} == {(rate, channels)}
        assert blocks[0].start_frame == 0
        assert all(one.start_frame + one.audio.frames == other.start_frame for one, other in pairwise(blocks))
        assert [block.is_last for block in blocks] == [False] * (len(blocks) - 1) + [True]
        whole, splice, fade = sound(blocks), round(50 * rate / 50), round(FADE_S * rate)
        new = round(35 * 640 * (rate / 32000))
        assert len(whole) == splice + new + (0 if after is None else after.frames)
        assert np.array_equal(whole[: splice - fade], before.samples[: splice - fade])
        if after is not None:
            assert np.array_equal(whole[splice + new + fade :], after.samples[fade:])
        if channels == 2:
            assert np.array_equal(whole[splice : splice + new, 0], whole[splice : splice + new, 1])


def test_new_music_is_only_brought_to_another_rate() -> None:
    """A tone at 32 kHz joined to a tone at 44.1 kHz of the same phase is one tone."""
    pitch_hz = 440.0

    class Tone(FakeEngine):
        def _clip(self, *_: object) -> Samples:
            return tone(32000, 40_000, 1.0).samples

    def tone(rate: int, frames: int, begin_s: float = 0.0) -> Audio:
        phase = 2 * np.pi * pitch_hz * (begin_s + np.arange(frames) / rate)
        return Audio((0.3 * np.sin(phase)).astype(np.float32)[:, None], rate)

    request = GenerationRequest(("x",), 1.25, continuation=tone(44100, 44100), after=tone(44100, 22050, 2.25))
    whole = sound(clips_of(Tone(), request)[0, 0])[:, 0]
    expected = tone(44100, 44100 + 55125 + 22050).samples[:, 0]
    assert len(whole) == len(expected)
    fades = [(44100 - 1764, 44100), (44100 + 55125, 44100 + 55125 + 1764)]
    for first, end in fades:  # two equal sounds come out up to 3 dB louder there
        assert np.abs(whole[first:end]).max() < 0.43
        whole[first:end] = expected[first:end]
    np.testing.assert_allclose(whole, expected, atol=2e-3)


def test_a_stereo_engine_makes_stereo_of_a_mono_original(stereo_text_checkpoint: Path) -> None:
    engine, before = load_engine(stereo_text_checkpoint, "cpu", "float32"), noise(6400)
    whole = sound(clips_of(engine, GenerationRequest(("rock",), 0.5, continuation=before))[0, 0])
    assert whole.shape == (6400 + 16000, 2)
    assert np.array_equal(whole[:5000], np.repeat(before.samples[:5000], 2, axis=1))
    assert not np.array_equal(whole[6400:, 0], whole[6400:, 1])


def test_without_sound_around_it_the_engine_s_own_blocks_come_through() -> None:
    request = GenerationRequest(("a", "b"), 1.0, takes=2)
    own = list(FakeEngine().stream(request, Event()))
    through = list(joined(FakeEngine(), request, Event()))
    assert [(b.prompt, b.take, b.start_frame, b.is_last) for b in own] == [
        (b.prompt, b.take, b.start_frame, b.is_last) for b in through
    ]
    assert all(np.array_equal(a.audio.samples, b.audio.samples) for a, b in zip(own, through, strict=True))


def test_the_original_opens_before_anything_is_made() -> None:
    made = list[int]()
    request = GenerationRequest(("a", "b"), 1.0, continuation=noise(44100, 2, 44100), takes=2)
    blocks = joined(FakeEngine(before_block=made.append), request, Event())
    first = [next(blocks) for _ in range(2)]
    assert made == []
    assert [(block.prompt, block.take) for block in first] == [(0, 0), (0, 1)]
    assert all(block.audio.frames == 44100 - 1764 for block in first)


def test_what_cannot_be_made_is_refused_before_the_original_is_handed_over() -> None:
    request = GenerationRequest(("a",), 1.0, continuation=noise(32000), melody=noise(100))
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        next(joined(FakeEngine(follows_melody=False), request, Event()))


@pytest.mark.parametrize("together", [1, 2])
@pytest.mark.parametrize("looks", [1, 2, 4, 5, 6])
def test_a_stopped_run_leaves_clips_that_begin_as_whole_ones(together: int, looks: int) -> None:
    stop = Event()

    def stop_at(made: int) -> None:
        if made >= looks:
            stop.set()

    request = GenerationRequest(("a", "b", "c"), 2.0, continuation=noise(44100, 2, 44100), together=together)
    whole = {clip: sound(blocks) for clip, blocks in clips_of(FakeEngine(), request).items()}
    cut: dict[tuple[int, int], list[AudioBlock]] = {}
    for block in joined(FakeEngine(before_block=stop_at), request, stop):
        cut.setdefault((block.prompt, block.take), []).append(block)
    assert 0 < len(cut) <= 3
    assert set(cut) == set(list(whole)[: len(cut)])
    for clip, blocks in cut.items():
        assert np.array_equal(sound(blocks), whole[clip][: len(sound(blocks))])
    assert sum(block.is_last for blocks in cut.values() for block in blocks) < 3


def test_short_originals_fade_as_far_as_they_go() -> None:
    for frames in (640, 900, 1280, 1300, 1919, 1920):
        before, kept = noise(frames), frames // 640 * 640
        blocks = clips_of(FakeEngine(), GenerationRequest(("a",), 0.5, continuation=before, after=before))[0, 0]
        whole = sound(blocks)
        assert len(whole) == kept + 16000 + frames
        assert np.array_equal(whole[: max(kept - 1280, 0)], before.samples[: max(kept - 1280, 0)])
