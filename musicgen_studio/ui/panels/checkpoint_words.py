"""What is said of checkpoints on the screen, in a musician's words: what for, how large, how fast here, which licence.

Used by the list in the header, the catalogue and the card at the first start, so that they never tell different things.
Not for the facts themselves (`checkpoints.offers`, `checkpoints.facts`).
"""

from math import ceil

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject

from musicgen_studio.checkpoints.facts import CheckpointFacts
from musicgen_studio.checkpoints.offers import Offer, OfferKind
from musicgen_studio.compute.speed import ProcessorSpeed
from musicgen_studio.core.pace import SMALLEST, speed_in_words
from musicgen_studio.export.licence import forbids_commercial_use
from musicgen_studio.studio.program.downloads import DownloadState, DownloadView

PURPOSES = (
    QT_TRANSLATE_NOOP("checkpoints", "Comes with the program and plays at once; follows a melody you hum or play."),
    QT_TRANSLATE_NOOP("checkpoints", "The quickest of Meta's: sketches, loops, trying prompts out."),
    QT_TRANSLATE_NOOP("checkpoints", "Fuller, and truer to the prompt than small; takes longer."),
    QT_TRANSLATE_NOOP("checkpoints", "The best from words alone, and the slowest."),
    QT_TRANSLATE_NOOP("checkpoints", "Follows a melody you hum or play, in any style you name."),
    QT_TRANSLATE_NOOP("checkpoints", "Follows a melody, at the best quality; slow."),
    QT_TRANSLATE_NOOP("checkpoints", "As small, in stereo: wider, for sketches and loops."),
    QT_TRANSLATE_NOOP("checkpoints", "As medium, in stereo: fuller and wider."),
    QT_TRANSLATE_NOOP("checkpoints", "The best from words alone, in stereo; the slowest."),
    QT_TRANSLATE_NOOP("checkpoints", "Follows a melody you hum or play, in stereo."),
    QT_TRANSLATE_NOOP("checkpoints", "Follows a melody in stereo, at the best quality; slow."),
    QT_TRANSLATE_NOOP("checkpoints", "Takes its style from a sound. This program does not play its kind."),
    QT_TRANSLATE_NOOP("checkpoints", "Takes recordings apart into drums, bass, voices and the rest."),
    QT_TRANSLATE_NOOP("checkpoints", "Takes recordings apart into drums, bass, voices, guitar, piano and the rest."),
)
"""What checkpoints are good for, marked for translation; the texts are those of `checkpoints`."""

_MINUTES_FROM_S = 90
_HOURS_FROM_S = 5400


