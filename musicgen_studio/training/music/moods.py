"""Moods and what makes them heard: mode, tempo, loudness, register, length of the notes, number of notes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood.

    Args:
        name: What it is called.
        words: Other words for it.
        is_major: The mode it asks for; None leaves it to the style.
        speed: -1 takes the slower of a style's tempi, 1 the faster, 0 any.
        force: Factor on velocities.
        register: Semitones by which chords and lead lie higher.
        hold: Factor on the length of notes: below 1 detached, above 1 bound.
        density: How many notes the lead has, 0 to 1.
    """

    name: str
    words: tuple[str, ...]
    is_major: bool | None
    speed: int
    force: float
    register: int
    hold: float
    density: float


MOODS = {
    mood.name: mood
    for mood in (
        Mood("happy", ("cheerful", "joyful", "bright", "feel-good"), True, 1, 1.0, 3, 0.7, 0.7),
        Mood("sad", ("melancholic", "sorrowful", "mournful", "gloomy"), False, -1, 0.75, -3, 1.1, 0.25),
        Mood("energetic", ("driving", "powerful", "high-energy", "upbeat"), None, 1, 1.15, 0, 0.75, 0.85),
        Mood("calm", ("relaxed", "peaceful", "soothing", "gentle"), True, -1, 0.65, 0, 1.15, 0.2),
        Mood("dark", ("sinister", "brooding", "ominous"), False, -1, 1.0, -7, 1.0, 0.4),
        Mood("dreamy", ("ethereal", "floating", "hazy"), None, -1, 0.7, 5, 1.2, 0.35),
        Mood("aggressive", ("angry", "furious", "intense"), False, 1, 1.2, -5, 0.65, 0.8),
        Mood("romantic", ("tender", "warm", "loving"), None, -1, 0.8, 0, 1.1, 0.4),
        Mood("epic", ("heroic", "triumphant", "majestic"), None, 0, 1.15, 2, 1.0, 0.5),
        Mood("playful", ("funny", "quirky", "light-hearted"), True, 1, 0.9, 5, 0.5, 0.75),
        Mood("tense", ("suspenseful", "nervous", "anxious"), False, 0, 0.95, -2, 0.6, 0.55),
        Mood("groovy", ("laid-back", "cool", "smooth"), None, 0, 0.95, 0, 0.85, 0.5),
    )
}
