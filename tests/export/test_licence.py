"""Which licences leave out commercial use."""

import pytest

from musicgen_studio.checkpoints.catalogue import STARTER_LICENCE, UNKNOWN_LICENCE
from musicgen_studio.export.licence import forbids_commercial_use


@pytest.mark.parametrize(
    "licence", ["cc-by-nc-4.0", "CC BY-NC 4.0", "CC-BY-NC-SA", "Non-commercial use only", UNKNOWN_LICENCE]
)
def test_some_forbid_it(licence: str) -> None:
    assert forbids_commercial_use(licence)


@pytest.mark.parametrize("licence", ["", STARTER_LICENCE, "mit", "cc-by-4.0", "CC0", "provenance unknown, announced"])
def test_others_do_not(licence: str) -> None:
    assert not forbids_commercial_use(licence)
