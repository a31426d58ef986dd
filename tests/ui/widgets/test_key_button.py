"""The button of a word and its key, in wide places and narrow ones."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from musicgen_studio.ui.widgets.key_button import KeyButton


def make(qtbot: QtBot, key: str = "Ctrl+Enter") -> KeyButton:
    button = KeyButton()
    button.say("Generate", key)
    qtbot.addWidget(button)
    with qtbot.waitExposed(button):
        button.show()
    return button


def resize(button: KeyButton, width: int) -> None:
    button.resize(width, 40)
    QApplication.processEvents()


def test_words_and_key_are_said_where_there_is_room(qtbot: QtBot) -> None:
    button = make(qtbot)
    resize(button, button.sizeHint().width())
    assert button.text() == "Generate   Ctrl+Enter"


def test_a_narrow_place_has_room_for_the_words(qtbot: QtBot) -> None:
    button = make(qtbot)
    resize(button, button.sizeHint().width() - 1)
    assert button.text() == "Generate"
    assert button.minimumSizeHint().width() < button.sizeHint().width()


def test_what_is_shown_changes_no_hint(qtbot: QtBot) -> None:
    button = make(qtbot)
    resize(button, 400)
    hints = button.sizeHint(), button.minimumSizeHint()
    resize(button, button.minimumSizeHint().width())
    assert (button.sizeHint(), button.minimumSizeHint()) == hints


def test_the_key_comes_back_with_the_room(qtbot: QtBot) -> None:
    button = make(qtbot)
    resize(button, button.minimumSizeHint().width())
    resize(button, 400)
    assert button.text() == "Generate   Ctrl+Enter"


def test_other_words_and_keys_are_said_at_once(qtbot: QtBot) -> None:
    button = make(qtbot)
    resize(button, 400)
    button.say("Stop", "F5")
    assert button.text() == "Stop   F5"
    assert button.accessibleName() == "Stop"


def test_without_a_key_the_words_stand_alone(qtbot: QtBot) -> None:
    button = make(qtbot, key="")
    resize(button, 400)
    assert button.text() == "Generate"
