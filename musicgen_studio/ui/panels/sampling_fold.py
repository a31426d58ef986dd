"""The advanced values, folded away: each with one line that says what a musician hears when it moves."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from musicgen_studio.ui.theme import GRID
from musicgen_studio.ui.widgets.fold_box import FoldBox
from musicgen_studio.ui.widgets.seed_field import SeedField
from musicgen_studio.ui.widgets.value_slider import ValueSlider

GUIDANCE, TEMPERATURE, TOP_K, TOP_P = 3.0, 1.0, 250, 0.0
MAX_GUIDANCE, MAX_TEMPERATURE = 20.0, 5.0  # as far as requests go, so that settings of any clip can be put back
MAX_TOP_K = 2048  # as many sounds as a codebook of the known checkpoints has


class SamplingFold(QWidget):
    """Guidance, temperature, top-k, top-p and seed; the parts are read and set by name."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fold = FoldBox(self.tr("ADVANCED"))
        self.fold.setToolTip(self.tr("Values that shape how it sounds"))
        closer = self.tr("Higher keeps closer to your words; lower drifts more freely.")
        bolder = self.tr("Higher surprises more, up to noise; lower repeats itself.")
        fewer = self.tr("Fewer choices sound safer and plainer; 0 allows all.")
        likely = self.tr("0 is off. Else it takes over from top-k: low is safe, near 1 is free.")
        self.guidance = _slider(self.tr("Guidance"), MAX_GUIDANCE, GUIDANCE, 1, closer)
        self.temperature = _slider(self.tr("Temperature"), MAX_TEMPERATURE, TEMPERATURE, 2, bolder)
        self.top_k = _slider(self.tr("Top-k"), MAX_TOP_K, TOP_K, 0, fewer)
        self.top_p = _slider(self.tr("Top-p"), 1.0, TOP_P, 2, likely)
        self.seed = SeedField()
        self._lay_out()

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
