"""A listening test as one HTML file: blind, in random order, equally loud; and what its answers say.

Two kinds. In `ab` a person hears two clips of one name, one of each folder, in an order that nobody knows, and says
which is better. In `rating` (in the manner of MUSHRA, ITU-R BS.1534, with fewer rules) every clip of a trial gets 0 to
100 points: one of each folder, and, if asked for, a low-passed anchor. Clips are brought to one loudness and cut to one
length. Answers are saved as CSV by the page itself: nothing is sent anywhere. Which clip is whose stands in the page in
a form that is not read at a glance, as a blind test among honest people needs; it is no secret. Not for figures without
ears (`judging`).
"""

import base64
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

import numpy as np
from scipy.signal import butter, sosfilt

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.distance import Estimate, mean_estimate
from musicgen_studio.evaluation.fidelity.figure import interval, number
from musicgen_studio.evaluation.fidelity.listening_script import SCRIPT
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.evaluation.fidelity.page import POLICY
from musicgen_studio.files.sound import SoundFormat, encoded

ANCHOR = "anchor"
ANONYMOUS = "anonymous"
"""Of who gives no name, see `listening_script`."""
FIRST, SECOND, SAME = "first", "second", "same"
COLUMNS = ("listener", "kind", "trial", "clip", "first", "second", "choice", "set", "points")

_LOUDEST_LUFS = -23.0
_HIGHEST = 0.98
_ANCHOR_HZ = 3500.0
_MOST_BYTES = 10_000_000
_STYLE = """
:root { color-scheme: light dark; --accent: #0f766e; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --accent: #41d3b6; --on-accent: #0b1613 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em;
accent-color: var(--accent) }
h1 { font-size: 1.5em; overflow-wrap: anywhere } [hidden] { display: none } section { margin: 1.5em 0 }
button, input { font: inherit } button { padding: .45em 1.1em; margin: 0 .5em .5em 0; border: 1px solid;
border-radius: 6px; background: none; color: inherit;
border-color: color-mix(in srgb, currentColor 35%, transparent); cursor: pointer }
button:disabled { opacity: .45; cursor: default } button:focus-visible { outline: 3px solid var(--accent) }
#begin, #next:enabled, #save, button[aria-pressed=true] { background: var(--accent); color: var(--on-accent) }
audio { width: 100% } .clip { margin: 1.2em 0 } .clip label { font-weight: 600 }
.heard { margin-left: .6em; opacity: .75 }
.rate { display: flex; gap: 1em; align-items: center; margin-top: .4em } .rate output { min-width: 5em }
.rate input { flex: 1; min-width: 0 } .rate.open input { opacity: .45 } progress { width: 100% }
#prompt:empty { display: none }
"""


class TestKind(StrEnum):
    """How people are asked."""

    __test__ = False  # pytest, it is none of yours

    AB = "ab"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class ListeningTest:
    """A listening test.

    Args:
        title: What people read above it.
        kind: How they are asked.
        trials: How many at most; those chosen are drawn by the seed.
        seed: Of every order: of trials, and within them.
        has_anchor: Whether each rating has a low-passed clip among the others, to see who listens.
    """

    title: str
    kind: TestKind = TestKind.AB
    trials: int = 20
    seed: int = 0
    has_anchor: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= 200:
            raise ValueError(f"trials must be 1 to 200, got {self.trials}")
        if self.has_anchor and self.kind is TestKind.AB:
            raise ValueError("has_anchor must be False where two clips are compared, got True")


def listening_page(
    test: ListeningTest, one: Sequence[JudgedClip], other: Sequence[JudgedClip], names: tuple[str, str]
) -> str:
    """Return the page.

    Args:
        test: What it is to be.
        one: Clips of one set.
        other: Clips of the other: of the same names, or else in the same order.
        names: What the sets are called in the answers; two different ones.

    Raises:
        UserProblem: If there is no pair, or a clip is silent or cannot be read.
        ValueError: If the names are alike.
    """
    if names[0] == names[1] or ANCHOR in names:
        raise ValueError(f"names must be two different ones, not {ANCHOR!r}, got {names}")
    rng = np.random.default_rng(test.seed)
    pairs = _pairs(one, other)
    chosen = rng.permutation(len(pairs))[: test.trials]
    trials = [_trial(test, pairs[index], names, rng) for index in chosen]
    told = json.dumps({"kind": test.kind, "trials": trials, "columns": COLUMNS})
    data = base64.b64encode(told.encode()).decode()
    return _PAGE.format(title=escape(test.title), policy=POLICY, style=_STYLE, data=data, script=SCRIPT)


