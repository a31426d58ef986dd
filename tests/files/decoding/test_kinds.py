"""Every kind of sound file a person has: all of it is read, or it is said what is missing."""

import io
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.decoding.table import EXTENSIONS, TABLE, row_of
from musicgen_studio.files.sound import is_sound
from musicgen_studio.files.untrusted import Decoded, decode
from tests.files.decoding.written import RATE, SAMPLES, encoded, mp3, piped_flac, sample, tone, wav

ID3 = b"ID3\x03\0\0\0\0\x02\0" + bytes(256)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "voice.dat"  # its ending says nothing


def read(file: Path, content: bytes, max_duration_s: float = 600) -> Decoded:
    file.write_bytes(content)
    return decode(file, max_duration_s)


def pitch_hz(audio: Audio) -> float:
    """Return the strongest frequency."""
    spectrum = np.abs(np.fft.rfft(audio.samples[:, 0] * np.hanning(audio.frames)))
    return float(spectrum.argmax() * audio.sample_rate / audio.frames)


# --- formats ---


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "FLOAT"),
        ("WAV", "DOUBLE"),
        ("WAVEX", "PCM_16"),
        ("RF64", "PCM_16"),
        ("W64", "PCM_16"),
        ("W64", "FLOAT"),
        ("CAF", "PCM_16"),
        ("CAF", "PCM_24"),
        ("AIFF", "PCM_16"),
        ("AIFF", "FLOAT"),
        ("AIFF", "DOUBLE"),
        ("FLAC", "PCM_16"),
        ("FLAC", "PCM_24"),
        ("AU", "PCM_16"),
    ],
)
def test_what_holds_samples_gives_these_very_samples(file: Path, kind: str, subtype: str) -> None:
    decoded = read(file, encoded(tone(0.5, 2), kind, subtype))
    np.testing.assert_array_equal(decoded.audio.samples, tone(0.5, 2))
    assert decoded.audio.sample_rate == RATE
    assert decoded.remark == ""


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("aac.m4a", 0.5),
        ("alac.m4a", 0.5),
        ("alac.caf", 0.5),
        ("adts.aac", 0.5),
        ("flac.oga", 0.5),
        ("opus.webm", 0.5),
        ("wma.wma", 1.024),
        ("video.mp4", 0.5),
        ("video.mov", 0.5),
        ("video.mkv", 0.5),
        ("video.avi", 0.5),
    ],
)
def test_what_phones_browsers_and_cameras_write(file: Path, name: str, seconds: float) -> None:
    decoded = read(file, sample(name))
    assert decoded.audio.duration_s == pytest.approx(seconds, abs=0.06)
    assert pitch_hz(decoded.audio) == pytest.approx(440, abs=4)
    assert decoded.remark == ""


def test_the_end_of_a_wma_is_read_and_nothing_behind_it(file: Path) -> None:
    decoded = read(file, sample("wma.wma"))
    assert decoded.audio.frames == round(1.024 * decoded.audio.sample_rate)  # as its head says
    whole, end = (samples[:, 0] for samples in (decoded.audio.samples, decoded.audio.samples[-1500:]))
    assert np.abs(end[:1000]).max() > 0.5 * np.abs(whole).max()
    steps = np.abs(np.diff(whole[-8000:]))
    assert steps.max() < 2 * steps[:4000].max()  # no seam where the end was put


@pytest.mark.parametrize("place", [64, 80, 92])
def test_a_wma_whose_head_is_wrong_is_read_as_before(file: Path, place: int) -> None:
    content = bytearray(sample("wma.wma"))
    properties = content.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    content[properties + place : properties + place + 4] = b"\xff" * 4
    with suppress(UserProblem):  # a message is as good
        assert 0.5 < read(file, bytes(content)).audio.duration_s < 1.2


@pytest.mark.parametrize(
    ("content", "place", "size"),
    [
        # A part of almost 2^64 or 2^63 bytes: behind it no file could have a place.
        (sample("aac.m4a"), 0, b"\0\0\0\x01ftyp" + b"\xff" * 7 + b"\xf0"),
        (encoded(tone(0.2), "CAF", "PCM_16"), 12, b"\x7f" + b"\xff" * 7),
        (encoded(tone(0.2), "W64", "PCM_16"), 56, b"\xf0" + b"\xff" * 6 + b"\x7f"),
    ],
)
def test_a_part_that_is_longer_than_any_file_is_told_or_read(
    file: Path, content: bytes, place: int, size: bytes
) -> None:
    with suppress(UserProblem):
        read(file, content[:place] + size + content[place + len(size) :])


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM"])
def test_wav_files_of_old_programs(file: Path, subtype: str) -> None:
    assert pitch_hz(read(file, encoded(tone(), "WAV", subtype)).audio) == pytest.approx(440, abs=4)


def test_every_sample_is_small_and_every_row_of_the_table_is_tried_or_named() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 100_000
    assert {row_of(path).name for path in SAMPLES.iterdir()} <= {row.name for row in TABLE}
    assert all(ending == ending.lower() and ending.startswith(".") for ending in EXTENSIONS)


