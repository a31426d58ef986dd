"""How long torch's threads wait for each other before they let go of their cores.

Where it is built with GNU's OpenMP they look for some 15 ms, which is fastest on cores that nobody else wants. Where
somebody does, they use up their share of the processor with looking, and lose it when there is music to make. Not for
how many threads there are (`threads`), nor for the threads of the compiled step, which let go by themselves.
"""

import os

LOOKS = 2000
"""Some 0.1 ms. A clip takes 3 to 5 % longer with it; beside a busy core the latest of a hundred live chunks comes in a
third of the time."""


def let_go_soon() -> None:
    """Let them wait shortly, unless somebody has said how long. To be called before torch is loaded, which reads it."""
    os.environ.setdefault("GOMP_SPINCOUNT", str(LOOKS))
