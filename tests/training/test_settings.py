"""Settings: there and back through TOML, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from musicgen_studio.errors import UserProblem
from musicgen_studio.training.settings import PRESETS, LanguageSettings, as_toml, read_settings, with_hours


@pytest.mark.parametrize("name", PRESETS)
def test_there_and_back(name: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(as_toml(PRESETS[name]))
    assert read_settings(tmp_path / "settings.toml") == PRESETS[name]


def test_what_is_left_out_is_as_in_the_starter(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[language]\nlayers = 3\n[sampling]\ntop_k = 7\n")
    read = read_settings(tmp_path / "settings.toml")
    assert read.language.layers == 3
    assert read.codec == PRESETS["starter"].codec
    assert read.sampling == replace(PRESETS["starter"].sampling, top_k=7)


@pytest.mark.parametrize(
    "text",
    [
        "[language]\ncolour = 1", "[language]\nwidth = 0", "[language]\ntempo_weights = [1, 2]",
        "[language]\ncodebook_weights = [1, 0]", "[codec]\nlatents = 5", "[corpus", "speed = 1",
        "[sampling]\ntemperature = 9", "[sampling]\nheat = 1",
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(UserProblem, match=r"settings\.toml"):
        read_settings(path)


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="multiple of the 3 heads"):
        LanguageSettings(width=64, heads=3)


def test_hours() -> None:
    assert with_hours(PRESETS["tiny"], 2.0).corpus.hours == 2.0
