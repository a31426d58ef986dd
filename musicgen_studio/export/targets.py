"""What can be made of a clip for other programs. Not for making it: each has a file of its own beside this one."""

from enum import StrEnum


class Target(StrEnum):
    """What is made of a clip."""

    SOUND = "sound"
    LOOP = "loop"
    STEMS = "stems"
    DAWPROJECT = "dawproject"
    REAPER = "reaper"
    MIDI = "midi"
