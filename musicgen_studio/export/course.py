"""How far a piece of work of several steps is, the steps weighted by what they cost. Not for what the steps are."""

from collections.abc import Callable

OnShare = Callable[[float], None]


class Course:
    """Counts the steps of one work.

    Args:
        expected: What all steps that are planned will cost, in any unit.
        report: Told the share that is done, 0 to 1, never less than before, after every piece of every step; what it
            raises ends the work.
    """

    def __init__(self, expected: float, report: OnShare = lambda _share: None) -> None:
        self._expected = expected
        self._done = self._shown = 0.0
        self._report = report
        report(0.0)

    def step(self, cost: float) -> OnShare:
        """Begin the next step; what comes back is to be told how far it is, 0 to 1."""
        start = self._done
        self._done += cost
        self._expected = max(self._expected, self._done)

        def tell(share: float) -> None:
            self._shown = max(self._shown, min(1.0, (start + share * cost) / self._expected))
            self._report(self._shown)

        return tell

    def expect(self, cost: float) -> None:
        """Take into account that there will be more to do than was planned."""
        self._expected += cost
