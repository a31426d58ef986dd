"""A judgement as one HTML page that needs nothing else: tables, plots as SVG, and players with their sound inside.

Every text from outside (names, prompts) is escaped, and the page forbids itself to load anything. Sounds are in Ogg
Opus, small and good enough to hear what a figure means; the listening test (`listening`) has them without loss.
"""

import base64
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from musicgen_studio.core.audio import Audio
from musicgen_studio.core.notebook import waveform_svg
from musicgen_studio.dsp.channels import with_channels
from musicgen_studio.dsp.resample import resample
from musicgen_studio.evaluation.fidelity.api import EmbedderInfo
from musicgen_studio.evaluation.fidelity.figure import Figure, interval, number
from musicgen_studio.evaluation.fidelity.measures import MeasuredClip
from musicgen_studio.files.sound import SoundFormat, encoded

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src data:; img-src data:"

_WIDTH, _HEIGHT, _EDGE = 520, 340, 24
_STRIP, _LABEL_PX = 46, 130
_OPUS_RATE_HZ = 48_000
_SETS = ("made", "against")
_STYLE = """
:root { color-scheme: light dark; --made: #c2410c; --against: #1d6fd1; }
@media (prefers-color-scheme: dark) { :root { --made: #fb923c; --against: #6cb2ff; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3em .6em; vertical-align: middle }
.wide { overflow-x: auto } th.number { text-align: right; white-space: nowrap } h1 { overflow-wrap: anywhere }
th { border-bottom: 1px solid; } td { border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } td.clip { min-width: 12em }
th button { font: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline dotted }
th[aria-sort=descending] button::after { content: " ↓" } th[aria-sort=ascending] button::after { content: " ↑" }
code, .note { color: color-mix(in srgb, currentColor 75%, transparent) } audio { width: 16em; height: 2em }
.made { fill: var(--made); color: var(--made) } .against { fill: var(--against); color: var(--against) }
svg text { fill: currentColor; font: 12px system-ui, sans-serif }
.plots { display: flex; flex-wrap: wrap; gap: 2em; align-items: flex-start }
.plots svg { max-width: 100%; height: auto }
.frame { fill: none; stroke: color-mix(in srgb, currentColor 25%, transparent) }
.wave { width: 16em; height: 2em; overflow: hidden } .wave svg { height: 2em }
"""
_SORT = """
for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
  const head = button.closest('th'), column = [...head.parentNode.children].indexOf(head);
  const body = head.closest('table').tBodies[0], down = head.getAttribute('aria-sort') !== 'descending';
  for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const value = row => { const text = row.cells[column].dataset.value; return text === '' ? null : Number(text); };
  const rows = [...body.rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return down ? b - a : a - b;
  });
  body.append(...rows);
});
"""


def page(
    title: str,
    figures: Sequence[Figure],
    made: Sequence[MeasuredClip],
    against: Sequence[MeasuredClip],
    by: EmbedderInfo,
    players: int = 40,
    report: Callable[[str], None] = lambda _line: None,
) -> str:
    """Return the page.

    Args:
        title: What was judged, in words.
        figures: Of the sets.
        made: The clips that were judged.
        against: Those they were compared with.
        by: What listened.
        players: Of how many clips of each set the sound is put in; they are read again.
        report: Takes lines about how far it is.

    Raises:
        UserProblem: If a sound cannot be read any more.
    """
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{_counted(made)} judged" + (f", compared with {_counted(against)}" if against else "") + "</p>",
        figures_table(figures, by),
        "<h2>Where the clips lie</h2>",
        f'<div class="plots">{_map(made, against, by)}{_strips(made, against)}</div>',
        "<h2>Clips</h2>",
        "<p class='note'>A click on a measure sorts by it.</p>",
        _clips_table(made, against, players, report),
    ]
    return _whole(title, "\n".join(parts))


def figures_table(figures: Sequence[Figure], by: EmbedderInfo) -> str:
    """Return the figures and what made them, without sounds or scripts: what a notebook shows."""
    numbers = "".join(f'<th class="number">{name}</th>' for name in ("made", "95 % interval", "against", "clips"))
    head = f"<th>figure</th>{numbers}<th>better</th>"
    rows = "".join(
        f"<tr><td>{escape(each.name)} <code>{escape(each.id)}</code></td>"
        f'<td class="number">{number(each.made.value)}</td><td class="number">{interval(each.made)}</td>'
        f'<td class="number">{"" if each.against is None else number(each.against.value)}</td>'
        f'<td class="number">{each.made.clips}</td><td>{escape(each.better)}</td></tr>'
        for each in figures
    )
    said = [
        f"<code>{escape(by.id)}</code>: {escape(by.name)}; trained on {escape(by.trained_on)}; {escape(by.licence)}."
    ]
    said += [f"<code>{escape(each.id)}</code>: {escape(each.remark)}." for each in figures if each.remark]
    notes = "".join(f'<p class="note">{line}</p>' for line in said)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{notes}'


def _whole(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>\n{body}\n<script>{_SORT}</script></body></html>\n"
    )


def _counted(clips: Sequence[MeasuredClip]) -> str:
    seconds = sum(clip.figures["seconds"] or 0.0 for clip in clips)
    return f"{len(clips)} clips ({seconds / 60:.1f} minutes)"


