"""How many times as fast as it plays music is made, in digits for a person. Not for measuring (`evaluation.bench`)."""

SMALLEST = 0.001
"""The smallest speed that is told in digits; below it only "less" is said."""


def speed_in_words(speed: float) -> str:
    """Write a speed with the two or three digits that count, whatever the machine: 712, 5.1, 0.43, 0.042.

    Args:
        speed: Seconds of music made in a second, 0 or more.

    Returns:
        The digits without a unit; "0" for nothing made yet, "< 0.001" for what is slower than any machine people use.
    """
    if speed <= 0:
        return "0"
    if speed < SMALLEST:
        return f"< {SMALLEST:g}"
    if speed >= 0.995:
        return f"{speed:.1f}" if speed < 9.95 else f"{speed:.0f}"
    return f"{speed:.{2 if speed >= 0.0995 else 3 if speed >= 0.00995 else 4}f}"
