"""How a piece came to its end: by itself, where one of some tries did, or by a fade. Not for making ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ending:
    """What was tried, and what was taken.

    Args:
        tried: Among how many versions of its last bars one was looked for that comes to rest by itself.
        rested: How many of those did.
        good: How many of those ended on the bar and in the key, as far as either is heard.
        is_own: Whether one of them was taken; else the music fades over its last bar.
        early_s: How much sooner it ends than was asked for.
        late_beats: Of what was taken: how many beats after a bar's line its last stroke is; None without a beat.
        chord_share: Of what was taken: which share of its last sound is the chord of the key; None without a key.

    Raises:
        ValueError: If the numbers do not fit each other.
    """

    tried: int
    rested: int = 0
    good: int = 0
    is_own: bool = False
    early_s: float = 0.0
    late_beats: float | None = None
    chord_share: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.rested <= self.tried:
            raise ValueError(f"0 <= good <= rested <= tried must hold, got {self.good}, {self.rested}, {self.tried}")
        if self.is_own and not self.good:
            raise ValueError("is_own must be false where none was good, got true")


def ending_in_words(ending: Ending) -> str:
    """Say how a piece ends and why, such as `fades over its last bar: none of 4 tries came to rest by itself`."""
    if ending.is_own:
        return f"ends by itself, as {ending.good} of {ending.tried} tries did{_how(ending)}"
    if not ending.tried:
        return "fades over its last bar"
    if not ending.rested:
        return f"fades over its last bar: none of {ending.tried} tries came to rest by itself"
    came = f"{ending.rested} of {ending.tried} tries came to rest, none on the bar and in the key"
    return f"fades over its last bar: {came}"


def _how(ending: Ending) -> str:
    found = list[str]()
    if ending.late_beats is not None:
        found.append(f"its last stroke {abs(ending.late_beats):.2f} beats {_side(ending.late_beats)} the bar's line")
    if ending.chord_share is not None:
        found.append(f"{ending.chord_share:.0%} of its last sound in the key's chord")
    return f": {', '.join(found)}" if found else ""


def _side(late_beats: float) -> str:
    return "before" if late_beats < 0 else "after"
