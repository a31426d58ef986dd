"""How playing stands, as values for the screen. Not for playing (`transport`)."""

from dataclasses import dataclass

from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import SoundDevice

RESERVE_S = 0.2  # what one slow step of the maker may cost


@dataclass(frozen=True, slots=True)
class TransportState:
    """What the window shows, at one moment.

    Args:
        position_frame: What is heard now, in the sound's frames; where playing would begin, if it does not play.
        is_playing: Whether it plays or is about to, also while buffering.
        is_buffering: Whether it plays but is silent until enough is made.
        starts_in_s: How long that will take as far as known, else None.
        loop: The frames that are repeated, end excluded.
        peaks: Left and right, linear, of what was heard since the last state, before the volume; 1 is full scale.
        clipped: Whether left and right reached full scale since `load` or `reset_clip`.
        underruns: How often the sound broke off since `load`: made too late, or asked too late by the device.
        device: What it is heard on; empty if nothing is open, or on nothing: then it plays unheard.
        problem: Why it stopped by itself, until the next `play` or `choose_device`: the device was lost.
        notice: What does not stop it and yet is to be said: it plays unheard, or elsewhere than was chosen, and why.
        has_new_devices: A device came or went while it plays on one. PortAudio can look for it only when nothing plays:
            in the next pause, or at once by `use_new_devices`.
    """

    position_frame: float = 0.0
    is_playing: bool = False
    is_buffering: bool = False
    starts_in_s: float | None = None
    loop: tuple[int, int] | None = None
    peaks: tuple[float, float] = (0.0, 0.0)
    clipped: tuple[bool, bool] = (False, False)
    underruns: int = 0
    device: str = ""
    problem: UserProblem | None = None
    notice: UserProblem | None = None
    has_new_devices: bool = False


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """What is played on, for diagnostics.

    Args:
        device: The open device; None if none is, or if it plays unheard.
        rate: Of what is open, in Hz; 0 if nothing is.
        channels: Of what is open.
        latency_s: How far ahead it asks for sound, in seconds.
        underruns: How often the sound broke off since `load`.
        starts_in_s: The pre-roll still to wait for, in seconds; None if there is none or it is not known.
    """

    device: SoundDevice | None = None
    rate: int = 0
    channels: int = 0
    latency_s: float = 0.0
    underruns: int = 0
    starts_in_s: float | None = None


def time_to_start_s(
    ready_s: float, left_s: float, speed: float | None, block_s: float = 0.0, reserve_s: float = RESERVE_S
) -> float | None:
    """Return how long to wait so that playing will not run dry.

    What comes in blocks comes late by up to a block, all the way to the end.

    Args:
        ready_s: How much is made from the place to play on, in seconds.
        left_s: How much there will be from there, in seconds.
        speed: Seconds made per second, None if not known.
        block_s: How much arrives at once, in seconds.
        reserve_s: What is kept against one slow step, in seconds.

    Returns:
        Seconds, 0 if it can begin; None if that is not known.
    """
    missing_s = left_s - ready_s
    if missing_s <= 0:
        return 0.0
    if speed is None or speed <= 0:
        return None
    block_s = min(block_s, missing_s)
    if speed >= 1:
        wait_s = (block_s / speed + reserve_s - ready_s) / speed
    else:
        wait_s = missing_s * (1 / speed - 1) + block_s + reserve_s - ready_s
    return min(max(wait_s, 0.0), missing_s / speed)