def _pairs(one: Sequence[JudgedClip], other: Sequence[JudgedClip]) -> list[tuple[JudgedClip, JudgedClip]]:
    named = {clip.name: clip for clip in other}
    pairs = [(clip, named[clip.name]) for clip in one if clip.name in named]
    if not pairs and len(one) == len(other):
        pairs = list(zip(one, other, strict=True))
    if not pairs:
        raise UserProblem(
            "There is no listening test to be made of these clips.",
            f"None of {len(one)} and {len(other)} have one name, and there are not as many here as there.",
            "Give clips that belong together the same name in both folders.",
        )
    return pairs


def _trial(
    test: ListeningTest, pair: tuple[JudgedClip, JudgedClip], names: tuple[str, str], rng: np.random.Generator
) -> dict[str, object]:
    sounds = _alike([clip.audio() for clip in pair], [clip.name for clip in pair])
    parts = list(zip(names, sounds, strict=True))
    if test.has_anchor:
        parts.append((ANCHOR, _dull(sounds[0])))
    parts = [parts[index] for index in rng.permutation(len(parts))]
    return {
        "clip": pair[0].name,
        "prompt": pair[0].prompt or pair[1].prompt,
        "sets": [name for name, _ in parts],
        "sounds": [_flac(sound) for _, sound in parts],
    }


def _alike(sounds: list[Audio], names: list[str]) -> list[Audio]:
    """Return sounds of one length and one loudness: the quietest one's, -23 LUFS at most, and none clipped."""
    seconds = min(sound.duration_s for sound in sounds)
    cut = [Audio(sound.samples[: max(round(seconds * sound.sample_rate), 1)], sound.sample_rate) for sound in sounds]
    loudness = [integrated_lufs(sound) for sound in cut]
    known = [lufs for lufs in loudness if lufs is not None]
    if len(known) < len(cut):
        silent = names[loudness.index(None)]
        raise UserProblem("A clip cannot be compared.", f"“{silent}” is silent.", "Take it out of its folder.")
    wanted = min(_LOUDEST_LUFS, *known)
    room = min(_headroom_db(sound, wanted - lufs) for sound, lufs in zip(cut, known, strict=True))
    gains = [10 ** ((wanted - lufs + min(room, 0.0)) / 20) for lufs in known]
    return [Audio(sound.samples * np.float32(gain), sound.sample_rate) for sound, gain in zip(cut, gains, strict=True)]


def _headroom_db(sound: Audio, gain_db: float) -> float:
    peak = float(np.abs(sound.samples).max()) * 10 ** (gain_db / 20)
    return float(20 * np.log10(_HIGHEST / max(peak, 1e-9)))


def _dull(sound: Audio) -> Audio:
    """Return a sound without its high half, as BS.1534's low anchor."""
    filters = butter(8, min(_ANCHOR_HZ, 0.45 * sound.sample_rate), fs=sound.sample_rate, output="sos")
    return Audio(sosfilt(filters, sound.samples, axis=0).astype(np.float32), sound.sample_rate)


def _flac(sound: Audio) -> str:
    stereo = Audio(with_channels(sound.samples, min(sound.channels, 2)), sound.sample_rate)
    return base64.b64encode(encoded("sound", stereo, SoundFormat.FLAC)).decode()


@dataclass(frozen=True, slots=True)
class Answered:
    """What the answers to a listening test say of a set.

    Args:
        name: Of the set.
        points: Of `ab` the share of trials it was preferred in, `same` counting half; of `rating` its points.
        listeners: How many people answered.
        answers: How many answers there are.
    """

    name: str
    points: Estimate
    listeners: int
    answers: int


def analysed(texts: Sequence[str]) -> list[Answered]:
    """Return what answers say, best set first.

    For the intervals listeners are drawn anew, or clips if there is one listener. Who gave no name is another one in
    each file.

    Args:
        texts: The CSV files that the page saved, one for each listener or several.

    Raises:
        UserProblem: If a text is not of the page, or the files are of different kinds of test.
    """
    rows = [_known(row, number) for number, text in enumerate(texts) for row in _rows(text)]
    kinds = {row["kind"] for row in rows}
    if len(kinds) != 1:
        raise _wrong("it has no answer" if not rows else f"it mixes {' and '.join(sorted(kinds))}")
    given = _ab(rows) if kinds == {TestKind.AB} else _rated(rows)
    answered = [_answered(name, given) for name in dict.fromkeys(name for _, _, name, _ in given)]
    return sorted(answered, key=lambda each: -each.points.value)


