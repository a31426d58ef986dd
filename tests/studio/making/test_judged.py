"""Which clips are judged."""

from pathlib import Path

from musicgen_studio.library.library import Library
from musicgen_studio.studio.making.judged import clips_of
from tests.library.samples import add


def test_a_clip_of_the_library_is_judged_where_somebody_has_moved_its_file(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        clip, _ = add(library, title="Calm", prompt="calm piano"), add(library, title="Wild")
        moved = library.sound_file(clip.id).rename(library.folder / "moved.wav")
        (found,) = clips_of(library, "calm")
    assert (found.name, found.sound, found.prompt) == ("Calm", moved, "calm piano")
