"""Sound from strangers: whatever a file does to its decoder, the program gets the sound or a sentence for a person."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from musicgen_studio.core.audio import Audio
from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.files import untrusted as decoding
from musicgen_studio.files.sound import SoundFormat, read, write
from musicgen_studio.files.untrusted import read_untrusted

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits")

_NOISE = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, (70_000, 2)).astype(np.float32), 48000)

ChildMaker = Callable[[str], None]


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A sound file of `_NOISE`."""
    write(tmp_path / "noise.wav", _NOISE, SoundFormat.WAV32F)
    return tmp_path / "noise.wav"


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> ChildMaker:
    """Puts Python code in the place of the decoder inside the child; limits and all else stay as they are."""

    def use(code: str) -> None:
        program = (
            "import os, sys\nfrom musicgen_studio.files import sound as audiofile, untrusted as decoding\n"
            f"def blocks(path, max_duration_s):\n    {code}\n    yield\n"
            "audiofile.blocks = blocks\nsys.exit(decoding.main(sys.argv[1:]))"
        )
        monkeypatch.setattr(decoding, "_child_command", lambda: [sys.executable, "-c", program])

    return use


# --- sound ---


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_it_is_the_sound_that_is_read_here(tmp_path: Path, sound_format: SoundFormat) -> None:
    path = tmp_path / f"clip{sound_format.extension}"
    write(path, _NOISE, sound_format)
    again = read_untrusted(path)
    assert again.sample_rate == 48000
    np.testing.assert_array_equal(again.samples, read(path).samples)


@pytest.mark.parametrize("name", ["-P", "träume ☾.wav", "a b.raw.wav"])
def test_awkward_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(name), _NOISE, SoundFormat.WAV16)
    assert read_untrusted(Path(name)).frames == _NOISE.frames


