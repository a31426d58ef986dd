"""Which networks there are, by name, and opening one: the one that comes with the program, or downloaded weights."""

from pathlib import Path

from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.published import find_published, published
from musicgen_studio.checkpoints.places import known_folders
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.api import Embedder
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder

OFFLINE = "musicnn"
CLAP_REPOSITORY = "laion/larger_clap_music"
EMBEDDERS = (OFFLINE, "vggish", "panns", "passt", "clap")
"""By name; the first comes with the program."""


def open_embedder(name: str = OFFLINE, weights: Path | None = None) -> Embedder:
    """Return a network that listens.

    Args:
        name: In `EMBEDDERS`.
        weights: Its file, of `clap` the folder; None looks where downloads go.

    Raises:
        UserProblem: If there is none of this name, or its weights are not on this computer or not to be used.
    """
    if name not in EMBEDDERS:
        raise UserProblem(
            f"There is no embedding called “{name}”.", f"Known are {', '.join(EMBEDDERS)}.", "Choose one of them."
        )
    if name == OFFLINE:
        return MusicnnEmbedder()
    found = weights or _downloaded(name)
    if found is None or not found.exists():
        model = CLAP_REPOSITORY if name == "clap" else name
        raise UserProblem(
            f"The embedding {name} has no weights on this computer.",
            f"{found} is not there." if found is not None else f"{model} was not downloaded.",
            f"Download it: musicgen-studio checkpoints download {model}",
        )
    return _opened(name, found)


def _downloaded(name: str) -> Path | None:
    if name == "clap":
        kept = (CachedRepository(folder, CLAP_REPOSITORY).current() for folder in known_folders())
        return next((folder for folder in kept if folder is not None), None)
    model = published(name)
    return None if model is None else find_published(model)


def _opened(name: str, weights: Path) -> Embedder:
    if name == "vggish":
        from musicgen_studio.evaluation.fidelity.embedders.vggish import VggishEmbedder

        return VggishEmbedder(weights)
    if name == "panns":
        from musicgen_studio.evaluation.fidelity.embedders.panns import PannsEmbedder

        return PannsEmbedder(weights)
    if name == "passt":
        from musicgen_studio.evaluation.fidelity.embedders.passt import PasstEmbedder

        return PasstEmbedder(weights)
    from musicgen_studio.evaluation.fidelity.embedders.clap import ClapEmbedder

    return ClapEmbedder(weights)
