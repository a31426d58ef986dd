"""The Python API: instant to import, and the classic example as its docstring shows it."""

import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import musicgen_studio
from musicgen_studio import (
    Audio,
    GenerationRequest,
    Passage,
    UserProblem,
    generate,
    load,
    mend,
    rank,
    read,
    read_passages,
    replace_section,
    write,
)
from musicgen_studio.checkpoints.catalogue import find
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.studio.making.sink import TakeEnded
from musicgen_studio.studio.making.sinks.memory import InMemory
from tests.fake_engine import FakeEngine


def _example() -> str:
    blocks = (musicgen_studio.__doc__ or "").split("\n\n")
    return textwrap.dedent("\n\n".join(block for block in blocks if block.startswith("    ")))


def test_the_surface_is_small_and_all_there() -> None:
    names = ["Analysis", "Audio", "GenerationRequest", "Mailbox", "Passage", "Steering", "UserProblem", "__version__"]
    names += [
        "analyse",
        "export_project",
        "generate",
        "judge",
        "live",
        "load",
        "loop",
        "make_batch",
        "mend",
        "rank",
        "read",
        "read_passages",
        "replace_section",
        "stems",
        "write",
    ]
    assert musicgen_studio.__all__ == names
    assert all(getattr(musicgen_studio, name) is not None for name in musicgen_studio.__all__)
    assert musicgen_studio.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'MusicGen'"):
        _ = musicgen_studio.MusicGen  # type: ignore[attr-defined]


def test_importing_it_loads_nothing_else() -> None:
    code = "import sys, musicgen_studio; print(*(name for name in sys.modules if name in ('numpy', 'torch', 'yaml')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert loaded.stdout == "\n"


def test_it_carries_its_types() -> None:
    assert (Path(musicgen_studio.__file__).parent / "py.typed").is_file()


def test_the_example_in_the_docstring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(musicgen_studio, "load", lambda _checkpoint: FakeEngine())
    monkeypatch.chdir(tmp_path)
    exec(compile(_example(), "example", "exec"), {})  # noqa: S102 - our own words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.wav", "1.wav", "2.wav"]
    clip = read("1.wav")
    assert clip.duration_s == 8.0
    assert integrated_lufs(clip) == pytest.approx(-14.0, abs=0.1)


def test_clips_come_prompt_by_prompt_and_take_by_take() -> None:
    engine = FakeEngine()
    clips = generate(engine, GenerationRequest(("a", "b"), duration_s=1.0, takes=2))
    assert [clip.duration_s for clip in clips] == [1.0] * 4
    alone = generate(engine, GenerationRequest(("b",), duration_s=1.0, takes=2))
    np.testing.assert_array_equal(clips[2].samples, alone[0].samples)
    np.testing.assert_array_equal(clips[3].samples, alone[1].samples)


def test_a_stop_returns_what_was_made() -> None:
    stop = Event()
    engine = FakeEngine(before_block=lambda made: stop.set() if made == 3 else None)
    clips = generate(engine, GenerationRequest(("a", "b"), duration_s=1.0), stop)
    assert [clip.duration_s for clip in clips] == [1.0, 0.5]


def test_a_melody_can_be_read(tmp_path: Path) -> None:
    write(tmp_path / "hum.wav", _tone())
    request = GenerationRequest(("sad jazz",), melody=read(tmp_path / "hum.wav"))
    assert request.melody is not None
    with pytest.raises(UserProblem, match="cannot follow a melody"):
        generate(FakeEngine(follows_melody=False), request)


def _tone(level: float = 0.1) -> Audio:
    return Audio((level * np.sin(np.arange(32000) / 10)).astype(np.float32)[:, None], 32000)


@pytest.mark.parametrize("name", ["a.wav", "a.FLAC", "a.ogg", "a.opus", "a.mp3"])
def test_the_ending_chooses_the_format(tmp_path: Path, name: str) -> None:
    write(str(tmp_path / name), _tone())
    assert read(tmp_path / name).duration_s == pytest.approx(1.0, abs=0.1)


def test_a_format_can_be_named_and_the_sound_left_as_it_is(tmp_path: Path) -> None:
    tone = _tone()
    write(tmp_path / "a.wav", tone, sound_format="wav32f", loudness_lufs=None)
    np.testing.assert_array_equal(read(tmp_path / "a.wav").samples, tone.samples)


def test_an_unknown_ending_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match=r"end in \.wav, \.flac, \.ogg, \.opus, \.mp3"):
        write(tmp_path / "a.aiff", _tone())


def test_an_unknown_checkpoint_is_told() -> None:
    with pytest.raises(UserProblem, match="was not found"):
        load("nowhere")


