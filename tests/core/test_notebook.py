"""A sound shows itself in a notebook: waveform and player, the sound inside."""

import base64
import io
import re
import wave

import numpy as np
import pytest
from lxml import html

from musicgen_studio.core.audio import Audio


@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_shows_waveform_and_player(channels: int) -> None:
    times = np.arange(16000) / 16000
    samples = np.repeat((times * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[:, None], channels, axis=1)
    shown = html.fromstring(Audio(samples, 16000)._repr_html_())
    (address,) = shown.xpath("//audio/@src")
    assert shown.xpath("//script") == []
    with wave.open(io.BytesIO(base64.b64decode(address.removeprefix("data:audio/wav;base64,")))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16000, channels, 16000)
        heard = np.frombuffer(file.readframes(16000), "<i2").reshape(-1, channels) / 32768
    assert np.abs(heard - samples).max() <= 1 / 32768
    points = np.array(re.findall(r"([\d.]+),([\d.]+)", shown.xpath("//polygon/@points")[0]), float)
    upper = points[: len(points) // 2, 1]
    assert upper[5] > upper[150] > upper[290]  # the sound grows
    assert "1.00 s, 16000 Hz" in shown.text_content()


def test_an_empty_sound_says_so() -> None:
    assert "empty" in Audio(np.zeros((0, 1), np.float32), 32000)._repr_html_()
