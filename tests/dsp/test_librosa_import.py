"""librosa is compiled by one process at a time."""

import subprocess
import sys
import threading

from musicgen_studio.dsp.librosa_import import compiling_alone

CHILD = """
from musicgen_studio.dsp.librosa_import import compiling_alone
with compiling_alone():
    print("alone", flush=True)
    input()
"""


def test_a_process_waits_until_another_has_imported_it() -> None:
    is_alone = threading.Event()

    def wait_for_turn() -> None:
        with compiling_alone():
            is_alone.set()

    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "alone\n"
        waiting = threading.Thread(target=wait_for_turn, daemon=True)
        waiting.start()
        assert not is_alone.wait(0.3)
        child.stdin.write("\n")
        child.stdin.close()
        assert is_alone.wait(10)
        waiting.join(10)
