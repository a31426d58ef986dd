"""A sink that writes each take as a sound file and the JSON beside it, the moment it is over.

    take → finish → sound file and the record of how it was made

What a stop or a fault cuts short is written too, marked as not complete. Not for what becomes of the sound on its way
into the file (`export.finish`), nor for the library (`library`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.names import numbered, slug
from musicgen_studio.engine.api import EngineInfo
from musicgen_studio.export.finish import FinishSettings, finish
from musicgen_studio.files.sound import write
from musicgen_studio.files.whole import write_text
from musicgen_studio.studio.making.order import Order, recipe_of
from musicgen_studio.studio.making.record import Recipe
from musicgen_studio.studio.making.sink import Begun, Sink, TakeEnded


@dataclass(frozen=True, slots=True)
class SavedClip:
    """A clip on disk.

    Args:
        sound_file: The sound.
        recipe_file: The JSON beside it.
        recipe: What the JSON says.
    """

    sound_file: Path
    recipe_file: Path
    recipe: Recipe

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.recipe.frames / self.recipe.sample_rate


class Folder(Sink):
    """Writes takes into a folder.

    Args:
        order: What was asked for, with the folder, the format, and the only take to keep if there is one.
        on_saved: Told of each clip once it is on disk.
    """

    def __init__(self, order: Order, on_saved: Callable[[SavedClip], None]) -> None:
        self._order = order
        self._on_saved = on_saved
        self._info: EngineInfo | None = None

    def begin(self, begun: Begun) -> None:
        """Note what makes the clips, for their records."""
        self._info = begun.info

    def take_ended(self, ended: TakeEnded) -> None:
        """Write a take."""
        if self._order.only in (None, (ended.prompt, ended.take)):
            self._on_saved(self._save(ended))

    def _save(self, ended: TakeEnded) -> SavedClip:
        assert self._info is not None  # `begin` comes first
        order = self._order
        audio = _finish(order, ended.audio)
        recipe = recipe_of(order, self._info, ended.prompt, ended.take, audio, complete=ended.is_complete)
        stem = clip_name(recipe.prompt, recipe.seed, ended.take, recipe.takes)
        sound_file = _free_path(order.folder, stem, order.sound_format.extension)
        recipe_file = sound_file.with_suffix(".json")
        write(sound_file, audio, order.sound_format, _metadata(recipe))
        write_text(recipe_file, recipe.to_json())
        return SavedClip(sound_file, recipe_file, recipe)


def _finish(order: Order, audio: Audio) -> Audio:
    settings = FinishSettings(
        order.sound_format,
        order.sample_rate,
        order.loudness_lufs,
        compressor=order.compressor,
        first_rules=True,  # records of format 3 promise the same samples
    )
    return finish(audio, settings).audio


def _metadata(recipe: Recipe) -> dict[str, str]:
    return {
        "title": recipe.prompt,
        "date": recipe.created[:10],
        "software": f"MusicGen Studio {recipe.program_version}",
        "comment": f"{recipe.checkpoint.id}, seed {recipe.seed}, take {recipe.take + 1} of {recipe.takes}",
        "copyright": recipe.licence,
    }


def clip_name(prompt: str, seed: int, take: int, takes: int) -> str:
    """Return a clip's file name without ending, such as `happy-rock-42` or `happy-rock-42-take1`.

    Args:
        prompt: The text; letters, digits and marks of any script are kept, in lower case, everything else parts words.
        seed: It also keeps the name from being one that Windows reserves, such as `con`.
        take: From 0. Names count from 1, as musicians do, and only if there are several.
        takes: How many there are.
    """
    name = f"{slug(prompt)}-{seed}"
    return f"{name}-take{take + 1}" if takes > 1 else name


def _free_path(folder: Path, stem: str, extension: str) -> Path:
    """Return a name that neither a sound nor a record has: nothing is ever overwritten."""
    return next(
        folder / f"{name}{extension}"
        for name in numbered(stem, "-")
        if not (folder / f"{name}{extension}").exists() and not (folder / f"{name}.json").exists()
    )
