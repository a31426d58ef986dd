"""Tests of what can be chosen or had, with what is said of each."""

from pathlib import Path

import pytest

from musicgen_studio.checkpoints.facts import KNOWN
from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.published import PUBLISHED
from musicgen_studio.checkpoints.offers import Offer, OfferKind, offers
from musicgen_studio.checkpoints.terms import accept
from tests.checkpoints.test_found import put


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache that Hugging Face programs share."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "AUDIOCRAFT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "hf" / "hub"


def by_id(*folders: str) -> dict[str, Offer]:
    return {each.id: each for each in offers(folders)}


@pytest.mark.usefixtures("shared")
def test_a_new_computer_has_the_starter_and_could_have_the_rest() -> None:
    found = offers()
    assert [each.id for each in found] == ["starter", *(each.id for each in KNOWN), *(each.id for each in PUBLISHED)]
    assert [each.id for each in found if each.is_here] == ["starter"]
    style = by_id()["facebook/musicgen-style"]
    assert not style.can_be_downloaded
    assert by_id()["htdemucs"].kind is OfferKind.SEPARATOR


def test_what_is_in_a_cache_comes_first_and_is_used_where_it_lies(shared: Path, text_checkpoint: Path) -> None:
    small = put(shared, "facebook/musicgen-small", text_checkpoint)
    mine = put(shared, "me/finetuned", text_checkpoint)
    found = offers(["starter", "facebook/musicgen-small", str(text_checkpoint)])
    assert [(each.id, each.folder) for each in found[1:3]] == [
        ("facebook/musicgen-small", small),
        ("me/finetuned", mine),
    ]
    assert (found[1].name, found[1].kind) == ("facebook/musicgen-small", OfferKind.META)
    assert found[1].freed_bytes == sum(path.stat().st_size for path in text_checkpoint.iterdir()) + len("a" * 40)
    assert (found[3].kind, found[3].name) == (OfferKind.FOLDER, str(text_checkpoint))
    assert [each.id for each in found].count("facebook/musicgen-small") == 1


@pytest.mark.usefixtures("shared")
def test_a_folder_that_is_gone_says_why(tmp_path: Path) -> None:
    gone = by_id(str(tmp_path / "gone"))["gone"]
    assert "There is no such folder." in gone.problem
    assert not gone.name


def test_a_download_on_its_way_and_a_licence_that_was_agreed_to_are_known(shared: Path) -> None:
    blobs = CachedRepository(shared, "facebook/musicgen-small").folder / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc.part").write_bytes(b"some")
    accept("facebook/musicgen-small", "CC-BY-NC 4.0")
    small = by_id()["facebook/musicgen-small"]
    assert small.is_begun
    assert small.agreed is not None
    assert not small.is_here