def test_nothing_is_taken_from_the_folder_the_program_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noise: Path
) -> None:
    (tmp_path / "soundfile.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert read_untrusted(noise).frames == _NOISE.frames


def test_the_child_loads_no_more_than_it_needs() -> None:
    code = (
        "import sys, musicgen_studio.files.untrusted; "
        "print({'torch', 'PySide6', 'scipy', 'librosa'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# --- no sound ---


@pytest.mark.parametrize("content", [b"", b"la la la", b"RIFF\x24\0\0\0WAVE", b"\xff\xfb" + bytes(200)])
def test_what_is_no_sound_is_refused_as_always(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evil.wav").write_bytes(content)
    with pytest.raises(UserProblem) as here:
        read(tmp_path / "evil.wav")
    with pytest.raises(UserProblem) as there:
        read_untrusted(tmp_path / "evil.wav")
    assert str(there.value) == str(here.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="no such file"):
        read_untrusted(tmp_path / "gone.wav")


@posix_only
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(UserProblem, match="not a file"):
        read_untrusted(tmp_path / "pipe.wav")


def test_the_length_is_bounded(noise: Path) -> None:
    with pytest.raises(UserProblem, match="at most 1 can be used"):
        read_untrusted(noise, max_duration_s=1)


def test_a_format_that_is_not_allowed(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.caf", np.zeros(1000), 32000)
    with pytest.raises(UserProblem, match="not in a known sound format"):
        read_untrusted(tmp_path / "a.caf")


# --- harm ---


@pytest.mark.parametrize(
    "code", ["import os; os.abort()", "import ctypes; ctypes.string_at(0)", "import os; os._exit(3)"]
)
def test_a_crash_is_told(noise: Path, child: ChildMaker, code: str) -> None:
    child(code)
    with pytest.raises(UserProblem, match=r"noise\.wav.*broke down"):
        read_untrusted(noise)


@posix_only
def test_a_decoder_that_never_ends_is_ended(tmp_path: Path, noise: Path, child: ChildMaker) -> None:
    os.mkfifo(tmp_path / "pipe")
    child(f"open({str(tmp_path / 'pipe')!r}, 'rb')")  # waits for a writer that never comes
    with pytest.raises(UserProblem, match=r"given up after 1\.5 seconds"):
        read_untrusted(noise, timeout_s=1.5)


@posix_only
def test_it_can_be_stopped_at_once(
    tmp_path: Path, noise: Path, child: ChildMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    os.mkfifo(tmp_path / "pipe")
    child(f"open({str(tmp_path / 'pipe')!r}, 'wb').write(str(os.getpid()).encode())\n    import time; time.sleep(60)")
    stop, number = threading.Event(), []

    def stop_when_it_decodes() -> None:
        number.append(int((tmp_path / "pipe").read_bytes()))
        stop.set()

    watcher = threading.Thread(target=stop_when_it_decodes)
    watcher.start()
    with pytest.raises(StoppedError):
        read_untrusted(noise, timeout_s=60, stop=stop)
    watcher.join()
    with pytest.raises(ProcessLookupError):
        os.kill(number[0], 0)
    assert list((tmp_path / "temporary").iterdir()) == []


@posix_only
def test_a_decoder_that_eats_the_processor_is_ended(noise: Path, child: ChildMaker) -> None:
    child("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n    while True: pass")
    with pytest.raises(UserProblem, match="broke down"):
        read_untrusted(noise)


@posix_only
def test_a_decoder_that_eats_the_memory_is_ended(noise: Path, child: ChildMaker) -> None:
    child("hoard = [bytes(10**8) for _ in range(100)]")
    with pytest.raises(UserProblem, match="more memory"):
        read_untrusted(noise)


@posix_only
def test_a_decoder_that_fills_the_disk_is_ended(noise: Path, child: ChildMaker) -> None:
    child(
        "import resource, numpy as np; from musicgen_studio.core.audio import Audio\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))\n"
        "    while True: yield Audio(np.zeros((10000, 1), np.float32), 48000)"
    )
    with pytest.raises(UserProblem, match="could not be stored"):
        read_untrusted(noise)


def test_the_decoded_size_is_bounded(noise: Path, child: ChildMaker) -> None:
    child(
        "import numpy as np; from musicgen_studio.core.audio import Audio\n"
        "    decoding.MAX_DECODED_BYTES = 10**6\n"
        "    while True: yield Audio(np.zeros((10000, 1), np.float32), 48000)"
    )
    with pytest.raises(UserProblem, match="Decoded it takes more than"):
        read_untrusted(noise)


@pytest.mark.parametrize(
    "report",
    [
        "",
        "5",
        "[]",
        "{}",
        '{"sample_rate": 48000}',
        '{"sample_rate": 0, "channels": 1}',
        '{"sample_rate": 48000, "channels": 0}',
        '{"sample_rate": 48000, "channels": 3}',
        '{"sample_rate": 1e999, "channels": 1}',
        '{"what": "?"}',
    ],
)
def test_what_the_child_says_is_not_taken_on_trust(noise: Path, child: ChildMaker, report: str) -> None:
    child(
        "from pathlib import Path; import os, sys\n"
        "    folder = Path(sys.argv[2])\n"
        "    (folder / 'sound.f32').write_bytes(bytes(400))\n"
        f"    (folder / 'report.json').write_text({report!r})\n"
        "    os._exit(0)"
    )
    with pytest.raises(UserProblem, match="makes no sense"):
        read_untrusted(noise)


def test_a_fault_of_the_program_is_a_bug(noise: Path, child: ChildMaker) -> None:
    child("raise LookupError('our mistake')")
    with pytest.raises(RuntimeError, match="our mistake"):
        read_untrusted(noise)


def test_nothing_is_left_behind(
    noise: Path, child: ChildMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    read_untrusted(noise)
    child("import os; os.abort()")
    with pytest.raises(UserProblem):
        read_untrusted(noise)
    assert list((tmp_path / "temporary").iterdir()) == []


# --- many damaged files ---

_FUZZ = """
import sys
from pathlib import Path
from musicgen_studio.files import untrusted as decoding
folder, max_duration_s = Path(sys.argv[1]), sys.argv[2]
for path in sorted(folder.glob("*.sound")):
    result = path.with_suffix(".result")
    result.mkdir()
    print(path.name, flush=True)
    decoding.main([str(path), str(result), max_duration_s, "300"])
"""


def _originals(folder: Path) -> list[bytes]:
    short = Audio(_NOISE.samples[:6000], 48000)
    for sound_format in SoundFormat:
        write(folder / f"{sound_format}.original", short, sound_format, {"title": "Träume", "comment": "a\nb"})
    sf.write(folder / "aiff.original", short.samples, 48000, format="AIFF", subtype="PCM_16")
    return [path.read_bytes() for path in sorted(folder.glob("*.original"))]


def _damaged(original: bytes, chance: random.Random) -> bytes:
    content = bytearray(original)
    for _ in range(chance.choice([1, 3, 10, 100])):
        # Headers are where the trouble is.
        place = chance.randrange(min(200, len(content)) if chance.random() < 0.6 else len(content))
        content[place] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    if chance.random() < 0.2:
        del content[chance.randrange(len(content)) :]
    return bytes(content)


def test_four_hundred_damaged_files(tmp_path: Path) -> None:
    """They are decoded in one child, as a child for each would take minutes; that it survives them all is the claim."""
    chance = random.Random(4)  # noqa: S311 - the same damage each time
    originals = _originals(tmp_path)
    for number in range(400):
        content = _damaged(originals[number % len(originals)], chance)
        (tmp_path / f"{number:03}.sound").write_bytes(content)
    command = [sys.executable, "-c", _FUZZ, str(tmp_path), "600"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, f"{done.stdout[-100:]}\n{done.stderr[-2000:]}"
    lengths = [_frames_or_refused(path) for path in sorted(tmp_path.glob("*.sound"))]
    assert 50 < sum(frames > 0 for frames in lengths) < 350


def _frames_or_refused(path: Path) -> int:
    try:
        return decoding._collect(path, path.with_suffix(".result")).frames
    except UserProblem as problem:
        if "makes no sense" in problem.why:
            raise
        return 0


def test_damaged_files_one_child_each(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - the same damage each time
    refused = 0
    for number, original in enumerate(_originals(tmp_path)):
        path = tmp_path / f"{number}.sound"
        path.write_bytes(_damaged(original, chance))
        try:
            assert read_untrusted(path).frames > 0
        except UserProblem:
            refused += 1
    assert refused