def test_a_video_without_sound_is_told(file: Path) -> None:
    with pytest.raises(UserProblem, match="There is no sound in it"):
        read(file, sample("silent_video.mp4"))


# --- lengths that are not what a header says ---


@pytest.mark.parametrize("is_constant", [True, False])
@pytest.mark.parametrize("has_info", [True, False])
def test_all_of_an_mp3_is_read_whatever_it_says_of_its_length(file: Path, is_constant: bool, has_info: bool) -> None:
    decoded = read(file, mp3(20.0, is_constant=is_constant, has_info=has_info))
    assert decoded.audio.duration_s == pytest.approx(20.0, abs=0.12)
    assert decoded.remark == ""


@pytest.mark.parametrize("between", [b"", ID3, b"TAG" + bytes(125), bytes(500)])
def test_mp3s_one_behind_the_other(file: Path, between: bytes) -> None:
    assert read(file, mp3() + between + mp3()).audio.duration_s == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("before", [bytes(3000), bytes(100_000), ID3, ID3 + bytes(2000)])
def test_an_mp3_that_begins_later(file: Path, before: bytes) -> None:
    decoded = read(file, before + mp3())
    assert decoded.audio.duration_s == pytest.approx(2.0, abs=0.12)
    assert decoded.remark == ""


def test_an_mp3_that_begins_with_half_a_frame(file: Path) -> None:
    whole = mp3(has_info=False, is_constant=True)
    assert read(file, whole[100:]).audio.duration_s == pytest.approx(2.0, abs=0.2)


def test_an_mp3_with_something_else_in_its_middle(file: Path) -> None:
    whole = mp3(20.0, is_constant=True)
    half = len(whole) // 2
    assert read(file, whole[:half] + b"junk" * 300 + whole[half:]).audio.duration_s == pytest.approx(20.0, abs=0.3)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000, 0x80000000])
def test_a_wav_whose_recorder_never_wrote_the_sizes(file: Path, size: int) -> None:
    decoded = read(file, wav(riff=size, data=size))
    np.testing.assert_array_equal(decoded.audio.samples, tone())
    assert decoded.remark == ""


def test_a_wav_whose_sizes_are_those_of_its_beginning(file: Path) -> None:
    """A recorder died that writes the sizes now and then."""
    samples = tone(5.0)
    decoded = read(file, wav(samples, riff=36 + 64_000, data=64_000))
    np.testing.assert_array_equal(decoded.audio.samples, samples)


@pytest.mark.parametrize(
    "behind",
    [
        b"LIST\x04\0\0\0INFO",
        b"id3 " + struct.pack("<L", 200_000) + ID3 + bytes(199_734),
        b"ID3\x04" + bytes(200_000),
        bytes(200_000),
    ],
)
def test_what_stands_behind_the_samples_is_no_sound(file: Path, behind: bytes) -> None:
    assert read(file, wav() + behind).audio.frames == RATE


def test_a_wav_without_samples_holds_no_sound(file: Path) -> None:
    with pytest.raises(UserProblem, match="no sound"):
        read(file, wav(tone(0.0)) + b"LIST\x04\0\0\0INFO")


def test_a_flac_that_was_written_into_a_pipe(file: Path) -> None:
    decoded = read(file, piped_flac(tone(2.0, 2)))
    np.testing.assert_array_equal(decoded.audio.samples, tone(2.0, 2))
    assert decoded.remark == ""


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg_files_one_behind_the_other(file: Path, subtype: str) -> None:
    rate = 48_000 if subtype == "OPUS" else RATE
    first, second = (_ogg(subtype, rate, pitch) for pitch in (440, 660))
    decoded = read(file, first + second)
    assert decoded.audio.frames == 2 * rate
    halves = [Audio(part, rate) for part in np.split(decoded.audio.samples, 2)]
    assert [pitch_hz(half) for half in halves] == pytest.approx([440, 660], abs=4)
    assert decoded.remark == ""


def _ogg(subtype: str, rate: int, pitch: int) -> bytes:
    samples, content = 0.5 * np.sin(2 * np.pi * pitch * np.arange(rate) / rate), io.BytesIO()
    sf.write(content, samples, rate, format="OGG", subtype=subtype)
    return content.getvalue()


def test_what_is_left_out_of_an_ogg_of_two_kinds_is_told(file: Path) -> None:
    decoded = read(file, _ogg("VORBIS", RATE, 440) + _ogg("OPUS", 48_000, 440))
    assert decoded.audio.duration_s == 1.0
    assert decoded.remark == (
        "“voice.dat” is 2 sounds one behind the other, and 1 of another kind (1.0 s) were left out."
    )


def test_an_ogg_that_was_recorded_from_the_middle_of_a_stream(file: Path) -> None:
    whole = _ogg("VORBIS", RATE, 440)
    assert read(file, b"half a page" * 20 + whole).audio.frames == RATE


# --- copies that were cut off ---


