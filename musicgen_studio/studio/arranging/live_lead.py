"""How far ahead live music is made: as little as this machine allows at the moment.

What is left unheard when a chunk arrives tells how near a break was. If the sound broke off, the lead becomes half as
much again; if it came near, a little more. What one bad moment cost is given back once a while has shown that so much
was never needed. Not for waiting until it is time for the next chunk (`live_output`).
"""

from math import inf

LEAD_S = 0.12
"""So much is still unheard when the next chunk is begun, at first: what making it may take, and some."""

LEAST_LEAD_S = 0.1
MAX_LEAD_S = 3.0

NEAR_S = 0.02
"""With less than this unheard when a chunk arrives, the sound nearly broke off."""

SPARE_S = 0.05
"""So much may be left over at the worst moment: it is not taken from the lead."""

QUIET_S = 15.0
"""Of music, in which nothing happened, before the lead becomes shorter."""

AFTER_BREAK_S = 300.0
"""The same after a break, until the lead is as short as at first; twice as long after each further one, up to
`LONGEST_QUIET_S`. On a machine that is held up each minute it breaks off a few times an hour then, not sixty."""

LONGEST_QUIET_S = 1800.0


class Lead:
    """The lead, and what it was learned from. One thread.

    Args:
        lead_s: At first.
    """

    def __init__(self, lead_s: float = LEAD_S) -> None:
        self.lead_s = lead_s
        self._breaks = 0
        self._since_s, self._least_s, self._quiet_s = 0.0, inf, QUIET_S

    def note(self, made_s: float, unheard_s: float, breaks: int) -> None:
        """Learn from a chunk.

        Args:
            made_s: How much music there is by now.
            unheard_s: How much was still unheard when it arrived; infinite while the output gathers sound.
            breaks: How often the sound broke off so far.
        """
        self._least_s = min(self._least_s, unheard_s)
        has_broken, self._breaks = breaks > self._breaks, breaks
        ran_dry = unheard_s == inf or unheard_s < NEAR_S  # else the device was late, which no lead can help
        if has_broken and ran_dry:
            self.lead_s = min(self.lead_s * 1.5, MAX_LEAD_S)
            self._quiet_s = min(max(2 * self._quiet_s, AFTER_BREAK_S), LONGEST_QUIET_S)
        elif unheard_s < NEAR_S:
            self.lead_s = min(self.lead_s + NEAR_S - unheard_s, MAX_LEAD_S)
        elif made_s >= self._since_s + self._quiet_s:
            unneeded_s = max(self._least_s - SPARE_S, 0.0)
            self.lead_s = max(self.lead_s - unneeded_s / 2, min(self.lead_s, LEAST_LEAD_S))
            if self.lead_s <= LEAD_S:
                self._quiet_s = QUIET_S
        else:
            return
        self._since_s, self._least_s = made_s, inf
