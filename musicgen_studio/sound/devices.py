"""Which sound devices there are, and the way to PortAudio.

Not for playing or recording. sounddevice is imported late, because that alone already needs the PortAudio library and
asks every sound driver for its devices.

PortAudio lists devices once, when it starts. To see one that was plugged in since, it must be started again, and that
would pull every open stream away from under its owner. So streams are opened here, where they can be counted.
"""

import threading
import weakref
from dataclasses import dataclass
from typing import Any, Literal

from musicgen_studio.errors import UserProblem

# PortAudio is one for the whole process, and so are these: it must not start again while another thread asks it.
_portaudio_use = threading.RLock()
_streams: "weakref.WeakSet[Any]" = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class DeviceName:
    """What a sound device is remembered by, whether it is there or not.

    Args:
        name: As the system calls it.
        host_api: The way to it.
    """

    name: str
    host_api: str

    @classmethod
    def parse(cls, text: str) -> "DeviceName | None":
        """Read what `str` has written, `name|host api`; None for an empty text, which is the system's own choice."""
        name, _, host_api = text.rpartition("|")
        return cls(name, host_api) if name else None

    def __str__(self) -> str:
        return f"{self.name}|{self.host_api}"


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A sound device, to be remembered by name and host API: its number changes when another is plugged in.

    Args:
        name: As the system calls it.
        host_api: The way to it: `ALSA`, `Core Audio`, `Windows WASAPI` and so on.
        inputs: Number of channels that can be recorded, 0 for none.
        outputs: Number of channels that can be played, 0 for none.
        default_rate: The sample rate it runs at by itself, in Hz.
        is_default_input: Whether the system records from it.
        is_default_output: Whether the system plays to it.
    """

    name: str
    host_api: str
    inputs: int
    outputs: int
    default_rate: int
    is_default_input: bool
    is_default_output: bool

    @property
    def key(self) -> DeviceName:
        """What it is remembered by."""
        return DeviceName(self.name, self.host_api)


def list_devices() -> list[SoundDevice]:
    """Return all sound devices as PortAudio found them when it started, an empty list if there is none.

    Any thread.

    Raises:
        UserProblem: If the PortAudio library is missing or does not work.
    """
    with _portaudio_use:
        sounddevice = portaudio()
        try:
            return _list_devices()
        except sounddevice.PortAudioError as error:
            raise _broken(error) from error


def chosen_output(wanted: DeviceName | None) -> SoundDevice | None:
    """Return the device that was chosen to play on; None, the system's, if none was or it is not there.

    Raises:
        UserProblem: If the PortAudio library is missing or does not work.
    """
    return next((device for device in list_devices() if device.outputs and device.key == wanted), None)


def _list_devices() -> list[SoundDevice]:
    sounddevice = portaudio()
    host_apis = [api["name"] for api in sounddevice.query_hostapis()]
    default_input, default_output = _default_index("input"), _default_index("output")
    return [
        SoundDevice(
            name=device["name"],
            host_api=host_apis[device["hostapi"]],
            inputs=device["max_input_channels"],
            outputs=device["max_output_channels"],
            default_rate=round(device["default_samplerate"]),
            is_default_input=index == default_input,
            is_default_output=index == default_output,
        )
        for index, device in enumerate(sounddevice.query_devices())
    ]


def device_index(device: SoundDevice) -> int:
    """Return PortAudio's present number of a device.

    Raises:
        UserProblem: If it is not there any more.
    """
    for index, present in enumerate(list_devices()):
        if (present.name, present.host_api) == (device.name, device.host_api):
            return index
    raise UserProblem(
        f'The sound device "{device.name}" is not there.',
        f"{device.host_api} does not list it any more.",
        "Plug it in again, or choose another device.",
    )


def open_stream(kind: Literal["output", "input"], device: SoundDevice, **settings: Any) -> Any:
    """Open a PortAudio stream, not started yet. While it is open, `refresh_devices` refuses. Any thread.

    Args:
        kind: Whether it plays or records.
        device: Where.
        settings: The rest of what sounddevice's `OutputStream` or `InputStream` takes.

    Returns:
        sounddevice's stream. Its owner closes it.

    Raises:
        UserProblem: If the device is not there any more, or PortAudio is missing.
        PortAudioError: sounddevice's own, if the device refuses.
    """
    with _portaudio_use:
        sounddevice = portaudio()
        make = sounddevice.OutputStream if kind == "output" else sounddevice.InputStream
        stream = make(device=device_index(device), **settings)
        _streams.add(stream)
        return stream


def refresh_devices() -> bool:
    """Let PortAudio look for devices again, so that one plugged in since is listed. Any thread; takes a while.

    Returns:
        Whether it did. Not while a stream is open: that would be cut off.

    Raises:
        UserProblem: If the PortAudio library is missing or does not start again.
    """
    with _portaudio_use:
        sounddevice = portaudio()
        if any(not stream.closed for stream in _streams):
            return False
        # The only way that sounddevice offers, private though it is.
        try:
            sounddevice._terminate()  # noqa: SLF001
            sounddevice._initialize()  # noqa: SLF001
        except sounddevice.PortAudioError as error:
            raise _broken(error) from error
        return True


def portaudio() -> Any:
    """Return the sounddevice module, which carries no types.

    Raises:
        UserProblem: If the PortAudio library that it needs is missing.
    """
    try:
        import sounddevice
    except OSError as error:
        raise UserProblem(
            "Sound cannot be played or recorded.",
            f"The PortAudio library was not found ({error}).",
            'Install it (on Debian and Ubuntu: "sudo apt install libportaudio2") and start the program again.',
        ) from error
    return sounddevice


def _broken(error: Exception) -> UserProblem:
    return UserProblem(
        "The sound devices cannot be listed.",
        f"PortAudio, which speaks to them, reports: {error}.",
        "Check that the system's sound works in other programs, and start the program again.",
    )


def _default_index(kind: str) -> int | None:
    sounddevice = portaudio()
    try:
        return int(sounddevice.query_devices(kind=kind)["index"])
    except sounddevice.PortAudioError:  # there is none
        return None