def _map(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], by: EmbedderInfo) -> str:
    """Return each clip as a dot, where the two strongest directions of the embedding put it."""
    clips = [*made, *against]
    means = np.stack([clip.heard.embedding.mean(axis=0, dtype=np.float64) for clip in clips])
    centred = means - means.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    places = _into(centred @ directions.T)
    dots = "".join(
        f'<circle class="{_SETS[number >= len(made)]}" cx="{x:.1f}" cy="{y:.1f}" r="5" opacity="0.75">'
        f"<title>{escape(clip.clip.name)}</title></circle>"
        for number, (clip, (x, y)) in enumerate(zip(clips, places, strict=True))
    )
    legend = _legend(bool(against))
    label = escape(f"clips by {by.id}'s embedding, its two strongest directions")
    return (
        f'<svg {_size(_HEIGHT)} role="img" aria-label="{label}">'
        f'<rect class="frame" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - _EDGE}" rx="6"/>{dots}{legend}'
        f'<text x="0" y="{_HEIGHT - 4}">{label}</text></svg>'
    )


def _size(height: int) -> str:
    """Return the attributes of a drawing's size: it becomes smaller where a page is narrow."""
    return f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'


def _legend(has_against: bool) -> str:
    names = _SETS if has_against else _SETS[:1]
    return "".join(
        f'<circle class="{name}" cx="{_EDGE + 80 * place}" cy="18" r="5"/>'
        f'<text x="{_EDGE + 10 + 80 * place}" y="22">{name}</text>'
        for place, name in enumerate(names)
    )


def _into(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return places `[clips, 1 or 2]` in the drawing's own units, `[clips, 2]`."""
    flat = np.zeros((len(places), 2))
    flat[:, : places.shape[1]] = places
    low, high = flat.min(axis=0), flat.max(axis=0)
    share: npt.NDArray[np.float64] = (flat - low) / np.where(high > low, high - low, 1.0)
    size = np.array([_WIDTH - 2 * _EDGE, _HEIGHT - 4 * _EDGE])
    inside: npt.NDArray[np.float64] = share * size + (_EDGE, 2 * _EDGE)
    return inside


def _strips(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip]) -> str:
    """Return a strip for each measure with a dot for each clip."""
    strips = list[str]()
    for measure in _measures(made):
        rows = [[clip.figures.get(measure) for clip in clips] for clips in (made, against)]
        known = [value for row in rows for value in row if value is not None]
        low, high = min(known), max(known)
        top = len(strips) * _STRIP
        scale = (_WIDTH - 2 * _EDGE - _LABEL_PX) / ((high - low) or 1.0)
        dots = "".join(
            f'<circle class="{name}" cx="{_EDGE + _LABEL_PX + (value - low) * scale:.1f}" cy="{top + 22 + 9 * place}" '
            f'r="3.5" opacity="0.6"/>'
            for place, (name, row) in enumerate(zip(_SETS, rows, strict=True))
            for value in row
            if value is not None
        )
        left, right = _EDGE + _LABEL_PX, _WIDTH - _EDGE
        ends = f'<text x="{left}" y="{top + 12}">{number(low)}</text>'
        if high > low:
            ends += f'<text x="{right}" y="{top + 12}" text-anchor="end">{number(high)}</text>'
            ends += f'<path class="frame" d="M{left} {top + 38}H{right}"/>'
        strips.append(f'<text x="0" y="{top + 26}">{escape(measure)}</text>{ends}{dots}')
    height = _STRIP * len(strips)
    return f'<svg {_size(height)} role="img" aria-label="measures">{"".join(strips)}</svg>'


def _measures(clips: Sequence[MeasuredClip]) -> list[str]:
    """Return the names of what is known of one clip at least."""
    names = dict.fromkeys(name for clip in clips for name in clip.figures)
    return [name for name in names if any(clip.figures.get(name) is not None for clip in clips)]


def _clips_table(
    made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], players: int, report: Callable[[str], None]
) -> str:
    measures = _measures([*made, *against])
    head = "".join(f'<th class="number"><button type="button">{escape(name)}</button></th>' for name in measures)
    rows = list[str]()
    for name, clips in zip(_SETS, (made, against), strict=True):
        for count, clip in enumerate(clips):
            sound = ""
            if count < players:
                sound = _player(clip.clip.audio())
                report(f"page: {name}, {clip.clip.name}")
            prompt = f'<div class="note">{escape(clip.clip.prompt)}</div>' if clip.clip.prompt else ""
            cells = "".join(
                f'<td class="number" data-value="{"" if value is None else value}">{number(value)}</td>'
                for value in (clip.figures.get(measure) for measure in measures)
            )
            said = f'<span class="{name}">{name}</span> {escape(clip.clip.name)}{prompt}'
            rows.append(f'<tr><td class="clip">{said}</td><td>{sound}</td>{cells}</tr>')
    heads = f"<tr><th>clip</th><th>sound</th>{head}</tr>"
    return f'<div class="wide"><table><thead>{heads}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _player(audio: Audio) -> str:
    heard = Audio(with_channels(audio.samples, min(audio.channels, 2)), audio.sample_rate)
    file = encoded("sound", resample(heard, _OPUS_RATE_HZ), SoundFormat.OPUS)
    sound = base64.b64encode(file).decode()
    return (
        f'<div class="wave">{waveform_svg(heard.samples)}</div>'
        f'<audio controls preload="metadata" src="data:audio/ogg;base64,{sound}"></audio>'
    )
