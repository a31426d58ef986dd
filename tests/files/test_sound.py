"""Sound files: what comes back is what was written, what is no sound is refused, and no half file is ever left."""

import contextlib
import errno
import os
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.files.sound import SoundFormat, as_encoded, blocks, read, write
from musicgen_studio.files.whole import ensure_folder, write_text

# How far a sample may be from the original: rounding to the bit depth, or what a lossy codec does.
_TOLERANCE = {
    SoundFormat.WAV16: 2**-15,
    SoundFormat.WAV24: 2**-22,
    SoundFormat.WAV32F: 0.0,
    SoundFormat.FLAC: 2**-22,
    SoundFormat.OGG: 0.03,
    SoundFormat.OPUS: 0.03,
    SoundFormat.MP3: 0.03,
}
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals, limits or devices")


def _tone(duration_s: float = 1.0, channels: int = 2, level: float = 0.5, rate: int = 32000) -> Audio:
    time_s = np.arange(int(rate * duration_s)) / rate
    waves = [level * np.sin(2 * np.pi * (220 * (1 + channel)) * time_s) for channel in range(channels)]
    return Audio(np.stack(waves, axis=1).astype(np.float32), rate)


def _tone_for(sound_format: SoundFormat, duration_s: float = 1.0, channels: int = 2, level: float = 0.5) -> Audio:
    return _tone(duration_s, channels, level, rate=sound_format.only_rate_hz or 32000)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- there and back ---


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sound_format", SoundFormat)
def test_every_format_comes_back(tmp_path: Path, sound_format: SoundFormat, channels: int) -> None:
    audio = _tone_for(sound_format, 2.5, channels)
    path = tmp_path / f"clip{sound_format.extension}"
    write(path, audio, sound_format)
    again = read(path)
    assert (again.sample_rate, again.channels, again.frames) == (audio.sample_rate, channels, audio.frames)
    np.testing.assert_allclose(again.samples, audio.samples, atol=_TOLERANCE[sound_format], rtol=0)
    assert _files(tmp_path) == {path.name}


@pytest.mark.parametrize(
    ("sound_format", "kind"),
    [
        (SoundFormat.WAV16, ("WAV", "PCM_16")),
        (SoundFormat.WAV24, ("WAV", "PCM_24")),
        (SoundFormat.WAV32F, ("WAV", "FLOAT")),
        (SoundFormat.FLAC, ("FLAC", "PCM_24")),
        (SoundFormat.OGG, ("OGG", "VORBIS")),
        (SoundFormat.OPUS, ("OGG", "OPUS")),
        (SoundFormat.MP3, ("MP3", "MPEG_LAYER_III")),
    ],
)
def test_each_format_is_what_it_says(tmp_path: Path, sound_format: SoundFormat, kind: tuple[str, str]) -> None:
    path = tmp_path / "clip"
    write(path, _tone_for(sound_format), sound_format)
    header = sf.info(path)
    assert (header.format, header.subtype) == kind


def test_extensions() -> None:
    assert [kind.extension for kind in SoundFormat] == [".wav", ".wav", ".wav", ".flac", ".ogg", ".opus", ".mp3"]


