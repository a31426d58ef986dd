"""Drum patterns as text, one character per sixteenth, and what a bar of them becomes: hits, ghost notes, fills.

`X` accent, `x` normal, `o` soft, `g` ghost note, `.` nothing. Bars of 16 steps are in four, those of 12 in three.
Drum numbers: General MIDI level 1, percussion key map.
"""

from dataclasses import dataclass

import numpy as np

VELOCITY = {"X": 118, "x": 98, "o": 74, "g": 42}

DRUM_PITCHES = {
    "K": 36,  # kick
    "R": 37,  # rim
    "S": 38,  # snare
    "C": 39,  # clap
    "F": 43,  # floor tom
    "H": 42,  # closed hi-hat
    "P": 44,  # pedal hi-hat
    "O": 46,  # open hi-hat
    "M": 47,  # middle tom
    "A": 49,  # crash
    "T": 50,  # high tom
    "D": 51,  # ride
    "N": 54,  # tambourine
    "W": 56,  # cowbell
    "B": 60,  # bongo
    "G": 63,  # open conga
    "L": 64,  # low conga
    "Y": 70,  # maracas
    "V": 75,  # claves
}

_Lines = dict[str, str]

PATTERNS: dict[str, _Lines] = {
    "rock": {"K": "X.......X.x.....", "S": "....X.......X...", "H": "x.o.x.o.x.o.x.o."},
    "rock ride": {"K": "X.....x.X.......", "S": "....X.......X..g", "D": "x.o.x.o.x.o.x.o."},
    "pop": {"K": "X......xX.......", "S": "....X.......X...", "H": "x.x.x.x.x.x.x.o.", "N": "....x.......x..."},
    "ballad": {"K": "x.......x.......", "R": "....x.......x...", "H": "o...o...o...o..."},
    "punk": {"K": "X.x.X.x.X.x.X.x.", "S": "..X...X...X...X.", "O": "x.x.x.x.x.x.x.x."},
    "metal": {"K": "XxxxXxxxXxxxXxxx", "S": "....X.......X...", "D": "X...X...X...X..."},
    "metal half": {"K": "X.xx..x.X.xx.x..", "S": "........X.......", "A": "x...x...x...x..."},
    "house": {"K": "X...X...X...X...", "C": "....X.......X...", "O": "..x...x...x...x.", "H": "x...x...x...x..."},
    "house busy": {"K": "X...X...X...X...", "C": "....X.......X..o", "O": "..x...x...x...x.", "H": "xoxoxoxoxoxoxoxo"},
    "techno": {"K": "X...X...X...X...", "H": "..x...x...x...x.", "R": "x..x..x...x..x..", "M": "......o.......o."},
    "trance": {"K": "X...X...X...X...", "O": "..X...X...X...X.", "S": "....x.......x...", "Y": "xoxoxoxoxoxoxoxo"},
    "disco": {"K": "X...X...X...X...", "S": "....X.......X...", "O": "..X...X...X...X.", "H": "x.o.x.o.x.o.x.o."},
    "synthwave": {"K": "X...X...X...X...", "S": "....X.......X...", "H": "x.x.x.x.x.x.x.x."},
    "hip hop": {"K": "X......x..x.....", "S": "....X.......X...", "H": "x.x.x.x.x.x.x.xo"},
    "hip hop trap": {"K": "X.....x...x.....", "C": "........X.......", "H": "x.x.x.xxx.x.xoxo"},
    "lo-fi": {"K": "x......o..x.....", "R": "....x.......x...", "H": "o.o.o.o.o.o.o.o."},
    "breakbeat": {"K": "X.....x...X.....", "S": "....X..g.g..X...", "H": "x.x.x.x.x.x.x.x."},
    "breakbeat two": {"K": "X.X.......X.....", "S": "....X..g....X..o", "D": "x.x.x.x.x.x.x.x."},
    "funk": {"K": "X..x..x...x..x..", "S": "....X..g.g..X..g", "H": "xxoxxxoxxxoxxxox"},
    "soul": {"K": "X.....x.x.......", "S": "....x..g.g..x...", "H": "x.o.x.o.x.o.x.o.", "N": "....o.......o..."},
    "reggae": {"K": "........X.......", "R": "........X.......", "H": "x.oxx.o.x.oxx.o."},
    "reggae steppers": {"K": "X...X...X...X...", "S": "........x.......", "H": "o.x.o.x.o.x.o.x."},
    "ska": {"K": "X.......X.......", "S": "....X.......X...", "H": "o.X.o.X.o.X.o.X."},
    "swing": {"D": "X...x.o.X...x.o.", "P": "....x.......x...", "K": "o...g...o...g...", "S": "......g.......g."},
    "brushes": {"D": "x...x.o.x...x.o.", "S": "o...x...o...x...", "P": "....o.......o..."},
    "shuffle": {"K": "X.....x.X.......", "S": "....X.......X...", "H": "x.o.x.o.x.o.x.o."},
    "country": {"K": "X.......X.......", "S": "..o.X.o.o.o.X.oo", "H": "x...x...x...x..."},
    "folk": {"K": "x.......x.......", "N": "....x.......x...", "Y": "o.o.o.o.o.o.o.o."},
    "bossa": {"K": "x..xx..xx..xx..x", "R": "x..x..x...x..x..", "H": "o.o.o.o.o.o.o.o."},
    "samba": {"K": "o..xX..xo..xX..x", "S": "x.gxg.xgx.gxg.xg", "Y": "xoxxxoxxxoxxxoxx", "W": "x.x..x.x.x..x.x."},
    "salsa": {"V": "x..x..x...x.x...", "W": "X.x.X.xxX.x.X.xx", "G": "..x...xx..x...xx", "L": "o...x...o...x..."},
    "tango": {"S": "o.......o.....xx", "K": "X...x...X...x.x."},
    "march": {"S": "X.ooX.ooX.ooXooo", "K": "X...x...X...x...", "A": "X..............."},
    "waltz": {"K": "X...........", "S": "....o...o...", "H": "....o...o..."},
    "epic": {"F": "X..x..x.X..x..x.", "M": "..........x...xx", "K": "X.......X......."},
    "epic two": {"F": "X.xxX.x.X.xxX.xx", "K": "X.......X.......", "A": "X..............."},
    "gospel": {"K": "X.....x.X.x.....", "S": "....X.......X...", "N": "x.xox.xox.xox.xo", "C": "....x.......x..."},
    "celtic": {"L": "X..ox.o.X..ox.o.", "N": "....x.......x..."},
    "chip": {"K": "X...X.x.X...X...", "S": "....X.......X.x.", "H": "x.x.x.x.x.x.x.x."},
    "soft clicks": {"R": "x.....o...x.....", "Y": "o.o.o.o.o.o.o.o."},
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One stroke.

    Args:
        step: Sixteenth within the bar.
        pitch: Drum number.
        velocity: 1 to 127.
    """

    step: int
    pitch: int
    velocity: int


def bar_hits(lines: _Lines, *, only: str = "") -> list[Hit]:
    """Return the hits of one bar.

    Args:
        lines: A pattern, or one that `with_extras` made of it.
        only: Letters of the drums that play; empty means all.
    """
    return [
        Hit(step, DRUM_PITCHES[drum], VELOCITY[mark])
        for drum, line in lines.items()
        if not only or drum in only
        for step, mark in enumerate(line)
        if mark != "."
    ]


def with_extras(lines: _Lines, ghosts: int, rng: np.random.Generator) -> _Lines:
    """Return a pattern with ghost notes on the snare and now and then one more kick: a drummer's own version of it.

    Args:
        lines: The pattern.
        ghosts: How many ghost notes at most.
        rng: What decides.
    """
    varied = dict(lines)
    for drum, mark, count in (("S", "g", int(rng.integers(0, ghosts + 1))), ("K", "o", int(rng.integers(0, 2)))):
        line = list(varied.get(drum, ""))
        free = [step for step, held in enumerate(line) if held == "." and step % 4]
        for step in rng.permutation(free)[:count]:
            line[int(step)] = mark
        varied[drum] = "".join(line)
    return varied


def fill_hits(steps: int, rng: np.random.Generator) -> list[Hit]:
    """Return a fill over the last half of a bar: snare and toms, falling, louder towards the end."""
    first, hits = steps // 2, list[Hit]()
    drums = [DRUM_PITCHES[drum] for drum in ("S", "T", "M", "F")]
    density = rng.choice([0.6, 0.8, 1.0])
    for step in range(first, steps):
        if rng.random() < density or step == first:
            place = (step - first) * len(drums) // (steps - first)
            hits.append(Hit(step, drums[place], VELOCITY["o"] + 4 * (step - first)))
    return hits
