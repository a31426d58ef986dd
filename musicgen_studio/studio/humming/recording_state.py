"""How a recording session is set up and how it stands, as values. Not for recording (`recording`)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice
from musicgen_studio.sound.metronome import MAX_COUNT_IN_BARS, Metronome
from musicgen_studio.studio.program.settings import MAX_OFFSET_MS, Settings


class Phase(StrEnum):
    """What a session is doing."""

    OFF = "off"
    OPENING = "opening"
    ARMED = "armed"
    COUNT_IN = "count-in"
    RECORDING = "recording"
    SAVING = "saving"  # lasts only where the disk does not take it: `stop` tries again


@dataclass(frozen=True, slots=True)
class RecordingSetup:
    """All choices of a recording.

    Args:
        device: `name|host api` of the input, empty for the system's.
        channel: Which of its channels, as printed on it, from 1; 0 is all of them, mixed.
        latency_offset_ms: How much too late a take is heard to be, -500 to 500. It is moved forward by that.
        metronome: When beats are.
        count_in_bars: 0 to 8.
        clicks_before: Whether the metronome is heard in these bars.
        clicks_recording: Whether it is heard while recording.
        output_device: `name|host api` of where it is heard, empty for the system's.
        monitors_input: Whether what comes in is heard there at once, from arming on.

    Raises:
        ValueError: Naming the field, the value and the range.
    """

    device: str = ""
    channel: int = 1
    latency_offset_ms: float = 0.0
    metronome: Metronome = field(default_factory=Metronome)
    count_in_bars: int = 1
    clicks_before: bool = True
    clicks_recording: bool = False
    output_device: str = ""
    monitors_input: bool = False

    def __post_init__(self) -> None:
        if self.channel < 0:
            raise ValueError(f"channel must be 0 or more, got {self.channel}")
        if not -MAX_OFFSET_MS <= self.latency_offset_ms <= MAX_OFFSET_MS:
            raise ValueError(f"latency_offset_ms must be ±{MAX_OFFSET_MS:g}, got {self.latency_offset_ms}")
        if not 0 <= self.count_in_bars <= MAX_COUNT_IN_BARS:
            raise ValueError(f"count_in_bars must be 0 to {MAX_COUNT_IN_BARS}, got {self.count_in_bars}")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say."""
        return cls(
            device=settings.input_device,
            channel=settings.input_channel,
            latency_offset_ms=settings.recording_offset_ms,
            metronome=Metronome(settings.metronome_bpm, settings.beats_per_bar),
            count_in_bars=settings.count_in_bars,
            clicks_before=settings.clicks_before,
            clicks_recording=settings.clicks_recording,
            output_device=settings.output_device,
            monitors_input=settings.monitors_input,
        )

    @property
    def has_clicks(self) -> bool:
        """Whether anything is to be heard of the metronome."""
        return (self.clicks_before and self.count_in_bars > 0) or self.clicks_recording


@dataclass(frozen=True, slots=True)
class RecordingState:
    """What the window shows, at one moment.

    Args:
        phase: What the session is doing.
        inputs: What can be recorded from; empty if nothing can, None as long as nobody looked.
        device: What is open.
        peaks: Of each of its channels, linear, since the last state; 1 is full scale.
        clipped: Which channels were too loud since they were opened or `reset_clip`.
        beat: Which beat it is, with its fraction, 0 where the take begins and below it in the count-in; None unless
            counting in or recording.
        recorded_s: How long the take is by now, or the last one was.
        overruns: How often sound was lost since the take began, because the computer was too slow.
        problem: What stands in the way, until the next `arm` or `record`.
        heard_problem: Why metronome or monitoring are not heard, likewise; everything else goes on.
        takes: What was recorded since the session began, oldest first.
    """

    phase: Phase = Phase.OFF
    inputs: tuple[SoundDevice, ...] | None = None
    device: SoundDevice | None = None
    peaks: tuple[float, ...] = ()
    clipped: tuple[bool, ...] = ()
    beat: float | None = None
    recorded_s: float = 0.0
    overruns: int = 0
    problem: UserProblem | None = None
    heard_problem: UserProblem | None = None
    takes: tuple[Clip, ...] = ()
