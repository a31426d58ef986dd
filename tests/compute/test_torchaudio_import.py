"""torchaudio's Python parts work, with or without its compiled extension."""

import subprocess
import sys
from pathlib import Path

import pytest

_WORKING_TORCHAUDIO = "flag = object()\n"

_BROKEN_TORCHAUDIO = """
from torchaudio import kept
from torchaudio import _extension
available = _extension._IS_TORCHAUDIO_EXT_AVAILABLE
"""


def _run(code: str, *, before: Path | None = None) -> str:
    """Run code in a fresh interpreter where warnings are errors, a folder put in front of the import path."""
    setup = f"import sys; sys.path.insert(0, {str(before)!r})\n" if before else ""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", setup + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_resample_spectrogram_and_chroma_extractor_work() -> None:
    out = _run("""
from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
make_torchaudio_importable()
make_torchaudio_importable()
import torch, torchaudio
assert torchaudio.functional.resample(torch.zeros(1, 320), 32000, 16000).shape == (1, 160)
assert torchaudio.transforms.Spectrogram(n_fft=64, hop_length=16)(torch.zeros(1, 640)).shape == (1, 33, 41)
from transformers.utils.import_utils import is_torchaudio_available
assert is_torchaudio_available()
from transformers import MusicgenMelodyFeatureExtractor
features = MusicgenMelodyFeatureExtractor(chunk_length=2)(torch.rand(1, 64000), sampling_rate=32000)
print(list(features["input_features"].shape))
""")
    assert out == "[1, 16, 12]"


def test_nothing_is_replaced_where_the_import_works(tmp_path: Path) -> None:
    package = tmp_path / "torchaudio"
    package.mkdir()
    (package / "__init__.py").write_text("from torchaudio import _extension\n", encoding="utf-8")
    (package / "_extension.py").write_text(_WORKING_TORCHAUDIO, encoding="utf-8")
    out = _run(
        """
import torchaudio
flag = torchaudio._extension.flag
from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
make_torchaudio_importable()
assert sys.modules["torchaudio"] is torchaudio
print(sys.modules["torchaudio._extension"].flag is flag)
""",
        before=tmp_path,
    )
    assert out == "True"


@pytest.mark.parametrize("error", ["OSError", "ImportError", "RuntimeError"])
def test_a_failing_extension_is_stood_in_for_and_leftovers_are_forgotten(error: str, tmp_path: Path) -> None:
    package = tmp_path / "torchaudio"
    package.mkdir()
    (package / "__init__.py").write_text(_BROKEN_TORCHAUDIO, encoding="utf-8")
    (package / "kept.py").write_text("", encoding="utf-8")
    (package / "_extension.py").write_text(f"raise {error}('libcudart.so is missing')\n", encoding="utf-8")
    out = _run(
        """
try:
    import torchaudio
except (OSError, ImportError, RuntimeError):
    pass
half_imported = sys.modules["torchaudio.kept"]
from musicgen_studio.compute.torchaudio_import import make_torchaudio_importable
make_torchaudio_importable()
import torchaudio
print(torchaudio.available, sys.modules["torchaudio.kept"] is half_imported)
""",
        before=tmp_path,
    )
    assert out == "False False"


def test_another_thread_may_import_meanwhile() -> None:
    """As the window does while the starter is loaded: what it imported then made the loading fail now and then."""
    out = _run("""
import sys, threading
from musicgen_studio.compute.torchaudio_import import _forget_torchaudio
sys.setswitchinterval(1e-6)
over = threading.Event()
def import_things():
    while not over.is_set():
        for number in range(2000):
            sys.modules[f"made_up_{number}"] = sys
        for number in range(2000):
            del sys.modules[f"made_up_{number}"]
thread = threading.Thread(target=import_things)
thread.start()
try:
    for _ in range(1500):
        _forget_torchaudio()
finally:
    over.set()
    thread.join()
print("none failed")
""")
    assert out == "none failed"
