"""Under which licences the installed libraries stand, as they say themselves: read from their metadata at run time.

Not for checkpoints, whose licences are in their model cards (`checkpoints.catalogue`), nor for legal advice.
"""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires

PROGRAM = "musicgen-studio"
UNKNOWN = "not stated"

_NAME = re.compile(r"[\w.-]+")
_LIBSNDFILE = "_soundfile_data/COPYING"
_NOTES = "license_notes.md"  # of soundfile, for the C libraries in its wheel
_NOTE = re.compile(r"^## (?P<name>\S+)$.*?^License: (?P<licence>.+?)$", re.MULTILINE | re.DOTALL)
_LONGEST = 160  # some put the licence's whole text where its name belongs


@dataclass(frozen=True, slots=True)
class LibraryLicence:
    """One library.

    Args:
        name: What it is called.
        version: As installed; empty if it is not known.
        licence: In its own words.
        inside: The library whose package brings it along, or empty.
    """

    name: str
    version: str
    licence: str
    inside: str = ""


def libraries(program: str = PROGRAM) -> list[LibraryLicence]:
    """Return what a program is declared to need and what is inside of that, in order of name.

    Args:
        program: The name of an installed package.

    Raises:
        PackageNotFoundError: If the program itself is not installed.
    """
    found = []
    for requirement in requires(program) or []:
        name = _NAME.match(requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            library = distribution(name[0])
        except PackageNotFoundError:
            continue  # for another system
        found.append(LibraryLicence(library.metadata["Name"], library.version, _licence(library)))
        found += _bundled(library)
    return sorted(found, key=lambda each: (each.name.lower(), each.inside))


def program_licence(program: str = PROGRAM) -> str:
    """Return the licence of an installed package."""
    return _licence(distribution(program))


def _licence(library: Distribution) -> str:
    """Return the SPDX expression, the licence field or the classifiers: whatever the metadata has, the best first."""
    metadata = library.metadata
    classifiers = [text.rsplit(" :: ", 1)[-1] for text in metadata.get_all("Classifier", []) if "License ::" in text]
    fields = [metadata.get_all(name, [""])[0] for name in ("License-Expression", "License")]
    for text in (*fields, ", ".join(classifiers)):
        if text and "\n" not in text.strip() and len(text) <= _LONGEST:
            return text.strip()
    return UNKNOWN


def _bundled(library: Distribution) -> list[LibraryLicence]:
    """Return what soundfile's wheel brings along: libsndfile with its licence beside it, and what its notes name."""
    inside, found = library.metadata["Name"], []
    for file in library.files or []:
        if file.as_posix() == _LIBSNDFILE:
            title = " ".join(file.read_text().split("\n")[:2])
            found.append(LibraryLicence("libsndfile", "", " ".join(title.split()), inside))
        elif file.name == _NOTES:
            notes = _NOTE.finditer(file.read_text())
            found += [LibraryLicence(note["name"], "", note["licence"].strip(), inside) for note in notes]
    return found
