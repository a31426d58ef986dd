"""How far ahead live music is made: as little as this machine allows at the moment.

What is left unheard when a chunk arrives tells how near a break was. Some is to be spare beyond the worst moment of the
last minutes; if the sound broke off all the same, the lead becomes half as much again. What a bad moment cost is given
back once minutes have shown that so much was not needed again. Not for waiting until it is time for the next chunk
(`live_output`).
"""

from math import inf

LEAD_S = 0.1
"""So much is still unheard when the next chunk is begun, at first and at least: what making it may take, and some."""

MAX_LEAD_S = 3.0

SPARE_S = 0.05
"""So much is to be left unheard at the worst moment."""

QUIET_S = 300.0
"""Of music, in which nothing happened, before the lead becomes shorter. Twice as long after each break, up to
`LONGEST_QUIET_S`, until the lead is as short as at first: on a machine that is held up each minute it breaks off a few
times an hour then, not sixty."""

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
        ran_dry = unheard_s == inf or unheard_s < SPARE_S  # else the device was late, which no lead can help
        if has_broken and ran_dry:
            self.lead_s = min(self.lead_s * 1.5, MAX_LEAD_S)
            self._quiet_s = min(2 * self._quiet_s, LONGEST_QUIET_S)
        elif unheard_s < SPARE_S:
            self.lead_s = min(self.lead_s + SPARE_S - unheard_s, MAX_LEAD_S)
        elif made_s >= self._since_s + self._quiet_s:
            unneeded_s = max(self._least_s - SPARE_S, 0.0)
            self.lead_s = max(self.lead_s - unneeded_s / 2, min(self.lead_s, LEAD_S))
            if self.lead_s <= LEAD_S:
                self._quiet_s = QUIET_S
        else:
            return
        self._since_s, self._least_s = made_s, inf
