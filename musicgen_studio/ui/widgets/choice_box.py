"""A box with a list that unfolds, as the dialogs have it: with its words, and no wider than its place.

Not for boxes that fit what they say (`panels.clean_up_box`).
"""

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox

_MIN_CHARACTERS = 16


def choice_box(choices: Mapping[str, str], tip: str, name: str = "") -> QComboBox:
    """Return a box.

    Args:
        choices: What it offers: value and words. More may be added.
        tip: What is chosen, in a sentence.
        name: What is chosen, in a word, where no label says it.
    """
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_MIN_CHARACTERS)
    for value, text in choices.items():
        box.addItem(text, value)
    return box
