"""Sound from strangers: whatever a file does to its decoder, the program gets the sound or a sentence for a person."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest

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


@pytest.fixture(autouse=True)
def _no_child_of_another_test() -> Iterator[None]:
    decoding.end_idle()
    yield
    decoding.end_idle()


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> ChildMaker:
    """Puts Python code in the place of the first reader inside the child; limits and all else stay as they are."""

    def use(code: str) -> None:
        program = (
            "import os, sys, numpy as np\nfrom musicgen_studio.files.decoding import child, reading\n"
            f"def read(path, row, views, sink):\n    {code}\n"
            "reading.READERS = (read,)\nsys.exit(child.main())"
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
        "import sys, musicgen_studio.files.decoding.child; "
        "print({'torch', 'PySide6', 'scipy', 'librosa'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# --- no sound ---


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (b"la la la", "not in a known sound format"),
        (b"RIFF\x24\0\0\0WAVE", "begins like WAV, but no sound could be read"),
        (b"\xff\xfb" + bytes(200), "begins like MP3, but no sound could be read"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "evil.wav").write_bytes(content)
    with pytest.raises(UserProblem, match=rf"evil\.wav.*{why}"):
        read_untrusted(tmp_path / "evil.wav")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="no such file"):
        read_untrusted(tmp_path / "gone.wav")


@posix_only
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(UserProblem, match="not a file"):
        read_untrusted(tmp_path / "pipe.wav")


def test_the_length_is_bounded(noise: Path) -> None:
    with pytest.raises(UserProblem, match="longer than 1 seconds"):
        read_untrusted(noise, max_duration_s=1)


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
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))\n"
        "    while True: sink(np.zeros((10000, 1), np.float32), 48000)"
    )
    with pytest.raises(UserProblem, match="could not be stored"):
        read_untrusted(noise)


def test_a_full_disk_for_what_is_decoded_is_told_with_what_to_do(noise: Path, child: ChildMaker) -> None:
    child("import errno; raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))")
    with pytest.raises(UserProblem, match="could not be stored") as told:
        read_untrusted(noise)
    assert told.value.what_to_do == "Free some space on that disk, then try again."
    assert gettempdir() in told.value.why


def test_the_decoded_size_is_bounded(noise: Path, child: ChildMaker) -> None:
    child("reading.MAX_DECODED_BYTES = 10**6\n    while True: sink(np.zeros((10000, 1), np.float32), 48000)")
    with pytest.raises(UserProblem, match="Decoded it takes more than"):
        read_untrusted(noise)


@pytest.mark.parametrize(
    "answer",
    [
        "\n",
        "5",
        "[]",
        "{}",
        '{"file": "0.f32", "sample_rate": 48000}',
        '{"file": "0.f32", "sample_rate": 48000, "remark": ""}',
        '{"file": "0.f32", "sample_rate": 0, "channels": 1, "remark": ""}',
        '{"file": "0.f32", "sample_rate": 48000, "channels": 0, "remark": ""}',
        '{"file": "0.f32", "sample_rate": 48000, "channels": 3, "remark": ""}',
        '{"file": "0.f32", "sample_rate": 1e999, "channels": 1, "remark": ""}',
        '{"file": "1.f32", "sample_rate": 48000, "channels": 1, "remark": ""}',
        '{"file": "../0.f32", "sample_rate": 48000, "channels": 7, "remark": ""}',
        '{"what": "?"}',
    ],
)
def test_what_the_child_says_is_not_taken_on_trust(noise: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    program = (
        "import json, sys, time\nfrom pathlib import Path\n"
        "request = json.loads(sys.stdin.readline())\n"
        "Path(request['folder'], '0.f32').write_bytes(bytes(400))\n"
        f"print({answer!r}, flush=True)\ntime.sleep(60)"
    )
    monkeypatch.setattr(decoding, "_child_command", lambda: [sys.executable, "-c", program])
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
    assert list((tmp_path / "temporary").rglob("*.f32")) == []
    decoding.end_idle()
    child("import os; os.abort()")
    with pytest.raises(UserProblem):
        read_untrusted(noise)
    assert list((tmp_path / "temporary").iterdir()) == []


# --- one child, many files ---


@posix_only
def test_one_child_serves_many_files(noise: Path, tmp_path: Path, child: ChildMaker) -> None:
    child(f"open({str(tmp_path / 'ids')!r}, 'a').write(f'{{os.getpid()}} '); sink(np.zeros((9, 1), np.float32), 8000)")
    for _ in range(5):
        assert read_untrusted(noise).frames == 9
    ids = (tmp_path / "ids").read_text().split()
    assert len(ids) == 5
    assert len(set(ids)) == 1


def test_a_refused_file_does_not_end_the_child(noise: Path, tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"la la la")
    read_untrusted(noise)
    waiting = decoding._waiting._child
    with pytest.raises(UserProblem):
        read_untrusted(tmp_path / "no.wav")
    assert read_untrusted(noise).frames == _NOISE.frames
    assert decoding._waiting._child is waiting


@posix_only
def test_a_crash_ends_the_child_and_the_next_file_gets_a_new_one(
    noise: Path, tmp_path: Path, child: ChildMaker
) -> None:
    child(
        f"open({str(tmp_path / 'ids')!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "    if path.name == 'bad.wav': os.abort()\n"
        "    sink(np.zeros((9, 1), np.float32), 8000)"
    )
    (tmp_path / "bad.wav").write_bytes(noise.read_bytes())
    read_untrusted(noise)
    with pytest.raises(UserProblem, match="broke down"):
        read_untrusted(tmp_path / "bad.wav")
    assert read_untrusted(noise).frames == 9
    ids = (tmp_path / "ids").read_text().split()
    assert len(ids) == 4, "a file that crashes a child that has served is tried by a new one, once"
    assert len(set(ids)) == 3


@posix_only
def test_no_file_answers_for_another(noise: Path, tmp_path: Path, child: ChildMaker) -> None:
    """What an earlier file did to the child shows in the next; that one is read all the same."""
    child(
        f"served = {str(tmp_path / 'served')!r}\n"
        "    if os.path.exists(served) and open(served).read() == str(os.getpid()): os.abort()\n"
        "    open(served, 'w').write(str(os.getpid()))\n"
        "    sink(np.zeros((9, 1), np.float32), 8000)"
    )
    assert [read_untrusted(noise).frames for _ in range(3)] == [9, 9, 9]


def test_several_threads_read_at_once(noise: Path) -> None:
    lengths = list[int]()
    threads = [threading.Thread(target=lambda: lengths.append(read_untrusted(noise).frames)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [_NOISE.frames] * 3


def test_a_child_that_ended_while_it_waited_is_replaced(noise: Path) -> None:
    read_untrusted(noise)
    waiting = decoding._waiting._child
    assert waiting is not None
    waiting._process.kill()
    waiting._process.wait()
    assert read_untrusted(noise).frames == _NOISE.frames


def test_what_a_decoder_prints_stays_off_the_terminal(
    noise: Path, child: ChildMaker, capfd: pytest.CaptureFixture[str]
) -> None:
    child("print('noise'); os.write(2, b'[mp3 @ 0x5] Header missing'); sink(np.zeros((9, 1), np.float32), 8000)")
    assert read_untrusted(noise).frames == 9
    assert capfd.readouterr() == ("", "")
