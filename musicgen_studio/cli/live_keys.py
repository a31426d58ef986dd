"""The keys that steer live music in a terminal. Not for what they steer (`studio.arranging.live`)."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from musicgen_studio.core.live import Mailbox
from musicgen_studio.core.pace import speed_in_words

if TYPE_CHECKING:
    from musicgen_studio.core.melody import Melody
    from musicgen_studio.studio.arranging.live import LiveSession

WEIGHT_STEP, GUIDANCE_STEP, TEMPERATURE_STEP = 0.25, 0.5, 0.1
_LOOK_S = 0.1


def help_line(*, may_steer: bool) -> str:
    """Say what the keys do."""
    more = "1-4 more of a prompt, 0 all alike · " if may_steer else ""
    rest = "t T temperature · m melody · b on the bar · i info · e end with the phrase · q fade out · h help"
    return f"{more}+ - guidance · {rest}"


class Keys:
    """Steers by keys.

    Args:
        session: What is steered.
        mailbox: Carries it over.
        melody: What `m` turns on and off, or None.
        say: Tells the person something.
        may_steer: Whether the prompts' weights are the keys' matter.
        fade_s: How long it fades out once that is asked for.
    """

    def __init__(
        self,
        session: "LiveSession",
        mailbox: Mailbox,
        melody: "Melody | None",
        say: Callable[[str], None],
        *,
        may_steer: bool,
        fade_s: float,
    ) -> None:
        self._session, self._mailbox, self._melody, self._say = session, mailbox, melody, say
        self._may_steer, self._fade_s = may_steer, fade_s

    def press(self, key: str) -> None:
        """Do what a key stands for; others pass."""
        now = self._mailbox.steering
        if key.isdecimal() and key.isascii() and self._may_steer and int(key) <= len(now.prompts):
            self._weigh(int(key))
        elif key in "+=-":
            step = -GUIDANCE_STEP if key == "-" else GUIDANCE_STEP
            self._put(guidance_scale=min(max(now.guidance_scale + step, 0.0), 20.0))
        elif key in "tT":
            step = -TEMPERATURE_STEP if key == "t" else TEMPERATURE_STEP
            self._put(temperature=round(min(max(now.temperature + step, 0.0), 5.0), 3))
        elif key == "m" and self._melody is not None:
            self._put(melody=self._melody if now.melody is None else None)
        elif key == "b":
            bar = self._session.bar
            bar.turn(is_on=not bar.is_on)
            self._say("changes come on the bar" if bar.is_on else "changes come at once")
        elif key == "e":
            self._session.end_with_the_phrase()
        elif key == "q":
            self._session.fade_out(self._fade_s)
        elif key == "i":
            self._say(self._state())
        elif key == "h":
            self._say(help_line(may_steer=self._may_steer))

    def _weigh(self, number: int) -> None:
        """Move towards a prompt; 0 makes all alike."""
        now = self._mailbox.steering
        shares = now.shares(len(now.prompts))
        if number:
            shares = tuple(
                round(share * (1 - WEIGHT_STEP) + WEIGHT_STEP * (place == number), 4)
                for place, share in enumerate(shares, start=1)
            )
        else:
            shares = (1.0,) * len(now.prompts)
        self._put(weights=shares)

    def _put(self, **changes: object) -> None:
        self._mailbox.put(replace(self._mailbox.steering, **changes))  # type: ignore[arg-type]  # fields by name
        self._say(self._state())

    def _state(self) -> str:
        now, facts = self._mailbox.steering, self._session.facts
        steering = facts.steering if facts.steering is not None and not self._may_steer else now
        shares = steering.shares(len(steering.prompts))
        prompts = ", ".join(f"{share:.0%} {prompt}" for share, prompt in zip(shares, steering.prompts, strict=True))
        melody = " · melody" if now.melody is not None else ""
        return (
            f"{facts.heard_s:.0f} s · {prompts} · guidance {now.guidance_scale:g} · temperature {now.temperature:g}"
            f"{melody} · {speed_in_words(facts.speed)} × real time, {facts.lead_s * 1000:.0f} ms ahead"
        )

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Press what is typed meanwhile, key by key, if the input is a terminal."""
        if not sys.stdin.isatty():
            yield
            return
        over = threading.Event()
        with _key_by_key() as look:
            thread = threading.Thread(target=self._listen, args=(look, over), name="keys", daemon=True)
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join()

    def _listen(self, look: Callable[[float], str], over: threading.Event) -> None:
        while not over.is_set():
            if key := look(_LOOK_S):
                self.press(key)


@contextmanager
def _key_by_key() -> Iterator[Callable[[float], str]]:
    """Give a function that waits so many seconds for a key and returns it, or an empty text."""
    if sys.platform == "win32":
        import msvcrt

        def look_windows(seconds: float) -> str:
            end = time.monotonic() + seconds
            while not msvcrt.kbhit():
                if time.monotonic() >= end:
                    return ""
                time.sleep(0.02)
            return msvcrt.getwch()

        yield look_windows
        return
    import os
    import select
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin.fileno())

    def look(seconds: float) -> str:
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        # Not by sys.stdin: no select tells of what that has read ahead, and of two keys at once one waits for a third.
        pressed = os.read(sys.stdin.fileno(), 1) if ready else b""
        if ready and not pressed:  # the terminal is gone
            time.sleep(seconds)
        return pressed.decode("ascii", "ignore")

    try:
        yield look
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
