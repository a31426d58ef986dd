"""Tests of what is said about a checkpoint that is offered."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from musicgen_studio.checkpoints.offers import offers
from musicgen_studio.ui.panels.checkpoint_words import CheckpointWords
from musicgen_studio.ui.panels.offer_details import OfferDetails


@pytest.mark.parametrize("offer_id", ["facebook/musicgen-small", "htdemucs_6s"])
def test_names_stand_at_the_edge_and_what_is_said_beside_them(qtbot: QtBot, offer_id: str) -> None:
    """Of a separator no speed is told: its other facts once stood in the middle, in a column of a few letters."""
    details = OfferDetails(CheckpointWords())
    qtbot.addWidget(details)
    details.resize(560, 560)
    with qtbot.waitExposed(details):
        details.show()
    offer = next(each for each in offers(()) if each.id == offer_id)
    details.show_offer(offer, None, is_current=False, is_busy=False, said="")
    QApplication.processEvents()  # lays it out
    labels = {label.text(): label for label in details.findChildren(QLabel) if label.isVisible()}
    title = labels["Licence"]
    told = next(label for words, label in labels.items() if words.startswith(f"{offer.licence}. "))
    assert title.x() == 0
    assert told.x() < 150
    assert told.width() > 300
