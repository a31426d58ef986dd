"""Which input a take is recorded from. Not for opening it (`sound.recorder`)."""

from collections.abc import Sequence

from musicgen_studio.errors import UserProblem
from musicgen_studio.sound.devices import DeviceName, SoundDevice


def wanted_input(inputs: Sequence[SoundDevice], name: str) -> SoundDevice:
    """Return the input of a name.

    Args:
        inputs: Those the system lists.
        name: As `RecordingSetup.device`; empty for the one that the system names as its own.

    Raises:
        UserProblem: If it is not there.
    """
    wanted = DeviceName.parse(name)
    for device in inputs:
        if device.is_default_input if wanted is None else device.key == wanted:
            return device
    if not inputs or wanted is None:
        raise _no_input()
    raise UserProblem(
        f'The input "{wanted.name}" is not there.',
        "The system does not list it.",
        "Plug it in, or choose another input.",
    )


def _no_input() -> UserProblem:
    return UserProblem(
        "There is no microphone or other input to record from.",
        "The system lists none, or names none as its own.",
        "Plug one in, switch it on or choose one. Sound files, MIDI files and the keyboard on the screen work without.",
    )
