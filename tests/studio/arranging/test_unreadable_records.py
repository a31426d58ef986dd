"""A clip whose record nobody can read, such as one of a later version, is shown and played like any other."""

from pathlib import Path

import pytest

from musicgen_studio.library.library import Library
from musicgen_studio.studio.arranging.composing import fit_of, passage_frames, splice_frame
from musicgen_studio.studio.arranging.planning import plan_of_clip
from musicgen_studio.studio.arranging.takes import takes_of
from tests.library.samples import add


@pytest.mark.parametrize("recipe", ["{}", "x", '{"format": 999}', "[]", '{"format": 1}'])
def test_all_that_is_asked_to_show_it_has_an_answer(tmp_path: Path, recipe: str) -> None:
    with Library(tmp_path / "library") as library:
        clip = add(library, recipe=recipe)
        assert takes_of(library, clip) == [clip]
        assert splice_frame(clip) is None
        assert passage_frames(clip) == []
        assert fit_of(clip) is None
        assert plan_of_clip(library, clip) == plan_of_clip(library, add(library, recipe="", prompt=clip.prompt))
