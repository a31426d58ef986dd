"""How a clip's figures are written on the screen."""


def clock(seconds: float, tenths: bool = True) -> str:
    """Write a time: `0:03.2`, or `0:03` without tenths. Never rounded up, so that a clock does not run ahead.

    Args:
        seconds: 0 or more.
        tenths: Whether to show tenths of a second.
    """
    whole = int(seconds * 10 + 1e-6)
    minutes, rest = divmod(whole, 600)
    return f"{minutes}:{rest / 10:04.1f}" if tenths else f"{minutes}:{rest // 10:02d}"


def similarity(share: float) -> str:
    """Write how far a clip follows its melody: `0.61`.

    Args:
        share: 0 to 1.
    """
    return f"{share:.2f}"