class CheckpointWords(QObject):
    """Writes them in the language of the program. Main thread.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.speed: ProcessorSpeed | None = None
        """What was measured of this computer, once it was."""
        self.is_rough = False
        """Whether other programs were at work meanwhile, so that it will be faster than that."""
        self.is_measuring = False
        """Whether it is being measured, or will be as soon as no music is made."""

    def title(self, offer: Offer) -> str:
        """Return its name."""
        return self.tr("Starter") if offer.kind is OfferKind.STARTER else offer.id

    def purpose(self, offer: Offer) -> str:
        """Say what it is good for, or what is wrong with it."""
        return offer.problem or QCoreApplication.translate("checkpoints", offer.purpose)

    def licence(self, offer: Offer) -> str:
        """Name its licence, with what matters most of it."""
        if forbids_commercial_use(offer.licence) and "commercial" not in offer.licence.lower():
            return self.tr("{0}, not for commercial use").format(offer.licence)
        return offer.licence

    def licence_in_words(self, offer: Offer) -> str:
        """Say what its licence means for the music."""
        if offer.kind is OfferKind.STARTER:
            return self.tr("Free to use for anything, sold music too.")
        if offer.kind is OfferKind.SEPARATOR:
            return self.tr("Free to use for anything, stems of your own recordings too; name Meta if you pass it on.")
        if forbids_commercial_use(offer.licence):
            return self.tr(
                "What you make with it is not for commercial use: do not sell it, and do not advertise with it. "
                "Where you pass it on, name Meta AI as the maker of the model."
            )
        return self.tr("As its maker says. Read the model's page before you publish what you make with it.")

    def line(self, offer: Offer) -> str:
        """Say all of it that matters before choosing, in one line."""
        if offer.problem:
            return offer.problem
        return " · ".join([self.licence(offer), *self.facts(offer.facts)])

    def facts(self, facts: CheckpointFacts) -> list[str]:
        """Say how large it is, what it follows, what it needs and how fast it would be, each in a few words."""
        words = []
        if facts.parameters is not None:
            words.append(_count(facts.parameters))
        words += self._kind(facts)
        if facts.disk_bytes is not None:
            words.append(self.tr("{0} on disk").format(size(facts.disk_bytes)))
        if facts.memory_bytes is not None:
            words.append(self.tr("{0} in memory").format(size(facts.memory_bytes)))
        speed = self.times(facts)
        return [*words, self.tr("≈ {0} × real time").format(speed)] if speed else words

    def makes(self, facts: CheckpointFacts) -> str:
        """Say what it follows and in how many channels."""
        if facts.channels is None:
            return ""
        follows = (
            self.tr("music from words and a melody") if facts.follows_melody else self.tr("music from words alone")
        )
        return f"{follows} · {self.tr('stereo') if facts.channels == 2 else self.tr('mono')}"

    def memory(self, facts: CheckpointFacts) -> str:
        """Say what it needs to run."""
        parts = []
        if facts.memory_bytes is not None:
            parts.append(self.tr("{0} on the processor (int8)").format(size(facts.memory_bytes)))
        if facts.card_bytes is not None:
            parts.append(self.tr("{0} on a graphics card (float16)").format(size(facts.card_bytes)))
        return " · ".join(parts)

    def disk(self, offer: Offer) -> str:
        """Say what it takes, or would take, on the disk."""
        if offer.kind is OfferKind.SEPARATOR or offer.facts.parameters is None or offer.facts.disk_bytes is None:
            return "" if offer.facts.disk_bytes is None else size(offer.facts.disk_bytes)
        own = offer.freed_bytes if offer.freed_bytes is not None else offer.facts.disk_bytes
        if offer.kind is OfferKind.STARTER:
            return size(own)
        if offer.is_int8_only:
            return self.tr("{0}, as int8 only").format(size(own))
        return self.tr("{0}, and {1} once it has run as int8").format(size(own), size(offer.facts.parameters))

    def times(self, facts: CheckpointFacts) -> str:
        """Return how many seconds of music a second makes on this computer's processor, about; empty if unknown."""
        ratio = self._ratio(facts)
        if not ratio:
            return ""
        return f"{ratio:.0f}" if ratio >= 5 else f"{ratio:.1f}" if ratio >= 1 else speed_in_words(ratio)

    def _ratio(self, facts: CheckpointFacts) -> float:
        """Return how many seconds of music a second would make here; 0 if nobody knows."""
        if self.speed is None or facts.parameters is None:
            return 0.0
        return self.speed.real_time(facts.parameters)

    def speed_in_words(self, facts: CheckpointFacts) -> str:
        """Say how fast it would be here."""
        times = self.times(facts)
        if not times:
            return self.tr("being measured…") if self.is_measuring else self.tr("not measured yet")
        wait_s = ceil(10 / max(self._ratio(facts), SMALLEST))
        text = self.tr("≈ {0} × real time: 10 s of music in about {1} s").format(times, wait_s)
        return self.tr("{0}, while other programs are at work").format(text) if self.is_rough else text

    def state(self, offer: Offer, download: DownloadView | None) -> str:
        """Say in a word or two where it is."""
        if download is not None:
            share = share_of(download)
            percent = "" if share is None else self.tr("{0} %").format(int(share * 100))
            names = {
                DownloadState.WAITING: self.tr("waiting"),
                DownloadState.RUNNING: percent or self.tr("beginning"),
                DownloadState.PAUSED: self.tr("paused {0}").format(percent).strip(),
                DownloadState.FAILED: self.tr("failed"),
            }
            return names[download.state]
        if offer.problem:
            return self.tr("not there")
        if not offer.is_supported:
            return self.tr("not supported")
        return "" if offer.is_here else self.tr("not on this computer")

    def progress(self, download: DownloadView) -> str:
        """Say how far a download is, how fast, and how long it will take."""
        told = download.progress
        if download.state is DownloadState.FAILED and download.problem is not None:
            return f"{download.problem.why} {download.problem.what_to_do}"
        parts = [self.tr("{0} of {1}").format(size(told.done_bytes), size(told.wanted_bytes))] if told else []
        if download.state is DownloadState.WAITING:
            parts.append(self.tr("waits for the one before"))
        elif download.state is DownloadState.PAUSED:
            parts.append(self.tr("paused; what has come is kept"))
        elif download.state is DownloadState.FAILED:
            parts.append(self.tr("failed; what has come is kept"))
        elif told is None:
            parts.append(self.tr("asking what there is"))
        elif told.waits_s is not None:
            parts.append(self.tr("the connection failed, again in {0} s").format(ceil(told.waits_s)))
        elif told.bytes_per_s and told.left_s is not None:
            parts.append(self.tr("{0}/s").format(size(round(told.bytes_per_s))))
            parts.append(self.left(told.left_s))
        return " · ".join(parts)

    def left(self, left_s: float) -> str:
        """Say how long something will still take."""
        if left_s >= _HOURS_FROM_S:
            return self.tr("about {0:.1f} h left").format(left_s / 3600)
        if left_s >= _MINUTES_FROM_S:
            return self.tr("about {0} min left").format(round(left_s / 60))
        return self.tr("{0} s left").format(max(1, ceil(left_s)))

    def _kind(self, facts: CheckpointFacts) -> list[str]:
        words = []
        if facts.follows_melody is not None:
            words.append(self.tr("follows a melody") if facts.follows_melody else self.tr("text only"))
        if facts.channels == 2:
            words.append(self.tr("stereo"))
        return words


def share_of(download: DownloadView) -> float | None:
    """Return how much of a download is there, 0 to 1; None if that is not known."""
    told = download.progress
    return told.done_bytes / told.wanted_bytes if told is not None and told.wanted_bytes else None


def size(size_bytes: int) -> str:
    """Write a size: `2.4 GB`, `79 MB`."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 1e6:.0f} MB"


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f} B" if parameters >= 10**9 else f"{parameters / 1e6:.0f} M"
