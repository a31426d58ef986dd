"""A melody as a MIDI file that stays: named after its title, never changed once given away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen_studio.core.melody import Key, Melody, Note
from musicgen_studio.files.midi import read_midi
from musicgen_studio.library.library import Library
from musicgen_studio.studio.humming.midi_file import lasting_midi

LINE = Melody((Note(0.0, 0.5, 57.0), Note(0.5, 0.5, 60.0)), 1.0, 120.0)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        yield library


def test_it_holds_the_notes_and_is_named_as_the_melody(library: Library) -> None:
    path = lasting_midi(library, LINE, "My: hum?", Key(9, is_minor=True))
    assert path.name.startswith("My hum ")
    assert path.suffix == ".mid"
    assert [note.pitch for note in read_midi(path).notes] == [57, 60]


def test_the_same_notes_are_the_same_file_and_others_another(library: Library) -> None:
    first = lasting_midi(library, LINE, "Hum")
    content = first.read_bytes()
    assert lasting_midi(library, LINE, "Hum") == first
    other = lasting_midi(library, replace(LINE, notes=LINE.notes[:1]), "Hum")
    assert other != first
    assert first.read_bytes() == content


def test_it_outlives_the_next_start(library: Library) -> None:
    path = lasting_midi(library, LINE, "Hum")
    library.reconcile()
    assert path.exists()
