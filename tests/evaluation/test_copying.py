"""A copy is found, chance is not."""

import numpy as np

from musicgen_studio.evaluation.copying import nearest_overlap


def test_a_copy_is_found() -> None:
    rng = np.random.default_rng(0)
    known = rng.integers(0, 1024, 5000).astype(np.uint16)
    assert nearest_overlap(known[1234:1434], known) == 1.0
    assert nearest_overlap(rng.integers(0, 1024, 200).astype(np.uint16), known) < 0.1