def test_mp3_has_320_kilobits(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp3", _tone(10), SoundFormat.MP3)
    assert (tmp_path / "clip.mp3").stat().st_size * 8 / 10 == pytest.approx(320_000, rel=0.05)


def test_opus_has_192_kilobits_in_stereo(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).standard_normal((480_000, 2)) / 10
    write(tmp_path / "clip.opus", Audio(noise.astype(np.float32), 48000), SoundFormat.OPUS)
    assert (tmp_path / "clip.opus").stat().st_size * 8 / 10 == pytest.approx(192_000, rel=0.05)


@settings(deadline=None, max_examples=40)
@given(frames=st.integers(1, 70_000), channels=st.integers(1, 2))
@example(frames=480, channels=2)
@example(frames=48_000, channels=1)
@example(frames=65_000, channels=2)
@example(frames=48_900, channels=1)
@example(frames=65_831, channels=2)
@example(frames=65_832, channels=2)
def test_opus_keeps_the_sound_to_its_end(frames: int, channels: int) -> None:
    audio = _tone(frames / 48000, channels, rate=48000)
    again = as_encoded(audio, SoundFormat.OPUS)
    assert again.frames == audio.frames
    if frames > 2000:  # a tone that has hardly begun is too much for any codec
        error = again.samples[-300:] - audio.samples[-300:]
        assert np.sqrt(np.mean(error**2)) < 0.15  # silence there would be 0.35


@pytest.mark.parametrize("rate", [32000, 44100, 24000])
def test_opus_is_refused_at_other_rates(tmp_path: Path, rate: int) -> None:
    with pytest.raises(UserProblem, match=f"at {rate} Hz.*48000 Hz"):
        write(tmp_path / "clip.opus", _tone(rate=rate), SoundFormat.OPUS)
    assert _files(tmp_path) == set()


@pytest.mark.parametrize("sound_format", [kind for kind in SoundFormat if kind is not SoundFormat.WAV32F])
def test_too_loud_sound_is_clipped_and_does_not_wrap(tmp_path: Path, sound_format: SoundFormat) -> None:
    loud = _tone_for(sound_format, level=3)
    write(tmp_path / "loud", loud, sound_format)
    again = read(tmp_path / "loud").samples
    clipped = np.clip(loud.samples, -1, 1)
    assert np.mean((again - clipped) ** 2) < 5e-3


def test_float_files_keep_what_is_beyond_full_scale(tmp_path: Path) -> None:
    write(tmp_path / "loud.wav", _tone(level=3), SoundFormat.WAV32F)
    np.testing.assert_array_equal(read(tmp_path / "loud.wav").samples, _tone(level=3).samples)


def test_minutes_of_vorbis_do_not_crash_the_encoder(tmp_path: Path) -> None:
    write(tmp_path / "long.ogg", _tone(120, channels=1), SoundFormat.OGG)
    assert read(tmp_path / "long.ogg").duration_s == 120


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.integers(1, 3000), channels=st.integers(1, 8), rate=st.integers(8000, 192_000))
def test_float_wav_is_exact_for_any_shape(tmp_path: Path, frames: int, channels: int, rate: int) -> None:
    samples = np.random.default_rng(frames).standard_normal((frames, channels)).astype(np.float32)
    write(tmp_path / "clip.wav", Audio(samples, rate), SoundFormat.WAV32F)
    again = read(tmp_path / "clip.wav")
    np.testing.assert_array_equal(again.samples, samples)
    assert again.sample_rate == rate


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV24, SoundFormat.FLAC])
def test_24_bit_files_give_back_every_step(tmp_path: Path, sound_format: SoundFormat) -> None:
    steps = np.concatenate([np.arange(-(2**23), 2**23, 4099), [2**23 - 1, 2**22 + 1, 2**22, -(2**22) - 1]])
    samples = (steps / 2**23).astype(np.float32)[:, None]
    path = tmp_path / f"sound{sound_format.extension}"
    write(path, Audio(samples, 32_000), sound_format)
    np.testing.assert_array_equal(read(path).samples, samples)


def test_blocks_are_the_sound_in_pieces(tmp_path: Path) -> None:
    write(tmp_path / "clip.wav", _tone(5), SoundFormat.WAV32F)
    parts = list(blocks(tmp_path / "clip.wav"))
    assert {part.sample_rate for part in parts} == {32000}
    assert [part.frames for part in parts] == [65536, 65536, 28928]
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), _tone(5).samples)


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_what_a_reader_would_hear(tmp_path: Path, sound_format: SoundFormat) -> None:
    audio = _tone_for(sound_format, 2.5)
    write(tmp_path / "clip", audio, sound_format)
    np.testing.assert_array_equal(as_encoded(audio, sound_format).samples, read(tmp_path / "clip").samples)
    difference = np.abs(as_encoded(audio, sound_format).samples - audio.samples).max()
    assert (difference > 1e-4) == sound_format.is_lossy


# --- metadata ---

_TEXTS = {"title": "Träume ☾", "artist": "Ю", "comment": "a calm\npiano", "date": "2026", "copyright": "CC0"}


@pytest.mark.parametrize("sound_format", [kind for kind in SoundFormat if kind is not SoundFormat.MP3])
def test_metadata_comes_back(tmp_path: Path, sound_format: SoundFormat) -> None:
    write(tmp_path / "clip", _tone_for(sound_format), sound_format, {**_TEXTS, "software": "MusicGen Studio"})
    with sf.SoundFile(tmp_path / "clip") as sound:
        texts = sound.copy_metadata()
    assert texts.pop("software").startswith("MusicGen Studio")  # libsndfile adds its own name
    assert texts == _TEXTS


