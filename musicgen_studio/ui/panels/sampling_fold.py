"""The advanced values, folded away: each with one line that says what a musician hears when it moves."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from musicgen_studio.core.request import USUAL_SAMPLING, Sampling
from musicgen_studio.ui.look.theme import GRID
from musicgen_studio.ui.widgets.fold_box import FoldBox
from musicgen_studio.ui.widgets.seed_field import SeedField
from musicgen_studio.ui.widgets.value_slider import ValueSlider

MAX_GUIDANCE, MAX_TEMPERATURE = 20.0, 5.0  # as far as requests go, so that settings of any clip can be put back
MAX_TOP_K = 2048  # as many sounds as a codebook of the known checkpoints has


class SamplingFold(QWidget):
    """Guidance, temperature, top-k, top-p and seed; the parts are read and set by name.

    The first four have usual values, those of the checkpoint; until one is loaded, those that Meta's have.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fold = FoldBox(self.tr("ADVANCED"))
        self.fold.setToolTip(self.tr("Values that shape how it sounds"))
        closer = self.tr("Higher keeps closer to your words; lower drifts more freely.")
        bolder = self.tr("Higher surprises more, up to noise; lower repeats itself.")
        fewer = self.tr("Fewer choices sound safer and plainer; 0 allows all.")
        likely = self.tr("0 is off. Else it takes over from top-k: low is safe, near 1 is free.")
        usual = USUAL_SAMPLING
        self.guidance = _slider(self.tr("Guidance"), MAX_GUIDANCE, usual.guidance_scale, 1, closer)
        self.temperature = _slider(self.tr("Temperature"), MAX_TEMPERATURE, usual.temperature, 2, bolder)
        self.top_k = _slider(self.tr("Top-k"), MAX_TOP_K, usual.top_k, 0, fewer)
        self.top_p = _slider(self.tr("Top-p"), 1.0, usual.top_p, 2, likely)
        self.seed = SeedField()
        self._lay_out()

    def set_usual(self, sampling: Sampling) -> None:
        """Show other usual values; what the musician has chosen stays."""
        self.guidance.set_usual(sampling.guidance_scale)
        self.temperature.set_usual(sampling.temperature)
        self.top_k.set_usual(sampling.top_k)
        self.top_p.set_usual(sampling.top_p)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * GRID)
        for part in (self.guidance, self.temperature, self.top_k, self.top_p):
            part.value_changed.connect(self.changed)
            column.addWidget(part)
        self.seed.changed.connect(self.changed)
        column.addWidget(self.seed)
        self.fold.set_content(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.fold)


def _slider(label: str, maximum: float, default: float, decimals: int, explanation: str) -> ValueSlider:
    slider = ValueSlider(
        label, minimum=0.0, maximum=maximum, default=default, decimals=decimals, explanation=explanation
    )
    slider.setToolTip(explanation)
    return slider
