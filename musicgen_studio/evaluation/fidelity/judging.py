"""Two sets of clips, or one, in figures: what `musicgen-studio judge` tells.

    clips → measured one by one → figures of the set, beside those of what it is compared with

Which figures there are, and which way is better, stands in `_FIGURES`. How they are shown: `telling`, `page`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from musicgen_studio.core.names import writable_json
from musicgen_studio.dsp.chroma import similarity
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.api import Embedder, EmbedderInfo
from musicgen_studio.evaluation.fidelity.distance import (
    FEWEST_CLIPS,
    frechet_estimate,
    frechet_extrapolated,
    mean_estimate,
    set_divergence_estimate,
    tag_divergence,
)
from musicgen_studio.evaluation.fidelity.figure import Figure
from musicgen_studio.evaluation.fidelity.measures import JudgedClip, MeasuredClip, measured
from musicgen_studio.evaluation.fidelity.page import figures_table, page
from musicgen_studio.evaluation.fidelity.telling import table

Report = Callable[[str], None]
FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What was found of a set of clips.

    Args:
        embedder: What listened.
        made: The clips, measured.
        against: Those they were compared with; empty if there were none.
        figures: Of the whole sets.
    """

    embedder: EmbedderInfo
    made: tuple[MeasuredClip, ...]
    against: tuple[MeasuredClip, ...]
    figures: tuple[Figure, ...]

    def figure(self, figure_id: str) -> Figure | None:
        """Return the figure of this name; None if it could not be had."""
        return next((each for each in self.figures if each.id == figure_id), None)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each clip: name, prompt, set (`made` or `against`) and figures; also for a DataFrame."""
        return [
            {"clip": each.clip.name, "set": name, "prompt": each.clip.prompt, **each.figures}
            for name, clips in (("made", self.made), ("against", self.against))
            for each in clips
        ]

    def table(self) -> str:
        """Return the figures as aligned lines for a terminal."""
        return table(self.figures, self.embedder)

    def dataframe(self) -> Any:
        """Return the clips' rows as a DataFrame of pandas, which this program does not need otherwise.

        Raises:
            UserProblem: If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise UserProblem(
                "There is no DataFrame.",
                "The package pandas is not installed.",
                "Install it with `pip install pandas`, or take rows(), which any other library reads as well.",
            ) from error
        return pd.DataFrame(self.rows())

    def to_html(self, title: str = "Judged", players: int = 40, report: Report = lambda _line: None) -> str:
        """Return one HTML page with tables, plots and players; see `page`."""
        return page(title, self.figures, self.made, self.against, self.embedder, players, report)

    def _repr_html_(self) -> str:
        """Show the figures in a notebook."""
        return figures_table(self.figures, self.embedder)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the sounds, of types that JSON has."""
        return {
            "format": FORMAT,
            "embedder": asdict(self.embedder),
            "figures": [asdict(figure) for figure in self.figures],
            "clips": self.rows(),
        }

    def to_json(self) -> str:
        """Return `to_dict` as a text that people can read and any file can hold."""
        return writable_json(json.dumps(self.to_dict(), ensure_ascii=False, indent=1))


_MEANS = (
    # of each clip, by `measures.measured`: name for a person, which way is better
    ("agreement", "agreement of prompt and sound", "higher"),
    ("melody", "chroma follows the given melody", "higher"),
    ("lufs", "loudness, LUFS", ""),
    ("silence", "share of silence", "lower"),
    ("noise", "flatness of the spectrum, near 0.6 in noise", ""),
    ("faults", "stops, fades and glitches a clip", "lower"),
)


def judge(
    made: Iterable[JudgedClip],
    against: Iterable[JudgedClip],
    embedder: Embedder,
    report: Report = lambda _line: None,
) -> Judgement:
    """Measure clips, and compare them with others. Clips are read and let go one by one.

    Args:
        made: What is judged, two clips at least.
        against: What it is compared with, as many as can be had; empty for none.
        embedder: What listens to them.
        report: Takes lines about how far it is.

    Raises:
        UserProblem: If a set has a single clip, or one cannot be read.
    """
    own = measure(made, embedder, lambda line: report(f"judged: {line}"))
    others = measure(against, embedder, lambda line: report(f"compared with: {line}"))
    return compared(own, others, embedder.info)


def measure(
    clips: Iterable[JudgedClip], embedder: Embedder, report: Report = lambda _line: None
) -> tuple[MeasuredClip, ...]:
    """Measure clips one by one; see `judge`."""
    found = list[MeasuredClip]()
    for clip in clips:
        found.append(measured(clip, embedder))
        report(f"{len(found)}, {clip.name}")
    return tuple(found)


def compared(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], by: EmbedderInfo) -> Judgement:
    """Compare measured clips with others; see `judge`.

    Args:
        made: What is judged.
        against: What it is compared with; empty for none.
        by: What listened to both.
    """
    for clips in (made, *([against] if against else [])):
        if len(clips) < FEWEST_CLIPS:
            raise UserProblem(
                "There is too little to judge.",
                f"A set has {len(clips)} of the {FEWEST_CLIPS} clips needed at least; 64 and more say something.",
                "Name a folder with more sound files.",
            )
    return Judgement(by, tuple(made), tuple(against), tuple(_figures(made, against, by)))


def _figures(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], embedder: EmbedderInfo) -> list[Figure]:
    figures = [*_distances(made, against, embedder), *_pairs(made, against, embedder)] if against else []
    for measure, name, better in _MEANS:
        key = f"{embedder.id}.{measure}" if measure == "agreement" else measure
        own, others = (mean_estimate(_known(clips, key)) for clips in (made, against))
        if own is not None:
            figures.append(Figure(key, name, better, own, others))
    return figures


def _known(clips: Sequence[MeasuredClip], key: str) -> list[float]:
    values = (clip.figures.get(key) for clip in clips)
    return [value for value in values if value is not None]


def _distances(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], by: EmbedderInfo) -> list[Figure]:
    own, others = ([clip.heard.embedding for clip in clips] for clips in (made, against))
    windows = min(sum(map(len, each)) for each in (own, others))
    few = f"{windows} windows for {by.numbers} numbers: too large by the smallness of the sets"
    figures = [
        Figure(
            f"{by.id}.frechet",
            "Fréchet distance",
            "lower",
            frechet_estimate(own, others),
            remark=few if windows < 10 * by.numbers else "",
        )
    ]
    endless = frechet_extrapolated(own, others)
    if endless is not None:
        figures.append(
            Figure(f"{by.id}.frechet_infinite", "Fréchet distance, extrapolated to endless sets", "lower", endless)
        )
    likely = [[clip.heard.likely for clip in clips if clip.heard.likely is not None] for clips in (made, against)]
    if all(likely):
        divergence = set_divergence_estimate(likely[1], likely[0])
        figures.append(Figure(f"{by.id}.tag_kl", "KL divergence of the sets' tags, nats", "lower", divergence))
    return figures


def _pairs(made: Sequence[MeasuredClip], against: Sequence[MeasuredClip], by: EmbedderInfo) -> list[Figure]:
    """Return what is measured between clips of one name; where several have it, nobody knows which belong together."""
    own, others = (Counter(clip.clip.name for clip in clips) for clips in (made, against))
    named = {clip.clip.name: clip for clip in against if others[clip.clip.name] == 1}
    alone = [clip for clip in made if own[clip.clip.name] == 1]
    pairs = [(named[clip.clip.name], clip) for clip in alone if clip.clip.name in named]
    divergences = [
        tag_divergence(other.heard.likely, clip.heard.likely)
        for other, clip in pairs
        if other.heard.likely is not None and clip.heard.likely is not None
    ]
    figures = list[Figure]()
    if (mean := mean_estimate(divergences)) is not None:
        figures.append(Figure(f"{by.id}.tag_kl_clips", "KL divergence of tags, clips of one name, nats", "lower", mean))
    if (mean := mean_estimate([similarity(other.chroma, clip.chroma) for other, clip in pairs])) is not None:
        figures.append(Figure("chroma", "chroma similarity, clips of one name", "higher", mean))
    return figures