def test_mp3_metadata_comes_back_and_leaves_the_sound_alone(tmp_path: Path) -> None:
    write(tmp_path / "bare.mp3", _tone(), SoundFormat.MP3)
    write(tmp_path / "clip.mp3", _tone(), SoundFormat.MP3, {**_TEXTS, "software": "MusicGen Studio"})
    with sf.SoundFile(tmp_path / "clip.mp3") as sound:
        assert sound.copy_metadata() == {**_TEXTS, "software": "MusicGen Studio", "copyright": "2026 CC0"}
    np.testing.assert_array_equal(read(tmp_path / "clip.mp3").samples, read(tmp_path / "bare.mp3").samples)


@pytest.mark.parametrize("sound_format", [SoundFormat.WAV24, SoundFormat.FLAC, SoundFormat.OGG, SoundFormat.OPUS])
@pytest.mark.parametrize("text", ["é" * 5000, "zero\0byte", "lone \ud800 surrogate", ""])
def test_awkward_metadata_spoils_nothing(tmp_path: Path, sound_format: SoundFormat, text: str) -> None:
    audio = _tone_for(sound_format)
    write(tmp_path / "clip", audio, sound_format, {"title": "Song", "artist": text, "comment": text, "date": "2026"})
    with sf.SoundFile(tmp_path / "clip") as sound:
        assert (sound.title, sound.date) == ("Song", "2026")
    assert read(tmp_path / "clip").frames == audio.frames


def test_an_unknown_key_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mood"):
        write(tmp_path / "clip.wav", _tone(), SoundFormat.WAV16, {"mood": "sad"})


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_no_sound_makes_no_file(tmp_path: Path, sound_format: SoundFormat) -> None:
    with pytest.raises(ValueError, match="frame"):
        write(tmp_path / "clip", Audio(np.zeros((0, 2), np.float32), 32000), sound_format)
    assert _files(tmp_path) == set()


# --- reading what should not be read ---


def _raw_wav(path: Path, samples: np.ndarray, rate: int = 32000, subtype: str = "FLOAT") -> None:
    sf.write(path, samples, rate, subtype=subtype, format="WAV")


def _flac_with_a_false_length(path: Path) -> None:
    sf.write(path, np.zeros(1000), 32000, format="FLAC")
    with path.open("r+b") as file:  # the 36 bit frame count ends 26 bytes into the file
        file.seek(22)
        file.write(struct.pack(">I", 32000 * 3000))


_NOT_SOUND = {
    "text": lambda path: path.write_text("la la la"),
    "empty": lambda path: path.touch(),
    "one byte": lambda path: path.write_bytes(b"\xff"),
    "folder": lambda path: path.mkdir(),
    "missing": lambda _: None,
    "header only": lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVE"),
    "mp3 in name only": lambda path: path.write_bytes(b"\xff\xfb" + bytes(200)),
    "no frames": lambda path: _raw_wav(path, np.zeros((0, 1))),
    "nine channels": lambda path: _raw_wav(path, np.zeros((100, 9))),
    "not a number": lambda path: _raw_wav(path, np.array([0.0, np.nan])),
    "infinity": lambda path: _raw_wav(path, np.array([0.0, np.inf])),
    "beyond float32": lambda path: _raw_wav(path, np.array([0.0, 1e300]), subtype="DOUBLE"),
    "rate": lambda path: _raw_wav(path, np.zeros(100), rate=1_000_000),
    "adpcm": lambda path: _raw_wav(path, np.zeros(1000), subtype="MS_ADPCM"),
    "caf": lambda path: sf.write(path, np.zeros(1000), 32000, format="CAF", subtype="PCM_16"),
    "au": lambda path: sf.write(path, np.zeros(1000), 32000, format="AU", subtype="PCM_16"),
    "false length": _flac_with_a_false_length,
}


@pytest.mark.parametrize("case", _NOT_SOUND)
def test_what_is_no_sound_is_refused_by_name(tmp_path: Path, case: str) -> None:
    path = tmp_path / "evil.wav"
    _NOT_SOUND[case](path)
    with pytest.raises(UserProblem) as caught:
        read(path)
    assert "evil.wav" in caught.value.what
    assert caught.value.why
    assert caught.value.what_to_do


