"""Who plays instead of the composer's instruments."""

from musicgen_studio.training.music.orchestras import HEARD, UNHEARD


def test_unheard_instruments_are_not_heard() -> None:
    for role, programs in UNHEARD.items():
        assert not set(programs) & set(HEARD[role])