def test_a_wav_that_was_cut_off_is_read_and_told(file: Path) -> None:
    decoded = read(file, wav(tone(10.0))[: 44 + 4 * 2 * RATE])
    np.testing.assert_array_equal(decoded.audio.samples, tone(4.0))
    assert decoded.remark == "“voice.dat” is cut off: of 10.0 s, 4.0 s are there."


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("AIFF", "PCM_16"), ("CAF", "PCM_16"), ("W64", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")],
)
def test_others_that_were_cut_off(file: Path, kind: str, subtype: str) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (5 * RATE, 1)).astype(np.float32)
    content = encoded(noise, kind, subtype)
    decoded = read(file, content[: len(content) * 2 // 5])
    assert 1.0 < decoded.audio.duration_s <= 2.05
    assert "cut off" in decoded.remark


@pytest.mark.parametrize("has_info", [True, False])
def test_an_mp3_that_was_cut_off(file: Path, has_info: bool) -> None:
    whole = mp3(10.0, is_constant=True, has_info=has_info)
    decoded = read(file, whole[: len(whole) * 2 // 5 + 7])
    assert decoded.audio.duration_s == pytest.approx(4.0, abs=0.2)
    assert "cut off" in decoded.remark


def test_an_m4a_that_was_cut_off_before_its_index_cannot_be_read_and_says_so(file: Path) -> None:
    with pytest.raises(UserProblem, match="cut off: what says where its sound is stands at its end"):
        read(file, sample("alac.m4a")[:4000])


def test_a_flac_with_a_hole_is_read_up_to_there_at_least(file: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (5 * RATE, 1)).astype(np.float32)
    content = bytearray(encoded(noise, "FLAC", "PCM_16"))
    content[len(content) // 2 : len(content) // 2 + 60] = bytes(60)
    decoded = read(file, bytes(content))
    assert decoded.audio.duration_s > 2.0
    assert "damaged" in decoded.remark


# --- bounds ---


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "AU"])
def test_more_channels_than_can_be_used_are_counted_in_the_message(file: Path, kind: str) -> None:
    content = bytearray(encoded(tone(0.1), kind, "PCM_16"))
    content[{"WAV": 22, "AIFF": 21, "AU": 23}[kind]] = 127
    with pytest.raises(UserProblem, match="It has 127 channels; at most 8 can be used"):
        read(file, bytes(content))


@pytest.mark.parametrize(
    "content",
    [wav(tone(5.0), data=0), piped_flac(tone(5.0)), mp3(5.0, has_info=False), encoded(tone(5), "AU", "PCM_16")],
)
def test_the_limit_on_length_is_kept_while_decoding(file: Path, content: bytes) -> None:
    assert read(file, content, 6).audio.duration_s == pytest.approx(5.0, abs=0.1)
    with pytest.raises(UserProblem, match="longer than 4 seconds"):
        read(file, content, 4)


# --- what is no sound ---


@pytest.mark.parametrize(
    ("content", "why", "what_to_do"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", "Git LFS", "git lfs pull"),
        (b"\n<!DOCTYPE html><html>", "a web page", "once more"),
        (b"MThd\0\0\0\6", "MIDI notes", "as a melody"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X", "what macOS notes", "without “._”"),
        (b"PK\3\4", "an archive", "Unpack"),
        (b"\x89PNG\r\n", "a picture", "a sound file"),
        (b"%PDF-1.7", "a PDF", "a sound file"),
        (b"some words", "not in a known sound format", "Choose a sound file"),
    ],
)
def test_what_it_is_instead_is_told(file: Path, content: bytes, why: str, what_to_do: str) -> None:
    with pytest.raises(UserProblem) as problem:
        read(file, content)
    assert why in problem.value.why
    assert what_to_do in problem.value.what_to_do


def test_no_advice_is_to_save_as_what_it_is(file: Path) -> None:
    with pytest.raises(UserProblem) as problem:
        read(file, encoded(tone(0.1), "AIFF", "FLOAT")[:40])
    assert "AIFF file" not in problem.value.what_to_do


# --- names ---


@pytest.mark.skipif(sys.platform != "linux", reason="a name in bytes is a thing of Linux")
@pytest.mark.parametrize("content", [wav(), sample("alac.m4a")])
def test_names_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xe4me.wav"))
    path.write_bytes(content)
    assert decode(path).audio.frames


@pytest.mark.parametrize(
    "name", ["-P", "träume ☾.wav", "a b.raw.wav", "x" * 250, "line\nbreak.m4a", "100%.mp3", "#1?.x"]
)
def test_awkward_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(sample("aac.m4a"))
    assert decode(tmp_path / name).audio.frames


def test_what_is_dropped_is_known_by_what_it_begins_with_too(tmp_path: Path) -> None:
    (tmp_path / "memo").write_bytes(sample("aac.m4a"))
    (tmp_path / "text").write_text("la la la")
    assert is_sound([tmp_path / "memo", Path("a.M4A")])
    assert not is_sound([tmp_path / "memo", tmp_path / "text"])
    assert not is_sound([tmp_path])
    assert not is_sound([])
