"""What someone who helps wants to know: sound, engine, window, versions and places, as they are at this moment.

Facts in words only; `panels.diagnostics_dialog` shows them.
"""

import platform

import numpy as np
import PySide6
from PySide6.QtCore import QCoreApplication, QObject

from musicgen_studio.core.pace import speed_in_words
from musicgen_studio.paths import from_home, log_dir
from musicgen_studio.studio.making.record import program_version
from musicgen_studio.ui.panels.diagnostics_dialog import FactGroup
from musicgen_studio.ui.qt.lag import LagMeter
from musicgen_studio.ui.window.services import Services

_LAG_TICK_MS = 20
_LAG_KEPT = 500  # ten seconds


class Diagnostics(QObject):
    """Gathers the facts. The event loop's lag is measured from the moment it is made. Main thread.

    Args:
        services: What they are about.
        parent: Qt's owner; the measuring ends with it.
    """

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._lag = LagMeter(_LAG_TICK_MS, _LAG_KEPT, self)
        self._lag.start()

    def sections(self) -> list[FactGroup]:
        """Return all facts as they are now."""
        return [
            FactGroup(self.tr("Sound"), self._sound()),
            FactGroup(self.tr("Engine"), self._engine()),
            FactGroup(self.tr("Window"), self._window()),
            FactGroup(self.tr("Versions"), self._versions()),
            FactGroup(self.tr("Places"), self._places()),
        ]

    def _sound(self) -> list[tuple[str, str]]:
        facts = self._services.transport.facts()
        device, api, rate, latency = self.tr("none open: it opens when something plays"), "–", "–", "–"
        if facts.rate:
            device, rate = self.tr("none: it plays unheard"), f"{facts.rate} Hz"
        if facts.device is not None:
            device, api = facts.device.name, facts.device.host_api
            latency = self.tr("{0:.0f} ms").format(facts.latency_s * 1000)
        waits = facts.starts_in_s
        return [
            (self.tr("Device"), device),
            (self.tr("Host API"), api),
            (self.tr("Rate"), rate),
            (self.tr("Latency"), latency),
            (self.tr("Under-runs of this clip"), str(facts.underruns)),
            (self.tr("Pre-roll"), self.tr("none") if waits is None else self.tr("{0:.1f} s to go").format(waits)),
        ]

    def _engine(self) -> list[tuple[str, str]]:
        facts, speed = self._services.loop.facts, self._services.loop.speed()
        if facts is None:
            return [(self.tr("Checkpoint"), self.tr("none loaded"))]
        info = facts.info
        channels = self.tr("mono") if info.channels == 1 else self.tr("stereo")
        pace = (
            self.tr("nothing is being made")
            if speed is None
            else self.tr("{0}× real time").format(speed_in_words(speed))
        )
        return [
            (self.tr("Checkpoint"), f"{facts.checkpoint.id}, {info.architecture}"),
            (self.tr("Runs on"), f"{info.device}, {info.precision}"),
            (self.tr("Size"), self.tr("{0:.1f} million weights").format(info.parameters / 1e6)),
            (self.tr("Sound"), f"{info.sample_rate} Hz, {channels}"),
            (self.tr("Speed"), pace),
        ]

    def _window(self) -> list[tuple[str, str]]:
        lags_ms = list(self._lag.lags_ms)
        lag = "–"
        if lags_ms:
            p99, worst = (float(value) for value in np.percentile(lags_ms, (99, 100)))
            lag = self.tr("{0:.0f} ms in 99 of 100 ticks, {1:.0f} ms at worst").format(p99, worst)
        work = [view.name for view in self._services.background.views()]
        return [
            (self.tr("Lag of the last 10 s"), lag),
            (self.tr("In the background"), ", ".join(work) if work else self.tr("nothing")),
            (self.tr("Jobs"), str(len(self._services.loop.views()))),
        ]

    def _versions(self) -> list[tuple[str, str]]:
        return [
            ("MusicGen Studio", program_version()),
            ("Python", platform.python_version()),
            ("PySide6", PySide6.__version__),
            (self.tr("System"), platform.platform()),
        ]

    def _places(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Library"), from_home(self._services.library.folder)),
            (self.tr("Log"), from_home(log_dir() / "studio.log")),
            (self.tr("Program"), QCoreApplication.applicationFilePath()),
        ]