def _known(row: dict[str, str], file: int) -> dict[str, str]:
    """Return an answer whose listener is nobody else: who gives no name is called the same by every page."""
    return row | {"listener": f"{ANONYMOUS} {file}"} if row["listener"] == ANONYMOUS else row


_Given = tuple[str, str, str, str]  # listener, clip, set, points


def _ab(rows: list[dict[str, str]]) -> list[_Given]:
    shares = {FIRST: ("1", "0"), SECOND: ("0", "1"), SAME: ("0.5", "0.5")}
    given = list[_Given]()
    for row in rows:
        if row["choice"] not in shares:
            raise _wrong(f"a choice is {row['choice']!r:.40}")
        for place, share in zip((FIRST, SECOND), shares[row["choice"]], strict=True):
            given.append((row["listener"], row["clip"], row[place], share))
    return given


def _rated(rows: list[dict[str, str]]) -> list[_Given]:
    return [(row["listener"], row["clip"], row["set"], row["points"]) for row in rows]


def _answered(name: str, given: Sequence[_Given]) -> Answered:
    own = [(listener, clip, _points(points)) for listener, clip, whose, points in given if whose == name]
    listeners = list(dict.fromkeys(listener for listener, _, _ in own))
    unit = 0 if len(listeners) > 1 else 1
    groups = dict[str, list[float]]()
    for answer in own:
        groups.setdefault(str(answer[unit]), []).append(answer[2])
    estimate = mean_estimate([float(np.mean(points)) for points in groups.values()])
    assert estimate is not None  # its name is from an answer
    return Answered(name, estimate, len(listeners), len(own))


def _points(text: str) -> float:
    try:
        points = float(text)
    except ValueError:
        points = -1.0
    if not 0 <= points <= 100:
        raise _wrong(f"points are {text!r:.40}, not 0 to 100")
    return points


def _rows(text: str) -> list[dict[str, str]]:
    if len(text) > _MOST_BYTES:
        raise _wrong("it is too large")
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    try:
        names, rows = reader.fieldnames, [dict(row) for row in reader]
    except csv.Error as error:
        raise _wrong(f"it is no CSV ({error})") from error
    if names is None or list(names) != list(COLUMNS):
        raise _wrong(f"its first line is not {','.join(COLUMNS)}")
    if any(None in row.values() or len(row) != len(COLUMNS) for row in rows):
        raise _wrong("a line has too few or too many values")
    if any(row["kind"] not in set(TestKind) for row in rows):
        raise _wrong(f"a kind is none of {', '.join(TestKind)}")
    return rows


def _wrong(why: str) -> UserProblem:
    said = f"{why[:1].upper()}{why[1:]}."
    return UserProblem("The answers cannot be read.", said, "Choose CSV files that the page saved.")


def answers_table(answered: Sequence[Answered]) -> str:
    """Return what answers say as aligned lines."""
    rows = [("set", "points", "95 % interval", "listeners", "answers")]
    for each in answered:
        points = (number(each.points.value), interval(each.points))
        rows.append((each.name, *points, str(each.listeners), str(each.answers)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width"><style>{style}</style></head>
<body><h1>{title}</h1>
<section id="start"><p>You will hear clips in pairs or groups. Use headphones, set the volume once, and listen to every
clip to its end. You can go back. Nothing leaves this computer: at the end you save a file and send it yourself.</p>
<p><label>Your name or a word of your own: <input id="listener" maxlength="80"></label></p>
<button id="begin" type="button">Begin</button></section>
<section id="trial" hidden><progress id="progress"></progress><p id="count"></p><p id="prompt"></p>
<p id="question"></p><div id="clips"></div><div id="choices"></div>
<p><button id="back" type="button">Back</button><button id="next" type="button" disabled>Next</button></p></section>
<section id="end" hidden><p>Thank you. Save your answers and give the file to whoever asked you.</p>
<button id="save" type="button">Save the answers</button><button id="again" type="button">Back</button></section>
<script id="data" type="text/plain">{data}</script>
<script>{script}</script></body></html>
"""
