"""What is done to music moves the figure that it should, in the direction that it should."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder
from musicgen_studio.evaluation.fidelity.judging import Judgement, compared, judge, measure
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.files.sound import SoundFormat, as_encoded
from tests.evaluation.fidelity.music import as_audio, changed

DISTANCES = ("musicnn.frechet", "musicnn.frechet_infinite", "musicnn.tag_kl", "musicnn.tag_kl_clips")


def _value(judgement: Judgement, name: str) -> float:
    figure = judgement.figure(name)
    assert figure is not None, name
    return figure.made.value


def _judged(itself: Judgement, change: Callable[[Audio], Audio]) -> Judgement:
    """Return the music judged against itself after a change."""
    by = MusicnnEmbedder()
    made = measure((changed(each.clip, change(each.clip.audio())) for each in itself.made), by)
    return compared(made, itself.against, by.info)


def test_a_set_against_itself_is_0(itself: Judgement) -> None:
    for name in DISTANCES:
        figure = itself.figure(name)
        assert figure is not None
        assert (figure.made.value, figure.made.high) == (0, 0), name
    assert _value(itself, "chroma") == pytest.approx(1)
    for figure in itself.figures:
        assert figure.against is None or figure.against == figure.made


def test_noise_moves_distances_and_flatness(itself: Judgement) -> None:
    rng = np.random.default_rng(0)
    mixed = [_judged(itself, lambda audio, level=level: _noisy(audio, level, rng)) for level in (0.01, 0.1)]  # type: ignore[misc]
    for name in DISTANCES:
        assert 0 < _value(mixed[0], name) < _value(mixed[1], name), name
    assert _value(itself, "noise") < _value(mixed[0], "noise") < _value(mixed[1], "noise")
    assert _value(mixed[1], "musicnn.agreement") < _value(itself, "musicnn.agreement")


def _noisy(audio: Audio, level: float, rng: np.random.Generator) -> Audio:
    noise = rng.standard_normal(audio.samples.shape).astype(np.float32) * level
    return Audio(audio.samples + noise, audio.sample_rate)


def test_silence_moves_silence_and_takes_the_loudness_away(itself: Judgement) -> None:
    found = _judged(itself, _stopped)
    assert _value(found, "silence") > _value(itself, "silence") + 0.4
    assert _value(found, "faults") > _value(itself, "faults") + 0.8
    silent = _judged(itself, lambda audio: Audio(np.zeros_like(audio.samples), audio.sample_rate))
    assert _value(silent, "silence") == 1
    assert silent.figure("lufs") is None
    assert _value(silent, "musicnn.frechet") > _value(found, "musicnn.frechet") > 0


def _stopped(audio: Audio) -> Audio:
    samples = audio.samples.copy()
    samples[len(samples) // 2 :] = 0
    return Audio(samples, audio.sample_rate)


def test_another_pitch_moves_chroma_and_hardly_the_rest(itself: Judgement) -> None:
    one_up = _judged(itself, lambda audio: as_audio(resample_poly(audio.samples[:, 0], 1000, 1059)))
    assert _value(one_up, "chroma") < 0.5 * _value(itself, "chroma")
    assert 0 < _value(one_up, "musicnn.frechet") < _value(_judged(itself, _stopped), "musicnn.frechet")


def test_mp3_at_32_kbit_moves_the_distances_and_a_better_one_less(itself: Judgement) -> None:
    poor = _judged(itself, _poor_mp3)
    good = _judged(itself, lambda audio: as_encoded(audio, SoundFormat.MP3))
    for name in ("musicnn.frechet", "musicnn.tag_kl_clips"):
        assert 0 < _value(good, name) < _value(poor, name), name


def _poor_mp3(audio: Audio) -> Audio:
    file = io.BytesIO()
    soundfile.write(
        file, audio.samples, audio.sample_rate, format="MP3", bitrate_mode="CONSTANT", compression_level=0.99
    )
    kbit = len(file.getvalue()) * 8 / 1000 / audio.duration_s
    assert 28 <= kbit <= 36
    file.seek(0)
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return Audio(samples, rate)


def test_shuffled_prompts_move_agreement_alone(music: list[JudgedClip], itself: Judgement) -> None:
    others = [replace(clip, prompt=other.prompt) for clip, other in zip(music, [*music[3:], *music[:3]], strict=True)]
    by = MusicnnEmbedder()
    made = [
        replace(each, figures=each.figures | {"musicnn.agreement": by.agreement(each.heard, clip.prompt)})
        for each, clip in zip(itself.made, others, strict=True)
    ]
    shuffled = compared(made, itself.against, by.info)
    own, moved = (each.figure("musicnn.agreement") for each in (itself, shuffled))
    assert own is not None
    assert moved is not None
    assert moved.made.value < 0.7 * own.made.value
    assert moved.made.high < own.made.value
    assert moved.against == own.made
    assert _value(shuffled, "musicnn.frechet") == 0


def test_it_is_told_as_a_table_and_as_json(itself: Judgement) -> None:
    told = itself.table()
    assert "Fréchet distance (musicnn.frechet)" in told
    assert "MagnaTagATune" in told
    assert "windows for 200 numbers" in told
    parsed = json.loads(itself.to_json())
    assert parsed["embedder"]["id"] == "musicnn"
    assert [figure["id"] for figure in parsed["figures"]] == [figure.id for figure in itself.figures]
    assert len(parsed["clips"]) == 32
    assert {"clip", "set", "prompt", "lufs", "musicnn.agreement"} <= set(parsed["clips"][0])


def test_a_single_clip_is_no_set(music: list[JudgedClip]) -> None:
    with pytest.raises(UserProblem, match="A set has 1 of the 2 clips"):
        judge(music[:1], [], MusicnnEmbedder())
    alone = judge(music[:2], [], MusicnnEmbedder())
    assert alone.figure("musicnn.frechet") is None
    assert alone.figure("lufs") is not None


def test_clips_are_a_pair_where_no_others_have_their_name(itself: Judgement) -> None:
    """Those of a library are called by their prompts."""
    alike = [replace(each, clip=replace(each.clip, name="jazz")) for each in itself.made[:3]]
    clips = [*alike, *itself.made[3:]]
    found = compared(clips, clips, MusicnnEmbedder().info)
    for name in ("musicnn.tag_kl_clips", "chroma"):
        figure = found.figure(name)
        assert figure is not None
        assert figure.made.clips == 13
    assert _value(found, "musicnn.tag_kl_clips") == 0
