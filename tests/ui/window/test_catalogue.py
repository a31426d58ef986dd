"""Tests of the catalogue in the window, with real clicks and a real HTTP server that has a checkpoint."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from musicgen_studio import app
from musicgen_studio.app import Program
from musicgen_studio.checkpoints.hub import download as hub_download
from musicgen_studio.checkpoints.hub import published
from musicgen_studio.checkpoints.hub.cache import CachedRepository
from musicgen_studio.checkpoints.hub.published import PublishedModel
from musicgen_studio.checkpoints.offers import OfferKind
from musicgen_studio.compute.speed import ProcessorSpeed
from musicgen_studio.studio.making.engines import EngineChoice, LoadedEngine
from musicgen_studio.studio.making.order import CheckpointRecord
from musicgen_studio.studio.making.queue import JobLoop
from musicgen_studio.studio.program.downloads import DownloadState
from musicgen_studio.ui.panels.prompt_panel import PromptValues
from musicgen_studio.ui.window import shelf
from tests.checkpoints.hub.conftest import content
from tests.checkpoints.hub.server import FakeHub, serving
from tests.checkpoints.test_found import put
from tests.fake_engine import FakeEngine
from tests.ui.panels.finding import control, nameless, said

SMALL, MEDIUM = "facebook/musicgen-small", "facebook/musicgen-medium"
WAIT_MS = 120_000  # where several programs want the processor, loading an engine takes its time
SLOW = 5e4


class Desk(NamedTuple):
    """A program, the server it downloads from, and where that goes."""

    program: Program
    hub: FakeHub
    cache: Path
    qtbot: QtBot

    @property
    def dialog(self) -> QWidget:
        """The catalogue."""
        return self.program.dialogs.catalogue.dialog

    def open(self, offer_id: str = SMALL) -> None:
        """Open the catalogue at one of them."""
        self.until(lambda: bool(self.program.dialogs.shelf.offers()))
        self.program.dialogs.catalogue.open(offer_id)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window go on until it holds."""
        self.qtbot.waitUntil(holds, timeout=WAIT_MS)

    def button(self, name: str) -> QPushButton:
        """Return a button of the catalogue."""
        found = [each for each in self.dialog.findChildren(QPushButton) if each.accessibleName() == name]
        return found[0] if found else QPushButton()  # one that can never be clicked

    def click(self, name: str) -> None:
        """Click a button once it can be clicked."""
        self.until(lambda: self.button(name).isVisible() and self.button(name).isEnabled())
        QTest.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def says(self, text: str) -> bool:
        """Tell whether the catalogue says this somewhere."""
        return any(text in label.text() for label in self.dialog.findChildren(QLabel) if label.isVisible())

    def agree_and_download(self) -> None:
        """As a person does."""
        control(self.dialog, QCheckBox, "I agree to this licence").click()
        self.click("Download")

    def has_come(self) -> bool:
        """Tell whether some of it is there."""
        views = self.program.services.downloads.views()
        return any(view.progress is not None and view.progress.done_bytes > 50_000 for view in views)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, text_checkpoint: Path) -> Iterator[FakeHub]:
    """A server with two checkpoints."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") or name in ("HF_ENDPOINT", "HF_TOKEN"):
            monkeypatch.delenv(name)
    files = {path.name: path.read_bytes() for path in text_checkpoint.iterdir()}
    with serving(FakeHub({SMALL: files, MEDIUM: files | {"README.md": b"---\nlicense: x\n---\n"}})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        monkeypatch.setattr(hub_download, "_FIRST_WAIT_S", 0.001)
        yield served


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"library_folder": str(tmp_path / "library")}), encoding="utf-8")
    return file


def load_fake(choice: EngineChoice) -> LoadedEngine:
    """Load an engine at once, whatever the checkpoint."""
    return LoadedEngine(FakeEngine(), CheckpointRecord(choice.checkpoint, "0" * 64, "of the test", "fake"))


@pytest.fixture
def desk(qtbot: QtBot, settings_file: Path, hub: FakeHub, own_checkpoints: Path) -> Iterator[Desk]:
    with Program(settings_file, load_fake) as program:
        program.window.show()
        yield Desk(program, hub, own_checkpoints / "hf" / "hub", qtbot)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_it_says_what_matters_before_anything_is_downloaded(desk: Desk) -> None:
    desk.open()
    desk.until(lambda: desk.says("≈ 0.86 × real time"))
    for words in (
        "The quickest of Meta's",
        "about 2.4 GB, from the Hugging Face Hub",
        "1.4 GB on the processor (int8) · 1.6 GB on a graphics card (float16)",
        "not for commercial use",
        f"Downloads go to {desk.cache}",
    ):
        assert desk.says(words), words
    assert not desk.button("Download").isEnabled()  # before the licence is agreed to
    assert not desk.hub.asked
    assert nameless(desk.dialog) == []


def test_measuring_this_computer_is_seen_however_long_it_takes(
    qtbot: QtBot, settings_file: Path, hub: FakeHub, own_checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_quiet = threading.Event()

    def measure(_is_disturbed: Callable[[], bool]) -> ProcessorSpeed:
        assert is_quiet.wait(WAIT_MS / 1000)
        return ProcessorSpeed(2, 2e10)

    monkeypatch.setattr(shelf, "remembered", lambda: None)
    monkeypatch.setattr(shelf, "MEASURE_AFTER_MS", 0)
    monkeypatch.setattr(app, "_measure_speed", measure)
    with Program(settings_file, load_fake) as program:
        program.window.show()
        desk = Desk(program, hub, own_checkpoints / "hf" / "hub", qtbot)
        desk.open()
        desk.until(lambda: desk.says("being measured…"))
        assert not desk.button("Measure").isEnabled()
        is_quiet.set()
        desk.until(lambda: desk.says("≈ 0.86 × real time"))
        assert not desk.button("Measure").isVisible()


def test_a_click_downloads_and_another_one_plays_it(
    qtbot: QtBot, settings_file: Path, hub: FakeHub, own_checkpoints: Path
) -> None:
    with Program(settings_file) as program:  # with the real engine
        program.window.show()
        desk = Desk(program, hub, own_checkpoints / "hf" / "hub", qtbot)
        desk.open()
        desk.agree_and_download()
        desk.click("Use it")
        desk.until(lambda: desk.says("Agreed to on"))
        assert program.services.settings.checkpoint == SMALL
        assert desk.says(str(CachedRepository(desk.cache, SMALL).current()))
        desk.until(lambda: SMALL in program.window.header.checkpoint_button.text())  # it is loaded
        assert [line.name for line in program.dialogs._checkpoints.lines()][:2] == ["starter", SMALL]
        with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS):
            program.window.generation.generate(PromptValues(prompt="drums", duration_s=1.0))
        clip = program.services.library.clips()[0]
        assert (clip.frames, clip.licence) == (32_000, "CC-BY-NC 4.0")


def test_what_has_arrived_is_offered_until_it_is_used_wherever_that_is(desk: Desk) -> None:
    window = desk.program.window
    desk.open()
    desk.agree_and_download()
    desk.until(lambda: window.offer.text() == f"{SMALL} is on this computer")
    desk.click("Use it")
    desk.until(lambda: not window.offer.text() and not window.offer.isVisible())
    desk.until(lambda: SMALL in window.header.checkpoint_button.text())  # before anything of it is loaded
    assert desk.program.services.settings.checkpoint == SMALL


def test_the_header_says_how_fast_it_is_on_a_slow_computer(desk: Desk) -> None:
    desk.program.window.news.show_speed(0.042)
    assert "0.042× real time" in said(desk.program.window.header)


def test_the_header_names_what_was_chosen_while_it_is_not_loaded_yet(desk: Desk) -> None:
    news, header = desk.program.window.news, desk.program.window.header
    desk.until(lambda: "Starter" in header.checkpoint_button.text())
    desk.program.services.settings = replace(desk.program.services.settings, checkpoint=SMALL)
    news.show_engine(None)
    assert header.checkpoint_button.text() == SMALL


def test_it_pauses_goes_on_and_is_given_up(desk: Desk) -> None:
    desk.hub.bytes_per_s = SLOW
    desk.open()
    desk.agree_and_download()
    desk.until(desk.has_come)
    desk.until(desk.program.window.status.downloads.isVisible)  # beside the music, too
    desk.click("Pause")
    desk.until(lambda: desk.says("paused; what has come is kept"))
    desk.click("Go on")
    desk.until(lambda: desk.program.services.downloads.views()[0].state is DownloadState.RUNNING)
    desk.until(lambda: desk.says(" left"))
    desk.click("Give up")
    folder = CachedRepository(desk.cache, SMALL).folder
    desk.until(lambda: not desk.program.services.downloads.views() and not folder.exists())
    desk.until(lambda: desk.button("Download").isVisible())


def test_closed_the_download_goes_on(desk: Desk) -> None:
    desk.hub.bytes_per_s = SLOW
    desk.open()
    desk.agree_and_download()
    desk.until(desk.has_come)
    desk.click("Close")
    assert not desk.dialog.isVisible()
    desk.hub.bytes_per_s = None
    desk.open()
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert not desk.dialog.isVisible()
    desk.until(lambda: CachedRepository(desk.cache, SMALL).current() is not None)


def test_several_wait_for_each_other(desk: Desk) -> None:
    desk.hub.bytes_per_s = SLOW
    desk.open()
    desk.agree_and_download()
    desk.until(desk.has_come)
    desk.program.dialogs.catalogue.dialog.choose(MEDIUM)
    desk.agree_and_download()
    desk.until(lambda: desk.says("waits for the one before"))
    desk.hub.bytes_per_s = None
    desk.until(lambda: CachedRepository(desk.cache, MEDIUM).current() is not None)


def test_a_server_that_refuses_is_said_and_tried_again(desk: Desk) -> None:
    kept = desk.hub.files.pop(SMALL)
    desk.open()
    desk.agree_and_download()
    desk.until(lambda: desk.says("There is no facebook/musicgen-small"))
    desk.hub.files[SMALL] = kept
    desk.click("Try again")
    desk.until(lambda: desk.button("Use it").isVisible())


def test_what_is_wrong_on_the_disk_is_found_and_mended(desk: Desk) -> None:
    desk.open()
    desk.agree_and_download()
    desk.click("Check the files")
    desk.until(lambda: desk.says("all files are as they were published"))
    snapshot = CachedRepository(desk.cache, SMALL).current()
    assert snapshot is not None
    blob = (snapshot / "model.safetensors").resolve()
    blob.write_bytes(bytes(blob.stat().st_size))
    desk.click("Check the files")
    desk.until(lambda: desk.says("Missing or different: model.safetensors."))
    desk.hub.sent.clear()
    desk.click("Download what is wrong")
    desk.until(lambda: desk.hub.sent.get("model.safetensors") == blob.stat().st_size if blob.exists() else False)
    desk.until(lambda: not desk.program.services.downloads.views())
    assert set(desk.hub.sent) == {"model.safetensors"}
    assert blob.read_bytes() == desk.hub.files[SMALL]["model.safetensors"]


def test_removing_asks_says_what_it_frees_and_goes_back_to_the_starter(desk: Desk) -> None:
    desk.open()
    desk.agree_and_download()
    desk.click("Use it")
    desk.until(lambda: desk.button("In use").isVisible())
    desk.click("Remove…")
    assert desk.says("Delete it from this computer? That frees 1 MB")
    desk.click("Leave it as it is")
    assert not desk.says("Delete it from this computer?")
    desk.click("Remove…")
    desk.click("Remove 1 MB")
    desk.until(lambda: desk.says("Removed; 1 MB are free again."))
    assert not CachedRepository(desk.cache, SMALL).folder.exists()
    assert desk.program.services.settings.checkpoint == "starter"


def test_the_originals_are_let_go_and_it_still_plays(
    qtbot: QtBot, settings_file: Path, hub: FakeHub, own_checkpoints: Path
) -> None:
    with Program(settings_file) as program:  # with the real engine
        program.window.show()
        desk = Desk(program, hub, own_checkpoints / "hf" / "hub", qtbot)
        desk.open()
        desk.agree_and_download()
        desk.until(lambda: bool(program.services.loop.facts))  # the starter is loaded, and takes nothing away from it
        desk.click("Keep int8 only…")
        assert desk.says("it can be downloaded again")
        desk.click("Keep int8 only")
        desk.until(lambda: desk.says("Only int8 is kept;") or program.dialogs._bug is not None)
        assert program.dialogs._bug is None, program.dialogs._bug._report.toPlainText()
        assert not CachedRepository(desk.cache, SMALL).folder.exists()
        desk.until(lambda: desk.says("as int8 only"))
        assert not desk.button("Keep int8 only…").isVisible()
        desk.click("Check the files")
        desk.until(lambda: desk.says("all files are as they were published"))
        desk.click("Use it")
        desk.until(lambda: SMALL in program.window.header.checkpoint_button.text())
        with qtbot.waitSignal(program.window.inbox.job_ended, timeout=WAIT_MS):
            program.window.generation.generate(PromptValues(prompt="drums", duration_s=1.0))
        assert program.services.library.clips()[0].frames == 32_000


def test_another_folder_is_chosen_and_what_is_there_moved(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    desk.agree_and_download()
    desk.until(lambda: desk.button("Check the files").isVisible())
    disk = tmp_path / "disk"
    desk.program.dialogs.catalogue.choose_folder(disk)
    desk.until(lambda: desk.says(f"Downloads go to {disk}"))
    desk.click("Move it, too")
    desk.until(lambda: desk.says(f"Moved to {disk}."))
    desk.until(lambda: desk.says(str(CachedRepository(disk, SMALL).current())))
    assert not CachedRepository(desk.cache, SMALL).folder.exists()
    desk.program.dialogs.catalogue.dialog.choose(MEDIUM)
    desk.agree_and_download()
    desk.until(lambda: CachedRepository(disk, MEDIUM).current() is not None)


def test_what_other_programs_have_is_listed_where_it_lies(desk: Desk, text_checkpoint: Path) -> None:
    snapshot = put(desk.cache, "me/finetuned", text_checkpoint)
    desk.open("starter")
    desk.until(lambda: desk.program.dialogs.shelf.offer("me/finetuned") is not None)
    desk.program.dialogs.catalogue.dialog.choose("me/finetuned")
    desk.until(lambda: desk.says(str(snapshot)))
    assert "me/finetuned" in {line.name for line in desk.program.dialogs._checkpoints.lines()}


def test_what_is_not_supported_says_so_and_cannot_be_had(desk: Desk) -> None:
    desk.open("facebook/musicgen-style")
    desk.until(lambda: desk.says("This program does not play its kind."))
    assert not desk.button("Download").isVisible()


def test_demucs_weights_come_without_a_question(
    desk: Desk, own_checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open("htdemucs")
    weights = content(100_000, 5)
    model = PublishedModel("htdemucs", "955717e8-" + _sha256(weights)[:8] + ".th", len(weights), "For tests.")
    desk.hub.alone[model.file] = weights
    monkeypatch.setattr(published, "ADDRESS", f"{desk.hub.address}/alone")
    monkeypatch.setattr(published, "PUBLISHED", (model,))
    desk.click("Download")
    path = own_checkpoints / "torch" / "hub" / "checkpoints" / model.file
    desk.until(path.exists)
    assert path.read_bytes() == weights


def test_the_first_start_has_a_card_until_it_is_closed(qtbot: QtBot, settings_file: Path, hub: FakeHub) -> None:
    with Program(settings_file, load_fake) as program:
        program.window.show()
        card = program.window.card
        qtbot.waitUntil(card.isVisible, timeout=WAIT_MS)
        words = " ".join(label.text() for label in card.findChildren(QLabel))
        assert "≈ 0.86 × real time" in words
        assert "2.4 GB" in words
        QTest.mouseClick(control(card, QPushButton, "Look at it"), Qt.MouseButton.LeftButton)
        assert program.dialogs.catalogue.dialog.isVisible()
        assert program.dialogs.catalogue.dialog.chosen_id() == SMALL
        QTest.mouseClick(control(card, QToolButton, "Do not show this any more"), Qt.MouseButton.LeftButton)
        assert not card.isVisible()
    with Program(settings_file, load_fake) as program:
        program.window.show()
        qtbot.waitUntil(lambda: bool(program.dialogs.shelf.offers()), timeout=WAIT_MS)
        assert not program.window.card.isVisible()
    assert not hub.asked  # nothing goes over the network that nobody asked for


def test_the_next_start_goes_on(qtbot: QtBot, settings_file: Path, hub: FakeHub, own_checkpoints: Path) -> None:
    hub.bytes_per_s = SLOW
    cache = own_checkpoints / "hf" / "hub"
    with Program(settings_file, load_fake) as program:
        program.window.show()
        first = Desk(program, hub, cache, qtbot)
        first.open()
        first.agree_and_download()
        first.until(first.has_come)
    hub.bytes_per_s = None
    with Program(settings_file, load_fake) as program:
        program.window.show()
        qtbot.waitUntil(lambda: CachedRepository(cache, SMALL).current() is not None, timeout=WAIT_MS)
        qtbot.waitUntil(program.window.offer.isVisible, timeout=WAIT_MS)
        QTest.mouseClick(control(program.window.offer, QPushButton, "Use it"), Qt.MouseButton.LeftButton)
        assert program.services.settings.checkpoint == SMALL


def _sha256(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def test_live_music_is_neither_measured_beside_nor_its_checkpoint_moved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in no queue: what was measured beside it was taken for this computer's speed, and made it break off."""
    desk.open()
    catalogue, offers = desk.program.dialogs.catalogue, desk.program.dialogs.shelf
    starter = next(each for each in offers.offers() if each.kind is OfferKind.STARTER)
    assert catalogue._is_at_rest(starter)
    monkeypatch.setattr(JobLoop, "performing", object())
    catalogue.open(starter.id)
    assert not catalogue._is_at_rest(starter)
    assert desk.says("It makes music just now")
    offers.words.speed = None
    offers._measure_if_quiet()
    assert offers._quiet.isActive()
    assert not offers._is_measuring
    offers._quiet.stop()