def test_a_file_that_ends_in_raw_is_refused_or_read_but_is_no_bug(tmp_path: Path) -> None:
    _raw_wav(tmp_path / "sound.raw", np.zeros(100))
    with pytest.raises(UserProblem):
        read(tmp_path / "sound.raw")


@posix_only
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(UserProblem):
        read(tmp_path / "pipe.wav")


def test_length_is_checked_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "long.flac", _tone(3), SoundFormat.FLAC)
    assert read(tmp_path / "long.flac", max_duration_s=3).duration_s == 3
    monkeypatch.setattr(audiofile, "_read_blocks", lambda _: pytest.fail("the sound was decoded"))
    with pytest.raises(UserProblem, match="3 seconds"):
        read(tmp_path / "long.flac", max_duration_s=2)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.aiff", "PCM_24"), ("a.wav", "DOUBLE"), ("a.wav", "PCM_U8"), ("a.ogg", "OPUS"), ("a.flac", "PCM_16")],
)
def test_other_allowed_formats_are_read(tmp_path: Path, name: str, subtype: str) -> None:
    sf.write(tmp_path / name, _tone(rate=48000).samples, 48000, subtype=subtype)
    again = read(tmp_path / name)
    assert again.duration_s == pytest.approx(1, abs=0.01)
    assert np.sqrt(np.mean(again.samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sound_format=st.sampled_from([SoundFormat.WAV24, SoundFormat.FLAC, SoundFormat.OGG]),
    cut=st.floats(0, 1),
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20),
)
def test_damaged_files_are_sound_or_a_user_problem(
    tmp_path: Path, sound_format: SoundFormat, cut: float, damage: list[tuple[float, int]]
) -> None:
    path = tmp_path / "clip"
    write(path, _tone(0.1), sound_format)
    content = bytearray(path.read_bytes())
    for place, value in damage:
        content[int(place * len(content))] = value
    path.write_bytes(content[: int(cut * len(content))])
    with contextlib.suppress(UserProblem):
        assert read(path).frames > 0


# --- writing when something stands in the way ---


def test_a_file_that_is_not_to_be_replaced_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_text("the old one")
    with pytest.raises(FileExistsError):
        write(path, _tone(), SoundFormat.WAV16, replace=False)
    assert path.read_text() == "the old one"
    assert _files(tmp_path) == {"clip.wav"}
    write(tmp_path / "new.wav", _tone(), SoundFormat.WAV16, replace=False)
    assert read(tmp_path / "new.wav").frames == 32000
    assert _files(tmp_path) == {"clip.wav", "new.wav"}


def test_a_name_that_was_claimed_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_source: Path, _target: Path) -> None:
        raise PermissionError(errno.EACCES, "another program holds it")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UserProblem, match="another program holds the file"):
        write(tmp_path / "clip.wav", _tone(), SoundFormat.WAV16, replace=False)
    assert _files(tmp_path) == set()


def test_progress_is_told_and_can_end_the_writing(tmp_path: Path) -> None:
    told: list[int] = []
    write(tmp_path / "clip.wav", _tone(5), SoundFormat.WAV16, on_block=told.append)
    assert told == [65536, 131072, 160000]

    def enough(_frames: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write(tmp_path / "other.wav", _tone(5), SoundFormat.WAV16, on_block=enough)
    assert _files(tmp_path) == {"clip.wav"}


def test_the_temporary_name_is_recognisable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    monkeypatch.setattr(os, "fsync", lambda _: seen.update(_files(tmp_path)))
    write(tmp_path / "clip.wav", _tone(), SoundFormat.WAV16)
    assert ".clip.wav.part" in seen


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EFBIG])
def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    path = tmp_path / "clip.wav"
    path.write_text("the old one")

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserProblem, match=r"clip\.wav") as caught:
        write(path, _tone(), SoundFormat.WAV16)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.what_to_do
    assert path.read_text() == "the old one"
    assert _files(tmp_path) == {"clip.wav"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such call")
def test_a_share_that_cannot_sync_folders_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    write(tmp_path / "clip.wav", _tone(), SoundFormat.WAV16)
    assert _files(tmp_path) == {"clip.wav"}


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserProblem, match="full"):
        write_text(tmp_path / "clip.json", "{}")


def test_an_interrupted_write_is_cleaned_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "clip.json", "{}")
    assert _files(tmp_path) == set()


