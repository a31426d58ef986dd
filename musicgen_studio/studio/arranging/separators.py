"""Which separators can be chosen: the program's own, and Demucs' models where they were downloaded.

Any thread but the window's: folders are looked into. Not for separating (`separation`), downloading
(`checkpoints.hub.published`) or keeping stems (`stems`).
"""

from musicgen_studio.checkpoints.hub.published import torch_files
from musicgen_studio.separation.api import Separator, SeparatorInfo
from musicgen_studio.separation.models import MODELS, demucs_is_installed, found_models, own_info

OWN = ""
"""What the settings call the separator that comes with the program; Demucs' models go by their names."""


def found_separators() -> dict[str, SeparatorInfo]:
    """Return what there is, by the name that the settings have for it; the program's own is the first."""
    demucs = found_models(torch_files()) if demucs_is_installed() else {}
    return {OWN: own_info(), **demucs}


def open_named(name: str) -> Separator:
    """Load a separator, which takes a moment.

    Args:
        name: A name of `found_separators`, or of a Demucs model that may have gone since.

    Raises:
        UserProblem: If it cannot be used.
        ValueError: If there is no such separator.
    """
    if name == OWN:
        from musicgen_studio.separation.masks import open_separator  # late: it loads torch

        return open_separator()
    if name not in MODELS:
        raise ValueError(f"name must be one of {', '.join(MODELS)} or empty, got {name!r}")
    from musicgen_studio.separation.demucs import open_demucs  # late: it loads torch

    return open_demucs(torch_files(), name)
