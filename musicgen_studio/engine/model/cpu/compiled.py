"""Compiled code that rounds alike in every process: it is always read from where it is kept.

A process that compiles the step itself adds in another order than one that reads what was kept of it: the linker joins
the parts differently. The first music after an installation would then not be what its record makes again, and workers
that begin together would not make the same. So where nothing is kept yet for this processor, another process compiles.

Not for what is compiled (`step`). numba tells what it has kept in no public way; what is read here is held by a test.
"""

import subprocess
import sys


def keep_compiled() -> None:
    """Have the step compiled and kept, unless it is. Takes half a minute the first time."""
    if not is_kept():
        # Should it fail, this process compiles it, and only the rounding is another.
        subprocess.run(
            [sys.executable, "-m", "musicgen_studio.engine.model.cpu"], stdin=subprocess.DEVNULL, check=False
        )


def is_kept() -> bool:
    """Tell whether code for this processor is kept, of this version of the source."""
    from musicgen_studio.engine.model.cpu.step import run_step

    here = run_step.targetctx.codegen().magic_tuple()
    kept = run_step._cache._cache_file._load_index()  # noqa: SLF001 - see above
    return any(processor == here for _, processor, _ in kept)
