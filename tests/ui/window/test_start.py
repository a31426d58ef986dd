"""Tests of what the program does not do before its window is seen: every such thing is waited for by a person.

Counted, not timed. In a process of its own, as whatever the other tests have loaded would be there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LATE = {
    "torch", "transformers", "numba", "scipy", "librosa", "onnxruntime", "sounddevice", "huggingface_hub",
    "httpx2", "filelock", "yaml", "mido", "jeepney", "asyncio", "xml.etree.ElementTree", "PySide6.QtMultimedia",
}  # fmt: skip
"""What makes music, hears it, asks the network, the bus or a file: loaded by who needs it."""

SCRIPT = """
import json, linecache, os, sys
from pathlib import Path
from musicgen_studio.ui.qt.features import read_no_sources
read_no_sources()
from PySide6.QtWidgets import QApplication
from musicgen_studio.app import Program
from musicgen_studio.ui.window import bench
app = QApplication([])
with Program(bench.write_settings(Path(sys.argv[1]))) as program:
    program.window.show()
    is_seen = not program.window.grab().isNull()
    ours = [name for name in sys.modules if name.startswith("musicgen_studio")]
    told = {"seen": is_seen, "modules": sorted(sys.modules), "ours": len(ours), "sources": len(linecache.cache)}
    print(json.dumps(told), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("start")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_what_the_first_picture_does_not_show_is_loaded_after_it(start: dict[str, object]) -> None:
    assert start["seen"]
    modules = start["modules"]
    assert isinstance(modules, list)
    assert LATE & set(modules) == set()


def test_no_source_is_read_to_look_for_other_spellings(start: dict[str, object]) -> None:
    # PySide would read that of every module which comes after it, and keep its lines
    sources, ours = start["sources"], start["ours"]
    assert isinstance(sources, int)
    assert isinstance(ours, int)
    assert sources < 10 < ours
