"""Tests of licences that were agreed to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from musicgen_studio.checkpoints import terms


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(terms, "settings_file", lambda: tmp_path / "config" / "settings.json")
    return tmp_path / "config" / "licences.json"


def test_an_agreement_is_kept_with_its_date() -> None:
    assert terms.accepted("facebook/musicgen-small", "CC-BY-NC 4.0") is None
    terms.accept("facebook/musicgen-small", "CC-BY-NC 4.0")
    assert terms.accepted("facebook/musicgen-small", "CC-BY-NC 4.0") == datetime.now(UTC).date().isoformat()
    assert terms.accepted("facebook/musicgen-large", "CC-BY-NC 4.0") is None


def test_another_licence_is_another_question() -> None:
    terms.accept("facebook/musicgen-small", "CC-BY-NC 4.0")
    assert terms.accepted("facebook/musicgen-small", "CC-BY-NC 5.0") is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"facebook/musicgen-small": []}'])
def test_a_damaged_file_asks_once_more(store: Path, text: str) -> None:
    store.parent.mkdir()
    store.write_text(text)
    assert terms.accepted("facebook/musicgen-small", "CC-BY-NC 4.0") is None
