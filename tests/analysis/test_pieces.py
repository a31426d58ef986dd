"""Whatever listens to a whole clip tells piece by piece how far it is, and lets itself be ended there."""

from collections.abc import Callable

import numpy as np
import pytest

from musicgen_studio.analysis.analyse import analyse
from musicgen_studio.analysis.faults import find_faults
from musicgen_studio.core.audio import Audio
from tests.dsp.music import beat, notes


class _EnoughError(Exception):
    pass


@pytest.mark.parametrize("listen", [analyse, find_faults])
def test_it_tells_how_far_it_is_and_can_be_ended(listen: Callable[..., object]) -> None:
    mono = np.tile(beat(24, 12.0) + 0.05 * notes([57, 60, 64], 12.0), 5).astype(np.float32)
    music, shares = Audio(np.stack([mono, mono], axis=1), 44_100), list[float]()
    listen(music, on_piece=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 5
    assert shares[-1] == 1.0

    def enough(share: float) -> None:
        if share > 0.4:
            raise _EnoughError

    with pytest.raises(_EnoughError):
        listen(music, on_piece=enough)