def test_a_checkpoint_is_loaded_from_its_folder(text_checkpoint: Path) -> None:
    engine = load(text_checkpoint, device="cpu", precision="float32")
    (clip,) = generate(engine, GenerationRequest(("calm piano",), duration_s=0.5))
    assert clip.duration_s == pytest.approx(0.5, abs=0.03)
    assert find(str(text_checkpoint)).folder == text_checkpoint.resolve()


def test_passages_are_read_into_a_request(tmp_path: Path) -> None:
    (tmp_path / "piece.txt").write_text("0 | rock at 120 bpm\nbar 3 | morph 1 bar | jazz\n")
    request = read_passages(tmp_path / "piece.txt", seed=4)
    later = (Passage(4.0, "jazz", morph_s=2.0),)
    assert request == GenerationRequest(("rock at 120 bpm",), 12.0, passages=later, seed=4)
    assert [clip.duration_s for clip in generate(FakeEngine(), request)] == [12.0]


def test_sounds_are_judged(tmp_path: Path) -> None:
    times = np.arange(64000) / 32000
    tones = [Audio((0.2 * np.sin(2 * np.pi * hz * times)).astype(np.float32)[:, None], 32000) for hz in (220, 330, 440)]
    for number, tone in enumerate(tones, start=1):
        write(tmp_path / f"{number}.wav", tone, "wav32f", loudness_lufs=None)
    found = musicgen_studio.judge(tones, tmp_path, prompts=["piano", "strings", "zither"])
    assert [(row["set"], row["clip"]) for row in found.rows()][2:4] == [("made", "3"), ("against", "1")]
    assert found.figure("chroma") is not None
    assert found.table().startswith("figure")
    assert "<table>" in found._repr_html_()
    assert [row["musicnn.agreement"] is None for row in found.rows()[:3]] == [False, False, True]
    with pytest.raises(ValueError, match="one for each of the 3 sounds, got 1"):
        musicgen_studio.judge(tones, prompts=["piano"])


def test_a_section_is_replaced_and_the_rest_stays(text_checkpoint: Path) -> None:
    engine = load(text_checkpoint, device="cpu", precision="float32")
    clip = generate(engine, GenerationRequest(("calm piano",), duration_s=3.0))[0]
    takes = replace_section(engine, clip, 1.0, 2.0, GenerationRequest(("rock",), seed=3, takes=2))
    assert len(takes) == 2
    assert not np.array_equal(takes[0].samples, takes[1].samples)
    for take in takes:
        assert take.frames == clip.frames
        np.testing.assert_array_equal(take.samples[:32000], clip.samples[:32000])
        np.testing.assert_array_equal(take.samples[64000:], clip.samples[64000:])
        assert not np.array_equal(take.samples[32000:64000], clip.samples[32000:64000])


def test_what_fits_best_comes_first() -> None:
    memory = InMemory()
    for take, fit in enumerate((-1.0, 0.5, 2.0, -1.5)):
        memory.take_ended(TakeEnded(0, take, _tone(0.1 * (take + 1)), is_complete=True, fit=fit))
    levels = [float(np.abs(take.samples).max()) for take in memory.best_first()]
    assert levels == pytest.approx([0.3, 0.2, 0.1, 0.4], abs=1e-3)


def test_what_is_broken_is_mended_and_whole_music_is_left_alone() -> None:
    clip = generate(FakeEngine(), GenerationRequest(("a",), duration_s=12.0))[0]
    broken = clip.samples.copy()
    broken[4 * 32000 : 7 * 32000] = 0
    request = GenerationRequest(("a",), takes=2, seed=4)
    engine = FakeEngine()
    mended = mend(engine, Audio(broken, 32000), request)
    assert [asked.ends for asked in engine.requests] == [False, True]
    assert np.abs(mended.samples[4 * 32000 : 7 * 32000]).max() > 0.1
    assert np.abs(mended.samples[-20:]).max() < 1e-3
    np.testing.assert_array_equal(mended.samples[: 3 * 32000], clip.samples[: 3 * 32000])
    fading = Audio(clip.samples * np.linspace(1, 0, clip.frames, dtype=np.float32)[:, None], 32000)
    assert mend(FakeEngine(), fading, request) is fading


def test_takes_are_ranked_with_reasons() -> None:
    good = generate(FakeEngine(), GenerationRequest(("a",), duration_s=6.0))[0]
    stops = good.samples.copy()
    stops[2 * 32000 : 5 * 32000] = 0
    order = rank([Audio(stops, 32000), good], "rock")
    assert [each.take for each in order] == [1, 0]
    assert "it stops" in order[1].reason