@pytest.mark.parametrize(
    "name", ["gone/clip.wav", "x" * 300 + ".wav", "folder"], ids=["missing folder", "long name", "a folder"]
)
def test_impossible_names_are_user_problems(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserProblem):
        write(tmp_path / name, _tone(), SoundFormat.WAV16)
    assert _files(tmp_path) == {"folder"}


@pytest.mark.parametrize(
    ("sound_format", "audio"),
    [
        (SoundFormat.MP3, _tone(rate=96000)),
        (SoundFormat.MP3, _tone(channels=4)),
        (SoundFormat.FLAC, _tone(channels=9)),
    ],
)
def test_what_a_format_cannot_hold_is_a_user_problem(tmp_path: Path, sound_format: SoundFormat, audio: Audio) -> None:
    with pytest.raises(UserProblem, match="cannot hold"):
        write(tmp_path / "clip", audio, sound_format)
    assert _files(tmp_path) == set()


def test_text_is_replaced_whole(tmp_path: Path) -> None:
    for text in ("long old text", "neu ☾\n"):
        write_text(tmp_path / "clip.json", text)
        assert (tmp_path / "clip.json").read_bytes() == text.encode()
    assert _files(tmp_path) == {"clip.json"}


def test_folders_are_made(tmp_path: Path) -> None:
    ensure_folder(tmp_path / "a" / "b")
    ensure_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(UserProblem, match="folder"):
            ensure_folder(path)


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserProblem, match="not allowed"):
        ensure_folder(tmp_path)


# --- the real thing: a process that runs out of space, or dies ---

_WRITE_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.core.audio import Audio
path, level = Path(sys.argv[1]), 0.0
while True:
    level = 0.5 if level == 0.25 else 0.25
    write(path, Audio(np.full((400_000, 2), level, np.float32), 32000), SoundFormat.WAV32F)
    print("written", flush=True)
"""

_WRITE_BEYOND_LIMIT = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from musicgen_studio.files.sound import SoundFormat, write
from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import UserProblem
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write(Path(sys.argv[1]), Audio(np.zeros((100_000, 2), np.float32), 32000), SoundFormat.WAV16)
except UserProblem as problem:
    print(problem.what_to_do)
"""


@posix_only
def test_a_file_beyond_the_systems_limit_is_not_left_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITE_BEYOND_LIMIT, str(tmp_path / "clip.wav")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Choose another folder" in done.stdout
    assert _files(tmp_path) == set()


@contextlib.contextmanager
def _writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _WRITE_FOREVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@posix_only
def test_a_killed_writer_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    """Stop the writer at 25 moments in its work, look at what a crash there would leave, and at last kill it."""
    path = tmp_path / "clip.wav"
    caught_in_the_middle = 0
    with _writer(path) as process:
        assert process.stdout is not None
        for _ in range(25):
            assert process.stdout.readline() == "written\n"
            with contextlib.suppress(TimeoutError):
                _until_part_file(path)
            os.kill(process.pid, signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)
            caught_in_the_middle += (tmp_path / ".clip.wav.part").exists()
            found = read(path)
            assert found.frames == 400_000
            assert len(np.unique(found.samples)) == 1
            os.kill(process.pid, signal.SIGCONT)
        _until_part_file(path)
        process.kill()
        process.wait()
    assert caught_in_the_middle > 0
    assert read(path).frames == 400_000
    assert _files(tmp_path) <= {"clip.wav", ".clip.wav.part"}


def _until_part_file(path: Path) -> None:
    part = path.with_name(f".{path.name}.part")
    for _ in range(2_000_000):
        if part.exists():
            return
    raise TimeoutError(part)


@pytest.mark.parametrize(("sound_format", "bits"), [("wav16", 16), ("wav24", 24), ("flac", 24)])
def test_samples_are_rounded_not_cut_off(tmp_path: Path, sound_format: str, bits: int) -> None:
    noise = np.random.default_rng(0).uniform(-0.99, 0.99, (20_000, 1)).astype(np.float32)
    write(tmp_path / "a", Audio(noise, 48_000), SoundFormat(sound_format))
    steps = read(tmp_path / "a").samples.astype(np.float64) * 2 ** (bits - 1)
    np.testing.assert_array_equal(steps, np.rint(noise.astype(np.float64) * 2 ** (bits - 1)))
