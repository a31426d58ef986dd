"""The whole program as a screen reader finds it, over the accessibility bus; the window itself: `test_for_everyone`."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musicgen_studio.core.audio import Audio
from musicgen_studio.files.sound import SoundFormat, write
from tests.ui.screen_reader import FOCUSABLE, ScreenReader, Thing, running_program, within

MISSING = [name for name in ("Xvfb", "dbus-daemon") if shutil.which(name) is None]
HAS_BUS = Path("/usr/share/dbus-1/services/org.a11y.Bus.service").exists()

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or bool(MISSING) or not HAS_BUS,
    reason="needs Linux, at-spi2-core, Xvfb and dbus-daemon",
)

SECONDS = 3


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScreenReader, list[Thing]]]:
    """Who asks the program, and all that it shows once a clip is open in it."""
    home = tmp_path_factory.mktemp("home")
    tone = np.sin(np.arange(SECONDS * 32_000, dtype=np.float32) / 20)[:, None] / 2
    write(home / "Humming.wav", Audio(tone.astype(np.float32), 32_000), SoundFormat.WAV24)
    with running_program(home, str(home / "Humming.wav")) as (reader, place):

        def all_with_the_clip() -> list[Thing]:
            things = list(reader.walk(place))
            waveform = [thing for thing in things if thing.name == "Waveform"]
            return things if waveform and reader.value(waveform[0])[1] > SECONDS - 0.1 else []

        yield reader, within(all_with_the_clip)


def test_everything_that_can_have_the_keys_has_a_name_and_a_role(
    running: tuple[ScreenReader, list[Thing]],
) -> None:
    found = [thing for thing in running[1] if FOCUSABLE in thing.states]
    assert len(found) > 40
    assert {"slider", "push button", "check box", "text", "list"} <= {thing.role for thing in found}
    assert [thing for thing in found if not thing.name or thing.role in ("unknown", "invalid", "filler")] == []


def test_the_waveform_is_a_slider_of_its_playhead(running: tuple[ScreenReader, list[Thing]]) -> None:
    reader, things = running
    (waveform,) = [thing for thing in things if thing.name == "Waveform"]
    assert waveform.role == "slider"
    position_s, end_s = reader.value(waveform)
    assert 0 <= position_s <= end_s == pytest.approx(SECONDS, abs=0.01)
    reader.set_value(waveform, 1.5)
    within(lambda: [True] if reader.value(waveform)[0] == pytest.approx(1.5, abs=0.2) else [])
