"""What stands behind the sound of a WAV file, read back by libsndfile's own parser; the sound is not touched."""

import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.files import chunks
from musicgen_studio.files.chunks import Cue
from musicgen_studio.files.sound import SoundFormat, read, write

ACID = chunks.acid(125.5, 16, beats_per_bar=3, beat_unit=8, root_note=57, is_loop=True)
NASTY = ["", "a", "Ünï ☾", 'x" y', "\0\n", "long " * 60]


def _tone(frames: int = 48_001, channels: int = 1, rate: int = 48_000) -> Audio:
    samples = (np.sin(np.arange(frames * channels) / 20) / 2).astype(np.float32).reshape(frames, channels)
    return Audio(samples, rate)


def _said(path: Path) -> str:
    """Return what libsndfile says while it reads a file."""
    with sf.SoundFile(path) as sound:
        return str(sound.extra_info)


def _chunks_of(file: bytes) -> dict[bytes, bytes]:
    """Read a file by the letter of RIFF; its sizes must fit to the last byte."""
    assert struct.unpack_from("<4sI4s", file) == (b"RIFF", len(file) - 8, b"WAVE")
    found, at = {}, 12
    while at < len(file):
        name, size = struct.unpack_from("<4sI", file, at)
        found[name if name != b"LIST" else name + file[at + 8 : at + 12]] = file[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(file)
    return found


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV16, SoundFormat.WAV24, SoundFormat.WAV32F])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 48_000, 48_001])
def test_libsndfile_reads_them_all_and_the_sound_is_the_same(
    tmp_path: Path, sound_format: SoundFormat, channels: int, frames: int
) -> None:
    audio = _tone(frames, channels)
    marks = chunks.cues([Cue(0, "intro"), Cue(frames // 2, "Ünï ☾", frames // 3)])
    all_of_them = ACID + chunks.smpl(48_000, frames, 57) + marks + chunks.bext("hum", "MusicGen Studio", "2026-01-31")
    write(tmp_path / "a.wav", audio, sound_format, {"title": "T"}, wave_chunks=all_of_them)
    write(tmp_path / "b.wav", audio, sound_format, {"title": "T"})
    np.testing.assert_array_equal(read(tmp_path / "a.wav").samples, read(tmp_path / "b.wav").samples)
    said = _said(tmp_path / "a.wav")
    assert re.search(r"Tempo\s*: 125\.5", said)
    assert re.search(r"Meter\s*: 3/8", said)
    assert re.search(r"Beats\s*: 16", said)
    assert re.search(r"Root note\s*: 0x39", said)
    assert re.search(rf"Loop Start.*\n?.*End\s*:?\s*{frames - 1}|{frames - 1}", said)
    assert re.search(r"Count\s*: 2", said)
    assert "bext : 602" in said
    assert "Ünï ☾" in said
    assert set(_chunks_of((tmp_path / "a.wav").read_bytes())) >= {b"fmt ", b"data", b"acid", b"smpl", b"cue ", b"bext"}


def test_acid_by_the_byte() -> None:
    expected = struct.pack("<4sIIHHfIHHf", b"acid", 24, 2 | 4, 57, 0x8000, 0.0, 16, 8, 3, 125.5)
    assert expected == ACID
    one_shot = chunks.acid(90, 8, beats_per_bar=4, beat_unit=4, root_note=None, is_loop=False)
    assert struct.unpack_from("<IH", one_shot, 8) == (1, 60)


def test_a_sampler_repeats_the_whole_sound() -> None:
    values = struct.unpack("<15I", chunks.smpl(44_100, 1000, None)[8:])
    assert values == (0, 0, 22_676, 60, 0, 0, 0, 1, 0, 0, 0, 0, 999, 0, 0)


@given(st.lists(st.builds(Cue, st.integers(0, 2**31), st.text(max_size=40), st.integers(0, 1000)), max_size=8))
def test_every_marker_has_its_place_its_name_and_its_length(marks: list[Cue]) -> None:
    wave = io.BytesIO()
    sf.write(wave, np.zeros(3, np.float32), 8000, "PCM_24", format="WAV")
    found = _chunks_of(b"".join(chunks.appended(wave.getvalue(), chunks.cues(marks))))
    if not marks:
        assert b"cue " not in found
        return
    points = list(struct.iter_unpack("<II4sIII", found[b"cue "][4:]))
    assert [point[5] for point in points] == sorted(mark.frame for mark in marks)
    names, lengths = _labels(found[b"LISTadtl"][4:])
    for id_, _, _, _, _, frame in points:
        mark = marks[id_ - 1]
        assert mark.frame == frame
        assert names[id_].rstrip(b"\0") == mark.name.replace("\0", " ").encode("utf-8", "replace")
        assert lengths.get(id_, 0) == mark.frames


def _labels(rest: bytes) -> tuple[dict[int, bytes], dict[int, int]]:
    names, lengths = {}, {}
    while rest:
        name, size, id_ = struct.unpack_from("<4sII", rest)
        if name == b"labl":
            names[id_] = rest[12 : 8 + size]
            assert names[id_].endswith(b"\0")
        else:
            lengths[id_] = struct.unpack_from("<I", rest, 12)[0]
        rest = rest[8 + size + size % 2 :]
    return names, lengths


@pytest.mark.parametrize("text", NASTY)
def test_broadcasters_get_plain_letters(text: str) -> None:
    content = chunks.bext(text, text, "2026-01-31T12:34:56+00:00", text)[8:]
    assert len(content) == 602
    assert content[:346].isascii()
    assert content[320:338] == b"2026-01-3112:34:56"
    assert struct.unpack_from("<QH", content, 338) == (0, 1)
    assert chunks.bext("Ünï", "", "")[8:11] == b"Uni"


def _wave() -> bytes:
    wave = io.BytesIO()
    sf.write(wave, np.zeros(3, np.float32), 8000, "PCM_24", format="WAV")
    return wave.getvalue()


def test_what_is_no_wav_file_is_refused() -> None:
    rf64 = io.BytesIO()
    sf.write(rf64, np.zeros(3, np.float32), 8000, "PCM_24", format="RF64")
    for wrong in (rf64.getvalue(), b"", b"RIFF", _wave()[:-4], _wave() + b"more", b"RIFX" + _wave()[4:]):
        with pytest.raises(ValueError, match="must be"):
            chunks.appended(wrong, ACID)


def test_a_file_that_would_be_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LARGEST_FILE_BYTES", len(_wave()) + 10)
    with pytest.raises(ValueError, match="at most"):
        chunks.appended(_wave(), ACID)


def test_other_formats_leave_them_out(tmp_path: Path) -> None:
    write(tmp_path / "a.flac", _tone(), SoundFormat.FLAC, wave_chunks=ACID)
    write(tmp_path / "b.flac", _tone(), SoundFormat.FLAC)
    assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()


@pytest.mark.parametrize("wrong", [{"frame": -1}, {"frames": -1}])
def test_no_marker_before_the_sound(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Cue(**{"frame": 0, "name": "x"} | wrong)  # type: ignore[arg-type]


def test_a_long_sound_is_not_copied_for_a_few_bytes_behind_it() -> None:
    wave = _wave()
    header, sound, _ = chunks.appended(wave, ACID)
    assert sound.obj is wave
    assert len(header) + len(sound) == len(wave)
