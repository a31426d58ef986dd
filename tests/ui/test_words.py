"""One word, one meaning: what a musician reads and hears read out."""

import ast
import re
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "musicgen_studio" / "ui"
RECORDING = sorted(
    path
    for room, names in (("panels", ("melody*", "recorder*", "metronome*")), ("window", ("recording*", "melody*")))
    for name in names
    for path in (UI / room).glob(f"{name}.py")
)


def texts(path: Path) -> list[str]:
    """Return what a module says to people: the texts that are translated."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
            found += [
                part.value
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
    return found


def test_there_are_texts_to_look_at() -> None:
    assert len(RECORDING) >= 5
    assert sum(len(texts(path)) for path in RECORDING) > 60


@pytest.mark.parametrize("path", RECORDING, ids=lambda path: path.stem)
def test_a_take_is_what_is_made_and_what_is_sung_is_a_recording(path: Path) -> None:
    assert [text for text in texts(path) if re.search(r"\b[Tt]akes?\b", text)] == []
