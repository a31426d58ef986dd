"""What was measured of a clip beside what is heard in it: its place among its takes, and how much of it is broken.

Not for measuring (`evaluation.ranking`, `analysis.faults`), nor for keeping it (`studio.arranging.verdicts`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a clip; None where nobody has measured.

    Args:
        place: Its place among the takes of its order, from 1, which is the best.
        takes: How many takes were compared; None without a place.
        faults: How many stops, fades to silence and glitches it has.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    place: int | None = None
    takes: int | None = None
    faults: int | None = None

    def __post_init__(self) -> None:
        if (self.place is None) is not (self.takes is None):
            raise ValueError(f"place and takes must be known together, got {self.place} of {self.takes}")
        if self.place is not None and self.takes is not None and not 1 <= self.place <= self.takes:
            raise ValueError(f"place must be 1 to {self.takes}, got {self.place}")
        if self.faults is not None and self.faults < 0:
            raise ValueError(f"faults must be 0 or more, got {self.faults}")


UNKNOWN = Verdict()
"""Of a clip that nobody has measured."""
